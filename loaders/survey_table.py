"""Where the table of a survey stands in a workbook: its header row and the columns that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.errors import FileError, mark
from geodata.names import plain_key
from geodata.tables import MEASURES
from loaders.templates import SurveyTemplate
from loaders.workbook import CellValue, Sheet, cell_text

HEADER_WITHIN_ROWS: Final = 40
_LEAST_MEASURES: Final = 2


@dataclass(frozen=True)
class ColumnFound:
    """A column of the sheet that was understood: which one, and how the sheet labels it."""

    key: str
    index: int
    label: str


@dataclass(frozen=True)
class TableFound:
    """
    A table of a workbook.

    Parameters
    ----------
    sheet
        The sheet that it stands in.
    header
        Row of its header, counted from 0.
    columns
        Columns that were understood, by their key, in the order of the sheet.
    """

    sheet: Sheet
    header: int
    columns: dict[str, ColumnFound]

    @property
    def measures(self) -> list[ColumnFound]:
        """Columns that hold counts."""
        return [column for column in self.columns.values() if column.key in MEASURES]

    def key_column(self, index: int) -> ColumnFound:
        """Return the column that names the commune to the reader of a row: the name, else the code."""
        named = [self.columns[key] for key in ("commune_name", "commune_code") if key in self.columns]
        filled = [column for column in named if self.text(index, column.key)]
        return (filled or named)[0]

    def value(self, index: int, column: ColumnFound) -> CellValue:
        """Return what a cell of the column holds; ``""`` where the row is shorter."""
        row = self.sheet.rows[index]
        return row[column.index] if column.index < len(row) else ""

    def text(self, index: int, key: str) -> str:
        """Return the cell of a column as text, whole numbers without ".0"; ``""`` where there is none."""
        if key not in self.columns:
            return ""
        return cell_text(self.value(index, self.columns[key]))


def find_table(sheets: list[Sheet], template: SurveyTemplate, *, file_name: str) -> TableFound:
    """
    Return the first visible table whose header names a commune and at least two measures.

    Raises
    ------
    FileError
        If no sheet has one.
    """
    for sheet in sheets:
        if sheet.is_visible and (header := _header_row(sheet, template)) is not None:
            columns = _match_labels(sheet.rows[header], template)
            return TableFound(sheet, header, {column.key: column for column in columns})
    raise FileError(
        "survey.header-missing",
        mark(
            'No sheet of "{file}" has a header that can be recognised. Sheets read: {sheets}. A header row '
            'needs a column "{code}" or "{name}" and at least two columns of households, such as '
            '"{measure}". Download the template and copy your figures into it.'
        ),
        file=file_name,
        sheets=", ".join(f'"{sheet.name}"' for sheet in sheets if sheet.is_visible) or "-",
        code=_both_headers(template, "commune_code"),
        name=_both_headers(template, "commune_name"),
        measure=_both_headers(template, "households_all"),
    )


def _both_headers(template: SurveyTemplate, key: str) -> str:
    column = template.column(key)
    return f"{column.header_vi} ({column.header_en})"


def _header_row(sheet: Sheet, template: SurveyTemplate) -> int | None:
    """Row whose labels name a commune and the most measures, among the first rows of the sheet."""
    found = []
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN_ROWS]):
        keys = {column.key for column in _match_labels(row, template)}
        measures = len(keys.intersection(MEASURES))
        if measures >= _LEAST_MEASURES and keys & {"commune_code", "commune_name"}:
            found.append((measures, -number))
    return -max(found)[1] if found else None


def _match_labels(labels: list[CellValue], template: SurveyTemplate) -> list[ColumnFound]:
    known = {plain_key(alias): column.key for column in template.columns for alias in column.names}
    found: dict[str, ColumnFound] = {}
    for index, label in enumerate(labels):
        key = known.get(plain_key(label)) if isinstance(label, str) and label.strip() else None
        if key is not None and key not in found:
            found[key] = ColumnFound(key, index, str(label).strip())
    return list(found.values())
