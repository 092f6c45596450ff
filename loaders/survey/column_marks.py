"""What a whole column says of doubtful cells: which mark is the decimal one, whether day or month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from loaders.workbook.cells import CellValue

DAY_FIRST, MONTH_FIRST = "day", "month"

_NUMBER: Final = re.compile(r"[+-]?(\d[\d.,\s\u00a0]*)\s*(?:%|[a-zA-ZđĐ]*)")
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
        digits = re.sub(r"[\s\u00a0]", "", match[1])
        marks = [letter for letter in digits if letter in _OTHER]
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


def is_doubtful_date(value: CellValue) -> bool:
    """Return whether a text can be two days of the year, by which comes first."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    return match is not None and int(match[1]) <= 12 and int(match[2]) <= 12 and int(match[1]) != int(match[2])


def swap_day_and_month(value: CellValue) -> CellValue:
    """Return a text date with its first two parts exchanged; anything else as it is."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not isinstance(value, str):
        return value
    text = value.strip()
    return f"{match[2]}/{match[1]}/{re.split(r'[/.-]', text)[-1].strip()}"


def with_decimal_mark(value: CellValue, mark: str) -> CellValue:
    """Return a doubtful number ("1.234") as a number, its one mark read as the column writes it."""
    match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return value
    digits = re.sub(r"[\s\u00a0]", "", match[1])
    return float(digits.replace(_OTHER[mark], "").replace(mark, "."))
