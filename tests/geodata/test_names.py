"""Place names: what falls together, what stays apart, and that nothing is guessed."""

from __future__ import annotations

import unicodedata
from datetime import date

import pandas as pd
import pytest

from geodata.name_keys import accented_key, plain_key, split_type_word
from geodata.names import NameIndex, PlaceMatch
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
    ("30603", 3, "11", "phuong", "892"),
    ("30604", 3, "Long Hưng A", "xa", "892"),
    ("30605", 3, "Mỹ Phúc", "xa", "892"),
    ("29374", 3, "Hòa Lợi", "xa", "847"),
    ("29375", 3, "Thạnh Mỹ", "xa", "847"),
    ("29376", 3, "Thanh Mỹ", "thi-tran", "847"),
    ("29377", 3, "III", "phuong", "847"),
    ("29378", 3, "Xà Phiên", "xa", "847"),
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
        ("F.1", {"phuong"}, "1"),
        ("P III", {"phuong"}, "III"),
        ("Ph. An Hội", {"phuong"}, "An Hội"),
        ("TTr. Cái Dầu", {"thi-tran"}, "Cái Dầu"),
        ("TX. Tân Châu", {"thi-xa"}, "Tân Châu"),
        ("H. Châu Phú", {"huyen"}, "Châu Phú"),
        ("T. An Giang", {"tinh"}, "An Giang"),
        ("Đặc khu Phú Quốc", {"dac-khu"}, "Phú Quốc"),
        ("Xà Phiên", set(), "Xà Phiên"),
        ("Phương Thạnh", set(), "Phương Thạnh"),
        ("Quảng Trị", set(), "Quảng Trị"),
        ("Thanh Phong", set(), "Thanh Phong"),
        ("QUANG TRI", set(), "QUANG TRI"),
        ("XÃMỸĐỨC", {"xa"}, "MỸĐỨC"),
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


@pytest.mark.parametrize(
    "typed",
    [
        "Mĩ Đức",
        "Mỹ Đưc",  # one diacritic left out
        "My Đức",
        "MỸ  ĐỨC ",
        unicodedata.normalize("NFD", "Mỹ Đức"),
        "X.Mỹ Đức",
        "MỹĐức",
        "Mỹ-Đức",
        "mỹđức",
        "XA MY DUC",
    ],
)
def test_left_out_diacritics_case_and_spacing_are_no_typos(names: NameIndex, typed: str) -> None:
    match = names.find_commune(typed, parent_code="889")
    assert (match.code, match.is_close) == ("30469", False)
    assert match.distance < 1


@pytest.mark.parametrize(
    "typed",
    [
        "Mỹ Đứt",  # another letter
        "Mỹ Đứ",  # one too few
        "Mỹ Đứcc",  # one too many
        "Mỹ Đcứ",  # two swapped
        "Mỷ Đức",  # another tone
        "my dut",
        "Myx Ddức",  # telex keys that were not taken
        "Xả Mỹ Đức",  # a wrong diacritic in the type word
    ],
)
def test_one_typo_is_matched_and_reported(names: NameIndex, typed: str) -> None:
    match = names.find_commune(typed, parent_code="889")
    assert (match.code, match.is_close, match.distance) == ("30469", True, 1.0)


def test_two_typos_are_a_suggestion_and_no_match(names: NameIndex) -> None:
    match = names.find_commune("Vĩnh Thạnh Chung", parent_code="889")
    assert match.code is None
    assert not match.is_ambiguous
    assert (match.candidates[0], match.distances[0]) == ("30478", 2.0)


def test_candidates_have_their_distances_nearest_first(names: NameIndex) -> None:
    match = names.find_commune("Mỹ Đúp", parent_code="889")
    assert match.distances == tuple(sorted(match.distances))
    assert len(match.distances) == len(match.candidates)


@pytest.mark.parametrize(("typed", "code"), [("Loc Thạnh", "30598"), ("Lộc Thạh", "30598"), ("Lộc Thàh", "30599")])
def test_diacritics_that_decide_count_in_a_typo_too(names: NameIndex, typed: str, code: str) -> None:
    assert names.find_commune(typed, parent_code="892").code == code


@pytest.mark.parametrize("typed", ["Lộc Thnh", "Lộc Thảnh", "loc thnh", "Lộc Thanh"])
def test_typo_as_near_to_two_is_ambiguous(names: NameIndex, typed: str) -> None:
    match = names.find_commune(typed, parent_code="892")
    assert match.code is None
    assert match.is_ambiguous
    assert set(match.candidates) == {"30598", "30599"}
    assert len(set(match.distances)) == 1


@pytest.mark.parametrize(
    ("typed", "district", "code"),
    [
        ("P.1", "892", "30602"),
        ("Phường 11", "892", "30603"),
        ("Phường I", "892", "30602"),
        ("Phường XI", "892", "30603"),
        ("Phường 3", "847", "29377"),
        ("long hưnga", "892", "30604"),
        ("Long Hung A", "892", "30604"),
        ("Long Hưg A", "892", "30604"),
        ("Phường 12", "892", None),
        ("Phường 111", "892", None),
        ("Phường 1, 1", "892", None),
        ("Phường IV", "847", None),
        ("Long Hưng B", "892", None),
        ("Long Hưng", "892", None),
        ("Long Hưng 1", "892", None),
        ("Long Hưg B", "892", None),
    ],
)
def test_what_numbers_a_name_is_never_a_typo(names: NameIndex, typed: str, district: str, code: str | None) -> None:
    assert names.find_commune(typed, parent_code=district).code == code


def test_exact_name_of_another_kind_is_ambiguous_beside_a_near_one_of_the_kind(names: NameIndex) -> None:
    assert names.find_commune("Thanh Mỹ", parent_code="847").code == "29376"
    match = names.find_commune("Xã Thanh Mỹ", parent_code="847")
    assert match.is_ambiguous
    assert set(match.candidates) == {"29375", "29376"}


@pytest.mark.parametrize("typed", ["Xà Phiên", "Xa Phien", "xã xà phiên", "xa phien"])
def test_name_that_begins_like_a_type_word(names: NameIndex, typed: str) -> None:
    assert names.find_commune(typed, parent_code="847").code == "29378"


def test_name_of_another_district_is_not_taken_for_a_typo(names: NameIndex) -> None:
    assert names.find_commune("Mỹ Phúcc", parent_code="892").code == "30605"
    match = names.find_commune("Mỹ Phú", parent_code="892")  # of district 889
    assert match.is_ambiguous
    assert match.candidates == ("30472", "30605")


def test_provinces_and_districts_are_matched_with_a_typo_too(names: NameIndex) -> None:
    assert names.find_province("An Giagn").code == "89"
    assert names.find_district("Huyện Châu Phù", province_code="89").code == "889"


@pytest.mark.parametrize("typed", ["", " ", "Xã", "?", "123456"])
def test_what_is_no_name_is_not_found(names: NameIndex, typed: str) -> None:
    assert names.find_commune(typed, parent_code="889").code is None


def test_asking_again_gives_the_same_answer_whatever_was_asked_between(names: NameIndex) -> None:
    first = names.find_commune("Mỷ Đức", parent_code="889")
    for number in range(5000):
        names.find_commune(f"Thôn {number}", parent_code="889")
    assert names.find_commune("Mỷ Đức", parent_code="889") == first


def test_codes_are_found(names: NameIndex) -> None:
    assert names.find_code(" 30469 ").code == "30469"
    assert names.find_code("889").code == "889"
    assert names.find_code("99999") == PlaceMatch(None)


def test_name_of_another_district_is_not_found(names: NameIndex) -> None:
    assert names.find_commune("Mỹ Đức", parent_code="892").code is None


def test_district_names_repeat_between_provinces(names: NameIndex) -> None:
    assert names.find_district("Châu Thành", province_code=None).is_ambiguous
    assert names.find_district("H. Châu Thành", province_code="84").code == "847"
    assert names.find_province("An Giang").code == "89"
