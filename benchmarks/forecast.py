"""
How often forecasts hold what came: ``python benchmarks/forecast.py [--scale N] [--json] [--learn FILE]``.

Ranges of 50, 80 and 90% are held against N generated histories whose futures are known (benchmarks/_histories.py),
with the levels that are shipped; these were learned from histories of another seed, by ``--learn FILE``. Methods are
compared on the generated histories and on the demo's provinces and communes, and the time is taken that all communes
of the company need.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._calibration import judge, learn, shares_of
from benchmarks._histories import AHEAD, GAP_CHANCE, KINDS, LENGTHS, History, make_histories
from coverage import backtest, demo
from coverage.calibration import Calibration, read_calibration
from coverage.forecast import BEST, forecast_areas
from coverage.indicators import read_indicators
from coverage.pace import METHODS
from coverage.shortfall import shortfall_by_area
from loaders.reference import load_units, tables

SCALE = 4_840
LEARNED_FROM = 14_520
LEARNING_SEED, JUDGING_SEED = 1081, 30062021
CHANCES = (0.5, 0.8, 0.9)
LENGTH_CLASSES = (3, 5, 8, 14, 40)


def held_shares(histories: list[History], calibration: Calibration) -> dict[str, Any]:
    """Return how often ranges held what came: overall, by kind, by known quarters and by answer."""
    shares = shares_of(histories, BEST)
    found: dict[str, Any] = {}
    for chance in CHANCES:
        judged = judge(histories, shares, calibration, BEST, chance)
        points = (
            pd.cut(judged["points"], LENGTH_CLASSES)
            .astype(str)
            .str.replace(r"\((\d+), (\d+)\]", r">\1 to \2", regex=True)
        )
        found[str(chance)] = {
            "held": float(judged["is_held"].mean()),
            "by_kind": _means(judged, judged["kind"]),
            "by_points": _means(judged, points),
            "by_answer": _means(judged, judged["answer"]),
            "answers": judged["answer"].value_counts().to_dict(),
            "median_width_of_ranges": float(judged.loc[judged["answer"] == "range", "width"].median()),
        }
    return found


def _means(judged: pd.DataFrame, by: pd.Series) -> dict[str, float]:
    return {str(key): round(float(value), 3) for key, value in judged.groupby(by)["is_held"].mean().items()}


def compare_methods(histories: list[History], calibration: Calibration) -> dict[str, Any]:
    """Return how each method did by itself: what its ranges of 80% held, how wide they were, their interval score."""
    found = {}
    for method in (BEST, *METHODS):
        judged = judge(histories, shares_of(histories, method), calibration, method, 0.8)
        found[method] = {
            "held": round(float(judged["is_held"].mean()), 3),
            "mean_width": round(float(judged["width"].mean()), 2),
            "interval_score": round(float(judged["score"].mean()), 2),
            "median_error_of_quarter": float(judged["error"].median()),
        }
    return found


def demo_shortfalls() -> dict[str, pd.DataFrame]:
    """Return what provinces and communes lack in the embedded history."""
    units = load_units()
    data = demo.make_demo(units, tables.load_province_facts(), tables.load_demo_assumptions())
    own = read_indicators(tables.load_indicator_table())["households_to_connect"]
    communes = units.communes
    by_area = {"provinces": communes["province_code"], "communes": communes.index.to_series()}
    return {name: shortfall_by_area(data.figures, own, areas) for name, areas in by_area.items()}


def generated_backtest(histories: list[History]) -> pd.DataFrame:
    """Return the rolling-origin errors on the known quarters of generated histories, each counted in its own size."""
    longest = max(LENGTHS)
    rows = {}
    for number, history in enumerate(histories):
        known = np.full(longest, np.nan)
        known[-len(history.known) :] = history.known / np.nanmax(history.known) * 1000
        rows[str(number)] = known
    periods = [f"{2000 + n // 4}-Q{n % 4 + 1}" for n in range(longest)]
    return backtest.compare(pd.DataFrame(rows, index=periods).round().astype("Int64"))


def learn_levels(target: Path, count: int) -> None:
    """Learn the levels from generated histories and write them as .toml."""
    provenance = {
        "histories": count,
        "seed": LEARNING_SEED,
        "kinds": list(KINDS),
        "lengths": list(LENGTHS),
        "gap_chance": GAP_CHANCE,
        "quarters_ahead": AHEAD,
    }
    learned = learn(make_histories(count, LEARNING_SEED), provenance)
    lines = [
        "# Levels at which ranges of forecasts begin and end, learned from generated histories; see docs/forecast.md.",
        "# Built by: python benchmarks/forecast.py --learn loaders/reference/forecast_calibration.toml",
        "# They belong to the methods and constants of coverage/pace.py: build them anew after any change there.",
        f"points_from = {list(learned.points_from)}",
        f"chances = {list(learned.chances)}",
        "",
        "[provenance]",
        *(f"{key} = {json.dumps(value)}" for key, value in provenance.items()),
    ]
    for method, levels in learned.levels.items():
        lines += ["", f"[levels.{method}] # one row a class of lengths, one column a chance"]
        lines += [f"{name} = {json.dumps(values.round(4).tolist())}" for name, values in levels.items()]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(scale: int) -> dict[str, Any]:
    """Return everything that docs/forecast.md tells."""
    calibration = read_calibration(tables.load_forecast_calibration())
    histories = make_histories(scale, JUDGING_SEED)
    shortfalls = demo_shortfalls()
    communes = shortfalls["communes"]
    start = time.perf_counter()
    nothing = pd.Series(0, index=communes.columns, dtype="Int64")
    told = forecast_areas(communes, allowed=nothing, calibration=calibration, chance=Decimal("0.8"))
    seconds = time.perf_counter() - start
    backtests = {f"demo, {name}": backtest.compare(table) for name, table in shortfalls.items()}
    return {
        "name": "forecast",
        "scale": scale,
        "seed": JUDGING_SEED,
        "learned_from": dict(calibration.provenance),
        "chances": held_shares(histories, calibration),
        "methods": compare_methods(histories, calibration),
        "backtest": {
            name: json.loads(table.round(3).to_json(orient="records"))
            for name, table in (backtests | {"generated": generated_backtest(histories)}).items()
        },
        "communes": len(told),
        "outlooks": pd.Series([forecast.outlook for forecast in told.values()]).value_counts().to_dict(),
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _tell(found: dict[str, Any]) -> None:
    print(f"forecast, scale {found['scale']} generated histories, seed {found['seed']}")
    for chance, own in found["chances"].items():
        print(f"ranges of {float(chance):.0%} held what came in {own['held']:.1%}; answers {own['answers']}")
        for by in ("by_kind", "by_points", "by_answer"):
            print("  " + ", ".join(f"{key} {value:.1%}" for key, value in own[by].items()))
    for method, own in found["methods"].items():
        print(f"{method}: " + ", ".join(f"{key} {value}" for key, value in own.items()))
    for name, rows in found["backtest"].items():
        print(f"backtest, {name}")
        for row in rows:
            print("  " + ", ".join(f"{key} {value}" for key, value in row.items()))
    print(
        f"{found['communes']} communes in {found['seconds']:.2f} s, peak {found['peak_mb']:.0f} MB, {found['outlooks']}"
    )


def main() -> None:
    """Measure and print, or learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=SCALE, help="number of generated histories")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--learn", type=Path, metavar="FILE", help="learn the levels and write them")
    options = parser.parse_args()
    if options.learn:
        learn_levels(options.learn, LEARNED_FROM)
        return
    found = measure(options.scale)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found)


if __name__ == "__main__":
    main()
