"""The quality report, and rings that are repaired or refused."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from geodata.boundaries import STATED_IN_FILE, CheckedLayer, check_layer
from geodata.boundary_recognition import UnitList
from geodata.errors import BoundaryError
from geodata.units import Units
from loaders.boundary_files import open_boundary_file
from loaders.reference import load_units_2025, tables
from tests.geodata.four_communes import CODES, drawn, gadm, unit_list
from tests.geodata.test_boundaries import LEFT, RIGHT, layer
from tests.geodata.test_boundaries import unit_list as small_list


def checked(features: gpd.GeoDataFrame, **options: object) -> CheckedLayer:
    return check_layer(features, [small_list()], file_name="xa.gpkg", **options)  # type: ignore[arg-type]


def test_spike_is_repaired_and_told_with_its_place() -> None:
    """A border that goes out and back on the same line encloses nothing: its repair changes no area."""
    spiked = Polygon(
        [(105, 10), (105.1, 10), (105.1, 10.05), (105.15, 10.05), (105.1, 10.05), (105.1, 10.1), (105, 10.1)]
    )
    found = checked(layer(spiked, code=["30469"]))
    [repair] = found.quality.repairs
    assert (repair.label, repair.reason) == ("#1 30469", "Self-intersection")
    assert (repair.lon, repair.lat) == pytest.approx((105.1, 10.05), abs=0.06)
    assert repair.area_share == pytest.approx(0, abs=1e-9)
    assert found.communes.geometry.iloc[0].normalize().area == pytest.approx(LEFT.area)
    assert found.communes.geometry.iloc[0].is_valid


def test_repair_that_changes_the_area_is_refused_with_its_place() -> None:
    bow_tie = Polygon([(105, 10), (105.1, 10.1), (105.1, 10), (105, 10.1)])
    with pytest.raises(BoundaryError, match=r"#1 30469: Self-intersection\[105\.05 10\.05\] \(100\.0%\)") as caught:
        checked(layer(bow_tie, code=["30469"]))
    assert caught.value.code == "boundary.ring-invalid"


def test_commune_that_is_drawn_twice_is_told() -> None:
    found = checked(layer(LEFT, LEFT, RIGHT, code=["30469", "30469", "30472"]))
    [doubled] = found.quality.doubled
    assert (doubled.code, doubled.labels) == ("30469", ("#1 30469", "#2 30469"))
    assert doubled.overlap_m2 == pytest.approx(0.1 * 0.1 * 111_195**2 * 0.98, rel=0.02)
    assert checked(layer(LEFT, box(106, 9, 106.1, 9.1), code=["30469", "30469"])).quality.doubled == ()


def test_communes_of_the_list_that_are_missing_are_told() -> None:
    assert checked(layer(LEFT, code=["30469"])).quality.missing == {"89": ("30472", "30475")}


def test_areas_are_held_against_official_ones_or_said_to_be_unknown() -> None:
    assert checked(layer(LEFT, code=["30469"])).quality.areas.median_share is None
    measured = checked(layer(LEFT, code=["30469"])).quality.area_km2
    official = pd.DataFrame({"area_km2": [measured * 2], "source": ["GSO"]}, index=["30469"])
    areas = checked(layer(LEFT, code=["30469"]), official=lambda _: official).quality.areas
    assert (areas.compared, areas.median_share) == (1, 0.5)
    assert (areas.differences[0].source, round(areas.differences[0].share, 3)) == ("GSO", -0.5)


def test_area_that_the_file_states_counts_first() -> None:
    official = pd.DataFrame({"area_km2": [1.0, 1.0], "source": ["GSO"] * 2}, index=["30469", "30472"])
    features = layer(LEFT, RIGHT, code=["30469", "30472"], DIENTICH_HA=["12.000,5".replace(".", ""), ""])
    areas = checked(features, official=lambda _: official).quality.areas
    sources = {found.code: (found.official_km2, found.source) for found in areas.differences}
    assert sources["30472"] == (1.0, "GSO")
    assert areas.compared == 2
    in_file = {found.code: found.source for found in areas.differences}
    assert in_file.get("30469", STATED_IN_FILE) == STATED_IN_FILE


def test_crumb_is_told_and_kept() -> None:
    crumb = box(105.5, 10, 105.5 + 3 / 109_500, 10.001)  # 3 m by 110 m
    found = checked(layer(shapely.union(LEFT, crumb), code=["30469"]))
    [told] = found.quality.crumbs
    assert (told.code, told.area_m2) == ("30469", pytest.approx(3 * 110.6, rel=0.02))
    assert shapely.get_num_geometries(found.communes.geometry.iloc[0]) == 2


def test_clean_layer_of_a_source_has_a_clean_report() -> None:
    quality = check_layer(gadm(), [unit_list()], file_name="gadm.gpkg").quality
    assert (quality.overlaps, quality.gaps, quality.repairs, quality.doubled) == ((), (), (), ())
    assert quality.was_coverage
    assert (quality.features, quality.communes) == (4, 4)
    assert len(quality.missing["89"]) == 152


def test_what_was_drawn_stays_beside_what_was_closed() -> None:
    features = drawn(code=list(CODES))
    features.loc[1, "geometry"] = features.geometry.iloc[1].buffer(0.00002)  # 2 m over its neighbours
    found = check_layer(features, [unit_list()], file_name="xa.gpkg")
    assert found.quality.closed_m2 > 1000
    assert not found.quality.was_coverage
    assert shapely.coverage_is_valid(found.communes.to_crs("EPSG:32648").geometry.to_numpy())
    original = found.drawn.set_index("commune_code").geometry[CODES[1]]
    assert original.equals(features.geometry.iloc[1])
    assert not original.equals(found.communes.set_index("commune_code").geometry[CODES[1]])


REAL = [
    # file, list, communes, overlaps, gaps, at most m² closed, official areas compared
    ("communes_2021/south_communes_2021.parquet", None, 2480, (0, 0), (0, 0), 0, 29),
    ("wards_2025/south_wards_2025.parquet", load_units_2025, 1043, (50, 90), (70, 140), 2500, 1043),
]


def official_areas(units: Units) -> pd.DataFrame:
    return tables.load_official_areas(units.list_date)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "load", "communes", "overlaps", "gaps", "closed_m2", "compared"), REAL)
def test_real_layers(shared_folder: Path, name, load, communes, overlaps, gaps, closed_m2, compared) -> None:  # type: ignore[no-untyped-def]
    path = shared_folder / "data" / name
    features = open_boundary_file(path.read_bytes(), file_name=path.name).features
    unit_lists = [UnitList(load()) if load else unit_list()]
    found = check_layer(features, unit_lists, file_name=path.name, official=official_areas)
    quality = found.quality
    assert (quality.communes, found.unmatched, quality.repairs, quality.doubled) == (communes, (), (), ())
    assert overlaps[0] <= len(quality.overlaps) <= overlaps[1]
    assert gaps[0] <= len(quality.gaps) <= gaps[1]
    assert quality.closed_m2 <= closed_m2
    assert quality.open_flaws == ()
    assert sum(len(codes) for codes in quality.missing.values()) == (4 if load is None else 0)
    assert quality.areas.compared == compared
    assert shapely.coverage_is_valid(found.communes.to_crs("EPSG:32648").geometry.to_numpy())
