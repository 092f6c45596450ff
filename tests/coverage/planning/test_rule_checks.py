"""Rules that cannot be meant: one accepted, one refused each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from coverage.planning.candidates import AreaTarget, ProgrammeRules
from coverage.planning.rule_checks import check_rules

RULES = ProgrammeRules(
    first_year=2022,
    budget_vnd=(1e9, 0.0),
    crews={"84": 1.0},
    least_households={"84": 30},
    must_take=frozenset({"a"}),
    must_not_take=frozenset({"b"}),
    together=frozenset({"X"}),
    area_targets=(AreaTarget("842", 2023, 0),),
)


@pytest.fixture
def candidates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_code": ["842", "842"],
            "province_code": ["84", "84"],
            "together_with": ["X", "Y"],
            "households": pd.array([10, 20], dtype="Int64"),
        },
        index=["a", "b"],
    )


def test_rules_that_can_be_kept_are_accepted(candidates: pd.DataFrame) -> None:
    assert check_rules(candidates, RULES) == []


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"budget_vnd": (), "area_targets": ()}, "rule.no-years", "budget_vnd"),
        ({"budget_vnd": (0.0, 0.0)}, "rule.budget-zero", "budget_vnd"),
        ({"budget_vnd": (1e9, -1.0)}, "rule.budget-negative", "budget_vnd"),
        ({"budget_vnd": (1e9, float("nan"))}, "rule.budget-negative", "budget_vnd"),
        ({"discount_rate": 1.0}, "rule.discount-rate", "discount_rate"),
        ({"crews": {"89": 1.0}}, "rule.province-unknown", "89"),
        ({"crews": {"84": -1.0}}, "rule.crews-negative", "84"),
        ({"crews": {"84": 0.0}}, "rule.crews-zero", "84"),
        ({"must_take": frozenset({"c"})}, "rule.code-unknown", "c"),
        ({"must_not_take": frozenset({"a"})}, "rule.code-both", "a"),
        ({"together": frozenset({"Z"})}, "rule.organisation-unknown", "Z"),
        ({"least_households": {"84": 31}}, "rule.least-households", "84"),
        ({"area_targets": (AreaTarget("843", 2023, 0),)}, "rule.target-area", "843"),
        ({"area_targets": (AreaTarget("842", 2024, 0),)}, "rule.target-year", "842"),
        ({"area_targets": (AreaTarget("842", 2023, -1),)}, "rule.target-households", "842"),
    ],
)
def test_rules_that_cannot_be_meant_are_told(
    candidates: pd.DataFrame, changes: dict[str, Any], code: str, where: str
) -> None:
    found = check_rules(candidates, replace(RULES, **changes))
    assert (code, where) in {(problem.code, problem.where) for problem in found}
