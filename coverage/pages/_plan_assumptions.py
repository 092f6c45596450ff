"""Every assumption of plans in one table, with unit, source and status; to change, with what is wrong by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import _plan_choices
from coverage.planning.assumptions import LEVELS, SEEN, Assumption, AssumptionError, Assumptions
from coverage.planning.request import HIGH, LOW, MID
from coverage.planning.typed_numbers import number_text, read_number
from geodata.errors import mark
from geodata.language import InEach, Language

LEVEL_NAMES: Final = {LOW: mark("low values"), MID: mark("mid values"), HIGH: mark("high values")}

PARTS: Final = {
    "takeover": mark("Take-overs"),
    "last_mile": mark("Hamlets without the grid"),
    "network": mark("Lines"),
    "programme": mark("Money and time"),
}

Values = tuple[float, float, float]


def draw(shipped: Assumptions, language: Language) -> None:
    """Draw the table; what is changed in it holds for the plan at once."""
    say = language.say
    changes: dict[str, Values] = st.session_state.setdefault(_plan_choices.CHANGES, {})
    now = shipped.changed(changes)
    _ask_level(language)
    st.caption(
        say(
            "Double-click a value to change it; the programme is solved anew with it. Money is VND of today without "
            "VAT. {n} of {all} were read at a public source; the others are assumptions to be replaced by your own.",
            n=sum(one.status == SEEN for one in shipped.values()),
            all=len(shipped),
        )
    )
    parts = {part: [name for name, one in now.items() if one.part == part] for part in PARTS}
    part = st.segmented_control(
        say("Of"),
        list(PARTS),
        default="takeover",
        format_func=lambda found: f"{say(PARTS[found])} ({len(parts[found])})",
        key="plan_assumed_part",
        required=True,
    )
    names = parts[part or "takeover"]
    edited = st.data_editor(
        _table({name: now[name] for name in names}, shipped, language),
        hide_index=True,
        disabled=["title", "unit", "status", "source", "shipped"],
        column_config=_columns(language),
        height=min(600, 38 + 35 * len(names)),
        key=f"plan_assumed_{part}_{language.code}_{st.session_state.get('plan_assumed', 0)}",
    )
    found, errors = changed_values(shipped, edited, language)
    kept = {name: values for name, values in changes.items() if name not in names} | found
    for error in errors:
        st.error(language.explain(error))
    if kept != changes and not errors:
        _set_changes(kept)
    if changes and st.button(say("Take all changes back ({n})", n=len(changes)), key="plan_assumed_back"):
        _set_changes({})


def _set_changes(changes: dict[str, Values]) -> None:
    st.session_state[_plan_choices.CHANGES] = changes
    # Another key: the table begins with the new values and without the edits that made them.
    st.session_state["plan_assumed"] = st.session_state.get("plan_assumed", 0) + 1
    st.rerun()


def _ask_level(language: Language) -> None:
    held = st.session_state.get(_plan_choices.LEVEL, MID)
    level = st.radio(
        language.say("The plan rests on"),
        list(LEVEL_NAMES),
        index=list(LEVEL_NAMES).index(held),
        format_func=lambda found: language.say(LEVEL_NAMES[found]),
        horizontal=True,
    )
    if level != held:
        st.session_state[_plan_choices.LEVEL] = level
        st.rerun()


def _columns(language: Language) -> dict[str, Any]:
    say = language.say
    return {
        "title": st.column_config.TextColumn(say("Assumption"), width=380),
        "low": st.column_config.TextColumn(say("Low"), required=True),
        "mid": st.column_config.TextColumn(say("Mid"), required=True),
        "high": st.column_config.TextColumn(say("High"), required=True),
        "unit": st.column_config.TextColumn(say("Unit"), width=130),
        "status": st.column_config.TextColumn(say("Status")),
        "source": st.column_config.TextColumn(say("Source"), width=420),
        "shipped": st.column_config.TextColumn(say("As shipped")),
    }


def changed_values(
    shipped: Assumptions, edited: pd.DataFrame, language: Language
) -> tuple[dict[str, Values], list[AssumptionError]]:
    """
    Return what an edited table changes of the shipped assumptions, and what is wrong with it, row by row.

    Parameters
    ----------
    edited
        Indexed by name; ``low``, ``mid``, ``high`` as text.
    """
    found: dict[str, Values] = {}
    errors = []
    for name, row in edited.iterrows():
        one = shipped[str(name)]
        try:
            values = _read(one, row, language)
            if one.changed_to(*values).is_changed:
                found[str(name)] = values
        except AssumptionError as error:
            errors.append(error)
    return found, errors


def _read(one: Assumption, row: pd.Series[Any], language: Language) -> Values:
    values = []
    for level in LEVELS:
        typed = "" if row[level] is None or pd.isna(row[level]) else str(row[level])
        value = read_number(typed, language)
        if value is None:
            raise AssumptionError(
                "assumption.unreadable",
                mark('Assumption "{title}": "{typed}" is no number. Write one such as {example}.'),
                title=InEach(vi=one.title.vi, en=one.title.en),
                typed=typed,
                example=number_text(one.at(level), language),
            )
        values.append(value)
    return values[0], values[1], values[2]


def _table(now: Mapping[str, Assumption], shipped: Assumptions, language: Language) -> pd.DataFrame:
    rows = {
        name: {
            "title": one.title.text(language),
            **{level: number_text(one.at(level), language) for level in LEVELS},
            "unit": one.unit.text(language),
            "status": _status(one, language),
            "source": one.source.text(language),
            "shipped": " – ".join(number_text(shipped[name].at(level), language) for level in LEVELS)
            if one.is_changed
            else "",
        }
        for name, one in now.items()
    }
    columns = ["title", *LEVELS, "unit", "status", "source", "shipped"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _status(one: Assumption, language: Language) -> str:
    if one.is_changed:
        return "✎ " + language.say("changed by you")
    if one.status == SEEN:
        return language.say("seen")
    return language.say("unverified: an assumption") if one.status == "unverified" else language.say("assumption")
