"""A table on a sheet of its own: header that repeats and stays, totals as formulas, a sentence where it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_range

from loaders.reports.sheet_style import COUNT, DAY, TOTAL_COLOUR, StyledBook, TitledBook, height_of

TEXT: Final = ""
CODE: Final = "@"
"""Text that looks like a number: a code, the number of a meter. Excel is told that this is meant."""

_PORTRAIT_WIDTH: Final = 135.0
"""Narrower tables are printed upright."""


@dataclass(frozen=True)
class Column:
    """
    A column of a table.

    Parameters
    ----------
    key
        Column of the rows.
    form
        `TEXT`, `CODE`, or a number format.
    has_total
        Whether its sum stands below.
    """

    label: str
    key: str
    width: float
    form: str = TEXT
    has_total: bool = False


def write_table_sheet(
    book: TitledBook,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: pd.DataFrame,
    *,
    empty: str,
    note: str = "",
) -> Any:
    """
    Write a sheet with one table, and return it.

    Parameters
    ----------
    empty
        Sentence that stands in place of a table without rows.
    note
        Sentence above the table.
    """
    sheet = book.add_sheet(name, is_portrait=sum(column.width for column in columns) <= _PORTRAIT_WIDTH)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    row = book.write_title(sheet, title)
    if rows.empty:
        sheet.write_string(row + 1, 0, empty, book.format(italic=True))
        return sheet
    if note:
        sheet.write_string(row, 0, note, book.format(italic=True))
        row += 1
    write_table(book, sheet, row, columns, rows)
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 1)
    return sheet


def write_table(book: StyledBook, sheet: Any, row: int, columns: Sequence[Column], rows: pd.DataFrame) -> int:
    """Write header, rows and, where a column has one, totals; return the row below the table."""
    write_heads(book, sheet, row, columns)
    styles = [_style(book, column) for column in columns]
    records = rows.reindex(columns=pd.Index([column.key for column in columns])).astype("object")
    for number, values in enumerate(records.itertuples(index=False, name=None), start=row + 1):
        for place, (value, column, style) in enumerate(zip(values, columns, styles, strict=True)):
            write_cell(sheet, number, place, value, column.form, style)
        sheet.set_row(number, height_of(_wrapped(values, columns)))
    last = row + len(rows)
    for place, column in enumerate(columns):
        if column.form == CODE:
            sheet.ignore_errors({"number_stored_as_text": xl_range(row + 1, place, last, place)})
    if not any(column.has_total for column in columns):
        return last + 1
    _write_totals(book, sheet, row, last, columns, rows)
    return last + 2


def write_heads(book: StyledBook, sheet: Any, row: int, columns: Sequence[Column]) -> None:
    """Write the header of a table, as high as its longest label needs."""
    texts = [(column.label, column.width) for column in columns]
    book.write_header(sheet, row, [column.label for column in columns], height=3 + height_of(texts, font_size=10.5))


def write_cell(sheet: Any, row: int, place: int, value: Any, form: str, style: Any) -> None:
    """Write one value; what is missing is a blank cell."""
    if pd.isna(value):
        sheet.write_blank(row, place, None, style)
    elif form in (TEXT, CODE):
        sheet.write_string(row, place, str(value), style)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, place, value, style)
    else:
        sheet.write_number(row, place, float(value), style)


def _style(book: StyledBook, column: Column) -> Any:
    if column.form == TEXT:
        return book.format(border=1, text_wrap=True, indent=1)
    if column.form in (CODE, DAY):
        return book.format(border=1, align="center", num_format=column.form)
    return book.format(border=1, num_format=column.form)


def _wrapped(values: Sequence[Any], columns: Sequence[Column]) -> list[tuple[str, float]]:
    pairs = zip(values, columns, strict=True)
    return [(str(value), column.width - 1.5) for value, column in pairs if column.form == TEXT and not pd.isna(value)]


def _write_totals(
    book: StyledBook, sheet: Any, row: int, last: int, columns: Sequence[Column], rows: pd.DataFrame
) -> None:
    plain = {"border": 1, "bold": True, "bg_color": TOTAL_COLOUR}
    for place, column in enumerate(columns):
        if column.has_total:
            cells = xl_range(row + 1, place, last, place)
            style = book.format(**plain, num_format=column.form or COUNT)
            sheet.write_formula(last + 1, place, f"=SUM({cells})", style, float(rows[column.key].fillna(0).sum()))
        elif place == 0:
            sheet.write_string(last + 1, 0, book.language.say("Total"), book.format(**plain))
        else:
            sheet.write_blank(last + 1, place, None, book.format(**plain))
