"""Batches: every upload kept as the file it was, with who, when, its rows and states; append-only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Table, func, insert, select, update

from geodata.errors import WorkspaceError, mark
from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS, MEASURES
from loaders.store import schema
from loaders.survey.issues import WARNING, Issue

DRAFT, ACCEPTED, WITHDRAWN = "draft", "accepted", "withdrawn"

FIGURES, BULK_POINTS, HAMLETS, BOUNDARIES = "commune_survey", "bulk_points", "hamlets", "boundaries"

HOUSEHOLDS, WORKS = "households", "works"

COMMUNE_LISTS: Final = "commune_list"
LEDGER: Final = "household_ledger"
TARGETS: Final = "targets"
COMPANY_RETURNS: Final = "company_returns"
MV_LINES: Final = "mv_line"
RIVERS: Final = "river"

KINDS: Final = (
    FIGURES,
    BULK_POINTS,
    HAMLETS,
    BOUNDARIES,
    HOUSEHOLDS,
    WORKS,
    COMMUNE_LISTS,
    LEDGER,
    TARGETS,
    COMPANY_RETURNS,
    MV_LINES,
    RIVERS,
)

KIND_NAMES: Final = {
    FIGURES: mark("commune survey"),
    BULK_POINTS: mark("bulk-purchase points"),
    HAMLETS: mark("unserved hamlets"),
    BOUNDARIES: mark("boundaries"),
    HOUSEHOLDS: mark("household survey"),
    WORKS: mark("works progress"),
    COMPANY_RETURNS: mark("company return"),
    LEDGER: mark("household ledger"),
    COMMUNE_LISTS: mark("own commune list"),
    TARGETS: mark("targets"),
    MV_LINES: mark("existing medium-voltage lines"),
    RIVERS: mark("rivers"),
}


@dataclass(frozen=True)
class NewBatch:
    """
    What is known of an upload before it is stored.

    Parameters
    ----------
    kind
        One of `KINDS`.
    file_name, content
        The file as the user gave it; of a ledger, its roll-up under the ledger's name.
    user
        Who uploads.
    unit_list_date
        Day of the official list in which the commune codes are read.
    rows_read, rows_valid
        Rows of the file that carry data, and how many of them have no error.
    sheet
        Sheet that was read, for workbooks.
    is_synthetic
        True for demonstration data.
    """

    kind: str
    file_name: str
    content: bytes
    user: str
    unit_list_date: date
    rows_read: int
    rows_valid: int
    sheet: str | None = None
    is_synthetic: bool = False

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return hash_of(self.content)


@dataclass(frozen=True)
class Batch:
    """A stored batch with its state at the moment that was asked for."""

    id: int
    kind: str
    file_name: str
    file_sha256: str
    sheet: str | None
    unit_list_date: str
    is_synthetic: bool
    rows_read: int
    rows_valid: int
    created_at: str
    created_by: str
    state: str
    state_at: str
    state_by: str
    state_reason: str | None


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def moment_text(moment: datetime) -> str:
    """Return a moment as the store writes it: UTC, ISO 8601, microseconds; text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def add_file(connection: Connection, content: bytes) -> str:
    """Keep a file's bytes, once however often they come, and return their hash."""
    sha256 = hash_of(content)
    known = connection.scalar(select(schema.stored_file.c.sha256).where(schema.stored_file.c.sha256 == sha256))
    if known is None:
        connection.execute(insert(schema.stored_file).values(sha256=sha256, size_bytes=len(content), content=content))
    return sha256


def read_file(connection: Connection, sha256: str) -> bytes:
    """Return the bytes of a stored file."""
    content = connection.scalar(select(schema.stored_file.c.content).where(schema.stored_file.c.sha256 == sha256))
    if content is None:
        raise WorkspaceError(
            "store.file-missing",
            mark("The store has no file with the hash {sha256}."),
            sha256=sha256,
        )
    return bytes(content)


def add_draft(connection: Connection, new: NewBatch, *, at: datetime) -> int:
    """Store an upload as a draft and return its number; its rows are added by the functions below."""
    add_file(connection, new.content)
    result = connection.execute(
        insert(schema.batch).values(
            kind=new.kind,
            file_name=new.file_name,
            file_sha256=new.sha256,
            sheet=new.sheet,
            unit_list_date=new.unit_list_date.isoformat(),
            is_synthetic=new.is_synthetic,
            rows_read=new.rows_read,
            rows_valid=new.rows_valid,
            created_at=moment_text(at),
            created_by=new.user,
        )
    )
    batch_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    _add_event(connection, batch_id, DRAFT, at=at, by=new.user, reason=None)
    return batch_id


def add_figures(
    connection: Connection, batch_id: int, figures: pd.DataFrame, cells: pd.DataFrame | None = None
) -> None:
    """
    Add the figures of a draft.

    Parameters
    ----------
    figures
        Columns ``commune_code``, ``period`` and any of `MEASURES`; missing values are not stored.
    cells
        ``sheet`` and addresses such as ``"E14"`` in the measure columns, with the index of `figures`.
    """
    key = figures[["commune_code", "period"]]
    rows: list[dict[str, Any]] = []
    for measure in (m for m in MEASURES if m in figures.columns):
        values = figures[measure]
        present = values.notna()
        nowhere = [None] * int(present.sum())
        addresses = cells[measure][present] if cells is not None else nowhere
        sheets = cells["sheet"][present] if cells is not None else nowhere
        rows.extend(
            {
                "batch_id": batch_id,
                "commune_code": commune,
                "period": period,
                "measure": measure,
                "value": int(value),
                "cell": cell if isinstance(cell, str) else None,
                "sheet": sheet,
            }
            for commune, period, value, cell, sheet in zip(
                key["commune_code"][present], key["period"][present], values[present], addresses, sheets, strict=True
            )
        )
    if rows:
        connection.execute(insert(schema.figure), rows)


def add_figure_notes(connection: Connection, batch_id: int, notes: pd.DataFrame) -> None:
    """Add the engineer's remarks of a draft: columns ``commune_code``, ``period``, ``note``."""
    _insert_rows(connection, schema.figure_note, batch_id, notes.dropna(subset="note"))


def add_issues(connection: Connection, batch_id: int, issues: list[Issue]) -> None:
    """Keep the problems that were shown for a draft."""
    rows = [
        {"batch_id": batch_id, "ordinal": ordinal, "issue": issue.to_json()} for ordinal, issue in enumerate(issues)
    ]
    if rows:
        connection.execute(insert(schema.batch_issue), rows)


def add_points(connection: Connection, batch_id: int, kind: str, points: pd.DataFrame) -> None:
    """Add the bulk points or the hamlets of a draft; `kind` is `BULK_POINTS` or `HAMLETS`."""
    table, columns = (schema.bulk_point, BULK_POINT_COLUMNS) if kind == BULK_POINTS else (schema.hamlet, HAMLET_COLUMNS)
    _insert_rows(connection, table, batch_id, points[list(columns)])


def add_accepted_table(connection: Connection, new: NewBatch, table: pd.DataFrame, *, at: datetime) -> int:
    """Store a whole table (figures, points or hamlets) as a batch that counts at once."""
    batch_id = add_draft(connection, new, at=at)
    if new.kind == FIGURES:
        add_figures(connection, batch_id, table)
    else:
        add_points(connection, batch_id, new.kind, table)
    accept(connection, batch_id, at=at, user=new.user)
    return batch_id


def _insert_rows(connection: Connection, table: Table, batch_id: int, rows: pd.DataFrame) -> None:
    plain = rows.assign(batch_id=batch_id).astype(object)
    records = plain.where(plain.notna(), None).to_dict("records")
    if records:
        connection.execute(insert(table), [{str(k): v for k, v in record.items()} for record in records])


def accept(
    connection: Connection, batch_id: int, *, at: datetime, user: str, reasons: Mapping[int, str] | None = None
) -> None:
    """
    Make a draft count.

    Parameters
    ----------
    reasons
        Why each warning is accepted, by its place among `issues_of`; every warning needs one.

    Raises
    ------
    WorkspaceError
        Where the batch is not a draft, or a warning has no reason; nothing is stored then.
    """
    found = find(connection, batch_id)
    if found.state != DRAFT:
        raise WorkspaceError(
            "batch.not-draft",
            mark("Batch {batch_id} cannot be accepted: its state is {state}. Only a draft can be accepted."),
            batch_id=str(batch_id),
            state=found.state,
        )
    _keep_reasons(connection, batch_id, reasons or {})
    _add_event(connection, batch_id, ACCEPTED, at=at, by=user, reason=None)


def _keep_reasons(connection: Connection, batch_id: int, reasons: Mapping[int, str]) -> None:
    warnings = [place for place, issue in enumerate(issues_of(connection, batch_id)) if issue.severity == WARNING]
    missing = [place for place in warnings if not reasons.get(place, "").strip()]
    if missing:
        raise WorkspaceError(
            "batch.reasons-missing",
            mark(
                "Batch {batch_id} was not accepted: {missing} of its {warnings} warnings have no reason. Write why "
                "each is right, or correct it in the file; the reason stays with the row."
            ),
            batch_id=str(batch_id),
            missing=len(missing),
            warnings=len(warnings),
        )
    table = schema.batch_issue
    for place in warnings:
        where = (table.c.batch_id == batch_id) & (table.c.ordinal == place)
        connection.execute(update(table).where(where).values(reason=reasons[place].strip()))


def withdraw(connection: Connection, batch_id: int, *, at: datetime, user: str, reason: str) -> None:
    """Make a batch no longer count; it stays stored, and so do the answers given while it counted."""
    found = find(connection, batch_id)
    if found.state == WITHDRAWN:
        raise WorkspaceError(
            "batch.withdrawn-already",
            mark("Batch {batch_id} is withdrawn already. There is nothing to do."),
            batch_id=str(batch_id),
        )
    if not reason.strip():
        raise WorkspaceError(
            "batch.reason-missing",
            mark("Batch {batch_id} was not withdrawn: write a reason, it stays with the batch."),
            batch_id=str(batch_id),
        )
    _add_event(connection, batch_id, WITHDRAWN, at=at, by=user, reason=reason.strip())


def renew(connection: Connection, batch_id: int, *, at: datetime, user: str, reason: str) -> None:
    """Tell that what a batch says was decided on by hand: it goes on counting, as a new version of the data."""
    found = find(connection, batch_id)
    if found.state != ACCEPTED:
        raise WorkspaceError(
            "batch.not-accepted",
            mark("Batch {batch_id} does not count: its state is {state}. Only an accepted one can be decided on."),
            batch_id=str(batch_id),
            state=found.state,
        )
    _add_event(connection, batch_id, ACCEPTED, at=at, by=user, reason=reason)


def _add_event(connection: Connection, batch_id: int, state: str, *, at: datetime, by: str, reason: str | None) -> None:
    connection.execute(
        insert(schema.batch_event).values(batch_id=batch_id, state=state, at=moment_text(at), by=by, reason=reason)
    )


def list_batches(connection: Connection, *, kind: str | None = None) -> list[Batch]:
    """Return all batches, the newest first, each with its present state."""
    events = schema.batch_event
    newest = select(func.max(events.c.id)).group_by(events.c.batch_id).scalar_subquery()
    query = (
        select(
            schema.batch,
            events.c.state,
            events.c.at.label("state_at"),
            events.c.by.label("state_by"),
            events.c.reason.label("state_reason"),
        )
        .join(events, events.c.batch_id == schema.batch.c.id)
        .where(events.c.id.in_(newest))
        .order_by(schema.batch.c.id.desc())
    )
    if kind is not None:
        query = query.where(schema.batch.c.kind == kind)
    return [Batch(**row._asdict()) for row in connection.execute(query)]


def find(connection: Connection, batch_id: int) -> Batch:
    """Return one batch; raise `WorkspaceError` where there is none with this number."""
    for found in list_batches(connection):
        if found.id == batch_id:
            return found
    raise WorkspaceError(
        "batch.unknown",
        mark("There is no batch {batch_id} in this workspace."),
        batch_id=str(batch_id),
    )


def find_same_file(connection: Connection, *, kind: str, sha256: str) -> Batch | None:
    """Return the batch that holds this very file as draft or accepted, if there is one."""
    same = (b for b in list_batches(connection, kind=kind) if b.file_sha256 == sha256)
    return next((b for b in same if b.state != WITHDRAWN), None)


def issues_of(connection: Connection, batch_id: int) -> list[Issue]:
    """Return the problems that were shown when the batch was uploaded."""
    rows = connection.scalars(
        select(schema.batch_issue.c.issue)
        .where(schema.batch_issue.c.batch_id == batch_id)
        .order_by(schema.batch_issue.c.ordinal)
    )
    return [Issue.from_json(row) for row in rows]


def reasons_of(connection: Connection, batch_id: int) -> list[tuple[Issue, str]]:
    """Return the warnings of a batch with the reasons given for them."""
    table = schema.batch_issue
    rows = connection.execute(
        select(table.c.issue, table.c.reason)
        .where(table.c.batch_id == batch_id, table.c.reason.is_not(None))
        .order_by(table.c.ordinal)
    )
    return [(Issue.from_json(issue), str(reason)) for issue, reason in rows]


def holds_figures(connection: Connection, batch_id: int, figures: pd.DataFrame) -> bool:
    """Return whether a batch holds just these figures (columns `FIGURE_COLUMNS`)."""
    table = schema.figure
    stored = connection.execute(
        select(table.c.commune_code, table.c.period, table.c.measure, table.c.value).where(table.c.batch_id == batch_id)
    )
    found = {tuple(row) for row in stored}
    wanted = {
        (row["commune_code"], row["period"], measure, int(row[measure]))
        for row in figures.to_dict("records")
        for measure in MEASURES
        if not pd.isna(row[measure])
    }
    return found == wanted
