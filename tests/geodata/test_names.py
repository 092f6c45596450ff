"""Place names: what falls together, what stays apart, and that nothing is guessed."""

from __future__ import annotations

import unicodedata
from datetime import date

import pandas as pd
import pytest

from geodata.names import NameIndex, accented_key, plain_key, split_type_word
from geodata.units import UNIT_COLUMNS, Units

ROWS = [
    ("89", 1, "An Giang", "tinh", None),
    ("84", 1, "Trà Vinh", "tinh", None),
    ("889", 2, "Châu Phú", "huyen", "89"),
    ("892", 2, "Châu Thành", "huyen", "89"),
    ("847", 2, "Châu Thành", "huyen", "84"),
    ("30463", 3, "Cái Dầu", "thi-tran", "889"),
    ("30478", 3, "Vĩnh Thạnh Trung", "thi-tran", "889"),
    ("30469", 3, "Mỹ Đức", "xa", "889"),
    ("30472", 3, "Mỹ Phú", "xa", "889"),
    ("30595", 3, "Hòa Bình Thạnh", "xa", "892"),
    ("30598", 3, "Lộc Thạnh", "xa", "892"),
    ("30599", 3, "Lộc Thành", "xa", "892"),
    ("30600", 3, "Phước Long", "xa", "892"),
    ("30601", 3, "Phước Long", "thi-tran", "892"),
    ("30602", 3, "1", "phuong", "892"),
    ("29374", 3, "Hòa Lợi", "xa", "847"),
]


@pytest.fixture(scope="module")
def names() -> NameIndex:
    table = pd.DataFrame(ROWS, columns=pd.Index(["code", "level", "name", "kind", "parent_code"]))
    table["is_rural"] = table["kind"] == "xa"
    return NameIndex(Units(table.reindex(columns=pd.Index(UNIT_COLUMNS)), date(2021, 7, 1)))


@pytest.mark.parametrize(
    ("typed", "kinds", "rest"),
    [
        ("Xã Mỹ Đức", {"xa"}, "Mỹ Đức"),
        ("X. Mỹ Đức", {"xa"}, "Mỹ Đức"),
        ("TT. Cái Dầu", {"thi-tran"}, "Cái Dầu"),
        ("TT Cái Dầu", {"thi-tran"}, "Cái Dầu"),
        ("thị trấn Cái Dầu", {"thi-tran"}, "Cái Dầu"),
        ("P.1", {"phuong"}, "1"),
        ("P1", {"phuong"}, "1"),
        ("TX. Tân Châu", {"thi-xa"}, "Tân Châu"),
        ("H. Châu Phú", {"huyen"}, "Châu Phú"),
        ("T. An Giang", {"tinh"}, "An Giang"),
        ("Đặc khu Phú Quốc", {"dac-khu"}, "Phú Quốc"),
        ("Xà Phiên", set(), "Xà Phiên"),
        ("Phương Thạnh", set(), "Phương Thạnh"),
        ("Quảng Trị", set(), "Quảng Trị"),
        ("Thanh Phong", set(), "Thanh Phong"),
        ("Mỹ Đức", set(), "Mỹ Đức"),
    ],
)
def test_type_words_are_split_off(typed: str, kinds: set[str], rest: str) -> None:
    assert split_type_word(typed) == (frozenset(kinds), rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Bình", "Hoà Bình"),
        ("Hòa Bình", "HÒA  BÌNH"),
        ("Thủy Liễu", unicodedata.normalize("NFD", "Thuỷ Liễu")),
        ("Phan Rang-Tháp Chàm", "Phan Rang - Tháp Chàm"),
        ("An Giang", "AnGiang"),
        ("01", "1"),
    ],
)
def test_spellings_of_one_name_fall_together(one: str, other: str) -> None:
    assert accented_key(one) == accented_key(other)


@pytest.mark.parametrize(("one", "other"), [("Lộc Thạnh", "Lộc Thành"), ("Mỹ", "My"), ("10", "1"), ("Đa", "Da")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert accented_key(one) != accented_key(other)


def test_plain_key_is_bare_letters() -> None:
    assert plain_key("Số hộ  có điện-lưới") == "sohocodienluoi"


@pytest.mark.parametrize(
    ("typed", "district", "code"),
    [
        ("Mỹ Đức", "889", "30469"),
        ("xã MỸ ĐỨC", "889", "30469"),
        ("My Duc", "889", "30469"),
        ("Vĩnh Thạnh Trung", "889", "30478"),
        ("Xã Vĩnh Thạnh Trung", "889", "30478"),  # raised to thị trấn, still called xã
        ("Lộc Thạnh", "892", "30598"),
        ("TT Phước Long", "892", "30601"),
        ("Phường 01", "892", "30602"),
        ("30469", "889", "30469"),
    ],
)
def test_names_that_fit_one_commune(names: NameIndex, typed: str, district: str, code: str) -> None:
    assert names.find_commune(typed, parent_code=district).code == code


def test_name_of_two_kinds_is_ambiguous_without_its_kind(names: NameIndex) -> None:
    match = names.find_commune("Phước Long", parent_code="892")
    assert match.is_ambiguous
    assert set(match.candidates) == {"30600", "30601"}


def test_accents_that_decide_are_not_guessed(names: NameIndex) -> None:
    match = names.find_commune("Loc Thanh", parent_code="892")
    assert match.is_ambiguous
    assert set(match.candidates) == {"30598", "30599"}


def test_typo_is_a_suggestion_and_no_match(names: NameIndex) -> None:
    match = names.find_commune("Vĩnh Thạnh Chung", parent_code="889")
    assert match.code is None
    assert match.candidates[0] == "30478"


def test_name_of_another_district_is_not_found(names: NameIndex) -> None:
    assert names.find_commune("Mỹ Đức", parent_code="892").code is None


def test_district_names_repeat_between_provinces(names: NameIndex) -> None:
    assert names.find_district("Châu Thành", province_code=None).is_ambiguous
    assert names.find_district("H. Châu Thành", province_code="84").code == "847"
    assert names.find_province("An Giang").code == "89"
