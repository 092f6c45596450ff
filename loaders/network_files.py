"""Layers of the network, existing medium-voltage lines and rivers: files → shapes in WGS 84."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from geodata.crs import WGS84
from geodata.errors import FileError, mark
from geodata.source_crs import in_wgs84, source_crs
from loaders.boundary_files import SUFFIXES, open_boundary_file
from loaders.store.batches import MV_LINES, RIVERS

ALLOWED_TYPES: Final = {
    MV_LINES: ("LineString", "MultiLineString"),
    RIVERS: ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
}
"""What a layer of each kind may hold."""

_LON_RANGE: Final = (101.0, 118.0)  # Vietnam with its sea, and the rivers that come from its neighbours
_LAT_RANGE: Final = (6.0, 24.0)


@dataclass(frozen=True)
class NetworkFile:
    """
    What a file of lines or rivers holds.

    Parameters
    ----------
    shapes
        Its shapes in WGS 84, one column ``geometry``; empty ones are left out.
    source_crs
        CRS in which the file was read, such as ``"EPSG:9210"``.
    left_out
        How many features have no shape.
    """

    shapes: gpd.GeoDataFrame
    source_crs: str
    left_out: int


def read_network_file(content: bytes, *, file_name: str, kind: str, crs: str | None = None) -> NetworkFile:
    """
    Return the shapes of a file; GDAL opens it confined, as `loaders.confined_gdal` says.

    Parameters
    ----------
    kind
        `MV_LINES` or `RIVERS`.
    crs
        Coordinate system, where the file does not say it or says it wrong, such as ``"EPSG:9210"``.

    Raises
    ------
    FileError
        If the file cannot be read, has no shape, or one that is no line (of rivers: nor an area), or lies outside
        Vietnam.
    BoundaryError
        If the file does not say its coordinate system and none is stated.
    """
    features = _open(content, file_name)
    has_shape = features.geometry.notna() & ~features.geometry.is_empty
    kept = gpd.GeoDataFrame(geometry=features.geometry[has_shape], crs=features.crs)
    if kept.empty:
        raise FileError(
            "network.empty",
            mark('"{file}" has no shape: {found} features, all without one. Nothing was stored.'),
            file=file_name,
            found=len(features),
        )
    _check_types(kept, kind, file_name)
    source = source_crs(features.crs, crs, file_name=file_name)
    shapes = in_wgs84(kept, source, file_name=file_name)
    _check_place(shapes, source.name, file_name)
    flat = gpd.GeoDataFrame(geometry=shapely.force_2d(shapes.geometry.to_numpy()), crs=WGS84)
    return NetworkFile(flat, source.name, int((~has_shape).sum()))


def _open(content: bytes, file_name: str) -> gpd.GeoDataFrame:
    if Path(file_name).suffix.lower() not in SUFFIXES:
        raise FileError(
            "network.file-kind",
            mark('"{file}" is no layer of lines. Kinds that can be read: {allowed} (.zip: a zipped shapefile).'),
            file=file_name,
            allowed=", ".join(SUFFIXES),
        )
    try:
        return open_boundary_file(content, file_name=file_name).features
    except FileError as error:
        if error.code != "boundary.file-without-shapes":
            raise
        raise FileError(
            "network.file-without-shapes",
            mark('"{file}" is a table without shapes. Export the layer from QGIS as GeoPackage or GeoJSON.'),
            file=file_name,
        ) from error


def _check_types(kept: gpd.GeoDataFrame, kind: str, file_name: str) -> None:
    wrong = kept.geom_type[~kept.geom_type.isin(ALLOWED_TYPES[kind])]
    if len(wrong):
        first = int(pd.Index(kept.index).get_loc(wrong.index[0])) + 1
        raise FileError(
            "network.wrong-shape",
            mark(
                '"{file}": {count} of {all} features are of another type ({found}, the first is feature {first}). '
                "Allowed are {allowed}. Nothing was stored."
            ),
            file=file_name,
            count=len(wrong),
            all=len(kept),
            found=", ".join(sorted(set(wrong))),
            first=first,
            allowed=", ".join(ALLOWED_TYPES[kind]),
        )


def _check_place(shapes: gpd.GeoDataFrame, crs: str, file_name: str) -> None:
    bounds = shapes.bounds
    inside = (
        bounds["minx"].ge(_LON_RANGE[0]) & bounds["maxx"].le(_LON_RANGE[1])
        & bounds["miny"].ge(_LAT_RANGE[0]) & bounds["maxy"].le(_LAT_RANGE[1])
    )  # fmt: skip
    if not inside.all():
        lon, lat = bounds.loc[~inside, ["minx", "miny"]].iloc[0]
        raise FileError(
            "network.outside",
            mark(
                '"{file}", read in {crs}: {count} of {all} shapes lie outside Vietnam, the first at {lat}, {lon} '
                "(latitude, longitude). State its true coordinate system, or take these shapes out. Nothing was stored."
            ),
            file=file_name,
            crs=crs,
            count=int((~inside).sum()),
            all=len(shapes),
            lat=f"{lat:.4f}",
            lon=f"{lon:.4f}",
        )
