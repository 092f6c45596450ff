"""The programme as rows of a mixed-integer model, each with the rule that it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from coverage.planning.candidates import ProgrammeRules, Weights
from coverage.planning.programme_score import Gains, gains_of
from coverage.planning.programme_units import Floats, Ints, Units

MILLION_VND: Final = 1e6
"""Money of the model: HiGHS keeps a row to 1e-6, which is then one VND."""

SCORE_SCALE: Final = 1e4
"""The model maximises the score times this: gains of single candidates stay far above the tolerances of HiGHS."""

BUDGET, CREWS, LEAST, MUST, AREA_TARGET = "budget", "crews", "least_households", "must_take", "area_target"
ONCE, FOLLOWS, WORST = "once", "follows", "worst"


@dataclass(frozen=True)
class Row:
    """
    One row ``lower <= sum(amounts * columns) <= upper``.

    Parameters
    ----------
    rule
        What it stands for: `BUDGET` and the others.
    key
        Of the rule: the year; province and year; province; unit; district and year.
    """

    rule: str
    key: tuple[str | int, ...]
    columns: Ints
    amounts: Floats
    lower: float
    upper: float


@dataclass(frozen=True)
class Model:
    """
    A model: column ``unit * years + place`` is 1 where the unit is done in that year.

    After these, where equity counts, one column a year: the greatest remaining share of any district. The score is
    ``offset + gain * columns``.
    """

    units: Units
    years: int
    gain: Floats
    offset: float
    upper: Floats
    is_whole: np.ndarray[tuple[int], np.dtype[np.bool_]]
    rows: tuple[Row, ...]

    def place_of(self, values: Floats) -> Ints:
        """Return the place in the years of each unit, -1 for never, of a solution's columns."""
        chosen = values[: self.units.count * self.years].reshape(self.units.count, self.years) > 0.5
        return np.where(chosen.any(axis=1), chosen.argmax(axis=1), -1).astype("int64")


def build_model(units: Units, rules: ProgrammeRules, weights: Weights) -> Model:
    """Return the model of the rules and of what a programme is to be good at."""
    years = len(rules.years)
    gains = gains_of(units, rules, weights)
    has_worst = weights.equity > 0 and gains.areas > 0
    gain = _by_unit(units, gains.soonest + gains.value).ravel()
    upper = np.repeat(np.where(np.isin(np.arange(units.count), list(units.never)), 0.0, 1.0), years)
    rows = list(rows_of_rules(units, rules))
    if has_worst:
        rows += _worst_rows(units, gains, years)
        gain = np.concatenate([gain, np.full(years, -weights.equity / years)])
        upper = np.concatenate([upper, np.ones(years)])
    is_whole = np.arange(len(gain)) < units.count * years
    offset = weights.equity if has_worst else 0.0
    return Model(units, years, gain, offset, upper, is_whole, tuple(rows))


def rows_of_rules(units: Units, rules: ProgrammeRules) -> Iterator[Row]:
    """Yield the rows of every rule."""
    yield from _once_rows(units, len(rules.years))
    yield from _budget_rows(units, rules)
    yield from _crew_rows(units, rules)
    yield from _least_rows(units, rules)
    yield from _target_rows(units, rules)
    yield from _follow_rows(units, len(rules.years))


def _by_unit(units: Units, amounts: Floats) -> Floats:
    summed = np.zeros((units.count, amounts.shape[1]))
    np.add.at(summed, units.unit, amounts)
    return summed


def _spread(amounts: Floats, years: int, places: range) -> tuple[Ints, Floats]:
    """Return columns and values of a sum of units over some years."""
    counted = np.flatnonzero(amounts)
    columns = (counted[:, None] * years + np.array(places, dtype="int64")[None, :]).ravel()
    return columns.astype("int64"), np.repeat(amounts[counted], len(places))


def _once_rows(units: Units, years: int) -> Iterator[Row]:
    for unit in range(units.count):
        columns = np.arange(unit * years, (unit + 1) * years, dtype="int64")
        is_must = unit in units.must
        yield Row(MUST if is_must else ONCE, (unit,), columns, np.ones(years), 1.0 if is_must else 0.0, 1.0)


def _budget_rows(units: Units, rules: ProgrammeRules) -> Iterator[Row]:
    costs, years = units.total("cost_vnd") / MILLION_VND, len(rules.years)
    budgets = np.array(rules.budget_vnd, dtype="float64") / MILLION_VND
    limits = np.cumsum(budgets) if rules.carries_over else budgets
    for place, year in enumerate(rules.years):
        places = range(place + 1) if rules.carries_over else range(place, place + 1)
        columns, values = _spread(costs, years, places)
        yield Row(BUDGET, (year,), columns, values, -np.inf, float(limits[place]))


def _crew_rows(units: Units, rules: ProgrammeRules) -> Iterator[Row]:
    years = len(rules.years)
    for province, crews in sorted(rules.crews.items()):
        weeks = units.total("crew_weeks", units.within("province_code", province))
        for place, year in enumerate(rules.years):
            columns, values = _spread(weeks, years, range(place, place + 1))
            yield Row(CREWS, (province, year), columns, values, -np.inf, crews * rules.crew_weeks_per_year)


def _least_rows(units: Units, rules: ProgrammeRules) -> Iterator[Row]:
    years = len(rules.years)
    for province, least in sorted(rules.least_households.items()):
        households = units.total("households", units.within("province_code", province))
        columns, values = _spread(households, years, range(years))
        yield Row(LEAST, (province,), columns, values, float(least), np.inf)


def _target_rows(units: Units, rules: ProgrammeRules) -> Iterator[Row]:
    years = len(rules.years)
    for target in rules.area_targets:
        households = units.total("households", units.within("area_code", target.area_code))
        places = min(max(target.year - rules.first_year + 1, 0), years)
        columns, values = _spread(households, years, range(places))
        least = float(households.sum()) - target.households_left
        yield Row(AREA_TARGET, (target.area_code, target.year), columns, values, least, np.inf)


def _follow_rows(units: Units, years: int) -> Iterator[Row]:
    for unit, earlier in units.before:
        for place in range(years):
            done = np.arange(place + 1, dtype="int64")
            columns = np.concatenate([unit * years + done, earlier * years + done])
            values = np.concatenate([np.ones(place + 1), -np.ones(place + 1)])
            yield Row(FOLLOWS, (unit, earlier, place), columns, values, -np.inf, 0.0)


def _worst_rows(units: Units, gains: Gains, years: int) -> Iterator[Row]:
    for area in range(gains.areas):
        share = units.summed(np.where(gains.area == area, gains.shares, 0.0))
        for place in range(years):
            columns, values = _spread(share, years, range(place + 1))
            worst = units.count * years + place
            yield Row(WORST, (area, place), np.append(columns, worst), np.append(values, 1.0), 1.0, np.inf)
