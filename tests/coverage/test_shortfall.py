"""Shortfall: households that an indicator still lacks."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from coverage.indicators import Figure, Indicator
from coverage.shortfall import denominator_by_area, has_shortfall, shortfall_allowed, shortfall_by_area, shortfall_of
from geodata.units import Units
from tests.coverage.conftest import figures, row


def test_shortfall_of_a_rising_share_is_what_is_missing_and_of_a_falling_count_the_count(
    indicators: dict[str, Indicator],
) -> None:
    assert shortfall_of(Figure(indicators["households_with_power_share"], 90, 100, 1, 1)) == 10
    assert shortfall_of(Figure(indicators["bulk_households"], 7, None, 1, 1)) == 7
    assert shortfall_of(Figure(indicators["households_with_power_share"], 101, 100, 1, 1)) is None
    assert not has_shortfall(indicators["households_with_power"])


@pytest.mark.parametrize(
    ("name", "target", "whole", "allowed"),
    [
        ("households_with_power_share", "1", 1000, 0),
        ("households_with_power_share", "0.995", 1000, 5),
        ("households_with_power_share", "0.995", 1001, 5),
        ("bulk_share", "0.05", 999, 49),
        ("bulk_households", "12", None, 12),
    ],
)
def test_target_allows_the_shortfall_with_which_it_is_just_met(
    indicators: dict[str, Indicator], name: str, target: str, whole: int | None, allowed: int
) -> None:
    assert shortfall_allowed(indicators[name], Decimal(target), whole) == allowed


def test_area_with_a_silent_commune_has_no_shortfall(units: Units, indicators: dict[str, Indicator]) -> None:
    area_of = units.communes["district_code"]
    table = pd.concat(
        [
            figures(row("30469", 100, 90), row("30472", 300, 280), period="2021-Q1"),
            figures(row("30469", 100, 95), period="2021-Q2"),
        ]
    )
    found = shortfall_by_area(table, indicators["households_with_power_share"], area_of)
    assert found["889"].tolist() == [30, pd.NA]
    whole = denominator_by_area(table, indicators["households_with_power_share"], area_of)
    assert whole["889"].tolist() == [400, pd.NA]


def test_part_larger_than_its_whole_has_no_shortfall_and_a_count_needs_no_whole(
    units: Units, indicators: dict[str, Indicator]
) -> None:
    area_of = units.communes["district_code"]
    table = figures(row("30469", 100, 130, bulk=20), row("30472", 300, 280, bulk=5))
    assert shortfall_by_area(table, indicators["households_with_power_share"], area_of)["889"].tolist() == [pd.NA]
    assert shortfall_by_area(table, indicators["bulk_households"], area_of)["889"].tolist() == [25]
