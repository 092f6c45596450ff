"""The command line: ``phudien demo``, ``serve``, ``import``, ``history``, ``status``, ``template`` and the rest.

Exit codes: 0 done, 1 problems in the data, 2 wrong call.
"""

from __future__ import annotations

import argparse
import getpass
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from coverage import answers
from coverage.workspace import REFUSED, Proposal, Workspace
from geodata.errors import BoundaryError, FileError, PhuDienError, PlaceError, WorkspaceError, mark
from geodata.language import LANGUAGE_CODES, Language
from geodata.periods import Period
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE

DONE, DATA_PROBLEMS, WRONG_CALL = 0, 1, 2

_WRONG_CALL_CODES: Final = ("period.unreadable", "language.unknown", "call.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    language = _language_of(list(sys.argv[1:] if arguments is None else arguments))
    options = _parser(language).parse_args(arguments)
    try:
        return int(options.run(options, language))
    except PhuDienError as error:
        return _report_error(error, options, language)


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


def _report_error(error: PhuDienError, options: argparse.Namespace, language: Language) -> int:
    print(f"phudien: {language.explain(error)}", file=sys.stderr)
    if getattr(options, "json", False):
        _print_json({"error": {"code": error.code, "message": language.explain(error)}})
    is_call = isinstance(error, PlaceError | WorkspaceError) or error.code.startswith(_WRONG_CALL_CODES)
    return WRONG_CALL if is_call else DATA_PROBLEMS


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))


# ---- the arguments


def _parser(language: Language) -> argparse.ArgumentParser:
    say = language.say
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help=say("folder of the workspace (default: $PHUDIEN_HOME, else the user's data folder)"),
    )
    common.add_argument("--lang", choices=LANGUAGE_CODES, help=say("language of messages and files (default: vi)"))
    parser = argparse.ArgumentParser(
        prog="phudien", description=say("Phủ Điện: rural electrification planning and coverage tracker.")
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, parents=[common])
        command.set_defaults(run=run)
        return command

    add("demo", _demo, say("Fill an empty workspace with synthetic demonstration data."))

    serve = add("serve", _serve, say("Open the app in the browser."))
    serve.add_argument(
        "--address",
        default="localhost",
        help=say("network address to serve on (default: localhost, this machine only)"),
    )
    serve.add_argument("--port", type=int, default=8501, help=say("port (default: 8501)"))

    taking = add("import", _import, say("Check a survey workbook; with --accept, take it into the workspace."))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument(
        "--template", default="commune_survey", metavar="NAME", help=say("kind of survey (default: commune_survey)")
    )
    taking.add_argument("--accept", action="store_true", help=say("accept it if it has no errors"))
    taking.add_argument("--good-rows", action="store_true", help=say("take the rows without errors, leave the others"))
    taking.add_argument("--period", help=say("quarter of the figures, where the file names none, such as 2021-Q2"))
    taking.add_argument("--reason", default="", help=say("why the warnings of the file are accepted"))
    taking.add_argument("--marked", type=Path, metavar="FILE", help=say("write the file back with its problems marked"))
    taking.add_argument("--user", help=say("who imports (default: the login name)"))
    taking.add_argument("--json", action="store_true", help=say("answer as JSON"))

    history = add("history", _history, say("Show every value ever uploaded for a commune in a quarter."))
    history.add_argument("--commune", required=True, metavar="CODE", help=say("GSO code of the commune"))
    history.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    history.add_argument("--measure", choices=MEASURES, metavar="NAME", help=say("one figure, such as households_bulk"))
    history.add_argument("--json", action="store_true", help=say("answer as JSON"))

    status = add("status", _status, say("Show the indicators of an area in a quarter."))
    status.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    status.add_argument("--area", default=COMPANY_CODE, metavar="CODE", help=say("GSO code, or EVNSPC (default)"))
    status.add_argument("--as-of", type=_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00"))
    status.add_argument("--json", action="store_true", help=say("answer as JSON"))

    template = add("template", _template, say("Write a survey workbook to fill in for a province."))
    template.add_argument("--province", required=True, metavar="CODE", help=say("GSO code of the province"))
    template.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    template.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")

    report = add("report", _report, say("Write the report of a province for a quarter."))
    report.add_argument("--province", required=True, metavar="CODE", help=say("GSO code of the province"))
    report.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    report.add_argument("--as-of", type=_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00"))
    report.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")

    _add_boundary_commands(add("boundaries", None, say("Add or list boundary layers.")), common, language)
    return parser


def _add_boundary_commands(
    boundaries: argparse.ArgumentParser, common: argparse.ArgumentParser, language: Language
) -> None:
    say = language.say
    actions = boundaries.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser(
        "add", parents=[common], help=say("Add real boundaries: GeoJSON, GeoPackage, zipped shapefile, GeoParquet.")
    )
    adding.add_argument("file", type=Path, metavar="FILE")
    adding.add_argument("--as-of", type=_day, metavar="DATE", help=say("day whose boundaries the file shows"))
    adding.add_argument("--user", help=say("who imports (default: the login name)"))
    adding.add_argument("--json", action="store_true", help=say("answer as JSON"))
    adding.set_defaults(run=_add_boundaries)
    listing = actions.add_parser("list", parents=[common], help=say("List the layers."))
    listing.add_argument("--json", action="store_true", help=say("answer as JSON"))
    listing.set_defaults(run=_list_boundaries)


def _moment(text: str) -> datetime:
    """Read a moment; a day alone means its end, and no time zone means this machine's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: 2021-08-01, 2021-08-01T17:00") from error
    if len(text) == len("2021-08-01"):
        moment = datetime.combine(moment.date(), time.max)
    return moment.astimezone() if moment.tzinfo is None else moment


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: 2021-07-01") from error


def _user(options: argparse.Namespace) -> str:
    return str(options.user or getpass.getuser())


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PhuDienError(
            "call.file-unreadable",
            mark('The file "{file}" cannot be opened: {reason}.'),
            file=str(file),
            reason=str(error.strerror),
        ) from error


# ---- the commands


def _demo(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    is_new = workspace.make_demo()
    sentence = (
        mark("The demo is ready in {folder}. All of its figures are synthetic.")
        if is_new
        else mark("The demo stands in {folder} already; nothing was changed.")
    )
    print(language.say(sentence, folder=str(workspace.home)))
    return DONE


def _serve(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    workspace.close()
    found = importlib.util.find_spec("app")
    app = Path(str(found.origin if found else None))
    print(language.say("The app opens at {address}; Ctrl+C stops it.", address=f"http://localhost:{options.port}"))
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(options.port)]
    command += ["--server.address", options.address]
    environment = os.environ | {"PHUDIEN_HOME": str(workspace.home), "PHUDIEN_LANGUAGE": language.code}
    try:
        return subprocess.call(command, cwd=app.parent, env=environment)
    except KeyboardInterrupt:
        return DONE


def _import(options: argparse.Namespace, language: Language) -> int:
    content = _content(options.file)
    workspace = Workspace(options.workspace)
    template = workspace.survey_templates.get(options.template)
    if template is None:
        raise PhuDienError(
            "call.template-unknown",
            mark('There is no template "{found}". Templates: {known}.'),
            found=options.template,
            known=", ".join(workspace.survey_templates),
        )
    if template.id != workspace.survey_template.id:
        return _import_records(content, workspace, template, options, language)
    try:
        period = Period.parse(options.period) if options.period else None
        proposal = workspace.propose_survey(
            content, options.file.name, user=_user(options), period=period, good_rows_only=options.good_rows
        )
    except FileError as error:
        if options.json:
            _print_json(answers.of_unreadable(options.file.name, error, language))
        print(f"phudien: {language.explain(error)}", file=sys.stderr)
        return DATA_PROBLEMS
    if options.marked:
        _write_marked(content, workspace, proposal.reading.issues, options, language)
    state = proposal.state
    if options.accept and proposal.batch_id is not None and state == "draft":
        workspace.accept(proposal.batch_id, user=_user(options), reason=options.reason)
        state = "accepted"
    if options.json:
        _print_json(answers.of_import(options.file.name, proposal, state, language))
    else:
        _print_import(proposal, state, language)
    return DATA_PROBLEMS if state == REFUSED else DONE


_STATE_SENTENCES: Final = {
    REFUSED: mark("Not taken: mend the errors and import the file again. Nothing was stored."),
    "draft": mark("Kept as draft {batch}; the figures do not count yet. Add --accept to take them."),
    "accepted": mark("Batch {batch} is accepted; its figures count."),
}


def _import_records(
    content: bytes, workspace: Workspace, template: Any, options: argparse.Namespace, language: Language
) -> int:
    try:
        proposal = workspace.propose_records(
            content,
            options.file.name,
            template=template,
            user=_user(options),
            good_rows_only=options.good_rows,
            progress=None if options.json else _print_progress,
        )
    except FileError as error:
        if options.json:
            _print_json(answers.of_unreadable(options.file.name, error, language))
        print(f"phudien: {language.explain(error)}", file=sys.stderr)
        return DATA_PROBLEMS
    if options.marked:
        _write_marked(content, workspace, proposal.reading.issues, options, language)
    state = proposal.state
    if options.accept and proposal.batch_id is not None and state == "draft":
        workspace.accept(proposal.batch_id, user=_user(options), reason=options.reason)
        state = "accepted"
    reading, say = proposal.reading, language.say
    if options.json:
        _print_json(answers.of_records(options.file.name, proposal, state, language))
    else:
        print(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))
        for issue in reading.issues[:100]:
            print(f"  [{say(issue.severity)}] {issue.message(language)}")
        print(say(_STATE_SENTENCES[state], batch=str(proposal.batch_id)))
    return DATA_PROBLEMS if state == REFUSED else DONE


def _write_marked(
    content: bytes, workspace: Workspace, issues: Any, options: argparse.Namespace, language: Language
) -> None:
    made = workspace.marked_workbook(content, options.file.name, issues, language)
    _write(options.marked, made.content, language, is_quiet=options.json)


def _print_progress(done: int, expected: int) -> None:
    whole = f" / {expected:,}" if expected else ""
    print(f"\r{done:,}{whole}", end="", file=sys.stderr, flush=True)


def _print_import(proposal: Proposal, state: str, language: Language) -> None:
    reading, say = proposal.reading, language.say
    for table in reading.tables:
        print(
            say(
                'Sheet "{sheet}", header in row {row}: {rows} rows read.',
                sheet=table.sheet,
                row=str(table.header_row),
                rows=table.rows,
            )
        )
    print(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))
    for issue in reading.issues:
        print(f"  [{say(issue.severity)}] {issue.message(language)}")
        if issue.suggestion:
            print("    " + say("Suggestion: {suggestion}", suggestion=issue.suggestion))
    kinds = proposal.changes["change"].value_counts()
    counts = {kind: int(kinds.get(kind, 0)) for kind in ("new", "changed", "unchanged")}
    print(say("Figures: {new} new, {changed} changed, {unchanged} unchanged.", **counts))
    print(say(_STATE_SENTENCES[state], batch=str(proposal.batch_id)))


def _status(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    figures = workspace.status(str(period), options.area, as_of=options.as_of)
    if options.json:
        _print_json(answers.of_status(period, options.area, figures, language))
        return DONE
    area = options.area if options.area == COMPANY_CODE else workspace.units.find(options.area)["full_name"]
    print(f"{area}, {language.period(period)}")
    if workspace.has_synthetic(as_of=options.as_of):
        print(language.say("Synthetic demonstration data, not real figures."))
    for figure in figures.values():
        print(f"  {figure.indicator.title(language)}: {figure.display(language)}")
    return DONE


def _history(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    found = workspace.history_of(options.commune, str(period), options.measure).to_dict("records")
    if options.json:
        _print_json({"commune": options.commune, "period": str(period), "history": found})
        return DONE
    for row in found:
        place = ", ".join(str(row[key]) for key in ("file_name", "sheet", "cell") if row[key])
        reason = f" ({row['reason']})" if row["reason"] else ""
        measure, value = row["measure"], language.count(int(row["value"]))
        print(f"{measure} = {value}: {language.say(row['state'])}{reason}, {row['at']}, {row['user']}; {place}")
    return DONE


def _template(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    content = workspace.survey_form(options.province, Period.parse(options.period), language)
    return _write(options.output, content, language)


def _report(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    name, content = workspace.report_file(options.province, period, language, as_of=options.as_of)
    return _write(options.output / name, content, language)


def _write(file: Path, content: bytes, language: Language, *, is_quiet: bool = False) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise PhuDienError(
            "call.file-unwritable",
            mark('The file "{file}" cannot be written: {reason}. Close it where it is open, or name another one.'),
            file=str(file),
            reason=str(error.strerror),
        ) from error
    if not is_quiet:
        print(language.say("Written: {file}", file=str(file)))
    return DONE


def _add_boundaries(options: argparse.Namespace, language: Language) -> int:
    content = _content(options.file)
    workspace = Workspace(options.workspace)
    try:
        batch_id, layer = workspace.add_boundaries(
            content, options.file.name, user=_user(options), valid_on=options.as_of
        )
    except (FileError, BoundaryError) as error:
        return _report_error(error, options, language)
    if options.json:
        _print_json(answers.of_boundaries(options.file.name, batch_id, layer))
        return DONE
    print(
        language.say(
            "Added: {found} communes of the list of {day}. Features not recognised: {unmatched}.",
            found=len(layer.communes),
            day=language.day(layer.units.list_date),
            unmatched="; ".join(layer.unmatched) or "0",
        )
    )
    return DONE


def _list_boundaries(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    found = workspace.boundary_layers()
    if options.json:
        _print_json(answers.of_layers(found, workspace.units))
        return DONE
    for record in found:
        print(
            language.say(
                "{file}: {units} communes of the list of {day}, added by {user}",
                file=record.file_name,
                units=record.units_matched,
                day=language.day(date.fromisoformat(record.unit_list_date)),
                user=record.created_by,
            )
        )
    print(
        language.say(
            "Shipped with the product: approximate boundaries of {units} communes", units=len(workspace.units.communes)
        )
    )
    return DONE


if __name__ == "__main__":
    console()
