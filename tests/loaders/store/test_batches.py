"""Batches are append-only: what counts is the newest accepted one, now or at any earlier moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Engine

from geodata.errors import WorkspaceError
from loaders.store import batches, column_choices, facts
from loaders.store.engine import reading, writing
from loaders.survey.issues import WARNING, Issue

START = datetime(2021, 7, 1, 8, 0, tzinfo=UTC)


def new_batch(content: bytes = b"a file") -> batches.NewBatch:
    return batches.NewBatch(
        kind=batches.FIGURES,
        file_name="khao_sat.xlsx",
        content=content,
        user="An",
        unit_list_date=date(2021, 7, 1),
        rows_read=1,
        rows_valid=1,
    )


def figures(**counts: int) -> pd.DataFrame:
    return pd.DataFrame([{"commune_code": "30337", "period": "2021-Q2", **counts}])


def add(store: Engine, hour: int, content: bytes, *, accept: bool = True, **counts: int) -> int:
    at = START + timedelta(hours=hour)
    with writing(store) as connection:
        batch_id = batches.add_draft(connection, new_batch(content), at=at)
        batches.add_figures(connection, batch_id, figures(**counts))
        if accept:
            batches.accept(connection, batch_id, at=at, user="Bình")
    return batch_id


def bulk_at(store: Engine, hour: int | None = None) -> int | None:
    as_of = None if hour is None else START + timedelta(hours=hour)
    with reading(store) as connection:
        found = facts.figures_by_list(connection, period="2021-Q2", as_of=as_of).get("2021-07-01")
    return None if found is None or found.empty else int(found["households_bulk"].iloc[0])


def test_draft_does_not_count(store: Engine) -> None:
    add(store, 0, b"1", accept=False, households_bulk=100)
    assert bulk_at(store) is None


def test_newest_accepted_batch_counts_for_each_measure(store: Engine) -> None:
    add(store, 0, b"1", households_bulk=100, households_direct=50)
    add(store, 1, b"2", households_bulk=80)
    with reading(store) as connection:
        row = facts.figures_by_list(connection)["2021-07-01"].iloc[0]
    assert (row["households_bulk"], row["households_direct"]) == (80, 50)
    assert row["households_shared"] is pd.NA


def test_earlier_answers_can_be_asked_again(store: Engine) -> None:
    add(store, 0, b"1", households_bulk=100)
    second = add(store, 2, b"2", households_bulk=80)
    with writing(store) as connection:
        batches.withdraw(connection, second, at=START + timedelta(hours=4), user="Bình", reason="nhầm xã")
    assert [bulk_at(store, hour) for hour in (-1, 1, 3, 5)] == [None, 100, 80, 100]


def test_later_acceptance_counts_whatever_the_order_of_upload(store: Engine) -> None:
    first = add(store, 0, b"1", accept=False, households_bulk=100)
    add(store, 1, b"2", households_bulk=80)
    with writing(store) as connection:
        batches.accept(connection, first, at=START + timedelta(hours=2), user="Bình")
    assert bulk_at(store) == 100


def test_only_a_draft_can_be_accepted(store: Engine) -> None:
    batch_id = add(store, 0, b"1", households_bulk=100)
    with pytest.raises(WorkspaceError) as caught, writing(store) as connection:
        batches.accept(connection, batch_id, at=START, user="Bình")
    assert caught.value.code == "batch.not-draft"


def test_withdrawing_needs_a_reason(store: Engine) -> None:
    batch_id = add(store, 0, b"1", households_bulk=100)
    with pytest.raises(WorkspaceError) as caught, writing(store) as connection:
        batches.withdraw(connection, batch_id, at=START, user="Bình", reason="  ")
    assert caught.value.code == "batch.reason-missing"
    assert bulk_at(store) == 100


def test_a_failed_transaction_leaves_nothing(store: Engine) -> None:
    def fail() -> None:
        with writing(store) as connection:
            batch_id = batches.add_draft(connection, new_batch(), at=START)
            batches.add_figures(connection, batch_id, figures(households_bulk=1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with reading(store) as connection:
        assert batches.list_batches(connection) == []
        assert str(facts.data_version(connection)) == "v0"


def test_file_and_issues_come_back_as_they_were(store: Engine) -> None:
    issue = Issue("survey.x", WARNING, "Khảo sát", "C4", "Tên xã", "Mỹ Đức", "{n} rows", {"n": 3}, "Mỹ Đức (30469)")
    with writing(store) as connection:
        batch_id = batches.add_draft(connection, new_batch(b"\x00\xff"), at=START)
        batches.add_issues(connection, batch_id, [issue])
    with reading(store) as connection:
        found = batches.find(connection, batch_id)
        assert batches.read_file(connection, found.file_sha256) == b"\x00\xff"
        assert batches.issues_of(connection, batch_id) == [issue]
        assert (found.state, found.created_by, found.rows_read) == ("draft", "An", 1)


def test_same_file_is_found_until_it_is_withdrawn(store: Engine) -> None:
    batch_id = add(store, 0, b"1", households_bulk=100)
    sha256 = batches.hash_of(b"1")
    with reading(store) as connection:
        found = batches.find_same_file(connection, kind=batches.FIGURES, sha256=sha256)
    assert found is not None
    assert found.id == batch_id
    with writing(store) as connection:
        batches.withdraw(connection, batch_id, at=START + timedelta(hours=1), user="Bình", reason="nhầm")
        assert batches.find_same_file(connection, kind=batches.FIGURES, sha256=sha256) is None


def test_source_of_a_figure_names_file_cell_and_person(store: Engine) -> None:
    with writing(store) as connection:
        batch_id = batches.add_draft(connection, new_batch(), at=START)
        cells = pd.DataFrame([{"sheet": "Huyện 2", "households_bulk": "H5"}])
        batches.add_figures(connection, batch_id, figures(households_bulk=7), cells)
        batches.accept(connection, batch_id, at=START, user="Bình")
    with reading(store) as connection:
        source = facts.sources_of(connection, commune_code="30337", period="2021-Q2").iloc[0]
    assert (source["value"], source["cell"], source["file_name"], source["user"]) == (7, "H5", "khao_sat.xlsx", "Bình")
    assert source["sheet"] == "Huyện 2"


WARNED = Issue("survey.jump", WARNING, "S", "C2", "Số hộ", "9", "changed")


def test_warnings_need_reasons_and_reasons_stay(store: Engine) -> None:
    with writing(store) as connection:
        batch_id = batches.add_draft(connection, new_batch(), at=START)
        batches.add_issues(connection, batch_id, [WARNED])
    with pytest.raises(WorkspaceError) as caught, writing(store) as connection:
        batches.accept(connection, batch_id, at=START, user="Bình", reasons={0: "  "})
    assert caught.value.code == "batch.reasons-missing"
    with writing(store) as connection:
        batches.accept(connection, batch_id, at=START, user="Bình", reasons={0: "tiếp nhận lưới điện"})
    with reading(store) as connection:
        assert batches.reasons_of(connection, batch_id) == [(WARNED, "tiếp nhận lưới điện")]


def test_history_tells_every_value_and_what_became_of_it(store: Engine) -> None:
    with writing(store) as connection:
        for value, user in ((7, "An"), (9, "Bình")):
            batch_id = batches.add_draft(connection, new_batch(), at=START)
            cells = pd.DataFrame([{"sheet": "S", "households_bulk": "H5"}])
            batches.add_figures(connection, batch_id, figures(households_bulk=value), cells)
            batches.accept(connection, batch_id, at=START, user=user)
        batches.withdraw(connection, batch_id, at=START, user="Bình", reason="nhầm")
    with reading(store) as connection:
        found = facts.history_of(connection, commune_code="30337", period="2021-Q2", measure="households_bulk")
    assert found["state"].tolist() == ["draft", "accepted", "draft", "accepted", "withdrawn"]
    assert found["value"].tolist() == [7, 7, 9, 9, 9]
    assert found.iloc[-1][["user", "reason", "sheet", "cell"]].tolist() == ["Bình", "nhầm", "S", "H5"]


def test_columns_chosen_by_hand_are_remembered_by_layout(store: Engine) -> None:
    with writing(store) as connection:
        column_choices.add_choices(connection, "a", {"hodan": "households_all"}, at=START, user="An")
        column_choices.add_choices(connection, "a", {"hodan": "households_grid", "x": ""}, at=START, user="An")
    with reading(store) as connection:
        assert column_choices.choices_of(connection, "a") == {"hodan": "households_grid", "x": ""}
        assert column_choices.choices_of(connection, "b") == {}
