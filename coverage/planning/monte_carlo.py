"""How often each candidate stays in a programme when losses and costs are drawn at random, with a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from coverage.planning.assumptions import Assumption, Assumptions
from coverage.planning.candidates import CONNECTION, INFEASIBLE, OPTIMAL, Programme
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.programme import solve
from coverage.planning.solver import SolverError
from coverage.planning.takeover_case import cases

Floats = npt.NDArray[np.float64]

COMMON_SHARE: Final = 0.5
"""Correlation of a draw between any two points. Assumption: half of what is not known (prices of material, how well
upgrades work) is the same for all."""

MOST_LOSS: Final = 0.95
"""No loss is drawn above this."""

UNIT_COSTS: Final = ("line_cost_vnd_per_km", "substation_cost_vnd_per_kva", "meter_cost_vnd_per_household")
LINE_COST: Final = "mv_line_cost_vnd_per_km"


@dataclass(frozen=True)
class MonteCarlo:
    """
    What comes of draws.

    Parameters
    ----------
    stays
        Share, 0 to 1, of the draws with a programme in which each candidate is done; missing without any.
    npv_vnd, cost_vnd
        Of the plan's programme kept as it is, at 5%, 50% and 95% of the draws; missing before the first draw.
    draws, drawn
        Asked for, and made before it was stopped.
    solved, within_gap
        Of those drawn: for which a programme was found, and of which it is known to be within the gap.
    gap
        Share of the score at which the solver stopped in each draw, which did not begin with the plan's programme.
    """

    stays: pd.Series[float]
    npv_vnd: tuple[float, float, float]
    cost_vnd: tuple[float, float, float]
    draws: int
    drawn: int
    solved: int
    within_gap: int
    seed: int
    gap: float


def stays(
    inputs: PlanInputs,
    plan: Plan,
    assumptions: Assumptions,
    *,
    draws: int = 200,
    seed: int = 2021,
    on_progress: Callable[[int, int], bool] | None = None,
) -> MonteCarlo:
    """
    Return how often each candidate stays when loss and cost are drawn anew, and what the plan's programme may cost.

    Parameters
    ----------
    inputs
        What the plan was made from.
    assumptions
        The shipped ones, or those that the plan used.
    on_progress
        Told of draws made and asked for; returns False to stop: what was drawn so far is returned.

    Notes
    -----
    Source: docs/methods.md, "Draws of loss and cost".
    """
    request = plan.request
    used = assumptions.changed(request.assumptions)
    values = used.values_at(request.level)
    drawing = _Drawing(inputs, plan, used, values)
    generator = np.random.default_rng(seed)
    counts = pd.Series(0.0, index=plan.candidates.index)
    worths: list[tuple[float, float]] = []
    solved = within_gap = 0
    for number in range(draws):
        candidates = drawing.candidates(generator)
        worths.append(_worth(plan, candidates))
        found = _programme(candidates, plan)
        if found is not None:
            solved += 1
            within_gap += found.status == OPTIMAL
            counts += found.year.reindex(counts.index).notna()
        if on_progress is not None and not on_progress(number + 1, draws):
            break
    shares = counts / solved if solved else counts * np.nan
    npv, cost = (_range([worth[place] for worth in worths]) for place in (0, 1))
    return MonteCarlo(shares, npv, cost, draws, len(worths), solved, within_gap, seed, request.gap)


def _programme(candidates: pd.DataFrame, plan: Plan) -> Programme | None:
    """Return the programme of a draw; None where there is none, or time was over before one was found."""
    request = plan.request
    try:
        found = solve(candidates, request.rules, request.weights, gap=request.gap, time_limit_s=request.time_limit_s)
    except SolverError as error:
        if error.code != "solver.time-over":
            raise
        return None
    return None if found.status == INFEASIBLE else found


def _range(amounts: list[float]) -> tuple[float, float, float]:
    if not amounts:
        return (np.nan, np.nan, np.nan)
    low, middle, high = np.percentile(amounts, [5, 50, 95])
    return float(low), float(middle), float(high)


def _worth(plan: Plan, candidates: pd.DataFrame) -> tuple[float, float]:
    year = plan.programme.year.dropna().astype("int64")
    done, rules = candidates.loc[year.index], plan.request.rules
    npv = (done["npv_vnd"] / (1 + rules.discount_rate) ** (year - rules.first_year)).sum()
    return float(npv), float(done["cost_vnd"].sum())


class _Drawing:
    """Draws the candidates of a plan anew."""

    def __init__(self, inputs: PlanInputs, plan: Plan, assumptions: Assumptions, values: Mapping[str, float]) -> None:
        self._plan, self._values, self._prices = plan, values, inputs.prices
        self._assumptions = assumptions
        self._points = inputs.points.loc[plan.points.index]
        self._hamlets = plan.candidates.index[plan.candidates["kind"] == CONNECTION]
        low, high = (
            {**values, **{name: assumptions[name].at(level) for name in UNIT_COSTS}} for level in ("low", "high")
        )
        self._cost = [
            cases(self._points, self._prices, at)["upgrade_cost_vnd"].to_numpy(dtype=np.float64)
            for at in (low, values, high)
        ]

    def candidates(self, generator: np.random.Generator) -> pd.DataFrame:
        count = len(self._points)
        today, after, cost = (_ranks(generator, count) for _ in range(3))
        line = _ranks(generator, len(self._hamlets))
        found = self._plan.candidates.copy()
        if count:
            drawn = self._cases(today, after, cost)
            found.loc[drawn.index, "cost_vnd"] = drawn["upgrade_cost_vnd"]
            found.loc[drawn.index, "npv_vnd"] = drawn["npv_vnd"]
        if len(self._hamlets):
            factor = self._factor(LINE_COST, line)
            more = found.loc[self._hamlets, "cost_vnd"] * (factor - 1)
            found.loc[self._hamlets, "cost_vnd"] += more
            found.loc[self._hamlets, "npv_vnd"] -= more
        return found

    def _cases(self, today: Floats, after: Floats, cost: Floats) -> pd.DataFrame:
        known = self._plan.points.loc[self._points.index]
        loss = known["loss_share"].to_numpy(dtype=np.float64) * self._factor("loss_today_share", today)
        loss = np.minimum(loss, MOST_LOSS)
        loss_after = known["loss_after_share"].to_numpy(dtype=np.float64)
        loss_after = np.minimum(loss_after * self._factor("loss_after_upgrade_share", after), loss)
        drawn = self._points.assign(
            loss_share=loss, loss_after_share=loss_after, upgrade_cost_vnd=_triangular(cost, *self._cost)
        )  # fmt: skip
        return cases(drawn, self._prices, self._values)

    def _factor(self, name: str, ranks: Floats) -> Floats:
        one: Assumption = self._assumptions[name]
        if one.mid <= 0:
            return np.ones_like(ranks)
        low, mid, high = (np.full_like(ranks, value / one.mid) for value in (one.low, one.mid, one.high))
        return _triangular(ranks, low, mid, high)


def _ranks(generator: np.random.Generator, count: int) -> Floats:
    """Return a rank between 0 and 1 for each; any two are correlated by `COMMON_SHARE` (as normal scores)."""
    common, own = generator.standard_normal(), generator.standard_normal(count)
    return np.asarray(ndtr(np.sqrt(COMMON_SHARE) * common + np.sqrt(1 - COMMON_SHARE) * own), dtype=np.float64)


def _triangular(ranks: Floats, low: Floats, mid: Floats, high: Floats) -> Floats:
    """Return the values of triangular distributions at ranks; where low is high, that value."""
    low, high = np.minimum(low, mid), np.maximum(high, mid)
    width = high - low
    at_mid = np.divide(mid - low, width, out=np.zeros_like(width), where=width > 0)
    rising = low + np.sqrt(ranks * width * (mid - low))
    falling = high - np.sqrt((1 - ranks) * width * (high - mid))
    return np.where(ranks < at_mid, rising, falling)
