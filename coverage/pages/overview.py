"""Coverage map: one indicator of every commune in a quarter, the figures of the area, one commune in detail."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage import rollup
from coverage.pages import _cache, _maps, _names, _state, _tables
from coverage.pages._map_document import build_document
from geodata.periods import Period
from geodata.units import COMPANY_CODE

HEADLINES = (
    "households_with_power_share",
    "rural_households_with_power_share",
    "direct_share",
    "bulk_households",
    "households_to_connect",
)


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    _draw_headlines(choices, choices.period)
    indicators = _cache.workspace().indicators
    mapped = [name for name, indicator in indicators.items() if indicator.map_breaks]
    name = _state.choose(
        _state.INDICATOR,
        choices.language.say("Indicator"),
        mapped,
        default="direct_share",
        show=lambda found: indicators[found].title(choices.language),
    )
    chosen = _draw_map(choices, choices.period, name)
    if chosen is not None:
        st.session_state["shown_commune"] = chosen
    if shown := st.session_state.get("shown_commune"):
        _draw_commune(choices, choices.period, shown)
    _draw_areas(choices, choices.period, name)


def _draw_headlines(choices: _state.Choices, period: str) -> None:
    workspace, language = _cache.workspace(), choices.language
    table = _cache.figures(choices.home, choices.version, period)
    communes = workspace.units.communes_of(choices.area)
    chosen = {name: workspace.indicators[name] for name in HEADLINES}
    found = rollup.figures_of_area(table, chosen, communes)
    before = str(Period.parse(period).previous())
    earlier = _cache.figures(choices.home, choices.version, before)
    past = rollup.figures_of_area(earlier, chosen, communes) if len(earlier) else {}
    against = language.say("Change against the quarter before.")
    st.subheader(f"{choices.area_name}, {choices.period_name}")
    for column, (name, figure) in zip(st.columns(len(HEADLINES)), found.items(), strict=True):
        with column:
            indicator = figure.indicator
            delta = _tables.change_text(past.get(name), figure, language)
            about = f"{indicator.title(language)}: {indicator.formula(language)}."
            st.metric(
                indicator.short(language),
                figure.display(language),
                delta,
                delta_color="normal" if indicator.better == "higher" else "inverse",
                help=f"{about} {against}",
            )
    counted = found["households_with_power_share"]
    if not counted.is_complete:
        st.caption(
            language.say(
                "{counted} of {all} communes reported.", counted=counted.communes_counted, all=counted.communes_all
            )
        )


def _draw_map(choices: _state.Choices, period: str, name: str) -> str | None:
    home, version, code = choices.home, choices.version, choices.language.code
    shapes = _cache.layer_version(home, version, choices.area)
    tiles = _cache.workspace().settings.tiles_url
    document = _cache.map_document(shapes, code, tiles, choices.area)
    paint = _cache.paint(home, version, period, name, (choices.area,), code)
    chosen = _maps.show_map(document, f"{shapes}-{code}", paint, choices.language)
    if st.button(choices.language.say("Prepare the map as a file that opens offline"), icon=":material/save:"):
        whole = build_document(
            _cache.map_geometry(shapes, choices.area), choices.language, paint=paint, tiles_url=tiles
        )
        st.download_button(
            choices.language.say("Download the map (.html)"),
            whole,
            file_name=f"phudien_{choices.area}_{period}_{name}.html",
            mime="text/html",
            icon=":material/download:",
        )
    return chosen


def _draw_commune(choices: _state.Choices, period: str, code: str) -> None:
    workspace, language = _cache.workspace(), choices.language
    unit = workspace.units.find(code)
    names = workspace.units.by_code["full_name"]
    st.subheader(f"{unit['full_name']}, {names[unit['district_code']]}, {names[unit['province_code']]}")
    figures = _cache.all_figures(choices.home, choices.version)
    own = figures[figures["commune_code"] == code].set_index("period")
    shown = own[list(_maps.FIGURES_SHOWN)].T
    shown.index = pd.Index([language.say(_names.MEASURES[str(m)]) for m in shown.index])
    shown.columns = pd.Index([language.period(Period.parse(str(p))) for p in shown.columns])
    st.dataframe(_tables.with_separators(shown, language), width="stretch")
    with st.expander(language.say("Where these figures come from")):
        sources = workspace.sources_of(code, period)
        _tables.show_sources(sources, language)
    with st.expander(language.say("Every value ever uploaded for this quarter")):
        _tables.show_history(workspace.history_of(code, period), language)


def _draw_areas(choices: _state.Choices, period: str, name: str) -> None:
    workspace, language = _cache.workspace(), choices.language
    level = "province_code" if choices.area == COMPANY_CODE else "district_code"
    communes = workspace.units.communes_of(choices.area)
    indicator = workspace.indicators[name]
    table = _cache.figures(choices.home, choices.version, period)
    by_area = rollup.indicator_by_area(table, indicator, communes[level])
    st.subheader(indicator.title(language))
    _tables.show_indicator(by_area, indicator, workspace.units, language)
