"""What a planner asks of a plan: years, budgets, crews, weights, pins, assumptions; kept in the session, as choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import _plan_cache, _state
from coverage.planning.assumptions import SEEN, AssumptionError, Assumptions
from coverage.planning.candidates import Weights
from coverage.planning.request import HIGH, LOW, MID, PlanRequest
from geodata.errors import mark
from geodata.language import Language

BILLION: Final = 1_000_000_000
MOST_YEARS: Final = 15

PINS: Final = "plan_pins"
CHANGES: Final = "plan_assumptions"
"""Keys of the session: points that are pinned in or out by code; assumptions that were changed by name."""

IN, OUT = "in", "out"

LEVEL_NAMES: Final = {LOW: mark("low values"), MID: mark("mid values"), HIGH: mark("high values")}

KINDS: Final = {
    "takeovers": mark("Take-overs"),
    "connections": mark("Connections"),
    "both": mark("Both, from one budget"),
}


def pins() -> dict[str, str]:
    """Return which points and hamlets are pinned `IN` or `OUT`, by code."""
    chosen: dict[str, str] = st.session_state.setdefault(PINS, {})
    return chosen


def pin(code: str, where: str | None) -> None:
    """Pin a point or hamlet `IN` or `OUT`, or free it (None)."""
    if where is None:
        pins().pop(code, None)
    else:
        pins()[code] = where


def take_over(request: PlanRequest) -> None:
    """Make the settings those of a request, such as the one of a scenario."""
    st.session_state[PINS] = {
        **dict.fromkeys(sorted(request.rules.must_take), IN),
        **dict.fromkeys(sorted(request.rules.must_not_take), OUT),
    }
    st.session_state[CHANGES] = dict(request.assumptions)
    st.session_state["plan_loaded"] = request
    st.session_state["plan_form"] = st.session_state.get("plan_form", 0) + 1


def ask(base: PlanRequest, choices: _state.Choices) -> PlanRequest:
    """
    Show the settings, and return what is asked for.

    Parameters
    ----------
    base
        What they begin with; see `PlanningDesk.default_request`.
    """
    loaded: PlanRequest | None = st.session_state.get("plan_loaded")
    begin = loaded if loaded is not None and loaded.areas == base.areas and loaded.told_on == base.told_on else base
    # Widgets begin anew when another scenario, area or quarter is chosen.
    key = f"{st.session_state.get('plan_form', 0)}_{'+'.join(base.areas)}_{base.period}"
    say = choices.language.say
    kind = st.segmented_control(
        say("Plan"),
        list(KINDS),
        default=_kind_of(begin),
        format_func=lambda found: say(KINDS[found]),
        key=f"plan_kind_{key}",
        required=True,
    )
    request = replace(begin, takeovers=kind != "connections", connections=kind != "takeovers")
    request = _ask_money(request, choices.language, key)
    request = _ask_weights(request, choices.language, key)
    with st.expander(say("Crews, minimums, what stays together")):
        request = _ask_rules(request, choices, key)
    chosen = pins()
    return replace(
        request.with_rules(
            must_take=frozenset(code for code, where in chosen.items() if where == IN),
            must_not_take=frozenset(code for code, where in chosen.items() if where == OUT),
        ),
        assumptions=dict(st.session_state.get(CHANGES, {})),
    )


def _kind_of(request: PlanRequest) -> str:
    if request.takeovers and request.connections:
        return "both"
    return "takeovers" if request.takeovers else "connections"


def _ask_money(request: PlanRequest, language: Language, key: str) -> PlanRequest:
    say, rules = language.say, request.rules
    first, number, money = st.columns(3)
    first_year = int(
        first.number_input(say("First year"), 2000, 2100, rules.first_year, step=1, key=f"plan_first_{key}")
    )
    years = int(
        number.number_input(
            say("Number of years"), 1, MOST_YEARS, min(len(rules.budget_vnd), MOST_YEARS), step=1, key=f"plan_n_{key}"
        )
    )
    before = rules.budget_vnd
    yearly = money.number_input(
        say("Budget a year (billion VND)"),
        min_value=0.0,
        value=round(sum(before) / len(before) / BILLION, 3),
        step=10.0,
        format="%.1f",
        key=f"plan_budget_{key}",
    )
    is_even = len(set(before)) == 1
    budgets = [yearly * BILLION] * years
    with st.expander(say("Another budget in each year"), expanded=not is_even):
        own = st.toggle(say("State the budget of each year"), value=not is_even, key=f"plan_own_{key}")
        if own:
            table = pd.DataFrame(
                {
                    "year": [first_year + place for place in range(years)],
                    "budget": [before[place] / BILLION if place < len(before) else yearly for place in range(years)],
                }
            )
            edited = st.data_editor(
                table,
                hide_index=True,
                disabled=["year"],
                column_config={
                    "year": st.column_config.NumberColumn(say("Year"), format="%d"),
                    "budget": st.column_config.NumberColumn(say("Budget (billion VND)"), min_value=0.0, required=True),
                },
                key=f"plan_budgets_{key}_{first_year}_{years}",
            )
            budgets = [float(value) * BILLION for value in edited["budget"]]
        carries = st.checkbox(
            say("Money left at the end of a year may be spent later"), rules.carries_over, key=f"plan_carry_{key}"
        )
    return request.with_rules(first_year=first_year, budget_vnd=tuple(budgets), carries_over=carries)


def _ask_weights(request: PlanRequest, language: Language, key: str) -> PlanRequest:
    say, weights = language.say, request.weights
    title = say("What the programme is to be good at")
    st.markdown(f"**{title}**")
    soonest, value, equity = st.columns(3)
    found = Weights(
        soonest=soonest.slider(say("Households soonest"), 0.0, 1.0, weights.soonest, 0.05, key=f"plan_soon_{key}"),
        value=value.slider(say("Net present value"), 0.0, 1.0, weights.value, 0.05, key=f"plan_value_{key}"),
        equity=equity.slider(say("Worst-off districts first"), 0.0, 1.0, weights.equity, 0.05, key=f"plan_eq_{key}"),
    )
    if found == Weights(0.0, 0.0, 0.0):
        st.warning(say("All weights are 0: households soonest is used."))
        found = Weights()
    return replace(request, weights=found)


def _ask_rules(request: PlanRequest, choices: _state.Choices, key: str) -> PlanRequest:
    say, rules = choices.language.say, request.rules
    desk_inputs = _plan_cache.inputs_of(choices.home, choices.version, _of_input(request))
    communes, points = desk_inputs.communes, desk_inputs.points
    names = communes.drop_duplicates("province_code").set_index("province_code")["province_name"]
    table = pd.DataFrame(
        {
            "province": names.to_numpy(),
            "crews": [rules.crews.get(code) for code in names.index],
            "least": [rules.least_households.get(code) for code in names.index],
        },
        index=names.index,
    ).astype({"crews": "Float64", "least": "Int64"})
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["province"],
        column_config={
            "province": st.column_config.TextColumn(say("Province")),
            "crews": st.column_config.NumberColumn(say("Crews (blank: no limit)"), min_value=0.0),
            "least": st.column_config.NumberColumn(say("Households at least, over all years"), min_value=0, step=1),
        },
        key=f"plan_provinces_{key}",
    )
    together = st.multiselect(
        say("Organisations whose points are all taken over in the same year"),
        sorted(points["organisation_name"].dropna().unique()),
        default=sorted(rules.together & set(points["organisation_name"].dropna())),
        placeholder=say("None"),
        key=f"plan_together_{key}",
    )
    decisions = _plan_cache.desk().tariffs().decisions
    days = [effective for _, effective in decisions]
    titles = {effective: f"{name} ({choices.language.day(effective)})" for name, effective in decisions}
    used = request.priced_on
    in_force = [day for day in days if used is not None and day <= used]
    priced_on = st.selectbox(
        say("Price decision"),
        [None, *days],
        index=days.index(in_force[-1]) + 1 if in_force else 0,
        format_func=lambda day: say("the one in force at the end of the quarter") if day is None else titles[day],
        key=f"plan_prices_{key}",
    )
    return replace(
        request.with_rules(
            crews={str(code): float(n) for code, n in edited["crews"].dropna().items()},
            least_households={str(code): int(n) for code, n in edited["least"].dropna().items() if int(n) > 0},
            together=frozenset(together),
        ),
        priced_on=priced_on,
    )


def _of_input(request: PlanRequest) -> tuple[tuple[str, ...], str, date, date | None]:
    return request.areas, request.period, request.told_on, request.priced_on


# ---- assumptions


def ask_assumptions(shipped: Assumptions, request: PlanRequest, language: Language) -> str:
    """Show every assumption in one table to change; return the level that the plan rests on."""
    say = language.say
    changes: dict[str, tuple[float, float, float]] = st.session_state.setdefault(CHANGES, {})
    now = shipped.changed(changes)
    level = st.radio(
        say("The plan rests on"),
        list(LEVEL_NAMES),
        index=list(LEVEL_NAMES).index(request.level),
        format_func=lambda found: say(LEVEL_NAMES[found]),
        horizontal=True,
        key="plan_level",
    )
    edited = st.data_editor(
        _table(now, language),
        hide_index=True,
        disabled=["title", "unit", "status", "source"],
        column_config={
            "title": st.column_config.TextColumn(say("Assumption"), width="large"),
            "low": st.column_config.NumberColumn(say("Low"), required=True),
            "mid": st.column_config.NumberColumn(say("Mid"), required=True),
            "high": st.column_config.NumberColumn(say("High"), required=True),
            "unit": st.column_config.TextColumn(say("Unit")),
            "status": st.column_config.TextColumn(say("Status")),
            "source": st.column_config.TextColumn(say("Source"), width="large"),
        },
        height=420,
        key=f"plan_assumed_{st.session_state.get('plan_form', 0)}_{st.session_state.get('plan_assumed', 0)}",
    )
    found, errors = changed_values(shipped, now, edited[["low", "mid", "high"]])
    for error in errors:
        st.error(language.explain(error))
    if found != changes and not errors:
        st.session_state[CHANGES] = found
        st.rerun()
    if changes and st.button(say("Take all changes back"), key="plan_assumed_back"):
        st.session_state[CHANGES] = {}
        st.session_state["plan_assumed"] = st.session_state.get("plan_assumed", 0) + 1
        st.rerun()
    return str(level)


def changed_values(
    shipped: Assumptions, now: Assumptions, edited: pd.DataFrame
) -> tuple[dict[str, tuple[float, float, float]], list[AssumptionError]]:
    """
    Return what an edited table changes of the shipped assumptions, and what is wrong with it, row by row.

    Parameters
    ----------
    edited
        Columns ``low``, ``mid``, ``high``, in the order of `now`.
    """
    found: dict[str, tuple[float, float, float]] = {}
    errors = []
    for name, row in zip(now, edited.to_dict("records"), strict=True):
        values = (float(row["low"]), float(row["mid"]), float(row["high"]))
        try:
            changed = shipped[name].changed_to(*values)
        except AssumptionError as error:
            errors.append(error)
            continue
        if changed.is_changed:
            found[name] = values
    return found, errors


def _table(now: Assumptions, language: Language) -> pd.DataFrame:
    say = language.say
    rows: list[Mapping[str, Any]] = [
        {
            "title": one.title.text(language),
            "low": one.low,
            "mid": one.mid,
            "high": one.high,
            "unit": one.unit.text(language),
            "status": say("changed by you")
            if one.is_changed
            else say("seen")
            if one.status == SEEN
            else _assumed(one.status, language),
            "source": one.source.text(language),
        }
        for one in now.values()
    ]
    return pd.DataFrame(rows)


def _assumed(status: str, language: Language) -> str:
    return language.say("unverified: an assumption") if status == "unverified" else language.say("assumption")


def describe_pins(codes: Sequence[str], language: Language) -> str:
    """Return which points are pinned, in a sentence; blank where none is."""
    chosen = pins()
    inside = [code for code in codes if chosen.get(code) == IN]
    outside = [code for code in codes if chosen.get(code) == OUT]
    parts = [
        language.say("pinned in: {codes}", codes=", ".join(inside)) if inside else "",
        language.say("pinned out: {codes}", codes=", ".join(outside)) if outside else "",
    ]
    return "; ".join(part for part in parts if part)
