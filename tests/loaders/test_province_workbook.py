"""The province report: its formulas give its figures, its pages print, nothing missing becomes 0."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.indicators import read_indicators
from coverage.programme_works import WORKS_TABLE_COLUMNS
from coverage.report import CompanyTables, ProvinceTables, build_province_report
from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.tables import BULK_POINT_COLUMNS, FIGURE_COLUMNS, FIGURE_KEY, HAMLET_COLUMNS, MEASURES
from loaders.reference import load_units
from loaders.reference.tables import load_indicator_table
from loaders.reports.province_workbook import write_province_workbook

UNITS = load_units()
INDICATORS = read_indicators(load_indicator_table())
VI = Language("vi")
HEADER_ROW, TOTAL_ROW = 11, 12
"""As the sheet counts them."""


def figures(*rows: dict[str, Any], period: str = "2021-Q2") -> pd.DataFrame:
    table = pd.DataFrame([{"period": period, **row} for row in rows], columns=pd.Index(FIGURE_COLUMNS))
    return table.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")})


def point(code: str, organisation: str, households: int) -> dict[str, Any]:
    return {
        "point_code": code,
        "commune_code": "30469",
        "organisation_name": organisation,
        "households_behind": households,
        "takeover_state": "bulk",
        "loss_share": 0.1,
        "line_km": 2.0,
    }


NO_UPLOADS = pd.DataFrame(columns=pd.Index(["commune_code", "batch_id", "accepted_at"]))
ONE_CHANGE = pd.DataFrame({"valid_date": pd.to_datetime(["2021-04-10"]), "kind": ["renamed"]})


def report(
    table: pd.DataFrame,
    *points: dict[str, Any],
    language: Language = VI,
    is_synthetic: bool = False,
    changes: pd.DataFrame = ONE_CHANGE,
) -> bytes:
    company = CompanyTables(
        units=UNITS,
        figures=table,
        points=pd.DataFrame(list(points), columns=pd.Index(BULK_POINT_COLUMNS)),
        hamlets=pd.DataFrame(columns=pd.Index(HAMLET_COLUMNS)),
        works=pd.DataFrame(columns=pd.Index(WORKS_TABLE_COLUMNS)),
        indicators=INDICATORS,
        reported_in=[UNITS.list_date],
        basis=pd.Series(EXACT, index=UNITS.communes.index),
        partly_reported=(),
        unplaced=(),
        data_version="v7",
        data_date=date(2021, 7, 15),
        data_moment=datetime(2021, 7, 15, 1, tzinfo=UTC),
        as_of=None,
        is_synthetic=is_synthetic,
    )
    outlines = gpd.GeoDataFrame({"commune_code": [], "is_approximate": []}, geometry=[], crs=4326)
    province = ProvinceTables(unit_changes=changes, unit_events=(), uploads=NO_UPLOADS, outlines=outlines)
    data = build_province_report("89", Period(2021, 2), company, province, language)
    return write_province_workbook(data)


TWO = figures(
    {
        "commune_code": "30469",
        "households_all": 100,
        "households_grid": 98,
        "households_direct": 58,
        "households_bulk": 40,
    },
    {"commune_code": "30472", "households_all": 200, "households_grid": 200, "households_direct": 200},
)


def rows_of(content: bytes, *, values: bool) -> dict[str, list[Any]]:
    sheet = openpyxl.load_workbook(BytesIO(content), data_only=values).worksheets[0]
    return {str(row[1].value): [cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)}


def test_title_names_province_quarter_and_day() -> None:
    sheet = openpyxl.load_workbook(BytesIO(report(TWO, is_synthetic=True))).worksheets[0]
    assert sheet["A2"].value == "CÔNG TY ĐIỆN LỰC AN GIANG"
    assert sheet["A8"].value == "Tỉnh An Giang, Quý II/2021 (số liệu đến ngày 30/06/2021)"
    assert "không phải số liệu thật" in str(sheet["A9"].value)


def test_real_data_have_no_synthetic_banner() -> None:
    sheet = openpyxl.load_workbook(BytesIO(report(TWO))).worksheets[0]
    assert sheet["A9"].value is None
    assert "phiếu khảo sát đã chấp nhận" in str(sheet.oddFooter.center.text)


def test_every_commune_stands_under_its_district() -> None:
    names = list(rows_of(report(TWO), values=True))
    assert names.index("Huyện Châu Phú") < names.index("Xã Mỹ Đức") < names.index("Huyện Tịnh Biên")
    sheet = openpyxl.load_workbook(BytesIO(report(TWO))).worksheets[0]
    codes = [cell.value for cell in sheet["C"] if cell.value and str(cell.value).isdigit()]
    assert sorted(codes) == sorted(UNITS.communes_of("89").index)


def test_long_names_of_organisations_are_wrapped() -> None:
    long = "Hợp tác xã dịch vụ điện nông thôn và nước sạch Mỹ Đức, huyện Châu Phú"
    sheet = openpyxl.load_workbook(BytesIO(report(TWO, point("P1", long, 40), point("P2", "HTX", 3)))).worksheets[2]
    cells = {str(cell.value): cell for cell in sheet["A"]}
    assert cells[long].alignment.wrap_text
    assert sheet.row_dimensions[cells[long].row].height == 45
    assert sheet.row_dimensions[cells["HTX"].row].height in (None, 15)  # 15 is what a row has anyway


def test_two_days_of_change_in_a_quarter_have_room() -> None:
    days = pd.to_datetime(["2021-04-10", "2021-05-01", "2021-06-01"])
    changes = pd.DataFrame({"valid_date": days, "kind": "renamed"})
    sheet = openpyxl.load_workbook(BytesIO(report(TWO, changes=changes))).worksheets[1]
    [cell] = [cell for cell in sheet["G"] if cell.value and "10/04/2021" in str(cell.value)]
    assert cell.value == "10/04/2021, 01/05/2021, 01/06/2021"
    assert sheet.row_dimensions[cell.row].height == 30
    assert sheet.column_dimensions["G"].width >= len("10/04/2021, 01/05/2021,")


def test_missing_stays_blank_and_sums_leave_it_out() -> None:
    values = rows_of(report(TWO), values=True)
    assert values["Xã Mỹ Phú"][6] is None
    assert values["Xã Ô Long Vỹ"][3] is None
    assert values["Tỉnh An Giang"][3:7] == [300, 298, 258, 40]
    assert values["Huyện An Phú"][3] in (None, "")


def test_shares_are_formulas_over_communes_that_reported_both_parts() -> None:
    formulas, values = rows_of(report(TWO), values=False), rows_of(report(TWO), values=True)
    assert formulas["Xã Mỹ Đức"][12].startswith("=IF(AND(ISNUMBER(")
    assert values["Xã Mỹ Đức"][12] == pytest.approx(0.98)
    assert formulas["Tỉnh An Giang"][14].startswith("=IFERROR(SUMIFS(")
    assert values["Tỉnh An Giang"][14] == pytest.approx(40 / 98)
    assert formulas["Huyện Châu Phú"][3].count("SUBTOTAL(9") == 1


def test_prints_on_a4_landscape_with_repeated_header_and_version() -> None:
    book = openpyxl.load_workbook(BytesIO(report(TWO)))
    for sheet in book.worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape") or (
            sheet.page_setup.paperSize,
            sheet.page_setup.orientation,
        ) == ("9", "landscape")
        assert "v7" in str(sheet.oddFooter.left.text)
    assert book.worksheets[0].print_title_rows == f"${HEADER_ROW}:${HEADER_ROW}"
    assert not any(sheet.merged_cells.ranges for sheet in book.worksheets)
    assert set(book.defined_names) >= {"ho_tong_so", "ho_co_dien"}


def test_there_are_charts_and_the_rest() -> None:
    book = openpyxl.load_workbook(BytesIO(report(TWO, point("P1", "Hợp tác xã A", 40))))
    assert book.sheetnames == ["Báo cáo", "Theo huyện và quý", "Phần còn lại", "Nguồn và ghi chú"]
    names = [cell.value for cell in book["Phần còn lại"]["A"]]
    assert {"Xã Mỹ Đức", "Hợp tác xã A"} <= set(names)
    missing = [row[1].value for row in book["Nguồn và ghi chú"].iter_rows() if row[0].value == "Các xã chưa báo cáo"]
    assert "Xã Ô Long Vỹ (Huyện Châu Phú)" in str(missing[0])


def test_quarters_in_which_communes_changed_are_marked() -> None:
    sheet = openpyxl.load_workbook(BytesIO(report(TWO)))["Theo huyện và quý"]
    marked = [row[6].value for row in sheet.iter_rows() if row[0].value == "Quý II/2021 ▲"]
    assert marked == ["10/04/2021"]


def test_names_from_users_never_become_formulas() -> None:
    content = report(TWO, point("P1", '=HYPERLINK("http://x","y")', 40))
    cells = [
        cell for cell in openpyxl.load_workbook(BytesIO(content))["Phần còn lại"]["A"] if "HYPERLINK" in str(cell.value)
    ]
    assert [cell.data_type for cell in cells] == ["s"]


def test_english_report_has_no_vietnamese_headers() -> None:
    book = openpyxl.load_workbook(BytesIO(report(TWO, language=Language("en"))))
    assert book.sheetnames[0] == "Report"
    assert book.worksheets[0].cell(HEADER_ROW, 5).value == "With grid power"


def test_same_report_gives_the_same_bytes() -> None:
    assert report(TWO) == report(TWO)


counts = st.one_of(st.none(), st.integers(0, 3000))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(counts, st.integers(0, 500)), min_size=3, max_size=3))
def test_exported_counts_are_read_back(rows: list[tuple[int | None, int]]) -> None:
    table = figures(
        *(
            {"commune_code": code, "households_grid": grid, "households_all": None if grid is None else grid + rest}
            for code, (grid, rest) in zip(("30469", "30472", "30475"), rows, strict=True)
        )
    )
    values = rows_of(report(table), values=True)
    assert [values[name][4] for name in ("Xã Mỹ Đức", "Xã Mỹ Phú", "Xã Ô Long Vỹ")] == [grid for grid, _ in rows]


@pytest.mark.office
def test_libreoffice_reckons_the_same_figures_after_a_correction(tmp_path: Path) -> None:
    """Change one count with another library, which drops all stored results, and let LibreOffice reckon anew."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    book = openpyxl.load_workbook(BytesIO(report(TWO)))
    sheet = book.worksheets[0]
    [row] = [cell.row for cell in sheet["B"] if cell.value == "Xã Mỹ Đức"]
    sheet.cell(row, 7, 30)
    sheet.cell(row, 6, 68)
    book.save(tmp_path / "corrected.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "out"),
    ]
    subprocess.run([*command, str(tmp_path / "corrected.xlsx")], check=True, capture_output=True, timeout=180)
    values = rows_of((tmp_path / "out" / "corrected.xlsx").read_bytes(), values=True)
    for name in ("Tỉnh An Giang", "Huyện Châu Phú"):
        assert values[name][3:7] == [300, 298, 268, 30]
        assert values[name][12:15] == pytest.approx([298 / 300, 268 / 298, 30 / 98])
    assert values["Xã Mỹ Đức"][14] == pytest.approx(30 / 98)
    assert values["Huyện An Phú"][3] in (None, "")
