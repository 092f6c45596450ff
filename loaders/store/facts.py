"""Questions to the store: what the accepted batches say, now or at any earlier moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, func, select, union

from geodata.tables import BULK_POINT_COLUMNS, FIGURE_COLUMNS, FIGURE_KEY, HAMLET_COLUMNS, MEASURES
from loaders.store import schema
from loaders.store.batches import ACCEPTED, FIGURES, LEDGER, Batch, list_batches, moment_text

FIGURE_KINDS: Final = (FIGURES, LEDGER)
"""Kinds of batches that hold figures of communes."""

ACCEPTED_COLUMN: Final = "accepted_as"
"""Column of figures with the number of the newest acceptance among those of a row: what came later is higher."""

LIST_COLUMN: Final = "unit_list_date"
"""Column of points and records with the day (ISO text) of the list in which their commune codes are read."""


@dataclass(frozen=True)
class DataVersion:
    """
    The state of the store that an answer rests on.

    Parameters
    ----------
    number
        Number of the newest event; it grows with each upload, acceptance and withdrawal.
    at
        Moment of that event (UTC, ISO 8601), or None for an empty store.
    """

    number: int
    at: str | None

    @property
    def moment(self) -> datetime | None:
        """`at` as a moment."""
        return None if self.at is None else datetime.fromisoformat(self.at.replace("Z", "+00:00"))

    def __str__(self) -> str:
        return f"v{self.number}"


def data_version(
    connection: Connection, *, as_of: datetime | None = None, without_batch: int | None = None
) -> DataVersion:
    """Return the version of the data now, or at an earlier moment, or as it would be without a batch."""
    events = schema.batch_event
    query = select(events.c.id, events.c.at).order_by(events.c.id.desc()).limit(1)
    if as_of is not None:
        query = query.where(events.c.at <= moment_text(as_of))
    if without_batch is not None:
        query = query.where(events.c.batch_id != without_batch)
    row = connection.execute(query).first()
    return DataVersion(0, None) if row is None else DataVersion(int(row.id), str(row.at))


def find_version(connection: Connection, text: str) -> DataVersion | None:
    """Return the version of the data that a text such as ``"v20"`` names; None where the store never had it."""
    number = text.removeprefix("v")
    if not number.isdecimal():
        return None
    events = schema.batch_event
    at = connection.scalar(select(events.c.at).where(events.c.id == int(number)))
    return None if at is None else DataVersion(int(number), str(at))


def counting_batches(as_of: datetime | None) -> Subquery:
    """Batches that count at a moment: (batch_id, accepted_as); later accepted, higher number."""
    events = schema.batch_event
    newest = select(events.c.batch_id, func.max(events.c.id).label("id")).group_by(events.c.batch_id)
    if as_of is not None:
        newest = newest.where(events.c.at <= moment_text(as_of))
    latest = newest.subquery()
    return (
        select(events.c.batch_id, events.c.id.label("accepted_as"))
        .join(latest, events.c.id == latest.c.id)
        .where(events.c.state == ACCEPTED)
        .subquery()
    )


def accepted_batches(connection: Connection, *, kind: str, as_of: datetime | None = None) -> list[Batch]:
    """Return the batches of a kind that count now, or at an earlier moment, the last accepted first."""
    counting = counting_batches(as_of)
    order = {row.batch_id: row.accepted_as for row in connection.execute(select(counting))}
    found = (batch for batch in list_batches(connection, kind=kind) if batch.id in order)
    return sorted(found, key=lambda batch: -order[batch.id])


def _newest_rows(table: Table, key: tuple[str, ...], as_of: datetime | None, *only: ColumnElement[bool]) -> Select[Any]:
    """Rows of a table that pass `only`, for each key the one of the newest batch that counts."""
    counting = counting_batches(as_of)
    rank = (
        func.row_number()
        .over(partition_by=[table.c[name] for name in key], order_by=counting.c.accepted_as.desc())
        .label("newest_first")
    )
    joined = select(table, counting.c.accepted_as, rank).join(counting, counting.c.batch_id == table.c.batch_id)
    ranked = joined.where(*only).subquery()
    return select(*(c for c in ranked.c if c.name != "newest_first")).where(ranked.c.newest_first == 1)


def figures_by_list(
    connection: Connection, *, period: str | None = None, as_of: datetime | None = None
) -> dict[str, pd.DataFrame]:
    """
    Return the figures that count: of each (commune, period, measure) those of the newest accepted batch.

    Parameters
    ----------
    period
        One quarter, such as ``"2021-Q2"``; all where None.
    as_of
        Moment whose answer is wanted; now where None.

    Returns
    -------
    figures
        For the day (ISO text) of each list of units in which figures were read: columns `FIGURE_COLUMNS` and
        `ACCEPTED_COLUMN`, sorted by period and commune; measures nullable whole numbers, missing where not reported.
        The same code in two lists may be two communes: they are told in one list by `geodata.lineage`.
    """
    only = [] if period is None else [schema.figure.c.period == period]
    lists = _counting_lists(connection, as_of)
    return {day: _figures_of(connection, as_of, schema.figure.c.batch_id.in_(ids), *only) for day, ids in lists.items()}


def figures_of_two_sources(connection: Connection, *, as_of: datetime | None = None) -> pd.DataFrame:
    """
    Return the figures that both a commune survey and a household ledger give, of each the newest accepted one.

    Returns
    -------
    figures
        ``commune_code``, ``period``, ``measure``, ``survey``, ``ledger`` (whole numbers) and `LIST_COLUMN`, the list in
        which both were read.
    """
    names = ("commune_code", "period", "measure", LIST_COLUMN)
    kinds = (("survey", FIGURES), ("ledger", LEDGER))
    if not all(accepted_batches(connection, kind=kind, as_of=as_of) for _, kind in kinds):
        return pd.DataFrame(columns=pd.Index([*names[:3], "survey", "ledger", LIST_COLUMN]))
    table, counting, batch = schema.figure, counting_batches(as_of), schema.batch
    found = {}
    for name, kind in kinds:
        query = (
            select(table.c.commune_code, table.c.period, table.c.measure, batch.c.unit_list_date, table.c.value)
            .join(counting, counting.c.batch_id == table.c.batch_id)
            .join(batch, batch.c.id == table.c.batch_id)
            .where(batch.c.kind == kind)
            .order_by(counting.c.accepted_as)
        )
        rows = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=pd.Index([*names, name]))
        found[name] = rows.drop_duplicates(list(names), keep="last")
    return found["survey"].merge(found["ledger"], on=list(names))


def lists_of_figures(connection: Connection, *, period: str | None = None, as_of: datetime | None = None) -> list[str]:
    """Return the days (ISO text) of the lists in which the figures of a quarter, or all, were read, oldest first."""
    counting, batch = counting_batches(as_of), schema.batch
    query = (
        select(batch.c.unit_list_date)
        .join(counting, counting.c.batch_id == batch.c.id)
        .join(schema.figure, schema.figure.c.batch_id == batch.c.id)
        .distinct()
    )
    if period is not None:
        query = query.where(schema.figure.c.period == period)
    return sorted(str(day) for day in connection.scalars(query))


def _counting_lists(connection: Connection, as_of: datetime | None) -> dict[str, list[int]]:
    """Batches of figures that count, by the day of their list of units."""
    counting, batch = counting_batches(as_of), schema.batch
    query = (
        select(batch.c.unit_list_date, batch.c.id)
        .join(counting, counting.c.batch_id == batch.c.id)
        .where(batch.c.kind.in_(FIGURE_KINDS))
        .order_by(batch.c.unit_list_date)
    )
    lists: dict[str, list[int]] = {}
    for day, batch_id in connection.execute(query):
        lists.setdefault(str(day), []).append(int(batch_id))
    return lists


def _figures_of(connection: Connection, as_of: datetime | None, *only: ColumnElement[bool]) -> pd.DataFrame:
    query = _newest_rows(schema.figure, (*FIGURE_KEY, "measure"), as_of, *only)
    names = (*FIGURE_KEY, "measure", "value", ACCEPTED_COLUMN)
    wanted = query.with_only_columns(*(query.selected_columns[name] for name in names))
    # Plain tuples: pandas reads them several times faster than result rows.
    rows = [tuple(row) for row in connection.execute(wanted)]
    long = pd.DataFrame(rows, columns=pd.Index(names))
    wide = long.set_index(["period", "commune_code", "measure"])["value"].unstack("measure")  # noqa: PD010
    wide = wide.reindex(columns=pd.Index(MEASURES)).astype("Int64").sort_index()
    wide[ACCEPTED_COLUMN] = long.groupby(["period", "commune_code"])[ACCEPTED_COLUMN].max().astype("int64")
    wide = wide.reset_index()
    wide.columns.name = None
    return wide[[*FIGURE_COLUMNS, ACCEPTED_COLUMN]].astype({"commune_code": "str", "period": "str"})


def periods(connection: Connection, *, as_of: datetime | None = None) -> list[str]:
    """Return the quarters that have figures, oldest first."""
    counting = counting_batches(as_of)
    query = (
        select(schema.figure.c.period)
        .join(counting, counting.c.batch_id == schema.figure.c.batch_id)
        .distinct()
        .order_by(schema.figure.c.period)
    )
    return [str(period) for period in connection.scalars(query)]


def bulk_points(connection: Connection, *, as_of: datetime | None = None) -> pd.DataFrame:
    """Return the bulk-purchase points that count, columns `BULK_POINT_COLUMNS` and `LIST_COLUMN`, in code order."""
    return _points(connection, schema.bulk_point, BULK_POINT_COLUMNS, as_of)


def hamlets(connection: Connection, *, as_of: datetime | None = None) -> pd.DataFrame:
    """Return the unserved hamlets that count, columns `HAMLET_COLUMNS` and `LIST_COLUMN`, in code order."""
    return _points(connection, schema.hamlet, HAMLET_COLUMNS, as_of)


def _points(connection: Connection, table: Table, columns: tuple[str, ...], as_of: datetime | None) -> pd.DataFrame:
    newest = _newest_rows(table, (columns[0],), as_of).subquery()
    query = (
        select(*(newest.c[name] for name in columns), schema.batch.c.unit_list_date.label(LIST_COLUMN))
        .join(schema.batch, schema.batch.c.id == newest.c.batch_id)
        .order_by(newest.c[columns[0]])
    )
    return pd.DataFrame(connection.execute(query).all(), columns=pd.Index([*columns, LIST_COLUMN]))


def has_synthetic(connection: Connection, *, as_of: datetime | None = None) -> bool:
    """Return whether any batch that counts is demonstration data."""
    counting = counting_batches(as_of)
    query = (
        select(func.count())
        .select_from(schema.batch)
        .join(counting, counting.c.batch_id == schema.batch.c.id)
        .where(schema.batch.c.is_synthetic)
    )
    return bool(connection.scalar(query))


def uploads_by_commune(connection: Connection, period: str, *, as_of: datetime | None = None) -> pd.DataFrame:
    """
    Return from which uploads the figures of a quarter, and the points and hamlets, come that count.

    Returns
    -------
    uploads
        One row a commune and upload: ``commune_code``, `LIST_COLUMN` (the list in which the code is read),
        ``batch_id``, ``kind``, ``file_name``, ``accepted_by``, ``accepted_at`` (UTC), ``is_synthetic``.
    """
    counted = [
        _newest_rows(schema.figure, (*FIGURE_KEY, "measure"), as_of, schema.figure.c.period == period),
        _newest_rows(schema.bulk_point, ("point_code",), as_of),
        _newest_rows(schema.hamlet, ("hamlet_code",), as_of),
    ]
    parts = [
        rows.with_only_columns(rows.selected_columns["commune_code"], rows.selected_columns["batch_id"])
        for rows in counted
    ]
    rows = union(*parts).subquery()
    counting, events, batch = counting_batches(as_of), schema.batch_event, schema.batch
    query = (
        select(
            rows.c.commune_code,
            batch.c.unit_list_date.label(LIST_COLUMN),
            batch.c.id.label("batch_id"),
            batch.c.kind,
            batch.c.file_name,
            events.c.by.label("accepted_by"),
            events.c.at.label("accepted_at"),
            batch.c.is_synthetic,
        )
        .join(batch, batch.c.id == rows.c.batch_id)
        .join(counting, counting.c.batch_id == batch.c.id)
        .join(events, events.c.id == counting.c.accepted_as)
        .order_by(batch.c.id, rows.c.commune_code)
    )
    found = [tuple(row) for row in connection.execute(query)]
    table = pd.DataFrame(found, columns=pd.Index([column.name for column in query.selected_columns]))
    return table.assign(accepted_at=pd.to_datetime(table["accepted_at"], utc=True, format="ISO8601"))


def sources_of(
    connection: Connection, *, commune_code: str, period: str, as_of: datetime | None = None
) -> pd.DataFrame:
    """
    Return where the figures of one commune and quarter come from.

    Returns
    -------
    sources
        One row a measure and accepted batch, the newest first: measure, value, cell, sheet, file_name, user,
        accepted_at, batch_id, is_synthetic.
    """
    counting, events = counting_batches(as_of), schema.batch_event
    table, batch = schema.figure, schema.batch
    query = (
        select(
            table.c.measure,
            table.c.value,
            table.c.cell,
            func.coalesce(table.c.sheet, batch.c.sheet).label("sheet"),
            batch.c.file_name,
            events.c.by.label("user"),
            events.c.at.label("accepted_at"),
            batch.c.id.label("batch_id"),
            batch.c.is_synthetic,
        )
        .join(counting, counting.c.batch_id == table.c.batch_id)
        .join(events, events.c.id == counting.c.accepted_as)
        .join(batch, batch.c.id == table.c.batch_id)
        .where(table.c.commune_code == commune_code, table.c.period == period, batch.c.kind.in_(FIGURE_KINDS))
        .order_by(counting.c.accepted_as.desc(), table.c.measure)
    )
    return pd.DataFrame([row._asdict() for row in connection.execute(query)])


def history_of(connection: Connection, *, commune_code: str, period: str, measure: str | None = None) -> pd.DataFrame:
    """
    Return every value that was ever uploaded for a commune and quarter, whether it counts or not.

    Returns
    -------
    history
        One row a measure and event of its batch, in the order of time: measure, value, at (UTC), state (draft,
        accepted, withdrawn), user, reason, file_name, sheet, cell, batch_id.
    """
    table, batch, events = schema.figure, schema.batch, schema.batch_event
    only = [] if measure is None else [table.c.measure == measure]
    query = (
        select(
            table.c.measure,
            table.c.value,
            events.c.at,
            events.c.state,
            events.c.by.label("user"),
            events.c.reason,
            batch.c.file_name,
            func.coalesce(table.c.sheet, batch.c.sheet).label("sheet"),
            table.c.cell,
            batch.c.id.label("batch_id"),
        )
        .join(batch, batch.c.id == table.c.batch_id)
        .join(events, events.c.batch_id == table.c.batch_id)
        .where(table.c.commune_code == commune_code, table.c.period == period, *only)
        .order_by(table.c.measure, events.c.id)
    )
    columns = ["measure", "value", "at", "state", "user", "reason", "file_name", "sheet", "cell", "batch_id"]
    rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=pd.Index(columns))
