"""The command about household ledgers: ``phudien ledger import``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from coverage import answers
from coverage.commands import DATA_PROBLEMS, DONE, print_json, user_of
from coverage.ledgers import HOUSEHOLD_LEDGER, MAIN_INDICATORS, LedgerCall, LedgerProposal, Ledgers
from coverage.surveys import REFUSED, Effect
from coverage.workspace import Workspace
from geodata.errors import ClusterError, FileError, PhuDienError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.units import Units
from loaders.ledger.cluster import run_on
from loaders.ledger.importing import DOUBLED, READING, ROLLING, run_here

_BAR: Final = 24

_STAGES: Final = {
    READING: mark("Reading the file"),
    ROLLING: mark("Rolling up"),
    DOUBLED: mark("Looking for households that stand twice"),
}

_REFUSED_DRAFT: Final = "refused-draft"

_STATE_SENTENCES: Final = {
    REFUSED: mark("Not taken: mend the errors, or take the rows without errors by --good-rows. Nothing was stored."),
    _REFUSED_DRAFT: mark(
        "Not taken: the ledger has errors, and only its rows without errors stand in draft {batch}. To take them, give "
        "--good-rows again; else mend the errors. The draft stays and does not count."
    ),
    "draft": mark("Kept as draft {batch}; it does not count yet. Add --accept to take it."),
    "accepted": mark("Batch {batch} is accepted and counts."),
}


def add_ledger_commands(
    ledger: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
) -> None:
    """Add the actions of ``phudien ledger``; `read_day` reads a day as the other commands do."""
    say = language.say
    actions = ledger.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser(
        "import", parents=[common], help=say("Roll a household ledger up and check it; with --accept, take it.")
    )
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE", help=say(".csv, .parquet, or a folder of them"))
    taking.add_argument(
        "--template",
        default=HOUSEHOLD_LEDGER,
        metavar="NAME",
        help=say("kind of ledger (default: household_ledger); an office adds its own in templates/"),
    )
    taking.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="KEY=COLUMN",
        help=say("what a column holds, such as household_code=MA_KHANG; may be given several times"),
    )
    taking.add_argument("--good-rows", action="store_true", help=say("take the rows without errors, leave the others"))
    taking.add_argument(
        "--complete",
        action="store_true",
        help=say("the ledger holds every household: kinds of supply that it lacks are zero, not missing"),
    )
    taking.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help=say("roll up on a Dask cluster, such as tcp://192.168.1.20:8786; its machines must see the files"),
    )
    taking.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("day in whose units communes are sought (default: those of the ledger's quarters)"),
    )
    taking.add_argument("--accept", action="store_true", help=say("accept it if it has no errors"))
    taking.add_argument("--reason", default="", help=say("why the warnings of the file are accepted"))
    taking.add_argument("--user", help=say("who imports (default: the login name)"))
    taking.add_argument("--json", action="store_true", help=say("answer as JSON"))
    taking.set_defaults(run=import_ledger)


def import_ledger(options: argparse.Namespace, language: Language) -> int:
    """Roll a household ledger up, and take it into the workspace where that is asked for."""
    workspace = Workspace(options.workspace)
    call = LedgerCall(
        options.files,
        user_of(options),
        options.template,
        _columns(options.columns),
        good_rows_only=options.good_rows,
        is_complete=options.complete,
        units_of=options.units_of,
    )
    bar = ProgressBar(language, is_shown=not options.json)
    address = options.cluster or workspace.settings.cluster_address
    try:
        proposal = Ledgers(workspace).propose(call, run=run_on(address) if address else run_here, progress=bar)
    except ClusterError:
        bar.end()
        raise
    except FileError as error:
        bar.end()
        if options.json:
            print_json(answers.of_unreadable(", ".join(file.name for file in options.files), error, language))
        print(f"phudien: {language.explain(error)}", file=sys.stderr)
        return DATA_PROBLEMS
    bar.end()
    state = proposal.state
    if options.accept and proposal.batch_id is not None and state == "draft":
        workspace.accept(proposal.batch_id, user=user_of(options), reason=options.reason)
        state = "accepted"
    if options.json:
        print_json(answers.of_ledger(proposal, state, language))
    else:
        _print(proposal, state, workspace, language)
    return DATA_PROBLEMS if state == REFUSED else DONE


def _columns(typed: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in typed:
        key, sign, column = text.partition("=")
        if not sign or not key.strip() or not column.strip():
            raise PhuDienError(
                "call.columns",
                mark('--columns "{found}" is not KEY=COLUMN, such as household_code=MA_KHANG.'),
                found=text,
            )
        found[key.strip()] = column.strip()
    return found


class ProgressBar:
    """A bar on the error stream: the stage, rows done of all rows, and about how long it will take."""

    def __init__(self, language: Language, *, is_shown: bool) -> None:
        self._language = language
        self._is_shown = is_shown
        self._stage = ""
        self._start = (0.0, 0)
        self._width = 0

    def __call__(self, stage: str, done: int, expected: int) -> None:
        """Show how far a stage is."""
        now = time.monotonic()
        if stage != self._stage:
            self.end()
            # What was done before a kill is done already, and says nothing of the pace.
            self._stage, self._start = stage, (now, done)
        if not self._is_shown:
            return
        filled = _BAR * done // expected if expected else _BAR
        text = f"{self._language.say(_STAGES[stage])} [{'█' * filled}{'·' * (_BAR - filled)}]"
        if stage == ROLLING:
            text += " " + self._language.say(
                "{done} of {expected} rows, about {left} s left",
                done=done,
                expected=expected,
                left=round(self._left(now, done, expected)),
            )
        print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = len(text)

    def _left(self, now: float, done: int, expected: int) -> float:
        since, first = self._start
        return (now - since) / (done - first) * (expected - done) if done > first else 0.0

    def end(self) -> None:
        """End the line of the bar."""
        if self._is_shown and self._width:
            print(file=sys.stderr, flush=True)
        self._width = 0


def _print(proposal: LedgerProposal, state: str, workspace: Workspace, language: Language) -> None:
    say = language.say
    print(say("{rows} rows read, {valid} without errors.", rows=proposal.rows_read, valid=proposal.rows_valid))
    for issue in proposal.issues:
        print(f"  [{say(issue.severity)}] {issue.message(language)}")
    print(
        say("Compared with what counts: {new} new, {changed} changed, {unchanged} unchanged.", **proposal.change_counts)
    )
    for effect in proposal.effects:
        _print_effect(effect, workspace.units_on(proposal.list_date), language)
    told = _REFUSED_DRAFT if state == REFUSED and proposal.batch_id is not None else state
    print(say(_STATE_SENTENCES[told], batch=str(proposal.batch_id)))


def _print_effect(effect: Effect, units: Units, language: Language) -> None:
    """Print the main shares of a province and quarter before and after; codes mean other provinces in other lists."""
    province = units.find(effect.province_code)["full_name"]
    changed = []
    for name in MAIN_INDICATORS:
        after = effect.after[name]
        was = effect.before[name].display(language) if name in effect.before else "–"
        if was != after.display(language):
            changed.append(f"{after.indicator.title(language)} {was} → {after.display(language)}")
    if changed:
        print(f"  {province}, {language.period(Period.parse(effect.period))}: {'; '.join(changed)}")
