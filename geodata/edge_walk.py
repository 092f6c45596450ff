"""Counts how often a line from a point crosses the edges of a commune: the loop that is compiled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.commune_raster import CommuneRaster, Floats, Ints, edges_of

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class EdgeTable:
    """
    The edges of each commune by the rows of the raster that they pass.

    Parameters
    ----------
    first_row
        First row of each commune.
    band_starts
        Where the bands of each commune begin in `edge_starts`; a band is one row of the raster.
    edge_starts
        Where the edges of each band begin in `edges`; an edge that passes several rows stands in each.
    edges
        x1, y1, x2, y2 in degrees.
    """

    first_row: Ints
    band_starts: Longs
    edge_starts: Longs
    edges: Floats


def build_edges(polygons: NDArray[np.object_], raster: CommuneRaster) -> EdgeTable:
    """Return the edges of polygons (numbered as in the raster) by the rows of the raster."""
    start, end, owner = edges_of(polygons)
    edges = np.hstack([start, end])
    # A hair wider, as in the raster: a point's row may be reckoned a rounding error away.
    low = np.floor((np.minimum(edges[:, 1], edges[:, 3]) - raster.south) / raster.cell - 1e-9).astype(np.int64)
    high = np.floor((np.maximum(edges[:, 1], edges[:, 3]) - raster.south) / raster.cell + 1e-9).astype(np.int64)
    count = len(polygons)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, owner, low)
    np.maximum.at(last, owner, high)
    band_starts = np.concatenate([[0], np.cumsum(last - first + 1)])
    spans = high - low + 1
    edge = np.repeat(np.arange(len(edges)), spans)
    row = np.repeat(low, spans) + np.arange(len(edge)) - np.repeat(np.cumsum(spans) - spans, spans)
    band = band_starts[owner[edge]] + row - first[owner[edge]]
    order = np.argsort(band, kind="stable")
    edge_starts = np.searchsorted(band[order], np.arange(band_starts[-1] + 1))
    return EdgeTable(
        first.astype(np.int32), band_starts.astype(np.int64), edge_starts.astype(np.int64), edges[edge[order]]
    )


def place_points(
    lon: Floats,
    lat: Floats,
    found: Ints,
    west: float,
    south: float,
    cell: float,
    ids: Ints,
    slots: Ints,
    starts: Longs,
    communes: Ints,
    first_row: Ints,
    band_starts: Longs,
    edge_starts: Longs,
    edges: Floats,
) -> int:
    """
    Write the commune of each point into `found`: its number, -1 outside, -2 where rounding leaves it open.

    Returns
    -------
    doubtful
        How many points were left open.

    Notes
    -----
    Plain loops over numbers, because numba compiles them. An edge is crossed where the point lies between its ends
    in y, the lower end included, and left of it; the sign of a determinant tells. Where that is smaller than its
    rounding error (Shewchuk, 1997, adaptive precision floating-point arithmetic: 3.33e-16 times the sum of its parts;
    four times as much here), the point is left to exact arithmetic.
    """
    height, width = ids.shape
    doubtful = 0
    for point in range(lon.shape[0]):
        x, y = lon[point], lat[point]
        across, up = (x - west) / cell, (y - south) / cell
        # Written so that a missing coordinate fails.
        if not (0.0 <= across < width and 0.0 <= up < height):
            found[point] = -1
            continue
        row, column = int(up), int(across)
        known = ids[row, column]
        if known != -2:
            found[point] = known
            continue
        slot = slots[row, column]
        answer = -1
        for place in range(starts[slot], starts[slot + 1]):
            commune = communes[place]
            band = band_starts[commune] + row - first_row[commune]
            if row < first_row[commune] or band >= band_starts[commune + 1]:
                continue
            is_inside = False
            for edge in range(edge_starts[band], edge_starts[band + 1]):
                x1, y1, x2, y2 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
                if (y1 > y and y2 > y) or (y1 < y and y2 < y) or (x1 < x and x2 < x):
                    continue
                one, other = (x1 - x) * (y2 - y), (x2 - x) * (y1 - y)
                if abs(one - other) <= 1.4e-15 * (abs(one) + abs(other)):
                    answer = -2
                    break
                if (y1 <= y) != (y2 <= y) and ((one > other) == (y2 > y1)):
                    is_inside = not is_inside
            if answer == -2:
                break
            if is_inside:
                answer = commune
                break
        found[point] = answer
        doubtful += answer == -2
    return doubtful
