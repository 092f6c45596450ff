"""Roll-up: figures of communes → indicators of districts, provinces and the company, as ratios of sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from coverage.indicators import Figure, Indicator

_BEHIND: Final = {
    "communes_reported": ("households_grid",),
    "communes_with_power": ("households_grid",),
    "households_to_connect": ("households_all", "households_grid"),
}


def measures_behind(indicator: Indicator) -> tuple[str, ...]:
    """Return the measures that an indicator is reckoned from."""
    parts = [name for name in (indicator.numerator, indicator.denominator) if name]
    return tuple(dict.fromkeys(measure for name in parts for measure in _BEHIND.get(name, (name,))))


def add_derived(figures: pd.DataFrame) -> pd.DataFrame:
    """
    Return the figures with the columns that indicators need beside the measures.

    Returns
    -------
    figures
        With ``communes_reported`` (1 where T was reported), ``communes_with_power`` (1 where T > 0) and
        ``households_to_connect`` (N − T); each missing where what it rests on was not reported.
    """
    grid, households = figures["households_grid"], figures["households_all"]
    reported = grid.notna()
    return figures.assign(
        communes_reported=reported.astype("Int64").where(reported),
        communes_with_power=(grid > 0).astype("Int64").where(reported),
        households_to_connect=households - grid,
    )


def indicator_by_area(figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str]) -> pd.DataFrame:
    """
    Return one indicator of one quarter by area, as a ratio of sums, never a mean of shares.

    A commune counts only where both numerator and denominator were reported.

    Parameters
    ----------
    figures
        One row a commune, columns `FIGURE_COLUMNS`, one quarter.
    area_of
        Area code of every commune of the unit list, indexed by commune code.

    Returns
    -------
    figures_by_area
        Indexed by area code in code order: ``numerator``, ``denominator`` (Int64, missing where no commune
        reported), ``communes_counted``, ``communes_all``.
    """
    columns = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
    known = add_derived(figures).set_index("commune_code")[columns].reindex(area_of.index)
    is_counted = known.notna().all(axis="columns")
    sums = known[is_counted].groupby(area_of[is_counted]).sum()
    by_area = pd.DataFrame(
        {
            "numerator": sums[indicator.numerator].astype("Int64"),
            "denominator": sums[indicator.denominator].astype("Int64") if indicator.denominator else pd.NA,
            "communes_counted": is_counted.groupby(area_of).sum(),
            "communes_all": area_of.value_counts(),
        },
        index=pd.Index(sorted(area_of.unique()), name="area_code"),
    )
    return by_area.astype({"numerator": "Int64", "denominator": "Int64"})


def figures_of_area(
    figures: pd.DataFrame, indicators: Mapping[str, Indicator], communes: pd.DataFrame
) -> dict[str, Figure]:
    """
    Return every indicator of one area in one quarter.

    Parameters
    ----------
    figures
        One row a commune, columns `FIGURE_COLUMNS`, one quarter; other communes are left out.
    communes
        The area's communes, indexed by code.
    """
    one_area = pd.Series("area", index=communes.index, dtype="str")
    return {
        name: figure_of(indicator_by_area(figures, indicator, one_area).iloc[0], indicator)
        for name, indicator in indicators.items()
    }


def figure_of(row: Mapping[Any, Any] | pd.Series[Any], indicator: Indicator) -> Figure:
    """Return a row of `indicator_by_area` (as a series or a mapping) as a figure."""
    return Figure(
        indicator,
        None if pd.isna(row["numerator"]) else int(row["numerator"]),
        None if pd.isna(row["denominator"]) else int(row["denominator"]),
        int(row["communes_counted"]),
        int(row["communes_all"]),
    )
