"""What all sheets of a report share: fonts, page set-up, footer, headers of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geodata.language import Language
from geodata.report_data import ProvinceReport

_A4: Final = 9

COUNT: Final = "#,##0"
SHARE: Final = "0.00%"


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

    def add_page(self, name: str, *, left: str, centre: str) -> Any:
        """Return a new sheet that prints on A4 landscape, one page wide, with two texts and the page in its footer."""
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{_plain(left)}&C&8{_plain(centre)}&R&8&P / &N")
        return sheet

    def write_header(self, sheet: Any, row: int, labels: Sequence[str], *, height: int = 48) -> None:
        """Write the header row of a table."""
        style = self.format(bold=True, text_wrap=True, align="center", border=1, bg_color="#dce6f1", font_size=10)
        for column, label in enumerate(labels):
            sheet.write_string(row, column, label, style)
        sheet.set_row(row, height)


@dataclass
class Book(StyledBook):
    """The workbook of a province report."""

    report: ProvinceReport

    def add_sheet(self, name: str) -> Any:
        """Return a new sheet with the data version and the kind of data in its footer."""
        report, say = self.report, self.language.say
        version = say(
            "Data version {version}, {day}", version=report.data_version, day=self.language.day(report.data_date)
        )
        kind = say("synthetic demonstration data") if report.is_synthetic else say("accepted surveys")
        return self.add_page(name, left=version, centre=say("Source: {kind}, Phủ Điện", kind=kind))


def _plain(text: str) -> str:
    """Keep Excel from reading an ampersand of the text as a code of the footer."""
    return text.replace("&", "&&")
