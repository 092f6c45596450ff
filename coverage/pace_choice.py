"""How well each method foretold a series before: the weights by which methods are used for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from coverage.pace import METHODS, Numbers, fit

FEWEST_POINTS: Final = 4
"""Known quarters that a forecast needs at least."""

MOST_ORIGINS: Final = 8
"""Newest quarters of a history from which it is foretold again."""

HORIZONS: Final = (1, 2, 3, 4)
"""Quarters ahead at which what was foretold is held against what came."""

SHARE_OF_ONE: Final = 0.7

_TOLERANCE: Final = 0.29
"""Error in households below which methods are as good as each other: that of rounding to whole households (1/√12)."""


def rolling_errors(
    x: Numbers, y: Numbers, *, methods: tuple[str, ...] = tuple(METHODS), horizons: tuple[int, ...] = HORIZONS
) -> dict[str, dict[int, list[Numbers]]]:
    """
    Return what came less what each method would have foretold, from every origin that the history has.

    Parameters
    ----------
    x, y
        As for `coverage.pace.fit`.

    Returns
    -------
    errors
        By method and horizon: one array of series for each origin from which that quarter is known, oldest first. Of
        an origin only the quarters up to it are used.
    """
    errors: dict[str, dict[int, list[Numbers]]] = {name: {ahead: [] for ahead in horizons} for name in methods}
    for origin, places in _origins(x, horizons):
        for name in methods:
            foretold = fit(name, x[:origin], y[:, :origin]).middle(max(horizons))
            for ahead, place in places.items():
                errors[name][ahead].append(y[:, place] - np.maximum(foretold[:, ahead - 1], 0.0))
    return errors


def _origins(x: Numbers, horizons: tuple[int, ...]) -> Iterator[tuple[int, dict[int, int]]]:
    """Yield how many points are known at each origin, and the place of the point at each horizon that is known."""
    for origin in range(max(FEWEST_POINTS, len(x) - MOST_ORIGINS), len(x)):
        ahead = (x - x[origin - 1]).astype(int)
        yield origin, {h: int(np.flatnonzero(ahead == h)[0]) for h in horizons if (ahead == h).any()}


def weights_of(x: Numbers, y: Numbers) -> Numbers:
    """
    Return the weight of each method for each series, in the order of `METHODS`; they sum to 1.

    A method counts in inverse proportion to its mean absolute error over all origins and horizons. All count alike
    where no origin has a later quarter to be held against: with `FEWEST_POINTS` points.
    """
    errors = rolling_errors(x, y)
    by_method = [[np.abs(e) for of_horizon in found.values() for e in of_horizon] for found in errors.values()]
    if not by_method[0]:
        return np.full((len(y), len(METHODS)), 1 / len(METHODS))
    mean = np.stack([np.mean(found, axis=0) for found in by_method], axis=1)
    inverse = 1 / (mean + _TOLERANCE)
    return np.asarray(inverse / inverse.sum(axis=1, keepdims=True), dtype=np.float64)


def weights_of_one(method: str, series: int) -> Numbers:
    """
    Return the weights where one method is asked for: it has 70% of the paths, the others share the rest.

    A method by itself does not know that it may be the wrong one; its range would hold what comes less often than said.
    """
    others = (1 - SHARE_OF_ONE) / (len(METHODS) - 1)
    return np.tile([SHARE_OF_ONE if name == method else others for name in METHODS], (series, 1))


def path_bounds(weights: Numbers, count: int) -> npt.NDArray[np.intp]:
    """
    Return which of so many paths are of which method: from the bound of a method to that of the next.

    Examples
    --------
    >>> path_bounds(np.array([[0.5, 0.25, 0.25]]), 400).tolist()
    [[0, 200, 300, 400]]
    """
    upto = np.floor(np.cumsum(weights, axis=1) * count + 0.5).astype(np.intp)
    upto[:, -1] = count
    return np.concatenate([np.zeros((len(weights), 1), dtype=np.intp), upto], axis=1)
