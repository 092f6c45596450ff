"""Doubtful and extra entries of an own commune list: what a person decides of them, with name and reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.commune_lists import KeptReconciliation
from coverage.pages import _cache, _state
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.own_lists import APART, ASSIGN, OPEN
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MISSING, REASON_NAMES, sentence_of
from geodata.reconciliation_table import listing, without_blank
from geodata.units import Units

_BY_HAND = ("decided", "kept-apart")
_VERDICT_NAMES = {
    ASSIGN: mark("It is this official commune"),
    APART: mark("It stays apart in the own list"),
    OPEN: mark("Take the decision back"),
}


def draw(kept: KeptReconciliation, units: Units, choices: _state.Choices) -> None:
    """Draw the choice of entries, and the decision."""
    language, say = choices.language, choices.language.say
    table = kept.result.table
    decidable = table[table["status"].isin([DOUBTFUL, EXTRA]) | table["reason"].isin(_BY_HAND)]
    if decidable.empty:
        st.success(say("Nothing is doubtful or extra: there is nothing to decide."))
        return
    reasons = list(dict.fromkeys(decidable["reason"]))
    reason = st.selectbox(
        say("Reason of the doubt"),
        ["", *reasons],
        format_func=lambda code: say(REASON_NAMES[code]) if code else say("all"),
        key="decide_reason",
    )
    shown = decidable[decidable["reason"] == reason] if reason else decidable
    st.dataframe(without_blank(listing(shown, units, language)), hide_index=True, width="stretch")
    labels = _labels(shown)
    keys = st.multiselect(
        say("Entries to decide"), list(labels), format_func=labels.__getitem__, key=f"decide_entries_{reason}"
    )
    if reason and st.checkbox(say("All {count} entries of this reason", count=len(shown)), key=f"decide_all_{reason}"):
        keys = list(labels)
    if len(keys) == 1:
        [entry] = shown[shown["entry_key"] == keys[0]].to_dict("records")
        st.info(sentence_of(str(entry["reason"]), str(entry["values"]), language))
    _draw_decision(kept, units, keys, language)


def _labels(entries: pd.DataFrame) -> dict[str, str]:
    """Return how each entry is offered: its row, name and places as written."""
    return {
        str(entry["entry_key"]): f"{entry['row']}: "
        + ", ".join(str(entry[key]) for key in ("own_code", "name", "district_name", "province_name") if entry[key])
        for entry in entries.to_dict("records")
    }


def _draw_decision(kept: KeptReconciliation, units: Units, keys: list[str], language: Language) -> None:
    say = language.say
    verdict = st.radio(
        say("Decision"), list(_VERDICT_NAMES), format_func=lambda code: say(_VERDICT_NAMES[code]), key="decide_verdict"
    )
    unit_code = ""
    if verdict == ASSIGN:
        missing = kept.result.table.loc[kept.result.table["status"] == MISSING, "unit_code"].tolist()
        names = units.by_code["full_name"]
        parents = units.by_code["parent_code"]
        unit_code = st.selectbox(
            say("Official commune (those that no entry is yet)"),
            ["", *missing],
            format_func=lambda code: (
                f"{names[code]} ({code}, {names[parents[code]]})" if code else say("the one that is suggested for it")
            ),
            key="decide_unit",
        )
    user = _state.user_name(language, key="decide")
    reason = st.text_input(say("Reason"), key="decide_why", max_chars=300)
    if not st.button(say("Decide"), type="primary", disabled=not keys, key="decide"):
        return
    try:
        _cache.commune_lists().decide(
            kept.stored.batch.id, keys, str(verdict), user=user, reason=reason, unit_code=str(unit_code)
        )
    except WorkspaceError as error:
        st.error(language.explain(error))
        return
    st.rerun()
