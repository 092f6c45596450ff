"""What all sheets of a report share: fonts, page set-up, footer, headers of tables, heights of wrapped rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet

from geodata.language import Language
from geodata.report_data import ProvinceReport

_A4: Final = 9
_LINE_HEIGHT: Final = 15.0
_LETTERS_A_WIDTH: Final = 1.25
"""Letters of a text that a column takes for each unit of its width, which is the width of a figure."""

COUNT: Final = "#,##0"
SHARE: Final = "0.00%"
DAY: Final = "dd/mm/yyyy"
HEADER_COLOUR: Final = "#dce6f1"
TOTAL_COLOUR: Final = "#f7d9a8"
PART_COLOUR: Final = "#eef3f8"
WARNING_COLOUR: Final = "#b3261e"


class ReportSheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A sheet that takes formulas as they are: the library looks in each for 30 functions newer than Excel 2010."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


@dataclass
class StyledBook:
    """A workbook while it is written, in the font of the offices' papers, its formats by what they look like."""

    workbook: Any
    language: Language
    _formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict, init=False)

    def format(self, **properties: Any) -> Any:
        """Return a cell format in the workbook's font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(base | properties)
        return self._formats[key]

    def add_page(self, name: str, *, left: str, centre: str, is_portrait: bool = False) -> Any:
        """Return a new sheet that prints on A4, one page wide, with two texts and the page in its footer."""
        sheet = self.workbook.add_worksheet(name, worksheet_class=ReportSheet)
        sheet.hide_gridlines(2)
        if not is_portrait:
            sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{_plain(left)}&C&8{_plain(centre)}&R&8&P / &N")
        return sheet

    def write_header(self, sheet: Any, row: int, labels: Sequence[str], *, height: float = 48) -> None:
        """Write the header row of a table."""
        style = self.format(bold=True, text_wrap=True, align="center", border=1, bg_color=HEADER_COLOUR, font_size=10)
        for column, label in enumerate(labels):
            sheet.write_string(row, column, label, style)
        sheet.set_row(row, height)


@dataclass
class TitledBook(StyledBook):
    """A workbook whose sheets all say of what they are, in their footers and below their titles."""

    @property
    def place(self) -> str:
        """What the workbook is of, below the title of each sheet."""
        raise NotImplementedError

    @property
    def footer(self) -> tuple[str, str]:
        """Left and middle of the footer of each sheet."""
        raise NotImplementedError

    def add_sheet(self, name: str, *, is_portrait: bool = False) -> Any:
        """Return a new sheet with the footer of all sheets."""
        left, centre = self.footer
        return self.add_page(name, left=left, centre=centre, is_portrait=is_portrait)

    def write_title(self, sheet: Any, text: str) -> int:
        """Write the title of a sheet with what the workbook is of below it, and return the first free row."""
        sheet.write_string(0, 0, text, self.format(bold=True, font_size=13))
        sheet.write_string(1, 0, self.place, self.format(italic=True))
        return 2

    def quoted(self, sheet: Any) -> str:
        """Return a sheet's name as formulas of other sheets write it."""
        return "'" + str(sheet.name).replace("'", "''") + "'"


@dataclass
class Book(TitledBook):
    """The workbook of a province report."""

    report: ProvinceReport

    @property
    def place(self) -> str:
        """Province and quarter."""
        return f"{self.report.province_name}, {self.language.period(self.report.period)}"

    @property
    def footer(self) -> tuple[str, str]:
        """Data version, fingerprint and kind of data."""
        report, say = self.report, self.language.say
        version = say(
            "Data version {version}, {day}", version=report.data_version, day=self.language.day(report.data_date)
        )
        kind = say("synthetic demonstration data") if report.is_synthetic else say("accepted surveys")
        source = say("Source: {kind}, Phủ Điện", kind=kind)
        return f"{self.place}\n{version}", f"{source}\nSHA-256 {report.fingerprint[:12]}"


def height_of(texts: Iterable[tuple[str, float]], *, font_size: float = 11, least_lines: int = 1) -> float:
    """
    Return the height of a row with wrapped texts, each given with the width of its column.

    Only Excel stretches rows to their texts when it opens a file, and not even it when it prints one unopened.
    """
    lines = max((lines_of(text, width * 11 / font_size) for text, width in texts), default=1)
    return _LINE_HEIGHT * font_size / 11 * max(lines, least_lines)


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column, breaking between words as a spreadsheet does."""
    room = max(width * _LETTERS_A_WIDTH - 1, 1)
    lines = 0
    for paragraph in text.split("\n"):
        used, lines = 0, lines + 1
        for word in paragraph.split(" "):
            if used and used + 1 + len(word) > room:
                used, lines = 0, lines + 1
            lines += math.ceil(len(word) / room) - 1 if len(word) > room else 0
            used += len(word) + (1 if used else 0)
    return lines


def _plain(text: str) -> str:
    """Keep Excel from reading an ampersand of the text as a code of the footer."""
    return text.replace("&", "&&")
