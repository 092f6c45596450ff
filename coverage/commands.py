"""What the commands of the command line do, those of surveys apart; each returns its exit code."""

from __future__ import annotations

import argparse
import getpass
import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from coverage import answers
from coverage.area_words import area_of
from coverage.indicators import Figure
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, PlaceError, WorkspaceError, mark, system_reason
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE

DONE, DATA_PROBLEMS, WRONG_CALL = 0, 1, 2
STOPPED: Final = 130
"""Exit code of a command that Ctrl+C has stopped, as shells expect it."""

_WRONG_CALL_CODES: Final = (
    "period.unreadable",
    "language.unknown",
    "call.",
    "cluster.",
    "published.",
    "forecast.chance",
    "forecast.indicator",
    "forecast.method",
    "progress.indicator",
    "assumption.",
    "tariff.",
    "target.area-unknown",
    "target.indicator-unknown",
    "target.list-unknown",
    "cascade.area-unknown",
    "cascade.milestone-unknown",
    "cascade.rule-unknown",
)


def user_of(options: argparse.Namespace) -> str:
    return str(options.user or getpass.getuser())


def content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error


def unreadable(file: Path, error: OSError) -> PhuDienError:
    """Return the error of a file that the command names and cannot open."""
    return PhuDienError(
        "call.file-unreadable",
        mark('The file "{file}" cannot be opened: {reason}.'),
        file=str(file),
        reason=system_reason(error),
    )


def report_error(error: PhuDienError, options: argparse.Namespace, language: Language) -> int:
    print(f"phudien: {language.explain(error)}", file=sys.stderr)
    if getattr(options, "json", False):
        print_json({"error": {"code": error.code, "message": language.explain(error)}})
    is_call = isinstance(error, PlaceError | WorkspaceError) or error.code.startswith(_WRONG_CALL_CODES)
    return WRONG_CALL if is_call else DATA_PROBLEMS


def report_stop(language: Language) -> int:
    print("\n" + language.say("Stopped; nothing was stored."), file=sys.stderr)
    return STOPPED


def print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def make_demo(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    is_new = workspace.make_demo()
    sentence = (
        mark("The demo is ready in {folder}. All of its figures are synthetic.")
        if is_new
        else mark("The demo stands in {folder} already; nothing was changed.")
    )
    print(language.say(sentence, folder=str(workspace.home)))
    return DONE


def serve(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    workspace.close()
    found = importlib.util.find_spec("app")
    app = Path(str(found.origin if found else None))
    print(language.say("The app opens at {address}; Ctrl+C stops it.", address=f"http://localhost:{options.port}"))
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(options.port)]
    command += ["--server.address", options.address]
    environment = os.environ | {"PHUDIEN_HOME": str(workspace.home), "PHUDIEN_LANGUAGE": language.code}
    with subprocess.Popen(command, cwd=app.parent, env=environment) as server:
        # Whoever ends this command means the server that it has started.
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            return server.wait()
        except KeyboardInterrupt:
            return DONE


def status(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    day = options.units_of or workspace.list_of_quarter(period)
    units = workspace.units_on(day)
    code = area_of(options.area, units)
    figures = workspace.status(str(period), code, as_of=options.as_of, told_on=day)
    if options.json:
        print_json(answers.of_status(period, code, figures, units, language))
        return DONE
    area = code if code == COMPANY_CODE else units.find(code)["full_name"]
    print(f"{area}, {language.period(period)}")
    if options.units_of:
        print(language.say("Told in the units of {day}.", day=language.day(day)))
    if workspace.has_synthetic(as_of=options.as_of):
        print(language.say("Synthetic demonstration data, not real figures."))
    for figure in figures.values():
        print(f"  {figure.indicator.title(language)}: {figure.display(language)}{_partly(figure, language)}")
    for sentence in _other_book(workspace, period, code, language):
        print(sentence)
    return DONE


def _partly(figure: Figure, language: Language) -> str:
    """Say of a figure that is not of all communes how many are in it; empty where all are, or none has one."""
    if figure.is_complete or figure.value is None:
        return ""
    counted, every = figure.communes_counted, figure.communes_all
    return " " + language.say("(counted: {counted} of {all} communes)", counted=counted, all=every)


def _other_book(workspace: Workspace, period: Period, area: str, language: Language) -> Iterator[str]:
    """Say what was published of the communes with power in the same quarter: it was counted in another book."""
    published = workspace.published.set_index("indicator").loc["communes_with_power"].to_dict()
    if area == COMPANY_CODE and date.fromisoformat(str(published["period"])) == period.last_day:
        yield language.say(
            "Communes: EVNSPC published {with_power} of {all}, counted in its own book; here official communes count "
            "({official}). See: phudien communes reconcile",
            with_power=int(published["numerator"]),
            all=int(published["denominator"]),
            official=len(workspace.units.communes),
        )


def history(options: argparse.Namespace, language: Language) -> int:
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    found = workspace.history_of(options.commune, str(period), options.measure).to_dict("records")
    if options.json:
        print_json({"commune": options.commune, "period": str(period), "history": found})
        return DONE
    if not found:
        print(
            language.say(
                "Nothing was ever uploaded for {commune} in {period}.", commune=options.commune, period=str(period)
            )
        )
    for row in found:
        place = ", ".join(row[key] for key in ("file_name", "sheet", "cell") if isinstance(row[key], str) and row[key])
        reason = f" ({row['reason']})" if row["reason"] else ""
        measure, value = row["measure"], language.count(int(row["value"]))
        print(f"{measure} = {value}: {language.say(row['state'])}{reason}, {row['at']}, {row['user']}; {place}")
    return DONE


def write_file(file: Path, content: bytes, language: Language, *, is_quiet: bool = False) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise PhuDienError(
            "call.file-unwritable",
            mark('The file "{file}" cannot be written: {reason}. Close it where it is open, or name another one.'),
            file=str(file),
            reason=system_reason(error),
        ) from error
    if not is_quiet:
        print(language.say("Written: {file}", file=str(file)))
    return DONE
