"""The page of planning: what remains, settings, programme, pins, what changed, assumptions, scenarios."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage.pages._plan_assumptions import changed_values
from coverage.pages._plan_map import year_colours
from coverage.planning.assumptions import LEVELS, Assumptions, read_assumptions
from coverage.planning.typed_numbers import number_text
from geodata.language import LANGUAGE_CODES, Language
from loaders.reference.planning import load_assumption_table
from tests.app.conftest import Run


def _list_of(page: AppTest, why: str = "Why") -> pd.DataFrame:
    [table] = [frame.value for frame in page.dataframe if why in frame.value.columns]
    return table


def _settle(page: AppTest) -> AppTest:
    for _ in range(60):  # a solve that takes longer than the page waits goes on beside it
        if not page.get("progress"):
            assert not page.exception
            return page
        time.sleep(0.5)
        page.run()
    raise AssertionError("the plan was not solved")


def _one(elements: Any, label: str) -> Any:
    [found] = [element for element in elements if element.label == label]
    return found


def test_a_planner_sees_what_remains_and_a_programme_at_once(run: Run) -> None:
    page = _settle(run("plan", lang="en"))
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics["Master meters to take over"] == "540"
    assert metrics["Households behind them"] == "518,000"
    table = _list_of(page)
    assert len(table) == 540
    assert table.loc[table["Year"] != "–", "Year"].astype(int).between(2022, 2026).all()
    assert (table["Why"] != "").all()


def test_less_money_leaves_more_and_the_effect_of_a_pin_is_shown(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    page = _settle(_one(page.number_input, "Budget a year (billion VND)").set_value(30.0).run())
    left = _list_of(page)
    code = left.loc[left["Year"] == "–", "Code"].iloc[0]
    page.session_state["plan_point"] = code
    page = _settle(page.run())
    page = _settle(_one(page.button, "Pin in").click().run())
    row = _list_of(page).set_index("Code").loc[code]
    assert row["Pin"] == "in"
    assert row["Year"] != "–"
    [effect] = [frame.value for frame in page.dataframe if "The last change" in frame.value.columns]
    before, after, difference = effect["Net present value (billion VND)"]
    assert before != after
    assert difference.startswith(("+", "−"))
    page = _settle(_one(page.button, "Undo").click().run())
    row = _list_of(page).set_index("Code").loc[code]
    assert (row["Pin"], row["Year"]) == ("", "–")


@pytest.mark.parametrize(("kind", "number"), [("connections", 27), ("both", 234)])
def test_hamlets_are_planned_with_their_lines_alone_or_with_points(run: Run, kind: str, number: int) -> None:
    page = _settle(run("plan", lang="vi", area="84"))
    page = _settle(_one(page.get("button_group"), "Kế hoạch").set_value(kind).run())
    assert len(_list_of(page, "Lý do")) == number


def test_settings_stay_while_other_pages_are_open(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    page = _settle(_one(page.number_input, "Budget a year (billion VND)").set_value(31.0).run())
    page = _settle(_one(page.slider, "Net present value").set_value(40).run())
    kept = {key: page.session_state[key] for key in ("plan_asked", "plan_begin", "plan_form")}
    again = AppTest.from_string("import app; app.draw_page('plan')", default_timeout=60)
    again.query_params["lang"] = "en"
    again.query_params["area"] = "84"
    for key, value in kept.items():  # what a session keeps when Streamlit forgets the widgets of a page that is left
        again.session_state[key] = value
    again = _settle(again.run())
    assert _one(again.number_input, "Budget a year (billion VND)").value == 31.0
    assert _one(again.slider, "Net present value").value == 40


def test_a_rule_that_cannot_be_kept_is_told_with_a_way_out(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84"))
    left = _list_of(page)
    page.session_state["plan_pins"] = dict.fromkeys(left["Code"], "in")
    page = _settle(_one(page.number_input, "Budget a year (billion VND)").set_value(5.0).run())
    assert [error.value for error in page.error] == ["No programme keeps all rules. Each of these is a way out:"]
    assert any("Budget" in text.value for text in page.markdown)


def test_no_money_is_refused_before_anything_is_solved(run: Run) -> None:
    page = _settle(run("plan", lang="vi", area="84"))
    page = _settle(_one(page.number_input, "Ngân sách mỗi năm (tỷ đồng)").set_value(0.0).run())
    assert len(page.error) == 1
    assert any("Ngân sách của mọi năm" in text.value or "0" in text.value for text in page.markdown)


def test_each_section_is_drawn_in_both_languages(run: Run) -> None:
    for code, section in (("vi", "years"), ("en", "years"), ("vi", "assumptions"), ("en", "assumptions")):
        page = _settle(run("plan", lang=code, area="84", plan=section))
        assert not page.exception
        assert not page.error


def _table(shipped: Assumptions, language: Language) -> pd.DataFrame:
    rows = {name: {level: number_text(one.at(level), language) for level in LEVELS} for name, one in shipped.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


@pytest.mark.parametrize("code", LANGUAGE_CODES)
def test_changed_assumptions_are_told_apart_and_wrong_ones_refused(code: str) -> None:
    shipped, language = read_assumptions(load_assumption_table()), Language(code)
    table = _table(shipped, language)
    assert changed_values(shipped, table, language) == ({}, [])
    table.loc["loss_after_upgrade_share"] = [number_text(value, language) for value in (0.06, 0.08, 0.1)]
    assert changed_values(shipped, table, language) == ({"loss_after_upgrade_share": (0.06, 0.08, 0.1)}, [])
    table.loc["loss_after_upgrade_share"] = ["6%", "8%", "10%"]
    table.loc["horizon_years", "high"] = "1000"
    table.loc["discount_rate_share_per_year", "low"] = number_text(0.11, language)
    found, errors = changed_values(shipped, table, language)
    codes = {str(error.code) for error in errors}
    assert (found, codes) == ({}, {"assumption.unreadable", "assumption.outside", "assumption.order"})


@pytest.mark.parametrize("number", [1, 2, 8, 15])
def test_years_go_from_dark_to_light(number: int) -> None:
    colours = year_colours(range(2022, 2022 + number))
    assert list(colours) == list(range(2022, 2022 + number))
    assert colours[2022] == "#440154"


def test_money_assumptions_and_draws_say_how_firm_the_programme_is(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84", plan="firm"))
    [frontier] = [frame.value for frame in page.dataframe if "Spent (billion VND)" in frame.value.columns]
    assert frontier["Households that gain"].iloc[0] == "0"
    page = _settle(_one(page.radio, "How firm it is").set_value("tornado").run())
    [bars] = [frame.value for frame in page.dataframe if "Cost at low (billion VND)" in frame.value.columns]
    assert len(bars) > 5
    page = _settle(_one(page.radio, "How firm it is").set_value("draws").run())
    _one(page.number_input, "Number of draws").set_value(10)
    page = _settle(_one(page.button, "Draw losses and costs").click().run())
    [table] = [frame.value for frame in page.dataframe if "Stays (%)" in frame.value.columns]
    assert table["Stays (%)"].astype(int).between(0, 100).all()
    assert any("10 of 10 draws, seed 2021" in text.value for text in page.caption)


def test_a_plan_is_saved_as_a_scenario_and_listed(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84", plan="scenarios"))
    page.text_input(key="ask_user_plan").input("Lan")
    page.text_input(key="plan_save_name").input("Five years")
    [button] = [button for button in page.button if button.label == "Save this plan as a scenario"]
    page = _settle(button.click().run())
    assert not page.exception
    [table] = [frame.value for frame in page.dataframe if "State" in frame.value.columns]
    assert table["Name"].tolist() == ["Five years"]
    assert table["State"].tolist() == ["draft"]


def test_a_scenario_without_a_name_is_refused(run: Run) -> None:
    page = _settle(run("plan", lang="en", area="84", plan="scenarios"))
    page.text_input(key="ask_user_plan").input("Lan")
    [button] = [button for button in page.button if button.label == "Save this plan as a scenario"]
    page = _settle(button.click().run())
    assert any("name" in error.value for error in page.error)
