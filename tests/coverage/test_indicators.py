"""Figures: exact inside, rounded half-up only where they are shown, never zero for missing."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.indicators import Figure, Indicator, read_indicators
from coverage.rollup import DERIVED
from geodata.errors import FigureError
from geodata.language import Language
from geodata.tables import MEASURES
from loaders.reference.tables import load_indicator_table, load_published_table

INDICATORS = read_indicators(load_indicator_table())
VI, EN = Language("vi"), Language("en")


def figure(name: str, numerator: int | None, denominator: int | None = None) -> Figure:
    return Figure(INDICATORS[name], numerator, denominator, 1, 1)


def test_share_is_exact_and_shown_half_up() -> None:
    found = figure("direct_share", 7_646_700, 8_173_200)
    assert found.value == Decimal(7_646_700) / Decimal(8_173_200)
    assert (found.display(VI), found.display(EN)) == ("93,56%", "93.56%")


@pytest.mark.parametrize(("numerator", "shown"), [(5, "0,01%"), (4, "0,00%"), (14, "0,01%"), (15, "0,02%")])
def test_halves_go_up_at_the_last_decimal(numerator: int, shown: str) -> None:
    assert figure("bulk_share", numerator, 100_000).display(VI) == shown


def test_counts_are_whole() -> None:
    assert figure("bulk_households", 526_157).display(VI) == "526.157"


@pytest.mark.parametrize(("numerator", "denominator"), [(None, None), (None, 5), (0, 0)])
def test_what_was_not_reported_has_no_value(numerator: int | None, denominator: int | None) -> None:
    found = figure("direct_share", numerator, denominator)
    assert found.value is None
    assert found.display(EN) == "not reported"


def test_part_above_its_whole_is_said_and_has_no_value() -> None:
    found = figure("direct_share", 11, 10)
    assert found.contradicts
    assert found.value is None
    assert found.display(EN) == "figures contradict"


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_shares_lie_between_0_and_1(part: int, rest: int) -> None:
    value = figure("bulk_share", part, part + rest).value
    assert value is not None
    assert 0 <= value < 1


def test_every_definition_rests_on_columns_that_exist() -> None:
    columns = {*MEASURES, *DERIVED}
    assert {i.numerator for i in INDICATORS.values()} <= columns
    assert {i.denominator for i in INDICATORS.values() if i.denominator} <= columns
    assert all(
        i.title(at) and i.short(at) and i.formula(at) and i.source(at) for at in (VI, EN) for i in INDICATORS.values()
    )


def test_published_household_indicators_all_have_a_definition() -> None:
    published = load_published_table()["indicator"].iloc[:9]
    assert set(published) <= set(INDICATORS)


def test_share_without_a_denominator_is_refused() -> None:
    table = load_indicator_table()
    table.loc[0, "denominator"] = pd.NA
    with pytest.raises(FigureError) as caught:
        read_indicators(table)
    assert caught.value.code == "indicator.kind"


def test_methods_page_has_a_heading_for_each_indicator() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
    assert [name for name in INDICATORS if f"`{name}`" not in text] == []


def test_indicator_is_named_once() -> None:
    assert len(INDICATORS) == len(load_indicator_table())
    assert all(isinstance(i, Indicator) for i in INDICATORS.values())
