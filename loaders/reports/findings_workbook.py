"""What consistency checks found, as an Excel workbook: counts by rule, and one row a finding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import pandas as pd
import xlsxwriter

from geodata.errors import mark
from geodata.language import Language
from loaders.reports.sheet_style import COUNT, StyledBook

COLUMN_TITLES: Final = {
    "severity": mark("Severity"),
    "rule": mark("Rule"),
    "place": mark("Place"),
    "area_code": mark("Code"),
    "period": mark("Quarter"),
    "sentence": mark("What was found"),
    "state": mark("State"),
    "reason": mark("Reason"),
    "explained_by": mark("Explained by"),
    "explained_at": mark("Explained on"),
    "key": mark("Key"),
}
"""What a file says of a finding: name → heading."""

STATE_NAMES: Final = {
    "open": mark("not explained"),
    "reopened": mark("explained for other figures: look again"),
    "explained": mark("explained"),
}

_WIDTHS: Final = (9, 20, 25, 8, 9, 48, 12, 24, 13, 11, 40)
_LINE_POINTS: Final = 13.5
_MOST_LINES: Final = 12


@dataclass
class _Book(StyledBook):
    """The workbook of findings."""

    version: str

    def add_sheet(self, name: str) -> Any:
        """Return a new sheet that says in its footer what it rests on."""
        return self.add_page(
            name,
            left=self.language.say("Data version {version}.", version=self.version),
            centre=self.language.say("Consistency checks"),
        )


def finding_rows(rows: Sequence[Mapping[str, str]], language: Language) -> pd.DataFrame:
    """Return findings, each by the names of `COLUMN_TITLES`, with headings, severities and states in a language."""
    table = pd.DataFrame(list(rows), columns=pd.Index(list(COLUMN_TITLES)), dtype="str")
    table["severity"] = [language.say(text) for text in table["severity"]]
    table["state"] = [language.say(STATE_NAMES[text]) for text in table["state"]]
    return table.set_axis([language.say(title) for title in COLUMN_TITLES.values()], axis="columns")


def write_findings(
    rows: pd.DataFrame,
    counts: pd.DataFrame,
    language: Language,
    *,
    version: str,
    data_moment: str | None,
    is_synthetic: bool,
) -> bytes:
    """
    Return findings as an .xlsx file; the same ones give the same bytes.

    Everything that somebody typed is written as text, never as a formula or a link.

    Parameters
    ----------
    rows
        From `finding_rows`.
    counts
        Indexed by rule: ``severity``, ``title``, ``found``, ``open``, ``reopened``, ``explained``.
    data_moment
        Moment of the data version (UTC, ISO 8601).
    """
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    created = datetime.fromisoformat(data_moment[:10]) if data_moment else datetime(2021, 7, 1)  # noqa: DTZ001
    workbook.set_properties({"title": language.say("Consistency checks"), "author": "Phủ Điện", "created": created})
    book = _Book(workbook, language, version)
    _write_counts(book, counts, is_synthetic=is_synthetic)
    _write_rows(book, rows)
    workbook.close()
    return buffer.getvalue()


def _write_counts(book: _Book, counts: pd.DataFrame, *, is_synthetic: bool) -> None:
    say = book.language.say
    sheet = book.add_sheet(say("Summary"))
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 5, 14)
    sheet.write_string(0, 0, say("Consistency checks"), book.format(bold=True, font_size=15))
    row = 2
    if is_synthetic:
        sheet.write_string(1, 0, say("Synthetic demonstration data, not real figures."), book.format(italic=True))
    states = [say(STATE_NAMES[state]).split(":")[0] for state in STATE_NAMES]
    book.write_header(sheet, row, (say("Rule"), say("Severity"), say("Found"), *states))
    text, number = book.format(border=1, text_wrap=True), book.format(border=1, num_format=COUNT)
    for line in counts.to_dict("records"):
        row += 1
        title, severity = str(line["title"]), str(line["severity"])
        sheet.write_string(row, 0, title, text)
        sheet.write_string(row, 1, say(severity), text)
        for column, name in enumerate(("found", *STATE_NAMES), start=2):
            sheet.write_number(row, column, int(line[name]), number)
    sheet.freeze_panes(3, 0)


def _write_rows(book: _Book, rows: pd.DataFrame) -> None:
    sheet = book.add_sheet(book.language.say("Findings"))
    book.write_header(sheet, 0, list(rows.columns))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    cell = book.format(border=1, text_wrap=True, font_size=10, valign="top")
    for row, texts in enumerate(rows.itertuples(index=False), start=1):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, cell)
        lines = max(math.ceil(1.1 * len(text) / width) for text, width in zip(texts, _WIDTHS, strict=True))
        sheet.set_row(row, _LINE_POINTS * min(max(lines, 1), _MOST_LINES) + 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(rows.columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(len(rows), 1), len(_WIDTHS) - 2)  # the keys are for the command line
