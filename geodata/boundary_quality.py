"""The quality report of a boundary layer: repaired, closed and left; missing, doubled, or of odd size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.boundary_closing import Closing, Flaw, areas_m2
from geodata.boundary_features import Recognition
from geodata.boundary_repair import Repair
from geodata.crs import METRES_SOUTH, WGS84
from geodata.units import COMMUNE, Units

AREA_SHARE: Final = 0.05
"""Difference from the official area from which a commune is listed: 5%. Our assumption."""

_DOUBLE_SHARE: Final = 0.5


@dataclass(frozen=True)
class Doubled:
    """
    A commune that several features are, where they lie on each other.

    Parameters
    ----------
    code
        The commune.
    labels
        The features.
    overlap_m2
        What they have in common; its outline in the layer is all of them together.
    """

    code: str
    labels: tuple[str, ...]
    overlap_m2: float


@dataclass(frozen=True)
class Crumb:
    """A part of a commune, apart from the rest, that is narrower than a sliver; it is kept: it may be an islet."""

    code: str
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True)
class AreaDifference:
    """
    A commune whose area differs from the official one by more than `AREA_SHARE`.

    Parameters
    ----------
    area_km2, official_km2
        Measured on the ellipsoid; as the source states it.
    source
        Of the official area.
    """

    code: str
    area_km2: float
    official_km2: float
    source: str

    @property
    def share(self) -> float:
        """Difference as a share of the official area."""
        return self.area_km2 / self.official_km2 - 1


@dataclass(frozen=True)
class AreaCheck:
    """
    Areas against official ones.

    Parameters
    ----------
    compared
        Communes whose official area is known; 0: not known for any.
    median_share
        Median of the differences without their sign, as a share; None where none was compared.
    differences
        Those beyond `AREA_SHARE`, the greatest first.
    """

    compared: int
    median_share: float | None
    differences: tuple[AreaDifference, ...]


@dataclass(frozen=True)
class QualityReport:
    """
    What is known of the quality of a layer.

    Parameters
    ----------
    features, communes, vertices
        Sizes: features of the file, communes recognised, vertices of their outlines.
    area_km2
        Of all communes together.
    repairs
        Invalid rings that were repaired.
    was_coverage
        Whether the layer as drawn was a coverage.
    sliver_m
        Width up to which overlaps and gaps were closed.
    overlaps, gaps
        Between communes, the largest first; each says whether it was closed.
    crumbs
        Parts narrower than that.
    doubled
        Communes drawn twice.
    missing
        For each province that the layer touches, the communes of the list of that day that it lacks.
    areas
        Against official areas.
    """

    features: int
    communes: int
    vertices: int
    area_km2: float
    repairs: tuple[Repair, ...]
    was_coverage: bool
    sliver_m: float
    overlaps: tuple[Flaw, ...]
    gaps: tuple[Flaw, ...]
    crumbs: tuple[Crumb, ...]
    doubled: tuple[Doubled, ...]
    missing: dict[str, tuple[str, ...]]
    areas: AreaCheck

    @property
    def closed_m2(self) -> float:
        """Area of the overlaps and gaps that were closed."""
        return round(sum(flaw.area_m2 for flaw in (*self.overlaps, *self.gaps) if flaw.is_closed), 2)

    @property
    def open_flaws(self) -> tuple[Flaw, ...]:
        """Overlaps and gaps too wide to be closed."""
        return tuple(flaw for flaw in (*self.overlaps, *self.gaps) if not flaw.is_closed)


def report_quality(
    drawn: gpd.GeoDataFrame,
    closing: Closing,
    recognition: Recognition,
    *,
    repairs: tuple[Repair, ...],
    doubled: tuple[Doubled, ...],
    official: pd.DataFrame,
    sliver_m: float,
) -> QualityReport:
    """
    Return the report of a layer.

    Parameters
    ----------
    drawn
        ``commune_code``, ``geometry`` (WGS 84): the outlines before anything was closed.
    closing
        What `close_slivers` made of it.
    official
        Official areas of the list's day: indexed by code, ``area_km2`` and ``source``; may be empty.
    """
    shapes = drawn.geometry.to_crs(METRES_SOUTH).to_numpy()
    codes = [str(code) for code in drawn["commune_code"]]
    area_km2 = pd.Series(areas_m2(shapes) / 1e6, index=codes)
    return QualityReport(
        features=len(recognition.features),
        communes=len(drawn),
        vertices=int(shapely.get_num_coordinates(shapes).sum()),
        area_km2=round(float(area_km2.sum()), 3),
        repairs=repairs,
        was_coverage=closing.was_coverage,
        sliver_m=sliver_m,
        overlaps=closing.overlaps,
        gaps=closing.gaps,
        crumbs=_crumbs(shapes, codes, sliver_m),
        doubled=doubled,
        missing=communes_missing(drawn, recognition.units),
        areas=check_areas(area_km2, official),
    )


def communes_missing(layer: gpd.GeoDataFrame, units: Units) -> dict[str, tuple[str, ...]]:
    """Return, for each province that the layer touches, the codes of its communes that the layer lacks."""
    communes = units.by_code[units.by_code["level"] == COMMUNE]
    present = communes.index.isin(layer["commune_code"])
    touched = communes.loc[present, "province_code"].unique()
    lacking = communes[~present & communes["province_code"].isin(touched)]
    return {str(code): tuple(group.index) for code, group in lacking.groupby("province_code")}


def check_areas(area_km2: pd.Series[float], official: pd.DataFrame) -> AreaCheck:
    """
    Hold areas against official ones.

    Examples
    --------
    >>> official = pd.DataFrame({"area_km2": [10.0], "source": ["GSO"]}, index=["30469"])
    >>> found = check_areas(pd.Series({"30469": 11.0, "30472": 5.0}), official)
    >>> found.compared, found.differences[0].code, round(found.differences[0].share, 3)
    (1, '30469', 0.1)
    """
    stated = official["area_km2"].reindex(area_km2.index).dropna()
    stated = stated[stated > 0]
    if stated.empty:
        return AreaCheck(0, None, ())
    share = (area_km2[stated.index] / stated - 1).abs()
    beyond = share[share > AREA_SHARE].sort_values(ascending=False, kind="stable")
    differences = tuple(
        AreaDifference(
            str(code),
            round(float(area_km2[code]), 3),
            round(float(stated[code]), 3),
            str(official.loc[code, "source"]),
        )
        for code in beyond.index
    )
    return AreaCheck(len(stated), round(float(share.median()), 5), differences)


def find_doubled(shapes: Sequence[Any], codes: Sequence[str | None], labels: Sequence[str]) -> tuple[Doubled, ...]:
    """
    Return the communes of which several features lie on each other; islands of one commune do not.

    Parameters
    ----------
    shapes
        Valid polygons in `METRES_SOUTH`, with the commune of each and how it is shown.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(codes):
        if code:
            rows[code].append(row)
    found = []
    for code, own in sorted(rows.items()):
        common = [
            float(shapely.area(shapely.intersection(shapes[a], shapes[b])))
            / min(float(shapely.area(shapes[a])), float(shapely.area(shapes[b])))
            for place, a in enumerate(own)
            for b in own[place + 1 :]
        ]
        if any(share > _DOUBLE_SHARE for share in common):
            pieces = np.array([shapes[row] for row in own])
            overlap = float(shapely.area(pieces).sum() - shapely.area(shapely.union_all(pieces)))
            found.append(Doubled(code, tuple(labels[row] for row in own), round(overlap, 2)))
    return tuple(found)


def _crumbs(shapes: Any, codes: Sequence[str], sliver_m: float) -> tuple[Crumb, ...]:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    counts = np.bincount(owners, minlength=len(codes))
    # The greatest circle in a shape is at least as wide as twice its area by its length.
    may_be = (counts[owners] > 1) & (2 * shapely.area(parts) <= sliver_m * shapely.length(parts))
    parts, owners = parts[may_be], owners[may_be]
    if not len(parts):
        return ()
    tolerances = np.maximum(shapely.length(parts) / 2000, 0.01)
    circles = shapely.maximum_inscribed_circle(parts, tolerance=tolerances)
    narrow = 2 * shapely.length(circles) <= sliver_m
    middles = gpd.GeoSeries(shapely.get_point(circles, 0), crs=METRES_SOUTH).to_crs(WGS84)
    areas = areas_m2(parts)
    return tuple(
        Crumb(codes[owners[row]], round(float(areas[row]), 2), round(middles[row].x, 6), round(middles[row].y, 6))
        for row in np.flatnonzero(narrow)
    )
