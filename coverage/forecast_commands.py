"""The command ``phudien forecast``: when an area and its parts reach their targets."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from coverage.area_words import area_of
from coverage.commands import DONE, print_json
from coverage.forecast import BEST, TITLES, Forecast
from coverage.forecast_desk import AreaForecasts, ForecastDesk
from coverage.pace import METHODS
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE


def add_forecast_command(
    command: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the options of ``phudien forecast``; days and moments are read as the other commands do."""
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
    command.add_argument("--chance", default="0.8", help=say("how often the range holds the truth (default: 0.8)"))
    command.add_argument(
        "--method",
        choices=(BEST, *METHODS),
        default=BEST,
        help=say("method of the forecast (default: best, all of them weighted)"),
    )
    command.add_argument(
        "--backtest", action="store_true", help=say("how well each method would have foretold these areas before")
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
    command.set_defaults(run=show_forecast)


def show_forecast(options: argparse.Namespace, language: Language) -> int:
    """Print when an area and its parts reach their targets, or how well methods foretold them."""
    chance = read_chance(options.chance)
    workspace = Workspace(options.workspace)
    period = Period.parse(options.period)
    day = options.units_of or workspace.list_of_quarter(period)
    area = area_of(options.area, workspace.units_on(day))
    desk = ForecastDesk(workspace)
    desk.indicator(options.indicator)  # says first what does not exist
    workspace.lists.require(area, day)
    workspace.figures_of(str(period), as_of=options.as_of)  # says which quarters there are, where this is none of them
    if options.backtest:
        table = desk.backtest(options.indicator, area, period, day, as_of=options.as_of)
        if options.json:
            rows = json.loads(table.to_json(orient="records"))
            print_json({"indicator": options.indicator, "area": area, "period": str(period), "backtest": rows})
            return DONE
    else:
        found = desk.of_area(
            options.indicator,
            area,
            period,
            day,
            as_of=options.as_of,
            chance=chance,
            method=options.method,
            language=language,
        )
        if options.json:
            print_json(answer_of(found, language))
            return DONE
    print(f"{desk.indicator(options.indicator).title(language)}, {language.period(period)}")
    if options.units_of:
        print(language.say("Told in the units of {day}.", day=language.day(day)))
    if workspace.has_synthetic(as_of=options.as_of):
        print(language.say("Synthetic demonstration data, not real figures."))
    if options.backtest:
        _print_backtest(table, language)
    else:
        _print_forecasts(found, language)
    return DONE


def read_chance(text: str) -> Decimal:
    """
    Read a chance as people write it: 0.8, 0,8 or 80%.

    Raises
    ------
    PhuDienError
        If it is no number.
    """
    plain = text.strip().replace(",", ".")
    try:
        number = Decimal(plain.removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise PhuDienError("call.chance-unreadable", mark('"{found}" is no chance. Write 0.8 or 80%.'), found=text)
    return number / 100 if plain.endswith("%") else number


def _print_forecasts(found: AreaForecasts, language: Language) -> None:
    for code, forecast in found.forecasts.items():
        lacking = found.lacking(code)
        shown = language.say("not reported") if lacking is None else language.count(lacking)
        allowed, due = int(found.targets["shortfall_target"][code]), found.due(code)
        gap = "–" if lacking is None else language.count(lacking - allowed)
        line = language.say(
            "{area}: {lacking} still lacking, at most {allowed} {due}, gap to the target {gap}: {outlook}",
            area=found.names[code],
            lacking=shown,
            gap=gap,
            allowed=allowed,
            due=language.say("allowed") if due is None else language.say("by {period}", period=language.period(due)),
            outlook=forecast.sentence(language),
        )
        print(("" if code == found.area else "  ") + line)
    if any(found.steps.values()):
        print(
            language.say(
                "Known works will connect {households} households; when late or undated ones do is an assumption.",
                households=found.works(found.area),
            )
        )


def _print_backtest(table: pd.DataFrame, language: Language) -> None:
    print(
        language.say("Mean error of the households lacking, of that of no change, by quarters ahead; 0: of the quarter")
    )
    horizons = sorted(table["ahead"].unique(), key=lambda ahead: (ahead == 0, ahead))
    print(" " * 28 + "".join(f"{ahead:>10}" for ahead in horizons))
    for method in table["method"].unique():
        own = table[table["method"] == method].set_index("ahead")
        shown = (_error(own.loc[ahead], language) if ahead in own.index else "–" for ahead in horizons)
        print(f"  {language.say(TITLES[str(method)]):<26}" + "".join(f"{text:>10}" for text in shown))
    tried = table.drop_duplicates("ahead").set_index("ahead")["foretold"]
    heading = language.say("forecasts tried")
    print(f"  {heading:<26}" + "".join(f"{int(tried[ahead]):>10}" for ahead in horizons))


def _error(row: pd.Series[Any], language: Language) -> str:
    if not row.name:
        return language.decimal(Decimal(str(row["error"])), decimals=1)
    relative = row["relative_error"]
    return "–" if pd.isna(relative) else language.share(Decimal(str(relative)), decimals=0)


def answer_of(found: AreaForecasts, language: Language) -> dict[str, Any]:
    """Return forecasts for other programs."""
    rows = [
        {
            "area": code,
            "area_name": found.names[code],
            "lacking": found.lacking(code),
            "allowed": int(found.targets["shortfall_target"][code]),
            "due": None if found.due(code) is None else str(found.due(code)),
            "works": dict(sorted(found.steps.get(code, {}).items())),
            **_answer(forecast, language),
        }
        for code, forecast in found.forecasts.items()
    ]
    return {
        "period": str(found.period),
        "indicator": found.indicator.name,
        "units_of": found.told_on.isoformat(),
        "area": found.area,
        "forecasts": rows,
    }


def _answer(forecast: Forecast, language: Language) -> dict[str, Any]:
    quarters = {name: getattr(forecast, name) for name in ("earliest", "likely", "latest", "last")}
    return {
        "outlook": forecast.outlook,
        **{name: None if quarter is None else str(quarter) for name, quarter in quarters.items()},
        "chance": float(forecast.chance),
        "method": forecast.method or None,
        "weights": {name: round(weight, 4) for name, weight in forecast.weights.items()},
        "points": forecast.points,
        "sentence": forecast.sentence(language),
        "path": json.loads(forecast.path.to_json(orient="index")),
    }
