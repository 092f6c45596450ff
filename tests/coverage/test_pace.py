"""Methods of forecasts, each on a series whose answer can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from coverage.pace import DRIFT, METHODS, SATURATING, TREND, draws, fit

QUARTERS = np.arange(8, dtype=np.float64)


def one(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float64)


@pytest.mark.parametrize("method", [TREND, DRIFT])
def test_a_steady_fall_goes_on(method: str) -> None:
    fitted = fit(method, QUARTERS, one(*(100 - 10 * QUARTERS)))
    assert fitted.middle(3)[0].tolist() == pytest.approx([20, 10, 0])


def test_a_decay_toward_a_floor_is_found_and_goes_on() -> None:
    curve = 40 + 200 * 0.75 ** np.arange(12.0)
    fitted = fit(SATURATING, QUARTERS, curve[None, :8])
    assert fitted.middle(4)[0] == pytest.approx(curve[8:], rel=0.02)


def test_a_floor_is_never_below_nothing() -> None:
    paths = fit(SATURATING, QUARTERS, one(*(100 - 12 * QUARTERS))).middle(40)
    assert paths.min() > -1


@given(st.lists(st.integers(0, 500), min_size=4, max_size=12))
def test_the_trend_is_that_of_theil_and_sen(values: list[int]) -> None:
    x = np.arange(len(values), dtype=np.float64)
    far = fit(TREND, x, one(*values)).middle(60)[0]
    assert far[-1] - far[-2] == pytest.approx(theilslopes(values, x).slope, abs=1e-3)


def test_one_wild_count_does_not_move_the_trend() -> None:
    values = 100 - 10 * QUARTERS
    values[3] = 900
    assert fit(TREND, QUARTERS, one(*values)).middle(1)[0].tolist() == pytest.approx([20])


def test_gaps_count_as_the_quarters_that_they_are() -> None:
    seen = QUARTERS[[0, 1, 4, 7]]
    for method in (TREND, DRIFT):
        assert fit(method, seen, one(*(100 - 10 * seen))).middle(1)[0].tolist() == pytest.approx([20])


@pytest.mark.parametrize("method", list(METHODS))
def test_paths_spread_around_the_middle_and_more_so_later(method: str) -> None:
    wobble = np.array([0, 4, -3, 2, -4, 3, -2, 1.0])
    fitted = fit(method, QUARTERS, one(*(200 - 10 * QUARTERS + wobble)))
    paths = fitted.paths(draws(400, 8, 1))[0]
    spread = paths.std(axis=0)
    assert (np.abs(np.median(paths, axis=0) - fitted.middle(8)[0]) < spread).all()
    assert spread[-1] > spread[0] > 0


def test_draws_are_the_same_on_every_machine_and_spread_evenly() -> None:
    drawn = draws(400, 40, 2081)
    assert drawn.which[0, :3] == pytest.approx([0.5312056, 0.3982696, 0.7848215], abs=1e-6)
    assert np.sort(drawn.parameter).tolist() == pytest.approx(((np.arange(400) + 0.5) / 400).tolist())
    part = drawn.some(100, 250)
    assert (part.count, part.ahead) == (150, 40)
    assert (part.time == drawn.time[100:250]).all()
