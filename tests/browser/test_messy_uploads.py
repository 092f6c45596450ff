"""Messy files and the real ones through a real browser: several at once, mended columns, the file back, keyboard."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.messy_files import MESSY

pytestmark = pytest.mark.browser


def open_upload(visit: Visit) -> Page:
    page = visit.page
    page.goto(f"{visit.address}/upload")
    page.get_by_label("Tên của bạn").first.fill("Nguyễn Văn An")
    page.get_by_label("Tên của bạn").first.press("Enter")
    page.get_by_role("combobox", name="Quý của số liệu").click()
    page.get_by_role("option", name="Quý IV/2021").click()
    return page


def give(page: Page, *paths: Path) -> None:
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files([str(path) for path in paths])


def test_ten_messy_files_are_each_understood(visit: Visit, tmp_path: Path) -> None:
    page = open_upload(visit)
    for name, (make, said) in MESSY.items():
        make(tmp_path / name)
        give(page, tmp_path / name)
        expect(page.get_by_text(said).first).to_be_visible(timeout=20_000)
        assert page.get_by_test_id("stException").count() == 0
        page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").first.click()
        expect(page.get_by_test_id("stFileChip")).to_have_count(0)
    assert visit.outside == []


def test_several_files_at_once_and_the_marked_file_back(visit: Visit, tmp_path: Path) -> None:
    page = open_upload(visit)
    for name in ("so_go_tay.xlsx", "ten_go_sai.xlsx"):
        MESSY[name][0](tmp_path / name)
    give(page, tmp_path / "so_go_tay.xlsx", tmp_path / "ten_go_sai.xlsx")
    expect(page.get_by_test_id("stExpander").filter(has_text="ten_go_sai.xlsx").first).to_be_visible()
    mark = page.get_by_role("button", name="Chuẩn bị tệp của tôi có đánh dấu lỗi").first
    mark.focus()
    page.keyboard.press("Enter")  # by keyboard alone
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải so_go_tay_danh_dau.xlsx").click()
    download.value.save_as(tmp_path / "marked.xlsx")
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert book.sheetnames[0] == "Lỗi cần sửa"
    assert book["Khảo sát"]["C4"].comment is not None


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("census_2019_households_by_ward.xlsx", "Đã đọc 2.513 dòng, 2.510 dòng không lỗi"),
        ("gso_ward_changes_2019_2024.xls", "Không trang tính nào của"),
    ],
)
def test_real_files(visit: Visit, shared_folder: Path, name: str, said: str) -> None:
    page = open_upload(visit)
    give(page, shared_folder / "data" / name)
    expect(page.get_by_text(said).first).to_be_visible(timeout=60_000)
    assert page.get_by_test_id("stException").count() == 0
