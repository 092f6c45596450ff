"""Amounts of money as people write them on the command line: 200e9, 200 tỷ, 1.500.000 đồng."""

from __future__ import annotations

import re
from typing import Final

from geodata.errors import PhuDienError, mark

LEAST_BUDGET_VND: Final = 1e6
"""A budget below, 0 apart, is one whose unit was forgotten: 200 for 200 tỷ; or 1,5 tỷ, taken for 1 and 5 tỷ."""

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
    Return yearly budgets: amounts parted by semicolons or commas, or one amount for so many years.

    A comma before three digits of a number that is grouped so parts thousands: "200,000,000,000" is one amount.

    Raises
    ------
    PhuDienError
        If one is no amount, or less than `LEAST_BUDGET_VND` and not 0, or their number is not that of the years.

    Examples
    --------
    >>> read_budgets("200e9,150e9", None), read_budgets("1,5 tỷ; 2 tỷ", 2), read_budgets("2,000,000", 2)
    ((200000000000.0, 150000000000.0), (1500000000.0, 2000000000.0), (2000000.0, 2000000.0))
    """
    amounts = tuple(map(read_money, _parted(text)))
    if small := next((amount for amount in amounts if 0 < amount < LEAST_BUDGET_VND), None):
        raise PhuDienError(
            "call.budget-small",
            mark(
                '"{found}" holds a yearly budget of {amount} VND, too little for any work. Write the unit, such as '
                "200 tỷ or 200e9, and part budgets by ; where they have a decimal comma."
            ),
            found=text,
            amount=small,
        )
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


def _parted(text: str) -> list[str]:
    """Return the amounts of a text: one where it is an amount as it stands."""
    if ";" not in text and not re.search(r",\s", text):
        try:
            read_money(text)
        except PhuDienError:
            parts = text.split(",")
            return parts if len(parts) > 1 else [text]
        return [text]
    return [part for part in re.split(r";|,\s+", text.strip()) if part.strip()]
