"""The rows of one survey table: data, headings, totals and notes told apart, figures and places read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from geodata.errors import FigureError, mark
from geodata.names import NameIndex
from geodata.periods import Period
from geodata.units import Units
from loaders.survey.columns import ColumnFound
from loaders.survey.issues import ERROR, INFO, WARNING
from loaders.survey.labels import total_of
from loaders.survey.log import SurveyLog
from loaders.survey.numbers import FRACTION, NEGATIVE, read_count
from loaders.survey.places import RowPlaces
from loaders.survey.rules import SurveyRow
from loaders.survey.tables import TableFound
from loaders.survey.totals import TotalCheck
from loaders.workbook.cells import Row, address, cell_text

_BLANK = frozenset({"", "-", "–", "—"})
_CHANGES_SHOWN = 3


class RowReader:
    """
    Reads the rows of one table and logs what is wrong on the way.

    Parameters
    ----------
    table
        The table.
    units, names
        The list in which communes are sought.
    period
        Quarter of rows that name none, where the title names none either.
    """

    def __init__(self, table: TableFound, units: Units, names: NameIndex, *, period: Period | None = None) -> None:
        self.table = table
        self.log = SurveyLog(table)
        self.rows_read = 0
        self.periods: set[str] = set()
        self._units = units
        self._places = RowPlaces(table, units, names, self.log)
        self._totals = TotalCheck(self.log)
        self._period = self._period_above() or (str(period) if period else None)
        self._elsewhere: dict[str, tuple[int, Row, int]] = {}
        self._first_measure = min(column.index for column in table.measures)
        self._rows_hidden: list[int] = []
        self._header_row: Row = [*(" – ".join(parts) for parts in table.labels)]

    def read(self, rows: Iterator[tuple[int, Row]]) -> Iterator[SurveyRow]:
        """Yield the rows whose commune and quarter are known; the others are logged."""
        self._log_columns()
        for index, row in rows:
            found = self._read_row(index, row)
            if found is not None:
                yield found
        self._totals.finish()
        self._log_elsewhere()
        self._log_hidden()
        self._log_text_changes()
        if not self.rows_read and not self._elsewhere:
            self._log_at_header(
                "survey.no-rows",
                ERROR,
                self.table.measures[0],
                mark("there is no row with figures below the header. Fill in at least one commune."),
            )

    def _read_row(self, index: int, row: Row) -> SurveyRow | None:
        texts = [str(v).strip() for v in row[: self._first_measure] if isinstance(v, str) and v.strip()]
        if not self._has_figures(index, row):
            # A heading stands alone in its row; a commune that reports nothing is no heading.
            if len(texts) <= 2 and any(self._places.take_group(text) for text in texts):
                return None
            self._places.take_names(row)
            return None
        if self._take_total(index, row, texts):
            return None
        self._places.take_names(row)
        counts = self._counts(index, row)
        self._totals.add_row(counts, province=self._places.typed.province, district=self._places.typed.district)
        if self._places.is_elsewhere():
            self._count_elsewhere(index, row)
            return None
        self.rows_read += 1
        if index in self.table.sheet.hidden_rows:
            self._rows_hidden.append(index)
        commune = self._places.commune_of(index, row)
        period = self._period_of(index, row)
        if period:
            self.periods.add(period)
        return self._row(index, row, commune, period, counts) if commune and period else None

    def _row(self, index: int, row: Row, commune: str, period: str, counts: dict[str, int]) -> SurveyRow:
        unit = self._units.find(commune)
        key = self.table.key_column(row)
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
            note=self.table.text(row, "note") or None,
            former_name=self._places.former_name,
        )

    def _has_figures(self, index: int, row: Row) -> bool:
        cells = [(self.table.value(row, column), column.index) for column in self.table.measures]
        uncounted = self.table.sheet.uncounted
        return any(
            str(value).strip() not in _BLANK or (bool(uncounted) and address(index, column) in uncounted)
            for value, column in cells
        )

    # ---- totals

    def _take_total(self, index: int, row: Row, texts: list[str]) -> bool:
        """Take a row for a total if it says so, or if it names a district where the others name communes."""
        named = next((name for text in texts[:4] if (name := total_of(text)) is not None), None)
        if named is None:
            named = self._subtotal_name(row)
        if named is None:
            return False
        counts = self._counts_quietly(row)
        if named and self._places.is_heading(named):
            province = self.table.text(row, "province_name")
            if province and total_of(province) is None:
                self._places.take_names(_without(row, self.table, "district_name"))
        typed, is_heading = self._places.typed, bool(named) and self._places.is_heading(named)
        self._totals.add_total(
            index, row, named, counts, is_heading=is_heading, province=typed.province, district=typed.district
        )
        if named:
            self._places.take_group(named)
        return True

    def _subtotal_name(self, row: Row) -> str | None:
        """Return the district or province that a row with figures is the sum of, if it names no commune."""
        name = self.table.text(row, "commune_name")
        if self.table.text(row, "commune_code"):
            return None
        if name:
            return name if self._places.is_heading(name) else None
        return self.table.text(row, "district_name") or self.table.text(row, "province_name") or None

    # ---- figures and quarters

    def _counts(self, index: int, row: Row) -> dict[str, int]:
        counts: dict[str, int] = {}
        for column in self.table.measures:
            value = self.table.value(row, column)
            if value == "":
                if self.table.sheet.uncounted and address(index, column.index) in self.table.sheet.uncounted:
                    self._log_uncounted(index, row, column)
                continue
            found = read_count(value)
            if isinstance(found, str):
                self._log_bad_number(index, row, column, found)
            elif found is not None:
                counts[column.key] = found
        return counts

    def _counts_quietly(self, row: Row) -> dict[str, int]:
        read = {column.key: read_count(self.table.value(row, column)) for column in self.table.measures}
        return {key: count for key, count in read.items() if isinstance(count, int)}

    def _log_uncounted(self, index: int, row: Row, column: ColumnFound) -> None:
        self.log.add(
            "survey.formula-uncounted",
            ERROR,
            index,
            row,
            column,
            mark(
                "this cell holds a formula whose result was not saved. Open the file in Excel or LibreOffice, let it "
                "calculate, and save it; or write the number."
            ),
        )

    def _log_bad_number(self, index: int, row: Row, column: ColumnFound, problem: str) -> None:
        template = {
            NEGATIVE: mark('"{found}" is below zero. A number of households is 0 or more.'),
            FRACTION: mark('"{found}" is not a whole number. Households are counted whole, such as 120.'),
        }.get(
            problem,
            mark('"{found}" is not a number. Write digits only, such as 1204, or leave blank if not reported.'),
        )
        found = cell_text(self.table.value(row, column))
        self.log.add(f"survey.number-{problem}", ERROR, index, row, column, template, found=found)

    def _period_above(self) -> str | None:
        found = {str(period) for title in self.table.titles if (period := Period.find_in(title))}
        return found.pop() if len(found) == 1 else None

    def _period_of(self, index: int, row: Row) -> str | None:
        column = self.table.columns.get("period")
        value = self.table.value(row, column) if column else ""
        typed = cell_text(value)
        if not typed and self._period:
            return self._period
        if typed and (period := _read_period(value, typed)):
            return str(period)
        self.log.add(
            "survey.period-unreadable",
            ERROR,
            index,
            row,
            column or self.table.key_column(row),
            mark(
                'the period "{found}" is not a quarter. Write it as 2021-Q2 or Quý II/2021, in this row or '
                "above the table, or choose the quarter of the file when you upload it."
            ),
            found=typed,
        )
        return None

    # ---- remarks on the whole table

    def _log_at_header(self, code: str, severity: str, column: ColumnFound, template: str, **values: Any) -> None:
        self.log.add(code, severity, self.table.header, self._header_row, column, template, **values)

    def _log_columns(self) -> None:
        for column in self.table.unread:
            self._log_at_header(
                "survey.column-unread",
                INFO,
                column,
                mark('the column "{label}" is not one of the survey and was not read.'),
                label=column.label,
            )
        for column in self.table.columns.values():
            if column.confidence < 1:
                self._log_at_header(
                    "survey.column-likely",
                    INFO,
                    column,
                    mark(
                        'the column "{label}" was taken for "{meaning}" ({confidence} % alike). Choose another column '
                        "by hand if that is wrong."
                    ),
                    label=column.label,
                    meaning=self.table.template.column(column.key).header_vi,
                    confidence=str(round(100 * column.confidence)),
                )

    def _count_elsewhere(self, index: int, row: Row) -> None:
        name = self._places.typed.province
        first_index, first_row, count = self._elsewhere.get(name, (index, row, 0))
        self._elsewhere[name] = (first_index, first_row, count + 1)

    def _log_elsewhere(self) -> None:
        for name, (index, row, count) in self._elsewhere.items():
            column = self.table.columns.get("province_name") or self.table.key_column(row)
            self.log.add(
                "survey.other-province",
                INFO,
                index,
                row,
                column,
                mark("{name} is not one of the company's 21 provinces: {rows} rows from here on were left out."),
                name=name,
                rows=count,
            )

    def _log_hidden(self) -> None:
        if self._rows_hidden:
            self._log_at_header(
                "survey.rows-hidden",
                INFO,
                self.table.measures[0],
                mark(
                    "the sheet hides {count} rows with figures, the first is row {row}. They were read like the rest."
                ),
                count=len(self._rows_hidden),
                row=str(self._rows_hidden[0] + 1),
            )

    def _log_text_changes(self) -> None:
        changes = self.table.sheet.text_changes
        first_of: dict[str, int] = {}
        for change in changes.values():
            if change.encoding:
                first_of[change.encoding] = first_of.get(change.encoding, 0) + 1
        for encoding, count in first_of.items():
            shown = [c for c in changes.values() if c.encoding == encoding][:_CHANGES_SHOWN]
            self._log_at_header(
                "survey.text-converted",
                INFO,
                self.table.measures[0],
                mark("{count} texts were not Unicode but {encoding} and were converted, such as {examples}."),
                count=count,
                encoding=encoding,
                examples="; ".join(f'{address(c.row, c.column)} "{c.typed}" → "{c.read}"' for c in shown),
            )
        read = {column.index: column for column in self.table.columns.values()}
        for change in changes.values():
            if change.others and change.column in read and change.row > self.table.header:
                row: Row = [*[""] * change.column, change.typed]
                self.log.add(
                    "survey.text-doubtful",
                    WARNING,
                    change.row,
                    row,
                    read[change.column],
                    mark('"{typed}" was read as "{found}" and may be {others} as well. Type it anew if that is meant.'),
                    typed=change.typed,
                    found=change.read,
                    others=", ".join(f'"{other}"' for other in change.others),
                )


def _read_period(value: object, typed: str) -> Period | None:
    if isinstance(value, date):
        return Period(value.year, (value.month + 2) // 3)
    try:
        return Period.parse(typed)
    except FigureError:
        return Period.find_in(typed)


def _without(row: Row, table: TableFound, key: str) -> Row:
    """Return the row with a column left blank."""
    column = table.columns.get(key)
    return row if column is None else ["" if index == column.index else value for index, value in enumerate(row)]
