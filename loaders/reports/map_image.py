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
import pandas as pd

from geodata.errors import FigureError, mark
from geodata.report_data import ProvinceReport, ReportMap
from loaders.reports.map_ground import Frame, district_names, north, outline, scale
from loaders.reports.svg_drawing import FAINT, INK, LINE, MISSING, box, picture, text, wrapped
from loaders.reports.typesetting import picture_of_svg

_LEGEND_WIDTH: Final = 118.0
_GUTTER: Final = 6.0


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
class _Sheet:
    """The sheet while it is drawn."""

    report: ProvinceReport
    shown: ReportMap
    width: float
    height: float

    def draw(self) -> str:
        outlines = self.report.outlines
        frame = Frame.around(outlines, width=self.width - _LEGEND_WIDTH - _GUTTER, height=self.height)
        districts = self._districts()
        parts = chain(
            self._communes(frame),
            (outline(shape, frame, "none", INK, 0.9) for shape in districts.geometry),
            district_names(districts, frame),
            self._legend(frame),
        )
        return picture(self.width, self.height, parts)

    def _communes(self, frame: Frame) -> Iterator[str]:
        outlines = self.report.outlines.sort_index()
        classes = self.shown.class_of.reindex(outlines.index)
        for shape, index in zip(outlines.geometry, classes, strict=True):
            fill = MISSING if pd.isna(index) else self.shown.classes[int(index)][0]
            yield outline(shape, frame, fill, "#80868b", 0.3)

    def _districts(self) -> gpd.GeoDataFrame:
        """Return the outlines of the districts in code order with their names; of the province where it has none."""
        places = self.report.communes[["district_code", "district_name"]]
        joined = self.report.outlines[["geometry"]].join(places, how="inner")
        return joined.fillna({"district_code": ""}).dissolve("district_code", aggfunc="first").sort_index()

    def _legend(self, frame: Frame) -> Iterator[str]:
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
        yield from scale(left, y, frame, language)
        yield from north(left + _LEGEND_WIDTH - 16, y - 6)
        if self.report.outlines["is_approximate"].any():
            note = say("Approximate boundaries, not administrative borders.")
            for number, line in enumerate(wrapped(note, _LEGEND_WIDTH)):
                yield text(left, y + 26 + number * LINE * 0.8, line, colour=FAINT, style="italic")
