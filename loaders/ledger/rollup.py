"""Rolls a partition of a ledger up: households by commune, quarter and supply, and what is wrong with its rows.

The sum of the partitions is the whole, however the ledger is parted, on one machine or on several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from loaders.ledger.evidence import Evidence
from loaders.ledger.grouping import Grouping
from loaders.ledger.judging import Cell, Judge, Verdict
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.problems import Problems, merge_problems
from loaders.ledger.queries import add_functions, connected


@dataclass(frozen=True)
class PartialRollup:
    """
    What was found in a part of a ledger; plain data that can be sent, stored and added up.

    Parameters
    ----------
    rows
        Rows read.
    counts
        Households by commune, quarter, kind of supply and area (``urban``, ``rural``, or ``""`` where the row does not
        say).
    problems
        Code and severity → how often, with examples.
    """

    rows: int = 0
    counts: Counter[Cell] = field(default_factory=Counter)
    problems: Problems = field(default_factory=dict)

    @property
    def rows_counted(self) -> int:
        """Rows that count as a household."""
        return sum(self.counts.values())

    def without(self, taken: PartialRollup) -> PartialRollup:
        """Return this roll-up without the households of another one, whose rows are among its own."""
        counts = Counter(self.counts)
        counts.subtract(taken.counts)
        return PartialRollup(self.rows, +counts, self.problems)


def combine(parts: Iterable[PartialRollup], *, samples: int) -> PartialRollup:
    """Return the sum of some parts, whatever their order."""
    parts = list(parts)
    counts: Counter[Cell] = Counter()
    for part in parts:
        counts.update(part.counts)
    problems = merge_problems((part.problems for part in parts), most=samples)
    return PartialRollup(sum(part.rows for part in parts), counts, problems)


def roll_up(partition: Partition, plan: RollupPlan, *, only_rows: str | None = None) -> PartialRollup:
    """
    Return the households of a partition by commune, quarter and supply, and what is wrong with its rows.

    It depends on nothing but its arguments and the partition's file, so that it can run in any process.

    Parameters
    ----------
    only_rows
        Parquet file with the columns ``partition`` and ``file_row``: only these rows are rolled up.
    """
    with connected(plan) as connection:
        add_functions(connection, plan)
        judge = Judge(plan)
        grouping = Grouping(connection, partition, plan, quarter_of=judge.quarter, only_rows=only_rows)
        rows, counts = 0, Counter[Cell]()
        flagged: dict[tuple[str, str], list[tuple[int, int]]] = {}
        by_distance: dict[int, Verdict] = {}
        for number, what, where, count in grouping.groups():
            verdict = judge.judge(what, where)
            rows += count
            if verdict.cell is not None:
                counts[verdict.cell] += count
            for problem in verdict.problems:
                flagged.setdefault(problem, []).append((number, count))
            if verdict.by_distance:
                by_distance[number] = verdict
        evidence = Evidence(connection, partition, plan, grouping)
        problems = [evidence.of_groups(flagged), evidence.by_distance(by_distance)]
        return PartialRollup(rows, counts, merge_problems(problems, most=plan.samples))
