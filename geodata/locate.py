"""Points of households → the commune that each lies in: exactly, and millions in a second."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.commune_raster import CELL_DEGREES, MIXED, OUTSIDE, CommuneRaster, Floats, Ints, build_raster
from geodata.compiled_raster import EdgeTable, Loops, build_compiled, compiled_loops
from geodata.crs import METRES_SOUTH, WGS84
from geodata.errors import BoundaryError, mark

_CHUNK: Final = 1 << 20
COMPILED, PLAIN = "compiled", "plain"


@dataclass(frozen=True)
class OutsideDistance:
    """The nearest commune of points that lie in none: its code, and the distance to it in metres."""

    commune_code: NDArray[np.object_]
    distance_m: Floats


class CommuneLocator:
    """
    Tells in which commune points lie.

    A point lies in the commune whose inside it is in; on a border that communes share, in the one with the lowest
    code, and on a border alone in its commune. Where communes overlap, the lowest code counts too. A point with a
    missing or infinite coordinate lies in none.

    Parameters
    ----------
    outlines
        ``commune_code`` (each once) and ``geometry`` (polygons and multipolygons, WGS 84).
    cell
        Size of the raster's cells in degrees.
    method
        `COMPILED` or `PLAIN`; None takes the compiled one where numba is there.

    Raises
    ------
    BoundaryError
        If the CRS is another one, a code stands twice, or a geometry is missing, invalid or no polygon.

    Notes
    -----
    Points in cells without a border take the commune of their cell. In the others the edges of the cell's communes
    decide: the compiled way counts crossings, and gives what lies within rounding of an edge to GEOS, whose answers are
    exact; the plain way asks GEOS for all of them. Both equal `geopandas.sjoin(predicate="within")` for inner points.
    """

    def __init__(self, outlines: gpd.GeoDataFrame, *, cell: float = CELL_DEGREES, method: str | None = None) -> None:
        _check(outlines)
        ordered = outlines.sort_values("commune_code", kind="stable")
        self.codes: NDArray[np.object_] = ordered["commune_code"].astype(str).to_numpy(dtype=object)
        self._polygons: NDArray[np.object_] = ordered.geometry.to_numpy()
        self._loops: Loops | None = compiled_loops() if method != PLAIN else None
        self._edges: EdgeTable | None = None
        self._raster: CommuneRaster
        if self._loops is None:
            self._raster = build_raster(self._polygons, cell=cell)
        else:
            self._raster, self._edges = build_compiled(self._polygons, self._loops, cell=cell)

    @property
    def method(self) -> str:
        """Which way is taken: `COMPILED` or `PLAIN`."""
        return PLAIN if self._loops is None else COMPILED

    def locate(self, lon: Floats, lat: Floats) -> Ints:
        """
        Return the place in `codes` of the commune of each point, -1 for one that lies in none.

        Parameters
        ----------
        lon, lat
            Degrees (WGS 84), equally long; a missing or infinite coordinate lies in no commune.
        """
        lon, lat = (np.ascontiguousarray(values, dtype=np.float64) for values in (lon, lat))
        found = np.empty(len(lon), dtype=np.int32)
        pieces = [slice(start, start + _CHUNK) for start in range(0, len(lon), _CHUNK)]
        place = self._place_plainly if self._loops is None else self._place_compiled
        if self._loops is None or len(pieces) == 1:
            for piece in pieces:
                place(lon[piece], lat[piece], found[piece])
        else:
            # The compiled loop lets go of the interpreter, so that the pieces run side by side.
            with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
                list(threads.map(lambda piece: place(lon[piece], lat[piece], found[piece]), pieces))
        for piece in pieces:
            places = np.flatnonzero(found[piece] == MIXED)
            if len(places):
                found[piece][places] = self._exactly(lon[piece][places], lat[piece][places])
        return found

    def codes_of(self, lon: Floats, lat: Floats) -> NDArray[np.object_]:
        """Return the commune code of each point, None for one that lies in none."""
        found = self.locate(lon, lat)
        codes: NDArray[np.object_] = self.codes[found]
        codes[found < 0] = None
        return codes

    def count(self, lon: Floats, lat: Floats) -> pd.Series[int]:
        """Return how many points lie in each commune, indexed by every commune code; the others count nowhere."""
        # One more than the place, so that those outside count in the first.
        counts = np.bincount(self.locate(lon, lat) + 1, minlength=len(self.codes) + 1)
        return pd.Series(counts[1:], index=pd.Index(self.codes, name="commune_code"), name="points")

    def _place_plainly(self, lon: Floats, lat: Floats, found: Ints) -> None:
        """Write what the raster says of the cells of points: `MIXED` where that does not decide."""
        found[:] = _cells_of(lon, lat, self._raster)

    def _place_compiled(self, lon: Floats, lat: Floats, found: Ints) -> None:
        """Write the commune of points: `MIXED` only where rounding leaves it open."""
        raster, edges = self._raster, self._edges
        if self._loops is None or edges is None:
            return
        count, mixed = len(lon), len(raster.starts) - 1
        waiting = (np.empty(count, np.int32), np.empty(count), np.empty(count))
        place = (raster.west, raster.south, raster.cell)
        waits = self._loops.find_cells(lon, lat, found, *place, edges.cells, waiting)
        order, ends = np.empty(waits, np.int32), np.zeros(mixed + 1, np.int64)
        self._loops.order_points(found, waiting[0][:waits], ends, order)
        self._loops.place_points(
            waiting,
            order,
            ends,
            found,
            raster.south,
            raster.cell,
            raster.starts,
            raster.communes,
            edges.finer,
            edges.first_band,
            edges.band_starts,
            edges.edge_starts,
            edges.edges,
        )

    def _exactly(self, lon: Floats, lat: Floats) -> Ints:
        """Return the commune of points in cells with a border, by GEOS: inside before border, the lowest first."""
        raster = self._raster
        rows, columns = _rows_and_columns(lon, lat, raster)
        slots = raster.slots[rows, columns]
        found = np.full(len(lon), OUTSIDE, dtype=np.int32)
        counts = raster.starts[slots + 1] - raster.starts[slots]
        # Every pair of a point and a commune of its cell, those of one commune together.
        point = np.repeat(np.arange(len(lon)), counts)
        offset = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
        commune = raster.communes[np.repeat(raster.starts[slots], counts) + offset]
        order = np.argsort(commune, kind="stable")
        bounds = np.searchsorted(commune[order], np.arange(len(self.codes) + 1))
        for test in (shapely.contains_xy, shapely.intersects_xy):
            waiting = found == OUTSIDE
            # From the highest code down, so that the lowest is written last.
            for number in reversed(range(len(self.codes))):
                mine = point[order[bounds[number] : bounds[number + 1]]]
                mine = mine[waiting[mine]]
                if len(mine):
                    shapely.prepare(self._polygons[number])
                    found[mine[test(self._polygons[number], lon[mine], lat[mine])]] = number
        return found

    def distances_outside(self, lon: Floats, lat: Floats) -> OutsideDistance:
        """
        Return the nearest commune of points outside, and the distance to it in metres (UTM zone 48 north).

        A point with a missing or infinite coordinate has no commune (None) and no distance (missing).
        """
        code = np.full(len(lon), None, dtype=object)
        distance = np.full(len(lon), np.nan)
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if len(known):
            x, y = Transformer.from_crs(WGS84, METRES_SOUTH, always_xy=True).transform(lon[known], lat[known])
            (points, communes), metres = self._metric_tree.query_nearest(
                shapely.points(x, y), return_distance=True, all_matches=True
            )
            # Several as near: the lowest code is written last.
            order = np.argsort(-communes, kind="stable")
            code[known[points[order]]] = self.codes[communes[order]]
            distance[known[points]] = metres
        return OutsideDistance(code, distance)

    @cached_property
    def _metric_tree(self) -> shapely.STRtree:
        metric = gpd.GeoSeries(self._polygons, crs=WGS84).to_crs(METRES_SOUTH)
        return shapely.STRtree(metric.to_numpy())


def _rows_and_columns(lon: Floats, lat: Floats, raster: CommuneRaster) -> tuple[Ints, Ints]:
    """Return row and column of points that lie within the raster."""
    columns = np.floor((lon - raster.west) / raster.cell).astype(np.int32)
    rows = np.floor((lat - raster.south) / raster.cell).astype(np.int32)
    return rows, columns


def _cells_of(lon: Floats, lat: Floats, raster: CommuneRaster) -> Ints:
    """Return what the raster says of the cells of some points; `OUTSIDE` beyond it."""
    height, width = raster.ids.shape
    east, north = raster.west + width * raster.cell, raster.south + height * raster.cell
    # A missing coordinate is in no interval.
    is_within = (lon > raster.west) & (lon < east) & (lat > raster.south) & (lat < north)
    found = np.full(len(lon), OUTSIDE, dtype=np.int32)
    rows, columns = _rows_and_columns(lon[is_within], lat[is_within], raster)
    found[is_within] = raster.ids[np.minimum(rows, height - 1), np.minimum(columns, width - 1)]
    return found


def _check(outlines: gpd.GeoDataFrame) -> None:
    if outlines.crs is None or outlines.crs.to_epsg() != 4326:
        raise BoundaryError(
            "locate.crs",
            mark(
                "Points are located in outlines in longitude and latitude (EPSG:4326); these are in {crs}. "
                "Convert them."
            ),
            crs=str(outlines.crs),
        )
    geometry, codes = outlines.geometry, outlines["commune_code"]
    kinds = geometry.geom_type
    bad = geometry.isna() | ~kinds.isin(["Polygon", "MultiPolygon"]) | geometry.is_empty | ~geometry.is_valid
    bad |= codes.duplicated(keep=False)
    if bad.any() or outlines.empty:
        raise BoundaryError(
            "locate.outlines",
            mark(
                "Outlines must be valid polygons, one for each commune. Found otherwise: {codes}. Repair them, or "
                "import the layer, which checks and repairs it."
            ),
            codes=", ".join(_shown(codes[bad])) or "-",
        )


def _shown(codes: Sequence[Any] | pd.Series) -> list[str]:
    return [str(code) for code in codes[:5]]
