"""The command ``phudien plan``: take-overs, connections or both under a budget; assumptions; lines and rivers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from coverage.area_words import area_of
from coverage.commands import DATA_PROBLEMS, DONE, content_of, print_json, user_of
from coverage.money_words import read_budgets
from coverage.network_layers import NetworkLayers
from coverage.plan_answers import answer_of, form_of_path, print_plan, tell_progress, write_plan
from coverage.plan_files import PlanFiles
from coverage.planning.assumptions import LEVELS, SEEN
from coverage.planning.candidates import INFEASIBLE, Weights
from coverage.planning.making import PlanRefusedError
from coverage.planning.request import MID, PlanRequest
from coverage.planning_desk import PlanningDesk
from coverage.scenario_book import ScenarioBook
from coverage.scenario_commands import add_scenario_commands, line_of
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.periods import Period

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
    command.add_argument("--first-year", type=int, metavar="YEAR", help=say("year of the first budget"))
    command.add_argument("--years", type=int, metavar="N", help=say("number of years"))
    command.add_argument("--budget", help=say('a year: "200 tỷ", or one for each: "200 tỷ; 150 tỷ" (default: for all)'))
    command.add_argument("--crews", action="append", default=[], metavar="PROVINCE=N", help=say("crews of a province"))
    command.add_argument(
        "--least", action="append", default=[], metavar="PROVINCE=N", help=say("households of a province, at least")
    )
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
    command.add_argument("--gap", type=float, default=0.01, help=say("stop within this share of the best (0.01)"))
    command.add_argument("--time-limit", type=float, default=60.0, metavar="SECONDS", help=say("stop after so long"))
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
    day = options.units_of or desk.workspace.list_of_quarter(period)
    units = desk.workspace.units_on(day)
    areas = tuple(area_of(text, units) for text in options.area.split(",") if text.strip())
    takeovers, connections = _KINDS[options.action]
    base = replace(
        desk.default_request(
            areas, str(period), day, as_of=options.as_of, takeovers=takeovers, connections=connections
        ),
        assumptions=dict(_assumption(text, desk) for text in options.assume),
        level=options.level,
        priced_on=options.prices_of,
        leaves_out_faulty=options.leave_out_faulty,
        gap=options.gap,
        time_limit_s=options.time_limit,
        weights=_weights(options.weights),
    )
    rules = base.rules
    years = options.years
    budgets = read_budgets(options.budget, years) if options.budget else None
    if budgets is None:
        number = years or len(rules.budget_vnd)
        budgets = (sum(rules.budget_vnd) / number,) * number
    return base.with_rules(
        first_year=options.first_year or rules.first_year,
        budget_vnd=budgets,
        crews={area_of(name, units): n for name, n in map(_pair, options.crews)},
        least_households={area_of(name, units): int(n) for name, n in map(_pair, options.least)},
        must_take=_codes(options.must),
        must_not_take=_codes(options.must_not),
        together=frozenset(options.together),
        carries_over=options.carry_over,
    )


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())


def _pair(text: str) -> tuple[str, float]:
    name, found, number = text.partition("=")
    try:
        if found:
            return name.strip(), float(number.replace(",", "."))
    except ValueError:
        pass
    raise PhuDienError(
        "call.pair-unreadable", mark('"{found}" is not of the form NAME=NUMBER, such as 89=4.'), found=text
    )


def _weights(text: str) -> Weights:
    try:
        soonest, value, equity = (float(part) for part in text.split(","))
    except ValueError:
        soonest = value = equity = -1.0
    if min(soonest, value, equity) < 0 or soonest + value + equity <= 0:
        raise PhuDienError(
            "call.weights-unreadable",
            mark('"{found}" are no weights. Write three numbers of 0 or more, not all 0, such as 1,0.5,0.'),
            found=text,
        )
    return Weights(soonest, value, equity)


def _assumption(text: str, desk: PlanningDesk) -> tuple[str, tuple[float, float, float]]:
    name, _, values = text.partition("=")
    parts = values.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != len(LEVELS):
        raise PhuDienError(
            "call.assumption-unreadable",
            mark('"{found}" is not of the form NAME=VALUE or NAME=LOW:MID:HIGH. Names: phudien plan assumptions.'),
            found=text,
        )
    low, mid, high = numbers
    desk.assumptions().changed({name.strip(): (low, mid, high)})  # says what is wrong before anything is reckoned
    return name.strip(), (low, mid, high)


# ---- the plan


def make_plan(options: argparse.Namespace, language: Language) -> int:
    """Make a plan, print it, and write its files."""
    workspace = Workspace(options.workspace)
    desk, files = PlanningDesk(workspace), PlanFiles(workspace)
    forms = [form_of_path(path) for path in options.output]
    request = request_of(options, desk)
    try:
        plan = desk.plan(request, as_of=options.as_of, on_progress=tell_progress(options.time_limit, language))
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
        if kept is not None:
            print(language.say("Kept: {line}", line=line_of(kept, language)))
        for path in options.output:
            print(language.say("Written: {file}", file=str(path)))
    return DATA_PROBLEMS if plan.programme.status == INFEASIBLE else DONE


def _refuse(error: PlanRefusedError, options: argparse.Namespace, language: Language) -> int:
    """Tell every row that is wrong; nothing was solved."""
    print(f"phudien: {language.explain(error)}", file=sys.stderr)
    rows = [
        {
            "code": problem.code,
            "where": problem.where,
            "file": problem.file_name,
            "row": problem.row,
            "severity": problem.severity,
            "message": problem.sentence(language),
        }
        for problem in error.problems
    ]
    if options.json:
        print_json({"error": {"code": error.code, "message": language.explain(error)}, "problems": rows})
    for row in rows:
        place = language.say("{file}, row {row}", file=row["file"], row=row["row"]) if row["row"] else ""
        print(f"  {row['where']} {f'({place})' if place else ''}: {row['message']}", file=sys.stderr)
    return DATA_PROBLEMS


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
        print(f"{one.name}: {one.low:g} / {one.mid:g} / {one.high:g} {one.unit.text(language)} [{status}]")
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
