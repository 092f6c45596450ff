"""An office's own form: filled in place, rows repeated with what belongs to them, nothing half-filled or invented."""

from __future__ import annotations

import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from geodata.errors import FileError
from geodata.language import Language
from geodata.report_data import ProvinceReport
from loaders.reports import form_filling, form_values
from loaders.reports.form_fields import BY_HAND, REPORT, SCOPES_VI, load_form_fields
from loaders.reports.form_filling import FilledForm, fill_form
from loaders.survey.issues import WARNING
from tests import report_samples

VI = Language("vi")
TAKEOVERS = pd.DataFrame(
    {
        "organisation_name": ["HTX Long Điền"],
        "communes": [2],
        "commune_codes": ["26560 26572"],
        "points": [3],
        "households_behind": [120],
        "line_km": [4.5],
    }
)


def report() -> ProvinceReport:
    return replace(report_samples.much_left(), takeovers=TAKEOVERS)


def form(write: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    write(book.active)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled(write: Callable[[Any], None]) -> FilledForm:
    return fill_form(form(write), file_name="mau.xlsx", report=report())


def opened(result: FilledForm) -> Any:
    assert result.content is not None, [issue.message(VI) for issue in result.issues]
    return openpyxl.load_workbook(BytesIO(result.content))


def name(sheet: Worksheet, word: str, reference: str) -> None:
    sheet.parent.defined_names[word] = DefinedName(word, attr_text=reference)


def table(sheet: Any, *, row: int = 3) -> None:
    """A table of communes with a heading above, a total below, and a ratio in each row."""
    sheet.cell(row - 1, 1, "Xã")
    sheet.cell(row, 1, "{{xa.ten}}")
    sheet.cell(row, 2, "{{xa.tong_so_ho}}")
    sheet.cell(row, 3, "{{commune.households_grid}}")
    sheet.cell(row, 4, f"=C{row}/B{row}")
    sheet.cell(row + 1, 1, "Cộng")
    sheet.cell(row + 1, 2, f"=SUM(B{row}:B{row})")
    sheet.cell(row + 1, 3, f"=SUM(C{row - 1}:C{row})")
    sheet.cell(row + 1, 4, f"=C{row + 1}/B{row + 1}")


# ---- single fields


def test_named_cells_and_markers_get_typed_values() -> None:
    def write(sheet: Any) -> None:
        name(sheet, "ho_co_dien", "Sheet!$B$2")
        sheet["A1"] = "{{tinh}}"
        sheet["A2"] = "{{ngay_so_lieu}}"
        sheet["A3"] = "{{ty_le_ho_co_dien}}"
        sheet["A4"] = "{{ Households_All }}"

    sheet = opened(filled(write)).active
    assert sheet["B2"].value == 20788
    assert sheet["A1"].value == report().province_name
    assert sheet["A2"].value.date() == date(2021, 6, 30)
    assert sheet["A3"].value == pytest.approx(20788 / 21000, abs=1e-6)
    assert (sheet["A3"].number_format, sheet["B2"].number_format) == ("0.00%", "#,##0")
    assert sheet["A4"].value == 21000


def test_fields_within_a_text_are_written_as_readers_write_them() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = "BÁO CÁO {{quy}} - {{tinh}}: {{tong_so_ho}} hộ, {{ty_le_ho_co_dien}}, đến {{ngay_so_lieu}}"

    value = opened(filled(write)).active["A1"].value
    assert value == "BÁO CÁO Quý II/2021 - Tỉnh Bà Rịa - Vũng Tàu: 21.000 hộ, 98,99%, đến 30/06/2021"


def test_a_format_of_the_office_stays() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = "{{ho_co_dien}}"
        sheet["A1"].number_format = "0"
        sheet["A1"].font = Font(name="Times New Roman", bold=True, size=13)

    cell = opened(filled(write)).active["A1"]
    assert cell.number_format == "0"
    assert (cell.font.name, cell.font.bold, cell.font.size) == ("Times New Roman", True, 13)


def test_a_name_on_merged_cells_fills_them() -> None:
    def write(sheet: Any) -> None:
        sheet.merge_cells("B2:D3")
        name(sheet, "ten_tinh", "Sheet!$B$2:$D$3")

    sheet = opened(filled(write)).active
    assert sheet["B2"].value == report().province_name
    assert [area.coord for area in sheet.merged_cells.ranges] == ["B2:D3"]


def test_what_the_store_does_not_hold_is_left_blank_and_listed() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = "{{ho_thanh_thi_nguon_tai_cho}}"
        sheet["A2"] = "{{tong_so_ho_quy_truoc}}"

    bare = replace(report(), history=report().history.tail(1))
    result = fill_form(form(write), file_name="mau.xlsx", report=bare)
    sheet = opened(result).active
    assert (sheet["A1"].value, sheet["A2"].value) == (None, None)
    assert [(blank.cells, blank.reason) for blank in result.blanks] == [
        ("A1", form_filling.TO_FILL_IN),
        ("A2", form_filling.NOT_REPORTED),
    ]
    assert result.blanks[0].message(VI) == (
        'Trang tính "Sheet", A1: Hộ thành thị chỉ dùng nguồn tại chỗ (ho_thanh_thi_nguon_tai_cho): cần điền tay vì hệ '
        "thống không lưu số liệu này."
    )


# ---- rows


def test_a_row_is_repeated_for_each_commune_and_sums_follow() -> None:
    sheet = opened(filled(table)).active
    communes = report().communes
    assert [sheet.cell(row, 1).value for row in range(3, 10)] == list(communes["commune_name"])
    assert [sheet.cell(row, 2).value for row in range(3, 9)] == [4000, 1500, 5000, 2400, 1900, 6200]
    assert sheet["B9"].value is None  # the commune that did not report
    assert [sheet.cell(row, 4).value for row in (3, 4, 9)] == ["=C3/B3", "=C4/B4", "=C9/B9"]
    assert [sheet.cell(10, column).value for column in range(1, 5)] == [
        "Cộng",
        "=SUM(B3:B9)",
        "=SUM(C2:C9)",
        "=C10/B10",
    ]


def test_formats_heights_and_merges_are_repeated_and_those_below_move() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        side = Side(style="thin")
        for column in (1, 2, 3, 4, 5, 6):
            sheet.cell(3, column).border = Border(left=side, bottom=side)
        sheet["A3"].alignment = Alignment(wrap_text=True)
        sheet.merge_cells("E3:F3")
        sheet.merge_cells("A6:D6")
        sheet.merge_cells("A1:D1")
        sheet.row_dimensions[3].height = 30
        sheet.row_dimensions[6].height = 50
        sheet["A6"] = "Người lập"

    sheet = opened(filled(write)).active
    assert {sheet.row_dimensions[row].height for row in range(3, 10)} == {30}
    assert sheet.row_dimensions[12].height == 50
    assert sheet["A12"].value == "Người lập"
    merged = {area.coord for area in sheet.merged_cells.ranges}
    assert merged == {"A1:D1", "A12:D12", *(f"E{row}:F{row}" for row in range(3, 10))}
    assert all(sheet.cell(row, 2).border.bottom.style == "thin" for row in range(3, 10))
    assert all(sheet.cell(row, 6).border.bottom.style == "thin" for row in range(3, 10))
    assert sheet["A9"].alignment.wrap_text


def test_validations_conditions_print_and_filters_grow_with_the_rows() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        validation = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        validation.add("B3")
        sheet.add_data_validation(validation)
        sheet.conditional_formatting.add("D3:D4", FormulaRule(formula=["$D3<0.9"], fill=PatternFill("solid", "FFFF00")))
        sheet.print_area = "A1:D4"
        sheet.print_title_rows = "2:2"
        sheet.auto_filter.ref = "A2:D3"
        sheet.page_setup.orientation = "landscape"
        sheet.freeze_panes = "B3"

    sheet = opened(filled(write)).active
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["B3:B9"]
    assert [str(c.sqref) for c in sheet.conditional_formatting] == ["D3:D10"]
    assert sheet.print_area == "'Sheet'!$A$1:$D$10"
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.auto_filter.ref == "A2:D9"
    assert (sheet.page_setup.orientation, sheet.freeze_panes) == ("landscape", "B3")


def test_two_tables_on_one_sheet_each_grow() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        sheet["A7"] = "{{to_chuc.ten}}"
        sheet["B7"] = "{{to_chuc.so_ho}}"
        sheet["B8"] = "=SUM(B7:B7)+B4"

    sheet = opened(filled(write)).active
    assert [sheet.cell(row, 2).value for row in (13, 14, 15)] == [2090, 210, "=SUM(B13:B14)+B10"]
    assert sheet["A10"].value == "Cộng"


def test_formulas_on_other_sheets_and_names_follow() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        other = sheet.parent.create_sheet("Tổng hợp")
        other["A1"] = "=Sheet!B4"
        other["A2"] = "=SUM(Sheet!B3:B3)"
        other["A3"] = "=SUM(B3:B3)"  # of its own sheet
        name(sheet, "vung_so_lieu", "Sheet!$B$3:$B$4")

    book = opened(filled(write))
    other = book["Tổng hợp"]
    assert [other[f"A{row}"].value for row in (1, 2, 3)] == ["=Sheet!B10", "=SUM(Sheet!B3:B9)", "=SUM(B3:B3)"]
    assert book.defined_names["vung_so_lieu"].attr_text == "Sheet!$B$3:$B$10"


def test_a_sum_within_the_row_stays_within_it() -> None:
    def write(sheet: Any) -> None:
        sheet["A3"] = "{{xa.tong_so_ho}}"
        sheet["B3"] = "{{xa.ho_co_dien}}"
        sheet["C3"] = "=SUM(A3:B3)"

    sheet = opened(filled(write)).active
    assert [sheet[f"C{row}"].value for row in (3, 4, 9)] == ["=SUM(A3:B3)", "=SUM(A4:B4)", "=SUM(A9:B9)"]


def test_a_share_of_the_total_within_the_row_takes_all_rows() -> None:
    def write(sheet: Any) -> None:
        sheet["A3"] = "{{xa.tong_so_ho}}"
        sheet["B3"] = "=A3/SUM($A$3:$A$3)"

    sheet = opened(filled(write)).active
    assert [sheet[f"B{row}"].value for row in (3, 9)] == ["=A3/SUM($A$3:$A$9)", "=A9/SUM($A$3:$A$9)"]


def test_sheets_with_odd_names_are_followed() -> None:
    def write(sheet: Any) -> None:
        sheet.title = "Quý 'II' 2021"
        table(sheet)
        other = sheet.parent.create_sheet("Tổng")
        other["A1"] = "='Quý ''II'' 2021'!B4+SUM('Quý ''II'' 2021'!B3:B3)"

    assert opened(filled(write))["Tổng"]["A1"].value == "='Quý ''II'' 2021'!B10+SUM('Quý ''II'' 2021'!B3:B9)"


def test_a_formula_that_names_one_cell_of_the_row_is_told() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        sheet["F1"] = "=B3*2"

    result = filled(write)
    assert [(issue.code, issue.cell, issue.severity) for issue in result.issues] == [
        ("form.formula-of-one-row", "F1", WARNING)
    ]


def test_a_table_without_rows_leaves_its_row_blank_and_says_so() -> None:
    def write(sheet: Any) -> None:
        sheet["A2"] = "{{to_chuc.ten}}"
        sheet["B2"] = "{{to_chuc.so_ho}}"
        sheet["B3"] = "=SUM(B2:B2)"

    bare = replace(report(), organisations=report().organisations.head(0))
    result = fill_form(form(write), file_name="mau.xlsx", report=bare)
    sheet = opened(result).active
    assert [sheet["A2"].value, sheet["B2"].value, sheet["B3"].value] == [None, None, "=SUM(B2:B2)"]
    assert {blank.reason for blank in result.blanks} == {form_filling.NO_ROWS}


def test_a_field_of_the_report_within_a_row_is_the_same_in_each() -> None:
    def write(sheet: Any) -> None:
        sheet["A2"] = "{{xa.tong_so_ho}}"
        sheet["B2"] = "{{tong_so_ho}}"
        sheet["C2"] = "{{xa.ten}}, {{tinh}}"

    sheet = opened(filled(write)).active
    assert [sheet[f"B{row}"].value for row in (2, 3, 8)] == [21000] * 3
    assert sheet["C3"].value == "Xã Tân Hưng, Tỉnh Bà Rịa - Vũng Tàu"


@pytest.mark.parametrize("scope", sorted(SCOPES_VI))
def test_every_scope_can_be_repeated(scope: str) -> None:
    fields = [one for one in load_form_fields().all if one.scope == scope]

    def write(sheet: Any) -> None:
        for column, one in enumerate(fields, start=1):
            sheet.cell(2, column, f"{{{{{one.names[0]}}}}}")

    result = filled(write)
    rows = form_values.rows_of(report(), scope)
    sheet = opened(result).active
    for column, one in enumerate(fields, start=1):
        for place, row in enumerate(rows):
            shown = sheet.cell(2 + place, column).value
            expected: Any = row.get(one.key)
            if isinstance(expected, float):
                expected = pytest.approx(expected)
            assert (shown.date() if one.kind == "date" and shown else shown) == expected


def test_blank_cells_of_a_column_are_named_one_by_one() -> None:
    result = filled(lambda sheet: sheet.__setitem__("C5", "{{xa.tong_so_ho}}"))
    assert [(blank.cells, blank.reason) for blank in result.blanks] == [("C11", form_filling.NOT_REPORTED)]


# ---- vocabulary


def test_every_field_of_the_store_has_a_value_and_those_by_hand_have_none() -> None:
    held = {REPORT: form_values.values_of(report())}
    whole = replace(
        report(),
        bulk_points=pd.DataFrame(
            {column: ["x"] for column in ["organisation_name", "point_code", "master_meter", "commune_name"]}
            | {column: [1] for column in ["district_name", "households_behind", "loss_share", "line_km"]}
        ),
        unserved_hamlets=pd.DataFrame(
            {column: ["x"] for column in ["hamlet_code", "hamlet_name", "commune_name", "district_name"]}
            | {column: [1] for column in ["households_without_grid", "grid_distance_km"]}
        ),
    )
    held |= {scope: form_values.rows_of(whole, scope)[0] for scope in SCOPES_VI}
    for one in load_form_fields().all:
        assert (one.key in held[one.scope]) == (one.source != BY_HAND), one.names[0]


def test_names_are_told_apart_and_can_name_cells() -> None:
    names = [word for one in load_form_fields().all for word in one.names]
    assert len(names) == len(set(names))
    assert all(one.meaning_vi and one.meaning_en for one in load_form_fields().all)
    assert {one.kind for one in load_form_fields().all} == {"text", "count", "number", "share", "date"}


def test_a_field_in_a_text_of_several_fonts_is_filled() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = CellRichText("Tỉnh: ", TextBlock(InlineFont(b=True), "{{tinh}}"))
        sheet["A2"] = CellRichText("không có ", TextBlock(InlineFont(b=True), "trường"))

    result = filled(write)
    assert result.content is not None
    sheet: Any = openpyxl.load_workbook(BytesIO(result.content), rich_text=True).active
    assert sheet["A1"].value == f"Tỉnh: {report().province_name}"
    assert isinstance(sheet["A2"].value, CellRichText)  # a text without a field keeps its fonts


def test_a_cell_a_million_rows_below_costs_nothing() -> None:
    def write(sheet: Any) -> None:
        table(sheet)
        sheet["A1000000"] = "=B4"

    before = time.perf_counter()
    sheet = opened(filled(write)).active
    assert time.perf_counter() - before < 10
    assert sheet["A1000006"].value == "=B10"


# ---- what is wrong with a form


def wrong(write: Callable[[Any], None]) -> list[tuple[str, str]]:
    result = filled(write)
    assert result.content is None
    return [(issue.code, issue.cell) for issue in result.issues]


def test_an_unknown_field_is_told_with_its_cell_and_the_nearest_name() -> None:
    def write(sheet: Any) -> None:
        sheet["B7"] = "{{ho_co_dine}}"
        sheet["C7"] = "{{xa.tong_so_h0}}"
        sheet["D7"] = "{{qqqqqq}}"

    result = filled(write)
    assert result.content is None
    assert [(issue.cell, issue.suggestion) for issue in result.issues] == [
        ("B7", "ho_co_dien"),
        ("C7", "xa.tong_so_ho"),
        ("D7", None),
    ]
    assert result.issues[0].message(VI) == (
        'Trang tính "Sheet", ô B7: Không có trường "ho_co_dine". Gần nhất là "ho_co_dien". Tất cả các trường: danh '
        "sách dưới biểu mẫu trên trang, hoặc `phudien report fill --fields`."
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"A1": "{{tinh"}, "form.marker-open"),
        ({"A1": "{{tinh}} và {{quy"}, "form.marker-open"),
        ({"A1": '="Tỉnh "&"{{tinh}}"'}, "form.marker-in-formula"),
        ({"A1": "{{xa.ten}} {{to_chuc.ten}}"}, "form.two-tables-in-row"),
    ],
)
def test_what_cannot_be_meant_is_refused(cells: dict[str, str], code: str) -> None:
    def write(sheet: Any) -> None:
        for place, text in cells.items():
            sheet[place] = text

    assert wrong(write) == [(code, "A1")]


def test_tables_side_by_side_are_refused() -> None:
    def write(sheet: Any) -> None:
        sheet["A2"], sheet["D2"] = "{{xa.ten}}", "{{to_chuc.ten}}"

    assert wrong(write) == [("form.two-tables-in-row", "D2")]


def test_a_repeated_row_in_cells_merged_over_rows_is_refused() -> None:
    def write(sheet: Any) -> None:
        sheet["A2"] = "{{xa.ten}}"
        sheet.merge_cells("A2:A3")

    assert wrong(write) == [("form.row-in-merged", "A2")]


@pytest.mark.parametrize(
    ("word", "reference", "code"),
    [
        ("ho_co_dien", "Sheet!$A$1:$B$2", "form.name-over-cells"),
        ("ho_co_dien", "Sheet!$D$9", "form.name-on-formula"),
    ],
)
def test_names_that_cannot_be_filled_are_refused(word: str, reference: str, code: str) -> None:
    def write(sheet: Any) -> None:
        sheet["D9"] = "=1+1"
        name(sheet, word, reference)

    assert [found for found, _ in wrong(write)] == [code]


def test_a_name_that_is_like_a_field_is_a_warning_and_others_are_left_alone() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = "{{tinh}}"
        name(sheet, "ho_co_dienn", "Sheet!$B$1")
        name(sheet, "he_so_k", "Sheet!$B$2")
        name(sheet, "hang_so", "0.05")

    result = filled(write)
    assert [(issue.code, issue.severity, issue.suggestion) for issue in result.issues] == [
        ("form.name-unknown", WARNING, "ho_co_dien")
    ]
    assert opened(result).active["B1"].value is None


@pytest.mark.parametrize("file_name", ["mau.xlsm", "mau.xls", "mau.ods", "mau.csv"])
def test_other_files_are_refused_with_the_reason(file_name: str) -> None:
    content = form(lambda sheet: sheet.__setitem__("A1", "{{tinh}}"))
    with pytest.raises(FileError) as caught:
        fill_form(content, file_name=file_name, report=report())
    assert caught.value.code == ("form.with-macros" if file_name.endswith("m") else "form.not-xlsx")


def test_macros_are_found_whatever_the_file_is_called() -> None:
    buffer = BytesIO(form(lambda sheet: sheet.__setitem__("A1", "{{tinh}}")))
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(FileError) as caught:
        fill_form(buffer.getvalue(), file_name="mau.xlsx", report=report())
    assert caught.value.code == "form.with-macros"


def test_a_form_without_fields_is_refused() -> None:
    with pytest.raises(FileError) as caught:
        fill_form(form(lambda sheet: sheet.__setitem__("A1", "Tỉnh")), file_name="mau.xlsx", report=report())
    assert caught.value.code == "form.without-fields"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 xls"])
def test_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(FileError):
        fill_form(content, file_name="mau.xlsx", report=report())


# ---- what stays, and what is said


def test_a_protected_sheet_is_filled_stays_protected_and_is_told() -> None:
    def write(sheet: Any) -> None:
        sheet["A1"] = "{{tinh}}"
        sheet["A1"].protection = Protection(locked=True)
        sheet.protection.set_password("mat-khau")
        sheet.protection.enable()

    result = filled(write)
    sheet = opened(result).active
    assert sheet["A1"].value == report().province_name
    assert sheet.protection.sheet
    assert sheet.protection.password
    assert 'Trang tính "Sheet" được bảo vệ; đã điền và vẫn giữ bảo vệ.' in result.notes


def test_shapes_and_sparklines_are_said_to_be_lost_before_anything_is_given() -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write("A1", "{{tinh}}")
    sheet.insert_textbox("C3", "Ghi chú")
    sheet.add_sparkline("D1", {"range": "Sheet1!A5:C5"})
    sheet.write_row("A5", [1, 2, 3])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Sheet1!$A$5:$C$5"})
    sheet.insert_chart("F5", chart)
    book.close()
    notes = fill_form(buffer.getvalue(), file_name="mau.xlsx", report=report()).notes
    assert "Không giữ được: hình vẽ và hộp văn bản." in notes
    assert "Không giữ được: biểu đồ nhỏ trong ô (sparkline)." in notes
    assert "Giữ được nhưng vẽ lại: biểu đồ. Hãy xem lại." in notes


def test_a_chart_below_moves_and_reads_the_new_rows() -> None:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("S")
    sheet.write_row("A2", ["{{xa.ten}}", "{{xa.tong_so_ho}}"])
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=S!$A$2:$A$2", "values": "=S!$B$2:$B$2"})
    sheet.insert_chart("D5", chart)
    book.close()
    result = fill_form(buffer.getvalue(), file_name="mau.xlsx", report=report())
    [drawn] = opened(result)["S"]._charts
    assert drawn.series[0].val.numRef.f == "S!$B$2:$B$8"
    assert drawn.anchor._from.row == 4 + 6


def test_names_from_the_store_never_become_formulas() -> None:
    odd = report().organisations.assign(organisation_name='=HYPERLINK("http://x","y")')
    content = form(lambda sheet: sheet.__setitem__("A1", "{{to_chuc.ten}}"))
    result = fill_form(content, file_name="mau.xlsx", report=replace(report(), organisations=odd))
    assert {opened(result).active[f"A{row}"].data_type for row in (1, 2)} == {"s"}


def test_the_same_form_and_report_give_the_same_bytes() -> None:
    content = form(table)
    results = [fill_form(content, file_name="mau.xlsx", report=report()).content for _ in range(2)]
    assert results[0] == results[1]


def test_the_file_carries_the_stamp_of_its_figures() -> None:
    properties = opened(filled(table)).custom_doc_props
    assert {one.name: one.value or "" for one in properties.props} == report().stamp()


@settings(max_examples=8, deadline=None)
@given(st.integers(2, 12), st.lists(st.integers(0, 15), min_size=1, max_size=4))
def test_what_stands_around_a_repeated_row_stays_whole(row: int, others: list[int]) -> None:
    def write(sheet: Any) -> None:
        for other in others:
            if other + 1 != row:
                sheet.cell(other + 1, 1, f"dòng {other + 1}")
        sheet.cell(row, 1, "{{xa.ma}}")

    sheet = opened(filled(write)).active
    found = [cell.value for [cell] in sheet.iter_rows(max_col=1) if cell.value is not None]
    before = [f"dòng {n + 1}" for n in sorted(set(others)) if n + 1 < row]
    after = [f"dòng {n + 1}" for n in sorted(set(others)) if n + 1 > row]
    assert found == [*before, *report().communes.index, *after]


@pytest.mark.office
def test_libreoffice_reckons_the_filled_form(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    result = filled(table)
    assert result.content is not None
    (tmp_path / "filled.xlsx").write_bytes(result.content)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "out"), str(tmp_path / "filled.xlsx")], check=True, capture_output=True, timeout=180
    )
    sheet = openpyxl.load_workbook(tmp_path / "out" / "filled.xlsx", data_only=True).active
    assert sheet is not None
    assert [sheet["B10"].value, sheet["C10"].value] == [21000, 20788]
    assert sheet["D10"].value == pytest.approx(20788 / 21000)
