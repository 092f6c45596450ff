"""Splits of targets: kept with rule and reason, changed, taken back; the sums agree at every level."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from coverage.cascade import BY_HAND, SAME_SHARE, CascadePlan
from coverage.target_book import TargetBook
from coverage.target_cascades import plan_of
from coverage.workspace import Workspace
from geodata.errors import FigureError, WorkspaceError
from geodata.periods import Period
from geodata.target_data import Milestone

GRID = "households_with_power_share"
LIST_2021, LIST_2025 = date(2021, 7, 1), date(2025, 7, 1)


@pytest.fixture(scope="module")
def book(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetBook]:
    """Return a book with a company target in two steps: 99.85% in 2023, 99.95% in 2025."""
    copy = shutil.copytree(demo_home, tmp_path_factory.mktemp("cascades") / "office")
    opened = Workspace(copy)
    made = TargetBook(opened)
    made.register.amend(
        "grid-for-all",
        [Milestone(Period(2023, 4), Decimal("99.85")), Milestone(Period(2025, 4), Decimal("99.95"))],
        decision="1/QĐ",
        decision_date=date(2021, 7, 1),
        source="bản ký",
        status="seen",
        user="An",
        reason="theo năm",
    )
    yield made
    opened.close()


@pytest.fixture(autouse=True)
def nothing_split(book: TargetBook) -> Iterator[None]:
    yield
    if book.cascades.history_of("T1"):
        book.cascades.drop("T1", user="An", reason="dọn")


def check_sums(book: TargetBook) -> None:
    """Hold the sums of every level against the level above, at both milestones."""
    for place in (0, 1):

        def number(area: str, place: int = place) -> int:
            return int(book.milestones(GRID, area, told_on=LIST_2021)["shortfall_target"].iloc[place])

        provinces = book.workspace.units.provinces.index
        assert sum(number(code) for code in provinces) == number("EVNSPC")
        districts = book.workspace.units.districts
        inside = districts.index[districts["parent_code"] == "89"]
        assert sum(number(code) for code in inside) == number("89")
        assert sum(number(c) for c in book.workspace.units.communes_of("889").index) == number("889")


def test_a_split_is_kept_with_its_rule_and_who_made_it(book: TargetBook) -> None:
    question = book.split_question("T1")
    assert (question.due, question.base_period, question.area) == ("2025-Q4", "2021-Q2", "EVNSPC")
    assert len(question.tree) == 21 + 211 - 1 + 2484  # Côn Đảo has no communes
    plan = CascadePlan(rule=SAME_SHARE, fixed={"89": 20})
    kept = book.cascades.keep(question, plan, user="An", reason="An Giang làm trước")
    assert (kept.by, kept.reason, kept.due, plan_of(kept.plan)) == ("An", "An Giang làm trước", "2025-Q4", plan)
    own = book.target_of(GRID, "89", told_on=LIST_2021)
    assert own is not None
    assert (own["shortfall_target"], own["basis"]) == (20, "by_hand")
    other = book.target_of(GRID, "84", told_on=LIST_2021)
    assert other is not None
    assert other["basis"] == "cascaded"
    check_sums(book)


def test_a_changed_number_redistributes_the_rest_and_the_earlier_split_stays(book: TargetBook) -> None:
    first = book.cascades.keep(book.split_question("T1"), CascadePlan(fixed={"89": 20}), user="An", reason="lần một")
    second = book.cascades.keep(
        book.split_question("T1"), CascadePlan(fixed={"89": 30, "886": 2}), user="Bình", reason="lần hai"
    )
    assert [one.number for one in book.cascades.history_of("T1")] == [second.number, first.number]
    assert first.tree["households"].where(first.tree["parent_code"] == "EVNSPC").sum() == first.whole == second.whole
    districts = book.area_targets(GRID, "89", told_on=LIST_2021)
    assert districts["shortfall_target"].sum() == 30
    assert districts.loc["886", "shortfall_target"] == 2
    check_sums(book)
    # Splitting again by the same plan changes nothing.
    again = book.cascades.split(book.split_question("T1"), CascadePlan(fixed={"89": 30, "886": 2}))
    assert again["households"].tolist() == second.tree["households"].tolist()


def test_an_earlier_milestone_can_be_split_by_itself_between_now_and_the_later_one(book: TargetBook) -> None:
    book.cascades.keep(book.split_question("T1"), CascadePlan(fixed={"89": 20}), user="An", reason="cuối kỳ")
    question = book.split_question("T1", due="2023-Q4")
    assert question.tree.loc["89", "least"] == 20
    with pytest.raises(FigureError) as caught:
        book.cascades.split(question, CascadePlan(fixed={"89": 19}))
    assert caught.value.code == "cascade.number-impossible"
    book.cascades.keep(question, CascadePlan(fixed={"89": 40}), user="An", reason="giữa kỳ")
    assert book.milestones(GRID, "89", told_on=LIST_2021)["shortfall_target"].tolist() == [40, 20]
    check_sums(book)
    # The later milestone may not ask for less than the earlier one now leaves.
    with pytest.raises(FigureError) as above:
        book.cascades.split(book.split_question("T1"), CascadePlan(fixed={"89": 41}))
    assert above.value.code == "cascade.number-impossible"


def test_what_is_impossible_is_refused_and_nothing_is_kept(book: TargetBook) -> None:
    question = book.split_question("T1")
    with pytest.raises(FigureError) as caught:
        book.cascades.keep(question, CascadePlan(fixed={"89": 10_000}), user="An", reason="thử")
    assert caught.value.code == "cascade.number-impossible"
    with pytest.raises(FigureError) as by_hand:
        book.cascades.keep(question, CascadePlan(rules={"EVNSPC": BY_HAND}), user="An", reason="thử")
    assert by_hand.value.code == "cascade.numbers-missing"
    with pytest.raises(WorkspaceError) as nameless:
        book.cascades.keep(question, CascadePlan(), user=" ", reason="thử")
    assert nameless.value.code == "target.reason-missing"
    assert book.cascades.history_of("T1") == []


def test_splits_that_are_taken_back_give_way_to_the_rule(book: TargetBook) -> None:
    before = book.area_targets(GRID, "EVNSPC", told_on=LIST_2021)
    book.cascades.keep(book.split_question("T1"), CascadePlan(fixed={"89": 20}), user="An", reason="thử")
    moment = book.workspace.clock()
    assert book.area_targets(GRID, "EVNSPC", told_on=LIST_2021).loc["89", "shortfall_target"] == 20
    assert book.cascades.drop("T1", user="An", reason="thôi") == 1
    assert book.area_targets(GRID, "EVNSPC", told_on=LIST_2021).equals(before)
    # Earlier answers still know it.
    then = book.area_targets(GRID, "EVNSPC", told_on=LIST_2021, as_of=moment)
    assert then.loc["89", "shortfall_target"] == 20


def test_a_split_is_told_on_the_map_of_another_day_with_its_total_unchanged(book: TargetBook) -> None:
    kept = book.cascades.keep(book.split_question("T1"), CascadePlan(fixed={"89": 20}), user="An", reason="thử")
    found = book.area_targets(GRID, "EVNSPC", told_on=LIST_2025)
    assert found["shortfall_target"].sum() == kept.whole
    assert (found["shortfall_target"] <= found["shortfall_base"]).all()
    province = found["shortfall_target"].idxmax()
    communes = book.area_targets(GRID, str(province), told_on=LIST_2025)
    assert communes["shortfall_target"].sum() == found.loc[province, "shortfall_target"]


@pytest.mark.parametrize(
    ("code", "due", "error"),
    [
        ("2081-communes", None, "cascade.not-splittable"),
        ("grid-for-all", None, "cascade.replaced"),  # by T1
        ("new-rural-2021-mekong-delta", None, "cascade.not-splittable"),
        ("T1", "2024-Q4", "cascade.milestone-unknown"),
    ],
)
def test_what_cannot_be_split_says_why(book: TargetBook, code: str, due: str | None, error: str) -> None:
    with pytest.raises(FigureError) as caught:
        book.split_question(code, due=due)
    assert caught.value.code == error


def test_areas_without_complete_figures_are_named(book: TargetBook) -> None:
    question = book.split_question("T1")
    lacking = question.tree["lacking"].mask(question.tree.index == "30469")
    with pytest.raises(FigureError) as caught:
        book.cascades.split(replace(question, tree=question.tree.assign(lacking=lacking)), CascadePlan())
    assert caught.value.code == "cascade.not-reported"
    assert "Xã Mỹ Đức" in str(caught.value)
