"""The shape of a province report that passes from the logic, which fills it, to the writers, which lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geodata.periods import Period


@dataclass(frozen=True)
class IndicatorNote:
    """What a report says of one indicator, in the report's language."""

    title: str
    formula: str
    source: str


@dataclass(frozen=True)
class ProvinceReport:
    """
    One province in one quarter, without any formatting.

    Parameters
    ----------
    province_code, province_name
        GSO code, and full name ("Tỉnh An Giang").
    period
        Quarter; figures hold at its last day.
    data_version, data_date
        State of the store that the figures rest on, and its day.
    unit_list_date
        Day of the official list of units in which the report is told.
    reported_in
        Days of the lists in which its figures were reported, oldest first.
    basis
        What the figures of each commune rest on, indexed by ``commune_code``: one of `geodata.lineage.BASES`.
    partly_reported
        Codes of communes made of several in this list, some of which reported nothing.
    unplaced
        Names of communes of the company that reported the quarter and have no part in this list; in none of the sums.
    is_synthetic
        Whether demonstration data are among the figures.
    communes
        One row for each commune of the list, districts in code order, then communes: indexed by
        ``commune_code``, with ``commune_name``, ``district_code``, ``district_name`` and the `MEASURES` (Int64,
        missing where not reported).
    history
        Indexed by period code, oldest first, up to the quarter: the `MEASURES` summed over the province.
    unit_changes
        What changed among the province's communes within the quarters of `history`: ``valid_date``, ``kind``.
    bulk_communes, organisations, hamlets
        What remains, as `coverage.remaining` gives it, for the province.
    indicators
        What the columns rest on.
    """

    province_code: str
    province_name: str
    period: Period
    data_version: str
    data_date: date
    unit_list_date: date
    reported_in: tuple[date, ...]
    basis: pd.Series[str]
    partly_reported: tuple[str, ...]
    unplaced: tuple[str, ...]
    is_synthetic: bool
    communes: pd.DataFrame
    history: pd.DataFrame
    unit_changes: pd.DataFrame
    bulk_communes: pd.DataFrame
    organisations: pd.DataFrame
    hamlets: pd.DataFrame
    indicators: tuple[IndicatorNote, ...]

    @property
    def is_restated(self) -> bool:
        """Whether figures were reported in another list than the one in which they are told."""
        return any(day != self.unit_list_date for day in self.reported_in)

    @property
    def communes_missing(self) -> tuple[str, ...]:
        """Names of the communes that did not report, with their districts."""
        silent = self.communes[self.communes["households_all"].isna()]
        return tuple(
            str(row["commune_name"])
            if pd.isna(row["district_name"])
            else f"{row['commune_name']} ({row['district_name']})"
            for row in silent.to_dict("records")
        )
