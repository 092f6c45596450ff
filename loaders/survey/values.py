"""Cells of one column → typed values, by the kind that the template gives the column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import pandas as pd

from geodata.name_keys import plain_key
from geodata.reporting_periods import ReportingPeriod
from loaders.survey.amounts import BLANK, AmountReader, Doubtful, Unreadable, unit_of_header
from loaders.survey.numbers import read_count
from loaders.survey.templates import SurveyTemplate, TemplateColumn
from loaders.workbook.cells import CellValue, cell_text

DAY_FIRST, MONTH_FIRST = "day", "month"
PERCENT: Final = "percent"

_EPOCH_1900: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_DATE: Final = re.compile(r"(ngày\s*)?(\d{1,2})\s*([/.\-]|tháng)\s*(\d{1,2})\s*(?:[/.\-]|năm)\s*(\d{4}|\d{2})")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_MEMO_SIZE: Final = 50_000

Reader = Callable[[CellValue], Any]


def reader_of(column: TemplateColumn, *, label: str = "", counts_from_1904: bool = False) -> Reader:
    """
    Return the function that reads the cells of a column.

    It gives a value, None for a blank, `Doubtful` or `Unreadable`.

    Parameters
    ----------
    label
        How the sheet heads the column; it may name another unit.
    """
    if column.kind == "date":
        return partial(read_day, epoch=_EPOCH_1904 if counts_from_1904 else _EPOCH_1900)
    if column.kind == "choice":
        return _memoised(_choice_reader(column))
    if column.kind == "amount":
        return AmountReader(column.unit, unit_of_header(label, column.unit))
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


_read_plain_amount: Final = AmountReader()


def read_stated(value: CellValue) -> Any:
    """
    Return a figure as it is stated, None for a blank cell, `Doubtful` or `Unreadable`; a percent sign says nothing new.

    Examples
    --------
    >>> read_stated("99,15%"), read_stated("\u221255"), read_stated(8.17), read_stated("-")
    (99.15, -55.0, 8.17, None)
    """
    if isinstance(value, str):
        value = value.strip().removesuffix("%").replace("\u2212", "-").strip()
    return _read_plain_amount(value)


def read_period(value: CellValue) -> Any:
    """
    Return the code of a period of returns, None for a blank cell, or `Unreadable`; a date is the day that it shows.

    Examples
    --------
    >>> read_period("6 tháng đầu năm 2021"), read_period(date(2021, 6, 30)), read_period("năm 2021")
    ('2021-H1', '2021-06-30', Unreadable(reason='period'))
    """
    if isinstance(value, datetime):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else cell_text(value)
    if text in BLANK:
        return None
    found = ReportingPeriod.find_in(text)
    return Unreadable("period") if found is None else str(found)


def read_share(value: CellValue) -> Any:
    """
    Return a share from 0 to 1, None for a blank cell, `Doubtful` or `Unreadable`.

    "45%" is sure. A plain 45 can only be a percentage; where a column has such, its 1 is 1% too, and 0.45 could be
    both.

    Examples
    --------
    >>> read_share("45%"), read_share(45), read_share(1.0)
    (0.45, 0.45, Doubtful(value=1.0, other=0.01, sign='percent'))
    """
    is_percent = isinstance(value, str) and value.strip().endswith("%")
    found = _read_plain_amount(value.strip()[:-1] if is_percent and isinstance(value, str) else value)
    if isinstance(found, Doubtful):
        found = found.other  # a share has decimals: 12,345% is no 12345%
    if found is None or isinstance(found, Unreadable):
        return found
    share = found / 100 if is_percent or found > 1 else found
    if not 0 <= share <= 1:
        return Unreadable("share")
    if is_percent or found > 1 or found == 0:
        return share
    return Doubtful(share, share / 100 if share == 1 else Unreadable("share-doubtful"), PERCENT)


def read_day(value: CellValue, *, epoch: date = _EPOCH_1900) -> Any:
    """
    Return a day, None for a blank cell, `Doubtful` or `Unreadable`.

    Text is read day first, as Vietnamese write it, unless the column is written month first. A plain number is the
    day that Excel shows for it; `epoch` is its day 0.

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
    if text in BLANK:
        return None
    if match := _ISO_DATE.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3])) or Unreadable("date")
    if match := _DATE.fullmatch(text):
        return _day_of_text(match)
    return Unreadable("date")


def _day_of_text(match: re.Match[str]) -> Any:
    first, second = int(match[2]), int(match[4])
    year = int(match[5]) + (2000 if len(match[5]) == 2 else 0)
    day_first = _day(year, second, first)
    if match[1] or match[3] == "tháng":  # "ngày 5 tháng 6" leaves no doubt
        return day_first or Unreadable("date")
    month_first = _day(year, first, second)
    if month_first is None or month_first == day_first:
        return day_first or Unreadable("date")
    return Doubtful(day_first or Unreadable("date"), month_first, MONTH_FIRST)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_raw(value: CellValue) -> CellValue | None:
    return None if cell_text(value) in BLANK else value


def _choice_reader(column: TemplateColumn) -> Reader:
    known = {plain_key(name): key for key, names in column.choices for name in (key, *names)}

    def read(value: CellValue) -> Any:
        text = cell_text(value)
        return None if not text else known.get(plain_key(text), Unreadable("choice"))

    return read


_READERS: Final[dict[str, Reader]] = {
    "count": _read_number,
    "share": read_share,
    "coordinate": _read_raw,
    "stated": read_stated,
    "period": read_period,
}

_TYPES: Final = {
    "date": "datetime64[s]",
    "text": "str",
    "choice": "str",
    "count": "Int64",
    "amount": "float64",
    "share": "float64",
    "coordinate": "float64",
    "stated": "float64",
    "period": "str",
}


def as_typed(records: pd.DataFrame, template: SurveyTemplate) -> pd.DataFrame:
    """Return records with the types of their columns, which hold a million rows in little memory."""
    kinds = {column.key: column.kind for column in template.columns}
    types = {name: _TYPES[kinds[name]] for name in records.columns if kinds.get(name) in _TYPES}
    return records.astype(types)
