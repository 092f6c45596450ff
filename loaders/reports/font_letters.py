"""Which letters the fonts of the reports have; what they lack is shown as a box, never lost and never an error."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

from loaders.reports.font_metrics import font_file
from loaders.reports.typesetting import FONT_FOLDER

_BOX: Final = "□"
_SIGNS: Final = frozenset("✔")
"""What another font of the typesetter has: see `geodata.status`."""

_MAY_BREAK: Final = "\u200b"
_KEPT_CONTROLS: Final = frozenset(("\n", _MAY_BREAK))
_LONG_WORD: Final = re.compile(r"[^\s\u200b]{25,}")
_JOINTS: Final = re.compile(r"(?<=[_.\-/()])(?=[^\s_.\-/()])")


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
        letter if letter in letters or letter in _KEPT_CONTROLS else " " if _is_control(letter) else _BOX
        for letter in composed
    )


def breakable(text: str) -> str:
    """Return a text whose long words, such as names of files, may be broken behind their dashes, dots and slashes."""
    return _LONG_WORD.sub(lambda found: _JOINTS.sub(_MAY_BREAK, found[0]), text)


@lru_cache(maxsize=1)
def _letters() -> frozenset[str]:
    """Letters that every one of our fonts has, and the signs of another."""
    fonts = [frozenset(font_file(path.stem).glyph_of) for path in sorted(FONT_FOLDER.glob("*.ttf"))]
    return frozenset(one for one in frozenset.intersection(*fonts) if not _is_control(one)) | _SIGNS


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter).startswith("C")
