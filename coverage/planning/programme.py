"""The best programme: which candidate in which year, by rules and weights, as a mixed-integer programme."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from coverage.planning.candidates import (
    CANCELLED,
    FEASIBLE,
    INFEASIBLE,
    OPTIMAL,
    Programme,
    ProgrammeRules,
    Weights,
)
from coverage.planning.conflict_words import Places
from coverage.planning.conflicts import explain
from coverage.planning.greedy import place_by_hand
from coverage.planning.programme_model import Model, build_model
from coverage.planning.programme_score import TERM_COLUMNS, gains_of, remaining_shares, score_of
from coverage.planning.programme_units import Floats, Ints, Units, units_of
from coverage.planning.rule_breaks import breaches_of, is_kept
from coverage.planning.solver import (
    NO_SOLUTION,
    SOLVED,
    STOPPED,
    Solution,
    SolveProgress,
    SolverError,
    gap_between,
    run,
)
from geodata.errors import mark

__all__ = ["SolveProgress", "score_of", "solve"]


def solve(
    candidates: pd.DataFrame,
    rules: ProgrammeRules,
    weights: Weights,
    *,
    gap: float = 0.01,
    time_limit_s: float = 60.0,
    start: pd.Series[int] | None = None,
    on_progress: Callable[[SolveProgress], bool] | None = None,
    places: Places | None = None,
) -> Programme:
    """
    Return the best programme within `gap`; same input in any row order, same programme.

    Parameters
    ----------
    candidates
        Columns `candidates.CANDIDATE_COLUMNS`, indexed by ``candidate_code``.
    start
        Years of an earlier programme; used where it keeps the rules.
    on_progress
        Told of the progress several times a second, in this thread; returns False to cancel.
    places
        Names of provinces and districts by code, for the sentences of conflicts.

    Raises
    ------
    RuleError
        If a rule names a candidate that does not exist, or there is no year.
    SolverError
        If time was over before any programme was found.

    Notes
    -----
    Source: docs/methods.md, "The programme".
    """
    units = units_of(candidates, rules)
    model = build_model(units, rules, weights)
    solution = run(
        model.gain,
        model.offset,
        model.upper,
        model.is_whole,
        model.rows,
        gap=gap,
        time_limit_s=time_limit_s,
        start=_first_columns(model, rules, weights, start),
        on_progress=on_progress,
    )
    if solution.columns is None:
        return _without_solution(candidates, rules, solution, time_limit_s, places)
    place = model.place_of(solution.columns)
    _require_kept(model, place)
    year = units.year_of(place, rules).reindex(candidates.index)
    score, terms = score_of(candidates, rules, weights, year)
    found_gap = gap_between(score, solution.bound)
    status = OPTIMAL if solution.ended == SOLVED or found_gap <= gap else FEASIBLE
    return Programme(
        year=year,
        status=CANCELLED if solution.ended == STOPPED and status != OPTIMAL else status,
        score=score,
        gap=found_gap,
        seconds=solution.seconds,
        terms=terms,
    )


def _first_columns(
    model: Model, rules: ProgrammeRules, weights: Weights, start: pd.Series[int] | None
) -> Floats | None:
    """Return the columns of the better of the earlier programme and the order by hand, of those that keep the rules."""
    units = model.units
    places = [place_by_hand(units, rules, weights)]
    if start is not None:
        places.append(_place_of_units(units, rules, start))
    kept = [
        _columns(model, rules, weights, place) for place in places if is_kept(units, model.rows, place, model.years)
    ]
    return max(kept, key=lambda columns: float(columns @ model.gain), default=None)


def _place_of_units(units: Units, rules: ProgrammeRules, year: pd.Series[int]) -> Ints:
    by_unit = np.full(units.count, -1, dtype="int64")
    by_unit[units.unit] = units.place_of(year, rules)  # members of a unit that differ now take the year of the last
    return by_unit


def _columns(model: Model, rules: ProgrammeRules, weights: Weights, place: Ints) -> Floats:
    columns = np.zeros(len(model.gain))
    done = np.flatnonzero(place >= 0)
    columns[done * model.years + place[done]] = 1.0
    if len(columns) > model.units.count * model.years:
        gains = gains_of(model.units, rules, weights)
        worst = remaining_shares(gains, place[model.units.unit], model.years).max(axis=0)
        columns[model.units.count * model.years :] = np.clip(worst, 0.0, 1.0)
    return columns


def _require_kept(model: Model, place: Ints) -> None:
    """Hold what the solver says to the rules themselves, without its tolerances."""
    for breach in breaches_of(model.rows, place, model.years):
        raise SolverError(
            "solver.rule-broken",
            mark('The solver gave a programme that breaks the rule "{rule}" of {key} by {by}. Please report this.'),
            rule=breach.row.rule, key=", ".join(map(str, breach.row.key)), by=f"{breach.by:g}",
        )  # fmt: skip


def _without_solution(
    candidates: pd.DataFrame, rules: ProgrammeRules, solution: Solution, time_limit_s: float, places: Places | None
) -> Programme:
    if solution.ended not in (NO_SOLUTION, STOPPED):
        raise SolverError(
            "solver.time-over",
            mark("No programme was found within {seconds} s. Give more time, or fewer rules."),
            seconds=f"{time_limit_s:g}",
        )
    is_impossible = solution.ended == NO_SOLUTION
    return Programme(
        year=pd.Series(pd.NA, index=candidates.index, dtype="Int64", name="year"),
        status=INFEASIBLE if is_impossible else CANCELLED,
        score=None,
        gap=None,
        seconds=solution.seconds,
        terms=pd.DataFrame(0.0, index=candidates.index, columns=list(TERM_COLUMNS)),
        conflicts=explain(candidates, rules, places=places) if is_impossible else (),
    )
