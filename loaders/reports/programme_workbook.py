"""A programme as an Excel workbook: its list may be changed, its years, budgets and warnings follow as formulas."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import xlsxwriter

from geodata.plan_data import PlanReport
from geodata.report_data import VIETNAM
from loaders.reports import plan_basis_sheets, plan_cover_sheet, plan_list_sheet, plan_year_sheet
from loaders.reports.plan_book import PlanBook

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_programme_workbook(report: PlanReport) -> bytes:
    """
    Return a programme as an .xlsx file; the same report gives the same bytes.

    Years, totals, budgets left and warnings are formulas over the list, written with their present results. Nobody's
    text is ever a formula. Without a programme the cover says which rule breaks it.
    """
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _OPTIONS)
    book = PlanBook(workbook, report.language, report)
    _set_properties(book)
    cover = book.add_sheet(report.language.say("Cover"), is_portrait=True)
    listed = plan_list_sheet.write(book)
    years = plan_year_sheet.write(book, has_list=listed is not None)
    plan_basis_sheets.write_quarters(book)
    plan_basis_sheets.write_lines(book)
    plan_basis_sheets.write_assumptions(book)
    plan_basis_sheets.write_problems(book)
    plan_cover_sheet.write(book, cover, years, has_list=listed is not None)
    workbook.close()
    return buffer.getvalue()


def _set_properties(book: PlanBook) -> None:
    report, say = book.report, book.language.say
    book.workbook.set_properties(
        {
            "title": book.place[:250],
            "subject": say("Rural electrification programme"),
            "author": "Phủ Điện",
            "comments": say("Data version {version}.", version=report.stamp["data_version"] or "–"),
            "created": report.made_at.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0),
        }
    )
    for key, text in report.stamp.items():
        book.workbook.set_custom_property(f"phudien_{key}", text[:255], "text")
