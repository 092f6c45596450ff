"""A titled table of texts, as documents and .pdf reports lay it out: its columns, its rows, where their texts stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEFT, CENTRE, RIGHT = "left", "center", "right"

MOST_ROWS_IN_TEXT: Final = 15
"""A longer table stands in an appendix, and its first rows in the text."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its label, its share of the table's width, where its texts stand."""

    label: str
    share: float
    align: str = RIGHT


@dataclass(frozen=True)
class Row:
    """
    One row of a table.

    Parameters
    ----------
    cells
        The texts of its cells.
    is_sum
        Whether it is a row of sums: these are bold.
    figures
        For each cell the name of the figure that stands in it, ``""`` for none; empty where no cell holds one. A cell
        with a name gets a bookmark that Word does not list, by which `reported_figures` finds it again.
    """

    cells: tuple[str, ...]
    is_sum: bool = False
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A titled table."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_wide: bool = False
    note: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it is too long for the text."""
        return len(self.rows) > MOST_ROWS_IN_TEXT
