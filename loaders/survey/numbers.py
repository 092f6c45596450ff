"""Whole numbers as people type them into cells."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from loaders.workbook.cells import CellValue

# 1.234.567, 1,234,567 or 1 234 567: one kind of separator, always before three digits.
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([.,\s\u00a0\u202f'])\d{3})(?:\1\d{3})*")
_DIGITS: Final = re.compile(r"[+-]?\d+(?:[.,]0+)?")
_BLANK: Final = frozenset({"", "-", "–", "—", "n/a", "na", "chưa có số liệu", "chưa báo cáo"})
_NONE: Final = frozenset({"không", "không có", "khong", "khong co", "không hộ", "none"})
_UNIT: Final = re.compile(r"\s*(?:hộ dân|hộ|ho|households?)\.?$", re.IGNORECASE)

UNREADABLE: Final = "unreadable"
FRACTION: Final = "fraction"
NEGATIVE: Final = "negative"


def read_count(value: CellValue) -> int | str | None:
    """
    Return the whole number of a cell, None for a blank one, or what is wrong with it.

    A dash stands for a blank cell: not reported, never zero; "không" is zero. "1.204", "1,204" and "1 204" are 1204,
    because households have no decimals; the word "hộ" after a number says nothing. Wrong is
    `UNREADABLE`, `FRACTION` or `NEGATIVE`.

    Examples
    --------
    >>> read_count(1204.0), read_count("1.204 hộ"), read_count("-"), read_count(2.5), read_count(-3)
    (1204, 1204, None, 'fraction', 'negative')
    """
    if isinstance(value, bool):
        return UNREADABLE
    if isinstance(value, int | float):
        return _checked(float(value))
    if not isinstance(value, str):
        return UNREADABLE
    text = unicodedata.normalize("NFKC", value).strip()
    if text.isdecimal() and len(text) < 10:
        return int(text)
    if text.lower() in _BLANK:
        return None
    if text.lower() in _NONE:
        return 0
    text = _UNIT.sub("", text)
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
