"""A survey of master meters through a real browser: form, columns by hand, problems one by one, decision, map."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from coverage.workspace import Workspace
from tests.browser.conftest import Visit
from tests.coverage.office import POINT, table

pytestmark = pytest.mark.browser


def open_bulk_survey(visit: Visit) -> Page:
    page = visit.page
    page.goto(f"{visit.address}/upload")
    page.get_by_label("Tên của bạn").first.fill("Nguyễn Văn An")
    page.get_by_label("Tên của bạn").first.press("Enter")
    page.get_by_role("combobox", name="Loại phiếu").click()
    page.get_by_role("option", name="Phiếu khảo sát điểm mua buôn (công tơ tổng)").click()
    expect(page.get_by_role("combobox", name="Quý của số liệu")).to_have_count(0)
    return page


def test_form_is_filled_in_and_taken(visit: Visit, tmp_path: Path) -> None:
    page = open_bulk_survey(visit)
    for _ in range(20):  # on a busy machine the button may still give the form of the kind before
        with page.expect_download() as download:
            page.get_by_role("button", name="Tải mẫu phiếu (.xlsx)").click()
        if "bulk_point_survey" in download.value.suggested_filename:
            break
        page.wait_for_timeout(500)
    download.value.save_as(tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    sheet = book["Khảo sát"]
    header = [cell.value for cell in sheet[6]]
    for name, value in (POINT | {"Mã điểm": "TRINH-DUYET-1", "Số công tơ tổng": "TD1"}).items():
        sheet.cell(7, header.index(name) + 1, value)
    book.save(tmp_path / "form.xlsx")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(str(tmp_path / "form.xlsx"))
    expect(page.get_by_text("Đã đọc 1 dòng, 1 dòng không lỗi")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("1 mới, 0 thay đổi, 0 không đổi")).to_be_visible()
    # Streamlit's own download of a table would write "=…" as a formula.
    assert not any(button.is_visible() for button in page.get_by_role("button", name="Download as CSV").all())
    page.get_by_role("button", name="Chấp nhận tệp này").click()
    expect(page.get_by_text("đã được chấp nhận và được tính")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Phần còn lại").click()
    expect(page.get_by_role("tab", name="Công tơ tổng")).to_be_visible(timeout=20_000)
    assert page.get_by_test_id("stException").count() == 0


def test_problems_are_gone_through_by_keyboard_each_where_it_stands(visit: Visit, tmp_path: Path) -> None:
    page = open_bulk_survey(visit)
    rows = [POINT | {"Mã điểm": f"BP-{n}", "Số công tơ tổng": f"BP{n}"} for n in range(4)]
    rows[1]["Mã xã"] = "99999"
    rows[3]["Số hộ sau công tơ tổng"] = "nhiều"
    (tmp_path / "diem.xlsx").write_bytes(table(*rows))
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(str(tmp_path / "diem.xlsx"))
    expect(page.get_by_text("2 lỗi, 0 cảnh báo")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Vấn đề 1 trên 2")).to_be_visible()
    page.get_by_role("button", name="Tiếp theo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vấn đề 2 trên 2")).to_be_visible()
    expect(page.get_by_text('Trang tính "Sheet", quanh ô E5:')).to_be_visible()
    page.get_by_label("Tìm trong danh sách lỗi").fill("99999")
    page.get_by_label("Tìm trong danh sách lỗi").press("Enter")
    expect(page.get_by_text("Vấn đề 1 trên 1")).to_be_visible()
    expect(page.get_by_text('Trang tính "Sheet", quanh ô B3:')).to_be_visible()
    page.get_by_role("button", name="Lấy 2 dòng không lỗi").click()
    expect(page.get_by_text("chưa được tính")).to_be_visible(timeout=20_000)


def test_reading_can_be_cancelled_and_nothing_is_stored(visit: Visit, tmp_path: Path) -> None:
    page = open_bulk_survey(visit)
    header = ";".join(POINT)
    lines = (f"HUY-{n};30469;HTX A;H{n};{n % 300}" for n in range(200_000))
    (tmp_path / "lon.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(str(tmp_path / "lon.csv"))
    expect(page.get_by_text("dòng, còn khoảng")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Dừng đọc").click()
    expect(page.get_by_text("Đã dừng đọc; chưa có gì được lưu")).to_be_visible(timeout=20_000)
    workspace = Workspace(visit.home)
    assert not [batch for batch in workspace.batches() if batch.file_name == "lon.csv"]
    workspace.close()
