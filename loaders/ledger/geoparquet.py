"""GeoParquet: the coordinate system of its points must be one of longitude and latitude, WGS 84."""

from __future__ import annotations

import json
from typing import Any, Final

import duckdb

from geodata.errors import FileError, mark
from loaders.ledger.queries import path_literal

_WGS84: Final = (("OGC", "CRS84"), ("EPSG", "4326"))


def require_wgs84(connection: duckdb.DuckDBPyConnection, path: str, column: str, *, file_name: str) -> None:
    """
    Raise `FileError` where the points of a file are in another coordinate system than WGS 84.

    A file that does not say is in it, by the rules of GeoParquet.
    """
    query = f"SELECT value FROM parquet_kv_metadata({path_literal(path)}) WHERE key = 'geo'::BLOB"
    found = connection.execute(query).fetchone()
    if found is None:
        return
    crs = _crs_of(bytes(found[0]), column)
    if crs is None:
        return
    known = crs.get("id", {})
    if (str(known.get("authority", "")), str(known.get("code", ""))) not in _WGS84:
        raise FileError(
            "ledger.crs",
            mark(
                'The points of "{file}" are in {crs}; those of a ledger are read in degrees of WGS 84 (EPSG:4326). '
                "Convert the file."
            ),
            file=file_name,
            crs=str(crs.get("name", "?")),
        )


def _crs_of(metadata: bytes, column: str) -> dict[str, Any] | None:
    """Return the coordinate system (PROJJSON) of a column; None where the file leaves it out."""
    try:
        crs = json.loads(metadata)["columns"][column].get("crs")
    except (ValueError, KeyError, AttributeError, UnicodeDecodeError):
        return None
    return crs if isinstance(crs, dict) else None
