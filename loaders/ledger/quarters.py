"""Which quarter a cell of a ledger names, however offices write it."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from geodata.periods import Period

_DAY: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T].*)?")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_MONTH: Final = re.compile(r"(?:tháng\s*)?(\d{1,2})[/\-](\d{4})", re.IGNORECASE)
_ISO_MONTH: Final = re.compile(r"(\d{4})[/\-](\d{1,2})")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def quarter_of(text: str) -> str | None:
    """
    Return the quarter that a cell names, such as ``"2021-Q2"``: itself, or a day or month in it; None for neither.

    Days are read day first.

    Examples
    --------
    >>> [quarter_of(text) for text in ("2021-Q2", "Quý II/2021", "15/05/2021", "2021-04-01", "202106", "5/2021", "2")]
    ['2021-Q2', '2021-Q2', '2021-Q2', '2021-Q2', '2021-Q2', '2021-Q2', None]
    """
    text = text.strip().removesuffix(".0")  # of months, such as 202106.0, that a program took for fractions
    if match := _DAY.fullmatch(text):
        return _quarter(match[3], match[2], match[1])
    if match := _ISO_DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        return _quarter(match[1], match[2], match[3] or "1")
    if match := _MONTH.fullmatch(text):
        return _quarter(match[2], match[1], "1")
    if match := _ISO_MONTH.fullmatch(text):
        return _quarter(match[1], match[2], "1")
    found = Period.find_in(text)
    return str(found) if found is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _quarter(year: str, month: str, day: str) -> str | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return f"{found.year}-Q{(found.month + 2) // 3}" if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
