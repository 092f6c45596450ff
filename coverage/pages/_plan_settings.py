"""What a planner asks of a plan: kinds, years, budgets, weights, crews, minimums, targets of districts, prices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from coverage.pages import _plan_cache, _plan_choices, _state
from coverage.planning.candidates import AreaTarget, ProgrammeRules, Weights
from coverage.planning.plan_input import PlanInputs
from coverage.planning.request import PlanRequest
from geodata.errors import mark
from geodata.language import Language

_OF_QUARTER: Final = "quarter"
"""Choice of the price decision that is in force at the end of the quarter."""

BILLION: Final = 1_000_000_000
MOST_YEARS: Final = 15

KINDS: Final = {
    "takeovers": mark("Take-overs"),
    "connections": mark("Connections"),
    "both": mark("Both, from one budget"),
}


def ask(base: PlanRequest, inputs: PlanInputs, choices: _state.Choices) -> PlanRequest:
    """
    Show the settings, and return what is asked for.

    Parameters
    ----------
    base
        What they begin with; see `PlanningDesk.default_request`.
    """
    begin, key = _plan_choices.begin_with(base, is_drawn=lambda end: f"plan_kind_{end}" in st.session_state)
    request, yearly = _ask_kind_and_money(begin, choices.language, key)
    request = _ask_weights(request, choices.language, key)
    title = choices.language.say(
        "Rules: budget of each year, crews, minimums, targets of districts, what stays together, prices"
    )
    with st.expander(title):
        request = _ask_budgets(request, begin.rules, yearly, choices.language, key)
        request = _ask_rules(request, inputs, choices.language, key)
    request = replace(
        request,
        leaves_out_faulty=_ask_faulty(begin, inputs, choices.language, key),
        level=st.session_state.get(_plan_choices.LEVEL, begin.level),
        assumptions=dict(st.session_state.get(_plan_choices.CHANGES, {})),
    )
    request = _plan_choices.pinned(request, _plan_choices.pins(), chosen_among(request, inputs))
    _plan_choices.keep_asked(request)
    return request


def chosen_among(request: PlanRequest, inputs: PlanInputs) -> list[str]:
    """Return the codes of the points and hamlets that a request chooses among."""
    used = inputs.without_faulty() if request.leaves_out_faulty else inputs
    points = used.points.index if request.takeovers else ()
    hamlets = used.hamlets.index if request.connections else ()
    return [*map(str, points), *map(str, hamlets)]


def _ask_faulty(begin: PlanRequest, inputs: PlanInputs, language: Language, key: str) -> bool:
    if not inputs.errors:
        return False
    return bool(
        st.checkbox(
            language.say("Leave the rows with errors out of the plan ({n})", n=len({p.where for p in inputs.errors})),
            value=begin.leaves_out_faulty,
            key=f"plan_leave_out_{key}",
        )
    )


# ---- kinds, years, money


def _kind_of(request: PlanRequest) -> str:
    if request.takeovers and request.connections:
        return "both"
    return "takeovers" if request.takeovers else "connections"


def _ask_kind_and_money(request: PlanRequest, language: Language, key: str) -> tuple[PlanRequest, float]:
    """Ask for kinds, years and money; return the request, and the yearly budget in billions that was typed."""
    say, rules = language.say, request.rules
    kinds, first, number, money = st.columns([2.4, 0.8, 0.8, 1.1])
    kind = kinds.segmented_control(
        say("Plan"),
        list(KINDS),
        default=_kind_of(request),
        format_func=lambda found: say(KINDS[found]),
        key=f"plan_kind_{key}",
        required=True,
    )
    first_year = int(first.number_input(say("First year"), 2000, 2100, rules.first_year, 1, key=f"plan_first_{key}"))
    before = rules.budget_vnd
    years = int(
        number.number_input(
            say("Number of years"), 1, MOST_YEARS, min(len(before), MOST_YEARS), step=1, key=f"plan_n_{key}"
        )
    )
    yearly = money.number_input(
        say("Budget a year (billion VND)"),
        min_value=0.0,
        value=round(sum(before) / len(before) / BILLION, 3),
        step=10.0,
        format="%g",
        key=f"plan_budget_{key}",
    )
    request = replace(request, takeovers=kind != "connections", connections=kind != "takeovers")
    return request.with_rules(first_year=first_year, budget_vnd=(yearly * BILLION,) * years), yearly


def _ask_budgets(
    request: PlanRequest, before: ProgrammeRules, yearly: float, language: Language, key: str
) -> PlanRequest:
    """Ask whether each year has its own budget, and for it."""
    say = language.say
    is_even = len(set(before.budget_vnd)) == 1
    years = len(request.rules.budget_vnd)
    own_column, carry_column = st.columns(2)
    is_own = own_column.toggle(say("State the budget of each year"), value=not is_even, key=f"plan_own_{key}")
    carries = carry_column.checkbox(
        say("Money left at the end of a year may be spent later"), before.carries_over, key=f"plan_carry_{key}"
    )
    own = _ask_each_year(before.budget_vnd, request.rules.years, yearly, language, key) if is_own else None
    budgets = _plan_choices.budgets_of(before.budget_vnd, years, yearly * BILLION, own)
    return request.with_rules(budget_vnd=budgets, carries_over=carries)


def _ask_each_year(
    before: tuple[float, ...], years: tuple[int, ...], yearly: float, language: Language, key: str
) -> list[float]:
    say = language.say
    table = pd.DataFrame(
        {
            "year": [str(year) for year in years],
            "budget": [before[place] / BILLION if place < len(before) else yearly for place in range(len(years))],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["year"],
        column_config={
            "year": st.column_config.TextColumn(say("Year")),
            "budget": st.column_config.NumberColumn(
                say("Budget (billion VND)"), min_value=0.0, required=True, format="localized"
            ),
        },
        key=f"plan_budgets_{key}_{years[0]}_{len(years)}",
    )
    return [float(value) * BILLION for value in edited["budget"]]


# ---- weights


def _ask_weights(request: PlanRequest, language: Language, key: str) -> PlanRequest:
    say, weights = language.say, request.weights
    shown = (
        ("soon", say("Households soonest"), weights.soonest, say("Households on direct sale or connected × years")),
        ("value", say("Net present value"), weights.value, say("Margin less operation and investment, discounted")),
        (
            "equity",
            say("Worst-off districts first"),
            weights.equity,
            say("The greatest share that still remains in any district, kept low in every year"),
        ),
    )
    found = [
        int(
            column.slider(label, 0, 100, round(100 * weight), 5, key=f"plan_{name}_{key}", help=about)  # %, as weights
        )
        for column, (name, label, weight, about) in zip(st.columns(3), shown, strict=True)
    ]
    asked = _plan_choices.weights_of(*found)
    if asked is None:
        st.warning(say("All weights are 0: households soonest is used."))
        asked = Weights()
    return replace(request, weights=asked)


# ---- rules


def _ask_rules(request: PlanRequest, inputs: PlanInputs, language: Language, key: str) -> PlanRequest:
    request = _ask_provinces(request, inputs, language, key)
    request = _ask_targets(request, inputs, language, key)
    together, prices = st.columns(2)
    with together:
        request = _ask_together(request, inputs, language, key)
    with prices:
        return _ask_prices(request, language, key)


def _ask_provinces(request: PlanRequest, inputs: PlanInputs, language: Language, key: str) -> PlanRequest:
    say, rules = language.say, request.rules
    communes = inputs.communes
    names = communes.drop_duplicates("province_code").set_index("province_code")["province_name"].sort_index()
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
            "least": st.column_config.NumberColumn(
                say("Households at least, over all years"), min_value=0, step=1, format="localized"
            ),
        },
        placeholder="–",
        key=f"plan_provinces_{key}",
    )
    return request.with_rules(
        crews={str(code): float(n) for code, n in edited["crews"].dropna().items()},
        least_households={str(code): int(n) for code, n in edited["least"].dropna().items() if int(n) > 0},
    )


def _ask_targets(request: PlanRequest, inputs: PlanInputs, language: Language, key: str) -> PlanRequest:
    say, rules = language.say, request.rules
    labels = _district_labels(inputs, language)
    by_label = {label: code for code, label in labels.items()}
    table = pd.DataFrame(
        {
            "area": pd.array([labels.get(one.area_code) for one in rules.area_targets], dtype="object"),
            "year": pd.array([one.year for one in rules.area_targets], dtype="Int64"),
            "left": pd.array([one.households_left for one in rules.area_targets], dtype="Int64"),
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        num_rows="dynamic",
        column_config={
            "area": st.column_config.SelectboxColumn(
                say("District: households that remain today"), options=list(by_label), required=True, width="large"
            ),
            "year": st.column_config.NumberColumn(
                say("By the end of"),
                min_value=rules.years[0],
                max_value=rules.years[-1],
                step=1,
                format="%d",
                default=rules.years[-1],
            ),
            "left": st.column_config.NumberColumn(
                say("Households that may remain"), min_value=0, step=1, default=0, format="localized"
            ),
        },
        placeholder="–",
        key=f"plan_targets_{key}",
    )
    return request.with_rules(area_targets=targets_of(edited, by_label))


def targets_of(rows: pd.DataFrame, by_label: dict[str, str]) -> tuple[AreaTarget, ...]:
    """Return the targets of a table (``area`` by its label, ``year``, ``left``); a row that is not complete is none."""
    return tuple(
        AreaTarget(by_label[row["area"]], int(row["year"]), int(row["left"]))
        for row in rows.dropna(subset=["area", "year", "left"]).to_dict("records")
    )


def _district_labels(inputs: PlanInputs, language: Language) -> dict[str, str]:
    """Return what readers call each district with something to do, by code: name, province, households."""
    both = pd.concat([inputs.points[["area_code", "households"]], inputs.hamlets[["area_code", "households"]]])
    sums = both.groupby("area_code")["households"].sum()
    named = inputs.communes.drop_duplicates("area_code").set_index("area_code")
    names = (named["area_name"] + ", " + named["province_name"]).to_dict()
    return {
        str(code): f"{names[code]}: {language.count(int(number))}" for code, number in sums.items() if code in names
    }


def _ask_together(request: PlanRequest, inputs: PlanInputs, language: Language, key: str) -> PlanRequest:
    names = sorted(inputs.points["organisation_name"].dropna().unique())
    together = st.multiselect(
        language.say("Organisations whose points are all taken over in the same year"),
        names,
        default=sorted(request.rules.together & set(names)),
        placeholder=language.say("None"),
        key=f"plan_together_{key}",
    )
    return request.with_rules(together=frozenset(map(str, together)) if request.takeovers else frozenset())


def _ask_prices(request: PlanRequest, language: Language, key: str) -> PlanRequest:
    decisions = _plan_cache.desk().tariffs().decisions
    days: list[Any] = [effective for _, effective in decisions]
    titles = {effective: f"{name} ({language.day(effective)})" for name, effective in decisions}
    used = request.priced_on
    in_force = [day for day in days if used is not None and day <= used]
    chosen = st.selectbox(
        language.say("Price decision"),
        [_OF_QUARTER, *days],
        index=days.index(in_force[-1]) + 1 if in_force else 0,
        format_func=lambda day: titles.get(day, language.say("the one in force at the end of the quarter")),
        key=f"plan_prices_{key}",
    )
    return replace(request, priced_on=None if chosen == _OF_QUARTER else chosen)
