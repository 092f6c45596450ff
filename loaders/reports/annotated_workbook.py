"""The engineer's own workbook back: its problem cells coloured and commented, all problems on a first sheet."""

from __future__ import annotations

import math
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final

import openpyxl
import xlsxwriter
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from geodata.errors import mark
from geodata.language import Language
from loaders.survey.issues import ERROR, SEVERITY_NAMES, WARNING, Issue
from loaders.workbook.cells import Sheet, address
from loaders.workbook.reader import read_workbook

AUTHOR: Final = "Phủ Điện"
MARKER: Final = "phudien:issues:1"
"""Stands in a hidden cell of our sheet, so that a file marked before is known and marked anew, not twice."""

_MARKER_CELL: Final = "P1"
_COLOURS: Final = {ERROR: "FFF4B6B0", WARNING: "FFFCE3A6"}
_LINE: Final = "———"
_LINE_POINTS: Final = 15.5
_WIDTHS: Final = (5, 10, 14, 8, 20, 14, 62, 34)
_FIRST_ROW: Final = 4
_FILL_COLUMN: Final = 11
"""Column from which our sheet remembers, hidden, which fill each coloured cell had."""
# Parts that openpyxl does not carry over; a file that holds them is told so.
_LOST_PARTS: Final = (
    ("xl/charts/", mark("charts")),
    ("xl/media/", mark("pictures")),
    ("xl/pivotTables/", mark("pivot tables")),
    ("xl/ctrlProps/", mark("form controls")),
)


@dataclass(frozen=True)
class AnnotatedWorkbook:
    """
    A marked workbook.

    Parameters
    ----------
    file_name, content
        The file to give back.
    notes
        What of the engineer's file could not be kept, in the user's language.
    """

    file_name: str
    content: bytes
    notes: tuple[str, ...]


def annotate_workbook(
    content: bytes, *, file_name: str, issues: Sequence[Issue], language: Language
) -> AnnotatedWorkbook:
    """
    Return a workbook with its problem cells marked and every problem listed on a first sheet with links.

    An .xlsx or .xlsm keeps its formats, formulas, other sheets and macros (which are never run); of any other file
    the values come back in an .xlsx. A file that was marked before loses its old marks first.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    name = PurePath(file_name.replace("\\", "/"))
    sheets = read_workbook(content, file_name=file_name)
    if content.startswith(b"PK\x03\x04") and name.suffix.lower() in (".xlsx", ".xlsm"):
        lost = [language.say(what) for part, what in _LOST_PARTS if _holds(content, part)]
        notes = (language.say("Could not be kept in this file: {parts}.", parts=", ".join(lost)),) if lost else ()
        marked = _mark_own(content, issues, language, notes, keeps_macros=name.suffix.lower() == ".xlsm")
        return AnnotatedWorkbook(f"{name.stem}_danh_dau{name.suffix.lower()}", marked, notes)
    notes = (language.say("The file was {suffix}: its values are here, its formats are not.", suffix=name.suffix),)
    copied = _copy_values(sheets)
    return AnnotatedWorkbook(
        f"{name.stem}_danh_dau.xlsx", _mark_own(copied, issues, language, notes, keeps_macros=False), notes
    )


def _holds(content: bytes, part: str) -> bool:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return any(name.startswith(part) for name in archive.namelist())


def _copy_values(sheets: list[Sheet]) -> bytes:
    buffer = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options | {"nan_inf_to_errors": True, "default_date_format": "dd/mm/yyyy"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        if not sheet.is_visible:
            page.hide()
        for number, row in enumerate(sheet.rows()):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        page.write_string(number, column, value[:32767])
                else:
                    page.write(number, column, value)
    book.close()
    return buffer.getvalue()


def _mark_own(
    content: bytes, issues: Sequence[Issue], language: Language, notes: tuple[str, ...], *, keeps_macros: bool
) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content), keep_vba=keeps_macros, rich_text=True)
    _take_old_marks_away(book)
    by_cell: dict[tuple[str, str], list[Issue]] = defaultdict(list)
    for issue in issues:
        if issue.severity in _COLOURS:
            by_cell[issue.sheet, issue.cell].append(issue)
    fills = [
        _mark_cell(book[sheet], place, found, language)
        for (sheet, place), found in by_cell.items()
        if sheet in book.sheetnames and isinstance(book[sheet], Worksheet)
    ]
    _write_list(book, issues, fills, language, notes)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _top_left(sheet: Worksheet, place: str) -> Cell:
    """Return the cell of a place, or the first cell of the merged cells that it is part of."""
    for merged in sheet.merged_cells.ranges:
        if place in merged:
            return sheet.cell(merged.min_row, merged.min_col)  # type: ignore[return-value]
    return sheet[place]  # type: ignore[no-any-return]


def _mark_cell(sheet: Worksheet, place: str, issues: list[Issue], language: Language) -> tuple[str, str, str, str]:
    """Colour and comment a cell; return its sheet, address, pattern and colour before."""
    cell = _top_left(sheet, place)
    before = (sheet.title, cell.coordinate, str(cell.fill.fill_type or ""), str(cell.fill.fgColor.rgb or ""))
    colour = _COLOURS[ERROR if any(issue.severity == ERROR for issue in issues) else WARNING]
    cell.fill = PatternFill("solid", fgColor=colour)
    lines = [_sentence(issue, language) for issue in issues]
    own = [cell.comment.text, _LINE] if cell.comment is not None and cell.comment.text else []
    cell.comment = Comment("\n".join([*own, *lines]), AUTHOR, width=340, height=60 + 60 * len(lines))
    return before


def _sentence(issue: Issue, language: Language) -> str:
    text = language.say(issue.template, **issue.values)
    if issue.suggestion:
        text += " " + language.say("Suggestion: {suggestion}", suggestion=issue.suggestion)
    return text


def _take_old_marks_away(book: Any) -> None:
    ours = [sheet for sheet in book.worksheets if sheet[_MARKER_CELL].value == MARKER]
    for sheet in ours:
        rows = sheet.iter_rows(min_row=1, min_col=_FILL_COLUMN, max_col=_FILL_COLUMN + 3, values_only=True)
        for title, place, pattern, colour in rows:
            if title in book.sheetnames and place:
                fill = PatternFill(pattern, fgColor=colour) if pattern else PatternFill()
                book[title][place].fill = fill
        book.remove(sheet)
    for sheet in book.worksheets if ours else ():
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    own, line, _ = cell.comment.text.partition(f"\n{_LINE}\n")
                    cell.comment = Comment(own, "") if line else None


def _write_list(
    book: Any,
    issues: Sequence[Issue],
    fills: list[tuple[str, str, str, str]],
    language: Language,
    notes: tuple[str, ...],
) -> None:
    say = language.say
    title = say("Problems to mend")
    while title in book.sheetnames:
        title = f"{title[:28]} +"
    sheet = book.create_sheet(title, 0)
    book.active = 0
    sheet[_MARKER_CELL] = MARKER
    sheet.column_dimensions["P"].hidden = True
    sheet["A1"] = title
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = " ".join([say("Mend the marked cells in this file, save it, and upload it again."), *notes])
    head = [say(text) for text in ("No.", "Severity", "Sheet", "Cell", "Column", "Value")]
    head += [say("What is wrong and what to do"), say("Suggestion")]
    for column, (text, width) in enumerate(zip(head, _WIDTHS, strict=True), start=1):
        cell = sheet.cell(_FIRST_ROW - 1, column, text)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDCE6F1")
        sheet.column_dimensions[cell.column_letter].width = width
    for number, issue in enumerate(issues, start=1):
        _write_issue(sheet, number, issue, language, is_linked=issue.sheet in book.sheetnames)
    for number, fill in enumerate(fills, start=1):
        for column, value in enumerate(fill, start=_FILL_COLUMN):
            _write_text(sheet.cell(number, column), value)
    for column in range(_FILL_COLUMN, _FILL_COLUMN + 4):
        sheet.column_dimensions[address(0, column - 1)[:-1]].hidden = True
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    sheet.auto_filter.ref = f"A{_FIRST_ROW - 1}:H{max(_FIRST_ROW - 1 + len(issues), _FIRST_ROW)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_FIRST_ROW - 1}:{_FIRST_ROW - 1}"


def _write_issue(sheet: Any, number: int, issue: Issue, language: Language, *, is_linked: bool) -> None:
    row = _FIRST_ROW - 1 + number
    values = (language.say(SEVERITY_NAMES[issue.severity]), issue.sheet, issue.cell, issue.column, issue.value)
    sheet.cell(row, 1, number)
    texts = (*values, language.say(issue.template, **issue.values), issue.suggestion or "")
    for column, text in enumerate(texts, start=2):
        cell = sheet.cell(row, column)
        _write_text(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    # Programs other than Excel do not stretch rows to wrapped texts when they open a file.
    lines = max(math.ceil(len(str(text)) / width) for text, width in zip(texts, _WIDTHS[1:], strict=True))
    sheet.row_dimensions[row].height = _LINE_POINTS * max(lines, 1)
    sheet.cell(row, 1).alignment = Alignment(vertical="top")
    if issue.severity in _COLOURS:
        sheet.cell(row, 2).fill = PatternFill("solid", fgColor=_COLOURS[issue.severity])
    if is_linked:
        quoted = issue.sheet.replace("'", "''")
        link = sheet.cell(row, 4)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{issue.cell}")
        link.font = Font(color="FF0563C1", underline="single")


def _write_text(cell: Any, text: str) -> None:
    """Write a text as text, whatever it begins with: what users typed must never become a formula."""
    cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
