"""The page of progress: drill down by address and choice, statuses in words, who moved, what was corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coverage.target_book import TargetBook
from coverage.target_drafts import TargetDraft
from coverage.workspace import Workspace
from geodata.periods import Period
from geodata.target_data import Milestone
from tests.app.conftest import Run
from tests.coverage.office import Clock, accept, survey


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_company_stands_on_its_path_and_every_province_is_named(run: Run) -> None:
    page = run("progress")
    assert metrics(page)["Còn lại (hộ)"] == "22.950"
    [scorecard] = page.dataframe
    assert len(scorecard.value) == 21
    assert set(scorecard.value["Tình trạng"]) == {"● đúng lộ trình"}
    assert scorecard.value["Còn lại"].sum() == 22950
    outlooks = scorecard.value["Dự báo đạt mục tiêu (xác suất 80%)"]
    assert outlooks.str.fullmatch(r"(I{1,3}|IV)/20\d\d( – ((I{1,3}|IV)/20\d\d|quá 10 năm))?|quá 10 năm").all()
    [told] = [block.value for block in page.markdown if block.value.startswith("Dự báo đạt mục tiêu: ")]
    assert "Thời hạn Quý IV/2025: " in told  # the status and the forecast are read together


def test_all_who_lack_and_the_gap_to_the_target_are_two_numbers(run: Run, home: Path) -> None:
    workspace = Workspace(home)
    version = TargetDraft(
        programme="Kế hoạch bán trực tiếp",
        indicator="direct_share",
        area="89",
        milestones=(Milestone(Period(2025, 4), Decimal(65)),),
        decision="15/KH",
        decision_date=date(2021, 5, 30),
        source="bản ký",
        status="seen",
        reason="thử",
    )
    TargetBook(workspace).register.add(version, user="An")
    workspace.close()
    shown = metrics(run("progress", area="89", measure="direct_share", lang="en"))
    [lacking] = [value for label, value in shown.items() if label.startswith("Still lacking")]
    assert (lacking, shown["Gap to the target"]) == ("330,000", "149,029")


def test_address_leads_to_a_district_whose_parts_are_communes(run: Run) -> None:
    page = run("progress", area="89", district="889", measure="bulk_households")
    assert page.subheader[0].value == "Huyện Châu Phú, Tỉnh An Giang, Quý II/2021"
    assert len(page.dataframe[0].value) == 13
    assert any("chưa đặt mục tiêu" in text for text in page.dataframe[0].value["Tình trạng"])
    page.selectbox(key="ask_district").select("all").run()
    assert page.subheader[0].value == "Tỉnh An Giang, Quý II/2021"
    assert page.query_params["district"] in ("all", ["all"])


def test_district_of_another_province_is_let_go_and_one_that_does_not_exist_is_reported(run: Run) -> None:
    page = run("progress", area="89", district="889")
    page.selectbox(key="ask_area").select("84").run()
    assert page.subheader[0].value.startswith("Tỉnh Trà Vinh")
    assert "842" in run("progress", area="89", district="842").error[0].value


@pytest.mark.parametrize(("key", "code"), [("measure", "gdp"), ("view", "map"), ("since", "2030-Q1")])
def test_unknown_code_in_a_link_is_reported(run: Run, key: str, code: str) -> None:
    page = run("progress", **{"view": "moved"} | {key: code})
    assert not page.exception
    assert code in page.error[0].value


def test_list_without_districts_goes_down_to_communes(run: Run) -> None:
    page = run("progress", area="91", boundaries="2025-07-01", lang="en")
    assert not page.exception
    assert len(page.dataframe[0].value) == 102


def test_who_moved_is_told_in_households_and_percentage_points(run: Run) -> None:
    page = run("progress", view="moved", since="2019-Q4", lang="en")
    shown = page.dataframe[0].value
    assert shown["Area"].iloc[0] == "Tỉnh Cà Mau"
    assert shown["Fewer lacking"].is_monotonic_decreasing
    assert shown["Fewer lacking"].iloc[0] == 3060 - 2146
    assert shown["Percentage points"].between(0, 1).all()
    assert "21 moved forward, 0 did not move, 0 fell back" in "".join(block.value for block in page.markdown)


def test_every_area_has_a_small_chart_on_one_scale_or_its_own(run: Run) -> None:
    page = run("progress", view="time", area="89")
    assert not page.exception
    assert not page.toggle(key="common_scale").set_value(True).run().exception


def test_what_was_corrected_names_value_then_value_now_and_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path, clock=Clock())
    monkeypatch.setenv("PHUDIEN_HOME", str(tmp_path))
    accept(workspace, survey())
    page = AppTest.from_string("import app; app.draw_page('progress')", default_timeout=60)
    for key, value in {"area": "89", "district": "889", "view": "changed"}.items():
        page.query_params[key] = value
    assert "chưa có phiên bản" in page.run().info[-1].value
    accept(workspace, survey(**{"Số hộ có điện lưới": 99}))
    page.run().selectbox(key="corrected_since").select_index(0).run()
    assert not page.exception
    shown = page.dataframe[-1].value
    assert shown["Địa bàn"].tolist() == ["Xã Mỹ Đức"]
    assert (shown["Giá trị trước"].iloc[0], shown["Giá trị nay"].iloc[0]) == ("98,00% (98 / 100)", "99,00% (99 / 100)")
    assert shown["Lý do"].iloc[0].startswith("khao_sat.xlsx: đã chấp nhận, Bình, ")
    workspace.close()


def test_rule_is_told_beside_the_scorecard(run: Run) -> None:
    told = "\n".join(block.value for block in run("progress", lang="en").markdown)
    assert "at least 50% of what is required" in told
    assert "■ far behind the path" in told
