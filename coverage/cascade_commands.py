"""The command ``phudien targets cascade``: a target split to provinces, districts and communes, shown or kept."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from coverage.cascade import BY_LACKING, RULE_NAMES, RULES, CascadePlan
from coverage.commands import DONE, print_json, user_of
from coverage.target_book import TargetBook
from coverage.target_cascades import SplitQuestion
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.target_words import due_of


def add_cascade_options(
    splitting: argparse.ArgumentParser, language: Language, *, read_day: Callable[[str], date]
) -> None:
    """Add the options of the command; who and why are added by its caller."""
    say = language.say
    splitting.add_argument("code", metavar="CODE", help=say("code of the target, as the list shows it"))
    splitting.add_argument("--due", metavar="QUARTER", help=say("milestone that is split (default: the last)"))
    splitting.add_argument(
        "--rule", choices=RULES, default=BY_LACKING, help=say("how it is split (default: by_lacking)")
    )
    splitting.add_argument(
        "--rule-of",
        action="append",
        default=[],
        metavar="AREA=RULE",
        help=say("another rule for the parts of one area"),
    )
    splitting.add_argument(
        "--fix", action="append", default=[], metavar="AREA=N", help=say("households that one area may still lack")
    )
    splitting.add_argument("--area", metavar="CODE", help=say("show the parts of this area (default: of the whole)"))
    splitting.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("day of the list of the parts (default: of the newest quarter)"),
    )
    splitting.add_argument(
        "--accept", action="store_true", help=say("keep the split; it counts from now on. Without this nothing is kept")
    )
    splitting.add_argument("--drop", action="store_true", help=say("take every split of the target back"))


def cascade_target(options: argparse.Namespace, language: Language) -> int:
    """Split a target as the options say; keep it, or take splits back, where that is asked for."""
    book = TargetBook(Workspace(options.workspace))
    code = book.register.find(options.code).code
    if options.drop:
        count = book.cascades.drop(code, user=user_of(options), reason=options.reason)
        answer = {"dropped": count}
        print_json(answer) if options.json else print(language.say("Splits taken back: {count}.", count=count))
        return DONE
    due = None if options.due is None else str(due_of(options.due) or "")
    question = book.split_question(code, due=due, told_on=options.units_of)
    plan = CascadePlan(
        rule=options.rule,
        rules=dict(_pair(text) for text in options.rule_of),
        fixed={area: _count(number, area) for area, number in map(_pair, options.fix)},
    )
    tree = book.cascades.split(question, plan)
    if options.accept:
        book.cascades.keep(question, plan, user=user_of(options), reason=options.reason)
    area = options.area or question.area
    parts = tree[tree["parent_code"] == area]
    if options.json:
        rows = [{"area": code, **_part(row)} for code, row in parts.iterrows()]
        print_json(
            {
                "code": code,
                "due": question.due,
                "base_period": question.base_period,
                "whole": question.whole,
                "kept": options.accept,
                "parts": rows,
            }
        )
        return DONE
    _print_parts(book, question, plan, parts, area, language)
    if not options.accept:
        print(language.say("Nothing was kept: this split does not count. To keep it, add --accept and --reason."))
    return DONE


def _part(row: Any) -> dict[str, Any]:
    return {
        "lacking": int(row["lacking"]),
        "may_lack": int(row["households"]),
        "to_close": int(row["lacking"] - row["households"]),
        "by_hand": bool(row["is_fixed"]),
    }


def _print_parts(
    book: TargetBook, question: SplitQuestion, plan: CascadePlan, parts: pd.DataFrame, area: str, language: Language
) -> None:
    say = language.say
    names = book.workspace.units_on(question.told_on).by_code["full_name"]
    print(
        say(
            "{code}, due {due}: {whole} households may lack in all; split {rule}, by the figures of {period}.",
            code=question.code,
            due=question.due or "–",
            whole=question.whole,
            rule=say(RULE_NAMES[plan.rule_of(area)]),
            period=language.period(Period.parse(question.base_period)),
        )
    )
    for code, row in parts.iterrows():
        part = _part(row)
        sentence = say(
            "{area}: may lack {may}, still lacking {lacking}, to close {close}",
            area=f"{names[str(code)]} ({code})",
            may=part["may_lack"],
            lacking=part["lacking"],
            close=part["to_close"],
        )
        by_hand = say("[set by hand]") if part["by_hand"] else ""
        print(f"  {sentence} {by_hand}".rstrip())
    print(say("Sum: {sum}", sum=int(parts["households"].sum())))


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not sign or not left.strip() or not right.strip():
        raise WorkspaceError(
            "call.pair-unreadable",
            mark('"{found}" is not written as CODE=VALUE, such as 89=20.'),
            found=text,
        )
    return left.strip(), right.strip()


def _count(text: str, area: str) -> int:
    if not text.isdigit():
        raise WorkspaceError(
            "call.pair-unreadable",
            mark('"{found}" is not written as CODE=VALUE, such as 89=20.'),
            found=f"{area}={text}",
        )
    return int(text)
