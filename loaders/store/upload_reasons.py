"""Reasons that engineers gave for jumps when they accepted an upload: managers need not be asked for them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from loaders.store import schema
from loaders.store.facts import counting_batches
from loaders.survey.issues import Issue

_JUMP: Final = "survey.jump"

_Figure = tuple[str, str, str]


@dataclass(frozen=True)
class UploadReason:
    """
    Why a figure that jumped was accepted.

    Parameters
    ----------
    commune_code, period, measure, unit_list_date
        The figure; its upload is the newest that counts for it.
    old, new
        The figure of the quarter before, as it was then, and its own.
    at
        Moment of the acceptance (UTC, ISO 8601).
    """

    commune_code: str
    period: str
    measure: str
    unit_list_date: str
    old: int
    new: int
    reason: str
    user: str
    at: str


def upload_reasons(connection: Connection, *, as_of: datetime | None = None) -> list[UploadReason]:
    """Return the reasons given for jumps of figures that count now, or at an earlier moment."""
    counting, issues, batch, events = counting_batches(as_of), schema.batch_issue, schema.batch, schema.batch_event
    query = (
        select(
            issues.c.batch_id,
            issues.c.issue,
            issues.c.reason,
            batch.c.sheet,
            batch.c.unit_list_date,
            counting.c.accepted_as,
            events.c.by,
            events.c.at,
        )
        .join(counting, counting.c.batch_id == issues.c.batch_id)
        .join(batch, batch.c.id == issues.c.batch_id)
        .join(events, events.c.id == counting.c.accepted_as)
        .where(issues.c.reason.is_not(None), issues.c.issue.contains(f'"{_JUMP}"'))
    )
    rows = [(row, Issue.from_json(row.issue)) for row in connection.execute(query)]
    rows = [(row, issue) for row, issue in rows if issue.code == _JUMP]
    figures = _figures_at(connection, {row.batch_id for row, _ in rows})
    newest = _newest(connection, figures.values(), as_of)
    found = []
    for row, issue in rows:
        figure = figures.get((row.batch_id, issue.sheet, issue.cell))
        if figure is None or newest[figure] != row.accepted_as:
            continue
        old, new = int(issue.values["old"]), int(issue.values["new"])
        found.append(UploadReason(*figure, row.unit_list_date, old, new, str(row.reason), str(row.by), str(row.at)))
    return found


def _figures_at(connection: Connection, batch_ids: set[int]) -> dict[tuple[int, str, str], _Figure]:
    """Return the figures of batches by batch, sheet and cell."""
    table, batch = schema.figure, schema.batch
    sheet = func.coalesce(table.c.sheet, batch.c.sheet)
    query = (
        select(table.c.batch_id, sheet, table.c.cell, table.c.commune_code, table.c.period, table.c.measure)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(table.c.batch_id.in_(batch_ids), table.c.cell.is_not(None))
    )
    return {(int(row[0]), str(row[1]), str(row[2])): (row[3], row[4], row[5]) for row in connection.execute(query)}


def _newest(connection: Connection, figures: Iterable[_Figure], as_of: datetime | None) -> dict[_Figure, int]:
    """Return by which acceptance each figure counts."""
    table, counting = schema.figure, counting_batches(as_of)
    key = (table.c.commune_code, table.c.period, table.c.measure)
    wanted = set(figures)
    query = (
        select(*key, func.max(counting.c.accepted_as))
        .join(counting, counting.c.batch_id == table.c.batch_id)
        .where(table.c.period.in_({period for _, period, _ in wanted}))
        .where(table.c.commune_code.in_({code for code, _, _ in wanted}))
        .group_by(*key)
    )
    return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(query)}
