"""Plans: met from above or from below, on exact counts where they are known, and how far apart in which unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.indicators import Figure, read_registry
from coverage.plans import EXACT, MET, NO_ACTUAL, NO_PLAN, NOT_MET, ROUNDED, Verdict, judge
from geodata.differences import COUNTED, POINTS
from geodata.language import Language
from loaders.reference.tables import load_indicator_table

REGISTRY = read_registry(load_indicator_table())
VI, EN = Language("vi"), Language("en")


def of_counts(name: str, numerator: int, denominator: int | None, plan: str) -> Verdict:
    exact = Figure(REGISTRY[name], numerator, denominator, 0, 0).value
    return judge(REGISTRY[name], exact=exact, stated=None, plan=Decimal(plan))


def as_stated(name: str, stated: str | None, plan: str | None) -> Verdict:
    given_plan = None if plan is None else Decimal(plan)
    return judge(REGISTRY[name], exact=None, stated=None if stated is None else Decimal(stated), plan=given_plan)


def test_plan_is_met_from_below_where_lower_is_better() -> None:
    found = of_counts("late_requests_share", 630, 1_431_997, "0.08")
    assert (found.state, found.basis) == (MET, EXACT)
    assert found.gap is not None
    assert found.gap.unit == POINTS
    assert (found.sentence(VI), found.sentence(EN)) == ("tốt hơn 0,04 điểm %", "better by 0.04 percentage points")


def test_plan_is_met_from_above_where_higher_is_better() -> None:
    found = of_counts("households_with_power_share", 8_173_200, 8_196_150, "100")
    assert (found.state, found.sentence(VI)) == (NOT_MET, "còn thiếu 0,28 điểm %")


@pytest.mark.parametrize(
    ("name", "stated", "plan", "state"),
    [
        ("online_level4_services", "95.00", "95", MET),
        ("online_level4_services", "94.99", "95", NOT_MET),
        ("late_requests_share", "0.08", "0.08", MET),
        ("late_requests_share", "0.09", "0.08", NOT_MET),
        ("repeat_calls", "-55", "-50", MET),
        ("repeat_calls", "-45", "-50", NOT_MET),
    ],
)
def test_exactly_at_the_plan_meets_it(name: str, stated: str, plan: str, state: str) -> None:
    found = as_stated(name, stated, plan)
    assert (found.state, found.basis) == (state, ROUNDED)


def test_exact_counts_decide_what_rounding_hides() -> None:
    found = of_counts("households_with_power_share", 999_999, 1_000_000, "100")
    assert found.state == NOT_MET
    assert found.sentence(EN) == "short by under 0.01 percentage points"


def test_rounded_figure_beside_its_plan_is_told_to_be_close() -> None:
    assert as_stated("online_level4_services", "95.00", "95").is_close
    assert as_stated("late_requests_share", "0.08", "0.083").is_close
    assert not as_stated("online_level4_services", "95.01", "95").is_close
    assert not of_counts("late_requests_share", 8, 10_000, "0.08").is_close


def test_counts_are_apart_by_what_they_count() -> None:
    found = of_counts("bulk_households", 526_157, None, "500000")
    assert (found.state, found.sentence(VI)) == (NOT_MET, "còn thiếu 26.157 hộ")
    found = of_counts("households_with_power", 8_173_200, None, "8.2")
    assert found.gap is not None
    assert found.gap.unit == COUNTED
    assert found.sentence(EN) == "short by 0.03 million households"


def test_without_plan_or_actual_there_is_no_verdict() -> None:
    assert as_stated("customers_using_app_or_zalo", "51.08", None) == Verdict(NO_PLAN)
    assert as_stated("cashless_customers_share", None, "100") == Verdict(NO_ACTUAL)
    assert as_stated("outage_messages", "1287", "1000") == Verdict(NO_PLAN)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 100))
def test_a_plan_is_met_or_missed_alike_from_both_sides(part: int, rest: int, plan: int) -> None:
    whole = part + rest
    higher = of_counts("direct_share", part, whole, str(plan))
    lower = of_counts("bulk_share", whole - part, whole, str(100 - plan))
    assert higher.state == lower.state == (MET if 100 * part >= plan * whole else NOT_MET)
