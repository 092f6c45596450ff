"""The report's last sheet: what the figures rest on, what is missing, how indicators are defined."""

from __future__ import annotations

from typing import Final

from geodata.lineage import BASIS_NAMES
from loaders.reports.sheet_style import Book

_LINE_HEIGHT: Final = 15
_LETTERS_A_LINE: Final = 68


def write(book: Book) -> None:
    """Write the sheet."""
    say, language, report = book.language.say, book.language, book.report
    sheet = book.add_sheet(say("Sources and notes"))
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 66)
    sheet.set_column(2, 2, 50)
    bold, wrap = book.format(bold=True), book.format(text_wrap=True, valign="top")
    lines = [
        (say("Province"), f"{report.province_name} ({report.province_code})"),
        (say("Quarter"), language.period(report.period)),
        (say("Data version"), f"{report.data_version}, {language.day(report.data_date)}"),
        (say("Unit list of"), language.day(report.unit_list_date)),
        *_restating(book),
        (say("Kind of data"), _kind(book)),
        (say("Communes that did not report"), "; ".join(report.communes_missing) or say("None.")),
        (say("Blank cells"), say("Not reported; never the same as 0.")),
        (
            say("Shares"),
            say("Ratios of sums over the communes that reported both parts, as formulas; shown with two decimals."),
        ),
    ]
    sheet.write_string(0, 0, say("Sources and notes"), book.format(bold=True, font_size=13))
    for row, (label, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, text, wrap)
        # Wrapped text gets no row height of its own in every program that opens the file.
        sheet.set_row(row, _LINE_HEIGHT * (1 + len(text) // _LETTERS_A_LINE))
    start = len(lines) + 2
    book.write_header(sheet, start, (say("Indicator"), say("Formula"), say("Source")), height=22)
    cell = book.format(border=1, text_wrap=True, valign="top")
    for row, note in enumerate(report.indicators, start=start + 1):
        for column, text in enumerate((note.title, note.formula, note.source)):
            sheet.write_string(row, column, text, cell)
    end = start + len(report.indicators) + 2
    legend = say(
        "N households in all, T with grid power, D on direct sale, B behind a master meter, S on a shared "
        "meter, O off-grid source only, U without power. T = D + B + S, N = T + O + U."
    )
    sheet.write_string(end, 0, legend, book.format(italic=True))


def _restating(book: Book) -> list[tuple[str, str]]:
    """Say how figures came into the list in which they are told, where they were reported in another."""
    say, report = book.language.say, book.report
    if not report.is_restated:
        return []
    counts = report.basis.value_counts()
    kinds = [f"{book.language.count(int(counts[b]))}: {say(name)}" for b, name in BASIS_NAMES.items() if counts.get(b)]
    reported = ", ".join(book.language.day(day) for day in report.reported_in)
    names = report.communes["commune_name"]
    partly = "; ".join(str(names[code]) for code in report.partly_reported)
    return [
        (say("Reported in the units of"), reported),
        (say("Communes by what they rest on"), "; ".join(kinds)),
        (say("Communes of which some parts did not report"), partly or say("None.")),
        (
            say("Communes that have no place in these units, and are in no sum"),
            "; ".join(report.unplaced) or say("None."),
        ),
    ]


def _kind(book: Book) -> str:
    say = book.language.say
    if book.report.is_synthetic:
        return say(
            "Synthetic demonstration data: the company totals agree with what EVNSPC published for 30 June 2021; "
            "everything below them is assumed."
        )
    return say("Surveys that the offices uploaded and accepted.")
