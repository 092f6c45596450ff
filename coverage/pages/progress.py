"""Progress: an area and its parts against the path to the target; who moved, over time, and what changed since."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import (
    _cache,
    _forecast,
    _forecast_view,
    _progress_charts,
    _progress_tables,
    _state,
    _tables,
    _told,
)
from coverage.pages._progress_tables import count_text, decimal_text
from coverage.progress import counted_by, status_counts, worst_first
from coverage.progress_desk import AreaProgress
from coverage.progress_rule import sign_and_name
from coverage.rollup import figure_of
from coverage.targets import GRID_FOR_ALL
from geodata.errors import mark
from geodata.language import Language
from geodata.periods import Period
from geodata.status import STATUS_COLOURS
from geodata.units import COMPANY_CODE

DISTRICT, MEASURE, VIEW, SINCE = "district", "measure", "view", "since"

ALL: Final = "all"
"""Value of `DISTRICT`: the whole province."""

VIEWS: Final = {
    "scorecard": mark("Scorecard"),
    "moved": mark("Who moved most"),
    "time": mark("Over time"),
    "reached": mark("When reached"),
    "changed": mark("What changed"),
}

_CHARTS_AT_ONCE: Final = 48


def draw(choices: _state.Choices) -> None:
    """Draw the page."""
    assert choices.period is not None
    measure, area = _choose(choices)
    found = _progress_of(choices, measure, area, choices.period)
    _draw_headline(found, choices)
    _draw_area_chart(found, choices)
    if found.parts.empty:
        return
    view = _state.choose(
        VIEW,
        choices.language.say("View"),
        list(VIEWS),
        default="scorecard",
        show=lambda name: choices.language.say(VIEWS[name]),
        horizontal=True,
    )
    views = {
        "scorecard": _draw_scorecard,
        "moved": _draw_moves,
        "time": _draw_multiples,
        "reached": _forecast_view.draw,
        "changed": _draw_changes,
    }
    views[view](found, choices)


def _choose(choices: _state.Choices) -> tuple[str, str]:
    """Ask for the indicator and, within a province that has them, for a district; return it and the area shown."""
    language, units = choices.language, choices.units
    place, measure = st.columns([1, 2])
    indicators = _cache.progress_desk().indicators()
    with measure:
        name = _state.choose(
            MEASURE,
            language.say("Indicator"),
            list(indicators),
            default=GRID_FOR_ALL,
            show=lambda found: indicators[found].title(language),
        )
    districts = units.districts[units.districts["parent_code"] == choices.area]
    with place:
        if districts.empty:
            st.caption(language.say("Click a row of the scorecard to go down, choose the area in the side bar."))
            return name, choices.area
        chosen = _state.choose(
            DISTRICT,
            language.say("District"),
            [ALL, *districts.index],
            default=ALL,
            show=lambda code: language.say("the whole province") if code == ALL else str(districts["full_name"][code]),
        )
    return name, (choices.area if chosen == ALL else chosen)


def _progress_of(choices: _state.Choices, measure: str, area: str, period: str) -> AreaProgress:
    home, version, code = choices.home, choices.version, choices.language.code
    return _cache.area_progress(home, version, _cache.today(), choices.told_on, period, measure, area, code)


def _name(found: AreaProgress, choices: _state.Choices) -> str:
    if found.area == choices.area:
        return choices.area_name
    return choices.units.name_with_parents(found.area)


def _lacking(found: AreaProgress, language: Language) -> str:
    lacking = language.say("Still lacking")
    return f"{lacking} ({counted_by(found.indicator).name(language)})"


# ---- the area itself


def _draw_headline(found: AreaProgress, choices: _state.Choices) -> None:
    language, own = choices.language, found.own.iloc[0]
    st.subheader(f"{_name(found, choices)}, {choices.period_name}")
    _draw_status(own, language)
    if found.area in found.forecasts:
        forecast = found.forecasts[found.area]
        due = None if pd.isna(own["due_period"]) else Period.parse(str(own["due_period"]))
        notes = (_forecast.sentence(forecast, language), _forecast.likelihood(forecast, due, language))
        st.write(" ".join(filter(None, notes)))
    _draw_metrics(found, language)
    st.caption(_basis(own, found, language))


def _draw_metrics(found: AreaProgress, language: Language) -> None:
    """Show the figure, all who lack and how many too many they are; below, the path and the pace."""
    say, own, indicator = language.say, found.own.iloc[0], found.indicator
    whole, rate = count_text(language), decimal_text(language, 1)

    def told(value: Any, write: _progress_tables.Show) -> str:
        return "–" if pd.isna(value) else write(value)

    columns = [*st.columns(3), *st.columns(3)]
    columns[0].metric(
        indicator.short(language), figure_of(own, indicator).display(language), help=indicator.title(language)
    )
    columns[1].metric(_lacking(found, language), told(own["shortfall"], whole))
    columns[2].metric(say("Gap to the target"), told(own["gap"], whole))
    columns[3].metric(say("The path allows"), told(own["path"], whole))
    columns[4].metric(say("Required per quarter"), told(own["required_per_quarter"], rate))
    columns[5].metric(say("Achieved per quarter"), told(own["achieved_per_quarter"], rate))


def _draw_status(own: pd.Series[Any], language: Language) -> None:
    """Show the status as sign, word and colour; no text of a user is in it."""
    text = sign_and_name(str(own["status"]), language, str(own["reason"]))
    st.html(f'<span style="color:{STATUS_COLOURS[str(own["status"])]};font-weight:700;font-size:1.1rem">{text}</span>')


def _basis(own: pd.Series[Any], found: AreaProgress, language: Language) -> str:
    """Say what the target is, until when, and by which decision."""
    say = language.say
    if pd.isna(own["shortfall_target"]):
        return say("No target is set for this area and indicator.")
    target = _progress_tables.figure_text(found.indicator, language)(own["target_value"])
    due = (
        say("no due date stated")
        if pd.isna(own["due_period"])
        else _progress_tables.period_text(own["due_period"], language)
    )
    return say("Target: {target} ({due}). {decision}", target=target, due=due, decision=str(own["decision"]))


def _draw_area_chart(found: AreaProgress, choices: _state.Choices) -> None:
    own, language = found.own.iloc[0], choices.language
    shortfall = found.shortfall[found.area]
    forecast = found.forecasts.get(found.area)
    periods = _forecast.quarters(forecast, found.periods_to_due())
    path = found.paths_at(periods)[found.area]
    changes = _told.changes_in(choices, found.area, list(shortfall.index))
    st.altair_chart(
        _progress_charts.area_chart(
            shortfall,
            path,
            periods,
            None if pd.isna(own["shortfall_target"]) else int(own["shortfall_target"]),
            language,
            title=_lacking(found, language),
            changes=changes,
            fan=_forecast.fan(
                forecast,
                None if shortfall.dropna().empty else int(shortfall.dropna().iloc[-1]),
                periods,
                language,
                x=language.say("Quarter"),
                y=_lacking(found, language),
            ),
        ),
        width="stretch",
    )
    if forecast is not None and forecast.method:
        st.caption(_forecast.about(forecast, language))
    _told.draw_changes(changes, language)


# ---- views of its parts


def _draw_scorecard(found: AreaProgress, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    is_district = found.area in choices.units.districts.index
    st.subheader(say("By commune") if is_district else _tables.parts_title(choices.units, found.area, language))
    counts = status_counts(found.parts)
    st.write(" · ".join(f"{sign_and_name(code, language)}: {language.count(n)}" for code, n in counts.items() if n))
    parts = worst_first(found.parts)
    table, shows = _progress_tables.scorecard_table(parts, found.indicator, found.forecasts, language)
    leads_on = found.area == COMPANY_CODE or (found.area == choices.area and choices.units.has_districts)
    part = _state.AREA if found.area == COMPANY_CODE else DISTRICT
    _progress_tables.show(
        table,
        shows,
        key=f"scorecard_{found.area}",
        labels=_progress_tables.short_headings(language),
        choose=(lambda place: _state.keep(part, str(parts.index[place]))) if leads_on else None,
    )
    if leads_on:
        st.caption(say("Click a row to see its parts."))
    _download(table, "scorecard", found, choices)
    _draw_rule(language)


def _draw_rule(language: Language) -> None:
    with st.expander(language.say("By which rule a status is told")):
        st.markdown("\n".join(f"- {sentence}" for sentence in _cache.progress_desk().rule.sentences(language)))
        st.caption(language.say("The rule is ours: an assumption that no decision states. In full: docs/methods.md."))


def _earlier(found: AreaProgress, language: Language) -> Period | None:
    """Ask for an earlier quarter with figures; None where there is none."""
    earlier = [str(code) for code in found.shortfall.index if str(code) < str(found.period)][::-1]
    if not earlier:
        st.info(language.say("There is no earlier quarter to compare with."))
        return None
    chosen = _state.choose(
        SINCE, language.say("Since"), earlier, default=earlier[0], show=lambda c: language.period(Period.parse(c))
    )
    return Period.parse(chosen)


def _draw_moves(found: AreaProgress, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    since = _earlier(found, language)
    if since is None:
        return
    moves = found.moves(since)
    known = moves["moved"].dropna()
    st.write(
        say(
            "{forward} moved forward, {still} did not move, {back} fell back, {unknown} cannot be compared.",
            forward=int((known > 0).sum()),
            still=int((known == 0).sum()),
            back=int((known < 0).sum()),
            unknown=int(moves["moved"].isna().sum()),
        )
    )
    title = say("Fewer lacking")
    if len(known):
        st.altair_chart(_progress_charts.moves_chart(moves, language, title=title), width="stretch")
    table, shows = _progress_tables.moves_table(moves, language)
    _progress_tables.show(table, shows, key="moves")
    st.caption(
        say("Percentage points: by how much the share that lacks them became smaller, of a whole that changes too.")
    )
    _download(table, "moves", found, choices)


def _draw_multiples(found: AreaProgress, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    ordered = found.parts.sort_values("gap", ascending=False, kind="stable", na_position="last")
    shown = _choose_charts(ordered, language)
    is_common = st.toggle(say("The same scale for all"), value=False, key="common_scale")
    periods = list(found.shortfall.index)
    changed = {str(code): _quarters_with_changes(choices, str(code), periods) for code in shown.index}
    st.altair_chart(
        _progress_charts.small_multiples(
            found.shortfall,
            found.paths_at([str(period) for period in periods]),
            shown,
            language,
            title=_lacking(found, language),
            has_common_scale=is_common,
            changed_in=changed,
        )
    )
    st.caption(say("Broken blue: the path; dotted red: what the target allows; upright violet: units changed."))


def _choose_charts(ordered: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the areas whose charts are drawn: all, or of many those of the part that is chosen."""
    if len(ordered) <= _CHARTS_AT_ONCE:
        return ordered
    starts = range(0, len(ordered), _CHARTS_AT_ONCE)
    start = st.selectbox(
        language.say("Areas, by their gap"),
        list(starts),
        format_func=lambda first: f"{first + 1}–{min(first + _CHARTS_AT_ONCE, len(ordered))}",
        key="charts_from",
    )
    return ordered.iloc[start : start + _CHARTS_AT_ONCE]


def _quarters_with_changes(choices: _state.Choices, area: str, periods: list[str]) -> list[str]:
    changes = _told.changes_in(choices, area, periods)
    days = [] if changes.empty else [day.date() for day in changes["valid_date"].unique()]
    ends = [(code, Period.parse(code).last_day) for code in periods]
    return [next(code for code, end in ends if end >= day) for day in days]


def _draw_changes(found: AreaProgress, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    st.subheader(say("Since an earlier quarter"))
    since = _earlier(found, language)
    if since is not None:
        before = _progress_of(choices, found.indicator.name, found.area, str(since))
        table, shows = _progress_tables.comparison_table(before, found, language)
        _progress_tables.show(table, shows, key="since_quarter")
        _download(table, "since_quarter", found, choices)
    st.subheader(say("Corrected since an earlier data version"))
    _draw_corrections(found, choices)


def _draw_corrections(found: AreaProgress, choices: _state.Choices) -> None:
    """Ask for the data version of an earlier report, and list what is another figure now."""
    language, say = choices.language, choices.language.say
    moments = _cache.figure_moments(choices.home, choices.version).drop_duplicates("at").iloc[1:]
    if moments.empty:
        st.info(say("Figures have been taken in only once: there is no earlier data version."))
        return
    told = {
        str(row["at"]): f"v{row['version']}, {language.moment(_cache.local_time(str(row['at'])))}: {row['file_name']}"
        for row in moments.to_dict("records")
    }
    since = st.selectbox(
        say("Data version of the earlier report"),
        list(told),
        index=None,
        format_func=told.__getitem__,
        placeholder=say("choose one"),
        key="corrected_since",
    )
    if since is None:
        return
    corrected = _cache.corrections(
        choices.home, choices.version, choices.told_on, str(found.period), found.indicator.name, found.area, since
    )
    if corrected.empty:
        st.success(say("No figure of this indicator and area has changed since."))
        return
    table = _progress_tables.corrections_table(corrected, found.indicator, language)
    st.dataframe(table, width="stretch", hide_index=True)
    _download(table, "corrections", found, choices)


def _download(table: pd.DataFrame, name: str, found: AreaProgress, choices: _state.Choices) -> None:
    kind = "demo" if _cache.has_synthetic(choices.home, choices.version) else "phudien"
    file_name = f"{kind}_{name}_{found.indicator.name}_{found.area}_{found.period}.csv"
    st.download_button(
        choices.language.say("Download this table (.csv)"),
        _tables.csv_of(table),
        file_name,
        "text/csv",
        key=f"get_{name}",
    )
