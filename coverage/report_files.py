"""A province's report, built from a workspace and written in each of its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final, Protocol

from coverage import report
from coverage.file_form import FileForm
from coverage.report_sources import ReportSources
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.plan_data import PlanChapter
from geodata.report_data import ProvinceReport
from loaders.reports.data_files import write_csv, write_geopackage, write_parquet
from loaders.reports.official_document import write_official_document
from loaders.reports.province_pdf import write_province_pdf
from loaders.reports.province_workbook import write_province_workbook

FORMS: Final[dict[str, FileForm[ProvinceReport]]] = {
    "xlsx": FileForm(
        mark("Download the report (.xlsx)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_province_workbook,
        ".xlsx",
    ),
    "pdf": FileForm(mark("Download the report (.pdf)"), "application/pdf", write_province_pdf, ".pdf"),
    "docx": FileForm(
        mark("Download the document to sign (.docx)"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        write_official_document,
        ".docx",
    ),
    "csv": FileForm(mark("Download the figures (.csv)"), "text/csv", write_csv, ".csv"),
    "gpkg": FileForm(
        mark("Download the map for QGIS (.gpkg)"), "application/geopackage+sqlite3", write_geopackage, ".gpkg"
    ),
    "parquet": FileForm(
        mark("Download the figures with outlines (.parquet)"),
        "application/vnd.apache.parquet",
        write_parquet,
        ".parquet",
    ),
}
"""The forms that can be written, by the name that ``--format`` takes; pages offer them in this order."""


class Chapters(Protocol):
    """Gives the chapter of a report about an approved programme."""

    def newest(
        self, province_code: str, language: Language, *, told_on: date, as_of: datetime | None = None
    ) -> PlanChapter | None:
        """Return that of the newest programme approved for a province of a list; None where there is none."""

    def of(self, scenario: str, province_code: str, language: Language) -> PlanChapter:
        """Return that of one programme, for a report that is made again."""


class ReportFiles:
    """
    Builds and writes the reports of a workspace.

    The tables of the whole company are read once for all provinces of a list and data version; of the provinces, one
    at most is in memory.
    """

    def __init__(self, workspace: Workspace, chapters: Chapters | None = None) -> None:
        self._workspace = workspace
        self._chapters = chapters
        self._sources = ReportSources(workspace)

    def build(
        self,
        province_code: str,
        period: Period,
        language: Language,
        *,
        as_of: datetime | None = None,
        told_on: date | None = None,
        scenario: str | None = None,
    ) -> ProvinceReport:
        """
        Return the report of a province for a quarter.

        Parameters
        ----------
        province_code
            Code in the list of `told_on`, else of the quarter.
        as_of
            Moment whose answer is wanted; now where None.
        told_on
            Day of the list of units in which figures are told; that of the quarter where None.
        scenario
            Approved programme that the report tells, as its stamp names it, blank for none; the newest where None.

        Raises
        ------
        PlaceError, FigureError
            If there is no such province, or it has no figures for the quarter.
        """
        day = told_on or self._workspace.list_of_quarter(period)
        self._workspace.lists.require(province_code, day)
        while True:
            company = self._sources.company(period, told_on=day, as_of=as_of)
            report.require_province(province_code, period, company)
            province = self._sources.province(province_code, period, language, told_on=day, as_of=as_of)
            if str(self._workspace.data_version(as_of=as_of)) == company.data_version:
                found = report.build_province_report(province_code, period, company, province, language)
                return replace(found, plan=self._chapter(province_code, language, day, as_of, scenario))
            # Something was accepted while it was gathered: its parts may be of two versions.

    def _chapter(
        self, province_code: str, language: Language, told_on: date, as_of: datetime | None, scenario: str | None
    ) -> PlanChapter | None:
        if self._chapters is None or scenario == "":
            return None
        if scenario is None:
            return self._chapters.newest(province_code, language, told_on=told_on, as_of=as_of)
        return self._chapters.of(scenario, province_code, language)

    def file(self, found: ProvinceReport, form: str) -> tuple[str, bytes]:
        """
        Return the name and the content of a report in a form, one of `FORMS`.

        Raises
        ------
        PhuDienError
            If there is no such form.
        """
        return self.file_name(found, form), form_of(form).write(found)

    def file_name(self, found: ProvinceReport, form: str) -> str:
        """Return the name of a report's file: province, quarter, units and language where not the usual, version."""
        parts = [found.province_code, str(found.period)]
        if found.unit_list_date != self._workspace.list_of_quarter(found.period):
            parts.append(f"units-{found.unit_list_date}")
        if found.language != Language():
            parts.append(found.language.code)
        return f"phudien_{'_'.join(parts)}_{found.data_version}{form_of(form).suffix}"


def form_of(name: str) -> FileForm[ProvinceReport]:
    """Return the form of a name; raise `PhuDienError` where there is none."""
    if name not in FORMS:
        raise PhuDienError(
            "call.report-form-unknown",
            mark('There is no report as "{found}". Forms: {allowed}.'),
            found=name,
            allowed=", ".join(FORMS),
        )
    return FORMS[name]
