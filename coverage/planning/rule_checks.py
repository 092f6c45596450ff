"""What is wrong with the rules of a programme: said before anything is solved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from coverage.planning.candidates import ProgrammeRules
from coverage.planning.problems import InputProblem
from geodata.errors import mark


def check_rules(candidates: pd.DataFrame, rules: ProgrammeRules) -> list[InputProblem]:
    """
    Return every rule that cannot be meant: each with the name of the rule, what was found, what is allowed.

    Parameters
    ----------
    candidates
        Columns `candidates.CANDIDATE_COLUMNS`, by code.
    """
    found = [*_money(rules), *_crews(candidates, rules), *_codes(candidates, rules), *_least(candidates, rules)]
    return found + list(_targets(candidates, rules))


def _problem(code: str, where: str, template: str, /, **values: Any) -> InputProblem:
    return InputProblem(code, where, template, values)


def _money(rules: ProgrammeRules) -> Iterator[InputProblem]:
    if not rules.budget_vnd:
        yield _problem("rule.no-years", "budget_vnd", mark("There is no year. State at least one budget."))
    for year, budget in zip(rules.years, rules.budget_vnd, strict=True):
        if not (math.isfinite(budget) and budget >= 0):
            yield _problem(
                "rule.budget-negative", "budget_vnd",
                mark("The budget of {year} is {found}. Allowed is 0 or more."), year=year, found=f"{budget:g}",
            )  # fmt: skip
    if rules.budget_vnd and all(budget == 0 for budget in rules.budget_vnd):
        yield _problem(
            "rule.budget-zero", "budget_vnd",
            mark("The budget of every year is 0: nothing can be done. State a budget for one year at least."),
        )  # fmt: skip
    if not 0 <= rules.discount_rate < 1:
        yield _problem(
            "rule.discount-rate", "discount_rate",
            mark("The discount rate is {found}. Allowed is 0 to below 1."), found=f"{rules.discount_rate:g}",
        )  # fmt: skip


def _crews(candidates: pd.DataFrame, rules: ProgrammeRules) -> Iterator[InputProblem]:
    yield from _provinces(candidates, rules.crews, "crews")
    for code, crews in sorted(rules.crews.items()):
        if not (math.isfinite(crews) and crews >= 0):
            yield _problem(
                "rule.crews-negative", code,
                mark("Province {code} has {found} crews. Allowed is 0 or more."), code=code, found=f"{crews:g}",
            )  # fmt: skip
        elif crews == 0 and rules.least_households.get(code, 0) > 0:
            yield _problem(
                "rule.crews-zero", code,
                mark("Province {code} has no crew, but {least} of its households are to gain at least. Change one."),
                code=code, least=rules.least_households[code],
            )  # fmt: skip


def _provinces(candidates: pd.DataFrame, by_province: Any, rule: str) -> Iterator[InputProblem]:
    known = sorted(set(candidates["province_code"]))
    for code in sorted(set(by_province) - set(known)):
        yield _problem(
            "rule.province-unknown", str(code),
            mark('The rule "{rule}" names province {code}, of which there is nothing to do. Provinces: {known}.'),
            rule=rule, code=str(code), known=", ".join(known),
        )  # fmt: skip


def _codes(candidates: pd.DataFrame, rules: ProgrammeRules) -> Iterator[InputProblem]:
    named = {"must_take": rules.must_take, "must_not_take": rules.must_not_take}
    for rule, codes in named.items():
        for code in sorted(codes - set(candidates.index)):
            yield _problem(
                "rule.code-unknown", code,
                mark('The rule "{rule}" names "{code}", which is no point or hamlet of this plan.'),
                rule=rule, code=code,
            )  # fmt: skip
    for code in sorted(rules.must_take & rules.must_not_take):
        yield _problem(
            "rule.code-both", code, mark('"{code}" must be done and must not be done. Choose one.'), code=code
        )
    for name in sorted(rules.together - set(candidates["together_with"])):
        yield _problem(
            "rule.organisation-unknown", name,
            mark('"{name}" has no point in this plan, so nothing of it can be kept together.'), name=name,
        )  # fmt: skip


def _least(candidates: pd.DataFrame, rules: ProgrammeRules) -> Iterator[InputProblem]:
    yield from _provinces(candidates, rules.least_households, "least_households")
    every = candidates.groupby("province_code")["households"].sum()
    for code, least in sorted(rules.least_households.items()):
        if least < 0 or (code in every.index and least > int(every[code])):
            yield _problem(
                "rule.least-households", code,
                mark("In province {code} at least {found} households are to gain. Allowed are 0 to {most}."),
                code=code, found=least, most=int(every.get(code, 0)),
            )  # fmt: skip


def _targets(candidates: pd.DataFrame, rules: ProgrammeRules) -> Iterator[InputProblem]:
    known = set(candidates["area_code"])
    for target in rules.area_targets:
        if target.area_code not in known:
            yield _problem(
                "rule.target-area", target.area_code,
                mark('There is a target for "{code}", where there is nothing to do.'), code=target.area_code,
            )  # fmt: skip
        if target.year not in rules.years:
            yield _problem(
                "rule.target-year", target.area_code,
                mark("The target of {code} is due in {year}. Allowed are the years of the plan: {first} to {last}."),
                code=target.area_code, year=target.year, first=rules.first_year, last=max(rules.years, default=0),
            )  # fmt: skip
        if target.households_left < 0:
            yield _problem(
                "rule.target-households", target.area_code,
                mark("The target of {code} leaves {found} households. Allowed is 0 or more."),
                code=target.area_code, found=target.households_left,
            )  # fmt: skip
