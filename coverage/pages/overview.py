"""Coverage map: one indicator of every commune in a quarter, the figures of the area, one commune in detail."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd
import streamlit as st

from coverage import rollup
from coverage.pages import _cache, _charts, _maps, _names, _state, _tables, _told
from coverage.pages._map_document import build_document
from geodata.event_sentences import describe_unit
from geodata.periods import Period

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
        st.session_state["shown_commune"] = (chosen, choices.told_on)
    shown, chosen_in = st.session_state.get("shown_commune", (None, None))
    if shown and chosen_in == choices.told_on:  # in another day's list the code may be another commune
        _draw_commune(choices, choices.period, shown)
    _draw_areas(choices, choices.period, name)


def _draw_headlines(choices: _state.Choices, period: str) -> None:
    workspace, language = _cache.workspace(), choices.language
    table = choices.figures(period)
    communes = choices.units.communes_of(choices.area)
    chosen = {name: workspace.indicators[name] for name in HEADLINES}
    found = rollup.figures_of_area(table, chosen, communes)
    before = str(Period.parse(period).previous())
    earlier = choices.figures(before)
    past = rollup.figures_of_area(earlier, chosen, communes) if len(earlier) else {}
    against = language.say("Change against the quarter before.")
    st.subheader(f"{choices.area_name}, {choices.period_name}")
    for column, (name, figure) in zip(st.columns(len(HEADLINES)), found.items(), strict=True):
        with column:
            indicator = figure.indicator
            earlier_one = past.get(name)
            is_same = earlier_one is not None and earlier_one.value == figure.value
            # An arrow beside +0 would look like a change.
            delta = None if is_same else _tables.change_text(earlier_one, figure, language)
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
    shapes = _cache.layer_version(home, version, choices.told_on, choices.area)
    tiles = _cache.workspace().settings.tiles_url
    document = _cache.map_document(shapes, choices.told_on, code, tiles, choices.area)
    paint = _cache.paint(home, version, choices.told_on, period, name, (choices.area,), code)
    chosen = _maps.show_map(document, f"{shapes}-{code}", paint, choices.language)
    if st.button(choices.language.say("Prepare the map as a file that opens offline"), icon=":material/save:"):
        whole = build_document(
            _cache.map_geometry(shapes, choices.told_on, choices.area), choices.language, paint=paint, tiles_url=tiles
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
    st.subheader(choices.units.name_with_parents(code))
    figures = choices.all_figures()
    own = figures[figures["commune_code"] == code].set_index("period")
    if basis := _told.basis_text(choices, period, code):
        st.caption(language.say("Restated: {basis}.", basis=basis))
    shown = own[list(_maps.FIGURES_SHOWN)].T
    shown.index = pd.Index([language.say(_names.MEASURES[str(m)]) for m in shown.index])
    shown.columns = pd.Index([language.period(Period.parse(str(p))) for p in shown.columns])
    st.dataframe(_tables.with_separators(shown, language), width="stretch")
    _draw_commune_series(choices, own, code)
    reported = workspace.told.reported_as(code, period, date.fromisoformat(choices.told_on)) or [
        (code, choices.units.list_date)
    ]
    with st.expander(language.say("Where these figures come from")):
        for own_code, day in reported:
            _name_reported(own_code, day, choices, is_alone=len(reported) == 1)
            _tables.show_sources(workspace.sources_of(own_code, period), language)
    with st.expander(language.say("Every value ever uploaded for this quarter")):
        for own_code, day in reported:
            _name_reported(own_code, day, choices, is_alone=len(reported) == 1)
            _tables.show_history(workspace.history_of(own_code, period), language)
    with st.expander(language.say("What happened to this commune since 2019")):
        history = workspace.lists.history
        told = describe_unit(history, code, day=choices.units.list_date, language=language)
        st.markdown("\n".join(f"- {sentence}" for sentence in told) or language.say("Nothing that is known."))


def _name_reported(code: str, day: date, choices: _state.Choices, *, is_alone: bool) -> None:
    """Name the unit that reported, where it is not the one that is shown."""
    if not is_alone or day != choices.units.list_date:
        name = _cache.units_on(day.isoformat()).name_with_parents(code)
        st.write(f"**{name}** ({choices.language.day(day)})")


def _draw_commune_series(choices: _state.Choices, own: pd.DataFrame, code: str) -> None:
    """Draw a commune's households with power and on direct sale by quarter, and where the commune changed."""
    language = choices.language
    measures = {name: language.say(_names.MEASURES[name]) for name in ("households_grid", "households_direct")}
    quarter, value, kind = language.say("Quarter"), language.say("Households"), language.say("Figure")
    rows = [
        {quarter: language.period(Period.parse(str(period))), kind: label, value: int(row[name])}
        for period, row in own.iterrows()
        for name, label in measures.items()
        if not pd.isna(row[name])
    ]
    if not rows:
        return
    periods = [str(period) for period in own.index]
    axis = _charts.quarter_axis(quarter, periods, language)
    lines = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(x=axis, y=_charts.count_axis(value, language, has_zero=False), color=alt.Color(f"{kind}:N", title=None))
    )
    marks = _charts.change_marks(_told.changes_in(choices, code, periods), periods, language, x=quarter)
    st.altair_chart((lines if marks is None else marks + lines).properties(height=220), width="stretch")


def _draw_areas(choices: _state.Choices, period: str, name: str) -> None:
    workspace, language = _cache.workspace(), choices.language
    area_of = choices.units.parts_of(choices.area)
    indicator = workspace.indicators[name]
    by_area = rollup.indicator_by_area(choices.figures(period), indicator, area_of)
    st.subheader(indicator.title(language))
    _tables.show_indicator(by_area, indicator, choices.units, language)
