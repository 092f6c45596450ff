"""Many writers at once lose nothing; the migrations make exactly the tables that the code asks for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, select, text

from loaders.store import batches, schema
from loaders.store.engine import reading, upgrade_schema, writing
from tests.loaders.store.test_batches import figures, new_batch


def test_migrations_agree_with_the_schema(store: Engine) -> None:
    with store.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_upgrading_twice_changes_nothing(store: Engine) -> None:
    with writing(store) as connection:
        batches.add_draft(connection, new_batch(), at=datetime(2021, 7, 1, tzinfo=UTC))
    upgrade_schema(store)
    with reading(store) as connection:
        assert len(batches.list_batches(connection)) == 1


def test_writers_that_read_first_wait_for_each_other(store: Engine) -> None:
    def upload(number: int) -> None:
        with writing(store) as connection:
            batches.list_batches(connection)  # reads, then writes: the case in which a deferred BEGIN fails
            at = datetime(2021, 7, 1, number, tzinfo=UTC)
            batch_id = batches.add_draft(connection, new_batch(bytes([number])), at=at)
            batches.add_figures(connection, batch_id, figures(households_bulk=number))
            batches.accept(connection, batch_id, at=at, user="An")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, range(20)))
    with reading(store) as connection:
        assert connection.scalar(select(func.count()).select_from(schema.figure)) == 20
        assert len(batches.list_batches(connection)) == 20


def test_sqlite_runs_in_wal_mode(store: Engine) -> None:
    if store.dialect.name == "sqlite":
        with reading(store) as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
