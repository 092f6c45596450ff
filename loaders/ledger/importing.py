"""A whole ledger, from its files to its roll-up: columns, partitions, doubled households, going on after a kill."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import duckdb

from geodata.errors import FileError, mark
from loaders.ledger.checkpoint import Checkpoint
from loaders.ledger.columns import find_columns
from loaders.ledger.delimited import make_parquet
from loaders.ledger.doubled import find_doubled, take_out_doubled, write_keys
from loaders.ledger.geoparquet import require_points, require_wgs84
from loaders.ledger.plan import PARTITION_ROWS, LedgerColumns, LedgerWords, Outlines, Partition, Places, RollupPlan
from loaders.ledger.problems import Problem, Sample
from loaders.ledger.quarters import quarter_of
from loaders.ledger.queries import opened, texts_query
from loaders.ledger.rollup import PartialRollup, combine, roll_up
from loaders.ledger.sources import LedgerFile, ParquetRows, parquet_labels, part
from loaders.survey.issues import ERROR
from loaders.survey.templates import SurveyTemplate

READING, ROLLING, DOUBLED = "reading", "rolling", "doubled"
"""Stages of an import, as `Progress` is told them."""

SAMPLES: Final = 20

Progress = Callable[[str, int, int], None]
"""Told the stage, and the rows (in `READING` the bytes) that are done and expected."""


class Runner(Protocol):
    """Rolls partitions up, here or elsewhere; yields each as it is done, its hashes written to the checkpoint."""

    def __call__(
        self, partitions: Sequence[Partition], plan: RollupPlan, checkpoint: Checkpoint
    ) -> Iterator[tuple[Partition, PartialRollup]]:
        """Yield the partitions with their roll-ups, in any order."""
        ...


def run_here(
    partitions: Sequence[Partition], plan: RollupPlan, checkpoint: Checkpoint
) -> Iterator[tuple[Partition, PartialRollup]]:
    """Roll partitions up in this process, one after the other."""
    for partition in partitions:
        write_keys(partition, plan, checkpoint.keys(partition.number))
        yield partition, roll_up(partition, plan)


@dataclass(frozen=True)
class OpenLedger:
    """
    A ledger whose columns are understood.

    Parameters
    ----------
    files
        Its rows in Parquet, file by file.
    columns
        What its columns hold.
    labels
        All of its columns.
    left_out
        Names of text files of its folder that are no ledger, for they have no header that is understood.
    """

    files: tuple[ParquetRows, ...]
    columns: LedgerColumns
    labels: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def open_ledger(
    files: Sequence[LedgerFile],
    template: SurveyTemplate,
    folder: Path,
    chosen: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> OpenLedger:
    """
    Return a ledger with its columns; delimited files are made Parquet in a folder, unless they stand there already.

    Raises
    ------
    FileError
        If a file cannot be read, or a column that is needed is not found.
    """
    sizes = [file.path.stat().st_size for file in files]
    rows: list[ParquetRows] = []
    refused: list[tuple[str, FileError]] = []
    for place, file in enumerate(files):
        try:
            rows.append(_in_parquet(file, folder, f"text_{place:05}", template))
        except FileError as error:
            if not file.may_be_no_ledger or error.code != "ledger.header-missing":
                raise
            refused.append((file.name, error))
        if progress is not None:
            progress(READING, sum(sizes[: place + 1]), sum(sizes))
    if not rows:
        raise refused[0][1]
    with opened() as connection:
        first = rows[0].file.name
        labels = parquet_labels(connection, rows[0].path, first)
        columns = find_columns(labels, template, chosen, file_name=first)
        geometry = columns.get("geometry")
        if geometry is not None and not columns.has_degrees:
            for made in rows:
                require_points(connection, made.path, geometry, file_name=made.file.name)
                require_wgs84(connection, made.path, geometry, file_name=made.file.name)
    return OpenLedger(tuple(rows), columns, tuple(labels), tuple(name for name, _ in refused))


def _in_parquet(file: LedgerFile, folder: Path, stem: str, template: SurveyTemplate) -> ParquetRows:
    return make_parquet(file, folder, stem, template) if file.is_delimited else ParquetRows(file, str(file.path))


def rows_by_quarter(ledger: OpenLedger) -> Counter[str]:
    """Return how many rows of a ledger name which quarter; rows that name none count nowhere."""
    found: Counter[str] = Counter()
    with opened() as connection:
        for rows in ledger.files:
            query = texts_query(connection, rows.path, ledger.columns, "period")
            texts = connection.execute(f"SELECT text, count(*) FROM ({query}) WHERE text IS NOT NULL GROUP BY text")
            for text, count in texts.fetchall():
                if (quarter := quarter_of(text)) is not None:
                    found[quarter] += count
    return found


def plan_of(
    ledger: OpenLedger,
    template: SurveyTemplate,
    places: Places,
    outlines: Outlines | None,
    scratch: Path,
    *,
    quarters: tuple[str, ...] | None = None,
) -> RollupPlan:
    """Return the plan by which a ledger is rolled up; its parameters are those of `RollupPlan`."""
    return RollupPlan(
        ledger.columns,
        LedgerWords.of(template),
        places,
        outlines if ledger.columns.has_points else None,
        quarters,
        samples=SAMPLES,
        scratch=str(scratch),
    )


def roll_up_ledger(
    ledger: OpenLedger,
    plan: RollupPlan,
    checkpoint: Checkpoint,
    *,
    run: Runner = run_here,
    partition_rows: int = PARTITION_ROWS,
    progress: Progress | None = None,
) -> PartialRollup:
    """
    Return the roll-up of a whole ledger; partitions that the checkpoint has are not rolled up again.

    Raises
    ------
    FileError
        If the ledger has no rows, or reading or rolling up fails in the middle; what is done until then is kept.
    """
    if (whole := checkpoint.find_whole()) is not None:
        return whole
    try:
        return _roll_up_waiting(ledger, plan, checkpoint, run, partition_rows, progress)
    except (duckdb.Error, OSError) as error:
        raise FileError(
            "ledger.stopped",
            mark(
                'The import of "{file}" stopped: {reason}. Check that the file can be read to its end and that the '
                "disk has room, then give the same command again: it goes on from what is done."
            ),
            file=ledger.files[0].file.name,
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error


def _roll_up_waiting(
    ledger: OpenLedger,
    plan: RollupPlan,
    checkpoint: Checkpoint,
    run: Runner,
    partition_rows: int,
    progress: Progress | None,
) -> PartialRollup:
    partitions = part(ledger.files, rows=partition_rows)
    if not partitions:
        raise FileError(
            "ledger.empty",
            mark('"{file}" has no rows.'),
            file=ledger.files[0].file.name,
        )
    done = {p.number: found for p in partitions if (found := checkpoint.find(p.number)) is not None}
    told = _Told(sum(partition.rows for partition in partitions), progress)
    told.add(sum(partition.rows for partition in partitions if partition.number in done))
    for partition, partial in run([p for p in partitions if p.number not in done], plan, checkpoint):
        checkpoint.keep(partition.number, partial)
        done[partition.number] = partial
        told.add(partition.rows)
    whole = combine((done[number] for number in sorted(done)), samples=plan.samples)
    if progress is not None:
        progress(DOUBLED, 0, told.expected)
    whole = _with_rejected(_without_doubled(whole, partitions, plan, checkpoint), ledger.files)
    checkpoint.keep_whole(whole)
    if progress is not None:
        progress(DOUBLED, told.expected, told.expected)
    return whole


def _without_doubled(
    whole: PartialRollup, partitions: Sequence[Partition], plan: RollupPlan, checkpoint: Checkpoint
) -> PartialRollup:
    if not checkpoint.doubled.exists():
        keys = [checkpoint.keys(partition.number) for partition in partitions]
        find_doubled(partitions, keys, plan, checkpoint.doubled)
    return take_out_doubled(whole, partitions, plan, checkpoint.doubled)


def _with_rejected(whole: PartialRollup, files: Sequence[ParquetRows]) -> PartialRollup:
    """Add the lines that could not be read as rows to what is told, and to the rows read: none is lost uncounted."""
    counts = {
        "ledger.line-unreadable": sum(len(rows.rejected) for rows in files),
        "ledger.lines-swallowed": sum(rows.swallowed for rows in files),
    }
    samples = {
        "ledger.line-unreadable": _samples_of((rows.file.name, rows.rejected) for rows in files),
        "ledger.lines-swallowed": _samples_of((rows.file.name, rows.swallowed_at) for rows in files),
    }
    lost = {(code, ERROR): Problem(count, samples[code]) for code, count in counts.items() if count}
    return replace(whole, rows=whole.rows + sum(counts.values()), problems={**whole.problems, **lost})


def _samples_of(lines_by_file: Iterable[tuple[str, Sequence[int]]]) -> tuple[Sample, ...]:
    found = (Sample(place, n, name, n, "") for place, (name, lines) in enumerate(lines_by_file) for n in lines)
    return tuple(itertools.islice(found, SAMPLES))


class _Told:
    """Tells how many rows are rolled up."""

    def __init__(self, expected: int, progress: Progress | None) -> None:
        self.expected = expected
        self._done = 0
        self._progress = progress

    def add(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(ROLLING, self._done, self.expected)
