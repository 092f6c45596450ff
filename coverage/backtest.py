"""How well methods would have foretold series of households still lacking: from every quarter that they could have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pandas as pd

from coverage.forecast import BEST, MEMORY_POINTS, NO_CHANGE, alike, numbers_of
from coverage.pace import METHODS, Numbers, fit
from coverage.pace_choice import FEWEST_POINTS, HORIZONS, MOST_ORIGINS, weights_of
from coverage.possible_paths import AHEAD, first_met

COLUMNS: Final = ("method", "ahead", "foretold", "error", "relative_error")


def compare(shortfall: pd.DataFrame, horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """
    Return the errors of each method by quarters ahead, and of the quarter in which a target is met.

    Parameters
    ----------
    shortfall
        As of `coverage.shortfall.shortfall_by_area`. Series that lack nothing in a quarter are not foretold from it.

    Returns
    -------
    errors
        Columns `COLUMNS`, a row a method and horizon. ``ahead`` counts quarters; where it is 0 the row is of the
        quarter in which a target is met (the target being what each series lacked in its last known quarter) and
        ``error`` is its mean absolute error in quarters, else that of the households lacking. ``foretold`` says how
        often that could be tried. ``relative_error`` is the sum of errors of the method over that of `NO_CHANGE`; of
        quarters it is missing. `BEST` weighs methods only by what was known at each origin.
    """
    sums: dict[tuple[str, int], Numbers] = {}
    for method, ahead, errors in _all_errors(shortfall, horizons):
        found = np.array([len(errors), np.abs(errors).sum()])
        sums[method, ahead] = sums.get((method, ahead), np.zeros(2)) + found
    rows = []
    for (method, ahead), (count, total) in sums.items():
        still = sums[NO_CHANGE, ahead][1] if ahead else 0.0
        rows.append((method, ahead, int(count), total / count, total / still if still else np.nan))
    table = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    order = {name: place for place, name in enumerate((BEST, *METHODS, NO_CHANGE))}
    return table.sort_values(["ahead", "method"], key=lambda column: column.replace(order), ignore_index=True)


def _all_errors(shortfall: pd.DataFrame, horizons: tuple[int, ...]) -> Iterator[tuple[str, int, Numbers]]:
    table = shortfall.sort_index()
    quarters, values = numbers_of(table.index), table.to_numpy(dtype=np.float64, na_value=np.nan)
    for places in alike(values):
        known = np.flatnonzero(~np.isnan(values[:, places[0]]))[-MEMORY_POINTS:]
        x, y = quarters[known], values[known][:, places].T
        for origin in range(max(FEWEST_POINTS, len(x) - MOST_ORIGINS), len(x)):
            lacking = y[y[:, origin - 1] > 0]
            if len(lacking):
                yield from _errors_from(x, lacking, origin, horizons)


def _errors_from(x: Numbers, y: Numbers, origin: int, horizons: Iterable[int]) -> Iterator[tuple[str, int, Numbers]]:
    """Yield the errors of each method from one origin, by quarters ahead; 0 for the quarter of the target."""
    ahead = (x - x[origin - 1]).astype(int)
    foretold = foretold_by_all(x[:origin], y[:, :origin])
    came = {h: np.flatnonzero(ahead == h) for h in horizons}
    is_falling = y[:, -1] < y[:, origin - 1]
    met = ahead[origin + (y[is_falling, origin:] <= y[is_falling, -1:]).argmax(axis=1)]
    for method, paths in foretold.items():
        for h, place in came.items():
            if len(place):
                yield method, h, paths[:, h - 1] - y[:, place[0]]
        if is_falling.any() and method != NO_CHANGE:
            found = [
                first_met(np.floor(path + 0.5), target) or AHEAD + 1
                for path, target in zip(paths[is_falling], y[is_falling, -1], strict=True)
            ]
            yield method, 0, np.array(found, dtype=np.float64) - met


def foretold_by_all(x: Numbers, y: Numbers) -> dict[str, Numbers]:
    """Return the expected path of series by each method, by all of them weighted, and by `NO_CHANGE`; never below 0."""
    by_method = [np.maximum(fit(name, x, y).middle(AHEAD), 0.0) for name in METHODS]
    weighted = (np.stack(by_method, axis=2) * weights_of(x, y)[:, None, :]).sum(axis=2)
    still = np.repeat(y[:, -1:], AHEAD, axis=1)
    return {BEST: weighted, **dict(zip(METHODS, by_method, strict=True)), NO_CHANGE: still}
