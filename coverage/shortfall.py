"""Shortfall: how many households an indicator still lacks. Targets, progress and forecasts all reckon in it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.indicators import SHARE, Indicator
from coverage.rollup import add_derived

_Counts = npt.NDArray[np.int64]

NotYet = Mapping[str, Set[str]]
"""Communes that nobody could report in a quarter, by period code: they came to be later out of none that reported."""

_NONE: NotYet = {}


def has_shortfall(indicator: Indicator) -> bool:
    """Return whether an indicator has a shortfall at all."""
    return indicator.better == "lower" or indicator.kind == SHARE


def shortfall_allowed(indicator: Indicator, target: Decimal, denominator: int | None) -> int:
    """
    Return the greatest shortfall with which a target is met.

    Parameters
    ----------
    target
        Share from 0 to 1, or a count.
    denominator
        Households of the whole, for shares.

    Notes
    -----
    A share of at least 99.5% of 1,000 households leaves 5; of 1,001 it leaves 5 too, as 996 of them are 99.5005%.
    """
    if indicator.kind != SHARE:
        return int(target.to_integral_value(ROUND_FLOOR))
    whole = Decimal(denominator or 0)
    if indicator.better == "lower":
        return int((target * whole).to_integral_value(ROUND_FLOOR))
    return int(whole - (target * whole).to_integral_value(ROUND_CEILING))


def shortfall_by_area(
    figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str], *, not_yet: NotYet = _NONE
) -> pd.DataFrame:
    """
    Return the shortfall of each area in each quarter.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, any number of quarters.
    indicator
        One that `has_shortfall`.
    area_of
        Area code of every commune, indexed by commune code.
    not_yet
        Communes that are not waited for in a quarter; one that was counted all the same counts.

    Returns
    -------
    shortfall
        Indexed by period code, oldest first, one Int64 column an area code in code order. Missing where not every
        commune of the area was counted that could be, or none was (the sum of some communes is no figure of the whole,
        and a commune that stops reporting is no progress), and where the part exceeds the whole.
    """
    sums = _sums(figures, indicator, area_of, not_yet)
    is_known = sums.is_complete
    if indicator.kind == SHARE:
        is_known &= sums.denominator >= sums.numerator
    lacking = sums.numerator if indicator.better == "lower" else sums.denominator - sums.numerator
    return sums.frame(lacking, is_known)


def denominator_by_area(
    figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str], *, not_yet: NotYet = _NONE
) -> pd.DataFrame:
    """Return the denominator of a share in the shape of `shortfall_by_area`; all missing for a count."""
    sums = _sums(figures, indicator, area_of, not_yet)
    return sums.frame(sums.denominator, sums.is_complete & (indicator.kind == SHARE))


@dataclass(frozen=True)
class _Sums:
    """What `rollup.indicator_by_area` reckons quarter by quarter, of all quarters at once: quarters × areas."""

    periods: pd.Index[str]
    areas: pd.Index[str]
    numerator: _Counts
    denominator: _Counts
    is_complete: npt.NDArray[np.bool_]

    def frame(self, values: _Counts, is_known: npt.NDArray[np.bool_]) -> pd.DataFrame:
        columns = {
            area: pd.arrays.IntegerArray(values[:, place].copy(), ~is_known[:, place])
            for place, area in enumerate(self.areas)
        }
        return pd.DataFrame(columns, index=self.periods).rename_axis("area_code", axis="columns")


def _sums(figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str], not_yet: NotYet) -> _Sums:
    periods = pd.Index(sorted(figures["period"].unique()), name="period")
    areas = pd.Index(sorted(area_of.unique()))
    columns = [indicator.numerator, indicator.denominator or indicator.numerator]
    inside = add_derived(figures[figures["commune_code"].isin(area_of.index)])
    known = inside[inside[columns].notna().all(axis="columns")]
    place = periods.get_indexer(known["period"]) * len(areas) + areas.get_indexer(known["commune_code"].map(area_of))

    def table(values: _Counts | None) -> _Counts:
        # Sums of whole numbers are exact in float64 up to 2⁵³, far beyond any count of households.
        summed = np.bincount(place, weights=values, minlength=len(periods) * len(areas))
        return summed.astype(np.int64).reshape(len(periods), len(areas))

    numerator, denominator = (table(known[column].to_numpy(np.int64)) for column in columns)
    waited_for = _waited_for(known, periods, areas, area_of, not_yet)
    is_complete = (table(None) == waited_for) & (waited_for > 0)
    return _Sums(periods, areas, numerator, denominator, is_complete)


def _waited_for(
    known: pd.DataFrame, periods: pd.Index[str], areas: pd.Index[str], area_of: pd.Series[str], not_yet: NotYet
) -> _Counts:
    """Return how many communes each area must have counted in each quarter to be complete: quarters × areas."""
    communes: _Counts = np.tile(area_of.value_counts()[areas].to_numpy(np.int64), (len(periods), 1))
    for place, period in enumerate(periods):
        absent = area_of[area_of.index.isin(not_yet.get(period, ()))]
        if len(absent):
            counted = known.loc[known["period"] == period, "commune_code"]
            silent = absent[~absent.index.isin(counted)].value_counts().reindex(areas, fill_value=0)
            communes[place] -= silent.to_numpy(np.int64)
    return communes
