"""The order that a planner takes by hand: what counts most for its money first, year by year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from coverage.planning.candidates import FEASIBLE, INFEASIBLE, Programme, ProgrammeRules, Weights
from coverage.planning.conflict_words import BY_HAND, Places, told_breaches
from coverage.planning.programme_model import rows_of_rules
from coverage.planning.programme_score import gains_of, score_of
from coverage.planning.programme_units import Floats, Ints, Units, units_of
from coverage.planning.rule_breaks import TOLERANCE, breaches_of

_VND: Final = TOLERANCE * 1e6


def by_hand(
    candidates: pd.DataFrame, rules: ProgrammeRules, weights: Weights, *, places: Places | None = None
) -> Programme:
    """
    Return the programme that a planner makes without a solver.

    What must be done comes first, then what a district's target and a province's minimum need, then the rest; within
    each what counts most for its money: households, or by the weights net present value too. What counts against the
    score is left out unless a rule needs it. Each year takes what its budget and crews still have room for. What hangs
    on something else comes with it.

    Returns
    -------
    programme
        `FEASIBLE` with its score, or `INFEASIBLE` without a score where this order misses a rule: `conflicts` say
        which, though the solver may find a programme that keeps it.
    """
    units = units_of(candidates, rules)
    place = place_by_hand(units, rules, weights)
    year = units.year_of(place, rules).reindex(candidates.index)
    breaches = breaches_of(rows_of_rules(units, rules), place, len(rules.years))
    score, terms = score_of(candidates, rules, weights, year)
    return Programme(
        year=year,
        status=INFEASIBLE if breaches else FEASIBLE,
        score=None if breaches else score,
        gap=None,
        seconds=None,
        terms=terms,
        conflicts=told_breaches(units, rules, breaches, where=BY_HAND, places=places or {}),
    )


def place_by_hand(units: Units, rules: ProgrammeRules, weights: Weights) -> Ints:
    """Return the place in the years of each unit, -1 for never."""
    order = _with_what_they_hang_on(units, _order(units, rules, _counts(units, rules, weights)))
    stock = _Stock(units, rules)
    place = np.full(units.count, -1, dtype="int64")
    before: dict[int, list[int]] = {}
    for unit, earlier in units.before:
        before.setdefault(unit, []).append(earlier)
    for year in range(len(rules.years)):
        stock.begin_year(year)
        for unit in order:
            is_ready = place[unit] < 0 and all(place[earlier] >= 0 for earlier in before.get(unit, ()))
            if is_ready and stock.has_room(unit):
                stock.take(unit)
                place[unit] = year
    return place


class _Stock:
    """Money and crew weeks of the year at hand."""

    def __init__(self, units: Units, rules: ProgrammeRules) -> None:
        self._rules = rules
        self._cost = units.total("cost_vnd")
        provinces = sorted(rules.crews)
        weeks = [units.total("crew_weeks", units.within("province_code", code)) for code in provinces]
        self._weeks = np.array(weeks).reshape(len(provinces), units.count)
        self._crew_limit = np.array([rules.crews[code] * rules.crew_weeks_per_year for code in provinces])
        self._money = 0.0
        self._crews = self._crew_limit.copy()

    def begin_year(self, year: int) -> None:
        left = self._money if self._rules.carries_over else 0.0
        self._money = left + self._rules.budget_vnd[year]
        self._crews = self._crew_limit.copy()

    def has_room(self, unit: int) -> bool:
        has_crews = bool((self._weeks[:, unit] <= self._crews + TOLERANCE).all())
        return bool(self._cost[unit] <= self._money + _VND / 2) and has_crews

    def take(self, unit: int) -> None:
        self._money -= self._cost[unit]
        self._crews -= self._weeks[:, unit]


def _counts(units: Units, rules: ProgrammeRules, weights: Weights) -> Floats:
    """Return what each unit adds to the score in the first year; for equity, its share of all households."""
    gains = gains_of(units, rules, weights)
    households = units.total("households")
    evenness = weights.equity * households / max(float(households.sum()), 1.0)
    return units.summed(gains.soonest[:, 0] + gains.value[:, 0]) + evenness


def _order(units: Units, rules: ProgrammeRules, counts: Floats) -> list[int]:
    per_money = _per_money(counts, units.total("cost_vnd"))
    by_value = [int(unit) for unit in np.lexsort((np.arange(units.count), -per_money))]
    first = [unit for unit in by_value if unit in units.must]
    for target in sorted(rules.area_targets, key=lambda target: (target.year, target.area_code)):
        here = units.total("households", units.within("area_code", target.area_code))
        first += _enough(by_value, first, here, float(here.sum()) - target.households_left, units.never)
    for province, least in sorted(rules.least_households.items()):
        here = units.total("households", units.within("province_code", province))
        first += _enough(by_value, first, here, float(least), units.never)
    chosen = set(first)
    return first + [unit for unit in by_value if unit not in chosen and counts[unit] > 0]


def _per_money(counts: Floats, cost: Floats) -> Floats:
    """Return what counts for each VND; what costs nothing comes first, or last where it counts against the score."""
    free = np.where(counts > 0, np.inf, np.where(counts < 0, -np.inf, 0.0))
    return np.where(cost > 0, counts / np.where(cost > 0, cost, 1.0), free)


def _enough(
    by_value: Iterable[int], already: Iterable[int], households: Floats, least: float, never: frozenset[int]
) -> list[int]:
    """Return the units, the best for the money first, that bring the households still lacking."""
    chosen = set(already)
    lacking = least - sum(float(households[unit]) for unit in chosen)
    more: list[int] = []
    for unit in by_value:
        if lacking <= 0:
            break
        if unit not in chosen and unit not in never and households[unit] > 0:
            more.append(unit)
            lacking -= float(households[unit])
    return more


def _with_what_they_hang_on(units: Units, order: Iterable[int]) -> list[int]:
    """Return the order with each unit right after what it may not come before, without what never can be done."""
    before: dict[int, list[int]] = {}
    for unit, earlier in units.before:
        before.setdefault(unit, []).append(earlier)
    done: list[int] = []
    seen: set[int] = set()
    for unit in order:
        chain = [unit]
        while chain:
            last = chain[-1]
            missing = [earlier for earlier in before.get(last, ()) if earlier not in seen]
            if missing:
                chain.append(missing[0])
                continue
            chain.pop()
            if last not in seen:
                seen.add(last)
                done.append(last)
    return [unit for unit in done if unit not in units.never]
