"""Which pairs of places a shortest network can be made of, without looking at all pairs; in flat metres."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay, QhullError, cKDTree

from coverage.planning.flat_metres import Coordinates

MOST_FOR_ALL_PAIRS: Final = 2_000
"""Up to so many places all pairs can be looked at."""

NEIGHBOURS: Final = 24
"""Nearest neighbours that are looked at where there are more places, and the triangulation is not enough."""

_FEW: Final = 30  # so few that all pairs are quicker than a triangulation

Pairs = npt.NDArray[np.int64]
"""Array of shape (n, 2): two places each, the lower number first, in order, none twice."""


def neighbour_pairs(places: Coordinates) -> Pairs:
    """
    Return pairs that hold a shortest network of straight lines.

    A Euclidean minimum spanning tree is a part of the Delaunay triangulation. Places at one position hang on the
    first of them; places on one line, of which there is no triangulation, on the one before.
    """
    spots, first, of = np.unique(places, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    same = np.column_stack([first[of], np.arange(len(places))])
    same = same[same[:, 0] != same[:, 1]]
    return distinct_pairs([first[_pairs_of_spots(spots)], same])


def all_pairs(count: int) -> Pairs:
    """Return every pair of so many places."""
    return np.column_stack(np.triu_indices(count, k=1)).astype(np.int64)


def nearest_pairs(places: Coordinates, *, neighbours: int = NEIGHBOURS) -> Pairs:
    """Return each place with its nearest neighbours."""
    count = min(neighbours + 1, len(places))
    if count < 2:
        return np.empty((0, 2), dtype=np.int64)
    _, near = cKDTree(places).query(places, k=count)
    own = np.repeat(np.arange(len(places)), count)
    return distinct_pairs([np.column_stack([own, near.reshape(-1)])])


def distinct_pairs(several: list[npt.NDArray[np.int64]]) -> Pairs:
    """Return pairs of several lists in order, each once; a place with itself is none."""
    pairs = np.sort(np.concatenate([np.empty((0, 2), dtype=np.int64), *several]), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def bottlenecks(tree: Pairs, weight: npt.NDArray[np.float64], pairs: Pairs, *, count: int) -> npt.NDArray[np.float64]:
    """
    Return, for each pair of nodes, the heaviest edge on their way through a tree of so many nodes.

    A pair whose edge is no lighter than that can never make the tree lighter.
    """
    order = np.argsort(weight, kind="stable")
    weight = weight[order]
    above, joined_at = _unions(tree[order], count)
    one, other = pairs[:, 0].copy(), pairs[:, 1].copy()
    heaviest = np.zeros(len(pairs))
    apart = np.flatnonzero(one != other)
    while len(apart):  # as often as two ways up are long: twice the binary logarithm of the nodes
        climbs = joined_at[one[apart]] <= joined_at[other[apart]]
        for side, who in ((one, apart[climbs]), (other, apart[~climbs])):
            heaviest[who] = weight[joined_at[side[who]]]
            side[who] = above[side[who]]
        apart = apart[one[apart] != other[apart]]
    return heaviest


def _unions(tree: Pairs, count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Join groups of nodes along a tree's edges in their order, the smaller group's head below the other's.

    Returns
    -------
    above, joined_at
        By node: the node that it was put below, and the number of the edge for which it was, which grows on the way
        up; of the last head: itself, and the number of edges.
    """
    above = list(range(count))
    joined_at = [len(tree)] * count
    size = [1] * count

    def head(node: int) -> int:
        while above[node] != node:
            node = above[node]
        return node

    for rank, (one, other) in enumerate(tree.tolist()):
        low, high = head(one), head(other)
        if size[low] > size[high]:
            low, high = high, low
        above[low], joined_at[low] = high, rank
        size[high] += size[low]
    return np.array(above), np.array(joined_at)


def _pairs_of_spots(spots: Coordinates) -> npt.NDArray[np.int64]:
    if len(spots) <= _FEW:
        return all_pairs(len(spots))
    try:
        triangulation = Delaunay(spots - spots.mean(axis=0))
    except QhullError:  # all on one line
        return _beyond_triangulation(spots)
    corners = triangulation.simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).astype(np.int64)
    if len(triangulation.coplanar):  # spots that it left out, being all but on top of others
        return np.concatenate([sides, _beyond_triangulation(spots)])
    return sides


def _beyond_triangulation(spots: Coordinates) -> npt.NDArray[np.int64]:
    """Return pairs of spots that all but share a line: all, or of many those next to each other."""
    if len(spots) <= MOST_FOR_ALL_PAIRS:
        return all_pairs(len(spots))
    centred = spots - spots.mean(axis=0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    order = np.argsort(centred @ direction, kind="stable")
    return np.concatenate([np.column_stack([order[:-1], order[1:]]), nearest_pairs(spots)])
