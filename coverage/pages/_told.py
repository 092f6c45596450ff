"""In which list of units figures are told: what a page says of restated figures, and of units that changed."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _state
from geodata.event_sentences import describe_event, told_once
from geodata.language import Language
from geodata.lineage import BASIS_NAMES, EXACT
from geodata.periods import Period

_EVENTS_SHOWN: Final = 500


def draw_note(choices: _state.Choices) -> None:
    """Say, where figures are told in another list than they were reported in, how they came there."""
    if choices.period is None:
        return
    language, say = choices.language, choices.language.say
    reported = _cache.lists_of_figures(choices.home, choices.version, choices.period)
    if reported == [choices.told_on]:
        return
    basis = _cache.basis(choices.home, choices.version, choices.told_on, choices.period)
    inside = basis[basis.index.isin(choices.units.communes_of(choices.area).index)]
    counts = inside.value_counts()
    kinds = [f"{language.count(int(counts[b]))} {say(name)}" for b, name in BASIS_NAMES.items() if counts.get(b)]
    st.info(
        say(
            "Told on the map of {day}; reported in the list of {reported}. Communes: {kinds}.",
            day=language.day(date.fromisoformat(choices.told_on)),
            reported=", ".join(language.day(date.fromisoformat(day)) for day in reported),
            kinds="; ".join(kinds),
        ),
        icon=":material/conversion_path:",
    )
    if unplaced := _cache.unplaced(choices.home, choices.version, choices.told_on, choices.period):
        st.warning(
            say(
                "Not on this map, and not in its sums: {names}. No commune of that day leads there.",
                names=", ".join(unplaced),
            )
        )
    partly = _cache.partly_reported(choices.home, choices.version, choices.told_on, choices.period)
    if missing := sum(code in inside.index for code in partly.index):
        st.warning(say("{n} communes lack parts that did not report: their figures are of those that did.", n=missing))


def basis_text(choices: _state.Choices, period: str, code: str) -> str:
    """Return what the figures of one commune rest on; empty where they are exact."""
    basis = str(_cache.basis(choices.home, choices.version, choices.told_on, period).get(code, EXACT))
    return "" if basis == EXACT else choices.language.say(BASIS_NAMES[basis])


def changes_in(choices: _state.Choices, area: str, periods: list[str]) -> pd.DataFrame:
    """Return what happened to the communes of an area from the first to the last of some quarters."""
    if not periods:
        return pd.DataFrame()
    first, last = Period.parse(periods[0]).first_day, Period.parse(periods[-1]).last_day
    return _cache.changes_in(area, choices.told_on, first.isoformat(), last.isoformat())


def draw_changes(changes: pd.DataFrame, language: Language) -> None:
    """List what happened to units, folded up, below a chart that marks it."""
    if changes.empty:
        return
    history = _cache.workspace().lists.history
    changes = told_once(changes)
    title = language.say("Marked: days on which communes changed ({n} events)", n=len(changes))
    with st.expander(title):
        sentences = dict.fromkeys(
            describe_event(event, history, language) for _, event in changes.head(_EVENTS_SHOWN).iterrows()
        )
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
