"""The case for one master meter: the published check values, each term by hand, and what may never happen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.planning.assumptions import read_assumptions
from coverage.planning.takeover_case import CASE_COLUMNS, cases
from loaders.reference.planning import load_assumption_table
from tests.coverage.planning.takeover import MID, points_of, prices_2021, record

PRICES = prices_2021()
PLAIN = MID | {
    "loss_after_upgrade_share": 0.0,
    "demand_growth_share_per_year": 0.0,
    "operation_vnd_per_household_month": 10_000.0,
    "discount_rate_share_per_year": 0.10,
    "horizon_years": 2.0,
}


def case(values: dict[str, float] | None = None, **changes: Any) -> pd.Series[Any]:
    return cases(points_of(record(**changes)), PRICES, PLAIN | (values or {})).iloc[0]


@pytest.mark.parametrize(
    ("kwh", "loss", "margin"),
    [
        (100, 0.0, 27_500),
        (100, 0.10, 9_833),
        (100, 0.15, -559),
        (150, 0.0, 48_700),
        (150, 0.10, 22_200),
        (150, 0.15, 6_612),
    ],
)
def test_margins_are_those_of_the_facts(kwh: float, loss: float, margin: float) -> None:
    sold = kwh * 12 * 100
    found = case(kwh_sold=sold, kwh_bought=sold / (1 - loss))
    assert round(found["margin_vnd_year"] / 1200) == margin
    assert found["kwh_household_month"] == pytest.approx(kwh)
    assert found["loss_share"] == pytest.approx(loss)


def test_retail_and_bulk_are_what_all_households_pay_in_a_year() -> None:
    found = case()
    assert found["retail_vnd_year"] == pytest.approx(170_600 * 1200)
    assert found["bulk_vnd_year"] == pytest.approx(143_100 * 1200)


def test_costs_are_what_is_rebuilt_at_its_unit_cost() -> None:
    poor = case()
    assert poor["line_cost_vnd"] == 350e6
    assert poor["substation_cost_vnd"] == 150e6  # 100 kVA, all of it
    assert poor["meter_cost_vnd"] == 100e6
    assert poor["upgrade_cost_vnd"] == 600e6
    assert poor["cost_per_household_vnd"] == 6e6
    fair = case(condition="fair")
    assert (fair["line_cost_vnd"], fair["substation_cost_vnd"]) == (175e6, 75e6)
    small = case(condition="fair", substation_kva=40.0)  # 70 are needed, 20 stay
    assert small["substation_cost_vnd"] == pytest.approx(50 * 1.5e6)


def test_present_value_counts_whole_years_at_their_end() -> None:
    net = (27_500 - 10_000) * 1200
    assert case()["npv_vnd"] == pytest.approx(net / 1.1 + net / 1.21 - 600e6)
    half = case({"horizon_years": 1.5})
    assert half["npv_vnd"] == pytest.approx(net / 1.1 + 0.5 * net / 1.21 - 600e6)
    free = case({"discount_rate_share_per_year": 0.0})
    assert free["npv_vnd"] == pytest.approx(2 * net - 600e6)


def test_use_grows_from_the_second_year_on_and_through_the_tiers() -> None:
    found = case({"demand_growth_share_per_year": 0.5})
    first, second = (27_500 - 10_000) * 1200, (48_700 - 10_000) * 1200
    assert found["npv_vnd"] == pytest.approx(first / 1.1 + second / 1.21 - 600e6)
    assert found["margin_after_vnd_year"] == pytest.approx(27_500 * 1200)


def test_pay_back_is_when_the_cost_came_in() -> None:
    net = (27_500 - 10_000) * 1200
    long = {"horizon_years": 40.0}
    assert case(long)["payback_years"] == pytest.approx(600e6 / net)
    assert case(long, upgrade_cost_vnd=0.0)["payback_years"] == 0
    assert case({"horizon_years": 600e6 / net}, upgrade_cost_vnd=600e6 - 1)["payback_years"] == pytest.approx(
        600e6 / net
    )
    assert np.isnan(case()["payback_years"])
    assert np.isnan(case(long, kwh_sold=36_000.0, kwh_bought=36_000.0, condition="good")["payback_years"])


def test_loss_after_the_upgrade_is_never_above_todays() -> None:
    values = {"loss_after_upgrade_share": 0.07}
    assert case(values)["loss_after_share"] == 0
    assert case(values, kwh_bought=150_000.0)["loss_after_share"] == 0.07
    assert case(values, loss_after_share=0.2)["loss_after_share"] == 0.2


def test_what_is_known_of_a_point_wins_over_assumptions() -> None:
    found = case(upgrade_cost_vnd=1e9, line_km=None, loss_after_share=0.1)
    assert found["upgrade_cost_vnd"] == 1e9
    assert np.isnan(found["line_cost_vnd"])
    assert found["margin_after_vnd_year"] / 1200 == pytest.approx(9_833, abs=0.5)
    assert found["assumed"] == "line_km"
    assert found["crew_weeks"] == pytest.approx(1 + 0.8 * 1.4 + 1)  # 14 m a household


def test_what_is_missing_is_assumed_and_named() -> None:
    found = case(kwh_bought=None, kwh_sold=None, substation_kva=None, condition=None)
    assert found["assumed"] == "kwh_household_month,loss_share,condition,substation_kva"
    assert found["kwh_household_month"] == MID["household_use_kwh_per_month"]
    assert found["loss_share"] == MID["loss_today_share"]
    assert found["line_cost_vnd"] == 175e6
    assert found["substation_cost_vnd"] == pytest.approx(70 * 0.5 * 1.5e6)
    only_bought = case(kwh_sold=None)
    assert only_bought["kwh_household_month"] == pytest.approx(85)
    assert only_bought["assumed"] == "loss_share"
    assert case()["assumed"] == ""


def test_meters_crews_and_savings_follow_the_households() -> None:
    found = case({"shared_meter_share": 0.035, "overcharge_vnd_per_kwh": 100.0})
    assert found["shared_meters_removed"] == 4  # 3.5, half up
    assert found["crew_weeks"] == pytest.approx(1 + 0.8 + 1)
    assert found["household_saving_vnd_year"] == pytest.approx(100 * 120_000)
    assert found["npv_vnd"] == pytest.approx(case()["npv_vnd"])


def test_no_point_gives_an_empty_table() -> None:
    found = cases(points_of(record(takeover_state="taken_over")), PRICES, PLAIN)
    assert list(found.columns) == list(CASE_COLUMNS)
    assert found.empty


def test_costs_per_household_lie_in_the_published_range() -> None:
    rows = [
        record(point_code=f"P{n}", master_meter=f"{n}", condition=condition, line_km=1.4, substation_kva=None)
        for n, condition in enumerate(("good", "fair", "poor"))
    ]
    found = cases(points_of(*rows), PRICES, MID)["cost_per_household_vnd"]
    assert found.between(1.3e6, 7.2e6).all()
    assert found.is_monotonic_increasing


@given(
    st.lists(st.tuples(st.integers(1, 900), st.floats(20, 600), st.floats(0, 0.6)), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_never_matters_and_more_loss_never_pays(
    numbers: list[tuple[int, float, float]], random: Any
) -> None:
    rows = [
        record(
            point_code=f"P{n}", master_meter=f"{n}", households_behind=households,
            kwh_sold=households * kwh * 12, kwh_bought=households * kwh * 12 / (1 - loss),
        )
        for n, (households, kwh, loss) in enumerate(numbers)
    ]  # fmt: skip
    found = cases(points_of(*rows), PRICES, MID)
    shuffled = rows.copy()
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(found, cases(points_of(*shuffled), PRICES, MID))
    worse = [row | {"kwh_bought": row["kwh_bought"] * 1.2} for row in rows]
    more_loss = cases(points_of(*worse), PRICES, MID)
    assert (more_loss["margin_vnd_year"] <= found["margin_vnd_year"] + 1e-3).all()
    assert (found["margin_after_vnd_year"] >= found["margin_vnd_year"] - 1e-3).all()


def test_every_assumption_of_take_overs_moves_some_result() -> None:
    """An assumption that changes nothing would mislead the planner who edits it."""
    rows = [
        record(point_code="P1", condition="good", kwh_bought=150_000.0),
        record(point_code="P2", master_meter="2", condition=None, kwh_bought=None, kwh_sold=None, substation_kva=None),
        record(point_code="P3", master_meter="3", line_km=None, upgrade_cost_vnd=1e9),
        record(point_code="P4", master_meter="4", condition="poor"),
    ]
    table = load_assumption_table()
    assumptions = read_assumptions(table[table["part"].isin(["takeover", "programme"])])
    before = cases(points_of(*rows), PRICES, assumptions.values_at("mid"))
    own = [name for name, a in assumptions.items() if a.part == "takeover"]
    for name in (*own, "demand_growth_share_per_year", "discount_rate_share_per_year", "horizon_years"):
        level = "high" if assumptions[name].high > assumptions[name].mid else "low"
        values = assumptions.values_at("mid") | {name: assumptions[name].at(level)}
        assert not cases(points_of(*rows), PRICES, values).equals(before), name
