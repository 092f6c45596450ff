"""Figures: exact inside, rounded half-up only where they are shown, never zero for missing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.indicators import Figure, Indicator, difference_of, read_indicators, read_registry
from geodata.differences import POINTS
from geodata.errors import FigureError
from geodata.language import Language
from geodata.tables import DERIVED_MEASURES, MEASURES
from loaders.reference.tables import load_indicator_table, load_published_table

INDICATORS = read_indicators(load_indicator_table())
REGISTRY = read_registry(load_indicator_table())
VI, EN = Language("vi"), Language("en")


def figure(name: str, numerator: int | None, denominator: int | None = None) -> Figure:
    return Figure(INDICATORS[name], numerator, denominator, 1, 1)


def test_share_is_exact_and_shown_half_up() -> None:
    found = figure("direct_share", 7_646_700, 8_173_200)
    assert found.value == Decimal(7_646_700) / Decimal(8_173_200)
    assert (found.display(VI), found.display(EN)) == ("93,56%", "93.56%")


@pytest.mark.parametrize(("numerator", "shown"), [(5, "0,01%"), (4, "0,00%"), (14, "0,01%"), (15, "0,02%")])
def test_halves_go_up_at_the_last_decimal(numerator: int, shown: str) -> None:
    assert figure("bulk_share", numerator, 100_000).display(VI) == shown


def test_counts_are_whole() -> None:
    assert figure("bulk_households", 526_157).display(VI) == "526.157"


@pytest.mark.parametrize(("numerator", "denominator"), [(None, None), (None, 5), (0, 0)])
def test_what_was_not_reported_has_no_value(numerator: int | None, denominator: int | None) -> None:
    found = figure("direct_share", numerator, denominator)
    assert found.value is None
    assert found.display(EN) == "not reported"


def test_part_above_its_whole_is_said_and_has_no_value() -> None:
    found = figure("direct_share", 11, 10)
    assert found.contradicts
    assert found.value is None
    assert found.display(EN) == "figures contradict"


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_shares_lie_between_0_and_1(part: int, rest: int) -> None:
    value = figure("bulk_share", part, part + rest).value
    assert value is not None
    assert 0 <= value < 1


def test_every_definition_rests_on_columns_that_exist() -> None:
    columns = {*MEASURES, *DERIVED_MEASURES}
    assert {i.numerator for i in INDICATORS.values()} <= columns
    assert {i.denominator for i in INDICATORS.values() if i.denominator} <= columns
    assert all(
        i.title(at) and i.short(at) and i.formula(at) and i.source(at) for at in (VI, EN) for i in INDICATORS.values()
    )


def test_every_published_figure_has_a_definition() -> None:
    published = load_published_table()["indicator"]
    assert len(published) == 25
    assert set(published) <= set(REGISTRY)
    assert [name for name in published if REGISTRY[name].table_section == ""] == []


def test_maps_and_roll_up_see_indicators_of_communes_only() -> None:
    assert list(INDICATORS) == [name for name, found in REGISTRY.items() if found.scope == "communes"]
    assert "repeat_calls" in REGISTRY
    assert "repeat_calls" not in INDICATORS


def test_methods_page_has_a_row_for_each_indicator() -> None:
    text = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert [name for name in REGISTRY if f"| `{name}` |" not in text] == []


def test_indicator_is_named_once() -> None:
    assert len(REGISTRY) == len(load_indicator_table())
    assert all(isinstance(i, Indicator) for i in REGISTRY.values())


def of_registry(name: str, numerator: int, denominator: int | None = None) -> Figure:
    return Figure(REGISTRY[name], numerator, denominator, 0, 0)


def test_change_is_in_percent_of_the_year_before_and_may_exceed_it() -> None:
    assert of_registry("repeat_calls", 861, 1_933).display(VI) == "-55%"
    assert of_registry("repeat_calls", 1_933, 861).display(EN) == "125%"
    assert of_registry("repeat_calls", 861, 0).value is None


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "stated", "unit"),
    [
        ("households_with_power", 8_173_200, None, "8.17", "triệu hộ"),
        ("late_requests_share", 630, 1_431_997, "0.04", "%"),
        ("wrong_outage_updates_share", 23, 1_287, "2", "%"),
        ("repeat_callers", 141, 188, "-25", "%"),
        ("bulk_households", 526_157, None, "526157", "hộ"),
    ],
)
def test_figures_are_stated_as_the_company_states_them(
    name: str, numerator: int, denominator: int | None, stated: str, unit: str
) -> None:
    value = of_registry(name, numerator, denominator).value
    assert value is not None
    assert str(REGISTRY[name].stated(value)) == stated
    assert REGISTRY[name].stated_unit(VI) == unit


@given(st.integers(0, 10**9))
def test_what_is_stated_says_the_count_to_its_last_decimal(count: int) -> None:
    households = REGISTRY["households_with_power"]
    assert abs(households.stating.back(households.stated(Decimal(count))) - count) <= 5_000


def test_shares_and_changes_differ_in_percentage_points_and_counts_in_what_they_count() -> None:
    points = difference_of(of_registry("direct_share", 9_356, 10_000), of_registry("direct_share", 93, 100))
    assert points is not None
    assert (points.unit, points.value) == (POINTS, Decimal("0.56"))
    change = difference_of(of_registry("repeat_calls", 50, 100), of_registry("repeat_calls", 60, 100))
    assert change is not None
    assert change.display(EN, decimals=0) == "−10 percentage points"
    count = difference_of(of_registry("outage_messages", 5), of_registry("outage_messages", 7))
    assert count is not None
    assert count.display(VI, decimals=0) == "−2 tin"


def test_figures_of_two_indicators_have_no_difference() -> None:
    with pytest.raises(FigureError) as caught:
        difference_of(of_registry("direct_share", 1, 2), of_registry("bulk_share", 1, 2))
    assert caught.value.code == "indicator.differ"
