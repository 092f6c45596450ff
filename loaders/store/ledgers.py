"""Household ledgers in the store: their roll-up, and of the ledger itself its name, hash, size and place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, insert, select

from loaders.ledger.judging import Cell
from loaders.store import batches, schema
from loaders.store.batches import WITHDRAWN, Batch

_COLUMNS = ("commune_code", "period", "supply_kind", "area", "households")


@dataclass(frozen=True)
class LedgerRecord:
    """
    What is known of the ledger of a batch; the ledger itself (gigabytes) is not stored.

    Parameters
    ----------
    ledger_sha256, size_bytes, path
        Hash and size of its files, and where they stood.
    fingerprint
        `checkpoint.fingerprint` of how it was read.
    is_complete
        Whether it was said to hold every household.
    """

    batch_id: int
    ledger_sha256: str
    size_bytes: int
    path: str
    fingerprint: str
    is_complete: bool


def rollup_bytes(counts: Counter[Cell]) -> bytes:
    """Return rolled-up households as Parquet, one row a commune, quarter, kind of supply and area."""
    rows = [(*cell, households) for cell, households in sorted(counts.items())]
    table = pa.table({name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)})
    buffer = BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def read_rollup(connection: Connection, batch: Batch) -> Counter[Cell]:
    """Return the rolled-up households of a batch."""
    table = pq.read_table(BytesIO(batches.read_file(connection, batch.file_sha256)))
    columns = [table.column(name).to_pylist() for name in _COLUMNS]
    return Counter({(row[0], row[1], row[2], row[3]): row[4] for row in zip(*columns, strict=True)})


def add_ledger(connection: Connection, batch_id: int, record: LedgerRecord) -> None:
    """Keep what is known of the ledger of a draft."""
    connection.execute(
        insert(schema.ledger).values(
            batch_id=batch_id,
            ledger_sha256=record.ledger_sha256,
            size_bytes=record.size_bytes,
            path=record.path,
            fingerprint=record.fingerprint,
            is_complete=record.is_complete,
        )
    )


def find_ledger(connection: Connection, batch_id: int) -> LedgerRecord | None:
    """Return what is known of the ledger of a batch; None where the batch is of another kind."""
    table = schema.ledger
    row = connection.execute(select(table).where(table.c.batch_id == batch_id)).first()
    return None if row is None else LedgerRecord(**row._asdict())


def find_same_ledger(connection: Connection, *, sha256: str, fingerprint: str) -> tuple[Batch, LedgerRecord] | None:
    """Return the batch that holds this very ledger, read in this way, as draft or accepted; the newest of several."""
    table = schema.ledger
    where = (table.c.ledger_sha256 == sha256) & (table.c.fingerprint == fingerprint)
    rows = connection.execute(select(table).where(where).order_by(table.c.batch_id.desc()))
    for row in list(rows):
        record = LedgerRecord(**row._asdict())
        batch = batches.find(connection, record.batch_id)
        if batch.state != WITHDRAWN:
            return batch, record
    return None
