"""The report's sheet of data quality: what is missing or estimated, and what the checks found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geodata.lineage import BASIS_NAMES
from loaders.reports.sheet_style import Book, height_of
from loaders.reports.sheet_table import Column, write_table

_LABEL_WIDTH, _TEXT_WIDTH = 40, 66


def write(book: Book) -> None:
    """Write the sheet."""
    say, report = book.language.say, book.report
    sheet = book.add_sheet(say("Data quality"))
    for column, width in enumerate((_LABEL_WIDTH, _TEXT_WIDTH, 14, 40, 20)):
        sheet.set_column(column, column, width)
    row = book.write_title(sheet, say("Data quality and what is missing")) + 1
    row = write_lines(book, sheet, row, _lines(book)) + 1
    sheet.write_string(row, 0, say("What the consistency checks found"), book.format(bold=True, font_size=13))
    if report.findings.columns.empty:
        sheet.write_string(row + 1, 0, say("The checks were not run for this report."), book.format(italic=True))
        return
    if report.findings.empty:
        sheet.write_string(row + 1, 0, say("The checks found nothing."), book.format(italic=True))
        return
    severities = {"error": say("error"), "warning": say("warning")}
    findings = report.findings
    columns = [
        Column(say("Place"), "place", _LABEL_WIDTH),
        Column(say("What was found"), "sentence", _TEXT_WIDTH),
        Column(say("Severity"), "severity", 14),
        Column(say("Explained: reason"), "reason", 40),
        Column(say("Explained by"), "explained_by", 20),
    ]
    shown = findings.assign(severity=findings["severity"].map(severities).fillna(findings["severity"]))
    write_table(book, sheet, row + 1, columns, shown)


def write_lines(book: Book, sheet: Any, row: int, lines: Sequence[tuple[str, str]]) -> int:
    """Write labels with their texts, and return the row below them."""
    bold, wrap = book.format(bold=True, text_wrap=True, valign="top"), book.format(text_wrap=True, valign="top")
    for number, (label, text) in enumerate(lines, start=row):
        sheet.write_string(number, 0, label, bold)
        sheet.write_string(number, 1, text, wrap)
        sheet.set_row(number, height_of([(label, _LABEL_WIDTH * 0.92), (text, _TEXT_WIDTH)]))
    return row + len(lines)


def _lines(book: Book) -> list[tuple[str, str]]:
    say, language, report = book.language.say, book.language, book.report
    reported = len(report.communes) - len(report.communes_missing)
    none = say("None.")
    lines = [
        (
            say("Communes that reported"),
            say("{n} of {all}", n=reported, all=len(report.communes)),
        ),
        (say("Communes that did not report"), "; ".join(report.communes_missing) or none),
        (say("Communes of which some parts did not report"), "; ".join(report.communes_partly) or none),
        (say("Communes whose figures are estimated"), "; ".join(report.communes_estimated) or none),
        (say("Communes that have no place in these units, and are in no sum"), "; ".join(report.unplaced) or none),
    ]
    if report.is_restated:
        counts = report.basis.value_counts()
        kinds = [f"{language.count(int(counts[b]))}: {say(name)}" for b, name in BASIS_NAMES.items() if counts.get(b)]
        lines.append((say("Communes by what they rest on"), "; ".join(kinds)))
    return lines
