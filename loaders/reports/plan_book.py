"""What the sheets of a plan's workbook share: its footer, its units, and the named columns that its formulas use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from geodata.plan_data import PlanReport
from geodata.report_data import VIETNAM
from loaders.reports.sheet_style import TitledBook

MILLION: Final = 1_000_000.0
MONEY: Final = "#,##0.0"
"""Money stands in millions of VND, as the offices' plans have it."""

YEAR: Final = "0"
INPUT_COLOUR: Final = "#fff9d9"
"""Of cells that are meant to be changed."""

KIND, PROVINCE, AREA, YEARS, HOUSEHOLDS, COST, NPV, MARGIN, CREW_WEEKS = (
    "ds_loai",
    "ds_tinh",
    "ds_huyen",
    "ds_nam",
    "ds_so_ho",
    "ds_von",
    "ds_npv",
    "ds_bien",
    "ds_tuan_doi",
)
"""Names of the list's columns, as formulas of the workbook refer to them."""


@dataclass
class PlanBook(TitledBook):
    """The workbook of a plan."""

    report: PlanReport

    @property
    def place(self) -> str:
        """Areas and years, and the scenario's name where it has one."""
        report = self.report
        said = f"{', '.join(report.areas)}, {report.span}"
        return f"{report.title}: {said}" if report.title else said

    @property
    def footer(self) -> tuple[str, str]:
        """Data version, fingerprint of the request and kind of data."""
        report, say = self.report, self.language.say
        version = say(
            "Data version {version}, made at {moment}",
            version=report.stamp["data_version"] or "–",
            moment=self.language.moment(report.made_at.astimezone(VIETNAM)),
        )
        kind = say("synthetic demonstration data") if report.is_synthetic else say("accepted surveys")
        source = say("Source: {kind}, Phủ Điện", kind=kind)
        return f"{', '.join(report.areas)}, {report.span}\n{version}", f"{source}\nSHA-256 {report.request_start}"

    def heading(self, sheet: Any, row: int, text: str) -> int:
        """Write a heading within a sheet, and return the row below it."""
        sheet.write_string(row, 0, text, self.format(bold=True, font_size=13))
        return row + 1

    def note(self, sheet: Any, row: int, text: str) -> int:
        """Write a sentence beside no table, and return the row below it."""
        sheet.write_string(row, 0, text, self.format(italic=True))
        return row + 1
