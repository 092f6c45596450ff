"""Cells of one column → typed values, by the kind that the template gives the column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from geodata.names import plain_key
from loaders.survey.numbers import read_count
from loaders.survey.templates import TemplateColumn
from loaders.workbook.cells import CellValue, cell_text

_BLANK: Final = frozenset({"", "-", "–", "—"})
_EPOCH_1900: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_DATE: Final = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*(?:[/.\-]|tháng)\s*(\d{1,2})\s*(?:[/.\-]|năm)\s*(\d{4}|\d{2})")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_DECIMAL: Final = re.compile(r"([+-]?[\d.,\s\u00a0]*\d)\s*(%|[a-zA-ZđĐ]*)")
_MEMO_SIZE: Final = 50_000


@dataclass(frozen=True)
class Unreadable:
    """A cell that is no value of its column; `reason` is a key of `records.PROBLEMS`."""

    reason: str


Reader = Callable[[CellValue], Any]


def reader_of(column: TemplateColumn, *, counts_from_1904: bool = False) -> Reader:
    """Return the function that reads the cells of a column: a value, None for a blank, or `Unreadable`."""
    if column.kind == "date" and counts_from_1904:
        return partial(read_day, epoch=_EPOCH_1904)
    if column.kind == "choice":
        return _memoised(_choice_reader(column))
    return _READERS.get(column.kind, _read_text)


def _memoised(read: Reader) -> Reader:
    known: dict[CellValue, Any] = {}

    def found(value: CellValue) -> Any:
        if value not in known:
            if len(known) >= _MEMO_SIZE:
                known.clear()
            known[value] = read(value)
        return known[value]

    return found


def _read_text(value: CellValue) -> str | None:
    text = value.strip() if isinstance(value, str) else cell_text(value)
    return text or None


def _read_number(value: CellValue) -> Any:
    found = read_count(value)
    return Unreadable(found) if isinstance(found, str) else found


def read_amount(value: CellValue) -> Any:
    """
    Return a number that may have decimals, None for a blank cell, or `Unreadable`.

    Examples
    --------
    >>> read_amount("12,5 km"), read_amount("1.234,5"), read_amount(3), read_amount("-")
    (12.5, 1234.5, 3.0, None)
    """
    if isinstance(value, bool):
        return Unreadable("unreadable")
    if isinstance(value, int | float):
        return float(value) if value == value and abs(value) < 1e15 else Unreadable("unreadable")
    text = cell_text(value)
    if text in _BLANK:
        return None
    match = _DECIMAL.fullmatch(text)
    return Unreadable("unreadable") if match is None else _decimal(re.sub(r"[\s\u00a0]", "", match[1]))


def _decimal(digits: str) -> float | Unreadable:
    last = max(digits.rfind("."), digits.rfind(","))
    marks = digits.count(".") + digits.count(",")
    is_same = "." not in digits or "," not in digits
    after = len(digits) - last - 1
    if marks == 1 and after == 3 and not digits.startswith(("0.", "0,")):
        return Unreadable("ambiguous")
    try:
        if marks > 1 and is_same:
            return float(re.sub(r"[.,]", "", digits))
        return float(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]) if last >= 0 else float(digits)
    except ValueError:
        return Unreadable("unreadable")


def _read_share(value: CellValue) -> Any:
    found = read_amount(value)
    if found is None or isinstance(found, Unreadable):
        return found
    is_percent = isinstance(value, str) and "%" in value
    share = found / 100 if is_percent or found > 1 else found
    return share if 0 <= share <= 1 else Unreadable("share")


def read_day(value: CellValue, *, epoch: date = _EPOCH_1900) -> Any:
    """
    Return a day, None for a blank cell, or `Unreadable`; text is read day first, as Vietnamese write it.

    A plain number is the day that Excel shows for it; `epoch` is its day 0.

    Examples
    --------
    >>> read_day("30/6/2021"), read_day("30-06-21"), read_day(44377.0), read_day("31/02/2021")
    (datetime.date(2021, 6, 30), datetime.date(2021, 6, 30), datetime.date(2021, 6, 30), Unreadable(reason='date'))
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return epoch + timedelta(days=int(value)) if 20_000 < value < 80_000 else Unreadable("date")
    text = cell_text(value).lower()
    if text in _BLANK:
        return None
    try:
        if match := _ISO_DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DATE.fullmatch(text):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            return date(year, int(match[2]), int(match[1]))
    except ValueError:
        return Unreadable("date")
    return Unreadable("date")


def _read_raw(value: CellValue) -> CellValue | None:
    return None if cell_text(value) in _BLANK else value


def _choice_reader(column: TemplateColumn) -> Reader:
    known = {plain_key(name): key for key, names in column.choices for name in (key, *names)}

    def read(value: CellValue) -> Any:
        text = cell_text(value)
        return None if not text else known.get(plain_key(text), Unreadable("choice"))

    return read


_READERS: Final[dict[str, Reader]] = {
    "count": _read_number,
    "amount": read_amount,
    "share": _read_share,
    "date": read_day,
    "coordinate": _read_raw,
}


def read_column(values: Iterable[CellValue], read: Reader) -> list[Any]:
    """Return the values of a column, read one by one."""
    return [None if value == "" else read(value) for value in values]
