"""The ground of maps in reports: where places lie on the sheet, outlines of areas, scale and north."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geodata.language import Language
from loaders.reports.svg_drawing import FONT_SIZE, INK, text, width_of

_KM_A_DEGREE: Final = 111.32  # of latitude; of longitude times the cosine of the latitude
_RIM: Final = 1.0
_DISTRICT_KINDS: Final = ("Huyện ", "Thành phố ", "Thị xã ", "Quận ")
_SCALE_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Frame:
    """Where the ground lies on the sheet: kilometres east and south of its north-west corner, as points."""

    west: float
    north: float
    shrink: float
    points_a_km: float
    left: float
    top: float

    @classmethod
    def around(cls, outlines: gpd.GeoDataFrame, *, width: float, height: float) -> Frame:
        """Return the frame that fits outlines into a box, in the middle of it, with room for their strokes."""
        west, south, east, north = (float(side) for side in outlines.total_bounds)
        shrink = math.cos(math.radians((south + north) / 2))
        wide, high = (east - west) * shrink * _KM_A_DEGREE, (north - south) * _KM_A_DEGREE
        scale = min((width - 2 * _RIM) / max(wide, 0.1), (height - 2 * _RIM) / max(high, 0.1))
        return cls(west, north, shrink, scale, (width - wide * scale) / 2, (height - high * scale) / 2)

    def moved(self, right: float, down: float) -> Frame:
        """Return the same frame elsewhere on the sheet."""
        return replace(self, left=self.left + right, top=self.top + down)

    def place(self, corners: np.ndarray) -> np.ndarray:
        """Return degrees (x, y) as points of the sheet, to a tenth."""
        x = self.left + (corners[:, 0] - self.west) * self.shrink * _KM_A_DEGREE * self.points_a_km
        y = self.top + (self.north - corners[:, 1]) * _KM_A_DEGREE * self.points_a_km
        return np.column_stack([x, y]).round(1)


def outline(shape: shapely.Geometry, frame: Frame, fill: str, stroke: str, width: float) -> str:
    """Return the outline of an area, filled."""
    path = "".join(_path(ring, frame) for ring in _rings(shape))
    return (
        f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}" stroke-width="{width}" '
        'stroke-linejoin="round"/>'
    )


def _rings(shape: shapely.Geometry) -> Iterator[np.ndarray]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield shapely.get_coordinates(part.exterior)
            for hole in part.interiors:
                yield shapely.get_coordinates(hole)


def _path(corners: np.ndarray, frame: Frame) -> str:
    """Return a ring as a path, without corners that fall on the one before; an islet keeps a dot of its own."""
    placed = frame.place(corners)
    kept = placed[np.r_[True, (np.diff(placed, axis=0) != 0).any(axis=1)]]
    if len(kept) < 3:
        x, y = kept[0]
        return f"M{x:g} {y:g}h0.5v0.5z"
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept.tolist()) + "Z"


def scale(left: float, y: float, frame: Frame, language: Language) -> Iterator[str]:
    """Draw a bar of a round number of kilometres, 60 points long at most."""
    km = max((step for step in _SCALE_STEPS if step * frame.points_a_km <= 60), default=_SCALE_STEPS[0])
    length = round(km * frame.points_a_km, 1)
    yield f'<path d="M{left:g} {y - 3:g}v3h{length:g}v-3" fill="none" stroke="{INK}" stroke-width="0.9"/>'
    yield text(left + length + 4, y, f"{language.count(km)} km")


def north(x: float, y: float) -> Iterator[str]:
    """Draw an arrow to the north."""
    yield f'<path d="M{x:g} {y + 8:g}l4 -13l4 13l-4 -3z" fill="{INK}"/>'


def district_names(districts: gpd.GeoDataFrame, frame: Frame) -> Iterator[str]:
    """Name the districts, the largest first; a name that would lie on another is left out."""
    taken: list[tuple[float, float, float, float]] = []
    named = districts.dropna(subset="district_name")
    by_size = named.assign(size=shapely.area(named.geometry.to_numpy())).sort_values("size", ascending=False)
    for name, shape in zip(by_size["district_name"], by_size.geometry, strict=True):
        short = str(name)
        for kind in _DISTRICT_KINDS:
            short = short.removeprefix(kind)
        largest = max(shapely.get_parts(shape), key=shapely.area)
        point = shapely.get_coordinates(largest.representative_point())
        (x, y), half = frame.place(point)[0].tolist(), width_of(short, bold=True) / 2
        place = (x - half, y - FONT_SIZE, x + half, y + 2)
        if any(place[0] < b[2] and b[0] < place[2] and place[1] < b[3] and b[1] < place[3] for b in taken):
            continue
        taken.append(place)
        yield text(x, y, short, anchor="middle", weight="bold", halo=True)
