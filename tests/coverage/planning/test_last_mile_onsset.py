"""
The last mile held against OnSSET, on the same inputs: the same technology, the same cost within 1%.

Where the two differ each difference has a test here, in the order of docs/methods.md, "OnSSET".
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from benchmarks import _onsset as peer
from coverage.planning.assumptions import read_assumptions
from coverage.planning.last_mile import choose, demand_of, line_vnd_per_m
from coverage.planning.supply_cost import (
    GRID,
    MINI_GRID,
    SOLAR_HOME,
    Demand,
    capital_factor,
    grid_supply,
    levelised_vnd_per_kwh,
    mini_grid_supply,
    solar_home_supply,
    years_worth,
)
from loaders.reference.planning import load_assumption_table
from tests.coverage.planning.last_mile_samples import MID, scattered

Numbers = npt.NDArray[np.float64]

COUNT = 300

SAME = {
    # One life for all that is built, as there; no route factor, which it does not have.
    "pv_life_years": 15.0,
    "battery_life_years": 15.0,
    "grid_life_years": 15.0,
    "route_factor_ratio": 1.0,
    "upstream_reinforcement_share": 0.0,
    "grid_reach_km": 1e6,
}


@pytest.fixture(scope="module")
def onsset() -> Iterator[ModuleType]:
    found = peer.load_onsset()
    if found is None:
        pytest.skip("OnSSET is not installed: pip install --no-deps -r requirements-peers.lock")
    logging.disable(logging.INFO)  # it tells every round
    yield found
    logging.disable(logging.NOTSET)


def hamlets_at_random(seed: int) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Hamlets of 3 to 250 households, 300 to 30,000 m² and 200 to 4,000 kWh each, up to 15 km from the grid."""
    hamlets, distance = scattered(COUNT, seed)
    chance = np.random.default_rng(seed + 1)
    households = hamlets["households"].astype("float64")
    area = households * np.exp(chance.uniform(np.log(300), np.log(30_000), COUNT)) / 1e6
    return hamlets.assign(area_km2=area, kwh_year=households * chance.uniform(200, 4000, COUNT)), distance


def values_at_random(seed: int, **others: float) -> dict[str, float]:
    """Every assumption of the last mile between its low and its high value."""
    chance = np.random.default_rng(seed)
    own = {
        name: float(chance.uniform(assumption.low, assumption.high))
        for name, assumption in read_assumptions(load_assumption_table()).items()
        if assumption.part in ("last_mile", "network")
    }
    return MID | own | SAME | others


def ours(demand: Demand, line_m: Numbers, values: dict[str, float]) -> dict[str, Numbers]:
    supplies = {
        GRID: grid_supply(demand, values, line_vnd=line_m * line_vnd_per_m(demand, 0, values)),
        MINI_GRID: mini_grid_supply(demand, values),
        SOLAR_HOME: solar_home_supply(demand, values),
    }
    return {name: levelised_vnd_per_kwh(supply, demand, values) for name, supply in supplies.items()}


def theirs(onsset: ModuleType, demand: Demand, line_m: Numbers, values: dict[str, float]) -> dict[str, Numbers]:
    return {
        name: peer.lcoe_vnd_per_kwh(own, demand, values, line_km=pd.Series(line_m / 1000) if name == GRID else 0.0)
        for name, own in peer.technologies(onsset, values).items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cost_and_technology_are_the_same_where_the_methods_agree(onsset: ModuleType, seed: int) -> None:
    """A life that ends once within the horizon: not only within 1% but to nine digits."""
    hamlets, distance = hamlets_at_random(seed)
    values = values_at_random(seed)
    demand, line_m = demand_of(hamlets, values), distance.to_numpy()
    mine, its = ours(demand, line_m, values), theirs(onsset, demand, line_m, values)
    for name in (GRID, MINI_GRID, SOLAR_HOME):
        np.testing.assert_allclose(mine[name], its[name], rtol=1e-9)
    assert cheapest(mine) == cheapest(its)
    assert len(set(cheapest(mine))) == 3  # no technology goes unseen


@pytest.mark.parametrize("life_years", [20.0, 25.0, 40.0])
def test_difference_1_what_is_left_at_the_horizon_is_counted_a_year_short_there(
    onsset: ModuleType, life_years: float
) -> None:
    """After 20 years it has used 19: an investment is worth 1 ÷ life more in the last year. That is below 1%."""
    hamlets, distance = hamlets_at_random(4)
    values = MID | SAME | dict.fromkeys(("pv_life_years", "battery_life_years", "grid_life_years"), life_years)
    demand, line_m = demand_of(hamlets, values), distance.to_numpy()
    mine, its = ours(demand, line_m, values), theirs(onsset, demand, line_m, values)
    built = grid_supply(demand, values, line_vnd=line_m * line_vnd_per_m(demand, 0, values)).investment_vnd
    invested = {
        GRID: built,
        MINI_GRID: mini_grid_supply(demand, values).investment_vnd,
        SOLAR_HOME: solar_home_supply(demand, values).investment_vnd,
    }
    for name in (GRID, MINI_GRID, SOLAR_HOME):
        assert np.abs(its[name] / mine[name] - 1).max() < 0.01
        year_more = invested[name] / life_years / 1.1**19 / (demand.kwh_year * years_worth(values))
        np.testing.assert_allclose(mine[name] - year_more, its[name], rtol=1e-9)
    is_clear = [gap > 0.01 for gap in gaps(mine)]
    same = [one == other for one, other in zip(cheapest(mine), cheapest(its), strict=True)]
    assert all(is_same for is_same, clear in zip(same, is_clear, strict=True) if clear)
    assert np.mean(same) > 0.99


def test_difference_2_what_wears_out_twice_is_bought_again_only_once_there(onsset: ModuleType) -> None:
    """Panels that last 8 of 20 years: bought once more, in year 8, and then worth 1 − 12 ÷ 8, less than nothing."""
    hamlets, _ = hamlets_at_random(5)
    values = MID | SAME | dict.fromkeys(("pv_life_years", "battery_life_years"), 8.0)
    demand = demand_of(hamlets, values)
    supply = solar_home_supply(demand, values)
    worth = years_worth(values)
    its_capital = 1 + 1 / 1.1**8 - (1 - 12 / 8) / 1.1**19
    expected = (supply.investment_vnd * its_capital + supply.operation_vnd_year * worth) / (demand.kwh_year * worth)
    its = peer.lcoe_vnd_per_kwh(peer.technologies(onsset, values)[SOLAR_HOME], demand, values)
    np.testing.assert_allclose(its, expected, rtol=1e-9)
    assert capital_factor(8.0, values) == pytest.approx(1 + 1 / 1.1**8 + 1 / 1.1**16 - (1 - 4 / 8) / 1.1**19)


def test_difference_3_energy_that_is_lost_is_not_bought_there(onsset: ModuleType) -> None:
    hamlets, _ = hamlets_at_random(6)
    values = MID | SAME
    demand = demand_of(hamlets, values)
    technology = peer.technologies(onsset, values)[GRID]
    technology.grid_price = values["grid_supply_cost_vnd_per_kwh"] / peer.VND_PER_UNIT  # as a user would write it
    its = peer.lcoe_vnd_per_kwh(technology, demand, values)
    loss, price = values["hamlet_loss_share"], values["grid_supply_cost_vnd_per_kwh"]
    lost = price / (1 - loss) - price
    np.testing.assert_allclose(ours(demand, np.zeros(COUNT), values)[GRID] - lost, its, rtol=1e-9)


def test_difference_4_a_plant_with_batteries_is_sized_for_the_peak_there(onsset: ModuleType) -> None:
    """Peak ÷ capacity factor instead of mean ÷ capacity factor: 1 ÷ load factor times the panels and batteries."""
    hamlets, _ = hamlets_at_random(7)
    values = MID | SAME
    demand = demand_of(hamlets, values)
    technology = peer.technologies(onsset, values)[MINI_GRID]
    its = peer.lcoe_vnd_per_kwh(technology, demand, values, capacity_factor=values["pv_capacity_factor_share"])
    supply, worth = mini_grid_supply(demand, values), years_worth(values)
    plant = supply.investments[1][0] + supply.investments[2][0]
    more = plant * (1 / values["load_factor_share"] - 1)
    cost = more * (capital_factor(15.0, values) + values["mini_grid_operation_share_per_year"] * worth)
    expected = ours(demand, np.zeros(COUNT), values)[MINI_GRID] + cost / (demand.kwh_year * worth)
    np.testing.assert_allclose(its, expected, rtol=1e-9)


def test_difference_5_everything_of_a_technology_has_one_life_there(onsset: ModuleType) -> None:
    """Ours buys batteries again while panels stand; with one life for both the costs are the same (above)."""
    hamlets, _ = hamlets_at_random(8)
    values = MID | SAME | {"battery_life_years": 10.0}
    demand = demand_of(hamlets, values)
    supply, worth = solar_home_supply(demand, values), years_worth(values)
    battery = supply.investments[1][0]
    more = battery * (capital_factor(10.0, values) - capital_factor(15.0, values)) / (demand.kwh_year * worth)
    its = peer.lcoe_vnd_per_kwh(peer.technologies(onsset, values)[SOLAR_HOME], demand, values)
    np.testing.assert_allclose(levelised_vnd_per_kwh(supply, demand, values) - more, its, rtol=1e-9)


def test_difference_6_from_50_km_on_there_is_high_voltage_there(onsset: ModuleType) -> None:
    hamlets, _ = hamlets_at_random(9)
    values = MID | SAME
    demand = demand_of(hamlets, values)
    technology = peer.technologies(onsset, values)[GRID]
    near, far = np.full(COUNT, 49_999.0), np.full(COUNT, 50_000.0)
    np.testing.assert_allclose(
        peer.lcoe_vnd_per_kwh(technology, demand, values, line_km=pd.Series(near / 1000)),
        ours(demand, near, values)[GRID],
        rtol=1e-9,
    )
    technology.hv_line_cost = technology.mv_line_cost * 7.5
    its = peer.lcoe_vnd_per_kwh(technology, demand, values, line_km=pd.Series(far / 1000))
    assert (its > 2 * ours(demand, far, values)[GRID]).any()
    reach = choose(hamlets.iloc[:1], MID, grid_distance_m=pd.Series([50_000.0], index=hamlets.index[:1]))
    assert reach["lcoe_grid_vnd_per_kwh"].isna().all()  # ours: beyond grid_reach_km there is none


def test_difference_7_the_first_hamlet_behind_another_strengthens_lines_twice_there(onsset: ModuleType) -> None:
    """Its order of a hamlet next to the grid is 1, so the one behind pays 2 shares; ours counts hamlets between."""
    values = MID | SAME | {"upstream_reinforcement_share": 0.1}
    hamlets, distance = three_in_a_row()
    demand = demand_of(hamlets, values)
    technology = peer.technologies(onsset, values)[GRID]
    mine = choose(hamlets, values, grid_distance_m=distance)
    assert mine["grid_steps"].tolist() == [0, 0, 1]
    km = pd.Series(mine["grid_line_m"].to_numpy() / 1000)
    own = peer.lcoe_vnd_per_kwh(technology, demand, values, line_km=km, elec_loop=pd.Series([0, 0, 1]))
    np.testing.assert_allclose(mine["lcoe_grid_vnd_per_kwh"], own, rtol=1e-9)
    its = extended(onsset, hamlets, distance, values)
    assert its["order"].tolist() == [1, 1, 2]
    with_two = peer.lcoe_vnd_per_kwh(technology, demand, values, line_km=km, elec_loop=pd.Series([0, 0, 2]))
    assert its["lcoe_vnd_per_kwh"].iloc[2] == pytest.approx(with_two[2], rel=0.01)  # it measures by great circles


@pytest.mark.parametrize("seed", range(11, 23))
def test_the_grid_reaches_the_same_hamlets_over_no_more_line(onsset: ModuleType, seed: int) -> None:
    """
    Difference 8: it goes by rounds, all that are worth it at once; ours takes the nearest next, so lines are shorter.

    Over our lines its cost is ours. A hamlet that only ours reaches costs the same within 1% without the grid (it
    measures by great circles), or lies behind one that was alone in its round (difference 9).
    """
    hamlets, distance = hamlets_at_random(seed)
    values = MID | SAME
    mine, its = choose(hamlets, values, grid_distance_m=distance), extended(onsset, hamlets, distance, values)
    has_grid = mine["technology"] == GRID
    assert (has_grid | ~its["is_grid"]).all()
    for code in mine.index[has_grid & ~its["is_grid"]]:
        is_close = mine.loc[code, "lcoe_gap_vnd_per_kwh"] < 0.01 * mine.loc[code, "lcoe_vnd_per_kwh"]
        before = its["order"].get(mine.loc[code, "grid_from_code"])
        assert is_close or (its["order"] == before).sum() == 1
    assert (has_grid & ~its["is_grid"]).sum() <= 1
    assert 30 < has_grid.sum() < COUNT - 30
    in_both = has_grid & its["is_grid"]
    assert mine.loc[in_both, "grid_line_m"].sum() <= its.loc[in_both, "line_m"].sum()
    over_ours = peer.lcoe_vnd_per_kwh(
        peer.technologies(onsset, values)[GRID],
        demand_of(hamlets, values),
        values,
        line_km=pd.Series(mine["grid_line_m"].to_numpy() / 1000),
    )
    near = (mine["grid_line_m"] < 50_000).to_numpy()
    np.testing.assert_allclose(mine["lcoe_grid_vnd_per_kwh"][near], over_ours[near], rtol=1e-9)


def test_difference_9_a_single_hamlet_extends_nothing_there(onsset: ModuleType) -> None:
    """It goes on only where a round brought the grid to more than one."""
    values = MID | SAME
    hamlets, distance = three_in_a_row()
    alone = distance.where(distance.index != "B", 40_000.0)
    assert choose(hamlets, values, grid_distance_m=alone)["technology"].tolist() == [GRID] * 3
    assert extended(onsset, hamlets, alone, values)["is_grid"].tolist() == [True, False, False]


def test_difference_10_in_a_hamlet_with_some_power_it_takes_low_for_medium_voltage(onsset: ModuleType) -> None:
    """Ours knows only hamlets without any; there, of a hamlet that needs no medium voltage some is counted."""
    hamlets, _ = hamlets_at_random(15)
    values = MID | SAME
    demand = demand_of(hamlets, values)
    technology = peer.technologies(onsset, values)[GRID]
    for name in ("lv_line_cost", "service_transf_cost", "mv_lv_sub_station_cost", "mv_mv_sub_station_cost"):
        setattr(technology, name, 0.0)
    technology.connection_cost_per_hh = 0.0
    needs_mv = grid_supply(demand, values).wires.mv_km > 0
    half = {"new_connections": pd.Series(demand.households / 2), "energy_per_cell": pd.Series(demand.kwh_year / 2)}
    cost = technology.td_network_cost(
        people=pd.Series(demand.households), prev_code=pd.Series(np.full(COUNT, 99)),
        total_energy_per_cell=pd.Series(demand.kwh_year), num_people_per_hh=pd.Series(np.ones(COUNT)),
        grid_cell_area=pd.Series(demand.area_km2), **half,
    )[2]  # fmt: skip
    assert (np.asarray(cost)[~needs_mv] > 0).any()


def three_in_a_row() -> tuple[pd.DataFrame, pd.Series[float]]:
    """A and B near the grid, C 2 km behind B."""
    index = pd.Index(["A", "B", "C"], name="hamlet_code")
    hamlets = pd.DataFrame({"households": [80, 80, 80], "lon": [105.0] * 3, "lat": [10.0, 10.02, 10.038]}, index=index)
    return hamlets, pd.Series([500.0, 500.0, 40_000.0], index=index)


def extended(
    onsset: ModuleType, hamlets: pd.DataFrame, distance: pd.Series[float], values: dict[str, float]
) -> pd.DataFrame:
    choice = choose(hamlets, values, grid_distance_m=distance)
    without = choice[["lcoe_solar_home_vnd_per_kwh", "lcoe_mini_grid_vnd_per_kwh"]].min(axis=1).to_numpy()
    demand = demand_of(hamlets, values)
    return peer.extend_grid(onsset, hamlets, demand, values, grid_distance_m=distance, without_grid=without)


def cheapest(costs: dict[str, Any]) -> list[str]:
    names = list(costs)
    return [names[place] for place in np.argmin([costs[name] for name in names], axis=0)]


def gaps(costs: dict[str, Any]) -> Numbers:
    ordered = np.sort([costs[name] for name in costs], axis=0)
    return np.asarray(ordered[1] / ordered[0] - 1)
