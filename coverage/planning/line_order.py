"""
In which order lines are built: the cheapest power for a household first, no line before the one that it hangs on.

A line that is dear in itself may lead to many households. So what is compared is not lines but runs of them: of all
runs that could be built next, each a line with some of those behind it, the one with the least cost per household is
next. Horn's method finds them: the line with the least cost per household is joined to the one that it hangs on, again
and again, until all are joined to the grid. No other order makes households × money spent until they are served less
(W. A. Horn, "Single-machine job sequencing with treelike precedence ordering and linear delay penalties", SIAM Journal
on Applied Mathematics 23, 1972).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.network import GRID

ORDER_COLUMNS: Final = (
    "order",  # 1 is built first (Int64)
    "households",
    "cost_per_household_vnd",  # of the line by itself; missing where its place has no household
    "run",  # lines of one run are built one after the other (Int64)
    "run_cost_per_household_vnd",
    "cost_so_far_vnd",  # of this line and all before it
    "households_so_far",
)
"""Columns of `order`, indexed by ``line_code``, in the order of construction."""

ON_GRID: Final = -1

Numbers = npt.NDArray[np.float64]


@dataclass
class _Run:
    cost: float
    households: int
    lines: list[int] = field(default_factory=list)

    @property
    def price(self) -> float:
        if self.cost <= 0:
            return 0.0
        return self.cost / self.households if self.households else np.inf

    def join(self, behind: _Run) -> None:
        self.cost += behind.cost
        self.households += behind.households
        self.lines += behind.lines


def order(lines: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """
    Return the order of construction, as `ORDER_COLUMNS`.

    Parameters
    ----------
    lines
        As `network.plan_network` gives them: ``from_code``, ``to_code``, ``cost_vnd``, indexed by ``line_code``.
    places
        Indexed by code; ``households``, where a missing number counts as none.
    """
    lines = lines.sort_index()
    households = places["households"].reindex(lines["to_code"]).fillna(0).to_numpy(dtype=np.int64)
    cost = lines["cost_vnd"].to_numpy(dtype=np.float64)
    runs = _runs(_line_before(lines), cost, households)
    sequence = np.array([line for run in runs for line in run.lines], dtype=np.int64)
    number = np.repeat(np.arange(1, len(runs) + 1), [len(run.lines) for run in runs])
    table = pd.DataFrame(
        {
            "order": pd.array(np.arange(1, len(lines) + 1), dtype="Int64"),
            "households": pd.array(households[sequence], dtype="Int64"),
            "cost_per_household_vnd": _each(cost, households)[sequence],
            "run": pd.array(number, dtype="Int64"),
            "run_cost_per_household_vnd": np.repeat(
                [run.cost / run.households if run.households else np.nan for run in runs],
                [len(run.lines) for run in runs],
            ).astype(np.float64),
            "cost_so_far_vnd": np.cumsum(cost[sequence]),
            "households_so_far": pd.array(np.cumsum(households[sequence]), dtype="Int64"),
        },
        index=lines.index[sequence],
    )
    return table[list(ORDER_COLUMNS)]


def _each(cost: Numbers, households: npt.NDArray[np.int64]) -> Numbers:
    each: Numbers = np.full(len(cost), np.nan)
    return np.asarray(np.divide(cost, households, out=each, where=households > 0), dtype=np.float64)


def _line_before(lines: pd.DataFrame) -> list[int]:
    """Return, for each line, the position of the one that it hangs on; `ON_GRID` for the grid."""
    place_of = {code: position for position, code in enumerate(lines["to_code"])}
    return [ON_GRID if code == GRID else place_of[code] for code in lines["from_code"]]


def _runs(before: list[int], cost: Numbers, households: npt.NDArray[np.int64]) -> list[_Run]:
    """Join the cheapest run to the one that it hangs on, until all hang on the grid; return those in that order."""
    grid = len(before)
    runs = [_Run(float(cost[line]), int(households[line]), [line]) for line in range(grid)]
    part_of = list(range(grid + 1))  # the run that each line is part of, by the first line of that run

    def run_of(line: int) -> int:
        while part_of[line] != line:
            part_of[line] = part_of[part_of[line]]
            line = part_of[line]
        return line

    waiting = [(run.price, line) for line, run in enumerate(runs)]
    heapq.heapify(waiting)
    built: list[_Run] = []
    while waiting:
        price, line = heapq.heappop(waiting)
        if part_of[line] != line or price != runs[line].price:
            continue  # part of another by now, or of another price
        hangs_on = run_of(grid if before[line] == ON_GRID else before[line])
        part_of[line] = hangs_on
        if hangs_on == grid:
            built.append(runs[line])
        else:
            runs[hangs_on].join(runs[line])
            heapq.heappush(waiting, (runs[hangs_on].price, hangs_on))
    return built
