"""Own commune lists as offices keep them: entries read as written, headings, totals and notes left out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from geodata.errors import FileError
from geodata.former_history import past_of
from geodata.names import NameIndex
from geodata.own_lists import ENTRY_COLUMNS
from geodata.reconciliation import reconcile
from loaders.reference import load_former_units, load_unit_history, load_units
from loaders.survey import commune_lists
from loaders.survey.commune_lists import CommuneListReading, read_commune_list
from tests.own_commune_list import make_own_list

UNITS = load_units()
NAMES = NameIndex(UNITS, load_former_units())


def workbook(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(content: bytes, name: str = "danh_muc.xlsx") -> CommuneListReading:
    return read_commune_list(content, file_name=name, units=UNITS, names=NAMES)


def places(reading: CommuneListReading) -> list[tuple[str, str, str]]:
    return list(reading.entries[["province_name", "district_name", "name"]].itertuples(index=False, name=None))


def test_districts_written_once_headings_totals_and_notes() -> None:
    reading = read(
        workbook(
            ["DANH MỤC XÃ CÓ ĐIỆN"],
            ["STT", "Huyện", "Tên xã", "Ghi chú"],
            ["I", None, "TỈNH AN GIANG"],
            [1, "Huyện Châu Phú", "Xã Mỹ Đức", "điện 2010"],
            [2, None, "Mỹ Phú"],
            [None, None, "Cộng huyện Châu Phú", "2 xã"],
            [3, "An Phú", "TT. An Phú"],
            [None, None, "Tổng cộng", "3 xã"],
            [None, None, "Người lập biểu"],
        )
    )
    assert places(reading) == [
        ("TỈNH AN GIANG", "Huyện Châu Phú", "Xã Mỹ Đức"),
        ("TỈNH AN GIANG", "Huyện Châu Phú", "Mỹ Phú"),
        ("TỈNH AN GIANG", "An Phú", "TT. An Phú"),
    ]
    assert [(issue.cell, issue.code) for issue in reading.issues] == [
        (cell, "commune-list.row-left-out") for cell in ("C6", "C8", "C9")
    ]


def test_district_headings_in_the_column_of_names() -> None:
    rows = [
        ["TT", "Xã, phường, thị trấn"],
        ["A", "Huyện Châu Phú"],
        [1, "Mỹ Đức"],
        ["B", "Huyện An Phú"],
        [1, "Phú Hội"],
    ]
    assert places(read(workbook(*rows, title="An Giang"))) == [
        ("An Giang", "Huyện Châu Phú", "Mỹ Đức"),
        ("An Giang", "Huyện An Phú", "Phú Hội"),
    ]


def test_power_companies_stand_for_their_provinces_and_units_of_them_for_districts() -> None:
    rows = [
        ["STT", "Tên xã", "Ghi chú"],
        ["I", "Công ty Điện lực Trà Vinh"],
        [None, "Điện lực Trà Vinh"],
        [1, "Phường 4"],
        [None, "2. Điện lực Càng Long"],
        [2, "Xã Mỹ Cẩm"],
    ]
    expected = [("Trà Vinh", "Trà Vinh", "Phường 4"), ("Trà Vinh", "Càng Long", "Xã Mỹ Cẩm")]
    assert places(read(workbook(*rows))) == expected
    beside = [["Công ty Điện lực", "Huyện", "Tên xã"], ["PC Trà Vinh", "Điện lực Càng Long", "Xã Mỹ Cẩm"]]
    assert places(read(workbook(*beside))) == expected[1:]


@pytest.mark.parametrize(
    "header",
    [
        ["TT", "Tên đơn vị hành chính", "Mã ĐVHC"],
        ["Số TT", "Xã/phường/thị trấn", "Mã số xã"],
        ["No.", "Commune", "Commune code"],
        ["STT", "Tên ĐVHC", "Mã Tổng cục Thống kê"],
    ],
)
def test_headers_as_offices_write_them(header: list[str]) -> None:
    found = read(workbook(["Phụ lục 1"], header, [1, "Xã Mỹ Đức", "30469"])).entries
    assert found[["row", "name", "gso_code"]].to_numpy().tolist() == [[3, "Xã Mỹ Đức", "30469"]]


def test_commune_that_bears_the_name_of_a_province_is_no_heading() -> None:
    rows = [
        ["STT", "Huyện", "Tên xã"],
        [1, "Huyện Chợ Gạo", "Bình Phước"],
        [2, None, "Bình Phước"],
        ["", "", "Bình Phước"],
    ]
    reading = read(workbook(*rows))
    assert [name for _, _, name in places(reading)] == ["Bình Phước", "Bình Phước"]


def test_type_words_in_a_column_of_their_own_and_before_names() -> None:
    rows = [["Loại", "Tên xã", "Huyện"], ["P", 1, "Bến Tre"], ["", "P. 1", "Bến Tre"], ["TT", "2. Ba Tri", "Ba Tri"]]
    found = read(workbook(*rows)).entries
    assert found[["kind", "name"]].to_numpy().tolist() == [["P", "1"], ["", "P. 1"], ["TT", "Ba Tri"]]


@pytest.mark.parametrize(
    ("codes", "own", "official"),
    [(["30469", 337], ["", ""], ["30469", "00337"]), (["PB01", "PB02"], ["PB01", "PB02"], ["", ""])],
)
def test_whole_column_decides_whose_codes_it_holds(codes: list[Any], own: list[str], official: list[str]) -> None:
    rows = zip(codes, ("Mỹ Đức", "Mỹ Phú"), strict=True)
    found = read(workbook(["Mã xã", "Tên xã"], *rows)).entries
    assert found["own_code"].tolist() == own
    assert found["gso_code"].tolist() == official


def test_entries_need_not_be_in_any_official_list() -> None:
    reading = read(workbook(["Mã CMIS", "Tên xã", "Tỉnh"], ["PB1", "Nông trường 402", "Thái Bình"]))
    assert places(reading) == [("Thái Bình", "", "Nông trường 402")]
    assert reading.entries["own_code"].tolist() == ["PB1"]
    assert tuple(reading.entries.columns) == ENTRY_COLUMNS


def test_entry_without_a_name_is_told() -> None:
    reading = read(workbook(["Mã CMIS", "Tên xã"], ["A1", "=B9"], ["A2", "Mỹ Đức"]))
    assert reading.entries["own_code"].tolist() == ["A2"]
    assert [(issue.cell, issue.code) for issue in reading.issues] == [("A2", "commune-list.name-missing")]


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_spreadsheets_say_the_same(kind: str, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    content = workbook(
        ["STT", "Huyện", "Tên xã", "Mã xã"], [1, "Châu Phú", "Xã Mỹ Đức", "30469"], [2, "", "Mỹ Phú", 30472]
    )
    (tmp_path / "danh_muc.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "danh_muc.xlsx")], check=True, capture_output=True, timeout=180)
    found = read((tmp_path / f"danh_muc.{kind}").read_bytes(), f"danh_muc.{kind}").entries
    columns = ["row", "district_name", "name", "gso_code"]
    assert found[columns].equals(read(content).entries[columns])


def test_csv_is_read_as_well() -> None:
    reading = read("Mã đơn vị;Tên xã;Huyện;Tỉnh\nA1;Xã Mỹ Đức;Châu Phú;An Giang\n".encode(), "danh_muc.csv")
    assert places(reading) == [("An Giang", "Châu Phú", "Xã Mỹ Đức")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["Họ tên", "Chức vụ"], ["An", "Kỹ sư"]], "commune-list.header-missing"),
        ([["STT", "Tên xã"], [None, "Tổng cộng"]], "commune-list.empty"),
    ],
)
def test_what_is_no_commune_list_is_refused(rows: list[list[Any]], code: str) -> None:
    with pytest.raises(FileError) as caught:
        read(workbook(*rows))
    assert caught.value.code == code


def test_file_of_households_is_refused_early() -> None:
    lines = "\n".join(f"{number};Xã Mỹ Đức;Châu Phú" for number in range(commune_lists.MOST_ENTRIES + 2))
    with pytest.raises(FileError) as caught:
        read(f"STT;Tên xã;Huyện\n{lines}\n".encode(), "ho.csv")
    assert caught.value.code == "commune-list.too-long"


def test_book_of_2503_entries_is_reconciled_to_the_last_row() -> None:
    made = make_own_list()
    reading = read(made.content)
    assert len(reading.entries) == made.entries == 2503
    found = reconcile(reading.entries, UNITS, past=past_of(load_unit_history(), UNITS.list_date))
    assert found.counts == {"matched": 2462, "missing": 22, "extra": 2, "doubtful": 39}
    assert found.reason_counts == dict(made.expected)
    assert found.reason_counts["doubtful", "merged"] == 24
    assert (found.entries, found.official) == (2503, 2484)
