"""The province report as an Excel workbook: for signing, with live formulas, charts and print set-up."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from geodata.lineage import EXACT
from geodata.report_data import ProvinceReport
from loaders.reports import commune_table, district_sheet, remaining_sheet, source_sheet
from loaders.reports.sheet_style import Book

_SIGNED_ROWS_BELOW: Final = 3


def write_province_workbook(report: ProvinceReport) -> bytes:
    """
    Return the report as an .xlsx file.

    Counts are values; subtotals, totals and shares are formulas that recompute when a count is corrected, written
    with their present results. The same report gives the same bytes.
    """
    language = report.language
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    subject = language.say("Rural electrification report")
    title = f"{subject}: {report.province_name}, {language.period(report.period)}"
    workbook.set_properties(
        {
            "title": title,
            "author": "Phủ Điện",
            "comments": language.say("Data version {version}.", version=report.data_version),
            "created": datetime.combine(report.data_date, time()),
        }
    )
    book = Book(workbook, language, report)
    places = _write_report_sheet(book)
    district_sheet.write(book, places)
    remaining_sheet.write(book)
    source_sheet.write(book)
    workbook.close()
    return buffer.getvalue()


def _write_report_sheet(book: Book) -> commune_table.TablePlaces:
    say, language, report = book.language.say, book.language, book.report
    sheet = book.add_sheet(say("Report"))
    _write_title_block(book, sheet)
    start = 6
    sheet.write_string(start, 0, say("RURAL ELECTRIFICATION REPORT"), book.format(bold=True, font_size=15))
    place = f"{report.province_name}, {language.period(report.period)}"
    day = say("figures as at {day}", day=language.day(report.period.last_day))
    sheet.write_string(start + 1, 0, f"{place} ({day})", book.format(bold=True, font_size=12))
    if report.is_synthetic:
        sheet.write_string(
            start + 2,
            0,
            say("Synthetic demonstration data, not real figures."),
            book.format(bold=True, font_color="#b3261e"),
        )
    _write_units_line(book, sheet, start + 3)
    places = commune_table.write(book, sheet, first_row=start + 4)
    _write_signatures(book, sheet, places.last_row + _SIGNED_ROWS_BELOW)
    return places


def _write_units_line(book: Book, sheet: Any, row: int) -> None:
    """Say in which units the report is told, where its figures were reported in others."""
    say, language, report = book.language.say, book.language, book.report
    if not report.is_restated:
        return
    text = say(
        "Told in the units of {day}; reported in those of {reported}.",
        day=language.day(report.unit_list_date),
        reported=", ".join(language.day(day) for day in report.reported_in),
    )
    if (report.basis != EXACT).any():
        text += " " + say("≈: holds parts of divided communes, estimated; see Sources and notes.")
    sheet.write_string(row, 0, text, book.format(italic=True))


def _write_title_block(book: Book, sheet: Any) -> None:
    say, report = book.language.say, book.report
    bold, centred = book.format(bold=True), book.format(bold=True, align="center_across")
    short = report.province_name.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    sheet.write_string(0, 0, say("SOUTHERN POWER CORPORATION"), book.format())
    sheet.write_string(1, 0, say("{province} POWER COMPANY", province=short.upper()), bold)
    first, last = 8, commune_table.LAST_COLUMN
    texts = (say("SOCIALIST REPUBLIC OF VIETNAM"), say("Independence - Freedom - Happiness"))
    for row, text in enumerate(texts):
        sheet.write_string(row, first, text, centred)
        for column in range(first + 1, last + 1):
            sheet.write_blank(row, column, None, centred)
    sheet.write_string(3, 0, say("No.: ……… /BC"), book.format())
    sheet.write_string(3, first + 2, say("………………, date …… month …… year ………"), book.format(italic=True))


def _write_signatures(book: Book, sheet: Any, row: int) -> None:
    say = book.language.say
    bold, italic = book.format(bold=True), book.format(italic=True)
    for column, role in ((1, say("Prepared by")), (6, say("Checked by")), (11, say("DIRECTOR"))):
        sheet.write_string(row, column, role, bold)
        sheet.write_string(row + 1, column, say("(signature, full name)"), italic)
    sheet.set_row(row + 2, 60)
