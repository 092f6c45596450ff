"""The desk for planning: from a workspace's points and hamlets to a programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from coverage.planning.candidates import CONNECTION, TAKEOVER
from coverage.planning_desk import PlanningDesk
from coverage.workspace import Workspace
from geodata.errors import PhuDienError

DAY = date(2021, 7, 1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanningDesk]:
    workspace = Workspace(tmp_path_factory.mktemp("demo"))
    workspace.make_demo()
    yield PlanningDesk(workspace)
    workspace.close()


def test_input_is_what_still_buys_in_bulk_in_the_areas(desk: PlanningDesk) -> None:
    inputs = desk.inputs(desk.default_request(("89", "84"), "2021-Q2", DAY))
    assert (len(inputs.points), int(inputs.points["households"].sum())) == (540, 518_000)
    assert set(inputs.points["province_code"]) == {"89", "84"} == set(inputs.communes["province_code"])
    assert inputs.prices.decision == "648/QĐ-BCT"
    assert inputs.problems == ()


def test_default_budget_pays_for_all_and_half_of_it_does_not(desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY)
    plan = desk.plan(request)
    assert plan.request.data_version == str(desk.workspace.data_version())
    assert plan.request.priced_on == date(2021, 6, 30)
    spent = plan.candidates["cost_vnd"].groupby(plan.programme.year).sum()
    assert all(
        spent[year] <= budget for year, budget in zip(request.rules.years, request.rules.budget_vnd, strict=True)
    )
    half = desk.plan(request.with_rules(budget_vnd=tuple(b / 2 for b in request.rules.budget_vnd)))
    assert half.programme.year.notna().sum() < plan.programme.year.notna().sum()


def test_the_same_request_gives_the_same_programme(desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY).with_rules(budget_vnd=(6e10,) * 4)
    one, other = desk.plan(request), desk.plan(request)
    assert one.programme.year.equals(other.programme.year)
    told: list[float] = []
    with_progress = desk.plan(request, on_progress=lambda progress: told.append(progress.seconds) is None)
    assert with_progress.programme.year.equals(one.programme.year)


def test_pinned_points_are_in_and_out(desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY).with_rules(budget_vnd=(5e10, 5e10))
    plan = desk.plan(request)
    year = plan.programme.year
    left, taken = year.index[year.isna()][0], year.index[year.notna()][0]
    pinned = desk.plan(request.with_rules(must_take=frozenset({left}), must_not_take=frozenset({taken})))
    assert pinned.programme.year.notna()[left]
    assert pinned.programme.year.isna()[taken]


def test_one_budget_funds_take_overs_and_connections(desk: PlanningDesk) -> None:
    request = replace(desk.default_request(("84",), "2021-Q2", DAY), connections=True)
    plan = desk.plan(request)
    assert set(plan.candidates["kind"]) == {TAKEOVER, CONNECTION}
    on_grid = plan.hamlets.index[plan.hamlets["technology"] == "grid"]
    assert set(plan.lines["to_code"]) == set(on_grid)


def test_assumptions_of_a_request_take_the_place_of_the_shipped_ones(desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY)
    dear = replace(request, assumptions={"line_cost_vnd_per_km": (7e8, 8e8, 9e8)})
    assert desk.cases(dear).candidates["cost_vnd"].sum() > desk.cases(request).candidates["cost_vnd"].sum()
    with pytest.raises(PhuDienError, match="line_price"):
        desk.plan(replace(request, assumptions={"line_price": (1.0, 1.0, 1.0)}))


def test_a_day_without_prices_is_refused_before_anything_is_solved(desk: PlanningDesk) -> None:
    request = desk.default_request(("84",), "2021-Q2", DAY)
    with pytest.raises(PhuDienError, match="2015"):
        desk.plan(replace(request, priced_on=date(2015, 1, 1)))


def test_areas_where_nothing_remains_are_told(desk: PlanningDesk) -> None:
    with pytest.raises(PhuDienError, match="Nothing of what was asked for remains"):
        desk.plan(desk.default_request(("74",), "2021-Q2", DAY))


def test_districts_are_communes_in_a_list_without_districts(desk: PlanningDesk) -> None:
    inputs = desk.inputs(desk.default_request(("86",), "2021-Q2", date(2025, 7, 1)))
    assert set(inputs.points["area_code"]) <= set(inputs.communes.index)
    assert len(inputs.communes) == 124
