"""Scenarios in the store: versions of plans with their result tables, approved or withdrawn by events; append-only.

They are no batches: a plan is no data, and saving one raises no version of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

import pandas as pd
from sqlalchemy import Connection, insert, select, text

from geodata.errors import WorkspaceError, mark
from geodata.name_keys import nfc
from loaders.store import batches, schema
from loaders.store.batches import moment_text
from loaders.store.scenario_versions import APPROVED, DRAFT, WITHDRAWN, StoredVersion, find_version, name_key

COPY_MARK: Final = "bản sao"
"""What the name of a copy ends with, in brackets; names are kept in the language of the office."""


@dataclass(frozen=True)
class NewVersion:
    """
    A version of a scenario before it is stored.

    Parameters
    ----------
    name
        Of the scenario; one that reads alike is the same scenario.
    areas
        Codes of its areas, parted by commas, in the list of `unit_list_date` (ISO text).
    request, assumptions, facts
        JSON.
    data_version, data_at
        Number of the data version that it rests on, and its moment (UTC, ISO 8601), blank for an empty store.
    tables
        Its result tables by name, with their index; a `GeoDataFrame` stays one.
    parent_id
        Number of the row of the version that it was made from; None where it was made anew.
    """

    name: str
    note: str
    areas: str
    unit_list_date: str
    request: str
    assumptions: str
    facts: str
    data_version: int
    data_at: str
    tables: Mapping[str, pd.DataFrame]
    user: str
    parent_id: int | None = None


def add_version(connection: Connection, new: NewVersion, *, at: datetime) -> StoredVersion:
    """
    Store a version: the first of a new scenario, or the next one of the scenario of that name.

    Raises
    ------
    WorkspaceError
        If the scenario of that name is of other areas.
    """
    _lock(connection)
    found = connection.execute(
        select(schema.scenario).where(schema.scenario.c.name_key == name_key(new.name))
    ).one_or_none()
    if found is None:
        scenario_id = _add_scenario(connection, new, at)
    elif (found.areas, found.unit_list_date) == (new.areas, new.unit_list_date):
        scenario_id = int(found.id)
    else:
        raise WorkspaceError(
            "scenario.other-areas",
            mark(
                'The scenario "{name}" is of other areas ({areas}, list of {day}). Save under another name; the '
                "versions of one scenario are of the same areas."
            ),
            name=found.name,
            areas=found.areas,
            day=found.unit_list_date,
        )
    return find_version(connection, scenario_id, _add_row(connection, scenario_id, new, at))


def add_copy(connection: Connection, source: StoredVersion, *, user: str, at: datetime) -> StoredVersion:
    """Store a version as the first one of a new scenario, whose name says that it is a copy."""
    _lock(connection)
    names = set(connection.scalars(select(schema.scenario.c.name_key)))
    copies = (f"{source.name} ({COPY_MARK})", *(f"{source.name} ({COPY_MARK} {n})" for n in range(2, len(names) + 3)))
    new = NewVersion(
        name=next(name for name in copies if name_key(name) not in names),
        note=source.note,
        areas=source.areas,
        unit_list_date=source.unit_list_date,
        request=source.request,
        assumptions=source.assumptions,
        facts=source.facts,
        data_version=source.data_version,
        data_at=source.data_at,
        tables={},
        user=user,
        parent_id=source.row_id,
    )
    scenario_id = _add_scenario(connection, new, at)
    number = _add_row(connection, scenario_id, new, at)
    row_id = find_version(connection, scenario_id, number).row_id
    _add_tables(connection, row_id, source.tables)
    return find_version(connection, scenario_id, number)


def add_event(
    connection: Connection, version: StoredVersion, state: str, *, user: str, reason: str, at: datetime
) -> None:
    """
    Approve or withdraw a version; what it is now is asked for in the same transaction.

    Raises
    ------
    WorkspaceError
        If it is no draft any more and is to be approved, or is withdrawn already.
    """
    _lock(connection)
    now = find_version(connection, version.scenario_id, version.number)
    values = {"name": now.name, "id": f"{now.scenario_id}.{now.number}"}
    if state == APPROVED and now.state != DRAFT:
        if now.state == APPROVED:
            last = now.events[-1]
            raise WorkspaceError(
                "scenario.approved-already",
                mark('Version {id} of scenario "{name}" was approved already, by {user}. There is nothing to do.'),
                user=last.by,
                **values,
            )
        raise WorkspaceError(
            "scenario.withdrawn-already",
            mark(
                'Version {id} of scenario "{name}" is withdrawn: it cannot be approved. Duplicate it, and approve the '
                "copy."
            ),
            **values,
        )
    if state == WITHDRAWN and now.state == WITHDRAWN:
        raise WorkspaceError(
            "scenario.withdrawn-twice",
            mark('Version {id} of scenario "{name}" is withdrawn already. There is nothing to do.'),
            **values,
        )
    connection.execute(
        insert(schema.scenario_event).values(
            version_id=now.row_id, state=state, at=moment_text(at), by=user, reason=reason
        )
    )


# ---- rows


def _lock(connection: Connection) -> None:
    """
    Let writers of scenarios come one after the other, so that each sees the names and numbers of the one before.

    SQLite's writing transaction does so by itself; see `engine.writing`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE scenario IN SHARE ROW EXCLUSIVE MODE"))


def _add_scenario(connection: Connection, new: NewVersion, at: datetime) -> int:
    result = connection.execute(
        insert(schema.scenario).values(
            name=" ".join(nfc(new.name).split()),
            name_key=name_key(new.name),
            areas=new.areas,
            unit_list_date=new.unit_list_date,
            at=moment_text(at),
            by=new.user,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def _add_row(connection: Connection, scenario_id: int, new: NewVersion, at: datetime) -> int:
    """Add a version with its tables, and return its number within the scenario."""
    table = schema.scenario_version
    newest = connection.execute(
        select(table.c.id, table.c.number)
        .where(table.c.scenario_id == scenario_id)
        .order_by(table.c.number.desc())
        .limit(1)
    ).one_or_none()
    number = 1 if newest is None else int(newest.number) + 1
    result = connection.execute(
        insert(table).values(
            scenario_id=scenario_id,
            number=number,
            parent_id=newest.id if new.parent_id is None and newest is not None else new.parent_id,
            note=new.note,
            request=new.request,
            assumptions=new.assumptions,
            data_version=new.data_version,
            data_at=new.data_at,
            facts=new.facts,
            at=moment_text(at),
            by=new.user,
        )
    )
    row_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    hashes = {name: batches.add_file(connection, _bytes_of(one)) for name, one in new.tables.items()}
    _add_tables(connection, row_id, hashes)
    return number


def _add_tables(connection: Connection, row_id: int, hashes: Mapping[str, str]) -> None:
    rows = [{"version_id": row_id, "name": name, "table_sha256": sha256} for name, sha256 in hashes.items()]
    if rows:
        connection.execute(insert(schema.scenario_table), rows)


def _bytes_of(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer, compression="zstd")  # a GeoDataFrame writes GeoParquet
    return buffer.getvalue()
