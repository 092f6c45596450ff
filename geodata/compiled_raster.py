"""The raster over communes and the edges by its rows, made by compiled loops; without numba: `commune_raster`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata import edge_walk
from geodata.commune_raster import MIXED, OUTSIDE, CommuneRaster, Floats, Ints, Longs, edges_of, grid_of
from geodata.compiled import compile_loop


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


class Loops(NamedTuple):
    """The compiled loops of `edge_walk`."""

    pair_cells: Any
    sort_edges: Any
    fill_rows: Any
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
    bands = (edges.first_row, edges.band_starts, edges.edge_starts, edges.edges, crossings)
    if count := loops.fill_rows(*place, *bands, np.empty(0, np.int64)):
        extra = np.empty(count, np.int64)
        loops.fill_rows(*place, *bands, extra)
        raster = _with_pairs(raster, mixed, extra, len(polygons))
    return raster, edges


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
    # A hair wider, as in the raster: a point's row may be reckoned a rounding error away.
    low = np.floor((np.minimum(start[:, 1], end[:, 1]) - raster.south) / raster.cell - 1e-9).astype(np.int32)
    high = np.floor((np.maximum(start[:, 1], end[:, 1]) - raster.south) / raster.cell + 1e-9).astype(np.int32)
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
    return EdgeTable(first.astype(np.int32), band_starts, edge_starts, edges)


def _with_pairs(raster: CommuneRaster, mixed: Longs, extra: Longs, count: int) -> CommuneRaster:
    """Return a raster with more communes in its mixed cells."""
    known = np.repeat(mixed, np.diff(raster.starts)) * count + raster.communes
    pairs = np.union1d(known, extra)
    _, first = np.unique(pairs // count, return_index=True)
    starts = np.append(first, len(pairs)).astype(np.int64)
    communes = (pairs % count).astype(np.int32)
    return CommuneRaster(raster.west, raster.south, raster.cell, raster.ids, raster.slots, starts, communes)
