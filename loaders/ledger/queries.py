"""The rows of a partition as DuckDB sees them: what counts of each row, as expressions over the file's columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from geodata.coordinates import LAT_RANGE, LON_RANGE
from loaders.ledger.judging import GOOD, INFINITE, METRES, MISSING, OUT_OF_RANGE, SWAPPED, UNREADABLE
from loaders.ledger.plan import LedgerColumns, Partition, RollupPlan

METRES_EAST: Final = (250_000.0, 750_000.0)
METRES_NORTH: Final = (880_000.0, 1_500_000.0)
"""Where VN-2000 coordinates of the 21 provinces lie."""

_WKB_POINT: Final = 21

_WHOLE_BELOW: Final = "1e15"
"""Numbers below it are whole or not; floating point cannot tell beyond."""

TIME_ZONE: Final = "Asia/Ho_Chi_Minh"
"""Zone of the offices, in which moments of columns with a time zone are read (DuckDB's own wheels bring the zones)."""


ROW_NUMBER: Final = "file_row_number"
"""What DuckDB calls the column with the number of a Parquet file's row."""

HAS_HOUSEHOLD: Final = f"coalesce(household > '{' ' * 64}', false)"
"""Whether a row has a household code: blanks alone are not above 64 blanks. Trimming takes ten times as long."""


@contextmanager
def opened(*, memory_mb: int = 256, threads: int = 2, scratch: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    """
    Give a database in memory that takes no more than it is allowed, and puts aside on disk what does not fit.

    Parameters
    ----------
    scratch
        Folder for what is put aside, made where it does not exist; nowhere where empty.
    """
    connection = duckdb.connect(config={"threads": threads, "memory_limit": f"{memory_mb}MB"})
    try:
        connection.execute("SET enable_progress_bar = false")  # it would be printed among our answers
        connection.execute("SET enable_geoparquet_conversion = false")
        # The quarter of a moment is that of the offices, whatever zone the machine is in.
        connection.execute(f"SET TimeZone = {literal(TIME_ZONE)}")
        if scratch:
            Path(scratch).mkdir(parents=True, exist_ok=True)
            connection.execute("SET temp_directory = ?", [scratch])
        yield connection
    finally:
        connection.close()


@contextmanager
def connected(plan: RollupPlan) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database for a roll-up, which takes what the plan allows and keeps rows in no order."""
    with opened(memory_mb=plan.memory_mb, threads=plan.threads, scratch=plan.scratch) as connection:
        connection.execute("SET preserve_insertion_order = false")
        yield connection


def quoted(name: str) -> str:
    """Return a column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: str) -> str:
    """Return the path of a file to read as SQL writes it: itself only, whatever wildcards its name holds."""
    return literal(re.sub(r"[\[*?]", lambda match: f"[{match[0]}]", path))


def parquet_scan(path: str) -> str:
    """Return the scan of a Parquet file, its rows numbered; folders such as ``quarter=2021-Q2`` are columns."""
    options = "file_row_number = true, hive_partitioning = true, hive_types_autocast = false"
    return f"read_parquet({path_literal(path)}, {options})"


def types_of(connection: duckdb.DuckDBPyConnection, path: str) -> dict[str, str]:
    """Return the columns of a Parquet file with their types."""
    found = connection.execute(f"DESCRIBE SELECT * FROM {parquet_scan(path)}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in found if name != ROW_NUMBER}


def texts_query(connection: duckdb.DuckDBPyConnection, path: str, columns: LedgerColumns, key: str) -> str:
    """Return the query of one column of a Parquet file, as the column ``text``; days are quarters in it already."""
    name = columns.get(key)
    text = _text(name, types_of(connection, path)[name]) if name is not None else "NULL::VARCHAR"
    return f"SELECT {text} AS text FROM {parquet_scan(path)}"


def rows_query(connection: duckdb.DuckDBPyConnection, partition: Partition, plan: RollupPlan) -> str:
    """
    Return the query of a partition's rows.

    Its columns: ``file_row``, ``household``, ``period``, ``supply_kind``, ``area``, one for each of
    `LedgerColumns.places`, and, where there are points, ``point`` (state), ``lon`` and ``lat`` (put right).
    """
    types, columns = types_of(connection, partition.path), plan.columns

    def text(key: str) -> str:
        name = columns.get(key)
        return _text(name, types[name]) if name is not None else "NULL::VARCHAR"

    wanted = [
        "file_row_number AS file_row",
        f"{text('household_code')} AS household",
        *(f"{text(key)} AS {key}" for key in ("period", "supply_kind", "area", *columns.places)),
    ]
    last = partition.first_row + partition.rows - 1
    source = f"{parquet_scan(partition.path)} WHERE file_row_number BETWEEN {partition.first_row} AND {last}"
    if plan.outlines is None:
        return f"SELECT {', '.join(wanted)} FROM {source}"
    inner = f"SELECT {', '.join([*wanted, *_coordinates(plan, types)])} FROM {source}"
    kept = ", ".join(["file_row", "household", "period", "supply_kind", "area", *columns.places])
    swapped = f"(x BETWEEN {_span(LAT_RANGE)} AND y BETWEEN {_span(LON_RANGE)})"
    return (
        f"SELECT {kept}, {_point_state(swapped)} AS point, CASE WHEN {swapped} THEN y ELSE x END AS lon, "
        f"CASE WHEN {swapped} THEN x ELSE y END AS lat FROM ({inner})"
    )


def _text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind == "VARCHAR":
        return column
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"(year({column}) || '-Q' || quarter({column}))"
    # One blank makes a column of whole numbers one of fractions; 202106.0 means 202106, and NaN nothing.
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) AND abs({column}) < {_WHOLE_BELOW}"
        return (
            f"CASE WHEN NOT isfinite({column}) THEN NULL WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
    if kind.startswith("DECIMAL"):
        return rf"regexp_replace(CAST({column} AS VARCHAR), '\.0+$', '')"
    return f"CAST({column} AS VARCHAR)"


def _coordinates(plan: RollupPlan, types: dict[str, str]) -> list[str]:
    """Return longitude and latitude as numbers, x and y, and whether either is a text that is no number."""
    geometry = plan.columns.get("geometry")
    if geometry is not None and not plan.columns.has_degrees:
        if types[geometry].startswith("STRUCT"):
            return [
                *(f"CAST({quoted(geometry)}.{axis} AS DOUBLE) AS {axis}" for axis in ("x", "y")),
                "false AS is_unreadable",
            ]
        shape = quoted(geometry) if types[geometry] == "BLOB" else f"ST_AsWKB({quoted(geometry)})"
        is_point = f"octet_length({shape}) = {_WKB_POINT}"
        cells = [f"CASE WHEN {is_point} THEN wkb_{axis}({shape}) END AS {axis}" for axis in ("x", "y")]
        return [*cells, f"coalesce(NOT {is_point}, false) AS is_unreadable"]
    names = [plan.columns.get(key) or "" for key in ("lon", "lat")]
    numbers = [_number(name, types[name]) for name in names]
    blanks = [
        f"(nullif(trim({quoted(name)}), '') IS NOT NULL AND {number} IS NULL)" if types[name] == "VARCHAR" else "false"
        for name, number in zip(names, numbers, strict=True)
    ]
    return [f"{numbers[0]} AS x", f"{numbers[1]} AS y", f"({' OR '.join(blanks)}) AS is_unreadable"]


def _number(name: str, kind: str) -> str:
    column = quoted(name)
    # A decimal comma, as the regional settings of the offices write it.
    return f"TRY_CAST(replace({column}, ',', '.') AS DOUBLE)" if kind == "VARCHAR" else f"CAST({column} AS DOUBLE)"


def _span(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]} AND {bounds[1]}"


def _point_state(swapped: str) -> str:
    metres = " OR ".join(
        f"({one} BETWEEN {_span(METRES_EAST)} AND {other} BETWEEN {_span(METRES_NORTH)})"
        for one, other in (("x", "y"), ("y", "x"))
    )
    # Parquet's statistics leave NaN out, and DuckDB trusts them: isnan is taken to hold for no row, an interval for
    # every one. isfinite it asks of each row, so NaN is found by it, before all else.
    missing = " OR ".join(f"{axis} IS NULL OR NOT isfinite({axis}) AND NOT isinf({axis})" for axis in ("x", "y"))
    return (
        f"CASE WHEN is_unreadable THEN '{UNREADABLE}' WHEN {missing} THEN '{MISSING}' "
        f"WHEN x BETWEEN {_span(LON_RANGE)} AND y BETWEEN {_span(LAT_RANGE)} THEN '{GOOD}' "
        f"WHEN isinf(x) OR isinf(y) THEN '{INFINITE}' WHEN {swapped} THEN '{SWAPPED}' "
        f"WHEN {metres} THEN '{METRES}' ELSE '{OUT_OF_RANGE}' END"
    )


def add_functions(connection: duckdb.DuckDBPyConnection, plan: RollupPlan) -> None:
    """Teach a database ``commune_at(lon, lat)``, the number of a point's commune, and to read points of GeoParquet."""
    outlines = plan.outlines
    if outlines is None:
        return
    import numpy as np
    import pyarrow as pa

    def commune_at(lon: Any, lat: Any) -> Any:
        x, y = (np.asarray(values.fill_null(np.nan), dtype=np.float64) for values in (lon, lat))
        return pa.array(outlines.locate(x, y))

    def ordinate(place: int) -> Callable[[Any], Any]:
        def read(shapes: Any) -> Any:
            records = np.frombuffer(b"".join(shapes.fill_null(bytes(_WKB_POINT)).to_pylist()), dtype=_wkb_type(place))
            value = np.where(records["order"] == 1, records["little"], records["big"])
            return pa.array(np.where((records["kind"] == 1) | (records["kind"] == 1 << 24), value, np.nan))

        return read

    connection.create_function("commune_at", commune_at, ["DOUBLE", "DOUBLE"], "INTEGER", type="arrow")
    if not plan.columns.has_degrees:
        connection.create_function("wkb_x", ordinate(5), ["BLOB"], "DOUBLE", type="arrow")
        connection.create_function("wkb_y", ordinate(13), ["BLOB"], "DOUBLE", type="arrow")


def _wkb_type(place: int) -> Any:
    """Return the layout of a point in well-known binary: byte order, kind, and one ordinate, read in either order."""
    return {
        "names": ["order", "kind", "little", "big"],
        "formats": ["u1", "<u4", "<f8", ">f8"],
        "offsets": [0, 1, place, place],
        "itemsize": _WKB_POINT,
    }
