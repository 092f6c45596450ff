"""Hamlets as candidates: cost with their own line, value over the horizon, what follows what."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.candidates import CANDIDATE_COLUMNS
from coverage.planning.connection_case import Connections, NoLineError, connections
from coverage.planning.last_mile import choose
from coverage.planning.network import plan_network
from tests.coverage.planning.last_mile_samples import MID, hamlet_record, hamlets_of, scattered
from tests.coverage.planning.takeover import prices_2021

ROUND: dict[str, float] = {
    # 100 households that use 1,200 kWh a year each; money and shares that a reader can reckon with.
    "horizon_years": 2.0,
    "discount_rate_share_per_year": 0.0,
    "hamlet_use_kwh_per_household_year": 1200.0,
    "hamlet_loss_share": 0.2,
    "grid_supply_cost_vnd_per_kwh": 1000.0,
    "grid_operation_share_per_year": 0.0,
    "operation_vnd_per_household_month": 1000.0,
    "route_factor_ratio": 1.0,
}


def planned(
    hamlets: pd.DataFrame, distance_m: pd.Series[float], values: dict[str, float]
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, Connections]:
    choice = choose(hamlets, values, grid_distance_m=distance_m)
    on_grid = hamlets[choice["technology"] == "grid"]
    lines = plan_network(on_grid, lines=None, rivers=None, stated_distance_m=distance_m, values=values)
    return choice, lines, connections(hamlets, choice, lines, prices_2021(), values)


def one(values: dict[str, float], **changes: Any) -> tuple[pd.Series[Any], pd.Series[Any], Any]:
    hamlets = hamlets_of(hamlet_record(households_without_grid=100, **changes))
    choice, lines, found = planned(hamlets, hamlets["grid_distance_km"] * 1000, values)
    return choice.iloc[0], found.candidates.iloc[0], lines


def test_value_of_the_grid_is_what_is_paid_less_what_is_bought_operated_and_built() -> None:
    """At 100 kWh a month: 170,600 VND; bought 125 kWh for 125,000; operated 1,000; two years without interest."""
    choice, candidate, _ = one(MID | ROUND)
    assert candidate["technology"] == choice["technology"] == "grid"
    net_a_year = (170_600 - 125_000 - 1_000) * 12 * 100
    assert candidate["npv_vnd"] == pytest.approx(2 * net_a_year - candidate["cost_vnd"])
    assert candidate["cost_vnd"] == pytest.approx(choice["investment_grid_vnd"])


def test_cost_is_that_of_the_own_line_of_the_network() -> None:
    hamlets = hamlets_of(hamlet_record())
    choice, lines, found = planned(hamlets, pd.Series([1000.0], index=hamlets.index), MID)
    longer = lines.assign(cost_vnd=lines["cost_vnd"] + 7e6)
    dearer = connections(hamlets, choice, longer, prices_2021(), MID)
    assert (dearer.candidates["cost_vnd"] - found.candidates["cost_vnd"]).tolist() == pytest.approx([7e6])
    assert (dearer.candidates["npv_vnd"] < found.candidates["npv_vnd"]).all()


def test_a_battery_is_bought_again_and_free_power_brings_nothing_in() -> None:
    values = (
        MID | ROUND | {"battery_life_years": 1.0, "solar_home_operation_share_per_year": 0.0, "grid_reach_km": 20.0}
    )
    _, candidate, lines = one(values | {"mini_grid_pv_cost_vnd_per_kw": 5e8}, grid_distance_km=24.0)
    assert candidate["technology"] == "solar_home"
    assert len(lines) == 0
    kwh_a_day = 100 * 1200 / 365
    battery = kwh_a_day * values["solar_home_storage_days"] / values["battery_depth_share"] * 7_500_000
    assert candidate["npv_vnd"] == pytest.approx(-candidate["cost_vnd"] - battery)
    paid = one(values | {"mini_grid_pv_cost_vnd_per_kw": 5e8, "solar_home_paid_share": 1.0}, grid_distance_km=24.0)[1]
    assert paid["npv_vnd"] - candidate["npv_vnd"] == pytest.approx(2 * 170_600 * 12 * 100)


def test_a_hamlet_behind_another_follows_it() -> None:
    records = [hamlet_record(hamlet_code=f"H{place}", lat=10.5 + place / 111.2) for place in range(3)]
    hamlets = hamlets_of(*records)
    distance = pd.Series([1000.0, 20_000.0, 20_000.0], index=hamlets.index)
    _, _, found = planned(hamlets, distance, MID | {"upstream_reinforcement_share": 0.1})
    assert list(found.candidates.columns) == [*CANDIDATE_COLUMNS, "technology"]
    assert found.follows == {"H1": "H0", "H2": "H1"}
    assert found.candidates["together_with"].tolist() == ["", "H0", "H1"]
    costs = found.candidates["cost_vnd"].to_numpy()
    plain = planned(hamlets, distance, MID)[2].candidates["cost_vnd"].to_numpy()
    by_km = MID["mv_line_cost_vnd_per_km"] * MID["route_factor_ratio"]
    assert (costs - plain).tolist() == pytest.approx([0, 0.1 * by_km, 0.2 * by_km], rel=0.02, abs=1)


def test_a_hamlet_on_the_grid_without_a_line_is_refused() -> None:
    hamlets = hamlets_of(hamlet_record())
    choice, lines, _ = planned(hamlets, pd.Series([1000.0], index=hamlets.index), MID)
    with pytest.raises(NoLineError, match="1 hamlets are to get the grid, but the network has no line"):
        connections(hamlets, choice, lines.iloc[:0], prices_2021(), MID)


def test_no_hamlets_give_no_candidates() -> None:
    hamlets = hamlets_of(hamlet_record()).iloc[:0]
    _, _, found = planned(hamlets, pd.Series(dtype="float64"), MID)
    assert found.candidates.empty
    assert found.follows == {}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_hamlet_is_a_candidate_with_everything_known_and_follows_lead_to_the_grid(seed: int) -> None:
    hamlets, distance = scattered(60, seed)
    names = ("hamlet_name", "commune_code", "area_code", "province_code")
    hamlets = hamlets.assign(**dict.fromkeys(names, ""))
    choice, lines, found = planned(hamlets, distance, MID)
    table = found.candidates
    assert table.notna().all(axis=None)
    assert (table["cost_vnd"] > 0).all()
    assert (table["crew_weeks"] > 0).all()
    within = np.where(table["technology"] == "grid", choice["investment_grid_vnd"] - choice["grid_line_vnd"], 0).sum()
    assert table.loc[table["technology"] == "grid", "cost_vnd"].sum() == pytest.approx(within + lines["cost_vnd"].sum())
    for code in table.index:
        seen = {code}
        while code in found.follows:
            code = found.follows[code]
            assert code not in seen
            seen.add(code)
