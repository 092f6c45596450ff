"""Shortfall: how many households an indicator still lacks. Targets, progress and forecasts all reckon in it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pandas as pd

from coverage.indicators import SHARE, Figure, Indicator
from coverage.rollup import indicator_by_area


def shortfall_of(figure: Figure) -> int | None:
    """
    Return the households that a figure still lacks; None where it has no value.

    Of a share that should rise it is denominator − numerator (N − T, T − D); of an indicator that should fall it is
    the numerator (B, U). A count that should rise has none: it has no whole.
    """
    indicator = figure.indicator
    if figure.value is None or figure.numerator is None:
        return None
    if indicator.better == "lower":
        return figure.numerator
    if indicator.kind == SHARE and figure.denominator is not None:
        return figure.denominator - figure.numerator
    return None


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


def shortfall_by_area(figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str]) -> pd.DataFrame:
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

    Returns
    -------
    shortfall
        Indexed by period code, oldest first, one Int64 column an area code in code order. Missing where not every
        commune of the area was counted (the sum of some communes is no figure of the whole, and a commune that stops
        reporting is no progress), and where the part exceeds the whole.
    """
    rows = {}
    for period, table in figures.groupby("period"):
        by_area = indicator_by_area(table, indicator, area_of)
        lacking = by_area["numerator"]
        if indicator.better != "lower":
            lacking = by_area["denominator"] - by_area["numerator"]
        is_sound = (by_area["denominator"] - by_area["numerator"] >= 0).fillna(value=indicator.kind != SHARE)
        rows[str(period)] = lacking.where(_is_complete(by_area) & is_sound)
    return _by_period(rows, area_of)


def denominator_by_area(figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str]) -> pd.DataFrame:
    """Return the denominator of a share in the shape of `shortfall_by_area`; all missing for a count."""
    rows = {}
    for period, table in figures.groupby("period"):
        by_area = indicator_by_area(table, indicator, area_of)
        rows[str(period)] = by_area["denominator"].where(_is_complete(by_area))
    return _by_period(rows, area_of)


def _is_complete(by_area: pd.DataFrame) -> pd.Series[bool]:
    return by_area["communes_counted"] == by_area["communes_all"]


def _by_period(rows: dict[str, pd.Series[int]], area_of: pd.Series[str]) -> pd.DataFrame:
    areas = pd.Index(sorted(area_of.unique()), name="area_code")
    return pd.DataFrame(rows, index=areas).T.rename_axis("period").astype("Int64").sort_index()
