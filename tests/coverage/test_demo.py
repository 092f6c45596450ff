"""The demo agrees with everything that was published, to the household, and is the same everywhere."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from coverage.demo import DemoData, make_demo
from coverage.demo_energy import with_energy
from coverage.demo_noise import apportion, noise
from coverage.indicators import COUNT, read_indicators
from coverage.planning.flat_metres import length_m
from coverage.planning.network import distance_to_grid
from coverage.rollup import figures_of_area
from geodata.language import Language
from geodata.tables import MEASURES
from geodata.units import Units
from loaders.reference import load_units
from loaders.reference.tables import (
    load_demo_assumptions,
    load_indicator_table,
    load_province_facts,
    load_published_table,
)

UNITS = load_units()
PROGRAMME = ("84", "89")
FIGURES_SHA256 = "1c6aad80812505a4fc6a304da3d2e507dd1646aa988a495ea533aae6f368be3e"


@pytest.fixture(scope="module")
def demo() -> DemoData:
    return make_demo(UNITS, load_province_facts(), load_demo_assumptions())


@pytest.fixture(scope="module")
def last(demo: DemoData) -> pd.DataFrame:
    return demo.figures[demo.figures["period"] == "2021-Q2"].set_index("commune_code")


def test_company_totals_give_the_published_figures(demo: DemoData) -> None:
    last_quarter = demo.figures[demo.figures["period"] == "2021-Q2"]
    found = figures_of_area(last_quarter, read_indicators(load_indicator_table()), UNITS.communes)
    language = Language("en")
    for row in load_published_table().iloc[:9].to_dict("records"):
        figure = found[str(row["indicator"])]
        assert figure.value is not None
        decimals = int(row["published_decimals"])
        if figure.indicator.kind == COUNT:
            scale = 1_000_000 if row["published_unit"] == "million" else 1
            shown = language.decimal(figure.value / scale, decimals=decimals).replace(",", "")
        else:
            shown = language.share(figure.value, decimals=decimals).removesuffix("%")
        assert shown == row["published_value"], row["indicator"]


def test_exact_counts_lie_where_the_publications_leave_room(last: pd.DataFrame) -> None:
    sums = last[list(MEASURES)].sum()
    assert sums["households_bulk"] == 526_157
    assert 8_171_157 <= sums["households_grid"] <= 8_174_999
    assert 7_645_000 <= sums["households_direct"] <= 7_648_842
    assert 22_533 <= sums["households_all"] - sums["households_grid"] <= 23_365
    assert 20_006 <= sums["households_all_rural"] - sums["households_grid_rural"] <= 20_580


def test_every_quarter_keeps_the_identities(demo: DemoData) -> None:
    f = demo.figures
    assert set(f["period"]) == {"2019-Q4", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2"}
    assert len(f) == 7 * 2484
    assert (f[list(MEASURES)] >= 0).all(axis=None)
    assert (f["households_direct"] + f["households_bulk"] + f["households_shared"] == f["households_grid"]).all()
    parts = f["households_grid"] + f["households_offgrid"] + f["households_without"]
    assert (parts == f["households_all"]).all()
    assert (f["households_all_urban"] + f["households_all_rural"] == f["households_all"]).all()
    assert (f["households_grid_urban"] + f["households_grid_rural"] == f["households_grid"]).all()


def test_no_commune_loses_power_and_bulk_never_grows(demo: DemoData) -> None:
    by_period = demo.figures.set_index(["commune_code", "period"])
    grid = by_period["households_grid"].unstack()  # noqa: PD010
    bulk = by_period["households_bulk"].unstack()  # noqa: PD010
    assert (grid.diff(axis="columns").iloc[:, 1:] >= 0).all(axis=None)
    assert (bulk.diff(axis="columns").iloc[:, 1:] <= 0).all(axis=None)


def test_province_sizes_follow_the_census(last: pd.DataFrame) -> None:
    facts = load_province_facts()["households_census_2019"]
    sizes = last["households_all"].groupby(UNITS.communes["province_code"]).sum().astype(float)
    ratio = sizes / facts * facts.sum() / sizes.sum()
    assert ratio.between(0.97, 1.03).all()


def test_points_hold_exactly_the_bulk_households_of_the_two_provinces(demo: DemoData, last: pd.DataFrame) -> None:
    points = demo.bulk_points
    assert len(points) == 600
    assert points["point_code"].is_unique
    left = points[points["takeover_state"] != "taken_over"].groupby("commune_code")["households_behind"].sum()
    communes = UNITS.communes[UNITS.communes["province_code"].isin(PROGRAMME)].index
    assert (left.reindex(communes, fill_value=0) == last.loc[communes, "households_bulk"]).all()
    assert points["loss_share"].between(0.05, 0.25).all()
    assert (points["line_km"] > 0).all()


def test_take_overs_show_in_the_quarter_in_which_they_happened(demo: DemoData) -> None:
    taken = demo.bulk_points[demo.bulk_points["takeover_state"] == "taken_over"]
    assert taken["takeover_date"].between("2020-01-01", "2021-06-30").all()
    day = pd.to_datetime(taken["takeover_date"])
    quarter = (day.dt.year.astype(str) + "-Q" + day.dt.quarter.astype(str)).rename("period")
    behind = taken.groupby(["commune_code", quarter])["households_behind"].sum()
    inside = demo.figures[demo.figures["commune_code"].map(UNITS.communes["province_code"]).isin(PROGRAMME)]
    bulk = inside.set_index(["commune_code", "period"])["households_bulk"].astype("int64")
    fall = -bulk.groupby("commune_code").diff().dropna()
    assert fall[fall > 0].to_dict() == behind.to_dict()


def test_points_and_hamlets_lie_inside_the_extent_of_their_commune(demo: DemoData) -> None:
    for places in (demo.bulk_points, demo.hamlets):
        extent = UNITS.communes.loc[places["commune_code"]].reset_index(drop=True)
        assert places["lat"].between(extent["south"], extent["north"]).all()
        assert places["lon"].between(extent["west"], extent["east"]).all()


def test_missing_extent_still_gives_a_place() -> None:
    table = UNITS.table.assign(south=None, north=None, west=None, east=None)
    table = table.astype(dict.fromkeys(("south", "north", "west", "east"), "float64"))
    points = make_demo(Units(table, UNITS.list_date), load_province_facts(), load_demo_assumptions()).bulk_points
    own = UNITS.communes.loc[points["commune_code"]].reset_index(drop=True)
    assert (points["lat"] - own["lat"]).abs().max() < 0.006
    assert (points["lon"] - own["lon"]).abs().max() < 0.006


def test_hamlets_hold_exactly_the_rural_households_without_the_grid(demo: DemoData, last: pd.DataFrame) -> None:
    without = (last["households_all_rural"] - last["households_grid_rural"]).astype("int64")
    found = demo.hamlets.groupby("commune_code")["households_without_grid"].sum()
    assert found.to_dict() == without[without > 0].to_dict()
    assert demo.hamlets["hamlet_code"].is_unique
    assert 500 <= len(demo.hamlets) <= 700


def test_hamlets_are_as_far_from_the_grid_as_from_the_lines(demo: DemoData) -> None:
    assert demo.lines.crs == 4326
    assert demo.lines["name"].str.endswith("(giả định)").all()
    assert length_m(demo.lines) == pytest.approx(
        sum(Geod(ellps="WGS84").geometry_length(line) for line in demo.lines.geometry), rel=5e-4
    )
    assert max(Geod(ellps="WGS84").geometry_length(line) for line in demo.lines.geometry) < 20_010
    known = distance_to_grid(demo.hamlets, lines=demo.lines, stated_distance_m=None) / 1000
    assert (demo.hamlets["grid_distance_km"] - known).abs().max() <= 0.1
    assert demo.hamlets["grid_distance_km"].between(0.1, 20).all()
    assert demo.hamlets["grid_distance_km"].gt(3).mean() > 0.2  # far ones, for which other ways to power are worth it


def test_demo_is_the_same_on_every_machine(demo: DemoData) -> None:
    again = make_demo(UNITS, load_province_facts(), load_demo_assumptions())
    pd.testing.assert_frame_equal(demo.figures, again.figures)
    pd.testing.assert_frame_equal(demo.bulk_points, again.bulk_points)
    text = demo.figures.to_csv(index=False, lineterminator="\n")
    assert hashlib.sha256(text.encode()).hexdigest() == FIGURES_SHA256
    assert noise(["30337"], "size")[0] == pytest.approx(0.913919, abs=1e-6)


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=20))
def test_apportioned_parts_sum_to_the_whole(total: int, weights: list[float]) -> None:
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total
    quota = total * np.array(weights) / sum(weights)
    assert (np.abs(parts - quota) < 1 + 1e-9 * total).all()


def test_what_does_not_fit_under_the_caps_is_said() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        apportion(10, np.array([1.0, 1.0]), np.array([3, 3]))


def test_energy_of_points_gives_their_loss_and_plausible_use(demo: DemoData) -> None:
    points = demo.bulk_points
    loss = 1 - points["kwh_sold"] / points["kwh_bought"]
    assert (loss - points["loss_share"]).abs().max() < 1e-12
    assert (points[["kwh_bought", "kwh_sold"]] % 1 == 0).all(axis=None)
    use = points["kwh_sold"] / points["households_behind"] / 12
    assert use.between(60, 270).all()
    assert (use.min(), use.median(), use.max()) == pytest.approx((70, 118, 260), rel=0.08)
    assert (points["substation_kva"] / points["households_behind"]).between(0.4, 2.5).all()


def test_transformers_are_of_usual_ratings() -> None:
    points = pd.DataFrame(
        {"point_code": ["A", "B"], "households_behind": [10, 3000], "loss_share": [0.1, 0.125], "line_km": 1.0}
    )
    settings = {"least_kwh_month": 100.0, "greatest_kwh_month": 100.0, "kva_per_household": 0.7}
    found = with_energy(points, settings)
    assert found["substation_kva"].iloc[0] == 25
    assert found["substation_kva"].iloc[1] % 630 == 0
    assert (found["kwh_sold"] / found["kwh_bought"]).to_list() == [0.9, 0.875]
