"""
The technology of hamlets, against OnSSET: ``python benchmarks/last_mile.py [--scale N] [--runs N] [--json]``.

Both choose for N hamlets at random places (density as among hamlets of a province) by the same costs: the levelised
cost of each technology, then the extension of the grid. They agree where no more than 1 in 200 hamlets gets another
technology, each for a reason of docs/methods.md, "OnSSET".
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import _onsset
from benchmarks._sides import RUNS, answer_as_side, compare
from coverage.planning.assumptions import read_assumptions
from coverage.planning.last_mile import TECHNOLOGIES, choose, demand_of
from coverage.planning.supply_cost import GRID, MINI_GRID, SOLAR_HOME
from loaders.reference.planning import load_assumption_table

SCALE = 10_000
SEED = 30062021
MOST_DIFFERENT = 1 / 200
PER_SQUARE_DEGREE = 3_000
SAME = {
    "pv_life_years": 15.0,
    "battery_life_years": 15.0,
    "grid_life_years": 15.0,
    "route_factor_ratio": 1.0,
    "upstream_reinforcement_share": 0.0,
    "grid_reach_km": 1e6,
}


def make_hamlets(count: int) -> tuple[pd.DataFrame, pd.Series[float], dict[str, float]]:
    """Return hamlets with their own area and use, their distance to the grid, and the values of assumptions."""
    rng = np.random.default_rng(SEED)
    side = (count / PER_SQUARE_DEGREE) ** 0.5
    households = rng.integers(3, 250, count)
    index = pd.Index([f"H{number:05d}" for number in range(count)])
    hamlets = pd.DataFrame(
        {
            "households": households,
            "lon": 105 + rng.uniform(0, side, count),
            "lat": 9.5 + rng.uniform(0, side, count),
            "area_km2": households * np.exp(rng.uniform(np.log(300), np.log(30_000), count)) / 1e6,
            "kwh_year": households * rng.uniform(200, 4000, count),
        },
        index=index,
    )
    values = read_assumptions(load_assumption_table()).values_at("mid") | SAME
    return hamlets, pd.Series(rng.uniform(300, 15_000, count), index=index), values


def ours(count: int) -> dict[str, Any]:
    """Choose with our own code."""
    hamlets, distance, values = make_hamlets(count)
    start = perf_counter()
    choice = choose(hamlets, values, grid_distance_m=distance)
    seconds = perf_counter() - start
    has_grid = choice["technology"] == GRID
    km = choice.loc[has_grid, "grid_line_m"].sum() / 1000
    return {"seconds": seconds, "answer": choice["technology"].tolist(), "note": f"{km:,.0f} km of line"}


def theirs(count: int) -> dict[str, Any]:
    """Choose with OnSSET."""
    onsset = _onsset.load_onsset()
    if onsset is None:
        raise SystemExit("OnSSET is not installed: pip install --no-deps -r requirements-peers.lock")
    logging.disable(logging.INFO)
    hamlets, distance, values = make_hamlets(count)
    start = perf_counter()
    demand, own = demand_of(hamlets, values), _onsset.technologies(onsset, values)
    costs = {name: _onsset.lcoe_vnd_per_kwh(own[name], demand, values) for name in (SOLAR_HOME, MINI_GRID)}
    without = np.minimum(costs[SOLAR_HOME], costs[MINI_GRID])
    found = _onsset.extend_grid(onsset, hamlets, demand, values, grid_distance_m=distance, without_grid=without)
    seconds = perf_counter() - start
    best = np.where(costs[MINI_GRID] < costs[SOLAR_HOME], MINI_GRID, SOLAR_HOME)
    km = found.loc[found["is_grid"], "line_m"].sum() / 1000
    answer = np.where(found["is_grid"], GRID, best).tolist()
    return {"seconds": seconds, "answer": answer, "note": f"{km:,.0f} km of line"}


def nearly_all_agree(ours: list[str], theirs: list[str]) -> bool:
    """Return whether hardly any hamlet gets another technology, and all technologies are seen."""
    different = sum(one != other for one, other in zip(ours, theirs, strict=True))
    return different <= MOST_DIFFERENT * len(ours) and set(ours) == set(TECHNOLOGIES)


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=SCALE)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    compare(
        "last_mile",
        __file__,
        scale=options.scale,
        peer="onsset",
        packages=["onsset", "scipy", "pandas"],
        options=[],
        as_json=options.json,
        runs=options.runs,
        agree=nearly_all_agree,
    )


if __name__ == "__main__" and not answer_as_side({"ours": ours, "onsset": theirs}):
    main()
