"""Survey tables of things (households, works, and what bulk points and hamlets report beside their figures)."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pandas as pd
from sqlalchemy import Connection, insert, select

from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS
from loaders.store import batches, schema
from loaders.store.batches import BULK_POINTS, HAMLETS, NewBatch
from loaders.survey.issues import Issue


def add_record_draft(
    connection: Connection, new: NewBatch, records: pd.DataFrame, issues: list[Issue], *, at: datetime
) -> int:
    """
    Store the records of a survey as a draft and return its number.

    Every column is kept with the batch as Parquet; bulk points and hamlets are written to their own tables too, so
    that they count on the maps once the batch is accepted.
    """
    batch_id = batches.add_draft(connection, new, at=at)
    buffer = BytesIO()
    records.to_parquet(buffer, index=False)
    connection.execute(
        insert(schema.survey_table).values(
            batch_id=batch_id, rows=len(records), table_sha256=batches.add_file(connection, buffer.getvalue())
        )
    )
    columns = {BULK_POINTS: BULK_POINT_COLUMNS, HAMLETS: HAMLET_COLUMNS}.get(new.kind)
    if columns is not None:
        batches.add_points(connection, batch_id, new.kind, _as_points(records, columns))
    batches.add_issues(connection, batch_id, issues)
    return batch_id


def records_of(connection: Connection, batch_id: int) -> pd.DataFrame | None:
    """Return the records of a batch as they were read; None where it holds none."""
    table = schema.survey_table
    sha256 = connection.scalar(select(table.c.table_sha256).where(table.c.batch_id == batch_id))
    return None if sha256 is None else pd.read_parquet(BytesIO(batches.read_file(connection, str(sha256))))


def _as_points(records: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return records in the columns of their table: days as ISO text, the share lost from what was bought and sold."""
    points = records.reindex(columns=pd.Index(columns))
    if {"kwh_bought", "kwh_sold"} <= set(records.columns):
        points["loss_share"] = 1 - records["kwh_sold"] / records["kwh_bought"].where(records["kwh_bought"] > 0)
    if "takeover_date" in records.columns:
        points["takeover_date"] = records["takeover_date"].dt.strftime("%Y-%m-%d")
    if "takeover_state" in columns:
        points["takeover_state"] = points["takeover_state"].fillna("bulk")
    return points
