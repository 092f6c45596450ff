"""GeoParquet: the coordinate system of its points must be one of longitude and latitude, WGS 84."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import duckdb

from geodata.errors import FileError, mark
from loaders.ledger.queries import path_literal, types_of

_WGS84: Final = (("OGC", "CRS84"), ("EPSG", "4326"))


def require_points(connection: duckdb.DuckDBPyConnection, path: str, column: str, *, file_name: str) -> None:
    """Raise `FileError` where a column holds no points: text such as ``POINT (105.7 10.4)``, say."""
    kind = types_of(connection, path).get(column, "")
    if kind == "BLOB" or kind.startswith("GEOMETRY") or re.match(r'STRUCT\("?x"? DOUBLE, "?y"? DOUBLE', kind):
        return
    raise FileError(
        "ledger.geometry-kind",
        mark(
            'The column "{column}" of "{file}" holds no points that can be read: it is of the type {kind}. Export '
            "points as GeoParquet, or longitude and latitude as two columns of decimal degrees."
        ),
        column=column,
        file=file_name,
        kind=kind,
    )


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
