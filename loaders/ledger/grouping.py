"""Rows of a partition that are alike in all that matters, counted by DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import duckdb

from loaders.ledger.judging import GOOD, NO_POINT, OUTSIDE, SWAPPED, What, Where
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.queries import HAS_HOUSEHOLD, path_literal, rows_query

_MOST_TEXTS: Final = 64
"""More different quarters than that (days, say) are read before rows are grouped, so that the groups stay few."""

_ROWS_LOOKED_AT: Final = 100_000
"""Rows by which it is known whether the quarters are many; it changes no answer."""

_ROWS_A_STATEMENT: Final = 1000


class Grouping:
    """
    The groups of a partition.

    Parameters
    ----------
    connection
        Knows the functions of `queries.add_functions`.
    quarter_of
        Tells which quarter a text names.
    only_rows
        Parquet file with the columns ``partition`` and ``file_row``: only these rows are grouped.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        partition: Partition,
        plan: RollupPlan,
        *,
        quarter_of: Callable[[str | None], str | None],
        only_rows: str | None = None,
    ) -> None:
        self._connection = connection
        self._plan = plan
        query = rows_query(connection, partition, plan)
        if only_rows is not None:
            wanted = (
                f"SELECT file_row FROM read_parquet({path_literal(only_rows)}) WHERE partition = {partition.number}"
            )
            query = f"SELECT * FROM ({query}) WHERE file_row IN ({wanted})"
        self.rows = with_quarters(connection, query, quarter_of)
        """Query of the rows, as `queries.rows_query` gives it."""

    @property
    def _keys(self) -> dict[str, str]:
        """The columns by which rows are grouped, with their expressions."""
        has_points = self._plan.outlines is not None
        kept = {key: key for key in ("period", "supply_kind", "area", *self._plan.columns.places)}
        located = f"CASE WHEN point IN ('{GOOD}', '{SWAPPED}') THEN commune_at(lon, lat) ELSE {OUTSIDE} END"
        point = {"point": "point" if has_points else f"'{NO_POINT}'", "spot": located if has_points else f"{OUTSIDE}"}
        return {"has_household": HAS_HOUSEHOLD, **kept, **point}

    def groups(self) -> Iterator[tuple[int, What, Where, int]]:
        """Yield number, kind, place and rows of each group; the table ``groups`` keeps them, numbered by rowid."""
        keys = ", ".join(f"{expression} AS {key}" for key, expression in self._keys.items())
        self._connection.execute(
            f"CREATE TEMP TABLE groups AS SELECT {keys}, count(*) AS rows FROM ({self.rows}) GROUP BY ALL"
        )
        found = self._connection.execute("SELECT rowid, * FROM groups").fetchall()
        for row in found:
            yield row[0], row[1:5], row[5:-1], row[-1]

    def rows_of(self, table: str, columns: str) -> str:
        """Return the query of the rows (r) of the groups whose numbers stand in a table (f, column ``id``)."""
        made = {key: expression for key, expression in self._keys.items() if key != expression}
        inner = (
            f"SELECT *, {', '.join(f'{expression} AS {key}' for key, expression in made.items())} FROM ({self.rows})"
        )
        same = " AND ".join(f"r.{key} IS NOT DISTINCT FROM g.{key}" for key in self._keys)
        return f"SELECT {columns} FROM ({inner}) r JOIN groups g ON {same} JOIN {table} f ON f.id = g.rowid"


def with_quarters(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    quarter_of: Callable[[str | None], str | None],
    *,
    always: bool = False,
) -> str:
    """
    Return a query of rows with quarters in place of the texts that name them, where these are many.

    Parameters
    ----------
    always
        Do so where they are few too, and leave nothing in place of a text that names none.
    """
    if not always:
        first = f"SELECT period FROM ({query}) LIMIT {_ROWS_LOOKED_AT}"
        answer = connection.execute(f"SELECT count(DISTINCT period) FROM ({first})").fetchone()
        if answer is None or answer[0] <= _MOST_TEXTS:
            return query
    distinct = f"SELECT DISTINCT period FROM ({query}) WHERE period IS NOT NULL"
    texts = [str(text) for (text,) in connection.execute(distinct).fetchall()]
    known = [(text, found) for text in texts if (found := quarter_of(text)) is not None]
    connection.execute("CREATE OR REPLACE TEMP TABLE quarters (text VARCHAR, quarter VARCHAR)")
    insert_rows(connection, "quarters", known)
    period = "quarters.quarter" if always else "coalesce(quarters.quarter, r.period)"
    return f"SELECT r.* REPLACE ({period} AS period) FROM ({query}) r LEFT JOIN quarters ON quarters.text = r.period"


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Add rows to a table, many a statement: one statement a row takes minutes."""
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        some = rows[start : start + _ROWS_A_STATEMENT]
        marks = ", ".join(f"({', '.join('?' * len(some[0]))})" for _ in some)
        connection.execute(f"INSERT INTO {table} VALUES {marks}", [value for row in some for value in row])
