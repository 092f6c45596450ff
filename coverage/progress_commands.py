"""The command ``phudien progress``: an area and its parts against the path to their targets."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from coverage.area_words import area_of
from coverage.commands import DONE, print_json
from coverage.forecast import Forecast
from coverage.progress_desk import AreaProgress, ProgressDesk
from coverage.progress_rule import sign_and_name
from coverage.rollup import figure_of
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE

_JSON_COLUMNS = (
    "area_name",
    "numerator",
    "denominator",
    "communes_counted",
    "communes_all",
    "shortfall",
    "target_value",
    "shortfall_target",
    "gap",
    "due_period",
    "path",
    "ahead",
    "quarters_left",
    "required_per_quarter",
    "achieved_last",
    "achieved_per_quarter",
    "status",
    "reason",
    "basis",
    "decision",
    "is_assumption",
)


def add_progress_command(
    command: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the options of ``phudien progress``."""
    say = language.say
    command.add_argument("--period", required=True, help=say("quarter, such as 2021-Q2"))
    command.add_argument(
        "--area", default=COMPANY_CODE, metavar="AREA", help=say("GSO code or name, or EVNSPC (default)")
    )
    command.add_argument(
        "--indicator",
        default="households_with_power_share",
        metavar="NAME",
        help=say("indicator (default: households_with_power_share)"),
    )
    command.add_argument(
        "--as-of", type=read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00")
    )
    command.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("tell figures in the units of this day, such as 2025-07-01 (default: those of the quarter)"),
    )
    command.add_argument("--json", action="store_true", help=say("answer as JSON"))
    command.set_defaults(run=show_progress)


def show_progress(options: argparse.Namespace, language: Language) -> int:
    """Print how an area and its parts stand, as text or JSON."""
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    day = options.units_of or workspace.list_of_quarter(period)
    area = area_of(options.area, workspace.units_on(day))
    desk = ProgressDesk(workspace)
    desk.question(options.indicator, area, period, day, options.as_of)  # says first what does not exist
    workspace.figures_of(str(period), as_of=options.as_of)  # says which quarters there are, where this is none of them
    found = desk.of_area(options.indicator, area, period, day, as_of=options.as_of, language=language)
    if options.json:
        print_json(answer_of(found, language))
        return DONE
    print(f"{found.indicator.title(language)}, {language.period(period)}")
    if options.units_of:
        print(language.say("Told in the units of {day}.", day=language.day(day)))
    if workspace.has_synthetic(as_of=options.as_of):
        print(language.say("Synthetic demonstration data, not real figures."))
    for indent, rows in (("", found.own), ("  ", found.parts)):
        for _, row in rows.iterrows():
            print(indent + _line(row, found, language))
    return DONE


def answer_of(found: AreaProgress, language: Language) -> dict[str, Any]:
    """Return progress for other programs: counts and rates as numbers, shares and statuses as they are named."""
    rows = pd.concat([found.own, found.parts])
    areas = [
        {"area": str(code)}
        | {name: _plain(row[name]) for name in _JSON_COLUMNS}
        | {"forecast": _forecast(found.forecasts.get(str(code)), language)}
        | {"status_text": sign_and_name(str(row["status"]), language, str(row["reason"]))}
        for code, row in rows.iterrows()
    ]
    return {
        "period": str(found.period),
        "indicator": found.indicator.name,
        "units_of": found.told_on.isoformat(),
        "area": areas[0],
        "parts": areas[1:],
    }


def _forecast(found: Forecast | None, language: Language) -> dict[str, Any] | None:
    if found is None:
        return None
    quarters = {name: getattr(found, name) for name in ("earliest", "likely", "latest")}
    return {
        "outlook": found.outlook,
        **{name: None if quarter is None else str(quarter) for name, quarter in quarters.items()},
        "chance": str(found.chance),
        "method": found.method or None,
        "text": found.sentence(language),
    }


def _plain(value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _line(row: pd.Series[Any], found: AreaProgress, language: Language) -> str:
    """Return one area in one line: figure, status, and what it lacks, where that is known."""
    figure = figure_of(row, found.indicator).display(language)
    texts = [f"{row['area_name']}: {figure}; {sign_and_name(str(row['status']), language, str(row['reason']))}"]
    if not pd.isna(row["shortfall"]):
        texts.append(language.say("{n} still lacking", n=int(row["shortfall"])))
    if not pd.isna(row["gap"]):
        texts.append(language.say("gap to the target {n}", n=int(row["gap"])))
    if not pd.isna(row["path"]):
        texts.append(language.say("the path allows {n}", n=int(row["path"])))
    if not pd.isna(row["required_per_quarter"]):
        texts.append(language.say("required per quarter {n}", n=_rate(row["required_per_quarter"], language)))
    if not pd.isna(row["achieved_per_quarter"]):
        texts.append(language.say("achieved per quarter {n}", n=_rate(row["achieved_per_quarter"], language)))
    if row["outlook"]:
        texts.append(language.say("forecast to be reached: {when}", when=str(row["outlook"])))
    return "; ".join(texts)


def _rate(value: float, language: Language) -> str:
    return language.decimal(Decimal(repr(float(value))), decimals=1)
