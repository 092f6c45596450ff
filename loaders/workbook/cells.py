"""Sheets and cells: values with their addresses, row after row, never more of them in memory than needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

CellValue = str | float | int | bool | date | datetime | time | timedelta
"""What a cell holds; an empty cell is ``""``."""

Row = list[CellValue]


@dataclass(frozen=True)
class Block:
    """A rectangle of cells, rows and columns counted from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class TextChange:
    """A text that was no Unicode as it stood in the file, and what it was read as."""

    row: int
    column: int
    typed: str
    read: str
    encoding: str
    others: tuple[str, ...] = ()  # what it may be as well, where its letters do not decide


@dataclass(frozen=True)
class Sheet:
    """
    One sheet of a workbook.

    Parameters
    ----------
    name
        As the tab shows it; the file's name for .csv and .tsv.
    is_visible
        False for hidden sheets.
    source
        Gives the rows from A1 on, each time anew; rows may be shorter than the widest one.
    merged_source
        Gives the merged cells; only the first cell of each holds the value.
    rows_expected
        Rows down to the last value where the file says so, else 0.
    counts_from_1904
        Whether plain numbers that are days count from 1904, and not from 1900.
    hidden_rows
        Rows that the sheet hides, counted from 0.
    uncounted
        Addresses of formulas whose result was not saved: they read as ``""``.
    fonts
        Fonts that show other letters than they store (.VnTime, VNI-Times), by row and column from 0.
    note
        How the sheet was read where that had to be found out, such as the encoding of a .csv; else ``""``.
    text_changes
        Texts that were no Unicode, by row and column from 0; filled as rows are drawn.
    """

    name: str
    is_visible: bool
    source: Callable[[], Iterator[Row]]
    merged_source: Callable[[], tuple[Block, ...]] = tuple
    rows_expected: int = 0
    counts_from_1904: bool = False
    hidden_rows: frozenset[int] = frozenset()
    uncounted: frozenset[str] = frozenset()
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    note: str = ""
    text_changes: dict[tuple[int, int], TextChange] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Yield the rows from A1 on."""
        return self.source()

    def merged(self) -> tuple[Block, ...]:
        """Return the merged cells."""
        return self.merged_source()


def cell_text(value: CellValue) -> str:
    """Return a cell's value as readers see it: whole numbers without ".0", no space around."""
    if type(value) is str:
        return value.strip()
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if is_whole else value).strip()  # type: ignore[arg-type]


def column_letters(column: int) -> str:
    """
    Return a column's letters, counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(26), column_letters(16383)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 0: 0 for ``"A"``, 16383 for ``"XFD"``."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """
    Return a cell's address from its row and column, both counted from 0.

    Examples
    --------
    >>> address(13, 2), address(0, 26)
    ('C14', 'AA1')
    """
    return f"{column_letters(column)}{row + 1}"


def row_of(cell: str) -> int:
    """Return the row of an address as the sheet counts it: 14 for ``"C14"``."""
    return int("".join(c for c in cell if c.isdigit()))


def place_of(cell: str) -> tuple[int, int]:
    """
    Return row and column of an address, both counted from 0.

    Examples
    --------
    >>> place_of("C14")
    (13, 2)
    """
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, column_number(letters)
