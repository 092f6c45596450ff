"""The connection to the store, SQLite or PostgreSQL, and its reading and writing transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geodata.errors import WorkspaceError, mark

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a SQLite writer waits for another one before it gives up."""


def open_engine(url: str) -> Engine:
    """
    Return an engine for a store.

    SQLite runs in WAL mode, so that readers never wait for a writer; a writing transaction takes the
    write lock at once (``BEGIN IMMEDIATE``) and waits up to `BUSY_TIMEOUT_MS`. A deferred transaction that
    reads and then writes would fail instead whenever another one wrote in between.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("phudien_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the store until the block ends."""
    with engine.connect() as connection, _told_as_ours():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose changes are stored together at the end of the block, or not at all."""
    with (
        _told_as_ours(),
        engine.connect().execution_options(phudien_writing=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, SQLAlchemyError) as error:
        raise WorkspaceError(
            "store.failed",
            mark(
                "The database did not take the request: {reason}. Nothing was stored. Check that the disk "
                "has room and that you may write to the workspace, then try again."
            ),
            reason=str(error.args[0] if error.args else error),
        ) from error


def upgrade_schema(engine: Engine) -> None:
    """Bring the store's tables to the newest form; does nothing where they have it."""
    config = Config()
    config.set_main_option("script_location", str(files("loaders.store").joinpath("migrations")))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
