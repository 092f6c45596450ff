"""The units that a programme decides on: candidates that can only be done in the same year are one unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from coverage.planning.candidates import ProgrammeRules
from geodata.errors import PhuDienError, mark

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class RuleError(PhuDienError):
    """Rules that no programme can be made by, such as a code that no candidate has."""


@dataclass(frozen=True)
class Units:
    """
    Candidates in code order, and what is decided as one.

    Parameters
    ----------
    table
        The candidates, in code order whatever order they came in.
    unit
        Number of the unit of each candidate of `table`.
    before
        Pairs of units: the first is done no earlier than the second.
    must, never
        Units that are done in some year; units that never are.
    """

    table: pd.DataFrame
    unit: Ints
    before: tuple[tuple[int, int], ...]
    must: frozenset[int]
    never: frozenset[int]

    @property
    def count(self) -> int:
        """Units."""
        return int(self.unit.max()) + 1 if len(self.unit) else 0

    def total(self, column: str, where: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Return the sum of a column by unit, of all candidates or of some."""
        numbers = self.table[column].to_numpy(dtype="float64")
        if where is not None:
            numbers = np.where(where, numbers, 0.0)
        return self.summed(numbers)

    def summed(self, amounts: Floats) -> Floats:
        """Return amounts of candidates summed by unit."""
        return np.asarray(np.bincount(self.unit, weights=amounts, minlength=self.count), dtype="float64")

    def within(self, column: str, code: str) -> npt.NDArray[np.bool_]:
        """Return which candidates lie in a province or district."""
        return np.asarray(self.table[column] == code, dtype=bool)

    @cached_property
    def may_be_done(self) -> npt.NDArray[np.bool_]:
        """Which candidates are not in a unit that never is done."""
        return ~np.isin(self.unit, list(self.never))

    def place_of(self, year: pd.Series[int], rules: ProgrammeRules) -> Ints:
        """Return the place in the years of each candidate, for its calendar year; -1 is never, or in no such year."""
        place = (year.reindex(self.table.index).astype("Int64") - rules.first_year).fillna(-1)
        found: Ints = np.asarray(place.to_numpy(dtype="int64"), dtype=np.int64)
        return np.where((found >= 0) & (found < len(rules.years)), found, -1)

    def year_of(self, place: Ints, rules: ProgrammeRules) -> pd.Series[int]:
        """Return the calendar year by candidate, for a place in the years of each unit; -1 is never."""
        found = place[self.unit] if len(self.unit) else place
        year = pd.Series(found + rules.first_year, index=self.table.index, dtype="Int64", name="year")
        return year.mask(found < 0)


def units_of(candidates: pd.DataFrame, rules: ProgrammeRules) -> Units:
    """
    Return the units of candidates.

    Candidates of an organisation in `ProgrammeRules.together` are one unit, as are those that follow each other in a
    ring. What follows a candidate that never is done is never done either: that is left to the solver.

    Raises
    ------
    RuleError
        If a rule names a candidate, an organisation or a place that no candidate has.
    """
    table = candidates.sort_index()
    if not table.index.is_unique:
        raise RuleError(
            "programme.code-twice", mark('Candidate "{code}" is there more than once.'),
            code=table.index[table.index.duplicated()][0],
        )  # fmt: skip
    require_known_codes(table, rules)
    unit = _same_year(table, rules)
    number = pd.Series(unit, index=table.index)
    pairs = {(int(number[code]), int(number[other])) for code, other in rules.follows.items()}
    return Units(
        table=table,
        unit=unit,
        before=tuple(sorted(pair for pair in pairs if pair[0] != pair[1])),
        must=frozenset(int(number[code]) for code in rules.must_take),
        never=frozenset(int(number[code]) for code in rules.must_not_take),
    )


def require_known_codes(table: pd.DataFrame, rules: ProgrammeRules) -> None:
    """
    Refuse rules about candidates that do not exist: they would say nothing, and nobody would see it.

    Raises
    ------
    RuleError
        For the first such code.
    """
    named = [*sorted(rules.must_take), *sorted(rules.must_not_take), *rules.follows, *rules.follows.values()]
    for code in named:
        if code not in table.index:
            raise RuleError(
                "programme.code-unknown", mark('A rule names "{code}", which is not among the {count} candidates.'),
                code=code, count=len(table),
            )  # fmt: skip
    if not rules.budget_vnd:
        raise RuleError("programme.no-year", mark("The programme has no year: give a budget for each year."))


def _same_year(table: pd.DataFrame, rules: ProgrammeRules) -> Ints:
    place = {code: number for number, code in enumerate(table.index)}
    edges = [(place[code], place[other]) for code, other in rules.follows.items()]
    grouped = table["together_with"].isin(rules.together - {""})
    first: dict[Any, int] = {}
    for code, name in table.loc[grouped, "together_with"].items():
        anchor = first.setdefault(name, place[code])
        edges += [(place[code], anchor), (anchor, place[code])]
    size = len(table)
    ends = np.array(edges, dtype="int64").reshape(-1, 2)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, label = connected_components(graph, directed=True, connection="strong") if size else (0, np.empty(0))
    # Numbered by the first candidate of each, so that they are in code order.
    _, first_seen, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first_seen), dtype="int64")
    rank[np.argsort(first_seen)] = np.arange(len(first_seen))
    return rank[number].astype("int64")
