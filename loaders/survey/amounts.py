"""Amounts as people type them: decimals, units of their own ("1,5 MWh"), and a unit in the header of the column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from geodata.name_keys import plain_key
from loaders.reference import tables as reference_tables
from loaders.workbook.cells import CellValue, cell_text

DECIMAL_MARKS: Final = (".", ",")
BLANK: Final = frozenset({"", "-", "–", "—"})
_AMOUNT: Final = re.compile(r"([+-]?[\d.,\s\u00a0\u202f]*\d)\s*(%|[^\W\d_][^\d]*|1000\s*đ)?")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_IN_BRACKETS: Final = re.compile(r"[(\[]([^)\]]*)[)\]]")
_BEFORE_UNIT: Final = re.compile(r"^\s*(?:đvt|đơn vị tính|đơn vị|unit)\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Unreadable:
    """A cell that is no value of its column; `reason` is a key of `record_rows.PROBLEMS`."""

    reason: str


@dataclass(frozen=True)
class Doubtful:
    """
    A cell with two readings; its column decides.

    Parameters
    ----------
    value
        What it is unless the column says `sign`: a value, or `Unreadable`.
    other
        What it is where the column says `sign`.
    sign
        The decimal mark, or the order of day and month, with which it is `other`.
    """

    value: Any
    other: Any
    sign: str


@cache
def factors_of(unit: str) -> dict[str, float]:
    """Return how much of a unit each other unit is, by its plain key; one that the table lacks has only itself."""
    names = reference_tables.load_amount_units().get(unit, {unit: 1.0} if unit else {})
    return {unit_key(name): factor for name, factor in names.items()}


@cache
def unit_words() -> tuple[str, ...]:
    """Return every unit as it is written, the longest first."""
    words = {name for names in reference_tables.load_amount_units().values() for name in names}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def unit_key(text: str) -> str:
    """Return how a unit is compared: "tr.đ", "Tr. đ" and "trđ" are one; "m" is not "M", but no unit tells them."""
    return plain_key(text)


def unit_of_header(label: str, unit: str) -> str:
    """
    Return the unit that a header names, as it stands there; ``""`` where it names none that fits.

    Examples
    --------
    >>> unit_of_header("Điện năng mua (MWh)", "kWh"), unit_of_header("Chiều dài, ĐVT: m", "km")
    ('MWh', 'm')
    >>> unit_of_header("Điện năng mua (năm 2020)", "kWh")
    ''
    """
    inside = [*_IN_BRACKETS.findall(label), *re.split(r"[,;–]", label)[1:]]
    texts = (_BEFORE_UNIT.sub("", text).strip() for text in inside)
    return next((text for text in texts if text and unit_key(text) in factors_of(unit)), "")


@dataclass
class AmountReader:
    """
    Reads the amounts of one column into its unit.

    Parameters
    ----------
    unit
        Unit in which the column is kept; ``""`` where it has none.
    header_unit
        Unit that the header names, for cells that name none.
    """

    unit: str = ""
    header_unit: str = ""
    converted: dict[str, int] = field(default_factory=dict)
    """How many cells were converted, by the unit in which they were written."""

    def __call__(self, value: CellValue) -> Any:
        """Return a number, None for a blank cell, `Doubtful` or `Unreadable`."""
        if isinstance(value, bool):
            return Unreadable("unreadable")
        if isinstance(value, int | float):
            is_number = value == value and abs(value) < 1e15
            return self._in_unit(float(value), self.header_unit) if is_number else Unreadable("unreadable")
        text = cell_text(value)
        if text in BLANK:
            return None
        match = _AMOUNT.fullmatch(text)
        if match is None:
            return Unreadable("unreadable")
        unit = (match[2] or "").strip(" .")
        # A template that names no unit leaves it to the office, which then writes what it likes.
        if unit == "%" or (unit and self.unit and unit_key(unit) not in factors_of(self.unit)):
            return Unreadable("unit")
        return self._in_unit(_decimal(_SPACES.sub("", match[1])), unit or self.header_unit)

    def _in_unit(self, found: Any, unit: str) -> Any:
        factor = factors_of(self.unit).get(unit_key(unit), 1.0) if unit else 1.0
        if factor == 1.0 or isinstance(found, Unreadable):
            return found
        self.converted[unit] = self.converted.get(unit, 0) + 1
        if isinstance(found, Doubtful):
            return Doubtful(_scaled(found.value, factor), _scaled(found.other, factor), found.sign)
        return _scaled(found, factor)


def _scaled(number: float, factor: float) -> float:
    # 0.1 + 0.2 is no figure to show: a product of two short decimals has at most twelve digits that mean anything.
    return float(f"{number * factor:.12g}")


def _decimal(digits: str) -> Any:
    last = max(digits.rfind(mark) for mark in DECIMAL_MARKS)
    marks = sum(digits.count(mark) for mark in DECIMAL_MARKS)
    is_same = not all(mark in digits for mark in DECIMAL_MARKS)
    after = len(digits) - last - 1
    whole = re.sub(r"[.,]", "", digits[:last])
    try:
        if marks == 1 and after == 3 and whole.strip("+-").strip("0"):
            return Doubtful(float(whole + digits[last + 1 :]), float(f"{whole}.{digits[last + 1 :]}"), digits[last])
        if marks > 1 and is_same:
            return float(re.sub(r"[.,]", "", digits))
        return float(f"{whole}.{digits[last + 1 :]}") if last >= 0 else float(digits)
    except ValueError:
        return Unreadable("unreadable")
