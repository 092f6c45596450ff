"""Own commune lists in the store: the last accepted of each organisation counts, decisions stay, nothing is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from geodata.errors import WorkspaceError
from geodata.own_lists import APART, ASSIGN, ENTRY_COLUMNS, Decision
from loaders.store import batches, commune_lists, facts
from loaders.store.engine import reading, writing

START = datetime(2021, 7, 1, 8, 0, tzinfo=UTC)


def entries(name: str) -> pd.DataFrame:
    row = {**dict.fromkeys(ENTRY_COLUMNS, ""), "sheet": "S", "row": 2, "name": name}
    return pd.DataFrame([row], columns=pd.Index(ENTRY_COLUMNS))


def add(store: Engine, hour: int, name: str, *, organisation: str = "EVNSPC", accept: bool = True) -> int:
    at = START + timedelta(hours=hour)
    new = batches.NewBatch(
        kind=batches.COMMUNE_LISTS,
        file_name="danh_muc.xlsx",
        content=name.encode(),
        user="An",
        unit_list_date=date(2021, 7, 1),
        rows_read=1,
        rows_valid=1,
    )
    with writing(store) as connection:
        batch_id = batches.add_draft(connection, new, at=at)
        commune_lists.add_list(connection, batch_id, entries(name), organisation=organisation, valid_on="2021-07-01")
        commune_lists.add_result(connection, batch_id, entries(name), at=at, user="An")
        if accept:
            batches.accept(connection, batch_id, at=at, user="An")
    return batch_id


def counting(store: Engine, hour: int | None = None) -> list[tuple[str, int]]:
    as_of = None if hour is None else START + timedelta(hours=hour)
    with reading(store) as connection:
        return [(one.organisation, one.batch.id) for one in commune_lists.counting_lists(connection, as_of=as_of)]


def test_list_is_read_back_as_it_was(store: Engine) -> None:
    batch_id = add(store, 0, "Xã Mỹ Đức")
    with reading(store) as connection:
        pd.testing.assert_frame_equal(commune_lists.entries_of(connection, batch_id), entries("Xã Mỹ Đức"))
        assert commune_lists.holds_entries(connection, batch_id, entries("Xã Mỹ Đức"))
        assert not commune_lists.holds_entries(connection, batch_id, entries("Xã Mỹ Phú"))


def test_later_list_replaces_the_one_before_of_the_same_organisation_only(store: Engine) -> None:
    first, other = add(store, 0, "a"), add(store, 1, "b", organisation="PC An Giang")
    add(store, 2, "draft", accept=False)
    second = add(store, 3, "c")
    assert counting(store) == [("EVNSPC", second), ("PC An Giang", other)]
    assert counting(store, 2) == [("EVNSPC", first), ("PC An Giang", other)]
    with writing(store) as connection:
        batches.withdraw(connection, second, at=START + timedelta(hours=4), user="An", reason="nhầm")
    assert counting(store) == [("EVNSPC", first), ("PC An Giang", other)]


def test_decision_on_an_older_list_does_not_put_it_before_the_newer_one(store: Engine) -> None:
    first, second = add(store, 0, "a"), add(store, 1, "b")
    with writing(store) as connection:
        batches.renew(connection, first, at=START + timedelta(hours=2), user="An", reason="theo sổ")
    assert counting(store) == [("EVNSPC", second)]


def test_results_of_earlier_moments_stay(store: Engine) -> None:
    batch_id = add(store, 0, "a")
    later = START + timedelta(hours=2)
    with writing(store) as connection:
        batches.renew(connection, batch_id, at=later, user="An", reason="theo sổ")
        commune_lists.add_result(connection, batch_id, entries("b"), at=later, user="An")
    with reading(store) as connection:
        now = commune_lists.result_of(connection, batch_id)
        before = commune_lists.result_of(connection, batch_id, as_of=START + timedelta(hours=1))
        assert now is not None
        assert before is not None
        assert (now[0]["name"].iloc[0], before[0]["name"].iloc[0]) == ("b", "a")
        assert now[1] == facts.data_version(connection).number


def test_only_a_list_that_counts_is_decided_on(store: Engine) -> None:
    batch_id = add(store, 0, "a", accept=False)
    with pytest.raises(WorkspaceError) as caught, writing(store) as connection:
        batches.renew(connection, batch_id, at=START, user="An", reason="theo sổ")
    assert caught.value.code == "batch.not-accepted"


def test_decisions_are_kept_in_order_and_by_organisation(store: Engine) -> None:
    first = Decision("a|b", ASSIGN, "30469", "theo sổ", "An", "2021-07-01T08:00:00.000000Z")
    second = Decision("a|b", APART, "", "còn giữ riêng", "Bình", "2021-07-01T09:00:00.000000Z")
    with writing(store) as connection:
        commune_lists.add_decisions(connection, "EVNSPC", [first])
        commune_lists.add_decisions(connection, "EVNSPC", [second])
    with reading(store) as connection:
        assert commune_lists.decisions_of(connection, "EVNSPC") == [first, second]
        assert commune_lists.decisions_of(connection, "PC An Giang") == []
