"""The commands about targets: ``phudien targets list``, ``add``, ``amend``, ``withdraw``, ``import``, ``export`` …"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from coverage.cascade_commands import add_cascade_options, cascade_target
from coverage.commands import DATA_PROBLEMS, DONE, content_of, print_json, user_of, write_file
from coverage.target_book import TargetBook
from coverage.target_drafts import CHANGE_NAMES, CHANGED, NEW, UNCHANGED, TargetDraft
from coverage.target_proposals import TargetProposal
from coverage.target_texts import due_text, values_text
from coverage.targets import with_assumed_due
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.target_data import (
    APPLIES_TO,
    IN_FORCE,
    SEEN,
    STATE_NAMES,
    STATUS_NAMES,
    STATUSES,
    WHOLE,
    Milestone,
    Target,
)
from geodata.target_words import due_of, value_of

ReadDay = Callable[[str], date]
ReadMoment = Callable[[str], datetime]


def add_target_commands(
    command: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: ReadDay,
    read_moment: ReadMoment,
) -> None:
    """Add the actions of ``phudien targets``."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=text, description=text)
        action.set_defaults(run=run)
        action.add_argument("--json", action="store_true", help=language.say("answer as JSON"))
        return action

    say = language.say
    listing = add("list", list_targets, say("List the targets that are in force."))
    listing.add_argument("--all", action="store_true", help=say("earlier, later and withdrawn versions too"))
    listing.add_argument(
        "--on", type=read_day, metavar="DATE", help=say("day on which they are in force (default: today)")
    )
    listing.add_argument(
        "--as-of", type=read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00")
    )
    adding = add("add", add_target, say("Enter a target."))
    for name in ("programme", "indicator", "area"):
        adding.add_argument(f"--{name}", required=True, metavar="TEXT", help=say(_TEXTS[name]))
    adding.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("day of the list that the area's code is of (default: of the decision)"),
    )
    adding.add_argument(
        "--applies-to", choices=APPLIES_TO, default=WHOLE, help=say("the whole area, or each of its rural communes")
    )
    adding.add_argument("--unit", default="", metavar="UNIT", help=say("unit, where the indicator has none of its own"))
    _add_decision(adding, language, read_day)
    amending = add("amend", amend_target, say("Enter a later version of a target; the earlier one stays."))
    amending.add_argument("code", metavar="CODE", help=say("code of the target, as the list shows it"))
    _add_decision(amending, language, read_day)
    leaving = add("withdraw", withdraw_target, say("Make a target no longer hold; the version before it holds again."))
    leaving.add_argument("code", metavar="CODE", help=say("code of the target, as the list shows it"))
    leaving.add_argument(
        "--day", type=read_day, metavar="DATE", help=say("day from which it does not hold (default: today)")
    )
    _add_person(leaving, language)
    taking = add("import", import_targets, say("Check a workbook of targets; with --accept, take it."))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument("--accept", action="store_true", help=say("accept it if it has no errors"))
    _add_person(taking, language, is_required=False)
    giving = add(
        "export", export_targets, say("Write the targets in force as a workbook that can be edited and imported.")
    )
    giving.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    giving.add_argument(
        "--on", type=read_day, metavar="DATE", help=say("day on which they are in force (default: today)")
    )
    splitting = add("cascade", cascade_target, say("Split a target to provinces, districts and communes."))
    add_cascade_options(splitting, language, read_day=read_day)
    _add_person(splitting, language, is_required=False)


_TEXTS = {
    "programme": mark("programme or plan that sets the target"),
    "indicator": mark("name or title of the indicator"),
    "area": mark("GSO code, name of a province or region, EVNSPC or national"),
}


def _add_decision(action: argparse.ArgumentParser, language: Language, read_day: ReadDay) -> None:
    say = language.say
    action.add_argument(
        "--milestone",
        action="append",
        required=True,
        metavar="QUARTER=VALUE",
        help=say("value and when it is due, such as 2025-Q4=99,5%% or, without a date, 100%%; may be given again"),
    )
    action.add_argument("--decision", required=True, metavar="TEXT", help=say("number of the decision"))
    action.add_argument(
        "--decision-date", required=True, type=read_day, metavar="DATE", help=say("day of the decision")
    )
    action.add_argument("--source", required=True, metavar="TEXT", help=say("where the target was read"))
    action.add_argument(
        "--status",
        choices=STATUSES,
        default=SEEN,
        help=say("seen: it was seen at that source (default); unverified: an assumption until it is"),
    )
    _add_person(action, language)


def _add_person(action: argparse.ArgumentParser, language: Language, *, is_required: bool = True) -> None:
    action.add_argument(
        "--reason", required=is_required, default="", metavar="TEXT", help=language.say("why; it stays with the target")
    )
    action.add_argument("--user", help=language.say("who decides (default: the login name)"))


# ---- what they do


def list_targets(options: argparse.Namespace, language: Language) -> int:
    book = TargetBook(Workspace(options.workspace))
    states = book.states(on=options.on, as_of=options.as_of)
    shown = [t for t in book.versions(as_of=options.as_of) if options.all or states[t.code] == IN_FORCE]
    if options.json:
        print_json({"targets": [_as_answer(t, states[t.code], book, language) for t in shown]})
        return DONE
    for target in shown:
        print(
            _line(target, book, language)
            + ("" if not options.all else f" [{language.say(STATE_NAMES[states[target.code]])}]")
        )
    return DONE


def _line(target: Target, book: TargetBook, language: Language) -> str:
    what = f"{book.indicator_name(target, language)}, {book.area_name(target, language)}"
    goal = f"{values_text(target, language)} ({due_text(target, book.facts, language)})"
    decided = f"{target.decision.text(language)}, {language.day(target.decision_date)}"
    return f"{target.code}: {what}: {goal}; {decided}; {language.say(STATUS_NAMES[target.status])}"


def _as_answer(target: Target, state: str, book: TargetBook, language: Language) -> dict[str, Any]:
    milestones, is_assumed = with_assumed_due(target, book.facts)
    return {
        "code": target.code,
        "state": state,
        "programme": target.programme_name.text(language),
        "indicator": target.indicator,
        "title": book.indicator_name(target, language),
        "area": target.area,
        "area_name": book.area_name(target, language),
        "units_of": target.units_of.isoformat() if target.units_of else None,
        "applies_to": target.applies_to,
        "kind": target.kind,
        "unit": target.unit,
        "milestones": [{"due": str(m.due) if m.due else None, "value": str(m.value)} for m in milestones],
        "is_due_assumed": is_assumed,
        "decision": target.decision.text(language),
        "decision_date": target.decision_date.isoformat(),
        "status": target.status,
        "source": target.source.text(language),
        "entered_by": target.by or None,
        "entered_at": target.at or None,
        "reason": target.reason or None,
        "withdrawn_on": target.withdrawn_on.isoformat() if target.withdrawn_on else None,
        "withdrawn_by": target.withdrawn_by or None,
        "withdrawn_why": target.withdrawn_why or None,
    }


def add_target(options: argparse.Namespace, language: Language) -> int:
    book = TargetBook(Workspace(options.workspace))
    milestones, unit = _milestones(options.milestone)
    draft = TargetDraft(
        programme=options.programme,
        indicator=options.indicator,
        area=options.area,
        milestones=milestones,
        decision=options.decision,
        decision_date=options.decision_date,
        source=options.source,
        status=options.status,
        units_of=options.units_of,
        applies_to=options.applies_to,
        unit=options.unit or unit,
        reason=options.reason,
    )
    return _told(book.register.add(draft, user=user_of(options)), book, options, language)


def amend_target(options: argparse.Namespace, language: Language) -> int:
    book = TargetBook(Workspace(options.workspace))
    milestones, _ = _milestones(options.milestone)
    kept = book.register.amend(
        options.code,
        milestones,
        decision=options.decision,
        decision_date=options.decision_date,
        source=options.source,
        status=options.status,
        user=user_of(options),
        reason=options.reason,
    )
    return _told(kept, book, options, language)


def withdraw_target(options: argparse.Namespace, language: Language) -> int:
    book = TargetBook(Workspace(options.workspace))
    kept = book.register.withdraw(options.code, user=user_of(options), reason=options.reason, day=options.day)
    told = _told(kept, book, options, language)
    holding = book.holding_in_place_of(kept)
    if not options.json and holding is not None:
        print(
            language.say(
                "{holding} stays in force for this target. To withdraw it too: targets withdraw {holding}.",
                holding=holding.code,
            )
        )
    return told


def _milestones(texts: Sequence[str]) -> tuple[tuple[Milestone, ...], str]:
    """Read ``2025-Q4=99,5%`` or ``100%``; return the milestones and the unit that their signs name."""
    found, units = [], set()
    for text in texts:
        due, sign, value = text.rpartition("=")
        number, unit = value_of(value if sign else text)
        found.append(Milestone(due_of(due), number))
        units.add(unit)
    return tuple(found), units.pop() if len(units) == 1 else ""


def _told(target: Target, book: TargetBook, options: argparse.Namespace, language: Language) -> int:
    state = book.states()[target.code]
    if options.json:
        print_json(_as_answer(target, state, book, language))
    else:
        print(_line(target, book, language))
        print(language.say("Stored as {code}: {state}.", code=target.code, state=language.say(STATE_NAMES[state])))
    return DONE


def import_targets(options: argparse.Namespace, language: Language) -> int:
    book = TargetBook(Workspace(options.workspace))
    proposal = book.register.propose(content_of(options.file), options.file.name)
    batch = None
    if options.accept and not proposal.has_errors:
        batch = book.register.take(proposal, user=user_of(options), reason=options.reason)
    if options.json:
        print_json(_proposal_answer(proposal, batch, book, language))
    else:
        _print_proposal(proposal, batch, book, options, language)
    return DATA_PROBLEMS if proposal.has_errors else DONE


def _proposal_answer(
    proposal: TargetProposal, batch: int | None, book: TargetBook, language: Language
) -> dict[str, Any]:
    return {
        "batch": batch,
        **{change: proposal.count(change) for change in (NEW, CHANGED, UNCHANGED)},
        "targets": [
            {
                "change": t.change,
                "before": t.before.code if t.before else None,
                **_as_answer(t.version, "", book, language),
            }
            for t in proposal.targets
        ],
        "issues": [issue.as_answer(language) for issue in proposal.issues],
    }


def _print_proposal(
    proposal: TargetProposal, batch: int | None, book: TargetBook, options: argparse.Namespace, language: Language
) -> None:
    say = language.say
    for issue in proposal.issues:
        suggestion = f" ({issue.suggestion})" if issue.suggestion else ""
        print(f"  [{say(issue.severity)}] {issue.message(language)}{suggestion}")
    for target in proposal.targets:
        if target.change != UNCHANGED:
            before = f" ← {values_text(target.before, language)}" if target.before else ""
            print(f"  {say(CHANGE_NAMES[target.change])}: {_line(target.version, book, language).lstrip(': ')}{before}")
    counts = {change: proposal.count(change) for change in (NEW, CHANGED, UNCHANGED)}
    print(say("New targets: {new}, changed: {changed}, unchanged: {unchanged}.", **counts))
    if batch is not None:
        print(say("Batch {batch} is accepted and counts.", batch=str(batch)))
    elif options.accept and not proposal.has_errors:
        print(say("Nothing was stored: all of it stands already."))
    elif proposal.has_errors:
        print(say("Not taken: mend the errors and import the file again. Nothing was stored."))
    else:
        print(say("Nothing was stored. Add --accept and --reason to take it."))


def export_targets(options: argparse.Namespace, language: Language) -> int:
    if options.output.suffix.lower() != ".xlsx":
        raise WorkspaceError("call.output-kind", mark('"{file}" must end in .xlsx.'), file=str(options.output))
    content = TargetBook(Workspace(options.workspace)).register.workbook(language, on=options.on)
    write_file(options.output, content, language, is_quiet=options.json)
    if options.json:
        print_json({"file": str(options.output)})
    return DONE
