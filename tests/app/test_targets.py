"""The page of targets: listed, entered, amended, withdrawn, read from a workbook, split."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage.pages._target_split import fixed_of
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.errors import PhuDienError
from tests.app.conftest import Run

GRID = "households_with_power_share"


def fill(page: AppTest, **texts: str) -> AppTest:
    for key, text in texts.items():
        page.text_input(key=key).input(text)
    return page


def press(page: AppTest, label: str) -> AppTest:
    [button] = [button for button in page.button if button.label == label]
    return button.click().run()


def goal_of(home: Path) -> pd.Series:
    workspace = Workspace(home)
    found = TargetBook(workspace).target_of(GRID, "EVNSPC", told_on=date(2021, 7, 1))
    workspace.close()
    assert found is not None
    return found


def test_targets_are_listed_with_decision_status_and_what_is_assumed(run: Run) -> None:
    page = run("targets")
    table = page.dataframe[0].value
    assert {"1740/QĐ-TTg", "2081/QĐ-TTg"} <= set(table["Quyết định"])
    assert "chưa kiểm chứng: giả định" in set(table["Tình trạng"])
    assert table["Nội dung mục tiêu"].iloc[0] == "Tỷ lệ hộ có điện lưới"  # what the figures measure comes first
    assert table["Thời hạn"].iloc[0] == "Quý IV/2025 (giả định)"
    every = run("targets", targets="versions", lang="en").dataframe[0].value
    assert len(every) > len(table)
    assert "superseded by a later decision" in set(every["State"])
    assert "decision as reported by the press" in set(every["Source"])


def test_a_manager_gives_the_goal_its_due_date_and_the_earlier_version_stays(run: Run, home: Path) -> None:
    assert goal_of(home)["is_assumption"]
    page = run("targets", targets="enter")
    page.selectbox(key="target_amended").set_value("grid-for-all").run()
    assert "giả định" in page.info[0].value
    page.date_input(key="target_decided").set_value(date(2021, 7, 20))
    fill(
        page,
        target_decision="12/QĐ-EVNSPC",
        target_source="bản ký",
        target_reason="có thời hạn",
        ask_user_targets="An",
        **{"target_due_0_grid-for-all": "Quý II/2024"},
    )
    page = press(page, "Lưu mục tiêu")
    assert not page.error
    assert "T1" in page.success[0].value
    found = goal_of(home)
    assert (found["due_period"], found["is_assumption"]) == ("2024-Q2", False)
    history = run("targets").dataframe[1].value
    assert history["Mã"].tolist() == ["grid-for-all", "T1"]
    assert history["Trạng thái"].tolist() == ["đã có quyết định sau thay thế", "đang hiệu lực"]


def test_a_form_that_lacks_something_says_what_and_stores_nothing(run: Run, home: Path) -> None:
    page = run("targets", targets="enter")
    page = press(page, "Lưu mục tiêu")
    assert "ngày quyết định" in page.error[0].value
    page.date_input(key="target_decided").set_value(date(2021, 7, 20))
    page = press(fill(page, target_value_0_new="nhiều", target_due_0_new="2024"), "Lưu mục tiêu")
    assert "không phải là số" in page.error[0].value
    filled = {
        "target_programme": "Kế hoạch",
        "target_decision": "1",
        "target_source": "bản ký",
        "target_value_0_new": "99%",
    }
    page = press(fill(page, **filled), "Lưu mục tiêu")
    assert "tên và lý do" in page.error[0].value
    page = press(fill(page, target_reason="thử", ask_user_targets="An", target_area="Sao Hỏa"), "Lưu mục tiêu")
    assert "Sao Hỏa" in page.error[0].value
    assert goal_of(home)["is_assumption"]


def test_a_withdrawn_target_gives_its_reason(run: Run, home: Path) -> None:
    page = run("targets")
    page = press(page, "Rút phiên bản này")
    assert "tên và lý do" in page.error[0].value
    fill(page, **{"why_grid-for-all": "không áp dụng", "ask_user_target_grid-for-all": "An"})
    page = press(page, "Rút phiên bản này")
    assert not page.exception
    every = run("targets", targets="versions").dataframe[0].value.set_index("Mã")
    assert every.loc["grid-for-all", "Trạng thái"] == "đã rút"
    workspace = Workspace(home)
    assert TargetBook(workspace).target_of(GRID, "EVNSPC", told_on=date(2021, 7, 1)) is None
    workspace.close()


def test_a_split_is_shown_with_its_sums_and_kept_with_a_reason(run: Run, home: Path) -> None:
    page = run("targets", targets="split")
    assert "không nơi nào còn thiếu" in page.info[0].value  # 100% leaves nothing to choose
    page = press(page, "Lưu phân bổ này")
    assert "tên và lý do" in page.error[0].value
    fill(page, split_reason="chính thức", ask_user_split="An")
    page = press(page, "Lưu phân bổ này")
    assert page.dataframe[-1].value["Lý do"].tolist() == ["chính thức"]
    page = press(fill(page, split_reason="thôi"), "Bỏ mọi phân bổ của mục tiêu này")
    assert any("Chưa lưu phân bổ nào" in caption.value for caption in page.caption)
    assert goal_of(home)["shortfall_target"] == 0


def test_numbers_that_are_typed_by_hand_are_whole_and_blank_ones_left_to_the_rule() -> None:
    typed = pd.Series({"84": "1.204", "89": "", "91": None, "92": " 7 "})
    assert fixed_of(typed) == {"84": 1204, "92": 7}
    for wrong in ("nhiều", "1,5", "5%"):
        with pytest.raises(PhuDienError):
            fixed_of(pd.Series({"84": wrong}))
