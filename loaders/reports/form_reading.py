"""An office's form (biểu mẫu) as it was brought: where its named cells and markers are, what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from geodata.errors import mark
from loaders.reports.form_fields import REPORT, SCOPES_VI, FormField, FormFields
from loaders.survey.issues import ERROR, WARNING, Issue

MARKER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_HALF_MARKER: Final = re.compile(r"\{\{|\}\}")
_NAME_LIKE: Final = 85  # how like a field an unknown name of a cell must be to be taken for a slip

_UNKNOWN_ALONE: Final = mark(
    'There is no field "{found}". All fields: the list below the form on the page, or `phudien report fill --fields`.'
)
_UNKNOWN_NEAR: Final = mark(
    'There is no field "{found}". The nearest is "{nearest}". All fields: the list below the form on the page, or '
    "`phudien report fill --fields`."
)
_HALF: Final = mark(
    '"{found}" opens a field that is not closed, or the other way round. Two curly brackets stand before a name and '
    "after."
)
_IN_FORMULA: Final = mark(
    'The formula "{found}" holds a field. Write the field into a cell of its own, and let the formula point to it.'
)
_TWO_SCOPES: Final = mark(
    "Fields of {first} and of {second} stand in one row. A row is repeated for one of them: move the other table below."
)
_IN_MERGED: Final = mark(
    "A row that is repeated cannot be in cells merged over several rows ({found}). Undo the merge; cells merged within "
    "the row may stay."
)
_NAME_OVER_CELLS: Final = mark(
    'The name "{found}" stands for several cells. Name one cell, or cells that are merged into one.'
)
_NAME_ON_FORMULA: Final = mark(
    'The cell named "{found}" holds a formula, which the figure would overwrite. Name an empty cell instead.'
)
_NAME_LIKE_FIELD: Final = mark('The name "{found}" is no field and was left alone. Was "{nearest}" meant?')
_NAME_OF_ROWS: Final = mark(
    'The name "{found}" is a field with one value a row. Write {{{{{found}}}}} into the cells of the row to repeat.'
)


@dataclass(frozen=True)
class MarkedCell:
    """A cell with fields: alone in it, or within a text."""

    cell: Cell
    fields: tuple[FormField, ...]
    text: str

    @property
    def is_alone(self) -> bool:
        """Whether the cell holds one field and nothing else, so that its value keeps its type."""
        return MARKER.fullmatch(self.text.strip()) is not None


@dataclass
class RepeatedRow:
    """A row that is repeated: once for each row of a scope."""

    sheet: Any
    row: int
    scope: str
    cells: list[MarkedCell] = field(default_factory=list)


@dataclass
class FormReading:
    """What was found in a form."""

    singles: list[MarkedCell] = field(default_factory=list)
    repeated: list[RepeatedRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to fill in."""
        return not (self.singles or self.repeated or self.issues)


def read_form(book: Workbook, fields: FormFields) -> FormReading:
    """Return what a form asks for; what is wrong with it are issues, each with its sheet and cell."""
    found = FormReading()
    for sheet in book.worksheets:
        for cell in _texts(sheet):
            _read_cell(sheet, cell, fields, found)
    for name, reference in _names(book):
        _read_name(book, name, reference, fields, found)
    found.repeated.sort(key=lambda block: (book.index(block.sheet), block.row))
    return found


def _texts(sheet: Any) -> Iterator[Cell]:
    """Cells that hold something else than a number, row by row; only those that the file has, however far apart."""
    for _, cell in sorted(sheet._cells.items()):
        if isinstance(cell, Cell) and cell.value is not None and not isinstance(cell.value, int | float | bool):
            yield cell


def _issue(code: str, severity: str, cell: Cell, value: str, template: str, **values: Any) -> Issue:
    sheet: Any = cell.parent
    suggestion = values.get("nearest")
    return Issue(f"form.{code}", severity, sheet.title, cell.coordinate, "", value, template, values, suggestion)


def _unknown(cell: Cell, name: str, fields: FormFields) -> Issue:
    nearest = fields.nearest(name)
    if nearest is None:
        return _issue("field-unknown", ERROR, cell, name, _UNKNOWN_ALONE, found=name)
    return _issue("field-unknown", ERROR, cell, name, _UNKNOWN_NEAR, found=name, nearest=nearest)


def _read_cell(sheet: Worksheet, cell: Cell, fields: FormFields, found: FormReading) -> None:
    text = str(getattr(cell.value, "text", cell.value))  # of an array formula its text
    names = MARKER.findall(text)
    if not names:
        if cell.data_type == "s" and _HALF_MARKER.search(text):
            found.issues.append(_issue("marker-open", ERROR, cell, text, _HALF, found=text[:60]))
        return
    if cell.data_type == "f":
        found.issues.append(_issue("marker-in-formula", ERROR, cell, text, _IN_FORMULA, found=text[:60]))
        return
    if _HALF_MARKER.search(MARKER.sub("", text)):
        found.issues.append(_issue("marker-open", ERROR, cell, text, _HALF, found=text[:60]))
        return
    known = [fields.find(name) for name in names]
    problems = [_unknown(cell, name, fields) for name, one in zip(names, known, strict=True) if one is None]
    found.issues += problems
    if problems:
        return
    marked = MarkedCell(cell, tuple(one for one in known if one is not None), text)
    scopes = {one.scope for one in marked.fields} - {REPORT}
    if not scopes:
        found.singles.append(marked)
    else:
        _add_to_row(sheet, marked, sorted(scopes), found)


def _add_to_row(sheet: Worksheet, marked: MarkedCell, scopes: list[str], found: FormReading) -> None:
    cell = marked.cell
    row = next((one for one in found.repeated if one.sheet is sheet and one.row == cell.row), None)
    known = [row.scope] if row else []
    if len(set(known + scopes)) > 1:
        first, second = (SCOPES_VI[scope] for scope in [*known, *scopes][:2])
        found.issues.append(
            _issue("two-tables-in-row", ERROR, cell, marked.text, _TWO_SCOPES, first=first, second=second)
        )
        return
    merged = next((area for area in sheet.merged_cells.ranges if cell.coordinate in area), None)
    if merged is not None and merged.min_row != merged.max_row:
        found.issues.append(_issue("row-in-merged", ERROR, cell, marked.text, _IN_MERGED, found=merged.coord))
        return
    if row is None:
        row = RepeatedRow(sheet, cell.row, scopes[0])
        found.repeated.append(row)
    row.cells.append(marked)


def _names(book: Workbook) -> Iterator[tuple[str, str]]:
    """Names of the workbook and of its sheets, and what they stand for."""
    owners: tuple[Any, ...] = (book, *book.worksheets)
    for owner in owners:
        for name, defined in owner.defined_names.items():
            yield name, str(defined.attr_text)


_REFERENCE: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)")


def _read_name(book: Workbook, name: str, reference: str, fields: FormFields, found: FormReading) -> None:
    target = _REFERENCE.fullmatch(reference)
    if target is None:
        return  # a constant, a formula, or a name of something that is no cell
    title = (target[1] or target[2]).replace("''", "'")
    if title not in book.sheetnames or not isinstance(book[title], Worksheet):
        return
    sheet: Any = book[title]
    area = target[3].replace("$", "")
    first_column, first_row, last_column, last_row = range_boundaries(area)
    cell = sheet.cell(first_row, first_column)
    one = fields.find(name)
    if one is None:
        nearest = fields.nearest(name, least=_NAME_LIKE)
        if nearest is not None:
            found.issues.append(
                _issue("name-unknown", WARNING, cell, name, _NAME_LIKE_FIELD, found=name, nearest=nearest)
            )
        return
    is_one = (first_column, first_row) == (last_column, last_row)
    is_merged = any(merged.coord == area for merged in sheet.merged_cells.ranges)
    if one.scope != REPORT:
        found.issues.append(_issue("name-of-rows", ERROR, cell, name, _NAME_OF_ROWS, found=name))
    elif not is_one and not is_merged:
        found.issues.append(_issue("name-over-cells", ERROR, cell, name, _NAME_OVER_CELLS, found=name))
    elif cell.data_type == "f":
        found.issues.append(_issue("name-on-formula", ERROR, cell, name, _NAME_ON_FORMULA, found=name))
    else:
        found.singles.append(MarkedCell(cell, (one,), f"{{{{{name}}}}}"))
