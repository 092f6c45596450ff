"""A few rows and columns of a sheet around one cell, to show a problem where it stands."""

from __future__ import annotations

import itertools
import re
from typing import Final

import pandas as pd

from loaders.workbook.cells import cell_text, column_letters, column_number
from loaders.workbook.reader import read_workbook

_ADDRESS: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ROWS_AROUND: Final = 3
_COLUMNS_BEFORE: Final = 5
_COLUMNS_AFTER: Final = 3


def excerpt_around(content: bytes, *, file_name: str, sheet: str, cell: str) -> pd.DataFrame | None:
    """
    Return the cells around a cell as texts.

    Returns
    -------
    excerpt
        Index: row numbers as the sheet counts them; columns: their letters. None where the workbook has no such
        sheet or the address is none.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    match = _ADDRESS.fullmatch(cell)
    found = next((s for s in read_workbook(content, file_name=file_name) if s.name == sheet), None)
    if match is None or found is None:
        return None
    column, row = column_number(match[1]), int(match[2]) - 1
    top, left = max(row - _ROWS_AROUND, 0), max(column - _COLUMNS_BEFORE, 0)
    width = column + _COLUMNS_AFTER + 1 - left
    lines = list(itertools.islice(found.rows(), top, row + _ROWS_AROUND + 1))
    texts = [[cell_text(value) for value in line[left : left + width]] for line in lines]
    padded = [line + [""] * (width - len(line)) for line in texts]
    letters = [column_letters(left + offset) for offset in range(width)]
    rows = pd.Index([str(top + offset + 1) for offset in range(len(padded))])
    return pd.DataFrame(padded, index=rows, columns=pd.Index(letters), dtype="str")
