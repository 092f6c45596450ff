"""The engineer's own workbook back: its problem cells coloured and commented, all problems on a first sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Final

import xlsxwriter

from geodata.errors import mark
from geodata.language import Language
from loaders.reports.problem_sheet import COLOURS, FILL, Fill, memory_of, problem_sheet_xml
from loaders.survey.issues import ERROR, WARNING, Issue
from loaders.workbook.book_patch import Book, SheetOf
from loaders.workbook.cells import Sheet, address, place_of
from loaders.workbook.comment_patch import Comments
from loaders.workbook.parts import OFFICE, Package, UnpatchableError
from loaders.workbook.reader import read_workbook
from loaders.workbook.sheet_patch import Restyle, legacy_drawing_of, restyle_cells, with_legacy_drawing
from loaders.workbook.style_patch import Styles

AUTHOR: Final = "Phủ Điện"
_COMMENTS_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_OWN_FORM: Final = (".xlsx", ".xlsm")


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

    Of an .xlsx or .xlsm only the styles of marked cells, their comments and the list of sheets change: charts,
    pictures, pivot tables, formulas and macros (which are never run) stay byte for byte. Of any other file the
    values come back in an .xlsx. A file that was marked before loses its old marks first.

    Raises
    ------
    FileError
        If the file cannot be read.
    """
    name = PurePath(file_name.replace("\\", "/"))
    sheets = read_workbook(content, file_name=file_name)
    suffix = name.suffix.lower()
    if content.startswith(b"PK\x03\x04") and suffix in _OWN_FORM:
        try:
            marked = _Marking(content, sheets, issues, language, ()).made()
            return AnnotatedWorkbook(f"{name.stem}_danh_dau{suffix}", marked, ())
        except (UnpatchableError, ValueError):  # ValueError: a number or an end of a tag is not where it belongs
            reason = mark("The file is laid out in an unusual way: its values are here, its formats are not.")
            notes = (language.say(reason),)
    else:
        reason = mark("The file was {suffix}: its values are here, its formats are not.")
        notes = (language.say(reason, suffix=name.suffix),)
    copied = _copy_values(sheets)
    marked = _Marking(copied, sheets, issues, language, notes).made()
    return AnnotatedWorkbook(f"{name.stem}_danh_dau.xlsx", marked, notes)


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


class _Marking:
    """Marks one workbook: takes the marks of before away, restyles cells, comments them, adds the first sheet."""

    def __init__(
        self,
        content: bytes,
        sheets: Sequence[Sheet],
        issues: Sequence[Issue],
        language: Language,
        notes: Sequence[str],
    ) -> None:
        self._package = Package(content)
        self._book = Book(self._package)
        self._styles = Styles(self._package.read(self._book.styles_part))
        memories = {sheet.name: memory_of(sheet.rows()) for sheet in sheets if sheet.is_visible}
        self._list_name = next((name for name, memory in memories.items() if memory is not None), "")
        remembered: Iterable[Fill] = memories.get(self._list_name) or ()
        self._before = {(fill.sheet, fill.cell): fill.xml for fill in remembered}
        self._merged = {sheet.name: sheet.merged() for sheet in sheets}
        self._issues, self._language, self._notes = issues, language, notes

    def made(self) -> bytes:
        """Return the marked workbook."""
        by_sheet: dict[str, dict[str, list[Issue]]] = defaultdict(lambda: defaultdict(list))
        for issue in self._issues:
            if issue.severity in COLOURS and issue.cell:
                by_sheet[issue.sheet][self._top_left(issue)].append(issue)
        memory: list[Fill] = []
        for sheet in self._book.sheets:
            if sheet.name != self._list_name:
                memory += self._mark_sheet(sheet, by_sheet.get(sheet.name, {}))
        self._write_list(memory)
        self._package.write(self._book.styles_part, self._styles.xml())
        return self._package.save()

    def _top_left(self, issue: Issue) -> str:
        """Return the cell of an issue, or the first cell of the merged cells that it is part of."""
        row, column = place_of(issue.cell)
        for block in self._merged.get(issue.sheet, ()):
            if block.first_row <= row <= block.last_row and block.first_column <= column <= block.last_column:
                return address(block.first_row, block.first_column)
        return issue.cell

    def _mark_sheet(self, sheet: SheetOf, issues: Mapping[str, list[Issue]]) -> list[Fill]:
        """Mark the cells of a sheet, and give back what they were filled with before."""
        old = {cell for name, cell in self._before if name == sheet.name}
        if not issues and not old:
            return []
        memory: list[Fill] = []
        wanted: dict[tuple[int, int], Restyle] = {}
        for cell in old.union(issues):
            wanted[place_of(cell)] = self._restyle(sheet.name, cell, issues.get(cell, ()), memory)
        xml = restyle_cells(self._package.read(sheet.part), wanted)
        texts = {cell: "\n".join(_sentence(issue, self._language) for issue in found) for cell, found in issues.items()}
        self._package.write(sheet.part, self._with_comments(sheet.part, xml, texts))
        return memory

    def _restyle(self, sheet: str, cell: str, issues: Sequence[Issue], memory: list[Fill]) -> Restyle:
        remembered = self._before.get((sheet, cell))

        def restyle(style: int) -> int:
            now = self._styles.fill_of(style)
            is_ours = any(colour.encode() in now for colour in COLOURS.values())
            before = self._styles.element(remembered) if is_ours and remembered is not None else now
            if not issues:
                return style if before == now else self._styles.with_fill(style, before)
            # Remembered without a prefix: the memory must be read again after other programs have saved the file.
            plain = before if not self._styles.prefix else before.replace(self._styles.prefix, b"")
            memory.append(Fill(sheet, cell, plain.decode()))
            is_error = any(issue.severity == ERROR for issue in issues)
            colour = COLOURS[ERROR if is_error else WARNING]
            return self._styles.with_fill(style, self._styles.element(FILL.format(colour=colour)))

        return restyle

    def _with_comments(self, part: str, xml: bytes, texts: Mapping[str, str]) -> bytes:
        """Comment the cells of a sheet; return its XML, which names the drawing where it had none."""
        package = self._package
        relations = package.relations(part)
        comments_part = next((relation.target for relation in relations if relation.kind == "comments"), None)
        if not texts and comments_part is None:
            return xml
        link = legacy_drawing_of(xml)
        drawing_part = next((relation.target for relation in relations if relation.id == link), None)
        comments = Comments(
            package.read(comments_part) if comments_part else None,
            package.read(drawing_part) if drawing_part else None,
            author=AUTHOR,
        )
        if comments_part is None:
            comments_part = package.free_name("xl/comments{}.xml")
            package.add_type(comments_part, _COMMENTS_TYPE)
            package.relate(part, "comments", comments_part)
        if drawing_part is None:
            drawing_part = package.free_name("xl/drawings/vmlDrawing{}.vml")
            package.add_extension("vml", _DRAWING_TYPE)
            xml = with_legacy_drawing(xml, package.relate(part, "vmlDrawing", drawing_part), OFFICE)
        comments.take_ours_away()
        comments.add(texts)
        package.write(comments_part, comments.xml)
        package.write(drawing_part, comments.drawing)
        return xml

    def _write_list(self, memory: Sequence[Fill]) -> None:
        names = {sheet.name for sheet in self._book.sheets}
        title = self._list_name or self._language.say("Problems to mend")
        while not self._list_name and title in names:
            title = f"{title[:28]} +"
        xml = problem_sheet_xml(
            title,
            self._issues,
            memory,
            self._notes,
            sheets=names - {self._list_name},
            styles=self._styles,
            language=self._language,
        )
        known = next((sheet for sheet in self._book.sheets if sheet.name == self._list_name), None)
        if known is None:
            self._book.add_first_sheet(title, xml)
        else:
            self._package.write(known.part, xml)
            self._package.forget_relations(known.part)


def _sentence(issue: Issue, language: Language) -> str:
    text = language.say(issue.template, **issue.values)
    if issue.suggestion:
        text += " " + language.say("Suggestion: {suggestion}", suggestion=issue.suggestion)
    return text
