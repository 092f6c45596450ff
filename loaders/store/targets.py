"""An office's own targets in the store: versions by decision, withdrawals, and how they are split; append-only.

Every change is a batch of the kind `batches.TARGETS`, so it has a person, a moment, a place among the versions of the
data, and can be withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, insert, select

from geodata.periods import Period
from geodata.target_data import TARGET, Milestone, Target, Wording
from loaders.store import batches, facts, schema
from loaders.store.batches import ACCEPTED, DRAFT, TARGETS, WITHDRAWN, Batch, NewBatch

TREE_COLUMNS: Final = ("area_code", "parent_code", "lacking", "whole", "households", "is_fixed")
"""Of a stored split: an area and its parent, its counts at the base, what may lack, and whether that is by hand."""


@dataclass(frozen=True)
class Withdrawal:
    """A version that does not hold any more from a day on."""

    code: str
    day: date
    reason: str


@dataclass(frozen=True)
class StoredCascade:
    """
    A target as it was split.

    Parameters
    ----------
    code, due
        The version that is split, and the due quarter of the milestone; blank where none is stated.
    units_of
        Day of the list of its areas.
    base_period
        Quarter whose figures say what lacked.
    whole
        Households that may lack in all parts when it is due.
    plan
        Rules and numbers set by hand, as JSON.
    tree
        Columns `TREE_COLUMNS`, one row an area, in code order.
    """

    code: str
    due: str
    units_of: date
    base_period: str
    whole: int
    plan: str
    tree: pd.DataFrame
    reason: str
    number: int = 0
    batch_id: int = 0
    at: str = ""
    by: str = ""


def add_change(
    connection: Connection,
    new: NewBatch,
    *,
    at: datetime,
    versions: Sequence[Target] = (),
    withdrawals: Sequence[Withdrawal] = (),
    cascade: StoredCascade | None = None,
) -> int:
    """Store a change of targets as a batch that counts at once, and return the number of the batch."""
    batch_id = batches.add_draft(connection, new, at=at)
    for version in versions:
        _add_version(connection, batch_id, version)
    if withdrawals:
        rows = [
            {"batch_id": batch_id, "code": w.code, "day": w.day.isoformat(), "reason": w.reason} for w in withdrawals
        ]
        connection.execute(insert(schema.target_withdrawal), rows)
    if cascade is not None:
        _add_cascade(connection, batch_id, cascade)
    batches.accept(connection, batch_id, at=at, user=new.user)
    return batch_id


def _add_version(connection: Connection, batch_id: int, target: Target) -> None:
    result = connection.execute(
        insert(schema.target_version).values(
            batch_id=batch_id,
            programme=target.programme,
            programme_vi=target.programme_name.vi,
            programme_en=target.programme_name.en,
            indicator=target.indicator,
            area=target.area,
            units_of=target.units_of.isoformat() if target.units_of else "",
            applies_to=target.applies_to,
            unit=target.unit,
            decision_vi=target.decision.vi,
            decision_en=target.decision.en,
            decision_date=target.decision_date.isoformat(),
            starts=target.starts,
            status=target.status,
            source_vi=target.source.vi,
            source_en=target.source.en,
            reason=target.reason,
        )
    )
    version_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    rows = [
        {"version_id": version_id, "due": str(m.due) if m.due else "", "value": str(m.value)} for m in target.milestones
    ]
    connection.execute(insert(schema.target_milestone), rows)


def _add_cascade(connection: Connection, batch_id: int, cascade: StoredCascade) -> None:
    buffer = BytesIO()
    cascade.tree[list(TREE_COLUMNS)].to_parquet(buffer, index=False)
    connection.execute(
        insert(schema.target_cascade).values(
            batch_id=batch_id,
            code=cascade.code,
            due=cascade.due,
            units_of=cascade.units_of.isoformat(),
            base_period=cascade.base_period,
            whole=cascade.whole,
            plan=cascade.plan,
            tree_sha256=batches.add_file(connection, buffer.getvalue()),
            reason=cascade.reason,
        )
    )


def known_targets(
    connection: Connection, shipped: Sequence[Target], *, as_of: datetime | None = None
) -> tuple[Target, ...]:
    """
    Return the shipped versions and those of the store, in the order in which they were entered.

    Parameters
    ----------
    as_of
        Moment whose answer is wanted; now where None. What was entered later is not known, what was withdrawn later
        still holds. A version of a batch that was withdrawn as a whole never holds, and is told as withdrawn.
    """
    states = _batch_states(connection, as_of)
    milestones = _milestones(connection)
    versions = list(shipped)
    for row in connection.execute(select(schema.target_version).order_by(schema.target_version.c.id)):
        if row.batch_id in states:
            versions.append(_target(row, milestones[int(row.id)], states[row.batch_id]))
    withdrawn = _withdrawals(connection, states)
    return tuple(_with(version, withdrawn.get(version.code)) for version in versions)


def _batch_states(connection: Connection, as_of: datetime | None) -> dict[int, Batch]:
    """Return the batches of targets that were accepted by a moment, each with its state at that moment."""
    counting = set(connection.scalars(select(facts.counting_batches(as_of).c.batch_id)))
    found = {}
    for batch in batches.list_batches(connection, kind=TARGETS):
        is_known = as_of is None or batch.created_at <= batches.moment_text(as_of)
        if is_known and batch.state != DRAFT:
            state = ACCEPTED if batch.id in counting else WITHDRAWN
            found[batch.id] = Batch(**{**batch.__dict__, "state": state})
    return found


def _milestones(connection: Connection) -> dict[int, list[Milestone]]:
    found: dict[int, list[Milestone]] = defaultdict(list)
    table = schema.target_milestone
    for row in connection.execute(select(table).order_by(table.c.version_id, table.c.due)):
        found[int(row.version_id)].append(Milestone(Period.parse(row.due) if row.due else None, Decimal(row.value)))
    return {
        version: sorted(milestones, key=lambda m: (m.due is None, m.due or Period(1, 1)))
        for version, milestones in found.items()
    }


def _target(row: Any, milestones: Sequence[Milestone], batch: Batch) -> Target:
    is_withdrawn = batch.state == WITHDRAWN
    decided = date.fromisoformat(row.decision_date)
    return Target(
        code=f"T{row.id}",
        programme=row.programme,
        programme_name=Wording(row.programme_vi, row.programme_en),
        kind=TARGET,
        decision=Wording(row.decision_vi, row.decision_en),
        decision_date=decided,
        starts=row.starts,
        indicator=row.indicator,
        area=row.area,
        units_of=date.fromisoformat(row.units_of) if row.units_of else None,
        applies_to=row.applies_to,
        unit=row.unit,
        milestones=tuple(milestones),
        status=row.status,
        source=Wording(row.source_vi, row.source_en),
        at=batch.created_at,
        by=batch.created_by,
        reason=row.reason,
        batch_id=batch.id,
        withdrawn_on=date.min if is_withdrawn else None,
        withdrawn_by=batch.state_by if is_withdrawn else "",
        withdrawn_why=(batch.state_reason or "") if is_withdrawn else "",
    )


def _withdrawals(connection: Connection, states: dict[int, Batch]) -> dict[str, tuple[Withdrawal, str]]:
    """Return the withdrawals that count, with who made them, by the code of the version; the first of a version."""
    table = schema.target_withdrawal
    found: dict[str, tuple[Withdrawal, str]] = {}
    for row in connection.execute(select(table).order_by(table.c.id)):
        batch = states.get(row.batch_id)
        if batch is not None and batch.state == ACCEPTED:
            found.setdefault(
                row.code, (Withdrawal(row.code, date.fromisoformat(row.day), row.reason), batch.created_by)
            )
    return found


def _with(version: Target, withdrawal: tuple[Withdrawal, str] | None) -> Target:
    if withdrawal is None or version.withdrawn_on is not None:
        return version
    made, by = withdrawal
    changes = {"withdrawn_on": made.day, "withdrawn_by": by, "withdrawn_why": made.reason}
    return Target(**{**version.__dict__, **changes})


def cascades_of(connection: Connection, code: str, *, as_of: datetime | None = None) -> list[StoredCascade]:
    """Return how a version was split, the newest first, as it was known at a moment; withdrawn ones are left out."""
    states = _batch_states(connection, as_of)
    table = schema.target_cascade
    rows = connection.execute(select(table).where(table.c.code == code).order_by(table.c.id.desc()))
    return [
        _cascade(connection, row, states[row.batch_id])
        for row in list(rows)
        if row.batch_id in states and states[row.batch_id].state == ACCEPTED
    ]


def _cascade(connection: Connection, row: Any, batch: Batch) -> StoredCascade:
    return StoredCascade(
        code=row.code,
        due=row.due,
        units_of=date.fromisoformat(row.units_of),
        base_period=row.base_period,
        whole=int(row.whole),
        plan=row.plan,
        tree=pd.read_parquet(BytesIO(batches.read_file(connection, row.tree_sha256))),
        reason=row.reason,
        number=int(row.id),
        batch_id=batch.id,
        at=batch.created_at,
        by=batch.created_by,
    )
