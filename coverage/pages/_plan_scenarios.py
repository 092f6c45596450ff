"""The scenarios of the planning page: save, open, copy, approve, withdraw, compare side by side, make again, files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import _plan_cache, _plan_choices, _plan_comparison, _plan_job, _state
from coverage.pages._plan_numbers import billions, counted
from coverage.plan_files import FORMS
from coverage.planning.candidates import INFEASIBLE
from coverage.planning.comparison import LEAST, MOST
from coverage.planning.plan import Plan
from coverage.planning.programme import SolveProgress
from coverage.planning.sameness import difference_sentence
from coverage.planning.scenario import APPROVED, DRAFT, STATE_NAMES, WITHDRAWN, ScenarioEntry
from coverage.scenario_book import MadeAgain
from geodata.errors import PhuDienError
from geodata.language import Language

_TOLD: Final = "plan_scenario_told"
_OPENED: Final = "plan_scenario_opened"
"""Keys of the session: what came of the last button, told once after the page is drawn anew; the `id` of the scenario
whose settings were taken over, the parent of what is saved next."""

_AGAIN: Final = "again"
_DIFFERENCES_SHOWN: Final = 20


def draw(plan: Plan | None, choices: _state.Choices) -> None:
    """Draw the section; `plan` is the one that is shown, None where there is none to save."""
    say = choices.language.say
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        st.success(told)
    user = _state.user_name(choices.language, key="plan")
    if plan is not None and plan.programme.status != INFEASIBLE:
        _draw_save(plan, user, choices)
    entries = _plan_cache.scenario_book().list()
    if not entries:
        st.info(say("No scenario was saved yet."))
        return
    chosen = _choose(entries, choices)
    if len(chosen) == 1:
        _draw_one(chosen[0], user, choices)
    if LEAST <= len(chosen) <= MOST:
        _draw_comparison(chosen, choices)
    elif len(chosen) > MOST:
        st.info(say("At most {n} scenarios are compared at once.", n=MOST))


def _draw_save(plan: Plan, user: str, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    parent = _parent(choices)
    with st.form("plan_save", border=True):
        left, right = st.columns([1, 2])
        name = left.text_input(say("Name of the scenario"), key="plan_save_name", max_chars=80)
        note = right.text_input(say("Note"), key="plan_save_note", max_chars=400)
        if parent is not None:
            st.caption(say("Made from scenario {id} “{name}”.", id=parent.id, name=parent.name))
        if st.form_submit_button(say("Save this plan as a scenario"), type="primary", icon=":material/save:"):
            _try(
                lambda: _plan_cache.scenario_book().save(name, note, plan, user, parent=parent.id if parent else ""),
                say("Saved. A plan of the same name becomes its next version."),
                language,
            )


def _parent(choices: _state.Choices) -> ScenarioEntry | None:
    opened = st.session_state.get(_OPENED)
    every = {one.id: one for one in _plan_cache.scenario_book().list(every_version=True)}
    found = every.get(str(opened))
    return found if found is not None and found.told_on.isoformat() == choices.told_on else None


def _choose(entries: list[ScenarioEntry], choices: _state.Choices) -> list[ScenarioEntry]:
    language, say = choices.language, choices.language.say
    table = pd.DataFrame(
        {
            say("Number"): [one.id for one in entries],
            say("Name"): [one.name for one in entries],
            say("State"): [say(STATE_NAMES[one.state]) for one in entries],
            say("Areas"): [", ".join(_names(one)) for one in entries],
            say("Households that gain"): [_sum(one, "households", counted, language) for one in entries],
            say("Cost (billion VND)"): [_sum(one, "cost_vnd", billions, language) for one in entries],
            say("Net present value (billion VND)"): [_sum(one, "npv_vnd", billions, language) for one in entries],
            say("Note"): [one.note for one in entries],
            say("Data version"): [one.data_version for one in entries],
            say("Made by"): [one.made_by for one in entries],
            say("Made at"): [language.moment(one.made_at.astimezone()) for one in entries],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={say("Name"): st.column_config.TextColumn(width=210)},
        key="plan_scenarios",
    )
    st.caption(say("Tick one to open, copy, approve, withdraw or make it again; two to four to compare them."))
    return [entries[place] for place in event["selection"]["rows"] if place < len(entries)]


def _names(one: ScenarioEntry) -> list[str]:
    """Return the names of a scenario's areas, in its own list of units."""
    names = _plan_cache.unit_names(one.told_on.isoformat())
    return [names.get(code, code) for code in one.areas]


def _sum(one: ScenarioEntry, name: str, write: Callable[[float, Language], str], language: Language) -> str:
    return write(one.sums[name], language) if name in one.sums else "–"


# ---- one scenario


def _draw_one(one: ScenarioEntry, user: str, choices: _state.Choices) -> None:
    say, language, book = choices.language.say, choices.language, _plan_cache.scenario_book()
    with st.container(border=True):
        st.markdown(f"**{one.id} · {one.name}** · {say(STATE_NAMES[one.state])}")
        for event in one.events:
            st.caption(
                say(
                    "{state} by {user} on {moment}: {reason}",
                    state=say(STATE_NAMES[event.state]),
                    user=event.by,
                    moment=language.moment(event.at.astimezone()),
                    reason=event.reason or "–",
                )
            )
        reason = st.text_input(say("Reason (for approving or withdrawing)"), key=f"plan_reason_{one.id}", max_chars=400)
        with st.container(horizontal=True):
            st.button(
                say("Open its settings"),
                key="plan_open",
                icon=":material/folder_open:",
                on_click=_open,
                args=(one, choices),
            )
            if st.button(say("Copy"), key="plan_copy", icon=":material/content_copy:"):
                _try(lambda: book.duplicate(one.id, user=user), say("Copied."), language)
            if st.button(say("Approve"), key="plan_approve", disabled=one.state != DRAFT, icon=":material/verified:"):
                _try(lambda: book.approve(one.id, user=user, reason=reason), say("Approved and locked."), language)
            if st.button(
                say("Withdraw the scenario"),
                key="plan_withdraw",
                disabled=one.state == WITHDRAWN,
                icon=":material/undo:",
            ):
                _try(lambda: book.withdraw(one.id, user=user, reason=reason), say("Withdrawn."), language)
            if st.button(say("Make it again"), key="plan_again", icon=":material/replay:"):
                st.session_state["plan_again_asked"] = one.id
        if one.state == APPROVED:
            st.caption(say("Approved: it stays as it is. A change is saved as a new version or under another name."))
        _draw_files(one, language)
        if st.session_state.get("plan_again_asked") == one.id:
            _draw_again(one, choices)


def _open(one: ScenarioEntry, choices: _state.Choices) -> None:
    """Make settings, area and quarter of the page those of a scenario: a callback, before they are drawn."""
    request = one.request
    _plan_choices.take_over(request)
    _plan_choices.set_areas(request, _plan_cache.own_list_of(choices.home, request.period))
    st.session_state[_OPENED] = one.id
    st.session_state[_TOLD] = choices.language.say(
        "The settings of scenario {id} “{name}” were taken over; the programme is solved with the data of today.",
        id=one.id,
        name=one.name,
    )


def _draw_files(one: ScenarioEntry, language: Language) -> None:
    with st.container(horizontal=True):
        for form, about in FORMS.items():
            st.download_button(
                language.say(about.title),
                partial(_plan_cache.file_of_scenario, one.id, language.code, form),  # made when it is asked for
                f"phudien_plan_{one.id}{about.suffix}",
                about.media_type,
                icon=":material/download:",
                key=f"plan_scenario_{form}_{one.id}",
                on_click="ignore",
            )


def _draw_again(one: ScenarioEntry, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    book = _plan_cache.scenario_book()

    def work(tell: Callable[[Any], bool]) -> MadeAgain:
        return book.run_again(one.id, on_progress=tell)

    job = _plan_job.ask(choices.home, _AGAIN, (choices.version, one.id), work)
    if job.is_running:
        _plan_job.draw_running(job, _AGAIN, partial(_describe, one, language), language, stop=say("Cancel"))
        return
    found = job.result
    if job.error is not None:
        st.error(language.explain(job.error))
    elif job.was_stopped:
        st.info(say("It was stopped; nothing was changed."))
    elif found is None:
        st.error(say("The plan was not made because of a fault of the program; the log of the server has more."))
    else:
        _draw_sameness(found, one, language)


def _describe(one: ScenarioEntry, language: Language, progress: SolveProgress | None) -> tuple[float, str]:
    seconds = 0.0 if progress is None else progress.seconds
    return seconds / one.request.time_limit_s, language.say("Making it again: {seconds} s", seconds=int(seconds))


def _draw_sameness(found: MadeAgain, one: ScenarioEntry, language: Language) -> None:
    say = language.say
    if found.same:
        st.success(
            say("The same result, from data version {version} and the kept assumptions.", version=one.data_version)
        )
    else:
        st.warning(say("Not the same result: {n} values differ.", n=len(found.differences)))
        for row in found.differences.head(_DIFFERENCES_SHOWN).to_dict("records"):
            st.write("- " + difference_sentence({str(name): value for name, value in row.items()}, language))
    if len(found.shipped_changes):
        st.caption(say("Assumptions that the program brings with other values since; the kept ones were used:"))
        titles = found.shipped_changes["title_vi" if language.code == "vi" else "title_en"]
        changed = found.shipped_changes[["then", "now"]].set_axis([say("Then"), say("Now")], axis="columns")
        st.dataframe(changed.assign(**{say("Assumption"): titles}), hide_index=True, width="stretch")


# ---- several


def _draw_comparison(chosen: list[ScenarioEntry], choices: _state.Choices) -> None:
    try:
        found = _plan_cache.scenario_book().compare([one.id for one in chosen])
    except PhuDienError as error:
        st.error(choices.language.explain(error))
        return
    names: dict[str, str] = {}
    for one in chosen:
        names |= _plan_cache.unit_names(one.told_on.isoformat())
    _plan_comparison.draw(found, names, choices.language)


def _try(action: Callable[[], object], told: str, language: Language) -> None:
    """Do what a button asks and tell it on the page drawn anew; an error is shown, and nothing was stored."""
    try:
        action()
    except PhuDienError as error:
        st.error(language.explain(error))
        return
    st.session_state[_TOLD] = told
    st.rerun()
