"""An office's own form (biểu mẫu, .xlsx) filled with the figures of a report; its formats, formulas and print stay."""

from __future__ import annotations

import math
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter

from geodata.errors import FileError, mark
from geodata.language import Language
from geodata.report_data import ProvinceReport
from loaders.reports import form_values
from loaders.reports.fixed_package import with_fixed_times
from loaders.reports.form_fields import BY_HAND, REPORT, FormField, load_form_fields
from loaders.reports.form_losses import losses_of, rough_parts_of
from loaders.reports.form_reading import MARKER, FormReading, MarkedCell, RepeatedRow, read_form
from loaders.reports.form_rows import RowInsertion
from loaders.reports.form_values import Value
from loaders.survey.issues import ERROR, Issue
from loaders.workbook.legacy_text import LEGACY_FONT
from loaders.workbook.package import damaged, scan_package
from loaders.workbook.parts import legal_text

LARGEST_FORM_BYTES: Final = 20 * 1024**2
_ZIP: Final = b"PK\x03\x04"
_MACROS: Final = "vbaProject.bin"
_LAST_ROW: Final = 1_048_576
_FORMATS: Final = {"count": "#,##0", "share": "0.00%", "date": "dd/mm/yyyy"}
"""Number formats for cells that have none of their own."""

_BLANK_IN_TEXT: Final = "……"
_MOST_RUNS: Final = 12
_LINE_HEIGHT: Final = 15
_LETTERS_A_WIDTH: Final = 0.9  # a column's width counts figures; letters of names are wider
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CORE: Final = "docProps/core.xml"

NOT_REPORTED: Final = mark("not reported")
TO_FILL_IN: Final = mark("to be filled in by hand: the store does not hold it")
NO_ROWS: Final = mark("there is none")


@dataclass(frozen=True)
class Blank:
    """A field that was left blank: where (one cell, or the cells of a column), which, and why (marked text)."""

    sheet: str
    cells: str
    field: FormField
    reason: str

    def message(self, language: Language) -> str:
        """Return it as a sentence in a language."""
        return language.say(
            'Sheet "{sheet}", {cells}: {meaning} ({name}): {reason}.',
            sheet=self.sheet,
            cells=self.cells,
            meaning=self.field.meaning(language),
            name=self.field.name(language),
            reason=language.say(self.reason),
        )


@dataclass(frozen=True)
class FilledForm:
    """
    A form that was filled in, or could not be.

    Parameters
    ----------
    content
        The file; None where an issue is an error: then nothing was filled in.
    issues
        What is wrong with the form.
    blanks
        Fields that were left blank.
    notes
        What could not be kept, and what else is to be known, as sentences.
    """

    file_name: str
    content: bytes | None
    issues: tuple[Issue, ...]
    blanks: tuple[Blank, ...]
    notes: tuple[str, ...]


def fill_form(content: bytes, *, file_name: str, report: ProvinceReport) -> FilledForm:
    """
    Return a form with the figures of a report in its named cells and in the place of its ``{{fields}}``.

    A row with fields of a scope (``{{commune.name}}``) is repeated for each of them: formats, heights, merges within
    the row and formulas are repeated, what stands below moves, and ranges that span the row take the new rows in. A
    cell of one field keeps the type of its value; fields without a value leave it empty. The same form and report give
    the same bytes.

    Raises
    ------
    FileError
        If the file is no .xlsx, holds macros, cannot be read, or holds no field at all.
    """
    name = PurePath(file_name.replace("\\", "/"))
    _refuse_other_files(content, name)
    scan_package(content, file_name=name.name, is_legacy_font=LEGACY_FONT)
    book = _opened(content, name.name)
    reading = read_form(book, load_form_fields())
    if reading.is_empty:
        raise FileError(
            "form.without-fields",
            mark(
                'The form "{file}" names no field. Give cells names such as ho_co_dien (Formulas, Define Name), or '
                "write {{{{ho_co_dien}}}} into them; for a table, write {{{{xa.ten}}}} and {{{{xa.tong_so_ho}}}} into "
                "one row. `phudien report fill --fields` lists all fields."
            ),
            file=name.name,
        )
    notes = _notes(content, report, book)
    if any(issue.severity == ERROR for issue in reading.issues):
        return FilledForm(name.name, None, tuple(reading.issues), (), notes)
    filling = _Filling(book, report)
    filling.fill(reading)
    filled = f"{name.stem}_{report.province_code}_{report.period}.xlsx"
    issues = (*reading.issues, *filling.issues)
    if any(issue.severity == ERROR for issue in filling.issues):
        return FilledForm(name.name, None, issues, (), notes)
    return FilledForm(filled, _saved(book, report), issues, tuple(filling.blanks), notes)


def _refuse_other_files(content: bytes, name: PurePath) -> None:
    suffix = name.suffix.lower()
    has_macros = False
    if content.startswith(_ZIP):
        try:
            with zipfile.ZipFile(BytesIO(content)) as package:
                has_macros = any(part.endswith(_MACROS) for part in package.namelist())
        except zipfile.BadZipFile as error:
            raise damaged(name.name, error) from error
    if suffix == ".xlsm" or has_macros:
        raise FileError(
            "form.with-macros",
            mark(
                'The form "{file}" holds macros, which would not be kept and are never run. Save it in Excel as '
                '"Excel Workbook (.xlsx)" and bring that.'
            ),
            file=name.name,
        )
    if suffix != ".xlsx" or not content.startswith(_ZIP):
        raise FileError(
            "form.not-xlsx",
            mark(
                'The form "{file}" is no .xlsx workbook. Open it in Excel or LibreOffice, save it as .xlsx, bring that.'
            ),
            file=name.name,
        )
    if len(content) > LARGEST_FORM_BYTES:
        raise FileError(
            "form.too-large",
            mark('The form "{file}" has {found} MB; a form may have {allowed}. Remove the sheets that hold data.'),
            file=name.name,
            found=len(content) // 1024**2,
            allowed=LARGEST_FORM_BYTES // 1024**2,
        )


def _opened(content: bytes, file_name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that openpyxl drops; `losses_of` tells them in our words
            return openpyxl.load_workbook(BytesIO(content), rich_text=True)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile) as error:
        raise damaged(file_name, error) from error


def _notes(content: bytes, report: ProvinceReport, book: Any) -> tuple[str, ...]:
    say = report.language.say
    notes = [say("Not kept: {what}.", what=say(lost)) for lost in losses_of(content)]
    notes += [say("Kept, but drawn anew: {what}. Look at them.", what=say(rough)) for rough in rough_parts_of(content)]
    guarded = [sheet.title for sheet in book.worksheets if sheet.protection.sheet]
    notes += [
        say('Sheet "{sheet}" is protected; it was filled in and stays protected.', sheet=name) for name in guarded
    ]
    if missing := len(report.communes_missing):
        notes.append(say("{n} communes did not report and are in no sum.", n=missing))
    if report.is_synthetic:
        notes.append(say("Synthetic demonstration data, not real figures."))
    return tuple(notes)


_Values = Mapping[tuple[str, str], Value]
"""Values by the scope and the English name of their field."""


@dataclass
class _Filling:
    """A form while it is filled in."""

    book: Any
    report: ProvinceReport
    blanks: list[Blank] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def fill(self, reading: FormReading) -> None:
        values = {(REPORT, key): value for key, value in form_values.values_of(self.report).items()}
        singles = [(marked, self._write(marked, values, marked.cell)) for marked in reading.singles]
        for block in reversed(reading.repeated):  # the lowest first: rows above stay where they are
            self._repeat(block, values)
        for marked, empty in singles:  # now that every cell is where it stays
            self._tell_blank(marked.cell, marked.cell.coordinate, empty)
        self.book.calculation.fullCalcOnLoad = True

    def _repeat(self, block: RepeatedRow, values: _Values) -> None:
        rows = [
            {(block.scope, key): value for key, value in row.items()}
            for row in form_values.rows_of(self.report, block.scope)
        ]
        more = max(0, len(rows) - 1)
        if block.sheet.max_row + more > _LAST_ROW:
            raise FileError(
                "form.too-many-rows",
                mark('Sheet "{sheet}" would have more rows than a sheet can have.'),
                sheet=block.sheet.title,
            )
        marked_at = {marked.cell.column: marked for marked in block.cells}
        empty: dict[tuple[int, FormField], list[int]] = {}

        def write_row(place: int, cell: Cell, new: Cell) -> bool:
            marked = marked_at.get(cell.column)
            if marked is None:
                return False
            for one in self._write(marked, {**values, **rows[place]}, new):
                empty.setdefault((cell.column, one), []).append(new.row)
            return True

        insertion = RowInsertion(block.sheet, block.row, more)
        if more:
            insertion.make()
            insertion.fill_from(write_row)
            for row in range(block.row + 1, block.row + more + 1):
                _give_room(block.sheet, row)
            self.issues += [_fixed_issue(cell, block) for cell in dict.fromkeys(insertion.fixed)]
        first = rows[0] if rows else {}
        for marked in block.cells:
            for one in self._write(marked, {**values, **first}, marked.cell):
                empty.setdefault((marked.cell.column, one), []).insert(0, block.row)
        _give_room(block.sheet, block.row)
        for (column, one), blank_rows in empty.items():
            reason = TO_FILL_IN if one.source == BY_HAND else NOT_REPORTED if rows else NO_ROWS
            cells = _cells_of(get_column_letter(column), blank_rows)
            self.blanks.append(Blank(block.sheet.title, cells, one, reason))

    def _write(self, marked: MarkedCell, values: _Values, cell: Any) -> list[FormField]:
        """Write what a marked cell asks for; return its fields without a value."""
        empty = [one for one in marked.fields if values.get((one.scope, one.key)) is None]
        if marked.is_alone:
            [one] = marked.fields
            _set(cell, values.get((one.scope, one.key)), one)
            return empty
        shown = iter([_shown(values.get((one.scope, one.key)), one, self.report.language) for one in marked.fields])
        _set_text(cell, MARKER.sub(lambda _: next(shown), marked.text))
        return empty

    def _tell_blank(self, cell: Any, cells: str, empty: Sequence[FormField]) -> None:
        for one in empty:
            reason = TO_FILL_IN if one.source == BY_HAND else NOT_REPORTED
            self.blanks.append(Blank(cell.parent.title, cells, one, reason))


def _cells_of(letter: str, rows: Sequence[int]) -> str:
    """Return cells of a column as ``C3, C7:C9``; of many single ones the first, and how many more there are."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    named = [f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}" for first, last in runs]
    more = f", … (+{len(named) - _MOST_RUNS})" if len(named) > _MOST_RUNS else ""
    return ", ".join(named[:_MOST_RUNS]) + more


def _give_room(sheet: Any, row: int) -> None:
    """Make a row without a height of its own high enough for its wrapped texts: no program does it by itself."""
    if sheet.row_dimensions[row].height is not None:
        return
    lines = 1
    for cell in sheet[row]:
        if isinstance(cell.value, str) and cell.data_type == "s" and cell.alignment.wrap_text:
            width = sheet.column_dimensions[get_column_letter(cell.column)].width * _LETTERS_A_WIDTH
            lines = max(lines, math.ceil(len(cell.value) / max(width, 1)))
    if lines > 1:
        sheet.row_dimensions[row].height = lines * _LINE_HEIGHT


def _fixed_issue(cell: Any, block: RepeatedRow) -> Issue:
    return Issue(
        "form.formula-of-one-row",
        "warning",
        cell.parent.title,
        cell.coordinate,
        "",
        str(getattr(cell.value, "text", cell.value)),
        mark(
            "The formula names one cell of row {row}, which was repeated, and so only the first of its rows. Write a "
            "range instead, such as C{row}:C{row}."
        ),
        {"row": str(block.row)},
    )


def _set(cell: Any, value: Value, one: FormField) -> None:
    """Write a value of a field into a cell that holds nothing else."""
    if isinstance(value, str):
        _set_text(cell, value)
        return
    cell.value = value
    if value is not None and cell.number_format in ("General", "@") and one.kind in _FORMATS:
        cell.number_format = _FORMATS[one.kind]


def _set_text(cell: Any, text: str) -> None:
    """Write a text that no program runs as a formula."""
    cell.value = legal_text(text)
    if cell.data_type != "s":
        cell.data_type = "s"


def _shown(value: Value, one: FormField, language: Language) -> str:
    """Return a value as it stands within a text."""
    if value is None:
        return _BLANK_IN_TEXT
    if isinstance(value, date):
        return language.day(value)
    if isinstance(value, str):
        return value
    number = Decimal(str(value))
    if one.kind == "share":
        return language.share(number, decimals=2)
    if one.kind == "count":
        return language.count(int(number))
    exponent = number.as_tuple().exponent
    return str(value) if not isinstance(value, float) else language.decimal(number, decimals=-min(0, int(exponent)))


def _saved(book: Any, report: ProvinceReport) -> bytes:
    known = {prop.name for prop in book.custom_doc_props.props}
    for key, text in report.stamp().items():
        if key in known:
            del book.custom_doc_props[key]
        book.custom_doc_props.append(StringProperty(name=key, value=text))
    buffer = BytesIO()
    book.save(buffer)
    at = report.data_moment or datetime.combine(report.data_date, time())
    moment = f"{at:%Y-%m-%dT%H:%M:%SZ}".encode()
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(buffer.getvalue())) as source, zipfile.ZipFile(written, "w") as target:
        for part in source.namelist():
            piece = source.read(part)
            if part == _CORE:  # openpyxl names the present moment as the last change
                piece = _MODIFIED.sub(rb"\g<1>" + moment + rb"\g<2>", piece)
            target.writestr(part, piece)
    return with_fixed_times(written.getvalue())
