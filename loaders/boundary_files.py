"""Boundary files: GeoJSON, GeoPackage, zipped shapefile and GeoParquet → features; layers ↔ GeoParquet bytes."""

from __future__ import annotations

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

import geopandas as gpd
from pyarrow.lib import ArrowException
from pyogrio.errors import DataSourceError, FeatureError

from geodata.errors import FileError, mark

SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".zip", ".parquet", ".geoparquet")


def read_boundary_file(content: bytes, *, file_name: str) -> gpd.GeoDataFrame:
    """
    Return the features of a boundary file with their attributes, in the file's CRS (None where it has none).

    Raises
    ------
    FileError
        If the kind of file is not one of `SUFFIXES`, or it cannot be read.
    """
    suffix = Path(file_name).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(
            "boundary.file-kind",
            mark('"{file}" is no boundary file. Kinds that can be read: {allowed} (.zip: a zipped shapefile).'),
            file=file_name,
            allowed=", ".join(SUFFIXES),
        )
    try:
        if suffix in (".parquet", ".geoparquet"):
            return gpd.read_parquet(BytesIO(content))
        with tempfile.TemporaryDirectory() as folder:
            # GDAL reads files by their name's ending; the user's own name may hold anything else.
            path = Path(folder) / f"layer{suffix}"
            path.write_bytes(content)
            features = gpd.read_file(_inside_zip(path) if suffix == ".zip" else path, engine="pyogrio")
    except (zipfile.BadZipFile, DataSourceError, FeatureError, ArrowException, ValueError, OSError) as error:
        raise FileError(
            "boundary.file-unreadable",
            mark(
                '"{file}" cannot be read as a boundary file ({reason}). Open it in QGIS, export it as '
                "GeoPackage or GeoJSON, and add that."
            ),
            file=file_name,
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error
    if not isinstance(features, gpd.GeoDataFrame):
        raise FileError(
            "boundary.file-without-shapes",
            mark('"{file}" is a table without shapes. A boundary file has a polygon for each commune.'),
            file=file_name,
        )
    return features


def _inside_zip(path: Path) -> str:
    """Name the shapefile in a zip, whatever folder it stands in; GDAL looks in the uppermost one only."""
    with zipfile.ZipFile(path) as archive:
        shapes = [name for name in archive.namelist() if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        raise ValueError(f"{len(shapes)} .shp")
    return f"/vsizip/{path.as_posix()}/{shapes[0]}"


def layer_bytes(layer: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoParquet."""
    buffer = BytesIO()
    layer.to_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def layer_from_bytes(content: bytes) -> gpd.GeoDataFrame:
    """Return the layer that `layer_bytes` wrote."""
    return gpd.read_parquet(BytesIO(content))
