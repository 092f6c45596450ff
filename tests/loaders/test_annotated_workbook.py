"""The workbook back: what was in it stays, problem cells are marked, nothing is marked twice."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from geodata.language import Language
from loaders.reports.annotated_workbook import AUTHOR, annotate_workbook
from loaders.survey.issues import ERROR, INFO, WARNING, Issue

# What openpyxl would lose when it saves is what we keep; here it only looks at the result.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

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


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def rich_book() -> bytes:
    """Return a workbook with most of what offices put into theirs, and a macro project."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page, other = book.add_worksheet(SHEET), book.add_worksheet("Biểu đồ")
    percent = book.add_format({"num_format": "0.0%", "bg_color": "#C6EFCE", "italic": True})
    page.write_row(0, 0, ["Xã", "Tổng số hộ", "Tỷ lệ"])
    for row in range(1, 6):
        page.write_row(row, 0, [f"Xã {row}", 100 * row])
        page.write(row, 2, 0.1 * row, percent)
    page.data_validation("B2:B9", {"validate": "integer", "criteria": ">=", "value": 0})
    page.conditional_format("B2:B9", {"type": "data_bar", "data_bar_2010": True})
    page.autofilter("A1:C6")
    page.repeat_rows(0)
    page.print_area("A1:C6")
    page.write_comment("B3", "số của xã")
    page.write_comment("A1", "tên")
    page.set_header("&L&G", {"image_left": "logo.png", "image_data_left": BytesIO(PNG)})
    page.insert_image("E2", "logo.png", {"image_data": BytesIO(PNG)})
    page.insert_checkbox("F9", True)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"='{SHEET.replace(chr(39), chr(39) * 2)}'!$B$2:$B$6"})
    other.insert_chart("B2", chart)
    other.activate()
    other.set_first_sheet()
    book.define_name("'Biểu đồ'!rieng", "=$A$1")
    book.define_name("chung", "='Biểu đồ'!$A$1")
    book.close()
    return with_part(buffer.getvalue(), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not run, only kept")


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for known in source.namelist():
            target.writestr(known, source.read(known))
        target.writestr(name, part)
    return buffer.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


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


CHANGED = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",  # no longer the one that is selected
    "xl/comments1.xml",
    "xl/drawings/vmlDrawing1.vml",
}


def test_everything_else_stays_byte_for_byte() -> None:
    before = rich_book()
    made = annotate_workbook(before, file_name="a.xlsm", issues=[issue("B3"), issue("C4")], language=VI)
    old, new = parts_of(before), parts_of(made.content)
    assert made.notes == ()
    assert {name for name in old if old[name] != new[name]} <= CHANGED
    assert set(new) - set(old) == {"xl/worksheets/sheet3.xml"}
    assert {"xl/charts/chart1.xml", "xl/media/image1.png", "xl/vbaProject.bin"} <= set(new)
    for part in new:
        if part.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(new[part])


def test_formats_names_and_comments_are_as_they_were() -> None:
    book = annotated(rich_book(), issue("B3"), issue("C4"), name="a.xlsm")
    page = book[SHEET]
    assert (page["C4"].number_format, page["C4"].font.italic) == ("0.0%", True)
    assert page["C4"].fill.fgColor.rgb == "FFF4B6B0"
    assert page["C3"].fill.fgColor.rgb == "FFC6EFCE"
    assert page["B3"].comment is not None
    assert page["B3"].comment.text.startswith("số của xã")
    assert page["A1"].comment is not None
    assert (page["A1"].comment.text, page.print_area, page.print_title_rows) == (
        "tên",
        "'Khảo sát ''21'!$A$1:$C$6",
        "$1:$1",
    )
    assert list(book["Biểu đồ"].defined_names) == ["rieng"]
    assert list(book.defined_names) == ["chung"]
    assert book.active is book.worksheets[0]
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, None, None]


def test_marked_twice_and_mended_gives_the_first_fill_back() -> None:
    once = annotate_workbook(rich_book(), file_name="a.xlsm", issues=[issue("B3"), issue("C4")], language=VI)
    twice = annotate_workbook(once.content, file_name="a.xlsm", issues=[issue("C4", WARNING)], language=VI)
    thrice = annotate_workbook(twice.content, file_name="a.xlsm", issues=[], language=VI)
    assert set(parts_of(twice.content)) == set(parts_of(once.content))
    page = openpyxl.load_workbook(BytesIO(twice.content))[SHEET]
    assert page["C4"].fill.fgColor.rgb == "FFFCE3A6"
    assert page["B3"].fill.fill_type is None
    page = openpyxl.load_workbook(BytesIO(thrice.content))[SHEET]
    assert page["C4"].fill.fgColor.rgb == "FFC6EFCE"
    assert [cell.comment.text for row in page.iter_rows() for cell in row if cell.comment] == ["tên", "số của xã"]


def test_marks_of_a_file_that_another_program_has_saved_again_are_taken_away() -> None:
    once = saved(annotated(rich_book(), issue("B3"), issue("C4"), issue("A9"), name="a.xlsm"))
    page = annotated(once)[SHEET]
    assert page["C4"].fill.fgColor.rgb == "FFC6EFCE"
    assert page["B3"].fill.fill_type is None
    assert page["A9"].comment is None
    assert page["B3"].comment is not None
    assert page["B3"].comment.text == "số của xã"


def test_tags_with_a_prefix_are_patched_too() -> None:
    plain = parts_of(own_book())
    prefixed = b""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = own_book()
    for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"):
        prefixed = re.sub(rb"<(/?)(?=[a-zA-Z])(?!\w+:)", rb"<\1x:", plain[name]).replace(
            b'xmlns="' + main, b'xmlns:x="' + main
        )
        content = replaced(content, name, prefixed)
    made = annotate_workbook(content, file_name="a.xlsx", issues=[issue("C2"), issue("C9")], language=VI)
    assert made.notes == ()
    book = openpyxl.load_workbook(BytesIO(made.content))
    assert book[SHEET]["C2"].fill.fgColor.rgb == "FFF4B6B0"
    assert book[SHEET]["C9"].comment is not None


def replaced(content: bytes, name: str, part: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for known in source.namelist():
            target.writestr(known, part if known == name else source.read(known))
    return buffer.getvalue()


def test_unusual_layout_gives_the_values_back_and_says_so() -> None:
    sheet = re.sub(rb' r="[A-Z]+\d+"', b"", parts_of(own_book())["xl/worksheets/sheet1.xml"])
    content = replaced(own_book(), "xl/worksheets/sheet1.xml", sheet)
    made = annotate_workbook(content, file_name="a.xlsx", issues=[issue("B2")], language=VI)
    assert len(made.notes) == 1
    assert openpyxl.load_workbook(BytesIO(made.content))[SHEET]["B2"].fill.fgColor.rgb == "FFF4B6B0"


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
def test_marks_of_a_file_that_libreoffice_has_saved_again_are_taken_away(tmp_path: Path) -> None:
    marked = annotate_workbook(rich_book(), file_name="a.xlsm", issues=[issue("B3"), issue("C4")], language=VI)
    (tmp_path / "a.xlsm").write_bytes(marked.content)
    page = annotated(in_office(tmp_path / "a.xlsm", "xlsx"))[SHEET]
    assert page["C4"].fill.fgColor.rgb == "FFC6EFCE"
    texts = [cell.comment.text.strip() for row in page.iter_rows() for cell in row if cell.comment]
    assert texts == ["tên", "số của xã"]


def in_office(path: Path, suffix: str) -> bytes:
    """Let LibreOffice open a file and save it in another form."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    command = [office, "--headless", f"-env:UserInstallation=file://{path.parent}/profile", "--convert-to", suffix]
    subprocess.run([*command, "--outdir", str(path.parent), str(path)], check=True, capture_output=True, timeout=120)
    return path.with_suffix(f".{suffix}").read_bytes()


@pytest.mark.office
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(annotate_workbook(own_book(), file_name="a.xlsx", issues=[issue("B2")], language=VI).content)
    assert len(in_office(path, "pdf")) > 1000
