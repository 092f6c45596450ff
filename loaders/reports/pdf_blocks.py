"""The blocks that the sections of a .pdf report are made of, as ``pdf/blocks.typ`` draws them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geodata.language import Language
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS, STATUSES
from loaders.reports.official_tables import Listing
from loaders.reports.word_document import Column

Block = dict[str, Any]

_NEGATIVE: Final = re.compile(r"^-(?=\d)")

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


def note(text: str) -> Block:
    """Return a small line below a table or picture."""
    return {"kind": "note", "text": text}


def bullets(items: Sequence[str]) -> Block:
    """Return a list."""
    return {"kind": "list", "items": list(items)}


def picture(svg: bytes, *, width_pt: float, alt: str) -> Block:
    """Return a picture, with what it shows in words for those who cannot see it."""
    return {"kind": "picture", "svg": svg.decode(), "width": width_pt, "alt": alt}


def table(columns: Sequence[Column], rows: Sequence[TableRow], *, size: float = TEXT_SIZE) -> Block:
    """Return a table whose header stands on each of its pages."""
    return {
        "kind": "table",
        "size": size,
        "columns": [{"label": one.label, "share": one.share, "align": one.align} for one in columns],
        "rows": [{"kind": row.kind, "cells": list(row.cells)} for row in rows],
    }


def listing(found: Listing, language: Language) -> Block:
    """Return a table of the official document; a cell that says a status has its colour."""
    colours = {status_words(one, language): STATUS_COLOURS[one] for one in STATUSES}
    rows = [
        {
            "kind": "total" if row.is_sum else "row",
            "cells": [
                {"text": cell, "colour": colours[cell]} if cell in colours else _signed(cell) for cell in row.cells
            ],
        }
        for row in found.rows
    ]
    return table(found.columns, ()) | {"rows": rows}


def _signed(cell: str) -> str:
    """Write a negative number with a minus sign, not a hyphen."""
    return _NEGATIVE.sub("−", cell)


def status_words(status: str, language: Language) -> str:
    """Return a status as its sign and its word: ▲ behind the path."""
    return f"{STATUS_SIGNS[status]} {language.say(STATUS_NAMES[status])}"
