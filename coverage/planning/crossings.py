"""How often straight lines cross rivers; all in the metres of `flat_metres`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from coverage.planning.flat_metres import Coordinates

SAME_CROSSING_M: Final = 1.0
"""Places along a line that are no further apart are one crossing; what is no further from its end is none."""

_MOST_VERTICES: Final = 16  # of one piece of a river: long rivers are cut up, so that few vertices are looked at
_CHUNK: Final = 200_000  # lines at a time


class Rivers:
    """
    Rivers as lines or areas; what is beside one another or on top of one another counts once.

    Parameters
    ----------
    shapes
        Lines and polygons in flat metres.
    """

    def __init__(self, shapes: npt.NDArray[Any]) -> None:
        pieces: list[Any] = []
        for shape in shapely.get_parts(shapes) if len(shapes) else ():
            pieces.extend(_cut_up(shapely.make_valid(shape) if shape.geom_type == "Polygon" else shape))
        self._tree = shapely.STRtree(pieces)

    def __bool__(self) -> bool:
        return bool(len(self._tree.geometries))

    def crossings(self, start: Coordinates, end: Coordinates) -> npt.NDArray[np.int64]:
        """
        Return how many rivers each straight line crosses.

        A river that a line only touches with an end (a hamlet on the bank) is not crossed. One that it runs along, or
        an area that it passes through, is crossed once.
        """
        if not self:
            return np.zeros(len(start), dtype=np.int64)
        parts = range(0, len(start), _CHUNK)
        counts = [self._count(start[first : first + _CHUNK], end[first : first + _CHUNK]) for first in parts]
        return np.concatenate(counts) if counts else np.zeros(0, dtype=np.int64)

    def _count(self, start: Coordinates, end: Coordinates) -> npt.NDArray[np.int64]:
        lines = shapely.linestrings(np.stack([start, end], axis=1))
        line, piece = self._tree.query(lines, predicate="intersects")
        counts = np.zeros(len(start), dtype=np.int64)
        if len(line) == 0:
            return counts
        common = shapely.intersection(lines[line], self._tree.geometries[piece])
        parts, of = shapely.get_parts(common, return_index=True)
        low, high, length = _reach(start[line[of]], end[line[of]], parts)
        inside = (high > SAME_CROSSING_M) & (low < length - SAME_CROSSING_M)
        return counts + np.bincount(
            _first_of_each(line[of][inside], low[inside], high[inside]), minlength=len(counts)
        ).astype(np.int64)


def _reach(
    start: Coordinates, end: Coordinates, parts: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return from where to where along its line each part reaches, and how long the line is."""
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    unit = along / np.maximum(length, 1e-9)[:, None]
    xy, of = shapely.get_coordinates(parts, return_index=True)
    place = ((xy - start[of]) * unit[of]).sum(axis=1)
    low, high = np.full(len(parts), np.inf), np.full(len(parts), -np.inf)
    np.minimum.at(low, of, place)
    np.maximum.at(high, of, place)
    return low, high, length


def _first_of_each(
    line: npt.NDArray[np.int64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return the line of each crossing: of reaches that touch one another only the first is one."""
    if len(line) == 0:
        return line
    order = np.lexsort((low, line))
    line, low, high = line[order], low[order], high[order]
    # Each line has a stretch of numbers of its own, so the furthest that was reached before never spills over.
    stride = float(high.max() - low.min()) + 10 * SAME_CROSSING_M
    base = np.cumsum(np.concatenate([[0.0], np.diff(line) != 0])) * stride
    reached = np.maximum.accumulate(high + base)
    is_first = np.ones(len(line), dtype=bool)
    is_first[1:] = (np.diff(line) != 0) | (low[1:] + base[1:] > reached[:-1] + SAME_CROSSING_M)
    return np.asarray(line[is_first], dtype=np.int64)


def _cut_up(shape: Any) -> list[Any]:
    """Return a shape in pieces of few vertices, which together are the shape."""
    if shape.is_empty:
        return []
    if shape.geom_type in ("MultiPolygon", "MultiLineString", "GeometryCollection"):
        return [piece for part in shape.geoms for piece in _cut_up(part)]
    if shapely.get_num_coordinates(shape) <= _MOST_VERTICES:
        return [shape]
    if shape.geom_type in ("LineString", "LinearRing"):
        xy = shapely.get_coordinates(shape)
        step = _MOST_VERTICES - 1
        return [shapely.linestrings(xy[first : first + step + 1]) for first in range(0, len(xy) - 1, step)]
    west, south, east, north = shape.bounds
    if east - west > north - south:
        halves = ((west, south, (west + east) / 2, north), ((west + east) / 2, south, east, north))
    else:
        halves = ((west, south, east, (south + north) / 2), (west, (south + north) / 2, east, north))
    return [piece for box in halves for piece in _cut_up(shapely.clip_by_rect(shape, *box))]
