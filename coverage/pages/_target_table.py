"""Targets as a table: what is set where and until when, by which decision, and whether it is in force."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pandas as pd

from coverage.target_book import TargetBook
from coverage.targets import with_assumed_due
from geodata.language import Language
from geodata.target_data import PERCENT, STATE_NAMES, STATUS_NAMES, UNIT_NAMES, Target

_MOST_DECIMALS: Final = 2


def listing(book: TargetBook, language: Language, versions: Sequence[Target] | None = None) -> pd.DataFrame:
    """Return versions of targets as readers see them; all of them where none are given."""
    say, states = language.say, book.states()
    shown = book.versions() if versions is None else versions
    return pd.DataFrame(
        {
            say("Programme"): [t.programme_name.text(language) for t in shown],
            say("Target of"): [book.indicator_name(t, language) for t in shown],
            say("Area"): [book.area_name(t, language) for t in shown],
            say("Value"): [values_text(t, language) for t in shown],
            say("Due"): [due_text(t, book, language) for t in shown],
            say("Decision"): [t.decision.text(language) for t in shown],
            say("Decided on"): [language.day(t.decision_date) for t in shown],
            say("State"): [say(STATE_NAMES[states[t.code]]) for t in shown],
            say("Status"): [say(STATUS_NAMES[t.status]) for t in shown],
            say("Source"): [t.source.text(language) for t in shown],
        }
    )


def values_text(target: Target, language: Language) -> str:
    """Return the values of a target's milestones in time: "98% → 100%"."""
    return " → ".join(value_text(m.value, target.unit, language) for m in target.milestones)


def value_text(value: Decimal, unit: str, language: Language) -> str:
    """Return a value with its unit, with the decimals that it has."""
    exponent = value.normalize().as_tuple().exponent
    decimals = min(max(-exponent, 0), _MOST_DECIMALS) if isinstance(exponent, int) else 0
    number = language.decimal(value, decimals=decimals)
    return f"{number}%" if unit == PERCENT else f"{number} {language.say(UNIT_NAMES[unit])}"


def due_text(target: Target, book: TargetBook, language: Language) -> str:
    """Return when the milestones of a target are due; what is assumed says so."""
    milestones, is_assumed = with_assumed_due(target, book.facts)
    texts = ["–" if m.due is None else language.period(m.due) for m in milestones]
    note = f" ({language.say('assumed')})" if is_assumed else ""
    return " → ".join(texts) + note
