"""Boundary layers: any polygons of communes → a checked layer of known units, and the layer that maps show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import METRES_SOUTH, WGS84
from geodata.errors import BoundaryError, mark
from geodata.name_keys import accented_key, plain_key, split_type_word
from geodata.names import NameIndex
from geodata.units import COMMUNE, Units

MAP_TOLERANCE_M: Final = 60.0
"""Detail that maps leave out: a bend that spans a triangle smaller than this length squared is dropped."""

_SHOWN_PROBLEMS: Final = 5
_NAME_COLUMNS: Final = {
    "commune": ("commune", "ward", "name", "name3", "tenxa", "xa", "xaphuong", "adm3vi", "shapename"),
    "district": ("district", "name2", "tenhuyen", "huyen", "quanhuyen", "adm2vi"),
    "province": ("province", "name1", "tentinh", "tinh", "tinhtp", "adm1vi"),
}


@dataclass(frozen=True)
class CheckedLayer:
    """
    A boundary layer whose polygons are valid and whose units are known.

    Parameters
    ----------
    communes
        ``commune_code``, ``geometry`` (WGS 84), one row a commune, in code order.
    units
        The list in which the codes are read.
    source_crs
        CRS of the file.
    unmatched
        Labels of the features in which no unit was recognised; they are not part of the layer.
    """

    communes: gpd.GeoDataFrame
    units: Units
    source_crs: str
    unmatched: tuple[str, ...]


def check_layer(features: gpd.GeoDataFrame, unit_lists: Sequence[Units], *, file_name: str) -> CheckedLayer:
    """
    Return a boundary file's features as a layer of known units.

    Parameters
    ----------
    features
        Polygons with their attributes, in any CRS that is known.
    unit_lists
        Lists of units that the file may show; where it fits several, the call is refused, because codes were
        used again: the same code can be two different communes on two days.
    file_name
        For messages.

    Raises
    ------
    BoundaryError
        If there is no CRS, no polygon, an invalid ring, no known unit, or no single list that fits.
    """
    if features.crs is None:
        raise BoundaryError(
            "boundary.crs-missing",
            mark(
                '"{file}" does not say its coordinate system (CRS). Set it in QGIS (Layer, Set Layer CRS) and '
                "export again; for a shapefile, keep the .prj beside the .shp. Nothing was stored."
            ),
            file=file_name,
        )
    _refuse_bad_geometry(features, file_name)
    located = features.to_crs(WGS84)
    units, codes = _recognise(located, unit_lists, file_name)
    known = codes.notna().to_numpy()
    labels = _labels(features[~known])
    layer = gpd.GeoDataFrame(
        {"commune_code": codes[known].to_numpy()}, geometry=located.geometry.to_numpy()[known], crs=WGS84
    )
    # A commune may come as several features, such as its islands.
    layer = layer.dissolve("commune_code", sort=True).reset_index()
    return CheckedLayer(layer, units, features.crs.to_string(), labels)


def _refuse_bad_geometry(features: gpd.GeoDataFrame, file_name: str) -> None:
    geometry = features.geometry
    is_polygon = geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~geometry.is_empty
    if not len(features) or not is_polygon.all():
        raise BoundaryError(
            "boundary.not-polygons",
            mark(
                '"{file}" must hold one polygon or more for each commune; {found} of {all} features are empty or no '
                "polygon ({where}). Nothing was stored."
            ),
            file=file_name,
            found=int((~is_polygon).sum()),
            all=len(features),
            where="; ".join(_labels(features[~is_polygon])[:_SHOWN_PROBLEMS]) or "-",
        )
    is_bad = ~geometry.is_valid
    if is_bad.any():
        bad = features[is_bad]
        reasons = shapely.is_valid_reason(bad.geometry.to_numpy())
        shown = [f"{label}: {why}" for label, why in zip(_labels(bad), reasons, strict=True)]
        raise BoundaryError(
            "boundary.ring-invalid",
            mark(
                '"{file}" has {found} features with invalid rings ({where}). Repair them (in QGIS: Processing, '
                "Fix geometries) and add the file again. Nothing was stored."
            ),
            file=file_name,
            found=len(bad),
            where="; ".join(shown[:_SHOWN_PROBLEMS]),
        )


def _labels(features: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Name features to the reader: their row in the file, and their first attributes."""
    attributes = features.drop(columns=features.geometry.name).iloc[:, :2].astype(str)
    texts = (" ".join(values) for values in attributes.itertuples(index=False))
    return tuple(f"#{row + 1} {text}".strip() for row, text in zip(features.index, texts, strict=True))


# ---- which unit a feature is --------------------------------------------------------------------------------


def _recognise(features: gpd.GeoDataFrame, unit_lists: Sequence[Units], file_name: str) -> tuple[Units, pd.Series[str]]:
    found = [(units, _codes_in(features, units)) for units in unit_lists]
    counts = [int(codes.notna().sum()) for _, codes in found]
    best = max(counts)
    if best == 0:
        raise BoundaryError(
            "boundary.units-unknown",
            mark(
                'No feature of "{file}" is a known commune. Columns found: {columns}. A column with the GSO '
                "commune code (5 digits) is needed, or the names of commune, district and province."
            ),
            file=file_name,
            columns=", ".join(str(c) for c in features.columns if c != features.geometry.name) or "-",
        )
    fitting = [pair for pair, count in zip(found, counts, strict=True) if count == best]
    if len(fitting) > 1:
        raise BoundaryError(
            "boundary.day-unknown",
            mark(
                '"{file}" fits the unit lists of {days} equally. Say which day\'s boundaries it shows: the date '
                "beside the file in the app, or --as-of on the command line."
            ),
            file=file_name,
            days=", ".join(f"{units.list_date:%d/%m/%Y}" for units, _ in fitting),
        )
    return fitting[0]


def _codes_in(features: gpd.GeoDataFrame, units: Units) -> pd.Series[str]:
    """Return each feature's commune code in one list, missing where there is none: by code, else by names."""
    texts = {
        str(column): features[column].astype("str").str.strip()
        for column in features.columns
        if column != features.geometry.name
    }
    by_code = [column.where(column.isin(units.communes.index)) for column in texts.values()]
    best: pd.Series[str] | None = max(by_code, key=lambda codes: int(codes.notna().sum()), default=None)
    named = {
        level: texts[column]
        for level, aliases in _NAME_COLUMNS.items()
        for column in texts
        if plain_key(column) in aliases
    }
    if best is None or best.notna().sum() * 2 < len(features):
        return _codes_by_name(named, units, features.index)
    if "commune" in named:
        agrees = [
            pd.isna(code) or _is_same_name(name, str(units.communes["name"][code]))
            for code, name in zip(best, named["commune"], strict=True)
        ]
        return best.where(pd.Series(agrees, index=best.index))
    return best


def _is_same_name(typed: str, name: str) -> bool:
    keys = {accented_key(typed), accented_key(split_type_word(typed)[1])}
    return accented_key(name) in keys or plain_key(name) in keys


def _codes_by_name(named: dict[str, pd.Series[str]], units: Units, index: pd.Index) -> pd.Series[str]:
    names = NameIndex(units)
    if "commune" not in named or not {"province", "district"} & set(named):
        return pd.Series(None, index=index, dtype="str")
    codes: list[str | None] = []
    for row in range(len(index)):
        province = names.find_province(named["province"].iloc[row]).code if "province" in named else None
        district = (
            names.find_district(named["district"].iloc[row], province_code=province).code
            if "district" in named
            else None
        )
        parent = district or province
        typed = named["commune"].iloc[row]
        codes.append(names.find_commune(typed, parent_code=parent).code if parent else None)
    return pd.Series(codes, index=index, dtype="str")


# ---- layers for maps ----------------------------------------------------------------------------------------


def simplify_coverage(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return a layer (WGS 84) with less detail, neighbours still sharing their borders; see `MAP_TOLERANCE_M`.

    Simplified in metres, so that the detail is the same north to south; a unit smaller than the tolerance
    keeps its shape.
    """
    metres = communes.to_crs(METRES_SOUTH)
    simple = shapely.coverage_simplify(metres.geometry.to_numpy(), MAP_TOLERANCE_M)
    kept = np.where(shapely.is_empty(simple), metres.geometry.to_numpy(), simple)
    return metres.set_geometry(gpd.GeoSeries(kept, index=metres.index, crs=METRES_SOUTH)).to_crs(WGS84)


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
    taken: list[gpd.GeoDataFrame] = []
    seen: set[str] = set()
    for layer in real:
        new = layer[~layer["commune_code"].isin(seen)]
        seen.update(new["commune_code"])
        taken.append(new[["commune_code", "geometry"]].assign(is_approximate=False))
    rest = approximate[~approximate["commune_code"].isin(seen)][["commune_code", "geometry"]]
    if taken:
        covered = shapely.union_all(pd.concat(taken).geometry.to_numpy())
        shapely.prepare(covered)
        cut = shapely.difference(rest.geometry.to_numpy(), covered)
        polygons = [_only_polygons(shape) for shape in cut]
        rest = rest.set_geometry(gpd.GeoSeries(polygons, index=rest.index, crs=WGS84))
        rest = rest[~rest.geometry.is_empty]
    whole = pd.concat([*taken, rest.assign(is_approximate=True)], ignore_index=True)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=WGS84).sort_values("commune_code", ignore_index=True)


def _only_polygons(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(list(polygons))


def communes_missing(layer: gpd.GeoDataFrame, units: Units) -> dict[str, tuple[str, ...]]:
    """Return, for each province that the layer touches, the codes of its communes that the layer lacks."""
    communes = units.by_code[units.by_code["level"] == COMMUNE]
    present = communes.index.isin(layer["commune_code"])
    touched = communes.loc[present, "province_code"].unique()
    lacking = communes[~present & communes["province_code"].isin(touched)]
    return {str(code): tuple(group.index) for code, group in lacking.groupby("province_code")}
