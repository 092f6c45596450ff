"""The rows behind a problem: the first of them as examples, and how far points lie from where they should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import duckdb
import numpy as np

from loaders.ledger.grouping import Grouping, insert_rows
from loaders.ledger.judging import Verdict
from loaders.ledger.plan import Outlines, Partition, RollupPlan
from loaders.ledger.problems import NEAR_APPROXIMATE_M, NEAR_M, Problem, Problems, Sample
from loaders.survey.issues import ERROR, INFO, WARNING

_COLUMNS_OF: Final = {
    "ledger.period-unreadable": ("period",),
    "ledger.period-elsewhere": ("period",),
    "ledger.supply-unknown": ("supply_kind",),
    "ledger.area-unknown": ("area",),
    "ledger.commune-unknown": ("commune_code", "commune_name", "district_name"),
    "ledger.commune-followed": ("commune_code", "commune_name"),
}
"""What an example shows of its row; the household's code where nothing stands here."""


_WITHOUT_OUTLINE: Final = {
    "ledger.point-elsewhere": "ledger.no-outline-elsewhere",
    "ledger.point-far": "ledger.no-outline",
    "ledger.outside": "ledger.no-outline",
}
"""What is told of a point where the stated commune has no outline from which a distance could be measured."""


class Evidence:
    """
    Finds the rows behind the problems of a partition.

    Parameters
    ----------
    grouping
        The groups of the partition; they have been counted.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, partition: Partition, plan: RollupPlan, grouping: Grouping
    ) -> None:
        self._connection = connection
        self._partition = partition
        self._plan = plan
        self._grouping = grouping

    def of_groups(self, flagged: Mapping[tuple[str, str], list[tuple[int, int]]]) -> Problems:
        """Return problems (code and severity → numbers and rows of groups) with their counts and first rows."""
        if not flagged:
            return {}
        names = list(flagged)
        self._connection.execute("CREATE TEMP TABLE flagged (problem INTEGER, id BIGINT)")
        numbers = [(place, number) for place, name in enumerate(names) for number, _ in flagged[name]]
        insert_rows(self._connection, "flagged", numbers)
        columns = ["file_row", "household", "period", "supply_kind", "area", *self._plan.columns.places]
        columns += ["lon", "lat"] if self._plan.outlines is not None else []
        row = ", ".join(f"'{key}': r.{key}" for key in columns)
        query = self._grouping.rows_of("flagged", f"f.problem, r.file_row, {{{row}}} AS example")
        query = f"SELECT problem, arg_min(example, file_row, {self._plan.samples}) FROM ({query}) GROUP BY problem"
        examples = {names[place]: found for place, found in self._connection.execute(query).fetchall()}
        return {
            name: Problem(
                sum(rows for _, rows in groups),
                tuple(sorted(self._sample(row["file_row"], _shown(name[0], row)) for row in examples[name])),
            )
            for name, groups in flagged.items()
        }

    def by_distance(self, verdicts: Mapping[int, Verdict]) -> Problems:
        """Return what is told of points outside the commune that their row states, and of points outside every one."""
        outlines = self._plan.outlines
        if not verdicts or outlines is None:
            return {}
        self._connection.execute("CREATE TEMP TABLE elsewhere (id BIGINT)")
        insert_rows(self._connection, "elsewhere", [(number,) for number in verdicts])
        query = self._grouping.rows_of("elsewhere", "r.file_row, f.id, r.lon, r.lat")
        rows = self._connection.execute(f"SELECT * FROM ({query}) ORDER BY file_row").fetchnumpy()
        groups = [verdicts[number] for number in rows["id"].tolist()]
        codes, metres = _distances([group.stated.code for group in groups], rows["lon"], rows["lat"], outlines)
        places: dict[tuple[str, str], list[int]] = {}
        for place, (group, code, distance) in enumerate(zip(groups, codes, metres.tolist(), strict=True)):
            limit = NEAR_APPROXIMATE_M if code in outlines.approximate else NEAR_M
            if problem := _told(group, distance, limit):
                places.setdefault(problem, []).append(place)
        file_rows = rows["file_row"].tolist()
        return {
            problem: Problem(
                len(those),
                tuple(self._sample(file_rows[n], codes[n], metres[n]) for n in those[: self._plan.samples]),
                None if np.isnan(metres[those]).any() else float(metres[those].max()),
            )
            for problem, those in places.items()
        }

    def _sample(self, file_row: int, value: str, distance: float | None = None) -> Sample:
        partition = self._partition
        metres = None if distance is None or np.isnan(distance) else round(float(distance), 1)
        return Sample(partition.number, file_row, partition.file, partition.line_of(file_row), value, metres)


def _distances(stated: list[str], lon: Any, lat: Any, outlines: Outlines) -> tuple[list[str], Any]:
    """Return the stated commune of each point, the nearest where none is stated, and the distance to it in metres."""
    metres = outlines.distances_m(stated, lon, lat)
    without = [place for place, code in enumerate(stated) if not code]
    if without:
        nearest, away = outlines.nearest(lon[without], lat[without])
        metres[without] = away
        for place, code in zip(without, nearest, strict=True):
            stated[place] = code
    return stated, metres


def _told(verdict: Verdict, distance_m: float, limit_m: float) -> tuple[str, str] | None:
    """
    Return what is told of a point outside its stated commune; nothing near an approximate outline.

    The distance is NaN where the stated commune has no outline.
    """
    if verdict.stated.code and np.isnan(distance_m):
        return _WITHOUT_OUTLINE[verdict.by_distance], WARNING
    if not verdict.stated.code:
        return verdict.by_distance, ERROR
    if distance_m > limit_m:
        return verdict.by_distance, WARNING
    near = {"ledger.point-elsewhere": "ledger.point-near", "ledger.outside": "ledger.outside-near"}
    return (near[verdict.by_distance], INFO) if verdict.by_distance in near else None


def _shown(code: str, row: Mapping[str, Any]) -> str:
    """Return what the row of an example has in the columns that its problem is about."""
    columns = _COLUMNS_OF.get(code, ("household",))
    if code.startswith("ledger.coordinates-") and row.get("lon") is not None:
        columns = ("lon", "lat")
    return ", ".join(str(row[key]) for key in columns if row.get(key) is not None)
