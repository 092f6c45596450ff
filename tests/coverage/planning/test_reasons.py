"""Why each is done, or not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from coverage.planning.candidates import OPTIMAL, Programme, ProgrammeRules, Weights
from coverage.planning.programme import solve
from coverage.planning.reasons import reasons
from geodata.language import Language
from tests.coverage.planning.programme_cases import candidate_table

RULES = ProgrammeRules(first_year=2022, budget_vnd=(100e6, 50e6))


def _candidates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Trạm a", "Trạm b", "Trạm c", "Trạm d"],
            "area_code": "842",
            "province_code": "84",
            "together_with": ["X", "Y", "Z", "Z"],
            "households": pd.array([10, 20, 5, 5], dtype="Int64"),
            "cost_vnd": [80e6, 40e6, 60e6, 10e6],
            "npv_vnd": [1e6, 1e6, 1e6, -3e6],
            "crew_weeks": [1.0, 1.0, 1.0, 1.0],
        },
        index=["a", "b", "c", "d"],
    )


def _programme(*years: int | None) -> Programme:
    index = _candidates().index
    terms = pd.DataFrame(0.0, index=index, columns=["soonest", "value", "equity"])
    return Programme(pd.Series(years, index=index, dtype="Int64"), OPTIMAL, 1.0, 0.0, 0.0, terms)


def _told(rules: ProgrammeRules, weights: Weights, *years: int | None) -> dict[str, str]:
    found = reasons(_candidates(), rules, weights, _programme(*years))
    return {code: reason.sentence(Language("en")) for code, reason in found.items()}


def test_what_is_done_says_what_it_brings_and_what_is_not_says_what_lacks() -> None:
    told = _told(RULES, Weights(), 2022, 2023, None, None)
    assert told["a"] == "10 households at 8 million VND each: number 3 of 4 by cost a household."
    assert told["b"].startswith("20 households at 2 million VND each: number 1 of 4")
    assert told["c"].startswith("It costs 60 million VND; no year has more than 20 left.")


def test_rules_are_told_before_all_else() -> None:
    rules = replace(
        RULES, must_take=frozenset({"a"}), must_not_take=frozenset({"c"}), together=frozenset({"Y"}), crews={"84": 0.03}
    )
    told = _told(rules, Weights(), 2022, 2023, None, None)
    assert told["a"] == "It must be done: you pinned it."
    assert told["b"].startswith("All of Y are done in the same year. Not before 2023")
    assert told["c"] == "It must not be done: you pinned it out."
    assert told["d"].startswith("It takes 1 weeks of a crew")


def test_one_that_is_worth_less_than_it_costs_says_so() -> None:
    told = _told(RULES, Weights(0.0, 1.0, 0.0), 2022, None, None, None)
    assert told["d"] == "It is worth less than it costs: its net present value is −3 million VND."


def test_what_is_done_later_says_what_it_waits_for() -> None:
    # 20 million VND are left in 2022, b costs 40.
    assert _told(RULES, Weights(), 2022, 2023, None, None)["b"].endswith(
        "Not before 2023: earlier budgets are full, at most 20 million VND are left in one."
    )
    crews = replace(RULES, budget_vnd=(200e6, 50e6), crews={"84": 1.5 / 44})
    assert _told(crews, Weights(), 2022, 2023, None, None)["b"].endswith(
        "Not before 2023: it waits for crews of its province, at most 0.5 weeks are left earlier."
    )
    hangs = replace(RULES, budget_vnd=(200e6, 200e6), follows={"b": "a"})
    assert _told(hangs, Weights(), 2023, 2023, None, None)["b"].endswith(
        "It waits for a, through which its line comes."
    )
    assert "Not before" not in _told(RULES, Weights(), 2022, 2023, None, None)["a"]


def test_what_does_not_fit_names_what_it_would_displace_where_that_adds_more() -> None:
    table = candidate_table(("A", "891", 20, 8, 5, 0), ("B", "891", 10, 6, 9, 0), ("C", "891", 90, 30, 0, 0))
    rules = replace(RULES, budget_vnd=(10e6,))

    def told(weights: Weights) -> dict[str, str]:
        found = reasons(table, rules, weights, solve(table, rules, weights, gap=0.0))
        return {code: reason.sentence(Language("en")) for code, reason in found.items()}

    by_households, by_value = told(Weights(1, 0, 0)), told(Weights(0, 1, 0))
    full = "It costs {} million VND and the budgets are full: in 2022 it would displace {}, which adds more."
    assert by_households["B"] == full.format(6, "Trạm A")
    assert by_value["A"] == full.format(8, "Trạm B")
    assert by_households["C"].startswith("It costs 30 million VND; no year has more than 2 left")


def test_equity_alone_says_that_a_district_is_not_the_worst_off() -> None:
    told = _told(RULES, Weights(0.0, 0.0, 1.0), None, 2023, None, None)
    assert told["d"].startswith("Its district is not the worst off")
