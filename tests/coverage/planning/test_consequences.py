"""What follows from a plan: sums by hand on three points and a hamlet, and sums that add up whatever is done when."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.planning.candidates import INFEASIBLE
from coverage.planning.consequences import (
    REMAINS_COLUMNS,
    ConsequenceError,
    by_year,
    direct_share_by_quarter,
    done_by_commune,
    what_remains,
)
from coverage.planning.plan import Plan
from geodata.plan_data import YEAR_COLUMNS
from tests.plans_of_four import CODES, MILLION, plan, programme

# P1 (200) and H1 (50) lie in 30469, P2 (300) in 30472, P3 (40) in 29236; P1 and H1 are done in 2022, P2 in 2023.
FIGURES = pd.DataFrame(
    {"households_grid": [1000, 2000, 500], "households_direct": [800, 1500, 400]},
    index=pd.Index(["30469", "30472", "29236"], name="commune_code"),
    dtype="Int64",
)

some_years = st.fixed_dictionaries({code: st.sampled_from([None, 2022, 2023]) for code in CODES})


def plan_with(years: dict[str, int | None]) -> Plan:
    return plan(programme=programme({code: year for code, year in years.items() if year}))


def test_each_year_costs_and_brings_what_is_done() -> None:
    years = by_year(plan())
    assert tuple(years.columns) == YEAR_COLUMNS
    first, second = (row for _, row in years.iterrows())
    assert first["cost_vnd"] == 2500 * MILLION
    assert (first["points"], first["households"], first["households_remaining"]) == (2, 250, 340)
    assert first["margin_vnd"] == pytest.approx(50 * MILLION)  # half of P1's 100; the hamlet's is not reckoned
    assert second["cost_vnd"] == 2400 * MILLION
    assert second["margin_vnd"] == pytest.approx((100 + 120) * MILLION)
    assert second["cash_flow_vnd"] == pytest.approx((220 - 2400) * MILLION)
    assert second["households_remaining"] == 40


def test_a_hamlet_brings_the_margin_of_its_case() -> None:
    made = plan()
    made = replace(made, hamlets=made.hamlets.assign(margin_vnd_year=-10 * MILLION))
    assert by_year(made)["margin_vnd"].tolist() == pytest.approx([45 * MILLION, 210 * MILLION])


def test_without_a_programme_nothing_is_done() -> None:
    years = by_year(plan(programme=programme({}, status=INFEASIBLE, score=None)))
    assert years[["cost_vnd", "points", "households", "margin_vnd"]].to_numpy().sum() == 0
    assert years["households_remaining"].tolist() == [590, 590]


@given(some_years)
def test_years_add_up(years: dict[str, int | None]) -> None:
    made = plan_with(years)
    table, remains, done = by_year(made), what_remains(made), done_by_commune(made)
    every = int(made.candidates["households"].sum())
    assert table["households"].cumsum().add(table["households_remaining"]).eq(every).all()
    assert table["cash_flow_vnd"].sum() == pytest.approx(table["margin_vnd"].sum() - table["cost_vnd"].sum())
    assert table["cost_vnd"].sum() + remains["cost_vnd"].sum() == pytest.approx(made.candidates["cost_vnd"].sum())
    assert remains["households"].sum() == table["households_remaining"].iloc[-1]
    assert table["points"].sum() + remains["places"].sum() == len(CODES)
    assert done[2023].sum() + remains["households"].sum() == done["households"].sum() == every
    assert (done[2022] <= done[2023]).all()


# ---- the share on direct sale


def test_the_share_grows_evenly_over_the_quarters_of_a_year() -> None:
    quarters = direct_share_by_quarter(plan(), FIGURES).set_index("period")
    assert list(quarters.index) == [
        "2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4",
        "2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4",
    ]  # fmt: skip
    assert quarters.loc[["2021-Q2", "2021-Q4"], "direct_share"].tolist() == pytest.approx([2700 / 3500] * 2)
    # A quarter of 50 households is 12.5, half up 13: on direct sale and with grid power.
    assert quarters.loc["2022-Q1", ["households_direct", "households_grid"]].tolist() == [2700 + 50 + 13, 3513]
    assert quarters.loc["2022-Q4", "direct_share"] == pytest.approx(2950 / 3550)
    assert quarters.loc["2023-Q4", "direct_share"] == pytest.approx(3250 / 3550)
    assert quarters["target_share"].isna().all()
    assert quarters["households_cut"].eq(0).all()


def test_a_year_that_has_begun_is_spread_over_what_is_left_of_it() -> None:
    made = plan()
    made = replace(made, request=replace(made.request, period="2022-Q2"))
    quarters = direct_share_by_quarter(made, FIGURES).set_index("period")
    assert quarters.index[0] == "2022-Q2"
    assert quarters["households_direct"].head(3).tolist() == [2700, 2700 + 100 + 25, 2950]


def test_a_year_that_is_over_is_refused() -> None:
    made = plan()
    with pytest.raises(ConsequenceError, match=r"Year 2022 .* ended by 2022-Q4"):
        direct_share_by_quarter(replace(made, request=replace(made.request, period="2022-Q4")), FIGURES)


def test_a_hamlet_without_the_grid_stays_outside_the_share() -> None:
    made = plan()
    solar = replace(made, hamlets=made.hamlets.assign(technology="solar_home"))
    assert direct_share_by_quarter(solar, FIGURES)["households_grid"].eq(3500).all()


def test_targets_stand_at_their_quarters() -> None:
    targets = pd.DataFrame({"period": ["2022-Q4", "2030-Q4"], "target_share": [0.9, 1.0]})
    quarters = direct_share_by_quarter(plan(), FIGURES, targets).set_index("period")
    assert quarters["target_share"].dropna().to_dict() == {"2022-Q4": 0.9}


def test_communes_that_did_not_report_are_left_out_and_counted() -> None:
    figures = FIGURES.copy()
    figures.loc["30472", "households_direct"] = pd.NA
    last = direct_share_by_quarter(plan(), figures).iloc[-1]
    assert last["communes_missing"] == 1
    assert last["direct_share"] == pytest.approx((1200 + 250) / (1500 + 50))
    assert direct_share_by_quarter(plan(), figures.iloc[:0])["direct_share"].isna().all()


def test_points_beyond_what_a_commune_reports_are_cut_and_counted() -> None:
    figures = FIGURES.assign(households_direct=pd.array([900, 1500, 400], dtype="Int64"))
    last = direct_share_by_quarter(plan(), figures).iloc[-1]
    assert last["households_cut"] == 100
    assert last["households_direct"] == 1000 + 50 + 1800 + 400


@given(some_years, st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=3, max_size=3))
def test_shares_stay_within_0_and_1_and_never_fall_by_take_overs(
    years: dict[str, int | None], counts: list[tuple[int, int]]
) -> None:
    figures = FIGURES.assign(
        households_grid=pd.array([max(pair) for pair in counts], dtype="Int64"),
        households_direct=pd.array([min(pair) for pair in counts], dtype="Int64"),
    )
    quarters = direct_share_by_quarter(plan_with(years), figures)
    share = quarters["direct_share"].dropna()
    assert share.between(0, 1).all()
    assert quarters["households_direct"].is_monotonic_increasing
    assert quarters["households_cut"].ge(0).all()
    assert share.is_monotonic_increasing


# ---- what remains


def test_what_remains_is_told_by_district_and_organisation() -> None:
    remains = what_remains(plan(programme=programme({"P2": 2022})))
    assert tuple(remains.columns) == REMAINS_COLUMNS
    assert remains[["area_code", "organisation_name", "places", "households"]].to_numpy().tolist() == [
        ["889", "HTX Mỹ Đức", 1, 200],
        ["889", "", 1, 50],
        ["842", "Tổ điện 3", 1, 40],
    ]


def test_nothing_remains_where_all_is_done() -> None:
    assert what_remains(plan_with(dict.fromkeys(CODES, 2022))).empty
