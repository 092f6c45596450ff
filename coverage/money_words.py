"""Amounts of money as people write them on the command line: 200e9, 200 tỷ, 1.500.000 đồng."""

from __future__ import annotations

import re
from typing import Final

from geodata.errors import PhuDienError, mark

_UNITS: Final = {
    "": 1.0,
    "d": 1.0,
    "đ": 1.0,
    "đồng": 1.0,
    "vnd": 1.0,
    "triệu": 1e6,
    "trieu": 1e6,
    "million": 1e6,
    "tỷ": 1e9,
    "tỉ": 1e9,
    "ty": 1e9,
    "billion": 1e9,
}
_AMOUNT: Final = re.compile(
    r"(?P<number>[0-9][0-9.,]*(?:e\+?[0-9]+)?)\s*(?P<unit>[^\W\d_]*)(?:\s*(?:đồng|vnd))?", re.IGNORECASE
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


def read_money(text: str) -> float:
    """
    Return an amount in VND.

    Separators of thousands are told from decimals by their groups of three: "1.500" is fifteen hundred, "1.5 tỷ" and
    "1,5 tỷ" are fifteen hundred million.

    Raises
    ------
    PhuDienError
        If it is no amount.
    """
    found = _AMOUNT.fullmatch(text.strip().lower())
    unit = _UNITS.get(found["unit"]) if found else None
    number = None if found is None else _number(found["number"])
    if unit is None or number is None:
        raise PhuDienError(
            "call.money-unreadable",
            mark('"{found}" is no amount of money. Write 200e9, 200 tỷ or 200.000.000.000 (VND).'),
            found=text,
        )
    return number * unit


def _number(text: str) -> float | None:
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[.,]", "", text))
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def read_budgets(text: str, years: int | None) -> tuple[float, ...]:
    """
    Return yearly budgets: amounts parted by semicolons (or by commas with spaces), or one amount for so many years.

    Raises
    ------
    PhuDienError
        If one is no amount, or their number is not that of the years.
    """
    amounts = tuple(read_money(part) for part in re.split(r";|,\s+", text.strip()) if part.strip())
    if len(amounts) == 1:
        return amounts * (years or 1)
    if not amounts or (years is not None and len(amounts) != years):
        raise PhuDienError(
            "call.budgets-number",
            mark("{found} budgets were given for {years} years. Give one for all years, or one a year parted by ;."),
            found=len(amounts),
            years=years or 0,
        )
    return amounts
