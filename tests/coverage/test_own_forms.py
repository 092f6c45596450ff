"""Forms filled from a workspace: by the desk and by ``phudien report fill``."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from coverage.cli import main
from coverage.own_forms import OwnForms, quarter_of, shipped_form
from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.errors import FigureError
from geodata.language import Language
from geodata.periods import Period
from loaders.reports.form_fields import load_form_fields
from loaders.reports.return_forms import load_return_forms


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("forms"))
    workspace.make_demo()
    return workspace


def own_form(path: Path, *cells: tuple[str, str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, text in cells:
        sheet[place] = text
    book.save(path)
    return path


def test_takeovers_of_the_quarter_and_works_stand_in_the_returns(demo: Workspace) -> None:
    name, content = shipped_form("takeover_return", Language("vi"))
    forms = OwnForms(ReportFiles(demo))
    result = forms.fill(content, name, "89", Period(2021, 2), Language("vi"))
    points = demo.bulk_points(told_on=demo.list_of_quarter(Period(2021, 2)))
    communes = demo.units.communes_of("89").index
    own = points[points["commune_code"].isin(communes) & (points["takeover_state"] == "taken_over")]
    within = own[own["takeover_date"].between("2021-04-01", "2021-06-30")]
    assert result.content is not None
    written = demo.home / "takeover.xlsx"
    written.write_bytes(result.content)
    sheet = openpyxl.load_workbook(written).active
    assert sheet is not None
    found = {str(row[1].value): row[2].value for row in sheet.iter_rows(max_row=12)}
    assert found["Số hộ tiếp nhận trong quý"] == int(within["households_behind"].sum()) > 0
    assert found["Số tổ chức bàn giao trong quý"] == within["organisation_name"].nunique()


@pytest.mark.parametrize("text", ["2021-05", "5/2021", "2021-13"])
def test_a_month_that_ends_no_quarter_has_no_figures(text: str) -> None:
    with pytest.raises(FigureError) as caught:
        quarter_of(text)
    assert caught.value.code == "call.form-month"


def call(demo: Workspace, *arguments: str) -> int:
    return main(["report", "fill", *arguments, "--workspace", str(demo.home)])


def test_the_command_fills_an_own_form_and_lists_what_is_blank(
    demo: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = own_form(tmp_path / "mau.xlsx", ("A1", "{{tinh}}"), ("A2", "{{xa.tieu_chi_41}}"), ("B2", "{{xa.ten}}"))
    out = tmp_path / "ra.xlsx"
    code = call(demo, str(form), "--province", "89", "--period", "2021-06", "-o", str(out), "--json")
    assert code == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["blanks"] == [
        {
            "sheet": "Sheet",
            "cells": "A2:A157",
            "field": "commune.criterion_41",
            "reason": "cần điền tay vì hệ thống không lưu số liệu này",
        }
    ]
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    assert (sheet["A1"].value, sheet["B2"].value) == ("Tỉnh An Giang", "Phường Mỹ Bình")


def test_a_form_with_problems_writes_nothing(
    demo: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form, out = own_form(tmp_path / "mau.xlsx", ("C4", "{{ho_co_dine}}")), tmp_path / "ra.xlsx"
    assert call(demo, str(form), "--province", "89", "--period", "2021-Q2", "-o", str(out)) == 1
    assert not out.exists()
    assert 'ô C4: Không có trường "ho_co_dine"' in capsys.readouterr().err


def test_the_form_itself_is_never_overwritten(demo: Workspace, tmp_path: Path) -> None:
    form = own_form(tmp_path / "mau.xlsx", ("A1", "{{tinh}}"))
    before = form.read_bytes()
    assert call(demo, str(form), "--province", "89", "--period", "2021-Q2", "-o", str(form)) == 2
    assert form.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [(), ("power_company_monthly",), ("khong_co", "--province", "89", "--period", "2021-Q2", "-o", "x.xlsx")],
)
def test_a_call_that_lacks_something_is_refused(demo: Workspace, arguments: tuple[str, ...]) -> None:
    assert call(demo, *arguments) == 2


def test_fields_and_forms_are_listed_and_an_empty_form_written(
    demo: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(demo, "--fields") == call(demo, "--forms") == 0
    told = capsys.readouterr().out
    assert all(f"{{{{{field.names[1]}}}}}" in told for field in load_form_fields().all)
    assert all(form in told for form in load_return_forms())
    out = tmp_path / "trong.xlsx"
    assert call(demo, "takeover_return", "--empty", "-o", str(out)) == 0
    assert "{{tiep_nhan.ten}}" in [cell.value for row in openpyxl.load_workbook(out).active.iter_rows() for cell in row]
