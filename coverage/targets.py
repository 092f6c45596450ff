"""Targets of Programme 2081 and after it, and how far an area is from 100% of households on the grid."""

from __future__ import annotations

from typing import Final

import pandas as pd

from coverage.indicators import Figure, Indicator
from coverage.rollup import figure_of, indicator_by_area
from geodata.errors import FigureError, mark
from geodata.tables import require_columns
from geodata.units import COMPANY_CODE, Units

NATIONAL: Final = "national"
"""Scope of targets of the whole country: stated for the reader, not measurable with the company's figures."""

GRID_FOR_ALL: Final = "households_with_power_share"
"""The indicator whose target is 100% of households on the national grid."""

TARGET_COLUMNS: Final = (
    "programme",
    "decision",
    "date",
    "period_start",
    "period_end",
    "indicator",
    "scope",
    "value",
    "unit",
    "status",
    "source",
)


def read_targets(table: pd.DataFrame, units: Units) -> pd.DataFrame:
    """
    Return the targets with their values as numbers and their areas named.

    Parameters
    ----------
    table
        Columns `TARGET_COLUMNS`, all text; ``scope`` is `NATIONAL`, the company's code or a province's.

    Returns
    -------
    targets
        `TARGET_COLUMNS` with ``value`` as float, and ``scope_name``, in the order of the table. ``status`` is
        ``seen`` or ``unverified``; an amendment is a row of its own and the earlier one stays.

    Raises
    ------
    FigureError
        If a column is missing or a scope is not known.
    """
    require_columns(table, TARGET_COLUMNS, what="targets")
    known = {NATIONAL: NATIONAL, COMPANY_CODE: COMPANY_CODE, **units.provinces["full_name"].to_dict()}
    names = table["scope"].map(known)
    if names.isna().any():
        raise FigureError(
            "target.scope-unknown",
            mark('A target is set for "{scope}", which is no province of the list, not EVNSPC and not national.'),
            scope=str(table.loc[names.isna(), "scope"].iloc[0]),
        )
    return table.assign(value=table["value"].astype(float), scope_name=names)


def target_share(targets: pd.DataFrame) -> float:
    """Return the company's target for the share of households on the grid, 0 to 1."""
    own = targets[(targets["scope"] == COMPANY_CODE) & (targets["indicator"] == GRID_FOR_ALL)]
    if own.empty:
        raise FigureError("target.missing", mark("No target is set for the share of households with grid power."))
    return float(own["value"].iloc[-1]) / 100


def progress_over_time(figures: pd.DataFrame, indicator: Indicator, communes: pd.DataFrame) -> pd.DataFrame:
    """
    Return an area's way to the grid for all, quarter by quarter.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, any number of quarters.
    indicator
        The indicator `GRID_FOR_ALL`.
    communes
        The area's communes, indexed by code.

    Returns
    -------
    progress
        Indexed by period, oldest first: ``households_grid``, ``households_all``, ``households_to_connect``
        (N − T), ``households_share`` (0 to 1, missing where nothing was reported), and ``connected_since_first``
        (T of the quarter − T of the first).
    """
    area = pd.Series("area", index=communes.index, dtype="str")
    rows = {
        str(period): figure_of(indicator_by_area(table, indicator, area).iloc[0], indicator)
        for period, table in figures.groupby("period")
    }
    table = pd.DataFrame({period: _progress(figure) for period, figure in rows.items()}).T.rename_axis("period")
    counts = ["households_grid", "households_all", "households_to_connect"]
    table = table.astype({**dict.fromkeys(counts, "Int64"), "households_share": "Float64"})
    table["connected_since_first"] = table["households_grid"] - table["households_grid"].iloc[0]
    return table


def progress_by_area(figures: pd.DataFrame, indicator: Indicator, area_of: pd.Series[str]) -> pd.DataFrame:
    """
    Return where each area stands in one quarter, the one with the most households to connect first.

    Returns
    -------
    progress
        Indexed by area code: ``households_grid``, ``households_all``, ``households_to_connect``,
        ``households_share``, ``communes_counted``, ``communes_all``.
    """
    by_area = indicator_by_area(figures, indicator, area_of)
    rows = {str(code): _progress(figure_of(row, indicator)) for code, row in by_area.iterrows()}
    table = pd.DataFrame(rows).T.rename_axis("area_code")
    counts = ["households_grid", "households_all", "households_to_connect"]
    table = table.astype({**dict.fromkeys(counts, "Int64"), "households_share": "Float64"})
    table = table.join(by_area[["communes_counted", "communes_all"]])
    return table.sort_values("households_to_connect", ascending=False, kind="stable")


def _progress(figure: Figure) -> dict[str, object]:
    grid, households = figure.numerator, figure.denominator
    is_known = grid is not None and households is not None
    return {
        "households_grid": grid if is_known else pd.NA,
        "households_all": households if is_known else pd.NA,
        "households_to_connect": households - grid if grid is not None and households is not None else pd.NA,
        "households_share": pd.NA if figure.value is None else float(figure.value),
    }
