"""What the last change of the settings did: the plan before, the plan now, the difference, which points moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from coverage.pages import _plan_choices
from coverage.pages._plan_numbers import amount, billions, counted
from coverage.planning.plan import Plan
from coverage.planning.request import PlanRequest
from geodata.errors import mark
from geodata.language import Language


@dataclass(frozen=True)
class Outcome:
    """What a plan comes to."""

    households: int
    remaining: int
    places: int
    cost_vnd: float
    npv_vnd: float


def outcome_of(plan: Plan, year: pd.Series[int]) -> Outcome:
    """Return what a programme of a plan comes to; net present value at its first year."""
    rules, found = plan.request.rules, plan.candidates
    done = year.reindex(found.index).dropna().astype("int64")
    households = int(found["households"].reindex(done.index).sum())
    worth = found["npv_vnd"].reindex(done.index) / (1 + rules.discount_rate) ** (done - rules.first_year)
    return Outcome(
        households=households,
        remaining=int(found["households"].sum()) - households,
        places=len(done),
        cost_vnd=float(found["cost_vnd"].reindex(done.index).sum()),
        npv_vnd=float(worth.sum()),
    )


def moves(before: Plan, now: Plan) -> pd.DataFrame:
    """
    Return the points and hamlets that are not in the same year in both plans.

    Returns
    -------
    moves
        Indexed by code: ``name``, ``households``, ``before``, ``now`` (Int64 years; missing where not done); the most
        households first.
    """
    every = pd.concat([now.candidates, before.candidates])
    every = every[~every.index.duplicated()]
    table = pd.DataFrame(
        {
            "name": every["name"],
            "households": every["households"],
            "before": before.programme.year.reindex(every.index).astype("Int64"),
            "now": now.programme.year.reindex(every.index).astype("Int64"),
        }
    )
    moved = table["before"].fillna(0) != table["now"].fillna(0)
    return table[moved].sort_values("households", ascending=False, kind="stable")


def draw(before: Plan | None, asked_before: PlanRequest | None, now: Plan, language: Language) -> None:
    """Show what the last change did, and a way back; nothing where nothing was changed since the page was opened."""
    if before is None or asked_before is None:
        return
    say = language.say
    old, new = outcome_of(before, before.programme.year), outcome_of(now, now.programme.year)
    moved = moves(before, now)
    with st.container(border=True):
        st.dataframe(_table(old, new, language), hide_index=True, width="stretch")
        into, out, other = _kinds(moved)
        which, back = st.columns([3, 1])
        title = say(
            "{into} came into the programme, {out} went out of it, {moved} are in another year.",
            into=into,
            out=out,
            moved=other,
        )
        with which.expander(title):
            st.dataframe(_moved_table(moved, language), hide_index=True, width="stretch", height=240)
        if back.button(say("Undo"), key="plan_undo", icon=":material/undo:", width="stretch"):
            _plan_choices.take_over(asked_before)
            st.rerun()


def _kinds(moved: pd.DataFrame) -> tuple[int, int, int]:
    into = int((moved["before"].isna() & moved["now"].notna()).sum())
    out = int((moved["before"].notna() & moved["now"].isna()).sum())
    return into, out, len(moved) - into - out


_ROWS = (
    (mark("Households that gain"), "households", counted),
    (mark("Households that remain"), "remaining", counted),
    (mark("Cost (billion VND)"), "cost_vnd", billions),
    (mark("Net present value (billion VND)"), "npv_vnd", billions),
)


def _table(old: Outcome, new: Outcome, language: Language) -> pd.DataFrame:
    """Return what was before, is after and the difference, a row each: short enough to stand above the map."""
    say = language.say
    columns: dict[str, list[str]] = {
        say("The last change"): [say("Before the change"), say("After the change"), say("Difference")]
    }
    for title, name, write in _ROWS:
        before, after = getattr(old, name), getattr(new, name)
        columns[say(title)] = [
            write(before, language),
            write(after, language),
            write(after - before, language, signed=True),
        ]
    return pd.DataFrame(columns)


def _moved_table(moved: pd.DataFrame, language: Language) -> pd.DataFrame:
    say = language.say

    def year(value: Any) -> str:
        return say("not done") if pd.isna(value) else str(value)

    return pd.DataFrame(
        {
            say("Code"): moved.index,
            say("Name"): moved["name"].to_numpy(),
            say("Households"): [amount(n, language, decimals=0) for n in moved["households"]],
            say("Before the change"): [year(value) for value in moved["before"]],
            say("After the change"): [year(value) for value in moved["now"]],
        }
    )
