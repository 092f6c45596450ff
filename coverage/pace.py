"""
Methods by which a series of households still lacking goes on: fitted to many series at once, drawn as future paths.

Pure numbers: rows are series, columns quarters. docs/forecast.md has the equations and their sources.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

Numbers = npt.NDArray[np.float64]

TREND, SATURATING, DRIFT = "trend", "saturating", "drift"

MEMORY: Final = 0.7
"""Share of a departure from the fitted line or curve that is left a quarter later."""

_RETENTIONS: Final = np.array([0.5, 0.6, 0.68, 0.75, 0.81, 0.86, 0.9, 0.93, 0.955, 0.97, 0.98, 0.988])
"""Shares of the way to the floor that are left after a quarter, among which decay is fitted."""

PACE_CHANGE: Final = 0.1
"""How much the pace may change from one quarter to the next: standard deviation of its logarithm."""

_SMALLEST: Final = 0.29
"""Least scale of a departure in households: a count rounded to whole households departs by so much (1/√12)."""


@dataclass(frozen=True)
class Draws:
    """
    Numbers that look random, the same for every series and on every machine: who else is forecast changes nothing.

    Parameters
    ----------
    parameter
        Where in the distribution of its slope a path lies, from 0 to 1; one number a path, spread evenly.
    shape
        Which retention a path has, likewise.
    which
        Which departure of the history comes again, from 0 to 1: paths × quarters.
    sign
        −1 or 1: paths × quarters.
    time
        Quarters that a path has gone by each quarter ahead, in quarters of the history's pace: the pace wanders.
    late
        How late a work ends that is stated for each quarter, from 0 to 1: paths × quarters.
    """

    parameter: Numbers
    shape: Numbers
    which: Numbers
    sign: Numbers
    time: Numbers
    late: Numbers

    @property
    def count(self) -> int:
        """Number of paths."""
        return int(self.which.shape[0])

    @property
    def ahead(self) -> int:
        """Number of quarters."""
        return int(self.which.shape[1])

    def some(self, start: int, stop: int) -> Draws:
        """Return those of the paths from one place to another."""
        return Draws(**{name: numbers[start:stop] for name, numbers in vars(self).items()})

    def faded(self, retentions: Numbers) -> Numbers:
        """Return what is left of the way: retentions × paths × quarters."""
        left = retentions[:, None] ** self.time.ravel()
        return np.asarray(left, dtype=np.float64).reshape(len(retentions), self.count, self.ahead)


@lru_cache(maxsize=4)
def draws(count: int, ahead: int, seed: int) -> Draws:
    """Return draws for so many paths and quarters, by a bit generator whose stream is fixed; kept for the next call."""
    columns = 2 + 4 * ahead
    raw = np.random.PCG64(seed).random_raw(count * columns)
    uniform = np.asarray((raw >> np.uint64(11)) * 2.0**-53, dtype=np.float64).reshape(count, columns)
    which, sign, moves, late = (uniform[:, start : start + ahead] for start in range(2, columns, ahead))
    pace = np.exp(PACE_CHANGE * np.cumsum(ndtri(np.clip(moves, 1e-9, 1 - 1e-9)), axis=1))
    return Draws(
        parameter=_spread(uniform[:, 0]),
        shape=_spread(uniform[:, 1]),
        which=which,
        sign=np.where(sign < 0.5, -1.0, 1.0),
        time=np.cumsum(pace, axis=1),
        late=late,
    )


def _spread(uniform: Numbers) -> Numbers:
    """Return numbers in the order of others, spread evenly from 0 to 1."""
    ranks = np.argsort(np.argsort(uniform, kind="stable"), kind="stable")
    return np.asarray((ranks + 0.5) / len(uniform), dtype=np.float64)


class Fitted(Protocol):
    """A method fitted to many series."""

    def middle(self, ahead: int) -> Numbers:
        """Return the expected path: one row a series, one column a quarter after its last."""
        ...

    def paths(self, drawn: Draws) -> Numbers:
        """Return possible paths: series × paths × quarters."""
        ...


def _pairs(count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    later, earlier = np.tril_indices(count, -1)
    return later, earlier


def _sen_positions(points: int, quantiles: Numbers) -> Numbers:
    """
    Return where in the sorted slopes of all pairs the slope at each quantile of its distribution lies.

    Sen (1968): the rank of the true slope among them has the variance of Kendall's S. With few points Student's t
    stands for the normal distribution.
    """
    pairs = points * (points - 1) / 2
    spread = np.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    ranks = (pairs - 1) / 2 + stdtrit(max(points - 2, 1), quantiles) * spread / 2
    return np.asarray(np.clip(ranks, 0, pairs - 1), dtype=np.float64)


def _at_positions(ordered: Numbers, positions: Numbers) -> Numbers:
    """Return values between neighbours in rows that are in order: rows × positions."""
    below = np.floor(positions).astype(np.intp)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    part = positions - below
    return ordered[..., below] * (1 - part) + ordered[..., above] * part


def _departures(x: Numbers, residuals: Numbers, parameters: int) -> Numbers:
    """Return what came new in each quarter beside what was left of the departure before, for few points widened."""
    left = MEMORY ** np.diff(x)
    new = residuals[:, 1:] - left * residuals[:, :-1]
    # Over a gap of several quarters a departure has grown by the sum of what is left of each.
    grown = np.sqrt((1 - left**2) / (1 - MEMORY**2))
    count = residuals.shape[1]
    return np.asarray(new / grown * np.sqrt(count / max(count - parameters, 1)), dtype=np.float64)


def _shocks(departures: Numbers, drawn: Draws) -> Numbers:
    """Return departures of the history drawn anew, with either sign and rounding: series × paths × quarters."""
    places = drawn.which * departures.shape[1]
    rounding = places % 1 - 0.5
    return np.asarray(departures[:, places.astype(np.intp)] * drawn.sign + rounding, dtype=np.float64)


def _wandering(start: Numbers, shocks: Numbers, memory: float) -> Numbers:
    """Return departures that fade and get new shocks: start is series × paths, in place of the shocks."""
    left = start
    for quarter in range(shocks.shape[2]):
        left = memory * left + shocks[:, :, quarter]
        shocks[:, :, quarter] = left
    return shocks


@dataclass(frozen=True)
class Line:
    """Theil and Sen's line through the counts; departures from it fade."""

    x: Numbers
    y: Numbers

    @cached_property
    def _slopes(self) -> Numbers:
        later, earlier = _pairs(len(self.x))
        slopes = (self.y[:, later] - self.y[:, earlier]) / (self.x[later] - self.x[earlier])
        slopes.sort(axis=1)
        return slopes

    @cached_property
    def _slope(self) -> Numbers:
        return np.median(self._slopes, axis=1)

    @cached_property
    def _centre(self) -> Numbers:
        """Height of the line at the mean quarter."""
        heights = self.y - self._slope[:, None] * (self.x - self.x.mean())
        return np.asarray(np.median(heights, axis=1), dtype=np.float64)

    def middle(self, ahead: int) -> Numbers:
        """See `Fitted.middle`."""
        steps = np.arange(1, ahead + 1)
        at_last = self._centre + self._slope * (self.x[-1] - self.x.mean())
        offset = (self.y[:, -1] - at_last)[:, None] * MEMORY**steps
        return np.asarray(at_last[:, None] + self._slope[:, None] * steps + offset, dtype=np.float64)

    def paths(self, drawn: Draws) -> Numbers:
        """See `Fitted.paths`."""
        beyond = self.x - self.x.mean()
        slopes = _at_positions(self._slopes, _sen_positions(len(self.x), drawn.parameter))
        at_last = self._centre[:, None] + slopes * beyond[-1]
        residuals = self.y - self._centre[:, None] - self._slope[:, None] * beyond
        shocks = _shocks(_departures(self.x, residuals, 2), drawn)
        moved = _wandering(self.y[:, -1:] - at_last, shocks, MEMORY)
        moved += at_last[:, :, None] + slopes[:, :, None] * drawn.time
        return moved


@dataclass(frozen=True)
class Drift:
    """A walk from the last count by the mean step of the history."""

    x: Numbers
    y: Numbers

    @cached_property
    def _step(self) -> Numbers:
        return np.asarray((self.y[:, -1] - self.y[:, 0]) / (self.x[-1] - self.x[0]), dtype=np.float64)

    def middle(self, ahead: int) -> Numbers:
        """See `Fitted.middle`."""
        return self.y[:, -1:] + self._step[:, None] * np.arange(1, ahead + 1)

    def paths(self, drawn: Draws) -> Numbers:
        """See `Fitted.paths`."""
        gaps = np.diff(self.x)
        count = len(gaps)
        own = (np.diff(self.y, axis=1) - self._step[:, None] * gaps) / np.sqrt(gaps)
        own *= np.sqrt(count / max(count - 1, 1))
        unsure = np.sqrt((own**2).mean(axis=1) + _SMALLEST**2) / np.sqrt(self.x[-1] - self.x[0])
        steps = self._step[:, None] + unsure[:, None] * stdtrit(max(count - 1, 1), drawn.parameter)
        moved = np.cumsum(_shocks(own, drawn), axis=2)
        moved += self.y[:, -1, None, None] + steps[:, :, None] * drawn.time
        return moved


@dataclass(frozen=True)
class Decay:
    """Exponential decay toward a floor of at least 0, fitted as Theil and Sen's line in what is left of the way."""

    x: Numbers
    y: Numbers

    @cached_property
    def _left(self) -> Numbers:
        """Share of the way left at each point, by retention: retentions × points."""
        return np.asarray(_RETENTIONS[:, None] ** (self.x - self.x[0]), dtype=np.float64)

    @cached_property
    def _heights(self) -> Numbers:
        """Slopes of all pairs of points in what is left of the way, in order: series × retentions × pairs."""
        later, earlier = _pairs(len(self.x))
        rise = self.y[:, later] - self.y[:, earlier]
        run = self._left[:, later] - self._left[:, earlier]
        heights = rise[:, None, :] / run
        heights.sort(axis=2)
        return heights

    @cached_property
    def _curves(self) -> tuple[Numbers, Numbers]:
        """Floor and height of the curve of each retention: both series × retentions."""
        height = np.maximum(np.median(self._heights, axis=2), 0.0)
        floor = np.median(self.y[:, None, :] - height[:, :, None] * self._left, axis=2)
        through = np.median(self.y[:, None, :] / self._left, axis=2)
        return np.maximum(floor, 0.0), np.where(floor < 0, through, height)

    @cached_property
    def _residuals(self) -> Numbers:
        floor, height = self._curves
        return self.y[:, None, :] - floor[:, :, None] - height[:, :, None] * self._left

    @cached_property
    def _weights(self) -> Numbers:
        """How likely each retention is: Laplace's likelihood with its scale integrated out; series × retentions."""
        misfit = np.abs(self._residuals).sum(axis=2) + _SMALLEST * len(self.x)
        logs = -len(self.x) * np.log(misfit)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)

    def middle(self, ahead: int) -> Numbers:
        """See `Fitted.middle`."""
        steps = np.arange(1, ahead + 1)
        floor, height = self._curves
        at_last = height * self._left[:, -1]
        offset = self._residuals[:, :, -1, None] * MEMORY**steps
        by_retention = floor[:, :, None] + at_last[:, :, None] * _RETENTIONS[:, None] ** steps + offset
        return np.asarray((self._weights[:, :, None] * by_retention).sum(axis=1), dtype=np.float64)

    def paths(self, drawn: Draws) -> Numbers:
        """See `Fitted.paths`."""
        rows = np.arange(len(self.y))[:, None]
        cumulative = np.cumsum(self._weights, axis=1)
        chosen = (drawn.shape[None, :, None] > cumulative[:, None, :]).sum(axis=2).clip(max=len(_RETENTIONS) - 1)
        floor, height = self._drawn_curves(drawn)
        floor, height = floor[rows, chosen, np.arange(drawn.count)], height[rows, chosen, np.arange(drawn.count)]
        at_last = height * self._left[chosen, -1]
        best = self._weights.argmax(axis=1)
        residuals = self._residuals[np.arange(len(self.y)), best]
        shocks = _shocks(_departures(self.x, residuals, 3), drawn)
        moved = _wandering(self.y[:, -1:] - floor - at_last, shocks, MEMORY)
        fading = drawn.faded(_RETENTIONS)[chosen, np.arange(drawn.count)]
        moved += floor[:, :, None] + at_last[:, :, None] * fading
        return moved

    def _drawn_curves(self, drawn: Draws) -> tuple[Numbers, Numbers]:
        """Floor and height by retention and path: the height drawn, the curve's middle kept."""
        floor, height = self._curves
        middle = self._left.mean(axis=1)
        held = (floor + height * middle)[:, :, None]
        heights = np.maximum(_at_positions(self._heights, _sen_positions(len(self.x), drawn.parameter)), 0.0)
        floors = held - heights * middle[:, None]
        return np.maximum(floors, 0.0), np.where(floors < 0, held / middle[:, None], heights)


def fit(method: str, x: Numbers, y: Numbers) -> Fitted:
    """
    Return a method fitted to series that were counted in the same quarters.

    Parameters
    ----------
    x
        Number of each quarter, rising; at least 4.
    y
        One row a series, one column a quarter; no value is missing.
    """
    return METHODS[method](x, y)


METHODS: Final[dict[str, Callable[[Numbers, Numbers], Fitted]]] = {TREND: Line, SATURATING: Decay, DRIFT: Drift}
"""Each method by its name."""
