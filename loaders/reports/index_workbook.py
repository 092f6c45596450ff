"""The index of many reports: one row a province, with links to its files, its figures, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import SHARE as SHARE_KIND
from geodata.report_data import ReportFigure
from geodata.status import STATUS_NAMES, STATUS_SIGNS
from loaders.reports.sheet_style import COUNT, SHARE, StyledBook

_WIDTHS: Final = (5, 30)
_FIGURE_WIDTH: Final = 13
_LINK_WIDTH: Final = 9
_LINE_HEIGHT: Final = 30


@dataclass(frozen=True)
class IndexRow:
    """
    One province of a run.

    Parameters
    ----------
    files
        Names of its files in the bundle, by their form, such as ``"pdf"``; empty where it failed.
    figures
        The figures of its summary.
    fingerprint
        Of its figures; blank where it failed.
    problem
        Why there is no report, in the language of the index; blank where there is one.
    """

    province_code: str
    province_name: str
    files: dict[str, str]
    figures: tuple[ReportFigure, ...]
    fingerprint: str
    problem: str


def write_index(
    rows: Sequence[IndexRow], language: Language, *, period: Period, data_version: str, moment: datetime
) -> bytes:
    """
    Return the index of a run as .xlsx.

    Parameters
    ----------
    rows
        Provinces in the order of the run.
    data_version, moment
        State of the store that all reports rest on, and its moment.
    """
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    title = language.say("Province reports, {period}", period=language.period(period))
    workbook.set_properties({"title": title, "author": "Phủ Điện", "created": datetime.combine(moment.date(), time())})
    book = StyledBook(workbook, language)
    version = language.say("Data version {version}, {day}", version=data_version, day=language.day(moment.date()))
    sheet = book.add_page(language.say("Index"), left=version, centre="Phủ Điện")
    forms = sorted({form for row in rows for form in row.files})
    figures = next((row.figures for row in rows if row.figures), ())
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=15))
    failed = sum(bool(row.problem) for row in rows)
    count = language.say("{done} of {all} provinces have a report.", done=len(rows) - failed, all=len(rows))
    sheet.write_string(1, 0, f"{count} {version}", book.format(italic=True))
    _write_header(book, sheet, forms, figures)
    for number, row in enumerate(rows, start=1):
        _write_row(book, sheet, number, row, forms, len(figures))
    sheet.freeze_panes(4, 2)
    sheet.repeat_rows(3)
    workbook.close()
    return buffer.getvalue()


def _write_header(book: StyledBook, sheet: Any, forms: Sequence[str], figures: Sequence[ReportFigure]) -> None:
    say = book.language.say
    labels = [say("No."), say("Province"), *[f".{form}" for form in forms]]
    labels += [figure.short + (" (%)" if figure.kind == SHARE_KIND else "") for figure in figures]
    labels += [say("Status"), say("Fingerprint of the figures"), say("Problem")]
    book.write_header(sheet, 3, labels)
    widths = [*_WIDTHS, *[_LINK_WIDTH] * len(forms), *[_FIGURE_WIDTH] * len(figures), 22, 20, 40]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _write_row(
    book: StyledBook, sheet: Any, number: int, row: IndexRow, forms: Sequence[str], figure_count: int
) -> None:
    place, text = 3 + number, book.format(border=1, text_wrap=True)
    sheet.write_number(place, 0, number, text)
    sheet.write_string(place, 1, f"{row.province_name} ({row.province_code})", text)
    link = book.format(border=1, font_color="#0b5cad", underline=1, align="center")
    for column, form in enumerate(forms, start=2):
        if form in row.files:
            sheet.write_url(place, column, f"external:{row.files[form]}", link, form)
        else:
            sheet.write_string(place, column, "–", book.format(border=1, align="center"))
    start = 2 + len(forms)
    for column in range(figure_count):
        _write_figure(book, sheet, place, start + column, row.figures[column] if row.figures else None)
    end = start + figure_count
    sheet.write_string(place, end, _status_of(row, book.language), text)
    sheet.write_string(place, end + 1, row.fingerprint[:16], text)
    sheet.write_string(place, end + 2, row.problem, book.format(border=1, text_wrap=True, font_color="#b3261e"))
    sheet.set_row(place, _LINE_HEIGHT)


def _write_figure(book: StyledBook, sheet: Any, place: int, column: int, figure: ReportFigure | None) -> None:
    value = figure.value if figure else None
    if figure is None or value is None:
        sheet.write_string(place, column, "–", book.format(border=1, align="right"))
        return
    style = book.format(border=1, num_format=SHARE if figure.kind == SHARE_KIND else COUNT)
    sheet.write_number(place, column, float(value), style)


def _status_of(row: IndexRow, language: Language) -> str:
    """Return the status of the first figure that has a target, as sign and word."""
    found = next((figure.target.status for figure in row.figures if figure.target), None)
    return "" if found is None else f"{STATUS_SIGNS[found]} {language.say(STATUS_NAMES[found])}"
