"""Everything that consistency checks compare, as tables of one list of units, laid out for quick arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.published_ranges import PublishedFigure
from coverage.published_returns import StatedPercentage
from coverage.remaining import TAKEN_OVER, points_on, points_remaining
from geodata.periods import Period
from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS, MEASURES
from geodata.units import Units

Counts = npt.NDArray[np.float64]
"""Counts by commune and quarter; NaN where not reported. Whole numbers below 2**53 are exact."""

Flags = npt.NDArray[np.bool_]

Places = npt.NDArray[np.int64]
"""Positions of quarters, by commune and quarter; -1 for none."""

SOURCE_COLUMNS: Final = ("commune_code", "period", "measure", "survey", "ledger")
"""The same figure in a commune survey and in a household ledger, whichever counts."""

LIST_COLUMNS: Final = ("commune_code", "period", "measure", "first_day", "first", "second_day", "second")
"""The same figure as it was reported in two lists of units, told in one."""

WORKS_COLUMNS: Final = ("commune_code", "households_planned", "households_connected")


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=pd.Index(columns))


@dataclass(frozen=True)
class CommuneBook:
    """An organisation's count of communes beside the official one; `open` are those that are not reconciled."""

    period: str
    own: int
    official: int
    open: int


@dataclass(frozen=True)
class LastKnown:
    """
    What each commune reported last before each quarter.

    Parameters
    ----------
    counts
        Its figure; NaN where it never reported before.
    place
        Position of that quarter; -1 where there is none.
    """

    counts: Counts
    place: Places


@dataclass(frozen=True)
class CheckData:
    """
    What is checked.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, all quarters, told in the list of `units`.
    estimated
        ``commune_code`` and ``period`` of figures that rest on a division, or on some of a commune's parts only: over
        time they are not held against others.
    points, hamlets, works
        Columns `BULK_POINT_COLUMNS`, `HAMLET_COLUMNS`, `WORKS_COLUMNS`, as they stand now.
    by_source, by_list
        Columns `SOURCE_COLUMNS` and `LIST_COLUMNS`.
    published
        What was published of the last day of a quarter, by the quarter.
    stated
        Percentages that the company stated with their counts.
    books
        Own counts of communes.
    """

    figures: pd.DataFrame
    units: Units
    estimated: pd.DataFrame = field(default_factory=lambda: _empty(("commune_code", "period")))
    points: pd.DataFrame = field(default_factory=lambda: _empty(BULK_POINT_COLUMNS))
    hamlets: pd.DataFrame = field(default_factory=lambda: _empty(HAMLET_COLUMNS))
    works: pd.DataFrame = field(default_factory=lambda: _empty(WORKS_COLUMNS))
    by_source: pd.DataFrame = field(default_factory=lambda: _empty(SOURCE_COLUMNS))
    by_list: pd.DataFrame = field(default_factory=lambda: _empty(LIST_COLUMNS))
    published: Mapping[str, Sequence[PublishedFigure]] = field(default_factory=dict)
    stated: Sequence[StatedPercentage] = ()
    books: Sequence[CommuneBook] = ()

    @cached_property
    def codes(self) -> pd.Index:
        """Codes of the communes, in code order: the rows of every array."""
        return self.units.communes.index

    @cached_property
    def periods(self) -> list[str]:
        """Quarters with figures, oldest first: the columns of every array."""
        return sorted(str(period) for period in self.figures["period"].unique())

    @cached_property
    def _counts(self) -> dict[str, Counts]:
        rows = self.codes.get_indexer(pd.Index(self.figures["commune_code"]))
        columns = pd.Index(self.periods).get_indexer(pd.Index(self.figures["period"]))
        known = rows >= 0
        found = {}
        for measure in MEASURES:
            table = np.full((len(self.codes), len(self.periods)), np.nan)
            table[rows[known], columns[known]] = self.figures[measure].to_numpy("float64", na_value=np.nan)[known]
            found[measure] = table
        return found

    def counts(self, measure: str) -> Counts:
        """Return a measure by commune and quarter."""
        return self._counts[measure]

    @cached_property
    def lacking(self) -> Counts:
        """N − T by commune and quarter."""
        return self.counts("households_all") - self.counts("households_grid")

    @cached_property
    def reported(self) -> Flags:
        """Whether a commune reported anything, by commune and quarter."""
        return np.asarray(~np.isnan(np.stack([self.counts(measure) for measure in MEASURES])).all(axis=0))

    @cached_property
    def is_estimated(self) -> Flags:
        """Whether a figure is not to be held against others over time, by commune and quarter."""
        flags = np.zeros((len(self.codes), len(self.periods)), dtype=np.bool_)
        rows = self.codes.get_indexer(pd.Index(self.estimated["commune_code"]))
        columns = pd.Index(self.periods).get_indexer(pd.Index(self.estimated["period"]))
        known = (rows >= 0) & (columns >= 0)
        flags[rows[known], columns[known]] = True
        return flags

    def last_known(self, counts: Counts) -> LastKnown:
        """Return what was reported last before each quarter."""
        places = np.where(np.isnan(counts), -1, np.arange(counts.shape[1]))
        before = np.full(counts.shape, -1, dtype=np.int64)
        before[:, 1:] = np.maximum.accumulate(places, axis=1)[:, :-1]
        taken = np.take_along_axis(counts, np.maximum(before, 0), axis=1) if counts.size else counts
        return LastKnown(np.where(before >= 0, taken, np.nan), before)

    @cached_property
    def households_behind(self) -> Counts:
        """Households behind the bulk points that were not taken over, by commune and quarter; NaN without a point."""
        table = np.full((len(self.codes), len(self.periods)), np.nan)
        for column, period in enumerate(self.periods):
            if len(self.points):
                left = points_remaining(points_on(self.points, Period.parse(period).last_day))
                table[:, column] = self.by_commune(left, "households_behind")
        return table

    @cached_property
    def taken_over(self) -> Counts:
        """Households behind points that were taken over until the end of each quarter, from the first on; 0 without."""
        table = np.zeros((len(self.codes), len(self.periods)))
        taken = self.points[self.points["takeover_state"] == TAKEN_OVER].dropna(subset="takeover_date")
        for column, period in enumerate(self.periods):
            until = taken[taken["takeover_date"].astype("str") <= Period.parse(period).last_day.isoformat()]
            if len(until):
                table[:, column] = np.nan_to_num(self.by_commune(until, "households_behind"))
        return table

    def by_commune(self, rows: pd.DataFrame, column: str) -> Counts:
        """Return a column of points, hamlets or works summed by commune; NaN where a commune has none."""
        sums = rows[column].astype("float64").groupby(rows["commune_code"].astype("str")).sum(min_count=1)
        return np.asarray(sums.reindex(self.codes), dtype=np.float64)
