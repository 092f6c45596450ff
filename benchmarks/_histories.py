"""
Generated histories of households still lacking, each with its own future, by which forecasts are judged.

Nothing of the product reads this. What a history is like (its kind) is our choice; docs/forecast.md lists the kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

AHEAD: Final = 40
"""Quarters of each future."""

GAP_CHANCE: Final = 0.08
LENGTHS: Final = (4, 5, 6, 7, 8, 10, 12, 16, 20, 28, 40)


@dataclass(frozen=True)
class History:
    """
    One series and what became of it.

    Parameters
    ----------
    kind
        Which generator made it.
    known
        Households lacking in each quarter of the past; NaN where the quarter was not reported. The last is known.
    future
        Those of the quarters after it.
    allowed
        Households that the target leaves.
    steps
        Known works by quarter ahead (1, 2, …): households.
    """

    kind: str
    known: Numbers
    future: Numbers
    allowed: int
    steps: dict[int, int] = field(default_factory=dict)

    @property
    def crossing(self) -> int:
        """First quarter ahead in which the target is met; `AHEAD` + 1 where in none."""
        met = self.future <= self.allowed
        return int(met.argmax()) + 1 if met.any() else AHEAD + 1


Drawn = np.random.Generator
Maker = Callable[[Drawn, int], tuple[Numbers, float]]
"""Gives a series of so many quarters of the past and `AHEAD` more, and the level that the target leaves."""


def _size(draw: Drawn) -> float:
    return float(np.exp(draw.uniform(np.log(15), np.log(30_000))))


def _target(draw: Drawn, now: float) -> float:
    """Nothing left, or a part of what is left now."""
    return 0.0 if draw.random() < 0.4 else float(now * draw.uniform(0.02, 0.8))


def linear(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """The same number of households a quarter, more or less."""
    now = _size(draw)
    pace = now / draw.uniform(3, 50)
    steps = pace * (1 + draw.choice([0.1, 0.4, 1.0]) * draw.standard_normal(past + AHEAD))
    series = now + pace * past - np.cumsum(steps)
    series += now - series[past - 1]
    return series, _target(draw, now)


def decay(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """The same share of what is left each quarter, more or less."""
    now, rate = _size(draw), draw.uniform(0.02, 0.25)
    rates = np.clip(rate * (1 + draw.choice([0.1, 0.4, 0.9]) * draw.standard_normal(past + AHEAD)), -0.1, 0.8)
    series = np.cumprod(1 - rates)
    return series * now / series[past - 1], _target(draw, now)


def plateau(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """Decay toward a floor above what the target leaves: never met, but by chance."""
    now, rate, floor = _size(draw), draw.uniform(0.08, 0.35), draw.uniform(0.3, 0.9)
    time = np.arange(past + AHEAD) - (past - 1)
    series = now * (floor + (1 - floor) * (1 - rate) ** time.astype(float))
    series += now * draw.choice([0.003, 0.01, 0.03]) * draw.standard_normal(past + AHEAD)
    return series, float(now * floor * draw.uniform(0, 0.9))


def jumps(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """Nothing in most quarters, many households in those in which a work ends."""
    now, chance = _size(draw), draw.uniform(0.15, 0.6)
    each = now * draw.uniform(0.03, 0.25)
    falls = each * draw.uniform(0.4, 1.6, past + AHEAD) * (draw.random(past + AHEAD) < chance)
    series = now - np.cumsum(falls)
    return series + (now - series[past - 1]), _target(draw, now)


def logistic(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """Slow, then fast, then slow: the share served follows a logistic curve."""
    now, speed = _size(draw), draw.uniform(0.08, 0.4)
    time = np.arange(past + AHEAD) - (past - 1.0)
    series = 1 / (1 + np.exp(speed * (time - draw.uniform(-12, 8))))
    series *= np.exp(np.cumsum(draw.choice([0.005, 0.02]) * draw.standard_normal(past + AHEAD)))
    return series * now / series[past - 1], _target(draw, now)


def thinning(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """Few households, each connected with the same chance a quarter: many zeros, small whole numbers."""
    left, chance = int(draw.integers(5, 120)), draw.uniform(0.02, 0.25)
    series = [left := int(draw.binomial(left, 1 - chance)) for _ in range(past + AHEAD)]
    return np.array(series, dtype=float), float(draw.integers(0, 3))


def reclassified(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """A steady pace, broken by households that are found to lack after all."""
    series, allowed = (linear if draw.random() < 0.5 else decay)(draw, past)
    rises = (draw.random(len(series)) < 0.06) * series[past - 1] * draw.uniform(0.05, 0.3, len(series))
    added = np.cumsum(rises)
    return series + added - added[past - 1], allowed


def noisy(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """A steady pace, counted with an error of its own in each quarter."""
    series, allowed = (linear if draw.random() < 0.5 else decay)(draw, past)
    return series + series[past - 1] * draw.choice([0.01, 0.04]) * draw.standard_normal(len(series)), allowed


def changing(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """A pace that changes slowly: the step of each quarter is near that of the quarter before."""
    now = _size(draw)
    pace = now / draw.uniform(4, 40)
    moves = np.cumsum(draw.standard_normal(past + AHEAD)) * draw.choice([0.05, 0.15])
    steps = pace * (1 + moves - moves[past - 1] * draw.uniform(0, 1))
    series = now - np.cumsum(steps)
    return series + (now - series[past - 1]), _target(draw, now)


def standing(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """No progress but chance."""
    now = _size(draw)
    series = now * (1 + draw.choice([0.0, 0.005, 0.02]) * draw.standard_normal(past + AHEAD))
    return series, _target(draw, now)


def known_works(draw: Drawn, past: int) -> tuple[Numbers, float]:
    """Works as in `jumps`; those of the next quarters are known, some of them end late."""
    return jumps(draw, past)


KINDS: Final[dict[str, Maker]] = {
    maker.__name__: maker
    for maker in (
        linear, decay, plateau, jumps, logistic, thinning, reclassified, noisy, changing, standing, known_works,
    )
}  # fmt: skip


def make_histories(count: int, seed: int, *, with_gaps: bool = True) -> list[History]:
    """Return so many histories, kinds and lengths in turn; none has met its target yet, and none lacks nothing."""
    draw = np.random.Generator(np.random.PCG64(seed))
    kinds = list(KINDS)
    return [
        _make(draw, kinds[n % len(kinds)], LENGTHS[n // len(kinds) % len(LENGTHS)], with_gaps) for n in range(count)
    ]


def _make(draw: Drawn, kind: str, past: int, with_gaps: bool) -> History:
    while True:
        series, level = KINDS[kind](draw, past)
        series = np.maximum(np.floor(series + 0.5), 0.0)
        allowed = int(level)
        if series[past - 1] > allowed and np.isfinite(series).all():
            break
    known = series[:past].copy()
    if with_gaps and past > 4:
        missing = draw.random(past) < GAP_CHANCE
        missing[-1] = False
        while (~missing).sum() < 4:
            missing[int(draw.integers(past))] = False
        known[missing] = np.nan
    steps = _known_steps(draw, series[past - 1 :]) if kind == "known_works" else {}
    return History(kind, known, series[past:], allowed, steps)


def _known_steps(draw: Drawn, onwards: Numbers) -> dict[int, int]:
    """The falls of the next six quarters as plans state them: each up to three quarters before it comes."""
    falls = -np.diff(onwards[:7])
    steps: dict[int, int] = {}
    for quarter, fall in enumerate(falls, start=1):
        if fall > 0:
            stated = max(1, quarter - int(draw.choice([0, 1, 2, 3], p=[0.5, 0.25, 0.15, 0.1])))
            steps[stated] = steps.get(stated, 0) + int(fall)
    return steps
