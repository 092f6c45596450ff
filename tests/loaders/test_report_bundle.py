"""Many reports in one zip file: whole or not there at all, the same bytes for the same reports; its index."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from geodata.errors import FileError
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ReportFigure
from loaders.reports.bundle import ReportBundle
from loaders.reports.index_workbook import IndexRow, write_index

MOMENT = datetime(2021, 7, 15, tzinfo=UTC)


def write_two(target: Path) -> bytes:
    with ReportBundle(target) as bundle:
        bundle.add("a.csv", b"a\n" * 100)
        bundle.add("b.pdf", b"%PDF" * 100)
        bundle.finish()
    return target.read_bytes()


def test_bundle_holds_its_files_and_same_files_give_same_bytes(tmp_path: Path) -> None:
    first, second = write_two(tmp_path / "one" / "r.zip"), write_two(tmp_path / "two" / "r.zip")
    assert first == second
    with zipfile.ZipFile(BytesIO(first)) as packed:
        assert packed.namelist() == ["a.csv", "b.pdf"]
        assert packed.read("b.pdf") == b"%PDF" * 100
        assert packed.testzip() is None


def test_unfinished_bundle_leaves_nothing_and_an_earlier_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "r.zip"
    target.write_bytes(b"earlier")
    with ReportBundle(target) as bundle:
        bundle.add("a.csv", b"a")
    assert [path.name for path in tmp_path.iterdir()] == ["r.zip"]
    assert target.read_bytes() == b"earlier"


def test_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FileError) as caught:
        ReportBundle(tmp_path / "taken" / "r.zip")
    assert caught.value.code == "bundle.unwritable"
    assert "r.zip" in Language("en").explain(caught.value)


def figure(numerator: int | None, denominator: int | None) -> ReportFigure:
    return ReportFigure(
        "direct_share", "", "Direct sale", "share", 2, "higher", numerator, denominator, None, None, 1, 1
    )


def test_index_links_files_gives_figures_as_numbers_and_tells_what_failed() -> None:
    rows = [
        IndexRow("89", "Tỉnh An Giang", {"xlsx": "phudien_89.xlsx"}, (figure(9, 10),), "f" * 64, ""),
        IndexRow("84", "Tỉnh Trà Vinh", {}, (), "", "=no figures"),
    ]
    content = write_index(rows, Language("en"), period=Period(2021, 2), data_version="v9", moment=MOMENT)
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert table[0] == [
        "No.", "Province", ".xlsx", "Direct sale (%)", "Status", "Fingerprint of the figures", "Problem",
    ]  # fmt: skip
    assert table[1] == [1, "Tỉnh An Giang (89)", "xlsx", 0.9, "", "f" * 16, ""]
    assert table[2] == [2, "Tỉnh Trà Vinh (84)", "–", "–", "", "", "=no figures"]
    assert sheet["C5"].hyperlink.target == "phudien_89.xlsx"
    assert "1 of 2 provinces" in str(sheet["A2"].value)
    assert content == write_index(rows, Language("en"), period=Period(2021, 2), data_version="v9", moment=MOMENT)
