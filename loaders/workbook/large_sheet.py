"""Rows of one very large .xlsx sheet, drawn from the file one by one: slower than calamine, but in bounded memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import openpyxl

from loaders.workbook.cells import CellValue, Row

LARGE_CELLS: Final = 6_000_000
"""Cells from which a sheet is drawn row by row: calamine holds a whole sheet, 80 to 100 bytes a cell."""


def draw_rows(content: bytes, sheet_name: str) -> Iterator[Row]:
    """Yield the rows of a sheet from A1 on; formulas give the result that was saved with them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        sheet = book[sheet_name]
        sheet.reset_dimensions()  # the file's own word on its size may be wrong
        for row in sheet.iter_rows(values_only=True):
            yield [_plain(value) for value in row]
    finally:
        book.close()


def _plain(value: Any) -> CellValue:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date()
    return value if isinstance(value, CellValue) else str(value)
