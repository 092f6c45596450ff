"""What people write of a plan: read as they mean it, or refused with what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coverage import plan_words as words
from coverage.money_words import read_budgets
from coverage.planning.candidates import AreaTarget, Weights
from geodata.errors import PhuDienError
from geodata.periods import Period
from geodata.units import Units
from tests.scenarios_of_four import assumptions

SPRING, WINTER = Period.parse("2021-Q2"), Period.parse("2021-Q4")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("89,84", ("89", "84")),
        ("An Giang, Trà Vinh", ("89", "84")),
        ("Mỹ Đức, Châu Phú; 84", ("30469", "84")),
        ("89,An Giang", ("89",)),
    ],
)
def test_areas_by_code_or_name(units: Units, text: str, codes: tuple[str, ...]) -> None:
    assert words.read_areas(text, units) == codes


@pytest.mark.parametrize(
    ("text", "code"), [("", "call.areas-missing"), (" , ", "call.areas-missing"), ("89,889", "call.areas-overlap"),
                       ("89,99", "place.code-unknown"), ("Ang Giang", "place.name-unknown")]
)  # fmt: skip
def test_areas_that_cannot_be_meant(units: Units, text: str, code: str) -> None:
    with pytest.raises(PhuDienError) as error:
        words.read_areas(text, units)
    assert error.value.code.startswith(code)


def test_budgets_are_parted_as_people_do() -> None:
    assert read_budgets("200e9,150e9", None) == (200e9, 150e9)
    assert read_budgets("200 tỷ, 150 tỷ", None) == (200e9, 150e9)
    assert read_budgets("1,5 tỷ; 2 tỷ", 2) == (1.5e9, 2e9)
    assert read_budgets("200,000,000,000", 2) == (200e9, 200e9)
    assert read_budgets("0; 2 tỷ", None) == (0.0, 2e9)


@pytest.mark.parametrize("text", ["200", "1,5 tỷ,2 tỷ", "999999"])
def test_a_budget_whose_unit_was_forgotten_is_refused(text: str) -> None:
    with pytest.raises(PhuDienError, match="Write the unit"):
        read_budgets(text, None)


def test_years_within_what_can_be_planned() -> None:
    assert words.read_years(None) is None
    assert words.read_years(" 30 ") == 30
    assert words.read_first_year(None, SPRING, 2022) == 2022
    assert words.read_first_year("2021", SPRING, 2022) == 2021
    assert words.read_first_year("2052", WINTER, 2022) == 2052


@pytest.mark.parametrize("text", ["0", "31", "-1", "2.5", "hai", ""])
def test_other_numbers_of_years_are_refused(text: str) -> None:
    with pytest.raises(PhuDienError, match="Allowed: 1 to 30"):
        words.read_years(text)


@pytest.mark.parametrize(("text", "period"), [("2020", SPRING), ("2021", WINTER), ("2053", WINTER), ("22", SPRING)])
def test_a_first_year_that_is_over_is_refused(text: str, period: Period) -> None:
    with pytest.raises(PhuDienError, match="cannot be the first year"):
        words.read_first_year(text, period, 2022)


def test_shares_seconds_crews_and_households(units: Units) -> None:
    assert [words.read_gap(text) for text in ("0.01", "0,01", "1%", "0")] == [0.01, 0.01, 0.01, 0.0]
    assert [words.read_seconds(text) for text in ("60", "0,5", "86400")] == [60.0, 0.5, 86400.0]
    assert words.read_crews(["89=4", "Trà Vinh=2,5"], units) == {"89": 4.0, "84": 2.5}
    assert words.read_households(["89=5000", "84=5.000"], units) == {"89": 5000, "84": 5000}
    assert words.read_targets(["889=2024:1.500"], units) == (AreaTarget("889", 2024, 1500),)
    assert words.read_codes("P1, P2;P3,") == {"P1", "P2", "P3"}


def test_weights_in_order_or_by_name() -> None:
    assert words.read_weights("1,0.5,0") == words.read_weights("1;0,5;0") == Weights(1, 0.5, 0)
    assert words.read_weights("value=2") == Weights(0, 2, 0)
    assert words.read_weights("soonest=1;equity=0,5") == Weights(1, 0, 0.5)


def test_assumptions_with_one_value_or_three() -> None:
    assert words.read_assumption("line_cost_vnd_per_km=3e8", assumptions())[1] == (3e8, 3e8, 3e8)
    assert words.read_assumption("line_cost_vnd_per_km=2e8:3e8:4e8", assumptions())[1] == (2e8, 3e8, 4e8)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((words.read_gap, text) for text in ("-1", "1", "100%", "nan", "x")),
        *((words.read_seconds, text) for text in ("0", "-1", "nan", "inf", "x")),
        *((words.read_weights, text) for text in ("0,0,0", "1,nan,0", "1,inf,0", "-1,1,1", "1,1", "speed=1", "")),
        *((lambda t: words.read_assumption(t, assumptions()), text)
          for text in ("line_cost_vnd_per_km", "line_cost_vnd_per_km=nan", "line_cost_vnd_per_km=1:2", "no=1",
                       "line_cost_vnd_per_km=1")),
    ],
)  # fmt: skip
def test_other_numbers_are_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(PhuDienError):
        read(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((words.read_crews, text) for text in ("84", "=4", "84=", "84=-1", "84=nan", "84=inf", "xx=1")),
        *((words.read_households, text) for text in ("84=1,5", "84=-1", "84=x")),
        *((words.read_targets, text) for text in ("889=2024", "889=24:5", "889=2024:", "xx=2024:5")),
    ],
)
def test_other_pairs_are_refused(units: Units, read: Callable[[list[str], Units], Any], text: str) -> None:
    with pytest.raises(PhuDienError):
        read([text], units)


def test_a_province_is_named_once(units: Units) -> None:
    with pytest.raises(PhuDienError, match="named twice"):
        words.read_crews(["84=1", "Trà Vinh=2"], units)
