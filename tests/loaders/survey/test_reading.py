"""The commune survey: what is understood, and each rule with one row accepted and one refused."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import FileError
from geodata.language import Language
from geodata.names import NameIndex
from geodata.tables import MEASURES
from loaders.reference import load_units
from loaders.survey.reading import SurveyReading, read_survey
from loaders.survey.templates import load_template

TEMPLATE = load_template("commune_survey")
UNITS = load_units()
NAMES = NameIndex(UNITS)

MY_DUC = {"Mã xã": "30469", "Kỳ": "2021-Q2", "Tổng số hộ": 100, "Số hộ có điện lưới": 98}


def workbook(*rows: dict[str, Any], above: list[str] | None = None, sheet: str = "Khảo sát") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for line in above or []:
        page.append([line])
    labels = list(dict.fromkeys(label for row in rows for label in row))
    page.append(labels)
    for row in rows:
        page.append([row.get(label) for label in labels])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(*rows: dict[str, Any], above: list[str] | None = None) -> SurveyReading:
    content = workbook(*rows, above=above)
    return read_survey(content, file_name="khao_sat.xlsx", template=TEMPLATE, units=UNITS, names=NAMES)


def errors(reading: SurveyReading) -> list[tuple[str, str]]:
    return [(issue.cell, issue.code) for issue in reading.issues if issue.severity == "error"]


def test_a_good_row_becomes_figures_with_their_cells() -> None:
    reading = read(MY_DUC | {"Hộ chưa có điện": 2, "Ghi chú": "đã kiểm"})
    row = reading.figures.iloc[0]
    assert errors(reading) == []
    assert (row["commune_code"], row["period"], row["households_all"]) == ("30469", "2021-Q2", 100)
    assert reading.cells["households_without"].iloc[0] == "E2"
    assert reading.notes["note"].tolist() == ["đã kiểm"]
    assert (reading.rows_read, reading.rows_valid) == (1, 1)


def test_what_was_not_reported_is_missing_and_not_zero() -> None:
    row = read(MY_DUC | {"Hộ sau công tơ tổng": "-"}).figures.iloc[0]
    assert row[["households_bulk", "households_offgrid"]].isna().all()


def test_xa_is_wholly_rural_where_the_row_does_not_say() -> None:
    row = read(MY_DUC).figures.iloc[0]
    assert (row["households_all_rural"], row["households_all_urban"], row["households_grid_rural"]) == (100, 0, 98)


def test_urban_and_rural_are_left_as_reported() -> None:
    row = read(MY_DUC | {"Số hộ thành thị": 30, "Số hộ nông thôn": 70}).figures.iloc[0]
    assert (row["households_all_urban"], row["households_all_rural"]) == (30, 70)
    assert row[["households_grid_urban", "households_grid_rural"]].isna().all()


def test_commune_is_found_by_name_in_its_district_and_province() -> None:
    names = {"Tỉnh": "An Giang", "Huyện": "H. Châu Phú", "Tên xã": "Xã Mỹ Đức"}
    row = {key: value for key, value in MY_DUC.items() if key != "Mã xã"} | names
    assert read(row).figures["commune_code"].tolist() == ["30469"]


def test_quarter_above_the_table_holds_for_rows_without_one() -> None:
    row = {key: value for key, value in MY_DUC.items() if key != "Kỳ"}
    reading = read(row, above=["TỔNG HỢP", "Kỳ báo cáo: Quý II/2021"])
    assert reading.figures["period"].tolist() == ["2021-Q2"]
    assert reading.tables[0].header_row == 3


def test_totals_are_left_out_and_told() -> None:
    reading = read(MY_DUC, {"Mã xã": "Tổng cộng", "Tổng số hộ": 100, "Số hộ có điện lưới": 98})
    assert reading.rows_read == 1
    assert [i.code for i in reading.issues] == ["survey.total-left-out"]


def test_columns_that_are_not_of_the_survey_are_told() -> None:
    [issue] = read(MY_DUC | {"Số điện thoại": "0909"}).issues
    assert (issue.cell, issue.code, issue.severity) == ("E1", "survey.column-unread", "info")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"Mã xã": "99999"}, ("A2", "survey.code-unknown")),
        ({"Mã xã": None}, ("A2", "survey.commune-missing")),
        ({"Kỳ": "tháng sáu"}, ("B2", "survey.period-unreadable")),
        ({"Tổng số hộ": -5}, ("C2", "survey.number-negative")),
        ({"Tổng số hộ": 100.5}, ("C2", "survey.number-fraction")),
        ({"Tổng số hộ": "trăm"}, ("C2", "survey.number-unreadable")),
        ({"Tổng số hộ": None}, ("C2", "survey.value-missing")),
        ({"Số hộ có điện lưới": 101}, ("C2", "survey.parts-exceed-whole")),
        ({"Hộ chưa có điện": 1, "Hộ dùng nguồn tại chỗ": 0}, ("C2", "survey.figures-disagree")),
        ({"Hộ bán trực tiếp": 90, "Hộ mua buôn": 9}, ("D2", "survey.parts-exceed-whole")),
        ({"Hộ bán trực tiếp": 90, "Hộ mua buôn": 7}, ("D2", "survey.figures-disagree")),
        ({"Số hộ thành thị": 30, "Số hộ nông thôn": 60}, ("C2", "survey.figures-disagree")),
        (
            {"Số hộ thành thị": 30, "Số hộ nông thôn": 70, "Hộ thành thị có điện": 31, "Hộ nông thôn có điện": 67},
            ("E2", "survey.parts-exceed-whole"),
        ),
    ],
)
def test_each_rule_refuses_its_row(row: dict[str, Any], found: tuple[str, str]) -> None:
    reading = read(MY_DUC | row)
    assert found in errors(reading)
    assert reading.rows_valid == 0
    assert reading.figures.empty


@pytest.mark.parametrize(
    "row",
    [
        {"Hộ bán trực tiếp": 90, "Hộ mua buôn": 8},
        {"Hộ bán trực tiếp": 90, "Hộ mua buôn": 5, "Hộ câu phụ": 3},
        {"Hộ bán trực tiếp": 90},  # the rest was not reported
        {"Hộ chưa có điện": 1, "Hộ dùng nguồn tại chỗ": 1},
        {"Số hộ thành thị": 30, "Số hộ nông thôn": 70},
    ],
)
def test_rows_that_add_up_are_accepted(row: dict[str, Any]) -> None:
    assert errors(read(MY_DUC | row)) == []


def test_second_row_of_a_commune_is_refused() -> None:
    reading = read(MY_DUC, MY_DUC, MY_DUC | {"Kỳ": "2021-Q1"})
    assert errors(reading) == [("A3", "survey.commune-doubled")]
    assert reading.rows_valid == 2


def test_code_and_name_that_disagree_are_refused() -> None:
    reading = read(MY_DUC | {"Tên xã": "Xã Mỹ Phú"})
    assert errors(reading) == [("E2", "survey.code-name-disagree")]


NAMED = {key: value for key, value in MY_DUC.items() if key != "Mã xã"} | {"Tỉnh": "An Giang"}


@pytest.mark.parametrize(
    ("row", "code", "suggestion"),
    [
        ({"Huyện": "Châu Phú", "Tên xã": "Vĩnh Thạnh Chung"}, "survey.commune-unknown", "Vĩnh Thạnh Trung"),
        ({"Huyện": "Châu Phu Phu", "Tên xã": "Mỹ Đức"}, "survey.district-unknown", "Châu Phú"),
        ({"Tỉnh": "An Gi", "Tên xã": "Mỹ Đức"}, "survey.province-unknown", "An Giang"),
    ],
)
def test_unknown_names_come_with_a_suggestion(row: dict[str, str], code: str, suggestion: str) -> None:
    [issue] = read(NAMED | row).issues
    assert issue.code == code
    assert issue.suggestion is not None
    assert suggestion in issue.suggestion


def test_mistyped_names_are_matched_and_told() -> None:
    reading = read(NAMED | {"Tỉnh": "An Gian", "Huyện": "Châu Phú", "Tên xã": "Mỹ Đứcc"})
    assert [issue.code for issue in reading.issues] == ["survey.place-corrected", "survey.commune-corrected"]
    assert reading.figures["commune_code"].tolist() == ["30469"]


def test_name_without_a_district_is_not_guessed() -> None:
    [issue] = read(NAMED | {"Tên xã": "An Phú"}).issues
    assert issue.code == "survey.commune-ambiguous"


def test_message_names_place_finding_and_remedy() -> None:
    [issue] = read(
        MY_DUC | {"Hộ bán trực tiếp": 1204, "Hộ mua buôn": 310, "Tổng số hộ": 1500, "Số hộ có điện lưới": 1500}
    ).issues
    message = issue.message(Language("en"))
    assert message.startswith('Sheet "Khảo sát", D2: row 2, Xã Mỹ Đức:')
    assert "1,514" in message
    assert "1,500" in message


def test_workbook_without_a_known_header_is_refused() -> None:
    with pytest.raises(FileError) as caught:
        read({"Họ tên": "An", "Điện thoại": "0909"})
    assert caught.value.code == "survey.header-missing"


def test_header_without_rows_is_refused() -> None:
    reading = read({**dict.fromkeys(MY_DUC), "Mã xã": None})
    assert [code for _, code in errors(reading)] == ["survey.no-rows"]


counts = st.integers(0, 5000)


@settings(max_examples=40, deadline=None)
@given(direct=counts, bulk=counts, shared=counts, offgrid=counts, without=counts)
def test_what_adds_up_survives_the_round_trip(direct: int, bulk: int, shared: int, offgrid: int, without: int) -> None:
    grid = direct + bulk + shared
    row = {
        "households_all": grid + offgrid + without,
        "households_grid": grid,
        "households_direct": direct,
        "households_bulk": bulk,
        "households_shared": shared,
        "households_offgrid": offgrid,
        "households_without": without,
    }
    labels = {TEMPLATE.column(measure).header_vi: count for measure, count in row.items()}
    reading = read({"Mã xã": "30469", "Kỳ số liệu": "2021-Q2"} | labels)
    assert errors(reading) == []
    assert {m: int(reading.figures[m].iloc[0]) for m in row} == row
    assert set(reading.figures.columns) >= set(MEASURES)
