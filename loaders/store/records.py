"""Survey tables of things (households, works, and what bulk points and hamlets report beside their figures)."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pandas as pd
from sqlalchemy import Connection, insert, select

from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS
from loaders.store import batches, facts, schema
from loaders.store.batches import BULK_POINTS, HAMLETS
from loaders.survey.templates import SurveyTemplate
from loaders.survey.values import as_typed

_POINT_TABLES = {BULK_POINTS: (schema.bulk_point, BULK_POINT_COLUMNS), HAMLETS: (schema.hamlet, HAMLET_COLUMNS)}


def add_records(connection: Connection, batch_id: int, kind: str, records: pd.DataFrame) -> None:
    """
    Add the records of a draft.

    Every column is kept with the batch as Parquet; bulk points and hamlets are written to their own tables too, so
    that they count on the maps once the batch is accepted.
    """
    connection.execute(
        insert(schema.survey_table).values(
            batch_id=batch_id, rows=len(records), table_sha256=batches.add_file(connection, _parquet(records))
        )
    )
    if kind in _POINT_TABLES:
        _, columns = _POINT_TABLES[kind]
        batches.add_points(connection, batch_id, kind, _as_points(records, columns))


def holds_records(connection: Connection, batch_id: int, records: pd.DataFrame) -> bool:
    """Return whether a batch holds just these records."""
    table = schema.survey_table
    stored = connection.scalar(select(table.c.table_sha256).where(table.c.batch_id == batch_id))
    return stored is not None and str(stored) == batches.hash_of(_parquet(records))


def _parquet(records: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    records.to_parquet(buffer, index=False)
    return buffer.getvalue()


def records_of(connection: Connection, batch_id: int) -> pd.DataFrame | None:
    """Return the records of a batch as they were read; None where it holds none."""
    table = schema.survey_table
    sha256 = connection.scalar(select(table.c.table_sha256).where(table.c.batch_id == batch_id))
    return None if sha256 is None else pd.read_parquet(BytesIO(batches.read_file(connection, str(sha256))))


def counting_records(
    connection: Connection, template: SurveyTemplate, *, as_of: datetime | None = None
) -> pd.DataFrame:
    """
    Return the records of a kind that count now, or at an earlier moment: of each key those of the newest batch.

    Returns
    -------
    records
        ``commune_code``, the columns of the template as far as they were uploaded, ``loss_share`` of points that have
        no record beside them, ``file_name``, ``row`` (of the file, as spreadsheet programs number it), and
        `facts.LIST_COLUMN`, the list in which the code is read; without a column where nothing is stored.
    """
    tables = [
        found.reindex(columns=_columns_of(found, template)).assign(
            file_name=batch.file_name, row=_rows_of(found), **{facts.LIST_COLUMN: batch.unit_list_date}
        )
        for batch in facts.accepted_batches(connection, kind=template.rows, as_of=as_of)
        if (found := _records_or_points(connection, batch.id, template)) is not None
    ]
    if not tables:
        return pd.DataFrame()
    every = pd.concat(tables, ignore_index=True).astype({"file_name": "category", facts.LIST_COLUMN: "category"})
    return as_typed(every.drop_duplicates(list(template.key)).reset_index(drop=True), template)


def _records_or_points(connection: Connection, batch_id: int, template: SurveyTemplate) -> pd.DataFrame | None:
    """Return the records of a batch; demos made before points had kWh hold points only."""
    found = records_of(connection, batch_id)
    if found is None and template.rows in _POINT_TABLES:
        table, columns = _POINT_TABLES[template.rows]
        rows = connection.execute(select(*(table.c[name] for name in columns)).where(table.c.batch_id == batch_id))
        found = pd.DataFrame([tuple(row) for row in rows], columns=pd.Index(columns))
    return found if found is not None and set(template.key) <= set(found.columns) else None


def _rows_of(records: pd.DataFrame) -> list[int]:
    """Return the row of each record in its file: as it was read, else under the one header of a table."""
    return records["row"].to_list() if "row" in records.columns else list(range(2, len(records) + 2))


def _columns_of(records: pd.DataFrame, template: SurveyTemplate) -> list[str]:
    known = {column.key for column in template.columns} | {"commune_code", "loss_share"}
    return [name for name in records.columns if name in known]


def _as_points(records: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return records in the columns of their table: days as ISO text, the share lost from what was bought and sold."""
    points = records.reindex(columns=pd.Index(columns))
    if {"kwh_bought", "kwh_sold"} <= set(records.columns):
        points["loss_share"] = 1 - records["kwh_sold"] / records["kwh_bought"].where(records["kwh_bought"] > 0)
    if "takeover_date" in records.columns:
        points["takeover_date"] = records["takeover_date"].dt.strftime("%Y-%m-%d")
    if "takeover_state" in columns:
        points["takeover_state"] = points["takeover_state"].astype("object").fillna("bulk")
    return points


def uploads_of_works(connection: Connection, *, as_of: datetime | None = None) -> pd.DataFrame:
    """Return from which uploads the works come that count, in the columns of `facts.uploads_by_commune`."""
    counting, events = facts.counting_batches(as_of), schema.batch_event
    query = select(events.c.batch_id, events.c.by, events.c.at).join(counting, counting.c.accepted_as == events.c.id)
    accepted = {row.batch_id: (str(row.by), pd.to_datetime(row.at, utc=True)) for row in connection.execute(query)}
    tables = []
    for batch in facts.accepted_batches(connection, kind=batches.WORKS, as_of=as_of):
        found = records_of(connection, batch.id)
        if found is None:
            continue
        by, at = accepted[batch.id]
        of_batch = {
            facts.LIST_COLUMN: batch.unit_list_date,
            "batch_id": batch.id,
            "kind": batch.kind,
            "file_name": batch.file_name,
            "accepted_by": by,
            "accepted_at": at,
            "is_synthetic": batch.is_synthetic,
        }
        tables.append(found[["work_code", "commune_code"]].assign(**of_batch))
    if not tables:
        return pd.DataFrame()
    newest = pd.concat(tables, ignore_index=True).drop_duplicates("work_code")
    return newest.drop(columns="work_code").drop_duplicates(ignore_index=True)
