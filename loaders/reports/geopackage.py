"""
GeoPackage files, written straight with SQLite: no other program's clock, version or settings gets into them.

GDAL would write the moment into every file and is set up once for the whole process (`loaders.confined_gdal`); the
format is a documented set of tables (OGC 12-128r18, version 1.3), of which these are the ones that a reader needs.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

_APPLICATION_ID: Final = 0x47504B47  # "GPKG"
_VERSION: Final = 10300
_SRS: Final = 4326
_WGS84: Final = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
_SYSTEMS: Final = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", "undefined cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
    ("WGS 84", _SRS, "EPSG", _SRS, _WGS84, "longitude and latitude in degrees"),
)
_TABLES: Final = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
"""
_ENVELOPE: Final = 1  # minimum and maximum of x and y stand in the head of a geometry


@dataclass(frozen=True)
class LayerStyle:
    """How QGIS draws a layer: the name of the style, and the style as QGIS stores it."""

    name: str
    qml: str
    is_default: bool


@dataclass(frozen=True)
class Layer:
    """
    A layer to write.

    Parameters
    ----------
    rows
        With ``geometry`` in WGS 84; a row without a place has none.
    kind
        Geometry type, such as ``"MULTIPOLYGON"``.
    title, styles
        What QGIS calls it and how it draws it.
    """

    name: str
    rows: gpd.GeoDataFrame
    kind: str
    title: str
    styles: Sequence[LayerStyle]


def geopackage_of(layers: Sequence[Layer], *, facts: Mapping[str, str], facts_name: str, at: datetime) -> bytes:
    """
    Return a GeoPackage; the same layers give the same bytes under the same release of SQLite.

    Parameters
    ----------
    facts, facts_name
        A table without places, of ``key`` and ``value``.
    at
        Moment that the file names as its last change.
    """
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.executescript(_TABLES)
        connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _SYSTEMS)
        connection.execute("BEGIN")
        for layer in layers:
            _write_layer(connection, layer, moment)
        _write_attributes(connection, "layer_styles", moment)
        columns = pd.DataFrame({"key": list(facts), "value": list(facts.values())})
        connection.execute(f'CREATE TABLE "{facts_name}" (fid INTEGER PRIMARY KEY NOT NULL, key TEXT, value TEXT)')
        connection.executemany(
            f'INSERT INTO "{facts_name}" (key, value) VALUES (?, ?)', columns.itertuples(index=False, name=None)
        )
        _write_attributes(connection, facts_name, moment)
        connection.execute("COMMIT")
        return connection.serialize()
    finally:
        connection.close()


def _write_attributes(connection: sqlite3.Connection, name: str, moment: str) -> None:
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
        "VALUES (?, 'attributes', ?, ?, 0)",
        (name, name, moment),
    )


def _write_layer(connection: sqlite3.Connection, layer: Layer, moment: str) -> None:
    table = pd.DataFrame(layer.rows.drop(columns="geometry"))
    declared = ", ".join(f'"{name}" {_type_of(table[name])}' for name in table.columns)
    connection.execute(
        f'CREATE TABLE "{layer.name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {layer.kind}, {declared})'
    )
    known = layer.rows.geometry[layer.rows.geometry.notna() & ~layer.rows.geometry.is_empty]
    bounds = tuple(float(side) for side in known.total_bounds) if len(known) else (None,) * 4
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, ?)",
        (layer.name, layer.title, moment, *bounds, _SRS),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (layer.name, layer.kind, _SRS)
    )
    marks = ", ".join("?" * (len(table.columns) + 1))
    names = ", ".join(f'"{name}"' for name in table.columns)
    values = (tuple(_plain(value) for value in row) for row in table.itertuples(index=False, name=None))
    connection.executemany(
        f'INSERT INTO "{layer.name}" (geom, {names}) VALUES ({marks})',
        ((_blob(shape), *row) for shape, row in zip(layer.rows.geometry, values, strict=True)),
    )
    for style in layer.styles:
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
            "VALUES ('', '', ?, 'geom', ?, ?, '', ?, '', '', NULL, ?)",
            (layer.name, style.name, style.qml, int(style.is_default), moment),
        )


def _type_of(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "BOOLEAN"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "INTEGER"
    return "REAL" if pd.api.types.is_float_dtype(column.dtype) else "TEXT"


def _plain(value: Any) -> Any:
    """Return a value as SQLite stores it."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _blob(shape: Any) -> bytes | None:
    """Return a geometry as GeoPackage stores it: a head with its system and extent, then well-known binary."""
    if shape is None or shape.is_empty:
        return None
    flags = _ENVELOPE << 1 | 1  # little-endian
    west, south, east, north = shape.bounds
    head = b"GP" + struct.pack("<BBi4d", 0, flags, _SRS, west, east, south, north)
    return head + bytes(shapely.to_wkb(shape, byte_order=1, include_srid=False))
