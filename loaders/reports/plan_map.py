"""The map of a programme: communes, points and hamlets by the year in which they are done, lines to build."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import FigureError, mark
from geodata.plan_data import CONNECTION_KIND, TAKEOVER_KIND, PlanReport
from geodata.report_data import VIETNAM
from loaders.reports.map_ground import Frame, district_names, north, outline, scale
from loaders.reports.plan_colours import NOT_DONE, colours_of
from loaders.reports.svg_drawing import FAINT, INK, LINE, box, picture, text, wrapped
from loaders.reports.typesetting import picture_of_svg

_LEGEND_WIDTH: Final = 150.0
_GUTTER: Final = 8.0
_MARGIN: Final = 10.0
_TITLE_LINE: Final = 15.0
_FOOT: Final = 26.0
_GROUND: Final = "#f3f1ec"
_EDGE: Final = "#80868b"
_SMALLEST, _LARGEST = 1.6, 6.5
_ROOM: Final = 75.0
"""Points that the signs may take: half the width of the largest × the root of how many there are."""
_LINE_COLOUR: Final = "#c0392b"


def draw_plan_map(
    report: PlanReport,
    *,
    form: Literal["png", "svg"] = "png",
    width_pt: float = 780.0,
    height_pt: float = 540.0,
    dots_per_inch: int = 200,
) -> bytes:
    """
    Return the map of a programme, with title, legend, scale, north, source and stamp; A4 upright on its side.

    Points are circles, hamlets triangles, each in the colour of its year (dark first), white where it is not done;
    what has no place on record is counted in the legend. The same report gives the same bytes.

    Raises
    ------
    FigureError
        If no commune of the areas has an outline.
    """
    if report.outlines.empty:
        raise FigureError(
            "plan.no-map",
            mark("No commune of {areas} has an outline to draw. Add boundaries first: phudien boundaries add FILE."),
            areas=", ".join(report.areas),
        )
    svg = _Sheet(report, width_pt, height_pt).draw()
    if form == "svg":
        return svg.encode()
    return picture_of_svg(svg, width_pt=width_pt, height_pt=height_pt, dots_per_inch=dots_per_inch)


@dataclass(frozen=True)
class _Sheet:
    """The sheet while it is drawn."""

    report: PlanReport
    width: float
    height: float

    def draw(self) -> str:
        head, top = self._head()
        width = self.width - _LEGEND_WIDTH - _GUTTER - 2 * _MARGIN
        frame = Frame.around(self.report.outlines, width=width, height=self.height - top - _FOOT)
        frame = frame.moved(_MARGIN, top)
        areas = self._areas()
        ground = f'<rect width="{self.width:g}" height="{self.height:g}" fill="#ffffff"/>'
        edges = (outline(shape, frame, "none", _EDGE, 1.1) for shape in areas.geometry)
        ground_parts = ((ground,), head, self._communes(frame), edges, self._lines(frame))
        over_parts = (self._marks(frame), district_names(areas, frame), self._legend(frame, top), self._foot())
        parts = chain(*ground_parts, *over_parts)
        return picture(self.width, self.height, parts)

    def _head(self) -> tuple[list[str], float]:
        """Return the title, in as many lines as it needs, and where the map begins."""
        say, report = self.report.language.say, self.report
        named = f"{report.title}: " if report.title else ""
        title = say("{named}programme {span}, {areas}", named=named, span=report.span, areas=", ".join(report.areas))
        title = title[0].upper() + title[1:]
        y, parts = _MARGIN + 8, []
        for line in wrapped(title, (self.width - 2 * _MARGIN) / 1.6, bold=True):
            parts.append(f'<g font-size="12">{text(_MARGIN, y, line, weight="bold")}</g>')
            y += _TITLE_LINE
        if report.conflicts:
            for line in wrapped(say("No programme keeps all rules: nothing is done in any year."), self.width):
                parts.append(text(_MARGIN, y - 3, line, weight="bold", colour="#b3261e"))
                y += LINE
        return parts, y

    def _communes(self, frame: Frame) -> Iterator[str]:
        for shape in self.report.outlines.sort_index().geometry:
            yield outline(shape, frame, _GROUND, _EDGE, 0.4)

    def _areas(self) -> gpd.GeoDataFrame:
        """Return the outlines of the districts with their names; of the provinces where the list has no districts."""
        outlines = self.report.outlines
        of_district = ["province_name", "area_name"]
        has_districts = bool(outlines.duplicated(of_district).any())
        keys = of_district if has_districts else ["province_name"]
        merged = outlines[[*keys, "geometry"]].dissolve(keys).reset_index()
        return merged.rename(columns={keys[-1]: "district_name"})

    def _lines(self, frame: Frame) -> Iterator[str]:
        for shape in self.report.lines.geometry:
            for part in shapely.get_parts(shape):
                placed = frame.place(shapely.get_coordinates(part)).tolist()
                path = "M" + "L".join(f"{x:g} {y:g}" for x, y in placed)
                yield f'<path d="{path}" fill="none" stroke="{_LINE_COLOUR}" stroke-width="1.1"/>'

    def _marks(self, frame: Frame) -> Iterator[str]:
        """Draw what is not done first, then the years from the last: the first lie on top."""
        colours = colours_of(self.report)
        placed = self.report.rows.dropna(subset=["lon", "lat"])
        placed = placed.assign(size=_sizes(placed["households"]))
        order = placed["year"].astype("Float64").fillna(9999.0)
        for row in (
            placed.assign(order=order).sort_values(["order", "candidate_code"], ascending=False).to_dict("records")
        ):
            (x, y) = frame.place(np.array([[row["lon"], row["lat"]]]))[0].tolist()
            fill = NOT_DONE if pd.isna(row["year"]) else colours[int(row["year"])]
            yield _mark(str(row["kind_code"]), x, y, float(row["size"]), fill)

    def _legend(self, frame: Frame, top: float) -> Iterator[str]:
        say, language, report = self.report.language.say, self.report.language, self.report
        left, y = self.width - _LEGEND_WIDTH - _MARGIN, top + 8
        right = left + _LEGEND_WIDTH
        yield text(left, y, say("Year in which it is done"), weight="bold")
        y += LINE
        yield text(right, y, say("households"), anchor="end", colour=FAINT)
        y += 5
        for year, colour in colours_of(report).items():
            gained = int(report.rows.loc[(report.rows["year"] == year).fillna(value=False), "households"].sum())
            yield from _legend_row(left, right, y, colour, str(year), language.count(gained))
            y += LINE
        rest = int(report.rows.loc[report.rows["year"].isna(), "households"].sum())
        yield from _legend_row(left, right, y, NOT_DONE, say("not in the programme"), language.count(rest))
        y += LINE + 10
        for kind, label in self._kinds():
            yield _mark(kind, left + 7, y, 3.6, "#bdc1c6")
            yield text(left + 20, y + 2.6, label)
            y += LINE
        if len(report.lines):
            yield f'<path d="M{left:g} {y:g}h14" stroke="{_LINE_COLOUR}" stroke-width="1.1"/>'
            length_km = Decimal(str(float(report.lines["length_m"].sum()) / 1000))
            km = language.decimal(length_km, decimals=0 if length_km >= 10 else 1)
            yield text(left + 20, y + 2.6, say("line to build, {km} km in all", km=km))
            y += LINE
        yield from self._notes(left, y + 4, frame)

    def _kinds(self) -> list[tuple[str, str]]:
        say, found = self.report.language.say, set(self.report.rows["kind_code"])
        kinds = ((TAKEOVER_KIND, say("bulk-purchase point")), (CONNECTION_KIND, say("hamlet without the grid")))
        return [(kind, label) for kind, label in kinds if kind in found]

    def _notes(self, left: float, y: float, frame: Frame) -> Iterator[str]:
        say, report = self.report.language.say, self.report
        notes = [say("The larger a sign, the more households.")]
        if unplaced := int(report.rows["lon"].isna().sum()):
            notes.append(say("{n} points or hamlets have no place on record and are not drawn.", n=unplaced))
        if report.outlines["is_approximate"].any():
            notes.append(say("Approximate boundaries, not administrative borders."))
        for note in notes:
            for line in wrapped(note, _LEGEND_WIDTH):
                yield text(left, y, line, colour=FAINT, style="italic")
                y += LINE * 0.85
            y += 3
        y += 14
        yield from scale(left, y, frame, report.language)
        yield from north(left + _LEGEND_WIDTH - 16, y - 6)

    def _foot(self) -> Iterator[str]:
        say, report = self.report.language.say, self.report
        kind = (
            say("Synthetic demonstration data, not real figures.")
            if report.is_synthetic
            else say("Source: {kind}, Phủ Điện", kind=say("accepted surveys")) + "."
        )
        stamp = say(
            "Phủ Điện: data version {version}, request {request}, made at {moment}.",
            version=report.stamp["data_version"] or "–",
            request=report.request_start,
            moment=report.language.moment(report.made_at.astimezone(VIETNAM)),
        )
        y = self.height - 9
        weight = "bold" if report.is_synthetic else "normal"
        yield text(_MARGIN, y, f"{kind} {stamp}", colour="#b3261e" if report.is_synthetic else FAINT, weight=weight)


def _legend_row(left: float, right: float, y: float, colour: str, label: str, number: str) -> Iterator[str]:
    yield box(left, y, 15, 9, colour)
    yield text(left + 20, y + 7.2, label)
    yield text(right, y + 7.2, number, anchor="end")


def _sizes(households: pd.Series[Any]) -> pd.Series[float]:
    """
    Return half the widths of signs: their areas are as the households, the more signs the smaller all of them.

    The smallest stay large enough to tell their colours.
    """
    largest = min(_LARGEST, max(_SMALLEST, _ROOM / math.sqrt(max(len(households), 1))))
    share = households.astype("float64") / max(float(households.max()), 1.0) if len(households) else households
    return (largest * share.astype("float64").clip(lower=0) ** 0.5).clip(lower=_SMALLEST).round(2)


def _mark(kind: str, x: float, y: float, size: float, fill: str) -> str:
    edge = f'fill="{fill}" stroke="{INK}" stroke-width="0.5"'
    if kind == TAKEOVER_KIND:
        return f'<circle cx="{x:g}" cy="{y:g}" r="{size:g}" {edge}/>'
    return f'<path d="M{x:g} {y - 1.2 * size:g}l{1.1 * size:g} {2 * size:g}h{-2.2 * size:g}z" {edge}/>'
