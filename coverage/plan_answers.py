"""A plan as commands answer it: in words, as JSON, and as files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from coverage.commands import unreadable
from coverage.plan_files import FORMS
from coverage.planning.plan import Plan
from coverage.planning.programme import SolveProgress
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.plan_data import PlanReport


def form_of_path(path: Path) -> str:
    """Return the form that a file's name asks for; raise where there is none such."""
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise PhuDienError(
            "call.plan-form-unknown",
            mark('There is no plan as "{found}". Forms: {allowed}.'),
            found=path.name,
            allowed=", ".join(f".{name}" for name in FORMS),
        )
    return form


def write_plan(path: Path, content: bytes) -> None:
    """Write a file of a plan, with the folders that it lies in."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise unreadable(path, error) from error


def print_plan(report: PlanReport, language: Language) -> None:
    """Print what was asked, what came of it, by year and by point."""
    if report.is_synthetic:
        print(language.say("Synthetic demonstration data, not real figures."))
    for rule in report.rules:
        print(f"- {rule}")
    print()
    for conflict in report.conflicts:
        print(f"! {conflict}")
    for label, text in report.facts.items():
        print(f"{label}: {text}")
    print()
    for row in report.years.to_dict("records"):
        print(
            language.say(
                "{year}: {points} points or hamlets, {households} households, {cost} million VND; {left} remain",
                year=row["year"],
                points=int(row["points"]),
                households=int(row["households"]),
                cost=language.count(round(row["cost_vnd"] / 1e6)),
                left=int(row["households_remaining"]),
            )
        )
    for row in report.rows.dropna(subset="year").to_dict("records"):
        cost = language.count(round(row["cost_vnd"] / 1e6))
        households = language.count(int(row["households"]))
        print(
            f"  {row['rank']:>4}  {row['year']}  {row['candidate_code']:<16} {households:>8}  {cost:>12}  "
            f"{row['commune_name']}, {row['area_name']}"
        )


def answer_of(plan: Plan, report: PlanReport) -> dict[str, Any]:
    """Return a plan for other programs: what was asked, what came of it, each point with its terms."""
    chosen, greedy = plan.programme, plan.greedy
    rows = report.rows.drop(columns=["kind"]).rename(columns={"kind_code": "kind"})
    terms = chosen.terms.reindex(rows["candidate_code"])
    for name in ("soonest", "value", "equity"):
        rows[f"adds_{name}"] = terms[name].to_numpy()
    return {
        "status": chosen.status,
        "score": chosen.score,
        "gap": chosen.gap,
        "seconds": chosen.seconds,
        "greedy": {"status": greedy.status, "score": greedy.score, "done": int(greedy.year.notna().sum())},
        "conflicts": list(report.conflicts),
        "data_version": plan.request.data_version,
        "stamp": dict(report.stamp),
        "is_synthetic": report.is_synthetic,
        "request": json.loads(plan.request.to_json()),
        "years": records_of(report.years),
        "rows": records_of(rows),
        "lines": records_of(pd.DataFrame(report.lines.drop(columns="geometry"))),
        "problems": records_of(report.problems),
    }


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them."""
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records", force_ascii=False))
    return found


def tell_progress(time_limit_s: float, language: Language) -> Callable[[SolveProgress], bool]:
    """Return what shows a terminal how far the solver is; files and other programs get no progress."""

    def tell(progress: SolveProgress) -> bool:
        if sys.stderr.isatty() and progress.gap is not None:
            text = language.say(
                "Looking for better programmes: {seconds} s, at most {gap} from the best possible.",
                seconds=f"{progress.seconds:.0f}/{time_limit_s:.0f}",
                gap=f"{progress.gap:.1%}",
            )
            print(f"\r{text}", end="", file=sys.stderr, flush=True)
        return True

    return tell
