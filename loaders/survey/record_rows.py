"""Rows of one table of things → typed records, a chunk at a time; what the whole column decides comes at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz, process

from geodata.coordinates import DEGREES, DMS, VN2000, read_place
from geodata.errors import mark
from geodata.name_keys import plain_key
from geodata.names import NameIndex
from geodata.units import Units
from loaders.reference import tables as reference_tables
from loaders.survey.amounts import AmountReader, Unreadable, factors_of
from loaders.survey.column_marks import ColumnSigns, Pending
from loaders.survey.columns import ColumnFound
from loaders.survey.issues import ERROR, INFO, WARNING, Issue
from loaders.survey.labels import total_of
from loaders.survey.log import SurveyLog
from loaders.survey.places import PlaceTyped, RowPlaces
from loaders.survey.record_rules import Finding
from loaders.survey.tables import TableFound
from loaders.survey.templates import TemplateColumn
from loaders.survey.values import as_typed, reader_of
from loaders.workbook.cells import Row, cell_text

MOST_ISSUES: Final = 20_000
"""Problems of a table that are kept with their cell; of more, only their number is told."""

_LEAST_FILLED: Final = 2
"""Cells that a row of things fills at least, beside those that say where it is."""

_MOST_CHOICES: Final = 8
_NEAR_FROM: Final = 75
"""How alike (0 to 100) a choice must be to be suggested; our assumption, tried on names that offices may write."""
_NONE_NEAR: Final = mark(
    '"{found}" is none of the names that may stand here, and like none of them. Choose one from the list of this '
    "column in the form."
)
"""Choices that are all named where a cell has none of them."""

_MEMO_SIZE: Final = 100_000
_PLACE_KEYS: Final = ("province_name", "district_name", "commune_name", "commune_code")

PROBLEMS: Final = {
    "unreadable": mark('"{found}" is not a number. Write digits only, such as 1204, or leave it blank.'),
    "fraction": mark('"{found}" is not a whole number. What is counted is whole, such as 120.'),
    "negative": mark('"{found}" is below zero. A count is 0 or more.'),
    "ambiguous": mark(
        '"{found}" can be read as {one} or as {other}, and nothing in the column says which. Write the number '
        "without a thousands mark."
    ),
    "unit": mark('"{found}" has a unit that does not fit. This column takes: {allowed}.'),
    "share": mark('"{found}" is no share. Write a percentage from 0 to 100.'),
    "share-doubtful": mark(
        'the column writes percentages such as 45, so "{found}" can be {found} % or a fraction. Write '
        "the % sign behind it."
    ),
    "date": mark('"{found}" is no day of the calendar. Write day, month and year, such as 30/6/2021.'),
    "choice": mark('"{found}" is not one of the choices: {allowed}.'),
    "period": mark(
        '"{found}" is no half-year, quarter, month or day. Write it such as 2021-H1, 6 tháng đầu năm 2021, '
        "Quý II/2021, 6/2021 or 30/6/2021."
    ),
    "coordinate": mark('"{found}" is no place in the south. Write decimal degrees such as 10,5372 and 105,1234.'),
}

_CONVERTED: Final = {
    (DEGREES, True): mark(
        "{count} coordinates had latitude and longitude in each other's column; they were put right."
    ),
    (DMS, False): mark("{count} coordinates in degrees, minutes and seconds were converted to decimal degrees."),
    (DMS, True): mark("{count} coordinates in degrees, minutes and seconds were converted, and put in order."),
    (VN2000, False): mark(
        "{count} coordinates in VN-2000 metres were converted to degrees by the province's meridian."
    ),
    (VN2000, True): mark("{count} coordinates in VN-2000 metres, easting first, were converted to degrees."),
}


class RecordRows:
    """
    Reads the rows of one table.

    Parameters
    ----------
    table
        The table and its template.
    units, names
        The list in which communes are sought.
    """

    def __init__(self, table: TableFound, units: Units, names: NameIndex) -> None:
        self.table = table
        self.log = SurveyLog(table)
        self.rows_read = 0
        self.counts: Counter[str] = Counter()
        self._places = RowPlaces(table, units, names, self.log)
        self._communes: dict[tuple[Any, ...], tuple[PlaceTyped, str | None, list[Issue]]] = {}
        communes = units.communes["province_code"]
        self._province_of = dict(zip(communes.index.astype(str), communes.astype(str), strict=True))
        self._epsg_of = reference_tables.load_central_meridians()
        self._converted: Counter[tuple[str, bool]] = Counter()
        template = table.template
        self._columns = [c for c in template.columns if c.key in template.figure_keys and c.key in table.columns]
        reported_by = [table.columns[key].index for key in template.reported_by if key in table.columns]
        self._measure_indexes = reported_by or [column.index for column in table.measures]
        self._least_filled = 1 if reported_by else _LEAST_FILLED
        self._has_places = template.has_places
        self._place_indexes = [table.columns[key].index for key in _PLACE_KEYS if key in table.columns]
        self._has_all_levels = {"province_name", "district_name"} <= set(table.columns)
        self._readers = {
            column.key: reader_of(
                column, label=table.columns[column.key].label, counts_from_1904=table.sheet.counts_from_1904
            )
            for column in self._columns
        }
        self._signs = {column.key: ColumnSigns(column.kind) for column in self._columns}
        self._required = [c for c in self._columns if c.is_required]
        self._header_row: Row = [*(" – ".join(parts) for parts in table.labels)]
        for missing in (c for c in template.columns if c.is_required and c.key not in table.columns):
            self._add(
                "survey.column-missing",
                ERROR,
                table.header,
                self._header_row,
                table.measures[0],
                mark('the table has no column "{label}", which every row needs.'),
                label=missing.header_vi,
            )
        self._lacks_columns = bool(self.log.bad_rows)

    def _add(
        self, code: str, severity: str, index: int, row: Row, column: ColumnFound, template: str, **values: Any
    ) -> None:
        self.counts[code] += 1
        if len(self.log.issues) < MOST_ISSUES:
            self.log.add(code, severity, index, row, column, template, **values)

    def _add_cell(
        self, code: str, severity: str, index: int, typed: Any, column: ColumnFound, template: str, **values: Any
    ) -> None:
        """Add a problem of a cell whose row is not at hand any more."""
        row: Row = [*[""] * column.index, typed]
        self._add(code, severity, index, row, column, template, found=cell_text(typed), **values)

    def add_finding(self, finding: Finding) -> None:
        """Log what a rule has found in one of this table's records."""
        # The key may be spread over columns that a sheet lacks; then its first column of values stands for the row.
        column = self.table.columns.get(finding.column, self.table.measures[0])
        fills = finding.fills | {"label": column.label}
        row: Row = [*[""] * column.index, finding.typed]
        self._add(finding.code, finding.severity, finding.row - 1, row, column, finding.template, **fills)

    def read_chunk(self, rows: Sequence[tuple[int, Row]]) -> pd.DataFrame:
        """Return the valid records of some rows; the others are logged."""
        kept = [(index, row) for index, row in rows if self._is_record(index, row)]
        self.rows_read += len(kept)
        bad: set[int] = set(range(len(kept))) if self._lacks_columns else set()
        communes = [self._commune(index, row) for index, row in kept] if self._has_places else []
        bad.update(place for place, commune in enumerate(communes) if commune is None)
        values = {column.key: self._read_column(column, kept, bad) for column in self._columns}
        if {"lat", "lon"} <= values.keys():
            self._read_places(values, communes, kept, bad)
        self._check_required(values, kept, bad)
        good = [place for place in range(len(kept)) if place not in bad]
        frame = {key: [found[place] for place in good] for key, found in values.items()}
        if self._has_places:
            frame["commune_code"] = [communes[place] for place in good]
        frame["row"] = [kept[place][0] + 1 for place in good]
        return as_typed(pd.DataFrame(frame), self.table.template)

    def _is_record(self, index: int, row: Row) -> bool:
        if len([i for i in self._measure_indexes if i < len(row) and row[i] != ""]) >= self._least_filled:
            first = next((value for value in row if value != ""), "")
            if isinstance(first, str) and len(first) < 40 and total_of(first) is not None:
                self._add(
                    "survey.total-left-out",
                    INFO,
                    index,
                    row,
                    self.table.measures[0],
                    mark("this row is a total; totals are reckoned by the system and were left out."),
                )
                return False
            return True
        texts = [value for value in row if isinstance(value, str) and value.strip()] if self._has_places else []
        if texts and len(texts) <= 2 and any(self._places.take_group(text) for text in texts):
            self._communes.clear()
        return False

    def _commune(self, index: int, row: Row) -> str | None:
        # Most rows name their places as a row before did. What stands above matters where they leave a level blank.
        cells = tuple([row[i] if i < len(row) else "" for i in self._place_indexes])
        names_all = self._has_all_levels and all(type(cell) is str and cell.strip() for cell in cells[:2])
        key: tuple[Any, ...] = cells if names_all else (self._places.typed, *cells)
        if key not in self._communes:
            self._places.take_names(row)
            before = len(self.log.issues)
            found = self._places.commune_of(index, row)
            said = self.log.issues[before:]
            self.counts.update(issue.code for issue in said)
            problems = [issue for issue in said if issue.severity == ERROR]
            if len(self._communes) >= _MEMO_SIZE:
                self._communes.clear()
            self._communes[key] = self._places.typed, found, problems
            return found
        typed, found, problems = self._communes[key]
        self._places.resume(typed)
        # What is wrong with a commune is wrong in each of its rows.
        self.counts.update(issue.code for issue in problems)
        if len(self.log.issues) < MOST_ISSUES:
            same = [(issue, issue.cell.rstrip("0123456789")) for issue in problems]
            self.log.issues += [replace(issue, cell=f"{letters}{index + 1}") for issue, letters in same]
        return found

    def _read_column(self, column: TemplateColumn, rows: list[tuple[int, Row]], bad: set[int]) -> list[Any]:
        read, place = self._readers[column.key], self.table.columns[column.key].index
        typed = [row[place] if len(row) > place else "" for _, row in rows]
        read_as = [None if cell == "" else read(cell) for cell in typed]
        found = self._signs[column.key].settle([index for index, _ in rows], typed, read_as)
        for number, value in enumerate(found):
            if type(value) is Unreadable:
                bad.add(number)
                found[number] = None
                self._log_unreadable(column, rows[number][0], typed[number], value)
        return found

    def _log_unreadable(
        self, column: TemplateColumn, index: int, typed: Any, value: Unreadable, **readings: Any
    ) -> None:
        near = _nearest_choices(column, typed)
        is_far = len(column.choices) > _MOST_CHOICES and not near
        self._add_cell(
            f"survey.value-{value.reason}",
            ERROR,
            index,
            typed,
            self.table.columns[column.key],
            _NONE_NEAR if is_far else PROBLEMS[value.reason],
            allowed=", ".join(near or [*factors_of(column.unit)]),
            **readings,
        )

    def _read_places(
        self,
        values: dict[str, list[Any]],
        communes: list[str | None],
        rows: list[tuple[int, Row]],
        bad: set[int],
    ) -> None:
        """Read both coordinates of each row together: only together do they tell their order and their system."""
        epsg_of = self._epsg_of
        lats, lons = values["lat"], values["lon"]
        for number, (lat, lon) in enumerate(zip(lats, lons, strict=True)):
            if lat is None and lon is None:
                continue
            commune = communes[number]
            province = self._province_of.get(commune) if commune else None
            place = read_place(lat, lon, epsg=epsg_of.get(province or ""))
            if place is None:
                bad.add(number)
                index, row = rows[number]
                typed = ", ".join(cell_text(value) for value in (lat, lon) if value is not None)
                column = self.table.columns["lat"]
                self._add("survey.value-coordinate", ERROR, index, row, column, PROBLEMS["coordinate"], found=typed)
                lats[number] = lons[number] = None
                continue
            lats[number], lons[number] = place.lat, place.lon
            if place.how != DEGREES or place.is_swapped:
                self._converted[place.how, place.is_swapped] += 1

    def _check_required(self, values: dict[str, list[Any]], rows: list[tuple[int, Row]], bad: set[int]) -> None:
        for column in self._required:
            sheet_column = self.table.columns[column.key]
            waiting = {cell.row for cell in self._signs[column.key].pending}
            for number, value in enumerate(values[column.key]):
                if value is None and number not in bad and rows[number][0] not in waiting:
                    bad.add(number)
                    self._add(
                        "survey.value-missing",
                        ERROR,
                        *rows[number],
                        sheet_column,
                        mark('"{label}" is blank; every row needs it.'),
                        label=column.header_vi,
                    )

    def finish(self, records: pd.DataFrame) -> pd.DataFrame:
        """
        Return all records of the table with its doubtful cells as their whole column has it.

        Cells that stay doubtful are logged, and their rows left out where no reading is safe; so is what was
        converted: nothing is converted silently.
        """
        self._log_converted()
        if not self.rows_read:
            no_rows = mark("there is no row below the header. Fill in at least one.")
            self._add("survey.no-rows", ERROR, self.table.header, self._header_row, self.table.measures[0], no_rows)
        bad: set[int] = set()
        for column in self._columns:
            signs = self._signs[column.key]
            late = signs.late_values()
            if late:
                bad |= self._settle_late(column, late, records)
            if len(signs.signs) != 1:
                bad |= self._log_doubtful(column, signs.pending)
        return records[~records["row"].isin(bad)].reset_index(drop=True) if bad else records

    def _settle_late(self, column: TemplateColumn, late: list[tuple[Pending, Any]], records: pd.DataFrame) -> set[int]:
        """Set what cells are by the sign that came after them; return the rows that are refused."""
        place_of = pd.Series(records.index, index=records["row"])
        bad = {cell.row + 1 for cell, value in late if isinstance(value, Unreadable)}
        for cell, value in late:
            if isinstance(value, Unreadable):
                self._log_unreadable(column, cell.row, cell.typed, value)
            elif cell.row + 1 in place_of.index:
                records.loc[place_of[cell.row + 1], column.key] = value
        return bad

    def _log_doubtful(self, column: TemplateColumn, pending: list[Pending]) -> set[int]:
        """Log cells of which the column says nothing; return the rows (as the sheet counts them) that are refused."""
        bad = set()
        is_told = False
        for cell in pending:
            doubt = cell.doubt
            if isinstance(doubt.value, Unreadable):
                self._log_unreadable(column, cell.row, cell.typed, doubt.value)
                bad.add(cell.row + 1)
            elif column.kind in ("amount", "stated"):
                one, other = (f"{number:g}" for number in (doubt.value, doubt.other))
                self._log_unreadable(column, cell.row, cell.typed, Unreadable("ambiguous"), one=one, other=other)
                bad.add(cell.row + 1)
            elif column.kind == "date" and not is_told:
                is_told = True
                self._add_cell(
                    "survey.date-doubtful",
                    WARNING,
                    cell.row,
                    cell.typed,
                    self.table.columns[column.key],
                    mark(
                        '"{found}" is read day first ({read}); nothing in the column says whether month comes first '
                        "({swapped}). Write one date with a day above 12, or confirm with a reason. Dates like it in "
                        "the column: {count}."
                    ),
                    read=doubt.value.isoformat(),
                    swapped=doubt.other.isoformat(),
                    count=len(pending),
                )
        return bad

    def _log_converted(self) -> None:
        for (how, is_swapped), count in self._converted.items():
            template, column = _CONVERTED[how, is_swapped], self.table.columns["lat"]
            self._add(
                "survey.coordinates-converted",
                INFO,
                self.table.header,
                self._header_row,
                column,
                template,
                count=count,
            )
        amounts = {key: read for key, read in self._readers.items() if isinstance(read, AmountReader)}
        for key, read in amounts.items():
            for unit, count in read.converted.items():
                self._add(
                    "survey.unit-converted",
                    INFO,
                    self.table.header,
                    self._header_row,
                    self.table.columns[key],
                    mark("{count} amounts written in {written} were converted to {unit}."),
                    count=count,
                    written=unit,
                    unit=read.unit,
                )


def _nearest_choices(column: TemplateColumn, typed: Any) -> list[str]:
    """Return the choices of a column by their first name; of many, those much like what was typed, if any."""
    names = [names[0] for _, names in column.choices]
    if len(names) <= _MOST_CHOICES:
        return names
    keys = {name: plain_key(name) for name in names}
    near = process.extract(plain_key(cell_text(typed)), keys, scorer=fuzz.ratio, limit=3, score_cutoff=_NEAR_FROM)
    return [*(f'"{name}"' for _, _, name in near), "…"] if near else []
