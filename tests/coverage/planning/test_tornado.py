"""Bars by hand on the plan of four: P1 and H1 in 2022, P2 in 2023."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from coverage.planning.assumptions import Assumption, Assumptions
from coverage.planning.tornado import BAR_COLUMNS, DISCOUNT_RATE, Tornado, tornado
from geodata.target_data import Wording
from tests.plans_of_four import MILLION, candidates, plan


def assumption(name: str, low: float, mid: float, high: float) -> Assumption:
    word = Wording(name, name)
    return Assumption(name, "takeover", low, mid, high, 0, 9, word, word, "assumption", word)


ASSUMED = Assumptions(
    {
        "idle": assumption("idle", 1, 2, 3),
        "cost": assumption("cost", 0.5, 1, 1.5),
        "margin": assumption("margin", 0, 1, 1),
        DISCOUNT_RATE: assumption(DISCOUNT_RATE, 0.0, 0.1, 0.1),
    }
)


def candidates_at(values: Mapping[str, float]) -> tuple[pd.DataFrame, pd.Series]:
    found = candidates()
    more = found["cost_vnd"] * (values["cost"] - 1)
    margins = pd.Series(100 * MILLION * values["margin"], index=found.index)
    return found.assign(cost_vnd=found["cost_vnd"] + more, npv_vnd=found["npv_vnd"] - more), margins


def bars() -> Tornado:
    return tornado(plan(), ASSUMED, candidates_at)


def test_the_outcome_used_is_that_of_the_programme() -> None:
    used = bars().used
    assert used.npv_vnd == pytest.approx((-200 + 500 + 900 / 1.1) * MILLION)
    assert used.cost_vnd == 4900 * MILLION
    assert used.payback_years == pytest.approx(4900 / 300)


def test_bars_stand_by_span_and_what_changes_nothing_is_named() -> None:
    found = bars()
    assert tuple(found.bars.columns) == BAR_COLUMNS
    assert found.bars["name"].tolist() == ["cost", DISCOUNT_RATE, "margin"]
    assert found.unchanged == ("idle",)
    assert found.bars["span_vnd"].is_monotonic_decreasing


def test_a_bar_holds_the_outcome_at_low_and_high() -> None:
    cost, rate, margin = (row for _, row in bars().bars.iterrows())
    assert (cost["cost_low_vnd"], cost["cost_high_vnd"]) == (2450 * MILLION, 7350 * MILLION)
    assert cost["span_vnd"] == pytest.approx((2500 + 2400 / 1.1) * MILLION)
    assert rate["npv_low_vnd"] == pytest.approx(1200 * MILLION)
    assert pd.isna(margin["payback_low_years"])
    assert margin["payback_high_years"] == pytest.approx(4900 / 300)
