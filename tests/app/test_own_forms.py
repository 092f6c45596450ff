"""Forms on the report page: a shipped return is filled and what stays blank is listed."""

from __future__ import annotations

from tests.app.conftest import Run


def test_a_shipped_return_is_filled_on_the_page(run: Run) -> None:
    page = run("report", area="89", period="2021-Q2", section="form")
    page.selectbox(key="form_chosen").set_value("power_company_monthly").run()
    assert not page.exception
    assert "4 trường để trống:" in [element.value for element in page.info]
    blanks = next(frame.value for frame in page.dataframe if "Lý do" in frame.value.columns)
    assert set(blanks["Lý do"]) == {"cần điền tay vì hệ thống không lưu số liệu này"}
