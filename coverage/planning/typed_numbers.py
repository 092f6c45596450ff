"""Numbers as a planner types them into a table: 1.500.000 or 0,07 in Vietnamese, 1,500,000 or 0.07 in English."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from geodata.language import Language

_MARKS: Final = {"vi": (".", ","), "en": (",", ".")}
"""By language: what stands between thousands, and before decimals."""

_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)


def read_number(text: str, language: Language) -> float | None:
    """
    Return a number that was typed; None where it is none.

    Marks are read as the language writes them. A mark of thousands that does not part groups of three is read as
    one of decimals: "0.07" typed into a Vietnamese table is seven hundredths, "1.500" fifteen hundred.

    Examples
    --------
    >>> read_number("1.500", Language("vi")), read_number("1.500", Language("en")), read_number("0.07", Language("vi"))
    (1500.0, 1.5, 0.07)
    """
    thousands, decimals = _MARKS[language.code]
    plain = _SPACES.sub("", text).replace("−", "-")
    grouped = re.fullmatch(
        rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(decimals)}\d+)?", plain
    )
    if grouped:
        plain = plain.replace(thousands, "")
    elif plain.count(thousands) == 1 and decimals not in plain:
        plain = plain.replace(thousands, ".")
    plain = plain.replace(decimals, ".") if decimals in plain else plain
    return float(plain) if _PLAIN.fullmatch(plain) else None


def number_text(value: float, language: Language) -> str:
    """Return a number with all decimals that it has, as the language writes it; `read_number` reads it back."""
    exact = Decimal(repr(float(value))).normalize()
    return language.decimal(exact, decimals=max(0, -int(exact.as_tuple().exponent)))
