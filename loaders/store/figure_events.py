"""What happened to figures over time: the moments at which they changed, and the uploads of a span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import Connection, select

from loaders.store import schema
from loaders.store.batches import ACCEPTED, WITHDRAWN, moment_text
from loaders.store.facts import FIGURE_KINDS

_CHANGING: Final = (ACCEPTED, WITHDRAWN)

MOMENT_COLUMNS: Final = ("version", "at", "state", "file_name", "by")
EVENT_COLUMNS: Final = (
    "commune_code",
    "period",
    "unit_list_date",
    "state",
    "at",
    "by",
    "reason",
    "file_name",
    "batch_id",
)


def figure_moments(connection: Connection) -> pd.DataFrame:
    """
    Return every event that changed which figures count, the newest first.

    Returns
    -------
    moments
        Columns `MOMENT_COLUMNS`: ``version`` (number of the data version, as `facts.data_version` counts it), ``at``
        (UTC), ``state`` (accepted, withdrawn), file and person.
    """
    events, batch = schema.batch_event, schema.batch
    query = (
        select(events.c.id.label("version"), events.c.at, events.c.state, batch.c.file_name, events.c.by)
        .join(batch, batch.c.id == events.c.batch_id)
        .where(batch.c.kind.in_(FIGURE_KINDS), events.c.state.in_(_CHANGING))
        .order_by(events.c.id.desc())
    )
    return pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=pd.Index(MOMENT_COLUMNS))


def figure_events(connection: Connection, *, since: datetime, measures: Sequence[str]) -> pd.DataFrame:
    """
    Return which uploads changed which communes' figures after a moment.

    Parameters
    ----------
    measures
        Those that matter; uploads that hold none of them for a commune and quarter are left out.

    Returns
    -------
    events
        Columns `EVENT_COLUMNS`, one row a commune, quarter and event, in the order of time. Commune codes are those of
        the list of ``unit_list_date`` (ISO text).
    """
    events, batch, figure = schema.batch_event, schema.batch, schema.figure
    query = (
        select(
            figure.c.commune_code,
            figure.c.period,
            batch.c.unit_list_date,
            events.c.state,
            events.c.at,
            events.c.by,
            events.c.reason,
            batch.c.file_name,
            batch.c.id.label("batch_id"),
        )
        .join(batch, batch.c.id == figure.c.batch_id)
        .join(events, events.c.batch_id == batch.c.id)
        .where(
            events.c.at > moment_text(since),
            events.c.state.in_(_CHANGING),
            batch.c.kind.in_(FIGURE_KINDS),
            figure.c.measure.in_(measures),
        )
        .distinct()
        .order_by(events.c.at, batch.c.id, figure.c.period, figure.c.commune_code)
    )
    return pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=pd.Index(EVENT_COLUMNS))
