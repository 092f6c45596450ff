"""What a whole column says of its doubtful cells: which mark is the decimal one, whether day or month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from loaders.survey.amounts import DECIMAL_MARKS, Doubtful, Unreadable
from loaders.survey.values import DAY_FIRST, MONTH_FIRST, PERCENT
from loaders.workbook.cells import CellValue

_NUMBER: Final = re.compile(r"[+-]?(\d[\d.,\s\u00a0\u202f]*)\s*(?:%|[^\W\d_].*)?")
_DATE: Final = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*\d{2,4}")
_OTHER: Final = {".": ",", ",": "."}


def decimal_marks(values: Iterable[CellValue]) -> set[str]:
    """
    Return the decimal marks that the texts of a column show for certain.

    Examples
    --------
    >>> decimal_marks(["1.234", "12,5"]), decimal_marks(["1.234.567"]), decimal_marks(["1.234"])
    ({','}, {','}, set())
    """
    found = set()
    for value in values:
        match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            continue
        digits = re.sub(r"[\s\u00a0\u202f]", "", match[1])
        marks = [letter for letter in digits if letter in DECIMAL_MARKS]
        if len(set(marks)) == 2:
            found.add(marks[-1])
        elif len(marks) > 1:
            found.add(_OTHER[marks[0]])
        elif marks and (len(digits.rpartition(marks[0])[2]) != 3 or digits.startswith(("0.", "0,"))):
            found.add(marks[0])
    return found


def date_orders(values: Iterable[CellValue]) -> set[str]:
    """
    Return in which orders the texts of a column must have been written.

    Examples
    --------
    >>> date_orders(["30/6/2021", "1/2/2021"]), date_orders(["6/30/2021"]), date_orders(["1/2/2021"])
    ({'day'}, {'month'}, set())
    """
    found = set()
    for value in values:
        match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is not None and int(match[1]) > 12:
            found.add(DAY_FIRST)
        elif match is not None and int(match[2]) > 12:
            found.add(MONTH_FIRST)
    return found


def share_signs(values: Iterable[CellValue]) -> set[str]:
    """Return `PERCENT` where a plain number of a column of shares is above 1."""
    is_above = any(isinstance(v, int | float) and not isinstance(v, bool) and 1 < v <= 100 for v in values)
    return {PERCENT} if is_above else set()


_SIGNS: Final = {"amount": decimal_marks, "stated": decimal_marks, "date": date_orders, "share": share_signs}


@dataclass(frozen=True)
class Pending:
    """A doubtful cell of which the column has not said yet what it is; `row` is counted from 0, as in the sheet."""

    row: int
    typed: CellValue
    doubt: Doubtful


@dataclass
class ColumnSigns:
    """
    Settles the doubtful cells of one column while it is read; what comes before the first sign waits for it.

    Parameters
    ----------
    kind
        Kind of the template's column.
    signs
        What the column has shown so far; one sign decides, two contradict each other and decide nothing more.
    pending
        Cells that were read before the first sign.
    """

    kind: str
    signs: set[str] = field(default_factory=set)
    pending: list[Pending] = field(default_factory=list)

    def settle(self, rows: Sequence[int], typed: Sequence[CellValue], found: list[Any]) -> list[Any]:
        """
        Return the values of some rows, doubtful ones as the column has it until now.

        Parameters
        ----------
        rows, typed, found
            Row (counted from 0), cell and what was read, in the same order.
        """
        if not any(type(value) is Doubtful for value in found):
            # A column of plain values needs no sign, unless doubtful ones stand before them.
            if self.pending:
                self._look(typed)
            return found
        self._look(typed)
        return [
            self._value(row, cell, value) if type(value) is Doubtful else value
            for row, cell, value in zip(rows, typed, found, strict=True)
        ]

    def _look(self, typed: Sequence[CellValue]) -> None:
        if self.kind in _SIGNS:
            self.signs |= _SIGNS[self.kind](typed)

    def _value(self, row: int, cell: CellValue, doubt: Doubtful) -> Any:
        if len(self.signs) == 1:
            return self._decided(doubt)
        self.pending.append(Pending(row, cell, doubt))
        # Until the end, for want of a sign; what could not be read either way waits as a blank.
        return None if isinstance(doubt.value, Unreadable) else doubt.value

    def _decided(self, doubt: Doubtful) -> Any:
        return doubt.other if doubt.sign in self.signs else doubt.value

    def late_values(self) -> list[tuple[Pending, Any]]:
        """Return the cells that waited, with what the whole column makes of them; empty where it says nothing."""
        return [(cell, self._decided(cell.doubt)) for cell in self.pending] if len(self.signs) == 1 else []
