"""Every cache of the app: the open workspace, and tables keyed by the version of the data."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage import remaining
from coverage.approved_programmes import ApprovedProgrammes
from coverage.boundary_layers import OUTLINE_DAYS
from coverage.check_bench import CheckBench
from coverage.commune_lists import CommuneLists
from coverage.company_report import CompanyReport
from coverage.forecast_desk import AreaForecasts, ForecastDesk
from coverage.pages import _maps
from coverage.pages._map_document import MapGeometry, build_document
from coverage.progress_desk import AreaProgress, ProgressDesk
from coverage.report_files import ReportFiles
from coverage.report_verification import Verifier
from coverage.surveys import Surveys
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.company_data import CompanyTable
from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from geodata.reporting_periods import ReportingPeriod
from geodata.units import COMPANY_CODE, Units
from loaders.settings import default_home

_NAMES_SHOWN: Final = 5
"""Communes without an outline that a note names."""


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(home: str) -> Workspace:
    return Workspace(Path(home))


def workspace() -> Workspace:
    """Return the workspace of this server, opened once."""
    return _open(str(default_home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _surveys(home: str) -> Surveys:
    return Surveys(_open(home))


def surveys() -> Surveys:
    """Return the surveys of this server's workspace."""
    return _surveys(str(default_home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _commune_lists(home: str) -> CommuneLists:
    return CommuneLists(_open(home))


def commune_lists() -> CommuneLists:
    """Return the own commune lists of this server's workspace."""
    return _commune_lists(str(default_home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _target_book(home: str) -> TargetBook:
    return TargetBook(_open(home))


def target_book() -> TargetBook:
    """Return the target book of this server's workspace."""
    return _target_book(str(default_home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _progress_desk(home: str) -> ProgressDesk:
    return ProgressDesk(_open(home), _target_book(home))


def progress_desk() -> ProgressDesk:
    """Return the desk for progress of this server's workspace."""
    return _progress_desk(str(default_home()))


@st.cache_data(max_entries=48, show_spinner=False)
def area_progress(
    home: str,
    version: str,
    day_of_targets: date,
    told_on: str,
    period: str,
    indicator: str,
    area: str,
    language_code: str,
) -> AreaProgress:
    """Return how an area and its parts stand at the end of a quarter, as of a data version, by the targets of today."""
    day, language = date.fromisoformat(told_on), Language(language_code)
    return _progress_desk(home).of_area(indicator, area, Period.parse(period), day, language=language)


@st.cache_resource(max_entries=4, show_spinner=False)
def _forecast_desk(home: str) -> ForecastDesk:
    return ForecastDesk(_open(home))


@st.cache_data(max_entries=24, show_spinner=False)
def area_forecasts(
    home: str,
    version: str,
    day_of_targets: date,
    told_on: str,
    period: str,
    indicator: str,
    area: str,
    chance: str,
    method: str,
    language_code: str,
) -> AreaForecasts:
    """Return when an area and its parts reach their targets, those of today, as of a data version."""
    day, language = date.fromisoformat(told_on), Language(language_code)
    desk, quarter = _forecast_desk(home), Period.parse(period)
    return desk.of_area(indicator, area, quarter, day, chance=Decimal(chance), method=method, language=language)


@st.cache_data(max_entries=12, show_spinner=False)
def forecast_backtest(home: str, version: str, told_on: str, period: str, indicator: str, area: str) -> pd.DataFrame:
    """Return how well each method would have foretold the parts of an area, as of a data version."""
    return _forecast_desk(home).backtest(indicator, area, Period.parse(period), date.fromisoformat(told_on))


@st.cache_data(max_entries=12, show_spinner=False)
def coming_works(home: str, version: str, told_on: str, period: str, indicator: str, area: str) -> pd.DataFrame:
    """Return the works of an area that forecasts count, as of a data version."""
    return _forecast_desk(home).coming_works(indicator, area, Period.parse(period), date.fromisoformat(told_on))


@st.cache_data(max_entries=12, show_spinner=False)
def corrections(
    home: str, version: str, told_on: str, period: str, indicator: str, area: str, since: str
) -> pd.DataFrame:
    """Return which figures of an area's parts were corrected since a moment (ISO text), and why."""
    desk = _progress_desk(home)
    asked = desk.question(indicator, area, Period.parse(period), date.fromisoformat(told_on))
    return desk.corrections.since(asked, local_time(since))


@st.cache_data(max_entries=2, show_spinner=False)
def figure_moments(home: str, version: str) -> pd.DataFrame:
    """Return every event that changed which figures count, the newest first."""
    return _progress_desk(home).corrections.moments()


@st.cache_resource(max_entries=4, show_spinner=False)
def _check_bench(home: str) -> CheckBench:
    return CheckBench(_open(home))


def check_bench() -> CheckBench:
    """Return the consistency checks of this server's workspace."""
    return _check_bench(str(default_home()))


def today() -> date:
    """Return the day by the workspace's clock."""
    return workspace().clock().date()


def units_on(told_on: str) -> Units:
    """Return the official list of a day (ISO text); the workspace keeps those that were asked for."""
    return workspace().units_on(date.fromisoformat(told_on))


@st.cache_data(max_entries=128, show_spinner=False)
def _communes_served(home: str, told_on: str, province: str) -> tuple[int, int]:
    day, opened = date.fromisoformat(told_on), _open(home)
    return len(opened.lists.served_on(day).communes_of(province)), len(opened.lists.on(day).communes_of(province))


def communes_served(told_on: str, province: str) -> tuple[int, int]:
    """Return how many communes of a province, in the list of a day, the company serves, and how many it has."""
    return _communes_served(str(default_home()), told_on, province)


def list_of_today() -> str:
    """Return the day (ISO text) from which the list of today holds."""
    return workspace().list_of_today().isoformat()


def days_with_outlines(home: str, version: str) -> list[str]:
    """Return the days (ISO text) whose lists have outlines to draw, oldest first."""
    added = {record.unit_list_date for record in _layers(home, version)}
    return sorted(added | {day.isoformat() for day in OUTLINE_DAYS})


def areas_on(codes: tuple[str, ...], from_day: str, told_on: str) -> list[str]:
    """Return the provinces that provinces of one day's list became in another day's."""
    return workspace().lists.provinces_on(codes, date.fromisoformat(from_day), date.fromisoformat(told_on))


@st.cache_data(max_entries=24, show_spinner=False)
def figures(home: str, version: str, told_on: str, period: str) -> pd.DataFrame:
    """Return the figures of one quarter, told in the list of a day, as of a data version."""
    return _open(home).figures(period=period, told_on=date.fromisoformat(told_on))


@st.cache_data(max_entries=4, show_spinner=False)
def all_figures(home: str, version: str, told_on: str) -> pd.DataFrame:
    """Return the figures of all quarters, told in the list of a day, as of a data version."""
    return _open(home).figures(told_on=date.fromisoformat(told_on))


@st.cache_data(max_entries=12, show_spinner=False)
def bulk_points(home: str, version: str, told_on: str, period: str) -> pd.DataFrame:
    """Return the bulk-purchase points as they stood at the end of a quarter, as of a data version."""
    points = _open(home).bulk_points(told_on=date.fromisoformat(told_on))
    return remaining.points_on(points, Period.parse(period).last_day)


@st.cache_data(max_entries=4, show_spinner=False)
def hamlets(home: str, version: str, told_on: str) -> pd.DataFrame:
    """Return the unserved hamlets as of a data version."""
    return _open(home).hamlets(told_on=date.fromisoformat(told_on))


@st.cache_data(max_entries=48, show_spinner=False)
def list_of_quarter(home: str, period: str) -> str:
    """Return the day (ISO text) in whose list a quarter is told unless another one is asked for."""
    return _open(home).list_of_quarter(Period.parse(period)).isoformat()


@st.cache_data(max_entries=2, show_spinner=False)
def periods(home: str, version: str) -> list[str]:
    """Return the quarters with figures as of a data version, the newest first."""
    return _open(home).periods()[::-1]


@st.cache_data(max_entries=2, show_spinner=False)
def has_synthetic(home: str, version: str) -> bool:
    """Return whether demonstration data count as of a data version."""
    return _open(home).has_synthetic()


@st.cache_data(max_entries=24, show_spinner=False)
def lists_of_figures(home: str, version: str, period: str) -> list[str]:
    """Return the days (ISO text) by which the lists are known in which the figures of a quarter were reported."""
    return [day.isoformat() for day in _open(home).told.lists_of(period)]


@st.cache_data(max_entries=12, show_spinner=False)
def basis(home: str, version: str, told_on: str, period: str) -> pd.Series[str]:
    """Return what the figures of each commune rest on in the list of a day; see `ToldFigures.basis_on`."""
    return _open(home).told.basis_on(date.fromisoformat(told_on), period=period)


@st.cache_data(max_entries=12, show_spinner=False)
def partly_reported(home: str, version: str, told_on: str, period: str) -> pd.Series[int]:
    """Return the communes of a day of which some parts reported nothing; see `ToldFigures.partly_reported`."""
    return _open(home).told.partly_reported(date.fromisoformat(told_on), period)


@st.cache_data(max_entries=12, show_spinner=False)
def unplaced(home: str, version: str, told_on: str, period: str) -> list[str]:
    """Return the names of communes that reported a quarter and have no part in the list of a day."""
    opened = _open(home)
    found = opened.told.unplaced(date.fromisoformat(told_on), period)
    return [str(opened.lists.on(day).find(code)["full_name"]) for code, day in found]


@st.cache_data(max_entries=24, show_spinner=False)
def changes_in(area: str, told_on: str, first: str, last: str) -> pd.DataFrame:
    """Return what happened to the communes of an area between two days (ISO text)."""
    days = (date.fromisoformat(day) for day in (told_on, first, last))
    return workspace().lists.changes_in(area, *days)


def layer_version(home: str, version: str, told_on: str, area: str = COMPANY_CODE) -> str:
    """
    Return what changes whenever the shapes of the map of an area do, in the list of a day.

    The shipped ones are alike for every area.
    """
    layers = [str(record.batch_id) for record in _layers(home, version)]
    level = [area] if layers else []
    return hashlib.sha256("|".join([home, told_on, *layers, *level]).encode()).hexdigest()[:12]


@st.cache_data(max_entries=2, show_spinner=False)
def _layers(home: str, version: str) -> list[Any]:
    return _open(home).boundary_layers()


@st.cache_resource(max_entries=6, show_spinner=False)
def map_geometry(shapes: str, told_on: str, _area: str = COMPANY_CODE) -> MapGeometry:
    """
    Return the shapes of the map of an area, in the list of a day and in the detail that fits; never changed by users.

    `shapes` is their version, as `layer_version` gives it for the area.
    """
    layer = workspace().map_layer(_area, told_on=date.fromisoformat(told_on))
    return _maps.geometry_of(layer, units_on(told_on), shapes)


@st.cache_resource(max_entries=6, show_spinner=False)
def map_document(
    shapes: str, told_on: str, language_code: str, tiles_url: str | None, _area: str = COMPANY_CODE
) -> str:
    """Return the map document of a version of the shapes of an area in a language."""
    return build_document(map_geometry(shapes, told_on, _area), Language(language_code), tiles_url=tiles_url)


@st.cache_data(max_entries=60, show_spinner=False)
def paint(
    home: str, version: str, told_on: str, period: str, indicator: str, areas: tuple[str, ...], language_code: str
) -> dict[str, Any]:
    """Return what a map paints for an indicator, quarter and areas; see `_maps.paint_of`."""
    opened, language = _open(home), Language(language_code)
    rests_on = basis(home, version, told_on, period)
    return _maps.paint_of(
        figures(home, version, told_on, period),
        opened.indicators[indicator],
        units_on(told_on),
        language,
        areas=areas,
        period_text=language.period(Period.parse(period)),
        points=bulk_points(home, version, told_on, period),
        hamlets=hamlets(home, version, told_on),
        estimated=frozenset(rests_on.index[rests_on != EXACT]),
        notes=data_notes(home, version, told_on, areas, language),
    )


def data_notes(home: str, version: str, told_on: str, areas: tuple[str, ...], language: Language) -> list[str]:
    """Return what a map of these areas must say of its data: synthetic figures, approximate boundaries, gaps."""
    notes = []
    if has_synthetic(home, version):
        notes.append(language.say("Synthetic demonstration data, not real figures."))
    shapes = map_geometry(layer_version(home, version, told_on), told_on).communes
    inside = pd.concat([units_on(told_on).communes_of(area)["full_name"] for area in areas])
    if shapes.loc[shapes["commune_code"].isin(inside.index), "is_approximate"].any():
        notes.append(language.say("Approximate boundaries, not administrative borders."))
    missing = inside[~inside.index.isin(shapes["commune_code"])].tolist()
    if missing:
        shown = [*missing[:_NAMES_SHOWN], *(["…"] if len(missing) > _NAMES_SHOWN else [])]
        notes.append(language.say("No outline here: {names}.", names=", ".join(shown)))
    return notes


@st.cache_resource(max_entries=4, show_spinner=False)
def _report_files(home: str) -> ReportFiles:
    workspace = _open(home)
    return ReportFiles(workspace, ApprovedProgrammes(workspace))


@st.cache_resource(max_entries=2, show_spinner=False)
def verifier(home: str, version: str) -> Verifier:
    """Return what holds files of reports against the store, as of a data version."""
    workspace = _open(home)
    return Verifier(workspace, ApprovedProgrammes(workspace))


def report_files() -> ReportFiles:
    """Return what builds and writes the reports of this server's workspace."""
    return _report_files(str(default_home()))


def report(told_on: str, province: str, period: str, language: Language) -> ProvinceReport:
    """
    Return a province's report, told in the list of a day.

    It is built anew each time: targets and explanations change without a new version of the figures. What all
    provinces share is kept by `ReportFiles`.
    """
    return report_files().build(province, Period.parse(period), language, told_on=date.fromisoformat(told_on))


@st.cache_resource(max_entries=2, show_spinner=False)
def _company_report(home: str) -> CompanyReport:
    return CompanyReport(_open(home))


def company_report() -> CompanyReport:
    """Return what builds and writes the company's own tables of this server's workspace."""
    return _company_report(str(default_home()))


@st.cache_data(max_entries=4, show_spinner=False)
def company_periods(home: str, version: str) -> list[str]:
    """Return the half-years (codes) of which the company's own table can be told, the newest first."""
    return [str(period) for period in _company_report(home).periods()]


@st.cache_resource(max_entries=8, show_spinner=False)
def company_table(home: str, version: str, period: str, language_code: str) -> CompanyTable:
    """Return the company's own table of a period as of a data version; never to be changed."""
    return _company_report(home).table(ReportingPeriod.parse(period), Language(language_code))


@st.cache_data(max_entries=12, show_spinner=False)
def survey_form(home: str, template_id: str, province: str, period: str, language_code: str) -> bytes:
    """Return the workbook of a survey to fill in for a province."""
    return _surveys(home).form(template_id, province, Period.parse(period), Language(language_code))


@st.cache_data(max_entries=24, show_spinner=False)
def excerpt(content: bytes, file_name: str, sheet: str, cell: str) -> pd.DataFrame | None:
    """Return the cells around a cell of an uploaded workbook."""
    return surveys().excerpt(content, file_name, sheet, cell)


def local_time(text: str) -> datetime:
    """Return a moment of the store in this server's clock."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()
