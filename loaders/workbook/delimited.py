"""Delimited text (.csv, .tsv) → one sheet, its encoding and its separator found from its bytes."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, TextIO

from geodata.errors import FileError, mark
from loaders.workbook.cells import Row, Sheet

SUFFIXES: Final = (".csv", ".tsv", ".txt")
LARGEST_CELL: Final = 100_000
_SEPARATORS: Final = (";", "\t", ",", "|")
_SAMPLE_ROWS: Final = 200
_UTF16_SAMPLE: Final = 4096
_SAMPLE_BYTES: Final = 1 << 18

UNICODE_NAMES: Final = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16"}
EIGHT_BIT: Final = "cp1252"
"""Bytes that are no UTF-8 are read as windows-1252, one letter each; `legacy_text` finds what they spell."""


def read_delimited(content: bytes, *, file_name: str, sheet_name: str) -> Sheet:
    """
    Return the one sheet of a text file.

    Cells are texts as they stand there. The separator is the one of ``; tab , |`` that parts most rows into
    the same number of cells.

    Raises
    ------
    FileError
        If it is no text, or a cell is longer than `LARGEST_CELL` characters, as behind an unclosed quotation mark.
    """
    encoding = _encoding(content)
    if "\x00" in _open(content[:_SAMPLE_BYTES], encoding).read():
        raise FileError(
            "workbook.not-a-workbook",
            mark('The file "{file}" is neither a workbook nor text. Save it as .xlsx or as .csv (UTF-8).'),
            file=file_name,
        )
    separator = find_separator(content[:_SAMPLE_BYTES], encoding)

    def rows() -> Iterator[Row]:
        return _rows(_open(content, encoding), separator, file_name)

    for _ in rows():
        pass  # an unreadable line must be told before anything is taken from the file
    shown = {"\t": "tab"}.get(separator, separator)
    return Sheet(sheet_name, is_visible=True, source=rows, note=f"{UNICODE_NAMES.get(encoding, '8 bit')}, {shown}")


def _encoding(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = content[:_UTF16_SAMPLE]
    if head and head[1::2].count(0) > len(head) // 8:
        return "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return EIGHT_BIT
    return "utf-8"


def _keep_control(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that has no letter in windows-1252 as the control character of its number."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(chr(byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("keep-control", _keep_control)


def _open(content: bytes, encoding: str) -> TextIO:
    errors = "keep-control" if encoding == EIGHT_BIT else "replace"
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors=errors, newline="")


def find_separator(sample: bytes, encoding: str) -> str:
    """Return the separator that gives the most rows of one width; where none parts anything, the semicolon."""
    best = (0, 0, ";")
    for order, separator in enumerate(_SEPARATORS):
        widths: Counter[int] = Counter()
        try:
            for row in itertools.islice(_parse(_open(sample, encoding), separator), _SAMPLE_ROWS):
                widths[len(row)] += 1
        except csv.Error:
            pass  # the rows before the unreadable one tell enough
        found = max(((count * width, -order, separator) for width, count in widths.items() if width > 1), default=best)
        best = max(best, found)
    return best[2]


def _parse(text: TextIO, separator: str) -> Any:
    csv.field_size_limit(LARGEST_CELL)
    return csv.reader(text, delimiter=separator)


def _rows(text: TextIO, separator: str, file_name: str) -> Iterator[Row]:
    reader = _parse(text, separator)
    try:
        for row in reader:
            yield list(row)
    except csv.Error as error:
        raise FileError(
            "workbook.text-unreadable",
            mark(
                'Line {line} of "{file}" cannot be read ({reason}). A quotation mark that is not closed is the usual '
                "cause: mend that line, or save the table as .xlsx."
            ),
            file=file_name,
            line=str(reader.line_num),
            reason=str(error),
        ) from error
