"""Boundary layers: what is recognised, what is refused, and that maps show no overlap."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geodata.boundaries import check_layer, compose_layer
from geodata.boundary_quality import communes_missing
from geodata.errors import BoundaryError
from geodata.units import UNIT_COLUMNS, Units
from loaders.boundary_files import open_boundary_file
from loaders.reference import load_units

ROWS = [
    ("89", 1, "An Giang", "tinh", None),
    ("889", 2, "Châu Phú", "huyen", "89"),
    ("30469", 3, "Mỹ Đức", "xa", "889"),
    ("30472", 3, "Mỹ Phú", "xa", "889"),
    ("30475", 3, "Ô Long Vỹ", "xa", "889"),
]
BOW_TIE = Polygon([(105, 10), (105.1, 10.1), (105.1, 10), (105, 10.1)])


def unit_list(rows: list[tuple[str, int, str, str, str | None]] = ROWS, day: date = date(2021, 7, 1)) -> Units:
    table = pd.DataFrame(rows, columns=pd.Index(["code", "level", "name", "kind", "parent_code"]))
    table["is_rural"] = table["kind"] == "xa"
    return Units(table.reindex(columns=pd.Index(UNIT_COLUMNS)), day)


def layer(*shapes: shapely.Geometry, crs: str | None = "EPSG:4326", **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


LEFT, RIGHT = box(105, 10, 105.1, 10.1), box(105.1, 10, 105.2, 10.1)


def test_units_are_recognised_by_code_in_any_column() -> None:
    found = check_layer(layer(LEFT, RIGHT, MAXA=["30472", "30469"]), [unit_list()], file_name="a.gpkg")
    assert list(found.communes["commune_code"]) == ["30469", "30472"]
    assert found.unmatched == ()


def test_units_are_recognised_by_names_with_parents() -> None:
    features = layer(LEFT, RIGHT, NAME_1=["AnGiang"] * 2, NAME_2=["ChâuPhú"] * 2, NAME_3=["MỹĐức", "Xã Mỹ Phú"])
    found = check_layer(features, [unit_list()], file_name="gadm.geojson")
    assert list(found.communes["commune_code"]) == ["30469", "30472"]


def test_features_that_are_no_unit_are_listed() -> None:
    found = check_layer(layer(LEFT, RIGHT, code=["30469", "99999"]), [unit_list()], file_name="a.gpkg")
    assert list(found.communes["commune_code"]) == ["30469"]
    assert found.unmatched == ("#2 99999",)


def test_parts_of_one_commune_become_one_row() -> None:
    island = box(106, 9, 106.1, 9.1)
    found = check_layer(layer(LEFT, island, code=["30469", "30469"]), [unit_list()], file_name="a.gpkg")
    assert isinstance(found.communes.geometry.iloc[0], MultiPolygon)


def test_layer_in_metres_comes_out_in_degrees() -> None:
    features = layer(LEFT, code=["30469"]).to_crs("EPSG:32648")
    found = check_layer(features, [unit_list()], file_name="a.gpkg")
    assert found.communes.crs == "EPSG:4326"
    assert found.communes.geometry.iloc[0].symmetric_difference(LEFT).area < 1e-9


@pytest.mark.parametrize(
    ("features", "code"),
    [
        (layer(LEFT, code=["30469"], crs=None), "boundary.crs-missing"),
        (layer(Point(105, 10), code=["30469"]), "boundary.not-polygons"),
        (layer(Polygon(), code=["30469"]), "boundary.not-polygons"),
        (layer(code=[]), "boundary.not-polygons"),
        (layer(LEFT, BOW_TIE, code=["30469", "30472"]), "boundary.ring-invalid"),
        (layer(LEFT, code=["99999"]), "boundary.units-unknown"),
        (layer(LEFT), "boundary.units-unknown"),
    ],
)
def test_what_cannot_be_used_is_refused(features: gpd.GeoDataFrame, code: str) -> None:
    with pytest.raises(BoundaryError) as caught:
        check_layer(features, [unit_list()], file_name="xa.geojson")
    assert caught.value.code == code
    assert "xa.geojson" in str(caught.value)


def test_invalid_ring_is_named_with_its_place() -> None:
    with pytest.raises(BoundaryError, match=r"#2 30472.*Self-intersection\[105\.05 10\.05\]"):
        check_layer(layer(LEFT, BOW_TIE, code=["30469", "30472"]), [unit_list()], file_name="a.gpkg")


LATER = unit_list([ROWS[0], ("30469", 3, "Châu Phú", "xa", "89"), ("30472", 3, "Mỹ Phú", "xa", "89")], date(2025, 7, 1))


def test_code_that_was_used_again_is_read_by_its_name() -> None:
    features = layer(LEFT, RIGHT, code=["30469", "30472"], name=["Xã Châu Phú", "Xã Mỹ Phú"])
    assert check_layer(features, [unit_list(), LATER], file_name="a.gpkg").units.list_date == date(2025, 7, 1)


def test_layer_that_fits_two_days_asks_for_the_day() -> None:
    with pytest.raises(BoundaryError) as caught:
        check_layer(layer(LEFT, code=["30469"]), [unit_list(), LATER], file_name="a.gpkg")
    assert caught.value.code == "boundary.day-unknown"


def test_real_outlines_replace_cells_without_overlap() -> None:
    cells = layer(LEFT, RIGHT, commune_code=["30469", "30472"])
    real = layer(box(105, 10, 105.15, 10.1), commune_code=["30469"])
    whole = compose_layer(cells, [real])
    assert list(whole["is_approximate"]) == [False, True]
    assert whole.geometry.iloc[0].intersection(whole.geometry.iloc[1]).area == 0
    assert shapely.area(whole.geometry.to_numpy()).sum() == pytest.approx(0.02)


def test_newest_layer_counts_and_covered_cells_disappear() -> None:
    cells = layer(LEFT, RIGHT, commune_code=["30469", "30472"])
    newest, older = layer(LEFT, commune_code=["30469"]), layer(RIGHT, commune_code=["30469"])
    whole = compose_layer(cells, [newest, older])
    assert whole.set_index("commune_code").geometry["30469"].equals(LEFT)
    everything = layer(box(105, 10, 105.2, 10.1), commune_code=["30469"])
    assert list(compose_layer(cells, [everything])["commune_code"]) == ["30469"]


def test_missing_communes_are_told_by_province() -> None:
    assert communes_missing(layer(LEFT, commune_code=["30469"]), unit_list()) == {"89": ("30472", "30475")}


REAL = [
    ("communes_2021/an_giang_tra_vinh_2021.geojson", 261),
    ("communes_2021/south_communes_2021.parquet", 2480),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), REAL)
def test_real_outlines_are_recognised_whole(shared_folder: Path, name: str, count: int) -> None:
    path = shared_folder / "data" / name
    features = open_boundary_file(path.read_bytes(), file_name=path.name).features
    found = check_layer(features, [load_units()], file_name=path.name)
    assert len(found.communes) == count
    assert found.unmatched == ()
