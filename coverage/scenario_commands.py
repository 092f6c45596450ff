"""The command ``phudien plan scenarios``: list, show, compare, copy, approve, withdraw, or make again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from coverage.commands import DATA_PROBLEMS, DONE, print_json, user_of
from coverage.plan_answers import answer_of, form_of_path, print_plan, records_of, solver_progress, write_plan
from coverage.plan_files import PlanFiles
from coverage.planning import comparison
from coverage.planning.comparison import MOST, Comparison
from coverage.planning.comparison_words import told_by_year, told_differs, told_follows, told_moved
from coverage.planning.plan_sentences import millions
from coverage.planning.sameness import difference_sentence
from coverage.planning.scenario import STATE_NAMES, ScenarioEntry
from coverage.scenario_book import MadeAgain, ScenarioBook
from coverage.text_tables import text_table
from coverage.workspace import Workspace
from geodata.language import Language

_SHOWN: Final = 20
"""Rows of a long list that a terminal shows; `--json` gives every one."""


def add_scenario_commands(actions: Any, common: argparse.ArgumentParser, language: Language) -> None:
    """Add the actions of ``phudien plan scenarios``."""
    say = language.say
    text = say("Scenarios: plans that were kept under a name.")
    deeds = actions.add_parser("scenarios", help=text, description=text).add_subparsers(
        dest="deed", required=True, metavar="ACTION"
    )

    def add(name: str, run: Any, text: str, *, number: str | None = None) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = deeds.add_parser(name, help=text, description=text, parents=[common])
        found.set_defaults(run=run)
        if name != "list":
            found.add_argument(
                "scenario", nargs=number, metavar="SCENARIO", help=say("number, number and version (3.2), or name")
            )
        found.add_argument("--json", action="store_true", help=say("answer as JSON"))
        return found

    listing = add("list", list_scenarios, say("List the scenarios, the newest first."))
    listing.add_argument("--versions", action="store_true", help=say("every version, not the newest of each alone"))
    showing = add("show", show_scenario, say("Show a scenario with its programme, or write its files."))
    showing.add_argument("-o", "--output", type=Path, action="append", default=[], metavar="FILE",
                         help=say("write it: .xlsx, .gpkg, .png"))  # fmt: skip
    add("compare", compare_scenarios, say("Compare 2 to 4 scenarios side by side."), number="+")
    add("run", run_again, say("Make a scenario's plan again from what was kept, and tell whether it is the same."))
    deciding = (
        add("copy", copy_scenario, say("Copy a version to a new scenario, a draft.")),
        add("approve", approve_scenario, say("Approve a version: it is locked, and reports of its provinces tell it.")),
        add("withdraw", withdraw_scenario, say("Withdraw a version; it stays stored.")),
    )
    for command in deciding:
        command.add_argument("--user", help=say("who decides (default: the login name)"))
    for command in deciding[1:]:
        command.add_argument("--reason", default="", help=say("why; it stays with the scenario"))


def _book(options: argparse.Namespace) -> ScenarioBook:
    return ScenarioBook(Workspace(options.workspace))


# ---- reading


def list_scenarios(options: argparse.Namespace, language: Language) -> int:
    """Print the scenarios, the newest first."""
    found = _book(options).list(every_version=options.versions)
    if options.json:
        print_json({"scenarios": [entry_answer(one) for one in found]})
        return DONE
    if found:
        _print_lines(entry_lines(found, language))
    else:
        print(language.say("No scenario was kept yet. Keep one with phudien plan takeover … --save NAME."))
    return DONE


def show_scenario(options: argparse.Namespace, language: Language) -> int:
    """Print a scenario with its programme, and write its files."""
    workspace = Workspace(options.workspace)
    forms = [form_of_path(path) for path in options.output]
    files, found = PlanFiles(workspace), ScenarioBook(workspace).open(options.scenario)
    report = files.report(found.plan, language, title=found.name, note=found.note, assumptions=found.assumptions)
    for path, form in zip(options.output, forms, strict=True):
        write_plan(path, files.file(report, form)[1])
    if options.json:
        print_json(entry_answer(found) | {"plan": answer_of(found.plan, report)})
        return DONE
    print(line_of(found, language))
    if found.note:
        print(found.note)
    for event in found.events:
        print(_event_line(event.state, event.by, language.moment(event.at.astimezone()), event.reason, language))
    print()
    print_plan(report, language)
    for path in options.output:
        print(language.say("Written: {file}", file=str(path)))
    return DONE


def entry_answer(one: ScenarioEntry) -> dict[str, Any]:
    """Return what lists show of a version, for other programs."""
    return {
        "id": one.id,
        "name": one.name,
        "note": one.note,
        "state": one.state,
        "areas": list(one.areas),
        "units_of": one.told_on.isoformat(),
        "made_by": one.made_by,
        "made_at": one.made_at.isoformat(),
        "parent": one.parent or None,
        "data_version": one.data_version,
        "price_decision": one.price_decision,
        "is_synthetic": one.is_synthetic,
        "status": one.status,
        "sums": dict(one.sums),
        "events": [
            {"state": event.state, "at": event.at.isoformat(), "by": event.by, "reason": event.reason}
            for event in one.events
        ],
    }


def line_of(one: ScenarioEntry, language: Language) -> str:
    """Return what a list says of a version."""
    return language.say(
        "{id}  {name} ({state}): {done} points and hamlets, {households} households, {cost} million VND; data {data}; "
        "kept by {user}, {moment}",
        id=one.id,
        name=one.name,
        state=language.say(STATE_NAMES[one.state]),
        done=language.count(int(one.sums["done"])),
        households=language.count(int(one.sums["households"])),
        cost=language.count(round(one.sums["cost_vnd"] / 1e6)),
        data=one.data_version,
        user=one.made_by,
        moment=language.moment(one.made_at.astimezone()),
    )


def entry_lines(found: Sequence[ScenarioEntry], language: Language) -> list[str]:
    """Return a table of versions."""
    say, count = language.say, language.count
    header = (
        say("Number"), say("Name"), say("State"), say("Areas"), say("Years"), say("Points or hamlets"),
        say("Households"), say("Cost, million VND"), say("Data"), say("Kept by"), say("At"),
    )  # fmt: skip
    rows = [
        (
            one.id,
            one.name,
            say(STATE_NAMES[one.state]),
            ",".join(one.areas),
            _span(one.request.rules.years),
            count(int(one.sums["done"])),
            count(int(one.sums["households"])),
            millions(one.sums["cost_vnd"], language),
            one.data_version,
            one.made_by,
            language.moment(one.made_at.astimezone()),
        )
        for one in found
    ]
    return text_table(header, rows, numbers={5, 6, 7})


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _event_line(state: str, by: str, moment: str, reason: str, language: Language) -> str:
    line = f"{language.say(STATE_NAMES[state])}: {by}, {moment}"
    return f"{line}. {reason}" if reason else line


# ---- side by side


def compare_scenarios(options: argparse.Namespace, language: Language) -> int:
    """Print what differs between scenarios, and what follows from it."""
    found = _book(options).compare(options.scenario)
    if options.json:
        print_json(comparison.answer_of(found))
    else:
        _print_comparison(found, language)
    return DONE


def _print_comparison(found: Comparison, language: Language) -> None:
    say = language.say
    _print_lines(entry_lines(found.scenarios, language))
    print("\n" + say("What differs:"))
    if found.differs.empty:
        print("  " + say("Nothing: they ask for the same, on the same data."))
    for part, title, *values in told_differs(found, language).itertuples(index=False):
        print(f"  {part}, {title}: {' | '.join(values)}")
    print("\n" + say("What follows:"))
    _print_table(told_follows(found, language), range(1, MOST + 1))
    print()
    _print_table(told_by_year(found, language), range(2, MOST + 2))
    print("\n" + say("Done in another year, or not in all: {n}", n=len(found.moved)))
    if len(found.moved):
        _print_table(told_moved(found, language).head(_SHOWN), range(2, MOST + 3))
    if len(found.moved) > _SHOWN:
        print("  " + say("and {n} more; see --json", n=len(found.moved) - _SHOWN))


def _print_table(told: pd.DataFrame, numbers: range) -> None:
    _print_lines(text_table(list(told.columns), list(told.itertuples(index=False)), numbers=numbers))


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print("  " + line)


# ---- decisions


def copy_scenario(options: argparse.Namespace, language: Language) -> int:
    """Copy a version to a new scenario."""
    return _tell_entry(_book(options).duplicate(options.scenario, user=user_of(options)), options, language)


def approve_scenario(options: argparse.Namespace, language: Language) -> int:
    """Approve a version."""
    found = _book(options).approve(options.scenario, user=user_of(options), reason=options.reason)
    return _tell_entry(found, options, language)


def withdraw_scenario(options: argparse.Namespace, language: Language) -> int:
    """Withdraw a version."""
    found = _book(options).withdraw(options.scenario, user=user_of(options), reason=options.reason)
    return _tell_entry(found, options, language)


def _tell_entry(found: ScenarioEntry, options: argparse.Namespace, language: Language) -> int:
    if options.json:
        print_json(entry_answer(found))
    else:
        print(line_of(found, language))
    return DONE


# ---- again


def run_again(options: argparse.Namespace, language: Language) -> int:
    """Make a scenario's plan again; the exit code tells whether it is the same."""
    book = _book(options)
    limit = book.open(options.scenario).request.time_limit_s
    with solver_progress(limit, language) as tell:
        found = book.run_again(options.scenario, on_progress=tell)
    if options.json:
        print_json(
            {
                "same": found.same,
                "is_searched": found.is_searched,
                "differences": records_of(found.differences),
                "shipped_changes": records_of(found.shipped_changes),
                "gone": list(found.gone),
                "request": json.loads(found.plan.request.to_json()),
            }
        )
    else:
        _print_again(found, language)
    return DONE if found.same else DATA_PROBLEMS


def _print_again(found: MadeAgain, language: Language) -> None:
    say = language.say
    print(say("The same result as was kept.") if found.same else say("Not the same result as was kept:"))
    if not found.is_searched:
        print(
            say("Its search had been ended early: the years were kept, and all else was reckoned from the kept data.")
        )
    for row in found.differences.head(_SHOWN).to_dict("records"):
        print(f"  {difference_sentence({str(name): value for name, value in row.items()}, language)}")
    if len(found.differences) > _SHOWN:
        print("  " + say("and {n} more; see --json", n=len(found.differences) - _SHOWN))
    for change in found.shipped_changes.to_dict("records"):
        title = change[f"title_{language.code}"]
        print(say("Shipped with other values since; the kept ones were used: {title}, {then}, now {now}",
                  title=title, then=change["then"] or "–", now=change["now"] or "–"))  # fmt: skip
    for name in found.gone:
        print(say("The program does not know this assumption any more: {name}", name=name))
