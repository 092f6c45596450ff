"""The order by hand: what it takes first, which rules it keeps, and that it says which it misses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coverage.planning.candidates import FEASIBLE, INFEASIBLE, OPTIMAL, AreaTarget, ProgrammeRules, Weights
from coverage.planning.greedy import by_hand
from coverage.planning.programme import solve
from geodata.language import Language
from tests.coverage.planning.programme_cases import MILLION, candidate_table

RULES = ProgrammeRules(first_year=2022, budget_vnd=(10 * MILLION, 10 * MILLION), crew_weeks_per_year=10.0)
SOONEST = Weights(1, 0, 0)


def years(table: object, rules: ProgrammeRules, weights: Weights = SOONEST) -> dict[str, int]:
    found = by_hand(table, rules, weights)  # type: ignore[arg-type]
    return {str(code): int(year) for code, year in found.year.dropna().items()}


def test_the_most_households_for_the_money_come_first_and_each_year_takes_what_fits() -> None:
    table = candidate_table(("A", "891", 10, 6, 0, 0), ("B", "891", 30, 6, 0, 0), ("C", "891", 8, 4, 0, 0))
    assert years(table, RULES) == {"B": 2022, "C": 2022, "A": 2023}


def test_what_loses_money_is_left_out_where_value_counts() -> None:
    table = candidate_table(("A", "891", 90, 1, -5, 0), ("B", "891", 5, 6, 9, 0))
    assert years(table, RULES, Weights(0, 1, 0)) == {"B": 2022}
    assert years(table, replace(RULES, must_take=frozenset({"A"})), Weights(0, 1, 0)) == {"A": 2022, "B": 2022}


def test_crews_keep_a_province_back_and_no_other() -> None:
    table = candidate_table(("A", "891", 30, 1, 0, 8), ("B", "891", 20, 1, 0, 8), ("C", "841", 10, 1, 0, 8))
    assert years(table, replace(RULES, crews={"89": 1.0})) == {"A": 2022, "B": 2023, "C": 2022}


def test_a_line_is_built_before_what_hangs_on_it() -> None:
    table = candidate_table(("A", "891", 90, 4, 0, 0), ("B", "891", 1, 8, 0, 0), ("C", "891", 5, 2, 0, 0))
    assert years(table, replace(RULES, follows={"A": "B"})) == {"B": 2022, "C": 2022, "A": 2023}
    assert years(table, replace(RULES, follows={"A": "B"}, must_not_take=frozenset({"B"}))) == {"C": 2022}


def test_targets_minimums_and_organisations_are_kept() -> None:
    table = candidate_table(
        ("A", "891", 90, 9, 0, 0), ("B", "892", 10, 9, 0, 0), ("C", "841", 5, 8, 0, 0, "HTX"),
        ("D", "841", 5, 1, 0, 0, "HTX"),
    )  # fmt: skip
    assert years(table, replace(RULES, area_targets=(AreaTarget("892", 2022, 0),))) == {"B": 2022, "A": 2023, "D": 2022}
    together = replace(RULES, together=frozenset({"HTX"}), least_households={"84": 6})
    assert years(table, together) == {"C": 2022, "D": 2022, "A": 2023}


def test_where_the_order_misses_a_rule_it_says_which_though_a_programme_exists() -> None:
    # By hand B comes first (1.8 households a million), then A has no room; A alone would do.
    table = candidate_table(("A", "891", 17, 10, 0, 0), ("B", "891", 9, 5, 0, 0), ("C", "891", 5, 5, 0, 0))
    rules = replace(RULES, budget_vnd=(10 * MILLION,), least_households={"89": 17})
    assert solve(table, rules, SOONEST, gap=0.0).status == OPTIMAL
    found = by_hand(table, rules, SOONEST)
    assert (found.status, found.score) == (INFEASIBLE, None)
    assert [one.rule for one in found.conflicts] == ["least_households"]
    assert "14 of 17" in found.conflicts[0].sentence(Language("en"))
    assert "in the order by hand" in found.conflicts[0].sentence(Language("en"))


def test_money_that_is_left_is_carried_over_only_where_that_is_allowed() -> None:
    table = candidate_table(("A", "891", 10, 15, 0, 0))
    assert years(table, RULES) == {}
    assert years(table, replace(RULES, carries_over=True)) == {"A": 2023}


@pytest.mark.parametrize("weights", [Weights(1, 0, 0), Weights(0, 1, 0), Weights(0, 0, 1)])
def test_what_costs_nothing_is_done_at_once(weights: Weights) -> None:
    table = candidate_table(("A", "891", 10, 0, 1, 0))
    found = by_hand(table, RULES, weights)
    assert (found.status, found.year.to_dict()) == (FEASIBLE, {"A": 2022})
