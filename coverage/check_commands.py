"""The commands about consistency checks: ``phudien check``, ``check published`` and the rest."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, cast

from coverage import checks
from coverage.area_words import area_of
from coverage.check_bench import CheckBench
from coverage.commands import DATA_PROBLEMS, DONE, print_json, user_of, write_file
from coverage.findings import ERROR, EXPLAINED, WARNING, CheckRule, Finding
from coverage.published_answers import check_typed
from coverage.published_ranges import COUNT_UNITS
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import LANGUAGE_CODES, Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE

_EVERY: Final = "all"


def add_check_commands(
    check: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the options and actions of ``phudien check``; days and moments are read as the other commands do."""
    say = language.say
    check.add_argument("--period", help=say("quarter, such as 2021-Q2 (default: the newest); all for every quarter"))
    check.add_argument(
        "--area", default=COMPANY_CODE, metavar="AREA", help=say("GSO code or name, or EVNSPC (default)")
    )
    check.add_argument(
        "--rule", action="append", default=[], metavar="CODE", help=say("one rule, such as grid-fell; may be repeated")
    )
    check.add_argument("--open", action="store_true", help=say("leave out what is explained"))
    check.add_argument(
        "--units-of", type=read_day, metavar="DATE", help=say("day in whose units figures are told, such as 2025-07-01")
    )
    check.add_argument("--as-of", type=read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00"))
    check.add_argument("-o", "--output", type=Path, metavar="FILE", help=say("write the findings (.xlsx or .csv)"))
    check.add_argument("--json", action="store_true", help=say("answer as JSON"))
    check.set_defaults(run=list_findings)
    actions = check.add_subparsers(dest="action", metavar="ACTION")
    for name, run, text in (
        ("explain", explain, say("Keep why a finding is right as it stands.")),
        ("reopen", take_back, say("Take the reason of a finding back.")),
    ):
        saying = _action(actions, name, run, text, language)
        saying.add_argument("keys", nargs="+", metavar="KEY", help=say("as phudien check shows it"))
        saying.add_argument("--reason", required=True, help=say("why; it stays with the finding"))
        saying.add_argument("--user", help=say("who says so (default: the login name)"))
        saying.add_argument(
            "--units-of",
            type=read_day,
            default=argparse.SUPPRESS,
            metavar="DATE",
            help=say("day in whose units figures are told, such as 2025-07-01"),
        )
    _action(actions, "rules", list_rules, say("List the rules with their limits."), language)
    _add_published(actions, language)


def _action(actions: Any, name: str, run: Any, text: str, language: Language) -> argparse.ArgumentParser:
    """Add an action; what is given before its name holds unless it is given after it too."""
    found: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    found.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help=language.say("folder of the workspace (default: $PHUDIEN_HOME, else the user's data folder)"),
    )
    found.add_argument(
        "--lang",
        choices=LANGUAGE_CODES,
        default=argparse.SUPPRESS,
        help=language.say("language of messages and files (default: vi)"),
    )
    found.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=language.say("answer as JSON"))
    found.set_defaults(run=run)
    return found


def _add_published(actions: Any, language: Language) -> None:
    say = language.say
    text = say("Check a published percentage against the rounded counts beside it.")
    published = _action(actions, "published", check_published, text, language)
    published.add_argument("--part", required=True, metavar="NUMBER", help=say("the part as printed, such as 14.9"))
    published.add_argument("--whole", required=True, metavar="NUMBER", help=say("the whole as printed, such as 18.43"))
    published.add_argument("--unit", choices=COUNT_UNITS, default="count", help=say("unit of both (default: count)"))
    published.add_argument("--percent", required=True, metavar="NUMBER", help=say("the percentage as printed"))


def check_published(options: argparse.Namespace, language: Language) -> int:
    """Say which percentages rounded counts allow; exit code 1 where the published one is not among them."""
    found = check_typed(options.part, options.whole, options.percent, options.unit)
    if options.json:
        print_json(found.answer())
    else:
        for sentence in found.sentences(language):
            print(sentence)
    return DONE if found.result.fits else DATA_PROBLEMS


# ---- what the rules find


def list_findings(options: argparse.Namespace, language: Language) -> int:
    """List what the rules find; exit code 1 where an error is not explained."""
    _check_output(options.output)
    workspace = Workspace(options.workspace)
    period = _period_of(options, workspace)
    area = area_of(options.area, workspace.units_on(_day_of(options, period, workspace)))
    bench = CheckBench(workspace)
    found = checks.of_rules(
        bench.findings(area, period, told_on=options.units_of, as_of=options.as_of), options.rule, bench.rules
    )
    shown = [finding for finding in found if not options.open or finding.state != EXPLAINED]
    if options.output:
        make = bench.csv if options.output.suffix.lower() == ".csv" else bench.workbook
        write_file(options.output, make(shown, language), language, is_quiet=options.json)
    if options.json:
        print_json(_answer(workspace, shown, area, options, language))
    else:
        if workspace.periods(as_of=options.as_of):
            _print_findings(shown, language, is_synthetic=workspace.has_synthetic(as_of=options.as_of))
        else:
            print(
                language.say("There is nothing to check: no quarter has figures. Take a survey in with phudien import.")
            )
    is_bad = any(finding.severity == ERROR and finding.state != EXPLAINED for finding in found)
    return DATA_PROBLEMS if is_bad else DONE


def _check_output(output: Path | None) -> None:
    if output is not None and output.suffix.lower() not in (".xlsx", ".csv"):
        raise WorkspaceError("call.output-kind", mark('"{file}" must end in .xlsx or .csv.'), file=str(output))


def _period_of(options: argparse.Namespace, workspace: Workspace) -> str | None:
    """Return the quarter that is asked for, the newest where none is; None for all of them."""
    known = workspace.periods(as_of=options.as_of)
    period = options.period or (known[-1] if known else None)
    return None if period is None or options.period == _EVERY else str(Period.parse(period))


def _day_of(options: argparse.Namespace, period: str | None, workspace: Workspace) -> date:
    """Return the day of the list in which the area is read; see `CheckBench.findings`."""
    if options.units_of:
        return cast("date", options.units_of)
    if period is None:
        return workspace.list_of_newest_quarter(as_of=options.as_of)
    return workspace.list_of_quarter(Period.parse(period))


def _print_findings(findings: Sequence[Finding], language: Language, *, is_synthetic: bool) -> None:
    say = language.say
    if is_synthetic:
        print(say("Synthetic demonstration data, not real figures."))
    for finding in findings:
        print(f"[{say(finding.severity)}] {finding.rule.title(language)}: {finding.sentence(language)}")
        print(f"    {finding.key}")
        if told := finding.explanation:
            reason = {"reason": told.reason, "user": told.user, "day": told.said_at[:10]}
            if finding.state == EXPLAINED:
                print("    " + say("Explained by {user} on {day}: {reason}", **reason))
            else:
                print(
                    "    "
                    + say(
                        "Open again: the figures have changed since {user} explained them on {day}: {reason}", **reason
                    )
                )
    counts = Counter((finding.severity, finding.state == EXPLAINED) for finding in findings)
    print(
        say(
            "{errors} errors and {warnings} warnings without an explanation, {explained} explained.",
            errors=counts[ERROR, False],
            warnings=counts[WARNING, False],
            explained=counts[ERROR, True] + counts[WARNING, True],
        )
    )


def _answer(
    workspace: Workspace, findings: Sequence[Finding], area: str, options: argparse.Namespace, language: Language
) -> dict[str, Any]:
    return {
        "area": area,
        "data_version": workspace.data_version(as_of=options.as_of).number,
        "is_synthetic": workspace.has_synthetic(as_of=options.as_of),
        "findings": [_finding_answer(finding, language) for finding in findings],
    }


def _finding_answer(finding: Finding, language: Language) -> dict[str, Any]:
    told = finding.explanation
    return {
        "key": finding.key,
        "rule": finding.rule.code,
        "severity": finding.severity,
        "area": finding.area,
        "place": finding.place,
        "period": finding.period,
        "units_of": finding.list_date.isoformat(),
        "measures": list(finding.measures),
        "values": dict(finding.values),
        "message": finding.sentence(language),
        "state": finding.state,
        "explanation": {"reason": told.reason, "user": told.user, "at": told.said_at} if told else None,
    }


# ---- reasons and rules


def explain(options: argparse.Namespace, language: Language) -> int:
    """Keep the reason of findings; all of them or, where one is not found, none."""
    return _say_of(options, language, CheckBench.explain, mark("Explained: {count}. The reason stays."))


def take_back(options: argparse.Namespace, language: Language) -> int:
    """Take the reason of findings back."""
    return _say_of(options, language, CheckBench.take_back, mark("Open again: {count}. The reason stays."))


def _say_of(options: argparse.Namespace, language: Language, say_of: Callable[..., None], sentence: str) -> int:
    bench = CheckBench(Workspace(options.workspace))
    found = [bench.find(key, told_on=options.units_of) for key in dict.fromkeys(options.keys)]
    say_of(bench, found, reason=options.reason, user=user_of(options))
    if options.json:
        print_json({"keys": [finding.key for finding in found]})
    else:
        print(language.say(sentence, count=len(found)))
    return DONE


def list_rules(options: argparse.Namespace, language: Language) -> int:
    """List the rules."""
    rules = CheckBench(Workspace(options.workspace)).rules.values()
    if options.json:
        print_json({"rules": [_rule_answer(rule, language) for rule in rules]})
        return DONE
    assumed = language.say("limits: our assumption")
    for rule in rules:
        note = f" ({assumed})" if rule.is_assumption else ""
        print(f"{rule.code} [{language.say(rule.severity)}] {rule.title(language)}: {rule.sentence(language)}{note}")
    return DONE


def _rule_answer(rule: CheckRule, language: Language) -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity,
        "about": rule.about,
        "title": rule.title(language),
        "rule": rule.sentence(language),
        "limit_share": None if rule.limit_share is None else float(rule.limit_share),
        "limit_households": rule.limit_households,
        "is_assumption": rule.is_assumption,
    }
