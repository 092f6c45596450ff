"""The shape of a province report that passes from the logic, which fills it, to the writers, which lay it out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.plan_data import PlanChapter
from geodata.tables import MEASURES

SHARE: Final = "share"

VIETNAM: Final = timezone(timedelta(hours=7))
"""The clock of Vietnam, which has no summer time."""

STAMP_KEYS: Final = (
    "phudien_province",
    "phudien_period",
    "phudien_units_of",
    "phudien_data_version",
    "phudien_data_moment",
    "phudien_as_of",
    "phudien_fingerprint",
    "phudien_language",
    "phudien_plan",
)
"""Keys of `ProvinceReport.stamp`, as files carry them."""

FIGURE_TABLE_COLUMNS: Final = ("area_code", "period", "measure", "value")
"""Columns of `ProvinceReport.figure_table`: every count that a report rests on, one a row."""


@dataclass(frozen=True)
class IndicatorNote:
    """What a report says of one indicator, in the report's language."""

    title: str
    formula: str
    source: str


@dataclass(frozen=True)
class ReportTarget:
    """
    A target beside a figure of a report.

    Parameters
    ----------
    value
        Share from 0 to 1, or count.
    due
        Quarter at whose end it is due; None where its source names none.
    status
        One of `geodata.status.STATUSES`.
    gap
        Households still missing to the target; 0 or less where it is reached, None where not known.
    required_per_quarter, achieved_per_quarter
        Households a quarter: what is needed until `due`, and what the last quarters brought.
    outlook
        When it is reached, as a sentence in the report's language ("between Q3 2024 and Q2 2026, chance 80%", "not
        at this pace"); empty where no forecast can be made.
    basis
        The decision that sets it, or that it is an assumption, in the report's language.
    """

    value: Decimal
    due: Period | None
    status: str
    gap: int | None
    required_per_quarter: Decimal | None
    achieved_per_quarter: Decimal | None
    outlook: str
    basis: str


@dataclass(frozen=True)
class ReportFigure:
    """
    One figure of the summary: its exact counts now and a quarter before, and its target.

    Parameters
    ----------
    name, title, short
        Of the indicator; the latter two in the report's language.
    kind
        ``"count"`` or ``"share"``.
    better
        ``"higher"`` or ``"lower"``.
    numerator, denominator, previous_numerator, previous_denominator
        Exact counts; None where not reported, and for the denominators of counts.
    communes_counted, communes_all
        Communes behind the figure, of those that the province has.
    target
        None where there is none.
    previous_counted
        Communes behind the figure of the quarter before; None where it has none.
    """

    name: str
    title: str
    short: str
    kind: str
    decimals: int
    better: str
    numerator: int | None
    denominator: int | None
    previous_numerator: int | None
    previous_denominator: int | None
    communes_counted: int
    communes_all: int
    target: ReportTarget | None = None
    previous_counted: int | None = None

    @property
    def value(self) -> Decimal | None:
        """Count, or share from 0 to 1."""
        return self._value(self.numerator, self.denominator)

    @property
    def previous(self) -> Decimal | None:
        """The same of the quarter before."""
        return self._value(self.previous_numerator, self.previous_denominator)

    @property
    def change(self) -> Decimal | None:
        """What changed since the quarter before: households, or percentage points (never percent) of a share."""
        now, before = self.value, self.previous
        if now is None or before is None:
            return None
        return (now - before) * 100 if self.kind == SHARE else now - before

    @property
    def change_is_comparable(self) -> bool:
        """Whether as many communes stand behind the figure as did a quarter before; else its change says less."""
        return self.previous_counted in (None, self.communes_counted)

    def _value(self, numerator: int | None, denominator: int | None) -> Decimal | None:
        if numerator is None:
            return None
        if self.kind != SHARE:
            return Decimal(numerator)
        return Decimal(numerator) / Decimal(denominator) if denominator and numerator <= denominator else None

    def display(self, language: Language) -> str:
        """Return the figure as readers see it: 99,72% or 8.173.200; rounded half-up, only here."""
        if self.value is None:
            return language.say("not reported")
        if self.kind == SHARE:
            return language.share(self.value, decimals=self.decimals)
        return language.decimal(self.value, decimals=self.decimals)


@dataclass(frozen=True)
class ReportMap:
    """
    A map of a report: the class that each commune's figure falls in, as on the maps of the app.

    Parameters
    ----------
    indicator, title
        Name of the indicator, and what readers call it, in the report's language.
    classes
        Colour (such as ``"#fec44f"``) and label of each class, the lowest figures first.
    class_of
        Place of its class in `classes`, by ``commune_code`` (Int64); missing where nothing was reported.
    """

    indicator: str
    title: str
    classes: tuple[tuple[str, str], ...]
    class_of: pd.Series[int]


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame()


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
        Indexed by period code, oldest first, up to the quarter: the `MEASURES` summed over the province, and
        ``households_to_connect`` (N − T of the communes that reported both).
    unit_changes
        What changed among the province's communes within the quarters of `history`: ``valid_date``, ``kind``.
    bulk_communes, organisations, hamlets
        What remains, as `coverage.remaining` gives it, for the province.
    bulk_points
        The points that the organisations have left, one a row, organisation by organisation: ``organisation_name``,
        ``point_code``, ``master_meter``, ``commune_code``, ``commune_name``, ``district_name``, ``households_behind``,
        ``loss_share``, ``line_km``, ``condition``, ``takeover_state``, ``takeover_date`` (ISO day or missing), ``lon``,
        ``lat`` (degrees of WGS 84, missing where not known).
    unserved_hamlets
        The hamlets that the grid does not reach, one a row, by commune: ``hamlet_code``, ``hamlet_name``,
        ``commune_code``, ``commune_name``, ``district_name``, ``households_without_grid``, ``grid_distance_km``,
        ``lon``, ``lat``.
    takeovers
        The organisations of which points were taken over within the quarter, as `coverage.remaining` gives them.
    indicators
        What the columns rest on.
    language
        Language of every text in the report, and of its files.
    data_moment
        Moment of the newest event of `data_version` (UTC); None for an empty store.
    as_of
        Moment whose answer was asked for; None for now.
    figures
        The five of the summary: T / N, the same of rural households, D / T, B, N − T.
    progress
        One row a district (a commune where the list has no districts), in code order, indexed by ``area_code``:
        ``area_name``, ``indicator`` (its short name), ``shortfall``, ``gap`` (Int64), ``required_per_quarter``,
        ``achieved_per_quarter`` (Float64), ``status`` (of `geodata.status`), ``outlook`` (sentence).
    works
        Works of Programme 2081 of the province: ``work_code``, ``work_name``, ``commune_code``, ``commune_name``,
        ``district_name``, ``households_planned``, ``households_connected`` (Int64), ``cost_million_vnd``,
        ``progress_share``, ``completion_date`` (datetime).
    findings
        What the consistency checks found in the province: ``severity`` (error, warning), ``place``, ``period``,
        ``sentence``, ``reason`` and ``explained_by`` (blank where it is not explained).
    uploads
        The uploads that the figures, points, hamlets and works come from, in the order in which they were accepted:
        ``file_name``, ``kind`` (in the report's language), ``accepted_by``, ``accepted_at`` (UTC), ``batch_id``,
        ``is_synthetic``, ``communes`` (how many of the province).
    outlines
        One row a commune, indexed by ``commune_code``: ``geometry`` (WGS 84), ``is_approximate``; for maps.
    maps
        What is painted on the outlines: see `coverage.report_maps`.
    decisions
        The decisions that the targets rest on, a sentence each.
    unit_events
        What happened to the province's communes within the quarters of `history`, a sentence each.
    assessment
        How the province stands, in paragraphs; see `coverage.report_sentences`.
    plan
        What the newest approved programme does in the province; None where none covers it: then no file speaks of it.
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
    language: Language = field(default_factory=Language)
    data_moment: datetime | None = None
    as_of: datetime | None = None
    figures: tuple[ReportFigure, ...] = ()
    progress: pd.DataFrame = field(default_factory=_no_rows)
    works: pd.DataFrame = field(default_factory=_no_rows)
    findings: pd.DataFrame = field(default_factory=_no_rows)
    uploads: pd.DataFrame = field(default_factory=_no_rows)
    outlines: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(geometry=[], crs=4326))
    maps: tuple[ReportMap, ...] = ()
    decisions: tuple[str, ...] = ()
    unit_events: tuple[str, ...] = ()
    assessment: tuple[str, ...] = ()
    bulk_points: pd.DataFrame = field(default_factory=_no_rows)
    unserved_hamlets: pd.DataFrame = field(default_factory=_no_rows)
    takeovers: pd.DataFrame = field(default_factory=_no_rows)
    plan: PlanChapter | None = None

    def figure_table(self) -> pd.DataFrame:
        """
        Return every count that the report rests on, columns `FIGURE_TABLE_COLUMNS`.

        The communes' measures of the quarter, and the province's sums of all quarters (``area_code`` of the
        province); what was not reported is no row. Sorted by area, period and measure.
        """
        communes = self.communes[list(MEASURES)].rename_axis("area_code").reset_index().assign(period=str(self.period))
        sums = self.history[list(MEASURES)].reset_index().assign(area_code=self.province_code)
        long = pd.concat([communes, sums]).melt(["area_code", "period"], list(MEASURES), "measure", "value").dropna()
        ordered = long.sort_values(["area_code", "period", "measure"], ignore_index=True)
        return ordered[list(FIGURE_TABLE_COLUMNS)].astype({"value": "int64"})

    @property
    def fingerprint(self) -> str:
        """SHA-256 of province, quarter, unit list and `figure_table` in hexadecimal; equal figures give equal ones."""
        head = f"{self.province_code},{self.period},{self.unit_list_date}\n"
        lines = self.figure_table().to_csv(index=False, lineterminator="\n")
        return hashlib.sha256((head + lines).encode()).hexdigest()

    def stamp(self) -> dict[str, str]:
        """
        Return what identifies the figures of the report; every file of it carries these, in properties or metadata.

        Returns
        -------
        stamp
            Keys `STAMP_KEYS`: province, quarter, day of the unit list, data version and its moment, the moment that
            was asked for (blank for now), fingerprint, language, the approved programme that it tells (blank for
            none). All text, ISO 8601 where days and moments.
        """
        values = (
            self.province_code,
            str(self.period),
            self.unit_list_date.isoformat(),
            self.data_version,
            self.data_moment.isoformat() if self.data_moment else "",
            self.as_of.isoformat() if self.as_of else "",
            self.fingerprint,
            self.language.code,
            self.plan.scenario if self.plan else "",
        )
        return dict(zip(STAMP_KEYS, values, strict=True))

    @staticmethod
    def local(moment: datetime) -> datetime:
        """Return a moment in the clock of Vietnam, whatever the clock of the machine."""
        return moment.astimezone(VIETNAM)

    @property
    def is_restated(self) -> bool:
        """Whether figures were reported in another list than the one in which they are told."""
        return any(day != self.unit_list_date for day in self.reported_in)

    @property
    def communes_missing(self) -> tuple[str, ...]:
        """Names of the communes that did not report, with their districts."""
        return self._names(self.communes["households_all"].isna())

    @property
    def communes_partly(self) -> tuple[str, ...]:
        """Names of the communes of which some parts did not report, with their districts."""
        return self._names(self.communes.index.isin(self.partly_reported))

    @property
    def communes_estimated(self) -> tuple[str, ...]:
        """Names of the communes that hold parts of divided ones, with their districts: their figures are estimated."""
        basis = self.basis.reindex(self.communes.index).fillna(EXACT)
        return self._names(basis != EXACT)

    @property
    def has_districts(self) -> bool:
        """Whether the list of units has districts."""
        return bool(self.communes["district_code"].notna().any())

    def sums_by_district(self) -> pd.DataFrame:
        """
        Return the measures by district: indexed by ``district_code``, with ``district_name``.

        A measure is the sum over the communes that reported it, missing where none did. Without a row where the list
        has no districts.
        """
        by = self.communes.dropna(subset="district_code").groupby("district_code", sort=False)
        sums = by[list(MEASURES)].sum(min_count=1).astype("Int64")
        sums.insert(0, "district_name", by["district_name"].first())
        return sums

    def _names(self, chosen: pd.Series[bool] | npt.NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(
            str(row["commune_name"])
            if pd.isna(row["district_name"])
            else f"{row['commune_name']} ({row['district_name']})"
            for row in self.communes[chosen].to_dict("records")
        )
