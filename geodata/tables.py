"""The shapes of the tables that pass between layers: their columns, and one check that they are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from geodata.errors import FigureError, mark

FIGURE_KEY: Final = ("commune_code", "period")
"""One figure row is one commune in one quarter (``period`` as text, such as ``"2021-Q2"``)."""

MEASURES: Final = (
    "households_all",
    "households_grid",
    "households_direct",
    "households_bulk",
    "households_shared",
    "households_offgrid",
    "households_without",
    "households_all_urban",
    "households_all_rural",
    "households_grid_urban",
    "households_grid_rural",
)
"""Counts that a commune reports, each a nullable whole number: missing means not reported, never zero.

N households_all, T households_grid, D direct, B bulk (behind a master meter), S shared meter, O off-grid
source only, U without power. T = D + B + S (S inside D where it is not counted apart), N = T + O + U.
"""

DERIVED_MEASURES: Final = ("communes_reported", "communes_with_power", "households_to_connect")
"""Counts that are reckoned from the measures of a commune; see `coverage.rollup.add_derived`."""

FIGURE_COLUMNS: Final = (*FIGURE_KEY, *MEASURES)

BULK_POINT_COLUMNS: Final = (
    "point_code",  # stable within the organisation's province
    "commune_code",
    "organisation_name",
    "master_meter",  # serial number as text
    "households_behind",
    "loss_share",  # 0 to 1, between the master meter and the household meters
    "line_km",  # low-voltage line behind the master meter
    "condition",  # good, fair, poor
    "takeover_state",  # bulk, agreed, taken_over
    "takeover_date",  # ISO day where taken_over or agreed, else missing
    "lon",  # WGS 84 degrees
    "lat",
)

HAMLET_COLUMNS: Final = (
    "hamlet_code",
    "commune_code",
    "hamlet_name",
    "households_without_grid",
    "grid_distance_km",
    "lon",
    "lat",
)


def require_columns(table: pd.DataFrame, columns: Iterable[str], *, what: str) -> None:
    """Raise `FigureError` if the table lacks one of the columns; `what` names the table to the reader."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise FigureError(
            "table.columns-missing",
            mark('The table "{what}" has no column {missing}.'),
            what=what,
            missing=", ".join(missing),
        )
