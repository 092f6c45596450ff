"""Rolling-origin errors on series whose errors can be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coverage.backtest import compare
from coverage.forecast import NO_CHANGE
from coverage.pace import DRIFT, METHODS, TREND
from coverage.pace_choice import path_bounds, rolling_errors, weights_of

PERIODS = ["2019-Q4", "2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2"]


def test_a_steady_fall_is_foretold_without_error_and_no_change_errs_by_the_fall() -> None:
    table = compare(pd.DataFrame({"89": [70, 60, 50, 40, 30, 20, 10]}, index=PERIODS, dtype="Int64"))
    by_method = table.set_index(["method", "ahead"])
    for ahead, tries in ((1, 3), (2, 2), (3, 1)):
        assert by_method.loc[(NO_CHANGE, ahead), ["foretold", "error", "relative_error"]].tolist() == [
            tries,
            10 * ahead,
            1,
        ]
        for method in (TREND, DRIFT):
            assert by_method.loc[(method, ahead), "error"] == pytest.approx(0, abs=1e-9)
    assert by_method.loc[(TREND, 0), ["foretold", "error"]].tolist() == [3, 0]
    assert (NO_CHANGE, 0) not in by_method.index


def test_the_target_of_the_backtest_is_what_was_lacking_last() -> None:
    """From the fourth quarter a steady trend of 10 would meet 30 a quarter on; it came three quarters on."""
    table = compare(pd.DataFrame({"89": [70, 60, 50, 40, 38, 36, 30]}, index=PERIODS, dtype="Int64"))
    row = table.set_index(["method", "ahead"]).loc[(DRIFT, 0)]
    assert row["foretold"] == 3
    assert row["error"] == pytest.approx((2 + 1 + 0) / 3, abs=0.34)


def test_no_origin_sees_what_comes_after_it() -> None:
    x = np.arange(6.0)
    before = rolling_errors(x, np.array([[90.0, 80, 75, 60, 50, 40]]))
    after = rolling_errors(x, np.array([[90.0, 80, 75, 60, 50, 340]]))
    for method in METHODS:
        first, second = before[method], after[method]
        assert first[1][0] == second[1][0]
        assert second[1][1] - first[1][1] == pytest.approx(300)
        assert second[2][0] - first[2][0] == pytest.approx(300)


def test_the_method_that_foretold_better_weighs_more() -> None:
    steady = np.array([[100.0, 90, 80, 70, 60, 50, 40]])
    curve = np.round(1000 * 0.7 ** np.arange(7.0))[None, :]
    x = np.arange(7.0)
    trend, saturating, drift = weights_of(x, steady)[0]
    assert trend == pytest.approx(drift)
    assert trend > 5 * saturating
    trend, saturating, drift = weights_of(x, curve)[0]
    assert saturating > 5 * max(trend, drift)


def test_without_an_origin_all_methods_weigh_alike() -> None:
    assert weights_of(np.arange(4.0), np.array([[9.0, 8, 7, 5]])).tolist() == [[1 / 3, 1 / 3, 1 / 3]]
    assert path_bounds(np.array([[1 / 3, 1 / 3, 1 / 3]]), 400).tolist() == [[0, 133, 267, 400]]


def test_series_that_lack_nothing_are_not_foretold() -> None:
    table = compare(pd.DataFrame({"89": [9, 0, 0, 0, 0, 0, 0]}, index=PERIODS, dtype="Int64"))
    assert table.empty
