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

_REACH: Final = 1.25  # half extents from the middle, as far as a commune can claim ground
_ROUNDNESS: Final = 4.0  # 2 would be ellipses, infinity the extents themselves
_SIZE_PULL: Final = 0.1  # how much a small commune's claim outweighs a large one's
_GUESS_HANDICAP: Final = 0.2  # added where the extent is an estimate, so that known extents go first
_TRIM: Final = 1.0  # ground that no commune claims more closely than this is left out, at the rim
_CLOSE_STEPS: Final = 8
_LARGEST_HOLE_KM2: Final = 300.0  # larger holes between provinces are other provinces (Hồ Chí Minh City)
_SQUARE_KM2: Final = 0.0121
_SIMPLIFY: Final = 0.0015
_NONE: Final = -1

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


def build_cells(units: Units) -> gpd.GeoDataFrame:
    """
    Return one approximate cell a commune, as a coverage without gaps or overlaps inside.

    Each grid square goes to the commune whose extent it lies deepest in, measured from the commune's point
    (0) to the sides of its extent (1); squares that are far from every commune are left out, so that the sea
    is, and gaps between extents are filled. The result is then simplified as a coverage.

    Parameters
    ----------
    units
        List with a point and an extent for every commune.

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
    grid = _Grid.around(box)
    handicap = np.where(units.communes["point_source"] == "package", 0.0, _GUESS_HANDICAP)
    labels = _claim(grid, point, box, handicap)
    labels = _fill_between(labels, provinces=pd.factorize(units.communes["province_code"])[0])
    _hold_points(labels, grid, point)
    labels = _one_part_each(labels, grid, point)
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
        margin = (box[:, 2:] - box[:, :2]) * (_REACH - 1)
        low = np.floor(((box[:, :2] - margin).min(axis=0)) / STEP).astype(int) - 2 * _CLOSE_STEPS
        high = np.ceil(((box[:, 2:] + margin).max(axis=0)) / STEP).astype(int) + 2 * _CLOSE_STEPS
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


def _claim(grid: _Grid, point: Numbers, box: Numbers, handicap: Numbers) -> Labels:
    """Return the commune (by position) that each square goes to, `_NONE` where none claims it closely."""
    best = np.full((grid.rows, grid.columns), np.inf, dtype=np.float32)
    nearness = np.full_like(best, np.inf)
    labels = np.full((grid.rows, grid.columns), _NONE, dtype=np.int32)
    for position in range(len(point)):
        low, high = box[position, :2], box[position, 2:]
        middle, half = (low + high) / 2, (high - low) / 2
        window = grid.window(middle - _REACH * half, middle + _REACH * half)
        lat, lon = grid.middles(*window)
        cost = _cost(lat, lon, point[position], low, high) + handicap[position]
        u, v = np.abs((lon - middle[0]) / half[0])[None, :], np.abs((lat - middle[1]) / half[1])[:, None]
        # Outside its own extent a commune only takes what nobody else's extent covers.
        cost = np.where(np.maximum(u, v) > 1, cost + 100, cost).astype(np.float32)
        is_better = cost < best[window]
        best[window][is_better] = cost[is_better]
        labels[window][is_better] = position
        nearness[window][is_better] = np.hypot(u, v).astype(np.float32)[is_better]
    is_near = (nearness <= _TRIM) & (labels != _NONE)
    wanted = ndimage.binary_closing(is_near, iterations=_CLOSE_STEPS)
    return np.where(wanted & ~is_near, _spread(labels), np.where(wanted, labels, _NONE)).astype(np.int32)


def _cost(
    lat: Numbers,
    lon: Numbers,
    point: Numbers,
    low: Numbers,
    high: Numbers,
) -> Numbers:
    """Return how far squares lie from a point, the sides of its extent counting as 1 in every direction."""
    half = (high - low) / 2
    # A point may lie near the rim: keep a fifth of the half extent on its short side.
    point = np.clip(point, low + 0.2 * half, high - 0.2 * half)
    u = np.where(lon > point[0], (lon - point[0]) / (high[0] - point[0]), (point[0] - lon) / (point[0] - low[0]))
    v = np.where(lat > point[1], (lat - point[1]) / (high[1] - point[1]), (point[1] - lat) / (point[1] - low[1]))
    depth = (u[None, :] ** _ROUNDNESS + v[:, None] ** _ROUNDNESS) ** (1 / _ROUNDNESS)
    return np.asarray(depth * (half[0] * half[1] * 1e4) ** _SIZE_PULL)


def _spread(labels: Labels) -> Labels:
    """Return the labels with every `_NONE` replaced by the nearest label."""
    rows, columns = ndimage.distance_transform_edt(labels == _NONE, return_distances=False, return_indices=True)
    return np.asarray(labels[rows, columns])


def _fill_between(labels: Labels, *, provinces: npt.NDArray[np.intp]) -> Labels:
    """Fill the holes inside a province, and those between provinces that are too small for another one."""
    province = np.where(labels == _NONE, _NONE, provinces[labels])
    holes = np.zeros(labels.shape, dtype=bool)
    for number in range(int(provinces.max()) + 1):
        own = province == number
        holes |= ndimage.binary_fill_holes(own) & (labels == _NONE)
    outside, count = ndimage.label(labels == _NONE)
    size = np.bincount(outside.ravel(), minlength=count + 1) * _SQUARE_KM2
    is_small = size <= _LARGEST_HOLE_KM2
    is_small[0] = False
    holes |= is_small[outside]
    return np.where(holes, _spread(labels), labels).astype(np.int32)


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
