"""Targets in the store: versions, withdrawals and splits, as they are known at any moment; in both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import Engine

from geodata.periods import Period
from geodata.target_data import SEEN, TARGET, WHOLE, Milestone, Target, Wording
from loaders.store import batches, engine
from loaders.store import targets as target_store
from loaders.store.batches import NewBatch
from loaders.store.targets import TREE_COLUMNS, StoredCascade, Withdrawal

START = datetime(2021, 7, 1, tzinfo=UTC)

GOAL = Target(
    code="",
    programme="kế hoạch",
    programme_name=Wording("Kế hoạch", "Plan"),
    kind=TARGET,
    decision=Wording.typed("1/QĐ"),
    decision_date=date(2021, 6, 30),
    starts="",
    indicator="direct_share",
    area="89",
    units_of=date(2021, 7, 1),
    applies_to=WHOLE,
    unit="percent",
    milestones=(Milestone(Period(2023, 4), Decimal("99.5")), Milestone(None, Decimal("100"))),
    status=SEEN,
    source=Wording.typed("bản ký"),
    reason="thử",
)


def new_batch(user: str = "An") -> NewBatch:
    return NewBatch(batches.TARGETS, "targets.json", b"{}", user, date(2021, 7, 1), 1, 1)


def known(store_engine: Engine, *, hours: int | None = None) -> tuple[Target, ...]:
    moment = None if hours is None else START + timedelta(hours=hours)
    with engine.reading(store_engine) as connection:
        return target_store.known_targets(connection, [], as_of=moment)


def test_a_version_comes_back_as_it_was_entered_with_who_and_when(store: Engine) -> None:
    assert known(store) == ()
    with engine.writing(store) as connection:
        batch = add(connection, hours=1, versions=[GOAL])
    [found] = known(store)
    assert (found.code, found.by, found.batch_id) == ("T1", "An", batch)
    assert found.at.startswith("2021-07-01T01")
    assert found.milestones == GOAL.milestones
    assert found.says_same(GOAL)
    assert known(store, hours=0) == ()


def add(connection: object, *, hours: int, **change: object) -> int:
    return target_store.add_change(connection, new_batch(), at=START + timedelta(hours=hours), **change)  # type: ignore[arg-type]


def test_a_withdrawal_is_known_from_its_moment_and_a_withdrawn_batch_gives_its_reason(store: Engine) -> None:
    with engine.writing(store) as connection:
        first = add(connection, hours=1, versions=[GOAL, GOAL])
        add(connection, hours=2, withdrawals=[Withdrawal("T1", date(2021, 8, 1), "nhầm")])
    assert [t.withdrawn_on for t in known(store, hours=1)] == [None, None]
    assert [(t.withdrawn_on, t.withdrawn_why) for t in known(store)] == [(date(2021, 8, 1), "nhầm"), (None, "")]
    with engine.writing(store) as connection:
        batches.withdraw(connection, first, at=START + timedelta(hours=3), user="Bình", reason="cả lô")
    assert [(t.withdrawn_on, t.withdrawn_by, t.withdrawn_why) for t in known(store)] == [
        (date.min, "Bình", "cả lô")
    ] * 2
    assert [t.withdrawn_on for t in known(store, hours=2)] == [date(2021, 8, 1), None]


@pytest.mark.parametrize("whole", [[100, 100], [pd.NA, pd.NA]])
def test_splits_are_kept_newest_first_and_taken_back(store: Engine, whole: list[object]) -> None:
    tree = pd.DataFrame(
        {
            "area_code": ["883", "886"],
            "parent_code": ["89", "89"],
            "lacking": pd.array([6, 4], dtype="Int64"),
            "whole": pd.array(whole, dtype="Int64"),
            "households": [3, 2],
            "is_fixed": [True, False],
        }
    )
    split = StoredCascade("T1", "2023-Q4", date(2021, 7, 1), "2021-Q2", 5, "{}", tree, "thử")
    with engine.writing(store) as connection:
        for hours in (1, 2):
            batch = add(connection, hours=hours, cascade=split)
    with engine.reading(store) as connection:
        found = target_store.cascades_of(connection, "T1")
        assert [one.number for one in found] == [2, 1]
        assert len(target_store.cascades_of(connection, "T1", as_of=START + timedelta(hours=1))) == 1
        assert target_store.cascades_of(connection, "T2") == []
    pd.testing.assert_frame_equal(found[0].tree, tree[list(TREE_COLUMNS)], check_dtype=False)
    with engine.writing(store) as connection:
        batches.withdraw(connection, batch, at=START + timedelta(hours=3), user="An", reason="thôi")
    with engine.reading(store) as connection:
        assert [one.number for one in target_store.cascades_of(connection, "T1")] == [1]
