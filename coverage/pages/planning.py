"""Planning: what to take over, what to connect, in what order, for how much, and why."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from coverage.pages import (
    _cache,
    _maps,
    _plan_cache,
    _plan_job,
    _plan_map,
    _plan_result,
    _plan_scenarios,
    _plan_settings,
    _plan_what_if,
    _state,
)
from coverage.plan_files import FORMS
from coverage.planning.candidates import INFEASIBLE
from coverage.planning.making import PlanRefusedError
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.problems import ERROR
from coverage.planning.request import PlanRequest
from geodata.errors import PhuDienError
from geodata.language import Language
from geodata.plan_data import PlanReport
from geodata.units import COMPANY_CODE

FIRST_AREAS = ("89", "84")
"""An Giang and Trà Vinh in the list of `FIRST_LIST`: where almost all of what remains is."""

FIRST_LIST = "2021-07-01"


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    areas = _areas(choices)
    base = _plan_cache.default_request(choices.home, choices.version, areas, choices.period, choices.told_on)
    inputs = _plan_cache.inputs_of(
        choices.home, choices.version, (base.areas, base.period, base.told_on, base.priced_on)
    )
    _draw_what_remains(inputs, choices)
    request = _plan_settings.ask(base, choices)
    request = replace(request, leaves_out_faulty=_ask_problems(inputs, choices.language))
    say = choices.language.say
    settings, result, kept = st.tabs([say("Programme"), say("Assumptions"), say("Scenarios")])
    with result:
        shipped = _plan_cache.desk().assumptions()
        level = _plan_settings.ask_assumptions(shipped, request, choices.language)
    request = replace(request, level=level, assumptions=dict(st.session_state.get(_plan_settings.CHANGES, {})))
    with settings:
        plan = _draw_programme(request, areas, choices)
    with kept:
        _plan_scenarios.draw(plan, choices)


def _areas(choices: _state.Choices) -> tuple[str, ...]:
    if choices.area != COMPANY_CODE:
        return (choices.area,)
    return tuple(_cache.areas_on(FIRST_AREAS, FIRST_LIST, choices.told_on))


def _draw_what_remains(inputs: PlanInputs, choices: _state.Choices) -> None:
    say, count = choices.language.say, choices.language.count
    names = inputs.communes["province_name"].unique()
    st.subheader(f"{', '.join(names)}, {choices.period_name}")
    if choices.area == COMPANY_CODE:
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


def _ask_problems(inputs: PlanInputs, language: Language) -> bool:
    """Show what is wrong with the input; return whether rows with an error are left out."""
    if not inputs.problems:
        return False
    say = language.say
    errors = len(inputs.errors)
    title = say("{n} problems of the survey's rows, {errors} of them errors", n=len(inputs.problems), errors=errors)
    with st.expander(title, expanded=errors > 0):
        table = pd.DataFrame(
            {
                say("Severity"): [say("error") if p.severity == ERROR else say("warning") for p in inputs.problems],
                say("Code"): [p.where for p in inputs.problems],
                say("File"): [p.file_name for p in inputs.problems],
                say("Row"): [str(p.row) if p.row else "" for p in inputs.problems],
                say("What is wrong"): [p.sentence(language) for p in inputs.problems],
            }
        )
        st.dataframe(table, hide_index=True, width="stretch")
    return errors > 0 and st.checkbox(
        say("Leave the rows with errors out of the plan"), key="plan_leave_out", value=False
    )


def _draw_programme(request: PlanRequest, areas: tuple[str, ...], choices: _state.Choices) -> Plan | None:
    """Show the programme of a request; return its plan, None while there is none."""
    say = choices.language.say
    job = _plan_job.solve(choices.home, choices.version, request)
    if job.is_running:
        _plan_job.draw_running(job, request.time_limit_s, choices.language)
        return None
    if job.error is not None:
        _draw_error(job.error, choices.language)
        return None
    if job.plan is None:
        st.error(say("The plan was not made because of a fault of the program; the log of the server has more."))
        return None
    plan = job.plan
    report = _plan_cache.report_of(choices.home, choices.version, request.to_json(), choices.language.code, plan)
    if plan.programme.status == INFEASIBLE:
        st.error(say("No programme keeps all rules."))
        for sentence in report.conflicts:
            st.write(f"- {sentence}")
        return plan
    before: PlanReport | None = st.session_state.get("plan_shown")
    _plan_result.draw_facts(plan, report, choices.language)
    if before is not None and before.areas == report.areas and before.language == report.language:
        _plan_result.draw_change(before, report, choices.language)
    st.session_state["plan_shown"] = report
    clicked = _draw_map(report, areas, choices)
    chosen = _plan_result.draw_list(plan, report, choices.units, choices.language)
    _ask_pin(report, clicked, chosen, choices.language)
    _plan_result.draw_curves(report, choices.language)
    _plan_what_if.draw(plan, choices)
    _draw_downloads(plan, report, choices.language)
    return plan


def _draw_error(error: PhuDienError, language: Language) -> None:
    st.error(language.explain(error))
    if isinstance(error, PlanRefusedError):
        for problem in error.problems[:20]:
            st.write(f"- **{problem.where}**: {problem.sentence(language)}")


def _draw_map(report: PlanReport, areas: tuple[str, ...], choices: _state.Choices) -> str | None:
    code = choices.language.code
    shapes = _cache.layer_version(choices.home, choices.version, choices.told_on, choices.area)
    tiles = _cache.workspace().settings.tiles_url
    document = _cache.map_document(shapes, choices.told_on, code, tiles, choices.area)
    notes = _cache.data_notes(choices.home, choices.version, choices.told_on, areas, choices.language)
    paint = _plan_map.paint_of_plan(report, choices.units, choices.language, areas=areas, notes=notes)
    return _maps.show_map(document, f"{shapes}-{code}", paint, choices.language, height=560)


def _ask_pin(report: PlanReport, clicked: str | None, chosen: str | None, language: Language) -> None:
    """Offer to pin the point that was clicked on the map or selected in the list, and list the pins."""
    say = language.say
    codes = list(report.rows["candidate_code"])
    if clicked in codes:
        st.session_state["plan_point"] = clicked
    elif chosen is not None:
        st.session_state["plan_point"] = chosen
    code: str | None = st.session_state.get("plan_point")
    if code is not None and code in codes:
        row = report.rows.set_index("candidate_code").loc[code]
        when: str = say("not done") if pd.isna(row["year"]) else str(int(row["year"]))
        st.markdown(f"**{code}** · {row['name']} · {row['commune_name']} · {when}")
        if row["reason"]:
            st.caption(str(row["reason"]))
        inside, outside, free = st.columns(3)
        for column, label, where in (
            (inside, say("Must be done"), _plan_settings.IN),
            (outside, say("Must not be done"), _plan_settings.OUT),
            (free, say("Leave it to the programme"), None),
        ):
            if column.button(label, key=f"plan_pin_{where}", disabled=_plan_settings.pins().get(code) == where):
                _plan_settings.pin(code, where)
                st.rerun()
    else:
        st.caption(say("Click a point on the map, or a row of the list, to pin it in or out and see the effect."))
    told = _plan_settings.describe_pins(codes, language)
    if told:
        st.caption(told)


def _draw_downloads(plan: Plan, report: PlanReport, language: Language) -> None:
    say = language.say
    for column, (form, about) in zip(st.columns(len(FORMS)), FORMS.items(), strict=True):
        name, content = _plan_cache.file_of(report.stamp["request_sha256"], language.code, form, report)
        column.download_button(say(about.title), content, name, about.media_type, key=f"plan_{form}")
    st.caption(
        say(
            "Data version {version}, prices of {decision}.",
            version=plan.request.data_version,
            decision=report.stamp["price_decision"],
        )
    )
