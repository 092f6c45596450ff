"""
Which technology a hamlet without the grid gets: extension of the grid, solar home systems or a solar mini-grid.

The one with the least levelised cost over the horizon. The grid grows outward, as in OnSSET: a hamlet that gets it
shortens the way of those around it, until no other one is cheaper with the grid than without.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from coverage.planning.flat_metres import to_metres
from coverage.planning.supply_cost import (
    GRID,
    MINI_GRID,
    SOLAR_HOME,
    Demand,
    Supply,
    capital_factor,
    circuits,
    grid_supply,
    levelised_vnd_per_kwh,
    mini_grid_supply,
    solar_home_supply,
    years_worth,
)

TECHNOLOGIES: Final = (SOLAR_HOME, MINI_GRID, GRID)
"""At the same cost, the first: the grid is extended where that is cheaper, not where it costs the same."""

CHOICE_COLUMNS: Final = (
    "technology",
    "lcoe_vnd_per_kwh",
    "next_technology",  # the next best
    "lcoe_gap_vnd_per_kwh",  # how much dearer it is
    *(f"lcoe_{name}_vnd_per_kwh" for name in TECHNOLOGIES),
    *(f"investment_{name}_vnd" for name in TECHNOLOGIES),
    "investment_vnd",
    "operation_vnd_year",  # upkeep, and energy bought
    "kwh_year",
    "grid_line_m",  # medium-voltage line up to the hamlet, on the cheapest way found
    "grid_line_vnd",  # of `investment_grid_vnd`, what that line costs
    "grid_from_code",  # the hamlet that it comes from; "" for the existing grid
    "grid_steps",  # hamlets between it and the existing grid (Int64)
)
"""Columns of `choose`, indexed as the hamlets. Grid columns are missing where no way to the grid is known."""

OVERRIDES: Final = ("area_km2", "kwh_year")
"""Columns that hamlets may have besides: built-up area, and energy that they use in a year."""

FROM_GRID: Final = -1
_NO_HAMLET: Final = ""
_NEIGHBOURS: Final = 64  # hamlets to which one that gets the grid may be the way: those to which it is that near

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass
class _Way:
    """The cheapest way to the grid found so far, one place a hamlet."""

    lcoe: Numbers  # infinite where none is known
    line_m: Numbers
    path_m: Numbers  # along new lines, from the existing grid
    steps: Places
    comes_from: Places  # place of the hamlet before, or `FROM_GRID`

    @classmethod
    def unknown(cls, count: int) -> _Way:
        nowhere, none = np.full(count, np.inf), np.zeros(count, dtype=np.int64)
        return cls(nowhere, np.full(count, np.nan), np.full(count, np.nan), none, np.full(count, FROM_GRID))

    def put(self, place: int, lcoe: float, line_m: float, path_m: float, steps: int, before: int) -> None:
        self.lcoe[place], self.line_m[place], self.path_m[place] = lcoe, line_m, path_m
        self.steps[place], self.comes_from[place] = steps, before


def choose(hamlets: pd.DataFrame, values: Mapping[str, float], *, grid_distance_m: pd.Series[float]) -> pd.DataFrame:
    """
    Return the technology of each hamlet.

    Parameters
    ----------
    hamlets
        Indexed by code; ``households`` (1 or more), ``lon``, ``lat`` (WGS 84; missing where not known: such a hamlet
        gets the grid by its own distance only, and shortens nobody's way), and `OVERRIDES` where known. Without errors
        of `last_mile_checks.check_hamlets`.
    values
        Value of each assumption by name.
    grid_distance_m
        Straight distance to the existing grid by code; missing where not known.

    Returns
    -------
    choice
        `CHOICE_COLUMNS` in the order of the hamlets. The same hamlets in any order give the same choice.

    Notes
    -----
    Source: docs/methods.md, "The last mile".
    """
    ordered = hamlets.sort_index(kind="stable")
    demand = demand_of(ordered, values)
    supplies = {
        SOLAR_HOME: solar_home_supply(demand, values),
        MINI_GRID: mini_grid_supply(demand, values),
        GRID: grid_supply(demand, values),
    }
    lcoe = {name: levelised_vnd_per_kwh(supply, demand, values) for name, supply in supplies.items()}
    without_grid = np.minimum(lcoe[SOLAR_HOME], lcoe[MINI_GRID])
    distance = np.asarray(grid_distance_m.reindex(ordered.index), dtype=np.float64)
    way = _extend(_Lines(demand, lcoe[GRID], values), without_grid, distance, _positions(ordered), values)
    return _table(ordered, demand, supplies, lcoe | {GRID: way.lcoe}, way, values).loc[hamlets.index]


def demand_of(hamlets: pd.DataFrame, values: Mapping[str, float]) -> Demand:
    """Return what hamlets need: what is known of one, in a column of `OVERRIDES`, wins over what assumptions give."""
    households = hamlets["households"].to_numpy(dtype=np.float64)
    assumed = {
        "area_km2": households * values["hamlet_area_m2_per_household"] / 1e6,
        "kwh_year": households * values["hamlet_use_kwh_per_household_year"],
    }
    known = {
        name: np.where(hamlets[name].notna(), hamlets[name].astype("float64"), assumed[name])
        for name in OVERRIDES
        if name in hamlets.columns
    }
    return Demand(households=households, **assumed | known)


def line_vnd_per_m(demand: Demand, steps: npt.ArrayLike, values: Mapping[str, float]) -> Numbers:
    """Return what a metre of line up to each hamlet costs, `steps` hamlets behind the existing grid."""
    strengthened = 1 + values["upstream_reinforcement_share"] * np.asarray(steps, dtype=np.float64)
    return np.asarray(circuits(demand, values) * values["mv_line_cost_vnd_per_km"] / 1000 * strengthened)


class _Lines:
    """The levelised cost of the grid as a function of the line up to each hamlet: it rises evenly with its length."""

    def __init__(self, demand: Demand, lcoe_without_line: Numbers, values: Mapping[str, float]) -> None:
        worth, life = years_worth(values), values["grid_life_years"]
        over_horizon = capital_factor(life, values) + values["grid_operation_share_per_year"] * worth
        self._without = lcoe_without_line
        self._of_one_m = line_vnd_per_m(demand, 0, values) * over_horizon / (demand.kwh_year * worth)
        self._strengthened = values["upstream_reinforcement_share"]

    def lcoe(self, place: int, line_m: float, steps: int) -> float:
        return float(self._without[place] + line_m * self._of_one_m[place] * (1 + self._strengthened * steps))


def _extend(
    lines: _Lines, without_grid: Numbers, distance_m: Numbers, positions: Numbers, values: Mapping[str, float]
) -> _Way:
    """
    Extend the grid hamlet by hamlet, always the one that is nearest to what is on the grid by then.

    One for which that is dearer than to do without waits, and is looked at again when a nearer one gets the grid.
    """
    count = len(distance_m)
    every_m, reach_m = distance_m * values["route_factor_ratio"], values["grid_reach_km"] * 1000
    neighbours, between_m = _neighbours(positions, values["route_factor_ratio"])
    way = _Way.unknown(count)
    nearest_m = np.where(every_m <= reach_m, every_m, np.inf)
    is_on_grid = np.zeros(count, dtype=bool)
    waiting = [(line_m, place, FROM_GRID) for place, line_m in enumerate(nearest_m.tolist()) if line_m < np.inf]
    heapq.heapify(waiting)
    while waiting:
        line_m, place, before = heapq.heappop(waiting)
        if is_on_grid[place]:
            continue
        path_m, steps = _after(way, before, line_m)
        lcoe = lines.lcoe(place, line_m, steps)
        if lcoe >= way.lcoe[place]:
            continue
        way.put(place, lcoe, line_m, path_m, steps, before)
        if lcoe < without_grid[place]:
            is_on_grid[place] = True
            is_closer = ~is_on_grid[neighbours[place]] & (between_m[place] < nearest_m[neighbours[place]])
            is_closer &= path_m + between_m[place] <= reach_m
            others, others_m = neighbours[place][is_closer], between_m[place][is_closer]
            nearest_m[others] = others_m
            for other, other_m in zip(others.tolist(), others_m.tolist(), strict=True):
                heapq.heappush(waiting, (other_m, other, place))
    return way


def _after(way: _Way, before: int, line_m: float) -> tuple[float, int]:
    """Return the way along new lines, and the hamlets on it, with a line behind `before`."""
    if before == FROM_GRID:
        return line_m, 0
    return float(way.path_m[before]) + line_m, int(way.steps[before]) + 1


def _neighbours(positions: Numbers, route_factor: float) -> tuple[list[Places], list[Numbers]]:
    """Return, for each hamlet, those to which it is among the `_NEIGHBOURS` nearest, and the line to each."""
    none: Places = np.empty(0, dtype=np.int64)
    places, lengths = [none] * len(positions), [np.empty(0)] * len(positions)
    known = np.flatnonzero(np.isfinite(positions).all(axis=1))
    if len(known) < 2:
        return places, lengths
    # The first found is most often the hamlet itself; where two lie in one place it may be the other.
    metres, found = cKDTree(positions[known]).query(positions[known], k=min(_NEIGHBOURS + 1, len(known)))
    leads_to, comes_from = np.repeat(known, found.shape[1]), known[found.ravel()]
    by_start = np.argsort(comes_from, kind="stable")
    by_start = by_start[leads_to[by_start] != comes_from[by_start]]
    leads_to, comes_from, line_m = leads_to[by_start], comes_from[by_start], metres.ravel()[by_start] * route_factor
    ends = np.searchsorted(comes_from, known, side="right")
    for place, start, end in zip(known, np.searchsorted(comes_from, known), ends, strict=True):
        places[place], lengths[place] = leads_to[start:end], line_m[start:end]
    return places, lengths


def _positions(hamlets: pd.DataFrame) -> Numbers:
    degrees = hamlets[["lon", "lat"]].to_numpy(dtype=np.float64)
    is_known = np.isfinite(degrees).all(axis=1)
    positions = np.full(degrees.shape, np.nan)
    positions[is_known] = to_metres(degrees[is_known])
    return positions


def _table(
    hamlets: pd.DataFrame,
    demand: Demand,
    supplies: Mapping[str, Supply],
    lcoe: Mapping[str, Numbers],
    way: _Way,
    values: Mapping[str, float],
) -> pd.DataFrame:
    line_vnd = way.line_m * line_vnd_per_m(demand, way.steps, values)
    every = {**supplies, GRID: grid_supply(demand, values, line_vnd=line_vnd)}
    costs = np.column_stack([lcoe[name] for name in TECHNOLOGIES])
    place, rank = np.arange(len(hamlets)), np.argsort(costs, axis=1, kind="stable")
    best, second = rank[:, 0], rank[:, 1]
    gap = costs[place, second] - costs[place, best]
    names = np.array(TECHNOLOGIES, dtype=object)
    investments = np.column_stack([every[name].investment_vnd for name in TECHNOLOGIES])
    operations = np.column_stack([every[name].operation_vnd_year for name in TECHNOLOGIES])
    codes = np.array([*hamlets.index, _NO_HAMLET], dtype=object)  # the last one, FROM_GRID, is the existing grid
    is_reached = np.isfinite(way.lcoe)
    table = pd.DataFrame(
        {
            "technology": pd.Series(names[best], dtype="str", index=hamlets.index),
            "lcoe_vnd_per_kwh": costs[place, best],
            "next_technology": pd.Series(names[second], dtype="str", index=hamlets.index),
            "lcoe_gap_vnd_per_kwh": gap,
            **{f"lcoe_{name}_vnd_per_kwh": np.where(np.isinf(lcoe[name]), np.nan, lcoe[name]) for name in TECHNOLOGIES},
            **{f"investment_{name}_vnd": every[name].investment_vnd for name in TECHNOLOGIES},
            "investment_vnd": investments[place, best],
            "operation_vnd_year": operations[place, best],
            "kwh_year": demand.kwh_year,
            "grid_line_m": way.line_m,
            "grid_line_vnd": line_vnd,
            "grid_from_code": pd.Series(codes[way.comes_from], dtype="str", index=hamlets.index),
            "grid_steps": pd.Series(way.steps, index=hamlets.index).astype("Int64").where(is_reached),
        },
        index=hamlets.index,
    )
    return table[list(CHOICE_COLUMNS)]
