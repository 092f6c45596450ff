"""Possible paths of series of households still lacking, known works among them, and when they meet a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coverage.pace import METHODS, Draws, Numbers, draws, fit
from coverage.pace_choice import path_bounds

YEARS: Final = 10
"""Years after the last known quarter that forecasts reach; what is later is not told."""

AHEAD: Final = 4 * YEARS
PATHS: Final = 400
SEED: Final = 2081


@dataclass(frozen=True)
class LateWorks:
    """
    How late known works end, by an assumption: the chance of 0, 1, 2, … quarters after the quarter that is stated.

    A work that is later than all of these is never later than the last of them.
    """

    chances: tuple[float, ...] = (1.0,)


ON_TIME: Final = LateWorks()


def rank_of(level: float) -> int:
    """Return the place of the path, among all in order, by which a share of them is met."""
    return min(max(int(np.ceil(level * PATHS - 1e-9)) - 1, 0), PATHS - 1)


def first_met(band: Numbers, allowed: float) -> int | None:
    """Return how many quarters ahead a path first lacks no more than is allowed; None where it never does."""
    met = np.flatnonzero(band <= allowed)
    return int(met[0]) + 1 if len(met) else None


def simulate(
    x: Numbers, y: Numbers, weights: Numbers, steps: Sequence[Mapping[int, int]], late_works: LateWorks = ON_TIME
) -> Numbers:
    """
    Return the fewest households lacking up to each quarter ahead, over possible paths.

    Parameters
    ----------
    x, y
        As for `coverage.pace.fit`.
    weights
        Of each method, for each series.
    steps
        Known works by quarters ahead, for each series.

    Returns
    -------
    lowest
        Series × paths × quarters, whole households.
    """
    drawn = draws(PATHS, AHEAD, SEED)
    bounds = path_bounds(weights, PATHS)
    paths = np.empty((len(y), PATHS, AHEAD))
    for number, name in enumerate(METHODS):
        start, stop = int(bounds[:, number].min()), int(bounds[:, number + 1].max())
        if stop > start:
            found, place = fit(name, x, y).paths(drawn.some(start, stop)), np.arange(start, stop)
            is_own = (place >= bounds[:, number, None]) & (place < bounds[:, number + 1, None])
            np.copyto(paths[:, start:stop], found, where=is_own[:, :, None])
    for row, known in enumerate(steps):
        if known:
            np.minimum(paths[row], y[row, -1] - _delivered(known, late_works, drawn), out=paths[row])
    np.minimum.accumulate(paths, axis=2, out=paths)
    paths += 0.5
    np.floor(paths, out=paths)
    return np.clip(paths, 0.0, y[:, -1, None, None], out=paths)


def _delivered(steps: Mapping[int, int], late_works: LateWorks, drawn: Draws) -> Numbers:
    """Return the households that known works have connected by each quarter ahead: paths × quarters."""
    arrived = np.zeros((drawn.count, drawn.ahead))
    upto = np.cumsum(late_works.chances)
    for stated, households in steps.items():
        if stated <= drawn.ahead:
            late = (drawn.late[:, stated - 1, None] > upto[:-1]).sum(axis=1)
            quarter = stated + late
            is_seen = quarter <= drawn.ahead
            arrived[np.flatnonzero(is_seen), quarter[is_seen] - 1] += households
    return np.cumsum(arrived, axis=1)
