"""Surveys whose rows are things (households, bulk points, hamlets, works): a workbook → typed records, in chunks."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import geopandas as gpd
import pandas as pd

from geodata.names import NameIndex
from geodata.periods import Period
from geodata.units import Units
from loaders.survey.form_kind import require_kind
from loaders.survey.issues import ERROR, SEVERITIES, Issue
from loaders.survey.record_rows import RecordRows
from loaders.survey.record_rules import RecordCheck
from loaders.survey.rulebook import RECORD_RULES
from loaders.survey.tables import ChosenColumns, TableRead, TableReader, require_header
from loaders.survey.templates import SurveyTemplate
from loaders.workbook.reader import read_workbook

CHUNK_ROWS: Final = 10_000

Progress = Callable[[int, int], None]
"""Told the rows read so far and those expected (0 where unknown) after every chunk; raises to cancel."""


@dataclass(frozen=True)
class RecordReading:
    """
    What a survey of things was understood to say.

    Parameters
    ----------
    tables
        The tables that were read, in the order of the sheets.
    rows_read, rows_valid
        Rows that carry data, and those without an error.
    records
        The valid rows: ``commune_code``, the columns of the template, ``sheet`` and ``row`` (as the sheet counts it).
    issues
        Problems, at most `record_rows.MOST_ISSUES` of a table, the gravest first.
    issue_counts
        How often each problem was found, by its code.
    list_date
        Day of the list in which communes were sought.
    stated_quarters
        Quarters that the titles of the tables name.
    """

    tables: tuple[TableRead, ...]
    rows_read: int
    rows_valid: int
    records: pd.DataFrame
    issues: tuple[Issue, ...]
    issue_counts: Counter[str]
    list_date: date
    stated_quarters: frozenset[str]

    @property
    def sheets(self) -> str:
        """Names of the sheets that were read."""
        return ", ".join(dict.fromkeys(table.sheet for table in self.tables))

    @property
    def has_errors(self) -> bool:
        """Whether any row cannot be taken as it stands."""
        return self.rows_valid < self.rows_read


def read_records(
    content: bytes,
    *,
    file_name: str,
    template: SurveyTemplate,
    units: Units,
    names: NameIndex,
    chosen_columns: ChosenColumns | None = None,
    outlines: gpd.GeoDataFrame | None = None,
    stored: Callable[[], pd.DataFrame] | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> RecordReading:
    """
    Return the records of a survey workbook.

    Rows are read in chunks of `CHUNK_ROWS`; what is kept of a row is its typed values. Where a cell can be read in
    two ways, its whole column decides.

    Parameters
    ----------
    outlines
        Outlines of the communes (``commune_code``, ``geometry``, ``is_approximate``); points far outside theirs ask
        for a reason.
    stored
        Gives the records of this kind that count now; see `record_rules.RecordCheck`.
    today
        Day after which no survey was made.

    Raises
    ------
    FileError
        If the file cannot be read, or no sheet has a header that can be recognised.
    """
    readers, tables = _read_tables(content, file_name, template, units, names, chosen_columns, progress)
    check = RecordCheck(
        records=_joined(tables, readers),
        template=template,
        stored=stored() if stored is not None else pd.DataFrame(),
        outlines=outlines,
        today=today,
    )
    records = _without_broken(check, readers)
    issues = [issue for reader in readers for issue in reader.log.issues]
    return RecordReading(
        tables=tuple(TableRead.of(reader.table, reader.rows_read) for reader in readers),
        rows_read=sum(reader.rows_read for reader in readers),
        rows_valid=len(records),
        records=records,
        issues=tuple(sorted(issues, key=lambda issue: SEVERITIES.index(issue.severity))),
        issue_counts=sum((reader.counts for reader in readers), Counter()),
        list_date=units.list_date,
        stated_quarters=frozenset(
            str(period)
            for reader in readers
            for title in reader.table.titles
            if (period := Period.find_in(title)) is not None
        ),
    )


def _read_tables(
    content: bytes,
    file_name: str,
    template: SurveyTemplate,
    units: Units,
    names: NameIndex,
    chosen_columns: ChosenColumns | None,
    progress: Progress | None,
) -> tuple[list[RecordRows], list[pd.DataFrame]]:
    """Return the tables of a workbook: their readers, and their records."""
    sheets = read_workbook(content, file_name=file_name)
    require_kind(sheets, template, file_name=file_name)
    found = TableReader(template, names, chosen_columns=chosen_columns)
    readers: list[RecordRows] = []
    tables: list[pd.DataFrame] = []
    done, expected = 0, sum(sheet.rows_expected for sheet in sheets if sheet.is_visible)
    for sheet in (sheet for sheet in sheets if sheet.is_visible):
        for table, lines in found.read(sheet):
            reader = RecordRows(table, units, names)
            chunks: list[pd.DataFrame] = []
            while chunk := list(itertools.islice(lines, CHUNK_ROWS)):
                chunks.append(reader.read_chunk(chunk))
                done += len(chunk)
                if progress is not None:
                    progress(done, expected)
            whole = pd.concat(chunks, ignore_index=True) if chunks else reader.read_chunk([])
            chunks.clear()
            readers.append(reader)
            tables.append(reader.finish(whole))
    if not readers:
        raise require_header(sheets, template, file_name=file_name)
    return readers, tables


def _joined(tables: list[pd.DataFrame], readers: list[RecordRows]) -> pd.DataFrame:
    """Put the records of all tables into one, each with the number of its table and the name of its sheet."""
    numbered = [table.assign(table=number) for number, table in enumerate(tables)]
    # Tables without a row have columns without a type, which would spoil those of the others.
    filled = [table for table in numbered if len(table)] or numbered[:1]
    records = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
    sheets = {number: reader.table.sheet.name for number, reader in enumerate(readers)}
    return records.assign(sheet=records["table"].map(sheets).astype("category"))


def _without_broken(check: RecordCheck, readers: list[RecordRows]) -> pd.DataFrame:
    """Leave out the records that break a rule, and log what every rule finds."""
    bad = set()
    for rule in RECORD_RULES:
        for finding in rule(check):
            readers[finding.table].add_finding(finding)
            if finding.severity == ERROR:
                bad.add(finding.place)
    records = check.records[~check.records.index.isin(bad)] if bad else check.records
    return records.drop(columns="table").reset_index(drop=True)
