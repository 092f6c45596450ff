"""Which uploads changed which figures, and when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from loaders.store import batches
from loaders.store.engine import reading, writing
from loaders.store.figure_events import figure_events, figure_moments
from tests.loaders.store.test_batches import START, add

BULK = ("households_bulk",)


def test_moments_are_those_at_which_figures_changed_the_newest_first(store: Engine) -> None:
    first = add(store, 0, b"1", households_bulk=100)
    add(store, 1, b"2", accept=False, households_bulk=90)
    with writing(store) as connection:
        batches.withdraw(connection, first, at=START + timedelta(hours=2), user="Chi", reason="nhầm tệp")
    with reading(store) as connection:
        found = figure_moments(connection)
    assert found["state"].tolist() == ["withdrawn", "accepted"]
    assert found["by"].tolist() == ["Chi", "Bình"]
    assert found["version"].tolist() == [4, 2]  # 1 and 3 are drafts


def test_events_after_a_moment_name_upload_person_and_reason(store: Engine) -> None:
    first = add(store, 0, b"1", households_bulk=100)
    second = add(store, 1, b"2", households_bulk=90)
    with writing(store) as connection:
        batches.withdraw(connection, first, at=START + timedelta(hours=2), user="Chi", reason="nhầm tệp")
    with reading(store) as connection:
        found = figure_events(connection, since=START, measures=BULK)
    assert found[["batch_id", "state", "by"]].to_numpy().tolist() == [
        [second, "accepted", "Bình"],
        [first, "withdrawn", "Chi"],
    ]
    assert found["reason"].tolist()[1] == "nhầm tệp"
    assert found["commune_code"].tolist() == ["30337", "30337"]


def test_upload_without_the_measures_is_left_out_and_one_with_both_is_told_once(store: Engine) -> None:
    add(store, 1, b"1", households_direct=5)
    add(store, 2, b"2", households_direct=5, households_bulk=1)
    with reading(store) as connection:
        assert len(figure_events(connection, since=START, measures=BULK)) == 1
        assert len(figure_events(connection, since=START, measures=("households_bulk", "households_direct"))) == 2
        assert figure_events(connection, since=START + timedelta(hours=2), measures=BULK).empty
