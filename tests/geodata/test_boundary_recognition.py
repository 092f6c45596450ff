"""Which commune a feature is: every source, by code, names, location and hand, and what is never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from geodata.boundary_attributes import read_attributes
from geodata.boundary_features import (
    BY_CODE,
    BY_HAND,
    BY_LOCATION,
    BY_NAMES,
    CODE_CONTRADICTS_NAME,
    DIVIDED,
    FAR_AWAY,
    LEFT_OUT,
    NO_MATCH,
    OUTSIDE,
    SEVERAL_NAMES,
    UNKNOWN,
    Recognition,
)
from geodata.boundary_recognition import UnitList, recognise
from geodata.errors import BoundaryError
from loaders.boundary_files import open_boundary_file
from loaders.reference import load_units_2025
from tests.geodata.four_communes import CODES, drawn, gadm, geoboundaries, ocha, provincial, unit_list


def found_in(features: gpd.GeoDataFrame, lists: Sequence[UnitList] | None = None) -> Recognition:
    return recognise(features, read_attributes(features), lists or [unit_list()], file_name="xa.gpkg")


def codes(recognition: Recognition) -> list[str | None]:
    return [feature.code for feature in recognition.features]


@pytest.mark.parametrize(
    ("source", "how"),
    [(gadm, BY_NAMES), (geoboundaries, BY_LOCATION), (ocha, BY_CODE), (provincial, BY_NAMES)],
)
def test_every_source_is_recognised(source: Callable[[], gpd.GeoDataFrame], how: str) -> None:
    found = found_in(source())
    assert codes(found) == list(CODES)
    assert {feature.how for feature in found.features} == {how}
    assert found.counts[how] == 4


def test_official_file_of_2025_is_read_in_its_own_list() -> None:
    later = load_units_2025().communes.loc[["30463", "30487"]]
    features = gpd.GeoDataFrame(
        {"code": later.index, "name": later["full_name"].to_numpy(), "province": ["91_an_giang"] * 2},
        geometry=[
            box(lon - 0.02, lat - 0.02, lon + 0.02, lat + 0.02)
            for lon, lat in zip(later["lon"], later["lat"], strict=True)
        ],
        crs="EPSG:4326",
    )
    found = found_in(features, [unit_list(), UnitList(load_units_2025())])
    assert (found.units.list_date, codes(found)) == (date(2025, 7, 1), ["30463", "30487"])
    # Without the codes the names and provinces tell; the number before the province is no part of its name.
    found = found_in(features.drop(columns="code"), [unit_list(), UnitList(load_units_2025())])
    assert (found.units.list_date, codes(found)) == (date(2025, 7, 1), ["30463", "30487"])


def test_codes_come_as_numbers_too() -> None:
    assert codes(found_in(drawn(MA=[float(code) for code in CODES]))) == list(CODES)


def test_numbers_that_happen_to_be_codes_make_no_column_of_codes() -> None:
    features = geoboundaries().assign(dan_so=["30469", "8120", "9003", "11250"])
    found = found_in(features)
    assert codes(found) == list(CODES)
    assert found.counts[BY_LOCATION] == 4


def test_code_that_contradicts_its_name_is_not_taken() -> None:
    found = found_in(drawn(code=list(CODES), name=["Cái Dầu", "Mỹ Đức", "Mỹ Phú", "Vĩnh Ngươn"]))
    assert codes(found) == [*CODES[:3], None]
    last = found.features[3]
    assert (last.how, last.reason) == (UNKNOWN, CODE_CONTRADICTS_NAME)
    assert CODES[3] in last.suggestions  # where it lies says what it may be


def test_feature_far_from_the_commune_of_its_code_is_not_taken() -> None:
    features = drawn(code=list(CODES))
    features.loc[0, "geometry"] = box(107.0, 11.0, 107.1, 11.1)
    found = found_in(features)
    assert (found.features[0].code, found.features[0].reason) == (None, FAR_AWAY)
    assert found.features[0].suggestions[0] == CODES[0]
    assert list(found.said_codes) == list(CODES)


def test_nameless_features_are_recognised_by_place_with_their_confidence() -> None:
    found = found_in(drawn(id=["a", "b", "c", "d"]))
    assert codes(found) == list(CODES)
    assert {feature.how for feature in found.features} == {BY_LOCATION}
    assert all(feature.confidence == pytest.approx(1) for feature in found.features)  # its own cell


def test_nameless_feature_over_half_of_two_communes_is_none() -> None:
    halves = drawn(id=["a", "b", "c", "d"])
    west, south, east, north = halves.geometry.iloc[1].union(halves.geometry.iloc[2]).bounds
    features = gpd.GeoDataFrame({"id": ["a"]}, geometry=[box(west, south, east, north)], crs="EPSG:4326")
    [feature] = found_in(features).features
    assert (feature.code, feature.reason) == (None, NO_MATCH)
    assert {CODES[1], CODES[2]} & set(feature.suggestions)


def test_two_features_of_different_names_never_become_one_commune() -> None:
    features = pd.concat([geoboundaries(), geoboundaries().iloc[[1]]], ignore_index=True)
    features.loc[4, "shapeName"] = "Mỹ Đứt"  # one wrong letter: by names it would be Mỹ Đức
    features = features.assign(TENHUYEN="Châu Phú")
    found = found_in(features)
    assert codes(found) == [*CODES, None]
    assert found.features[4].reason == SEVERAL_NAMES
    assert found.features[4].suggestions[0] == CODES[1]


def test_islands_of_one_name_are_one_commune() -> None:
    features = pd.concat([gadm(), gadm().iloc[[1]]], ignore_index=True)
    assert codes(found_in(features)) == [*CODES, CODES[1]]


def test_communes_that_were_merged_are_parts_of_the_one_they_became() -> None:
    """Xã Tân Kim was merged into the township Cần Giuộc, Long An, which kept its name."""
    town = load_cell("28159")
    west, south, east, north = town.bounds
    middle = (west + east) / 2
    features = gpd.GeoDataFrame(
        {"tinh": ["Long An"] * 2, "huyen": ["Cần Giuộc"] * 2, "xa": ["Thị trấn Cần Giuộc", "Xã Tân Kim"]},
        geometry=[
            town.intersection(box(west, south, middle, north)),
            town.intersection(box(middle, south, east, north)),
        ],
        crs="EPSG:4326",
    )
    found = found_in(features)
    assert codes(found) == ["28159", "28159"]
    assert [feature.former_name for feature in found.features] == ["", "Xã Tân Kim"]


def test_district_that_may_be_two_is_the_one_that_has_the_commune() -> None:
    """Thị xã Cai Lậy has a ward 3, huyện Cai Lậy has Hiệp Đức; GADM writes both districts CaiLậy."""
    communes = unit_list().units.communes
    town = communes.index[(communes["district_code"] == "817") & (communes["name"] == "3")][0]
    rural = communes.index[(communes["district_code"] == "820") & (communes["name"] == "Hiệp Đức")][0]
    features = gpd.GeoDataFrame(
        {"NAME_1": ["TiềnGiang"] * 2, "NAME_2": ["CaiLậy"] * 2, "NAME_3": ["3", "HiệpĐức"], "TYPE_3": ["Phường", "Xã"]},
        geometry=[load_cell(town), load_cell(rural)],
        crs="EPSG:4326",
    )
    found = found_in(features)
    assert codes(found) == [town, rural]
    assert found.counts[BY_NAMES] == 2


def test_islet_far_from_its_commune_is_asked_for_and_not_taken_for_another_provinces() -> None:
    features = gpd.GeoDataFrame({"ten": ["Xã Thổ Châu"]}, geometry=[box(103.46, 9.55, 103.48, 9.57)], crs="EPSG:4326")
    [feature] = found_in(pd.concat([geoboundaries().rename(columns={"shapeName": "ten"}), features])).features[4:]
    assert (feature.how, feature.reason, feature.suggestions) == (UNKNOWN, NO_MATCH, ("31105",))


def test_commune_that_was_divided_is_not_followed() -> None:
    features = gpd.GeoDataFrame({"code": ["28186"]}, geometry=[load_cell("28159")], crs="EPSG:4326")
    [feature] = found_in(features).features
    assert (feature.code, feature.reason) == (None, DIVIDED)
    assert {"28159", "28177"} <= set(feature.suggestions)


def load_cell(code: str):  # type: ignore[no-untyped-def]
    cells = unit_list().cells
    assert cells is not None
    return cells.set_index("commune_code").geometry[code]


def test_what_the_user_says_counts_before_all_else() -> None:
    features = drawn(ten=["A", "B", "C", "D"])
    by_hand = {"A": CODES[0], "B": CODES[2], "C": ""}
    found = found_in(features, [unit_list(by_hand=by_hand)])
    assert codes(found)[:3] == [CODES[0], CODES[2], None]
    assert [feature.how for feature in found.features[:3]] == [BY_HAND, BY_HAND, LEFT_OUT]
    assert [feature.label for feature in found.unknown] == ["#4 D"]


def test_features_of_other_provinces_are_told_apart_from_those_nobody_knows() -> None:
    saigon = box(106.69, 10.77, 106.71, 10.79)
    features = pd.concat(
        [
            gadm(),
            gpd.GeoDataFrame(
                {"NAME_1": ["HồChíMinh"], "NAME_2": ["Quận1"], "NAME_3": ["BếnNghé"]},
                geometry=[saigon],
                crs="EPSG:4326",
            ),
        ],
        ignore_index=True,
    )
    found = found_in(features)
    assert codes(found) == [*CODES, None]
    assert found.features[4].how == OUTSIDE
    assert found.unknown == ()


def test_features_without_any_attribute_do_not_tell_the_day() -> None:
    block = gpd.GeoDataFrame({"id": ["a"]}, geometry=[box(105.0, 10.4, 105.3, 10.7)], crs="EPSG:4326")
    with pytest.raises(BoundaryError) as caught:
        found_in(block, [unit_list(), UnitList(load_units_2025())])
    assert caught.value.code == "boundary.day-unknown"


def test_keys_name_features_by_what_they_say_else_by_their_place() -> None:
    assert read_attributes(gadm()).features[1] == "AnGiang|ChâuPhú|MỹĐức"
    nameless = read_attributes(drawn(id=["", "", "", ""]))
    lon, lat = (float(part) for part in nameless.features[0].split(", "))
    assert (105 < lon < 105.3, 10.4 < lat < 10.8) == (True, True)
    assert read_attributes(gadm()).layout == read_attributes(gadm().rename(columns=str.lower)).layout
    assert read_attributes(gadm()).layout != read_attributes(ocha()).layout


REAL_2021 = "communes_2021/south_communes_2021.parquet"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("kept", "least", "most_wrong"),
    [(["commune", "district", "province"], 2480, 0), (["commune"], 2420, 0), ([], 1950, 25)],
)
def test_real_outlines_without_codes(shared_folder: Path, kept: list[str], least: int, most_wrong: int) -> None:
    path = shared_folder / "data" / REAL_2021
    real = open_boundary_file(path.read_bytes(), file_name=path.name).features
    found = found_in(real[[*kept, "geometry"]])
    pairs = [(code, true) for code, true in zip(codes(found), real["commune_code"], strict=True) if code]
    assert len(pairs) >= least
    assert sum(code != true for code, true in pairs) <= most_wrong
