"""Columns that engineers chose by hand, remembered for the layout of their office's sheets; append-only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select

from loaders.store import schema
from loaders.store.batches import moment_text


def add_choices(connection: Connection, layout: str, choices: Mapping[str, str], *, at: datetime, user: str) -> None:
    """
    Remember what the columns of a layout hold.

    Parameters
    ----------
    choices
        `columns.label_key` of each column → key of the template's column, ``""`` for one that is not read.
    """
    rows = [
        {"layout": layout, "label": label, "column_key": key, "at": moment_text(at), "by": user}
        for label, key in choices.items()
    ]
    if rows:
        connection.execute(insert(schema.column_choice), rows)


def choices_of(connection: Connection, layout: str) -> dict[str, str]:
    """Return the newest choice for each label of a layout."""
    table = schema.column_choice
    found = connection.execute(
        select(table.c.label, table.c.column_key).where(table.c.layout == layout).order_by(table.c.id)
    )
    return {str(label): str(key) for label, key in found}
