"""How people type targets: the quarter in which something is due, and a value with or without its percent sign."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.target_data import PERCENT

_SPACES: Final = re.compile(r"[\s\u00a0\u202f]")
_GROUPED: Final = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_GROUPED_DECIMAL: Final = re.compile(r"(\d{1,3}(?:\.\d{3})+),(\d+)|(\d{1,3}(?:,\d{3})+)\.(\d+)")
_PLAIN: Final = re.compile(r"\d+(?:[.,]\d+)?")


def due_of(text: str) -> Period | None:
    """
    Return the quarter in which something is due; None for a blank.

    Raises
    ------
    WorkspaceError
        If it names no quarter.

    Examples
    --------
    >>> [str(due_of(text)) for text in ("2025-Q4", "Quý IV/2025", "31/12/2025", "2025", "")]
    ['2025-Q4', '2025-Q4', '2025-Q4', '2025-Q4', 'None']
    """
    bare = text.strip()
    if bare in ("", "-", "–"):
        return None
    found = Period(int(bare), 4) if re.fullmatch(r"(?:19|20)\d{2}", bare) else Period.find_in(bare)
    if found is None:
        raise WorkspaceError(
            "target.due-unreadable",
            mark('"{found}" is no quarter. Write it as 2025-Q4, Quý IV/2025, or the last day of a quarter.'),
            found=text,
        )
    return found


def due_on(day: date) -> Period:
    """Return the quarter that a day ends; raise `WorkspaceError` for a day within a quarter."""
    quarter = Period.of(day)
    if quarter.last_day != day:
        raise WorkspaceError(
            "target.due-unreadable",
            mark('"{found}" is no quarter. Write it as 2025-Q4, Quý IV/2025, or the last day of a quarter.'),
            found=f"{day:%d/%m/%Y}",
        )
    return quarter


def value_of(text: str) -> tuple[Decimal, str]:
    """
    Return the number of a typed value, and the unit that its sign names, ``""`` without one.

    A point or comma before just three digits parts thousands, unless a percent sign follows: counts have no decimals.

    Raises
    ------
    WorkspaceError
        If it is no number.

    Examples
    --------
    >>> value_of("99,5%"), value_of("1.055.000"), value_of("28.809,5"), value_of("99.5")
    ((Decimal('99.5'), 'percent'), (Decimal('1055000'), ''), (Decimal('28809.5'), ''), (Decimal('99.5'), ''))
    """
    bare = _SPACES.sub("", text)
    unit = PERCENT if bare.endswith("%") else ""
    number = bare.removesuffix("%")
    if both := _GROUPED_DECIMAL.fullmatch(number):
        whole, rest = (both[1], both[2]) if both[1] else (both[3], both[4])
        return Decimal(f"{re.sub(r'[.,]', '', whole)}.{rest}"), unit
    if _GROUPED.fullmatch(number) and not unit:
        return Decimal(re.sub(r"[.,]", "", number)), unit
    if _PLAIN.fullmatch(number):
        return Decimal(number.replace(",", ".")), unit
    raise WorkspaceError(
        "target.value-unreadable",
        mark('"{found}" is no number. Write it as 99,5% or 1055000.'),
        found=text,
    )


def percent_text(value: Decimal, language: Language) -> str:
    """
    Return a percentage with all of its decimals and its sign, as `value_of` reads it.

    Examples
    --------
    >>> percent_text(Decimal("99.5"), Language("vi")), percent_text(Decimal("100"), Language("en"))
    ('99,5%', '100%')
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text.replace('.', ',') if language.code == 'vi' else text}%"
