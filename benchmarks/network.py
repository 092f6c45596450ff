"""
The network of lines to hamlets: how long it takes, and how much it weighs, against Kruskal on all pairs.

Run ``.venv/bin/python benchmarks/network.py [--seed N] [--most N]``. Both sides run in one process, one after the
other; ratios are what to compare. Hamlets gather around villages, as they do; rivers wind through them every few
kilometres.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coverage.planning import candidate_lines, network
from coverage.planning.crossings import Rivers
from coverage.planning.flat_metres import shapes_to_metres, to_metres
from coverage.planning.line_order import order

VALUES = {"mv_line_cost_vnd_per_km": 500e6, "river_crossing_m": 500.0, "route_factor_ratio": 1.0}


def make_places(count: int, seed: int) -> pd.DataFrame:
    """Return hamlets around villages in a square of two degrees."""
    rng = np.random.default_rng(seed)
    villages = rng.uniform((104.5, 9.0), (106.5, 11.0), (max(1, count // 20), 2))
    at = villages[rng.integers(0, len(villages), count)] + rng.normal(0, 0.01, (count, 2))
    codes = pd.Index([f"H{number:05d}" for number in range(count)], dtype="str")
    return pd.DataFrame(
        {"lon": at[:, 0], "lat": at[:, 1], "households": rng.integers(5, 200, count)}, index=codes
    )  # fmt: skip


def make_lines() -> gpd.GeoDataFrame:
    """Return five existing lines from south to north."""
    west = np.linspace(104.6, 106.4, 5)
    return gpd.GeoDataFrame(geometry=[shapely.LineString([(x, 9.0), (x + 0.1, 11.0)]) for x in west], crs=4326)


def make_rivers() -> gpd.GeoDataFrame:
    """Return fifteen winding rivers of 2,000 corners."""
    east = np.linspace(104.4, 106.6, 2_000)
    south = np.arange(15) * 0.13 + 9.1
    shapes = [
        shapely.LineString(np.column_stack([east, y + 0.03 * np.sin(east * 30 + number)]))
        for number, y in enumerate(south)
    ]
    return gpd.GeoDataFrame(geometry=shapes, crs=4326)


def all_pairs_weight(places: pd.DataFrame, lines: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame | None) -> float:
    """Return the weight of the lightest tree over all pairs of places, and each place's way to the nearest line."""
    at = to_metres(places[["lon", "lat"]].to_numpy())
    existing = shapely.union_all(shapes_to_metres(lines.geometry))
    start = shapely.get_coordinates(shapely.shortest_line(existing, shapely.points(at))).reshape(-1, 2, 2)[:, 0]
    one, other = np.triu_indices(len(at), k=1)
    first, second = np.concatenate([start, at[one]]), np.concatenate([at, at[other]])
    nodes = np.concatenate([np.zeros(len(at), dtype=int), one + 1]), np.concatenate([np.arange(len(at)), other]) + 1
    weight = np.hypot(*(second - first).T)
    if rivers is not None:
        weight = (
            weight + Rivers(shapes_to_metres(rivers.geometry)).crossings(first, second) * VALUES["river_crossing_m"]
        )
    graph = csr_array((weight, nodes), shape=(len(at) + 1, len(at) + 1))
    return float(minimum_spanning_tree(graph).sum())


def measure(count: int, rivers: gpd.GeoDataFrame | None, seed: int) -> tuple[float, float]:
    """Return seconds and weight of our network."""
    places = make_places(count, seed)
    began = perf_counter()
    found = network.plan_network(places, lines=make_lines(), rivers=rivers, stated_distance_m=None, values=VALUES)
    order(found, places)
    return perf_counter() - began, float(found["weighted_m"].sum())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=30_000, help="hamlets of the largest run")
    asked = parser.parse_args()
    seed = asked.seed
    print(f"{'hamlets':>8} {'rivers':>6} {'seconds':>8} {'all pairs s':>11} {'ratio':>6} {'weight ÷ all pairs':>19}")
    for count in (each for each in (100, 500, 1_000, 2_000) if each <= asked.most):
        for rivers in (None, make_rivers()):
            seconds, weight = measure(count, rivers, seed)
            began = perf_counter()
            plain = all_pairs_weight(make_places(count, seed), make_lines(), rivers)
            taken = perf_counter() - began
            print(
                f"{count:>8,} {'yes' if rivers is not None else 'no':>6} {seconds:>8.2f} {taken:>11.2f} "
                f"{taken / seconds:>6.1f} {weight / plain:>19.9f}"
            )
    for count in (each for each in (10_000, 30_000) if each <= asked.most):
        for rivers in (None, make_rivers()):
            print(f"{count:>8,} {'yes' if rivers is not None else 'no':>6} {measure(count, rivers, seed)[0]:>8.2f}")
    if asked.most >= 2_000:
        _measure_neighbours(seed)


def _measure_neighbours(seed: int) -> None:
    """Print how much heavier the network is where only nearest neighbours are looked at, as beyond 2,000 hamlets."""
    exact = measure(2_000, make_rivers(), seed)[1]
    network.MOST_FOR_ALL_PAIRS = 0
    near = measure(2_000, make_rivers(), seed)[1]
    network.MOST_FOR_ALL_PAIRS = candidate_lines.MOST_FOR_ALL_PAIRS
    print(f"2,000 hamlets with rivers, nearest neighbours only ÷ all pairs: {near / exact:.9f}")


if __name__ == "__main__":
    main()
