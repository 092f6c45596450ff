"""The scenarios of the planning page: save, open, copy, approve, withdraw, compare side by side, make again."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from coverage.pages import _plan_cache, _plan_settings, _state
from coverage.planning.candidates import INFEASIBLE
from coverage.planning.comparison import LEAST, MOST
from coverage.planning.plan import Plan
from coverage.planning.scenario import APPROVED, DRAFT, STATE_NAMES, WITHDRAWN, ScenarioEntry
from geodata.errors import PhuDienError
from geodata.language import Language

_TOLD = "plan_scenario_told"
"""Key of the session: what came of the last button, told once after the page is drawn anew."""


def draw(plan: Plan | None, choices: _state.Choices) -> None:
    """Draw the section; `plan` is the one that is shown, None where there is none to save."""
    say = choices.language.say
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        st.success(told)
    user = _state.user_name(choices.language, key="plan")
    if plan is not None and plan.programme.status != INFEASIBLE:
        _draw_save(plan, user, choices.language)
    entries = _plan_cache.scenario_book().list()
    if not entries:
        st.info(say("No scenario was saved yet."))
        return
    chosen = _choose(entries, choices.language)
    _draw_buttons(chosen, user, choices.language)
    if LEAST <= len(chosen) <= MOST:
        _draw_comparison(chosen, choices.language)


def _draw_save(plan: Plan, user: str, language: Language) -> None:
    say = language.say
    with st.form("plan_save", border=True):
        name = st.text_input(say("Name of the scenario"), key="plan_save_name", max_chars=80)
        note = st.text_input(say("Note"), key="plan_save_note", max_chars=400)
        if st.form_submit_button(say("Save this plan as a scenario"), type="primary"):
            _try(
                lambda: _plan_cache.scenario_book().save(name, note, plan, user),
                say("Saved. A plan of the same name becomes its next version."),
                language,
            )


def _choose(entries: list[ScenarioEntry], language: Language) -> list[ScenarioEntry]:
    say = language.say
    table = pd.DataFrame(
        {
            say("Number"): [one.id for one in entries],
            say("Name"): [one.name for one in entries],
            say("State"): [say(STATE_NAMES[one.state]) for one in entries],
            say("Note"): [one.note for one in entries],
            say("Areas"): [", ".join(one.areas) for one in entries],
            say("Data version"): [one.data_version for one in entries],
            say("Made by"): [one.made_by for one in entries],
            say("Made at"): [f"{one.made_at.astimezone():%d/%m/%Y %H:%M}" for one in entries],
        }
    )
    event = st.dataframe(
        table, hide_index=True, width="stretch", on_select="rerun", selection_mode="multi-row", key="plan_scenarios"
    )
    st.caption(say("Tick one to open, copy, approve, withdraw or make it again; two to four to compare them."))
    return [entries[place] for place in event["selection"]["rows"] if place < len(entries)]


def _draw_buttons(chosen: list[ScenarioEntry], user: str, language: Language) -> None:
    if len(chosen) != 1:
        return
    say, [one], book = language.say, chosen, _plan_cache.scenario_book()
    reason = st.text_input(say("Reason (for approving or withdrawing)"), key=f"plan_reason_{one.id}", max_chars=400)
    opened, copied, approved, withdrawn, again = st.columns(5)
    if opened.button(say("Open"), key="plan_open"):
        _plan_settings.take_over(one.request)
        st.rerun()
    if copied.button(say("Copy"), key="plan_copy"):
        _try(lambda: book.duplicate(one.id, user=user), say("Copied."), language)
    if approved.button(say("Approve"), key="plan_approve", disabled=one.state != DRAFT):
        _try(lambda: book.approve(one.id, user=user, reason=reason), say("Approved and locked."), language)
    if withdrawn.button(say("Withdraw"), key="plan_withdraw", disabled=one.state == WITHDRAWN):
        _try(lambda: book.withdraw(one.id, user=user, reason=reason), say("Withdrawn."), language)
    if again.button(say("Make it again"), key="plan_again"):
        _draw_again(one, language)
    if one.state == APPROVED:
        st.caption(say("Approved: it stays as it is. A change is saved as a new version or under another name."))


def _draw_again(one: ScenarioEntry, language: Language) -> None:
    say = language.say
    try:
        with st.spinner(say("Making it again …")):
            found = _plan_cache.scenario_book().run_again(one.id)
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    if found.same:
        st.success(
            say("The same result, from data version {version} and the kept assumptions.", version=one.data_version)
        )
    else:
        st.warning(say("Not the same result:"))
        st.dataframe(found.differences, hide_index=True, width="stretch")
    if len(found.shipped_changes):
        st.caption(say("Assumptions that the program brings with other values since; the kept ones were used:"))
        st.dataframe(found.shipped_changes, hide_index=True, width="stretch")


def _draw_comparison(chosen: list[ScenarioEntry], language: Language) -> None:
    say = language.say
    try:
        found = _plan_cache.scenario_book().compare([one.id for one in chosen])
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    names = {one.id: f"{one.id} {one.name}" for one in chosen}
    st.markdown(say("**What differs**"))
    if found.differs.empty:
        st.write(say("Nothing was asked differently."))
    else:
        st.dataframe(found.differs.rename(columns=names).astype("str"), hide_index=True, width="stretch")
    st.markdown(say("**What follows**"))
    st.dataframe(found.follows.rename(columns=names).astype("str"), hide_index=True, width="stretch")
    if len(found.by_year):
        st.dataframe(found.by_year.rename(columns=names), hide_index=True, width="stretch")


def _try(action: Callable[[], object], told: str, language: Language) -> None:
    """Do what a button asks and tell it on the page drawn anew; an error is shown, and nothing was stored."""
    try:
        action()
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    st.session_state[_TOLD] = told
    st.rerun()
