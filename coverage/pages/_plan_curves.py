"""A plan over the years: the share on direct sale against its target, households, money."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from coverage.pages import _charts
from coverage.pages._plan_numbers import amount, billions, counted
from geodata.language import Language
from geodata.periods import Period
from geodata.plan_data import PlanReport

_GAINED, _REMAINS, _COST, _MARGIN, _FLOW, _TARGET = "#7fb3d5", "#a50f15", "#c0504d", "#4f81bd", "#404040", "#d95f02"


def draw(report: PlanReport, language: Language) -> None:
    """Draw the section."""
    say = language.say
    _draw_share(report, language)
    left, right = st.columns(2)
    with left:
        _title(say("Households: gained in the year (bars), remaining at its end (line)"))
        st.altair_chart(_households(report, language), width="stretch")
    with right:
        _title(say("Money by year, billion VND"))
        st.altair_chart(_money(report, language), width="stretch")
    st.dataframe(_table(report, language), hide_index=True, width="stretch")
    st.caption(
        say(
            "The margin is that of all points on direct sale by then, at prices and use of today, less operation; the "
            "year in which a point is done counts half. Cash flow = margin − cost, not discounted."
        )
    )


def _title(text: str) -> None:
    st.markdown(f"**{text}**")


# ---- the share on direct sale


def _draw_share(report: PlanReport, language: Language) -> None:
    say = language.say
    quarters = report.quarters
    if quarters.empty or quarters["direct_share"].isna().all():
        st.info(
            say(
                "The share on direct sale cannot be drawn: the programme begins before the quarter shown, or no "
                "commune reported what it is reckoned from."
            )
        )
        return
    first, last = (100 * float(quarters["direct_share"].dropna().iloc[place]) for place in (0, -1))
    _title(
        say(
            "Households on direct sale, of those with grid power: from {first}% to {last}%",
            first=amount(first, language, decimals=2),
            last=amount(last, language, decimals=2),
        )
    )
    st.altair_chart(_share_chart(quarters, language), width="stretch")
    if quarters["target_share"].isna().all():
        st.caption(say("No target of the share on direct sale is set for these areas; set one on the page Targets."))


def _share_chart(quarters: pd.DataFrame, language: Language) -> alt.LayerChart:
    say = language.say
    names = [language.period(Period.parse(period)) for period in quarters["period"]]
    table = pd.DataFrame(
        {
            "quarter": names,
            "share": 100 * quarters["direct_share"].astype("float64"),
            "target": 100 * quarters["target_share"].astype("float64"),
        }
    )
    for name in ("share", "target"):  # Vega would write tooltips with its own marks
        table[f"{name}_text"] = [amount(value, language, decimals=2) + "%" for value in table[name]]
    x = alt.X("quarter:N", sort=names, title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True))
    layers = [
        alt.Chart(table)
        .mark_line(point=True, color=_MARGIN)
        .encode(
            x=x,
            y=_charts.decimal_axis("share", language, title=say("On direct sale (%)"), has_zero=False),
            tooltip=[
                alt.Tooltip("quarter:N", title=say("Quarter")),
                alt.Tooltip("share_text:N", title=say("On direct sale (%)")),
            ],
        )
    ]
    due = table.dropna(subset="target")
    if len(due):
        layers.append(
            alt.Chart(due)
            .mark_point(shape="diamond", filled=True, size=140, color=_TARGET, opacity=1)
            .encode(
                x=x,
                y=alt.Y("target:Q"),
                tooltip=[
                    alt.Tooltip("quarter:N", title=say("Quarter")),
                    alt.Tooltip("target_text:N", title=say("Target (%)")),
                ],
            )
        )
    return alt.layer(*layers).properties(height=300)


# ---- households and money by year


def _households(report: PlanReport, language: Language) -> alt.LayerChart:
    table = pd.DataFrame(
        {
            "year": report.years["year"].astype("str"),
            "gained": report.years["households"].astype("int64"),
            "remaining": report.years["households_remaining"].astype("int64"),
        }
    )
    x = alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0))
    title = language.say("households")
    return alt.layer(
        alt.Chart(table).mark_bar(color=_GAINED).encode(x=x, y=_charts.count_axis("gained", language, title=title)),
        alt.Chart(table)
        .mark_line(color=_REMAINS, point=alt.OverlayMarkDef(color=_REMAINS))
        .encode(x=x, y=_charts.count_axis("remaining", language, title=title)),
    ).properties(height=300)


def _money(report: PlanReport, language: Language) -> alt.LayerChart:
    say, years = language.say, report.years
    names = {"cost": say("Cost"), "margin": say("Margin"), "flow": say("Cash flow")}
    year = years["year"].astype("str")
    bars = pd.concat(
        [
            pd.DataFrame({"year": year, "money": -years["cost_vnd"] / 1e9, "what": names["cost"]}),
            pd.DataFrame({"year": year, "money": years["margin_vnd"] / 1e9, "what": names["margin"]}),
        ]
    )
    line = pd.DataFrame({"year": year, "money": years["cash_flow_vnd"] / 1e9, "what": names["flow"]})
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(domain=list(names.values()), range=[_COST, _MARGIN, _FLOW]),
        legend=alt.Legend(orient="bottom", title=None),
    )
    x = alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0))
    y = _charts.decimal_axis("money", language, title=say("billion VND"))
    return alt.layer(
        alt.Chart(bars).mark_bar().encode(x=x, y=y, color=colour),
        alt.Chart(line).mark_line(point=True).encode(x=x, y=y, color=colour),
    ).properties(height=300)


def _table(report: PlanReport, language: Language) -> pd.DataFrame:
    say, years = language.say, report.years

    def money(name: str) -> list[str]:
        return [billions(value, language) for value in years[name]]

    return pd.DataFrame(
        {
            say("Year"): years["year"].astype("str"),
            say("Points and hamlets"): [counted(value, language) for value in years["points"]],
            say("Households"): [counted(value, language) for value in years["households"]],
            say("Households that remain"): [counted(value, language) for value in years["households_remaining"]],
            say("Budget (billion VND)"): money("budget_vnd"),
            say("Cost (billion VND)"): money("cost_vnd"),
            say("Margin (billion VND)"): money("margin_vnd"),
            say("Cash flow (billion VND)"): money("cash_flow_vnd"),
        }
    )
