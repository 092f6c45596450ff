"""An own commune list through a real browser: uploaded, accepted, decided by hand, downloaded."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.own_commune_list import make_own_list

pytestmark = pytest.mark.browser


def test_own_list_is_reconciled_decided_on_and_downloaded(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    (tmp_path / "danh_muc_evnspc.xlsx").write_bytes(make_own_list().content)
    page.goto(f"{visit.address}/communes")
    page.get_by_label("Tên của bạn").first.fill("Nguyễn Văn An")
    page.get_by_label("Tên của bạn").first.press("Enter")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        str(tmp_path / "danh_muc_evnspc.xlsx")
    )
    expect(page.get_by_text("2.503 mục = 2.462 khớp + 39 nghi vấn + 2 ngoài danh mục").first).to_be_visible()
    page.get_by_role("button", name="Chấp nhận danh mục này").click()
    expect(page.get_by_text("Chênh lệch: 19 = 39 nghi vấn + 2 ngoài").last).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Quyết định bằng tay").click()
    page.get_by_label("Các mục cần quyết định").last.click()
    page.keyboard.type("Bìhn")  # the list of options is long and draws only some of them
    page.get_by_role("option", name="Phường Thới Bìhn").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Phường Thới Bình (31123, Quận Ninh Kiều) viết gần giống").last).to_be_visible()
    page.get_by_label("Lý do", exact=True).last.fill("lỗi gõ trong sổ")
    page.get_by_label("Lý do", exact=True).last.press("Enter")
    page.get_by_role("button", name="Quyết định", exact=True).click()
    expect(page.get_by_text("2.503 mục = 2.463 khớp + 38 nghi vấn").last).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải bảng đối chiếu (.xlsx)").click()
    download.value.save_as(tmp_path / "doi_chieu.xlsx")
    book = openpyxl.load_workbook(tmp_path / "doi_chieu.xlsx")
    assert book.sheetnames == ["Tóm tắt", "Khớp", "Thiếu", "Thừa", "Nghi vấn"]
    assert [sheet.max_row - 1 for sheet in book.worksheets[1:]] == [2463, 21, 2, 38]
    assert page.get_by_test_id("stException").count() == 0
    assert visit.outside == []
    page.screenshot(path=tmp_path / "danh_muc.png", full_page=True)
