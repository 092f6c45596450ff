"""A raster over communes: most cells lie in one commune or in none, and only points in the others are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

CELL_DEGREES: Final = 0.004
"""Size of a cell, about 440 m: smaller cells leave fewer points to look at and take longer to make."""

OUTSIDE: Final = -1
MIXED: Final = -2
_MOST_CELLS: Final = 64_000_000

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CommuneRaster:
    """
    What is known of each cell.

    Parameters
    ----------
    west, south, cell
        Corner and size of the cells, degrees.
    ids
        Rows × columns from the south west: number of the commune that the whole cell lies in, `OUTSIDE`, or `MIXED`
        where a border passes.
    starts, communes
        For the mixed cell number ``slots[row, column]`` its communes are
        ``communes[starts[n] : starts[n + 1]]``, in ascending order.
    """

    west: float
    south: float
    cell: float
    ids: Ints
    slots: Ints
    starts: NDArray[np.int64]
    communes: Ints


@dataclass(frozen=True)
class Grid:
    """Where the cells lie: corner and size in degrees, and how many there are."""

    west: float
    south: float
    cell: float
    rows: int
    columns: int


def grid_of(polygons: NDArray[np.object_], cell: float) -> Grid:
    """Return the cells over polygons; larger ones where the polygons span too many."""
    west, south, east, north = shapely.total_bounds(polygons)
    cell = max(cell, float(np.sqrt(max((east - west) * (north - south), 1e-12) / _MOST_CELLS)))
    # One cell around all, so that every cell of the rim lies outside.
    west, south = float(west) - cell, float(south) - cell
    return Grid(west, south, cell, int((north - south) / cell) + 3, int((east - west) / cell) + 3)


def build_raster(polygons: NDArray[np.object_], *, cell: float = CELL_DEGREES) -> CommuneRaster:
    """
    Return the raster of some polygons.

    Parameters
    ----------
    polygons
        Valid polygons and multipolygons in degrees, in the order of their numbers.
    cell
        Size of a cell in degrees; larger where the polygons span too many cells.
    """
    grid = grid_of(polygons, cell)
    west, south, cell, rows, columns = grid.west, grid.south, grid.cell, grid.rows, grid.columns
    pairs = _border_pairs(polygons, west, south, cell, columns)
    ids = np.full((rows, columns), OUTSIDE, dtype=np.int32)
    flat = ids.ravel()
    flat[pairs // len(polygons)] = MIXED
    pairs = np.union1d(pairs, _fill_cells(ids, polygons, west, south, cell))
    cells = pairs // len(polygons)
    mixed, first = np.unique(cells, return_index=True)
    slots = np.full(rows * columns, -1, dtype=np.int32)
    slots[mixed] = np.arange(len(mixed), dtype=np.int32)
    starts = np.append(first, len(cells)).astype(np.int64)
    owners = (pairs % len(polygons)).astype(np.int32)
    return CommuneRaster(west, south, cell, ids, slots.reshape(rows, columns), starts, owners)


def edges_of(polygons: NDArray[np.object_]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the edges of polygons and multipolygons: their two ends (x, y), and the number of the polygon."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    points, of_point = shapely.get_coordinates(rings, return_index=True)
    is_edge = of_point[:-1] == of_point[1:]
    return points[:-1][is_edge], points[1:][is_edge], of_part[of_ring[of_point[:-1][is_edge]]]


def _border_pairs(
    polygons: NDArray[np.object_], west: float, south: float, cell: float, columns: int
) -> NDArray[np.int64]:
    """Return the cells that the borders pass, with the commune: cell × number of polygons + commune, ascending."""
    # Cut into pieces of at most a cell, so that the cells around a piece's ends hold all of it.
    start, end, owner = edges_of(shapely.segmentize(polygons, cell))
    corner = np.array([west, south])
    # A hair wider, for points whose cell is reckoned a rounding error away.
    margin = 1e-9
    low = np.floor((np.minimum(start, end) - corner) / cell - margin).astype(np.int64)
    high = np.floor((np.maximum(start, end) - corner) / cell + margin).astype(np.int64)
    keys = []
    span = high - low
    for dx in range(int(span[:, 0].max(initial=0)) + 1):
        for dy in range(int(span[:, 1].max(initial=0)) + 1):
            has = (span[:, 0] >= dx) & (span[:, 1] >= dy)
            place = (low[has, 1] + dy) * columns + low[has, 0] + dx
            key = place * np.int64(len(polygons)) + owner[has]
            # Edges that follow each other mostly lie in the same cell: without them there is little left to sort.
            keys.append(key[np.append(True, key[1:] != key[:-1])] if len(key) else key)
    return np.unique(np.concatenate(keys))


def _fill_cells(ids: Ints, polygons: NDArray[np.object_], west: float, south: float, cell: float) -> NDArray[np.int64]:
    """
    Give every cell without a border the commune that it lies in: cells side by side lie in the same one.

    Returns
    -------
    pairs
        The mixed cells with the communes that their centres lie in, as `_border_pairs` writes them: where outlines
        overlap, a commune may hold a whole cell that the border of another one passes.
    """
    is_mixed = ids == MIXED
    begins = ~is_mixed
    begins[:, 1:] &= is_mixed[:, :-1]
    rows, columns = np.nonzero(begins | is_mixed)
    centres = shapely.points(west + (columns + 0.5) * cell, south + (rows + 0.5) * cell)
    # The tree is one of the points, because GEOS prepares what is asked, and preparing polygons is what pays.
    owners, found = shapely.STRtree(centres).query(polygons, predicate="contains")
    number = np.full(len(rows), OUTSIDE, dtype=np.int32)
    # Where communes overlap the lowest one counts: written last.
    order = np.argsort(-owners, kind="stable")
    number[found[order]] = owners[order]
    run = np.cumsum(begins.ravel()) - 1
    flat, whole = ids.ravel(), ~is_mixed.ravel()
    flat[whole] = number[begins[rows, columns]][run[whole]]
    in_mixed = is_mixed[rows[found], columns[found]]
    cells = rows[found[in_mixed]].astype(np.int64) * ids.shape[1] + columns[found[in_mixed]]
    covered: NDArray[np.int64] = cells * len(polygons) + owners[in_mixed]
    return covered
