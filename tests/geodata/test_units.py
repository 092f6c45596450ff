"""Unit lists: what is whose, and what an unknown or doubled code says."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from geodata.errors import PlaceError
from geodata.units import COMPANY_CODE, UNIT_COLUMNS, Units

# code, level, name, kind, parent
HOUSE_OF_TWO = [
    ("84", 1, "Trà Vinh", "tinh", None),
    ("89", 1, "An Giang", "tinh", None),
    ("886", 2, "An Phú", "huyen", "89"),
    ("755", 2, "Côn Đảo", "huyen", "84"),
    ("30337", 3, "An Phú", "thi-tran", "886"),
    ("30340", 3, "Khánh An", "xa", "886"),
]


def units_of(rows: list[tuple[str, int, str, str, str | None]]) -> Units:
    table = pd.DataFrame(rows, columns=["code", "level", "name", "kind", "parent_code"])
    table["is_rural"] = table["kind"] == "xa"
    return Units(table.reindex(columns=list(UNIT_COLUMNS)), date(2021, 7, 1))


@pytest.fixture
def units() -> Units:
    return units_of(HOUSE_OF_TWO)


def test_communes_know_their_names_districts_and_provinces(units: Units) -> None:
    town = units.communes.loc["30337"]
    assert (town["full_name"], town["district_code"], town["province_code"]) == ("Thị trấn An Phú", "886", "89")


def test_districts_and_provinces_are_their_own(units: Units) -> None:
    district = units.districts.loc["886"]
    assert (district["district_code"], district["province_code"]) == ("886", "89")
    assert units.provinces["province_code"].tolist() == ["84", "89"]
    assert units.provinces["district_code"].isna().all()


@pytest.mark.parametrize(
    ("area", "codes"),
    [
        (COMPANY_CODE, ["30337", "30340"]),
        ("89", ["30337", "30340"]),
        ("886", ["30337", "30340"]),
        ("30340", ["30340"]),
        ("755", []),
        ("84", []),
    ],
)
def test_communes_of_an_area(units: Units, area: str, codes: list[str]) -> None:
    assert units.communes_of(area).index.tolist() == codes


def test_without_districts_the_parent_is_the_province() -> None:
    young = units_of([("91", 1, "An Giang", "tinh", None), ("30337", 3, "An Phú", "xa", "91")])
    commune = young.communes.loc["30337"]
    assert commune["province_code"] == "91"
    assert pd.isna(commune["district_code"])
    assert young.communes_of("91").index.tolist() == ["30337"]


@pytest.mark.parametrize("code", ["", "1", "30338", "EVN", " 89"])
def test_an_unknown_code_is_an_error_that_names_it(units: Units, code: str) -> None:
    with pytest.raises(PlaceError) as caught:
        units.find(code)
    assert caught.value.code == "place.code-unknown"
    assert f'the code "{code}"' in str(caught.value)


def test_a_doubled_code_is_refused() -> None:
    with pytest.raises(PlaceError) as caught:
        units_of([*HOUSE_OF_TWO, ("30340", 3, "Khánh Bình", "xa", "886")])
    assert caught.value.code == "units.code-doubled"
    assert "30340" in str(caught.value)


def test_the_order_of_rows_does_not_matter(units: Units) -> None:
    pd.testing.assert_frame_equal(units_of(HOUSE_OF_TWO[::-1]).by_code, units.by_code)
