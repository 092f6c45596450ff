"""The frontier on candidates that a reader can count."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.candidates import CONNECTION, ProgrammeRules
from coverage.planning.frontier import BOTH, CONNECTIONS, FRONTIER_COLUMNS, TAKEOVERS, frontier
from tests.coverage.planning.programme_cases import MILLION, candidate_table, random_case

RULES = ProgrammeRules(first_year=2022, budget_vnd=(100 * MILLION,))


def three() -> pd.DataFrame:
    table = candidate_table(("A", "891", 30, 10, 0, 1), ("B", "891", 20, 10, 0, 1), ("H", "891", 25, 10, 0, 1))
    table.loc["H", "kind"] = CONNECTION
    return table


def test_each_level_has_the_most_households_for_its_money() -> None:
    found = frontier(three(), RULES, levels=3, gap=0.0)
    assert tuple(found.columns) == FRONTIER_COLUMNS
    both = found[found["kind"] == BOTH]
    assert both["budget_vnd"].tolist() == [0, 10 * MILLION, 20 * MILLION, 30 * MILLION]
    assert both["households"].tolist() == [0, 30, 55, 75]
    assert both["marginal_cost_vnd_per_household"].iloc[2] == pytest.approx(10 * MILLION / 25)
    last = found.groupby("kind")["households"].max()
    assert (last[TAKEOVERS], last[CONNECTIONS]) == (50, 25)


def test_pins_out_are_kept_and_pins_in_are_not() -> None:
    rules = replace(RULES, must_take=frozenset({"B"}), must_not_take=frozenset({"A"}))
    found = frontier(three(), rules, levels=2, gap=0.0)
    assert found[found["kind"] == BOTH]["households"].tolist() == [0, 25, 45]


def test_one_kind_alone_has_one_curve_and_can_be_stopped() -> None:
    table = three().drop("H")
    assert set(frontier(table, RULES, levels=2)["kind"]) == {TAKEOVERS}
    assert len(frontier(table, RULES, levels=2, on_progress=lambda done, _: done < 2)) == 2


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 499))
def test_the_curve_never_falls_nor_costs_more_than_its_money(seed: int) -> None:
    table, rules, _ = random_case(seed)
    found = frontier(table, rules, levels=3)
    assert found["households"].is_monotonic_increasing
    assert (found["cost_vnd"] <= found["budget_vnd"] + 1).all()
