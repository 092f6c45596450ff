"""Shortfall: households that an indicator still lacks."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.indicators import Figure, Indicator
from coverage.rollup import figure_of, indicator_by_area
from coverage.shortfall import denominator_by_area, has_shortfall, shortfall_allowed, shortfall_by_area
from geodata.units import Units
from tests.coverage.conftest import figures, row


def shortfall_of(figure: Figure) -> int | None:
    """Return what one figure lacks, as docs/methods.md says it: the part of a count that should fall, else the rest."""
    assert figure.numerator is not None
    if figure.indicator.better == "lower":
        return figure.numerator
    return None if figure.denominator is None else figure.denominator - figure.numerator


def test_shares_and_falling_counts_have_a_shortfall_and_rising_counts_none(indicators: dict[str, Indicator]) -> None:
    assert has_shortfall(indicators["households_with_power_share"])
    assert has_shortfall(indicators["bulk_households"])
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


def test_commune_that_nobody_could_report_yet_is_not_waited_for(units: Units, indicators: dict[str, Indicator]) -> None:
    area_of = units.communes["district_code"]
    share = indicators["households_with_power_share"]
    others = set(area_of.index[area_of == "889"]) - {"30469", "30472"}
    one = figures(row("30469", 100, 90))
    not_yet = {"2021-Q2": others | {"30472"}}
    assert shortfall_by_area(one, share, area_of)["889"].tolist() == [pd.NA]
    assert shortfall_by_area(one, share, area_of, not_yet=not_yet)["889"].tolist() == [10]
    both = figures(row("30469", 100, 90), row("30472", 300, 280))
    assert shortfall_by_area(both, share, area_of, not_yet=not_yet)["889"].tolist() == [30]  # one that counts, counts
    nobody = {"2021-Q2": others | {"30472", "30469"}}
    assert shortfall_by_area(figures(row("29398", 5, 5)), share, area_of, not_yet=nobody)["889"].tolist() == [pd.NA]


def test_part_larger_than_its_whole_has_no_shortfall_and_a_count_needs_no_whole(
    units: Units, indicators: dict[str, Indicator]
) -> None:
    area_of = units.communes["district_code"]
    table = figures(row("30469", 100, 130, bulk=20), row("30472", 300, 280, bulk=5))
    assert shortfall_by_area(table, indicators["households_with_power_share"], area_of)["889"].tolist() == [pd.NA]
    assert shortfall_by_area(table, indicators["bulk_households"], area_of)["889"].tolist() == [25]


counts = st.one_of(st.none(), st.integers(0, 900))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["29236", "30337", "30469", "30472"]), counts, counts), max_size=8))
def test_all_quarters_at_once_are_what_the_roll_up_says_of_each(
    units: Units, indicators: dict[str, Indicator], rows: list[tuple[str, int | None, int | None]]
) -> None:
    indicator, area_of = indicators["households_with_power_share"], units.communes["district_code"]
    of_quarter = {period: dict.fromkeys(code for code, _, _ in rows) for period in ("2021-Q1", "2021-Q2")}
    for place, (code, households, grid) in enumerate(rows):
        of_quarter["2021-Q1" if place % 2 else "2021-Q2"][code] = row(code, households, grid)
    tables = {
        period: figures(*(found for found in communes.values() if found), period=period)
        for period, communes in of_quarter.items()
    }
    found = shortfall_by_area(pd.concat(tables.values()), indicator, area_of)
    for period in found.index:
        by_area = indicator_by_area(tables[str(period)], indicator, area_of)
        for code, told in by_area.iterrows():
            figure = figure_of(told, indicator)
            is_known = figure.is_complete and figure.numerator is not None and not figure.contradicts
            expected = shortfall_of(figure) if figure.denominator else 0
            assert found.loc[period, code] is pd.NA if not is_known else found.loc[period, code] == expected
