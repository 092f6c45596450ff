"""The company's own table as an Excel workbook: one page wide, A4, to be printed and signed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from geodata.company_data import CompanyRow, CompanyTable
from geodata.errors import mark
from loaders.reports.sheet_style import StyledBook

_LINE_POINTS: Final = 13.0
_LETTERS_TO_WIDTH: Final = 1.08
"""Letters of the font that fit into the width of a digit, as far as wrapping at words uses it."""
_RED: Final = "#b3261e"


@dataclass(frozen=True)
class _Column:
    """A column of the table: heading (marked), width in letters, and what it writes of a row."""

    heading: str
    width: float
    write: Callable[[_Book, Any, int, int, CompanyRow], None]


@dataclass
class _Book(StyledBook):
    """The workbook of the company's table."""

    table: CompanyTable

    def cell(self, row: CompanyRow, **properties: Any) -> Any:
        """Return the format of a cell of a row; a figure that is another one than was published stands out."""
        red = {"font_color": _RED} if row.differs else {}
        return self.format(border=1, font_size=10, valign="top", **{**red, **properties})

    def text(self, sheet: Any, place: tuple[int, int], text: str, row: CompanyRow, **properties: Any) -> None:
        """Write a text, never a formula; a blank cell where there is none."""
        style = self.cell(row, text_wrap=True, **{"align": "left", "indent": 1} | properties)
        if text:
            sheet.write_string(*place, text, style)
        else:
            sheet.write_blank(*place, None, style)

    def number(
        self,
        sheet: Any,
        place: tuple[int, int],
        value: Decimal | None,
        row: CompanyRow,
        *,
        plan_sign: str | None = None,
    ) -> None:
        """Write a stated figure as a number with its decimals; a blank cell where there is none."""
        if value is None:
            sheet.write_blank(*place, None, self.cell(row))
            return
        is_plan = plan_sign is not None
        decimals = max(0, -int(value.normalize().as_tuple().exponent)) if is_plan else row.decimals
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        before = f'"{plan_sign}"' if plan_sign else ""
        black = {"font_color": "#000000"} if is_plan else {}  # a plan is never what differs
        style = self.cell(row, num_format=f'{before}{pattern};"{plan_sign or ""}−"{pattern}', **black)
        sheet.write_number(*place, float(value), style)


def write_company_table(table: CompanyTable) -> bytes:
    """
    Return the company's table as an .xlsx file; the same table gives the same bytes.

    Figures, plans and what was published are numbers in the unit of their row; nobody's text is ever a formula.
    """
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    created = datetime.combine(table.data_date, time())
    version = table.language.say("Data version {version}.", version=table.data_version)
    title = f"{table.title}, {table.period_text}"
    workbook.set_properties({"title": title, "author": "Phủ Điện", "comments": version, "created": created})
    for key, text in table.stamp().items():
        workbook.set_custom_property(key, text, "text")
    book = _Book(workbook, table.language, table)
    sheet = book.add_page(table.language.say("Company table"), left=version, centre=f"EVNSPC, {table.period_text}")
    for index, column in enumerate(_COLUMNS):
        sheet.set_column(index, index, column.width)
    first = _write_title(book, sheet)
    last = _write_rows(book, sheet, first)
    _write_below(book, sheet, last + 2)
    sheet.freeze_panes(first + 1, 2)
    sheet.repeat_rows(first)
    workbook.close()
    return buffer.getvalue()


def _write_title(book: _Book, sheet: Any) -> int:
    """Write what stands above the table; return the row of its header."""
    say, table = book.language.say, book.table
    bold = book.format(bold=True)
    sheet.write_string(0, 0, say("SOUTHERN POWER CORPORATION"), bold)
    right = len(_COLUMNS) - 1
    centred = book.format(bold=True, align="center")
    sheet.write_string(0, right, say("SOCIALIST REPUBLIC OF VIETNAM"), centred)
    sheet.write_string(1, right, say("Independence - Freedom - Happiness"), centred)
    sheet.write_string(3, 0, table.title.upper(), book.format(bold=True, font_size=15))
    day = say("figures as at {day}", day=book.language.day(table.period.last_day))
    sheet.write_string(4, 0, f"{table.period_text} ({day})", book.format(bold=True, font_size=12))
    for number, notice in enumerate(table.notices):
        sheet.write_string(5 + number, 0, notice, book.format(bold=True, font_color=_RED))
    return 6 + len(table.notices)


def _write_rows(book: _Book, sheet: Any, header: int) -> int:
    """Write the sections with their rows; return the last row."""
    table = book.table
    book.write_header(sheet, header, [table.language.say(column.heading) for column in _COLUMNS], height=34)
    heading = book.format(bold=True, border=1, bg_color="#eef3f8")
    row, number = header, 0
    for key, found in table.by_section().items():
        row += 1
        sheet.write_string(row, 0, "", heading)
        sheet.write_string(row, 1, table.sections[key], heading)
        for index in range(2, len(_COLUMNS)):
            sheet.write_blank(row, index, None, heading)
        for one in found:
            row, number = row + 1, number + 1
            sheet.write_number(row, 0, number, book.cell(one, align="center", font_color="#000000"))
            for index, column in enumerate(_COLUMNS[1:], start=1):
                column.write(book, sheet, row, index, one)
            sheet.set_row(row, _height(one, table))
    return row


def _height(row: CompanyRow, table: CompanyTable) -> float:
    """Return the height that the longest text of a row needs: wrapped text gets none of its own in some programs."""
    texts = {1: row.title, 2: row.unit, 5: row.verdict_text, 6: row.gap_text, 8: table.of_what(row), 9: _said(row)}
    lines = max(math.ceil(len(text) / (_COLUMNS[index].width * _LETTERS_TO_WIDTH)) for index, text in texts.items())
    return _LINE_POINTS * max(lines, 1) + 3


def _write_below(book: _Book, sheet: Any, row: int) -> None:
    """Write the remarks and the places of the signatures."""
    say = book.language.say
    remarks = (*book.table.remarks, book.table.stamp_line())
    for number, remark in enumerate(remarks):
        sheet.write_string(row + number, 1, remark, book.format(italic=True, font_size=10))
    row += len(remarks) + 1
    bold, italic = book.format(bold=True, align="center"), book.format(italic=True, align="center")
    for column, role in ((1, say("Prepared by")), (6, say("Checked by")), (9, say("DIRECTOR"))):
        sheet.write_string(row, column, role, bold)
        sheet.write_string(row + 1, column, say("(signature, full name)"), italic)
    sheet.set_row(row + 2, 60)


def _said(row: CompanyRow) -> str:
    return " ".join((f"{row.source}.", *row.notes) if row.source else row.notes)


def _write_text(read: Callable[[CompanyRow], str], **properties: Any) -> Callable[..., None]:
    def write(book: _Book, sheet: Any, row: int, column: int, one: CompanyRow) -> None:
        book.text(sheet, (row, column), read(one), one, **{"font_color": "#000000"} | properties)

    return write


def _write_figure(book: _Book, sheet: Any, row: int, column: int, one: CompanyRow) -> None:
    if one.value is None:
        book.text(sheet, (row, column), one.text, one, italic=True)
    else:
        book.number(sheet, (row, column), one.value, one)


def _write_plan(book: _Book, sheet: Any, row: int, column: int, one: CompanyRow) -> None:
    sign = one.plan_text[:2] if one.plan_text.startswith(("≥", "≤")) else ""
    book.number(sheet, (row, column), one.plan, one, plan_sign=sign)


def _write_published(book: _Book, sheet: Any, row: int, column: int, one: CompanyRow) -> None:
    book.number(sheet, (row, column), one.published, one)


def _write_of(book: _Book, sheet: Any, row: int, column: int, one: CompanyRow) -> None:
    book.text(sheet, (row, column), book.table.of_what(one), one, font_color="#000000")


_COLUMNS: Final = (
    _Column(mark("No."), 5, _write_text(lambda _: "")),
    _Column(mark("Indicator"), 36, _write_text(lambda row: row.title)),
    _Column(mark("Unit"), 11, _write_text(lambda row: row.unit, align="center", indent=0)),
    _Column(mark("Actual"), 11, _write_figure),
    _Column(mark("Plan"), 8, _write_plan),
    _Column(mark("Verdict"), 16, _write_text(lambda row: row.verdict_text, align="center", indent=0)),
    _Column(mark("Against the plan"), 19, _write_text(lambda row: row.gap_text)),
    _Column(mark("As published"), 11, _write_published),
    _Column(mark("Of what"), 26, _write_of),
    _Column(mark("Source and notes"), 48, _write_text(_said)),
)
