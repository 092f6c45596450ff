"""Whole numbers as people type them into cells."""

from __future__ import annotations

import re
from typing import Final

from loaders.workbook.cells import CellValue

# 1.234.567, 1,234,567 or 1 234 567: one kind of separator, always before three digits.
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([.,\s\u00a0\u202f'])\d{3})(?:\1\d{3})*")
_DIGITS: Final = re.compile(r"[+-]?\d+(?:[.,]0+)?")
_BLANK: Final = frozenset({"", "-", "–", "—"})

UNREADABLE: Final = "unreadable"
FRACTION: Final = "fraction"
NEGATIVE: Final = "negative"


def read_count(value: CellValue) -> int | str | None:
    """
    Return the whole number of a cell, None for a blank one, or what is wrong with it.

    A dash stands for a blank cell: not reported, never zero. Wrong is `UNREADABLE`, `FRACTION` or `NEGATIVE`.

    Examples
    --------
    >>> read_count(1204.0), read_count("1.204"), read_count("-"), read_count(2.5), read_count(-3)
    (1204, 1204, None, 'fraction', 'negative')
    """
    if isinstance(value, bool):
        return UNREADABLE
    if isinstance(value, int | float):
        return _checked(float(value))
    if not isinstance(value, str):
        return UNREADABLE
    text = value.strip()
    if text in _BLANK:
        return None
    if _GROUPED.fullmatch(text):
        return _checked(float(re.sub(r"[^\d+-]", "", text)))
    if _DIGITS.fullmatch(text):
        return _checked(float(re.split(r"[.,]", text)[0]))
    if re.fullmatch(r"[+-]?\d+[.,]\d+", text):
        return FRACTION
    return UNREADABLE


def _checked(number: float) -> int | str:
    if number != number or number in (float("inf"), float("-inf")):
        return UNREADABLE
    if not number.is_integer():
        return FRACTION
    return NEGATIVE if number < 0 else int(number)
