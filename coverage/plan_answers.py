"""A plan as commands answer it: in words, as JSON, and as files."""

from __future__ import annotations

import json
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd

from coverage.commands import unreadable
from coverage.plan_files import FORMS
from coverage.planning.consequences import what_remains
from coverage.planning.plan import Plan
from coverage.planning.plan_sentences import millions
from coverage.planning.programme import SolveProgress
from coverage.text_tables import text_table
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.plan_data import PlanReport

PROBLEMS_SHOWN: Final = 20


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
    for line in (*year_lines(report, language), "", *programme_lines(report, language)):
        print(line)


def year_lines(report: PlanReport, language: Language) -> list[str]:
    """Return what is done, costs and remains, a line a year."""
    say, count = language.say, language.count
    header = (
        say("Year"), say("Budget"), say("Cost"), say("Points or hamlets"), say("Households"),
        say("Households that remain"), say("Cash flow"),
    )  # fmt: skip
    rows = [
        (
            str(row["year"]),
            millions(row["budget_vnd"], language),
            millions(row["cost_vnd"], language),
            count(int(row["points"])),
            count(int(row["households"])),
            count(int(row["households_remaining"])),
            millions(row["cash_flow_vnd"], language),
        )
        for row in report.years.to_dict("records")
    ]
    return [say("By year (money in million VND):"), *text_table(header, rows, numbers=range(1, len(header)))]


def programme_lines(report: PlanReport, language: Language) -> list[str]:
    """Return what is done, a line a point or hamlet, in the order of the programme."""
    say, count = language.say, language.count
    header = (
        "#", say("Year"), say("Code"), say("Name"), say("Commune"), say("District"), say("Households"), say("Cost"),
        say("Net present value"), say("Pays back, years"),
    )  # fmt: skip
    rows = [
        (
            str(row["rank"]),
            str(row["year"]),
            str(row["candidate_code"]),
            str(row["name"]),
            str(row["commune_name"]),
            str(row["area_name"]),
            count(int(row["households"])),
            millions(row["cost_vnd"], language),
            millions(row["npv_vnd"], language),
            "–" if pd.isna(row["payback_years"]) else language.decimal(Decimal(str(row["payback_years"])), decimals=1),
        )
        for row in report.rows.dropna(subset="year").to_dict("records")
    ]
    if not rows:
        return [say("Nothing is done.")]
    return [say("The programme (money in million VND):"), *text_table(header, rows, numbers={0, 6, 7, 8, 9})]


def print_problems(report: PlanReport, language: Language) -> None:
    """Print on standard error what is wrong with the input of a plan that was made all the same."""
    for row in report.problems.head(PROBLEMS_SHOWN).to_dict("records"):
        print(f"  {problem_place(row, language)}: {row['sentence']}", file=sys.stderr)
    if len(report.problems) > PROBLEMS_SHOWN:
        print("  " + language.say("and {n} more; see --json", n=len(report.problems) - PROBLEMS_SHOWN), file=sys.stderr)


def problem_place(row: Mapping[Any, Any], language: Language) -> str:
    """Return where a problem is: its code, and file and row where it has them."""
    if not row["row"]:
        return str(row["where"])
    place = language.say("{file}, row {row}", file=row["file_name"], row=int(row["row"]))
    return f"{row['where']} ({place})"


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
        "gap": None if chosen.gap is None or not math.isfinite(chosen.gap) else chosen.gap,
        "seconds": chosen.seconds,
        "greedy": {"status": greedy.status, "score": greedy.score, "done": int(greedy.year.notna().sum())},
        "conflicts": list(report.conflicts),
        "data_version": plan.request.data_version,
        "stamp": dict(report.stamp),
        "is_synthetic": report.is_synthetic,
        "request": json.loads(plan.request.to_json()),
        "years": records_of(report.years),
        "quarters": records_of(report.quarters),
        "remains": records_of(what_remains(plan)),
        "rows": records_of(rows),
        "lines": records_of(pd.DataFrame(report.lines.drop(columns="geometry"))),
        "problems": records_of(report.problems),
    }


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them."""
    found: list[dict[str, Any]] = json.loads(table.to_json(orient="records", force_ascii=False))
    return found


@contextmanager
def solver_progress(time_limit_s: float, language: Language) -> Iterator[Callable[[SolveProgress], bool]]:
    """
    Give what shows a terminal how far the solver is; the line is gone at the end. Files get no progress.

    Ctrl+C stops the solver at its next word, and is raised here: within the solver it would be taken for a fault.
    """
    shown, stopped = [0], threading.Event()

    def tell(progress: SolveProgress) -> bool:
        if sys.stderr.isatty() and progress.gap is not None:
            text = language.say(
                "Looking for better programmes: {seconds} s, at most {gap} from the best possible.",
                seconds=f"{progress.seconds:.0f}/{time_limit_s:.0f}",
                gap="–" if not math.isfinite(progress.gap) else language.share(Decimal(str(progress.gap)), decimals=1),
            )
            print("\r" + text.ljust(shown[0]), end="", file=sys.stderr, flush=True)
            shown[0] = len(text)
        return not stopped.is_set()

    with _heard(stopped):
        try:
            yield tell
        finally:
            if shown[0]:
                print("\r" + " " * shown[0] + "\r", end="", file=sys.stderr, flush=True)
    if stopped.is_set():
        raise KeyboardInterrupt


@contextmanager
def _heard(stopped: threading.Event) -> Iterator[None]:
    """
    Let the first Ctrl+C be told to an event, the next one stop at once.

    Only the main thread hears it, and not where it is to be ignored, as in a job that a shell runs beside others.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield
        return

    def stop(*_: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
