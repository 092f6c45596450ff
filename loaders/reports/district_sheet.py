"""The report's sheet of districts: their sums as formulas over the table of communes."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from geodata.report_data import ProvinceReport
from loaders.reports.commune_table import COUNTS, TablePlaces, column_of, column_of_share, sums_of
from loaders.reports.figure_formulas import TO_CONNECT, part_formula
from loaders.reports.sheet_style import COUNT, SHARE, TOTAL_COLOUR, Book
from loaders.reports.sheet_table import Column, write_heads

_MEASURES: Final = COUNTS[:7]
SUPPLIERS: Final = ("households_direct", "households_bulk", "households_shared")
"""Who supplies the households with power, in the order of the charts."""

SUPPLIER_COLOURS: Final = ("#2f7fc1", "#5b2a86", "#e69f00")

_SHARES: Final = ("households_grid", "households_direct")
_SHARES_FROM: Final = 2 + len(_MEASURES)


def column_of_district(measure: str) -> int:
    """Return the column of a measure on this sheet, counted from 0."""
    return 1 + _MEASURES.index(measure)


def write(book: Book, sheet: Any, places: TablePlaces) -> tuple[Any, int, int]:
    """
    Write the districts on their sheet.

    Returns
    -------
    sheet, first_row, last_row
        Where the districts stand, for charts.
    """
    say = book.language.say
    columns = [
        Column(say("District"), "", 30),
        Column(say("Households in all"), "", 12),
        Column(say("With grid power"), "", 12),
        Column(say("On direct sale"), "", 12),
        Column(say("Behind a master meter"), "", 12),
        Column(say("On a shared meter"), "", 12),
        Column(say("Off-grid source only"), "", 12),
        Column(say("Without power"), "", 12),
        Column(say("Still to connect to the grid"), "", 12),
        Column(say("With grid power (%)"), "", 12),
        Column(say("On direct sale (% of those with power)"), "", 13),
    ]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    row = book.write_title(sheet, say("Households with grid power by district"))
    write_heads(book, sheet, row, columns)
    districts = book.report.sums_by_district()
    left = _to_connect(book.report)
    first = row + 1
    for number, (code, sums) in enumerate(districts.iterrows(), start=first):
        _write_district(book, sheet, number, sums, places, str(code), left.get(str(code)))
    last = row + len(districts)
    _write_totals(book, sheet, first, districts, left, places)
    _add_chart(book, sheet, first, last)
    sheet.repeat_rows(row)
    sheet.freeze_panes(first, 1)
    return sheet, first, last


def _add_chart(book: Book, sheet: Any, first: int, last: int) -> None:
    title = book.language.say("Share of households on direct sale by district")
    column = _SHARES_FROM + _SHARES.index("households_direct")
    chart = book.workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": title,
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, column, last, column],
            "fill": {"color": SUPPLIER_COLOURS[0]},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0.0%", "font": {"size": 9}},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis(
        {"num_format": "0%", "min": 0, "max": 1, "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}}
    )
    chart.set_legend({"none": True})
    chart.set_size({"width": 1100, "height": 340})
    sheet.insert_chart(last + 3, 0, chart)


def _to_connect(report: ProvinceReport) -> dict[str, int]:
    """Return N − T by district, of the communes that reported both."""
    both = report.communes.dropna(subset=["households_all", "households_grid", "district_code"])
    lacking = both["households_all"] - both["households_grid"]
    return {str(code): int(value) for code, value in lacking.groupby(both["district_code"]).sum().items()}


def _write_district(
    book: Book, sheet: Any, row: int, sums: pd.Series[Any], places: TablePlaces, code: str, left: int | None
) -> None:
    quoted, count = book.quoted(places.sheet), book.format(border=1, num_format=COUNT)
    sheet.write_string(row, 0, str(sums["district_name"]), book.format(border=1))
    for column, measure in enumerate(_MEASURES, start=1):
        cell = xl_rowcol_to_cell(places.group_rows[code], column_of(measure), row_abs=True, col_abs=True)
        value = "" if pd.isna(sums[measure]) else int(sums[measure])
        sheet.write_formula(row, column, f"={quoted}!{cell}", count, value)
    figure = next(found for found in book.report.figures if found.name == TO_CONNECT)
    formula = part_formula(figure, places, quoted, code)
    sheet.write_formula(row, 1 + len(_MEASURES), formula, count, "" if left is None else left)
    communes = book.report.communes
    of_district = communes[communes["district_code"] == code]
    _write_shares(book, sheet, row, places, places.group_rows[code], of_district, {"border": 1})


def _write_shares(
    book: Book, sheet: Any, row: int, places: TablePlaces, source: int, communes: pd.DataFrame, style: dict[str, Any]
) -> None:
    """Write the shares that the table of communes reckons in one of its rows of sums."""
    quoted, results = book.quoted(places.sheet), sums_of(communes).shares
    for column, part in enumerate(_SHARES, start=_SHARES_FROM):
        place = column_of_share(part)
        cell = xl_rowcol_to_cell(source, place, row_abs=True, col_abs=True)
        value = results[place - column_of_share(_SHARES[0])]
        sheet.write_formula(row, column, f"={quoted}!{cell}", book.format(**style, num_format=SHARE), value)


def _write_totals(
    book: Book, sheet: Any, first: int, districts: pd.DataFrame, left: dict[str, int], places: TablePlaces
) -> None:
    style = {"border": 1, "bold": True, "bg_color": TOTAL_COLOUR}
    last = first + len(districts) - 1
    row = last + 1
    sheet.write_string(row, 0, book.report.province_name, book.format(**style))
    totals = districts[list(_MEASURES)].sum(min_count=1)
    results = [*totals, sum(left.values()) if left else pd.NA]
    for column, total in enumerate(results, start=1):
        cells = xl_range(first, column, last, column)
        value = "" if pd.isna(total) else int(total)
        formula = f'=IF(COUNT({cells})=0,"",SUM({cells}))'
        sheet.write_formula(row, column, formula, book.format(**style, num_format=COUNT), value)
    _write_shares(book, sheet, row, places, places.total_row, book.report.communes, style)
