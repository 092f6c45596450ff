"""The caches of the planning page, keyed by workspace and version of the data; `_cache` has those of all pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from coverage.pages import _cache
from coverage.plan_files import PlanFiles
from coverage.planning.frontier import frontier
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.request import PlanRequest
from coverage.planning.tornado import Tornado, tornado_of
from coverage.planning_desk import PlanningDesk
from coverage.scenario_book import ScenarioBook
from geodata.language import Language
from geodata.plan_data import PlanReport
from loaders.settings import default_home


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


@st.cache_resource(max_entries=12, show_spinner=False)
def report_of(home: str, version: str, request: str, language_code: str, _plan: Plan) -> PlanReport:
    """Return a plan, which its request names, for page and files in a language; never changed by users."""
    return PlanFiles(_cache.workspace()).report(_plan, Language(language_code), follows=desk().follows(_plan))


@st.cache_data(max_entries=12, show_spinner=False)
def file_of(request_sha256: str, language_code: str, form: str, _report: PlanReport) -> tuple[str, bytes]:
    """Return the name and content of a plan's file; `request_sha256` names the plan, its data version included."""
    return PlanFiles(_cache.workspace()).file(_report, form)


@st.cache_data(max_entries=8, show_spinner=False)
def frontier_of(request: str, _plan: Plan) -> pd.DataFrame:
    """Return households against money for a plan, which its request names, its data version included."""
    return frontier(_plan.candidates, _plan.request.rules)


@st.cache_data(max_entries=8, show_spinner=False)
def tornado_of_plan(request: str, _plan: Plan) -> Tornado:
    """Return what each assumption does to a plan, which its request names, its data version included."""
    return tornado_of(desk().inputs(_plan.request).without_faulty(), _plan, desk().assumptions())


@st.cache_resource(max_entries=4, show_spinner=False)
def _scenario_book(home: str) -> ScenarioBook:
    return ScenarioBook(_cache.workspace(), _planning_desk(home))


def scenario_book() -> ScenarioBook:
    """Return the scenarios of this server's workspace."""
    return _scenario_book(str(default_home()))
