"""The company's own table on the report page, and its return on the upload page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from coverage.surveys import Surveys
from coverage.workspace import Workspace
from tests.app.conftest import Run


def shown(page: AppTest) -> dict[str, str]:
    """Return what the tables of the page show as actual figures, by the indicator."""
    return {name: text for table in page.table for name, text in table.value["Thực hiện"].items()}


def test_report_page_shows_the_published_half_year(run: Run) -> None:
    page = run("report", section="company")
    assert not page.exception
    figures = shown(page)
    assert len(figures) == 25
    assert figures["Tỷ lệ hộ mua điện trực tiếp"] == "93,56%"
    assert figures["Tỷ lệ yêu cầu xử lý trễ hạn"] == "0,04%"
    assert page.selectbox(key="ask_half").value == "2021-H1"


def test_half_year_is_chosen_by_link_and_an_unknown_one_is_reported(run: Run) -> None:
    page = run("report", section="company", half="2020-H2")
    assert page.selectbox(key="ask_half").value == "2020-H2"
    assert len(shown(page)) == 9
    bad = run("report", section="company", half="2030-H1")
    assert "2030-H1" in bad.error[0].value


@pytest.mark.parametrize("language", ["vi", "en"])
def test_form_of_the_company_asks_for_no_province(run: Run, language: str) -> None:
    page = run("upload", lang=language)
    title = (
        Surveys(Workspace()).template("company_return").title_en if language == "en" else "Báo cáo chỉ tiêu của công ty"
    )
    kind = page.selectbox(key="survey_kind")
    assert title in kind.options
    kind.select("company_return").run()
    assert not page.exception
    assert not [box for box in page.selectbox if str(box.key).startswith("form_province")]
    expected = "6 tháng đầu năm 2021" if language == "vi" else "first half of 2021"
    assert any(expected in caption.value for caption in page.caption)
