"""The reports of many provinces in one run: one at a time, with progress, a way to stop, a zip file and its index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from coverage.approved_programmes import ApprovedProgrammes
from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.errors import FileError, PhuDienError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reports.bundle import ReportBundle
from loaders.reports.index_workbook import IndexRow, write_index
from loaders.store.facts import DataVersion

INDEX_NAMES: Final = {"vi": "00_muc_luc.xlsx", "en": "00_index.xlsx"}
"""Name of the index in the bundle: first in every list of its files."""

_LOG: Final = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Told the provinces done, those in all, and the name of the one that is being written (blank at the end)."""


@dataclass(frozen=True)
class RunRequest:
    """
    What a run is to write.

    Parameters
    ----------
    provinces
        Codes in the list of `told_on`, else of the quarter.
    forms
        Forms of the files, of `report_files.FORMS`.
    told_on
        Day of the list of units in which figures are told; that of the quarter where None.
    as_of
        Moment whose answer is wanted; that of the run's beginning where None. What is accepted meanwhile is in none of
        its reports.
    """

    provinces: Sequence[str]
    period: Period
    language: Language
    forms: Sequence[str]
    told_on: date | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class RunResult:
    """
    What a run has written.

    Parameters
    ----------
    file
        The zip file; None where the run was stopped: nothing is left behind then.
    rows
        One a province that was reached, in the order of the run.
    """

    file: Path | None
    data_version: str
    rows: tuple[IndexRow, ...]

    @property
    def failed(self) -> tuple[IndexRow, ...]:
        """The provinces without a report."""
        return tuple(row for row in self.rows if row.problem)

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self.file is None


def run_reports(
    workspace: Workspace,
    request: RunRequest,
    folder: Path,
    *,
    progress: Progress = lambda _done, _all, _name: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> RunResult:
    """
    Write the reports of many provinces into one zip file with an index.

    At most one province's report is in memory. A province that fails is told in the index and in the result, and the
    others go on; where all fail, there is no file.

    Parameters
    ----------
    is_stopped
        Asked before every province and every file; once it says yes, the run ends and nothing is left behind.

    Raises
    ------
    FileError
        If the zip file cannot be written, or no province has a report.
    """
    version = workspace.data_version(as_of=request.as_of)
    day = request.told_on or workspace.list_of_quarter(request.period)
    names = workspace.units_on(day).by_code["full_name"]
    files = ReportFiles(workspace, ApprovedProgrammes(workspace))
    target = folder / f"phudien_reports_{request.period}_{version}.zip"
    rows: list[IndexRow] = []
    with ReportBundle(target) as bundle:
        for code in request.provinces:
            name = str(names.get(code, code))
            progress(len(rows), len(request.provinces), name)
            row = None if is_stopped() else _write_province(files, request, version, code, name, bundle, is_stopped)
            if row is None:
                return RunResult(None, str(version), tuple(rows))
            rows.append(row)
        if all(row.problem for row in rows):
            raise _nothing_written(rows, request)
        language = request.language
        day_of_data = ProvinceReport.local(version.moment or workspace.clock())
        index = write_index(rows, language, period=request.period, data_version=str(version), moment=day_of_data)
        bundle.add(INDEX_NAMES[language.code], index)
        bundle.finish()
    progress(len(rows), len(request.provinces), "")
    return RunResult(target, str(version), tuple(rows))


def _write_province(
    files: ReportFiles,
    request: RunRequest,
    version: DataVersion,
    code: str,
    name: str,
    bundle: ReportBundle,
    is_stopped: Callable[[], bool],
) -> IndexRow | None:
    """Write the files of one province and return its row of the index; None where the run is stopped."""
    try:
        report = _build(files, request, version, code)
        written = {}
        for form in request.forms:
            if is_stopped():
                return None
            written[form] = files.file(report, form)
    except PhuDienError as error:
        return IndexRow(code, name, {}, (), "", request.language.explain(error))
    except Exception as error:  # noqa: BLE001 - whatever ails one province, the others are to have their reports
        _LOG.exception("The report of province %s failed", code)
        problem = mark("The report could not be written because of a fault of the program: {error}. The log has more.")
        return IndexRow(code, name, {}, (), "", request.language.say(problem, error=f"{type(error).__name__}: {error}"))
    for file_name, content in written.values():
        bundle.add(file_name, content)
    names = {form: file_name for form, (file_name, _) in written.items()}
    return IndexRow(code, report.province_name, names, report.figures, report.fingerprint, "")


def _build(files: ReportFiles, request: RunRequest, version: DataVersion, code: str) -> ProvinceReport:
    """Return a report of the data version of the run; where something was accepted since, as it was known then."""
    report = files.build(code, request.period, request.language, as_of=request.as_of, told_on=request.told_on)
    if report.data_version == str(version):
        return report
    return files.build(code, request.period, request.language, as_of=version.moment, told_on=request.told_on)


def _nothing_written(rows: Sequence[IndexRow], request: RunRequest) -> FileError:
    return FileError(
        "report.none-written",
        mark("No province has a report for {period}; nothing was written. The first said: {problem}"),
        period=request.language.period(request.period),
        problem=rows[0].problem if rows else "–",
    )
