"""Delimited ledgers of any size → Parquet, by DuckDB: every cell as the text it is, rows in their order."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import duckdb

from geodata.errors import FileError, mark
from loaders.ledger.plan import Partition
from loaders.ledger.queries import ROW_NUMBER, literal, opened, path_literal
from loaders.ledger.sources import LedgerFile, ParquetRows
from loaders.ledger.swallowed import count_lines, count_lines_of, find_swallowing_rows, write_without
from loaders.survey.columns import match_columns
from loaders.survey.templates import SurveyTemplate
from loaders.workbook.delimited import find_separator

_SAMPLE: Final = 1 << 18
_BLOCK: Final = 1 << 22
_LINES_ABOVE: Final = 30
"""Lines of titles at most that may stand above the header."""

_MOST_REJECTED: Final = 10_000
"""More lines than that which cannot be parted: the file is refused, its separator or quotation marks are wrong."""

_MOST_TOLD: Final = 20

_PARQUET: Final = "(FORMAT parquet, ROW_GROUP_SIZE 122880)"

_FORM: Final = 2
"""Raised where what is made of a text changes: Parquet files of an older form are made anew."""


@dataclass(frozen=True)
class _Layout:
    encoding: str
    separator: str
    lines_above: int
    labels: tuple[str, ...]
    lines_to_header: int
    """Lines up to the end of the header that are not blank."""


@dataclass(frozen=True)
class _Lost:
    """
    What of a text is no row.

    Parameters
    ----------
    rejected
        Lines at which what cannot be parted into the columns begins, in ascending order.
    swallowed
        Further lines that stand in quotation marks there.
    swallowed_at
        The first of the lines where that may have begun.
    """

    rejected: tuple[int, ...]
    swallowed: int = 0
    swallowed_at: tuple[int, ...] = ()


def make_parquet(file: LedgerFile, folder: Path, stem: str, template: SurveyTemplate) -> ParquetRows:
    """
    Return the rows of a delimited file as Parquet.

    The Parquet file is made in a folder, or found there if it was made before; it is whole where it is there.

    Parameters
    ----------
    stem
        Its name, without the ending.
    template
        Tells the header from the lines above it.

    Raises
    ------
    FileError
        If it is no text, has no header, or too many lines cannot be parted into its columns.
    """
    target, notes = folder / f"{stem}.parquet", folder / f"{stem}.json"
    known = json.loads(notes.read_text(encoding="utf-8")) if notes.exists() else {}
    if known.get("form") != _FORM:
        layout = _layout_of(file, template)
        text = file.path if layout.encoding == "utf-8" else _as_utf8(file, layout.encoding, folder / f"{stem}.text")
        lost = _convert(file, text, layout, target)
        if text != file.path:
            text.unlink()
        aside = notes.with_suffix(".aside")
        known = {"form": _FORM, "first_line": _first_line(layout), **asdict(lost)}
        aside.write_text(json.dumps(known), encoding="utf-8")
        aside.replace(notes)
    return ParquetRows(
        file,
        str(target),
        known["first_line"],
        tuple(known["rejected"]),
        known["swallowed"],
        tuple(known["swallowed_at"]),
    )


def _first_line(layout: _Layout) -> int:
    return layout.lines_above + 2


def _layout_of(file: LedgerFile, template: SurveyTemplate) -> _Layout:
    with file.path.open("rb") as stream:
        sample = stream.read(_SAMPLE)
    encoding = _encoding_of(file, sample)
    if "\x00" in sample.decode(encoding, errors="replace"):
        raise FileError(
            "ledger.no-text",
            mark('"{file}" is neither text nor Parquet. Export the ledger as .csv (UTF-8) or .parquet.'),
            file=file.name,
        )
    separator = find_separator(sample, encoding)
    text = unicodedata.normalize("NFC", sample.decode(encoding, errors="replace").removeprefix("\ufeff"))
    rows, ends = _first_rows(file, text, separator)
    known = [len(match_columns([(label,) if label.strip() else () for label in row], template)) for row in rows]
    if not known or max(known) == 0:
        raise FileError(
            "ledger.header-missing",
            mark('"{file}" has no header whose columns are understood in its first {lines} lines.'),
            file=file.name,
            lines=_LINES_ABOVE,
        )
    above = known.index(max(known))
    to_header = "\n".join(text.split("\n")[: ends[above]])
    return _Layout(encoding, separator, above, _distinct(rows[above]), count_lines_of(to_header))


def _first_rows(file: LedgerFile, text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows among which the header is, and the last line of each."""
    rows, ends = [], []
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for row in itertools.islice(reader, _LINES_ABOVE):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        raise FileError(
            "ledger.text-unreadable",
            mark(
                '"{file}" cannot be read as delimited text from about line {line} on. Line ends must be those of '
                "Windows or Linux, and every quotation mark must be closed. Export it again as .csv (UTF-8)."
            ),
            file=file.name,
            line=str(ends[-1] + 1 if ends else 1),
        ) from error
    return rows, ends


def _distinct(labels: list[str]) -> tuple[str, ...]:
    """Return the labels of a header, blank and repeated ones told apart by their place."""
    found: list[str] = []
    for place, label in enumerate(labels, start=1):
        bare = label.strip()
        taken = {ROW_NUMBER, *(other.lower() for other in found)}  # DuckDB does not tell columns apart by letter case
        found.append(bare if bare and bare.lower() not in taken else f"{bare or 'column'}_{place}")
    return tuple(found)


def _encoding_of(file: LedgerFile, sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample and sample[place::2].count(0) > len(sample) // 8:
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def _as_utf8(file: LedgerFile, encoding: str, target: Path) -> Path:
    """Write a file anew in UTF-8; tone marks that windows-1258 writes apart are joined to their letter."""
    with (
        file.path.open("r", encoding=encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        kept = ""
        while block := source.read(_BLOCK):
            block = kept + block
            # A mark may follow in the next block, so the last letter waits, with the marks that it has already.
            last = len(block) - 1
            while last > 0 and unicodedata.combining(block[last]):
                last -= 1
            copy.write(unicodedata.normalize("NFC", block[:last]))
            kept = block[last:]
        copy.write(unicodedata.normalize("NFC", kept))
    return target


def _convert(file: LedgerFile, text: Path, layout: _Layout, target: Path) -> _Lost:
    """Write the rows of a text as Parquet, and return what cannot be parted into its columns."""
    columns = ", ".join(f"{literal(label)}: 'VARCHAR'" for label in layout.labels)
    scan = (
        f"read_csv({path_literal(str(text))}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {literal(layout.separator)}, quote = '\"', escape = '\"', skip = {layout.lines_above}, "
        "store_rejects = true, rejects_limit = 0)"
    )
    aside = target.with_suffix(".aside")
    with opened(memory_mb=512, scratch=str(target.parent)) as connection:
        try:
            connection.execute(f"COPY (SELECT * FROM {scan}) TO {literal(str(aside))} {_PARQUET}")
            lost = _lost_lines(connection, text, layout, aside)
        except duckdb.Error as error:
            raise FileError(
                "ledger.text-unreadable",
                mark('"{file}" cannot be read as delimited text ({reason}). Export it again as .csv (UTF-8).'),
                file=file.name,
                reason=str(error).splitlines()[0],
            ) from error
    if len(lost.rejected) + lost.swallowed > _MOST_REJECTED:
        raise FileError(
            "ledger.lines-unreadable",
            mark(
                '{count} lines of "{file}" cannot be parted into the {columns} columns of its header; the first is '
                "line {line}. Its separator or its quotation marks are wrong; export it again."
            ),
            count=len(lost.rejected) + lost.swallowed,
            file=file.name,
            columns=len(layout.labels),
            line=str(lost.rejected[0] if lost.rejected else _first_line(layout)),
        )
    aside.replace(target)
    return lost


def _lost_lines(connection: duckdb.DuckDBPyConnection, text: Path, layout: _Layout, made: Path) -> _Lost:
    """
    Return what of a text did not become rows, and take rows out that have swallowed others.

    The text's lines are held against the rows made and those rejected: what is beyond stands in quotation marks.
    """
    query = "SELECT line, bool_or(error_type = 'UNQUOTED VALUE') FROM reject_errors GROUP BY line ORDER BY line"
    found = [(int(line), bool(is_quoted)) for line, is_quoted in connection.execute(query).fetchall()]
    rejected = tuple(line for line, _ in found)
    count = connection.execute(f"SELECT count(*) FROM read_parquet({path_literal(str(made))})").fetchone()
    beyond = count_lines(text) - layout.lines_to_header - len(rejected) - (int(count[0]) if count else 0)
    if beyond <= 0:
        return _Lost(rejected)
    swallowing, within = find_swallowing_rows(connection, made, layout.labels, layout.separator)
    swallowed = max(0, beyond - within) + sum(lines for _, lines in swallowing)
    numbers = Partition(0, str(made), 0, 0, "", _first_line(layout), rejected)
    at = [numbers.line_of(row) for row, _ in swallowing]
    if swallowing:
        write_without(connection, made, [row for row, _ in swallowing], _PARQUET)
    # DuckDB does not tell how many lines a line that it rejects spans, but which ones it left in a quoted cell.
    begun = sorted([*at, *([line for line, is_quoted in found if is_quoted] if beyond > within else [])])
    return _Lost(tuple(sorted([*rejected, *at])), swallowed, tuple(begun[:_MOST_TOLD]) if swallowed else ())
