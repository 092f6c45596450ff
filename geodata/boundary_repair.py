"""Invalid rings of a boundary file: repaired where that hardly changes the area, else refused with place and reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.boundary_attributes import read_attributes
from geodata.errors import BoundaryError, mark

REPAIR_SHARE: Final = 0.001
"""Share of its area that a repair may change: 0.1%. Our assumption; more than that changes what the unit is."""

SHOWN_PROBLEMS: Final = 5
_REASON: Final = re.compile(r"(?P<what>[^\[]*)\[(?P<x>[-\d.e+]+) (?P<y>[-\d.e+]+)[^\]]*\]")


@dataclass(frozen=True)
class Repair:
    """
    An invalid ring that was repaired.

    Parameters
    ----------
    label
        The feature.
    reason
        What was wrong, as GEOS says it: ``"Ring Self-intersection"``.
    lon, lat
        Where, degrees of WGS 84.
    area_share
        How much of its area the repair changed, 0 to `REPAIR_SHARE`.
    """

    label: str
    reason: str
    lon: float
    lat: float
    area_share: float


def repair_rings(
    features: gpd.GeoDataFrame, labels: Sequence[str], *, file_name: str
) -> tuple[gpd.GeoDataFrame, tuple[Repair, ...]]:
    """
    Return the features with valid polygons, and what was repaired.

    Parameters
    ----------
    features
        Polygons in WGS 84.
    labels
        How each is shown.

    Raises
    ------
    BoundaryError
        If a repair would change more than `REPAIR_SHARE` of its area.
    """
    shapes = shapely.force_2d(features.geometry.to_numpy())
    bad = [int(row) for row in np.flatnonzero(~shapely.is_valid(shapes))]
    if not bad:
        return features.set_geometry(gpd.GeoSeries(shapes, index=features.index, crs=features.crs)), ()
    before = shapely.area(shapes[bad])
    mended = np.array([only_polygons(shape) for shape in shapely.make_valid(shapes[bad], method="structure")])
    after = shapely.area(mended)
    changed = np.abs(after - before) / np.maximum(np.maximum(after, before), np.finfo(float).tiny)
    reasons = shapely.is_valid_reason(shapes[bad])
    _refuse_great_changes([labels[row] for row in bad], reasons, changed, file_name)
    repairs = tuple(
        Repair(labels[row], *_place(reason, shape), round(float(share), 9))
        for row, reason, share, shape in zip(bad, reasons, changed, shapes[bad], strict=True)
    )
    shapes = shapes.copy()
    shapes[bad] = mended
    return features.set_geometry(gpd.GeoSeries(shapes, index=features.index, crs=features.crs)), repairs


def only_polygons(shape: Any) -> Any:
    """Return the polygons of a geometry, one or several as one; lines and points fall away."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(list(polygons))


def _place(reason: str, shape: Any) -> tuple[str, float, float]:
    found = _REASON.match(reason)
    if found is None:
        corner = shapely.get_coordinates(shape)[0]
        return reason, float(corner[0]), float(corner[1])
    return found["what"].strip(), float(found["x"]), float(found["y"])


def refuse_other_shapes(features: gpd.GeoDataFrame, *, file_name: str) -> None:
    """Raise `BoundaryError` where a feature is no polygon, or there is none."""
    shapes = features.geometry.to_numpy()
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    is_polygon = np.isin(shapely.get_type_id(shapes), kinds) & ~shapely.is_empty(shapes)
    if not len(shapes) or not is_polygon.all():
        labels = read_attributes(features[~is_polygon]).labels
        raise BoundaryError(
            "boundary.not-polygons",
            mark(
                '"{file}" must hold one polygon or more for each commune; {found} of {all} features are empty or no '
                "polygon ({where}). Nothing was stored."
            ),
            file=file_name,
            found=int((~is_polygon).sum()),
            all=len(shapes),
            where="; ".join(labels[:SHOWN_PROBLEMS]) or "-",
        )


def _refuse_great_changes(
    labels: Sequence[str], reasons: NDArray[Any], changed: NDArray[np.float64], file_name: str
) -> None:
    great = np.flatnonzero(changed > REPAIR_SHARE)
    if len(great):
        shown = [f"{labels[row]}: {reasons[row]} ({changed[row]:.1%})" for row in great[:SHOWN_PROBLEMS]]
        raise BoundaryError(
            "boundary.ring-invalid",
            mark(
                '"{file}" has {found} features with invalid rings whose repair would change more than {share} of their '
                "area ({where}). Repair them (in QGIS: Processing, Fix geometries) and add the file again. Nothing "
                "was stored."
            ),
            file=file_name,
            found=len(great),
            share=f"{REPAIR_SHARE:.1%}",
            where="; ".join(shown),
        )
