"""The company's own table, built from a workspace and written in each of its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from coverage import company_answers
from coverage.commune_lists import DEFAULT_ORGANISATION, CommuneLists, KeptReconciliation
from coverage.company_returns import CompanyReturns
from coverage.company_table import OwnBook, TableBasis, build_company_table
from coverage.indicators import Figure
from coverage.rollup import figures_of_area
from coverage.workspace import Workspace
from geodata.company_data import CompanyTable
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.reconciliation_reasons import MATCHED
from geodata.report_data import ProvinceReport
from geodata.reporting_periods import ReportingPeriod
from geodata.units import COMPANY_CODE
from loaders.reports.company_table_workbook import write_company_table
from loaders.reports.csv_file import csv_of


@dataclass(frozen=True)
class TableForm:
    """A form in which the table is written: what its button says (marked text), its media type, and its writer."""

    title: str
    media_type: str
    write: Callable[[CompanyTable], bytes]


FORMS: Final[dict[str, TableForm]] = {
    "xlsx": TableForm(
        mark("Download the table (.xlsx)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_company_table,
    ),
    "csv": TableForm(mark("Download the table (.csv)"), "text/csv", lambda table: csv_of(table.records())),
    "json": TableForm(mark("Download the table (.json)"), "application/json", company_answers.json_of),
    "md": TableForm(mark("Download the table (.md)"), "text/markdown", company_answers.markdown_of),
}
"""The forms of the table, by the name that ``--format`` takes and its file's name ends with."""


class CompanyReport:
    """
    Builds and writes the company's tables of a workspace.

    Parameters
    ----------
    workspace
        Whose facts, own commune lists and returns the table rests on.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def table(self, period: ReportingPeriod, language: Language, *, as_of: datetime | None = None) -> CompanyTable:
        """
        Return the table of a period.

        Parameters
        ----------
        as_of
            Moment whose answer is wanted; now where None.

        Raises
        ------
        WorkspaceError
            If neither a figure of communes nor a return is known of the period.
        """
        workspace = self._workspace
        version = workspace.data_version(as_of=as_of)
        figures = self._figures(period.last_quarter, as_of)
        returns = CompanyReturns(workspace).counting(as_of=as_of)
        is_known = returns["period"].isin([str(period), str(ReportingPeriod.of_day(period.last_day))]).any()
        if not figures and not is_known:
            raise self._nothing_known(period)
        basis = TableBasis(
            figures=figures,
            returns=returns,
            own_book=self._own_book(period, as_of),
            official_communes=len(workspace.units_on(self._list_day(period)).communes),
            data_version=str(version),
            data_date=ProvinceReport.local(version.moment or workspace.clock()).date(),
            is_synthetic=workspace.has_synthetic(as_of=as_of),
            as_of=as_of,
        )
        return build_company_table(period, workspace.registry, basis, language)

    def file(self, table: CompanyTable, form: str) -> tuple[str, bytes]:
        """
        Return the name and the content of a table in a form, one of `FORMS`.

        Raises
        ------
        WorkspaceError
            If there is no such form.
        """
        return self.file_name(table, form), form_of(form).write(table)

    def file_name(self, table: CompanyTable, form: str) -> str:
        """Return the name of a table's file: period, language where not the usual, version."""
        form_of(form)
        language = "" if table.language == Language() else f"_{table.language.code}"
        return f"phudien_{table.organisation}_{table.period}{language}_{table.data_version}.{form}"

    def periods(self) -> list[ReportingPeriod]:
        """Return the half-years whose table can be given, the newest first."""
        quarters = {Period.parse(code) for code in self._workspace.periods()}
        found = {ReportingPeriod.half_with(quarter) for quarter in quarters}
        closed = {half for half in found if half.last_quarter in quarters}
        returns = CompanyReturns(self._workspace).counting()
        for code in returns.dropna(how="all", subset=["numerator", "published_value"])["period"].unique():
            period = ReportingPeriod.parse(str(code))
            half = ReportingPeriod.half_with(Period.of(period.last_day))
            if period in (half, ReportingPeriod.of_day(half.last_day)):
                closed.add(half)
        return sorted(closed, key=lambda period: period.last_day, reverse=True)

    def _figures(self, quarter: Period | None, as_of: datetime | None) -> Mapping[str, Figure]:
        workspace = self._workspace
        if quarter is None or str(quarter) not in workspace.periods(as_of=as_of):
            return {}
        day = workspace.list_of_quarter(quarter)
        figures = workspace.figures(period=str(quarter), as_of=as_of, told_on=day)
        wanted = {name: found for name, found in workspace.indicators.items() if found.table_section}
        return figures_of_area(figures, wanted, workspace.units_on(day).communes_of(COMPANY_CODE))

    def _list_day(self, period: ReportingPeriod) -> date:
        return self._workspace.list_of_quarter(Period.of(period.last_day))

    def _own_book(self, period: ReportingPeriod, as_of: datetime | None) -> OwnBook | None:
        """Return the company's own list, if the one that counts is of a day no later than the one after the period."""
        kept = next(
            (
                one
                for one in CommuneLists(self._workspace).counting(as_of=as_of)
                if one.stored.organisation == DEFAULT_ORGANISATION
            ),
            None,
        )
        if kept is None or date.fromisoformat(kept.stored.valid_on) > period.last_day + timedelta(days=1):
            return None
        return self._book_of(kept, period.last_quarter, as_of)

    def _book_of(self, kept: KeptReconciliation, quarter: Period | None, as_of: datetime | None) -> OwnBook:
        day = date.fromisoformat(kept.stored.valid_on)
        entries = kept.result.table
        matched = entries.loc[entries["status"] == MATCHED, "unit_code"]
        with_power = without_power = 0
        if quarter is not None and str(quarter) in self._workspace.periods(as_of=as_of):
            told_on = self._workspace.lists.day_of(day)
            figures = self._workspace.figures(period=str(quarter), as_of=as_of, told_on=told_on)
            grid = matched.map(figures.set_index("commune_code")["households_grid"]).dropna()
            with_power, without_power = int((grid > 0).sum()), int((grid == 0).sum())
        return OwnBook(kept.stored.batch.file_name, day, dict(kept.result.counts), with_power, without_power)

    def _nothing_known(self, period: ReportingPeriod) -> WorkspaceError:
        quarters = [code for code in self._workspace.periods() if _lies_in(Period.parse(code), period)]
        known = [*quarters, *(str(found) for found in self.periods())]
        return WorkspaceError(
            "period.without-returns",
            mark(
                "Nothing is known of the company for {period}: no quarter with figures ends with it, and no return was "
                "accepted. Periods whose table can be given: {known}."
            ),
            period=str(period),
            known=", ".join(known) or "-",
        )


def _lies_in(quarter: Period, period: ReportingPeriod) -> bool:
    return period.first_day <= quarter.first_day and quarter.last_day <= period.last_day


def form_of(name: str) -> TableForm:
    """Return the form of a name; raise `WorkspaceError` where there is none."""
    if name not in FORMS:
        raise WorkspaceError(
            "call.table-form-unknown",
            mark('The company\'s table is not written as "{found}". Forms: {allowed}.'),
            found=name,
            allowed=", ".join(FORMS),
        )
    return FORMS[name]
