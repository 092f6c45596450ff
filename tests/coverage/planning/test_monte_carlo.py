"""Draws on a few points with the shipped assumptions."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.assumptions import read_assumptions
from coverage.planning.candidates import ProgrammeRules
from coverage.planning.last_mile_points import prepare_hamlets
from coverage.planning.making import make_plan
from coverage.planning.monte_carlo import stays
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.request import PlanRequest
from coverage.planning.tornado import tornado_of
from loaders.reference.planning import load_assumption_table
from tests.coverage.planning.takeover import COMMUNES, points_of, prices_2021, record

ASSUMED = read_assumptions(load_assumption_table())


def made(must: frozenset[str] = frozenset(), budget_vnd: float = 700e6) -> tuple[PlanInputs, Plan]:
    points = points_of(
        *(
            record(point_code=f"P{number}", organisation_name=f"HTX {number}", line_km=0.5 + number * 0.3)
            for number in range(5)
        )
    )
    communes = COMMUNES.assign(area_name="", province_name="")
    hamlets = prepare_hamlets(pd.DataFrame(), communes)
    inputs = PlanInputs(
        points, hamlets, communes, None, None, prices_2021(), pd.DataFrame(), pd.DataFrame(), is_synthetic=True
    )
    rules = ProgrammeRules(first_year=2022, budget_vnd=(budget_vnd, budget_vnd), must_take=must)
    request = PlanRequest(("89",), "2021-Q2", date(2021, 6, 30), rules)
    return inputs, make_plan(inputs, request, ASSUMED)


def test_the_same_seed_gives_the_same_result_and_another_one_another() -> None:
    inputs, plan = made()
    one, again, other = (stays(inputs, plan, ASSUMED, draws=8, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_series_equal(one.stays, again.stays)
    assert one.npv_vnd == again.npv_vnd
    assert one.npv_vnd != other.npv_vnd
    assert one.cost_vnd[0] < one.cost_vnd[1] < one.cost_vnd[2]


def test_stopped_after_three_draws_it_tells_of_three() -> None:
    inputs, plan = made()
    found = stays(inputs, plan, ASSUMED, draws=8, on_progress=lambda done, _: done < 3)
    assert (found.draws, found.drawn) == (8, 3)


def test_without_money_no_draw_has_a_programme_with_what_must_be_done() -> None:
    inputs, plan = made(frozenset({"P4"}), budget_vnd=1e6)
    found = stays(inputs, plan, ASSUMED, draws=2)
    assert found.solved == 0
    assert found.stays.isna().all()


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_shares_are_shares_and_what_must_be_done_always_stays(seed: int) -> None:
    inputs, plan = made(frozenset({"P4"}), budget_vnd=2e9)
    found = stays(inputs, plan, ASSUMED, draws=4, seed=seed)
    assert found.stays.between(0, 1).all()
    assert found.solved == 4
    assert found.stays["P4"] == 1.0


def test_the_tornado_of_a_plan_rests_on_its_own_cases() -> None:
    inputs, plan = made()
    found = tornado_of(inputs, plan, ASSUMED)
    done = plan.programme.year.notna()
    assert found.used.cost_vnd == pytest.approx(plan.candidates.loc[done, "cost_vnd"].sum())
    assert "line_cost_vnd_per_km" in set(found.bars["name"])
