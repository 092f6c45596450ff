"""The command ``phudien plan``: take-overs, connections or both under a budget; assumptions; lines and rivers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from coverage import plan_words as words
from coverage.commands import DATA_PROBLEMS, DONE, WRONG_CALL, content_of, print_json, user_of
from coverage.money_words import read_budgets
from coverage.network_layers import NetworkLayers
from coverage.plan_answers import (
    answer_of,
    form_of_path,
    print_plan,
    print_problems,
    problem_place,
    solver_progress,
    write_plan,
)
from coverage.plan_files import PlanFiles
from coverage.planning.assumptions import LEVELS, SEEN
from coverage.planning.candidates import INFEASIBLE
from coverage.planning.comparison_words import value_text
from coverage.planning.making import PlanRefusedError
from coverage.planning.request import MID, PlanRequest
from coverage.planning_desk import PlanningDesk
from coverage.scenario_book import ScenarioBook
from coverage.scenario_commands import add_scenario_commands, line_of
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.units import Units

_KINDS: Final = {"takeover": (True, False), "lastmile": (False, True), "both": (True, True)}

Adder = Callable[[str, Any, str], argparse.ArgumentParser]


def add_plan_commands(
    command: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the actions of ``phudien plan``; days and moments are read as the other commands do."""
    say = language.say
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, parents=[common])
        found.set_defaults(run=run)
        return found

    titles = {
        "takeover": say("Choose which bulk-purchase points to take over, and in which year."),
        "lastmile": say("Choose how to connect hamlets without the grid, and in which year."),
        "both": say("Choose among take-overs and connections under one budget."),
    }
    for name, title in titles.items():
        _add_options(add(name, make_plan, title), language, read_day=read_day, read_moment=read_moment)
    listing = add("assumptions", show_assumptions, say("Show every assumption of plans: low, mid, high, source."))
    listing.add_argument("--json", action="store_true", help=say("answer as JSON"))
    _add_layers(add, language)
    add_scenario_commands(actions, common, language)


def _add_options(
    command: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    say = language.say
    command.add_argument(
        "--area", required=True, metavar="AREA,…", help=say("GSO codes or names of provinces, parted by commas")
    )
    command.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    command.add_argument("--first-year", metavar="YEAR", help=say("year of the first budget (default: the next one)"))
    command.add_argument("--years", metavar="N", help=say("number of years"))
    command.add_argument("--budget", help=say('a year: "200 tỷ", or one for each: "200 tỷ; 150 tỷ" (default: for all)'))
    command.add_argument("--crews", action="append", default=[], metavar="PROVINCE=N", help=say("crews of a province"))
    command.add_argument(
        "--least", action="append", default=[], metavar="PROVINCE=N", help=say("households of a province, at least")
    )
    command.add_argument(
        "--target", action="append", default=[], metavar="DISTRICT=YEAR:N",
        help=say("at most N households remain in a district at the end of a year"),
    )  # fmt: skip
    command.add_argument("--must", default="", metavar="CODE,…", help=say("points or hamlets that are done"))
    command.add_argument("--must-not", default="", metavar="CODE,…", help=say("points or hamlets that are not done"))
    command.add_argument(
        "--together", action="append", default=[], metavar="NAME", help=say("organisation taken over in one year")
    )
    command.add_argument("--carry-over", action="store_true", help=say("money that is left may be spent later"))
    command.add_argument(
        "--weights", default="1,0,0", metavar="A,B,C", help=say("households soonest, net present value, equity")
    )
    command.add_argument(
        "--assume", action="append", default=[], metavar="NAME=VALUE", help=say("an assumption, or LOW:MID:HIGH of it")
    )
    command.add_argument("--level", choices=LEVELS, default=MID, help=say("values of the assumptions (default: mid)"))
    command.add_argument("--prices-of", type=read_day, metavar="DATE", help=say("day whose price decision is used"))
    command.add_argument("--leave-out-faulty", action="store_true", help=say("leave rows with errors out"))
    command.add_argument("--gap", default="1%", help=say("stop within this share of the best (default: 1%%)"))
    command.add_argument(
        "--time-limit", default="60", metavar="SECONDS", help=say("stop after so long (default: 60 seconds)")
    )
    command.add_argument(
        "--as-of", type=read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00")
    )
    command.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("tell figures in the units of this day, such as 2025-07-01"),
    )
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=say("write it: .xlsx, .gpkg, .png"),
    )
    command.add_argument("--save", metavar="NAME", help=say("keep it as a scenario, or as its next version"))
    command.add_argument("--note", default="", help=say("note of the scenario that is kept"))
    command.add_argument("--user", help=say("who keeps it (default: the login name)"))
    command.add_argument("--json", action="store_true", help=say("answer as JSON"))


# ---- what is asked for


def request_of(options: argparse.Namespace, desk: PlanningDesk) -> PlanRequest:
    """
    Return what the options of a command ask for.

    Raises
    ------
    PhuDienError
        If one of them cannot be understood; the sentence says which, and what is allowed.
    """
    period = Period.parse(options.period)
    workspace = desk.workspace
    workspace.figures_of(str(period), as_of=options.as_of)  # says which quarters there are, where this is none of them
    day = options.units_of or workspace.list_of_quarter(period)
    units = workspace.units_on(day)
    takeovers, connections = _KINDS[options.action]
    shipped = desk.assumptions()
    asked: dict[str, Any] = {
        "assumptions": dict(words.read_assumption(text, shipped) for text in options.assume),
        "level": options.level,
        "priced_on": options.prices_of,
        "leaves_out_faulty": options.leave_out_faulty,
        "gap": words.read_gap(options.gap),
        "time_limit_s": words.read_seconds(options.time_limit),
        "weights": words.read_weights(options.weights),
    }
    rules = _rules(options, period, units)
    base = desk.default_request(
        words.read_areas(options.area, units), str(period), day,
        as_of=options.as_of, takeovers=takeovers, connections=connections,
    )  # fmt: skip
    years = words.read_years(options.years)
    budgets = read_budgets(options.budget, years) if options.budget is not None else None
    if budgets is None:
        number = years or len(base.rules.budget_vnd)
        budgets = (sum(base.rules.budget_vnd) / number,) * number
    return replace(base, **asked).with_rules(budget_vnd=budgets, **rules)


def _rules(options: argparse.Namespace, period: Period, units: Units) -> dict[str, Any]:
    return {
        "first_year": words.read_first_year(options.first_year, period, period.year + 1),
        "crews": words.read_crews(options.crews, units),
        "least_households": words.read_households(options.least, units),
        "area_targets": words.read_targets(options.target, units),
        "must_take": words.read_codes(options.must),
        "must_not_take": words.read_codes(options.must_not),
        "together": frozenset(options.together),
        "carries_over": options.carry_over,
    }


# ---- the plan


def make_plan(options: argparse.Namespace, language: Language) -> int:
    """Make a plan, print it, and write its files."""
    workspace = Workspace(options.workspace)
    desk, files = PlanningDesk(workspace), PlanFiles(workspace)
    forms = [form_of_path(path) for path in options.output]
    request = request_of(options, desk)
    try:
        with solver_progress(request.time_limit_s, language) as tell:
            plan = desk.plan(request, as_of=options.as_of, on_progress=tell)
    except PlanRefusedError as error:
        return _refuse(error, options, language)
    kept = None
    if options.save is not None:
        kept = ScenarioBook(workspace, desk).save(options.save, options.note, plan, user_of(options))
    follows = desk.follows(plan, as_of=options.as_of)
    report = files.report(plan, language, title=kept.name if kept else "", note=options.note, follows=follows)
    for path, form in zip(options.output, forms, strict=True):
        write_plan(path, files.file(report, form)[1])
    if options.json:
        print_json(answer_of(plan, report) | {"scenario": None if kept is None else kept.id})
    else:
        print_plan(report, language)
        print_problems(report, language)
        if kept is not None:
            print(language.say("Kept: {line}", line=line_of(kept, language)))
        for path in options.output:
            print(language.say("Written: {file}", file=str(path)))
    return DATA_PROBLEMS if plan.programme.status == INFEASIBLE else DONE


def _refuse(error: PlanRefusedError, options: argparse.Namespace, language: Language) -> int:
    """Tell everything that is wrong, row by row; nothing was solved. A wrong call where only its rules are wrong."""
    print(f"phudien: {language.explain(error)}", file=sys.stderr)
    rows: list[dict[str, Any]] = [
        {
            "code": problem.code,
            "where": problem.where,
            "file_name": problem.file_name,
            "row": problem.row,
            "severity": problem.severity,
            "sentence": problem.sentence(language),
        }
        for problem in error.problems
    ]
    if options.json:
        print_json({"error": {"code": error.code, "message": language.explain(error)}, "problems": rows})
    for row in rows:
        print(f"  {problem_place(row, language)}: {row['sentence']}", file=sys.stderr)
    return WRONG_CALL if all(row["code"].startswith("rule.") for row in rows) else DATA_PROBLEMS


# ---- assumptions, lines and rivers


def show_assumptions(options: argparse.Namespace, language: Language) -> int:
    """Print every assumption with its values, unit, status and source."""
    shipped = PlanningDesk(Workspace(options.workspace)).assumptions()
    if options.json:
        names = ("name", "part", "low", "mid", "high", "least", "most", "status")
        rows = [
            {name: getattr(one, name) for name in names}
            | {text: getattr(one, text).text(language) for text in ("title", "unit", "source")}
            for one in shipped.values()
        ]
        print_json({"assumptions": rows})
        return DONE
    for one in shipped.values():
        status = language.say("seen") if one.status == SEEN else language.say("assumption")
        values = " / ".join(value_text("", one.at(level), language) for level in LEVELS)
        print(f"{one.name}: {values} {one.unit.text(language)} [{status}]")
        print(f"    {one.title.text(language)}. {one.source.text(language)}")
    return DONE


def _add_layers(add: Adder, language: Language) -> None:
    say = language.say
    adding = add("lines", list_layers, say("Existing medium-voltage lines and rivers: what is there, or add a file."))
    adding.add_argument("file", type=Path, nargs="?", metavar="FILE", help=say(".gpkg, .geojson or zipped shapefile"))
    adding.add_argument("--kind", choices=("mv_line", "river"), default="mv_line", help=say("what the file holds"))
    adding.add_argument("--crs", metavar="EPSG:…", help=say("its coordinate system, where the file names none"))
    adding.add_argument("--user", help=say("who imports (default: the login name)"))
    adding.add_argument("--json", action="store_true", help=say("answer as JSON"))


def list_layers(options: argparse.Namespace, language: Language) -> int:
    """Add a layer where a file is named, and print the layers that are there."""
    layers = NetworkLayers(Workspace(options.workspace))
    if options.file is not None:
        content = content_of(options.file)
        layers.add(options.kind, options.file.name, content, user=user_of(options), crs=options.crs)
    rows = [
        {"kind": one.kind, "file": one.file_name, "user": one.created_by, "at": one.created_at, "shapes": one.shapes}
        for one in layers.list()
    ]
    if options.json:
        print_json({"layers": rows})
        return DONE
    for row in rows:
        print("{kind}  {file}  {user}  {at}  {shapes}".format(**row))
    if not rows:
        print(language.say("No layer was added yet."))
    return DONE
