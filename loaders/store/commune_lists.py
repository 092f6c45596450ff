"""Own commune lists in the store: entries, how they were reconciled at each version, and decisions; append-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pandas as pd
from sqlalchemy import Connection, func, insert, select

from geodata.own_lists import Decision
from loaders.store import batches, facts, schema
from loaders.store.batches import COMMUNE_LISTS, Batch


@dataclass(frozen=True)
class StoredList:
    """
    A stored own commune list.

    Parameters
    ----------
    batch
        The upload.
    organisation
        Whose list it is.
    valid_on
        Day of the official list that it is held against, ISO 8601.
    """

    batch: Batch
    organisation: str
    valid_on: str


def add_list(connection: Connection, batch_id: int, entries: pd.DataFrame, *, organisation: str, valid_on: str) -> None:
    """Add the entries of a draft, columns `own_lists.ENTRY_COLUMNS`."""
    connection.execute(
        insert(schema.commune_list).values(
            batch_id=batch_id,
            organisation=organisation,
            valid_on=valid_on,
            entries_sha256=batches.add_file(connection, _parquet(entries)),
        )
    )


def add_result(connection: Connection, batch_id: int, result: pd.DataFrame, *, at: datetime, user: str) -> None:
    """Keep how a list was reconciled, with the newest event of its batch: the version of the data that it is of."""
    events = schema.batch_event
    newest = connection.scalar(select(func.max(events.c.id)).where(events.c.batch_id == batch_id))
    connection.execute(
        insert(schema.reconciliation).values(
            batch_id=batch_id,
            event_id=newest,
            at=batches.moment_text(at),
            by=user,
            result_sha256=batches.add_file(connection, _parquet(result)),
        )
    )


def lists_of(connection: Connection) -> list[StoredList]:
    """Return every list, the newest first."""
    known = {batch.id: batch for batch in batches.list_batches(connection, kind=COMMUNE_LISTS)}
    table = schema.commune_list
    rows = connection.execute(select(table.c.batch_id, table.c.organisation, table.c.valid_on))
    found = [StoredList(known[row.batch_id], str(row.organisation), str(row.valid_on)) for row in rows]
    return sorted(found, key=lambda one: -one.batch.id)


def counting_lists(connection: Connection, *, as_of: datetime | None = None) -> list[StoredList]:
    """Return of each organisation the list that counts, the one accepted last; in the order of their names."""
    counting = facts.counting_batches(as_of)
    accepted_as = {row.batch_id: row.accepted_as for row in connection.execute(select(counting))}
    first_accepted = _first_accepted(connection)
    newest: dict[str, StoredList] = {}
    for one in sorted(lists_of(connection), key=lambda one: first_accepted.get(one.batch.id, 0)):
        if one.batch.id in accepted_as:
            newest[one.organisation] = one
    return [newest[organisation] for organisation in sorted(newest)]


def _first_accepted(connection: Connection) -> dict[int, int]:
    """Return the event by which each batch was accepted first: later ones only tell of decisions."""
    events = schema.batch_event
    rows = connection.execute(
        select(events.c.batch_id, func.min(events.c.id))
        .where(events.c.state == batches.ACCEPTED)
        .group_by(events.c.batch_id)
    )
    return {int(batch_id): int(event_id) for batch_id, event_id in rows}


def entries_of(connection: Connection, batch_id: int) -> pd.DataFrame:
    """Return the entries of a list, columns `own_lists.ENTRY_COLUMNS`."""
    table = schema.commune_list
    sha256 = connection.scalar(select(table.c.entries_sha256).where(table.c.batch_id == batch_id))
    return _read(connection, str(sha256))


def result_of(
    connection: Connection, batch_id: int, *, as_of: datetime | None = None
) -> tuple[pd.DataFrame, int] | None:
    """Return how a list was reconciled last, with its version of the data; None where it was not yet."""
    table = schema.reconciliation
    query = select(table.c.result_sha256, table.c.event_id).where(table.c.batch_id == batch_id)
    if as_of is not None:
        query = query.where(table.c.at <= batches.moment_text(as_of))
    row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).first()
    return None if row is None else (_read(connection, str(row.result_sha256)), int(row.event_id))


def add_decisions(connection: Connection, organisation: str, decisions: Iterable[Decision]) -> None:
    """Keep what a person decided of entries of an organisation's lists."""
    rows = [
        {
            "organisation": organisation,
            "entry_key": decision.entry_key,
            "verdict": decision.verdict,
            "unit_code": decision.unit_code,
            "reason": decision.reason,
            "at": decision.at,
            "by": decision.user,
        }
        for decision in decisions
    ]
    if rows:
        connection.execute(insert(schema.entry_decision), rows)


def decisions_of(connection: Connection, organisation: str) -> list[Decision]:
    """Return every decision on an organisation's entries, in the order in which they were made."""
    table = schema.entry_decision
    rows = connection.execute(select(table).where(table.c.organisation == organisation).order_by(table.c.id))
    return [Decision(r.entry_key, r.verdict, r.unit_code, r.reason, r.by, r.at) for r in rows]


def holds_entries(connection: Connection, batch_id: int, entries: pd.DataFrame) -> bool:
    """Return whether a list has just these entries."""
    return entries_of(connection, batch_id).equals(entries)


def _read(connection: Connection, sha256: str) -> pd.DataFrame:
    return pd.read_parquet(BytesIO(batches.read_file(connection, sha256)))


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
