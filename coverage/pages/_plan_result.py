"""What came of a plan: facts, the ranked list with why, curves over the years."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from coverage.pages import _charts, _plan_settings, _tables
from coverage.planning.plan import Plan
from geodata.language import Language
from geodata.plan_data import PlanReport
from geodata.units import Units

_MILLION: Final = 1_000_000


def draw_facts(plan: Plan, report: PlanReport, language: Language) -> None:
    """Show what the programme reaches, how sure it is to be the best, and what the order by hand would reach."""
    say = language.say
    years = report.years
    shown = (
        (say("Households that gain"), language.count(int(years["households"].sum()))),
        (
            say("Households that remain"),
            language.count(int(years["households_remaining"].iloc[-1])) if len(years) else "–",
        ),
        (say("Cost (billion VND)"), _billions(float(years["cost_vnd"].sum()), language)),
        (say("Net present value (billion VND)"), _billions(worth(plan, report), language)),
    )
    for column, (label, text) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, text)
    table = pd.DataFrame({say("Result"): list(report.facts), say("Value"): list(report.facts.values())})
    with st.expander(say("How good it is: gap, time, and the order by hand"), expanded=True):
        st.dataframe(table, hide_index=True, width="stretch")


def worth(plan: Plan, report: PlanReport) -> float:
    """Return the net present value of what is done, discounted to the first year (VND)."""
    done = report.rows.dropna(subset="year")
    rules = plan.request.rules
    factor = (1 + rules.discount_rate) ** (done["year"].astype("float64") - rules.first_year)
    return float((done["npv_vnd"] / factor).sum())


def draw_change(before: PlanReport | None, after: PlanReport, language: Language) -> None:
    """Show what the last move of the settings changed: households, money, which points came and went."""
    if before is None:
        return
    say = language.say
    was, now = (set(report.rows.dropna(subset="year")["candidate_code"]) for report in (before, after))
    gained = int(after.years["households"].sum()) - int(before.years["households"].sum())
    cost = float(after.years["cost_vnd"].sum()) - float(before.years["cost_vnd"].sum())
    old, new = (report.rows.set_index("candidate_code")["year"] for report in (before, after))
    both = sorted(was & now)
    moved = int((old.loc[both] != new.loc[both]).sum())
    if not (gained or abs(cost) >= 1 or was ^ now or moved):
        return
    sign = "+" if gained > 0 else ""
    st.info(
        say(
            "The last change: {households} households, {cost} billion VND; {into} more in the programme, {out} out of "
            "it, {moved} in another year.",
            households=f"{sign}{language.count(gained)}",
            cost=("+" if cost > 0 else "") + _billions(cost, language),
            into=len(now - was),
            out=len(was - now),
            moved=moved,
        )
    )


def _billions(vnd: float, language: Language) -> str:
    return language.decimal(Decimal(repr(round(vnd / 1e9, 6))), decimals=1)


def draw_list(plan: Plan, report: PlanReport, units: Units, language: Language) -> str | None:
    """Show the ranked list with why; return the code of the row that is selected."""
    say = language.say
    rows = report.rows
    terms = plan.programme.terms.reindex(rows["candidate_code"])
    pinned = _plan_settings.pins()
    marks = {_plan_settings.IN: say("in"), _plan_settings.OUT: say("out")}
    table = pd.DataFrame(
        {
            say("Rank"): rows["rank"],
            say("Year"): rows["year"],
            say("Pinned"): [marks.get(pinned.get(code, ""), "") for code in rows["candidate_code"]],
            say("Code"): rows["candidate_code"],
            say("Commune"): rows["commune_name"],
            say("District"): rows["area_name"],
            say("Households"): _tables.with_separators(rows[["households"]], language)["households"],
            say("Cost (million VND)"): [_millions(value, language) for value in rows["cost_vnd"]],
            say("A household (million VND)"): [_millions(v, language, 2) for v in rows["cost_per_household_vnd"]],
            say("Net present value (million VND)"): [_millions(value, language) for value in rows["npv_vnd"]],
            say("Loss"): [
                "–" if pd.isna(v) else language.share(Decimal(repr(float(v))), decimals=1) for v in rows["loss_share"]
            ],
            say("Why"): rows["reason"],
            say("Name"): rows["name"],
            say("Adds: soonest"): [_term(value, language) for value in terms["soonest"]],
            say("Adds: value"): [_term(value, language) for value in terms["value"]],
            say("Adds: equity"): [_term(value, language) for value in terms["equity"]],
        }
    )
    if not units.has_districts:
        table = table.drop(columns=say("District"))
    event = st.dataframe(
        table,
        width="stretch",
        hide_index=True,
        height=520,
        on_select="rerun",
        selection_mode="single-row",
        key="plan_list",
    )
    st.caption(
        say("What each adds to the score, in thousandths, by the weights; 0 where a weight is 0 or it is not done.")
    )
    chosen = event["selection"]["rows"]
    return str(rows["candidate_code"].iloc[chosen[0]]) if chosen and chosen[0] < len(rows) else None


def _millions(vnd: float, language: Language, decimals: int = 0) -> str:
    return "–" if pd.isna(vnd) else language.decimal(Decimal(repr(round(vnd / _MILLION, 6))), decimals=decimals)


def _term(value: float, language: Language) -> str:
    return "–" if pd.isna(value) else language.decimal(Decimal(repr(round(1000 * float(value), 6))), decimals=2)


def draw_curves(report: PlanReport, language: Language) -> None:
    """Show households that remain and gain by year, and the money."""
    say = language.say
    years = report.years.assign(year=report.years["year"].astype("str"))
    left, right = st.columns(2)
    with left:
        gained, remain = say("Households that gain"), say("Households that remain")
        bars = pd.DataFrame({say("Year"): years["year"], gained: years["households"].astype("int64")})
        line = pd.DataFrame({say("Year"): years["year"], remain: years["households_remaining"].astype("int64")})
        x = alt.X(f"{say('Year')}:N", axis=alt.Axis(labelAngle=0))
        st.altair_chart(
            alt.layer(
                alt.Chart(bars).mark_bar(color="#9ecae1").encode(x=x, y=_charts.count_axis(gained, language)),
                alt.Chart(line)
                .mark_line(color="#a50f15", point=True)
                .encode(x=x, y=_charts.count_axis(remain, language)),
            ).resolve_scale(y="independent"),
            width="stretch",
        )
        st.caption(say("Bars: households that gain in the year; line: households that remain at its end."))
    with right:
        money = say("billion VND")
        flows = {
            say("Cost"): -years["cost_vnd"],
            say("Margin of what is on direct sale"): years["margin_vnd"],
            say("Cash flow"): years["cash_flow_vnd"],
        }
        table = pd.concat(
            [pd.DataFrame({say("Year"): years["year"], money: v / 1e9, "what": name}) for name, v in flows.items()]
        )
        st.altair_chart(
            alt.Chart(table)
            .mark_bar()
            .encode(
                x=alt.X(f"{say('Year')}:N", axis=alt.Axis(labelAngle=0)),
                xOffset="what:N",
                y=alt.Y(f"{money}:Q"),
                color=alt.Color("what:N", title="", legend=alt.Legend(orient="bottom")),
            ),
            width="stretch",
        )
    table = report.years.copy()
    billions = ["budget_vnd", "cost_vnd", "margin_vnd", "cash_flow_vnd"]
    shown = pd.DataFrame(
        {
            say("Year"): table["year"].astype("str"),
            say("Points and hamlets"): table["points"],
            say("Households"): _tables.with_separators(table[["households"]], language)["households"],
            **{
                title: [_billions(float(v), language) for v in table[name]]
                for name, title in zip(
                    billions,
                    (
                        say("Budget (billion VND)"),
                        say("Cost (billion VND)"),
                        say("Margin (billion VND)"),
                        say("Cash flow (billion VND)"),
                    ),
                    strict=True,
                )
            },
            say("Households that remain"): _tables.with_separators(table[["households_remaining"]], language)[
                "households_remaining"
            ],
        }
    )
    st.dataframe(shown, hide_index=True, width="stretch")
    if len(report.quarters):
        _draw_share(report, language)


def _draw_share(report: PlanReport, language: Language) -> None:
    say = language.say
    share, target = say("Share on direct sale (%)"), say("Target (%)")
    quarter = say("Quarter")
    table = pd.DataFrame(
        {
            quarter: report.quarters["period"].astype("str"),
            share: report.quarters["direct_share"].astype("float64") * 100,
            target: report.quarters["target_share"].astype("float64") * 100,
        }
    )
    x = alt.X(f"{quarter}:N", sort=None, axis=alt.Axis(labelAngle=-45))
    layers = [
        alt.Chart(table)
        .mark_line(point=True, color="#1a7f37")
        .encode(x=x, y=alt.Y(f"{share}:Q", scale=alt.Scale(zero=False)))
    ]
    if table[target].notna().any():
        layers.append(
            alt.Chart(table.dropna()).mark_line(strokeDash=[4, 3], color="#5f6368").encode(x=x, y=f"{target}:Q")
        )
    st.altair_chart(alt.layer(*layers), width="stretch")
