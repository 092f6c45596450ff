"""The blocks that the sections of a .pdf report are made of, as ``pdf/blocks.typ`` draws them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geodata.language import Language
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS, STATUSES
from loaders.reports.font_letters import breakable
from loaders.reports.font_metrics import sans_width
from loaders.reports.listing import RIGHT, Column, Listing

Block = dict[str, Any]

_NEGATIVE: Final = re.compile(r"^-(?=\d)")

TEXT_WIDTH: Final = (210 - 23 - 17) / 25.4 * 72
"""Between the margins of the page, in points; ``pdf/province_report.typ`` sets them."""

CELL_MARGIN: Final = 2.5
"""Beside the text of a cell, in points."""

_MEASURED: Final = 12
"""So many of a column's longest texts are measured: the widest is among those with the most letters."""

_SLACK: Final = 14.0
"""Points that a column of figures keeps beyond its longest word."""

_BREAKS: Final = re.compile(r"[\s\u200b]")

TEXT_SIZE: Final = 8.0
"""Of tables, in points; ones with many columns are set smaller."""


@dataclass(frozen=True)
class Section:
    """A part of the report with its heading: level 1, or 2 within one of level 1."""

    title: str
    blocks: Sequence[Block]
    level: Literal[1, 2] = 1

    def as_data(self) -> dict[str, Any]:
        """Return it as the template reads it."""
        return {"title": self.title, "level": self.level, "blocks": list(self.blocks)}


@dataclass(frozen=True)
class TableRow:
    """Texts of a row, and what it is: a row, the sums of a group that follow, or the total."""

    cells: tuple[str, ...]
    kind: Literal["row", "group", "total"] = "row"


def paragraph(text: str) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "text": text}


def bullets(items: Sequence[str]) -> Block:
    """Return a list."""
    return {"kind": "list", "items": list(items)}


def picture(svg: bytes, *, width_pt: float, alt: str) -> Block:
    """Return a picture, with what it shows in words for those who cannot see it."""
    return {"kind": "picture", "svg": svg.decode(), "width": width_pt, "alt": alt}


def table(
    columns: Sequence[Column], rows: Sequence[TableRow], *, size: float = TEXT_SIZE, notes: Sequence[str] = ()
) -> Block:
    """Return a table whose header stands on each of its pages, and notes above it; see `column_widths`."""
    shown = [{"kind": row.kind, "cells": [_fitting(cell) for cell in row.cells]} for row in rows]
    return _table(columns, shown, size, notes)


def _table(columns: Sequence[Column], rows: Sequence[Block], size: float, notes: Sequence[str]) -> Block:
    texts = [[row["cells"][place] for row in rows] for place in range(len(columns))]
    plain = [[cell if isinstance(cell, str) else cell["text"] for cell in cells] for cells in texts]
    widths = column_widths(columns, plain, size=size)
    return {
        "kind": "table",
        "size": size,
        "columns": [
            {"label": one.label, "width": width, "align": one.align} for one, width in zip(columns, widths, strict=True)
        ],
        "rows": list(rows),
        "notes": list(notes),
    }


def column_widths(columns: Sequence[Column], cells: Sequence[Sequence[str]], *, size: float) -> list[float]:
    """
    Return the widths of columns in points, `TEXT_WIDTH` together: their shares, yet no word lies on its neighbour.

    A column whose share is too narrow for its longest word (of the label, or of `cells`) gets what that word needs, at
    the cost of the others; columns that have room to spare give it to those whose texts would be wrapped.
    Where all words need more than there is, each column gets its part of it.
    """
    least = [_widest(_words(column.label, texts), size) for column, texts in zip(columns, cells, strict=True)]
    if sum(least) >= TEXT_WIDTH:
        return [width * TEXT_WIDTH / sum(least) for width in least]
    widths = _widened([column.share for column in columns], least)
    ample = [
        needed + _SLACK if column.align == RIGHT else max(needed, _widest(texts, size))
        for column, needed, texts in zip(columns, least, cells, strict=True)
    ]
    wanted = [
        0.0 if column.align == RIGHT else max(0.0, enough - width)
        for column, enough, width in zip(columns, ample, widths, strict=True)
    ]
    spare = [max(0.0, width - enough) for width, enough in zip(widths, ample, strict=True)]
    lent = min(sum(wanted), sum(spare))
    if not lent:
        return widths
    return [
        width + lent * more / sum(wanted) - lent * less / sum(spare)
        for width, more, less in zip(widths, wanted, spare, strict=True)
    ]


def _widened(shares: Sequence[float], least: Sequence[float]) -> list[float]:
    """Return widths by shares, yet each as wide as it must be."""
    narrow: set[int] = set()
    while True:
        left = TEXT_WIDTH - sum(least[place] for place in narrow)
        others = sum(share for place, share in enumerate(shares) if place not in narrow)
        widths = [least[place] if place in narrow else left * share / others for place, share in enumerate(shares)]
        short = {place for place, width in enumerate(widths) if width < least[place] and place not in narrow}
        if not short:
            return widths
        narrow |= short


def _words(label: str, texts: Sequence[str]) -> list[str]:
    return [*label.split(), *(word for text in texts for word in _BREAKS.split(text))]


def _widest(texts: Sequence[str], size: float) -> float:
    """Return the width of the widest of texts set bold, with the room beside it."""
    longest = sorted(set(texts), key=len)[-_MEASURED:]
    return 2 * CELL_MARGIN + max((sans_width(text, size=size, bold=True) for text in longest), default=0.0)


def listing(found: Listing, language: Language, *, notes: Sequence[str] = ()) -> Block:
    """Return a table of the official document with notes above it; a cell that says a status has its colour."""
    colours = {status_words(one, language): STATUS_COLOURS[one] for one in STATUSES}
    rows = [
        {
            "kind": "total" if row.is_sum else "row",
            "cells": [
                {"text": cell, "colour": colours[cell]} if cell in colours else _fitting(cell) for cell in row.cells
            ],
        }
        for row in found.rows
    ]
    return _table(found.columns, rows, TEXT_SIZE, notes)


def _fitting(cell: str) -> str:
    """Write a negative number with a minus sign, not a hyphen, and let a long word be broken."""
    return breakable(_NEGATIVE.sub("−", cell))


def status_words(status: str, language: Language) -> str:
    """Return a status as its sign and its word: ▲ behind the path."""
    return f"{STATUS_SIGNS[status]} {language.say(STATUS_NAMES[status])}"
