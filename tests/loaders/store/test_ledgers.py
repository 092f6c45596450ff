"""Ledgers in the store: their roll-up and what is known of them, in both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from loaders.ledger.judging import Cell
from loaders.store import batches, engine, ledgers
from loaders.store.batches import LEDGER, NewBatch
from loaders.store.ledgers import LedgerRecord

AT = datetime(2021, 7, 1, tzinfo=UTC)
COUNTS: Counter[Cell] = Counter({("30469", "2021-Q2", "direct", "rural"): 7, ("30472", "2021-Q2", "none", ""): 1})
RECORD = LedgerRecord(0, "a" * 64, 3_000_000_000, "/so/ho.parquet", "b" * 64, is_complete=False)


def add(store: Engine, record: LedgerRecord) -> int:
    new = NewBatch(LEDGER, "ho.parquet", ledgers.rollup_bytes(COUNTS), "An", date(2021, 7, 1), 30_000_000, 8)
    with engine.writing(store) as connection:
        batch_id = batches.add_draft(connection, new, at=AT)
        ledgers.add_ledger(connection, batch_id, record)
    return batch_id


def test_a_ledger_is_given_back_as_it_was_kept(store: Engine) -> None:
    batch_id = add(store, RECORD)
    with engine.reading(store) as connection:
        assert ledgers.find_ledger(connection, batch_id) == replace(RECORD, batch_id=batch_id)
        assert ledgers.read_rollup(connection, batches.find(connection, batch_id)) == COUNTS
        assert ledgers.find_ledger(connection, batch_id + 1) is None


def test_the_same_ledger_is_found_unless_it_was_read_otherwise_or_withdrawn(store: Engine) -> None:
    first, second = add(store, RECORD), add(store, RECORD)
    add(store, replace(RECORD, fingerprint="c" * 64))

    def found() -> int | None:
        with engine.reading(store) as connection:
            same = ledgers.find_same_ledger(connection, sha256=RECORD.ledger_sha256, fingerprint=RECORD.fingerprint)
            return None if same is None else same[0].id

    assert found() == second
    for batch_id, left in ((second, first), (first, None)):
        with engine.writing(store) as connection:
            batches.withdraw(connection, batch_id, at=AT, user="An", reason="nhầm")
        assert found() == left
