"""The forms by which a manager enters, amends and withdraws targets."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from coverage.pages import _cache, _state, _target_table
from coverage.target_drafts import TargetDraft
from coverage.target_texts import values_text
from coverage.targets import with_assumed_due
from geodata.errors import PhuDienError, WorkspaceError, mark
from geodata.language import Language
from geodata.target_data import (
    APPLIES_TO,
    APPLIES_TO_NAMES,
    IN_FORCE,
    PERCENT,
    SEEN,
    STATUS_NAMES,
    STATUSES,
    TARGET,
    UNIT_NAMES,
    WHOLE,
    Milestone,
    Target,
)
from geodata.target_words import due_of, percent_text, value_of

_NEW: Final = ""
_MILESTONES: Final = 4


def draw_enter(language: Language) -> None:
    """Draw the form for a new target, or for a later version of one that is in force."""
    say, book = language.say, _cache.target_book()
    states = book.states()
    by_code = {t.code: t for t in book.versions() if states[t.code] == IN_FORCE and t.kind == TARGET}
    code = st.selectbox(
        say("New target, or amend one"),
        [_NEW, *by_code],
        format_func=lambda found: (
            _target_table.name_of(by_code[found], book, language) if found else say("a new target")
        ),
        key="target_amended",
    )
    old = by_code.get(str(code))
    if old is not None:
        st.caption(
            say(
                "In force now: {values}, by {decision}. What you enter is a later version: it supersedes this one from "
                "the day of its decision, and this one stays.",
                values=values_text(old, language),
                decision=f"{old.decision.text(language)}, {language.day(old.decision_date)}",
            )
        )
        _draw_assumed(old, language)
    with st.form(f"target_form_{code}"):
        _draw_form(old, language)


def _draw_assumed(old: Target, language: Language) -> None:
    milestones, is_assumed = with_assumed_due(old, _cache.target_book().facts)
    due = milestones[-1].due
    if is_assumed and due is not None:
        st.info(
            language.say(
                "Its decision names no due date. {period} is assumed until you enter a version with a date.",
                period=language.period(due),
            )
        )


def _draw_form(old: Target | None, language: Language) -> None:
    say = language.say
    what = _ask_what(language) if old is None else None
    milestones = _ask_milestones(old, language)
    left, middle, right = st.columns(3)
    decision = left.text_input(say("Number of the decision"), max_chars=120, key="target_decision")
    decided = middle.date_input(say("Day of the decision"), value=None, format="DD/MM/YYYY", key="target_decided")
    status = right.selectbox(
        say("Status"),
        STATUSES,
        index=STATUSES.index(SEEN),
        format_func=lambda found: say(STATUS_NAMES[found]),
        key="target_status",
    )
    source = st.text_input(say("Where it was read"), max_chars=300, key="target_source")
    reason = st.text_input(say("Reason"), max_chars=300, key="target_reason", help=say("It stays with the target."))
    user = _state.user_name(language, key="targets")
    if not st.form_submit_button(say("Store the target"), type="primary"):
        return
    try:
        draft = _draft(old, what, milestones, decision, decided, source, str(status), reason)
        kept = _cache.target_book().register.add(draft, user=user)
    except PhuDienError as error:
        st.error(language.explain(error))
        st.caption(say("Nothing was stored; the workspace is as before."))
        return
    state = language.say("Stored as {code}.", code=kept.code)
    st.success(f"{state} {_target_table.name_of(kept, _cache.target_book(), language)}")


def _ask_what(language: Language) -> dict[str, str]:
    """Ask for programme, indicator and area of a new target."""
    say, workspace, facts = language.say, _cache.workspace(), _cache.target_book().facts
    titles = {name: i.title(language) for name, i in workspace.indicators.items()}
    titles |= {name: wording.text(language) for name, wording in facts.quantities.items()}
    left, right = st.columns(2)
    programme = left.text_input(say("Programme or plan"), max_chars=120, key="target_programme")
    indicator = right.selectbox(
        say("Target of"),
        list(titles),
        index=list(titles).index("households_with_power_share"),
        format_func=titles.__getitem__,
        key="target_indicator",
    )
    one, two, three = st.columns(3)
    area = one.text_input(
        say("Area: code or name"),
        value="EVNSPC",
        key="target_area",
        help=say("EVNSPC, a province's name, or the GSO code of a province (2 digits), district (3) or commune (5)."),
    )
    applies_to = two.selectbox(
        say("Applies to"), APPLIES_TO, format_func=lambda found: say(APPLIES_TO_NAMES[found]), key="target_applies"
    )
    unit = three.selectbox(
        say("Unit"),
        ["", *UNIT_NAMES],
        format_func=lambda found: say(UNIT_NAMES[found]) if found else say("that of the indicator"),
        key="target_unit",
    )
    return {
        "programme": programme,
        "indicator": str(indicator),
        "area": area,
        "applies_to": str(applies_to),
        "unit": str(unit),
    }


def _ask_milestones(old: Target | None, language: Language) -> list[tuple[str, str]]:
    """Ask for due quarters and values; those of the version in force stand there first."""
    say = language.say
    st.write(say("Milestones: when each value is due (2025-Q4, Quý IV/2025 or a year; blank where no date is stated)"))
    known = [] if old is None else list(old.milestones)
    of = "new" if old is None else old.code  # a text box keeps what was typed under its key
    found = []
    for place, column in enumerate(st.columns(_MILESTONES)):
        milestone = known[place] if place < len(known) else None
        due = "" if milestone is None or milestone.due is None else str(milestone.due)
        value = "" if milestone is None or old is None else _typed(milestone, old.unit, language)
        with column:
            number = str(place + 1)
            typed_due = st.text_input(say("Due {number}", number=number), value=due, key=f"target_due_{place}_{of}")
            typed = st.text_input(say("Value {number}", number=number), value=value, key=f"target_value_{place}_{of}")
        found.append((typed_due, typed))
    return found


def _typed(milestone: Milestone, unit: str, language: Language) -> str:
    return percent_text(milestone.value, language) if unit == PERCENT else str(milestone.value)


def _draft(
    old: Target | None,
    what: dict[str, str] | None,
    typed: list[tuple[str, str]],
    decision: str,
    decided: date | None,
    source: str,
    status: str,
    reason: str,
) -> TargetDraft:
    """Return what was typed as a draft; raise a `PhuDienError` for what cannot be read."""
    if decided is None:
        raise WorkspaceError(
            "target.date-missing", mark("Write the day of the decision: the target holds from then on.")
        )
    read = [(due_of(due), *value_of(value)) for due, value in typed if due.strip() or value.strip()]
    signs = {unit for _, _, unit in read if unit}
    if old is not None:
        what = {
            "programme": old.programme,
            "indicator": old.indicator,
            "area": old.area,
            "applies_to": old.applies_to,
            "unit": old.unit,
        }
    assert what is not None
    return TargetDraft(
        **{**what, "applies_to": what["applies_to"] or WHOLE, "unit": what["unit"] or (signs.pop() if signs else "")},
        milestones=tuple(Milestone(due, value) for due, value, _ in read),
        decision=decision,
        decision_date=decided,
        source=source,
        status=status,
        units_of=None if old is None else old.units_of,
        reason=reason,
    )


def draw_withdraw(target: Target, language: Language) -> None:
    """Draw the form that makes a version no longer hold."""
    say = language.say
    if target.withdrawn_on is not None:
        return
    with st.expander(say("Withdraw this version")), st.form(f"withdraw_{target.code}"):
        st.write(say("It stays visible with your reason; the version before it holds again, if there is one."))
        user = _state.user_name(language, key=f"target_{target.code}")
        day = st.date_input(
            say("From this day on"), value=_cache.today(), format="DD/MM/YYYY", key=f"day_{target.code}"
        )
        reason = st.text_input(say("Reason"), key=f"why_{target.code}")
        if st.form_submit_button(say("Withdraw this version")):
            try:
                _cache.target_book().register.withdraw(target.code, user=user, reason=reason, day=day)
            except PhuDienError as error:
                st.error(language.explain(error))
                return
            st.rerun()
