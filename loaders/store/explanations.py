"""Reasons given for what consistency checks found: append-only, each with who and when; taken back by a further row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, insert, select

from loaders.store import schema
from loaders.store.batches import moment_text

EXPLAINED, TAKEN_BACK = "explained", "taken_back"

VERDICTS: Final = (EXPLAINED, TAKEN_BACK)

Subject = tuple[str, str, str, str, str]
"""Rule, area, quarter, day of the list of units (ISO text), and detail."""


@dataclass(frozen=True)
class StoredExplanation:
    """
    What was said of a finding.

    Parameters
    ----------
    values
        Those that the finding had then: name and value, whole numbers or text.
    verdict
        One of `VERDICTS`.
    at
        UTC, ISO 8601.
    """

    subject: Subject
    values: tuple[tuple[str, int | str], ...]
    verdict: str
    reason: str
    user: str
    at: str


def add_explanations(
    connection: Connection,
    findings: Iterable[tuple[Subject, Sequence[tuple[str, int | str]]]],
    verdict: str,
    *,
    reason: str,
    user: str,
    at: datetime,
) -> None:
    """Keep what a person says of findings, each with its values."""
    rows = [
        {
            "rule": rule,
            "area_code": area,
            "period": period,
            "unit_list_date": day,
            "detail": detail,
            "finding_values": json.dumps(list(values), ensure_ascii=False),
            "verdict": verdict,
            "reason": reason,
            "at": moment_text(at),
            "by": user,
        }
        for (rule, area, period, day, detail), values in findings
    ]
    if rows:
        connection.execute(insert(schema.explanation), rows)


def explanations(connection: Connection, *, as_of: datetime | None = None) -> list[StoredExplanation]:
    """Return everything that was said, in the order in which it was said, now or as it was known at a moment."""
    table = schema.explanation
    query = select(table).order_by(table.c.id)
    if as_of is not None:
        query = query.where(table.c.at <= moment_text(as_of))
    return [
        StoredExplanation(
            subject=(row.rule, row.area_code, row.period, row.unit_list_date, row.detail),
            values=tuple((str(name), value) for name, value in json.loads(row.finding_values)),
            verdict=str(row.verdict),
            reason=str(row.reason),
            user=str(row.by),
            at=str(row.at),
        )
        for row in connection.execute(query)
    ]


def newest_explanation(connection: Connection) -> int:
    """Return the number of the newest row: it grows whenever something is explained or taken back; 0 without one."""
    return int(connection.scalar(select(func.max(schema.explanation.c.id))) or 0)
