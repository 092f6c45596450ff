"""The command line: ``phudien demo``, ``serve``, ``import``, ``history``, ``status``, ``template`` and the rest.

Exit codes: 0 done, 1 problems in the data, 2 wrong call.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from coverage import boundary_commands, boundary_download_commands
from coverage.call_texts import CallParser
from coverage.check_commands import add_check_commands
from coverage.commands import (
    DONE,
    history,
    make_demo,
    report_error,
    report_stop,
    serve,
    status,
)
from coverage.forecast_commands import add_forecast_command
from coverage.ledger_commands import add_ledger_commands
from coverage.list_commands import reconcile_communes
from coverage.plan_commands import add_plan_commands
from coverage.progress_commands import add_progress_command
from coverage.report_commands import add_report_commands
from coverage.survey_commands import import_survey, write_form
from coverage.target_commands import add_target_commands
from geodata.errors import PhuDienError, mark
from geodata.language import LANGUAGE_CODES, Language
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE
from loaders.reference import LIST_DATE_2021


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    language = _language_of(list(sys.argv[1:] if arguments is None else arguments))
    options = argparse.Namespace()
    try:
        options = _parser(language).parse_args(arguments)
        return int(options.run(options, language))
    except PhuDienError as error:
        return report_error(error, options, language)
    except KeyboardInterrupt:
        return report_stop(language)


def console() -> None:
    """Run `main` as the ``phudien`` command: set the console to UTF-8, then exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # Windows consoles begin in a code page without Vietnamese
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader of our output has left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)


def _language_of(arguments: list[str]) -> Language:
    """Read the language before the rest, because the help texts are written in it."""
    chosen = os.environ.get("PHUDIEN_LANGUAGE", "vi")
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            chosen = arguments[position + 1]
        elif argument.startswith("--lang="):
            chosen = argument.removeprefix("--lang=")
    return Language(chosen) if chosen in LANGUAGE_CODES else Language()


@dataclass(frozen=True)
class _Commands:
    """The commands of ``phudien``, as they are added one by one."""

    subparsers: Any
    common: argparse.ArgumentParser
    language: Language

    def add(self, name: str, run: Any, text: str) -> argparse.ArgumentParser:
        """Add a command; ``run`` is None for one that has actions of its own."""
        command: argparse.ArgumentParser = self.subparsers.add_parser(
            name, help=text, description=text, parents=[self.common]
        )
        command.set_defaults(run=run)
        return command


def _parser(language: Language) -> argparse.ArgumentParser:
    say = language.say
    parser = CallParser(
        prog="phudien",
        description=say("Phủ Điện: rural electrification planning and coverage tracker."),
        language=language,
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = _Commands(subparsers, _common_options(language), language)
    commands.add("demo", make_demo, say("Fill an empty workspace with synthetic demonstration data."))
    _add_serve(commands)
    _add_import(commands)
    _add_history(commands)
    _add_status(commands)
    goals = commands.add("targets", None, say("List, enter, amend, withdraw, import, export or split targets."))
    add_target_commands(goals, commands.common, language, read_day=_day, read_moment=_moment)
    standing = commands.add("progress", None, say("Show how areas stand against the path to their targets."))
    add_progress_command(standing, language, read_day=_day, read_moment=_moment)
    _add_template(commands)
    report = commands.add("report", None, say("Write the reports of provinces, and the forms that go with them."))
    add_report_commands(report, commands.common, language, read_day=_day, read_moment=_moment)
    _add_commune_commands(commands)
    _add_check(commands)
    foretell = commands.add("forecast", None, say("Tell when areas reach their targets."))
    add_forecast_command(foretell, language, read_day=_day, read_moment=_moment)
    planning = commands.add("plan", None, say("Plan take-overs and connections under a budget."))
    add_plan_commands(planning, commands.common, language, read_day=_day, read_moment=_moment)
    ledger = commands.add("ledger", None, say("Import household ledgers: millions of rows of the billing system."))
    add_ledger_commands(ledger, commands.common, language, read_day=_day)
    _add_boundary_commands(commands)
    return parser


def _common_options(language: Language) -> argparse.ArgumentParser:
    say = language.say
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help=say("folder of the workspace (default: $PHUDIEN_HOME, else the user's data folder)"),
    )
    common.add_argument("--lang", choices=LANGUAGE_CODES, help=say("language of messages and files (default: vi)"))
    return common


def _add_serve(commands: _Commands) -> None:
    say = commands.language.say
    serving = commands.add("serve", serve, say("Open the app in the browser."))
    serving.add_argument(
        "--address",
        default="localhost",
        help=say("network address to serve on (default: localhost, this machine only)"),
    )
    serving.add_argument("--port", type=int, default=8501, help=say("port (default: 8501)"))


def _add_import(commands: _Commands) -> None:
    say = commands.language.say
    taking = commands.add(
        "import", import_survey, say("Check a survey workbook; with --accept, take it into the workspace.")
    )
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument(
        "--template",
        metavar="NAME",
        help=say("kind of survey (default: the one whose form it is, else commune_survey)"),
    )
    taking.add_argument("--accept", action="store_true", help=say("accept it if it has no errors"))
    taking.add_argument("--good-rows", action="store_true", help=say("take the rows without errors, leave the others"))
    taking.add_argument("--period", help=say("quarter of the figures, where the file names none, such as 2021-Q2"))
    taking.add_argument(
        "--units-of", type=_day, metavar="DATE", help=say("day in whose units records are read, such as 2025-07-01")
    )
    taking.add_argument("--reason", default="", help=say("why the warnings of the file are accepted"))
    taking.add_argument("--marked", type=Path, metavar="FILE", help=say("write the file back with its problems marked"))
    taking.add_argument("--user", help=say("who imports (default: the login name)"))
    taking.add_argument("--json", action="store_true", help=say("answer as JSON"))


def _add_history(commands: _Commands) -> None:
    say = commands.language.say
    past = commands.add("history", history, say("Show every value ever uploaded for a commune in a quarter."))
    past.add_argument("--commune", required=True, metavar="CODE", help=say("GSO code of the commune"))
    past.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    past.add_argument("--measure", choices=MEASURES, metavar="NAME", help=say("one figure, such as households_bulk"))
    past.add_argument("--json", action="store_true", help=say("answer as JSON"))


def _add_status(commands: _Commands) -> None:
    say = commands.language.say
    state = commands.add("status", status, say("Show the indicators of an area in a quarter."))
    state.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    state.add_argument(
        "--area", default=COMPANY_CODE, metavar="AREA", help=say("GSO code or name, or EVNSPC (default)")
    )
    state.add_argument("--as-of", type=_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00"))
    _add_units_of(state, commands.language)
    state.add_argument("--json", action="store_true", help=say("answer as JSON"))


def _add_template(commands: _Commands) -> None:
    say = commands.language.say
    template = commands.add("template", write_form, say("Write a survey workbook to fill in for a province."))
    template.add_argument(
        "--province", metavar="PROVINCE", help=say("GSO code or name of the province; not for company_return")
    )
    template.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2; 2021-H2 for company_return"))
    template.add_argument(
        "--template", default="commune_survey", metavar="NAME", help=say("kind of survey (default: commune_survey)")
    )
    template.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")


def _add_commune_commands(commands: _Commands) -> None:
    say = commands.language.say
    communes = commands.add("communes", None, say("Reconcile an organisation's own commune list."))
    actions = communes.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser(
        "reconcile", parents=[commands.common], help=say("Hold an own commune list against the official list of a day.")
    )
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument(
        "--day", type=_day, default=LIST_DATE_2021, metavar="DATE", help=say("day of the list (default: 2021-07-01)")
    )
    taking.add_argument(
        "--organisation", default=COMPANY_CODE, metavar="NAME", help=say("whose list it is (default: EVNSPC)")
    )
    taking.add_argument("--accept", action="store_true", help=say("make it the list that counts"))
    taking.add_argument("-o", "--output", type=Path, metavar="FILE", help=say("write the result (.xlsx or .csv)"))
    taking.add_argument("--user", help=say("who imports (default: the login name)"))
    taking.add_argument("--json", action="store_true", help=say("answer as JSON"))
    taking.set_defaults(run=reconcile_communes)


def _add_check(commands: _Commands) -> None:
    text = commands.language.say("Check the figures across sources, quarters and levels.")
    check = commands.add("check", None, text)
    add_check_commands(check, commands.language, read_day=_day, read_moment=_moment)


def _add_units_of(command: argparse.ArgumentParser, language: Language) -> None:
    command.add_argument(
        "--units-of",
        type=_day,
        metavar="DATE",
        help=language.say("tell figures in the units of this day, such as 2025-07-01 (default: those of the quarter)"),
    )


def _add_boundary_commands(commands: _Commands) -> None:
    language, common = commands.language, commands.common
    boundaries = commands.add("boundaries", None, language.say("Check, add, list or download boundary layers."))
    actions = boundaries.add_subparsers(dest="action", required=True, metavar="ACTION")
    boundary_commands.add_parsers(actions, common, language, read_day=_day)
    boundary_download_commands.add_parsers(actions, common, language, run_line=main)


def _moment(text: str) -> datetime:
    """Read a moment; a day alone means its end, and no time zone means this machine's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.combine(_day(text), time.max).astimezone()
    if len(text) == len("2021-08-01"):
        moment = datetime.combine(moment.date(), time.max)
    return moment.astimezone() if moment.tzinfo is None else moment


def _day(text: str) -> date:
    """Read a day as programs write it, or as people do: 2021-07-01, 01/07/2021."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
    raise PhuDienError(
        "call.day-unreadable",
        mark('"{found}" is no day. Write year, month and day, such as 2021-07-01, or 01/07/2021.'),
        found=text,
    )


if __name__ == "__main__":
    console()
