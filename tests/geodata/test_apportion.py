"""Dividing whole counts: whole parts, unchanged totals, sums and splits that stay true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.apportion import apportion, apportion_all

ONE_ROW = np.zeros(3, dtype=np.intp)


@pytest.mark.parametrize(
    ("count", "shares", "parts"),
    [
        (10, [0.5, 0.25, 0.25], [5, 3, 2]),  # equal remainders: the first gets it
        (10, [0.2, 0.3, 0.5], [2, 3, 5]),
        (1, [0.2, 0.3, 0.5], [0, 0, 1]),
        (0, [0.2, 0.3, 0.5], [0, 0, 0]),
        (7, [1 / 3, 1 / 3, 1 / 3], [3, 2, 2]),
    ],
)
def test_largest_remainders(count: int, shares: list[float], parts: list[int]) -> None:
    assert apportion(np.array([float(count)]), np.array(shares), ONE_ROW).tolist() == parts


def test_a_missing_count_has_missing_parts_and_nothing_gives_nothing() -> None:
    assert np.isnan(apportion(np.array([np.nan]), np.array([0.5, 0.5, 0.0]), ONE_ROW)).all()
    assert apportion(np.array([3.0]), np.array([]), np.array([], dtype=np.intp)).tolist() == []


def _households(draw: st.DrawFn) -> dict[str, float]:
    direct, bulk, shared, offgrid, without = (draw(st.integers(0, 400)) for _ in range(5))
    grid = direct + bulk + shared
    urban = draw(st.integers(0, grid + offgrid + without))
    grid_urban = draw(st.integers(max(0, urban - offgrid - without), min(grid, urban)))
    return {
        "households_direct": direct,
        "households_bulk": bulk,
        "households_shared": shared,
        "households_offgrid": offgrid,
        "households_without": without,
        "households_grid": grid,
        "households_all": grid + offgrid + without,
        "households_all_urban": urban,
        "households_all_rural": grid + offgrid + without - urban,
        "households_grid_urban": grid_urban,
        "households_grid_rural": grid - grid_urban,
    }


@given(st.data())
def test_what_holds_for_a_commune_holds_for_its_parts(data: st.DataObject) -> None:
    counts = {name: np.array([float(value)]) for name, value in data.draw(st.composite(_households)()).items()}
    weights = np.array(data.draw(st.lists(st.integers(1, 1000), min_size=2, max_size=6)), dtype=float)
    row = np.zeros(len(weights), dtype=np.intp)
    parts = apportion_all(counts, weights / weights.sum(), row)
    for name, values in parts.items():
        assert values.sum() == counts[name][0], name
        assert (values >= 0).all()
        assert (values == np.floor(values)).all()
    grid, everyone = parts["households_grid"], parts["households_all"]
    assert (grid == parts["households_direct"] + parts["households_bulk"] + parts["households_shared"]).all()
    assert (everyone == grid + parts["households_offgrid"] + parts["households_without"]).all()
    for total, name in ((everyone, "all"), (grid, "grid")):
        assert (total == parts[f"households_{name}_urban"] + parts[f"households_{name}_rural"]).all()
    assert (parts["households_grid_urban"] <= parts["households_all_urban"]).all()
    assert (parts["households_grid_rural"] <= parts["households_all_rural"]).all()


def test_a_part_that_is_not_reported_is_left_out_of_the_sum() -> None:
    counts = {"households_grid": 11.0, "households_direct": 8.0, "households_bulk": 3.0, "households_shared": np.nan}
    parts = apportion_all(
        {name: np.array([value]) for name, value in counts.items()}, np.array([0.5, 0.5]), ONE_ROW[:2]
    )
    assert (parts["households_grid"] == parts["households_direct"] + parts["households_bulk"]).all()
    assert np.isnan(parts["households_shared"]).all()


def test_a_total_that_is_not_the_sum_is_divided_by_itself() -> None:
    counts = {"households_grid": 20.0, "households_direct": 8.0, "households_bulk": 3.0}
    parts = apportion_all(
        {name: np.array([value]) for name, value in counts.items()}, np.array([0.5, 0.5]), ONE_ROW[:2]
    )
    assert parts["households_grid"].tolist() == [10, 10]
