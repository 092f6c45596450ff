"""The company's table of a half-year as data: what its layouts and files are made of, without any formatting."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from geodata.language import Language
from geodata.report_data import VIETNAM
from geodata.reporting_periods import ReportingPeriod


@dataclass(frozen=True)
class CompanyRow:
    """
    One indicator of the table, its texts in the table's language.

    Parameters
    ----------
    indicator, section
        Its name, and the key of the section that it stands in.
    unit, decimals
        Unit in which it is stated (``%``, ``triệu hộ``), and with how many decimals.
    value
        The figure in that unit, rounded as it is stated; missing where it was not reported.
    text
        The same for readers, with its unit.
    numerator, denominator
        Exact counts where they are known.
    of
        What a share is of, for readers; empty for counts.
    plan
        The plan in the unit of the figure; missing where there is none.
    plan_day
        The day by which it is to be met, where that is another one than the period's last.
    verdict
        ``"met"``, ``"not_met"``, ``"no_plan"`` or ``"no_actual"``.
    gap, gap_unit
        How far beyond the plan (or, below 0, short of it), and its unit, one of `differences.UNITS`.
    basis
        On what the verdict rests: ``"exact"`` counts or the figure as ``"rounded"``; empty where there is none.
    published
        What was published, in the unit of the figure; missing where nothing was.
    differs
        Whether the figure, stated alike, is another one than was published.
    is_due
        Whether the period was asked for a figure, which a plan for a later day is not.
    source
        Where the figure comes from.
    notes
        What a reader must know of it.
    is_change
        Whether it is the change of the numerator against the denominator, its count of the year before.
    """

    indicator: str
    section: str
    title: str
    unit: str
    decimals: int
    value: Decimal | None
    text: str
    numerator: int | None
    denominator: int | None
    of: str
    plan: Decimal | None
    plan_text: str
    plan_day: date | None
    verdict: str
    verdict_text: str
    gap: Decimal | None
    gap_unit: str
    gap_text: str
    basis: str
    published: Decimal | None
    published_text: str
    differs: bool
    is_due: bool
    source: str
    notes: tuple[str, ...]
    is_change: bool = False

    def as_record(self) -> dict[str, Any]:
        """Return it for other programs: numbers as exact text, days as ISO 8601, None where missing."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__}
        kept |= {name: None if kept[name] is None else f"{kept[name]:f}" for name in _NUMBERS}
        return kept | {"plan_day": self.plan_day and self.plan_day.isoformat(), "notes": list(self.notes)}


_NUMBERS: Final = ("value", "plan", "gap", "published")
_HASHED: Final = ("value", "numerator", "denominator", "plan", "plan_day", "published")


@dataclass(frozen=True)
class CompanyTable:
    """
    The company's table of a period.

    Parameters
    ----------
    organisation
        Whose table it is.
    rows
        The indicators, section by section.
    sections
        Section → its heading, in their order.
    notices
        What must stand above the table, such as that the data are synthetic.
    remarks
        What stands below it: how communes were counted, how plans are judged.
    data_version, data_date
        Version of the data, and the day of its newest change.
    as_of
        Moment whose answer was asked for; None for the moment at which it was made.
    is_synthetic
        Whether demonstration data are in it.
    """

    organisation: str
    period: ReportingPeriod
    rows: tuple[CompanyRow, ...]
    sections: dict[str, str]
    notices: tuple[str, ...]
    remarks: tuple[str, ...]
    data_version: str
    data_date: date
    is_synthetic: bool
    language: Language
    as_of: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of period, figures, counts, plans and what was published, in hexadecimal; alike in any language."""
        lines = [
            ",".join("" if part is None else str(part) for part in (row.indicator, *(getattr(row, n) for n in _HASHED)))
            for row in self.rows
        ]
        return hashlib.sha256("\n".join([self.organisation, str(self.period), *lines]).encode()).hexdigest()

    def stamp(self) -> dict[str, str]:
        """Return what identifies the figures of the table, as its files carry it: texts, ISO 8601 where moments."""
        return {
            "phudien_company_table": self.organisation,
            "phudien_period": str(self.period),
            "phudien_data_version": self.data_version,
            "phudien_as_of": self.as_of.isoformat() if self.as_of else "",
            "phudien_fingerprint": self.fingerprint,
        }

    def stamp_line(self) -> str:
        """Return the same for readers, in one line."""
        say = self.language.say
        version = say("Data version {version}, {day}", version=self.data_version, day=self.language.day(self.data_date))
        known = (
            [say("as it was known at {moment}", moment=self.language.moment(self.as_of.astimezone(VIETNAM)))]
            if self.as_of
            else []
        )
        return "; ".join([version, *known, say("fingerprint {fingerprint}", fingerprint=self.fingerprint)])

    @property
    def title(self) -> str:
        """Heading of the table."""
        return self.language.say("Main indicators of {organisation}", organisation=self.organisation)

    @property
    def period_text(self) -> str:
        """The period, in the table's language."""
        return self.language.reporting_period(self.period)

    def by_section(self) -> dict[str, list[CompanyRow]]:
        """Return the rows of each section that has any, in order."""
        found = {key: [row for row in self.rows if row.section == key] for key in self.sections}
        return {key: rows for key, rows in found.items() if rows}

    def of_what(self, row: CompanyRow) -> str:
        """Return what a figure is of, with its counts where they are known."""
        if row.denominator is None or row.numerator is None:
            return row.of
        count = self.language.count
        if row.is_change:
            sides = {"now": row.numerator, "before": row.denominator, "what": row.of}
            return self.language.say("{now} against {before} {what}", **sides).strip()
        return f"{row.of}: {count(row.numerator)} / {count(row.denominator)}"

    def find(self, indicator: str) -> CompanyRow:
        """Return the row of an indicator; raise `KeyError` where the table has none."""
        return {row.indicator: row for row in self.rows}[indicator]

    def records(self) -> pd.DataFrame:
        """Return one row an indicator, in the columns of `CompanyRow.as_record`: numbers exact, notes one text."""
        numbers = [{name: getattr(row, name) for name in _NUMBERS} for row in self.rows]
        texts = [row.as_record() | {"notes": " ".join(row.notes)} for row in self.rows]
        records = [text | number for text, number in zip(texts, numbers, strict=True)]
        return pd.DataFrame(records).astype({"numerator": "Int64", "denominator": "Int64"})
