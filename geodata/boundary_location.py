"""Which unit a feature is by where it lies: against the approximate cells, the known points, and names nearby."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rapidfuzz import fuzz

from geodata.boundary_attributes import is_same_name
from geodata.crs import METRES_SOUTH, WGS84
from geodata.name_keys import plain_key, split_type_word
from geodata.units import RELIABLE_POINTS, Units

NEAR_M: Final = 10_000.0
"""How far from a feature a unit's known point may lie for the feature to be it."""

LEAST_CONFIDENCE: Final = 0.5
"""Overlap with an approximate cell (area in common / area of both) from which a nameless feature is recognised."""

_NAMED_CONFIDENCE: Final = 0.7
_REGION_MARGIN_M: Final = 1_000.0
SUGGESTIONS: Final = 3


@dataclass(frozen=True)
class Candidate:
    """
    A unit that a feature may be.

    Parameters
    ----------
    code
        The unit.
    overlap
        Area that feature and approximate cell have in common / area of both together; where there is no cell, 1 if the
        known point lies inside the feature, less the farther it lies, 0 at `NEAR_M`.
    has_name
        Whether the feature bears the unit's name.
    likeness
        Likeness of the names, 0 to 1.
    """

    code: str
    overlap: float
    has_name: bool
    likeness: float

    @property
    def confidence(self) -> float:
        """0 to 1: the overlap, or 0.7 and more where the name agrees."""
        return _NAMED_CONFIDENCE + (1 - _NAMED_CONFIDENCE) * self.overlap if self.has_name else self.overlap


class KnownGround:
    """
    Where the units of a list are known to lie.

    Parameters
    ----------
    units
        The list.
    cells
        ``commune_code``, ``geometry`` (WGS 84): approximate cells of its communes; None where there are none.
    """

    def __init__(self, units: Units, cells: gpd.GeoDataFrame | None) -> None:
        communes = units.communes
        known = communes[communes["lon"].notna() & communes["point_source"].isin(RELIABLE_POINTS)]
        points = gpd.GeoSeries.from_xy(known["lon"].astype(float), known["lat"].astype(float), crs=WGS84)
        self._units = units
        self._point_codes = [str(code) for code in known.index]
        self._points = points.to_crs(METRES_SOUTH).to_numpy()
        in_metres = None if cells is None else cells.to_crs(METRES_SOUTH)
        self._cells: NDArray[Any] = np.array([]) if in_metres is None else in_metres.geometry.to_numpy()
        self._cell_codes = [] if in_metres is None else [str(code) for code in in_metres["commune_code"]]

    @cached_property
    def _point_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._points)

    @cached_property
    def _cell_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._cells)

    @cached_property
    def _cell_by_code(self) -> dict[str, Any]:
        return dict(zip(self._cell_codes, self._cells, strict=True))

    def covers(self, shapes: NDArray[Any], *, has_foreign_province: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """
        Return whether features (metres) lie where units of the list do.

        By their interior point: in a cell or within 1 km of one, in a cell where they name another province; for units
        without a cell, within 10 km of their known point, and nowhere where they name another province.
        """
        points = shapely.point_on_surface(shapes)
        if not len(self._cells) and not len(self._points):
            return np.ones(len(shapes), dtype=bool)
        margins = np.where(has_foreign_province, 0.0, _REGION_MARGIN_M)
        in_cells, _ = self._cell_tree.query(points, predicate="dwithin", distance=margins)
        without_cell = [place for place, code in enumerate(self._point_codes) if code not in self._cell_by_code]
        by_points, _ = shapely.STRtree(self._points[without_cell]).query(points, predicate="dwithin", distance=NEAR_M)
        by_points = by_points[~has_foreign_province[by_points]]
        return np.isin(np.arange(len(shapes)), np.concatenate([in_cells, by_points]))

    def distance_km(self, shape: Any, code: str) -> float:
        """Return how far a feature (metres) lies from its unit's reliable point; 0 inside it or where none is known."""
        if code not in self._place_of_point:
            return 0.0
        return float(shapely.distance(shape, self._points[self._place_of_point[code]])) / 1000

    @cached_property
    def _place_of_point(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self._point_codes)}

    def candidates(self, shape: Any, name: str) -> list[Candidate]:
        """Return the units that a feature (metres) may be, the likeliest first."""
        codes: dict[str, float] = {}
        for place in self._point_tree.query(shape, predicate="dwithin", distance=NEAR_M) if len(self._points) else ():
            codes[self._point_codes[place]] = 1 - float(shapely.distance(shape, self._points[place])) / NEAR_M
        if len(self._cells):
            reached = {self._cell_codes[place] for place in self._cell_tree.query(shape, predicate="intersects")}
            overlaps = {code: self._overlap(shape, code) for code in reached | set(codes) if code in self._cell_by_code}
            codes |= overlaps
        bare = plain_key(split_type_word(name)[1])
        found = [self._candidate(code, overlap, name, bare) for code, overlap in codes.items()]
        return sorted(found, key=lambda c: (-c.has_name, -(c.overlap + c.likeness), c.code))

    def _overlap(self, shape: Any, code: str) -> float:
        cell = self._cell_by_code[code]
        common = float(shapely.area(shapely.intersection(shape, cell)))
        return common / (float(shapely.area(shape)) + float(shapely.area(cell)) - common) if common else 0.0

    def _candidate(self, code: str, overlap: float, name: str, bare: str) -> Candidate:
        own = str(self._units.communes.at[code, "name"])
        likeness = fuzz.ratio(bare, plain_key(own)) / 100 if bare else 0.0
        return Candidate(code, overlap, bool(name) and is_same_name(name, own), likeness)

    def _of_kind(self, named: list[Candidate], name: str) -> list[Candidate]:
        """Keep those of the typed kind: a township and a commune often bear one name. Kinds change; places do not."""
        kinds = split_type_word(name)[0]
        if not kinds:
            return named
        of_kind = [candidate for candidate in named if self._units.communes.at[candidate.code, "kind"] in kinds]
        return of_kind or [candidate for candidate in named if candidate.overlap >= LEAST_CONFIDENCE]

    def recognise(self, shape: Any, name: str) -> tuple[str | None, float, tuple[str, ...]]:
        """
        Return the unit that a feature (metres) is by its place, the confidence, and suggestions where it is none.

        A feature with a name is the one unit nearby that bears it, and no other; a feature without a name is the unit
        whose cell it overlaps by `LEAST_CONFIDENCE` or more, and twice as much as any other.
        """
        found = self.candidates(shape, name)
        suggestions = tuple(candidate.code for candidate in found[:SUGGESTIONS])
        named = self._of_kind([candidate for candidate in found if candidate.has_name], name)
        if len(named) == 1:
            return named[0].code, named[0].confidence, suggestions
        if len(named) > 1:
            # Neighbours may bear one name (a township and its commune): the place decides where it is plain.
            first, second = sorted(named, key=lambda c: -c.overlap)[:2]
            is_plain = first.overlap >= LEAST_CONFIDENCE and second.overlap < LEAST_CONFIDENCE / 2
            return (first.code, first.confidence, suggestions) if is_plain else (None, 0.0, suggestions)
        drawn = [candidate for candidate in found if candidate.code in self._cell_by_code]
        if name or not drawn:
            return None, 0.0, suggestions
        best, *others = sorted(drawn, key=lambda c: -c.overlap)
        rival = others[0].overlap if others else 0.0
        is_plain = best.overlap >= LEAST_CONFIDENCE and rival <= best.overlap / 2
        return (best.code, best.overlap, suggestions) if is_plain else (None, 0.0, suggestions)
