"""The view of progress that tells when targets are reached: a range of quarters, its chart, and what it rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from coverage.forecast import BEST, NO_CHANGE, TITLES, Forecast
from coverage.forecast import CHANCE as CHANCE_OF_RANGES
from coverage.forecast_desk import AreaForecasts
from coverage.pace import METHODS
from coverage.pages import _cache, _charts, _forecast, _progress_tables, _state, _tables
from coverage.possible_paths import AHEAD
from coverage.progress_desk import AreaProgress
from coverage.works import BASIS_TEXTS
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE

CHANCE, METHOD = "chance", "method"

CHANCES: Final = ("0.5", "0.8", "0.9")

_COLOURS: Final = {"actual": "#1d2733", "middle": "#0b5cad", "target": "#b3261e"}
_LEAST_AHEAD: Final = 8


def draw(found: AreaProgress, choices: _state.Choices) -> None:
    """Draw the view for an area and its parts."""
    language, say = choices.language, choices.language.say
    if found.own["shortfall_target"].isna().all() and found.parts["shortfall_target"].isna().all():
        st.info(say("No target is set for this area and indicator."))
        return
    chance, method = _choose(language)
    told = _cache.area_forecasts(
        choices.home,
        choices.version,
        _cache.today(),
        choices.told_on,
        str(found.period),
        found.indicator.name,
        found.area,
        chance,
        method,
        language.code,
    )
    if found.area in told.forecasts:
        _draw_own(told, choices, is_drawn_above=(chance, method) == (str(CHANCE_OF_RANGES), BEST))
    table, shows = forecast_table(told, language)
    if len(table):
        st.subheader(
            say("By province")
            if found.area == COMPANY_CODE
            else _tables.parts_title(choices.units, found.area, language)
        )
        wide = {say("Reached"): st.column_config.Column(width="large")}
        st.dataframe(_progress_tables.style(table, shows), width="stretch", hide_index=True, column_config=wide)
        _download(table, "forecasts", told, choices)
    st.caption(
        say(
            "A range of {chance} held the quarter that came in as many of thousands of generated histories. It knows "
            "the pace of the past and the works that are reported, no new money or decision.",
            chance=language.share(Decimal(chance), decimals=0),
        )
    )
    _draw_works(told, choices)
    _draw_backtest(told, choices)


def _choose(language: Language) -> tuple[str, str]:
    first, second = st.columns(2)
    with first:
        chance = _state.choose(
            CHANCE,
            language.say("Chance of the range"),
            list(CHANCES),
            default="0.8",
            show=lambda code: language.share(Decimal(code), decimals=0),
            horizontal=True,
        )
    with second:
        method = _state.choose(
            METHOD,
            language.say("Method"),
            [BEST, *METHODS],
            default=BEST,
            show=lambda code: language.say(TITLES[code]),
        )
    return chance, method


# ---- the area itself


def _draw_own(told: AreaForecasts, choices: _state.Choices, *, is_drawn_above: bool) -> None:
    language, say = choices.language, choices.language.say
    own = told.forecasts[told.area]
    st.subheader(say("When the target is reached"))
    st.markdown(f"**{own.sentence(language)}**")
    notes = [_forecast.likelihood(own, told.due(told.area), language)]
    if own.method:
        notes.append(say("Method that weighs most: {method}.", method=own.method_title(language)))
    st.caption(" ".join(filter(None, notes)))
    if own.bands and not is_drawn_above:
        st.altair_chart(fan_chart(told, language), width="stretch")
        st.caption(
            say("The band and the broken line show the fewest households that will have been lacking by each quarter.")
        )


def fan_chart(told: AreaForecasts, language: Language) -> alt.LayerChart:
    """Draw what an area lacked, the band of its forecast, and what its target allows."""
    say = language.say
    quarter, title = say("Quarter"), say("Still lacking")
    own, past = told.forecasts[told.area], told.shortfall[told.area].dropna()
    path = own.path.iloc[: _quarters_shown(told, own)]
    periods = [*map(str, past.index), *map(str, path.index)]
    names = {"actual": say("Actual"), "middle": say("Forecast, middle"), "target": say("Target")}
    counts = {
        "actual": past,
        "middle": pd.concat([past.iloc[-1:], path["middle"]]),
        "target": pd.Series(int(told.targets["shortfall_target"][told.area]), index=periods),
    }
    lines = pd.DataFrame(
        {quarter: _quarter(code, language), title: int(count), "kind": names[kind], "text": language.count(int(count))}
        for kind, series in counts.items()
        for code, count in series.items()
    )
    band = pd.DataFrame(
        {
            quarter: [_quarter(code, language) for code in path.index],
            "low": path["low"].astype("int64").to_numpy(),
            "high": path["high"].astype("int64").to_numpy(),
        }
    )
    x = _charts.quarter_axis(quarter, periods, language)
    x.axis = alt.Axis(labelAngle=0, labelOverlap="parity")
    y = _charts.count_axis(title, language)
    area = alt.Chart(band).mark_area(opacity=0.25, color=_COLOURS["middle"])
    area = area.encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q")
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=400, symbolStrokeWidth=2.5)
    drawn = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("kind:N", title=None, legend=legend, scale=_scale(names, list(_COLOURS.values()))),
            strokeDash=alt.StrokeDash(
                "kind:N", title=None, legend=legend, scale=_scale(names, [[1, 0], [6, 3], [2, 2]])
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=say("Line")),
                f"{quarter}:N",
                alt.Tooltip("text:N", title=title),
            ],
        )
    )
    return alt.layer(area, drawn).properties(height=320)


def _scale(names: dict[str, str], values: list[Any]) -> alt.Scale:
    return alt.Scale(domain=list(names.values()), range=values)


def _quarter(code: Any, language: Language) -> str:
    return language.period(Period.parse(str(code)))


def _quarters_shown(told: AreaForecasts, own: Forecast) -> int:
    """Return how many quarters ahead the chart reaches: a little beyond what is told, and the day it is due."""
    codes = [str(code) for code in own.path.index]
    ends = (own.latest, own.likely, own.earliest, told.due(told.area))
    places = [codes.index(str(end)) + 2 for end in ends if end is not None and str(end) in codes]
    return min(AHEAD, max([_LEAST_AHEAD, *places]))


# ---- its parts


def forecast_table(told: AreaForecasts, language: Language) -> tuple[pd.DataFrame, dict[str, _progress_tables.Show]]:
    """Return the parts' forecasts with the headings that readers see, and how its columns are written."""
    say = language.say
    parts = {code: forecast for code, forecast in told.forecasts.items() if code != told.area}
    rows = [
        {
            say("Area"): told.names[code],
            say("Still lacking"): told.lacking(code),
            say("The target allows"): allowed,
            say("Gap to the target"): None if (lacking := told.lacking(code)) is None else lacking - allowed,
            say("Due"): _period(told.due(code), language),
            say("Reached"): forecast.sentence(language),
            say("Middle"): _period(forecast.likely, language),
            say("Against the due date"): _forecast.against_due(forecast, told.due(code), language),
            say("Known works (households)"): told.works(code),
            say("Method"): forecast.method_title(language) or "–",
        }
        for code, forecast in parts.items()
        for allowed in [int(told.targets["shortfall_target"][code])]
    ]
    whole = _progress_tables.count_text(language)
    counted = [say("Still lacking"), say("Gap to the target")]
    headings = [*counted, say("The target allows"), say("Known works (households)")]
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(counted, "Int64")) if rows else table, dict.fromkeys(headings, whole)


def _period(period: Period | None, language: Language) -> str:
    return "–" if period is None else language.period(period)


# ---- what it rests on


def _draw_works(told: AreaForecasts, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    works = _cache.coming_works(
        choices.home, choices.version, choices.told_on, str(told.period), told.indicator.name, told.area
    )
    if works.empty:
        return
    with st.expander(say("Works that are counted ({count})", count=len(works))):
        table = pd.DataFrame(
            {
                say("Commune"): works["commune_name"],
                say("Still to come"): works["households"],
                say("In the quarter"): [_progress_tables.period_text(code, language) for code in works["period"]],
                say("By"): [say(BASIS_TEXTS[basis]) for basis in works["basis"]],
                say("Planned (households)"): works["households_planned"],
                say("Connected"): works["households_connected"],
                say("Work"): works["work_name"],
            }
        )
        st.dataframe(table, width="stretch", hide_index=True)
        if works["is_limited"].any():
            sentence = say(
                "{n} works plan more than their commune lacks: counted up to what it lacks.",
                n=int(works["is_limited"].sum()),
            )
            st.warning(sentence)
        st.caption(
            say(
                "Works come no earlier than stated and up to three quarters late, by chances that we assume. They are "
                "not added to the pace of the past, which is how works have come so far."
            )
        )


def _draw_backtest(told: AreaForecasts, choices: _state.Choices) -> None:
    language, say = choices.language, choices.language.say
    with st.expander(say("How well each method would have foretold these areas before")):
        errors = _cache.forecast_backtest(
            choices.home, choices.version, choices.told_on, str(told.period), told.indicator.name, told.area
        )
        if errors.empty:
            st.write(say("No area has so many quarters that one could be foretold from those before it."))
            return
        st.dataframe(backtest_table(errors, language), width="stretch", hide_index=True)
        st.caption(
            say(
                "From every quarter with four known ones before it, by what was known then. Errors of the households "
                "lacking, as a part of those of no change. docs/forecast.md tells more."
            )
        )


def backtest_table(errors: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the errors of a backtest by method and quarters ahead, as readers see them."""
    say = language.say
    ahead = errors[errors["ahead"] > 0]
    shares = ahead.pivot_table(index="method", columns="ahead", values="relative_error")
    order = [name for name in (BEST, *METHODS, NO_CHANGE) if name in shares.index]
    table = pd.DataFrame({say("Method"): [say(TITLES[name]) for name in order]})
    for horizon in shares.columns:
        values = shares[horizon].reindex(order)
        heading = say("Quarters ahead: {ahead}", ahead=int(horizon))
        table[heading] = ["–" if pd.isna(v) else language.share(Decimal(str(v)), decimals=0) for v in values]
    return table


def _download(table: pd.DataFrame, name: str, told: AreaForecasts, choices: _state.Choices) -> None:
    kind = "demo" if _cache.has_synthetic(choices.home, choices.version) else "phudien"
    file_name = f"{kind}_{name}_{told.indicator.name}_{told.area}_{told.period}.csv"
    label = choices.language.say("Download this table (.csv)")
    st.download_button(label, _tables.csv_of(table), file_name, "text/csv", key=f"get_{name}")
