"""The province report as an Excel workbook: for signing, with live formulas, charts and print set-up."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from geodata.lineage import EXACT
from geodata.report_data import ProvinceReport
from loaders.reports import (
    commune_table,
    cover_sheet,
    district_sheet,
    plan_chapter_sheet,
    programme_sheets,
    quality_sheet,
    quarter_sheet,
    remaining_sheet,
    source_sheet,
    summary_sheet,
)
from loaders.reports.commune_table import CommuneRows, TablePlaces
from loaders.reports.figure_formulas import NAMES
from loaders.reports.sheet_style import Book

OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Options of a workbook in which no text of a user becomes a formula or a link."""


def write_province_workbook(report: ProvinceReport) -> bytes:
    """
    Return the report as an .xlsx file.

    Counts are values; subtotals, totals and shares are formulas that recompute when a count is corrected, written
    with their present results. The same report gives the same bytes.
    """
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, OPTIONS)
    book = Book(workbook, report.language, report)
    _set_properties(book)
    say = report.language.say
    cover, summary = book.add_sheet(say("Cover"), is_portrait=True), book.add_sheet(say("Summary"))
    districts = book.add_sheet(say("By district")) if report.has_districts else None
    places = _write_communes(book)
    of_districts = district_sheet.write(book, districts, places) if districts else None
    quarters = quarter_sheet.write(book, places)
    programme_sheets.write_progress(book)
    remaining_sheet.write(book)
    plan_chapter_sheet.write(book)
    programme_sheets.write_works(book)
    programme_sheets.write_changes(book)
    quality_sheet.write(book)
    source_sheet.write(book)
    summary_sheet.write(book, summary, quarters, of_districts)
    cover_sheet.write(book, cover, [sheet for sheet in workbook.worksheets() if sheet is not cover])
    workbook.close()
    return buffer.getvalue()


def _set_properties(book: Book) -> None:
    """Write title, version and stamp into the file's properties, none of which depend on when it is written."""
    report, say = book.report, book.language.say
    subject = say("Rural electrification report")
    made = report.data_moment.replace(tzinfo=None) if report.data_moment else datetime.combine(report.data_date, time())
    book.workbook.set_properties(
        {
            "title": f"{subject}: {report.province_name}, {book.language.period(report.period)}",
            "subject": subject,
            "author": "Phủ Điện",
            "comments": say("Data version {version}.", version=report.data_version),
            "created": made.replace(microsecond=0),
        }
    )
    for key, value in report.stamp().items():
        book.workbook.set_custom_property(key, value, "text")


def _write_communes(book: Book) -> TablePlaces:
    say, report = book.language.say, book.report
    sheet = book.add_sheet(say("By commune"))
    row = book.write_title(sheet, say("Households by commune"))
    estimated = report.basis.index[report.basis.fillna(EXACT) != EXACT]
    if len(estimated):
        note = say("≈: holds parts of divided communes, estimated; see Data quality.")
        sheet.write_string(row, 0, note, book.format(italic=True))
        row += 1
    renamed = {"district_code": "group_code", "district_name": "group_name"}
    rows = CommuneRows(
        whole=report.province_name,
        communes=report.communes.rename(columns=renamed),
        group_label=say("District, commune") if report.has_districts else say("Commune"),
        estimated=frozenset(str(code) for code in estimated),
    )
    places = commune_table.write(book, sheet, rows, first_row=row)
    _define_names(book, places)
    return places


def _define_names(book: Book, places: TablePlaces) -> None:
    """Name the totals (``ho_co_dien``), the columns of communes (``xa_ho_co_dien``) and their codes (``xa_ma``)."""
    quoted, define = book.quoted(places.sheet), book.workbook.define_name
    for measure, name in NAMES.items():
        total = xl_rowcol_to_cell(places.total_row, commune_table.column_of(measure), row_abs=True, col_abs=True)
        define(name, f"={quoted}!{total}")
        define(f"xa_{name}", f"={quoted}!{places.cells(measure)}")
    define("xa_ma", f"={quoted}!{places.codes()}")
