"""The page of planning: what remains, settings, programme, pins, assumptions."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage.pages._plan_map import year_colours
from coverage.pages._plan_settings import changed_values
from coverage.planning.assumptions import read_assumptions
from loaders.reference.planning import load_assumption_table
from tests.app.conftest import Run


def _list_of(page: AppTest) -> pd.DataFrame:
    [table] = [frame.value for frame in page.dataframe if "Rank" in frame.value.columns]
    return table


def _settle(page: AppTest) -> AppTest:
    for _ in range(20):  # a solve that takes longer than the page waits goes on beside it
        if not any(button.key == "plan_stop" for button in page.button):
            return page
        page.run()
    raise AssertionError("the plan was not solved")


def test_a_planner_sees_what_remains_and_a_programme_at_once(run: Run) -> None:
    page = _settle(run("plan", lang="en"))
    assert not page.exception
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics["Master meters to take over"] == "540"
    assert metrics["Households behind them"] == "518,000"
    table = _list_of(page)
    assert len(table) == 540
    assert table["Year"].dropna().between(2022, 2026).all()


def test_less_money_leaves_more_and_a_pinned_point_stays(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    [budget] = [box for box in page.number_input if box.label == "Budget a year (billion VND)"]
    page = _settle(budget.set_value(30.0).run())
    left = _list_of(page)
    code = left.loc[left["Year"].isna(), "Code"].iloc[0]
    page.session_state["plan_point"] = code
    page = _settle(page.run())
    [button] = [button for button in page.button if button.label == "Must be done"]
    page = _settle(button.click().run())
    pinned = _list_of(page).set_index("Code").loc[code]
    assert pinned["Pinned"] == "in"
    assert pd.notna(pinned["Year"])


def test_changed_assumptions_are_told_apart_and_wrong_ones_refused() -> None:
    shipped = read_assumptions(load_assumption_table())
    rows = pd.DataFrame({level: [one.at(level) for one in shipped.values()] for level in ("low", "mid", "high")})
    assert changed_values(shipped, shipped, rows) == ({}, [])
    place = list(shipped).index("loss_after_upgrade_share")
    rows.loc[place] = [0.06, 0.08, 0.1]
    assert changed_values(shipped, shipped, rows)[0] == {"loss_after_upgrade_share": (0.06, 0.08, 0.1)}
    rows.loc[place] = [0.06, 1.5, 2.0]
    found, errors = changed_values(shipped, shipped, rows)
    assert (found, [error.code for error in errors]) == ({}, ["assumption.outside"])


@pytest.mark.parametrize("number", [1, 2, 8, 15])
def test_years_go_from_dark_to_light(number: int) -> None:
    colours = year_colours(range(2022, 2022 + number))
    assert list(colours) == list(range(2022, 2022 + number))
    assert colours[2022] == "#440154"


def test_money_assumptions_and_draws_say_how_firm_the_programme_is(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    for label in ("Reckon the curve", "Reckon each assumption at its low and high value"):
        [toggle] = [toggle for toggle in page.toggle if toggle.label == label]
        page = _settle(toggle.set_value(True).run())
        assert not page.exception
    [number] = [box for box in page.number_input if box.label == "Number of draws"]
    number.set_value(10)
    [button] = [button for button in page.button if button.label == "Draw losses and costs"]
    page = button.click().run()
    for _ in range(40):
        tables = [frame.value for frame in page.dataframe if "Stays (%)" in frame.value.columns]
        if tables:
            break
        time.sleep(0.5)
        page.run()
    assert not page.exception
    [table] = tables
    assert table["Stays (%)"].between(0, 100).all()


def test_a_plan_is_saved_as_a_scenario_and_listed(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    page.text_input(key="ask_user_plan").input("Lan")
    page.text_input(key="plan_save_name").input("Five years")
    [button] = [button for button in page.button if button.label == "Save this plan as a scenario"]
    page = _settle(button.click().run())
    assert not page.exception
    [table] = [frame.value for frame in page.dataframe if "State" in frame.value.columns]
    assert table["Name"].tolist() == ["Five years"]
    assert table["State"].tolist() == ["draft"]


def test_a_scenario_without_a_name_is_refused(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    page.text_input(key="ask_user_plan").input("Lan")
    [button] = [button for button in page.button if button.label == "Save this plan as a scenario"]
    page = _settle(button.click().run())
    assert any("name" in error.value for error in page.error)
