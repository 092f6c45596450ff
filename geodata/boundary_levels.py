"""Simplified forms of a boundary layer: built once at import, neighbours still sharing their borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.crs import METRES_SOUTH, WGS84

COMPANY, AREA, PROVINCE, COMMUNE = "company", "area", "province", "commune"

TOLERANCES_M: Final = {COMPANY: 400.0, AREA: 120.0, PROVINCE: 40.0, COMMUNE: 12.0}
"""
Levels, the coarsest first, with the detail that each leaves out: a bend that spans a triangle smaller than this
length squared is dropped. Two or three pixels of a screen that shows, in turn, the 21 provinces as a backdrop, all of
them to look at, one province, one commune.
"""


@dataclass(frozen=True)
class Level:
    """
    One simplified form of a layer.

    Parameters
    ----------
    name
        A key of `TOLERANCES_M`.
    communes
        ``commune_code``, ``geometry`` (WGS 84); a coverage where the layer was one.
    """

    name: str
    communes: gpd.GeoDataFrame

    @property
    def vertices(self) -> int:
        """Number of its vertices."""
        return int(shapely.get_num_coordinates(self.communes.geometry.to_numpy()).sum())


def build_levels(coverage: gpd.GeoDataFrame) -> list[Level]:
    """
    Return a layer with the detail of every level, the coarsest first.

    Simplified in metres, so that the detail is the same north to south, each level from the next finer one. No unit is
    lost: one whose least form is nothing keeps its shape.

    Parameters
    ----------
    coverage
        ``commune_code``, ``geometry`` (WGS 84), without overlaps.
    """
    shapes = coverage.geometry.to_crs(METRES_SOUTH).to_numpy()
    levels: list[Level] = []
    for name, tolerance_m in reversed(TOLERANCES_M.items()):
        shapes = _simplified(shapes, tolerance_m)
        simple = gpd.GeoSeries(shapes, index=coverage.index, crs=METRES_SOUTH).to_crs(WGS84)
        levels.append(Level(name, coverage.set_geometry(simple)))
    return levels[::-1]


def _simplified(shapes: NDArray[Any], tolerance_m: float) -> NDArray[Any]:
    simple = shapely.coverage_simplify(shapes, tolerance_m)
    return np.where(shapely.is_empty(simple), shapes, simple)
