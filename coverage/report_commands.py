"""The commands about reports: ``phudien report province`` and its siblings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from coverage import company_report, form_commands
from coverage.approved_programmes import ApprovedProgrammes
from coverage.area_words import province_of
from coverage.commands import DATA_PROBLEMS, DONE, content_of, print_json, write_file
from coverage.company_commands import write_company_table
from coverage.report_files import FORMS, ReportFiles, form_of
from coverage.report_runs import RunRequest, RunResult, run_reports
from coverage.report_verification import Verifier, answer_of, cell_sentence, difference_sentence, sentences
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period


@dataclass(frozen=True)
class ReportActions:
    """
    The actions of ``phudien report``, as they are added one by one.

    Parameters
    ----------
    read_day, read_moment
        Read a day and a moment as the other commands do.
    """

    subparsers: Any
    common: argparse.ArgumentParser
    language: Language
    read_day: Callable[[str], date]
    read_moment: Callable[[str], datetime]

    def add(self, name: str, run: Any, text: str) -> argparse.ArgumentParser:
        """Add an action; every one knows the workspace and the language."""
        action: argparse.ArgumentParser = self.subparsers.add_parser(
            name, help=text, description=text, parents=[self.common]
        )
        action.set_defaults(run=run)
        return action

    def add_quarter(self, action: argparse.ArgumentParser) -> None:
        """Let an action ask which quarter, as it was known when, and in which list of units."""
        say = self.language.say
        action.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
        action.add_argument(
            "--as-of", type=self.read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00")
        )
        action.add_argument(
            "--units-of",
            type=self.read_day,
            metavar="DATE",
            help=say("tell figures in the units of this day, such as 2025-07-01 (default: those of the quarter)"),
        )

    def add_output(self, action: argparse.ArgumentParser) -> None:
        """Let an action ask in which forms reports are written, and into which folder."""
        say = self.language.say
        action.add_argument(
            "--format",
            default="xlsx",
            metavar="FORMS",
            help=say("forms, parted by commas: {forms} (default: xlsx)", forms=", ".join(FORMS)),
        )
        action.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")


def add_report_commands(
    report: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the actions of ``phudien report``."""
    say = language.say
    subparsers = report.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions = ReportActions(subparsers, common, language, read_day, read_moment)
    _add_province(actions)
    _add_all(actions)
    _add_verify(actions)
    _add_company(actions)
    fill = actions.add("fill", form_commands.fill_form, say("Fill an office's own form, or a shipped return."))
    form_commands.add_fill_options(fill, language, read_day=read_day, read_moment=read_moment)


def _add_province(actions: ReportActions) -> None:
    say = actions.language.say
    province = actions.add("province", write_province, say("Write the report of a province for a quarter."))
    province.add_argument("--province", required=True, metavar="PROVINCE", help=say("GSO code or name of the province"))
    actions.add_quarter(province)
    actions.add_output(province)


def _add_company(actions: ReportActions) -> None:
    say = actions.language.say
    company = actions.add("company", write_company_table, say("Write the company's own table of a half-year."))
    company.description = say(
        "For a quarter, month or day the table has households, where a quarter ends with it, and only those service "
        "figures that were returned for just that period or its last day; the rest is not reported."
    )
    company.add_argument("--period", required=True, help=say("half-year, such as 2021-H1; or a quarter, month or day"))
    company.add_argument(
        "--as-of", type=actions.read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00")
    )
    company.add_argument(
        "--format",
        default="xlsx",
        metavar="FORMS",
        help=say("forms, parted by commas: {forms} (default: xlsx)", forms=", ".join(company_report.FORMS)),
    )
    company.add_argument("-o", "--output", type=Path, required=True, metavar="PATH", help=say("folder, or one file"))


def write_province(options: argparse.Namespace, language: Language) -> int:
    """Write the report of a province in the forms that are asked for."""
    forms = forms_of(options.format)
    workspace, period = Workspace(options.workspace), Period.parse(options.period)
    files = ReportFiles(workspace, ApprovedProgrammes(workspace))
    code = province_of(options.province, workspace.units_on(options.units_of or workspace.list_of_quarter(period)))
    found = files.build(code, period, language, as_of=options.as_of, told_on=options.units_of)
    written = [files.file(found, form) for form in forms]  # all of them, before the first is stored
    for name, content in written:
        write_file(options.output / name, content, language)
    return DONE


def _add_all(actions: ReportActions) -> None:
    say = actions.language.say
    every = actions.add("all", write_all, say("Write the reports of all provinces for a quarter into one .zip file."))
    every.add_argument(
        "--province",
        action="append",
        metavar="PROVINCE",
        help=say("GSO code or name of a province; may be given several times (default: all of the list)"),
    )
    actions.add_quarter(every)
    actions.add_output(every)
    every.add_argument("--json", action="store_true", help=say("answer as JSON"))


def write_all(options: argparse.Namespace, language: Language) -> int:
    """Write the reports of all provinces, or of those named, into one zip file; a failed one does not stop the rest."""
    workspace, period = Workspace(options.workspace), Period.parse(options.period)
    units = workspace.units_on(options.units_of or workspace.list_of_quarter(period))
    request = RunRequest(
        provinces=[province_of(name, units) for name in options.province or units.provinces.index],
        period=period,
        language=language,
        forms=forms_of(options.format),
        told_on=options.units_of,
        as_of=options.as_of,
    )

    def tell(done: int, every: int, name: str) -> None:
        if name:
            print(f"{done + 1}/{every} {name}", file=sys.stderr)

    result = run_reports(workspace, request, options.output, progress=tell)
    if options.json:
        print_json(of_report_run(result))
    else:
        for row in result.failed:
            print(f"{row.province_name}: {row.problem}", file=sys.stderr)
        counts = {"done": len(result.rows) - len(result.failed), "all": len(result.rows)}
        print(language.say("{done} of {all} provinces have a report.", **counts))
        print(language.say("Written: {file}", file=str(result.file)))
    return DATA_PROBLEMS if result.failed else DONE


def _add_verify(actions: ReportActions) -> None:
    say = actions.language.say
    verify = actions.add("verify", verify_file, say("Say whether a report's figures still match the store."))
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--json", action="store_true", help=say("answer as JSON"))


def verify_file(options: argparse.Namespace, language: Language) -> int:
    """Hold the figures of a report's file against the store; exit code 1 where any differs."""
    workspace = Workspace(options.workspace)
    found = Verifier(workspace, ApprovedProgrammes(workspace)).verify(content_of(options.file), options.file.name)
    if options.json:
        print_json(answer_of(found, language))
    else:
        for sentence in sentences(found, language):
            print(sentence)
        made_with = found.reported.stamp["phudien_data_version"]
        for table, version in ((found.changed_in_file, made_with), (found.changed_since, found.present_version)):
            for row in table.to_dict("records"):
                print("  " + difference_sentence(row, language, then=version))
        for cell in found.changed_cells.to_dict("records"):
            print("  " + cell_sentence(cell, language))
    return DONE if found.is_untouched and found.is_current else DATA_PROBLEMS


def of_report_run(result: RunResult) -> dict[str, Any]:
    """Return what a run has written, as JSON."""
    provinces = [
        {
            "province": row.province_code,
            "name": row.province_name,
            "files": row.files,
            "fingerprint": row.fingerprint,
            "problem": row.problem or None,
        }
        for row in result.rows
    ]
    return {"file": str(result.file), "data_version": result.data_version, "provinces": provinces}


def forms_of(text: str) -> list[str]:
    """Return the forms that a text names, parted by commas, each once; raise `PhuDienError` for an unknown one."""
    names = list(dict.fromkeys(part.strip().lower().removeprefix(".") for part in text.split(",")))
    for name in names:
        form_of(name)
    return names
