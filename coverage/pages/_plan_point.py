"""The point or hamlet that a planner looks at: what it costs and brings, why it is done or not, pinned in or out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import _plan_choices
from coverage.pages._plan_numbers import amount, counted, millions
from coverage.planning.plan import Plan
from geodata.errors import mark
from geodata.language import Language
from geodata.plan_data import PlanReport

PIN_WORDS: Final = {_plan_choices.IN: mark("in"), _plan_choices.OUT: mark("out")}


def draw(plan: Plan, report: PlanReport, language: Language) -> None:
    """Show the point that was clicked on the map or in the list, its pin, and all pins."""
    say = language.say
    rows = report.rows.set_index("candidate_code")
    code: str | None = st.session_state.get(_plan_choices.POINT)
    if code is None or code not in rows.index:
        st.info(say("Click a point on the map, or a row of the list, to see why, and to pin it in or out."))
    else:
        _draw_point(code, report.rows[report.rows["candidate_code"] == code].iloc[0], plan, language)
    _draw_pins(list(rows.index), language)


def _draw_point(code: str, row: pd.Series[Any], plan: Plan, language: Language) -> None:
    say = language.say
    year = say("not done") if pd.isna(row["year"]) else say("done in {year}", year=str(int(row["year"])))
    name = f"{row['name']}".strip()
    st.markdown(f"**{code}** · {name}  \n{row['commune_name']}, {row['area_name']} · **{year}**")
    if row["reason"]:
        st.caption(str(row["reason"]))
    with st.container(horizontal=True, gap="small"):
        _pin_buttons(code, language)
    st.table(_facts(row, plan.programme.terms, code, language))  # it wraps: nothing is cut beside the map


def _pin_buttons(code: str, language: Language) -> None:
    say = language.say
    now = _plan_choices.pins().get(code)
    for label, where, icon in (
        (say("Pin in"), _plan_choices.IN, ":material/keep:"),
        (say("Pin out"), _plan_choices.OUT, ":material/block:"),
        (say("Free"), None, ":material/keep_off:"),
    ):
        if st.button(label, key=f"plan_pin_{where}", disabled=now == where, icon=icon):
            _plan_choices.pin(code, where)
            st.rerun()


def _facts(row: pd.Series[Any], terms: pd.DataFrame, code: str, language: Language) -> pd.DataFrame:
    say = language.say
    never = say("never")
    facts = {
        say("Households"): counted(row["households"], language),
        say("Cost (million VND)"): millions(row["cost_vnd"], language),
        say("A household (million VND)"): millions(row["cost_per_household_vnd"], language, decimals=2),
        say("Net present value (million VND)"): millions(row["npv_vnd"], language),
    }
    if row["technology"]:
        facts[say("Technology")] = str(row["technology"])
        facts[say("Levelised cost (VND/kWh)")] = counted(row["lcoe_vnd_per_kwh"], language)
    else:
        facts[say("Margin a year (million VND)")] = millions(row["margin_vnd_year"], language)
        facts[say("Pay-back (years)")] = (
            never if pd.isna(row["payback_years"]) else amount(row["payback_years"], language)
        )
        facts[say("Loss today (%)")] = amount(row["loss_share"], language, unit=0.01)
    facts[say("Crew weeks")] = amount(row["crew_weeks"], language)
    own = {name: float(terms[name][code]) for name in terms.columns}
    for name, label in (
        ("soonest", say("Adds: soonest")),
        ("value", say("Adds: value")),
        ("equity", say("Adds: equity")),
    ):
        if own[name]:
            facts[label] = amount(1000 * own[name], language, decimals=2)
    return pd.DataFrame({say("Value"): list(facts.values())}, index=pd.Index(list(facts), name=say("This point")))


def _draw_pins(codes: Sequence[str], language: Language) -> None:
    say, chosen = language.say, _plan_choices.pins()
    inside = [code for code in codes if chosen.get(code) == _plan_choices.IN]
    outside = [code for code in codes if chosen.get(code) == _plan_choices.OUT]
    if inside:
        st.caption(say("pinned in: {codes}", codes=", ".join(inside)))
    if outside:
        st.caption(say("pinned out: {codes}", codes=", ".join(outside)))
    if (inside or outside) and st.button(say("Free all pins"), key="plan_free_all"):
        for code in (*inside, *outside):
            _plan_choices.pin(code, None)
        st.rerun()
