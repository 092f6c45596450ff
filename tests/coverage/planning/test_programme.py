"""The best programme: bounds, progress, cancel, starts; what always holds."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.candidates import CANCELLED, FEASIBLE, INFEASIBLE, OPTIMAL, ProgrammeRules, Weights
from coverage.planning.greedy import by_hand
from coverage.planning.programme import SolveProgress, solve
from coverage.planning.programme_units import RuleError
from tests.coverage.planning.programme_cases import MILLION, candidate_table, random_case

RULES = ProgrammeRules(first_year=2022, budget_vnd=(10 * MILLION, 10 * MILLION))


def large_case(count: int = 150, seed: int = 5) -> tuple[pd.DataFrame, ProgrammeRules]:
    """Return a case with equity that is not solved at once."""
    rng = np.random.default_rng(seed)
    rows = [
        (
            f"P{number:03d}", f"89{rng.integers(10, 20)}", int(rng.lognormal(4.5, 0.7)) + 5,
            float(np.round(rng.lognormal(5.5, 0.6), 1)), 0.0, 1.0,
        )
        for number in range(count)
    ]  # fmt: skip
    table = candidate_table(*rows)
    yearly = float(table["cost_vnd"].sum()) / 12
    return table, ProgrammeRules(first_year=2022, budget_vnd=(yearly,) * 6)


def test_the_bound_of_equity_is_never_below_its_score() -> None:
    table, rules = large_case()
    found = solve(table, rules, Weights(0, 0, 1), gap=0.0, time_limit_s=1.0)
    assert found.status == FEASIBLE
    assert found.score is not None
    assert found.gap is not None
    assert 0.0 < found.gap < 1.0


def test_progress_is_told_with_falling_bounds_and_cancel_keeps_the_best_so_far() -> None:
    table, rules = large_case()
    told: list[SolveProgress] = []

    def listen(progress: SolveProgress) -> bool:
        told.append(progress)
        return len(told) < 4

    found = solve(table, rules, Weights(0, 0, 1), gap=0.0, time_limit_s=60.0, on_progress=listen)
    assert found.status == CANCELLED
    assert len(told) == 4
    assert found.score is not None
    assert found.score >= (by_hand(table, rules, Weights(0, 0, 1)).score or 0.0)
    assert [one.bound for one in told] == sorted((one.bound for one in told), reverse=True)
    assert all(one.score is None or one.score <= one.bound + 1e-9 for one in told)
    assert [one.seconds for one in told] == sorted(one.seconds for one in told)


def test_an_error_of_the_listener_ends_the_solve_and_is_raised() -> None:
    table, rules = large_case()

    def fail(_: SolveProgress) -> bool:
        raise KeyboardInterrupt("stop")

    with pytest.raises(KeyboardInterrupt, match="stop"):
        solve(table, rules, Weights(0, 0, 1), gap=0.0, time_limit_s=60.0, on_progress=fail)


def test_the_same_input_gives_the_same_programme() -> None:
    table, rules = large_case(40)
    first, again = (solve(table, rules, Weights(1, 0, 0), gap=0.01) for _ in range(2))
    pd.testing.assert_series_equal(first.year, again.year)


def test_a_start_that_breaks_a_rule_is_not_used() -> None:
    table = candidate_table(("A", "891", 10, 8, 1, 0), ("B", "891", 20, 8, 1, 0))
    start = pd.Series([2022, 2022], index=["A", "B"], dtype="Int64")
    found = solve(table, RULES, Weights(1, 0, 0), gap=0.0, start=start)
    assert found.year.to_dict() == {"A": 2023, "B": 2022}


def test_a_start_is_used_where_time_is_too_short_to_find_better() -> None:
    table, rules = large_case()
    good = solve(table, rules, Weights(0, 0, 1), gap=0.0, time_limit_s=2.0)
    found = solve(table, rules, Weights(0, 0, 1), gap=0.0, time_limit_s=0.0, start=good.year)
    assert found.status == FEASIBLE
    assert found.score is not None
    assert found.score >= (good.score or 0.0) - 1e-9


def test_terms_add_up_and_equity_tells_what_the_worst_district_would_lose() -> None:
    table = candidate_table(("A", "891", 10, 8, 4, 0), ("B", "892", 30, 2, -1, 0))
    found = solve(table, RULES, Weights(1, 1, 1), gap=0.0)
    # Both in the first year: 1 + (4 - 1) / 4 + 1; without either, its district remains whole in both years.
    assert found.status == OPTIMAL
    assert found.score == pytest.approx(2.75)
    assert found.terms.loc["A"].to_list() == pytest.approx([0.25, 1.0, 1.0])
    assert found.terms.loc["B"].to_list() == pytest.approx([0.75, -0.25, 1.0])


def test_no_candidate_at_all_is_a_programme_of_nothing() -> None:
    found = solve(candidate_table(), RULES, Weights())
    assert (found.status, found.score, len(found.year)) == (OPTIMAL, 0.0, 0)
    asked = replace(RULES, least_households={"89": 5})
    refused = solve(candidate_table(), asked, Weights())
    assert (refused.status, [one.rule for one in refused.conflicts]) == (INFEASIBLE, ["least_households"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"must_take": frozenset({"Z"})}, "programme.code-unknown"),
        ({"follows": {"A": "Z"}}, "programme.code-unknown"),
        ({"budget_vnd": ()}, "programme.no-year"),
    ],
)
def test_rules_that_say_nothing_are_refused(changes: dict[str, object], code: str) -> None:
    rules = replace(RULES, **changes)  # type: ignore[arg-type]
    with pytest.raises(RuleError) as raised:
        solve(candidate_table(("A", "891", 10, 8, 1, 0)), rules, Weights())
    assert raised.value.code == code


def test_the_solver_writes_nothing_not_even_at_its_first_use() -> None:
    program = (
        "from tests.coverage.planning.test_programme import *\n"
        "solve(candidate_table(('A', '891', 10, 8, 1, 0)), RULES, Weights())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(1000, 9999), order=st.randoms(use_true_random=False))
def test_row_order_never_matters(seed: int, order: object) -> None:
    table, rules, weights = random_case(seed)
    mixed = list(table.index)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = solve(table, rules, weights), solve(table.loc[mixed], rules, weights)
    pd.testing.assert_series_equal(one.year, other.year.reindex(one.year.index))
    assert one.score == other.score
    hand, mixed_hand = by_hand(table, rules, weights), by_hand(table.loc[mixed], rules, weights)
    pd.testing.assert_series_equal(hand.year, mixed_hand.year.reindex(hand.year.index))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(1000, 9999), factor=st.floats(1.0, 3.0))
def test_more_money_never_lowers_the_best_score(seed: int, factor: float) -> None:
    table, rules, weights = random_case(seed)
    richer = replace(rules, budget_vnd=tuple(amount * factor for amount in rules.budget_vnd))
    one, other = solve(table, rules, weights, gap=0.0), solve(table, richer, weights, gap=0.0)
    assert other.status == OPTIMAL or one.status == INFEASIBLE
    if one.score is not None and other.score is not None:
        assert other.score >= one.score - 1e-7


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(1000, 9999))
def test_budgets_and_pins_are_kept_by_solver_and_by_hand(seed: int) -> None:
    table, rules, weights = random_case(seed)
    for found in (solve(table, rules, weights), by_hand(table, rules, weights)):
        spent = [float(table["cost_vnd"][(found.year == year).fillna(False)].sum()) for year in rules.years]
        limit, so_far = np.array(rules.budget_vnd), np.array(spent)
        if rules.carries_over:
            limit, so_far = np.cumsum(limit), np.cumsum(so_far)
        assert (so_far <= limit + 1.0).all()
        assert found.year.reindex(sorted(rules.must_not_take)).isna().all()
        if found.status != INFEASIBLE:
            assert found.year.reindex(sorted(rules.must_take)).notna().all()
