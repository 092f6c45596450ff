"""The caches of the planning page, keyed by workspace and version of the data; `_cache` has those of all pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import streamlit as st

from coverage.pages import _cache, _plan_job, _plan_map
from coverage.pages._plan_job import Job
from coverage.plan_files import PlanFiles
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.request import PlanRequest
from coverage.planning_desk import PlanningDesk
from coverage.scenario_book import ScenarioBook
from geodata.language import Language
from geodata.plan_data import PlanReport
from loaders.settings import default_home

SOLVE: Final = "solve"
"""Kind of the jobs that solve programmes."""


@st.cache_resource(max_entries=4, show_spinner=False)
def _planning_desk(home: str) -> PlanningDesk:
    return PlanningDesk(_cache.workspace())


def desk() -> PlanningDesk:
    """Return the desk for planning of this server's workspace."""
    return _planning_desk(str(default_home()))


@st.cache_resource(max_entries=8, show_spinner=False)
def default_request(home: str, version: str, areas: tuple[str, ...], period: str, told_on: str) -> PlanRequest:
    """Return what a planner of these areas begins with, as of a data version."""
    return _planning_desk(home).default_request(areas, period, date.fromisoformat(told_on))


def inputs_of(home: str, version: str, of_input: tuple[tuple[str, ...], str, date, date | None]) -> PlanInputs:
    """Return the input of plans of these areas, quarter, list and prices; never changed by users."""
    areas, period, told_on, priced_on = of_input
    request = default_request(home, version, areas, period, told_on.isoformat())
    return _planning_desk(home).inputs(replace(request, priced_on=priced_on))


@dataclass(frozen=True)
class AskedPlan:
    """
    A plan that is shown.

    Parameters
    ----------
    request
        As it was asked for: the plan's own has what its data and its network add.
    key
        Tells plans apart, those of the same request too: one that was stopped is not the one that was solved.
    """

    request: PlanRequest
    plan: Plan
    report: PlanReport
    key: str


def key_of(plan: Plan) -> str:
    """Return what tells a plan from others: what was asked, with the data version, and what is done when."""
    years = plan.programme.year.sort_index().to_csv()
    return hashlib.sha256(f"{plan.request.to_json()}|{plan.programme.status}|{years}".encode()).hexdigest()


def solve(home: str, version: str, request: PlanRequest) -> Job[Plan]:
    """Return the solve of a request, begun where it was not solved before; see `_plan_job.ask`."""
    before = _plan_job.held_job(SOLVE)
    start = None if before is None or before[1].result is None else before[1].result.programme.year
    used = desk()
    return _plan_job.ask(
        home,
        SOLVE,
        (version, request.to_json()),
        lambda tell: used.plan(request, start=start, on_progress=tell),
    )


def solved(home: str, version: str, request: PlanRequest) -> Plan | None:
    """Return the plan of a request that was solved before; None where it is not kept any more."""
    plan: Plan | None = _plan_job.kept_result(home, SOLVE, (version, request.to_json()))
    return plan


def report_of(plan: Plan, language: Language) -> PlanReport:
    """Return a plan for page and files in a language; never changed by users."""
    return _report_of(key_of(plan), language.code, plan)


@st.cache_resource(max_entries=12, show_spinner=False)
def _report_of(key: str, language_code: str, _plan: Plan) -> PlanReport:
    return PlanFiles(_cache.workspace()).report(_plan, Language(language_code), follows=desk().follows(_plan))


@st.cache_data(max_entries=12, show_spinner=False)
def file_of(key: str, language_code: str, form: str, _report: PlanReport) -> bytes:
    """Return the content of a plan's file; `key` names the plan, as `key_of` gives it."""
    return PlanFiles(_cache.workspace()).file(_report, form)[1]


@st.cache_data(max_entries=24, show_spinner=False)
def paint(
    told_on: str,
    key: str,
    areas: tuple[str, ...],
    pinned: tuple[tuple[str, str], ...],
    chosen: str | None,
    _report: PlanReport,
) -> dict[str, Any]:
    """Return what a map paints of a plan, which `key` names; see `_plan_map.paint_of_plan`."""
    return _plan_map.paint_of_plan(
        _report,
        _cache.units_on(told_on),
        _report.language,
        areas=areas,
        pinned=dict(pinned),
        chosen=chosen,
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _scenario_book(home: str) -> ScenarioBook:
    return ScenarioBook(_cache.workspace(), _planning_desk(home))


def scenario_book() -> ScenarioBook:
    """Return the scenarios of this server's workspace."""
    return _scenario_book(str(default_home()))


def unit_names(told_on: str) -> dict[str, str]:
    """Return the names of all units of a day's list, by code."""
    return {str(code): str(name) for code, name in _cache.units_on(told_on).by_code["full_name"].items()}


def own_list_of(home: str, period: str) -> str | None:
    """Return the day (ISO text) in whose list a quarter is told; None where it has no figures."""
    version = str(_cache.workspace().data_version())
    return _cache.list_of_quarter(home, period) if period in _cache.periods(home, version) else None


def file_of_scenario(scenario: str, language_code: str, form: str) -> bytes:
    """Return the content of a file of a scenario, as it was kept."""
    found = scenario_book().open(scenario)
    files = PlanFiles(_cache.workspace())
    report = files.report(found.plan, Language(language_code), title=found.name, note=found.note)
    return files.file(report, form)[1]
