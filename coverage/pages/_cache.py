"""Every cache of the app: the open workspace, and tables keyed by the version of the data."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from coverage import remaining
from coverage.commune_lists import CommuneLists
from coverage.pages import _maps
from coverage.pages._map_document import MapGeometry, build_document
from coverage.surveys import Surveys
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE
from loaders.settings import default_home


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


@st.cache_data(max_entries=24, show_spinner=False)
def figures(home: str, version: str, period: str) -> pd.DataFrame:
    """Return the figures of one quarter as of a data version."""
    return _open(home).figures(period=period)


@st.cache_data(max_entries=2, show_spinner=False)
def all_figures(home: str, version: str) -> pd.DataFrame:
    """Return the figures of all quarters as of a data version."""
    return _open(home).figures()


@st.cache_data(max_entries=12, show_spinner=False)
def bulk_points(home: str, version: str, period: str) -> pd.DataFrame:
    """Return the bulk-purchase points as they stood at the end of a quarter, as of a data version."""
    return remaining.points_on(_open(home).bulk_points(), Period.parse(period).last_day)


@st.cache_data(max_entries=2, show_spinner=False)
def hamlets(home: str, version: str) -> pd.DataFrame:
    """Return the unserved hamlets as of a data version."""
    return _open(home).hamlets()


@st.cache_data(max_entries=2, show_spinner=False)
def periods(home: str, version: str) -> list[str]:
    """Return the quarters with figures as of a data version, the newest first."""
    return _open(home).periods()[::-1]


@st.cache_data(max_entries=2, show_spinner=False)
def has_synthetic(home: str, version: str) -> bool:
    """Return whether demonstration data count as of a data version."""
    return _open(home).has_synthetic()


def layer_version(home: str, version: str, area: str = COMPANY_CODE) -> str:
    """Return what changes whenever the shapes of the map of an area do; the shipped ones are alike for every area."""
    layers = [str(record.batch_id) for record in _layers(home, version)]
    level = [area] if layers else []
    return hashlib.sha256("|".join([home, *layers, *level]).encode()).hexdigest()[:12]


@st.cache_data(max_entries=2, show_spinner=False)
def _layers(home: str, version: str) -> list[Any]:
    return _open(home).boundary_layers()


@st.cache_resource(max_entries=6, show_spinner=False)
def map_geometry(shapes: str, _area: str = COMPANY_CODE) -> MapGeometry:
    """
    Return the shapes of the map of an area, in the detail that fits it. Never changed by who gets it.

    `shapes` is their version, as `layer_version` gives it for the area.
    """
    opened = workspace()
    return _maps.geometry_of(opened.map_layer(_area), opened.units, shapes)


@st.cache_resource(max_entries=6, show_spinner=False)
def map_document(shapes: str, language_code: str, tiles_url: str | None, _area: str = COMPANY_CODE) -> str:
    """Return the map document of a version of the shapes of an area in a language."""
    return build_document(map_geometry(shapes, _area), Language(language_code), tiles_url=tiles_url)


@st.cache_data(max_entries=60, show_spinner=False)
def paint(
    home: str, version: str, period: str, indicator: str, areas: tuple[str, ...], language_code: str
) -> dict[str, Any]:
    """Return what a map paints for an indicator, quarter and areas; see `_maps.paint_of`."""
    opened, language = _open(home), Language(language_code)
    return _maps.paint_of(
        figures(home, version, period),
        opened.indicators[indicator],
        opened.units,
        language,
        areas=areas,
        period_text=language.period(Period.parse(period)),
        points=bulk_points(home, version, period),
        hamlets=hamlets(home, version),
        notes=data_notes(home, version, areas, language),
    )


def data_notes(home: str, version: str, areas: tuple[str, ...], language: Language) -> list[str]:
    """Return what a map of these areas must say of its data: synthetic figures, approximate boundaries."""
    notes = []
    if has_synthetic(home, version):
        notes.append(language.say("Synthetic demonstration data, not real figures."))
    shapes = map_geometry(layer_version(home, version)).communes
    inside = {code for area in areas for code in _open(home).units.communes_of(area).index}
    if shapes.loc[shapes["commune_code"].isin(inside), "is_approximate"].any():
        notes.append(language.say("Approximate boundaries, not administrative borders."))
    return notes


@st.cache_data(max_entries=12, show_spinner=False)
def report_workbook(home: str, version: str, province: str, period: str, language_code: str) -> tuple[str, bytes]:
    """Return the name and content of a province's report."""
    return _open(home).report_file(province, Period.parse(period), Language(language_code))


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
