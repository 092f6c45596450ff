"""
Medium-voltage lines to hamlets: the cheapest forest that hangs every hamlet on the existing lines.

Each edge is a straight line between two places, or from a place to the nearest point of the existing lines. Its length
is the straight length × ``route_factor_ratio``; it weighs, and costs, ``river_crossing_m`` more for each river that it
crosses. The forest is a minimum spanning tree with all existing lines as one node (docs/methods.md, "The network").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from coverage.planning.candidate_lines import (
    MOST_FOR_ALL_PAIRS,
    Pairs,
    all_pairs,
    bottlenecks,
    nearest_pairs,
    neighbour_pairs,
)
from coverage.planning.crossings import Rivers
from coverage.planning.flat_metres import Coordinates, shapes_to_metres, to_degrees, to_metres
from geodata.errors import PhuDienError, mark

LINE_COLUMNS: Final = (
    "from_code",  # the place that the line comes from; "" for the existing grid
    "to_code",  # the place that it leads to
    "length_m",  # of the line: straight × route factor; the stated distance where `is_assumed`
    "weighted_m",  # length and what its crossings are worth
    "crossings",
    "cost_vnd",
    "is_assumed",  # no position on the existing grid is known: the survey's distance stands for it; no geometry
    "geometry",
)
"""Columns of `plan_network`, indexed by ``line_code``."""

GRID: Final = ""
"""``from_code`` of a line that starts at the existing grid."""

_PIECE_M: Final = 500.0  # existing lines are looked at in pieces no longer than that
_SHOWN: Final = 5  # codes that a sentence names


class NetworkError(PhuDienError):
    """Places that no network can be made of."""


@dataclass(frozen=True)
class _Edges:
    """Candidate edges; node 0 is the existing grid, node i + 1 is place i."""

    nodes: Pairs
    start: Coordinates
    end: Coordinates
    length_m: npt.NDArray[np.float64]
    crossings: npt.NDArray[np.int64]
    is_assumed: npt.NDArray[np.bool_]

    def chosen(self, which: npt.NDArray[Any]) -> _Edges:
        return _Edges(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def and_also(self, more: _Edges) -> _Edges:
        return _Edges(
            *(np.concatenate([getattr(self, name), getattr(more, name)]) for name in self.__dataclass_fields__)
        )


def plan_network(
    places: pd.DataFrame,
    *,
    lines: gpd.GeoDataFrame | None,
    rivers: gpd.GeoDataFrame | None,
    stated_distance_m: pd.Series[float] | None,
    values: Mapping[str, float],
) -> gpd.GeoDataFrame:
    """
    Return the lines to build, so that every place has power, as a forest that grows from the existing grid.

    Parameters
    ----------
    places
        Indexed by code; ``lon``, ``lat`` in WGS 84, missing where the position is not known.
    lines
        Existing medium-voltage lines in WGS 84; None or empty where none are known.
    rivers
        Rivers as lines or areas in WGS 84; None where none are known: then nothing is crossed.
    stated_distance_m
        Distance to the grid by code, as the survey says; used for every place where no lines are known, else only for
        those without a position.
    values
        Assumptions ``mv_line_cost_vnd_per_km``, ``river_crossing_m``, ``route_factor_ratio``.

    Returns
    -------
    lines
        WGS 84, one row a place, indexed by ``line_code`` in order of the places' codes: columns `LINE_COLUMNS`. Each
        place has exactly one line towards the grid; no row where there is no place.

    Raises
    ------
    NetworkError
        If a code is there twice, or places have neither a position nor a stated distance, or none of a group of
        places has a way to the grid.
    """
    _check_codes(places)
    places = places.sort_index()
    if places.empty:
        return _table(places, _no_edges(), values)
    stated = _aligned(stated_distance_m, places)
    crossed = Rivers(shapes_to_metres(rivers.geometry.dropna()) if rivers is not None else np.empty(0, object))
    has_position = places[["lon", "lat"]].notna().all(axis=1).to_numpy()
    positions = np.full((len(places), 2), np.nan)
    positions[has_position] = to_metres(places.loc[has_position, ["lon", "lat"]].to_numpy(dtype=np.float64))

    pieces = _pieces(lines)
    to_grid = _edges_to_grid(positions, has_position, pieces, stated, crossed, values)
    located = np.flatnonzero(has_position)
    between = _edges_between(positions, located[neighbour_pairs(positions[located])], crossed, values)
    edges = _lightest(to_grid.and_also(between), values)
    _check_reach(places, edges)
    if crossed:
        more = _others(positions, located, pieces, edges, crossed, values)
        edges = _lightest(edges.and_also(more), values)
    return _table(places, edges, values)


def distance_to_grid(
    places: pd.DataFrame, *, lines: gpd.GeoDataFrame | None, stated_distance_m: pd.Series[float] | None
) -> pd.Series[float]:
    """
    Return how far each place is from the existing grid in a straight line, in metres, by code.

    To the nearest point of `lines`; the stated distance where no lines are known, or the place has no position;
    missing where neither is known.
    """
    stated = pd.Series(_aligned(stated_distance_m, places), index=places.index, name="grid_distance_m")
    pieces = _pieces(lines)
    has_position = places[["lon", "lat"]].notna().all(axis=1)
    if len(pieces) == 0 or not has_position.any():
        return stated
    points = shapely.points(to_metres(places.loc[has_position, ["lon", "lat"]].to_numpy(dtype=np.float64)))
    (place, _), distance = shapely.STRtree(pieces).query_nearest(points, return_distance=True, all_matches=False)
    found = stated.copy()
    found.loc[has_position] = pd.Series(distance, index=place).sort_index().to_numpy()
    return found


def _check_codes(places: pd.DataFrame) -> None:
    if places.index.has_duplicates:
        twice = places.index[places.index.duplicated()].unique()
        raise NetworkError(
            "network.code-twice",
            mark("{count} hamlets have a code that another one has: {codes}. Give each a code of its own."),
            count=len(twice), codes=_named(twice),
        )  # fmt: skip


def _check_reach(places: pd.DataFrame, edges: _Edges) -> None:
    """Refuse places from which no edges lead to the grid."""
    group = np.zeros(len(places) + 1, dtype=bool)
    group[0] = True
    order = breadth_first_order(
        _graph(edges.nodes, np.ones(len(edges.nodes)), len(places) + 1),
        0,
        directed=False,
        return_predecessors=False,
    )
    group[order] = True
    if not group.all():
        lost = places.index[~group[1:]]
        raise NetworkError(
            "network.no-way",
            mark(
                "{count} hamlets have no way to the grid: {codes}. Add a layer of the existing medium-voltage lines, "
                "or state their positions and their distance to the grid in the survey of hamlets."
            ),
            count=len(lost),
            codes=_named(lost),
        )


def _named(codes: pd.Index[Any]) -> str:
    return ", ".join(str(code) for code in codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")


def _aligned(stated: pd.Series[float] | None, places: pd.DataFrame) -> npt.NDArray[np.float64]:
    if stated is None:
        return np.full(len(places), np.nan)
    return np.asarray(stated.reindex(places.index).astype("float64").to_numpy(), dtype=np.float64)


def _pieces(lines: gpd.GeoDataFrame | None) -> npt.NDArray[Any]:
    """Return the existing lines in flat metres, in short pieces."""
    if lines is None or lines.empty:
        return np.empty(0, dtype=object)
    parts = shapely.get_parts(shapes_to_metres(lines.geometry.dropna()))
    parts = shapely.segmentize(parts[~shapely.is_empty(parts)], _PIECE_M)
    xy, of = shapely.get_coordinates(parts, return_index=True)
    same = of[1:] == of[:-1]
    return np.asarray(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)))


def _edges_to_grid(
    positions: Coordinates,
    has_position: npt.NDArray[np.bool_],
    pieces: npt.NDArray[Any],
    stated: npt.NDArray[np.float64],
    rivers: Rivers,
    values: Mapping[str, float],
) -> _Edges:
    """Return an edge from each place to the nearest point of the existing lines, or as long as is stated."""
    by_line = has_position if len(pieces) else np.zeros_like(has_position)
    assumed = np.flatnonzero(~by_line & np.isfinite(stated))
    nowhere = np.full((len(assumed), 2), np.nan)
    edges = _Edges(
        nodes=np.column_stack([np.zeros_like(assumed), assumed + 1]),
        start=nowhere,
        end=nowhere,
        length_m=stated[assumed],
        crossings=np.zeros(len(assumed), dtype=np.int64),
        is_assumed=np.ones(len(assumed), dtype=bool),
    )
    near = np.flatnonzero(by_line)
    if len(near) == 0:
        return edges
    place, piece = shapely.STRtree(pieces).query_nearest(shapely.points(positions[near]), all_matches=False)
    return edges.and_also(_to_pieces(positions, near[place], pieces[piece], rivers, values))


def _elsewhere_on_lines(
    positions: Coordinates,
    pieces: npt.NDArray[Any],
    edges: _Edges,
    heaviest: npt.NDArray[np.float64],
    rivers: Rivers,
    values: Mapping[str, float],
) -> _Edges:
    """
    Return edges to other points of the existing lines, for places with a river between them and the nearest.

    Only what is shorter than `heaviest`, the heaviest edge of each place's way to the grid, can be better.
    """
    place = edges.nodes[(edges.nodes[:, 0] == 0) & (edges.crossings > 0), 1] - 1
    if len(place) == 0:
        return _no_edges()
    found, piece = shapely.STRtree(pieces).query(
        shapely.points(positions[place]),
        predicate="dwithin",
        distance=heaviest[place] / values["route_factor_ratio"],
    )
    return _to_pieces(positions, place[found], pieces[piece], rivers, values)


def _to_pieces(
    positions: Coordinates, place: npt.NDArray[np.int64], pieces: Any, rivers: Rivers, values: Mapping[str, float]
) -> _Edges:
    points = shapely.points(positions[place])
    start = shapely.get_coordinates(shapely.shortest_line(pieces, points)).reshape(-1, 2, 2)[:, 0]
    return _straight(np.column_stack([np.zeros_like(place), place + 1]), start, positions[place], rivers, values)


def _edges_between(positions: Coordinates, pairs: Pairs, rivers: Rivers, values: Mapping[str, float]) -> _Edges:
    return _straight(pairs + 1, positions[pairs[:, 0]], positions[pairs[:, 1]], rivers, values)


def _straight(
    nodes: Pairs, start: Coordinates, end: Coordinates, rivers: Rivers, values: Mapping[str, float]
) -> _Edges:
    return _Edges(
        nodes=nodes,
        start=start,
        end=end,
        length_m=np.hypot(*(end - start).T) * values["route_factor_ratio"],
        crossings=rivers.crossings(start, end),
        is_assumed=np.zeros(len(nodes), dtype=bool),
    )


def _no_edges() -> _Edges:
    nowhere, none = np.empty((0, 2)), np.empty(0)
    return _Edges(nowhere.astype(np.int64), nowhere, nowhere, none, none.astype(np.int64), none.astype(bool))


def _weight(edges: _Edges, values: Mapping[str, float]) -> npt.NDArray[np.float64]:
    return np.asarray(edges.length_m + edges.crossings * values["river_crossing_m"], dtype=np.float64)


def _tree(edges: _Edges, count: int, values: Mapping[str, float]) -> npt.NDArray[np.int64]:
    """
    Return which edges are in a minimum spanning tree.

    An edge without length would be no edge to csgraph, so edges go in by their rank; equal weights by their nodes, so
    that the same places always give the same tree.
    """
    order = np.lexsort((edges.nodes[:, 1], edges.nodes[:, 0], _weight(edges, values)))
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    tree = minimum_spanning_tree(_graph(edges.nodes, rank, count))
    return order[np.sort(tree.data).astype(np.int64) - 1]


def _graph(nodes: Pairs, weight: npt.NDArray[np.float64], count: int) -> Any:
    """Return edges, of which no pair of nodes may have two, as a graph."""
    return csr_array((weight, (nodes[:, 0], nodes[:, 1])), shape=(count, count))


def _others(
    positions: Coordinates,
    located: npt.NDArray[np.int64],
    pieces: npt.NDArray[Any],
    edges: _Edges,
    rivers: Rivers,
    values: Mapping[str, float],
) -> _Edges:
    """
    Return more edges, which rivers may make part of the lightest network.

    With rivers the triangulation may miss them. Looked at are all pairs up to `MOST_FOR_ALL_PAIRS` places, beyond that
    nearest neighbours; of these, those that are shorter than the heaviest edge of their way through the tree, as no
    other can make it lighter. So of all pairs the result is the lightest network there is.
    """
    count = len(positions) + 1
    chosen = edges.chosen(_tree(edges, count, values))
    weight = _weight(chosen, values)
    is_small = len(located) <= MOST_FOR_ALL_PAIRS
    pairs = located[all_pairs(len(located)) if is_small else nearest_pairs(positions[located])]
    length_m = np.hypot(*(positions[pairs[:, 1]] - positions[pairs[:, 0]]).T) * values["route_factor_ratio"]
    pairs = pairs[length_m < bottlenecks(chosen.nodes, weight, pairs + 1, count=count)]
    to_grid = np.column_stack([np.zeros(len(positions), dtype=np.int64), np.arange(1, count)])
    heaviest = bottlenecks(chosen.nodes, weight, to_grid, count=count)
    return _edges_between(positions, pairs, rivers, values).and_also(
        _elsewhere_on_lines(positions, pieces, edges, heaviest, rivers, values)
    )


def _lightest(edges: _Edges, values: Mapping[str, float]) -> _Edges:
    """Return one edge for each pair of nodes, the lightest."""
    order = np.lexsort((_weight(edges, values), edges.nodes[:, 1], edges.nodes[:, 0]))
    nodes = edges.nodes[order]
    is_first = np.ones(len(nodes), dtype=bool)
    is_first[1:] = (nodes[1:] != nodes[:-1]).any(axis=1)
    return edges.chosen(order[is_first])


def _table(places: pd.DataFrame, edges: _Edges, values: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Return the edges of the lightest tree, each from its end that is nearer the grid, one row a place."""
    chosen = edges.chosen(_tree(edges, len(places) + 1, values))
    codes = places.index.to_numpy(dtype=object)
    before = _node_before(chosen.nodes, len(places) + 1)
    is_turned = before[chosen.nodes[:, 0]] == chosen.nodes[:, 1]
    leads_from = np.where(is_turned, chosen.nodes[:, 1], chosen.nodes[:, 0])
    leads_to = np.where(is_turned, chosen.nodes[:, 0], chosen.nodes[:, 1])
    start = np.where(is_turned[:, None], chosen.end, chosen.start)
    end = np.where(is_turned[:, None], chosen.start, chosen.end)
    weighted_m = _weight(chosen, values)
    to_codes = codes[leads_to - 1] if len(codes) else codes
    table = gpd.GeoDataFrame(
        {
            "from_code": pd.Series(np.concatenate([[GRID], codes])[leads_from], dtype="str"),
            "to_code": pd.Series(to_codes, dtype="str"),
            "length_m": chosen.length_m,
            "weighted_m": weighted_m,
            "crossings": chosen.crossings,
            "cost_vnd": weighted_m / 1000 * values["mv_line_cost_vnd_per_km"],
            "is_assumed": chosen.is_assumed,
        },
        geometry=_shapes(start, end, chosen.is_assumed),
        crs=4326,
    )
    table.index = pd.Index([f"L-{code}" for code in to_codes], name="line_code", dtype="str")
    return table.iloc[np.argsort(leads_to, kind="stable")]


def _node_before(nodes: Pairs, count: int) -> npt.NDArray[np.int64]:
    """Return, for each node of a tree, the one before it on the way from the grid; of the grid itself, -9999."""
    graph = _graph(nodes, np.ones(len(nodes)), count)
    return np.asarray(breadth_first_order(graph, 0, directed=False)[1], dtype=np.int64)


def _shapes(start: Coordinates, end: Coordinates, is_assumed: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    shapes = np.full(len(start), shapely.LineString(), dtype=object)
    ends = np.stack([to_degrees(start[~is_assumed]), to_degrees(end[~is_assumed])], axis=1)
    shapes[~is_assumed] = shapely.linestrings(ends)
    return shapes
