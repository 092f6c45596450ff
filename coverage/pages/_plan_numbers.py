"""Amounts as the page of planning writes them: billions, millions, with a sign where a difference is told."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from geodata.language import Language


def amount(value: float, language: Language, *, unit: float = 1.0, decimals: int = 1, signed: bool = False) -> str:
    """
    Return a number of units, with a true minus; a dash where it is missing.

    Parameters
    ----------
    signed
        Write a plus before what is above 0: a difference.
    """
    if pd.isna(value):
        return "–"
    exact = Decimal(repr(float(value) / unit))
    text = language.decimal(abs(exact), decimals=decimals)
    is_zero = not any(letter in "123456789" for letter in text)
    sign = "" if is_zero else "−" if exact < 0 else "+" if signed else ""
    return sign + text


def billions(vnd: float, language: Language, *, signed: bool = False) -> str:
    """Return an amount in billions of VND, with one decimal."""
    return amount(vnd, language, unit=1e9, signed=signed)


def millions(vnd: float, language: Language, *, decimals: int = 0) -> str:
    """Return an amount in millions of VND."""
    return amount(vnd, language, unit=1e6, decimals=decimals)


def counted(number: float, language: Language, *, signed: bool = False) -> str:
    """Return a whole number."""
    return amount(number, language, decimals=0, signed=signed)
