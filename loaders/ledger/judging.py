"""Where and as what rows of a ledger count: rows that are alike in all that matters are judged together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from geodata.name_keys import plain_key
from loaders.ledger.plan import RollupPlan, Stated
from loaders.ledger.quarters import quarter_of
from loaders.survey.issues import ERROR, INFO, WARNING

NO_POINT: Final = ""
"""State of the point in ledgers without coordinates."""

GOOD, SWAPPED, MISSING = "good", "swapped", "missing"
UNREADABLE, INFINITE, METRES, OUT_OF_RANGE = "unreadable", "infinite", "metres", "out-of-range"
OUTSIDE: Final = -1

Cell = tuple[str, str, str, str]
"""Where and as what a household counts: commune, quarter, kind of supply, ``urban``, ``rural`` or ``""``."""


What = tuple[bool, str | None, str | None, str | None]
"""What rows are: whether they have a household code, and quarter, supply and area as the file writes them."""

Where = tuple[Any, ...]
"""Where rows are: the texts of `LedgerColumns.places`, the state of their points (one of the constants above), and the
number of the commune that these lie in, `OUTSIDE` for none."""


class Verdict(NamedTuple):
    """
    What becomes of rows.

    Parameters
    ----------
    cell
        Where they count; None where they do not.
    problems
        Code and severity of what is wrong with them.
    by_distance
        Problem of which the distance from the stated commune, or from the nearest where none is stated, decides what is
        told; empty for none.
    stated
        The commune that they state.
    """

    cell: Cell | None
    problems: tuple[tuple[str, str], ...]
    by_distance: str
    stated: Stated


class _What(NamedTuple):
    """What rows are: their quarter, supply and area, and what is wrong with these."""

    period: str
    kind: str
    area: str
    problems: tuple[tuple[str, str], ...]
    is_counted: bool


class _Where(NamedTuple):
    """Where rows count, and what is wrong with what they say of it."""

    commune: str
    by_distance: str
    stated: Stated
    problems: tuple[tuple[str, str], ...]
    is_counted: bool


def _has_error(problems: Iterable[tuple[str, str]]) -> bool:
    return any(severity == ERROR for _, severity in problems)


def _meaning(text: str | None, words: dict[str, str]) -> str | None:
    """Return what a word means: empty for a blank, None for one that is not known."""
    bare = text.strip().removesuffix(".0") if text else ""  # of codes, such as 1.0, that a program took for fractions
    return words.get(plain_key(bare)) if bare else ""


class Judge:
    """
    Judges groups of rows by a plan.

    Real outlines decide in which commune a point lies, whatever the row states; approximate ones never do: there the
    stated commune counts, and the point is only held against it.
    """

    def __init__(self, plan: RollupPlan) -> None:
        self._plan = plan
        self._kinds = dict(plan.words.supply_kinds)
        self._areas = dict(plan.words.areas)
        self._codes = plan.outlines.codes if plan.outlines else []
        self._approximate = plan.outlines.approximate if plan.outlines else frozenset()
        self._keys = plan.columns.places
        # Groups are many, what they are made of is little: each is judged once.
        self._quarter = lru_cache(maxsize=1 << 16)(quarter_of)
        self._what = lru_cache(maxsize=1 << 16)(self._judge_what)
        self._where = lru_cache(maxsize=1 << 16)(self._judge_where)
        self._stated = lru_cache(maxsize=1 << 16)(self._find_stated)

    def quarter(self, text: str | None) -> str | None:
        """Return the quarter that a text names."""
        return self._quarter(text) if text else None

    def judge(self, what_they_are: What, where_they_are: Where) -> Verdict:
        """Return what becomes of the rows of a group."""
        what, where = self._what(what_they_are), self._where(where_they_are)
        is_counted = what.is_counted and where.is_counted
        cell = (where.commune, what.period, what.kind, what.area) if is_counted else None
        return Verdict(cell, what.problems + where.problems, where.by_distance, where.stated)

    def _judge_what(self, what: What) -> _What:
        has_household, period, kind, area = what
        problems: list[tuple[str, str]] = []
        if not has_household:
            problems.append(("ledger.household-missing", ERROR))
        if (quarter := self.quarter(period)) is None:
            problems.append(("ledger.period-unreadable", ERROR))
        elif self._plan.quarters is not None and quarter not in self._plan.quarters:
            problems.append(("ledger.period-elsewhere", ERROR))
        if not (supply := _meaning(kind, self._kinds)):
            problems.append(("ledger.supply-unknown", ERROR))
        if (stated_area := _meaning(area, self._areas)) is None:
            problems.append(("ledger.area-unknown", WARNING))
        return _What(quarter or "", supply or "", stated_area or "", tuple(problems), not _has_error(problems))

    def _judge_where(self, where: Where) -> _Where:
        *places, point, spot = where
        problems: list[tuple[str, str]] = []
        stated = self._stated(tuple(places))
        if stated.former:
            problems.append(("ledger.commune-followed", INFO))
        if point in (GOOD, SWAPPED):
            commune, by_distance = self._by_point(spot, stated, problems)
        else:
            commune, by_distance = self._without_point(point, stated, problems), ""
        if point == SWAPPED:
            problems.append(("ledger.coordinates-swapped", INFO))
        is_counted = bool(commune) and not _has_error(problems)
        return _Where(commune, by_distance, stated, tuple(problems), is_counted)

    def _find_stated(self, places: tuple[str | None, ...]) -> Stated:
        stated = {key: text.strip() for key, text in zip(self._keys, places, strict=True) if text and text.strip()}
        return self._plan.places.find(stated) if stated else Stated("")

    def _by_point(self, spot: int, stated: Stated, problems: list[tuple[str, str]]) -> tuple[str, str]:
        """Return the commune that counts, empty for none, and what the distance from the stated commune decides."""
        located = self._codes[spot] if spot != OUTSIDE else ""
        is_real = bool(located) and located not in self._approximate
        if stated.value and not stated.code:
            problems.append(("ledger.commune-unknown", WARNING if is_real else ERROR))
        if is_real:
            return located, "ledger.point-elsewhere" if stated.code and stated.code != located else ""
        if located and not stated.value:
            problems.append(("ledger.approximate-only", ERROR))
        if not located:
            return stated.code, "ledger.outside"
        return stated.code, "ledger.point-far" if stated.code and stated.code != located else ""

    @staticmethod
    def _without_point(point: str, stated: Stated, problems: list[tuple[str, str]]) -> str:
        if stated.value and not stated.code:
            problems.append(("ledger.commune-unknown", ERROR))
        if point in (UNREADABLE, INFINITE, METRES, OUT_OF_RANGE):
            problems.append((f"ledger.coordinates-{point}", WARNING if stated.code else ERROR))
        elif not stated.value:
            problems.append(("ledger.place-missing", ERROR))
        elif point == MISSING and stated.code:
            problems.append(("ledger.coordinates-missing", INFO))
        return stated.code
