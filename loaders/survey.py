"""The commune survey: a workbook → typed rows, and issues for all that cannot be taken as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.errors import FigureError, mark
from geodata.names import NameIndex, plain_key
from geodata.periods import Period
from geodata.tables import FIGURE_COLUMNS, FIGURE_KEY, MEASURES
from geodata.units import Units
from loaders.counts import FRACTION, NEGATIVE, read_count
from loaders.issues import ERROR, INFO, Issue
from loaders.rules import SurveyRow, check_doubled, check_row, check_with_stored
from loaders.survey_log import SurveyLog
from loaders.survey_places import RowPlaces
from loaders.survey_table import ColumnFound, TableFound, find_table
from loaders.templates import SurveyTemplate
from loaders.workbook import address, cell_text, read_workbook, row_of

_TOTAL_KEYS: Final = frozenset({"tong", "tongso", "tongcong", "cong", "toantinh", "total", "subtotal", "sum"})


@dataclass(frozen=True)
class SurveyReading:
    """
    What a survey workbook was understood to say.

    Parameters
    ----------
    sheet, header_row
        Where the table stands; `header_row` as the sheet counts it.
    columns
        Columns that were understood, in the order of the sheet.
    rows_read, rows_valid
        Rows that carry data, and those without an error.
    figures
        The valid rows, columns `FIGURE_COLUMNS`.
    cells
        Addresses of the figures, same index, measure columns; missing where a part was filled in by kind.
    notes
        Remarks: ``commune_code``, ``period``, ``note``.
    issues
        Every problem found, errors first, then in the order of the sheet.
    """

    sheet: str
    header_row: int
    columns: tuple[ColumnFound, ...]
    rows_read: int
    rows_valid: int
    figures: pd.DataFrame
    cells: pd.DataFrame
    notes: pd.DataFrame
    issues: tuple[Issue, ...]

    @property
    def has_errors(self) -> bool:
        """Whether anything must be mended before the file can be accepted."""
        return any(issue.severity == ERROR for issue in self.issues)


def read_survey(
    content: bytes,
    *,
    file_name: str,
    template: SurveyTemplate,
    units: Units,
    names: NameIndex,
    figures_of: Callable[[str], pd.DataFrame] | None = None,
) -> SurveyReading:
    """
    Return what a survey workbook says.

    Bad rows come back as issues, all at once. A row counts as valid when none of its cells has an error.

    Parameters
    ----------
    figures_of
        Gives the figures of a quarter that count now, columns `FIGURE_COLUMNS`; the new ones must agree with them.

    Raises
    ------
    FileError
        If the file cannot be read, or no sheet has a header that can be recognised.
    """
    table = find_table(read_workbook(content, file_name=file_name), template, file_name=file_name)
    reader = _RowReader(table, units, names)
    rows = list(reader.read_rows())
    issues = [*reader.log.issues, *check_doubled(rows)]
    # A row whose cells cannot be read says nothing sure about sums: its first problem is told first.
    readable = [row for row in rows if row.number not in reader.log.bad_rows]
    broken = {row.number: found for row in readable if (found := check_row(row))}
    issues.extend(issue for found in broken.values() for issue in found)
    header_of = {column.key: column.header_vi for column in template.columns}
    whole = [row for row in readable if row.number not in broken]
    for row, counts in _with_stored(whole, figures_of):
        issues.extend(check_with_stored(row, counts, header_of | row.labels))
    bad = {row_of(issue.cell) for issue in issues if issue.severity == ERROR}
    valid = [row for row in rows if row.number not in bad]
    return SurveyReading(
        sheet=table.sheet.name,
        header_row=table.header + 1,
        columns=tuple(table.columns.values()),
        rows_read=reader.rows_read,
        rows_valid=len(valid),
        figures=_figure_table(valid),
        cells=pd.DataFrame([r.cells for r in valid], columns=pd.Index(MEASURES), dtype="object"),
        notes=_note_table(valid),
        issues=tuple(sorted(issues, key=lambda i: (i.severity != ERROR, row_of(i.cell), i.cell))),
    )


def _with_stored(
    rows: list[SurveyRow], figures_of: Callable[[str], pd.DataFrame] | None
) -> Iterator[tuple[SurveyRow, dict[str, int]]]:
    """Pair each row with the stored figures of its commune and quarter, where there are any."""
    if figures_of is None:
        return
    stored = {period: figures_of(period).set_index("commune_code") for period in {row.period for row in rows}}
    for row in rows:
        figures = stored[row.period]
        if row.commune_code in figures.index:
            [found] = figures.loc[[row.commune_code], list(MEASURES)].to_dict("records")
            # What is parted by kind is stored with the row, and replaces what stood there.
            replaced = _split_by_kind(row)
            yield row, {str(m): int(n) for m, n in found.items() if m not in replaced and not pd.isna(n)}


def _figure_table(rows: list[SurveyRow]) -> pd.DataFrame:
    records = [{"commune_code": r.commune_code, "period": r.period, **r.counts, **_split_by_kind(r)} for r in rows]
    table = pd.DataFrame(records, columns=pd.Index(FIGURE_COLUMNS))
    return table.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")})


def _note_table(rows: list[SurveyRow]) -> pd.DataFrame:
    records = [(r.commune_code, r.period, r.note) for r in rows if r.note]
    return pd.DataFrame(records, columns=pd.Index([*FIGURE_KEY, "note"]))


class _RowReader:
    """Reads the rows of one table and logs what is wrong on the way."""

    def __init__(self, table: TableFound, units: Units, names: NameIndex) -> None:
        self.table = table
        self.units = units
        self.log = SurveyLog(table)
        self.places = RowPlaces(table, units, names, self.log)
        self.rows_read = 0

    def read_rows(self) -> Iterator[SurveyRow]:
        """Yield the rows whose commune and quarter are known; the others are logged."""
        self._log_unread_columns()
        sheet_period = self._period_above()
        for index in range(self.table.header + 1, len(self.table.sheet.rows)):
            if self._has_figures(index) and not self._is_total(index):
                self.rows_read += 1
                commune = self.places.commune_of(index)
                period = self._period(index, sheet_period)
                counts = self._counts(index)
                if commune is not None and period is not None:
                    yield self._row(index, commune, period, counts)
        if not self.rows_read:
            self._log_no_rows()

    def _row(self, index: int, commune: str, period: str, counts: dict[str, int]) -> SurveyRow:
        unit = self.units.find(commune)
        key = self.table.key_column(index)
        return SurveyRow(
            sheet=self.table.sheet.name,
            number=index + 1,
            commune_code=commune,
            commune_name=str(unit["full_name"]),
            period=period,
            key_cell=address(index, key.index),
            key_label=key.label,
            is_rural=bool(unit["is_rural"]),
            counts=counts,
            cells={column.key: address(index, column.index) for column in self.table.measures},
            labels={column.key: column.label for column in self.table.measures},
            note=self.table.text(index, "note") or None,
        )

    def _has_figures(self, index: int) -> bool:
        values = (self.table.value(index, column) for column in self.table.measures)
        return any(str(value).strip() not in ("", "-") for value in values)

    def _is_total(self, index: int) -> bool:
        texts = [v for v in self.table.sheet.rows[index] if isinstance(v, str) and v.strip()]
        is_total = any(plain_key(text) in _TOTAL_KEYS for text in texts[:3])
        if is_total:
            self.log.add(
                "survey.total-left-out",
                INFO,
                index,
                self.table.key_column(index),
                mark("this row is a total; totals are reckoned by the system and were left out."),
            )
        return is_total

    def _log_unread_columns(self) -> None:
        understood = {column.index for column in self.table.columns.values()}
        for index, label in enumerate(self.table.sheet.rows[self.table.header]):
            if str(label).strip() and index not in understood:
                found = ColumnFound("", index, str(label).strip())
                self.log.add(
                    "survey.column-unread",
                    INFO,
                    self.table.header,
                    found,
                    mark('the column "{label}" is not one of the survey and was not read.'),
                    label=found.label,
                )

    def _log_no_rows(self) -> None:
        self.log.add(
            "survey.no-rows",
            ERROR,
            self.table.header,
            self.table.measures[0],
            mark("there is no row with figures below the header. Fill in at least one commune."),
        )

    def _period_above(self) -> str | None:
        for row in self.table.sheet.rows[: self.table.header]:
            for value in row:
                if isinstance(value, str) and (period := Period.find_in(value)):
                    return str(period)
        return None

    def _period(self, index: int, sheet_period: str | None) -> str | None:
        typed = self.table.text(index, "period")
        if not typed and sheet_period:
            return sheet_period
        if typed and (period := _read_period(typed)):
            return str(period)
        self.log.add(
            "survey.period-unreadable",
            ERROR,
            index,
            self.table.columns.get("period") or self.table.key_column(index),
            mark(
                'the period "{found}" is not a quarter. Write it as 2021-Q2 or Quý II/2021, in this row or '
                "above the table."
            ),
            found=typed,
        )
        return None

    def _counts(self, index: int) -> dict[str, int]:
        counts: dict[str, int] = {}
        for column in self.table.measures:
            found = read_count(self.table.value(index, column))
            if isinstance(found, str):
                self._log_bad_number(index, column, found)
            elif found is not None:
                counts[column.key] = found
        return counts

    def _log_bad_number(self, index: int, column: ColumnFound, problem: str) -> None:
        template = {
            NEGATIVE: mark('"{found}" is below zero. A number of households is 0 or more.'),
            FRACTION: mark('"{found}" is not a whole number. Households are counted whole, such as 120.'),
        }.get(
            problem,
            mark('"{found}" is not a number. Write digits only, such as 1204, or leave blank if not reported.'),
        )
        found = cell_text(self.table.value(index, column))
        self.log.add(f"survey.number-{problem}", ERROR, index, column, template, found=found)


def _read_period(typed: str) -> Period | None:
    try:
        return Period.parse(typed)
    except FigureError:
        return Period.find_in(typed)


def _split_by_kind(row: SurveyRow) -> dict[str, int]:
    """Urban and rural parts of a row that gives none: xã are wholly rural, phường and thị trấn urban."""
    if any(measure.endswith(("_urban", "_rural")) for measure in row.counts):
        return {}
    part, other = ("rural", "urban") if row.is_rural else ("urban", "rural")
    wholes = [whole for whole in ("households_all", "households_grid") if whole in row.counts]
    return {f"{w}_{part}": row.counts[w] for w in wholes} | {f"{w}_{other}": 0 for w in wholes}
