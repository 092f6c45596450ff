"""Learning the levels of ranges from generated histories, and judging ranges on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks._histories import AHEAD, History
from coverage.calibration import LEVELS, Calibration, Levels
from coverage.forecast import BEST, MEMORY_POINTS
from coverage.pace import METHODS
from coverage.pace_choice import weights_of, weights_of_one
from coverage.possible_paths import PATHS, LateWorks, rank_of, simulate

Numbers = npt.NDArray[np.float64]

POINTS_FROM = (4, 6, 9, 15)
CHANCES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
LATE_WORKS = LateWorks((0.5, 0.25, 0.15, 0.1))
"""How late the generated works end (`_histories._known_steps`)."""


@dataclass(frozen=True)
class Shares:
    """
    Of each history the share of paths that have met the target by each quarter ahead, and when it was met.

    Parameters
    ----------
    by_quarter
        Histories × (`AHEAD` + 2): 0 before the first quarter, 1 after the last.
    crossing
        Quarter ahead in which it was met, `AHEAD` + 1 where in none.
    points
        Known quarters that were used.
    """

    by_quarter: Numbers
    crossing: npt.NDArray[np.intp]
    points: npt.NDArray[np.intp]

    def only(self, chosen: npt.NDArray[np.bool_]) -> Shares:
        """Return some of them."""
        return Shares(self.by_quarter[chosen], self.crossing[chosen], self.points[chosen])

    def ranges(self, levels: Levels) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return first and last quarter of each range, as `coverage.forecast` reads them; `AHEAD` + 1 is later."""
        latest = self._first(levels.after)
        earliest = np.where(latest > AHEAD, self._first(levels.onwards), self._first(levels.before))
        return earliest, latest

    def middles(self, levels: Levels) -> npt.NDArray[np.intp]:
        """Return the middle quarter of each range."""
        return self._first(levels.middle)

    def _first(self, level: float) -> npt.NDArray[np.intp]:
        is_met = self.by_quarter[:, 1:] * PATHS > rank_of(level) + 0.5
        return np.asarray(np.minimum(is_met.argmax(axis=1) + 1, AHEAD + 1))


def shares_of(histories: Sequence[History], method: str) -> Shares:
    """Simulate every history."""
    rows, points = [], []
    for history in histories:
        known = np.flatnonzero(~np.isnan(history.known))[-MEMORY_POINTS:]
        x, y = known.astype(np.float64), history.known[known][None, :]
        weights = weights_of(x, y) if method == BEST else weights_of_one(method, 1)
        lowest = simulate(x, y, weights, [history.steps], LATE_WORKS)[0]
        rows.append(np.concatenate([[0.0], (lowest <= history.allowed).mean(axis=0), [1.0]]))
        points.append(len(known))
    crossing = np.array([history.crossing for history in histories])
    return Shares(np.array(rows), crossing, np.array(points))


def learn(histories: Sequence[History], provenance: dict[str, object]) -> Calibration:
    """Return the levels at which ranges hold the truth as often as they say, on these histories."""
    levels: dict[str, dict[str, Numbers]] = {}
    for method in (BEST, *METHODS):
        shares = shares_of(histories, method)
        found = [[_levels(own, chance) for chance in CHANCES] for own in _by_length(shares)]
        levels[method] = {name: np.array([[getattr(at, name) for at in row] for row in found]) for name in LEVELS}
    return Calibration(POINTS_FROM, CHANCES, levels, provenance)


def _by_length(shares: Shares) -> list[Shares]:
    row = np.searchsorted(POINTS_FROM, shares.points, side="right") - 1
    return [shares.only(row == number) for number in range(len(POINTS_FROM))]


def _levels(shares: Shares, chance: float) -> Levels:
    """
    Return the levels for one class of lengths.

    Those of a chance of c are the quantiles of the share of paths at the true quarter (conformal prediction). Where
    the end of a range is open its beginning moves, so that c is not kept by itself: of all c the one is taken whose
    ranges hold the truth as often as wanted.
    """
    tried = [_quantiles(shares, c) for c in np.arange(max(chance - 0.15, 0.02), 0.9976, 0.0025)]
    return min(tried, key=lambda levels: abs(held(shares, levels).mean() - chance))


def _quantiles(shares: Shares, chance: float) -> Levels:
    place = np.arange(len(shares.crossing))
    upto = shares.by_quarter[place, shares.crossing]
    short_of = shares.by_quarter[place, shares.crossing - 1]
    return Levels(
        before=float(np.quantile(upto, (1 - chance) / 2)),
        middle=float(np.quantile((upto + short_of) / 2, 0.5)),
        after=float(np.quantile(short_of, (1 + chance) / 2, method="higher")),
        onwards=float(np.quantile(upto, 1 - chance)),
    )


def held(shares: Shares, levels: Levels) -> npt.NDArray[np.bool_]:
    """Return whether each range holds the quarter in which the target was met."""
    earliest, latest = shares.ranges(levels)
    return np.asarray((earliest <= shares.crossing) & (shares.crossing <= latest))


def judge(
    histories: Sequence[History], shares: Shares, calibration: Calibration, method: str, chance: float
) -> pd.DataFrame:
    """
    Hold ranges against what came.

    Returns
    -------
    judged
        One row a history: ``kind``, ``points``, ``answer`` (range, open, not_at_this_pace), ``is_held``, ``width``
        (quarters, those beyond the last counted to it), ``score`` (interval score of Gneiting and Raftery, quarters),
        ``error`` (of the middle quarter, quarters).
    """
    frames = []
    for row, own in enumerate(_by_length(shares)):
        levels = calibration.at(method, POINTS_FROM[row], Decimal(str(chance)))
        earliest, latest = own.ranges(levels)
        answer = np.where(earliest > AHEAD, "not_at_this_pace", np.where(latest > AHEAD, "open", "range"))
        missed = np.maximum(earliest - own.crossing, 0) + np.maximum(own.crossing - latest, 0)
        frames.append(
            pd.DataFrame(
                {
                    "place": np.flatnonzero(np.searchsorted(POINTS_FROM, shares.points, side="right") - 1 == row),
                    "points": own.points,
                    "answer": answer,
                    "is_held": held(own, levels),
                    "width": latest - earliest,
                    "score": latest - earliest + 2 / (1 - chance) * missed,
                    "error": np.abs(own.middles(levels) - own.crossing),
                }
            )
        )
    judged = pd.concat(frames).set_index("place").sort_index()
    return judged.assign(kind=[history.kind for history in histories])
