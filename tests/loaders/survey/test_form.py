"""The survey form: filled in with the province's communes, drop-downs, checks, and read back as it was."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geodata.errors import PlaceError
from geodata.language import Language
from geodata.name_keys import plain_key
from geodata.names import NameIndex
from geodata.periods import Period
from geodata.tables import MEASURES
from loaders.reference import load_units
from loaders.survey.form import HEADER_ROW, write_survey_form
from loaders.survey.reading import read_survey
from loaders.survey.records import RecordReading, read_records
from loaders.survey.templates import SHIPPED, load_template

UNITS = load_units()
TEMPLATE = load_template("commune_survey")


def form(language: str = "vi", province: str = "84") -> bytes:
    return write_survey_form(TEMPLATE, UNITS, province, Period(2021, 2), Language(language))


def sheet_of(content: bytes) -> Worksheet:
    return openpyxl.load_workbook(BytesIO(content)).worksheets[1]


def test_template_holds_every_measure_and_no_name_twice() -> None:
    assert {column.key for column in TEMPLATE.columns} >= set(MEASURES)
    names = [key for column in TEMPLATE.columns for key in {plain_key(name) for name in column.names}]
    assert len(names) == len(set(names))


def test_every_commune_has_a_row_with_its_code_as_text() -> None:
    sheet = sheet_of(form())
    codes = [sheet.cell(row, 1).value for row in range(HEADER_ROW + 2, sheet.max_row + 1)]
    assert codes == list(UNITS.communes_of("84").index)
    assert {sheet.cell(HEADER_ROW + 2, column).value for column in (2, 5)} == {"Tỉnh Trà Vinh", "2021-Q2"}


def test_counts_are_blank_and_only_whole_numbers_may_be_typed() -> None:
    sheet = sheet_of(form())
    assert sheet.cell(HEADER_ROW + 2, 6).value is None
    rules = {str(rule.sqref).split(":")[0]: rule.type for rule in sheet.data_validations.dataValidation}
    first = HEADER_ROW + 2
    assert rules[f"F{first}"] == "whole"
    assert rules[f"D{first}"] == rules[f"E{first}"] == "list"


def test_names_are_chosen_from_lists_that_exist() -> None:
    book = openpyxl.load_workbook(BytesIO(form()))
    assert set(book.defined_names) >= {"ds_xa", "ds_huyen", "ds_ky", "ds_ma_xa"}
    assert "'Danh mục'!$B$2" in str(book.defined_names["ds_xa"].value)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_empty_form_is_understood_and_has_nothing_to_take(language: str) -> None:
    reading = read_survey(form(language), file_name="f.xlsx", template=TEMPLATE, units=UNITS, names=NameIndex(UNITS))
    assert [issue.code for issue in reading.issues] == ["survey.no-rows"]
    assert len(reading.tables[0].columns) == len(TEMPLATE.columns)


def test_a_form_is_made_for_a_province_that_exists() -> None:
    with pytest.raises(PlaceError):
        form(province="99")


RECORDS = [name for name in SHIPPED if name != "commune_survey"]


def record_form(name: str, language: str = "vi") -> bytes:
    return write_survey_form(load_template(name), UNITS, "84", Period(2021, 2), Language(language))


def read_form(name: str, content: bytes) -> RecordReading:
    return read_records(content, file_name="f.xlsx", template=load_template(name), units=UNITS, names=NameIndex(UNITS))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", RECORDS)
def test_every_survey_has_a_form_whose_columns_are_understood(name: str, language: str) -> None:
    reading = read_form(name, record_form(name, language))
    assert [issue.code for issue in reading.issues] == ["survey.no-rows"]
    assert {column.key for column in reading.tables[0].columns} == {c.key for c in load_template(name).columns}
    assert all(column.confidence == 1 for column in reading.tables[0].columns)


_TYPED = {"count": 12, "amount": 1.5, "share": 0.45, "date": date(2021, 6, 30), "coordinate": None, "text": "A1"}


@pytest.mark.parametrize("name", RECORDS)
def test_filled_in_form_is_read_as_it_was_typed(name: str) -> None:
    book = openpyxl.load_workbook(BytesIO(record_form(name)))
    sheet, template = book.worksheets[1], load_template(name)
    for index, column in enumerate(template.columns, start=1):
        choice = column.choices[0][1][0] if column.choices else None
        names = {"commune_code": "29236", "lat": 9.93, "lon": 106.34, "period": "2021-H1"}
        sheet.cell(HEADER_ROW + 2, index).value = names.get(column.key, choice or _TYPED.get(column.kind))
    buffer = BytesIO()
    book.save(buffer)
    reading = read_form(name, buffer.getvalue())
    assert (reading.issues, reading.rows_valid) == ((), 1)
    record = reading.records.iloc[0].to_dict()
    for column in template.columns:
        if column.kind in ("count", "amount", "share", "text"):
            assert record[column.key] == _TYPED[column.kind]
        if column.kind == "choice":
            assert record[column.key] == column.choices[0][0]


@pytest.mark.parametrize("name", RECORDS)
def test_record_form_checks_what_is_typed(name: str) -> None:
    sheet = sheet_of(record_form(name))
    rules = {str(rule.sqref).split(":")[0]: rule.type for rule in sheet.data_validations.dataValidation}
    expected = {"count": "whole", "share": "decimal", "date": "date", "choice": "list"}
    for index, column in enumerate(load_template(name).columns):
        if column.kind in expected:
            assert rules[f"{get_column_letter(index + 1)}{HEADER_ROW + 2}"] == expected[column.kind]
