"""How firm a plan is: households against money, the tornado of its assumptions, draws of losses and costs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from coverage.pages import _charts, _plan_cache, _plan_job, _plan_settings, _state
from coverage.pages._plan_cache import AskedPlan
from coverage.pages._plan_job import Tell
from coverage.pages._plan_numbers import amount, billions, counted
from coverage.planning.frontier import frontier
from coverage.planning.monte_carlo import MonteCarlo, stays
from coverage.planning.tornado import Tornado, tornado_of
from coverage.planning.typed_numbers import number_text
from geodata.errors import mark
from geodata.language import Language

VIEW: Final = "firm"
"""Name of the choice in the address."""

_BARS: Final = 15
_KIND_COLOURS: Final = {"takeovers": "#0072b2", "connections": "#e69f00", "both": "#009e73"}
_LOW, _HIGH = "#5b8db8", "#d98c5f"

_FRONTIER, _TORNADO, _DRAWS = "frontier", "tornado", "draws"


def draw(asked: AskedPlan, choices: _state.Choices) -> None:
    """Draw the section; nothing of it is reckoned before it is asked for."""
    view = _state.choose(
        VIEW,
        choices.language.say("How firm it is"),
        list(_VIEWS),
        default="money",
        show=lambda name: choices.language.say(_VIEWS[name][0]),
        horizontal=True,
    )
    _VIEWS[view][1](asked, choices)


def _done(
    kind: str,
    question: Hashable,
    work: Callable[[Tell], Any],
    describe: Callable[[Any], tuple[float, str]],
    choices: _state.Choices,
    *,
    can_stop: bool = True,
) -> Any:
    """Return what work beside the page gave; show its progress, or why it gave nothing, and return None meanwhile."""
    say = choices.language.say
    job = _plan_job.ask(choices.home, kind, question, work)
    if job.is_running:
        stop = say("Stop and keep what was reckoned") if can_stop else None
        _plan_job.draw_running(job, kind, describe, choices.language, stop=stop)
        return None
    if job.was_stopped and can_stop:
        st.info(say("It was stopped: a part was reckoned."))
        if st.button(say("Reckon all of it"), key=f"plan_whole_{kind}"):
            _plan_job.ask_again(kind)
            st.rerun()
    if job.error is not None:
        st.error(choices.language.explain(job.error))
    elif job.result is None:
        st.error(say("It was not reckoned because of a fault of the program; the log of the server has more."))
    return job.result


def _steps(language: Language, progress: tuple[int, int] | None) -> tuple[float, str]:
    done, every = progress or (0, 1)
    return done / every, language.say("{done} of {all} reckoned", done=done, all=every)


# ---- households against money


def _draw_money(asked: AskedPlan, choices: _state.Choices) -> None:
    language, say, plan = choices.language, choices.language.say, asked.plan

    def work(tell: Tell) -> pd.DataFrame:
        return frontier(plan.candidates, plan.request.rules, on_progress=lambda done, every: tell((done, every)))

    found = _done(_FRONTIER, asked.key, work, partial(_steps, language), choices)
    if found is None:
        return
    budget = sum(plan.request.rules.budget_vnd) / 1e9
    st.altair_chart(_frontier_chart(found, budget, language), width="stretch")
    st.caption(
        say(
            "The most households that can gain for each total budget (dashed: the budget asked for). Crews, what comes "
            "together and pins out are kept; minimums, targets and pins in are not."
        )
    )
    with st.expander(say("As a table")):
        st.dataframe(_frontier_table(found, language), hide_index=True, width="stretch")


def _frontier_chart(found: pd.DataFrame, budget: float, language: Language) -> alt.LayerChart:
    say = language.say
    names = {kind: say(_plan_settings.KINDS[kind]) for kind in found["kind"].unique()}
    table = pd.DataFrame(
        {
            "money": found["budget_vnd"] / 1e9,
            "households": found["households"].astype("int64"),
            "kind": found["kind"].map(names),
            "money_text": [billions(value, language) for value in found["budget_vnd"]],
            "households_text": [counted(value, language) for value in found["households"]],
        }
    )
    x = alt.X(
        "money:Q",
        title=say("Budget, all years (billion VND)"),
        axis=alt.Axis(grid=False, labelExpr=_charts.decimal_labels(language)),
    )
    colours = alt.Scale(domain=list(names.values()), range=[_KIND_COLOURS[kind] for kind in names])
    curve = (
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=x,
            y=_charts.count_axis("households", language, title=say("Households that gain")),
            color=alt.Color("kind:N", scale=colours, legend=alt.Legend(orient="bottom", title=None, labelLimit=300)),
            tooltip=[
                alt.Tooltip("kind:N", title=say("Plan")),
                alt.Tooltip("money_text:N", title=say("Budget (billion VND)")),
                alt.Tooltip("households_text:N", title=say("Households that gain")),
            ],
        )
    )
    rule = (
        alt.Chart(pd.DataFrame({"money": [budget]}))
        .mark_rule(strokeDash=[5, 4], color="#555555")
        .encode(x=alt.X("money:Q"))
    )
    return alt.layer(curve, rule).properties(height=400)


def _frontier_table(found: pd.DataFrame, language: Language) -> pd.DataFrame:
    say = language.say
    return pd.DataFrame(
        {
            say("Plan"): [say(_plan_settings.KINDS[kind]) for kind in found["kind"]],
            say("Budget (billion VND)"): [billions(value, language) for value in found["budget_vnd"]],
            say("Households that gain"): [counted(value, language) for value in found["households"]],
            say("Spent (billion VND)"): [billions(value, language) for value in found["cost_vnd"]],
            say("A further household (million VND)"): [
                amount(value, language, unit=1e6, decimals=2) for value in found["marginal_cost_vnd_per_household"]
            ],
            say("Optimality gap (%)"): [amount(value, language, unit=0.01, decimals=2) for value in found["gap"]],
        }
    )


# ---- tornado


def _draw_tornado(asked: AskedPlan, choices: _state.Choices) -> None:
    language, say, plan = choices.language, choices.language.say, asked.plan
    desk = _plan_cache.desk()
    shipped = desk.assumptions()

    def work(_tell: Tell) -> Tornado:
        return tornado_of(desk.inputs(plan.request), plan, shipped)

    found = _done(
        _TORNADO,
        asked.key,
        work,
        lambda _: (0.0, say("Reckoning each assumption at its low and high value …")),
        choices,
        can_stop=False,
    )
    if found is None:
        return
    titles = {name: one.title.text(language) for name, one in shipped.items()}
    st.altair_chart(_tornado_chart(found, titles, language), width="stretch")
    st.caption(
        say(
            "Net present value of this programme, in billion VND, with one assumption at its low and at its high value "
            "and the others as they are (dashed: all as they are); {n} assumptions change nothing.",
            n=len(found.unchanged),
        )
    )
    with st.expander(say("As a table")):
        st.dataframe(_tornado_table(found, titles, language), hide_index=True, width="stretch")


def _tornado_chart(found: Tornado, titles: dict[str, str], language: Language) -> alt.LayerChart:
    say, bars = language.say, found.bars.head(_BARS)
    names = [titles[name] for name in bars["name"]]
    low, high = say("at its low value"), say("at its high value")
    used = found.used.npv_vnd / 1e9
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "name": names,
                    "end": bars[f"npv_{level}_vnd"] / 1e9,
                    "used": used,
                    "level": label,
                    "value": [number_text(float(value), language) for value in bars[level]],
                    "npv": [billions(value, language) for value in bars[f"npv_{level}_vnd"]],
                }
            )
            for level, label in (("low", low), ("high", high))
        ]
    )
    axis = alt.Axis(labelExpr=_charts.decimal_labels(language))
    shown = (
        alt.Chart(table)
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=420, labelOverlap=False)),
            x=alt.X("used:Q", title=say("Net present value (billion VND)"), axis=axis, scale=alt.Scale(zero=False)),
            x2="end:Q",
            color=alt.Color(
                "level:N",
                scale=alt.Scale(domain=[low, high], range=[_LOW, _HIGH]),
                legend=alt.Legend(orient="bottom", title=None, labelLimit=300),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=say("Assumption")),
                alt.Tooltip("value:N", title=say("Value")),
                alt.Tooltip("npv:N", title=say("Net present value (billion VND)")),
            ],
        )
    )
    rule = (
        alt.Chart(pd.DataFrame({"used": [used]}))
        .mark_rule(strokeDash=[5, 4], color="#333333")
        .encode(x=alt.X("used:Q"))
    )
    return alt.layer(shown, rule).properties(height=130 + 26 * len(names))


def _tornado_table(found: Tornado, titles: dict[str, str], language: Language) -> pd.DataFrame:
    say, bars = language.say, found.bars

    def money(name: str) -> list[str]:
        return [billions(value, language) for value in bars[name]]

    return pd.DataFrame(
        {
            say("Assumption"): [titles[name] for name in bars["name"]],
            say("Low"): [number_text(float(value), language) for value in bars["low"]],
            say("High"): [number_text(float(value), language) for value in bars["high"]],
            say("Net present value at low (billion VND)"): money("npv_low_vnd"),
            say("Net present value at high (billion VND)"): money("npv_high_vnd"),
            say("Cost at low (billion VND)"): money("cost_low_vnd"),
            say("Cost at high (billion VND)"): money("cost_high_vnd"),
        }
    )


# ---- draws


def _draw_draws(asked: AskedPlan, choices: _state.Choices) -> None:
    language, say, plan = choices.language, choices.language.say, asked.plan
    with st.form("plan_draws", border=True):
        number, first = st.columns(2)
        draws = int(number.number_input(say("Number of draws"), 10, 1000, 100, step=10, key="plan_draw_number"))
        seed = int(first.number_input(say("Seed (the same seed, the same result)"), 0, 10**6, 2021, key="plan_seed"))
        if st.form_submit_button(say("Draw losses and costs"), type="primary"):
            st.session_state["plan_drawn"] = (draws, seed)
    drawn: tuple[int, int] | None = st.session_state.get("plan_drawn")
    if drawn is None:
        st.caption(
            say(
                "Losses and costs of all points are drawn at random between their low and high values; the programme "
                "is solved anew for each draw. A point that stays in most draws is a safe choice."
            )
        )
        return
    desk = _plan_cache.desk()

    def work(tell: Tell) -> MonteCarlo:
        return stays(
            desk.inputs(plan.request).without_faulty(),
            plan,
            desk.assumptions(),
            draws=drawn[0],
            seed=drawn[1],
            on_progress=lambda done, every: tell((done, every)),
        )

    found = _done(_DRAWS, (asked.key, drawn), work, partial(_steps, language), choices)
    if found is not None:
        _draw_found(asked, found, language)


def _draw_found(asked: AskedPlan, found: MonteCarlo, language: Language) -> None:
    say = language.say
    middle, cost = st.columns(2)
    for column, label, (low, mid, high) in (
        (middle, say("Net present value of this programme (billion VND)"), found.npv_vnd),
        (cost, say("Cost of this programme (billion VND)"), found.cost_vnd),
    ):
        column.metric(label, billions(mid, language))
        column.caption(
            say("{low} to {high} in 90% of the draws", low=billions(low, language), high=billions(high, language))
        )
    st.caption(
        say(
            "{drawn} of {draws} draws, seed {seed}; {solved} gave a programme, {within} of them within the gap.",
            drawn=found.drawn,
            draws=found.draws,
            seed=str(found.seed),
            solved=found.solved,
            within=found.within_gap,
        )
    )
    st.dataframe(_stays_table(asked, found, language), hide_index=True, width="stretch", height=420)


def _stays_table(asked: AskedPlan, found: MonteCarlo, language: Language) -> pd.DataFrame:
    say, rows = language.say, asked.report.rows
    share = found.stays.reindex(rows["candidate_code"]).to_numpy()
    order = pd.Series(share).sort_values(ascending=False, kind="stable").index
    rows, percent = rows.iloc[order], [100 * float(share[place]) for place in order]
    return pd.DataFrame(
        {
            say("Stays (%)"): [amount(value, language, decimals=0) for value in percent],
            say("In the programme"): [say("no") if pd.isna(year) else str(int(year)) for year in rows["year"]],
            say("Code"): rows["candidate_code"].to_numpy(),
            say("Commune"): rows["commune_name"].to_numpy(),
            say("Households"): [counted(value, language) for value in rows["households"]],
            say("Cost (million VND)"): [amount(value, language, unit=1e6, decimals=0) for value in rows["cost_vnd"]],
            say("Name"): rows["name"].to_numpy(),
        }
    )


_VIEWS: Final[dict[str, tuple[str, Callable[[AskedPlan, _state.Choices], None]]]] = {
    "money": (mark("Households against money"), _draw_money),
    "tornado": (mark("Which assumption decides"), _draw_tornado),
    "draws": (mark("How often each point stays"), _draw_draws),
}
"""What the section shows, by its code in the address."""
