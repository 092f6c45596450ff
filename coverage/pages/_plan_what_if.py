"""What a plan rests on: households against money, the tornado of its assumptions, draws of losses and costs."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from coverage.pages import _plan_cache, _state
from coverage.planning.monte_carlo import MonteCarlo, stays
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from geodata.errors import PhuDienError, mark
from geodata.language import Language

_DRAWS: Final = "plan_draws"
"""Key of the session's draws. A thread is no choice, but it belongs to the session and goes with it."""

_KIND_NAMES: Final = {
    "takeovers": mark("Take-overs"),
    "connections": mark("Connections"),
    "both": mark("Both, from one budget"),
}


def draw(plan: Plan, choices: _state.Choices) -> None:
    """Draw the section; nothing of it is reckoned before it is asked for."""
    say = choices.language.say
    st.subheader(say("How firm it is"))
    money, tornado, draws = st.tabs(
        [say("Households against money"), say("Which assumption decides"), say("How often each point stays")]
    )
    with money:
        if st.toggle(say("Reckon the curve"), key="plan_frontier"):
            _draw_frontier(plan, choices.language)
    with tornado:
        if st.toggle(say("Reckon each assumption at its low and high value"), key="plan_tornado"):
            _draw_tornado(plan, choices.language)
    with draws:
        _draw_draws(plan, choices)


def _inputs(plan: Plan) -> PlanInputs:
    return _plan_cache.desk().inputs(plan.request)


# ---- households against money


def _draw_frontier(plan: Plan, language: Language) -> None:
    say = language.say
    with st.spinner(say("Reckoning the curve …")):
        found = _plan_cache.frontier_of(_plan_cache.key_of(plan), plan)
    money, households, kind = say("Budget, all years (billion VND)"), say("Households that gain"), say("Plan")
    table = pd.DataFrame(
        {
            money: found["budget_vnd"] / 1e9,
            households: found["households"].astype("int64"),
            kind: [say(_KIND_NAMES[one]) for one in found["kind"]],
        }
    )
    st.altair_chart(
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{money}:Q"),
            y=alt.Y(f"{households}:Q"),
            color=alt.Color(f"{kind}:N", legend=alt.Legend(orient="bottom")),
            tooltip=[f"{money}:Q", f"{households}:Q", f"{kind}:N"],
        ),
        width="stretch",
    )
    st.caption(
        say("The most households for each budget, whatever their value; pins that something must be done are left out.")
    )


# ---- tornado


def _draw_tornado(plan: Plan, language: Language) -> None:
    say = language.say
    with st.spinner(say("Reckoning each assumption …")):
        found = _plan_cache.tornado_of_plan(_plan_cache.key_of(plan), plan)
    shipped = _plan_cache.desk().assumptions()
    shown = found.bars.head(15)
    title, worth = say("Assumption"), say("Net present value (billion VND)")
    names = [shipped[name].title.text(language) for name in shown["name"]]
    table = pd.DataFrame(
        {
            title: names,
            "low": shown["npv_low_vnd"] / 1e9,
            "high": shown["npv_high_vnd"] / 1e9,
        }
    )
    st.altair_chart(
        alt.Chart(table)
        .mark_bar(color="#5b8db8")
        .encode(
            y=alt.Y(f"{title}:N", sort=names, axis=alt.Axis(labelLimit=340)),
            x=alt.X("low:Q", title=worth),
            x2="high:Q",
        ),
        width="stretch",
    )
    st.caption(
        say(
            "Net present value of this programme with one assumption at its low and at its high value, the others as "
            "they are; {n} assumptions change nothing.",
            n=len(found.unchanged),
        )
    )


# ---- draws


@dataclass
class _Draws:
    """Draws while they are made, in a thread of their own."""

    request: str
    draws: int
    done: int = 0
    found: MonteCarlo | None = None
    error: PhuDienError | None = None
    has_failed: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self, plan: Plan, seed: int) -> None:
        inputs, assumptions = _inputs(plan).without_faulty(), _plan_cache.desk().assumptions()

        def run() -> None:
            try:
                self.found = stays(inputs, plan, assumptions, draws=self.draws, seed=seed, on_progress=self._tell)
            except PhuDienError as error:
                self.error = error
            except Exception:  # a thread's fault is told on the page and stands in the log
                logging.getLogger(__name__).exception("draws of a plan failed")
                self.has_failed = True

        self._thread = threading.Thread(target=run, name="plan draws", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _tell(self, done: int, _all: int) -> bool:
        self.done = done
        return not self._stop.is_set()


def _draw_draws(plan: Plan, choices: _state.Choices) -> None:
    say = choices.language.say
    held: _Draws | None = st.session_state.get(_DRAWS)
    if held is not None and held.is_running:
        _draw_running(choices.language)
        return
    number, first = st.columns(2)
    draws = int(number.number_input(say("Number of draws"), 10, 1000, 200, step=10, key="plan_draw_number"))
    seed = int(first.number_input(say("Seed (the same seed, the same result)"), 0, 10**6, 2021, key="plan_draw_seed"))
    if st.button(say("Draw losses and costs"), key="plan_draw"):
        job = _Draws(plan.request.to_json(), draws)
        st.session_state[_DRAWS] = job
        job.start(plan, seed)
        st.rerun()
    if held is None:
        return
    if held.error is not None:
        st.error(choices.language.explain(held.error))
    elif held.has_failed:
        st.error(say("The draws failed because of a fault of the program; the log of the server has more."))
    elif held.request != plan.request.to_json():
        st.info(say("The settings changed since: draw again."))
    elif held.found is not None:
        _draw_found(plan, held.found, choices.language)


@st.fragment(run_every=1.0)
def _draw_running(language: Language) -> None:
    say = language.say
    job: _Draws = st.session_state[_DRAWS]
    if not job.is_running:
        st.rerun()
    st.progress(job.done / job.draws, text=say("{done} of {all} draws", done=job.done, all=job.draws))
    if st.button(say("Stop and keep what is drawn"), key="plan_draw_stop"):
        job.stop()


def _draw_found(plan: Plan, found: MonteCarlo, language: Language) -> None:
    say = language.say
    low, middle, high = (language.decimal(Decimal(repr(round(value / 1e9, 6))), decimals=1) for value in found.npv_vnd)
    st.write(
        say(
            "Of {drawn} draws (seed {seed}) {solved} gave a programme. Net present value of this programme: {low} to "
            "{high} billion VND in 90% of them, {middle} in the middle.",
            drawn=found.drawn,
            seed=found.seed,
            solved=found.solved,
            low=low,
            middle=middle,
            high=high,
        )
    )
    share = found.stays.reindex(plan.candidates.index)
    done = plan.programme.year.reindex(plan.candidates.index).notna()
    table = pd.DataFrame(
        {
            say("Code"): plan.candidates.index,
            say("Name"): plan.candidates["name"].to_numpy(),
            say("In the programme"): [say("yes") if one else say("no") for one in done],
            say("Stays (%)"): (share * 100).round(0).to_numpy(),
        }
    ).sort_values(say("Stays (%)"), ascending=False)
    st.dataframe(table, hide_index=True, width="stretch", height=320)
