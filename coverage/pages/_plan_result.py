"""What came of a plan: the facts beside the order by hand, and the ranked list with why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from coverage.pages import _plan_choices
from coverage.pages._plan_effect import outcome_of
from coverage.pages._plan_numbers import amount, billions, counted, millions
from coverage.pages._plan_point import PIN_WORDS
from coverage.planning.plan import Plan
from geodata.language import Language
from geodata.plan_data import PlanReport
from geodata.units import Units


def draw_facts(plan: Plan, report: PlanReport, language: Language) -> None:
    """Show what the programme reaches, how sure it is to be the best, and what the order by hand would reach."""
    say = language.say
    best, by_hand = outcome_of(plan, plan.programme.year), outcome_of(plan, plan.greedy.year)
    # What is better is green: fewer that remain; money is neither good nor bad.
    shown: tuple[tuple[str, Any, str, Any], ...] = (
        (say("Households that gain"), counted, "households", "normal"),
        (say("Households that remain"), counted, "remaining", "inverse"),
        (say("Cost (billion VND)"), billions, "cost_vnd", "off"),
        (say("Net present value (billion VND)"), billions, "npv_vnd", "normal"),
    )
    for column, (label, write, name, colour) in zip(st.columns(len(shown)), shown, strict=True):
        now, hand = getattr(best, name), getattr(by_hand, name)
        difference = write(now - hand, language, signed=True)
        column.metric(
            label,
            write(now, language),
            delta=say("{difference} against by hand", difference=difference).replace("−", "-", 1)
            if any(letter in "123456789" for letter in difference)
            else None,
            delta_color=colour,
        )
    st.write(_how_good(plan, language))
    with st.expander(say("All facts, and what was asked for")):
        table = pd.DataFrame({say("Result"): list(report.facts), say("Value"): list(report.facts.values())})
        st.table(table.set_index(say("Result")))
        for rule in report.rules:
            st.write(f"- {rule}")


def _how_good(plan: Plan, language: Language) -> str:
    """Return how sure the programme is to be the best, and how it stands against the order by hand."""
    say, best, by_hand = language.say, plan.programme, plan.greedy
    if best.score is None or best.gap is None or best.seconds is None:
        return say("No programme was found yet.")
    first = say(
        "No programme can score more than {gap} better than this one; it was found in {seconds} s.",
        gap=language.share(Decimal(repr(best.gap)), decimals=2),
        seconds=amount(best.seconds, language),
    )
    if by_hand.score is None:
        return first + " " + say("The order by hand breaks a rule.")
    more = (best.score - by_hand.score) / abs(by_hand.score) if by_hand.score else 0.0
    second = say(
        "Score {best} against {greedy} of the order by hand ({more}).",
        best=amount(best.score, language, decimals=4),
        greedy=amount(by_hand.score, language, decimals=4),
        more=amount(more, language, unit=0.01, decimals=2, signed=True) + "%",
    )
    return f"{first} {second}"


def draw_list(plan: Plan, report: PlanReport, units: Units, language: Language) -> str | None:
    """Show the ranked list with why; return the code of the row that was selected just now."""
    say, rows = language.say, report.rows
    terms = plan.programme.terms.reindex(rows["candidate_code"])
    pinned = _plan_choices.pins()
    per_household = [millions(value, language, decimals=2) for value in rows["cost_per_household_vnd"]]
    columns = {
        "#": rows["rank"],
        say("Year"): ["–" if pd.isna(year) else str(int(year)) for year in rows["year"]],
        say("Pin"): [say(PIN_WORDS[pinned[code]]) if code in pinned else "" for code in rows["candidate_code"]],
        say("Code"): rows["candidate_code"],
        say("Commune"): rows["commune_name"],
        say("Households"): [counted(value, language) for value in rows["households"]],
        say("Why"): rows["reason"],
        say("Cost (million VND)"): [millions(value, language) for value in rows["cost_vnd"]],
        say("A household (million VND)"): per_household,
        say("Net present value (million VND)"): [millions(value, language) for value in rows["npv_vnd"]],
        say("Adds: soonest"): [_term(value, language) for value in terms["soonest"]],
        say("Adds: value"): [_term(value, language) for value in terms["value"]],
        say("Adds: equity"): [_term(value, language) for value in terms["equity"]],
        say("Loss (%)"): [amount(value, language, unit=0.01) for value in rows["loss_share"]],
        say("District"): rows["area_name"],
        say("Name"): rows["name"],
    }
    if not units.has_districts:
        columns.pop(say("District"))
    event = st.dataframe(
        pd.DataFrame(columns),
        width="stretch",
        hide_index=True,
        height=420,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "#": st.column_config.NumberColumn(width=40),
            say("Pin"): st.column_config.TextColumn(width=52),
            say("Why"): st.column_config.TextColumn(width=430),
        },
        key="plan_list",
    )
    st.caption(
        say("What each adds to the score, in thousandths, by the weights; 0 where a weight is 0 or it is not done.")
    )
    chosen = event["selection"]["rows"]
    code = str(rows["candidate_code"].iloc[chosen[0]]) if chosen and chosen[0] < len(rows) else None
    was = st.session_state.get("plan_list_chosen")
    st.session_state["plan_list_chosen"] = code
    return code if code != was else None


def _term(value: float, language: Language) -> str:
    return amount(1000 * value, language, decimals=2) if pd.notna(value) else "–"
