"""Total rows of a table: recognised, left out, and checked against the rows that they stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from geodata.errors import mark
from geodata.name_keys import plain_key, split_type_word
from loaders.survey.columns import ColumnFound
from loaders.survey.issues import INFO, WARNING
from loaders.survey.log import SurveyLog
from loaders.workbook.cells import Row, address

Counts = Mapping[str, int]


@dataclass
class _Sum:
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rows: int = 0

    def add(self, counts: Counts) -> None:
        self.rows += 1
        for measure, count in counts.items():
            self.counts[measure] += count

    def copy(self) -> _Sum:
        return _Sum(defaultdict(int, self.counts), self.rows)


@dataclass(frozen=True)
class _Total:
    index: int
    row: Row
    name: str
    is_heading: bool
    counts: Counts
    province: str
    district: str
    block: _Sum
    so_far: _Sum

    @property
    def key(self) -> str:
        return plain_key(self.name)


class TotalCheck:
    """
    Adds the rows of one table up as they come, and holds its totals against them at the end.

    Rows count under the names typed for their province and district, whether these are known or not: a total can
    be checked in a table of places that are none of ours.
    """

    def __init__(self, log: SurveyLog) -> None:
        self._log = log
        self._by_place: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
        self._block = _Sum()
        self._all = _Sum()
        self._totals: list[_Total] = []

    def add_row(self, counts: Counts, *, province: str, district: str) -> None:
        """Count a row of data under the names of its province and district."""
        keys = {("", ""), (plain_key(province), ""), (plain_key(province), plain_key(district))}
        for key in keys - {("", "")}:
            self._by_place[key].add(counts)
        self._block.add(counts)
        self._all.add(counts)

    def add_total(
        self, index: int, row: Row, name: str, counts: Counts, *, is_heading: bool, province: str, district: str
    ) -> None:
        """
        Keep a total row.

        Parameters
        ----------
        name
            What it is the total of; ``""`` where it does not say.
        is_heading
            Whether the name is one of a province or district.
        """
        place = (plain_key(province), plain_key(district))
        kept = _Total(index, row, name, is_heading, counts, *place, self._block.copy(), self._all.copy())
        self._totals.append(kept)
        self._block = _Sum()

    def finish(self) -> None:
        """Log what the totals say: each that differs, and how many agree."""
        agreeing = 0
        for total in self._totals:
            if self._is_alone(total):
                self._take_alone(total)
        for total in self._totals:
            scopes = [scope for scope in self._scopes(total) if scope.rows]
            if not scopes:
                continue
            if any(not _differences(total.counts, scope) for scope in scopes):
                agreeing += 1
            else:
                self._log_difference(total, scopes[0])
        if self._totals:
            first = self._totals[0]
            self._log.add(
                "survey.total-left-out",
                INFO,
                first.index,
                first.row,
                self._log.table.key_column(first.row),
                mark(
                    "total rows are reckoned by the system and are never taken as communes: {found} were left out, "
                    "{agreeing} of them agree with their rows."
                ),
                found=len(self._totals),
                agreeing=agreeing,
            )

    def _is_alone(self, total: _Total) -> bool:
        """Whether a total names a district or province of which no row stands in the table."""
        return total.is_heading and not self._named(total)

    def _take_alone(self, total: _Total) -> None:
        # Districts without communes (islands, in the census) stand with their total only; wholes count it.
        for scope in (self._by_place[total.province, ""], self._all):
            scope.add(total.counts)
        self._log.add(
            "survey.total-without-rows",
            INFO,
            total.index,
            total.row,
            self._log.table.key_column(total.row),
            mark('"{name}" is a total without rows of communes below it; its figures were not taken.'),
            name=total.name,
        )

    def _named(self, total: _Total) -> list[_Sum]:
        found = [self._by_place.get((total.province, total.key)), self._by_place.get((total.key, ""))]
        found += [scope for (_, district), scope in self._by_place.items() if total.key and district == total.key]
        if not any(found):
            bare = plain_key(split_type_word(total.name)[1])
            ends = [scope for (_, district), scope in self._by_place.items() if bare and district.endswith(bare)]
            found += ends if len(ends) == 1 else []
        return [scope for scope in found if scope is not None]

    def _scopes(self, total: _Total) -> list[_Sum]:
        """Rows that a total may stand for, the likeliest first."""
        if total.key and (named := self._named(total)):
            return named
        if total.is_heading:
            return []
        district = self._by_place.get((total.province, total.district)) if total.district else None
        whole = self._by_place.get((total.province, "")) if total.province else None
        # A total that names nothing may stand below its rows, or above all of them.
        candidates = [total.block, total.so_far, self._all, district, whole]
        return [scope for scope in candidates if scope is not None]

    def _log_difference(self, total: _Total, scope: _Sum) -> None:
        for measure, (typed, reckoned) in _differences(total.counts, scope).items():
            column: ColumnFound = self._log.table.columns[measure]
            self._log.add(
                "survey.total-differs",
                WARNING,
                total.index,
                total.row,
                column,
                mark(
                    'the total says {typed} for "{label}", but its {rows} rows add up to {reckoned}. Look for a '
                    "missing, doubled or mistyped row; the rows are what counts."
                ),
                typed=typed,
                label=column.label,
                rows=scope.rows,
                reckoned=reckoned,
                at=address(total.index, column.index),
            )


def _differences(typed: Counts, scope: _Sum) -> dict[str, tuple[int, int]]:
    """Measures in which a total differs from its rows; one that no row reports says nothing."""
    return {
        measure: (count, scope.counts[measure])
        for measure, count in typed.items()
        if measure in scope.counts and scope.counts[measure] != count
    }
