"""A workbook of targets: any spreadsheet → its rows as typed values, each with the cells that it stood in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from geodata.errors import FileError, PhuDienError, mark
from geodata.names import NameIndex
from geodata.periods import Period
from geodata.target_data import UNVERIFIED, WHOLE
from geodata.target_words import due_of, due_on, value_of
from loaders.survey.amounts import Doubtful, Unreadable
from loaders.survey.columns import ColumnFound
from loaders.survey.issues import ERROR, INFO, Issue
from loaders.survey.log import SurveyLog
from loaders.survey.record_rows import PROBLEMS
from loaders.survey.tables import TableFound, TableRead, TableReader, require_header
from loaders.survey.templates import SurveyTemplate, load_template
from loaders.survey.values import reader_of
from loaders.workbook.cells import CellValue, Row, address, cell_text
from loaders.workbook.reader import read_workbook

TEMPLATE: Final = "targets"
MOST_ROWS: Final = 20_000
_LEAST_FILLED: Final = 3
_TEXTS: Final = ("programme", "indicator", "decision", "source")
_AREA: Final = ("commune_code", "commune_name")


@dataclass(frozen=True)
class TargetRow:
    """
    One row: a milestone of a target, as it was understood.

    Parameters
    ----------
    sheet, row
        Where it stands, the row as the sheet counts it.
    values
        By column of the template; ``area`` is the code, else the name, ``area_name`` the name; ``is_number`` where the
        value is a number of the sheet and no text.
    cells
        Address, label and text of each column's cell.
    is_sound
        Whether every cell could be read.
    """

    sheet: str
    row: int
    values: Mapping[str, Any]
    cells: Mapping[str, tuple[str, str, str]]
    is_sound: bool

    def issue(
        self, column: str, code: str, template: str, values: Mapping[str, Any], suggestion: str | None = None
    ) -> Issue:
        """Return an error about a column of this row, at its cell; at the row's first where it has none."""
        place = self.cells.get(column) or self.cells.get("commune_name") or next(iter(self.cells.values()))
        return Issue(code, ERROR, self.sheet, place[0], place[1], place[2], template, dict(values), suggestion)


@dataclass(frozen=True)
class TargetReading:
    """What a workbook of targets was understood to say."""

    tables: tuple[TableRead, ...]
    rows: tuple[TargetRow, ...]
    issues: tuple[Issue, ...]


def read_target_book(content: bytes, *, file_name: str, names: NameIndex) -> TargetReading:
    """
    Return the rows of a workbook of targets.

    Raises
    ------
    FileError
        If the file cannot be read, no sheet has a header that can be recognised, or no target stands below it.
    """
    template = load_template(TEMPLATE)
    sheets = read_workbook(content, file_name=file_name)
    reader = TableReader(template, names)
    rows: list[TargetRow] = []
    tables: list[TableRead] = []
    issues: list[Issue] = []
    for sheet in (sheet for sheet in sheets if sheet.is_visible):
        for table, lines in reader.read(sheet):
            found = _Rows(table, template)
            read = list(itertools.islice(found.read(lines), MOST_ROWS + 1))
            rows += read
            tables.append(TableRead.of(table, len(read)))
            issues += found.log.issues
    if not tables:
        raise require_header(sheets, template, file_name=file_name)
    if not rows or len(rows) > MOST_ROWS:
        raise FileError(
            "target.rows-missing" if not rows else "target.too-long",
            mark('"{file}" has {rows} rows of targets below its header; from 1 to {most} are read.'),
            file=file_name,
            rows=len(rows),
            most=MOST_ROWS,
        )
    return TargetReading(tuple(tables), tuple(rows), tuple(issues))


class _Rows:
    """Reads the rows of one table."""

    def __init__(self, table: TableFound, template: SurveyTemplate) -> None:
        self.log = SurveyLog(table)
        self._table = table
        self._template = template
        self._epoch_1904 = table.sheet.counts_from_1904

    def read(self, lines: Iterator[tuple[int, Row]]) -> Iterator[TargetRow]:
        """Yield the rows that carry a target; titles and notes between them are no rows."""
        for index, row in lines:
            filled = [c for c in self._table.columns.values() if self._table.value(row, c) not in ("", None)]
            if len(filled) >= _LEAST_FILLED:
                yield self._row(index, row)
            elif any(c.key == "value" for c in filled):
                self._fault(
                    index, row, "value", "target.row-short", mark("this row has a value, but says not of what.")
                )

    def _row(self, index: int, row: Row) -> TargetRow:
        before = len(self.log.bad_rows)
        values: dict[str, Any] = {key: self._table.text(row, key) for key in _TEXTS}
        values["area"] = self._area(row)
        values["area_name"] = self._table.text(row, "commune_name")
        values |= {key: self._day(index, row, key) for key in ("decision_date", "units_of")}
        values["applies_to"] = self._choice(index, row, "applies_to") or WHOLE
        values["status"] = self._choice(index, row, "status") or UNVERIFIED
        values["due"] = self._due(index, row)
        values |= self._value(index, row)
        for column in self._template.columns:
            is_blank = not self._table.text(row, column.key)
            if column.is_required and is_blank:
                template = mark('"{label}" is blank; every row needs it.')
                self._fault(index, row, column.key, "target.cell-blank", template, label=column.header_vi)
        if not values["area"]:
            template = mark("the area is blank: write its code or its name.")
            self._fault(index, row, "commune_code", "target.cell-blank", template)
        cells = {
            key: (address(index, column.index), column.label, cell_text(self._table.value(row, column)))
            for key, column in self._table.columns.items()
        }
        named = next((key for key in _AREA if self._table.text(row, key)), None)
        if named is not None:
            cells["area"] = cells[named]
        return TargetRow(self._table.sheet.name, index + 1, values, cells, len(self.log.bad_rows) == before)

    def _area(self, row: Row) -> str:
        code = self._table.text(row, "commune_code")
        return code or self._table.text(row, "commune_name")

    def _cell(self, row: Row, key: str) -> CellValue:
        return self._table.value(row, self._table.columns[key]) if key in self._table.columns else ""

    def _day(self, index: int, row: Row, key: str) -> date | None:
        column = self._template.column(key)
        found = reader_of(column, counts_from_1904=self._epoch_1904)(self._cell(row, key))
        if isinstance(found, Doubtful) and isinstance(found.value, date):
            template = mark('"{found}" is read day first: {read}.')
            self._fault(index, row, key, "target.date-day-first", template, INFO, read=f"{found.value:%d/%m/%Y}")
            return found.value
        if isinstance(found, Doubtful | Unreadable):
            self._fault(index, row, key, "target.date-unreadable", PROBLEMS["date"])
            return None
        return found if isinstance(found, date) else None

    def _choice(self, index: int, row: Row, key: str) -> str:
        column = self._template.column(key)
        found = reader_of(column)(self._cell(row, key))
        if isinstance(found, Unreadable):
            allowed = ", ".join(names[0] for _, names in column.choices)
            self._fault(index, row, key, "target.word-unknown", PROBLEMS["choice"], allowed=allowed)
            return ""
        return found or ""

    def _due(self, index: int, row: Row) -> Period | None:
        cell = self._cell(row, "due")
        try:
            if isinstance(cell, datetime | date):
                return due_on(cell.date() if isinstance(cell, datetime) else cell)
            return due_of(cell_text(cell))
        except PhuDienError as error:
            self._fault(index, row, "due", error.code, error.template)
            return None

    def _value(self, index: int, row: Row) -> dict[str, Any]:
        """Read value and unit together: the sign of a value is its unit."""
        cell, unit = self._cell(row, "value"), self._choice(index, row, "unit")
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return {"value": Decimal(repr(cell)).normalize() + 0, "unit": unit, "is_number": True}
        try:
            value, sign = value_of(cell_text(cell)) if cell_text(cell) else (None, "")
        except PhuDienError as error:
            self._fault(index, row, "value", error.code, error.template)
            return {"value": None, "unit": unit}
        if sign and unit and sign != unit:
            template = mark('the value "{found}" has a percent sign, but its unit is another one.')
            self._fault(index, row, "value", "target.unit-contradicts", template)
        return {"value": value, "unit": unit or sign}

    def _fault(
        self, index: int, row: Row, key: str, code: str, template: str, severity: str = ERROR, **values: Any
    ) -> None:
        column = self._table.columns.get(key) or self._first(row)
        found = cell_text(self._table.value(row, column))
        self.log.add(code, severity, index, row, column, template, **{"found": found, **values})

    def _first(self, row: Row) -> ColumnFound:
        return next((c for c in self._table.columns.values() if self._table.text(row, c.key)), self._table.measures[0])
