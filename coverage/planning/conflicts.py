"""Why no programme keeps all rules: by how much each rule would have to give for one to exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from coverage.planning.candidates import Conflict, ProgrammeRules, Weights
from coverage.planning.conflict_words import ALONE, JOINTLY, Places, told_breaches, told_together
from coverage.planning.programme_model import (
    AREA_TARGET,
    BUDGET,
    CREWS,
    LEAST,
    MUST,
    SCORE_SCALE,
    Model,
    Row,
    build_model,
)
from coverage.planning.programme_units import Floats, units_of
from coverage.planning.rule_breaks import Breach, breaches_of
from coverage.planning.solver import NO_SOLUTION, run

ELASTIC: Final = (BUDGET, CREWS, LEAST, AREA_TARGET, MUST)
"""Kinds of rules that can give; what follows what, and what must not be taken, never gives."""

_SECONDS_EACH: Final = 10.0
_NO_WEIGHT: Final = Weights(soonest=0.0, value=0.0, equity=0.0)


def explain(candidates: pd.DataFrame, rules: ProgrammeRules, *, places: Places | None = None) -> tuple[Conflict, ...]:
    """
    Return why there is no programme: each sentence is a way out, and by how much.

    One kind of rule after another is made elastic while all others hold, and gives as little as it can (money, crews,
    households, must-takes): each that is enough by itself is one way out. Where none is enough by itself, all are made
    elastic at once, and what gives then has to give together.

    Parameters
    ----------
    places
        Names of provinces and districts by code, for the sentences.

    Returns
    -------
    conflicts
        Empty where a programme exists.
    """
    names = places or {}
    units = units_of(candidates, rules)
    model = build_model(units, rules, _NO_WEIGHT)
    if _least_breach(model, ()) is not None:
        return ()
    present = [kind for kind in ELASTIC if any(row.rule == kind for row in model.rows)]
    found: list[Conflict] = []
    for kind in present:
        breaches = _least_breach(model, (kind,))
        found += told_breaches(units, rules, breaches or (), where=ALONE, places=names)
    found += _apart(candidates, rules)
    if found:
        return tuple(found)
    return told_breaches(units, rules, _least_breach(model, present) or (), where=JOINTLY, places=names)


def _least_breach(model: Model, kinds: Sequence[str]) -> list[Breach] | None:
    """Return what is broken where rules of some kinds give as little as they can; None where that is not enough."""
    rows, penalties, uppers = _elastic_rows(model, kinds)
    solution = run(
        np.concatenate([np.zeros(len(model.gain)), -penalties / SCORE_SCALE]),
        0.0,
        np.concatenate([model.upper, uppers]),
        np.concatenate([model.is_whole, np.zeros(len(penalties), dtype=bool)]),
        rows,
        gap=1e-6,
        time_limit_s=_SECONDS_EACH,
    )
    if solution.ended == NO_SOLUTION or solution.columns is None:
        return None
    return breaches_of(model.rows, model.place_of(solution.columns), model.years)


def _elastic_rows(model: Model, kinds: Sequence[str]) -> tuple[list[Row], Floats, Floats]:
    """Return the rows with one column more for each rule that may give; what each costs, and its greatest value."""
    number: dict[tuple[object, ...], int] = {}
    penalties: list[float] = []
    uppers: list[float] = []
    rows = []
    for row in model.rows:
        if row.rule not in kinds:
            rows.append(row)
            continue
        group = (row.rule, row.key[0])  # crews of a province give in every year at once
        if group not in number:
            number[group] = len(model.gain) + len(penalties)
            penalties.append(1.0 / _extent(row))
            uppers.append(float(row.amounts.sum()) + abs(_limit(row)) + 1.0)
        sign = -1.0 if np.isfinite(row.upper) and not np.isfinite(row.lower) else 1.0
        rows.append(_with_slack(row, number[group], sign))
    return rows, np.array(penalties, dtype="float64") * 100.0, np.array(uppers, dtype="float64")


def _with_slack(row: Row, column: int, sign: float) -> Row:
    return replace(row, columns=np.append(row.columns, column).astype("int64"), amounts=np.append(row.amounts, sign))


def _apart(candidates: pd.DataFrame, rules: ProgrammeRules) -> list[Conflict]:
    """Return the organisations that would have to come one by one, where that alone is enough."""
    if not rules.together or not _is_possible(candidates, replace(rules, together=frozenset())):
        return []
    kept: frozenset[str] = frozenset()
    apart = []
    for name in sorted(rules.together):
        if _is_possible(candidates, replace(rules, together=kept | {name})):
            kept |= {name}
        else:
            apart.append(name)
    return [told_together(apart, ALONE)]


def _is_possible(candidates: pd.DataFrame, rules: ProgrammeRules) -> bool:
    return _least_breach(build_model(units_of(candidates, rules), rules, _NO_WEIGHT), ()) is not None


def _limit(row: Row) -> float:
    return row.upper if np.isfinite(row.upper) else row.lower


def _extent(row: Row) -> float:
    """Return a measure of a rule's size, so that rules of different units compare."""
    return max(float(np.abs(row.amounts).sum()) / 10.0, 1.0) if row.rule != MUST else 1.0
