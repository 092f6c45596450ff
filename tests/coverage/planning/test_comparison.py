"""Scenarios side by side, on four candidates: only what differs is told, and every number can be checked by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from coverage.planning.assumptions import Assumptions
from coverage.planning.candidates import INFEASIBLE, AreaTarget
from coverage.planning.comparison import NAMES, ComparisonError, answer_of, compare
from coverage.planning.comparison_words import told_by_year, told_differs, told_follows, told_moved
from coverage.planning.kept_plan import SUMS
from coverage.planning.plan import Plan
from geodata.language import Language
from tests.plans_of_four import MILLION, plan, programme
from tests.scenarios_of_four import LINE, scenario


def other() -> Plan:
    """P3 instead of P2, in three years, with other rules."""
    made = plan(programme=programme({"P1": 2022, "H1": 2023, "P3": 2024}, score=0.5))
    rules = replace(made.request.rules, budget_vnd=(2600 * MILLION,) * 3, must_take=frozenset({"P3"}))
    return replace(made, request=replace(made.request, rules=rules, level="high"))


def test_only_what_differs_is_listed() -> None:
    found = compare([scenario(plan()), scenario(other(), 2, data_version="v9")])
    assert found.ids == ("1.1", "2.1")
    rows = {(row["part"], row["name"]): (row["1.1"], row["2.1"]) for row in found.differs.to_dict("records")}
    assert rows == {
        ("asked", "level"): ("mid", "high"),
        ("rule", "years"): (2, 3),
        ("rule", "budget_vnd"): (
            {"2022": 2600 * MILLION, "2023": 2500 * MILLION},
            {"2022": 2600 * MILLION, "2023": 2600 * MILLION, "2024": 2600 * MILLION},
        ),
        ("rule", "must_take"): ("P1", "P3"),
        ("assumption", "line_cost_vnd_per_km"): (3e8, 4e8),  # the value used: another level is another value
        ("data", "data_version"): ("v7", "v9"),
    }


def test_the_same_plan_differs_in_nothing() -> None:
    found = compare([scenario(plan(), number) for number in (1, 2, 3)])
    assert found.differs.empty
    assert found.moved.empty


def test_what_follows_can_be_checked_by_hand() -> None:
    found = compare([scenario(plan()), scenario(other(), 2)])
    follows = found.follows.set_index("name")
    assert follows.loc["done"].tolist() == [3, 3]
    assert follows.loc["households"].tolist() == [550, 290]
    assert follows.loc["households_remaining"].tolist() == [40, 300]
    assert follows.loc["cost_vnd"].tolist() == [4900 * MILLION, 4500 * MILLION]
    assert follows.loc["npv_vnd", "1.1"] == pytest.approx((500 - 200 + 900 / 1.1) * MILLION)
    assert follows.loc["npv_vnd", "2.1"] == pytest.approx((500 - 200 / 1.1 - 800 / 1.21) * MILLION)
    assert follows.loc["score"].tolist() == [0.8, 0.5]
    assert set(follows.index) <= set(NAMES)
    assert len(SUMS) == len(set(follows.index) & {*SUMS, "budget_sum_vnd"})


def test_years_stand_beside_each_other_and_are_missing_where_a_scenario_has_none() -> None:
    found = compare([scenario(plan()), scenario(other(), 2)]).by_year
    households = found[found["measure"] == "households"].set_index("year")
    assert households["1.1"].tolist() == [250, 300, pd.NA]
    assert households["2.1"].tolist() == [200, 50, 40]
    left = found[found["measure"] == "households_remaining"].set_index("year")
    assert left.loc[2024, "2.1"] == 300


def test_what_moved_is_listed_with_its_year_in_each() -> None:
    found = compare([scenario(plan()), scenario(other(), 2)]).moved.set_index("candidate_code")
    assert list(found.index) == ["H1", "P2", "P3"]
    assert found.loc["H1", ["1.1", "2.1"]].tolist() == [2022, 2023]
    assert found.loc["P2", "1.1"] == 2023
    assert pd.isna(found.loc["P2", "2.1"])
    assert found.loc["P3", "2.1"] == 2024
    assert found["in_all"].all()


def test_a_candidate_that_only_one_could_choose_is_told_so() -> None:
    made = plan()
    less = replace(
        made,
        candidates=made.candidates.drop(index="P2"),
        programme=programme({"P1": 2022, "H1": 2022}),
    )
    found = compare([scenario(made), scenario(less, 2)]).moved.set_index("candidate_code")
    assert list(found.index) == ["P2"]
    assert not found.loc["P2", "in_all"]
    assert found.loc["P2", "households"] == 300


def test_a_scenario_without_a_programme_is_compared_as_nothing_done() -> None:
    nothing = plan(programme=programme({}, status=INFEASIBLE, score=None, gap=None))
    follows = compare([scenario(plan()), scenario(nothing, 2)]).follows.set_index("name")
    assert follows.loc["status"].tolist() == ["optimal", "infeasible"]
    assert follows.loc["households", "2.1"] == 0
    assert follows.loc["score", "2.1"] is None


@pytest.mark.parametrize("numbers", [[], [1], [1, 1], [1, 2, 3, 4, 5]])
def test_only_two_to_four_different_ones_are_compared(numbers: list[int]) -> None:
    with pytest.raises(ComparisonError, match="name 2 to 4, each once"):
        compare([scenario(plan(), number) for number in numbers])


def test_other_programs_get_all_of_it() -> None:
    found = json.loads(json.dumps(answer_of(compare([scenario(plan()), scenario(other(), 2)])), allow_nan=False))
    assert [one["id"] for one in found["scenarios"]] == ["1.1", "2.1"]
    assert {row["name"] for row in found["differs"]} >= {"years", "must_take"}
    assert next(row for row in found["moved"] if row["candidate_code"] == "P2")["2.1"] is None


def test_an_assumption_whose_used_value_is_the_same_is_told_with_all_three() -> None:
    wider = Assumptions({LINE.name: replace(LINE, low=1e8)})
    found = compare([scenario(plan()), scenario(plan(), 2, assumptions=wider)]).differs
    [row] = found.to_dict("records")
    assert (row["part"], row["name"]) == ("asked", "ranges")
    assert (row["1.1"], row["2.1"]) == (f"{LINE.name}: 2e+08 – 3e+08 – 4e+08", f"{LINE.name}: 1e+08 – 3e+08 – 4e+08")


def test_it_is_told_in_both_languages_with_their_numbers() -> None:
    found = compare([scenario(plan()), scenario(other(), 2)])
    vi, en = Language("vi"), Language("en")
    differs = {what: (one, two) for _, what, one, two in told_differs(found, vi).itertuples(index=False)}
    assert differs["Ngân sách từng năm, đồng"][0] == "2022: 2.600.000.000; 2023: 2.500.000.000"
    assert differs["Chi phí đường dây"] == ("300.000.000", "400.000.000")
    assert differs["Mức giả định"] == ("giá trị giữa", "giá trị cao")
    follows = {what: (one, two) for what, one, two in told_follows(found, en).itertuples(index=False)}
    assert follows["Cost, VND"] == ("4,900,000,000", "4,500,000,000")
    assert follows["How the solve ended"][0] == "the best possible, within the gap asked for"
    assert follows["Score"] == ("0.8", "0.5")
    years = told_by_year(found, en)
    assert years[years["Year"] == "2024"]["1.1"].tolist() == ["–", "–", "–"]
    assert told_moved(found, en).iloc[1].tolist() == ["P2", "=1+1", "300", "2023", "–"]


def test_areas_are_told_by_their_names() -> None:
    one, another = plan(), plan()
    rules = replace(another.request.rules, crews={"89": 4.0}, area_targets=(AreaTarget("886", 2023, 10),))
    another = replace(another, request=replace(another.request, rules=rules, areas=("89", "77")))
    found = compare([scenario(one), scenario(another, 2)])
    told = told_differs(found, Language("en"), places={"89": "An Giang", "886": "An Phú"}).set_index("What")["2.1"]
    assert told["Areas"] == "An Giang, 77"
    assert told["Crews by province"] == "An Giang: 4"
    assert told["Targets of districts"] == "An Phú 2023: 10"
