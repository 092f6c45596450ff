"""Which letters the fonts of the reports have; what they lack is shown as a box, never lost and never an error."""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from typing import Any, Final

from loaders.reports.typesetting import FONT_FOLDER

_BOX: Final = "□"
_SIGNS: Final = frozenset("✔")
"""What another font of the typesetter has: see `geodata.status`."""

_UNICODE_TABLES: Final = ((3, 1), (0, 3))
_KEPT_CONTROLS: Final = "\n"


def printable(value: Any) -> Any:
    """
    Return a text, or the texts within lists and dicts, as they can be set.

    Composed (NFC), so that letters can be sought in the file; control characters become spaces, letters of foreign
    scripts and pictures that no font has become boxes.
    """
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, dict):
        return {key: printable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(inner) for inner in value]
    return value


def _printable_text(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable():
        return composed
    letters = _letters()
    return "".join(
        letter
        if letter in letters or letter in _KEPT_CONTROLS
        else " "
        if unicodedata.category(letter).startswith("C")
        else _BOX
        for letter in composed
    )


@lru_cache(maxsize=1)
def _letters() -> frozenset[str]:
    """Letters that every one of our fonts has, and the signs of another."""
    fonts = [_letters_of(path.read_bytes()) for path in sorted(FONT_FOLDER.glob("*.ttf"))]
    return frozenset.intersection(*fonts) | _SIGNS


def _letters_of(font: bytes) -> frozenset[str]:
    """Read a TrueType font's table of letters (``cmap``, format 4: the letters up to U+FFFF)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4s4xII", font, 12 + 16 * n) for n in range(tables))
    start = next(offset for tag, offset, _ in records if tag == b"cmap")
    encodings = (struct.unpack_from(">HHI", font, start + 4 + 8 * n) for n in range(_short(font, start + 2)))
    at = start + next(offset for platform, encoding, offset in encodings if (platform, encoding) in _UNICODE_TABLES)
    assert _short(font, at) == 4
    segments = _short(font, at + 6) // 2
    ends = struct.unpack_from(f">{segments}H", font, at + 14)
    starts = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * segments)
    return frozenset(
        chr(code)
        for first, last in zip(starts, ends, strict=True)
        for code in range(first, last + 1)
        if code != 0xFFFF and not unicodedata.category(chr(code)).startswith("C")
    )


def _short(font: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", font, at)[0])
