"""Overlaps and gaps between the units of a layer: found, measured, and closed where they are slivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.boundary_repair import only_polygons
from geodata.crs import EQUAL_AREA, METRES_SOUTH, WGS84
from geodata.errors import BoundaryError, mark

SLIVER_WIDTH_M: Final = 10.0
"""
Width up to which an overlap or a gap is a sliver, and is closed: what two drawings of one border differ by.

Our assumption; a setting (`boundary_sliver_m`) and a choice at every import.
"""

LARGEST_SLIVER_M: Final = 100.0
"""The widest that may be chosen: wider flaws are no drawing errors."""

LEAST_AREA_M2: Final = 0.1
"""Overlaps and gaps below this are noise of the coordinates; they are closed and not listed."""

_CLOSING_TOLERANCE_M2: Final = 10.0
_ROUNDING_M: Final = 0.0005  # half a millimetre: what a border moves by at most
_NOISE_M: Final = 0.0001  # over many borders it levels out
_DECIMALS: Final = (3, 2, 4)
"""Decimals of metres to which vertices are rounded before overlaps are taken away, those that mostly serve first."""

Shapes = NDArray[Any]


@dataclass(frozen=True)
class Flaw:
    """
    An overlap of two units, or a gap between several.

    Parameters
    ----------
    codes
        The units: two that overlap, or those around a gap.
    area_m2
        Its area.
    width_m
        Diameter of the greatest circle that fits into it.
    lon, lat
        Its middle (that circle's), degrees of WGS 84.
    is_closed
        Whether it was narrow enough to be closed.
    """

    codes: tuple[str, ...]
    area_m2: float
    width_m: float
    lon: float
    lat: float
    is_closed: bool


@dataclass(frozen=True)
class Closing:
    """
    A layer whose slivers are closed.

    Parameters
    ----------
    communes
        ``commune_code``, ``geometry`` (WGS 84): narrow overlaps and gaps closed, wide ones as drawn.
    coverage
        The same without any overlap: a wide one belongs to one of its units. What maps are simplified from.
    overlaps, gaps
        What was found, the largest first.
    was_coverage
        Whether the layer as drawn was a coverage: no overlap, neighbours sharing every vertex of their border.
    """

    communes: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame
    overlaps: tuple[Flaw, ...]
    gaps: tuple[Flaw, ...]
    was_coverage: bool


def close_slivers(communes: gpd.GeoDataFrame, *, sliver_m: float = SLIVER_WIDTH_M) -> Closing:
    """
    Return a layer with its narrow overlaps and gaps closed, and everything that was found.

    A gap is ground that units enclose on all sides; it goes to the unit with which it shares the longest border. A slit
    that opens to the outside is none. A narrow overlap goes to the smaller of its units.

    Parameters
    ----------
    communes
        ``commune_code``, ``geometry``: valid polygons in WGS 84, one row a commune.
    sliver_m
        Width in metres up to which a flaw is closed; 0 closes none.

    Raises
    ------
    BoundaryError
        If a unit would change by more than its overlaps: such a layer must be mended by hand.
    """
    if communes.empty:
        return Closing(communes, communes, (), (), was_coverage=True)
    codes = communes["commune_code"].to_numpy()
    shapes = _valid_metres(communes)
    edges = shapely.coverage_invalid_edges(shapes)
    bad = np.flatnonzero(~shapely.is_empty(edges))
    was_coverage = not len(bad)
    pairs = _overlapping(shapes, bad)
    coverage = shapes if was_coverage else _without_overlaps(shapes, bad, pairs, codes)
    coverage, gaps = _with_gaps_closed(coverage, codes, sliver_m)
    overlaps = [_flaw((codes[i], codes[j]), shape, sliver_m) for (i, j), shape in pairs]
    # As drawn where nothing was closed: not even the noise of a projection and back.
    is_same = coverage is shapes
    kept = _with_wide_overlaps(coverage, pairs, overlaps)
    return Closing(
        communes if is_same or sliver_m <= 0 else _degrees(communes, kept),
        communes if is_same else _degrees(communes, coverage),
        tuple(_largest_first(overlaps)),
        tuple(_largest_first(gaps)),
        was_coverage,
    )


def _valid_metres(communes: gpd.GeoDataFrame) -> Shapes:
    return _made_valid(communes.geometry.to_crs(METRES_SOUTH).to_numpy())


def _rounded(shapes: Shapes, decimals: int) -> Shapes:
    """Put every vertex on a grid; neighbours that share a vertex share it afterwards."""
    return _made_valid(np.asarray(shapely.transform(shapes, lambda xy: xy.round(decimals))))


def _made_valid(shapes: Shapes) -> Shapes:
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    if len(bad):  # a ring that was valid by less than the rounding
        shapes = shapes.copy()
        shapes[bad] = [only_polygons(shape) for shape in shapely.make_valid(shapes[bad], method="structure")]
    return np.asarray(shapes)


def _degrees(communes: gpd.GeoDataFrame, shapes: Shapes) -> gpd.GeoDataFrame:
    return communes.set_geometry(gpd.GeoSeries(shapes, index=communes.index, crs=METRES_SOUTH).to_crs(WGS84))


def _overlapping(shapes: Shapes, bad: NDArray[np.intp]) -> list[tuple[tuple[int, int], Any]]:
    """Return each pair of units that overlap, with what they have in common."""
    if not len(bad):
        return []
    # Of a unit that lies wholly inside another only one of the two has invalid edges.
    found, other = shapely.STRtree(shapes).query(shapes[bad], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([bad[found], other]), axis=1), axis=0)
    first, second = pairs[pairs[:, 0] < pairs[:, 1]].T
    common = shapely.intersection(shapes[first], shapes[second])
    measured = zip(first, second, common, shapely.area(common), strict=True)
    return [((int(i), int(j)), only_polygons(shape)) for i, j, shape, area in measured if area >= LEAST_AREA_M2]


def _without_overlaps(
    shapes: Shapes, bad: NDArray[np.intp], pairs: Sequence[tuple[tuple[int, int], Any]], codes: NDArray[Any]
) -> Shapes:
    """
    Return the units as a coverage, each overlap given to one of its two.

    The smaller one: a township that is drawn upon the commune around it keeps its ground. GEOS goes astray where
    vertices miss each other by less than its rounding (it has swallowed a neighbour whole): they are put on a grid of
    millimetres first, and what it gives is held against the ground that there was; the first that is sound is taken.
    """
    involved = np.union1d(bad, np.array([place for places, _ in pairs for place in places], dtype=np.intp))
    allowed_m2 = _CLOSING_TOLERANCE_M2 + _ROUNDING_M * shapely.length(shapes)
    for places, common in pairs:
        allowed_m2[list(places)] += float(shapely.area(common)) * 1.01
    ground_m2 = float(shapely.area(shapely.union_all(shapes[involved])))
    noise_m2 = _CLOSING_TOLERANCE_M2 + _NOISE_M * float(shapely.length(shapes[involved]).sum())
    worst: NDArray[np.float64] = np.zeros(len(shapes))
    for decimals in _DECIMALS:
        clean = np.asarray(
            shapely.coverage_clean(
                _rounded(shapes, decimals), snapping_distance=10.0**-decimals, merge_strategy="min_area"
            )
        )
        changed = np.abs(shapely.area(clean) - shapely.area(shapes))
        is_ground_kept = abs(float(shapely.area(clean[involved]).sum()) - ground_m2) <= noise_m2
        if is_ground_kept and (changed <= allowed_m2).all() and shapely.coverage_is_valid(clean):
            return clean
        worst = changed - allowed_m2
    listed = ", ".join(str(codes[place]) for place in np.argsort(-worst)[:5] if place in bad)
    raise BoundaryError(
        "boundary.closing-failed",
        mark(
            "The borders of some communes (the worst: {communes}) cannot be made to fit without changing them by more "
            "than their overlaps. Mend the borders there (in QGIS: Vector, Topology checker). Nothing was stored."
        ),
        communes=listed or str(codes[bad[0]]),
    )


def _flaw(codes: tuple[str, ...], shape: Any, sliver_m: float) -> Flaw:
    parts = shapely.get_parts(shape)
    # The widest part decides; a part is never wider than its area and its extent allow.
    circles = shapely.maximum_inscribed_circle(parts, tolerance=np.maximum(shapely.length(parts) / 2000, 0.01))
    widths = 2 * shapely.length(circles)
    widest = int(np.argmax(widths))
    middle = gpd.GeoSeries([shapely.get_point(circles[widest], 0)], crs=METRES_SOUTH).to_crs(WGS84)[0]
    return Flaw(
        codes=codes,
        area_m2=round(float(areas_m2(np.array([shape]))[0]), 2),
        width_m=round(float(widths[widest]), 2),
        lon=round(float(middle.x), 6),
        lat=round(float(middle.y), 6),
        is_closed=float(widths[widest]) <= sliver_m,
    )


def areas_m2(shapes: Shapes) -> NDArray[np.float64]:
    """Return the areas of shapes in `METRES_SOUTH`, m² on the ellipsoid."""
    return np.asarray(gpd.GeoSeries(shapes, crs=METRES_SOUTH).to_crs(EQUAL_AREA).area.to_numpy(float))


# ---- gaps


def _with_gaps_closed(coverage: Shapes, codes: NDArray[Any], sliver_m: float) -> tuple[Shapes, list[Flaw]]:
    holes = _holes(coverage)
    if not len(holes):
        return coverage, []
    tree = shapely.STRtree(coverage)
    closed = coverage.copy()
    gaps: list[Flaw] = []
    taken: dict[int, list[Any]] = {}
    for hole in holes:
        around = tree.query(hole, predicate="intersects")
        borders = shapely.length(shapely.intersection(hole.boundary, coverage[around]))
        # Rounding may part a border from its neighbour's by less than a thousandth of a millimetre.
        around = around[borders > 0] if (borders > 0).any() else around
        flaw = _flaw(tuple(sorted(codes[around])), hole, sliver_m)
        if float(shapely.area(hole)) < LEAST_AREA_M2:
            flaw = replace(flaw, is_closed=sliver_m > 0)
        else:
            gaps.append(flaw)
        if flaw.is_closed and len(around):
            longest = int(around[np.argmax(shapely.length(shapely.intersection(hole.boundary, coverage[around])))])
            taken.setdefault(longest, []).append(hole)
    if not taken:
        return coverage, gaps
    for place, holes_taken in taken.items():
        closed[place] = shapely.coverage_union_all([coverage[place], *holes_taken])
    return closed, gaps


def _holes(coverage: Shapes) -> list[Any]:
    """Return the ground that units enclose, also where two of them meet at nothing but points."""
    whole = shapely.coverage_union_all(coverage)
    faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.boundary(whole))]))
    shapely.prepare(whole)
    return list(faces[~shapely.intersects(whole, shapely.point_on_surface(faces))])


# ---- wide overlaps


def _with_wide_overlaps(coverage: Shapes, pairs: list[tuple[tuple[int, int], Any]], overlaps: list[Flaw]) -> Shapes:
    """Give a wide overlap back to both of its units: whose it is, a drawing cannot tell."""
    wide = [pair for pair, flaw in zip(pairs, overlaps, strict=True) if not flaw.is_closed]
    if not wide:
        return coverage
    kept = coverage.copy()
    for places, shape in wide:
        for place in places:
            kept[place] = only_polygons(shapely.union(kept[place], shape))
    return kept


def _largest_first(flaws: list[Flaw]) -> list[Flaw]:
    return sorted(flaws, key=lambda flaw: (-flaw.area_m2, flaw.codes))
