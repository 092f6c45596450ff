"""Boundary files: GeoJSON, GeoPackage, shapefile and GeoParquet, zipped too → features; layers ↔ GeoParquet bytes."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import geopandas as gpd
import pyogrio
from pyarrow.lib import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geodata.errors import FileError, mark
from loaders.boundary_content import refuse_other_content
from loaders.boundary_texts import BYTES, decoded, in_unicode
from loaders.boundary_zips import Unpacked, unpack_boundary_files
from loaders.confined_gdal import confine_gdal

SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".zip", ".parquet", ".geoparquet")
_PARQUET: Final = (".parquet", ".geoparquet")


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
        If the kind of file is not one of `SUFFIXES`, it holds another kind than its name says, or points to other
        files or addresses (`loaders.confined_gdal` says why), or it cannot be read.
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
        found = _read(content, suffix, file_name)
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, DataSourceError, DataLayerError, FeatureError, ArrowException),
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


def _read(content: bytes, suffix: str, file_name: str) -> BoundaryFile:
    """Read a file of a kind of `SUFFIXES`; what is not of the kind that its name says is never opened."""
    if suffix != ".zip":
        refuse_other_content(content, suffix, file_name=file_name)
    if suffix in _PARQUET:
        return BoundaryFile(*_in_unicode(gpd.read_parquet(BytesIO(content)), None))
    confine_gdal()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if suffix == ".zip":
            return _read_largest(unpack_boundary_files(content, folder, file_name=file_name))
        # GDAL reads files by their name's ending; the user's own name may hold anything else.
        path = folder / f"layer{suffix}"
        path.write_bytes(content)
        return _read_largest([Unpacked(path, Path(file_name).stem)])


def _read_largest(files: list[Unpacked]) -> BoundaryFile:
    """
    Read the layer with the most features of a file, or of the files of a zip.

    Sources ship one layer a level (country, province, district, commune): communes are the most.
    """
    layers = [(file, str(layer)) for file in files for layer, _ in pyogrio.list_layers(file.path)]
    if not layers:
        raise ValueError("0 layers")

    def name_of(file: Unpacked, layer: str) -> str:
        return file.name if layer == file.path.stem else layer  # where a layer is called as its file is: by its user

    file, layer = max(
        layers,
        key=lambda found: (pyogrio.read_info(found[0].path, layer=found[1])["features"], name_of(*found)),
    )
    is_shapefile = file.path.suffix == ".shp"
    features = gpd.read_file(file.path, layer=layer, engine="pyogrio", encoding=BYTES if is_shapefile else None)
    name = name_of(file, layer) if len(layers) > 1 else ""
    if not isinstance(features, gpd.GeoDataFrame):
        return BoundaryFile(features, layer=name)
    return BoundaryFile(*_in_unicode(features, _declared_encoding(file.path) if is_shapefile else None), layer=name)


def _in_unicode(features: gpd.GeoDataFrame, declared: str | None) -> tuple[gpd.GeoDataFrame, str]:
    """Return the features with every text in Unicode, and the encoding in which they were."""
    columns = [column for column in features.columns if column != features.geometry.name]
    texts = {column: features[column].tolist() for column in columns if features[column].dtype in ("object", "str")}
    if declared is not None:
        texts = decoded(texts, declared)
    texts, encoding = in_unicode(texts)
    return (features.assign(**texts) if texts else features), encoding


def _declared_encoding(path: Path) -> str:
    """Return what the .cpg beside a shapefile says, if there is one."""
    beside = path.with_suffix(".cpg")
    return beside.read_bytes().decode("ascii", "replace").strip() if beside.exists() else ""


def layer_bytes(layer: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoParquet."""
    buffer = BytesIO()
    layer.to_parquet(buffer, compression="zstd", compression_level=9)  # half the size of the default, in a second
    return buffer.getvalue()


def layer_from_bytes(content: bytes) -> gpd.GeoDataFrame:
    """Return the layer that `layer_bytes` wrote."""
    return gpd.read_parquet(BytesIO(content))
