"""Percentage points, percent and counts are three units: each shown as such, never mixed."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.differences import (
    COUNTED,
    PERCENT,
    POINTS,
    Counted,
    Difference,
    between_counts,
    between_shares,
    change_in_percent,
)
from geodata.errors import FigureError
from geodata.language import Language

VI, EN = Language("vi"), Language("en")
HOUSEHOLDS, CALLS = Counted("hộ", "households"), Counted("cuộc gọi", "calls")
ONE_OF_EACH = (
    Difference(Decimal(1), POINTS),
    Difference(Decimal(1), PERCENT),
    Difference(Decimal(1), COUNTED, HOUSEHOLDS),
    Difference(Decimal(1), COUNTED, CALLS),
)


def test_each_is_shown_with_its_unit() -> None:
    points = between_shares(Decimal("0.9972"), Decimal(1))
    assert (points.display(VI, decimals=2), points.display(EN, decimals=2)) == (
        "−0,28 điểm %",
        "−0.28 percentage points",
    )
    assert change_in_percent(861, 1_933).display(VI, decimals=0) == "−55%"
    assert between_counts(5_000, 3_000, HOUSEHOLDS).display(VI, decimals=0) == "+2.000 hộ"
    assert between_counts(3, 3, CALLS).display(EN, decimals=0) == "0 calls"


@pytest.mark.parametrize(("one", "other"), list(permutations(ONE_OF_EACH, 2)))
def test_units_are_never_mixed(one: Difference, other: Difference) -> None:
    for mix in (lambda: one + other, lambda: one - other, lambda: one < other, lambda: one <= other):
        with pytest.raises(FigureError) as caught:
            mix()
        assert caught.value.code == "difference.units-mixed"


def test_what_is_not_zero_is_never_shown_as_zero() -> None:
    assert between_shares(Decimal("0.99999"), Decimal(1)).size(VI, decimals=2) == "dưới 0,01 điểm %"
    assert between_shares(Decimal("0.99995"), Decimal(1)).size(VI, decimals=2) == "0,01 điểm %"


def test_nothing_changes_in_percent_from_zero() -> None:
    with pytest.raises(FigureError) as caught:
        change_in_percent(5, 0)
    assert caught.value.code == "difference.from-zero"


@pytest.mark.parametrize(("unit", "counted"), [("parts", None), (COUNTED, None), (POINTS, CALLS)])
def test_unknown_unit_is_refused(unit: str, counted: Counted | None) -> None:
    with pytest.raises(FigureError) as caught:
        Difference(Decimal(1), unit, counted)
    assert caught.value.code == "difference.unit"


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_differences_add_up(one: int, other: int) -> None:
    there = between_counts(one, other, CALLS)
    assert there + between_counts(other, one, CALLS) == Difference(Decimal(0), COUNTED, CALLS)
    assert abs(there) == abs(-there)
