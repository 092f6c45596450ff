"""
Approximate boundaries of communes (ranh giới gần đúng), out of their points and extents alone.

Runs when the shipped data are built, never in the product: it needs scipy, which users do not install.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import ndimage

from geodata.crs import WGS84
from geodata.units import Units

STEP: Final = 0.001
"""Side of a grid square in degrees, about 110 m; every corner of the result lies on this grid."""

_ROUNDNESS: Final = 2.5  # 2 would be ellipses, infinity the extents themselves
_SIZE_PULL: Final = 0.05  # how much a small commune's claim outweighs a large one's
_GUESS_FACTOR: Final = 0.9  # on the claim of a commune whose extent is an estimate: it cannot grow to its sides
_SIDE_STEPS: Final = 12  # rounds in which cells grow to the sides of their extents
_SIDE_PULL: Final = 0.3  # how much of the way, in half extents, a round makes up
_MOST_GAP: Final = 0.5
_MOST_STRETCH: Final = 1.5
_RIM_ROUNDNESS: Final = 2.5
_TRIM: Final = 0.95  # ground that no commune claims more closely than this is left out, at the rim
_CLOSE_STEPS: Final = 8
_LARGEST_HOLE_KM2: Final = 500.0  # a larger hole between provinces would be another province; forests are smaller
_MOST_ROUNDS: Final = 5
_SQUARE_KM2: Final = 0.0121
_SIMPLIFY: Final = 0.0015
_NONE: Final = -1
_WEST, _SOUTH, _EAST, _NORTH = range(4)

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


def build_cells(units: Units) -> gpd.GeoDataFrame:
    """
    Return one approximate cell a commune, as a coverage without gaps or overlaps inside.

    Each grid square goes to the commune whose extent it lies deepest in, measured from the commune's point
    (0) to the sides of its extent (1). A real commune touches every side of its extent, so a cell that does not
    reach a side is stretched towards it, round after round. Squares that are far from every commune are left out,
    so that the sea is, and gaps between extents are filled. The result is then simplified as a coverage.

    Parameters
    ----------
    units
        List with a point and an extent for every commune. Where the extent is an estimate (``point_source`` is
        not ``"package"``) its sides pull nothing, and it yields to known extents of other provinces.

    Returns
    -------
    cells
        EPSG:4326, one row a commune in code order: commune_code, geometry (one part), is_approximate (True).
        Every commune's point lies in its cell.

    Raises
    ------
    ValueError
        If a commune has no extent, or its point not inside it.
    """
    communes = units.communes[["lon", "lat", "west", "south", "east", "north"]]
    box = communes[["west", "south", "east", "north"]].to_numpy()
    point = communes[["lon", "lat"]].to_numpy()
    if not ((point > box[:, :2]) & (point < box[:, 2:])).all():
        raise ValueError("every commune needs an extent with its point inside")
    provinces = pd.factorize(units.communes["province_code"])[0]
    grid = _Grid.around(box)
    claimed = _Claim(grid, point, box, (units.communes["point_source"] == "package").to_numpy(), provinces).settle()
    labels = _leave_out_rim(claimed, grid, point, box)
    labels = _fill_between(labels, _spread(claimed), provinces=provinces)
    _hold_points(labels, grid, point)
    labels = _join_provinces(_one_part_each(labels, grid, point), grid, point, provinces=provinces)
    faces = _faces(labels, grid, count=len(communes))
    cells = shapely.coverage_simplify(faces, _SIMPLIFY)
    return gpd.GeoDataFrame(
        {"commune_code": communes.index.astype("str"), "is_approximate": True}, geometry=cells, crs=WGS84
    )[["commune_code", "geometry", "is_approximate"]]


@dataclass(frozen=True)
class _Grid:
    """Squares counted from a south-west corner that is a whole number of steps."""

    west: int
    south: int
    columns: int
    rows: int

    @classmethod
    def around(cls, box: Numbers) -> _Grid:
        low = np.floor(box[:, :2].min(axis=0) / STEP).astype(int) - 2 * _CLOSE_STEPS
        high = np.ceil(box[:, 2:].max(axis=0) / STEP).astype(int) + 2 * _CLOSE_STEPS
        return cls(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))

    def square_of(self, point: Numbers) -> tuple[int, int]:
        """Return row and column of the square that a point (lon, lat) lies in."""
        column, row = np.floor(point / STEP).astype(int)
        return int(row - self.south), int(column - self.west)

    def window(self, low: Numbers, high: Numbers) -> tuple[slice, slice]:
        """Return the rows and columns whose squares reach into a box."""
        row, column = self.square_of(low)
        last_row, last_column = self.square_of(high)
        return slice(row, last_row + 1), slice(column, last_column + 1)

    def middles(self, rows: slice, columns: slice) -> tuple[Numbers, Numbers]:
        """Return the latitudes of rows and the longitudes of columns, at the squares' middles."""
        lat = (np.arange(rows.start, rows.stop) + self.south + 0.5) * STEP
        return lat, (np.arange(columns.start, columns.stop) + self.west + 0.5) * STEP


@dataclass(frozen=True)
class _Claim:
    """
    The communes' claims to the squares of a grid.

    Parameters
    ----------
    grid
        Grid of `rows` × `columns` squares.
    point, box
        Points (lon, lat) and extents (west, south, east, north) by commune, degrees.
    is_known
        Whether the extent is known, not an estimate.
    provinces
        Number of the province, by commune.
    """

    grid: _Grid
    point: Numbers
    box: Numbers
    is_known: Mask
    provinces: npt.NDArray[np.intp]

    def settle(self) -> Labels:
        """Return the commune (by position) that each square goes to, `_NONE` where no extent covers it."""
        stretch = np.zeros_like(self.box)
        labels, cost = self._claim(stretch)
        for _ in range(_SIDE_STEPS):
            # What a commune only has because nobody else wants it, such as a corner at the coast, reaches nothing.
            gaps = self._gaps(np.where(cost <= 1, labels, _NONE))
            gaps[~self.is_known] = 0.0
            stretch = np.clip(stretch + _SIDE_PULL * gaps, -_MOST_STRETCH, _MOST_STRETCH)
            labels, cost = self._claim(stretch)
        return labels

    def _claim(self, stretch: Numbers) -> tuple[Labels, npt.NDArray[np.float32]]:
        """Return the commune that claims each square most closely, and how closely; sides pushed out by e^stretch."""
        best = np.full((self.grid.rows, self.grid.columns), np.inf, dtype=np.float32)
        labels = np.full(best.shape, _NONE, dtype=np.int32)
        for position in np.flatnonzero(self.is_known).tolist():
            window, cost = self._cost(position, stretch[position])
            _take(labels[window], best[window], cost, position)
        ground = np.where(labels == _NONE, _NONE, self.provinces[labels])
        for position in np.flatnonzero(~self.is_known).tolist():
            window, cost = self._cost(position, stretch[position])
            is_others = (ground[window] != _NONE) & (ground[window] != self.provinces[position])
            _take(labels[window], best[window], np.where(is_others, np.inf, cost * _GUESS_FACTOR), position)
        return labels, best

    def _cost(self, position: int, stretch: Numbers) -> tuple[tuple[slice, slice], Numbers]:
        """Return the squares of an extent, and how far they lie from the point, the sides counting as 1."""
        low, high = self.box[position, :2], self.box[position, 2:]
        window = self.grid.window(low, high)
        lat, lon = self.grid.middles(*window)
        u, v = _offsets(lat, lon, self.point[position], low, high, keep=0.1)
        u = u / np.exp(np.where(u < 0, stretch[_WEST], stretch[_EAST]))
        v = v / np.exp(np.where(v < 0, stretch[_SOUTH], stretch[_NORTH]))
        depth = _norm(u, v, _ROUNDNESS)
        return window, depth * float(np.prod(high - low) * 1e4) ** _SIZE_PULL

    def _gaps(self, labels: Labels) -> Numbers:
        """Return how far cells end from the sides of their extents, in half extents; none is as far as it counts."""
        reached = np.full_like(self.box, np.nan)
        for position, where in enumerate(ndimage.find_objects(labels + 1, max_label=len(self.box))):
            if where is not None:
                rows, columns = where
                ends = np.array([columns.start, rows.start, columns.stop, rows.stop], dtype=float)
                reached[position] = (ends + np.tile([self.grid.west, self.grid.south], 2)) * STEP
        inward = np.array([1.0, 1.0, -1.0, -1.0])
        half = np.tile((self.box[:, 2:] - self.box[:, :2]) / 2, 2)
        gaps = (reached - self.box) * inward / half
        return np.asarray(np.clip(np.nan_to_num(gaps, nan=_MOST_GAP), 0.0, _MOST_GAP))


def _take(labels: Labels, best: npt.NDArray[np.float32], cost: Numbers, position: int) -> None:
    """Give a commune the squares of a window that it claims more closely than those before it."""
    cost = cost.astype(np.float32)
    is_better = cost < best
    best[is_better] = cost[is_better]
    labels[is_better] = position


def _offsets(
    lat: Numbers, lon: Numbers, point: Numbers, low: Numbers, high: Numbers, *, keep: float
) -> tuple[Numbers, Numbers]:
    """
    Return how far columns and rows lie from a point, -1 and 1 at the sides of its extent.

    A point may lie near the rim: a share `keep` of the extent is left on its short side.
    """
    point = np.clip(point, low + keep * (high - low), high - keep * (high - low))
    east, north = lon - point[0], lat - point[1]
    u = np.where(east > 0, east / (high[0] - point[0]), east / (point[0] - low[0]))
    return u, np.where(north > 0, north / (high[1] - point[1]), north / (point[1] - low[1]))


def _norm(u: Numbers, v: Numbers, roundness: float) -> Numbers:
    """Return the distance from the middle by rows and columns."""
    powers = np.abs(u[None, :]) ** roundness + np.abs(v[:, None]) ** roundness
    return np.asarray(powers ** (1 / roundness))


def _leave_out_rim(labels: Labels, grid: _Grid, point: Numbers, box: Numbers) -> Labels:
    """Return the labels without the corners of extents at the rim, where the sea or another country is."""
    is_near = np.zeros(labels.shape, dtype=bool)
    for position, (low, high) in enumerate(zip(box[:, :2], box[:, 2:], strict=True)):
        window = grid.window(low, high)
        lat, lon = grid.middles(*window)
        balanced = (point[position] + (low + high) / 2) / 2
        depth = _norm(*_offsets(lat, lon, balanced, low, high, keep=0.2), _RIM_ROUNDNESS)
        is_near[window] |= (depth <= _TRIM) & (labels[window] == position)
    wanted = ndimage.binary_closing(is_near, iterations=_CLOSE_STEPS)
    return np.where(wanted, _spread(labels), _NONE).astype(np.int32)


def _spread(labels: Labels) -> Labels:
    """Return the labels with every `_NONE` replaced by the nearest label."""
    rows, columns = ndimage.distance_transform_edt(labels == _NONE, return_distances=False, return_indices=True)
    return np.asarray(labels[rows, columns])


def _fill_between(labels: Labels, filling: Labels, *, provinces: npt.NDArray[np.intp]) -> Labels:
    """Fill the holes inside a province, and those between provinces that are too small for another one."""
    province = np.where(labels == _NONE, _NONE, provinces[labels])
    holes = np.zeros(labels.shape, dtype=bool)
    for number, where in enumerate(ndimage.find_objects(province + 1)):
        own = province[where] == number
        holes[where] |= ndimage.binary_fill_holes(own) & (labels[where] == _NONE)
    outside, count = ndimage.label(labels == _NONE)
    size = np.bincount(outside.ravel(), minlength=count + 1) * _SQUARE_KM2
    is_small = size <= _LARGEST_HOLE_KM2
    is_small[np.concatenate([outside[[0, -1]].ravel(), outside[:, [0, -1]].ravel()])] = False  # open to the rim
    is_small[0] = False
    holes |= is_small[outside]
    return np.where(holes, filling, labels).astype(np.int32)


def _hold_points(labels: Labels, grid: _Grid, point: Numbers) -> None:
    """Give every commune the squares round its point, and never the square of another's."""
    squares = np.array([grid.square_of(one) for one in point])
    for reach in (1, 0):  # the points' own squares last
        for position, (row, column) in enumerate(squares):
            labels[row - reach : row + reach + 1, column - reach : column + reach + 1] = position


def _one_part_each(labels: Labels, grid: _Grid, point: Numbers) -> Labels:
    """Leave each commune the part that holds its point; hand the rest to the neighbours around it."""
    while True:
        crumbs = _crumbs(labels, grid, point)
        if not crumbs.any():
            return labels
        rest = np.where(crumbs, _NONE, labels).astype(np.int32)
        parts, _ = ndimage.label(crumbs)
        touching = np.unique(parts[ndimage.binary_dilation(rest != _NONE) & crumbs])
        # A crumb with no neighbour is open sea or somebody else's land.
        is_kept = np.isin(parts, touching[touching > 0])
        labels = np.where(is_kept, _spread(rest), rest).astype(np.int32)


def _crumbs(labels: Labels, grid: _Grid, point: Numbers) -> Mask:
    """Return the squares that are not joined to their commune's point."""
    crumbs = np.zeros(labels.shape, dtype=bool)
    for position, where in enumerate(ndimage.find_objects(labels + 1)):
        own = labels[where] == position
        parts, count = ndimage.label(own)
        if count > 1:
            row, column = grid.square_of(point[position])
            main = parts[row - where[0].start, column - where[1].start]
            crumbs[where] |= own & (parts != main)
    return crumbs


def _join_provinces(labels: Labels, grid: _Grid, point: Numbers, *, provinces: npt.NDArray[np.intp]) -> Labels:
    """
    Join cells that other provinces cut off from their own, by the shortest way; islands stay what they are.

    Raises
    ------
    ValueError
        If that cuts off others in turn, without end.
    """
    for _ in range(_MOST_ROUNDS):
        before = labels.copy()
        province = np.where(labels == _NONE, _NONE, provinces[labels])
        for number, where in enumerate(ndimage.find_objects(province + 1)):
            window = tuple(slice(side.start - 1, side.stop + 1) for side in where)  # the grid has room around
            _join_province(labels[window], province[window], number)
        if (labels == before).all():
            return labels
        _hold_points(labels, grid, point)
        labels = _one_part_each(labels, grid, point)
    raise ValueError("the cells of a province cannot be joined without cutting off others")


def _join_province(labels: Labels, province: npt.NDArray[np.intp], number: int) -> None:
    """Give the cells of a province that lie among others the squares between them and the rest of it."""
    parts, _ = ndimage.label(province == number)
    main = int(np.bincount(parts.ravel())[1:].argmax()) + 1
    for part, where in enumerate(ndimage.find_objects(parts), start=1):
        around = tuple(slice(side.start - 1, side.stop + 1) for side in where)
        beside = ndimage.binary_dilation(parts[around] == part) & (province[around] != number)
        if part == main or not (province[around][beside] != _NONE).any():
            continue
        away, nearest = ndimage.distance_transform_edt(parts != main, return_indices=True)
        start = np.unravel_index(int(np.where(parts == part, away, np.inf).argmin()), parts.shape)
        stop = nearest[:, start[0], start[1]]
        steps = np.linspace(start, stop, 2 * int(np.abs(stop - start).max()) + 1).round().astype(int)
        for row, column in steps:
            labels[row - 1 : row + 2, column - 1 : column + 2] = labels[start]


def _faces(labels: Labels, grid: _Grid, *, count: int) -> npt.NDArray[np.object_]:
    """Return the polygon of each label, in label order; neighbours share every corner."""
    ringed = np.pad(labels, 1, constant_values=_NONE)
    across = ringed[1:, 1:-1] != ringed[:-1, 1:-1]  # borders that run east, by (row, column) of their west end
    along = (ringed[1:-1, 1:] != ringed[1:-1, :-1]).T  # borders that run north, by (column, row)
    east, north = _runs(across, along), _runs(along, across)
    ends = np.concatenate([east[:, :, ::-1], north])  # as (column, row)
    lines = shapely.linestrings((ends + np.array([grid.west, grid.south])) * STEP)
    found = shapely.get_parts(shapely.polygonize(lines))
    inner = shapely.get_coordinates(shapely.point_on_surface(found))
    columns, rows = np.floor(inner / STEP).astype(int).T
    owner = labels[np.clip(rows - grid.south, 0, grid.rows - 1), np.clip(columns - grid.west, 0, grid.columns - 1)]
    return np.array([shapely.coverage_union_all(found[owner == position]) for position in range(count)])


def _runs(borders: Mask, crossing: Mask) -> npt.NDArray[np.int64]:
    """
    Return the straight runs of borders between the corners where anything turns or meets.

    Parameters
    ----------
    borders
        Unit borders by (line, place).
    crossing
        Unit borders of the other direction, by (place, line).
    """
    corner = np.pad(crossing.T, ((1, 1), (0, 0)))
    meets = corner[1:, :] | corner[:-1, :]
    before = np.pad(borders, ((0, 0), (1, 0)))[:, :-1]
    after = np.pad(borders, ((0, 0), (0, 1)))[:, 1:]
    starts = np.argwhere(borders & (~before | meets[:, :-1]))
    stops = np.argwhere(borders & (~after | meets[:, 1:])) + np.array([0, 1])
    return np.stack([starts, stops], axis=1)
