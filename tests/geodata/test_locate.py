"""Points in communes: inside, on borders, outside, in holes and on islands; both ways equal `geopandas.sjoin`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geodata import compiled, compiled_raster
from geodata.errors import BoundaryError
from geodata.locate import COMPILED, PLAIN, CommuneLocator
from loaders.reference import load_approximate_boundaries

METHODS = [COMPILED, PLAIN]

# Two squares side by side; the right one has a hole and an island of its own.
LEFT = box(105.0, 10.0, 105.1, 10.1)
RIGHT = MultiPolygon(
    [
        Polygon(box(105.1, 10.0, 105.2, 10.1).exterior, [box(105.14, 10.04, 105.16, 10.06).exterior]),
        box(105.3, 10.0, 105.31, 10.01),
    ]
)


def outlines(*shapes: Any, crs: Any = "EPSG:4326") -> gpd.GeoDataFrame:
    codes = [f"{number:05}" for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"commune_code": codes}, geometry=list(shapes), crs=crs)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (105.05, 10.05, "00001"),
        (105.15, 10.01, "00002"),
        (105.305, 10.005, "00002"),  # the island
        (105.15, 10.05, None),  # the hole
        (105.1, 10.05, "00001"),  # the border of both: the lowest code
        (105.1, 10.1, "00001"),  # a corner of both
        (105.2, 10.05, "00002"),  # the rim
        (105.14, 10.05, "00002"),  # the rim of the hole
        (105.25, 10.05, None),
        (0.0, 0.0, None),
        (float("nan"), 10.05, None),
        (105.05, float("inf"), None),
    ],
)
def test_each_point_lies_in_one_commune_or_in_none(method: str, lon: float, lat: float, code: str | None) -> None:
    locator = CommuneLocator(outlines(LEFT, RIGHT), method=method)
    assert locator.method == method
    assert locator.codes_of(np.array([lon]), np.array([lat])).tolist() == [code]


@pytest.mark.parametrize("method", METHODS)
def test_lowest_code_counts_where_communes_overlap_and_inside_before_border(method: str) -> None:
    wide = outlines(box(105.0, 10.0, 105.1, 10.1), box(105.05, 10.0, 105.2, 10.1))
    locator = CommuneLocator(wide, method=method)
    assert locator.codes_of(np.array([105.07, 105.1]), np.array([10.05, 10.05])).tolist() == ["00001", "00002"]


@pytest.mark.parametrize("method", METHODS)
def test_counts_name_every_commune(method: str) -> None:
    locator = CommuneLocator(outlines(RIGHT, LEFT), method=method)
    counts = locator.count(np.array([105.05, 105.06, np.nan]), np.array([10.05, 10.05, 10.0]))
    assert counts.to_dict() == {"00001": 0, "00002": 2}


def test_points_outside_have_their_nearest_commune_in_metres() -> None:
    locator = CommuneLocator(outlines(LEFT, RIGHT))
    found = locator.distances_outside(np.array([104.99, 105.15, np.nan]), np.array([10.05, 10.05, 10.0]))
    assert found.commune_code.tolist() == ["00001", "00002", None]
    # A hundredth of a degree is 1,095 m at 10.05° north, and the hole's rim is as far from its middle.
    assert found.distance_m[:2] == pytest.approx([1096, 1096], abs=12)
    assert np.isnan(found.distance_m[2])


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (outlines(LEFT, crs="EPSG:32648"), "locate.crs"),
        (outlines(LEFT, crs=None), "locate.crs"),
        (outlines(LEFT, None), "locate.outlines"),
        (outlines(Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])), "locate.outlines"),
        (outlines(LEFT, shapely.Point(105, 10)), "locate.outlines"),
        (outlines(LEFT, Polygon()), "locate.outlines"),
        (outlines(LEFT, RIGHT).assign(commune_code="00001"), "locate.outlines"),
    ],
)
def test_outlines_that_cannot_be_used_are_refused(layer: gpd.GeoDataFrame, code: str) -> None:
    with pytest.raises(BoundaryError) as caught:
        CommuneLocator(layer)
    assert caught.value.code == code


def brute_force(layer: gpd.GeoDataFrame, lon: Any, lat: Any) -> list[str | None]:
    """The rule, point by point: the lowest code inside, else the lowest on the border."""
    answers: list[str | None] = []
    for point in shapely.points(lon, lat):
        inside = [c for c, g in zip(layer["commune_code"], layer.geometry, strict=True) if g.contains(point)]
        touching = [c for c, g in zip(layer["commune_code"], layer.geometry, strict=True) if g.intersects(point)]
        answers.append(min(inside or touching, default=None))
    return answers


@st.composite
def tilings(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, list[tuple[float, float]]]:
    """A square cut into cells around points, and points: anywhere, on corners, and in the middle of edges."""
    places = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (105 + p[0] / 100, 10 + p[1] / 100))
    seeds = draw(st.lists(places, min_size=3, max_size=8, unique=True))
    square = box(105, 10, 105.4, 10.4)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=square)
    shapes = [shape for cell in cells.geoms if (shape := cell.intersection(square)).geom_type == "Polygon"]
    corners = [corner for shape in shapes for corner in shape.exterior.coords]
    middles = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for shape in shapes
        for a, b in zip(shape.exterior.coords, shape.exterior.coords[1:], strict=False)
    ]
    return outlines(*shapes), [*corners, *middles, *draw(st.lists(places, max_size=20))]


@settings(max_examples=40, deadline=None)
@given(tilings())
def test_both_ways_keep_the_rule_wherever_a_point_is(
    tiling: tuple[gpd.GeoDataFrame, list[tuple[float, float]]],
) -> None:
    layer, points = tiling
    lon, lat = np.array(points).T
    expected = brute_force(layer, lon, lat)
    for method in METHODS:
        locator = CommuneLocator(layer, cell=0.03, method=method)
        assert locator.codes_of(lon, lat).tolist() == expected
        assert locator.codes_of(lon[::-1], lat[::-1]).tolist() == expected[::-1]


@settings(max_examples=40, deadline=None)
@given(tilings(), st.integers(2, 9))
def test_the_rule_holds_however_fine_the_bands_of_a_row(
    tiling: tuple[gpd.GeoDataFrame, list[tuple[float, float]]], finer: int
) -> None:
    layer, points = tiling
    lon, lat = np.array(points).T
    with mock.patch.object(compiled_raster, "_bands_of_a_row", return_value=finer):
        locator = CommuneLocator(layer, cell=0.03, method=COMPILED)
    assert locator.codes_of(lon, lat).tolist() == brute_force(layer, lon, lat)


def assert_equals_sjoin(layer: gpd.GeoDataFrame, points: int) -> None:
    draw = np.random.default_rng(2021)
    west, south, east, north = layer.total_bounds
    lon, lat = draw.uniform(west, east, points), draw.uniform(south, north, points)
    joined = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326).sjoin(
        layer[["commune_code", "geometry"]], predicate="within", how="left"
    )
    # Where outlines overlap a point joins several: the lowest code counts.
    expected = joined.sort_values("commune_code").groupby(level=0)["commune_code"].first().reindex(range(points))
    for method in METHODS:
        found = CommuneLocator(layer, method=method).codes_of(lon, lat)
        same = (found == expected.to_numpy(dtype=object)) | (np.equal(found, None) & expected.isna().to_numpy())
        assert same.all()


def test_shipped_layer_gives_what_sjoin_gives() -> None:
    assert_equals_sjoin(load_approximate_boundaries(), 50_000)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["communes_2021/south_communes_2021.parquet", "wards_2025/south_wards_2025.parquet"])
def test_real_outlines_give_what_sjoin_gives(shared_folder: Path, name: str) -> None:
    layer = gpd.read_parquet(shared_folder / "data" / name)
    code = next(column for column in ("code", "ma_xa", "commune_code", "gso_code") if column in layer.columns)
    layer = layer.rename(columns={code: "commune_code"}).assign(geometry=layer.geometry.make_valid())
    polygons = layer[layer.geometry.geom_type.isin(["Polygon", "MultiPolygon"])].drop_duplicates("commune_code")
    assert_equals_sjoin(polygons, 200_000)


def test_plain_way_is_taken_where_numba_does_not_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_import_numba", lambda: None)
    compiled_raster.compiled_loops.cache_clear()
    try:
        assert CommuneLocator(outlines(LEFT)).method == PLAIN
    finally:
        compiled_raster.compiled_loops.cache_clear()


def test_numba_is_imported_only_when_points_are_located_and_beside_our_package() -> None:
    code = (
        "import sys, coverage.workspace, geodata.locate\n"
        "assert 'numba' not in sys.modules\n"
        "from geodata.compiled import compile_loop\n"
        "assert compile_loop(lambda x: x + 1)(1) == 2\n"
        "import coverage.indicators"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_compiled_way_works_where_no_cache_can_be_written(tmp_path: Path) -> None:
    code = (
        "import numpy as np\n"
        "from tests.geodata.test_locate import LEFT, RIGHT, outlines\n"
        "from geodata.locate import CommuneLocator\n"
        "found = CommuneLocator(outlines(LEFT, RIGHT))\n"
        "assert found.method == 'compiled'\n"
        "assert found.codes_of(np.array([105.05]), np.array([10.05]))[0] == '00001'"
    )
    (tmp_path / "file").write_text("", encoding="utf-8")
    # A file in place of a folder: nobody can write below it, whatever their rights.
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "file" / "cache"), "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)


def test_compiled_way_works_in_an_installation_that_cannot_be_written(tmp_path: Path) -> None:
    """No folder takes the compiled code: not beside the source, nor the user's. It is compiled anew then."""
    package = tmp_path / "geodata"
    shutil.copytree(Path(compiled.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__", "locales"))
    # Files in place of folders: nobody can write below them, whatever their rights.
    for blocked in (package / "__pycache__", tmp_path / "home"):
        blocked.write_text("", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    code = (
        "import geodata.locate, geopandas, numpy, shapely\n"
        f"assert geodata.locate.__file__.startswith({str(tmp_path)!r})\n"
        "square = geopandas.GeoDataFrame({'commune_code': ['1']}, geometry=[shapely.box(105, 10, 106, 11)], crs=4326)\n"
        "found = geodata.locate.CommuneLocator(square)\n"
        "assert found.method == 'compiled'\n"
        "assert found.codes_of(numpy.array([105.5, 104]), numpy.array([10.5, 10])).tolist() == ['1', None]"
    )
    places = {"HOME": tmp_path / "home", "XDG_CACHE_HOME": tmp_path / "home", "PYTHONPATH": tmp_path}
    environment = {name: str(place) for name, place in places.items()} | {"PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    assert sorted(tmp_path.rglob("*")) == before
