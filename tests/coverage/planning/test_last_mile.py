"""The technology of hamlets: what is cheapest, how the grid grows outward, what is said where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.assumptions import read_assumptions
from coverage.planning.last_mile import CHOICE_COLUMNS, choose
from loaders.reference.planning import load_assumption_table
from tests.coverage.planning.last_mile_samples import MID, hamlet_record, hamlets_of, scattered

DEGREE_M = 111_200  # of latitude, roughly

PLAIN = MID | {"route_factor_ratio": 1.0, "upstream_reinforcement_share": 0.0}


def row_of_hamlets(kilometres: list[float], households: int = 60) -> pd.DataFrame:
    """Hamlets on one meridian, at these distances from the first place."""
    records = [
        hamlet_record(hamlet_code=f"H{place}", lat=10.0 + km * 1000 / DEGREE_M, households_without_grid=households)
        for place, km in enumerate(kilometres)
    ]
    return hamlets_of(*records)


def test_near_the_grid_it_is_extended_and_far_from_it_the_sun_is_cheaper() -> None:
    hamlets = row_of_hamlets([0, 90])
    choice = choose(hamlets, MID, grid_distance_m=pd.Series([200.0, 20_000.0], index=hamlets.index))
    assert list(choice.columns) == list(CHOICE_COLUMNS)
    near, far = choice.loc["H0"], choice.loc["H1"]
    assert near["technology"] == "grid"
    assert far["technology"] in ("solar_home", "mini_grid")
    assert near["grid_line_m"] == pytest.approx(200 * MID["route_factor_ratio"])
    assert near["lcoe_vnd_per_kwh"] == near["lcoe_grid_vnd_per_kwh"] < near["lcoe_mini_grid_vnd_per_kwh"]
    assert far["lcoe_gap_vnd_per_kwh"] > 0


def test_every_technology_is_somewhere_the_cheapest() -> None:
    """Of a few households the homes, of many a mini-grid, near the grid the grid."""
    few, many = row_of_hamlets([0], households=5), row_of_hamlets([0], households=70)
    far, near = pd.Series([9_000.0], index=few.index), pd.Series([100.0], index=few.index)
    found = [
        choose(few, MID, grid_distance_m=far)["technology"].iloc[0],
        choose(many, MID, grid_distance_m=far)["technology"].iloc[0],
        choose(many, MID, grid_distance_m=near)["technology"].iloc[0],
    ]
    assert found == ["solar_home", "mini_grid", "grid"]


def test_a_hamlet_with_the_grid_shortens_the_way_of_the_next() -> None:
    """1 km apart, the first 1 km from the grid: alone, the third would be too far."""
    hamlets = row_of_hamlets([0, 1, 2, 3])
    distance = pd.Series([1000.0, 20_000.0, 20_000.0, 20_000.0], index=hamlets.index)
    choice = choose(hamlets, PLAIN, grid_distance_m=distance)
    assert choice["technology"].tolist() == ["grid"] * 4
    assert choice["grid_from_code"].tolist() == ["", "H0", "H1", "H2"]
    assert choice["grid_steps"].tolist() == [0, 1, 2, 3]
    assert choice["grid_line_m"].tolist() == pytest.approx([1000] * 4, rel=0.01)
    alone = choose(hamlets.loc[["H2"]], PLAIN, grid_distance_m=distance)
    assert alone["technology"].tolist() != ["grid"]


def test_the_grid_reaches_no_farther_than_its_longest_way() -> None:
    hamlets = row_of_hamlets([0, 1, 2, 3])
    distance = pd.Series([1000.0, np.nan, np.nan, np.nan], index=hamlets.index)
    choice = choose(hamlets, PLAIN | {"grid_reach_km": 2.5}, grid_distance_m=distance)
    assert (choice["technology"] == "grid").tolist() == [True, True, False, False]
    assert choice["lcoe_grid_vnd_per_kwh"].isna().tolist() == [False, False, True, True]


def test_without_a_known_distance_or_position_there_is_no_grid_but_a_choice() -> None:
    hamlets = hamlets_of(hamlet_record(lat=None, lon=None, grid_distance_km=None))
    choice = choose(hamlets, MID, grid_distance_m=pd.Series([np.nan], index=hamlets.index)).iloc[0]
    assert choice["technology"] in ("solar_home", "mini_grid")
    assert pd.isna(choice["lcoe_grid_vnd_per_kwh"])
    assert pd.isna(choice["investment_grid_vnd"])
    assert pd.isna(choice["grid_steps"])
    assert choice["next_technology"] in ("solar_home", "mini_grid")


def test_lines_that_strengthen_what_is_before_them_cost_more_with_each_hamlet() -> None:
    hamlets = row_of_hamlets([0, 1, 2])
    distance = pd.Series([1000.0, np.nan, np.nan], index=hamlets.index)
    choice = choose(hamlets, PLAIN | {"upstream_reinforcement_share": 0.1}, grid_distance_m=distance)
    by_metre = choice["grid_line_vnd"] / choice["grid_line_m"]
    assert (by_metre / by_metre.iloc[0]).tolist() == pytest.approx([1.0, 1.1, 1.2])


def test_what_is_known_of_a_hamlet_wins_over_assumptions() -> None:
    hamlets = row_of_hamlets([0, 50]).assign(kwh_year=[np.nan, 12_000.0], area_km2=[np.nan, 0.5])
    choice = choose(hamlets, MID, grid_distance_m=pd.Series(1000.0, index=hamlets.index))
    assert choice["kwh_year"].tolist() == [60 * MID["hamlet_use_kwh_per_household_year"], 12_000.0]
    cost = choice["investment_grid_vnd"]
    assert cost.loc["H1"] > cost.loc["H0"]  # households farther from one another


@pytest.mark.parametrize("level", ["low", "mid", "high"])
def test_a_hamlet_near_the_grid_costs_what_province_projects_cost(level: str) -> None:
    """13.5 to 60 million VND a household: 60 households, 1 km from the grid."""
    values = read_assumptions(load_assumption_table()).values_at(level)
    hamlets = row_of_hamlets([0])
    choice = choose(hamlets, values, grid_distance_m=pd.Series([1000.0], index=hamlets.index))
    assert 13.5e6 < choice["investment_grid_vnd"].iloc[0] / 60 < 60e6


def test_names_of_assumptions_end_in_their_unit() -> None:
    table = load_assumption_table()
    units = (
        "_share", "_per_year", "_household_year", "_per_household", "_years", "_days", "_per_kwh", "_per_km", "_per_kw",
        "_kw", "_km", "_m", "_per_unit", "_per_hamlet", "_per_connection", "_per_solar_home", "_grid_kw",
    )  # fmt: skip
    own = table.loc[table["part"] == "last_mile", "name"]
    assert len(own) > 30
    assert [name for name in own if not name.endswith(units)] == []


def test_no_hamlets_give_an_empty_choice() -> None:
    hamlets = row_of_hamlets([0]).iloc[:0]
    choice = choose(hamlets, MID, grid_distance_m=pd.Series(dtype="float64"))
    assert choice.empty
    assert list(choice.columns) == list(CHOICE_COLUMNS)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40))
def test_the_choice_is_the_cheapest_and_the_order_of_rows_does_not_matter(seed: int, count: int) -> None:
    hamlets, distance = scattered(count, seed)
    choice = choose(hamlets, MID, grid_distance_m=distance)
    costs = choice.filter(like="lcoe_").filter(like="_vnd_per_kwh")[
        [f"lcoe_{name}_vnd_per_kwh" for name in ("solar_home", "mini_grid", "grid")]
    ]
    assert np.array_equal(choice["lcoe_vnd_per_kwh"], costs.min(axis=1))
    shuffled = hamlets.sample(frac=1, random_state=seed % 1000)
    pd.testing.assert_frame_equal(choose(shuffled, MID, grid_distance_m=distance).loc[hamlets.index], choice)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nearer_to_the_grid_no_hamlet_loses_it(seed: int) -> None:
    """Without strengthening a shorter way brings the grid to more hamlets only, and no line leads nowhere."""
    hamlets, distance = scattered(40, seed)
    choice = choose(hamlets, PLAIN, grid_distance_m=distance)
    nearer = choose(hamlets, PLAIN, grid_distance_m=distance / 2)
    has_grid = choice["technology"] == "grid"
    assert (nearer["technology"] == "grid")[has_grid].all()
    before = choice.loc[has_grid & (choice["grid_from_code"] != ""), "grid_from_code"]
    assert has_grid[before].all()
