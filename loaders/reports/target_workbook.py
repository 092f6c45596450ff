"""Targets as an Excel workbook that can be edited and read back: one row a milestone, headed as the template says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from geodata.language import Language
from loaders.reports.sheet_style import COUNT, StyledBook
from loaders.survey.targets import TEMPLATE
from loaders.survey.templates import TemplateColumn, load_template

_WIDTHS: Final = {
    "commune_code": 20,
    "programme": 30,
    "indicator": 40,
    "commune_name": 28,
    "decision": 26,
    "source": 44,
    "applies_to": 22,
}
_NARROW: Final = 14
_LINE_POINTS: Final = 13.5
_SPARE_ROWS: Final = 200
"""Rows below the last one that have drop-downs too."""


def write_target_workbook(rows: Sequence[Mapping[str, Any]], language: Language, *, on: date) -> bytes:
    """
    Return an .xlsx file of targets; the same rows give the same bytes.

    Parameters
    ----------
    rows
        By column key of the template ``targets``: texts, days, and ``value`` as a `Decimal` for counts or as text with
        its percent sign (a number formatted as a percentage would be kept as a share).
    on
        Day on which they hold.
    """
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    template = load_template(TEMPLATE)
    title = template.title(language)
    workbook.set_properties({"title": title, "author": "Phủ Điện", "created": datetime.combine(on, time())})
    book = StyledBook(workbook, language)
    sheet = book.add_page(language.say("Targets"), left=title, centre=language.day(on))
    book.write_header(sheet, 0, [column.header(language) for column in template.columns])
    for place, column in enumerate(template.columns):
        _prepare_column(book, sheet, place, column, len(rows))
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(template.columns):
            _write_cell(book, sheet, number, place, row.get(column.key))
        # Wrapped text gets no row height of its own in every program that opens the file.
        widths = ((str(row.get(c.key) or ""), _WIDTHS.get(c.key, _NARROW)) for c in template.columns)
        sheet.set_row(number, _LINE_POINTS * max(math.ceil(len(text) / width) for text, width in widths) + 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(template.columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    workbook.close()
    return buffer.getvalue()


def _prepare_column(book: StyledBook, sheet: Any, place: int, column: TemplateColumn, rows: int) -> None:
    sheet.set_column(place, place, _WIDTHS.get(column.key, _NARROW), book.format(num_format="@"))
    sheet.write_comment(0, place, column.help(book.language), {"font_size": 10, "x_scale": 2})
    if column.choices:
        # The first two ways of writing a choice are the ones that we say, in Vietnamese and in English.
        names = [names[0 if book.language.code == "vi" or len(names) == 1 else 1] for _, names in column.choices]
        rule = {"validate": "list", "source": names, "ignore_blank": True}
        sheet.data_validation(1, place, rows + _SPARE_ROWS, place, rule)


def _write_cell(book: StyledBook, sheet: Any, row: int, place: int, value: Any) -> None:
    style: dict[str, Any] = {"text_wrap": True, "valign": "top", "font_size": 10, "border": 1}
    if isinstance(value, date):
        moment = datetime.combine(value, time())
        sheet.write_datetime(row, place, moment, book.format(num_format="dd/mm/yyyy", **style))
    elif isinstance(value, Decimal):
        number_format = COUNT if value == value.to_integral_value() else "#,##0.##"
        sheet.write_number(row, place, float(value), book.format(num_format=number_format, **style))
    else:
        sheet.write_string(row, place, str(value or ""), book.format(num_format="@", **style))
