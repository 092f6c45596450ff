"""Targets 2081: how far each province is from the grid for all, over time, beside the programme's own targets."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from coverage import targets
from coverage.indicators import Figure
from coverage.pages import _cache, _charts, _state, _tables, _target_table, _told
from geodata.language import Language
from geodata.periods import Period


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    workspace, say = _cache.workspace(), choices.language.say
    figures = choices.all_figures()
    figures = figures[figures["period"] <= str(choices.period)]
    indicator = workspace.indicators[targets.GRID_FOR_ALL]
    communes = choices.units.communes_of(choices.area)
    progress = targets.progress_over_time(figures, indicator, communes)
    _draw_headline(progress, choices)
    st.subheader(say("Households still to connect, by quarter"))
    changes = _told.changes_in(choices, choices.area, [str(period) for period in progress.index])
    st.altair_chart(_chart_over_time(progress, changes, choices), width="stretch")
    _told.draw_changes(changes, choices.language)
    _draw_areas(figures, choices)
    _draw_targets(choices)


def _goal() -> float:
    return float(targets.target_share(_cache.target_book().in_force()))


def _figure(row: pd.Series[Any]) -> Figure:
    indicator = _cache.workspace().indicators[targets.GRID_FOR_ALL]
    known = not pd.isna(row["households_all"])
    grid, households = (int(row["households_grid"]), int(row["households_all"])) if known else (None, None)
    return Figure(indicator, grid, households, 1, 1)


def _draw_headline(progress: pd.DataFrame, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    now = progress.iloc[-1]
    goal = _goal()
    first = language.period(Period.parse(str(progress.index[0])))
    st.subheader(f"{choices.area_name}, {choices.period_name}")
    figure = _figure(now)
    is_known = figure.value is not None
    columns = st.columns(4)
    columns[0].metric(figure.indicator.short(language), figure.display(language))
    columns[1].metric(say("Target: grid for all"), _tables.measured(goal * 100, language, decimals=0) + "%")
    columns[2].metric(
        say("Households still to connect"),
        language.count(int(now["households_to_connect"])) if is_known else "–",
    )
    columns[3].metric(
        say("More households on the grid since {period}", period=first),
        language.count(int(now["connected_since_first"])) if is_known else "–",
    )


def _chart_over_time(progress: pd.DataFrame, changes: pd.DataFrame, choices: _state.Choices) -> alt.LayerChart:
    """Draw the households to connect of the area, the line of the target (none left), and where units changed."""
    language, say = choices.language, choices.language.say
    label, quarter = say("Households still to connect"), say("Quarter")
    data = pd.DataFrame(
        {
            quarter: [language.period(Period.parse(str(p))) for p in progress.index],
            label: progress["households_to_connect"].astype("float64"),
            "text": ["–" if pd.isna(n) else language.count(int(n)) for n in progress["households_to_connect"].tolist()],
        }
    )
    periods = [str(period) for period in progress.index]
    base = alt.Chart(data).encode(x=_charts.quarter_axis(quarter, periods, language))
    line = base.mark_line(point=alt.OverlayMarkDef(size=70), color="#0b5cad").encode(
        y=_charts.count_axis(label, language),
        tooltip=[alt.Tooltip(f"{quarter}:N"), alt.Tooltip("text:N", title=label)],
    )
    text = base.mark_text(dy=-14, fontSize=12).encode(y=alt.Y(f"{label}:Q", title=label), text="text:N")
    target = pd.DataFrame({"target": [0], "text": [say("Target: 0 households")]})
    rule = (
        alt.Chart(target)
        .mark_rule(color="#b3261e", strokeDash=[6, 4], strokeWidth=2)
        .encode(y=alt.Y("target:Q", title=label))
    )
    named = (
        alt.Chart(target)
        .mark_text(align="left", x=6, dy=-8, color="#b3261e")
        .encode(y=alt.Y("target:Q", title=label), text="text:N")
    )
    chart = line + text + rule + named
    marks = _charts.change_marks(changes, periods, language, x=quarter)
    return (chart if marks is None else marks + chart).properties(height=300)


def _draw_areas(figures: pd.DataFrame, choices: _state.Choices) -> None:
    workspace, language, say = _cache.workspace(), choices.language, choices.language.say
    area_of = choices.units.parts_of(choices.area)
    latest = figures[figures["period"] == choices.period]
    indicator = workspace.indicators[targets.GRID_FOR_ALL]
    by_area = targets.progress_by_area(latest, indicator, area_of)
    st.subheader(_tables.parts_title(choices.units, choices.area, language))
    goal = _goal()
    names = choices.units.by_code["full_name"]
    shown = _tables.with_separators(by_area, language, ["households_all", "households_grid", "households_to_connect"])
    table = pd.DataFrame(
        {
            say("Area"): [names[code] for code in by_area.index],
            say("Households in all"): shown["households_all"],
            say("With grid power"): shown["households_grid"],
            say("Actual"): [_figure(row).display(language) for _, row in by_area.iterrows()],
            say("Target"): _tables.measured(goal * 100, language, decimals=0) + "%",
            say("Gap (percentage points)"): [_gap(row, goal, language) for _, row in by_area.iterrows()],
            say("Households still to connect"): shown["households_to_connect"],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)


def _gap(row: pd.Series[Any], goal: float, language: Language) -> str:
    share = row["households_share"]
    return "–" if pd.isna(share) else _tables.measured((goal - float(share)) * 100, language, decimals=2)


def _draw_targets(choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    st.subheader(say("Programme 2081, its amendment and what followed"))
    st.caption(
        say(
            "National targets are shown as decided; the figures here cover the 21 provinces of EVNSPC only and cannot "
            "say whether the nation met them. The same holds for province projects begun before the first quarter."
        )
    )
    st.dataframe(_target_table.listing(_cache.target_book(), language), width="stretch", hide_index=True)
