"""Restating: totals stay, counts follow units, every figure says what it rests on, and a reused code joins nothing."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely import box

from geodata.errors import BoundaryError, FigureError, PlaceError
from geodata.lineage import (
    area_shares,
    choose_shares,
    correspondence,
    counterparts,
    point_shares,
    reported_shares,
    restate,
)
from geodata.unit_history import UnitHistory

from .history_of_four import history_of_four
from .random_histories import FIRST, LAST, histories

D2019, D2021, D2022, D2024 = date(2019, 6, 1), date(2021, 6, 1), date(2022, 6, 1), date(2024, 6, 1)


@pytest.fixture
def history() -> UnitHistory:
    return history_of_four()


def figures(**counts: int | None) -> pd.DataFrame:
    """Return figures of one quarter: c1=5 is five households of commune 00001."""
    rows = [(f"0000{name[1]}", "2021-Q2", count) for name, count in counts.items()]
    table = pd.DataFrame(rows, columns=["commune_code", "period", "households_all"])
    return table.astype({"households_all": "Int64"})


def as_text(restated: pd.DataFrame) -> list[str]:
    """Return one line a row: code, count, basis, and what is missing."""
    return [
        f"{row.commune_code} {row.households_all} {row.basis} {row.parts_missing} {row.partly_reported}".strip()
        for row in restated.itertuples()
    ]


def test_counts_follow_units_that_merge(history: UnitHistory) -> None:
    restated = restate(figures(c1=5, c2=7, c3=4, c4=9), history, from_day=D2019, to_day=D2021)
    assert as_text(restated) == ["00002 12 exact 0", "00003 4 exact 0", "00004 9 exact 0"]


def test_a_divided_commune_is_shared_by_the_people_that_the_decree_states(history: UnitHistory) -> None:
    restated = restate(figures(c2=100, c3=8, c4=200), history, from_day=D2021, to_day=D2022)
    assert as_text(restated) == ["00002 102 decree 0", "00004 206 decree 0"]


def test_several_days_of_change_are_followed_one_after_the_other(history: UnitHistory) -> None:
    restated = restate(figures(c1=5, c2=7, c3=4, c4=9), history, from_day=D2019, to_day=D2024)
    assert as_text(restated) == ["00002 13 decree 0", "00004 12 decree 0"]


def test_backwards_a_merged_commune_is_divided_equally_and_says_so(history: UnitHistory) -> None:
    restated = restate(figures(c2=7, c3=4, c4=9), history, from_day=D2021, to_day=D2019)
    assert as_text(restated) == ["00001 4 equal 0", "00002 3 equal 0", "00003 4 exact 0", "00004 9 exact 0"]


def test_better_shares_go_before_worse_ones(history: UnitHistory) -> None:
    pairs = correspondence(history, from_day=D2021, to_day=D2022)
    area = pd.DataFrame(
        [("00003", "00002", 1.0, "area"), ("00003", "00004", 1.0, "area")], columns=list(chosen_columns())
    )
    points = point_shares(
        pd.DataFrame([("00003", "00002", 6), ("00003", "00004", 2)], columns=["from_code", "to_code", "households"]),
        pairs,
    )
    basis = {
        name: choose_shares(pairs, shares).set_index(["from_code", "to_code"])["basis"]["00003"].unique().tolist()
        for name, shares in (("none", None), ("area", area), ("both", pd.concat([area, points])))
    }
    assert basis == {"none": ["decree"], "area": ["decree"], "both": ["points"]}
    restated = restate(figures(c2=0, c3=8, c4=0), history, from_day=D2021, to_day=D2022, shares=points)
    assert as_text(restated) == ["00002 6 points 0", "00004 2 points 0"]


def chosen_columns() -> tuple[str, ...]:
    return ("from_code", "to_code", "share", "basis")


def test_area_shares_are_the_land_in_common(history: UnitHistory) -> None:
    pairs = correspondence(history, from_day=D2021, to_day=D2019)
    old = gpd.GeoDataFrame({"commune_code": ["00002"]}, geometry=[box(0, 0, 4, 1)], crs="EPSG:4326")
    new = gpd.GeoDataFrame(
        {"commune_code": ["00001", "00002", "00004"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 4, 1), box(0, 0, 9, 9)],  # 00004 is no counterpart, wherever it lies
        crs="EPSG:4326",
    )
    shares = area_shares(old, new, pairs)
    assert shares.to_numpy().tolist() == [["00002", "00001", 0.25, "area"], ["00002", "00002", 0.75, "area"]]
    restated = restate(figures(c2=8), history, from_day=D2021, to_day=D2019, shares=shares)
    assert as_text(restated) == ["00001 2 area 0", "00002 6 area 0"]
    with pytest.raises(BoundaryError, match="EPSG:3857"):
        area_shares(old, new.to_crs("EPSG:3857"), pairs)
    assert area_shares(old.assign(geometry=[box(20, 20, 21, 21)]), new, pairs).empty


def test_backwards_a_merged_commune_is_shared_by_what_its_parts_once_reported(history: UnitHistory) -> None:
    pairs = correspondence(history, from_day=D2021, to_day=D2019)
    once = pd.Series({"00001": 30, "00002": 10})
    restated = restate(figures(c2=8), history, from_day=D2021, to_day=D2019, shares=reported_shares(once, pairs))
    assert as_text(restated) == ["00001 6 reported 0", "00002 2 reported 0"]
    assert reported_shares(once.drop("00001"), pairs).empty  # one part is not known, so the shares are not
    # Tây was divided between the two communes of 2022, so that what it reported is no share of either.
    both_ways = correspondence(history, from_day=D2022, to_day=D2021)
    assert reported_shares(pd.Series({"00002": 1, "00003": 1, "00004": 1}), both_ways).empty


def test_a_part_that_did_not_report_is_told_and_not_taken_for_zero(history: UnitHistory) -> None:
    assert as_text(restate(figures(c1=5, c4=9), history, from_day=D2019, to_day=D2021)) == [
        "00002 5 exact 1",
        "00004 9 exact 0",
    ]
    two = figures(c1=5, c2=7).assign(households_bulk=pd.array([None, 3], dtype="Int64"))
    restated = restate(two, history, from_day=D2019, to_day=D2021)
    assert restated["partly_reported"].tolist() == ["households_bulk"]
    assert restated["households_bulk"].tolist() == [3]
    assert restated["parts_missing"].tolist() == [0]
    nothing = restate(figures(c1=None, c2=None), history, from_day=D2019, to_day=D2021)
    assert nothing["households_all"].isna().all()
    assert nothing["parts_missing"].tolist() == [2]


def test_a_reused_code_joins_nothing(history: UnitHistory) -> None:
    assert counterparts(history, "00001", day=D2019, on_day=D2024) == ("00002",)
    assert counterparts(history, "00001", day=D2024, on_day=D2019) == ()
    with pytest.raises(PlaceError, match=r"no counterpart on 01/06/2019, the first 00001"):
        restate(figures(c1=5), history, from_day=D2024, to_day=D2019)


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (figures(c9=1), PlaceError, "00009"),
        (pd.concat([figures(c1=1), figures(c1=2)]), FigureError, "00001 has two rows"),
        (figures(c1=1).assign(households_all=0.5), FigureError, "0.5"),
        (figures(c1=1).assign(households_all=-1), FigureError, "-1"),
        (figures(c1=1).assign(households_all="many"), FigureError, "many"),
        (figures(c1=1).drop(columns="period"), FigureError, "period"),
    ],
)
def test_figures_that_cannot_be_restated_are_refused(
    history: UnitHistory, table: pd.DataFrame, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        restate(table, history, from_day=D2019, to_day=D2021)


def test_wrong_shares_are_refused(history: UnitHistory) -> None:
    wrong = pd.DataFrame([("00003", "00002", -1.0, "points")], columns=list(chosen_columns()))
    with pytest.raises(FigureError, match="00003 in 00002 is -1"):
        restate(figures(c3=1), history, from_day=D2021, to_day=D2022, shares=wrong)
    with pytest.raises(FigureError, match="guess"):
        choose_shares(correspondence(history, from_day=D2021, to_day=D2022), wrong.assign(share=1.0, basis="guess"))


def _figures_of(data: st.DataObject, history: UnitHistory, day: date) -> pd.DataFrame:
    codes = list(history.units_on(day).communes.index)
    count = st.none() | st.integers(0, 500)
    rows = [
        (code, period, data.draw(count), data.draw(count))
        for code in codes
        for period in ("2020-Q1", "2020-Q2")
        if data.draw(st.integers(0, 4))
    ]
    table = pd.DataFrame(rows, columns=["commune_code", "period", "households_all", "line_km"])
    return table.astype({"commune_code": "str", "period": "str", "households_all": "Int64", "line_km": "Int64"})


# Shrinking a failure of these takes minutes, and the histories are small as they are.
QUIET = settings(
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],
)


@QUIET
@given(history=histories(), data=st.data())
def test_totals_never_change_forwards_or_backwards(history: UnitHistory, data: st.DataObject) -> None:
    for from_day, to_day in ((FIRST, LAST), (LAST, FIRST)):
        table = _figures_of(data, history, from_day)
        pairs = correspondence(history, from_day=from_day, to_day=to_day)
        table = table[table["commune_code"].isin(pairs["from_code"])]
        restated = restate(table, history, from_day=from_day, to_day=to_day)
        for column in ("households_all", "line_km"):
            before = table.groupby("period")[column].sum(min_count=1).dropna().to_dict()
            assert restated.groupby("period")[column].sum(min_count=1).dropna().to_dict() == before


@QUIET
@given(history=histories(dividing=False), data=st.data())
def test_there_and_back_gives_the_same_where_nothing_was_divided(history: UnitHistory, data: st.DataObject) -> None:
    table = _figures_of(data, history, FIRST)
    there = restate(table, history, from_day=FIRST, to_day=LAST)
    assert set(there["basis"]) <= {"exact"}
    back = restate(there[list(table.columns)], history, from_day=LAST, to_day=FIRST)
    in_order = table.sort_values(["commune_code", "period"], ignore_index=True)
    pd.testing.assert_frame_equal(back[list(table.columns)], in_order, check_dtype=False)


@QUIET
@given(history=histories(), data=st.data())
def test_the_order_of_rows_never_matters(history: UnitHistory, data: st.DataObject) -> None:
    table = _figures_of(data, history, FIRST)
    order = data.draw(st.permutations(range(len(table))))
    mixed = restate(table.iloc[order], history, from_day=FIRST, to_day=LAST)
    pd.testing.assert_frame_equal(mixed, restate(table, history, from_day=FIRST, to_day=LAST))


@QUIET
@given(history=histories())
def test_who_is_whose_is_the_same_in_both_directions(history: UnitHistory) -> None:
    there = correspondence(history, from_day=FIRST, to_day=LAST)
    back = correspondence(history, from_day=LAST, to_day=FIRST)
    pairs = set(zip(there["from_code"], there["to_code"], strict=True))
    assert pairs == set(zip(back["to_code"], back["from_code"], strict=True))
    shares = choose_shares(there).groupby("from_code")["share"].sum()
    assert shares.between(1 - 1e-9, 1 + 1e-9).all()
