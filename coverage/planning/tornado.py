"""Which assumptions decide what a programme is worth: each at its low and high value, the programme kept as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from coverage.planning.assumptions import Assumptions
from coverage.planning.consequences import margins_of
from coverage.planning.making import candidates_of
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs

DISCOUNT_RATE: Final = "discount_rate_share_per_year"

BAR_COLUMNS: Final = (
    "name",  # of the assumption
    "low",  # its values
    "used",
    "high",
    "npv_low_vnd",  # what comes of the programme at them
    "npv_high_vnd",
    "cost_low_vnd",
    "cost_high_vnd",
    "payback_low_years",  # missing where the cost never comes back
    "payback_high_years",
    "span_vnd",  # greatest less least net present value, the one at the level used included
)

CandidatesAt = Callable[[Mapping[str, float]], tuple[pd.DataFrame, "pd.Series[float]"]]
"""Value by assumption → the candidates, and what each brings in a full year (VND); both by ``candidate_code``."""


@dataclass(frozen=True)
class Outcome:
    """Of a programme: present value at its first year, cost, and years of margin that the cost amounts to, or None."""

    npv_vnd: float
    cost_vnd: float
    payback_years: float | None


@dataclass(frozen=True)
class Tornado:
    """
    What each assumption does to a programme.

    Parameters
    ----------
    bars
        Columns `BAR_COLUMNS`; the greatest span first, then by name.
    used
        The outcome with every assumption at the level that the plan rests on.
    unchanged
        Names of the assumptions that change nothing between low and high.
    """

    bars: pd.DataFrame
    used: Outcome
    unchanged: tuple[str, ...]


def tornado(plan: Plan, assumptions: Assumptions, candidates_at: CandidatesAt) -> Tornado:
    """
    Return what comes of a plan's programme with each assumption at low and at high, the others at the level used.

    What is done and when stays as it is.

    Parameters
    ----------
    assumptions
        Those that the plan used, its changes included.

    Notes
    -----
    Source: docs/methods.md, "Tornado of the assumptions".
    """
    values = assumptions.values_at(plan.request.level)

    def at(changes: Mapping[str, float]) -> Outcome:
        rate = plan.request.rules.discount_rate
        if DISCOUNT_RATE in changes:
            rate += changes[DISCOUNT_RATE] - values[DISCOUNT_RATE]
        return _outcome(plan, rate, *candidates_at({**values, **changes}))

    used, rows, unchanged = at({}), [], []
    for name, one in assumptions.items():
        low, high = (used if value == values[name] else at({name: value}) for value in (one.low, one.high))
        if low == used == high:
            unchanged.append(name)
            continue
        worths = (low.npv_vnd, used.npv_vnd, high.npv_vnd)
        rows.append(
            (
                name, one.low, values[name], one.high, low.npv_vnd, high.npv_vnd, low.cost_vnd, high.cost_vnd,
                low.payback_years, high.payback_years, max(worths) - min(worths),
            )
        )  # fmt: skip
    bars = pd.DataFrame(rows, columns=pd.Index(BAR_COLUMNS))
    bars = bars.astype(dict.fromkeys(BAR_COLUMNS[1:], "float64"))
    bars = bars.sort_values(["span_vnd", "name"], ascending=[False, True]).reset_index(drop=True)
    return Tornado(bars, used, tuple(unchanged))


def tornado_of(inputs: PlanInputs, plan: Plan, assumptions: Assumptions) -> Tornado:
    """
    Return the tornado of a plan, its cases reckoned anew at each value.

    Parameters
    ----------
    inputs
        What the plan was made from.
    assumptions
        The shipped ones, or those that the plan used.
    """
    clean = inputs.without_faulty()

    def candidates_at(values: Mapping[str, float]) -> tuple[pd.DataFrame, pd.Series[float]]:
        found = candidates_of(clean, plan.request, values)
        anew = replace(plan, candidates=found.candidates, points=found.points, hamlets=found.hamlets)
        return found.candidates, margins_of(anew)

    return tornado(plan, assumptions.changed(plan.request.assumptions), candidates_at)


def _outcome(plan: Plan, rate: float, candidates: pd.DataFrame, margins: pd.Series[float]) -> Outcome:
    year = plan.programme.year.dropna().astype("int64")
    done = candidates.loc[year.index]
    later = year - plan.request.rules.first_year
    cost, margin = float(done["cost_vnd"].sum()), float(margins.loc[year.index].sum())
    return Outcome(
        npv_vnd=float((done["npv_vnd"] / (1 + rate) ** later).sum()),
        cost_vnd=cost,
        payback_years=cost / margin if margin > 0 else None,
    )
