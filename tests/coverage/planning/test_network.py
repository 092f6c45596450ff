"""The network: the lightest forest, on whatever places, lines and rivers there are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from coverage.planning.candidate_lines import _pairs_of_spots, bottlenecks, neighbour_pairs
from coverage.planning.crossings import Rivers
from coverage.planning.flat_metres import to_degrees, to_metres
from coverage.planning.network import LINE_COLUMNS, NetworkError, distance_to_grid, plan_network

VALUES = {"mv_line_cost_vnd_per_km": 500e6, "river_crossing_m": 500.0, "route_factor_ratio": 1.2}
STRAIGHT = {**VALUES, "route_factor_ratio": 1.0}
HEAD = (105.0, 10.0)


def places_at(metres: list[tuple[float, float]], households: int = 10) -> pd.DataFrame:
    """Return places so many metres east and north of a fixed point."""
    degrees = to_degrees(np.array(metres, dtype=float).reshape(-1, 2) + to_metres(np.array([HEAD])))
    codes = pd.Index([f"H{number:04d}" for number in range(len(metres))], dtype="str")
    return pd.DataFrame({"lon": degrees[:, 0], "lat": degrees[:, 1], "households": households}, index=codes)


def shapes_at(*several: list[tuple[float, float]], area: bool = False) -> gpd.GeoDataFrame:
    """Return lines, or areas, through points so many metres from the fixed point."""
    head = to_metres(np.array([HEAD]))
    make = shapely.polygons if area else shapely.linestrings
    return gpd.GeoDataFrame(geometry=[make(to_degrees(np.array(one, dtype=float) + head)) for one in several], crs=4326)


def planned(places: pd.DataFrame, lines=None, rivers=None, stated=None, values=STRAIGHT) -> gpd.GeoDataFrame:
    return plan_network(places, lines=lines, rivers=rivers, stated_distance_m=stated, values=values)


def kruskal(weights: np.ndarray) -> float:
    """Return the weight of a minimum spanning tree of a complete graph, the plain way."""
    count = len(weights)
    head = list(range(count))
    total = 0.0

    def top(node: int) -> int:
        while head[node] != node:
            node = head[node]
        return node

    one, other = np.triu_indices(count, k=1)
    joined = 1
    for edge in np.argsort(weights[one, other], kind="stable"):
        low, high = top(int(one[edge])), top(int(other[edge]))
        if low != high:
            head[low] = high
            total += weights[one[edge], other[edge]]
            joined += 1
            if joined == count:
                break
    return total


def complete(places: pd.DataFrame, lines: gpd.GeoDataFrame, rivers: gpd.GeoDataFrame | None, penalty: float):
    """Return the weights of all pairs, the grid first, reckoned by shapely alone."""
    flat = to_metres(places[["lon", "lat"]].to_numpy())
    existing = shapely.union_all([shapely.transform(line, to_metres) for line in lines.geometry])
    nearest = shapely.get_coordinates(shapely.shortest_line(existing, shapely.points(flat))).reshape(-1, 2, 2)[:, 0]
    weights = np.zeros((len(flat) + 1, len(flat) + 1))
    water = [shapely.transform(river, to_metres) for river in rivers.geometry] if rivers is not None else []

    def weigh(one: np.ndarray, other: np.ndarray) -> float:
        straight = shapely.LineString([one, other])
        crossed = sum(len(shapely.get_parts(shapely.intersection(straight, river))) for river in water
                      if straight.intersects(river))  # fmt: skip
        return straight.length + penalty * crossed

    for place in range(len(flat)):
        weights[0, place + 1] = weights[place + 1, 0] = weigh(nearest[place], flat[place])
        for other in range(place):
            weights[place + 1, other + 1] = weights[other + 1, place + 1] = weigh(flat[place], flat[other])
    return weights


def check_forest(table: gpd.GeoDataFrame, places: pd.DataFrame) -> None:
    """Assert that each place has one line, and that all lead back to the grid."""
    assert sorted(table["to_code"]) == sorted(places.index)
    before = dict(zip(table["to_code"], table["from_code"], strict=True))
    for code in places.index:
        steps = 0
        while code != "":
            code = before[code]
            steps += 1
            assert steps <= len(places)


POSITIONS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(POSITIONS)
def test_without_rivers_it_is_as_short_as_kruskal_on_all_pairs(positions: list[tuple[int, int]]) -> None:
    # On a raster of 300 m many share a position, a line, a length: nothing may be lost.
    places = places_at([(300 * x, 300 * y) for x, y in positions])
    lines = shapes_at([(-4000, -9000), (1500, 200), (4000, 9000)])
    table = planned(places, lines)
    check_forest(table, places)
    assert table["length_m"].sum() == pytest.approx(kruskal(complete(places, lines, None, 0)), abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(POSITIONS, st.integers(0, 3000), st.randoms(use_true_random=False))
def test_with_rivers_it_is_never_heavier_than_kruskal_on_all_pairs(positions, penalty: int, random) -> None:
    # Off the raster of the rivers' corners, so that no end of a line lies on a bank.
    places = places_at([(300 * x + random.uniform(10, 90), 300 * y + random.uniform(10, 90)) for x, y in positions])
    lines = shapes_at([(-7000, -7000), (-7000, 7000)])
    rivers = shapes_at(
        [(-1000, -9000), (500, 0), (-800, 9000)],
        [(2000, -9000), (2500, 3000), (6500, 3000)],
        [(-9000, -3000), (9000, -2500)],
    )
    table = planned(places, lines, rivers, values={**STRAIGHT, "river_crossing_m": float(penalty)})
    check_forest(table, places)
    assert table["weighted_m"].sum() <= kruskal(complete(places, lines, rivers, penalty)) + 1e-3


def test_two_thousand_places_are_as_short_as_a_network_of_all_pairs() -> None:
    rng = np.random.default_rng(5)
    places = places_at([tuple(xy) for xy in rng.uniform(-40_000, 40_000, (2_000, 2))])
    lines = shapes_at([(-40_000, 0), (40_000, 100)])
    flat = to_metres(places[["lon", "lat"]].to_numpy())
    far = np.hypot(*(flat[:, None] - flat[None]).transpose(2, 0, 1))
    weights = np.zeros((2_001, 2_001))
    weights[1:, 1:] = far
    weights[0, 1:] = weights[1:, 0] = distance_to_grid(places, lines=lines, stated_distance_m=None)
    assert planned(places, lines)["length_m"].sum() == pytest.approx(kruskal(weights), rel=1e-9)


def test_more_places_than_all_pairs_are_looked_at_for_come_within_a_hundredth_of_a_percent(monkeypatch) -> None:
    rng = np.random.default_rng(6)
    places = places_at([tuple(xy) for xy in rng.uniform(-10_000, 10_000, (900, 2))])
    lines = shapes_at([(-11_000, -11_000), (-11_000, 11_000)])
    east = np.linspace(-12_000, 12_000, 200)
    rivers = shapes_at(*[[(x, y + 600 * np.sin(x / 1500)) for x in east] for y in range(-9_000, 9_001, 1_500)])
    exact = planned(places, lines, rivers)["weighted_m"].sum()
    monkeypatch.setattr("coverage.planning.network.MOST_FOR_ALL_PAIRS", 10)
    near = planned(places, lines, rivers)["weighted_m"].sum()
    assert exact <= near + 1e-6
    assert near <= exact * 1.0001


@settings(max_examples=40, deadline=None)
@given(POSITIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(positions: list[tuple[int, int]], random) -> None:
    places = places_at([(300 * x, 300 * y) for x, y in positions])
    shuffled = list(places.index)
    random.shuffle(shuffled)
    lines = shapes_at([(0, -9000), (0, 9000)])
    one, other = planned(places, lines), planned(places.loc[shuffled], lines)
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_places_at_one_position_and_on_the_line_keep_their_lines_without_length() -> None:
    places = places_at([(0, 0), (0, 0), (0, 0), (1000, 0)])
    table = planned(places, shapes_at([(-500, 0), (0, 0), (0, 5000)]))
    check_forest(table, places)
    assert table["length_m"].round(3).tolist() == [0, 0, 0, 1000]
    assert table.crs == 4326
    assert tuple(table.columns) == LINE_COLUMNS


@pytest.mark.parametrize("count", [2, 3, 60, 2_500])
def test_places_on_one_line_form_a_chain(count: int) -> None:
    places = places_at([(10.0 * x, 20.0 * x) for x in range(count)])
    table = planned(places, shapes_at([(-900, 0), (-50, 0)]))
    assert table["from_code"].tolist() == ["", *places.index[:-1]]
    assert table["length_m"].sum() == pytest.approx(50 + (count - 1) * np.hypot(10, 20), rel=1e-6)


def test_spots_that_the_triangulation_leaves_out_are_not_lost() -> None:
    spots = np.array([(x, y) for x in range(8) for y in range(8)], dtype=float)
    spots = np.concatenate([spots, spots[:5] + 1e-13])
    pairs = _pairs_of_spots(np.unique(spots, axis=0))
    assert set(pairs.ravel()) == set(range(len(np.unique(spots, axis=0))))


def test_one_place_and_none() -> None:
    lines = shapes_at([(0, -5000), (0, 5000)])
    one = planned(places_at([(700, 0)]), lines, values=VALUES)
    row = one.iloc[0]
    assert (row["from_code"], row["to_code"], row.name) == ("", "H0000", "L-H0000")
    assert row["length_m"] == pytest.approx(700 * 1.2, rel=1e-4)
    assert row["cost_vnd"] == pytest.approx(0.84 * 500e6, rel=1e-4)
    assert len(planned(places_at([]), lines)) == 0
    assert tuple(planned(places_at([]), lines).columns) == LINE_COLUMNS


def test_an_island_hangs_on_one_sea_crossing() -> None:
    island = [(45_000 + x, y) for x in (0, 400, 800) for y in (0, 400, 800)]
    shore = [(500, 300 * y) for y in range(5)]
    table = planned(places_at([*shore, *island]), shapes_at([(0, -1000), (0, 3000)]))
    assert (table["length_m"] > 10_000).sum() == 1


def test_a_river_between_costs_a_crossing_and_is_gone_around_where_that_is_shorter() -> None:
    river = shapes_at([(500, -200), (500, 5000)])
    places = places_at([(1000, 100)])
    straight = planned(places, shapes_at([(0, 100), (-5, 100)]), river).iloc[0]
    assert (straight["crossings"], round(straight["weighted_m"])) == (1, 1500)
    # Another point of the same line lies on this bank: 1,300 m to go instead of 1,000 m and a crossing.
    around = planned(places, shapes_at([(0, 100), (0, -1200), (1000, -1200)]), river).iloc[0]
    assert (around["crossings"], round(around["weighted_m"])) == (0, 1300)


@pytest.mark.parametrize(
    ("line", "rivers", "expected"),
    [
        ([(0, 0), (1000, 0)], [[(500, -10), (500, 10)]], 1),
        ([(0, 0), (1000, 0)], [[(500, -10), (500, 0)], [(500, 0), (500, 10)]], 1),  # two reaches meet on the line
        ([(0, 0), (1000, 0)], [[(300, -10), (300, 10), (600, 10), (600, -10)]], 2),  # a bend
        ([(0, 0), (1000, 0)], [[(0, -10), (0, 10)], [(1000, -10), (1000, 10)]], 0),  # ends on both banks
        ([(0, 0), (1000, 0)], [[(200, 0), (800, 0)]], 1),  # runs along it
        ([(0, 0), (1000, 0)], [[(500, 5), (500, 10)]], 0),
        ([(0, 0), (1000, 0)], [], 0),
    ],
)
def test_crossings_of_lines(line, rivers, expected: int) -> None:
    shapes = np.array([shapely.LineString(river) for river in rivers], dtype=object)
    start, end = np.array(line[:1], dtype=float), np.array(line[1:], dtype=float)
    assert Rivers(shapes).crossings(start, end).tolist() == [expected]


def test_an_area_with_its_middle_line_and_many_corners_is_crossed_once() -> None:
    upper = [(x, 40 + 5 * np.sin(x)) for x in range(0, 2000, 5)]
    area = shapely.Polygon([*upper, *[(x, y - 80) for x, y in reversed(upper)]])
    middle = shapely.LineString([(x, y - 40) for x, y in upper])
    rivers = Rivers(np.array([area, middle], dtype=object))
    start = np.array([(100.0, -500), (100, -500), (100, 0)])
    end = np.array([(1500.0, 500), (1900, -500), (1500, 0)])
    assert rivers.crossings(start, end).tolist() == [1, 0, 1]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(0, 1000))
def test_the_heaviest_edge_of_a_way_is_found(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = np.array([(rng.integers(0, node), node) for node in range(1, count)])
    weight = rng.integers(0, 10, count - 1).astype(float)
    parent = {node: (before, w) for (before, node), w in zip(tree.tolist(), weight, strict=True)}

    def heaviest(one: int, other: int) -> float:
        found = 0.0
        while one != other:
            if one < other:
                one, other = other, one
            one, w = parent[one]  # a parent always has the lower number
            found = max(found, w)
        return found

    pairs = np.column_stack(np.triu_indices(count, k=1))
    assert bottlenecks(tree, weight, pairs, count=count).tolist() == [heaviest(*pair) for pair in pairs.tolist()]


def test_where_no_lines_are_known_the_stated_distance_is_the_way_to_the_grid() -> None:
    places = places_at([(0, 0), (300, 0), (9000, 0)])
    stated = pd.Series({"H0000": 2000.0, "H0001": 2500.0, "H0002": 800.0})
    table = planned(places, stated=stated, values=VALUES)
    assert table["from_code"].tolist() == ["", "H0000", ""]
    assert table["is_assumed"].tolist() == [True, False, True]
    assert table["length_m"].round().tolist() == [2000, 360, 800]  # as it is stated, without the route factor
    assert table.geometry.is_empty.tolist() == [True, False, True]
    empty = gpd.GeoDataFrame(geometry=[], crs=4326)
    pd.testing.assert_frame_equal(
        pd.DataFrame(table), pd.DataFrame(planned(places, empty, stated=stated, values=VALUES))
    )


def test_a_place_without_a_position_takes_its_stated_distance() -> None:
    places = places_at([(0, 0), (300, 0)])
    places.loc["H0001", ["lon", "lat"]] = np.nan
    table = planned(places, shapes_at([(-100, 0), (0, 0)]), stated=pd.Series({"H0001": 1500.0}))
    assert table["from_code"].tolist() == ["", ""]
    assert table["is_assumed"].tolist() == [False, True]
    assert table["length_m"].round().tolist() == [0, 1500]


def test_places_without_a_way_to_the_grid_are_named() -> None:
    places = places_at([(0, 0), (300, 0)])
    places.loc["H0001", ["lon", "lat"]] = np.nan
    with pytest.raises(NetworkError, match="1 hamlets have no way to the grid: H0001"):
        planned(places, shapes_at([(-100, 0), (0, 0)]))
    with pytest.raises(NetworkError, match=r"2 hamlets have no way .* H0000, H0001"):
        planned(places)
    with pytest.raises(NetworkError, match="1 hamlets have a code that another one has: H0000"):
        planned(pd.concat([places, places.iloc[:1]]), stated=None)


def test_distance_to_grid() -> None:
    places = places_at([(300, 50), (-100, 4000), (0, 0)])
    places.loc["H0002", ["lon", "lat"]] = np.nan
    lines = shapes_at([(0, -5000), (0, 1000)])
    stated = pd.Series({"H0000": 9.0, "H0002": 77.0})
    found = distance_to_grid(places, lines=lines, stated_distance_m=stated)
    assert found.round().tolist() == [300, round(np.hypot(100, 3000)), 77]
    assert distance_to_grid(places, lines=None, stated_distance_m=stated).fillna(-1).tolist() == [9, -1, 77]


def test_lengths_are_those_of_the_ellipsoid_within_a_twentieth_of_a_percent() -> None:
    rng = np.random.default_rng(3)
    start = np.column_stack([rng.uniform(103.8, 109.2, 500), rng.uniform(8.6, 12.8, 500)])  # the 21 provinces
    end = start + rng.uniform(-0.1, 0.1, (500, 2))
    true_m = Geod(ellps="WGS84").inv(*start.T, *end.T)[2]
    flat_m = np.hypot(*(to_metres(end) - to_metres(start)).T)
    assert np.abs(flat_m / true_m - 1).max() < 0.0005
    assert np.allclose(to_degrees(to_metres(start)), start, atol=1e-9)


def test_pairs_of_few_places() -> None:
    assert neighbour_pairs(np.empty((0, 2))).tolist() == []
    assert neighbour_pairs(np.array([(0.0, 0.0)])).tolist() == []
    assert neighbour_pairs(np.array([(0.0, 0.0), (0.0, 0.0)])).tolist() == [[0, 1]]
