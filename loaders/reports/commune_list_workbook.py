"""A reconciled commune list as an Excel workbook: counts; then each status on a sheet of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO
from typing import Any, Final

import pandas as pd
import xlsxwriter

from geodata.language import Language
from geodata.reconciliation import Reconciliation
from geodata.reconciliation_reasons import REASON_NAMES, STATUS_NAMES, STATUS_SHORT, STATUSES
from geodata.reconciliation_table import ListFacts, balance_of, listing, without_blank
from geodata.units import Units
from loaders.reports.sheet_style import COUNT, StyledBook

_WIDTHS: Final = (13, 6, 22, 20, 50, 36, 8, 22, 22, 18, 9, 11, 8, 16, 10)
"""Widths of the columns of a listing, in letters."""

_LINE_POINTS: Final = 13.5
_MOST_LINES: Final = 12


@dataclass
class _Book(StyledBook):
    """The workbook of a reconciliation."""

    facts: ListFacts

    def add_sheet(self, name: str) -> Any:
        """Return a new sheet that says in its footer what it rests on."""
        version = self.language.say("Data version {version}.", version=self.facts.version)
        return self.add_page(
            name, left=version, centre=f"{self.facts.organisation}, {self.language.day(self.facts.day)}"
        )


def write_reconciliation(result: Reconciliation, facts: ListFacts, units: Units, language: Language) -> bytes:
    """
    Return a reconciliation as an .xlsx file; the same one gives the same bytes.

    Everything that somebody typed is written as text, never as a formula or a link.
    """
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    created = datetime.combine(facts.uploaded_on, time())
    title = language.say("Reconciliation of commune lists") + f": {facts.organisation}"
    workbook.set_properties({"title": title, "author": "Phủ Điện", "created": created})
    book = _Book(workbook, language, facts)
    _write_summary(book, result, units)
    rows = listing(result.table, units, language)
    for status in STATUSES:
        _write_rows(book, language.say(STATUS_SHORT[status]), rows[result.table["status"] == status])
    workbook.close()
    return buffer.getvalue()


def _write_summary(book: _Book, result: Reconciliation, units: Units) -> None:
    say, language, facts = book.language.say, book.language, book.facts
    sheet = book.add_sheet(say("Summary"))
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 5, 14)
    sheet.write_string(0, 0, say("Reconciliation of commune lists"), book.format(bold=True, font_size=15))
    lines = (
        (say("Organisation"), facts.organisation),
        (say("Official list of"), language.day(facts.day)),
        (say("File"), facts.file_name),
        (say("Uploaded by"), f"{facts.user}, {language.day(facts.uploaded_on)}"),
    )
    for row, (label, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, label, book.format(bold=True))
        sheet.write_string(row, 1, text, book.format())
    row = len(lines) + 2
    for sentence in balance_of(result, language):
        sheet.write_string(row, 0, sentence, book.format(italic=True))
        row += 1
    row = _write_reasons(book, sheet, result, row + 1)
    _write_provinces(book, sheet, result, units, row + 1)
    sheet.freeze_panes(1, 0)


def _write_reasons(book: _Book, sheet: Any, result: Reconciliation, row: int) -> int:
    say = book.language.say
    book.write_header(sheet, row, (say("Status and reason"), say("Rows")))
    bold, plain = book.format(bold=True, border=1), book.format(border=1, indent=1)
    numbers = book.format(border=1, num_format=COUNT)
    for status in STATUSES:
        row += 1
        sheet.write_string(row, 0, say(STATUS_NAMES[status]), bold)
        sheet.write_number(row, 1, result.counts[status], book.format(border=1, num_format=COUNT, bold=True))
        for (of_status, reason), count in result.reason_counts.items():
            if of_status == status:
                row += 1
                sheet.write_string(row, 0, say(REASON_NAMES[reason]), plain)
                sheet.write_number(row, 1, count, numbers)
    return row + 1


def _write_provinces(book: _Book, sheet: Any, result: Reconciliation, units: Units, row: int) -> None:
    say, names = book.language.say, units.by_code["full_name"]
    book.write_header(sheet, row, (say("Province"), *(say(STATUS_SHORT[status]) for status in STATUSES)))
    text, number = book.format(border=1), book.format(border=1, num_format=COUNT)
    for code, counts in result.by_province().iterrows():
        row += 1
        sheet.write_string(row, 0, names[str(code)] if code else say("Province not known"), text)
        for column, status in enumerate(STATUSES, start=1):
            sheet.write_number(row, column, int(counts[status]), number)


def _write_rows(book: _Book, name: str, rows: pd.DataFrame) -> None:
    """Write the rows of one status; columns that say nothing in any of them are left out, so that the page is read."""
    sheet = book.add_sheet(name)
    widths = dict(zip(rows.columns, _WIDTHS, strict=True))
    shown = rows.iloc[:, 1:]  # the sheet is of one status
    shown = without_blank(shown) if len(shown) else shown
    book.write_header(sheet, 0, list(shown.columns))
    for column, label in enumerate(shown.columns):
        sheet.set_column(column, column, widths[label])
    cell = book.format(border=1, text_wrap=True, font_size=10, valign="top")
    letters = [widths[label] for label in shown.columns]
    for row, texts in enumerate(shown.itertuples(index=False), start=1):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, cell)
        # Wrapped text gets no row height of its own in every program that opens the file.
        lines = max(math.ceil(len(text) / width) for text, width in zip(texts, letters, strict=True))
        sheet.set_row(row, _LINE_POINTS * min(max(lines, 1), _MOST_LINES) + 2)
    sheet.autofilter(0, 0, max(len(shown), 1), len(shown.columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
