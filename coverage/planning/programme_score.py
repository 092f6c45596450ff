"""How good a programme is: the terms of `Weights`, each scaled to its own greatest possible value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.planning.candidates import ProgrammeRules, Weights
from coverage.planning.programme_units import Floats, Ints, Units, units_of

TERM_COLUMNS = ("soonest", "value", "equity")


@dataclass(frozen=True)
class Gains:
    """
    What doing a candidate in a year adds to the score.

    Parameters
    ----------
    soonest, value
        By candidate (code order) and year, times their weight.
    shares
        By candidate: its share of its district's households that may still gain.
    area
        Number of each candidate's district among the districts that have such households; -1 for none.
    areas
        Count of those districts.
    """

    soonest: Floats
    value: Floats
    shares: Floats
    area: Ints
    areas: int


def gains_of(units: Units, rules: ProgrammeRules, weights: Weights) -> Gains:
    """
    Return what each candidate adds in each year.

    Done in the first of n years, a household counts n years; in the last, one. The greatest possible value of
    ``soonest`` is all households in the first year, of ``value`` all that is worth more than it costs in the first
    year, whatever the money: so that scores of different budgets compare.
    """
    table, count = units.table, len(rules.years)
    households = table["households"].to_numpy(dtype="float64")
    worth = table["npv_vnd"].to_numpy(dtype="float64")
    years_left = np.arange(count, 0, -1, dtype="float64")
    discount = (1.0 + rules.discount_rate) ** -np.arange(count, dtype="float64")
    area, shares, areas = _district_shares(units, households)
    return Gains(
        soonest=weights.soonest * _scaled(np.outer(households, years_left), float(households.sum()) * count),
        value=weights.value * _scaled(np.outer(worth, discount), float(worth[worth > 0].sum())),
        shares=shares,
        area=area,
        areas=areas,
    )


def _scaled(amounts: Floats, greatest: float) -> Floats:
    return amounts / greatest if greatest > 0 else np.zeros_like(amounts)


def _district_shares(units: Units, households: Floats) -> tuple[Ints, Floats, int]:
    counted = units.may_be_done & (households > 0)
    area = np.full(len(households), -1, dtype="int64")
    number, codes = pd.factorize(units.table["area_code"][counted], sort=True)
    area[counted] = number
    totals = np.bincount(area[counted], weights=households[counted], minlength=len(codes))
    shares = np.zeros(len(households))
    shares[counted] = households[counted] / totals[area[counted]]
    return area, shares, len(codes)


def remaining_shares(gains: Gains, place: Ints, count: int) -> Floats:
    """Return the share of each district's households still remaining at the end of each year (districts × years)."""
    done = (place >= 0) & (gains.area >= 0)
    by_year = np.zeros((gains.areas, count))
    np.add.at(by_year, (gains.area[done], place[done]), gains.shares[done])
    return 1.0 - np.cumsum(by_year, axis=1)


def score_of(
    candidates: pd.DataFrame, rules: ProgrammeRules, weights: Weights, year: pd.Series[int]
) -> tuple[float, pd.DataFrame]:
    """
    Return the score of a programme, and what each candidate adds to it.

    Parameters
    ----------
    year
        Calendar year by ``candidate_code``; missing where it is not done.

    Returns
    -------
    score
        Weighted sum of the terms of `Weights`.
    terms
        Indexed as `candidates`; columns ``soonest``, ``value``, ``equity`` as `candidates.Programme.terms` says.

    Notes
    -----
    Source: docs/methods.md, "The programme".
    """
    units = units_of(candidates, rules)
    gains = gains_of(units, rules, weights)
    place = units.place_of(year, rules)
    done: Ints = np.asarray(np.flatnonzero(place >= 0), dtype=np.int64)
    terms = np.zeros((len(place), len(TERM_COLUMNS)))
    terms[done, 0] = gains.soonest[done, place[done]]
    terms[done, 1] = gains.value[done, place[done]]
    evenness = 0.0
    if weights.equity and gains.areas:
        remaining = remaining_shares(gains, place, len(rules.years))
        worst = remaining.max(axis=0)
        evenness = weights.equity * float(1.0 - worst.mean())
        terms[done, 2] = weights.equity * _losses(gains, place, done, remaining, worst)
    told = pd.DataFrame(terms, index=units.table.index, columns=list(TERM_COLUMNS))
    return float(terms[:, :2].sum()) + evenness, told.reindex(candidates.index)


def _losses(
    gains: Gains,
    place: Ints,
    done: Ints,
    remaining: Floats,
    worst: Floats,
) -> Floats:
    """Return by how much the mean of the worst shares would grow without each candidate that is done."""
    years = np.arange(remaining.shape[1])
    without = remaining[gains.area[done]] + gains.shares[done, None]
    grown = np.maximum(0.0, without - worst) * (years >= place[done, None])
    return np.where(gains.area[done] >= 0, grown.mean(axis=1), 0.0)
