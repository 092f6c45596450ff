"""Areas are found by code or name; what is unknown or shared by several is refused with the nearest."""

from __future__ import annotations

import pytest

from coverage.area_words import area_of, province_of
from geodata.errors import PlaceError
from loaders.reference import load_units

UNITS = load_units()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("89", "89"),
        ("An Giang", "89"),
        ("tỉnh an giang", "89"),
        ("an-giang", "89"),
        ("evnspc", "EVNSPC"),
        ("Vĩnh Long", "86"),  # the province, not its town
        ("Thành phố Vĩnh Long", "855"),
        ("Mỹ Đức, Châu Phú", "30469"),
        ("Xã Mỹ Đức, Huyện Châu Phú, Tỉnh An Giang", "30469"),
    ],
)
def test_areas_by_code_and_name(text: str, code: str) -> None:
    assert area_of(text, UNITS) == code


@pytest.mark.parametrize(
    ("text", "problem", "told"),
    [
        ("Mỹ Đức", "place.name-ambiguous", "(30469)"),
        ("An Giangg", "place.name-unknown", "Tỉnh An Giang (89)"),
        ("zz", "place.name-unknown", "such as 89"),
        ("99", "place.code-unknown", "2 digits"),
        ("", "place.name-unknown", "such as 89"),
        ("Mỹ Đức, Trà Vinh", "place.name-unknown", "Xã Mỹ Đức"),
    ],
)
def test_what_names_no_one_area_is_refused(text: str, problem: str, told: str) -> None:
    with pytest.raises(PlaceError) as caught:
        area_of(text, UNITS)
    assert caught.value.code == problem
    assert told in str(caught.value)


def test_every_full_name_with_those_above_finds_its_own_code() -> None:
    for code in [*UNITS.provinces.index, *UNITS.districts.index[::9]]:
        assert area_of(UNITS.name_with_parents(code), UNITS) == code


def test_province_is_not_a_district() -> None:
    assert province_of("Trà Vinh", UNITS) == "84"
    with pytest.raises(PlaceError) as caught:
        province_of("Châu Phú", UNITS)
    assert caught.value.code == "place.not-a-province"
    assert "Huyện Châu Phú" in str(caught.value)
