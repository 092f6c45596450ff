"""Planning: what to take over, what to connect, in what order, for how much, and why."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import (
    _cache,
    _maps,
    _plan_assumptions,
    _plan_cache,
    _plan_choices,
    _plan_curves,
    _plan_effect,
    _plan_job,
    _plan_point,
    _plan_result,
    _plan_scenarios,
    _plan_settings,
    _plan_what_if,
    _state,
)
from coverage.pages._plan_cache import SOLVE, AskedPlan
from coverage.pages._plan_job import Job
from coverage.plan_files import FORMS, file_name
from coverage.planning.candidates import INFEASIBLE
from coverage.planning.making import PlanRefusedError
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.problems import ERROR
from coverage.planning.programme import SolveProgress
from coverage.planning.request import PlanRequest
from geodata.errors import PhuDienError, mark
from geodata.language import Language

SECTION: Final = "plan"
"""Name of the section in the address."""


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    areas = _areas(choices)
    with st.spinner(choices.language.say("Gathering points, hamlets, lines and prices …")):
        base = _plan_cache.default_request(choices.home, choices.version, areas, choices.period, choices.told_on)
        inputs = _plan_cache.inputs_of(
            choices.home, choices.version, (base.areas, base.period, base.told_on, base.priced_on)
        )
    _draw_what_remains(inputs, choices)
    _draw_problems(inputs, choices.language)
    request = _plan_settings.ask(base, inputs, choices)
    section = _state.choose(
        SECTION,
        choices.language.say("Show"),
        list(SECTIONS),
        default="programme",
        show=lambda name: choices.language.say(SECTIONS[name][0]),
        horizontal=True,
    )
    SECTIONS[section][1](request, choices)


def _areas(choices: _state.Choices) -> tuple[str, ...]:
    """Return the areas of the plan: of the scenario that was opened, the chosen one, or where almost all remains."""
    of_scenario = _plan_choices.areas_of(choices.area, choices.told_on)
    return _state.areas_in_view(choices) if of_scenario is None else of_scenario


def _draw_what_remains(inputs: PlanInputs, choices: _state.Choices) -> None:
    say, count = choices.language.say, choices.language.count
    names = inputs.communes["province_name"].unique()
    st.subheader(f"{', '.join(names)}, {choices.period_name}")
    if _areas(choices) == _state.programme_areas(choices.told_on):
        st.caption(say("Almost all of what remains is in these two provinces; pick another one in the side bar."))
    points, hamlets = inputs.points, inputs.hamlets
    shown = (
        (say("Master meters to take over"), count(len(points))),
        (say("Households behind them"), count(int(points["households"].fillna(0).sum()))),
        (say("Hamlets without the grid"), count(len(hamlets))),
        (say("Households without the grid"), count(int(hamlets["households"].fillna(0).sum()))),
    )
    for column, (label, number) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, number)


def _draw_problems(inputs: PlanInputs, language: Language) -> None:
    """Show what is wrong with the input, row by row."""
    if not inputs.problems:
        return
    say = language.say
    errors = len(inputs.errors)
    title = say("{n} problems of the survey's rows, {errors} of them errors", n=len(inputs.problems), errors=errors)
    with st.expander(title, expanded=errors > 0):
        table = pd.DataFrame(
            {
                say("Severity"): [say("error") if p.severity == ERROR else say("warning") for p in inputs.problems],
                say("Code"): [p.where for p in inputs.problems],
                say("What is wrong"): [p.sentence(language) for p in inputs.problems],
                say("File"): [p.file_name for p in inputs.problems],
                say("Row"): [str(p.row) if p.row else "" for p in inputs.problems],
            }
        )
        st.dataframe(table, hide_index=True, width="stretch")


# ---- the sections


def _with_plan(
    draw_plan: Callable[[AskedPlan, _state.Choices], None], request: PlanRequest, choices: _state.Choices
) -> None:
    """Solve a request, and draw what rests on its plan; its progress, or why there is none, where it is not there."""
    say, language = choices.language.say, choices.language
    job = _plan_cache.solve(choices.home, choices.version, request)
    if job.is_running:
        _draw_solve(job, request, language)
        return
    if job.error is not None:
        _draw_error(job.error, language)
        return
    plan = job.result
    if plan is None:
        st.error(say("The plan was not made because of a fault of the program; the log of the server has more."))
        return
    if job.was_stopped and st.button(say("Go on looking for better programmes"), key="plan_go_on"):
        _plan_job.ask_again(SOLVE)
        st.rerun()
    if plan.programme.status == INFEASIBLE or plan.programme.score is None:
        _draw_no_programme(plan, language)
        return
    report = _plan_cache.report_of(plan, language)
    draw_plan(AskedPlan(request, plan, report, _plan_cache.key_of(plan)), choices)


def _draw_solve(job: Job[Plan], request: PlanRequest, language: Language) -> None:
    _plan_job.draw_running(
        job,
        SOLVE,
        partial(_describe_solve, request.time_limit_s, language),
        language,
        stop=language.say("Stop and keep the best found"),
    )


def _describe_solve(time_limit_s: float, language: Language, progress: SolveProgress | None) -> tuple[float, str]:
    say = language.say
    if progress is None or progress.gap is None:
        return 0.0, say("Reckoning the cases and looking for a first programme …")
    text = say(
        "Looking for better programmes: {seconds} s of at most {limit} s, now at most {gap} from the best possible.",
        seconds=int(progress.seconds),
        limit=int(time_limit_s),
        gap=language.share(Decimal(repr(progress.gap)), decimals=1),
    )
    return progress.seconds / time_limit_s, text


def _draw_no_programme(plan: Plan, language: Language) -> None:
    say = language.say
    if plan.programme.status != INFEASIBLE:
        st.warning(say("It was stopped before a programme was found."))
        return
    st.error(say("No programme keeps all rules. Each of these is a way out:"))
    for conflict in plan.programme.conflicts:
        st.write(f"- {conflict.sentence(language)}")


def _draw_error(error: PhuDienError, language: Language) -> None:
    st.error(language.explain(error))
    if isinstance(error, PlanRefusedError):
        for problem in error.problems[:20]:
            st.write(f"- **{problem.where}**: {problem.sentence(language)}")


def _draw_programme(asked: AskedPlan, choices: _state.Choices) -> None:
    plan, report, language = asked.plan, asked.report, choices.language
    _plan_result.draw_facts(plan, report, language)
    before = _plan_choices.note_shown(asked.request)
    _plan_effect.draw(
        None if before is None else _plan_cache.solved(choices.home, choices.version, before),
        before,
        plan,
        language,
    )
    place, about = st.columns([2.1, 1])
    with about:
        about_point = st.container()
    with place:
        clicked = _draw_map(asked, choices)
    chosen = _plan_result.draw_list(plan, report, choices.units, language)
    _look_at(clicked, chosen, set(report.rows["candidate_code"]))
    with about_point:
        _plan_point.draw(plan, report, language)
    _draw_downloads(asked, language)


def _look_at(clicked: str | None, chosen: str | None, codes: set[str]) -> None:
    """Look at the point that was clicked just now, on the map or in the list; the map rings it."""
    for code in (clicked, chosen):
        if code in codes and st.session_state.get(_plan_choices.POINT) != code:
            st.session_state[_plan_choices.POINT] = code
            st.rerun()


def _draw_map(asked: AskedPlan, choices: _state.Choices) -> str | None:
    shapes = _cache.layer_version(choices.home, choices.version, choices.told_on, choices.area)
    tiles, code = _cache.workspace().settings.tiles_url, choices.language.code
    document = _cache.map_document(shapes, choices.told_on, code, tiles, choices.area)
    codes = set(asked.report.rows["candidate_code"])
    pinned = tuple(sorted((one, where) for one, where in _plan_choices.pins().items() if one in codes))
    paint = _plan_cache.paint(
        choices.told_on,
        f"{asked.key}-{code}",
        _areas(choices),
        pinned,
        st.session_state.get(_plan_choices.POINT),
        asked.report,
    )
    clicked = _maps.show_map(document, f"{shapes}-{code}", paint, choices.language, height=600)
    notes = _cache.data_notes(choices.home, choices.version, choices.told_on, _areas(choices), choices.language)
    st.caption(" ".join(notes))
    return clicked


def _draw_downloads(asked: AskedPlan, language: Language) -> None:
    say, report = language.say, asked.report
    with st.container(horizontal=True):
        for form, about in FORMS.items():
            st.download_button(
                say(about.title),
                partial(_plan_cache.file_of, asked.key, language.code, form, report),  # made when it is asked for
                file_name(report, form),
                about.media_type,
                icon=":material/download:",
                key=f"plan_{form}",
                on_click="ignore",
            )
    st.caption(
        say(
            "Data version {version}, prices of {decision}.",
            version=asked.plan.request.data_version,
            decision=report.stamp["price_decision"],
        )
    )


def _draw_years(asked: AskedPlan, choices: _state.Choices) -> None:
    _plan_curves.draw(asked.report, choices.language)


def _draw_scenarios(request: PlanRequest, choices: _state.Choices) -> None:
    """Draw scenarios beside the plan that is shown; they are there where it is still solved, or there is none, too."""
    job = _plan_cache.solve(choices.home, choices.version, request)
    if job.is_running:
        _draw_solve(job, request, choices.language)
    _plan_scenarios.draw(None if job.is_running else job.result, choices)


def _draw_assumptions(_request: PlanRequest, choices: _state.Choices) -> None:
    _plan_assumptions.draw(_plan_cache.desk().assumptions(), choices.language)


Section = Callable[[PlanRequest, _state.Choices], Any]

SECTIONS: Final[dict[str, tuple[str, Section]]] = {
    "programme": (mark("Programme"), partial(_with_plan, _draw_programme)),
    "years": (mark("By year"), partial(_with_plan, _draw_years)),
    "firm": (mark("How firm it is"), partial(_with_plan, _plan_what_if.draw)),
    "assumptions": (mark("Assumptions"), _draw_assumptions),
    "scenarios": (mark("Scenarios"), _draw_scenarios),
}
"""What the page shows below the settings, by its code in the address."""
