"""Files of lines and rivers: what is read, and what is refused with the reason."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geodata.errors import PhuDienError
from loaders.network_files import read_network_file
from loaders.store.batches import MV_LINES, RIVERS

LINE = shapely.LineString([(105.1, 10.4), (105.2, 10.5)])
AREA = shapely.box(105.0, 10.0, 105.1, 10.1)


def written(shapes: list[object], suffix: str, folder: Path, crs: object = 4326) -> bytes:
    """Return the bytes of a file with these shapes."""
    layer = gpd.GeoDataFrame({"name": [f"F{n}" for n in range(len(shapes))]}, geometry=shapes, crs=crs)
    if suffix == ".zip":
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'crs' was not provided")
            layer.to_file(folder / "lines.shp")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as packed:
            for path in sorted(folder.glob("lines.*")):
                packed.write(path, path.name)
        return buffer.getvalue()
    path = folder / f"lines{suffix}"
    layer.to_file(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".zip"])
def test_lines_are_read_from_each_kind_of_file(suffix: str, tmp_path: Path) -> None:
    found = read_network_file(written([LINE, LINE], suffix, tmp_path), file_name=f"luoi{suffix}", kind=MV_LINES)
    assert (len(found.shapes), found.left_out, found.source_crs) == (2, 0, "EPSG:4326")
    assert found.shapes.crs == 4326
    assert shapely.equals_exact(found.shapes.geometry[0], LINE, tolerance=1e-7)


def test_other_systems_are_changed_to_wgs84_and_shapes_without_points_left_out(tmp_path: Path) -> None:
    shapes = gpd.GeoSeries([LINE, None], crs=4326).to_crs(9210)  # VN-2000 / TM-3 105-45
    found = read_network_file(written(list(shapes), ".gpkg", tmp_path, 9210), file_name="a.gpkg", kind=MV_LINES)
    assert (len(found.shapes), found.left_out, found.source_crs) == (1, 1, "EPSG:9210")
    assert shapely.hausdorff_distance(found.shapes.geometry[0], LINE) < 1e-6


def test_heights_are_dropped_and_rivers_may_be_areas(tmp_path: Path) -> None:
    high = shapely.LineString([(105.1, 10.4, 7), (105.2, 10.5, 8)])
    content = written([AREA, LINE], ".gpkg", tmp_path)
    assert len(read_network_file(content, file_name="song.gpkg", kind=RIVERS).shapes) == 2
    found = read_network_file(written([high], ".geojson", tmp_path), file_name="a.geojson", kind=MV_LINES)
    assert not found.shapes.geometry[0].has_z


@pytest.mark.parametrize(
    ("shapes", "crs", "kind", "code", "says"),
    [
        ([LINE, AREA], 4326, MV_LINES, "network.wrong-shape", "1 of 2 features .*Polygon, the first is feature 2"),
        ([shapely.Point(105, 10)], 4326, RIVERS, "network.wrong-shape", "Allowed are LineString, MultiLineString, Pol"),
        ([LINE, shapely.transform(LINE, lambda xy: xy + 30)], 4326, MV_LINES, "network.outside", "1 of 2 .*40.4000"),
        ([None], 4326, MV_LINES, "network.empty", "1 features, all without"),
        ([LINE], None, MV_LINES, "boundary.crs-missing", "does not say its coordinate system"),
        ([LINE], 32648, MV_LINES, "boundary.crs-implausible", "EPSG:4326|Systems in which"),
    ],
)
def test_what_cannot_be_used_is_refused(shapes, crs, kind: str, code: str, says: str, tmp_path: Path) -> None:
    content = written(shapes, ".zip" if crs is None else ".gpkg", tmp_path, crs)
    with pytest.raises(PhuDienError, match=says) as raised:
        read_network_file(content, file_name="x.zip" if crs is None else "x.gpkg", kind=kind)
    assert raised.value.code == code


def test_a_system_that_is_stated_helps_a_file_without_one(tmp_path: Path) -> None:
    content = written([LINE], ".zip", tmp_path, None)
    assert read_network_file(content, file_name="x.zip", kind=MV_LINES, crs="EPSG:4326").source_crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"a,b\n1,2\n", "luoi.csv", "network.file-kind"),
        (b"<OGRVRTDataSource/>", "luoi.gpkg", "boundary.content-differs"),
        (b"", "luoi.gpkg", "boundary.content-differs"),
        (b'{"type": "FeatureCollection", "features": []}', "luoi.geojson", "network.empty"),
    ],
)
def test_other_files_are_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(PhuDienError) as raised:
        read_network_file(content, file_name=name, kind=MV_LINES)
    assert raised.value.code == code
