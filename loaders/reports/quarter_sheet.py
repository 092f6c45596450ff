"""The report's sheet of quarters: the province's figures over time, a chart, and the counts behind the summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from geodata.periods import Period
from geodata.report_data import ReportFigure
from loaders.reports.commune_table import TablePlaces
from loaders.reports.figure_formulas import part_formula, whole_formula
from loaders.reports.sheet_style import COUNT, SHARE, Book, height_of
from loaders.reports.sheet_table import Column, write_heads

_CHANGED: Final = " ▲"
"""Behind the name of a quarter in which communes changed, in the table and below its chart."""

_MEASURES: Final = (
    "households_all",
    "households_grid",
    "households_to_connect",
    "households_direct",
    "households_bulk",
    "households_shared",
)
_DAYS_WIDTH: Final = 24
_PARTS: Final = (("households_grid", "households_all"), ("households_direct", "households_grid"))
_DAYS: Final = 1 + len(_MEASURES) + len(_PARTS)
_LINE_COLOUR: Final = "#2f7fc1"
_CHART_ROWS: Final = 15


@dataclass(frozen=True)
class QuarterPlaces:
    """Where quarters and the counts of the summary's figures stand, for charts and formulas."""

    sheet: Any
    first_row: int
    last_row: int
    figure_rows: dict[str, int]

    def column(self, measure: str) -> int:
        """Return the column of a measure, counted from 0."""
        return 1 + _MEASURES.index(measure)

    def cells_of(self, name: str, quoted: str) -> tuple[str, str, str, str]:
        """Return the cells of a figure's part and whole, now and a quarter before, as other sheets refer to them."""
        row = self.figure_rows[name]
        now_part, now_whole, before_part, before_whole = (
            f"{quoted}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}" for column in (1, 2, 4, 5)
        )
        return now_part, now_whole, before_part, before_whole


def write(book: Book, places: TablePlaces) -> QuarterPlaces:
    """Write the sheet."""
    say = book.language.say
    sheet = book.add_sheet(say("By quarter"))
    columns = [
        Column(say("Quarter"), "", 30),
        Column(say("Households in all"), "", 13),
        Column(say("With grid power"), "", 13),
        Column(say("Still to connect to the grid"), "", 13),
        Column(say("On direct sale"), "", 13),
        Column(say("Behind a master meter"), "", 13),
        Column(say("On a shared meter"), "", 13),
        Column(say("With grid power (%)"), "", 12),
        Column(say("On direct sale (% of those with power)"), "", 13),
        Column(say("Communes changed on"), "", _DAYS_WIDTH),
    ]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    row = book.write_title(sheet, say("Quarter by quarter"))
    write_heads(book, sheet, row, columns)
    sheet.freeze_panes(row + 1, 1)
    sheet.repeat_rows(row)
    first, last = _write_quarters(book, sheet, row)
    below = last + 1
    if _change_days(book):
        note = say("▲: communes of the province changed in this quarter.")
        sheet.write_string(below, 0, note, book.format(italic=True))
    _add_chart(book, sheet, first, last, below + 2)
    figure_rows = _write_counts(book, sheet, below + _CHART_ROWS + 4, places)
    return QuarterPlaces(sheet, first, last, figure_rows)


def _change_days(book: Book) -> dict[str, str]:
    """Return the days on which communes changed, by the first quarter of the table that ends after them."""
    ends = {str(period): Period.parse(str(period)).last_day for period in book.report.history.index}
    days: dict[str, list[str]] = {}
    for day in book.report.unit_changes["valid_date"].drop_duplicates():
        period = next((period for period, end in ends.items() if end >= day.date()), None)
        if period is not None:
            days.setdefault(period, []).append(book.language.day(day.date()))
    return {period: ", ".join(found) for period, found in days.items()}


def _write_quarters(book: Book, sheet: Any, row: int) -> tuple[int, int]:
    language, changed = book.language, _change_days(book)
    count = book.format(border=1, num_format=COUNT)
    history = book.report.history
    for number, (period, sums) in enumerate(history.iterrows(), start=row + 1):
        mark = _CHANGED if str(period) in changed else ""
        sheet.write_string(number, 0, language.period(Period.parse(str(period))) + mark, book.format(border=1))
        for column, measure in enumerate(_MEASURES, start=1):
            _write_count(sheet, number, column, sums[measure], count)
        for column, (part, whole) in enumerate(_PARTS, start=1 + len(_MEASURES)):
            cells = (xl_rowcol_to_cell(number, 1 + _MEASURES.index(measure)) for measure in (part, whole))
            _write_share(book, sheet, number, column, tuple(cells), (sums[part], sums[whole]))
        days = changed.get(str(period), "")
        sheet.write_string(number, _DAYS, days, book.format(border=1, text_wrap=True))
        sheet.set_row(number, height_of([(days, _DAYS_WIDTH)]))
    return row + 1, row + len(history)


def _write_count(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if pd.isna(value):
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, int(value), style)


def _write_share(
    book: Book, sheet: Any, row: int, column: int, cells: tuple[str, ...], counts: tuple[Any, Any]
) -> None:
    part, whole = cells
    known = not any(pd.isna(count) for count in counts) and int(counts[1]) > 0
    value = int(counts[0]) / int(counts[1]) if known else ""
    formula = f'=IF(AND(ISNUMBER({part}),N({whole})>0),{part}/{whole},"")'
    sheet.write_formula(row, column, formula, book.format(border=1, num_format=SHARE), value)


def _add_chart(book: Book, sheet: Any, first: int, last: int, row: int) -> None:
    language, column = book.language, 2 + len(_MEASURES)
    chart = book.workbook.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": language.say("On direct sale (% of those with power)"),
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, column, last, column],
            "line": {"color": _LINE_COLOUR, "width": 2.25},
            "marker": {"type": "circle", "size": 6},
            "data_labels": {"value": True, "num_format": "0.0%", "position": "above"},
        }
    )
    chart.set_title({"name": language.say("Share of households on direct sale"), "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0.0%", "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 20 * _CHART_ROWS})
    sheet.insert_chart(row, 0, chart)


def _write_counts(book: Book, sheet: Any, row: int, places: TablePlaces) -> dict[str, int]:
    """Write the counts behind the figures of the summary: now as formulas, a quarter before as reported then."""
    say, language, report = book.language.say, book.language, book.report
    sheet.write_string(
        row - 1, 0, say("Counts behind the figures of the summary"), book.format(bold=True, font_size=13)
    )
    now, before = (language.period(quarter) for quarter in (report.period, report.period.previous()))
    labels = [
        say("Indicator"),
        say("Households counted, {period}", period=now),
        say("Of households, {period}", period=now),
        say("Communes counted, {period}", period=now),
        say("Households counted, {period}", period=before),
        say("Of households, {period}", period=before),
        say("Communes counted, {period}", period=before),
    ]
    write_heads(book, sheet, row, [Column(label, "", 13) for label in labels])
    rows = {}
    for number, figure in enumerate(report.figures, start=row + 1):
        rows[figure.name] = number
        _write_figure(book, sheet, number, figure, places)
    return rows


def _write_figure(book: Book, sheet: Any, row: int, figure: ReportFigure, places: TablePlaces) -> None:
    quoted, count = book.quoted(places.sheet), book.format(border=1, num_format=COUNT)
    sheet.write_string(row, 0, figure.title, book.format(border=1, text_wrap=True))
    sheet.set_row(row, height_of([(figure.title, 30)]))
    part = "" if figure.numerator is None else figure.numerator
    sheet.write_formula(row, 1, part_formula(figure, places, quoted), count, part)
    if formula := whole_formula(figure, places, quoted):
        sheet.write_formula(row, 2, formula, count, "" if figure.denominator is None else figure.denominator)
    else:
        sheet.write_blank(row, 2, None, count)
    sheet.write_number(row, 3, figure.communes_counted, count)
    _write_count(sheet, row, 4, figure.previous_numerator, count)
    _write_count(sheet, row, 5, figure.previous_denominator, count)
    _write_count(sheet, row, 6, figure.previous_counted, count)
