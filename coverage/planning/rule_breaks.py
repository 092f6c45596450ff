"""Which rules a programme breaks, and by how much: any programme, of the solver, by hand or kept from before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coverage.planning.programme_model import ONCE, WORST, Row
from coverage.planning.programme_units import Ints, Units

TOLERANCE: Final = 1e-6
"""Of rows in million VND, crew weeks, households: one VND is not a broken budget."""


@dataclass(frozen=True)
class Breach:
    """
    A row that is not kept.

    Parameters
    ----------
    row
        The row.
    found
        What its sum is; the row says from which to which it may be.
    """

    row: Row
    found: float

    @property
    def by(self) -> float:
        """How far the sum is outside."""
        return max(self.found - self.row.upper, self.row.lower - self.found)


def breaches_of(rows: Iterable[Row], place: Ints, years: int) -> list[Breach]:
    """Return the rows that are not kept by the place in the years of each unit (-1: never)."""
    # Each column of a row is a unit in a year.
    found = []
    for row in rows:
        if row.rule in (ONCE, WORST):  # no rules, but how the model counts
            continue
        total = float(row.amounts[place[row.columns // years] == row.columns % years].sum())
        if total > row.upper + TOLERANCE or total < row.lower - TOLERANCE:
            found.append(Breach(row, total))
    return found


def is_kept(units: Units, rows: Iterable[Row], place: Ints, years: int) -> bool:
    """Return whether no rule is broken and nothing is done that never is."""
    is_free = all(place[unit] < 0 for unit in units.never)
    return is_free and not breaches_of(rows, place, years)
