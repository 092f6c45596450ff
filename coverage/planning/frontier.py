"""Households against money: how many gain from each total budget, by take-overs, by connections, by both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from coverage.planning.candidates import CONNECTION, TAKEOVER, ProgrammeRules, Weights
from coverage.planning.greedy import by_hand
from coverage.planning.programme import solve

TAKEOVERS, CONNECTIONS, BOTH = "takeovers", "connections", "both"
_KINDS: Final = {TAKEOVERS: (TAKEOVER,), CONNECTIONS: (CONNECTION,), BOTH: (TAKEOVER, CONNECTION)}

FRONTIER_COLUMNS: Final = (
    "budget_vnd",  # of all years
    "kind",  # TAKEOVERS, CONNECTIONS, BOTH
    "households",  # that gain by the last year (Int64)
    "cost_vnd",  # what is spent for them
    "marginal_cost_vnd_per_household",  # from the level below; missing where no household is added
    "gap",  # greatest share by which a better programme could have more; missing where there is no household
)

_HOUSEHOLDS = Weights(soonest=0.0, value=1.0, equity=0.0)
_GROWTH, _MOST = 1.1, 2.0


def frontier(
    candidates: pd.DataFrame,
    rules: ProgrammeRules,
    *,
    levels: int = 12,
    gap: float = 0.01,
    time_limit_s: float = 10.0,
    on_progress: Callable[[int, int], bool] | None = None,
) -> pd.DataFrame:
    """
    Return the most households that gain by the last year, for each total budget and kind.

    The yearly budgets are scaled in proportion. The curve never falls: where a level finds fewer households than the
    one below, whose programme it can pay as well, that one stands.

    Parameters
    ----------
    rules
        Pins that nothing may be done, crews, what comes together and what follows are kept; pins that something must
        be done, minimums and targets are not: a small budget could not keep them.
    levels
        Above the one without money; the last pays for everything.
    time_limit_s
        For each level.
    on_progress
        Told of levels solved and all; returns False to stop: the levels solved so far are returned.

    Returns
    -------
    levels
        Columns `FRONTIER_COLUMNS`; a kind that has no candidate has no rows.

    Notes
    -----
    Source: docs/methods.md, "Households against money".
    """
    tables = {kind: candidates[candidates["kind"].isin(kinds)] for kind, kinds in _KINDS.items()}
    if any(tables[kind].empty for kind in (TAKEOVERS, CONNECTIONS)):
        tables.pop(BOTH)  # would be the same curve once more
    tables = {kind: table for kind, table in tables.items() if not table.empty}
    done, number = 0, len(tables) * (levels + 1)
    rows: list[tuple[object, ...]] = []
    for kind, table in tables.items():
        for row in _curve(table, _rules_for(table, rules), levels, gap, time_limit_s):
            rows.append((row[0], kind, *row[1:]))
            done += 1
            if on_progress is not None and not on_progress(done, number):
                return _table(rows)
    return _table(rows)


def _curve(
    table: pd.DataFrame, rules: ProgrammeRules, levels: int, gap: float, time_limit_s: float
) -> Iterator[tuple[float, int, float, float, float]]:
    """Yield budget, households, cost, marginal cost and gap of each level, as it is solved."""
    # Households stand where the programme looks for value, without a discount: what it finds is the most households.
    table = table.assign(npv_vnd=table["households"].astype("float64"))
    most = _pays_for_everything(table, rules)
    best: pd.Series[int] | None = None
    households, cost = 0, 0.0
    for level in range(levels + 1):
        budget = most * level / levels
        found = solve(table, _scaled(rules, budget), _HOUSEHOLDS, gap=gap, time_limit_s=time_limit_s, start=best)
        here = table[found.year.notna()]
        gained = int(here["households"].sum())
        bound = gained * (1 + (found.gap or 0.0))
        added, before = max(0, gained - households), cost
        if best is None or added:
            best, households, cost = found.year, gained, float(here["cost_vnd"].sum())
        marginal = (cost - before) / added if added else np.nan
        yield budget, households, cost, marginal, max(0.0, bound / households - 1) if households else np.nan


def _table(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    floats = {name: "float64" for name in FRONTIER_COLUMNS if name not in ("kind", "households")}
    return pd.DataFrame(rows, columns=pd.Index(FRONTIER_COLUMNS)).astype({"households": "Int64", **floats})


def _rules_for(table: pd.DataFrame, rules: ProgrammeRules) -> ProgrammeRules:
    known = set(table.index)
    return replace(
        rules,
        must_take=frozenset(),
        must_not_take=rules.must_not_take & known,
        least_households={},
        area_targets=(),
        follows={code: other for code, other in rules.follows.items() if code in known and other in known},
        discount_rate=0.0,
    )


def _scaled(rules: ProgrammeRules, budget_vnd: float) -> ProgrammeRules:
    total = sum(rules.budget_vnd)
    years = len(rules.budget_vnd)
    shares = [amount / total if total > 0 else 1 / years for amount in rules.budget_vnd]
    return replace(rules, budget_vnd=tuple(budget_vnd * share for share in shares))


def _pays_for_everything(table: pd.DataFrame, rules: ProgrammeRules) -> float:
    """Return the least budget, in steps of 10%, by which the order by hand does all that crews allow."""
    wanted = table[~table.index.isin(rules.must_not_take)]
    total = float(wanted["cost_vnd"].sum())
    at_most = by_hand(table, _scaled(rules, total * 1000), _HOUSEHOLDS).year.notna().sum()
    factor = 1.0
    while factor < _MOST and by_hand(table, _scaled(rules, total * factor), _HOUSEHOLDS).year.notna().sum() < at_most:
        factor *= _GROWTH
    return total * factor
