"""Workbooks: cells at their addresses; what is no workbook is refused in words."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from geodata.errors import FileError
from loaders.workbook import package
from loaders.workbook.cells import address
from loaders.workbook.reader import read_workbook
from tests.loaders.workbook.binary_book import binary_book


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_cells_stand_at_their_addresses_whatever_is_empty_before_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Khảo sát"
    sheet["C3"] = "Mỹ Đức"
    sheet["D4"] = 12
    [found] = read_workbook(saved(book), file_name="a.xlsx")
    assert found.name == "Khảo sát"
    rows = list(found.rows())
    assert (rows[2][2], rows[3][3]) == ("Mỹ Đức", 12)
    assert (address(2, 2), address(3, 3)) == ("C3", "D4")


def test_hidden_sheets_are_told() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Ẩn").sheet_state = "hidden"
    assert [sheet.is_visible for sheet in read_workbook(saved(book), file_name="a.xlsx")] == [True, False]


def test_codes_typed_as_text_keep_their_zeros() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "00007"
    assert read_workbook(saved(book), file_name="a.xlsx")[0].rows().__next__()[0] == "00007"


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


def truncated() -> bytes:
    return saved(openpyxl.Workbook())[:-200]


def zip_without_workbook() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook.empty"),
        (b"%PDF-1.7 ...", "workbook.not-a-workbook"),
        (b"\xff\xd8\xff\xe0", "workbook.not-a-workbook"),
        (encrypted(), "workbook.encrypted"),
        (truncated(), "workbook.damaged"),
        (zip_without_workbook(), "workbook.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "workbook.damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        read_workbook(content, file_name="khao_sat.xlsx")
    assert caught.value.code == code
    assert "khao_sat.xlsx" in str(caught.value)


def test_file_that_unpacks_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST_UNPACKED_BYTES", 1000)
    with pytest.raises(FileError) as caught:
        read_workbook(saved(openpyxl.Workbook()), file_name="bomb.xlsx")
    assert caught.value.code == "workbook.unpacks-too-large"


def test_real_census_table_is_read(shared_folder: Path) -> None:
    content = (shared_folder / "data" / "census_2019_households_by_ward.xlsx").read_bytes()
    [sheet] = read_workbook(content, file_name="census.xlsx")
    assert list(sheet.rows())[4][:4] == ["Tổng số", "", "", "26870079"]


def test_real_old_workbook_is_read(shared_folder: Path) -> None:
    content = (shared_folder / "data" / "gso_ward_changes_2019_2024.xls").read_bytes()
    sheets = read_workbook(content, file_name="gso.xls")
    assert sum(len(list(sheet.rows())) for sheet in sheets) > 10_000


def test_binary_workbook_is_read_like_any_other() -> None:
    rows: list[list[str | float]] = [["Xã", "Tổng số hộ"], ["Mỹ Đức", 3400.0], ["Mỹ Phú", 12.5]]
    [sheet] = read_workbook(binary_book(rows), file_name="a.xlsb")
    assert (sheet.name, list(sheet.rows())) == ("Khảo sát", rows)
