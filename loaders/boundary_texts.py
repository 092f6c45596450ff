"""Attribute texts of boundary files → Unicode: code pages of shapefiles; TCVN3 and VNI letters in any kind of file."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from loaders.workbook.legacy_text import texts_in_unicode

BYTES: Final = "ISO-8859-1"
"""Encoding in which every byte of a .dbf comes as one letter, so that what it means can be decided here."""

_UTF8_TAIL: Final = 3
"""A field of a .dbf has a width in bytes, so that its last letter may be cut: up to so many bytes."""

Columns = Mapping[Any, Sequence[Any]]


def decoded(columns: Columns, declared: str) -> dict[Any, list[Any]]:
    """
    Return the texts of a .dbf, read as `BYTES`, in the encoding that they are in.

    UTF-8 where every text can be read so: nothing else looks like it by chance. Else what the .cpg says, else
    windows-1252, in which `in_unicode` knows the letters of TCVN3 and VNI.

    Parameters
    ----------
    columns
        Values by column; those that are no texts stay as they are.
    declared
        What the .cpg says; empty where there is none.
    """
    raw = {value.encode(BYTES) for values in columns.values() for value in values if isinstance(value, str)}
    decode = _decoder([content for content in raw if not content.isascii()], declared)
    return {
        column: [decode(value.encode(BYTES)) if isinstance(value, str) else value for value in values]
        for column, values in columns.items()
    }


def _decoder(raw: Sequence[bytes], declared: str) -> Callable[[bytes], str]:
    if all(_as_utf8(content) is not None for content in raw):
        return lambda content: _as_utf8(content) or ""
    name = _codec(declared)
    if name and all(_as(name, content) is not None for content in raw):
        return lambda content: _as(name, content) or ""
    return _as_windows_1252


def _as_utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.start >= len(content) - _UTF8_TAIL and error.reason == "unexpected end of data"
        return content[: error.start].decode("utf-8") if is_cut else None


def _as(name: str, content: bytes) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _codec(declared: str) -> str:
    """Return Python's name of what a .cpg says: ``1258``, ``CP1258``, ``ANSI 1258``, ``windows-1258``."""
    digits = "".join(letter for letter in declared if letter.isdigit())
    for name in (declared, f"cp{digits}"):
        try:
            found = codecs.lookup(name).name
        except LookupError:
            continue
        return "" if found in ("utf-8", "iso8859-1", "cp1252") else found
    return ""


def _as_windows_1252(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:  # five bytes have no letter there
        return content.decode(BYTES)


def in_unicode(columns: Columns) -> tuple[dict[Any, list[Any]], str]:
    """
    Return texts in NFC, those in a legacy encoding converted, and the encoding that most of these were in.

    Examples
    --------
    >>> in_unicode({"TENXA": ["X· Mü §øc", None]})
    ({'TENXA': ['Xã Mỹ Đức', None]}, 'TCVN3')
    """
    texts = {value for values in columns.values() for value in values if isinstance(value, str)}
    known, encoding = texts_in_unicode(texts)
    found = {
        column: [
            known.get(value) or unicodedata.normalize("NFC", value) if isinstance(value, str) else value
            for value in values
        ]
        for column, values in columns.items()
    }
    return found, encoding
