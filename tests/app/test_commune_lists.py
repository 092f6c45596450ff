"""The page of commune lists: both books, rows by status and area, decisions by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coverage.commune_lists import CommuneLists
from coverage.workspace import Workspace
from tests.app.conftest import Run
from tests.app.test_pages import texts
from tests.coverage.office import table

ROWS: tuple[dict[str, Any], ...] = (
    {"Mã CMIS": "A1", "Tỉnh": "An Giang", "Huyện": "Châu Phú", "Tên xã": "Mỹ Đứt"},
    {"Mã CMIS": "A2", "Tỉnh": "An Giang", "Huyện": "Châu Phú", "Tên xã": "Xã Mỹ Phú"},
    {"Mã CMIS": "A3", "Tỉnh": "Long An", "Huyện": "Cần Giuộc", "Tên xã": "Xã Tân Kim"},
)


@pytest.fixture
def listed(home: Path) -> Path:
    """Accept a list of three entries in the workspace of the test."""
    workspace = Workspace(home)
    lists = CommuneLists(workspace)
    lists.accept(lists.propose(table(*ROWS), "danh_muc.xlsx", user="An").stored.batch.id, user="An")
    workspace.close()
    return home


def metrics(page: AppTest) -> list[str]:
    return [metric.value for metric in page.metric]


def test_page_explains_itself_while_no_list_counts_and_shows_both_books(run: Run) -> None:
    page = run("communes", lang="vi")
    assert not page.exception
    shown = texts(page)
    assert "2.503 trên 2.503 xã" in shown
    assert "2.484" in shown
    assert "Chưa có danh mục xã" in page.info[0].value


def test_counts_and_rows_of_the_list_and_of_an_area(listed: Path, run: Run) -> None:
    assert listed.is_dir()
    page = run("communes", lang="en")
    assert not page.exception
    assert metrics(page) == ["1", "2,483", "0", "2"]
    assert page.dataframe[0].value["Own code"].tolist() == ["A1", "A3"]
    in_province = run("communes", lang="en", area="89")
    assert in_province.dataframe[0].value["Own code"].tolist() == ["A1"]
    page.selectbox(key="list_status").select("missing").run()
    assert len(page.dataframe[0].value) == 2483


def test_entry_is_decided_by_hand_with_name_and_reason(listed: Path, run: Run) -> None:
    page = run("communes", lang="en")
    key = page.multiselect(key="decide_entries_").options
    assert key == ["2: A1, Mỹ Đứt, Châu Phú, An Giang", "4: A3, Xã Tân Kim, Cần Giuộc, Long An"]
    page.multiselect(key="decide_entries_").select(key[0]).run()
    assert "spelled nearly so" in texts(page)
    page.button(key="decide").click().run()
    assert "write your name and a reason" in page.error[0].value
    page.text_input(key="ask_user_decide").input("Bình")
    page.text_input(key="decide_why").input("theo sổ")
    page.button(key="decide").click().run()
    assert not page.exception
    assert metrics(page) == ["2", "2,482", "0", "1"]
    workspace = Workspace(listed)
    [kept] = CommuneLists(workspace).counting()
    [row] = kept.result.table[kept.result.table["own_code"] == "A1"].to_dict("records")
    assert (row["status"], row["reason"], row["unit_code"]) == ("matched", "decided", "30469")
    workspace.close()


def test_merged_commune_cannot_be_taken_for_its_successor_without_saying_so(listed: Path, run: Run) -> None:
    assert listed.is_dir()
    page = run("communes", lang="en")
    page.selectbox(key="decide_reason").select("merged").run()
    page.checkbox(key="decide_all_merged").check().run()
    page.text_input(key="ask_user_decide").input("Bình")
    page.text_input(key="decide_why").input("theo sổ")
    page.button(key="decide").click().run()
    assert "choose the commune" in page.error[0].value
    page.radio(key="decide_verdict").set_value("apart").run()
    page.button(key="decide").click().run()
    assert metrics(page) == ["1", "2,483", "1", "1"]
