"""The report's last sheet: what the figures rest on, how indicators are defined, and which state of the data it is."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from loaders.reports.quality_sheet import write_lines
from loaders.reports.sheet_style import COUNT, Book
from loaders.reports.sheet_table import Column, write_table

_WIDTHS: Final = (40, 66, 50, 18, 18)
_TIME: Final = "hh:mm dd/mm/yyyy"


def write(book: Book) -> None:
    """Write the sheet."""
    say = book.language.say
    sheet = book.add_sheet(say("Sources"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    row = book.write_title(sheet, say("Sources and notes")) + 1
    row = write_lines(book, sheet, row, _lines(book)) + 1
    row = _write_uploads(book, sheet, row) + 1
    row = _write_indicators(book, sheet, row)
    legend = say(
        "N households in all, T with grid power, D on direct sale, B behind a master meter, S on a shared "
        "meter, O off-grid source only, U without power. T = D + B + S, N = T + O + U."
    )
    sheet.write_string(row + 1, 0, legend, book.format(italic=True))


def stamp_lines(book: Book) -> list[tuple[str, str]]:
    """Return which state of the data the report shows, as every file of it says."""
    say, language, report = book.language.say, book.language, book.report
    lines = [(say("Data version"), f"{report.data_version}, {language.day(report.data_date)}")]
    if report.data_moment is not None:
        lines.append((say("Newest change of the data"), language.moment(report.local(report.data_moment))))
    if report.as_of is not None:
        lines.append((say("As it was known at"), language.moment(report.local(report.as_of))))
    lines.append((say("Fingerprint (SHA-256)"), report.fingerprint))
    return lines


def _lines(book: Book) -> list[tuple[str, str]]:
    say, language, report = book.language.say, book.language, book.report
    restated = []
    if report.is_restated:
        reported = ", ".join(language.day(day) for day in report.reported_in)
        restated = [(say("Reported in the units of"), reported)]
    return [
        (say("Province"), f"{report.province_name} ({report.province_code})"),
        (say("Quarter"), f"{language.period(report.period)} ({language.day(report.period.last_day)})"),
        (say("Unit list of"), language.day(report.unit_list_date)),
        *restated,
        *stamp_lines(book),
        (say("Whether a file still agrees with the data"), "phudien report verify"),
        (say("Kind of data"), _kind(book)),
        (say("Decisions"), "\n".join(report.decisions) or say("No target is set.")),
        (say("Blank cells"), say("Not reported; never the same as 0.")),
        (
            say("Shares"),
            say("Ratios of sums over the communes that reported both parts, as formulas; shown with two decimals."),
        ),
        (say("Changes of shares"), say("In percentage points, never in percent.")),
    ]


def _kind(book: Book) -> str:
    say = book.language.say
    if book.report.is_synthetic:
        return say(
            "Synthetic demonstration data: the company totals agree with what EVNSPC published for 30 June 2021; "
            "everything below them is assumed."
        )
    return say("Surveys that the offices uploaded and accepted.")


def _write_uploads(book: Book, sheet: Any, row: int) -> int:
    say, uploads = book.language.say, book.report.uploads
    sheet.write_string(row, 0, say("Uploads that the figures come from"), book.format(bold=True, font_size=13))
    if uploads.empty:
        sheet.write_string(row + 1, 0, say("None."), book.format(italic=True))
        return row + 2
    moments = pd.Series([book.report.local(moment).replace(tzinfo=None) for moment in uploads["accepted_at"]])
    columns = [
        Column(say("File"), "file_name", _WIDTHS[0]),
        Column(say("Kind"), "kind", _WIDTHS[1]),
        Column(say("Accepted by"), "accepted_by", _WIDTHS[2]),
        Column(say("Accepted at"), "accepted_at", _WIDTHS[3], _TIME),
        Column(say("Communes"), "communes", _WIDTHS[4], COUNT),
    ]
    return write_table(book, sheet, row + 1, columns, uploads.assign(accepted_at=moments.to_numpy()))


def _write_indicators(book: Book, sheet: Any, row: int) -> int:
    say = book.language.say
    sheet.write_string(row, 0, say("How the figures are defined"), book.format(bold=True, font_size=13))
    columns = [
        Column(say("Indicator"), "title", _WIDTHS[0]),
        Column(say("Formula"), "formula", _WIDTHS[1]),
        Column(say("Source"), "source", _WIDTHS[2]),
    ]
    notes = pd.DataFrame([(note.title, note.formula, note.source) for note in book.report.indicators])
    return write_table(book, sheet, row + 1, columns, notes.set_axis(["title", "formula", "source"], axis=1))
