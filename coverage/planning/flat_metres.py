"""Longitude and latitude ↔ flat metres around the middle of southern Vietnam, in which lines are measured."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

FLAT: Final = CRS.from_proj4("+proj=aeqd +lat_0=10.5 +lon_0=106.5 +datum=WGS84 +units=m +no_defs")
"""
Azimuthal equidistant. Fixed, so that a line is as long in a plan of one district as in one of all provinces.

A length is too long by 1/6 of (distance from the middle ÷ radius of the earth)² at most: 0.05% within 350 km, which
holds the 21 provinces; 0.7% at Hà Nội.
"""

Coordinates = npt.NDArray[np.float64]
"""Array of shape (n, 2): x and y, or longitude and latitude."""


def to_metres(degrees: Coordinates) -> Coordinates:
    """Return longitude and latitude (WGS 84) in the metres of `FLAT`."""
    return _changed(_transformers()[0], degrees)


def to_degrees(metres: Coordinates) -> Coordinates:
    """Return the metres of `FLAT` as longitude and latitude (WGS 84)."""
    return _changed(_transformers()[1], metres)


def shapes_to_metres(shapes: Any) -> npt.NDArray[Any]:
    """Return shapes in WGS 84 in the metres of `FLAT`, as an array; heights are dropped."""
    return np.asarray(shapely.transform(shapely.force_2d(np.asarray(shapes, dtype=object)), to_metres))


def length_m(shapes: gpd.GeoDataFrame) -> float:
    """Return how long all lines of a layer in WGS 84 are together, in metres; areas count with their outline."""
    return float(shapely.length(shapes_to_metres(shapes.geometry)).sum())


@cache
def _transformers() -> tuple[Transformer, Transformer]:
    return Transformer.from_crs(4326, FLAT, always_xy=True), Transformer.from_crs(FLAT, 4326, always_xy=True)


def _changed(transformer: Transformer, coordinates: Coordinates) -> Coordinates:
    x, y = transformer.transform(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y]).astype(np.float64)
