"""Why each is done, or not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from coverage.planning.candidates import OPTIMAL, Programme, ProgrammeRules, Weights
from coverage.planning.reasons import reasons
from geodata.language import Language

RULES = ProgrammeRules(first_year=2022, budget_vnd=(100e6, 50e6))


def _candidates() -> pd.DataFrame:
    return pd.DataFrame(
        {
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
    assert told["b"] == "All of Y are done in the same year."
    assert told["c"] == "It must not be done: you pinned it out."
    assert told["d"].startswith("It takes 1 weeks of a crew")


def test_one_that_is_worth_less_than_it_costs_says_so() -> None:
    told = _told(RULES, Weights(0.0, 1.0, 0.0), 2022, None, None, None)
    assert told["d"] == "It is worth less than it costs: its net present value is −3 million VND."
