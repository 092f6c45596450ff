"""The report's sheet of districts and quarters: two small tables and their charts."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from geodata.periods import Period
from loaders.reports import commune_table
from loaders.reports.sheet_style import COUNT, SHARE, Book

_PARTS: Final = ("households_direct", "households_bulk", "households_shared")
_CHANGED: Final = " ▲"
"""Behind the name of a quarter in which communes changed, in the table and below its chart."""

_DAYS_WIDTH: Final = 24
"""Width of the column of days on which communes changed: two of them a line."""

_LINE_HEIGHT: Final = 15

_COLOURS: Final = ("#2f7fc1", "#5b2a86", "#e69f00")


def write(book: Book, places: commune_table.TablePlaces) -> None:
    """Write the sheet; its districts, where the list has some, refer to the subtotals of the main table."""
    say = book.language.say
    sheet = book.add_sheet(say("Districts and quarters") if places.district_rows else say("Quarters"))
    sheet.set_column(0, 0, 27)
    sheet.set_column(1, 5, 13)
    sheet.set_column(6, 6, _DAYS_WIDTH)
    start = 0
    if places.district_rows:
        sheet.write_string(0, 0, say("Households with grid power by district"), book.format(bold=True, font_size=13))
        last = _write_districts(book, sheet, places)
        _add_district_chart(book, sheet, last)
        start = max(last, 20) + 3
    sheet.write_string(
        start, 0, say("{province} by quarter", province=book.report.province_name), book.format(bold=True, font_size=13)
    )
    _write_quarters(book, sheet, start + 1)


def _labels(book: Book, first: str) -> tuple[str, ...]:
    say = book.language.say
    return (
        first,
        say("With grid power"),
        say("On direct sale"),
        say("Behind a master meter"),
        say("On a shared meter"),
        say("On direct sale (%)"),
    )


def _write_districts(book: Book, sheet: Any, places: commune_table.TablePlaces) -> int:
    book.write_header(sheet, 1, _labels(book, book.language.say("District")))
    report_sheet = book.language.say("Report").replace("'", "''")
    communes = book.report.communes
    for row, (code, source) in enumerate(places.district_rows.items(), start=2):
        district = communes[communes["district_code"] == code]
        sheet.write_string(row, 0, str(district["district_name"].iloc[0]), book.format(border=1))
        for column, measure in enumerate(("households_grid", *_PARTS), start=1):
            total = district[measure].sum(min_count=1)
            cell = xl_rowcol_to_cell(source, commune_table.column_of(measure))
            value = "" if pd.isna(total) else int(total)
            sheet.write_formula(
                row, column, f"='{report_sheet}'!{cell}", book.format(border=1, num_format=COUNT), value
            )
        _write_share(book, sheet, row, district["households_direct"].sum(), district["households_grid"].sum())
    return 1 + len(places.district_rows)


def _write_share(book: Book, sheet: Any, row: int, part: Any, whole: Any) -> None:
    formula = f'=IF(AND(ISNUMBER(C{row + 1}),N(B{row + 1})>0),C{row + 1}/B{row + 1},"")'
    value = int(part) / int(whole) if not pd.isna(whole) and int(whole) else ""
    sheet.write_formula(row, 5, formula, book.format(border=1, num_format=SHARE), value)


def _add_district_chart(book: Book, sheet: Any, last: int) -> None:
    chart = book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for column, colour in zip((2, 3, 4), _COLOURS, strict=True):
        chart.add_series(
            {
                "name": [sheet.name, 1, column],
                "categories": [sheet.name, 2, 0, last, 0],
                "values": [sheet.name, 2, column, last, column],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_title({"name": book.language.say("Who supplies the households"), "name_font": {"size": 12}})
    chart.set_x_axis({"num_format": COUNT, "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 400})
    sheet.insert_chart(1, 7, chart)


def _change_days(book: Book) -> dict[str, str]:
    """Return the days on which communes changed, by the first quarter of the table that ends after them."""
    ends = {str(period): Period.parse(str(period)).last_day for period in book.report.history.index}
    days: dict[str, list[str]] = {}
    for day in book.report.unit_changes["valid_date"].drop_duplicates():
        period = next((period for period, end in ends.items() if end >= day.date()), None)
        if period is not None:
            days.setdefault(period, []).append(book.language.day(day.date()))
    return {period: ", ".join(found) for period, found in days.items()}


def _write_quarters(book: Book, sheet: Any, row: int) -> None:
    language = book.language
    book.write_header(sheet, row, (*_labels(book, language.say("Quarter")), language.say("Communes changed on")))
    changed = _change_days(book)
    history = book.report.history
    for number, (period, sums) in enumerate(history.iterrows(), start=row + 1):
        mark = _CHANGED if str(period) in changed else ""
        sheet.write_string(number, 0, language.period(Period.parse(str(period))) + mark, book.format(border=1))
        for column, measure in enumerate(("households_grid", *_PARTS), start=1):
            style = book.format(border=1, num_format=COUNT)
            if pd.isna(sums[measure]):
                sheet.write_blank(number, column, None, style)
            else:
                sheet.write_number(number, column, int(sums[measure]), style)
        days = changed.get(str(period), "")
        sheet.write_string(number, 6, days, book.format(border=1, text_wrap=True))
        # Wrapped text gets no row height of its own in every program that opens the file.
        sheet.set_row(number, _LINE_HEIGHT * (1 + days.count(",") // 2))
        part, whole = sums["households_direct"], sums["households_grid"]
        _write_share(book, sheet, number, 0 if pd.isna(part) else part, whole)
    last = row + len(history)
    chart = book.workbook.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": language.say("On direct sale (%)"),
            "categories": [sheet.name, row + 1, 0, last, 0],
            "values": [sheet.name, row + 1, 5, last, 5],
            "line": {"color": _COLOURS[0], "width": 2.25},
            "marker": {"type": "circle", "size": 6},
            "data_labels": {"value": True, "num_format": "0.0%", "position": "above"},
        }
    )
    if changed:
        note = language.say("▲: communes of the province changed in this quarter.")
        sheet.write_string(last + 2, 0, note, book.format(italic=True))
    chart.set_title({"name": language.say("Share of households on direct sale"), "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 620, "height": 260})
    sheet.insert_chart(row, 7, chart)
