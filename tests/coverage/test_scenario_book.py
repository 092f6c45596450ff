"""Scenarios of a workspace: kept as they are, locked when approved, and made again to the same result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from coverage.network_layers import NetworkLayers
from coverage.planning.assumptions import Assumptions
from coverage.planning.candidates import CANCELLED, INFEASIBLE, OPTIMAL, Weights
from coverage.planning.plan import Plan
from coverage.planning.scenario import APPROVED, DRAFT, WITHDRAWN
from coverage.planning_desk import PlanningDesk
from coverage.scenario_book import ScenarioBook
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError
from loaders.store.batches import MV_LINES
from tests.coverage.office import Clock
from tests.coverage.test_network_layers import file_of
from tests.plans_of_four import plan as plan_of_four
from tests.plans_of_four import programme

DAY = date(2021, 7, 1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a demo workspace that the tests of this module add scenarios to."""
    workspace = Workspace(tmp_path_factory.mktemp("scenarios"), clock=Clock())
    workspace.make_demo()
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def desk(office: Workspace) -> PlanningDesk:
    return PlanningDesk(office)


@pytest.fixture(scope="module")
def book(office: Workspace, desk: PlanningDesk) -> ScenarioBook:
    return ScenarioBook(office, desk)


@pytest.fixture(scope="module")
def made(desk: PlanningDesk) -> Plan:
    """Return a plan for Trà Vinh that both takes over and connects, with a changed assumption."""
    request = desk.default_request(("84",), "2021-Q2", DAY, connections=True)
    changed = replace(
        request.with_rules(budget_vnd=(30e9, 20e9)),
        assumptions={"line_cost_vnd_per_km": (250e6, 310e6, 400e6)},
        weights=Weights(1, 0.5, 0),
    )
    return desk.plan(changed)


def test_a_plan_comes_back_as_it_was_kept(office: Workspace, book: ScenarioBook, made: Plan) -> None:
    before = office.data_version()
    entry = book.save("  Trà Vinh ", " hai năm ", made, " An ")
    assert office.data_version() == before  # a plan is no data
    assert (entry.name, entry.note, entry.made_by, entry.state, entry.version) == (
        "Trà Vinh",
        "hai năm",
        "An",
        DRAFT,
        1,
    )
    found = book.open(entry.id)
    assert (found.data_version, found.data_moment) == (str(before), before.moment)
    assert (found.price_decision, found.is_synthetic, found.status) == ("648/QĐ-BCT", True, OPTIMAL)
    assert found.sums["households"] == int(made.candidates["households"][made.programme.year.notna()].sum())
    pd.testing.assert_frame_equal(found.plan.candidates, made.candidates)
    pd.testing.assert_frame_equal(found.plan.points, made.points)
    pd.testing.assert_frame_equal(found.plan.hamlets, made.hamlets)
    assert found.plan.lines.geometry.geom_equals(made.lines.geometry).all()
    pd.testing.assert_series_equal(found.plan.programme.year, made.programme.year, check_names=False)
    pd.testing.assert_series_equal(found.plan.greedy.year, made.greedy.year, check_names=False)
    assert found.plan.programme.score == made.programme.score
    assert found.assumptions["line_cost_vnd_per_km"].is_changed
    assert found.assumptions["line_cost_vnd_per_km"].mid == 310e6
    assert found.shipped["line_cost_vnd_per_km"].mid != 310e6
    assert found.request.rules.follows == {}  # found anew with the network
    assert book.open("trà vinh").id == book.open(str(entry.number)).id == entry.id


def test_conflicts_and_problems_of_a_plan_are_kept(book: ScenarioBook, desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY)
    infeasible = desk.plan(request.with_rules(budget_vnd=(1e9,), least_households={"84": 100_000}))
    assert infeasible.programme.status == INFEASIBLE
    problems = plan_of_four().problems
    entry = book.save("Không khả thi", "", replace(infeasible, problems=problems), "An")
    kept = book.open(entry.id).plan
    assert kept.programme.conflicts == infeasible.programme.conflicts
    assert kept.problems == problems
    with pytest.raises(WorkspaceError, match="no programme"):
        book.approve(entry.id, user="An")


def test_made_again_it_is_the_same_though_the_data_have_changed(
    office: Workspace, book: ScenarioBook, made: Plan, tmp_path: Path
) -> None:
    entry = book.save("Chạy lại", "", made, "An")
    content = file_of([(106.3, 9.6), (106.4, 9.9)], folder=tmp_path)
    layer = NetworkLayers(office).add(MV_LINES, "luoi.geojson", content, user="An").layer
    again = book.run_again(entry.id)
    assert again.plan.request.data_version == entry.data_version != str(office.data_version())
    assert again.same
    assert again.differences.empty
    assert again.shipped_changes.empty
    assert again.gone == ()
    NetworkLayers(office).withdraw(layer.batch_id, user="An", reason="thử xong")


def test_a_plan_that_began_with_another_is_made_again_from_the_same_start(
    book: ScenarioBook, desk: PlanningDesk, made: Plan
) -> None:
    later = desk.plan(made.request.with_rules(budget_vnd=(25e9, 25e9)), start=made.programme.year)
    entry = book.save("Tiếp nối", "", later, "An")
    kept = book.open(entry.id).plan
    assert kept.start is not None
    assert kept.start.dropna().to_dict() == made.programme.year.dropna().to_dict()
    assert book.run_again(entry.id).same


def test_a_search_that_was_stopped_is_reckoned_again_not_searched(
    book: ScenarioBook, desk: PlanningDesk, made: Plan
) -> None:
    greedy = made.greedy.year  # a programme that a search has found on its way
    stopped = desk.reckon(made.request, replace(made.programme, year=greedy, status=CANCELLED, gap=0.3))
    entry = book.save("Dừng giữa chừng", "", stopped, "An")
    again = book.run_again(entry.id)
    assert (again.same, again.is_searched) == (True, False)
    assert again.plan.programme.year.dropna().to_dict() == greedy.dropna().to_dict()
    assert again.plan.programme.score == pytest.approx(made.greedy.score)
    assert book.run_again(book.save("Trọn vẹn", "", made, "An").id).is_searched


def test_what_was_changed_by_hand_is_told_as_different(book: ScenarioBook, made: Plan) -> None:
    code = str(made.programme.year.dropna().index[0])
    years = made.programme.year.copy()
    years[code] = pd.NA
    dearer = made.candidates.assign(cost_vnd=made.candidates["cost_vnd"] + 0.5)
    entry = book.save(
        "Sửa tay", "", replace(made, candidates=dearer, programme=replace(made.programme, year=years)), "An"
    )
    again = book.run_again(entry.id)
    assert not again.same
    [row] = again.differences.to_dict("records")  # half a đồng is none
    assert (row["table"], row["code"], row["column"], row["kept"]) == ("programme", code, "year", "<NA>")


def test_it_uses_the_kept_assumptions_and_tells_that_the_shipped_ones_changed(
    office: Workspace, book: ScenarioBook, made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = book.save("Giả định cũ", "", made, "An")
    desk = PlanningDesk(office)  # one that has nothing reckoned yet
    shipped = desk.assumptions()
    one = shipped["meter_cost_vnd_per_household"]
    changed = {**shipped, one.name: replace(one, low=one.low * 2, mid=one.mid * 2, high=one.high * 2, most=1e12)}
    monkeypatch.setattr(desk, "assumptions", lambda: Assumptions(changed))
    again = ScenarioBook(office, desk).run_again(entry.id)
    assert again.same
    assert list(again.shipped_changes["name"]) == [one.name]
    [row] = again.shipped_changes.to_dict("records")
    assert row["then"] == f"{one.low:g} – {one.mid:g} – {one.high:g}"
    assert row["now"] == f"{one.low * 2:g} – {one.mid * 2:g} – {one.high * 2:g}"


def test_an_approved_version_is_locked_and_a_change_is_a_new_version(book: ScenarioBook, made: Plan) -> None:
    first = book.save("Khóa", "", made, "An")
    approved = book.approve(first.id, user=" Bình ", reason="họp ngày 5/7")
    assert approved.state == APPROVED
    assert approved.is_locked
    [event] = approved.events
    assert (event.by, event.reason) == ("Bình", "họp ngày 5/7")
    second = book.save("Khóa", "sửa", made, "An")
    assert (second.id, second.parent, second.state) == (f"{first.number}.2", first.id, DRAFT)
    assert book.open(first.id).state == APPROVED
    listed = {entry.id: entry.state for entry in book.list(every_version=True) if entry.number == first.number}
    assert listed == {first.id: APPROVED, second.id: DRAFT}
    assert [entry.id for entry in book.list() if entry.number == first.number] == [second.id]
    withdrawn = book.withdraw(first.id, user="An", reason="sai giá")
    assert withdrawn.state == WITHDRAWN


def test_the_newest_approved_of_an_area_is_found_as_of_any_moment(
    office: Workspace, book: ScenarioBook, made: Plan
) -> None:
    assert book.newest_approved("89") is None
    first, second = (book.save(name, "", made, "An") for name in ("Duyệt 1", "Duyệt 2"))
    book.approve(second.id, user="An")
    moment = office.clock()
    book.approve(first.id, user="An")
    newest = book.newest_approved("84", told_on=DAY)
    assert newest is not None
    assert newest.id == first.id
    earlier = book.newest_approved("84", as_of=moment)
    assert earlier is not None
    assert earlier.id == second.id
    assert book.newest_approved("84", told_on=date(2025, 7, 1)) is None
    assert book.newest_approved("84", as_of=moment - timedelta(days=9999)) is None
    book.withdraw(first.id, user="An", reason="thử")
    book.withdraw(second.id, user="An", reason="thử")
    assert book.newest_approved("84") is None


def test_a_copy_is_a_draft_of_its_own(book: ScenarioBook, made: Plan) -> None:
    source = book.save("Gốc", "ghi chú", made, "An")
    book.approve(source.id, user="An")
    copy = book.duplicate(source.id, user="Bình")
    assert (copy.name, copy.note, copy.parent, copy.state, copy.made_by) == (
        "Gốc (bản sao)", "ghi chú", source.id, DRAFT, "Bình",
    )  # fmt: skip
    pd.testing.assert_frame_equal(book.open(copy.id).plan.candidates, made.candidates)
    assert book.open("Gốc").id == source.id
    book.withdraw(source.id, user="An", reason="thử")


def test_what_cannot_be_kept_leaves_nothing_behind(book: ScenarioBook, made: Plan) -> None:
    before = book.list(every_version=True)
    elsewhere = replace(made, request=replace(made.request, data_version="v999"))
    for name, plan, user, words in (
        (" ", made, "An", "Write a name"),
        ("A", made, " ", "Write your name"),
        ("A", elsewhere, "An", "never had"),
    ):
        with pytest.raises(WorkspaceError, match=words):
            book.save(name, "", plan, user)
    with pytest.raises(WorkspaceError, match='no scenario "xyz"'):
        book.open("xyz")
    with pytest.raises(WorkspaceError, match="write a reason"):
        book.withdraw("1", user="An", reason=" ")
    assert book.list(every_version=True) == before


def test_scenarios_are_compared_side_by_side(book: ScenarioBook, desk: PlanningDesk, made: Plan) -> None:
    one = book.save("So sánh 1", "", made, "An")
    richer = desk.plan(
        replace(made.request, assumptions={}, weights=Weights()).with_rules(budget_vnd=(30e9, 20e9, 20e9))
    )
    other = book.save("So sánh 2", "", richer, "An")
    found = book.compare([one.id, other.id])
    differs = found.differs.set_index(["part", "name"])
    assert differs.loc[("assumption", "line_cost_vnd_per_km"), one.id] == 310e6
    assert set(differs.index) == {
        ("assumption", "line_cost_vnd_per_km"), ("rule", "years"), ("rule", "budget_vnd"), ("weight", "value"),
        ("data", "data_version"),
    }  # fmt: skip
    follows = found.follows.set_index("name")
    assert follows.loc["households", other.id] > follows.loc["households", one.id]
    moved = found.moved.set_index("candidate_code")
    assert moved["in_all"].all()
    for code in made.candidates.index:
        years = [plan.programme.year.fillna(0)[code] for plan in (made, richer)]
        assert (code in moved.index) == (years[0] != years[1])


def test_programmes_of_hand_made_plans_are_kept_too(book: ScenarioBook, office: Workspace) -> None:
    made = plan_of_four(programme=programme({"P1": 2022}))
    made = replace(made, request=replace(made.request, data_version=str(office.data_version())))
    kept = book.open(book.save("Bốn", "", made, "An").id).plan
    assert kept.programme.year.dropna().to_dict() == {"P1": 2022}
    assert kept.greedy.gap is None
    assert kept.problems == made.problems
    assert kept.request == made.request
