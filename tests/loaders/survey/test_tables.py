"""Tables as offices write them: headers of several lines, hierarchies, totals, several tables, hidden parts."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from geodata.names import NameIndex
from geodata.periods import Period
from loaders.reference import load_former_units, load_units
from loaders.survey.columns import match_label
from loaders.survey.reading import SurveyReading, read_survey
from loaders.survey.templates import load_template

TEMPLATE = load_template("commune_survey")
UNITS = load_units()
NAMES = NameIndex(UNITS, load_former_units())


def read_book(*fills: Callable[[Worksheet], None], **options: Any) -> SurveyReading:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for number, fill in enumerate(fills):
        fill(book.create_sheet(f"S{number}"))
    buffer = BytesIO()
    book.save(buffer)
    return read(buffer.getvalue(), "a.xlsx", **options)


def read(content: bytes, file_name: str, **options: Any) -> SurveyReading:
    return read_survey(content, file_name=file_name, template=TEMPLATE, units=UNITS, names=NAMES, **options)


def rows(*lines: list[Any]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(line)

    return fill


def codes(reading: SurveyReading) -> list[str]:
    return [issue.code for issue in reading.issues]


HEADER = ["Huyện", "Xã", "Tổng số hộ", "Số hộ có điện lưới"]
TITLE = ["TỔNG HỢP ĐIỆN KHÍ HÓA TỈNH AN GIANG – QUÝ II/2021"]
# All three are of Huyện Châu Phú, An Giang.
MY_DUC, MY_PHU, BINH_PHU = ["Xã Mỹ Đức", 100, 98], ["Xã Mỹ Phú", 50, 50], ["Xã Bình Phú", 30, 20]


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("Tổng số hộ",), "households_all"),
        (("1. Tổng số hộ (hộ)",), "households_all"),
        (("Tổng sô hộ dan",), "households_all"),
        (("Số hộ có điện", "Tổng số"), "households_grid"),
        (("Số hộ có điện", "Thành thị"), "households_grid_urban"),
        (("Số hộ chưa có điện",), "households_without"),
        (("Tổng số",), "households_all"),
        (("Số điện thoại",), ""),
        (("Diện tích",), ""),
    ],
)
def test_labels_mean_columns(parts: tuple[str, ...], key: str) -> None:
    assert match_label(parts, TEMPLATE)[0] == key


def test_likeness_is_told() -> None:
    reading = read_book(rows(TITLE, ["Huyện", "Xã", "Tổng sô hộ dna", "Số hộ có điện lưới"], ["Châu Phú", *MY_DUC]))
    [issue] = [issue for issue in reading.issues if issue.code == "survey.column-likely"]
    assert (issue.cell, reading.rows_valid) == ("C2", 1)


def test_district_that_stands_once_holds_for_the_rows_below() -> None:
    reading = read_book(rows(TITLE, HEADER, ["Châu Phú", *MY_DUC], ["", *MY_PHU], [None, *BINH_PHU]))
    assert codes(reading) == []
    assert reading.figures["commune_code"].tolist() == ["30469", "30472", "30496"]


def test_heading_rows_hold_for_the_rows_below() -> None:
    table = rows(
        TITLE,
        ["STT", "Đơn vị", "Tổng số hộ", "Số hộ có điện lưới"],
        ["I", "Huyện Châu Phú"],
        [1, *MY_DUC],
        [2, *MY_PHU],
        ["", "Cộng", 150, 148],
        ["II", "Thị xã Tân Châu"],
        [1, "Xã Vĩnh Hòa", 10, 10],
        ["", "Cộng", 10, 10],
        ["", "Tổng cộng", 160, 158],
    )
    reading = read_book(table)
    assert [code for code in codes(reading) if code != "survey.column-unread"] == ["survey.total-left-out"]
    assert reading.rows_valid == 3


def test_heading_right_below_the_header_is_no_line_of_it() -> None:
    table = rows(TITLE, HEADER, ["", "Huyện Châu Phú"], ["", *MY_DUC], ["", *MY_PHU])
    reading = read_book(table)
    assert reading.issues == ()
    assert reading.rows_valid == 2


def test_table_without_names_of_places_is_told_row_by_row() -> None:
    reading = read_book(rows(TITLE, ["", "Tổng số hộ", "Số hộ có điện lưới"], ["a", 100, 98], ["b", 50, 50]))
    assert codes(reading) == ["survey.commune-missing"] * 2


def test_total_that_differs_from_its_rows_is_told_and_never_taken() -> None:
    reading = read_book(rows(TITLE, HEADER, ["Châu Phú", *MY_DUC], ["", *MY_PHU], ["", "Tổng cộng", 151, 148]))
    [issue, left_out] = reading.issues
    assert (issue.code, issue.severity, issue.cell) == ("survey.total-differs", "warning", "C5")
    assert (issue.values["typed"], issue.values["reckoned"]) == (151, 150)
    assert left_out.code == "survey.total-left-out"
    assert reading.rows_read == 2


def test_subtotal_of_a_district_row_is_checked() -> None:
    table = rows(TITLE, HEADER, ["Huyện Châu Phú", "", 150, 147], ["", *MY_DUC], ["", *MY_PHU])
    reading = read_book(table)
    assert next((i.code, i.cell) for i in reading.issues) == ("survey.total-differs", "D3")
    assert reading.rows_valid == 2


def test_header_of_three_lines_with_merged_cells() -> None:
    def fill(sheet: Worksheet) -> None:
        rows(
            TITLE,
            ["Huyện", "Xã", "Số hộ", "", "", "Số hộ có điện lưới", "", ""],
            ["", "", "Tổng số", "Trong đó", "", "Tổng số", "Trong đó", ""],
            ["", "", "", "Thành thị", "Nông thôn", "", "Thành thị", "Nông thôn"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
            ["Châu Phú", "Xã Mỹ Đức", 100, 0, 100, 98, 0, 98],
        )(sheet)
        for merged in ("C2:E2", "F2:H2", "D3:E3", "G3:H3", "A2:A4", "B2:B4", "C3:C4", "F3:F4"):
            sheet.merge_cells(merged)

    reading = read_book(fill)
    assert reading.tables[0].header_row == 4
    keys = [column.key for column in reading.tables[0].columns]
    assert keys[2:5] == ["households_all", "households_all_urban", "households_all_rural"]
    assert keys[5:] == ["households_grid", "households_grid_urban", "households_grid_rural"]
    assert reading.figures["households_grid_rural"].tolist() == [98]


def test_several_tables_in_one_sheet_and_several_sheets() -> None:
    one = rows(
        ["Huyện Châu Phú, quý II/2021"], HEADER[1:], MY_DUC, MY_PHU, [], ["Ghi chú: số liệu tạm tính"],
        ["Thị xã Tân Châu, quý III/2021"], HEADER[1:], ["Xã Vĩnh Hòa", 10, 10],
    )  # fmt: skip
    two = rows(["Huyện Châu Phú, quý IV/2021"], HEADER[1:], BINH_PHU)
    reading = read_book(one, two)
    assert [(table.sheet, table.header_row) for table in reading.tables] == [("S0", 2), ("S0", 8), ("S1", 2)]
    found = list(zip(reading.figures["commune_code"], reading.figures["period"], strict=True))
    assert found == [
        ("30469", "2021-Q2"),
        ("30472", "2021-Q2"),
        ("30385", "2021-Q3"),
        ("30496", "2021-Q4"),
    ]
    assert reading.cells["sheet"].tolist() == ["S0", "S0", "S0", "S1"]


def test_several_provinces_in_one_file() -> None:
    header = ["Tỉnh", *HEADER]
    reading = read_book(
        rows(
            ["Quý II/2021"],
            header,
            ["An Giang", "Châu Phú", *MY_DUC],
            ["Trà Vinh", "Châu Thành", "Hòa Lợi", 20, 20],
            ["Hà Nội", "Ba Đình", "Phúc Xá", 20, 20],
        )
    )
    assert reading.figures["commune_code"].tolist() == ["30469", "29401"]
    assert codes(reading) == ["survey.other-province"]


def test_hidden_rows_are_read_and_told_and_hidden_sheets_are_not_read() -> None:
    def hidden_row(sheet: Worksheet) -> None:
        rows(TITLE, HEADER, ["Châu Phú", *MY_DUC], ["", *MY_PHU])(sheet)
        sheet.row_dimensions[4].hidden = True

    def hidden_sheet(sheet: Worksheet) -> None:
        rows(TITLE, HEADER, ["Châu Phú", *BINH_PHU])(sheet)
        sheet.sheet_state = "hidden"

    reading = read_book(hidden_row, hidden_sheet)
    assert reading.rows_valid == 2
    assert Counter(codes(reading)) == {"survey.rows-hidden": 1, "survey.sheet-hidden": 1}


def test_formula_without_its_result_is_an_error() -> None:
    reading = read_book(rows(TITLE, HEADER, ["Châu Phú", "Xã Mỹ Đức", "=50+50", 98]))
    assert next((issue.code, issue.cell) for issue in reading.issues) == ("survey.formula-uncounted", "C3")
    assert reading.rows_valid == 0


def in_windows_1258(text: str) -> bytes:
    """Encode as Windows does: letters that the code page lacks become a letter and its tone."""
    codes = []
    for letter in text:
        try:
            codes.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            *base, tone = unicodedata.normalize("NFD", letter)
            if len(base) == 2 and "\u0323" in base:  # NFD puts the dot below before the circumflex
                base, tone = [base[0], tone], "\u0323"
            codes.append((unicodedata.normalize("NFC", "".join(base)) + tone).encode("cp1258"))
    return b"".join(codes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_delimited_text_of_every_kind(encoding: str, separator: str) -> None:
    lines = [HEADER, ["Châu Phú", *MY_DUC], ["", *MY_PHU]]
    text = "\r\n".join(separator.join(map(str, line)) for line in lines)
    content = text.encode(encoding) if encoding != "cp1258" else in_windows_1258(text)
    reading = read(content, "an_giang.csv", period=Period(2021, 2))
    assert [issue for issue in reading.issues if issue.severity == "error"] == []
    assert reading.figures["commune_code"].tolist() == ["30469", "30472"]


def test_tcvn3_sheet_is_converted_and_told() -> None:
    table = rows(
        ["TØnh An Giang, quý II/2021"],
        ["HuyÖn", "X·", "Tæng sè hé", "Sè hé cã ®iÖn l­íi"],
        ["Ch©u Phó", "X· Mü §øc", 100, 98],
        ["", "X· Mü Phó", 50, 50],
    )
    reading = read_book(table, period=Period(2021, 2))
    assert reading.figures["commune_code"].tolist() == ["30469", "30472"]
    assert "survey.text-converted" in codes(reading)


def test_rows_of_merged_communes_are_added_up() -> None:
    header = ["Tỉnh", "Huyện", "Xã", "Tổng số hộ", "Số hộ có điện lưới", "Hộ sau công tơ tổng"]
    place = ["Tiền Giang", "Tân Phước"]
    town, commune = [*place, "Thị trấn Mỹ Phước", 100, 98, 7], [*place, "Xã Mỹ Phước", 20, 20, ""]
    reading = read_book(rows(["Quý II/2021"], header, town, commune))
    assert reading.figures["households_all"].tolist() == [120]
    assert reading.figures["households_bulk"].isna().all()
    assert Counter(codes(reading)) == {"survey.commune-followed": 1, "survey.communes-merged": 1}
    assert codes(read_book(rows(["Quý II/2021"], header, town, town))) == ["survey.commune-doubled"]


@pytest.mark.shared
def test_real_census_is_read_right(shared_folder: Path) -> None:
    content = (shared_folder / "data" / "census_2019_households_by_ward.xlsx").read_bytes()
    reading = read(content, "census.xlsx", period=Period(2019, 2))
    counts = Counter(codes(reading))
    assert reading.rows_read == 2513  # the communes of the 21 provinces in January 2019
    assert counts["survey.other-province"] == 42
    assert counts["survey.total-differs"] == 0
    [totals] = [issue for issue in reading.issues if issue.code == "survey.total-left-out"]
    # The three others are island districts without communes, and told as such.
    assert (totals.values["found"], totals.values["agreeing"]) == (776, 773)
    assert counts["survey.total-without-rows"] == 3
    # Communes merged since then are followed and added up; three were divided, and nothing is guessed for them.
    refused = [issue.code for issue in reading.issues if issue.severity == "error"]
    assert refused == ["survey.commune-ambiguous"] * 3
    assert reading.rows_valid == 2510
    assert len(reading.figures) == 2484
    assert int(reading.figures.set_index("commune_code")["households_all"]["22738"]) == 4133


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_kinds_of_workbook_read_alike(tmp_path: Path, kind: str) -> None:
    """Let LibreOffice save the same survey in another format."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    rows(TITLE, HEADER, ["Châu Phú", *MY_DUC], ["", *MY_PHU], ["", "Tổng cộng", 150, 148])(page)
    page.row_dimensions[4].hidden = True
    book.save(tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    reading = read((tmp_path / f"a.{kind}").read_bytes(), f"a.{kind}")
    assert reading.figures["commune_code"].tolist() == ["30469", "30472"]
    assert reading.figures["households_all"].tolist() == [100, 50]
    assert "survey.total-left-out" in codes(reading)
    assert [issue for issue in reading.issues if issue.severity != "info"] == []
