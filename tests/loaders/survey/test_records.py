"""Surveys of things: typed records, what is refused, chunks, cancelling, templates of an office's own."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from geodata.errors import FileError
from geodata.names import NameIndex
from loaders.reference import load_units
from loaders.survey import records
from loaders.survey.records import RecordReading, read_records
from loaders.survey.templates import SHIPPED, load_office_templates, load_template
from loaders.survey.values import read_day

UNITS = load_units()
NAMES = NameIndex(UNITS)
HOUSEHOLDS = load_template("household_survey")

HEADER = ["Tỉnh", "Huyện", "Xã", "Mã hộ", "Tên chủ hộ", "Loại cấp điện", "Ngày khảo sát"]
AN = ["An Giang", "Châu Phú", "Mỹ Đức", "PB1", "Thạch An", "trực tiếp", "30/6/2021"]
BINH = ["", "", "Mỹ Phú", "PB2", "Lê Bình", "câu phụ", "29/6/2021"]


def read(*rows: list[Any], **options: Any) -> RecordReading:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (HEADER, *rows):
        page.append(row)
    buffer = BytesIO()
    book.save(buffer)
    given = {"template": HOUSEHOLDS, "units": UNITS, "names": NAMES} | options
    return read_records(buffer.getvalue(), file_name="ho.xlsx", **given)


def errors(reading: RecordReading) -> list[tuple[str, str]]:
    return [(issue.cell, issue.code) for issue in reading.issues if issue.severity == "error"]


def test_rows_become_typed_records_in_their_communes() -> None:
    reading = read(AN, BINH)
    assert errors(reading) == []
    assert reading.records["commune_code"].tolist() == ["30469", "30472"]
    assert reading.records["supply_kind"].tolist() == ["direct", "shared"]
    assert reading.records["survey_date"].dt.date.tolist() == [date(2021, 6, 30), date(2021, 6, 29)]
    assert reading.records["row"].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("place", "typed", "found"),
    [
        (2, "Không Có", ("C3", "survey.commune-unknown")),
        (3, "", ("D3", "survey.value-missing")),
        (3, "PB1", ("D3", "survey.row-doubled")),
        (5, "gió", ("F3", "survey.value-choice")),
        (6, "31/2/2021", ("G3", "survey.value-date")),
    ],
)
def test_each_rule_refuses_its_row_and_keeps_the_other(place: int, typed: str, found: tuple[str, str]) -> None:
    bad = [*BINH[:place], typed, *BINH[place + 1 :]]
    reading = read(AN, bad)
    assert errors(reading) == [found]
    assert (reading.rows_read, reading.rows_valid) == (2, 1)


def test_table_without_a_needed_column_is_told() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Xã", "Tên chủ hộ", "Số công tơ"])
    page.append(["Mỹ Đức", "An", "1"])
    buffer = BytesIO()
    book.save(buffer)
    reading = read_records(buffer.getvalue(), file_name="a.xlsx", template=HOUSEHOLDS, units=UNITS, names=NAMES)
    assert [code for _, code in errors(reading)][:2] == ["survey.column-missing", "survey.column-missing"]
    assert reading.rows_valid == 0


def test_chunks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[*AN[:3], f"PB{number % 7}", *AN[4:]] for number in range(10)]
    whole = read(*rows)
    monkeypatch.setattr(records, "CHUNK_ROWS", 3)
    seen: list[int] = []
    parts = read(*rows, progress=lambda done, _: seen.append(done))
    assert parts.records.equals(whole.records)
    assert errors(parts) == errors(whole)
    assert seen == [3, 6, 9, 10]


def test_progress_can_cancel() -> None:
    class CancelledError(Exception):
        pass

    def cancel(_done: int, _expected: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        read(AN, progress=cancel)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_template_names_its_columns_once(name: str) -> None:
    template = load_template(name)
    keys = [column.key for column in template.columns]
    assert len(keys) == len(set(keys))
    assert set(template.key) <= set(keys)


def test_office_adds_a_template_as_a_file(tmp_path: Path) -> None:
    text = (Path(records.__file__).parent.parent / "reference/templates/hamlet_survey.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text.replace('id = "hamlet_survey"', 'id = "own"'), encoding="utf-8")
    assert [template.id for template in load_office_templates(tmp_path)] == ["own"]
    (tmp_path / "own.toml").write_text('id = "own"\n', encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_office_templates(tmp_path)
    assert caught.value.code == "template.unreadable"


@pytest.mark.parametrize(
    "typed", ["30/6/2021", "30-06-21", "30.6.2021", "2021-06-30", "ngày 30 tháng 6 năm 2021", 44377]
)
def test_days_as_typed(typed: Any) -> None:
    assert read_day(typed) == date(2021, 6, 30)


def test_coordinates_are_converted_and_told_and_nonsense_is_refused() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([*HEADER, "Vĩ độ", "Kinh độ"])
    page.append([*AN, 105.1, 10.6])
    page.append([*AN[:3], "PB2", *AN[4:], "10°36'00\"B", "105°06'00\"Đ"])
    page.append([*AN[:3], "PB3", *AN[4:], 1_172_000, 538_000])
    page.append([*AN[:3], "PB4", *AN[4:], 21.0, 105.8])
    buffer = BytesIO()
    book.save(buffer)
    reading = read_records(buffer.getvalue(), file_name="a.xlsx", template=HOUSEHOLDS, units=UNITS, names=NAMES)
    assert errors(reading) == [("H5", "survey.value-coordinate")]
    assert reading.issue_counts["survey.coordinates-converted"] == 3
    assert reading.records["lat"].tolist() == pytest.approx([10.6, 10.6, 10.6], abs=0.01)
    assert reading.records["lon"].tolist() == pytest.approx([105.1, 105.1, 105.1], abs=0.01)


POINTS = load_template("bulk_point_survey")
POINT_HEADER = ["Mã điểm", "Mã xã", "Tổ chức quản lý", "Số công tơ tổng", "Số hộ sau công tơ tổng", "Km đường dây"]


def read_points(*rows: list[Any], more: tuple[str, ...] = (), **options: Any) -> RecordReading:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in ([*POINT_HEADER, *more], *rows):
        page.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return read_records(buffer.getvalue(), file_name="a.xlsx", template=POINTS, units=UNITS, names=NAMES, **options)


def test_column_decides_what_a_mark_means() -> None:
    one, other = ["A1", "30469", "HTX", "1", 10, "1.234"], ["A2", "30469", "HTX", "2", 10, "12,5"]
    assert read_points(one, other).records["line_km"].tolist() == [1234.0, 12.5]
    assert read_points(one, [*other[:5], "12.5"]).records["line_km"].tolist() == [1.234, 12.5]
    assert errors(read_points(one)) == [("F2", "survey.value-ambiguous")]


def test_column_decides_whether_the_day_comes_first() -> None:
    rows = [[*AN[:6], "1/2/2021"], [*BINH[:6], "2/15/2021"]]
    assert [str(day.date()) for day in read(*rows).records["survey_date"]] == ["2021-01-02", "2021-02-15"]
    assert [str(day.date()) for day in read(rows[0], BINH).records["survey_date"]] == ["2021-02-01", "2021-06-29"]
    [issue] = read(rows[0]).issues
    assert (issue.code, issue.severity, issue.values["swapped"]) == ("survey.date-doubtful", "warning", "2021-01-02")


def test_point_far_outside_its_commune_asks_for_a_reason() -> None:
    square = shapely.box(105.0, 10.5, 105.2, 10.7)
    outlines = gpd.GeoDataFrame({"commune_code": ["30469"], "is_approximate": [False], "geometry": [square]}, crs=4326)
    near, far = ["A1", "30469", "HTX", "1", 10, 1, 10.6, 105.1], ["A2", "30469", "HTX", "2", 10, 1, 10.6, 105.25]
    reading = read_points(near, far, more=("Vĩ độ", "Kinh độ"), outlines=outlines)
    [issue] = reading.issues
    assert (issue.code, issue.cell, issue.severity) == ("survey.point-outside", "G3", "warning")
    assert issue.values["distance"] == "5.5"
    assert reading.rows_valid == 2


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_days_as_plain_numbers_count_from_the_epoch_of_the_file(epoch: datetime) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    page = book.active
    assert page is not None
    page.append(HEADER)
    serial = to_excel(datetime(2021, 6, 30), epoch)  # noqa: DTZ001 - a day of a sheet has no time zone
    page.append([*AN[:6], int(serial)])
    page.append([*BINH[:6], date(2021, 6, 29)])
    buffer = BytesIO()
    book.save(buffer)
    reading = read_records(buffer.getvalue(), file_name="a.xlsx", template=HOUSEHOLDS, units=UNITS, names=NAMES)
    assert reading.records["survey_date"].dt.date.tolist() == [date(2021, 6, 30), date(2021, 6, 29)]


def test_unknown_commune_is_told_in_each_of_its_rows() -> None:
    lost = [*AN[:2], "Không Có", *AN[3:]]
    reading = read(lost, [*lost[:3], "PB2", *lost[4:]], [*lost[:3], "PB3", *lost[4:]])
    assert errors(reading) == [(cell, "survey.commune-unknown") for cell in ("C2", "C3", "C4")]
    assert reading.issue_counts == {"survey.commune-unknown": 3}
