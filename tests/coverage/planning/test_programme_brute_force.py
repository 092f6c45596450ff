"""The solver against every possible programme, reckoned from the words of the rules and not from its model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coverage.planning.candidates import FEASIBLE, INFEASIBLE, OPTIMAL, ProgrammeRules, Weights
from coverage.planning.greedy import by_hand
from coverage.planning.programme import score_of, solve
from tests.coverage.planning.programme_cases import random_case

CASES = 500
NEVER = 99


def every_programme(count: int, years: int) -> np.ndarray:
    """Return every way to do candidates in years: one row each, `NEVER` where it is not done."""
    digits = np.indices((years + 1,) * count).reshape(count, -1).T
    return np.where(digits == years, NEVER, digits)


def keeps_rules(plans: np.ndarray, table: pd.DataFrame, rules: ProgrammeRules) -> np.ndarray:
    years = len(rules.years)
    place = {code: number for number, code in enumerate(table.index)}
    kept = np.ones(len(plans), dtype=bool)
    cost, households = table["cost_vnd"].to_numpy(), table["households"].to_numpy(dtype="int64")
    in_year = np.stack([plans == year for year in range(years)])
    spent = in_year @ cost
    if rules.carries_over:
        spent = np.cumsum(spent, axis=0)
    limit = np.cumsum(rules.budget_vnd) if rules.carries_over else np.array(rules.budget_vnd)
    kept &= (spent <= limit[:, None] + 0.5).all(axis=0)
    for province, crews in rules.crews.items():
        here = np.where(table["province_code"] == province, table["crew_weeks"], 0.0)
        kept &= (in_year @ here <= crews * rules.crew_weeks_per_year + 1e-9).all(axis=0)
    for province, least in rules.least_households.items():
        here = np.where(table["province_code"] == province, households, 0)
        kept &= (plans != NEVER) @ here >= least
    for code in rules.must_take:
        kept &= plans[:, place[code]] != NEVER
    for code in rules.must_not_take:
        kept &= plans[:, place[code]] == NEVER
    for name in rules.together:
        members = np.flatnonzero(table["together_with"] == name)
        if len(members):
            kept &= (plans[:, members] == plans[:, members[:1]]).all(axis=1)
    for code, earlier in rules.follows.items():
        kept &= (plans[:, place[code]] == NEVER) | (plans[:, place[code]] >= plans[:, place[earlier]])
    for target in rules.area_targets:
        here = np.where(table["area_code"] == target.area_code, households, 0)
        left = (plans + rules.first_year > target.year) @ here
        kept &= left <= target.households_left
    return kept


def scores(plans: np.ndarray, table: pd.DataFrame, rules: ProgrammeRules, weights: Weights) -> np.ndarray:
    years = len(rules.years)
    households = table["households"].to_numpy(dtype="float64")
    worth = table["npv_vnd"].to_numpy()
    soonest = np.where(plans == NEVER, 0, years - plans) @ households / (households.sum() * years)
    value = np.where(plans == NEVER, 0.0, (1 + rules.discount_rate) ** -np.minimum(plans, years)) @ worth
    most = worth[worth > 0].sum()
    # A candidate that never may be done, or whose organisation or what it rings with may not, counts in no district.
    free = may_be_done(table, rules)
    worst = np.zeros((years, len(plans)))
    for area in sorted(set(table["area_code"][free])):
        here = np.where((table["area_code"] == area) & free, households, 0.0)
        for year in range(years):
            worst[year] = np.maximum(worst[year], (plans > year) @ here / here.sum())
    equity = 1 - worst.mean(axis=0) if free.any() else 0.0
    return weights.soonest * soonest + weights.value * (value / most if most > 0 else 0) + weights.equity * equity


def may_be_done(table: pd.DataFrame, rules: ProgrammeRules) -> np.ndarray:
    """Return what is not bound to the same year as something that must not be taken."""
    codes = list(table.index)
    bound = {code: {code} for code in codes}
    for name in rules.together:
        members = set(table.index[table["together_with"] == name])
        for code in members:
            bound[code] |= members
    reach = {
        code: set(bound[code]) | {rules.follows[code]} if code in rules.follows else set(bound[code]) for code in codes
    }
    for _ in codes:
        reach = {code: set().union(*(reach[other] for other in reach[code])) for code in codes}
    return np.array(
        [not any(other in reach[code] and code in reach[other] for other in rules.must_not_take) for code in codes]
    )


@pytest.mark.parametrize("block", range(10))
def test_solver_finds_the_best_of_every_possible_programme(block: int) -> None:
    infeasible = 0
    for seed in range(block * CASES // 10, (block + 1) * CASES // 10):
        table, rules, weights = random_case(seed)
        plans = every_programme(len(table), len(rules.years))
        kept = keeps_rules(plans, table, rules)
        found = solve(table, rules, weights, gap=0.0)
        hand = by_hand(table, rules, weights)
        if not kept.any():
            infeasible += 1
            assert (found.status, found.score) == (INFEASIBLE, None), seed
            assert found.conflicts, seed
            assert hand.status == INFEASIBLE, seed
            continue
        best = scores(plans[kept], table, rules, weights).max()
        assert found.status == OPTIMAL, seed
        assert found.score == pytest.approx(best, abs=1e-7), seed
        assert found.score + found.gap * abs(found.score) >= best - 1e-7, seed  # the bound is one
        done = (found.year - rules.first_year).fillna(NEVER).to_numpy(dtype="int64")[None, :]
        assert keeps_rules(done, table, rules).all(), seed
        assert found.score == pytest.approx(scores(done, table, rules, weights)[0], abs=1e-9), seed
        by = (hand.year - rules.first_year).fillna(NEVER).to_numpy(dtype="int64")[None, :]
        assert keeps_rules(by, table, rules).all() == (hand.status == FEASIBLE), seed
        if hand.status == FEASIBLE:
            assert hand.score == score_of(table, rules, weights, hand.year)[0]
            assert hand.score <= best + 1e-9, seed
    assert 0 < infeasible < CASES // 20  # both kinds are among each fifty
