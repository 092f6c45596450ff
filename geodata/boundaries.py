"""Boundary layers: any polygons of communes → a checked layer of known units, and the layer that maps show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata import boundary_attributes, boundary_closing, boundary_quality, boundary_recognition, boundary_repair
from geodata.boundary_attributes import Attributes
from geodata.boundary_closing import SLIVER_WIDTH_M
from geodata.boundary_features import Recognition
from geodata.boundary_quality import QualityReport
from geodata.boundary_recognition import UnitList
from geodata.boundary_repair import only_polygons
from geodata.crs import METRES_SOUTH, WGS84
from geodata.errors import BoundaryError, mark
from geodata.source_crs import SourceCrs, check_place, in_wgs84, source_crs
from geodata.units import Units

READING, RECOGNISING, CLOSING, MEASURING, SIMPLIFYING = "reading", "recognising", "closing", "measuring", "simplifying"
STEPS: Final = {
    READING: mark("Reading the file"),
    RECOGNISING: mark("Recognising the communes"),
    CLOSING: mark("Looking for overlaps and gaps"),
    MEASURING: mark("Measuring"),
    SIMPLIFYING: mark("Simplifying for maps"),
}
"""What takes time, in its order, as users read it."""

STATED_IN_FILE: Final = mark("stated in the file")
"""Source of an area that an attribute of the file states."""

_NEAR_DEGREES: Final = 0.36
"""40 km."""

Progress = Callable[[str], None]


def _no_progress(_step: str) -> None:
    return None


@dataclass(frozen=True)
class CheckedLayer:
    """
    A boundary layer whose polygons are valid and whose units are known.

    Parameters
    ----------
    communes
        ``commune_code``, ``geometry`` (WGS 84), one row a commune, in code order; slivers closed.
    drawn
        The same as the file draws it, but for repaired rings.
    coverage
        The same without any overlap; what maps are simplified from.
    recognition
        What each feature was recognised to be, and how.
    quality
        The quality report.
    source
        CRS of the file.
    columns
        Names of the file's attributes.
    """

    communes: gpd.GeoDataFrame
    drawn: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame
    recognition: Recognition
    quality: QualityReport
    source: SourceCrs
    columns: tuple[str, ...]

    @property
    def units(self) -> Units:
        """The list in which the codes are read."""
        return self.recognition.units

    @property
    def source_crs(self) -> str:
        """Name of the CRS of the file."""
        return self.source.name

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Labels of the features in which no unit was recognised; they are not part of the layer."""
        return tuple(feature.label for feature in self.recognition.unknown)


def check_layer(
    features: gpd.GeoDataFrame,
    unit_lists: Sequence[UnitList | Units],
    *,
    file_name: str,
    crs: str | None = None,
    sliver_m: float = SLIVER_WIDTH_M,
    may_be_unknown: bool = False,
    official: Callable[[Units], pd.DataFrame] | None = None,
    progress: Progress = _no_progress,
) -> CheckedLayer:
    """
    Return a boundary file's features as a layer of known units.

    Parameters
    ----------
    features
        Polygons with their attributes.
    unit_lists
        Lists of units that the file may show; where it fits several, the call is refused, because codes were
        used again: the same code can be two different communes on two days.
    file_name
        For messages.
    crs
        What the user says the coordinate system is; counts before the file's own.
    sliver_m
        Width in metres up to which overlaps and gaps are closed; 0 closes none.
    may_be_unknown
        Return a file in which no unit was recognised too, so that its features can be assigned by hand.
    official
        Gives the official areas of a list: indexed by code, ``area_km2`` and ``source``. Areas that the file states
        itself count before them.
    progress
        Is told each step as it begins, a key of `STEPS`.

    Raises
    ------
    BoundaryError
        If the CRS is not known or cannot be right, there is no polygon, an invalid ring that cannot be repaired, no
        known unit, or no single list that fits.
    """
    lists = [found if isinstance(found, UnitList) else UnitList(found) for found in unit_lists]
    source = source_crs(features.crs, crs, file_name=file_name)
    # The file's rows keep their numbers, whatever its index was.
    features = features.reset_index(drop=True)
    boundary_repair.refuse_other_shapes(features, file_name=file_name)
    located = in_wgs84(features, source, file_name=file_name)
    attributes = boundary_attributes.read_attributes(located)
    is_near = _near_units(located, [found.units for found in lists], file_name)
    features, located, attributes = features[is_near], located[is_near], attributes.part(is_near)
    located, repairs = boundary_repair.repair_rings(located, attributes.labels, file_name=file_name)
    progress(RECOGNISING)
    recognition = boundary_recognition.recognise(located, attributes, lists, file_name=file_name)
    check_place(features, located, recognition, source, file_name=file_name)
    if not may_be_unknown:
        refuse_unknown(recognition, tuple(attributes.texts), file_name)
    metres = located.geometry.to_crs(METRES_SOUTH).to_numpy()
    codes = [feature.code for feature in recognition.features]
    doubled = boundary_quality.find_doubled(metres, codes, attributes.labels)
    drawn = _one_row_a_commune(located, codes)
    progress(CLOSING)
    closing = boundary_closing.close_slivers(drawn, sliver_m=sliver_m)
    progress(MEASURING)
    quality = boundary_quality.report_quality(
        drawn,
        closing,
        recognition,
        repairs=repairs,
        doubled=doubled,
        official=_official_areas(attributes, codes, official, recognition.units),
        sliver_m=sliver_m,
    )
    return CheckedLayer(
        closing.communes, drawn, closing.coverage, recognition, quality, source, tuple(attributes.texts)
    )


def _near_units(located: gpd.GeoDataFrame, lists: Sequence[Units], file_name: str) -> Any:
    """Return which features may show a unit: a file of the whole country holds thousands that cannot."""
    known = pd.concat([units.communes[["lon", "lat"]].dropna() for units in lists])
    if known.empty:
        return np.ones(len(located), dtype=bool)
    bounds = located.geometry.bounds
    extents = shapely.box(*bounds.to_numpy(float).T)  # of an archipelago the middle may be far from its communes
    tree = shapely.STRtree(shapely.points(known["lon"].to_numpy(float), known["lat"].to_numpy(float)))
    near, _ = tree.query(extents, predicate="dwithin", distance=_NEAR_DEGREES)
    is_near = np.isin(np.arange(len(located)), near)
    if not is_near.any():
        raise BoundaryError(
            "boundary.elsewhere",
            mark(
                '"{file}" lies elsewhere (its middle: {lon}°, {lat}°): none of its features is within 40 km of a '
                "commune of the unit lists. Nothing was stored."
            ),
            file=file_name,
            lon=round(float(bounds[["minx", "maxx"]].to_numpy().mean()), 2),
            lat=round(float(bounds[["miny", "maxy"]].to_numpy().mean()), 2),
        )
    return is_near


def refuse_unknown(recognition: Recognition, columns: Sequence[str], file_name: str) -> None:
    """Raise `BoundaryError` where no unit was recognised in any feature."""
    if any(feature.code for feature in recognition.features):
        return
    raise BoundaryError(
        "boundary.units-unknown",
        mark(
            'No feature of "{file}" is a known commune. Columns found: {columns}. A column with the GSO '
            "commune code (5 digits) is needed, or the names of commune, district and province, or an assignment by "
            "hand (in the app; on the command line by --map)."
        ),
        file=file_name,
        columns=", ".join(columns) or "-",
    )


def _one_row_a_commune(located: gpd.GeoDataFrame, codes: Sequence[str | None]) -> gpd.GeoDataFrame:
    """Return ``commune_code``, ``geometry``; a commune may come as several features, such as its islands."""
    known = pd.Series(list(codes), dtype="str").reset_index(drop=True)
    shapes = located.geometry.reset_index(drop=True)[known.notna()]
    joined = {
        str(code): only_polygons(shapely.union_all(group.to_numpy())) if len(group) > 1 else group.iloc[0]
        for code, group in shapes.groupby(known[known.notna()])
    }
    return gpd.GeoDataFrame(
        {"commune_code": pd.Series(list(joined), dtype="str")}, geometry=list(joined.values()), crs=WGS84
    )


def _official_areas(
    attributes: Attributes,
    codes: Sequence[str | None],
    official: Callable[[Units], pd.DataFrame] | None,
    units: Units,
) -> pd.DataFrame:
    """Return the official areas known of the communes: those that the file states, else those of the list's day."""
    known = official(units) if official else pd.DataFrame({"area_km2": [], "source": []})
    stated = attributes.stated_areas_km2
    if stated is None:
        return known
    by_code = pd.Series(stated).groupby(pd.Series(list(codes), dtype="str")).sum(min_count=1).dropna()
    in_file = pd.DataFrame({"area_km2": by_code, "source": STATED_IN_FILE})
    return pd.concat([in_file, known[~known.index.isin(in_file.index)]])


# ---- the layer that maps show


def compose_layer(approximate: gpd.GeoDataFrame, real: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """
    Return the layer that maps show: real outlines where there are any, approximate cells for the rest.

    Parameters
    ----------
    approximate
        ``commune_code``, ``geometry`` (WGS 84): a cell for each commune.
    real
        Layers of the same form, the one that counts first standing first.

    Returns
    -------
    communes
        ``commune_code``, ``geometry``, ``is_approximate``; what a cell shared with a real outline belongs to the
        outline, so that nothing overlaps. A cell that is wholly covered is left out.
    """
    taken = newest_outlines(real)
    rest = approximate[~approximate["commune_code"].isin(taken["commune_code"])][["commune_code", "geometry"]]
    if len(taken):
        covered = shapely.union_all(taken.geometry.to_numpy())
        shapely.prepare(covered)
        cut = shapely.difference(rest.geometry.to_numpy(), covered)
        polygons = [only_polygons(shape) for shape in cut]
        rest = rest.set_geometry(gpd.GeoSeries(polygons, index=rest.index, crs=WGS84))
        rest = rest[~rest.geometry.is_empty]
    parts = [taken.assign(is_approximate=False)] if len(taken) else []
    whole = pd.concat([*parts, rest.assign(is_approximate=True)], ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=WGS84).sort_values("commune_code", ignore_index=True)


def newest_outlines(real: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return ``commune_code`` and ``geometry`` of each commune in the first of some layers (WGS 84) that has it."""
    taken: list[gpd.GeoDataFrame] = []
    seen: set[str] = set()
    for layer in real:
        new = layer[~layer["commune_code"].isin(seen)]
        seen.update(new["commune_code"])
        taken.append(new[["commune_code", "geometry"]])
    if not taken:
        return gpd.GeoDataFrame({"commune_code": []}, geometry=[], crs=WGS84)
    return gpd.GeoDataFrame(pd.concat(taken, ignore_index=True), geometry="geometry", crs=WGS84)
