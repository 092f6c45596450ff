"""Features of boundary files that users assigned by hand, remembered for files of the same layout; append-only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from loaders.store import schema
from loaders.store.batches import moment_text

Assignments = Mapping[str, str]
"""Key of a feature → commune code, ``""`` for one that is left out."""


def add_choices(
    connection: Connection, layout: str, list_date: date, choices: Assignments, *, at: datetime, user: str
) -> None:
    """Remember what features of a layout are in the list of a day."""
    known = choices_of(connection, list_date)
    rows = [
        {
            "layout": layout,
            "feature": feature,
            "unit_list_date": list_date.isoformat(),
            "commune_code": code,
            "at": moment_text(at),
            "by": user,
        }
        for feature, code in choices.items()
        if known.get(layout, {}).get(feature) != code
    ]
    if rows:
        connection.execute(insert(schema.boundary_choice), rows)


def choices_of(connection: Connection, list_date: date) -> dict[str, dict[str, str]]:
    """Return the newest choice for each feature, by layout, in the list of a day."""
    table = schema.boundary_choice
    query = select(table.c.layout, table.c.feature, table.c.commune_code)
    rows = connection.execute(query.where(table.c.unit_list_date == list_date.isoformat()).order_by(table.c.id))
    found: dict[str, dict[str, str]] = {}
    for layout, feature, code in rows:
        found.setdefault(str(layout), {})[str(feature)] = str(code)
    return found
