"""The province report as a workbook: its formulas give its figures, its pages print, nothing missing becomes 0."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import STAMP_KEYS, ProvinceReport
from geodata.tables import BULK_POINT_COLUMNS, HAMLET_COLUMNS
from loaders.reports import map_image
from loaders.reports.province_workbook import write_province_workbook
from tests.loaders.small_report import company, figures, point, small_report

GOLDEN = Path(__file__).parent.parent / "golden"
SHEETS = [
    "Bìa",
    "Tóm tắt",
    "Theo huyện",
    "Theo xã",
    "Theo quý",
    "Tiến độ",
    "Tổ chức mua buôn",
    "Xã còn mua buôn",
    "Điểm mua buôn (công tơ tổng)",
    "Ấp chưa có điện",
    "Công trình 2081",
    "Biến động đơn vị hành chính",
    "Chất lượng số liệu",
    "Nguồn số liệu",
]


def opened(report: ProvinceReport, *, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(BytesIO(write_province_workbook(report)), data_only=values)


def rows_of(sheet: Worksheet, column: int) -> dict[str, list[Any]]:
    """Return the rows of a sheet by the text in one of their columns."""
    return {str(row[column].value): [cell.value for cell in row] for row in sheet.iter_rows() if row[column].value}


def texts_of(sheet: Worksheet) -> set[str]:
    return {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}


def values_of(content: bytes) -> dict[str, list[list[Any]]]:
    """Return what the cells of every sheet say, without blank rows and blanks at the end of a row."""
    found: dict[str, list[list[Any]]] = {}
    for sheet in openpyxl.load_workbook(BytesIO(content), data_only=True):
        rows = []
        for row in sheet.iter_rows(values_only=True):
            cells = [round(cell, 9) if isinstance(cell, float) else cell for cell in row]
            while cells and cells[-1] in (None, ""):
                cells.pop()
            if cells:
                rows.append([str(cell) if isinstance(cell, datetime) else cell for cell in cells])
        found[sheet.title] = rows
    return found


@pytest.mark.parametrize("code", ["vi", "en"])
def test_every_cell_says_what_was_reviewed(code: str) -> None:
    """The file is made anew by ``python -m tests.loaders.test_province_workbook``, then reviewed by eye."""
    golden = json.loads((GOLDEN / f"province_workbook_{code}.json").read_text("utf-8"))
    assert values_of(write_province_workbook(small_report(code))) == golden


def test_sheets_stand_in_the_order_of_the_report_and_are_linked_from_its_cover() -> None:
    book = opened(small_report())
    assert book.sheetnames == SHEETS
    links = [str(cell.hyperlink.location) for row in book["Bìa"].iter_rows() for cell in row if cell.hyperlink]
    assert sorted(links) == sorted(f"'{name}'!A1" for name in SHEETS[1:])


@pytest.mark.parametrize("code", ["vi", "en"])
def test_names_of_sheets_are_such_as_excel_takes(code: str) -> None:
    names = opened(small_report(code)).sheetnames
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_cover_names_province_quarter_decision_and_state_of_the_data() -> None:
    report = small_report(of_company={"is_synthetic": True})
    texts = texts_of(opened(report)["Bìa"])
    assert {"CÔNG TY ĐIỆN LỰC AN GIANG", "Tỉnh An Giang", "Quý II/2021", report.fingerprint} <= texts
    assert "Decision 1/QĐ of 08/11/2013: 99.5% of households by 2025." in texts
    assert "08:00 15/07/2021" in texts  # in the clock of Vietnam
    assert "Số liệu tổng hợp để trình diễn, không phải số liệu thật." in texts
    assert set(report.assessment) <= texts


def test_file_carries_the_stamp_of_its_figures() -> None:
    report = small_report(of_company={"as_of": datetime(2021, 8, 1, tzinfo=UTC)})
    book = opened(report)
    found = {prop.name: str(prop.value or "") for prop in book.custom_doc_props.props}
    assert {key: found[key] for key in STAMP_KEYS} == report.stamp()
    assert all(report.fingerprint[:12] in str(sheet.oddFooter.center.text) for sheet in book)
    assert all("v7" in str(sheet.oddFooter.left.text) for sheet in book)


def test_summary_is_one_page_with_figures_target_status_map_and_two_charts() -> None:
    sheet = opened(small_report())["Tóm tắt"]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 1), (None, None))
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (len(sheet._charts), len(sheet._images)) == (2, 1)
    grid = rows_of(opened(small_report(), values=True)["Tóm tắt"], 0)["Tỷ lệ hộ có điện lưới"]
    assert grid[1:3] == pytest.approx([1490 / 1500, 1870 / 1900])
    assert grid[3] == pytest.approx((1490 / 1500 - 1870 / 1900) * 100)
    assert str(grid[5]) == "2025-12-31 00:00:00"
    assert [grid[4], *grid[6:10]] == [0.995, 3, 0.2, 0, "▲ chậm so với lộ trình"]
    texts = texts_of(opened(small_report())["Tóm tắt"])
    assert any("không bằng nhau" in text and "Hộ có điện lưới" in text for text in texts)  # one commune is silent now


def test_a_change_of_a_share_is_shown_in_points_and_of_a_count_in_households() -> None:
    sheet = opened(small_report())["Tóm tắt"]
    forms = {str(row[0].value): row[3].number_format for row in sheet.iter_rows() if row[0].value}
    assert forms["Tỷ lệ hộ có điện lưới"] == '+0.00" điểm %";−0.00" điểm %";0.00" điểm %"'
    assert forms["Số hộ còn sau công tơ tổng"] == '+#,##0" hộ";−#,##0" hộ";#,##0" hộ"'


def test_figures_are_formulas_all_the_way_down_to_the_counts() -> None:
    book = opened(small_report())
    summary = rows_of(book["Tóm tắt"], 0)["Số hộ chưa có điện lưới"]
    assert str(summary[1]).startswith("=IF(ISNUMBER('Theo quý'!")
    counts = rows_of(book["Theo quý"], 0)["Số hộ chưa có điện lưới"]
    assert "SUMIFS('Theo xã'!" in str(counts[1])
    assert rows_of(book["Theo huyện"], 0)["Huyện Châu Phú"][1].startswith("='Theo xã'!")


def test_formulas_use_functions_that_every_excel_since_2010_knows() -> None:
    known = {"AND", "COUNT", "COUNTIFS", "IF", "IFERROR", "ISNUMBER", "N", "SUBTOTAL", "SUM", "SUMIFS"}
    cells = (cell for sheet in opened(small_report()) for row in sheet.iter_rows() for cell in row)
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    assert len(formulas) > 100
    assert all(formula.startswith("=") and not formula.startswith("==") for formula in formulas)
    assert {name for formula in formulas for name in re.findall(r"([A-Z.]+)\(", formula)} <= known


def test_missing_stays_blank_and_sums_leave_it_out() -> None:
    values = rows_of(opened(small_report(), values=True)["Theo xã"], 1)
    assert values["Xã Mỹ Phú"][3:12] == [None] * 9
    assert values["Tỉnh An Giang"][3:7] == [1500, 1490, 1190, 300]
    assert values["Huyện Châu Phú"][3] == 500
    assert values["Thị trấn An Phú"][15] in (None, "")  # no rural households: no share of them


def test_shares_are_formulas_over_communes_that_reported_both_parts() -> None:
    formulas, values = (rows_of(opened(small_report(), values=v)["Theo xã"], 1) for v in (False, True))
    assert formulas["Xã Mỹ Đức"][12].startswith("=IF(AND(ISNUMBER(")
    assert values["Xã Mỹ Đức"][12] == pytest.approx(0.98)
    assert formulas["Tỉnh An Giang"][14].startswith("=IFERROR(SUMIFS(")
    assert values["Tỉnh An Giang"][14] == pytest.approx(300 / 1490)
    assert formulas["Huyện Châu Phú"][3].count("SUBTOTAL(9") == 1


def test_sheets_print_on_a4_one_page_wide_with_their_header_on_every_page() -> None:
    book = opened(small_report())
    for sheet in book:
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert str(sheet.oddFooter.right.text).endswith("&P / &N")
    tables = SHEETS[2:12]
    assert all(book[name].print_title_rows for name in tables)
    assert all(book[name].freeze_panes for name in tables)


def test_only_paragraphs_of_the_cover_stand_in_merged_cells() -> None:
    book = opened(small_report())
    assert not any(sheet.merged_cells.ranges for sheet in book if sheet.title != "Bìa")


def test_totals_and_columns_have_names() -> None:
    book = opened(small_report())
    total = book.defined_names["ho_co_dien"]
    [(sheet, cell)] = list(total.destinations)
    assert opened(small_report(), values=True)[sheet][cell].value == 1490
    [(sheet, cells)] = list(book.defined_names["xa_ma"].destinations)
    codes = [cell.value for row in book[sheet][cells] for cell in row if cell.value]
    assert codes == ["30337", "30469", "30472"]


def test_codes_that_look_like_numbers_are_declared_as_meant() -> None:
    content = write_province_workbook(small_report())
    book = openpyxl.load_workbook(BytesIO(content))
    assert [cell.value for cell in book["Điểm mua buôn (công tơ tổng)"]["C"]][-3:-1] == ["00123", "00123"]
    with zipfile.ZipFile(BytesIO(content)) as package:
        marked = [name for name in package.namelist() if b"numberStoredAsText" in package.read(name)]
    assert len(marked) == 3  # communes, points, works


def test_what_is_not_there_is_said_in_a_sentence_and_has_no_empty_grid() -> None:
    done = figures()
    done["households_direct"], done["households_bulk"] = done["households_grid"], 0
    report = small_report(
        of_company={
            "figures": done,
            "points": company().points.iloc[:0],
            "hamlets": pd.DataFrame(columns=pd.Index(HAMLET_COLUMNS)),
            "works": company().works.iloc[:0],
        },
        of_province={"unit_events": (), "progress": pd.DataFrame(), "targets": {}, "decisions": ()},
    )
    book = opened(report)
    for name, sentence in {
        "Tổ chức mua buôn": "không còn tổ chức nào mua buôn",
        "Xã còn mua buôn": "Không còn xã nào",
        "Điểm mua buôn (công tơ tổng)": "Không còn điểm mua buôn nào",
        "Ấp chưa có điện": "Không ghi nhận thôn, ấp nào",
        "Công trình 2081": "Không ghi nhận công trình nào",
        "Biến động đơn vị hành chính": "Không có xã nào của tỉnh thay đổi",
        "Tiến độ": "Chưa",
    }.items():
        texts = texts_of(book[name])
        assert any(sentence in text for text in texts), name
        assert len(texts) == 3  # title, province and quarter, the sentence
    assert "Chưa có mục tiêu cho tỉnh." in texts_of(book["Bìa"])


def test_a_province_with_everything_direct_gets_the_map_of_who_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    drawn = map_image.draw_map
    monkeypatch.setattr(
        map_image, "draw_map", lambda report, **how: asked.append(how["measure"]) or drawn(report, **how)
    )
    done = figures()
    done["households_direct"], done["households_bulk"] = done["households_grid"], 0
    write_province_workbook(small_report(of_company={"figures": done}))
    write_province_workbook(small_report())
    assert asked == ["households_to_connect", "direct_share"]


def test_long_names_are_wrapped_and_have_room() -> None:
    long = "Hợp tác xã dịch vụ điện nông thôn và nước sạch Phan Rang - Tháp Chàm, tỉnh Ninh Thuận"
    points = pd.DataFrame([point("P1", long, 40), point("P2", "HTX", 3)]).reindex(columns=pd.Index(BULK_POINT_COLUMNS))
    sheet = opened(small_report(of_company={"points": points}))["Tổ chức mua buôn"]
    cells = {str(cell.value): cell for cell in sheet["A"]}
    assert cells[long].alignment.wrap_text
    assert sheet.row_dimensions[cells[long].row].height == 30
    assert sheet.row_dimensions[cells["HTX"].row].height in (None, 15)  # 15 is what a row has anyway


def test_names_from_users_never_become_formulas() -> None:
    evil = '=HYPERLINK("http://x","y")'
    points = pd.DataFrame([point("P1", evil, 40)]).reindex(columns=pd.Index(BULK_POINT_COLUMNS))
    book = opened(small_report(of_company={"points": points}))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == evil]
    assert len(cells) == 2
    assert {cell.data_type for cell in cells} == {"s"}


def test_quarters_in_which_communes_changed_are_marked() -> None:
    days = pd.to_datetime(["2021-04-10", "2021-05-01", "2021-06-01"])
    changes = pd.DataFrame({"valid_date": days, "kind": "renamed"})
    sheet = opened(small_report(of_province={"unit_changes": changes}))["Theo quý"]
    [row] = [row for row in sheet.iter_rows() if row[0].value == "Quý II/2021 ▲"]
    assert row[9].value == "10/04/2021, 01/05/2021, 01/06/2021"
    assert sheet.row_dimensions[row[9].row].height == 30


def test_same_report_gives_the_same_bytes() -> None:
    assert write_province_workbook(small_report()) == write_province_workbook(small_report())


counts = st.one_of(st.none(), st.integers(0, 3000))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(counts, st.integers(0, 500)), min_size=2, max_size=2))
def test_exported_counts_are_read_back(rows: list[tuple[int | None, int]]) -> None:
    table = figures()
    now = table.index[table["period"] == "2021-Q2"]
    for place, (grid, rest) in zip(now, rows, strict=True):
        table.loc[place, "households_grid"] = pd.NA if grid is None else grid
        table.loc[place, "households_all"] = pd.NA if grid is None else grid + rest
    values = rows_of(opened(small_report(of_company={"figures": table}), values=True)["Theo xã"], 1)
    assert [values[name][4] for name in ("Thị trấn An Phú", "Xã Mỹ Đức")] == [grid for grid, _ in rows]


def _recomputed(files: list[Path], folder: Path) -> list[Path]:
    """Let LibreOffice reckon workbooks anew that hold no results."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    command = [office, profile, "--headless", *convert, *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return [folder / "out" / file.name for file in files]


@pytest.mark.office
def test_libreoffice_reckons_the_same_figures_and_follows_a_correction(tmp_path: Path) -> None:
    """Another library drops all stored results; LibreOffice reckons them anew, from the counts and a corrected one."""
    workspace = Workspace(tmp_path / "demo")
    workspace.make_demo()
    content = write_province_workbook(ReportFiles(workspace).build("89", Period(2021, 2), Language("vi")))
    plain, corrected = tmp_path / "plain.xlsx", tmp_path / "corrected.xlsx"
    openpyxl.load_workbook(BytesIO(content)).save(plain)
    book = opened(small_report())
    [row] = [cell.row for cell in book["Theo xã"]["B"] if cell.value == "Xã Mỹ Đức"]
    book["Theo xã"].cell(row, 6, 300)
    book["Theo xã"].cell(row, 7, 190)
    book.save(corrected)
    plain, corrected = _recomputed([plain, corrected], tmp_path)

    ours, formulas = (openpyxl.load_workbook(BytesIO(content), data_only=v) for v in (True, False))
    theirs = openpyxl.load_workbook(plain, data_only=True)
    compared = 0
    for sheet in formulas:
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            own, found = (book[sheet.title][cell.coordinate].value for book in (ours, theirs))
            assert found == (pytest.approx(own) if own not in (None, "") else own) or not (own or found), cell
            compared += 1
    assert compared > 900

    book = openpyxl.load_workbook(corrected, data_only=True)
    values = rows_of(book["Theo xã"], 1)
    for name, expected in (("Tỉnh An Giang", [1500, 1490, 1200, 290]), ("Huyện Châu Phú", [500, 490, 300, 190])):
        assert values[name][3:7] == expected
    summary = rows_of(book["Tóm tắt"], 0)
    assert summary["Tỷ lệ hộ mua điện trực tiếp"][1] == pytest.approx(1200 / 1490)
    assert summary["Số hộ còn sau công tơ tổng"][1:4] == [290, 600, -310]


if __name__ == "__main__":
    for language in ("vi", "en"):
        found = values_of(write_province_workbook(small_report(language)))
        sheets = [
            f"{json.dumps(name, ensure_ascii=False)}: [\n"
            + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            + "\n]"
            for name, rows in found.items()
        ]
        text = "{\n" + ",\n".join(sheets) + "\n}\n"
        (GOLDEN / f"province_workbook_{language}.json").write_text(text, "utf-8")
