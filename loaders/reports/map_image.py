"""
A map of a province's communes, for reports: classes as in the app, legible without colours.

Drawn as SVG by hand: a report holds a thousand outlines at most, each of one colour, and what is drawn must be the
same, byte for byte, wherever the same report is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.report_data import ProvinceReport, ReportMap
from loaders.reports.svg_drawing import FAINT, FONT_SIZE, INK, LINE, MISSING, box, picture, text, width_of, wrapped
from loaders.reports.typesetting import picture_of_svg

_KM_A_DEGREE: Final = 111.32  # of latitude; of longitude times the cosine of the latitude
_LEGEND_WIDTH: Final = 118.0
_GUTTER: Final = 6.0
_RIM: Final = 1.0
_SCALE_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200)
_DISTRICT_KINDS: Final = ("Huyện ", "Thành phố ", "Thị xã ", "Quận ")


def can_draw(report: ProvinceReport, measure: str) -> bool:
    """Whether the report has outlines, and a map of this indicator."""
    return not report.outlines.empty and any(found.indicator == measure for found in report.maps)


def draw_map(
    report: ProvinceReport,
    *,
    measure: str = "direct_share",
    form: Literal["png", "svg"] = "png",
    width_pt: float = 480.0,
    height_pt: float = 330.0,
    dots_per_inch: int = 200,
) -> bytes:
    """
    Return the map of one indicator: communes by class, districts, legend, scale and north.

    A commune without figures is hatched; classes grow darker towards the problem, so that they can be told apart in
    black and white. Approximate outlines are said to be so. The same report gives the same bytes.

    Parameters
    ----------
    measure
        Indicator of one of ``report.maps``.
    width_pt, height_pt
        Size of the picture, legend and all, in points (1/72 inch).
    dots_per_inch
        Of the PNG.

    Raises
    ------
    FigureError
        If the report has no such map, or no outlines (see `can_draw`).
    """
    found = next((one for one in report.maps if one.indicator == measure), None)
    if found is None or report.outlines.empty:
        raise FigureError(
            "report.no-map",
            mark('The report of {province} has no map of "{indicator}". Maps: {allowed}.'),
            province=report.province_name,
            indicator=measure,
            allowed=", ".join(one.indicator for one in report.maps if not report.outlines.empty) or "–",
        )
    svg = _Sheet(report, found, width_pt, height_pt).draw()
    if form == "svg":
        return svg.encode()
    return picture_of_svg(svg, width_pt=width_pt, height_pt=height_pt, dots_per_inch=dots_per_inch)


def fitting_height(report: ProvinceReport, width_pt: float, *, most_pt: float, least_pt: float = 170.0) -> float:
    """Return the height that a map of a width needs for the ground and its legend, within limits."""
    west, south, east, north = (float(side) for side in report.outlines.total_bounds)
    upright = (north - south) / max((east - west) * math.cos(math.radians((south + north) / 2)), 1e-9)
    return round(min(most_pt, max(least_pt, (width_pt - _LEGEND_WIDTH - _GUTTER) * upright)), 1)


@dataclass(frozen=True)
class _Frame:
    """Where the ground lies on the sheet: kilometres east and south of its north-west corner, as points."""

    west: float
    north: float
    shrink: float
    points_a_km: float
    left: float
    top: float

    @classmethod
    def around(cls, outlines: gpd.GeoDataFrame, *, width: float, height: float) -> _Frame:
        """Return the frame that fits outlines into a box, in the middle of it, with room for their strokes."""
        west, south, east, north = (float(side) for side in outlines.total_bounds)
        shrink = math.cos(math.radians((south + north) / 2))
        wide, high = (east - west) * shrink * _KM_A_DEGREE, (north - south) * _KM_A_DEGREE
        scale = min((width - 2 * _RIM) / max(wide, 0.1), (height - 2 * _RIM) / max(high, 0.1))
        return cls(west, north, shrink, scale, (width - wide * scale) / 2, (height - high * scale) / 2)

    def place(self, corners: np.ndarray) -> np.ndarray:
        """Return degrees (x, y) as points of the sheet, to a tenth."""
        x = self.left + (corners[:, 0] - self.west) * self.shrink * _KM_A_DEGREE * self.points_a_km
        y = self.top + (self.north - corners[:, 1]) * _KM_A_DEGREE * self.points_a_km
        return np.column_stack([x, y]).round(1)


@dataclass(frozen=True)
class _Sheet:
    """The sheet while it is drawn."""

    report: ProvinceReport
    shown: ReportMap
    width: float
    height: float

    def draw(self) -> str:
        outlines = self.report.outlines
        frame = _Frame.around(outlines, width=self.width - _LEGEND_WIDTH - _GUTTER, height=self.height)
        districts = self._districts()
        parts = chain(
            self._communes(frame),
            (_outline(shape, frame, "none", INK, 0.9) for shape in districts.geometry),
            _district_names(districts, frame),
            self._legend(frame),
        )
        return picture(self.width, self.height, parts)

    def _communes(self, frame: _Frame) -> Iterator[str]:
        outlines = self.report.outlines.sort_index()
        classes = self.shown.class_of.reindex(outlines.index)
        for shape, index in zip(outlines.geometry, classes, strict=True):
            fill = MISSING if pd.isna(index) else self.shown.classes[int(index)][0]
            yield _outline(shape, frame, fill, "#80868b", 0.3)

    def _districts(self) -> gpd.GeoDataFrame:
        """Return the outlines of the districts in code order with their names; of the province where it has none."""
        places = self.report.communes[["district_code", "district_name"]]
        joined = self.report.outlines[["geometry"]].join(places, how="inner")
        return joined.fillna({"district_code": ""}).dissolve("district_code", aggfunc="first").sort_index()

    def _legend(self, frame: _Frame) -> Iterator[str]:
        say, language = self.report.language.say, self.report.language
        left, y = self.width - _LEGEND_WIDTH, 10.0
        for line in wrapped(self.shown.title, _LEGEND_WIDTH, bold=True):
            yield text(left, y, line, weight="bold")
            y += LINE * 0.8
        y += 4
        found = self.shown.class_of.reindex(self.report.communes.index)
        counts, silent = found.value_counts(), int(found.isna().sum())
        rows = [(colour, label, int(counts.get(n, 0))) for n, (colour, label) in enumerate(self.shown.classes)]
        if silent:
            rows.append((MISSING, say("not reported"), silent))
        yield text(left + _LEGEND_WIDTH - 2, y, say("communes"), anchor="end", colour=FAINT)
        y += 4
        for colour, label, number in rows:
            yield box(left, y, 15, 9, colour)
            yield text(left + 20, y + 7.2, label)
            yield text(left + _LEGEND_WIDTH - 2, y + 7.2, language.count(number), anchor="end")
            y += LINE
        y += 14
        yield from _scale(left, y, frame, language)
        yield from _north(left + _LEGEND_WIDTH - 16, y - 6)
        if self.report.outlines["is_approximate"].any():
            note = say("Approximate boundaries, not administrative borders.")
            for number, line in enumerate(wrapped(note, _LEGEND_WIDTH)):
                yield text(left, y + 26 + number * LINE * 0.8, line, colour=FAINT, style="italic")


def _outline(shape: shapely.Geometry, frame: _Frame, fill: str, stroke: str, width: float) -> str:
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


def _path(corners: np.ndarray, frame: _Frame) -> str:
    """Return a ring as a path, without corners that fall on the one before; an islet keeps a dot of its own."""
    placed = frame.place(corners)
    kept = placed[np.r_[True, (np.diff(placed, axis=0) != 0).any(axis=1)]]
    if len(kept) < 3:
        x, y = kept[0]
        return f"M{x:g} {y:g}h0.5v0.5z"
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept.tolist()) + "Z"


def _district_names(districts: gpd.GeoDataFrame, frame: _Frame) -> Iterator[str]:
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


def _scale(left: float, y: float, frame: _Frame, language: Language) -> Iterator[str]:
    """Draw a bar of a round number of kilometres, 60 points long at most."""
    km = max((step for step in _SCALE_STEPS if step * frame.points_a_km <= 60), default=_SCALE_STEPS[0])
    length = round(km * frame.points_a_km, 1)
    yield f'<path d="M{left:g} {y - 3:g}v3h{length:g}v-3" fill="none" stroke="{INK}" stroke-width="0.9"/>'
    yield text(left + length + 4, y, f"{language.count(km)} km")


def _north(x: float, y: float) -> Iterator[str]:
    yield f'<path d="M{x:g} {y + 8:g}l4 -13l4 13l-4 -3z" fill="{INK}"/>'
