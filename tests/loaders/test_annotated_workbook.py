"""The workbook back: what was in it stays, problem cells are marked, nothing is marked twice."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from geodata.language import Language
from loaders.reports.annotated_workbook import AUTHOR, annotate_workbook
from loaders.survey.issues import ERROR, INFO, WARNING, Issue

SHEET = "Khảo sát '21"
VI = Language("vi")


def own_book() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    page.append(["Xã", "Tổng số hộ", "Có điện"])
    page.append(["=cmd()", 100, "=B2-2"])
    page["A2"].data_type = "s"
    page["B2"].fill = PatternFill("solid", fgColor="FF00FF00")
    page["B2"].comment = Comment("số của xã", "An")
    page.merge_cells("A5:B5")
    page.row_dimensions[3].hidden = True
    other = book.create_sheet("Khác")
    other["A1"] = "=1+1"
    other.sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def issue(cell: str, severity: str = ERROR, value: str = "=cmd()") -> Issue:
    return Issue("survey.x", severity, SHEET, cell, "Tổng số hộ", value, "this cell is wrong.")


def annotated(content: bytes, *issues: Issue, name: str = "a.xlsx") -> openpyxl.Workbook:
    made = annotate_workbook(content, file_name=name, issues=issues, language=VI)
    return openpyxl.load_workbook(BytesIO(made.content))


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_cells_are_marked_and_everything_else_stays() -> None:
    book = annotated(own_book(), issue("B2"), issue("B2", WARNING), issue("C2", INFO))
    page = book[SHEET]
    assert page["B2"].fill.fgColor.rgb == "FFF4B6B0"
    assert page["B2"].comment is not None
    assert page["B2"].comment.text.startswith("số của xã\n")
    assert page["B2"].comment.text.count("this cell is wrong.") == 2
    assert page["C2"].value == "=B2-2"
    assert page["C2"].comment is None
    assert page.row_dimensions[3].hidden
    assert (book["Khác"].sheet_state, book["Khác"]["A1"].value) == ("hidden", "=1+1")


def test_first_sheet_lists_all_with_links_and_no_formulas() -> None:
    book = annotated(own_book(), issue("B2"), issue("C2", INFO))
    first = book.worksheets[0]
    assert [first.cell(row, 4).value for row in (4, 5)] == ["B2", "C2"]
    link = first.cell(4, 4).hyperlink
    assert link is not None
    assert link.location == "'Khảo sát ''21'!B2"
    assert (first.cell(4, 6).value, first.cell(4, 6).data_type) == ("=cmd()", "s")


def test_marked_again_after_mending_the_old_marks_are_gone() -> None:
    once = saved(annotated(own_book(), issue("B2"), issue("A2")))
    twice = annotated(once, issue("A2"))
    page = twice[SHEET]
    assert len(twice.sheetnames) == 3
    assert page["B2"].fill.fgColor.rgb == "FF00FF00"
    assert page["B2"].comment is not None
    assert (page["B2"].comment.text, page["B2"].comment.author == AUTHOR) == ("số của xã", False)
    assert page["A2"].comment is not None
    assert page["A2"].comment.text.count("this cell is wrong.") == 1


def test_cell_in_merged_cells_and_cell_far_away() -> None:
    page = annotated(own_book(), issue("B5"), issue("Z90"))[SHEET]
    assert page["A5"].comment is not None
    assert page["Z90"].comment is not None


def test_text_file_comes_back_as_a_workbook() -> None:
    content = "Xã;Tổng số hộ\r\n=cmd();100\r\n".encode()
    made = annotate_workbook(
        content,
        file_name="a.csv",
        issues=[Issue("x", ERROR, "a", "A2", "Xã", "=cmd()", "this cell is wrong.")],
        language=VI,
    )
    book = openpyxl.load_workbook(BytesIO(made.content))
    assert made.file_name == "a_danh_dau.xlsx"
    assert made.notes
    assert (book["a"]["A2"].value, book["a"]["A2"].data_type) == ("=cmd()", "s")
    assert book["a"]["A2"].comment is not None


@pytest.mark.office
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "a.xlsx"
    path.write_bytes(annotate_workbook(own_book(), file_name="a.xlsx", issues=[issue("B2")], language=VI).content)
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    assert (tmp_path / "a.pdf").stat().st_size > 1000
