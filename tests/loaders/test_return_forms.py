"""The shipped returns: every field known, filled and reckoned, by hand left blank and never zero."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from geodata.errors import PhuDienError
from geodata.language import Language
from loaders.reports.form_fields import BY_HAND
from loaders.reports.form_filling import TO_FILL_IN, fill_form
from loaders.reports.return_forms import load_return_forms, return_form, write_return_form
from tests import report_samples
from tests.loaders.test_form_filling import TAKEOVERS, report

FORMS = sorted(load_return_forms())


@pytest.mark.parametrize("language", [Language("vi"), Language("en")], ids=["vi", "en"])
@pytest.mark.parametrize("form_id", FORMS)
def test_every_return_is_filled_without_a_problem(form_id: str, language: Language) -> None:
    empty = write_return_form(return_form(form_id), language)
    told = replace(report_samples.much_left(language), takeovers=TAKEOVERS)
    result = fill_form(empty, file_name=f"{form_id}.xlsx", report=told)
    assert result.issues == ()
    assert result.content is not None
    cells = [cell.value for row in openpyxl.load_workbook(BytesIO(result.content)).active.iter_rows() for cell in row]
    assert not any("{{" in str(value) for value in cells)


@pytest.mark.parametrize("form_id", FORMS)
def test_what_is_filled_in_by_hand_is_blank_and_listed(form_id: str) -> None:
    empty = write_return_form(return_form(form_id), Language("vi"))
    result = fill_form(empty, file_name="x.xlsx", report=report())
    assert result.content is not None
    sheet: Any = openpyxl.load_workbook(BytesIO(result.content)).active
    by_hand = [blank for blank in result.blanks if blank.field.source == BY_HAND]
    assert by_hand
    for blank in by_hand:
        assert blank.reason == TO_FILL_IN
        first = sheet[blank.cells.split(",")[0]]
        values = [cell.value for row in first for cell in row] if isinstance(first, tuple) else [first.value]
        assert set(values) == {None}


def test_the_monthly_return_holds_the_figures_of_the_quarters_end() -> None:
    empty = write_return_form(return_form("power_company_monthly"), Language("vi"))
    result = fill_form(empty, file_name="thang.xlsx", report=report())
    assert result.content is not None
    sheet: Any = openpyxl.load_workbook(BytesIO(result.content)).active
    assert sheet["A5"].value == "Tháng 6 năm 2021; số liệu đến ngày 30/06/2021; Tỉnh Bà Rịa - Vũng Tàu"
    lines = {sheet.cell(row, 2).value: [sheet.cell(row, column).value for column in (3, 4, 5)] for row in range(9, 14)}
    assert lines["Số xã, phường, thị trấn"] == [7, 3, 4]
    assert lines["Số hộ"] == [21000, 15200, 5800]
    assert result.file_name == "thang_77_2021-Q2.xlsx"


def test_an_unknown_form_is_told_with_those_that_there_are() -> None:
    with pytest.raises(PhuDienError) as caught:
        return_form("thang")
    assert "power_company_monthly" in str(caught.value)


@pytest.mark.parametrize("form_id", FORMS)
def test_the_same_form_gives_the_same_bytes(form_id: str) -> None:
    form = return_form(form_id)
    assert write_return_form(form, Language("vi")) == write_return_form(form, Language("vi"))
