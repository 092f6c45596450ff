"""The files of a ledger, and how they are parted for the roll-up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from geodata.errors import FileError, mark, system_reason
from loaders.ledger.plan import PARTITION_ROWS, Partition
from loaders.ledger.queries import ROW_NUMBER, opened, parquet_scan, path_literal

PARQUET: Final = (".parquet", ".geoparquet", ".pq")
DELIMITED: Final = (".csv", ".tsv", ".txt")

_BLOCK: Final = 1 << 22

Progress = Callable[[int, int], None]
"""Told what is done and what is expected."""


@dataclass(frozen=True)
class LedgerFile:
    """
    One file of a ledger.

    Parameters
    ----------
    path
        Where it stands.
    name
        Its name for messages: below the folder for the files of a folder.
    is_of_folder
        Whether a folder was given, of which this is a file.
    """

    path: Path
    name: str
    is_of_folder: bool = False

    @property
    def is_delimited(self) -> bool:
        """Whether it is text that has to be made Parquet first."""
        return self.path.suffix.lower() in DELIMITED

    @property
    def may_be_no_ledger(self) -> bool:
        """Whether it may be something else that happens to lie in the folder, such as a readme.txt."""
        return self.is_of_folder and self.path.suffix.lower() == ".txt"


def find_files(paths: list[Path]) -> list[LedgerFile]:
    """
    Return the files of a ledger, in the order of their names: the files given, and those within the folders given.

    Raises
    ------
    FileError
        If there is none, or one is of another kind.
    """
    found: list[LedgerFile] = []
    for path in paths:
        if path.is_dir():
            inner = (p for p in _files_within(path) if p.suffix.lower() in (*PARQUET, *DELIMITED))
            found += [LedgerFile(p.resolve(), _name_within(path, p), is_of_folder=True) for p in inner]
        else:
            found.append(LedgerFile(path.resolve(), path.name))
    wrong = [file.name for file in found if file.path.suffix.lower() not in (*PARQUET, *DELIMITED)]
    if wrong or not found:
        raise FileError(
            "ledger.file-kind",
            mark(
                '"{file}" is no ledger. Kinds that can be read: {allowed}, and folders of them. Save workbooks as .csv.'
            ),
            file=wrong[0] if wrong else ", ".join(map(str, paths)),
            allowed=", ".join((*PARQUET, *DELIMITED)),
        )
    missing = [file.name for file in found if not file.path.is_file()]
    if missing:
        raise FileError(
            "ledger.file-missing",
            mark('There is no file "{file}".'),
            file=missing[0],
        )
    return found


def find_other_files(paths: list[Path]) -> list[str]:
    """Return the names of the files within the folders given that are of no kind of a ledger."""
    inner = ((path, found) for path in paths if path.is_dir() for found in _files_within(path))
    return [_name_within(path, found) for path, found in inner if found.suffix.lower() not in (*PARQUET, *DELIMITED)]


def _files_within(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _name_within(folder: Path, path: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def hash_files(files: list[LedgerFile], progress: Progress | None = None) -> tuple[str, int]:
    """Return the SHA-256 of a ledger and its size in bytes; of several files, that of their names and hashes."""
    sizes = [file.path.stat().st_size for file in files]
    done, hashes = 0, []
    for file in files:
        digest = hashlib.sha256()
        for block in _blocks_of(file):
            digest.update(block)
            done += len(block)
            if progress is not None:
                progress(done, sum(sizes))
        hashes.append(digest.hexdigest())
    if len(files) == 1:
        return hashes[0], sizes[0]
    listed = "\n".join(f"{file.name} {sha256}" for file, sha256 in zip(files, hashes, strict=True))
    return hashlib.sha256(listed.encode()).hexdigest(), sum(sizes)


def _blocks_of(file: LedgerFile) -> Iterator[bytes]:
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block
    except OSError as error:
        raise FileError(
            "ledger.file-unreadable",
            mark('The file "{file}" cannot be opened: {reason}.'),
            file=file.name,
            reason=system_reason(error),
        ) from error


@dataclass(frozen=True)
class ParquetRows:
    """
    The rows of a file of the ledger, in Parquet.

    Parameters
    ----------
    file
        The user's own file.
    path
        The Parquet file with its rows: itself, or what was made of it.
    first_line, rejected
        As in `Partition`.
    swallowed, swallowed_at
        Lines that stand in quotation marks of rejected ones, and the first lines where that may have begun.
    """

    file: LedgerFile
    path: str
    first_line: int = 1
    rejected: tuple[int, ...] = ()
    swallowed: int = 0
    swallowed_at: tuple[int, ...] = ()


def part(files: Sequence[ParquetRows], *, rows: int = PARTITION_ROWS) -> list[Partition]:
    """
    Return the partitions of a ledger, in its order; every row is in one, and each has `rows` rows at most.

    Raises
    ------
    FileError
        If a file is no Parquet file, or another one has other columns.
    """
    found: list[Partition] = []
    with opened() as connection:
        first: list[str] = []
        for file in files:
            labels = parquet_labels(connection, file.path, file.file.name)
            first = first or labels
            if sorted(labels) != sorted(first):
                raise FileError(
                    "ledger.columns-differ",
                    mark('"{file}" has other columns than the first file of the ledger: {labels}; expected: {first}.'),
                    file=file.file.name,
                    labels=", ".join(labels),
                    first=", ".join(first),
                )
            total = _row_count(connection, file.path)
            found += [
                Partition(
                    len(found) + place, file.path, start, min(rows, total - start), file.file.name, *_lines_of(file)
                )
                for place, start in enumerate(range(0, total, rows))
            ]
    return found


def _lines_of(file: ParquetRows) -> tuple[int, tuple[int, ...]]:
    return file.first_line, file.rejected


def _row_count(connection: duckdb.DuckDBPyConnection, path: str) -> int:
    query = f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({path_literal(path)})"
    answer = connection.execute(query).fetchone()
    return int(answer[0]) if answer else 0


def parquet_labels(connection: duckdb.DuckDBPyConnection, path: str, name: str) -> list[str]:
    """Return the columns of a Parquet file; raise `FileError` where it is none."""
    try:
        own = connection.execute(f"SELECT name FROM parquet_schema({path_literal(path)})").fetchall()
        if any(str(label).lower() == ROW_NUMBER for (label,) in own):
            raise FileError(
                "ledger.column-reserved",
                mark('"{file}" has a column "{column}", a name that reading Parquet needs itself. Rename the column.'),
                file=name,
                column=ROW_NUMBER,
            )
        found = connection.execute(f"DESCRIBE SELECT * FROM {parquet_scan(path)}").fetchall()
    except duckdb.Error as error:
        raise FileError(
            "ledger.parquet-unreadable",
            mark('"{file}" cannot be read as Parquet ({reason}). Export it again.'),
            file=name,
            reason=str(error).splitlines()[0],
        ) from error
    return [str(label) for label, *_ in found if label != ROW_NUMBER]
