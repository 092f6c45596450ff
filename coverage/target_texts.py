"""Targets in words: their values with unit and decimals, and when they are due."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from coverage.targets import with_assumed_due
from geodata.language import Language
from geodata.target_data import PERCENT, UNIT_NAMES, Target, TargetFacts
from geodata.target_words import percent_text

_ARROW: Final = " → "


def values_text(target: Target, language: Language) -> str:
    """Return the values of a target's milestones in time: "98% → 100%"."""
    return _ARROW.join(value_text(m.value, target.unit, language) for m in target.milestones)


def value_text(value: Decimal, unit: str, language: Language) -> str:
    """
    Return a value with its unit, with the decimals that it has.

    Examples
    --------
    >>> value_text(Decimal("99.5"), "percent", Language("vi")), value_text(Decimal(1500), "households", Language("en"))
    ('99,5%', '1,500 households')
    """
    if unit == PERCENT:
        return percent_text(value, language)
    decimals = 0 if value == value.to_integral_value() else 1
    return f"{language.decimal(value, decimals=decimals)} {language.say(UNIT_NAMES.get(unit, unit))}"


def due_text(target: Target, facts: TargetFacts, language: Language) -> str:
    """Return when the milestones of a target are due; what is assumed says so."""
    milestones, is_assumed = with_assumed_due(target, facts)
    texts = ["–" if m.due is None else language.period(m.due) for m in milestones]
    note = language.say(" (assumed)") if is_assumed else ""
    return _ARROW.join(texts) + note
