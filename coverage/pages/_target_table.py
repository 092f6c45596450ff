"""Targets as tables: what is set where and until when, by which decision; and the versions of one target."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from coverage.pages import _cache
from coverage.target_book import TargetBook
from coverage.target_texts import due_text, values_text
from geodata.language import Language
from geodata.target_data import RESULT, STATE_NAMES, STATUS_NAMES, Target


def listing(
    book: TargetBook, language: Language, versions: Sequence[Target], *, with_state: bool = True
) -> pd.DataFrame:
    """Return versions of targets as readers see them."""
    say, states = language.say, book.states()
    table = pd.DataFrame(
        {
            say("Target of"): [book.indicator_name(t, language) for t in versions],
            say("Area"): [book.area_name(t, language) for t in versions],
            say("Value"): [values_text(t, language) for t in versions],
            say("Due"): [due_text(t, book.facts, language) for t in versions],
            say("State"): [say("reported") if t.kind == RESULT else say(STATE_NAMES[states[t.code]]) for t in versions],
            say("Decision"): [t.decision.text(language) for t in versions],
            say("Decided on"): [language.day(t.decision_date) for t in versions],
            say("Programme"): [_programme(t, language) for t in versions],
            say("Status"): [say(STATUS_NAMES[t.status]) for t in versions],
            say("Source"): [t.source.text(language) for t in versions],
            say("Code"): [t.code for t in versions],
        }
    )
    return table if with_state else table.drop(columns=say("State"))


def _programme(target: Target, language: Language) -> str:
    name = target.programme_name.text(language)
    return language.say("{programme} (result reported)", programme=name) if target.kind == RESULT else name


def history(book: TargetBook, language: Language, versions: Sequence[Target]) -> pd.DataFrame:
    """Return the versions of one target, by decision, with who entered and withdrew them and why."""
    say, states = language.say, book.states()
    ordered = sorted(versions, key=lambda t: t.decision_date)
    return pd.DataFrame(
        {
            say("Code"): [t.code for t in ordered],
            say("Decision"): [f"{t.decision.text(language)}, {language.day(t.decision_date)}" for t in ordered],
            say("Value"): [values_text(t, language) for t in ordered],
            say("Due"): [due_text(t, book.facts, language) for t in ordered],
            say("State"): [say(STATE_NAMES[states[t.code]]) for t in ordered],
            say("Source"): [f"{t.source.text(language)} ({say(STATUS_NAMES[t.status])})" for t in ordered],
            say("Entered by"): [_entered(t, language) for t in ordered],
            say("Reason"): [t.reason for t in ordered],
            say("Withdrawn"): [_withdrawn(t, language) for t in ordered],
        }
    )


def _entered(target: Target, language: Language) -> str:
    if target.is_shipped:
        return language.say("shipped with the product")
    return f"{target.by}, {language.moment(_cache.local_time(target.at))}"


def _withdrawn(target: Target, language: Language) -> str:
    if target.withdrawn_on is None:
        return ""
    who = f"{target.withdrawn_by}: {target.withdrawn_why}"
    return who if target.withdrawn_on.year == 1 else f"{language.day(target.withdrawn_on)}, {who}"


def name_of(target: Target, book: TargetBook, language: Language) -> str:
    """Return one line that tells a target: indicator, area, values and decision."""
    what = f"{book.indicator_name(target, language)}, {book.area_name(target, language)}"
    return f"{what}: {values_text(target, language)} ({target.decision.text(language)})"
