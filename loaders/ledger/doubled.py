"""Household codes that stand twice in a quarter: found over the whole ledger by the hashes of its partitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb

from loaders.ledger.grouping import with_quarters
from loaders.ledger.judging import Judge
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.problems import Problem, Problems, Sample
from loaders.ledger.queries import HAS_HOUSEHOLD, connected, literal, path_literal, rows_query
from loaders.ledger.rollup import PartialRollup, combine, roll_up
from loaders.survey.issues import ERROR

_ROWS_AT_ONCE: Final = 2_000_000
"""Hashes that are held against each other at once, those of one range: it bounds the memory."""

_RANGES: Final = 1 << 64


def write_keys(partition: Partition, plan: RollupPlan, target: Path) -> None:
    """
    Write the hash of household and quarter of each row of a partition, in ascending order.

    The file (Parquet) has the columns ``key`` (UBIGINT) and ``file_row``. Rows without a household code or a quarter
    have no key. It is written aside first, so that a file with this name is always whole.
    """
    with connected(plan) as connection:
        query = _keyed(connection, partition, plan)
        aside = target.with_suffix(".aside")
        ordered = f"SELECT hash(household, period) AS key, file_row FROM ({query}) ORDER BY key"
        connection.execute(f"COPY ({ordered}) TO {literal(str(aside))} (FORMAT parquet)")
        aside.replace(target)


def _keyed(connection: duckdb.DuckDBPyConnection, partition: Partition, plan: RollupPlan) -> str:
    """Return the query of household, quarter and row of the rows that have both."""
    judge = Judge(plan)
    # The point of a row does not matter here, so it is not read.
    query = rows_query(connection, partition, replace(plan, outlines=None))
    rows = with_quarters(connection, query, judge.quarter, always=True)
    return f"SELECT trim(household) AS household, period, file_row FROM ({rows}) WHERE {HAS_HOUSEHOLD} AND period <> ''"


def find_doubled(partitions: Sequence[Partition], keys: Sequence[Path], plan: RollupPlan, target: Path) -> int:
    """
    Write the rows that repeat the household and quarter of a row before them, and return how many they are.

    Parameters
    ----------
    partitions, keys
        The partitions of the ledger, and the file of `write_keys` of each.
    target
        File (Parquet) with the columns ``partition``, ``file_row`` and ``household``, as `roll_up` takes it.
    """
    listed = ", ".join(path_literal(str(path)) for path in keys)
    with connected(plan) as connection:
        connection.execute("CREATE TEMP TABLE repeated (key UBIGINT)")
        rows = sum(partition.rows for partition in partitions)
        pieces = max(1, -(-rows // _ROWS_AT_ONCE))
        for piece in range(pieces):
            low, high = (_RANGES * n // pieces for n in (piece, piece + 1))
            connection.execute(
                f"INSERT INTO repeated SELECT key FROM read_parquet([{listed}]) "
                f"WHERE key BETWEEN {low}::UBIGINT AND {high - 1}::UBIGINT GROUP BY key HAVING count(*) > 1"
            )
        connection.execute(
            "CREATE TEMP TABLE suspects (partition INTEGER, household VARCHAR, period VARCHAR, row BIGINT)"
        )
        for partition, path in zip(partitions, keys, strict=True):
            _add_suspects(connection, partition, path, plan)
        # Equal hashes are no proof: the codes themselves decide, and the first row in the ledger's order stays.
        order = "row_number() OVER (PARTITION BY household, period ORDER BY partition, row)"
        doubled = f"SELECT partition, row AS file_row, household FROM suspects QUALIFY {order} > 1"
        aside = target.with_suffix(".aside")
        connection.execute(f"COPY (SELECT * FROM ({doubled}) ORDER BY ALL) TO {literal(str(aside))} (FORMAT parquet)")
        aside.replace(target)
        answer = connection.execute(f"SELECT count(*) FROM read_parquet({path_literal(str(target))})").fetchone()
    return int(answer[0]) if answer else 0


def _add_suspects(connection: duckdb.DuckDBPyConnection, partition: Partition, path: Path, plan: RollupPlan) -> None:
    found = f"SELECT file_row FROM read_parquet({path_literal(str(path))}) WHERE key IN (SELECT key FROM repeated)"
    answer = connection.execute(f"SELECT count(*) FROM ({found})").fetchone()
    if not answer or not answer[0]:
        return
    rows = _keyed(connection, partition, plan)
    connection.execute(
        f"INSERT INTO suspects SELECT {partition.number}, household, period, file_row FROM ({rows}) "
        f"WHERE file_row IN ({found})"
    )


def take_out_doubled(
    whole: PartialRollup, partitions: Sequence[Partition], plan: RollupPlan, doubled: Path
) -> PartialRollup:
    """
    Return a roll-up of a whole ledger without the rows that `find_doubled` found, and with what is told of them.

    They are rolled up like any others and taken off, so that it does not matter how they were counted.
    """
    with connected(plan) as connection:
        scan = f"read_parquet({path_literal(str(doubled))})"
        counts = dict(connection.execute(f"SELECT partition, count(*) FROM {scan} GROUP BY partition").fetchall())
        first = connection.execute(f"SELECT * FROM {scan} ORDER BY partition, file_row LIMIT {plan.samples}").fetchall()
    concerned = [partition for partition in partitions if partition.number in counts]
    if not concerned:
        return whole
    taken = combine((roll_up(partition, plan, only_rows=str(doubled)) for partition in concerned), samples=0)
    problem = Problem(sum(counts.values()), tuple(_samples(first, concerned)))
    problems: Problems = {**whole.problems, ("ledger.household-doubled", ERROR): problem}
    return replace(whole.without(taken), problems=problems)


def _samples(rows: Iterable[tuple[int, int, str]], partitions: Sequence[Partition]) -> Iterable[Sample]:
    by_number = {partition.number: partition for partition in partitions}
    for number, file_row, household in rows:
        partition = by_number[number]
        yield Sample(number, file_row, partition.file, partition.line_of(file_row), household)
