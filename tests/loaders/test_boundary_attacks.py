"""Boundary files that are instructions: what an upload says to read or fetch is neither read nor fetched."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from pyogrio.errors import DataSourceError
from shapely.geometry import box

from geodata.errors import FileError
from loaders.boundary_files import open_boundary_file
from loaders.confined_gdal import DRIVERS, confine_gdal

POINT = {"type": "Point", "coordinates": [105, 10]}
FEATURE = {"type": "Feature", "properties": {"TENXA": "Mỹ Đức"}, "geometry": POINT}
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)


class Listener(ThreadingHTTPServer):
    """A server that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a layer on the server's disk that no upload may show."""
    path = tmp_path / "secret.gpkg"
    layer = gpd.GeoDataFrame({"TENXA": ["mật"]}, geometry=[box(105, 10, 106, 11)], crs="EPSG:4326")
    layer.to_file(path, layer="secret", engine="pyogrio")
    return path


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return content.getvalue()


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(FileError) as caught:
        open_boundary_file(content, file_name=name)
    return caught.value.code


def vrt(source: str) -> bytes:
    return VRT.format(source=source).encode()


def vrt_within_json(source: str) -> bytes:
    return b'{"type": "FeatureCollection", "features": [], "a": "' + vrt(source) + b'"}'


def vrt_as_json_text(source: str) -> bytes:
    """Return JSON without a flaw, which GDAL takes for OGR_VRT all the same: it looks for the tag anywhere."""
    content = {"type": "FeatureCollection", "features": [FEATURE], "a": VRT.format(source=source).replace('"', "'")}
    return json.dumps(content, ensure_ascii=False).encode()


def pipeline(source: str) -> bytes:
    """Return a GDALG file: JSON that names a command of GDAL."""
    command = f"gdal vector pipeline ! read {source} ! reproject --dst-crs EPSG:4326"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command}).encode()


INSTRUCTIONS = [vrt, vrt_within_json, pipeline]


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
@pytest.mark.parametrize("name", ["xa.geojson", "xa.json", "xa.gpkg", "xa.parquet", "xa.zip"])
def test_file_that_tells_to_read_another_one_is_refused_in_every_kind(
    secret: Path, listener: Listener, instruction: Callable[[str], bytes], name: str
) -> None:
    for source in (str(secret), f"/vsicurl/{listener.url}/a.gpkg"):
        content = instruction(source)
        refusal(content, name)
        if name != "xa.zip":
            refusal(zipped(**{f"thu_muc/{name}": content}), "xa.zip")
    assert listener.asked == []


@pytest.mark.parametrize("member", ["xa.shp", "xa.gpkg", "xa.geojson", "xa.json"])
def test_member_of_a_zip_is_of_the_kind_that_its_name_says(secret: Path, member: str) -> None:
    assert refusal(zipped(**{member: vrt(str(secret))}), "xa.zip") == "boundary.content-differs"


def test_geojson_that_also_looks_like_an_instruction_is_read_as_geojson(secret: Path) -> None:
    found = open_boundary_file(vrt_as_json_text(str(secret)), file_name="xa.geojson")
    assert found.features["TENXA"].tolist() == ["Mỹ Đức"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"type": "Topology", "objects": {}, "arcs": []}, "boundary.json-not-geojson"),
        ({"geometryType": "esriGeometryPolygon", "features": []}, "boundary.json-not-geojson"),
        ([FEATURE], "boundary.content-differs"),
    ],
)
def test_json_of_another_kind_is_refused(content: object, code: str) -> None:
    assert refusal(json.dumps(content).encode(), "xa.json") == code


@pytest.mark.parametrize("crs_type", ["link", "url", "URL"])
@pytest.mark.parametrize("is_within_shape", [False, True])
@pytest.mark.parametrize("key", ["crs", "CRS"])
def test_link_to_a_coordinate_system_is_not_followed(
    listener: Listener, crs_type: str, is_within_shape: bool, key: str
) -> None:
    crs = {key: {"type": crs_type, "properties": {"href": listener.url, "url": listener.url}}}
    shape = {**POINT, **(crs if is_within_shape else {})}
    content = {"type": "FeatureCollection", "features": [{**FEATURE, "geometry": shape}]}
    content |= {} if is_within_shape else crs
    assert refusal(json.dumps(content).encode(), "xa.geojson") == "boundary.crs-not-named"
    assert listener.asked == []


def test_named_coordinate_system_and_a_column_called_crs_are_read() -> None:
    properties = {"TENXA": "Mỹ Đức", "crs": "VN-2000"}
    content = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9208"}},
        "features": [{**FEATURE, "properties": properties}],
    }
    text = "\ufeff \n" + json.dumps(content)
    found = open_boundary_file(text.encode(), file_name="xa.geojson").features
    assert found.crs.to_epsg() == 9208
    assert found["crs"].tolist() == ["VN-2000"]


@pytest.mark.parametrize(
    "column",
    ["load_extension('x')", "gdal_get_pixel_value('x.tif', 1, 'georef', 0, 0)", "ogr_datasource_load_layers('x.gpkg')"],
)
def test_view_of_a_geopackage_reaches_nothing_outside(secret: Path, tmp_path: Path, column: str) -> None:
    path = tmp_path / "xa.gpkg"
    shutil.copy(secret, path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE VIEW shown AS SELECT fid AS OGC_FID, {column} AS TENXA FROM secret")
        connection.execute("DELETE FROM gpkg_contents")
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES ('shown', 'attributes', '', 0)"
        )
    connection.close()
    assert refusal(path.read_bytes(), path.name) == "boundary.file-unreadable"


@pytest.mark.parametrize("member", ["../xa.geojson", "/tmp/xa.geojson", "a\\..\\..\\xa.geojson", "C:\\xa.geojson"])
def test_zip_that_leads_out_of_itself_is_refused(member: str) -> None:
    content = json.dumps({"type": "FeatureCollection", "features": [FEATURE]}).encode()
    assert refusal(zipped(**{member: content}), "xa.zip") == "boundary.zip-leads-out"


def test_link_in_a_zip_is_refused(secret: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        link = zipfile.ZipInfo("xa.gpkg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(secret))
    assert refusal(content.getvalue(), "xa.zip") == "boundary.zip-leads-out"


def test_zip_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.boundary_zips.MOST_UNPACKED_BYTES", 10)
    assert refusal(zipped(**{"xa.geojson": b"{" * 11}), "xa.zip") == "boundary.zip-too-large"


def test_only_what_belongs_to_the_shapes_is_taken_from_a_zip(tmp_path: Path) -> None:
    """Capitals differ between the parts, a Mac adds its own, and a folder holds another layer's table."""
    layer = gpd.GeoDataFrame({"TENXA": ["An", "Bn"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:4326")
    layer.to_file(tmp_path / "xa.shp", engine="pyogrio", encoding="UTF-8")
    parts = {f"Ranh/XA.{end.upper()}": (tmp_path / f"xa.{end}").read_bytes() for end in ("shp", "shx", "dbf", "prj")}
    found = open_boundary_file(
        zipped(**parts, **{"__MACOSX/Ranh/._XA.SHP": b"Mac", "khac/xa.dbf": b"x", "doc.pdf": b"x"}), file_name="xa.zip"
    )
    assert found.features["TENXA"].tolist() == ["An", "Bn"]
    assert found.features.crs.to_epsg() == 4326


# ---- the second wall: GDAL itself, for what is not seen before it opens a file


def test_gdal_keeps_only_the_drivers_of_boundary_files() -> None:
    confine_gdal()
    assert set(pyogrio.list_drivers()) == DRIVERS


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
def test_confined_gdal_knows_no_instructions(
    secret: Path, listener: Listener, tmp_path: Path, instruction: Callable[[str], bytes]
) -> None:
    confine_gdal()
    for source in (str(secret), f"/vsicurl/{listener.url}/a.gpkg"):
        path = tmp_path / "xa.geojson"
        path.write_bytes(instruction(source))
        with pytest.raises(DataSourceError):
            pyogrio.read_info(path)
    assert listener.asked == []


def test_confined_gdal_does_not_reach_the_network(
    listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    confine_gdal()
    with pytest.raises(DataSourceError):
        pyogrio.read_info(f"/vsicurl/{listener.url}/a.geojson")
    crs = {"type": "link", "properties": {"href": listener.url}}
    path = tmp_path / "xa.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [FEATURE]}))
    pyogrio.read_info(path)
    assert listener.asked == []


def test_gdal_that_is_not_confined_does_both(secret: Path, listener: Listener, tmp_path: Path) -> None:
    """Without this the tests above might hold for a GDAL that could do no harm in the first place."""
    reading, fetching = tmp_path / "a.geojson", tmp_path / "b.geojson"
    reading.write_bytes(vrt(str(secret)))
    fetching.write_bytes(vrt(f"/vsicurl/{listener.url}/a.gpkg"))
    code = (
        "import sys, pyogrio\n"
        "print(pyogrio.read_info(sys.argv[1])['features'])\n"
        "try:\n    pyogrio.read_info(sys.argv[2])\n"
        "except Exception:\n    pass\n"
    )
    called = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(reading), str(fetching)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert called.stdout.split() == ["1"]
    assert listener.asked
