"""Rolled-up households as figures: totals, areas, and what is not reported."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from geodata.tables import FIGURE_COLUMNS
from loaders.ledger.figures import absent_kinds, figures_of
from loaders.ledger.judging import Cell

XA, PHUONG = "30469", "29236"
IS_RURAL = {XA: True, PHUONG: False}
EVERY: Counter[Cell] = Counter(
    {(XA, "2021-Q2", kind, ""): n for n, kind in enumerate(("direct", "bulk", "shared", "offgrid", "none"), start=1)}
)


def row(figures: pd.DataFrame, commune: str = XA) -> dict[str, int]:
    found = figures.set_index("commune_code").loc[commune].drop("period").dropna()
    return {str(name).removeprefix("households_"): int(value) for name, value in found.items()}


def test_totals_are_the_sums_of_their_kinds() -> None:
    found = row(figures_of(EVERY, is_rural=IS_RURAL))
    assert {name: found[name] for name in ("direct", "bulk", "shared", "offgrid", "without")} == {
        "direct": 1,
        "bulk": 2,
        "shared": 3,
        "offgrid": 4,
        "without": 5,
    }
    assert (found["grid"], found["all"]) == (6, 15)


def test_an_area_that_is_not_stated_goes_by_the_unit() -> None:
    counts = Counter({**EVERY, (XA, "2021-Q2", "direct", "urban"): 10, (PHUONG, "2021-Q2", "direct", ""): 7})
    figures = figures_of(counts, is_rural=IS_RURAL)
    xa, phuong = row(figures), row(figures, PHUONG)
    assert [xa[f"grid{suffix}"] for suffix in ("", "_urban", "_rural")] == [16, 10, 6]
    assert [phuong[f"all{suffix}"] for suffix in ("", "_urban", "_rural")] == [7, 7, 0]
    assert phuong["without"] == 0


@pytest.mark.parametrize(
    ("absent", "missing"),
    [
        ("shared", {"shared"}),
        ("bulk", {"bulk", "grid", "all", "grid_urban", "grid_rural", "all_urban", "all_rural"}),
        ("none", {"without", "all", "all_urban", "all_rural"}),
        ("offgrid", {"offgrid", "all", "all_urban", "all_rural"}),
    ],
)
def test_what_needs_a_kind_that_stands_nowhere_is_missing(absent: str, missing: set[str]) -> None:
    counts = Counter({cell: n for cell, n in EVERY.items() if cell[2] != absent})
    whole = row(figures_of(EVERY, is_rural=IS_RURAL))
    assert set(whole) - set(row(figures_of(counts, is_rural=IS_RURAL))) == missing
    assert absent_kinds(counts) == (absent,)
    assert set(row(figures_of(counts, is_rural=IS_RURAL, is_complete=True))) == set(whole)


def test_nothing_gives_no_figures() -> None:
    figures = figures_of(Counter(), is_rural=IS_RURAL)
    assert figures.empty
    assert tuple(figures.columns) == FIGURE_COLUMNS
