"""Rows put into a sheet below one of its rows: whatever stands further down moves with all that points to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.chart.data_source import NumRef, StrRef
from openpyxl.descriptors.serialisable import Serialisable
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.merge import MergedCellRange

_SHEET: Final = re.compile(r"(?:('(?:[^']|'')+')|([^'!]+))!(.+)", re.DOTALL)
_CELLS: Final = re.compile(r"(\$?[A-Za-z]{1,3})(\$?)(\d+)(?::(\$?[A-Za-z]{1,3})(\$?)(\d+))?")
_ROWS: Final = re.compile(r"(\$?)(\d+):(\$?)(\d+)")
_AREA: Final = re.compile(r"([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?")


@dataclass
class RowInsertion:
    """
    Rows that are put below a row.

    Parameters
    ----------
    row
        The row below which they come; what spans it grows.
    count
        How many.
    fixed
        Cells outside the row whose formulas name only a cell of it, and none of the new ones.
    """

    sheet: Any  # a worksheet; some of what moves has no public name
    row: int
    count: int
    fixed: list[Cell] = field(default_factory=list)

    def make(self) -> None:
        """Put the rows in, empty and without formats."""
        sheet, book = self.sheet, self.sheet.parent
        self._move_formulas(book)
        self._move_names(book)
        merged = [self._moved_area(area.coord) for area in sheet.merged_cells.ranges]
        self._move_cells()
        self._set_merged(merged)
        self._move_heights()
        self._move_formats()
        self._move_page_set_up()
        self._move_drawings(book)
        for cell in sheet._cells.values():
            if isinstance(cell, Cell) and cell.hyperlink is not None:
                cell.hyperlink.ref = cell.coordinate

    # ---- where things are after it

    def _row(self, number: int) -> int:
        return number + self.count if number > self.row else number

    def _span(self, first: int, last: int) -> tuple[int, int]:
        """Where the first and last row of a range are after it; one that spans the row takes the new ones in."""
        if first > self.row:
            return first + self.count, last + self.count
        return first, last + self.count if last >= self.row else last

    def _moved_area(self, area: str) -> str:
        """Return an area such as ``A1:B2``; a cell alone on the row stays alone."""
        match = _AREA.fullmatch(area.replace("$", ""))
        if match is None:
            return area
        if match[3] is None:
            return f"{match[1]}{self._row(int(match[2]))}"
        if int(match[2]) == int(match[4]) == self.row:  # within the row: the new rows get their own
            return area
        first, last = self._span(int(match[2]), int(match[4]))
        return f"{match[1]}{first}:{match[3]}{last}"

    def _grown_area(self, area: str) -> str:
        """Return an area in which what is on the row holds for the new ones as well."""
        match = _AREA.fullmatch(area.replace("$", ""))
        if match is None:
            return area
        first, last = self._span(int(match[2]), int(match[4] or match[2]))
        return f"{match[1]}{first}:{match[3] or match[1]}{last}"

    # ---- formulas

    def moved_formula(self, formula: str, own: Any, cell: Cell | None = None) -> str:
        """
        Return a formula whose references follow what they point to.

        Parameters
        ----------
        own
            The sheet that references without one mean.
        cell
            The cell that holds it; within the row itself, ranges of that row stay in it.
        """
        is_within = cell is not None and cell.parent is self.sheet and cell.row == self.row
        tokens = Tokenizer(formula)
        for token in tokens.items:
            if token.type == Token.OPERAND and token.subtype == Token.RANGE:
                token.value = self._moved_reference(token.value, own, cell, is_within=is_within)
        return str(tokens.render())  # type: ignore[no-untyped-call]

    def _moved_reference(self, text: str, own: Any, cell: Cell | None, *, is_within: bool) -> str:
        named = _SHEET.fullmatch(text)
        title = own.title if own else ""
        if named:
            title = named[1][1:-1].replace("''", "'") if named[1] else named[2]
        if title != self.sheet.title:
            return text
        head, reference = (text[: -len(named[3])], named[3]) if named else ("", text)
        if rows := _ROWS.fullmatch(reference):
            first, last = self._span(int(rows[2]), int(rows[4]))
            return f"{head}{rows[1]}{first}:{rows[3]}{last}"
        cells = _CELLS.fullmatch(reference)
        if cells is None:
            return text
        if cells[4] is None:
            if int(cells[3]) == self.row and cell is not None and not is_within:
                self.fixed.append(cell)
            return f"{head}{cells[1]}{cells[2]}{self._row(int(cells[3]))}"
        is_fixed = bool(cells[2] and cells[5])  # $B$3:$B$3 within the row: all of its rows, for a share of the total
        if is_within and not is_fixed and int(cells[3]) == int(cells[6]) == self.row:
            return text
        first, last = self._span(int(cells[3]), int(cells[6]))
        return f"{head}{cells[1]}{cells[2]}{first}:{cells[4]}{cells[5]}{last}"

    def _move_formulas(self, book: Any) -> None:
        for sheet in book.worksheets:
            for cell in _formulas(sheet):
                if isinstance(cell.value, ArrayFormula):
                    if sheet is self.sheet:
                        cell.value.ref = self._moved_area(cell.value.ref)
                    cell.value.text = self.moved_formula(str(cell.value.text), sheet, cell)
                else:
                    cell.value = self.moved_formula(str(cell.value), sheet, cell)

    def _move_names(self, book: Any) -> None:
        for owner in (book, *book.worksheets):
            for defined in owner.defined_names.values():
                if defined.attr_text:
                    defined.attr_text = self._moved_text(defined.attr_text, None)

    def _moved_text(self, formula: str, own: Any, *, is_within: bool = False) -> str:
        """Return a formula that is written without its equals sign."""
        cell = self.sheet.cell(self.row, 1) if is_within else None
        return self.moved_formula(f"={formula}", own, cell).removeprefix("=")

    # ---- the sheet

    def _move_cells(self) -> None:
        """openpyxl's own way makes a cell for every row up to the last: a million, where one stands that far down."""
        moved = {}
        for (row, column), cell in self.sheet._cells.items():
            cell.row = self._row(row)
            moved[cell.row, column] = cell
        self.sheet._cells = moved

    def _set_merged(self, areas: list[str]) -> None:
        self.sheet.merged_cells.ranges = {MergedCellRange(self.sheet, area) for area in areas}
        for area in self.sheet.merged_cells.ranges:
            if area.min_row <= self.row < area.max_row:  # it has grown
                for row in range(self.row + 1, self.row + self.count + 1):
                    for column in range(area.min_col, area.max_col + 1):
                        self.sheet._cells[row, column] = MergedCell(self.sheet, row=row, column=column)

    def _move_heights(self) -> None:
        dimensions = self.sheet.row_dimensions
        for row in sorted((row for row in dimensions if row > self.row), reverse=True):
            moved = dimensions.pop(row)
            moved.index = row + self.count
            dimensions[moved.index] = moved

    def _move_formats(self) -> None:
        sheet = self.sheet
        kept = ConditionalFormattingList()
        for formatting in sheet.conditional_formatting:
            where = " ".join(self._grown_area(area.coord) for area in formatting.sqref.ranges)
            is_within = all(area.min_row == self.row for area in formatting.sqref.ranges)
            for rule in formatting.rules:
                rule.formula = [self._moved_text(text, sheet, is_within=is_within) for text in rule.formula]
                kept.add(where, rule)
        sheet.conditional_formatting = kept
        for validation in sheet.data_validations.dataValidation:
            validation.sqref = MultiCellRange([self._grown_area(area.coord) for area in validation.sqref.ranges])
            for name in ("formula1", "formula2"):
                if text := getattr(validation, name):
                    setattr(validation, name, self._moved_text(text, sheet))
        for table in sheet.tables.values():
            table.ref = self._moved_area(table.ref)
            if table.autoFilter is not None:
                table.autoFilter.ref = self._moved_area(table.autoFilter.ref)

    def _move_page_set_up(self) -> None:
        sheet = self.sheet
        if sheet.auto_filter.ref:
            sheet.auto_filter.ref = self._moved_area(sheet.auto_filter.ref)
        if sheet.print_area:
            areas = (area.rpartition("!")[2].replace("$", "") for area in sheet.print_area.split(","))
            sheet.print_area = ",".join(self._grown_area(area) for area in areas)
        if sheet.print_title_rows:
            first, last = (int(row.replace("$", "")) for row in sheet.print_title_rows.split(":"))
            if first > self.row:
                sheet.print_title_rows = f"{first + self.count}:{last + self.count}"
        for broken in sheet.row_breaks.brk:
            broken.id = self._row(broken.id)

    def _move_drawings(self, book: Any) -> None:
        for drawn in (*self.sheet._images, *self.sheet._charts):
            start, end = getattr(drawn.anchor, "_from", None), getattr(drawn.anchor, "to", None)
            for corner in (start, end):
                if corner is not None and corner.row >= self.row:  # counted from 0
                    corner.row += self.count
        for sheet in (*book.worksheets, *book.chartsheets):
            for chart in sheet._charts:
                for reference in _references(chart, set()):
                    reference.f = self._moved_text(str(reference.f), None)

    # ---- the new rows

    def fill_from(self, write: Callable[[int, Cell, Cell], bool]) -> None:
        """
        Give the new rows the formats, heights, merges, constants and formulas of the row above them.

        Parameters
        ----------
        write
            Called with the place of the new row (1 for the first), the cell above and the new one; whether it has
            written the value itself.
        """
        sheet = self.sheet
        height = sheet.row_dimensions.get(self.row)
        across = [area for area in sheet.merged_cells.ranges if area.min_row == area.max_row == self.row]
        above: list[Any] = [cell for cell in sheet[self.row] if isinstance(cell, Cell)]
        for place in range(1, self.count + 1):
            row = self.row + place
            for cell in above:
                new: Any = sheet.cell(row, cell.column)
                if isinstance(new, MergedCell):
                    continue
                new._style = copy(cell._style)
                if not write(place, cell, new):
                    _copy_value(cell, new)
            if height is not None:
                copied = copy(height)
                copied.index = row
                sheet.row_dimensions[row] = copied
            for area in across:
                self._merge_across(area, row)

    def _merge_across(self, area: Any, row: int) -> None:
        for column in range(area.min_col + 1, area.max_col + 1):
            above = self.sheet._cells[self.row, column]
            merged: Any = MergedCell(self.sheet, row=row, column=column)
            merged._style = copy(above._style)
            self.sheet._cells[row, column] = merged
        first = _AREA.fullmatch(area.coord)
        assert first is not None
        self.sheet.merged_cells.add(MergedCellRange(self.sheet, f"{first[1]}{row}:{first[3]}{row}"))


def _formulas(sheet: Any) -> Iterator[Cell]:
    for cell in list(sheet._cells.values()):  # only those that the file has: rows between them may be a million
        if isinstance(cell, Cell) and cell.data_type == "f" and isinstance(cell.value, str | ArrayFormula):
            yield cell


def _copy_value(cell: Cell, new: Cell) -> None:
    value = cell.value
    if cell.data_type == "f" and isinstance(value, str):
        new.value = Translator(value, origin=cell.coordinate).translate_formula(new.coordinate)
    elif cell.data_type == "f" and isinstance(value, ArrayFormula):
        text = Translator(value.text, origin=cell.coordinate).translate_formula(new.coordinate)
        new.value = ArrayFormula(new.coordinate, text)
    elif value is not None:
        new.value = value
        new.data_type = cell.data_type


def _references(part: Any, seen: set[int]) -> Iterator[NumRef | StrRef]:
    """Every reference to cells within a chart."""
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, NumRef | StrRef):
        if part.f:
            yield part
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _references(one, seen)
    elif isinstance(part, Serialisable):
        for value in vars(part).values():
            yield from _references(value, seen)
