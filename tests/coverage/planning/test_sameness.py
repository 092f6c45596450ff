"""A plan against itself made again: what is the same, what differs by how little, and what is told."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from coverage.planning.assumptions import Assumptions
from coverage.planning.sameness import DIFFERENCE_COLUMNS, difference_sentence, differences, shipped_changes
from geodata.language import Language
from tests.plans_of_four import CODES, plan, programme
from tests.scenarios_of_four import LINE, assumptions

some_years = st.fixed_dictionaries({code: st.sampled_from([None, 2022, 2023]) for code in CODES})


def filled(years: dict[str, int | None]) -> dict[str, int]:
    return {code: year for code, year in years.items() if year}


@given(some_years, some_years)
def test_years_must_be_equal(first: dict[str, int | None], second: dict[str, int | None]) -> None:
    one, other = (plan(programme=programme(filled(years))) for years in (first, second))
    found = differences(one, other)
    assert tuple(found.columns) == DIFFERENCE_COLUMNS
    assert set(found["code"]) == {code for code in CODES if first[code] != second[code]}
    assert set(found["column"]) <= {"year"}


@pytest.mark.parametrize(("by", "is_told"), [(0.0, False), (0.9, False), (-0.9, False), (1.5, True), (-1.5, True)])
def test_money_may_differ_by_one_dong(by: float, is_told: bool) -> None:
    made = plan()
    other = replace(made, candidates=made.candidates.assign(cost_vnd=made.candidates["cost_vnd"] + by))
    assert (len(differences(made, other)) > 0) is is_told


def test_a_point_more_or_less_and_a_column_more_are_told() -> None:
    made = plan()
    less = replace(made, points=made.points.drop(index="P3").assign(new=1.0))
    rows = {(row["table"], row["code"], row["column"]): row for row in differences(made, less).to_dict("records")}
    assert set(rows) == {("points", "P3", ""), ("points", "", "new")}
    for code, words in (("vi", "nay không còn P3"), ("en", "is not there any more")):
        assert words in difference_sentence(rows["points", "P3", ""], Language(code))
    assert difference_sentence(rows["points", "", "new"], Language("en")) == (
        "cases of points: column new is in one of both only"
    )


def test_a_value_that_went_missing_and_a_line_that_moved_are_told() -> None:
    made = plan()
    moved = gpd.GeoDataFrame(
        made.lines.drop(columns="geometry"), geometry=[translate(g, 0.001) for g in made.lines.geometry], crs=4326
    )
    loss = made.points["loss_share"].copy()
    loss["P1"] = float("nan")
    other = replace(made, lines=moved, points=made.points.assign(loss_share=loss))
    found = differences(made, other)
    assert set(zip(found["table"], found["column"], strict=True)) == {("points", "loss_share"), ("lines", "geometry")}
    [row] = found[found["column"] == "loss_share"].to_dict("records")
    assert (row["kept"], row["again"]) == ("0.2", "nan")


def test_shipped_values_that_changed_came_or_went_are_listed() -> None:
    now = Assumptions({LINE.name: replace(LINE, mid=3.5e8), "new": replace(LINE, name="new")})
    then = Assumptions({LINE.name: LINE, "gone": replace(LINE, name="gone")})
    found = shipped_changes(then, now).set_index("name")
    assert found.loc[LINE.name, ["then", "now"]].tolist() == ["2e+08 – 3e+08 – 4e+08", "2e+08 – 3.5e+08 – 4e+08"]
    assert found.loc["gone", "now"] == ""
    assert found.loc["new", "then"] == ""
    assert shipped_changes(assumptions(), assumptions()).empty


def test_the_same_plan_has_no_difference() -> None:
    pd.testing.assert_frame_equal(differences(plan(), plan()), differences(plan(), plan()))
    assert differences(plan(), plan()).empty
