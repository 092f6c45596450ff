"""The order of construction: least cost per household first, a line never before the one that it hangs on."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.planning.line_order import ORDER_COLUMNS, order


def tables(before: list[int], cost: list[int], households: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lines and places, line i leading to place i from place ``before[i]``; -1 is the grid."""
    codes = [f"H{number}" for number in range(len(before))]
    lines = pd.DataFrame(
        {
            "from_code": ["" if b < 0 else codes[b] for b in before],
            "to_code": codes,
            "cost_vnd": [float(c) for c in cost],
        },
        index=[f"L-{code}" for code in codes],
    )
    return lines, pd.DataFrame({"households": households}, index=codes)


def waiting(sequence: list[int], cost: list[int], households: list[int]) -> float:
    """Return households × money spent until they are served."""
    spent = np.cumsum([cost[line] for line in sequence])
    return float((spent * [households[line] for line in sequence]).sum())


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    count = draw(st.integers(1, 6))
    before = [draw(st.integers(-1, number - 1)) for number in range(count)]
    numbers = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    return before, draw(numbers), draw(numbers)


@settings(max_examples=120, deadline=None)
@given(forests())
def test_no_other_order_serves_households_for_less(forest: tuple[list[int], list[int], list[int]]) -> None:
    before, cost, households = forest
    found = order(*tables(before, cost, households))
    sequence = [int(code.removeprefix("L-H")) for code in found.index]
    position = {line: place for place, line in enumerate(sequence)}

    def may_be(candidate: tuple[int, ...]) -> bool:
        place = {line: number for number, line in enumerate(candidate)}
        return all(b < 0 or place[b] < place[line] for line, b in enumerate(before))

    assert all(b < 0 or position[b] < position[line] for line, b in enumerate(before))
    best = min(waiting(list(p), cost, households) for p in permutations(range(len(before))) if may_be(p))
    assert waiting(sequence, cost, households) == best
    prices = found["run_cost_per_household_vnd"].dropna()
    assert prices.is_monotonic_increasing


def test_a_dear_line_to_many_comes_before_a_cheap_one_to_few() -> None:
    # Line 0 costs 100 for one household, but 99 households hang on it for 20 more; line 2 serves 10 for 30.
    lines, places = tables([-1, 0, -1], [100, 20, 30], [1, 99, 10])
    found = order(lines, places)
    assert tuple(found.columns) == ORDER_COLUMNS
    assert found.index.tolist() == ["L-H0", "L-H1", "L-H2"]
    assert found["run"].tolist() == [1, 1, 2]
    assert found["run_cost_per_household_vnd"].tolist() == [1.2, 1.2, 3.0]
    assert found["cost_per_household_vnd"].tolist() == [100.0, 20 / 99, 3.0]
    assert found["cost_so_far_vnd"].tolist() == [100, 120, 150]
    assert found["households_so_far"].tolist() == [1, 100, 110]


def test_no_lines_no_order_and_places_without_households_come_last() -> None:
    assert len(order(*tables([], [], []))) == 0
    found = order(*tables([-1, -1], [5, 900], [0, 3]))
    assert found.index.tolist() == ["L-H1", "L-H0"]
    assert np.isnan(found["cost_per_household_vnd"].iloc[1])
