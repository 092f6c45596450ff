"""Lines of delimited text that a stray quotation mark swallows: it makes one cell of them, up to the next mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from loaders.ledger.queries import ROW_NUMBER, literal, path_literal, quoted

_BLOCK: Final = 1 << 22
_LINE: Final = re.compile(r"[^\r\n]+")


def count_lines(path: Path) -> int:
    """Return how many lines of a text in UTF-8 are not blank, whatever quotation marks say."""
    found, before_is_end = 0, True
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            letters = np.frombuffer(block, dtype=np.uint8)
            is_end = (letters == ord("\n")) | (letters == ord("\r"))
            found += int(np.count_nonzero(~is_end[1:] & is_end[:-1])) + bool(before_is_end and not is_end[0])
            before_is_end = bool(is_end[-1])
    return found


def count_lines_of(text: str) -> int:
    """Return the same for a short text."""
    return len(_LINE.findall(text))


def find_swallowing_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, labels: Sequence[str], separator: str
) -> tuple[list[tuple[int, int]], int]:
    """
    Return the rows of which a cell holds other rows, and how many lines the cells of all rows have beyond the first.

    Where a row that has swallowed others has as many cells as it should, each line break in its cell stands for a whole
    row, and so for as many separators as a row has. A cell of several lines, such as an address, has fewer.

    Parameters
    ----------
    path
        Parquet file with the rows, all columns text.

    Returns
    -------
    rows, lines
        Row and the lines that it swallowed, in ascending order; lines of cells, those of these rows included.
    """
    has_break = " OR ".join(f"contains({quoted(label)}, chr({end}))" for label in labels for end in (10, 13))
    cells = ", ".join(quoted(label) for label in labels)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE broken AS SELECT row, sum(breaks)::BIGINT AS lines, "
        f"bool_or(separators >= {len(labels) - 1} * breaks) AS is_swallowing FROM (SELECT row, "
        f"len(regexp_extract_all(cell, '[\\r\\n]+')) AS breaks, "
        f"length(cell) - length(replace(cell, {literal(separator)}, '')) AS separators "
        f"FROM (SELECT {ROW_NUMBER} AS row, unnest([{cells}]) AS cell "
        f"FROM read_parquet({path_literal(str(path))}, file_row_number = true) WHERE {has_break})) "
        "WHERE breaks > 0 GROUP BY row"
    )
    rows = connection.execute("SELECT row, lines FROM broken WHERE is_swallowing ORDER BY row").fetchall()
    answer = connection.execute("SELECT coalesce(sum(lines), 0) FROM broken").fetchone()
    return [(int(row), int(lines)) for row, lines in rows], int(answer[0]) if answer else 0


def write_without(connection: duckdb.DuckDBPyConnection, path: Path, rows: Sequence[int], options: str) -> None:
    """Write a Parquet file anew without some of its rows."""
    aside = path.with_suffix(".without")
    listed = ", ".join(map(str, rows))
    scan = f"read_parquet({path_literal(str(path))}, file_row_number = true)"
    kept = f"SELECT * EXCLUDE ({ROW_NUMBER}) FROM {scan} WHERE {ROW_NUMBER} NOT IN ({listed}) ORDER BY {ROW_NUMBER}"
    connection.execute(f"COPY ({kept}) TO {literal(str(aside))} {options}")
    aside.replace(path)
