"""The workbook of a programme: a changed year or cost changes totals, budgets and warnings; no text is a formula."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from geodata.plan_data import PlanReport
from loaders.reports.programme_workbook import write_programme_workbook
from tests.plan_samples import EVIL_NAME, LONG_NAME, empty, infeasible, plan_report

SHEETS = [
    "Bìa",
    "Danh sách chương trình",
    "Theo năm",
    "Bán trực tiếp theo quý",
    "Đường dây cần xây dựng",
    "Giả định",
    "Lỗi số liệu đầu vào",
]


def opened(report: PlanReport, *, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(BytesIO(write_programme_workbook(report)), data_only=values)


def texts_of(sheet: Worksheet) -> set[str]:
    return {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}


def column_of(sheet: Worksheet, label: str) -> int:
    return next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == label)


def rows_of(sheet: Worksheet, column: int) -> dict[Any, list[Any]]:
    return {row[column].value: [cell.value for cell in row] for row in sheet.iter_rows() if row[column].value}


def test_sheets_and_their_names_in_both_languages() -> None:
    assert opened(plan_report()).sheetnames == SHEETS
    names = opened(plan_report("en")).sheetnames
    assert len({name.casefold() for name in names}) == len(SHEETS)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_list_has_a_row_a_point_or_hamlet_with_year_cost_and_reason() -> None:
    rows = rows_of(opened(plan_report())["Danh sách chương trình"], 3)
    assert rows["P1"][:3] == [1, 2022, "tiếp nhận"]
    assert rows["P1"][9:15] == [200, 1000, 5_000_000, 500, 10, 0.2]
    assert rows["P1"][16] == "Nhiều hộ nhất trên mỗi đồng vốn."
    assert rows["P3"][:2] == [None, None]
    assert rows["00123"][4] == LONG_NAME  # the code stays text


def test_years_are_formulas_over_the_list_with_their_present_results() -> None:
    formulas, values = (rows_of(opened(plan_report(), values=v)["Theo năm"], 0) for v in (False, True))
    assert formulas[2022][2] == "=SUMIFS(ds_von,ds_nam,A5)"
    #                      budget cost left take-overs connections households remaining margin cash cumulative
    assert values[2022][1:11] == pytest.approx([2600, 2500, 100, 1, 1, 250, 368, 55, -2445, -2445])
    assert values[2023][1:11] == pytest.approx([2500.5, 2500.5, 0, 2, 0, 320, 48, 230, -2270.5, -4715.5])
    assert values[2022][11] in (None, "")


def test_margin_and_cash_flow_agree_with_what_was_solved() -> None:
    report = plan_report()
    values = rows_of(opened(report, values=True)["Theo năm"], 0)
    for year in report.years.to_dict("records"):
        found = values[year["year"]]
        assert found[8] == pytest.approx(year["margin_vnd"] / 1e6)
        assert found[9] == pytest.approx(year["cash_flow_vnd"] / 1e6)
        assert found[7] == year["households_remaining"]


def test_money_left_is_carried_over_only_where_the_rules_let_it() -> None:
    values = rows_of(opened(plan_report(carries_over=True), values=True)["Theo năm"], 0)
    formulas = rows_of(opened(plan_report(carries_over=True))["Theo năm"], 0)
    assert values[2023][3] == pytest.approx(100)
    assert formulas[2023][3] == "=B6-C6+D5"
    assert rows_of(opened(plan_report())["Theo năm"], 0)[2023][3] == "=B6-C6"


def test_the_other_rules_are_held_against_the_list() -> None:
    values = rows_of(opened(plan_report(), values=True)["Theo năm"], 0)
    assert values["Số hộ được hưởng tối thiểu: Tỉnh Trà Vinh"][1:4] == ["mọi năm", 300, 300]
    assert values["Số hộ còn lại tối đa: Huyện Châu Phú, Tỉnh An Giang"][1:5] == [2022, 60, 60, None]


def test_a_broken_rule_is_warned_of_and_counted_on_the_cover() -> None:
    limits = plan_report().limits.assign(limit=[44.0, 44.0, 301.0, 59.0])
    book = opened(plan_report(limits=limits), values=True)
    values = rows_of(book["Theo năm"], 0)
    assert values["Số hộ được hưởng tối thiểu: Tỉnh Trà Vinh"][4] == "quá ít"
    assert values["Số hộ còn lại tối đa: Huyện Châu Phú, Tỉnh An Giang"][4] == "quá nhiều"
    assert rows_of(book["Bìa"], 0)["Số cảnh báo ở trang theo năm"][1] == 2


def test_cover_tells_result_rules_stamp_and_that_data_are_synthetic() -> None:
    texts = texts_of(opened(plan_report())["Bìa"])
    assert {"tối ưu", "Ngân sách 5.100,5 triệu đồng trong 2 năm.", "v7", "ab" * 32, "648/QĐ-BCT"} <= texts
    assert "Số liệu tổng hợp để trình diễn, không phải số liệu thật." in texts
    assert "Phương án 1: Tỉnh An Giang, Tỉnh Trà Vinh, 2022–2023" in texts


def test_without_a_programme_the_cover_says_why() -> None:
    book = opened(infeasible())
    assert "Phải làm P1 (1.000 triệu đồng) nhưng ngân sách chỉ có 900." in texts_of(book["Bìa"])
    values = rows_of(opened(infeasible(), values=True)["Theo năm"], 0)
    assert values[2022][2:8] == [0, 2600, 0, 0, 0, 618]


@pytest.mark.parametrize("code", ["vi", "en"])
def test_what_is_not_there_is_said_in_a_sentence(code: str) -> None:
    book = opened(empty(code))
    for number in (1, 3, 4, 6):
        assert len(texts_of(book.worksheets[number])) == 3  # title, what it is of, the sentence


def test_names_of_users_never_become_formulas() -> None:
    book = opened(plan_report())
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == EVIL_NAME]
    assert len(cells) == 3  # name, organisation, sentence of a problem
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_note_that_looks_like_a_formula_or_a_name_with_quotes_does_not_break_the_file() -> None:
    rows = plan_report().rows.assign(province_name='Tỉnh "A"')
    limits = plan_report().limits.assign(province_name='Tỉnh "A"')
    book = opened(plan_report(note="=1+1", title='="x"', rows=rows, limits=limits))
    assert {cell.data_type for row in book["Bìa"].iter_rows() for cell in row if cell.value == "=1+1"} == {"s"}
    assert any('"Tỉnh ""A"""' in str(cell.value) for row in book["Theo năm"].iter_rows() for cell in row)


def test_long_names_are_wrapped_and_have_room() -> None:
    sheet = opened(plan_report())["Danh sách chương trình"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == LONG_NAME)
    assert cell.alignment.wrap_text
    assert sheet.row_dimensions[cell.row].height >= 60


def test_sheets_print_on_a4_with_frozen_heads() -> None:
    book = opened(plan_report())
    for sheet in book:
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert str(sheet.oddFooter.right.text).endswith("&P / &N")
    assert all(book[name].freeze_panes and book[name].print_title_rows for name in SHEETS[1:])
    assert book["Danh sách chương trình"].page_setup.orientation == "landscape"


def test_years_are_chosen_from_those_of_the_programme() -> None:
    sheet = opened(plan_report())["Danh sách chương trình"]
    [rule] = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert (rule.formula1, str(rule.sqref)) == ('"2022,2023"', "B5:B10")


def test_same_report_gives_the_same_bytes_and_carries_its_stamp() -> None:
    assert write_programme_workbook(plan_report()) == write_programme_workbook(plan_report())
    found = {one.name: one.value for one in opened(plan_report()).custom_doc_props.props}
    assert (found["phudien_request_sha256"], found["phudien_data_version"]) == ("ab" * 32, "v7")


def _recomputed(file: Path, folder: Path) -> Workbook:
    """Let LibreOffice reckon a workbook anew that holds no results."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([office, profile, "--headless", *convert, str(file)], check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(folder / "out" / file.name, data_only=True)


@pytest.mark.office
def test_libreoffice_reckons_the_same_and_follows_a_change(tmp_path: Path) -> None:
    book = opened(plan_report())
    book.save(tmp_path / "plain.xlsx")  # this library drops the stored results
    listed = book["Danh sách chương trình"]
    [row] = [cell.row for cell in listed["D"] if cell.value == "P3"]
    listed.cell(row, 2, 2022)  # P3, 40 households for 2,000 million VND, in 2022
    book.save(tmp_path / "changed.xlsx")

    plain, ours = _recomputed(tmp_path / "plain.xlsx", tmp_path), opened(plan_report(), values=True)
    compared = 0
    for sheet in opened(plan_report()):
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            here, there = (one[sheet.title][cell.coordinate].value for one in (ours, plain))
            assert (here or 0) == (pytest.approx(there or 0) if not isinstance(there, str) else there), cell.coordinate
            compared += 1
    assert compared > 30

    changed = _recomputed(tmp_path / "changed.xlsx", tmp_path)
    years = rows_of(changed["Theo năm"], 0)
    assert years[2022][2:7] == pytest.approx([4500, -1900, 2, 1, 290])
    assert years[2022][11] == "vượt ngân sách"
    assert years[2023][7] == 8
    cover = rows_of(changed["Bìa"], 0)
    assert cover["Số cảnh báo ở trang theo năm"][1] == 1
    assert cover["Số hộ được hưởng"][1] == 610
