"""The report's sheet of the approved programme: which it is, what it does in the province by year, one by one."""

from __future__ import annotations

from geodata.plan_data import PlanChapter
from loaders.reports.sheet_style import COUNT, Book, height_of
from loaders.reports.sheet_table import CODE, Column, write_table

_MONEY = "#,##0.0"
_YEAR = "0"
_SPAN = 8
"""Columns that a sentence runs across."""


def write(book: Book) -> None:
    """Write the sheet, where the report tells a programme."""
    chapter = book.report.plan
    if chapter is None:
        return
    say = book.language.say
    sheet = book.add_sheet(say("Planning programme"))
    widths = (10, 14, 15, 30, 26, 13, 16, 14, 18, 60)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    row = book.write_title(sheet, say("The approved programme for the province"))
    style = book.format(text_wrap=True, valign="top")
    for sentence in chapter.sentences:
        sheet.merge_range(row, 0, row, _SPAN, "", style)
        sheet.write_string(row, 0, sentence, style)
        sheet.set_row(row, height_of([(sentence, sum(widths[: _SPAN + 1]))]))
        row += 1
    row = _write_years(book, sheet, row + 1, chapter) + 1
    if chapter.rows.empty:
        sheet.write_string(
            row, 0, say("The approved programme does nothing in the province."), book.format(italic=True)
        )
        return
    rows = chapter.rows.assign(cost_million=chapter.rows["cost_vnd"] / 1e6, npv_million=chapter.rows["npv_vnd"] / 1e6)
    columns = [
        Column(say("Year"), "year", widths[0], _YEAR),
        Column(say("Kind"), "kind", widths[1]),
        Column(say("Code"), "candidate_code", widths[2], CODE),
        Column(say("Name"), "name", widths[3]),
        Column(say("Commune"), "commune_name", widths[4]),
        Column(say("Households"), "households", widths[5], COUNT, has_total=True),
        Column(say("Cost (million VND)"), "cost_million", widths[6], _MONEY, has_total=True),
        Column(say("Pay-back (years)"), "payback_years", widths[7], _MONEY),
        Column(say("Technology"), "technology", widths[8]),
        Column(say("Why"), "reason", widths[9]),
    ]
    write_table(book, sheet, row, columns, rows)


def _write_years(book: Book, sheet: object, row: int, chapter: PlanChapter) -> int:
    say, years = book.language.say, chapter.years
    columns = [
        Column(say("Year"), "year", 10, _YEAR),
        Column(say("Points taken over"), "takeovers", 14, COUNT, has_total=True),
        Column(say("Hamlets connected"), "connections", 15, COUNT, has_total=True),
        Column(say("Households that gain"), "households", 30, COUNT, has_total=True),
        Column(say("Cost (million VND)"), "cost_million", 26, _MONEY, has_total=True),
        Column(say("Households remaining"), "households_remaining", 13, COUNT),
    ]
    return write_table(book, sheet, row, columns, years.assign(cost_million=years["cost_vnd"] / 1e6))
