"""Where the tables of a survey stand in a workbook: headers of one to four lines, in any visible sheet."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from geodata.errors import FileError, mark
from geodata.name_keys import split_type_word
from geodata.names import NameIndex
from loaders.survey.columns import ColumnFound, layout_of, match_columns, match_label
from loaders.survey.labels import total_of
from loaders.survey.provinces import is_province
from loaders.survey.templates import SurveyTemplate
from loaders.workbook.cells import Block, CellValue, Row, Sheet, cell_text

HEADER_LINES: Final = 4
HEADER_WITHIN_ROWS: Final = 60
_LEAST_MEASURES: Final = 2
_SAMPLE_ROWS: Final = 400
_TITLE_LINES: Final = 12
_TITLE_CELLS: Final = 3
"""Cells that a row of titles or of the upper line of a header fills at most."""
_PLACES: Final = ("province_name", "district_name", "commune_name")
_COLUMN_NUMBER: Final = re.compile(r"\(?\s*(\d{1,2})\s*\)?(?:\s*=.*)?")

ChosenColumns = Callable[[str], Mapping[str, str]]
"""Gives the columns chosen by hand for a layout: `columns.label_key` → key of the column."""


@dataclass(frozen=True)
class TableFound:
    """
    A table of a sheet.

    Parameters
    ----------
    sheet
        The sheet that it stands in.
    header
        Last row of its header, counted from 0.
    labels
        For each column the lines of its header.
    columns
        Columns that were understood, by their key, in the order of the sheet.
    titles
        Texts above the header, from top to bottom; the name of the sheet comes last.
    layout
        Fingerprint of the header.
    template
        The template that its columns are of.
    """

    sheet: Sheet
    header: int
    labels: tuple[tuple[str, ...], ...]
    columns: dict[str, ColumnFound]
    titles: tuple[str, ...]
    layout: str
    template: SurveyTemplate

    @cached_property
    def measures(self) -> list[ColumnFound]:
        """Columns that hold what the rows report."""
        return [column for column in self.columns.values() if column.key in self.template.figure_keys]

    @property
    def unread(self) -> list[ColumnFound]:
        """Columns with a label that was not understood."""
        read = {column.index for column in self.columns.values()}
        labelled = ((index, " – ".join(dict.fromkeys(parts))) for index, parts in enumerate(self.labels) if parts)
        return [ColumnFound("", index, label, 0.0) for index, label in labelled if index not in read]

    def value(self, row: Row, column: ColumnFound) -> CellValue:
        """Return what a cell of the column holds; ``""`` where the row is shorter."""
        return row[column.index] if column.index < len(row) else ""

    def text(self, row: Row, key: str) -> str:
        """Return the cell of a column as text, whole numbers without ".0"; ``""`` where there is none."""
        return cell_text(self.value(row, self.columns[key])) if key in self.columns else ""

    def key_column(self, row: Row) -> ColumnFound:
        """Return the column that names the commune to the reader of a row: the name, else the code."""
        named = [self.columns[key] for key in ("commune_name", "commune_code") if key in self.columns]
        filled = [column for column in named if self.text(row, column.key)]
        # Columns of places may have been looked for by their content, and none found.
        return next(iter(filled or named), self.measures[0])


@dataclass(frozen=True)
class TableRead:
    """
    A table as it was understood.

    Parameters
    ----------
    sheet, header_row
        Where it stands; `header_row` is the last line of the header as the sheet counts it.
    columns, unread
        Columns that were understood and those that were not, in the order of the sheet.
    layout
        Fingerprint of the header, under which columns chosen by hand are remembered.
    rows
        Rows that carry data.
    """

    sheet: str
    header_row: int
    columns: tuple[ColumnFound, ...]
    unread: tuple[ColumnFound, ...]
    layout: str
    rows: int

    @classmethod
    def of(cls, table: TableFound, rows: int) -> TableRead:
        """Return what was understood of a table in which so many rows carry data."""
        columns = tuple(table.columns.values())
        return cls(table.sheet.name, table.header + 1, columns, tuple(table.unread), table.layout, rows)


@dataclass
class _Stream:
    """Rows of a sheet with a look ahead."""

    rows: Iterator[Row]
    next_index: int = 0
    ahead: deque[Row] = field(default_factory=deque)

    def peek(self, count: int) -> list[Row]:
        while len(self.ahead) < count and (row := next(self.rows, None)) is not None:
            self.ahead.append(row)
        return list(itertools.islice(self.ahead, count))

    def take(self) -> tuple[int, Row] | None:
        if not self.peek(1):
            return None
        self.next_index += 1
        return self.next_index - 1, self.ahead.popleft()


class TableReader:
    """
    Reads the tables of the sheets of one workbook, one after another, each row once.

    Parameters
    ----------
    template
        The columns that are sought.
    names
        Tells columns of place names where their header is blank.
    chosen_columns
        Columns chosen by hand, by layout.
    """

    def __init__(
        self, template: SurveyTemplate, names: NameIndex, *, chosen_columns: ChosenColumns | None = None
    ) -> None:
        self._template = template
        self._names = names
        self._chosen = chosen_columns or (lambda _: {})
        # Asked for every row below a table, so a plain look-up: letter case apart, as offices write them.
        self._labels = {name.lower() for column in template.columns for name in column.names}

    def read(self, sheet: Sheet) -> Iterator[tuple[TableFound, Iterator[tuple[int, Row]]]]:
        """Yield each table of a sheet with its rows; the rows must be drawn before the next table is asked for."""
        stream = _Stream(sheet.rows())
        merged = {(b.first_row, b.first_column): b for b in sheet.merged()}
        titles: deque[str] = deque(maxlen=_TITLE_LINES)
        recent: deque[Row] = deque(maxlen=HEADER_LINES - 1)
        while True:
            found = self._next_table(sheet, stream, merged, titles, recent)
            if found is None:
                return
            recent.clear()
            titles.clear()
            rows = self._rows_of(stream, recent, titles)
            yield found, rows
            for _ in rows:
                pass

    def _rows_of(self, stream: _Stream, recent: deque[Row], titles: deque[str]) -> Iterator[tuple[int, Row]]:
        while stream.ahead or stream.peek(1):
            if self._is_label_row(stream.ahead[0]):
                return
            index, row = stream.take() or (0, [])
            if len(row) - row.count("") <= _TITLE_CELLS:
                titles.extend(value.strip() for value in row if isinstance(value, str) and value.strip())
                recent.append(row)
            elif recent:
                recent.clear()
            yield index, row

    def _is_label_row(self, row: Row) -> bool:
        """Whether a row below a table can only be the header of another one."""
        known = self._labels
        if _holds_numbers(row):
            return False
        if len([value for value in row if type(value) is str and value.lower() in known]) < _LEAST_MEASURES:
            return False
        keys = {match_label((value.strip(),), self._template)[0] for value in row if isinstance(value, str)}
        return len(keys.intersection(self._template.figure_keys)) >= _LEAST_MEASURES

    def _next_table(
        self,
        sheet: Sheet,
        stream: _Stream,
        merged: dict[tuple[int, int], Block],
        titles: deque[str],
        recent: deque[Row],
    ) -> TableFound | None:
        start = stream.next_index
        while stream.next_index - start < HEADER_WITHIN_ROWS and stream.peek(1):
            block = self._header_block(stream, recent, merged)
            if block is not None and block[0] <= len(recent):
                first, height = block
                lines = [*recent, *stream.peek(HEADER_LINES)]
                top = stream.next_index - len(recent) + first
                labels = _join_labels(lines[first : first + height], top, merged)
                for _ in range(first + height - len(recent)):
                    stream.take()
                return self._table(sheet, stream, labels, top + height - 1, titles)
            taken = stream.take()
            if taken is None:
                return None
            recent.append(taken[1])
            titles.extend(text.strip() for text in taken[1] if isinstance(text, str) and text.strip())
        return None

    def _header_block(
        self, stream: _Stream, recent: deque[Row], merged: dict[tuple[int, int], Block]
    ) -> tuple[int, int] | None:
        """
        Return the first line, counted in `recent` and what comes, and the height of the best header in sight.

        A header that begins further below is looked at again from there, when all of its lines are in sight.
        """
        coming = stream.peek(HEADER_LINES)
        lines = [*recent, *coming]
        top = stream.next_index - len(recent)
        best: tuple[tuple[int, int, float, int], int, int] | None = None
        for first in range(len(lines)):
            for height in range(1, HEADER_LINES + 1):
                end = first + height
                if end <= len(recent) or end > len(lines) or _holds_numbers(lines[end - 1]):
                    continue
                score = self._score(_join_labels(lines[first:end], top + first, merged))
                if score is not None and (best is None or (*score, -height) > best[0]):
                    best = ((*score, -height), first, height)
        if best is None:
            return None
        _, first, height = best
        labels = _join_labels(lines[first : first + height], top + first, merged)
        keys = self._template.figure_keys
        if self._template.known_by:  # the rows of a list are texts too, and would be taken for lines of its header
            return first, height
        figures = [
            c.index for c in match_columns(labels, self._template, self._chosen(layout_of(labels))) if c.key in keys
        ]
        while height < HEADER_LINES and first + height < len(lines) and _parts(lines[first + height], min(figures)):
            height += 1
        return first, height

    def _score(self, labels: tuple[tuple[str, ...], ...]) -> tuple[int, int, float] | None:
        columns = match_columns(labels, self._template, self._chosen(layout_of(labels)))
        keys = {column.key for column in columns}
        measures = len(keys.intersection(self._template.figure_keys))
        first = min((c.index for c in columns if c.key in self._template.figure_keys), default=0)
        # Place columns may stand without a header; then there are blank labels left of the first measure.
        is_placed = not self._template.has_places or (
            keys & {"commune_code", "commune_name"} or any(not parts for parts in labels[:first])
        )
        if measures < _LEAST_MEASURES or not is_placed:
            return None
        return measures, len(columns), sum(column.confidence for column in columns)

    def _table(
        self,
        sheet: Sheet,
        stream: _Stream,
        labels: tuple[tuple[str, ...], ...],
        header: int,
        titles: deque[str],
    ) -> TableFound | None:
        layout = layout_of(labels)
        columns = {c.key: c for c in match_columns(labels, self._template, self._chosen(layout))}
        if _numbers_columns(stream.peek(1)):
            stream.take()
        if self._template.has_places:
            columns |= self._places_by_content(stream.peek(_SAMPLE_ROWS), labels, columns)
        ordered = dict(sorted(columns.items(), key=lambda item: item[1].index))
        return TableFound(sheet, header, labels, ordered, (*titles, sheet.name), layout, self._template)

    def _places_by_content(
        self, rows: list[Row], labels: tuple[tuple[str, ...], ...], columns: dict[str, ColumnFound]
    ) -> dict[str, ColumnFound]:
        """Find place columns without a header by the names that stand in them."""
        first = min(column.index for column in columns.values() if column.key in self._template.figure_keys)
        taken = {column.index for column in columns.values()}
        missing = [key for key in _PLACES if key not in columns]
        found: dict[str, ColumnFound] = {}
        for index in (i for i in range(first) if i not in taken and not (i < len(labels) and labels[i])):
            texts = {str(row[index]).strip() for row in rows if index < len(row) and isinstance(row[index], str)}
            level = self._level_of(texts - {""})
            if level in missing and level not in found:
                found[level] = ColumnFound(level, index, "")
        return found

    def _level_of(self, texts: set[str]) -> str:
        """Level that most of the names of a column belong to; "" where they are no place names."""
        counts = dict.fromkeys(_PLACES, 0)
        for text in texts:
            name = total_of(text) or text
            kinds, _ = split_type_word(name)
            if kinds & {"xa", "phuong", "thi-tran"}:
                counts["commune_name"] += 1
            elif kinds & {"huyen", "quan", "thi-xa"}:
                counts["district_name"] += 1
            elif is_province(name):
                counts["province_name"] += 1
            elif self._names.find_district(name, province_code=None).code is not None:
                counts["district_name"] += 1
        level = max(counts, key=lambda key: counts[key])
        return level if counts[level] * 2 >= max(len(texts), 1) else ""


def require_header(sheets: list[Sheet], template: SurveyTemplate, *, file_name: str) -> FileError:
    """Return the error for a workbook in which no table was found."""

    def both(key: str) -> str:
        column = template.column(key)
        return f"{column.header_vi} ({column.header_en})"

    read = ", ".join(f'"{sheet.name}"' for sheet in sheets if sheet.is_visible) or "-"
    if not template.has_places:
        return FileError(
            "survey.header-missing",
            mark(
                'No sheet of "{file}" has a header that can be recognised. Sheets read: {sheets}. A header row needs '
                "the columns {columns}. Download the template and copy your figures into it."
            ),
            file=file_name,
            sheets=read,
            columns=", ".join(both(column.key) for column in template.columns if column.key in template.figure_keys),
        )
    return FileError(
        "survey.header-missing",
        mark(
            'No sheet of "{file}" has a header that can be recognised. Sheets read: {sheets}. A header row '
            'needs a column "{code}" or "{name}" and at least two other columns of the template, such as '
            '"{measure}". Download the template and copy your figures into it.'
        ),
        file=file_name,
        sheets=read,
        code=both("commune_code"),
        name=both("commune_name"),
        measure=both(template.figure_keys[0]),
    )


def _join_labels(lines: list[Row], top: int, merged: dict[tuple[int, int], Block]) -> tuple[tuple[str, ...], ...]:
    """Lines of the header of each column; a label above several columns is given to each of them."""
    width = max(map(len, lines))
    texts = [[cell_text(v) if isinstance(v, str) else "" for v in [*row, *[""] * (width - len(row))]] for row in lines]
    for number, row in enumerate(texts[:-1]):
        group, ends = "", -1
        for column, text in enumerate(row):
            block = merged.get((top + number, column))
            if text:
                group, ends = text, block.last_column if block else (width if not merged else column)
            elif group and column <= ends and any(below[column] for below in texts[number + 1 :]):
                row[column] = group
            else:
                group = ""
    return tuple(tuple(row[column] for row in texts if row[column]) for column in range(width))


def _parts(line: Row, first_figure: int) -> bool:
    """Whether a line below a header only parts columns of figures, as "1 người, 2 người" does."""
    filled = [index for index, value in enumerate(line) if value != "" and str(value).strip()]
    is_text = all(any(letter.isalpha() for letter in str(line[index])) for index in filled)
    return is_text and len(filled) >= _LEAST_MEASURES and min(filled) >= first_figure


def _holds_numbers(row: Row) -> bool:
    # Asked for every row: every number of a sheet is a float or an int, and `type` tells them from truth values.
    return len([value for value in row if type(value) is float or type(value) is int]) >= _LEAST_MEASURES


def _numbers_columns(rows: list[Row]) -> bool:
    """Whether the row below a header only numbers its columns: (1) (2) (3)."""
    found = [_COLUMN_NUMBER.fullmatch(cell_text(value)) for value in (rows[0] if rows else []) if value != ""]
    numbers = [int(match[1]) for match in found if match]
    steps = {b - a for a, b in itertools.pairwise(numbers)}
    return len(numbers) >= 3 and steps == {1} and numbers[0] <= HEADER_LINES and len(numbers) >= len(found) - 2
