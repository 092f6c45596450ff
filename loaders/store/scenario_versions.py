"""Versions of scenarios as the store has them: what was asked, what came of it, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import ColumnElement, Connection, select

from geodata.errors import WorkspaceError, mark
from geodata.name_keys import nfc
from loaders.store import batches, schema
from loaders.store.batches import moment_text

DRAFT, APPROVED, WITHDRAWN = "draft", "approved", "withdrawn"


@dataclass(frozen=True)
class StoredEvent:
    """That a version was approved or withdrawn; `at` is UTC, ISO 8601."""

    state: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True)
class StoredVersion:
    """
    A version as the store has it.

    Parameters
    ----------
    row_id
        Number of its row; `scenario_id` and `number` name it to readers.
    parent
        Scenario and number of the version that it was made from; None without one.
    events
        In the order of time.
    tables
        Hash of each result table by its name.
    """

    row_id: int
    scenario_id: int
    number: int
    name: str
    note: str
    areas: str
    unit_list_date: str
    request: str
    assumptions: str
    facts: str
    data_version: int
    data_at: str
    at: str
    by: str
    parent: tuple[int, int] | None
    events: tuple[StoredEvent, ...]
    tables: Mapping[str, str]

    @property
    def state(self) -> str:
        """What holds of it: that of its newest event."""
        return self.events[-1].state if self.events else DRAFT


def name_key(name: str) -> str:
    """Return what names that read alike have in common: case and spaces make no two of them."""
    return " ".join(nfc(name).casefold().split())


def list_versions(connection: Connection, *, as_of: datetime | None = None) -> list[StoredVersion]:
    """Return every version with what was known of it at a moment, now where None; the newest first."""
    return _versions(connection, as_of)


def find_version(connection: Connection, scenario_id: int, number: int | None = None) -> StoredVersion:
    """
    Return a version of a scenario, the newest where no number is given.

    Raises
    ------
    WorkspaceError
        If there is none.
    """
    found = _versions(connection, None, schema.scenario_version.c.scenario_id == scenario_id)
    for version in found:
        if number in (None, version.number):
            return version
    if found:
        raise WorkspaceError(
            "scenario.version-unknown",
            mark('Scenario {id} "{name}" has no version {number}. It has {known}.'),
            id=str(scenario_id),
            name=found[0].name,
            number=str(number),
            known=", ".join(str(version.number) for version in reversed(found)),
        )
    raise unknown_scenario(str(scenario_id))


def unknown_scenario(asked: str) -> WorkspaceError:
    """Return the error of a scenario that does not exist."""
    return WorkspaceError(
        "scenario.unknown",
        mark(
            'There is no scenario "{asked}" in this workspace. Write its number, its number and version such as 3.2, '
            "or its name, as phudien plan scenarios list shows them."
        ),
        asked=asked,
    )


def read_tables(connection: Connection, version: StoredVersion) -> dict[str, pd.DataFrame]:
    """Return the result tables of a version by name."""
    return {name: _table_of(batches.read_file(connection, sha256)) for name, sha256 in version.tables.items()}


# ---- rows


def _table_of(content: bytes) -> pd.DataFrame:
    has_shapes = b"geo" in (pq.read_schema(BytesIO(content)).metadata or {})
    return gpd.read_parquet(BytesIO(content)) if has_shapes else pd.read_parquet(BytesIO(content))


def _versions(connection: Connection, as_of: datetime | None, *only: ColumnElement[bool]) -> list[StoredVersion]:
    version, scenario = schema.scenario_version, schema.scenario
    query = (
        select(version, scenario.c.name, scenario.c.areas, scenario.c.unit_list_date)
        .join(scenario, scenario.c.id == version.c.scenario_id)
        .where(*only)
        .order_by(version.c.id.desc())
    )
    if as_of is not None:
        query = query.where(version.c.at <= moment_text(as_of))
    rows = list(connection.execute(query))
    ids = [int(row.id) for row in rows]
    events, tables = _events(connection, ids, as_of), _hashes(connection, ids)
    parents = _parents(connection, [int(row.parent_id) for row in rows if row.parent_id is not None])
    return [_version(row, events[int(row.id)], tables[int(row.id)], parents) for row in rows]


def _version(
    row: Any, events: list[StoredEvent], tables: Mapping[str, str], parents: Mapping[int, tuple[int, int]]
) -> StoredVersion:
    plain = ("number", "name", "note", "areas", "unit_list_date", "request", "assumptions", "facts", "data_version",
             "data_at", "at", "by")  # fmt: skip
    return StoredVersion(
        row_id=int(row.id),
        scenario_id=int(row.scenario_id),
        parent=None if row.parent_id is None else parents[int(row.parent_id)],
        events=tuple(events),
        tables=dict(tables),
        **{name: getattr(row, name) for name in plain},
    )


def _events(connection: Connection, ids: list[int], as_of: datetime | None) -> Mapping[int, list[StoredEvent]]:
    table = schema.scenario_event
    query = select(table).where(table.c.version_id.in_(ids)).order_by(table.c.id)
    if as_of is not None:
        query = query.where(table.c.at <= moment_text(as_of))
    found: dict[int, list[StoredEvent]] = defaultdict(list)
    for row in connection.execute(query):
        found[int(row.version_id)].append(StoredEvent(row.state, row.at, row.by, row.reason))
    return found


def _hashes(connection: Connection, ids: list[int]) -> Mapping[int, dict[str, str]]:
    table = schema.scenario_table
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(table).where(table.c.version_id.in_(ids)).order_by(table.c.name)):
        found[int(row.version_id)][str(row.name)] = str(row.table_sha256)
    return found


def _parents(connection: Connection, ids: list[int]) -> dict[int, tuple[int, int]]:
    version = schema.scenario_version
    query = select(version.c.id, version.c.scenario_id, version.c.number).where(version.c.id.in_(ids))
    return {int(row.id): (int(row.scenario_id), int(row.number)) for row in connection.execute(query)}
