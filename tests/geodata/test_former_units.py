"""Former units: their names and codes lead to the units of today, and a divided one is not guessed."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import FigureError
from geodata.former_units import FORMER_COLUMNS, FormerUnits
from geodata.name_keys import accented_key
from geodata.names import NameIndex
from geodata.units import UNIT_COLUMNS, Units
from loaders.reference import load_former_units, load_units
from loaders.reference.former import CODES_2019, DIVIDED, build_former_units, write_former_units

UNIT_ROWS = [
    ("80", 1, "Long An", "tinh", None),
    ("807", 2, "Cần Giuộc", "thi-xa", "80"),
    ("808", 2, "Hồng Ngự", "huyen", "80"),
    ("809", 2, "Hồng Ngự", "thanh-pho", "80"),
    ("28159", 3, "Cần Giuộc", "thi-tran", "807"),
    ("28177", 3, "Mỹ Lộc", "xa", "807"),
    ("28180", 3, "Thành Lợi", "xa", "807"),
    ("28190", 3, "An Bình", "phuong", "809"),
    ("28191", 3, "Tân Kin", "xa", "808"),
]
FORMER_ROWS = [
    # Tân Kim became part of the township; Thành Lợi too, and its name went to what had been Thành Đông.
    ("28171", "Tân Kim", "xa", "Huyện Cần Giuộc", "80", "28159", False),
    ("28179", "Thành Lợi", "xa", "Huyện Cần Giuộc", "80", "28159", False),
    ("28180", "Thành Đông", "xa", "Huyện Cần Giuộc", "80", "28180", False),
    ("28186", "Trường Bình", "xa", "Huyện Cần Giuộc", "80", "28159", True),
    ("28186", "Trường Bình", "xa", "Huyện Cần Giuộc", "80", "28177", True),
    ("28190", "An Bình", "xa", "Thị xã Hồng Ngự", "80", "28190", False),
]


@pytest.fixture(scope="module")
def units() -> Units:
    table = pd.DataFrame(UNIT_ROWS, columns=pd.Index(["code", "level", "name", "kind", "parent_code"]))
    table["is_rural"] = table["kind"] == "xa"
    return Units(table.reindex(columns=pd.Index(UNIT_COLUMNS)), date(2021, 7, 1))


@pytest.fixture(scope="module")
def former() -> FormerUnits:
    return FormerUnits(pd.DataFrame(FORMER_ROWS, columns=pd.Index(FORMER_COLUMNS)), date(2019, 1, 1))


@pytest.fixture(scope="module")
def names(units: Units, former: FormerUnits) -> NameIndex:
    return NameIndex(units, former)


@pytest.mark.parametrize("typed", ["Xã Tân Kim", "tan kim", "TÂN KIM", "28171"])
@pytest.mark.parametrize("parent", ["807", "80"])
def test_former_name_or_code_is_followed(names: NameIndex, typed: str, parent: str) -> None:
    match = names.find_commune(typed, parent_code=parent)
    assert (match.code, match.former_name, match.is_close) == ("28159", "Xã Tân Kim", False)


def test_present_name_counts_before_the_same_former_name(names: NameIndex) -> None:
    for typed in ("Xã Thành Lợi", "Xã Thành Lơi", "Thành Lợii"):
        match = names.find_commune(typed, parent_code="807")
        assert (match.code, match.former_name) == ("28180", "")


def test_raised_commune_tells_its_former_name_where_its_former_kind_was_typed(names: NameIndex) -> None:
    assert names.find_commune("Xã An Bình", parent_code="809").former_name == "Xã An Bình"
    assert names.find_commune("An Bình", parent_code="809").former_name == ""
    assert names.find_commune("xã an bình", parent_code="809").code == "28190"


def test_typo_of_a_former_name_is_a_suggestion(names: NameIndex) -> None:
    match = names.find_commune("Tân Kimm", parent_code="807")
    assert (match.code, match.candidates, match.distances) == (None, ("28159",), (1.0,))


def test_former_name_of_the_province_is_not_taken_for_a_typo(names: NameIndex) -> None:
    assert names.find_commune("Tân Kin", parent_code="808").code == "28191"
    assert names.find_commune("Tân Kim", parent_code="808").is_ambiguous


def test_divided_unit_is_not_followed(names: NameIndex) -> None:
    for match in (names.find_commune("Trường Bình", parent_code="807"), names.find_code("28186")):
        assert match.code is None
        assert match.is_ambiguous
        assert match.candidates == ("28159", "28177")
        assert match.former_name == "Xã Trường Bình"


def test_part_of_a_divided_unit_is_not_followed_where_the_other_part_is_unknown(units: Units) -> None:
    table = pd.DataFrame(FORMER_ROWS[3:4], columns=pd.Index(FORMER_COLUMNS))
    names = NameIndex(units, FormerUnits(table, date(2019, 1, 1)))
    for match in (names.find_commune("Trường Bình", parent_code="807"), names.find_code("28186")):
        assert (match.code, match.candidates, match.is_ambiguous) == (None, ("28159",), True)


def test_codes_are_followed(names: NameIndex) -> None:
    assert names.find_code("28171").code == "28159"
    assert names.find_code("28171").former_name == "Xã Tân Kim"
    assert names.find_code("28180").former_name == ""  # a present code


@pytest.mark.parametrize(
    ("typed", "code", "former_name"),
    [
        ("Huyện Cần Giuộc", "807", "Huyện Cần Giuộc"),
        ("Cần Giuộc", "807", ""),
        ("Thị xã Hồng Ngự", "809", "Thị xã Hồng Ngự"),
        ("TP. Hồng Ngự", "809", ""),
        ("Huyện Hồng Ngự", "808", ""),
        ("Hồng Ngự", None, ""),
    ],
)
def test_raised_districts_are_followed(names: NameIndex, typed: str, code: str | None, former_name: str) -> None:
    match = names.find_district(typed, province_code="80")
    assert (match.code, match.former_name) == (code, former_name)


def test_without_former_units_only_present_names_are_found(units: Units) -> None:
    names = NameIndex(units)
    assert names.find_commune("Tân Kim", parent_code="807").code is None
    assert names.find_code("28171").code is None


def test_table_without_its_columns_is_refused(former: FormerUnits) -> None:
    with pytest.raises(FigureError, match="unit_code"):
        FormerUnits(former.table.drop(columns="unit_code"), former.list_date)


# ---- the shipped file --------------------------------------------------------------------------------------------


def test_shipped_units_differ_from_those_of_2021_and_lead_to_them() -> None:
    units, table = load_units(), load_former_units().table
    now = units.communes.loc[table["unit_code"]].set_axis(table.index)
    district = now["district_code"].map(units.districts["full_name"])
    is_same = (
        (table["former_code"] == table["unit_code"])
        & (table["name"].map(accented_key) == now["name"].map(accented_key))
        & (table["kind"] == now["kind"])
        & (table["district_name"] == district)
    )
    assert not is_same.any()
    assert (now["province_code"] == table["province_code"]).all()
    assert set(table.loc[table["is_divided"], "former_code"]) == set(DIVIDED)


def test_shipped_districts_that_were_raised() -> None:
    units = load_units()
    raised = load_former_units().districts_now_in(units, units.districts.index)
    assert {unit.full_name for unit in raised} == {
        *("Huyện Hòa Thành", "Huyện Trảng Bàng", "Huyện Phú Quốc", "Thị xã Dĩ An", "Thị xã Thuận An"),
        *("Thị xã Long Khánh", "Thị xã Hồng Ngự", "Thị xã Ngã Bảy"),
    }


@pytest.mark.shared
@pytest.mark.usefixtures("shared_folder")
def test_rebuilding_gives_the_shipped_file(tmp_path: Path) -> None:
    write_former_units(load_units(), tmp_path)
    shipped = files("loaders.reference").joinpath("former_units_2019.csv")
    assert (tmp_path / "former_units_2019.csv").read_bytes() == shipped.read_bytes()


@pytest.mark.shared
@pytest.mark.usefixtures("shared_folder")
def test_every_commune_of_2019_leads_to_its_unit_of_2021() -> None:
    units = load_units()
    names = NameIndex(units, load_former_units())
    astray: list[str] = []
    for row in pd.read_csv(CODES_2019, dtype="str").itertuples():
        district = names.find_district(str(row.district), province_code=str(row.province_code))
        match = names.find_commune(str(row.commune_2019), parent_code=district.code)
        if district.code is None or match.code != row.commune_code_2021:
            astray.append(str(row.commune_code_2019))
        if row.commune_code_2019 not in DIVIDED:
            assert names.find_code(str(row.commune_code_2019)).code == row.commune_code_2021
    # The divided ones; and Thành Lợi (Bình Tân), whose name went to another commune: the name means that one now.
    assert astray == ["26407", "28186", "29800", "31372"]


def test_a_divided_unit_that_is_not_as_described_is_refused() -> None:
    right = ["75", "Huyện Long Thành", "Xã Suối Trầu", "26407", "26410"]
    wrong = ["80", "Huyện Cần Giuộc", "Xã Trường Bình", "28186", "28177"]
    columns = ["province_code", "district", "commune_2019", "commune_code_2019", "commune_code_2021"]
    with pytest.raises(ValueError, match="28186 went to 28177"):
        build_former_units(pd.DataFrame([right, wrong], columns=pd.Index(columns)), load_units())
