"""The raster over communes and the edges by its rows, made by compiled loops; without numba: `commune_raster`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata import edge_walk
from geodata.commune_raster import MIXED, OUTSIDE, CommuneRaster, Floats, Ints, Longs, edges_of, grid_of
from geodata.compiled import compile_loop

_MOST_BANDS_OF_A_ROW: Final = 8.0
"""About as many as pay: with 16, points in outlines of 2.4 million edges took no less time."""


@dataclass(frozen=True)
class EdgeTable:
    """
    The edges of each commune by the bands that they pass: rows of the raster, or equal parts of rows.

    Parameters
    ----------
    cells
        The raster's ``ids``, but -2 - n in the mixed cell number n.
    finer
        Bands of each row.
    first_band
        First band of each commune, counted from the south of the raster.
    band_starts
        Where the bands of each commune begin in `edge_starts`.
    edge_starts
        Where the edges of each band begin in `edges`; an edge that passes several bands stands in each.
    edges
        x1, y1, x2, y2 in degrees.
    """

    cells: Ints
    finer: int
    first_band: Ints
    band_starts: Longs
    edge_starts: Longs
    edges: Floats


class Loops(NamedTuple):
    """The compiled loops of `edge_walk`."""

    pair_cells: Any
    sort_edges: Any
    fill_rows: Any
    find_cells: Any
    order_points: Any
    place_points: Any


@lru_cache(maxsize=1)
def compiled_loops() -> Loops | None:
    """Return the compiled loops, None where numba is not there."""
    found = [compile_loop(getattr(edge_walk, name)) for name in Loops._fields]
    return None if None in found else Loops(*found)


def build_compiled(polygons: NDArray[np.object_], loops: Loops, *, cell: float) -> tuple[CommuneRaster, EdgeTable]:
    """Return the raster of polygons, as `commune_raster.build_raster` does, and their edges by its rows."""
    grid = grid_of(polygons, cell)
    start, end, owner = edges_of(polygons)
    starts, communes, mixed = _pairs(start, end, owner, grid, loops)
    ids = np.full((grid.rows, grid.columns), OUTSIDE, dtype=np.int32)
    slots = np.full(grid.rows * grid.columns, -1, dtype=np.int32)
    ids.ravel()[mixed] = MIXED
    slots[mixed] = np.arange(len(mixed), dtype=np.int32)
    raster = CommuneRaster(grid.west, grid.south, grid.cell, ids, slots.reshape(ids.shape), starts, communes)
    edges = _edge_table(start, end, owner, raster, loops)
    crossings = np.empty(int(np.diff(edges.edge_starts).max(initial=0)) + 1)
    place = (raster.ids, grid.west, grid.south, grid.cell, raster.slots, starts, communes)
    bands = (edges.finer, edges.first_band, edges.band_starts, edges.edge_starts, edges.edges, crossings)
    if count := loops.fill_rows(*place, *bands, np.empty(0, np.int64)):
        extra = np.empty(count, np.int64)
        loops.fill_rows(*place, *bands, extra)
        raster = _with_pairs(raster, mixed, extra, len(polygons))
    cells = ids.copy()
    cells.ravel()[mixed] = MIXED - np.arange(len(mixed), dtype=np.int32)
    return raster, replace(edges, cells=cells)


def _pairs(start: Floats, end: Floats, owner: Longs, grid: Any, loops: Loops) -> tuple[Longs, Ints, Longs]:
    """Return where the communes of each mixed cell begin, the communes, and the mixed cells."""
    size = grid.rows * grid.columns
    stamp, counts = np.full(size, -1, dtype=np.int32), np.zeros(size, dtype=np.int64)
    place = (grid.west, grid.south, grid.cell, grid.columns)
    pairs = loops.pair_cells(start, end, owner, *place, stamp, counts, np.empty(0, np.int32))
    mixed = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[mixed])]).astype(np.int64)
    next_place = np.zeros(size, dtype=np.int64)
    next_place[mixed] = starts[:-1]
    communes = np.empty(pairs, dtype=np.int32)
    stamp[:] = -1
    loops.pair_cells(start, end, owner, *place, stamp, next_place, communes)
    return starts, communes, mixed


def _edge_table(start: Floats, end: Floats, owner: Longs, raster: CommuneRaster, loops: Loops) -> EdgeTable:
    finer = _bands_of_a_row(start, end, raster)
    # A hair wider, as in the raster: a point's band may be reckoned a rounding error away.
    scale = finer / raster.cell
    low = np.floor((np.minimum(start[:, 1], end[:, 1]) - raster.south) * scale - 1e-9).astype(np.int32)
    high = np.floor((np.maximum(start[:, 1], end[:, 1]) - raster.south) * scale + 1e-9).astype(np.int32)
    begins = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    first, last = np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins)
    band_starts = np.concatenate([[0], np.cumsum(last - first + 1)]).astype(np.int64)
    first_band = band_starts[:-1] - first
    # How many edges each band has: one more where an edge begins, one less behind its last row.
    change = np.bincount(first_band[owner] + low, minlength=band_starts[-1] + 1).astype(np.int64)
    change -= np.bincount(first_band[owner] + high + 1, minlength=band_starts[-1] + 1)[: len(change)]
    edge_starts = np.concatenate([[0], np.cumsum(np.cumsum(change[:-1]))]).astype(np.int64)
    edges = np.empty((int(edge_starts[-1]), 4))
    loops.sort_edges(start, end, owner, low, high, first_band.astype(np.int64), edge_starts[:-1].copy(), edges)
    return EdgeTable(raster.ids, finer, first.astype(np.int32), band_starts, edge_starts, edges)


def _bands_of_a_row(start: Floats, end: Floats, raster: CommuneRaster) -> int:
    """Return how many bands make a row: the lower they are, the fewer edges each holds, and the more an edge is in."""
    height = float(np.abs(end[:, 1] - start[:, 1]).mean())
    wanted = raster.cell / (2 * height) if height else 1.0
    # Above a million bands their rounding would come near the hair by which edges are widened.
    return int(max(1.0, min(wanted, _MOST_BANDS_OF_A_ROW, 1_000_000 / raster.ids.shape[0])))


def _with_pairs(raster: CommuneRaster, mixed: Longs, extra: Longs, count: int) -> CommuneRaster:
    """Return a raster with more communes in its mixed cells."""
    known = np.repeat(mixed, np.diff(raster.starts)) * count + raster.communes
    pairs = np.union1d(known, extra)
    _, first = np.unique(pairs // count, return_index=True)
    starts = np.append(first, len(pairs)).astype(np.int64)
    communes = (pairs % count).astype(np.int32)
    return CommuneRaster(raster.west, raster.south, raster.cell, raster.ids, raster.slots, starts, communes)
