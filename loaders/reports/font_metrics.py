"""What the TrueType fonts of the reports hold: which letters they have, and how wide each is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from loaders.reports.typesetting import FONT_FOLDER

_UNICODE_TABLES: Final = ((3, 1), (0, 3))
_WIDEST: Final = 1.0
"""Width of a letter that a font lacks, in font sizes."""


@dataclass(frozen=True)
class FontFile:
    """A TrueType font, read from its bytes."""

    content: bytes

    @cached_property
    def glyph_of(self) -> dict[str, int]:
        """Glyph of each letter up to U+FFFF (its table ``cmap``, format 4)."""
        return dict(self._mapped())

    def width_of(self, text: str) -> float:
        """Return how wide a text is, in font sizes."""
        return sum(self._width(letter) for letter in text)

    def _width(self, letter: str) -> float:
        glyph = self.glyph_of.get(letter)
        if glyph is None:
            return _WIDEST
        return self._advances[min(glyph, len(self._advances) - 1)] / self._units

    def _mapped(self) -> Iterator[tuple[str, int]]:
        at = self._letters_at()
        count = self._short(at + 6) // 2
        ends, starts, deltas, ranges = (
            self._shorts(at + 14 + place, count) for place in (0, 2 * count + 2, 4 * count + 2, 6 * count + 2)
        )
        for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if offset:
                    glyph = self._short(at + 16 + 6 * count + 2 * number + offset + 2 * (code - first))
                if glyph:
                    yield chr(code), (glyph + delta) & 0xFFFF

    def _letters_at(self) -> int:
        start = self._table(b"cmap")
        encodings = (self._read(">HHI", start + 4 + 8 * n) for n in range(self._short(start + 2)))
        at = start + int(
            next(offset for platform, encoding, offset in encodings if (platform, encoding) in _UNICODE_TABLES)
        )
        assert self._short(at) == 4
        return at

    @cached_property
    def _advances(self) -> tuple[int, ...]:
        """Width of each glyph in units; further glyphs are as wide as the last (tables ``hhea``, ``hmtx``)."""
        count = self._short(self._table(b"hhea") + 34)
        return self._shorts(self._table(b"hmtx"), 2 * count)[::2]

    @cached_property
    def _units(self) -> int:
        return self._short(self._table(b"head") + 18)

    def _table(self, tag: bytes) -> int:
        records = (self._read(">4s4xI", 12 + 16 * n) for n in range(self._short(4)))
        return int(next(offset for name, offset in records if name == tag))

    def _short(self, at: int) -> int:
        return int(self._read(">H", at)[0])

    def _shorts(self, at: int, count: int) -> tuple[int, ...]:
        return self._read(f">{count}H", at)

    def _read(self, layout: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(layout, self.content, at)


@lru_cache(maxsize=8)
def font_file(name: str) -> FontFile:
    """Return one of the product's fonts, such as ``"LiberationSans-Bold"``; read once."""
    return FontFile((FONT_FOLDER / f"{name}.ttf").read_bytes())


def sans_width(text: str, *, size: float, bold: bool = False) -> float:
    """Return how wide a text is when set in the sans-serif font of the reports, in points."""
    return font_file("LiberationSans-Bold" if bold else "LiberationSans-Regular").width_of(text) * size
