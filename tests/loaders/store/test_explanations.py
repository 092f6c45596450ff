"""Reasons for findings in the store: kept in order, with their values, and known as of a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from loaders.store import engine, explanations

SUBJECT = ("grid-fell", "30469", "2021-Q2", "2021-07-01", "households_grid")
FIRST = datetime(2021, 7, 5, tzinfo=UTC)


def test_explanations_come_back_in_order_and_as_of_a_moment(store: Engine) -> None:
    values = (("told_measure", "households_grid"), ("old", 1000), ("new", 900))
    with engine.writing(store) as connection:
        explanations.add_explanations(connection, [(SUBJECT, values)], "explained", reason="Đúng", user="Lan", at=FIRST)
        later = FIRST + timedelta(days=1)
        explanations.add_explanations(connection, [(SUBJECT, values)], "taken_back", reason="Sai", user="An", at=later)
        explanations.add_explanations(connection, [], "explained", reason="x", user="An", at=later)
    with engine.reading(store) as connection:
        said = explanations.explanations(connection)
        assert [(one.subject, one.values, one.verdict, one.reason, one.user) for one in said] == [
            (SUBJECT, values, "explained", "Đúng", "Lan"),
            (SUBJECT, values, "taken_back", "Sai", "An"),
        ]
        assert [one.verdict for one in explanations.explanations(connection, as_of=FIRST)] == ["explained"]
        assert explanations.newest_explanation(connection) == 2


def test_store_without_explanations_has_none(store: Engine) -> None:
    with engine.reading(store) as connection:
        assert explanations.explanations(connection) == []
        assert explanations.newest_explanation(connection) == 0
