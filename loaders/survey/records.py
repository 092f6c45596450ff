"""Surveys whose rows are things (households, bulk points, hamlets, works): a workbook → typed records, in chunks."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geodata.coordinates import DEGREES, DMS, VN2000, read_place
from geodata.errors import mark
from geodata.names import NameIndex
from geodata.units import Units
from loaders.reference import tables as reference_tables
from loaders.survey.column_marks import (
    DAY_FIRST,
    MONTH_FIRST,
    date_orders,
    decimal_marks,
    is_doubtful_date,
    swap_day_and_month,
    with_decimal_mark,
)
from loaders.survey.columns import ColumnFound
from loaders.survey.issues import ERROR, INFO, WARNING, Issue
from loaders.survey.labels import total_of
from loaders.survey.log import SurveyLog
from loaders.survey.places import RowPlaces
from loaders.survey.point_rules import distances_outside_km
from loaders.survey.tables import ChosenColumns, TableFound, TableReader, require_header
from loaders.survey.templates import SurveyTemplate
from loaders.survey.values import Unreadable, reader_of
from loaders.workbook.cells import Row, cell_text
from loaders.workbook.reader import read_workbook

CHUNK_ROWS: Final = 10_000
_AMBIGUOUS: Final = Unreadable("ambiguous")
MOST_ISSUES: Final = 20_000
"""Problems that are kept with their cell; of more, only their number is told."""

PROBLEMS: Final = {
    "unreadable": mark('"{found}" is not a number. Write digits only, such as 1204, or leave it blank.'),
    "fraction": mark('"{found}" is not a whole number. Households are counted whole, such as 120.'),
    "negative": mark('"{found}" is below zero. A number of households is 0 or more.'),
    "ambiguous": mark(
        '"{found}" can be read in two ways, with a decimal or a thousands mark. Write 1234 or 1,2 instead.'
    ),
    "share": mark('"{found}" is no share. Write a percentage from 0 to 100.'),
    "date": mark('"{found}" is no day of the calendar. Write day, month and year, such as 30/6/2021.'),
    "choice": mark('"{found}" is not one of the choices: {allowed}.'),
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

Progress = Callable[[int, int], None]
"""Told the rows read so far and those expected (0 where unknown) after every chunk; raises to cancel."""


@dataclass(frozen=True)
class RecordReading:
    """
    What a survey of things was understood to say.

    Parameters
    ----------
    tables
        The tables that were read: sheet, header row, columns.
    rows_read, rows_valid
        Rows that carry data, and those without an error.
    records
        The valid rows: ``commune_code``, the columns of the template, ``sheet`` and ``row`` (as the sheet counts it).
    issues
        Problems, at most `MOST_ISSUES`, errors first.
    issue_counts
        How often each problem was found, by its code.
    """

    tables: tuple[TableFound, ...]
    rows_read: int
    rows_valid: int
    records: pd.DataFrame
    issues: tuple[Issue, ...]
    issue_counts: Counter[str]

    @property
    def has_errors(self) -> bool:
        """Whether any row cannot be taken as it stands."""
        return self.rows_valid < self.rows_read


def read_records(
    content: bytes,
    *,
    file_name: str,
    template: SurveyTemplate,
    units: Units,
    names: NameIndex,
    chosen_columns: ChosenColumns | None = None,
    outlines: gpd.GeoDataFrame | None = None,
    progress: Progress | None = None,
) -> RecordReading:
    """
    Return the records of a survey workbook.

    Rows are read in chunks of `CHUNK_ROWS`; what is kept of a row is its typed values. Where a cell can be read in
    two ways, the column decides, as far as it has been read.

    Parameters
    ----------
    outlines
        Outlines of the communes (``commune_code``, ``geometry``, ``is_approximate``); points far outside theirs ask
        for a reason.

    Raises
    ------
    FileError
        If the file cannot be read, or no sheet has a header that can be recognised.
    """
    sheets = read_workbook(content, file_name=file_name)
    found = TableReader(template, names, chosen_columns=chosen_columns)
    readers: list[_RecordReader] = []
    frames: list[pd.DataFrame] = []
    done, expected = 0, sum(sheet.rows_expected for sheet in sheets if sheet.is_visible)
    for sheet in (sheet for sheet in sheets if sheet.is_visible):
        for table, lines in found.read(sheet):
            reader = _RecordReader(table, units, names)
            readers.append(reader)
            while chunk := list(itertools.islice(lines, CHUNK_ROWS)):
                frames.append(reader.read_chunk(chunk).assign(table=len(readers) - 1))
                done += len(chunk)
                if progress is not None:
                    progress(done, expected)
            reader.log_converted()
    if not readers:
        raise require_header(sheets, template, file_name=file_name)
    records = _joined(frames, readers)
    del frames
    if outlines is not None and "lon" in records.columns:
        _check_places(records, readers, outlines)
    records = _without_doubled(records, readers, template)
    issues = [issue for reader in readers for issue in reader.log.issues]
    counts: Counter[str] = sum((reader.counts for reader in readers), Counter())
    return RecordReading(
        tables=tuple(reader.table for reader in readers),
        rows_read=sum(reader.rows_read for reader in readers),
        rows_valid=len(records),
        records=records,
        issues=tuple(sorted(issues, key=lambda issue: issue.severity != ERROR)),
        issue_counts=counts,
    )


def _joined(frames: list[pd.DataFrame], readers: list[_RecordReader]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame()
    records = pd.concat(frames, ignore_index=True)
    sheets = {number: reader.table.sheet.name for number, reader in enumerate(readers)}
    return records.assign(sheet=records["table"].map(sheets).astype("category"))


def _without_doubled(records: pd.DataFrame, readers: list[_RecordReader], template: SurveyTemplate) -> pd.DataFrame:
    """Leave out rows whose key stands in an earlier row, and log each with the place of the first."""
    key = [name for name in template.key if name in records.columns]
    if key and len(records):
        doubled = records.duplicated(key, keep="first")
        if doubled.any():
            any_of = records[records.duplicated(key, keep=False)]
            first = any_of.drop_duplicates(key).set_index(key)[["sheet", "row"]]
            for row in records[doubled].to_dict("records"):
                found = first.loc[tuple(row[name] for name in key) if len(key) > 1 else row[key[0]]]
                readers[row["table"]].log_doubled(row, key, f"{found['sheet']}!{found['row']}")
        records = records[~doubled]
    return records.drop(columns="table", errors="ignore").reset_index(drop=True)


def _check_places(records: pd.DataFrame, readers: list[_RecordReader], outlines: gpd.GeoDataFrame) -> None:
    distances = distances_outside_km(records, outlines)
    far = distances > 0
    columns = records.loc[far, ["table", "row", "lat", "lon"]]
    for record, distance in zip(columns.to_dict("records"), distances[far], strict=True):
        readers[record["table"]].log_far(record, float(distance))


class _RecordReader:
    """Reads the rows of one table, a chunk at a time."""

    def __init__(self, table: TableFound, units: Units, names: NameIndex) -> None:
        self.table = table
        self.log = SurveyLog(table)
        self.rows_read = 0
        self.counts: Counter[str] = Counter()
        self._places = RowPlaces(table, units, names, self.log)
        self._communes: dict[tuple[str, ...], str | None] = {}
        communes = units.communes["province_code"]
        self._province_of = dict(zip(communes.index.astype(str), communes.astype(str), strict=True))
        self._epsg_of = reference_tables.load_central_meridians()
        self._marks: dict[str, set[str]] = defaultdict(set)
        self._orders: dict[str, set[str]] = defaultdict(set)
        self._told: set[str] = set()
        self._converted: Counter[tuple[str, bool]] = Counter()
        template = table.template
        self._columns = [c for c in template.columns if c.key in template.figure_keys and c.key in table.columns]
        self._readers = {
            column.key: reader_of(column, counts_from_1904=table.sheet.counts_from_1904) for column in self._columns
        }
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

    def read_chunk(self, rows: Sequence[tuple[int, Row]]) -> pd.DataFrame:
        """Return the valid records of some rows; the others are logged."""
        kept = [(index, row) for index, row in rows if self._is_record(index, row)]
        self.rows_read += len(kept)
        bad: set[int] = set(range(len(kept))) if self._lacks_columns else set()
        communes = [self._commune(index, row) for index, row in kept]
        bad.update(place for place, commune in enumerate(communes) if commune is None)
        values = {column.key: self._read_column(column.key, kept, bad) for column in self._columns}
        if {"lat", "lon"} <= values.keys():
            self._read_places(values, communes, kept, bad)
        self._check_required(values, kept, bad)
        good = [place for place in range(len(kept)) if place not in bad]
        frame = {key: [found[place] for place in good] for key, found in values.items()}
        frame["commune_code"] = [communes[place] for place in good]
        frame["row"] = [kept[place][0] + 1 for place in good]
        return self._typed(pd.DataFrame(frame))

    def _typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give columns types that hold a million rows in little memory; blank cells are missing values."""
        kinds = {
            "date": "datetime64[s]",
            "text": "str",
            "choice": "str",
            "count": "Int64",
            "amount": "float64",
            "share": "float64",
            "coordinate": "float64",
        }
        types = {column.key: kinds[column.kind] for column in self._columns if column.kind in kinds}
        return frame.astype(types)

    def _is_record(self, index: int, row: Row) -> bool:
        filled = sum(1 for column in self.table.measures if column.index < len(row) and row[column.index] != "")
        if filled >= 2:
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
        texts = [value for value in row if isinstance(value, str) and value.strip()]
        if texts and len(texts) <= 2 and any(self._places.take_group(text) for text in texts):
            self._communes.clear()
        return False

    def _commune(self, index: int, row: Row) -> str | None:
        self._places.take_names(row)
        typed = self._places.typed
        code, name = self.table.text(row, "commune_code"), self.table.text(row, "commune_name")
        key = (typed.province, typed.district, code, name)
        if key not in self._communes:
            before = len(self.log.issues)
            self._communes[key] = self._places.commune_of(index, row)
            self.counts.update(issue.code for issue in self.log.issues[before:])
            return self._communes[key]
        found = self._communes[key]
        if found is None:
            # Every row of the same unknown commune is bad; the first one has said why.
            self.counts["survey.commune-as-above"] += 1
        return found

    def _read_column(self, key: str, rows: list[tuple[int, Row]], bad: set[int]) -> list[Any]:
        read, column = self._readers[key], self.table.columns[key]
        place = column.index
        kind = self._template_column(key).kind
        if kind == "date":
            rows = self._dates_in_order(key, rows, column)
        found = [None if len(row) <= place or row[place] == "" else read(row[place]) for _, row in rows]
        if kind == "amount" and any(type(value) is Unreadable for value in found):
            self._marks[key].update(decimal_marks(row[place] for _, row in rows if len(row) > place))
            if len(self._marks[key]) == 1:
                [sign] = self._marks[key]
                found = [
                    with_decimal_mark(rows[number][1][place], sign) if value == _AMBIGUOUS else value
                    for number, value in enumerate(found)
                ]
        for number, value in enumerate(found):
            if type(value) is Unreadable:
                bad.add(number)
                found[number] = None
                index, row = rows[number]
                allowed = ", ".join(names[0] for _, names in self._template_column(key).choices)
                self._add(
                    f"survey.value-{value.reason}",
                    ERROR,
                    index,
                    row,
                    column,
                    PROBLEMS[value.reason],
                    found=cell_text(row[place]),
                    allowed=allowed,
                )
        return found

    def _dates_in_order(self, key: str, rows: list[tuple[int, Row]], column: ColumnFound) -> list[tuple[int, Row]]:
        """Put the dates of a month-first column day first; tell of what stays doubtful."""
        place = column.index
        texts = [row[place] for _, row in rows if len(row) > place and isinstance(row[place], str)]
        self._orders[key].update(date_orders(texts))
        if self._orders[key] == {MONTH_FIRST}:
            return [
                (index, [*row[:place], swap_day_and_month(row[place]), *row[place + 1 :]] if len(row) > place else row)
                for index, row in rows
            ]
        if self._orders[key] != {DAY_FIRST} and key not in self._told:
            doubtful = next((row for row in rows if len(row[1]) > place and is_doubtful_date(row[1][place])), None)
            if doubtful is not None:
                self._told.add(key)
                typed = cell_text(doubtful[1][place])
                self._add(
                    "survey.date-doubtful",
                    WARNING,
                    *doubtful,
                    column,
                    mark(
                        '"{found}" is read day first; nothing in the column says whether it is {swapped} (month '
                        "first) instead. Write one date with a day above 12, or confirm with a reason."
                    ),
                    found=typed,
                    swapped=str(swap_day_and_month(typed)),
                )
        return rows

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

    def log_converted(self) -> None:
        """Tell how many coordinates were converted or swapped; nothing is converted silently."""
        for (how, is_swapped), count in self._converted.items():
            self._add(
                "survey.coordinates-converted",
                INFO,
                self.table.header,
                self._header_row,
                self.table.columns["lat"],
                _CONVERTED[how, is_swapped],
                count=count,
            )

    def _template_column(self, key: str) -> Any:
        return self.table.template.column(key)

    def _check_required(self, values: dict[str, list[Any]], rows: list[tuple[int, Row]], bad: set[int]) -> None:
        for column in self._required:
            for number, value in enumerate(values[column.key]):
                if value is None and number not in bad:
                    bad.add(number)
                    self._add(
                        "survey.value-missing",
                        ERROR,
                        *rows[number],
                        self.table.columns[column.key],
                        mark('"{label}" is blank; every row needs it.'),
                        label=column.header_vi,
                    )

    def log_far(self, record: dict[str, Any], distance_km: float) -> None:
        """Log a point that lies far outside its commune."""
        column = self.table.columns["lat"]
        typed = f"{record['lat']:.6f}, {record['lon']:.6f}"
        row: Row = [*[""] * column.index, typed]
        self._add(
            "survey.point-outside",
            WARNING,
            int(record["row"]) - 1,
            row,
            column,
            mark("the point {found} lies {distance} km outside the commune of its row. Correct it, or write why."),
            found=typed,
            distance=f"{distance_km:.1f}",
        )

    def log_doubled(self, record: dict[str, Any], key: list[str], first: str) -> None:
        """Log a record whose key stands already in the row `first`."""
        column = self.table.columns[key[0]]
        typed = " ".join(str(record[name]) for name in key)
        row: Row = [*[""] * column.index, typed]
        self._add(
            "survey.row-doubled",
            ERROR,
            int(record["row"]) - 1,
            row,
            column,
            mark('"{found}" stands already in {first}. Keep one row for each.'),
            found=typed,
            first=first,
        )
