"""An empty store, in SQLite and, where this machine has a server, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from loaders.store import engine as store_engine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Return an empty store with its tables."""
    if request.param == "sqlite":
        engine = store_engine.open_engine(f"sqlite:///{tmp_path / 'store.db'}")
        store_engine.upgrade_schema(engine)
        yield engine
    else:
        engine = store_engine.open_engine(request.getfixturevalue("postgres_url"))
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        store_engine.upgrade_schema(engine)
        yield engine
    engine.dispose()
