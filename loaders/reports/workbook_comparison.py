"""Two workbooks held against each other cell by cell: which values and formulas of one are not those of the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import openpyxl
import pandas as pd

CELL_COLUMNS: Final = ("sheet", "cell", "in_file", "as_made")
"""Columns of `WorkbookComparison.changed`: values and formulas as text, missing where a cell is blank."""

_TOLERANCE: Final = 1e-9
"""Relative: what programs that recompute a share may differ by."""


@dataclass(frozen=True)
class WorkbookComparison:
    """
    What a comparison found.

    Parameters
    ----------
    changed
        Columns `CELL_COLUMNS`, in the order of sheets, rows and columns.
    uncalculated
        Cells whose formula is as it was made, and whose result another program has left out.
    """

    changed: pd.DataFrame
    uncalculated: int


@dataclass(frozen=True)
class _Book:
    """A workbook read twice: its formulas, and their results."""

    formulas: Any
    results: Any

    @classmethod
    def read(cls, content: bytes) -> _Book:
        return cls(openpyxl.load_workbook(BytesIO(content)), openpyxl.load_workbook(BytesIO(content), data_only=True))


def compare_workbooks(content: bytes, as_made: bytes) -> WorkbookComparison:
    """
    Return where a workbook differs from the one as it was made.

    Formats, charts and pictures are not compared. A sheet that only one of them has differs in all of its cells.

    Parameters
    ----------
    content, as_made
        .xlsx files; checked by `package.check_package` before.
    """
    file, made = _Book.read(content), _Book.read(as_made)
    names = list(dict.fromkeys([*made.formulas.sheetnames, *file.formulas.sheetnames]))
    rows: list[tuple[str, str, str | None, str | None]] = []
    uncalculated = 0
    for name in names:
        for cell in _addresses(file, made, name):
            found, expected = _content(file, name, cell), _content(made, name, cell)
            if _is_formula(found[0]) and found[0] == expected[0] and found[1] is None and expected[1] is not None:
                uncalculated += 1
            elif found[0] != expected[0] and (_is_formula(found[0]) or _is_formula(expected[0])):
                rows.append((name, cell, _text(found[0]), _text(expected[0])))
            elif not _is_same(found[1], expected[1]):
                rows.append((name, cell, _text(found[1]), _text(expected[1])))
    return WorkbookComparison(pd.DataFrame(rows, columns=pd.Index(CELL_COLUMNS)), uncalculated)


def _addresses(file: _Book, made: _Book, name: str) -> list[str]:
    """Return the cells of a sheet in which one of the books has anything, row by row."""
    places = {
        (cell.row, cell.column): cell.coordinate
        for book in (made.formulas, file.formulas)
        if name in book.sheetnames
        for row in book[name].iter_rows()
        for cell in row
        if cell.value is not None
    }
    return [places[place] for place in sorted(places)]


def _content(book: _Book, name: str, cell: str) -> tuple[Any, Any]:
    if name not in book.formulas.sheetnames:
        return None, None
    return book.formulas[name][cell].value, book.results[name][cell].value


def _is_formula(found: Any) -> bool:
    return isinstance(found, str) and found.startswith("=")


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return (one or "") == (other or "")  # a formula's empty text is kept as nothing by some programs


def _text(found: Any) -> str | None:
    return None if found is None else str(found)
