"""The shipped unit lists and successors: against the official list, and rebuilt."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geodata.units import UNIT_COLUMNS, Units
from loaders.reference import load_successors, load_units, load_units_2025
from loaders.reference.build import FOLDER, Built, build_tables, write_boundaries, write_tables
from loaders.reference.packages import read_packages

NOT_CARRIED = ["28825"]  # Xã Phú An Hòa, see loaders/reference/README.md


@pytest.fixture(scope="module")
def units() -> Units:
    return load_units()


@pytest.fixture(scope="module")
def built() -> Built:
    return build_tables(read_packages())


def test_the_list_has_the_published_counts(units: Units) -> None:
    assert (len(units.provinces), len(units.districts), len(units.communes)) == (21, 211, 2484)
    assert units.communes["kind"].value_counts().to_dict() == {"xa": 1884, "phuong": 415, "thi-tran": 185}
    assert units.communes["is_rural"].sum() == 1884


def test_con_dao_is_a_district_without_communes(units: Units) -> None:
    assert units.find("755")["full_name"] == "Huyện Côn Đảo"
    assert units.communes_of("755").empty
    assert set(units.districts.index) - set(units.communes["district_code"]) == {"755"}


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("25432", "Thị trấn Chơn Thành"),
        ("25433", "Xã Thành Tâm"),
        ("28471", "Xã Bình Phú"),
        ("697", "Huyện Chơn Thành"),
        ("723", "Thị xã Tân Uyên"),
        ("890", "Huyện Tịnh Biên"),
        ("92", "Thành phố Cần Thơ"),
    ],
)
def test_units_bear_the_names_and_kinds_of_2021(units: Units, code: str, full_name: str) -> None:
    assert units.find(code)["full_name"] == full_name


def test_names_are_clean(units: Units) -> None:
    name = units.by_code["name"]
    assert (name == name.str.split().str.join(" ")).all()
    assert name.str.normalize("NFC").equals(name)


def test_no_two_communes_have_the_same_point(units: Units) -> None:
    assert not units.communes.duplicated(["lat", "lon"]).any()


def test_every_commune_has_an_extent_with_its_point_inside(units: Units) -> None:
    communes = units.communes
    assert ((communes["south"] < communes["lat"]) & (communes["lat"] < communes["north"])).all()
    assert ((communes["west"] < communes["lon"]) & (communes["lon"] < communes["east"])).all()


def test_points_say_where_they_are_from(units: Units) -> None:
    counts = units.communes["point_source"].value_counts().to_dict()
    assert counts == {"package": 2304, "placed-in-district": 62, "doubtful": 63, "package-point": 55}


def test_a_point_beside_its_district_is_not_believed(units: Units) -> None:
    # The geocoder found the Long Thạnh of another province; the extents of its district end west of it.
    town = units.find("30376")
    assert town["point_source"] == "doubtful"
    assert town["lon"] < 105.254786


def test_communes_of_2025_hang_on_their_provinces() -> None:
    young = load_units_2025()
    assert (len(young.provinces), len(young.districts), len(young.communes)) == (10, 0, 1043)
    assert young.communes["province_code"].value_counts()[["91", "86"]].tolist() == [102, 124]
    assert set(young.communes["kind"]) == {"xa", "phuong", "dac-khu"}


def test_every_commune_but_the_named_ones_is_carried_to_2025(units: Units) -> None:
    successors = load_successors()
    assert sorted(set(units.communes.index) - set(successors["commune_code"])) == NOT_CARRIED
    assert successors["commune_code"].isin(units.communes.index).all()
    assert successors["successor_code"].isin(load_units_2025().communes.index).all()


def test_a_carried_commune_has_one_default_and_is_divided_where_it_has_several() -> None:
    by_commune = load_successors().groupby("commune_code")
    assert (by_commune["is_default"].sum() == 1).all()
    assert ((by_commune.size() > 1) == by_commune["is_divided"].all()).all()
    assert not load_successors().duplicated(["commune_code", "successor_code"]).any()


@pytest.mark.parametrize(
    ("commune", "successors"),
    [
        ("30337", ["30337"]),  # Thị trấn An Phú stays An Phú
        ("22747", ["22759"]),  # gone before 2025, found by its name in the district
        ("31379", ["31378"]),  # Phú Tân of Hậu Giang, not its namesake of Sóc Trăng
    ],
)
def test_what_became_of_single_communes(commune: str, successors: list[str]) -> None:
    table = load_successors()
    assert table.loc[table["commune_code"] == commune, "successor_code"].tolist() == successors


def test_rebuilding_gives_the_shipped_files(built: Built, tmp_path: Path) -> None:
    write_tables(built, tmp_path)
    for name in ("units_2021.csv", "units_2025.csv", "successors_2025.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_rebuilding_gives_the_shipped_boundaries(tmp_path: Path) -> None:
    for name in ("units_2021.csv", "units_2025.csv", "successors_2025.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    for name, size in write_boundaries(tmp_path).items():
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
        assert size < 400_000


def test_the_build_reports_what_it_could_not_carry(built: Built) -> None:
    assert list(built.not_carried) == NOT_CARRIED
    assert len(built.namesakes) == 27
    assert tuple(built.units_2021.columns) == UNIT_COLUMNS


@pytest.mark.shared
def test_units_are_those_of_the_official_list(units: Units, shared_folder: Path) -> None:
    path = shared_folder / "data/communes_2021/official_list_2021-07-01.csv"
    official = pd.read_csv(path, dtype="str").set_index("commune_code").sort_index()
    # The list has some doubled spaces, and some capital letters in the type word.
    full = units.by_code["full_name"].str.lower()
    for column, code in (("commune", official.index), ("district", official["district_code"])):
        expected = official[column].str.split().str.join(" ").str.lower()
        assert full[code].tolist() == expected.tolist()
    assert full[official["province_code"]].tolist() == official["province"].str.lower().tolist()
    communes = units.communes
    assert communes.index.tolist() == official.index.tolist()
    assert communes["district_code"].tolist() == official["district_code"].tolist()
    assert communes["province_code"].tolist() == official["province_code"].tolist()
    kinds = {"Xã": "xa", "Phường": "phuong", "Thị trấn": "thi-tran"}
    assert communes["kind"].tolist() == official["type"].map(kinds).tolist()
