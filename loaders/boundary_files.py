"""Boundary files: GeoJSON, GeoPackage, shapefile and GeoParquet, zipped too → features; layers ↔ GeoParquet bytes."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

import geopandas as gpd
import pyogrio
from pyarrow.lib import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geodata.errors import FileError, mark
from loaders.boundary_texts import BYTES, decoded, in_unicode

SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".zip", ".parquet", ".geoparquet")
_PARQUET: Final = (".parquet", ".geoparquet")
_IN_ZIPS: Final = (".shp", ".gpkg", ".geojson", ".json")


@dataclass(frozen=True)
class BoundaryFile:
    """
    What a boundary file holds.

    Parameters
    ----------
    features
        Its features with their attributes, in the file's CRS (None where it has none); texts in Unicode, NFC.
    encoding
        Encoding in which the texts were, where it is not Unicode: ``"TCVN3"``, ``"VNI"``, ``"windows-1258"``.
    layer
        The layer that was read, where the file has several: the one with the most features.
    """

    features: gpd.GeoDataFrame
    encoding: str = ""
    layer: str = ""


def open_boundary_file(content: bytes, *, file_name: str) -> BoundaryFile:
    """
    Return what a boundary file holds.

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
        if suffix in _PARQUET:
            return BoundaryFile(*_in_unicode(gpd.read_parquet(BytesIO(content)), None))
        with tempfile.TemporaryDirectory() as folder:
            # GDAL reads files by their name's ending; the user's own name may hold anything else.
            path = Path(folder) / f"layer{suffix}"
            path.write_bytes(content)
            found = _read_largest(_parts_of_zip(path) if suffix == ".zip" else [str(path)])
    except (
        *(zipfile.BadZipFile, DataSourceError, DataLayerError, FeatureError, ArrowException),
        *(ValueError, OSError, NotImplementedError, RuntimeError),  # the last two: what a zip is not read from
    ) as error:
        raise FileError(
            "boundary.file-unreadable",
            mark(
                '"{file}" cannot be read as a boundary file ({reason}). Open it in QGIS, export it as '
                "GeoPackage or GeoJSON, and add that."
            ),
            file=file_name,
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error
    if not isinstance(found.features, gpd.GeoDataFrame):
        raise FileError(
            "boundary.file-without-shapes",
            mark('"{file}" is a table without shapes. A boundary file has a polygon for each commune.'),
            file=file_name,
        )
    return found


def read_boundary_file(content: bytes, *, file_name: str) -> gpd.GeoDataFrame:
    """Return the features of a boundary file; see `open_boundary_file`."""
    return open_boundary_file(content, file_name=file_name).features


def _parts_of_zip(path: Path) -> list[str]:
    """Name the files with shapes in a zip, whatever folder they stand in; GDAL looks in the uppermost one only."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if PurePosixPath(name).suffix.lower() in _IN_ZIPS]
    shapes = [name for name in names if name.lower().endswith(".shp")]
    found = shapes or [name for name in names if not PurePosixPath(name).name.startswith(".")]
    if not found:
        raise ValueError("0 .shp")
    return [f"/vsizip/{path.as_posix()}/{name}" for name in sorted(found)]


def _read_largest(paths: list[str]) -> BoundaryFile:
    """
    Read the layer with the most features of a file, or of the files of a zip.

    Sources ship one layer a level (country, province, district, commune): communes are the most.
    """
    layers = [(path, str(name)) for path in paths for name, _ in pyogrio.list_layers(path)]
    if not layers:
        raise ValueError("0 layers")
    path, layer = max(layers, key=lambda found: (pyogrio.read_info(found[0], layer=found[1])["features"], found[1]))
    is_shapefile = path.lower().endswith(".shp")
    features = gpd.read_file(path, layer=layer, engine="pyogrio", encoding=BYTES if is_shapefile else None)
    name = layer if len(layers) > 1 else ""
    if not isinstance(features, gpd.GeoDataFrame):
        return BoundaryFile(features, layer=name)
    return BoundaryFile(*_in_unicode(features, _declared_encoding(path) if is_shapefile else None), layer=name)


def _in_unicode(features: gpd.GeoDataFrame, declared: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Return the features with every text in Unicode, and the encoding in which they were."""
    columns = [column for column in features.columns if column != features.geometry.name]
    texts = {column: features[column].tolist() for column in columns if features[column].dtype in ("object", "str")}
    if declared is not None:
        texts = decoded(texts, declared)
    texts, encoding = in_unicode(texts)
    return (features.assign(**texts) if texts else features), encoding


def _declared_encoding(path: str) -> str:
    """Return what the .cpg beside a shapefile says, if there is one."""
    archive_path, _, member = path.removeprefix("/vsizip/").partition(".zip/")
    with zipfile.ZipFile(f"{archive_path}.zip") as archive:
        names = {name.lower(): name for name in archive.namelist()}
        found = names.get(f"{member[:-4]}.cpg".lower())
        return archive.read(found).decode("ascii", "replace").strip() if found else ""


def layer_bytes(layer: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoParquet."""
    buffer = BytesIO()
    layer.to_parquet(buffer, compression="zstd", compression_level=9)  # half the size of the default, in a second
    return buffer.getvalue()


def layer_from_bytes(content: bytes) -> gpd.GeoDataFrame:
    """Return the layer that `layer_bytes` wrote."""
    return gpd.read_parquet(BytesIO(content))
