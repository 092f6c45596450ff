"""Roll-up: ratios of sums, over the communes that reported both parts."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.indicators import Indicator, read_indicators
from coverage.rollup import figures_of_area, indicator_by_area
from geodata.units import Units
from loaders.reference.tables import load_indicator_table
from tests.coverage.conftest import figures, row

ALL = read_indicators(load_indicator_table())


def test_share_of_a_district_is_the_ratio_of_sums(units: Units, indicators: dict[str, Indicator]) -> None:
    found = indicator_by_area(
        figures(row("30469", 100, 100), row("30472", 300, 0), row("29236", 10, 10)),
        indicators["households_with_power_share"],
        units.communes["district_code"],
    )
    # The mean of the two shares would be one half.
    assert found.loc["889", ["numerator", "denominator"]].tolist() == [100, 400]
    assert found.loc["842", ["numerator", "denominator"]].tolist() == [10, 10]


def test_area_without_reports_is_missing_and_not_zero(units: Units, indicators: dict[str, Indicator]) -> None:
    found = indicator_by_area(
        figures(row("30469", 100, 90)), indicators["households_with_power"], units.communes["district_code"]
    )
    assert found.loc["886", "numerator"] is pd.NA
    assert found.loc["886", ["communes_counted", "communes_all"]].tolist() == [0, 1]
    assert found.loc["889", ["numerator", "communes_counted", "communes_all"]].tolist() == [90, 1, 2]


def test_commune_without_one_part_counts_in_neither(units: Units, indicators: dict[str, Indicator]) -> None:
    table = figures(row("30469", 100, 90, bulk=9), row("30472", 200, 180))
    found = figures_of_area(table, indicators, units.communes_of("889"))
    assert (found["bulk_share"].numerator, found["bulk_share"].denominator) == (9, 90)
    assert (found["households_with_power"].numerator, found["bulk_share"].communes_counted) == (270, 1)
    assert not found["bulk_share"].is_complete


def test_communes_with_power_counts_communes(units: Units, indicators: dict[str, Indicator]) -> None:
    table = figures(row("30469", 100, 90), row("30472", 5, 0))
    found = figures_of_area(table, indicators, units.communes_of("89"))["communes_with_power"]
    assert (found.numerator, found.denominator) == (1, 2)


def test_households_to_connect_are_all_minus_grid(units: Units, indicators: dict[str, Indicator]) -> None:
    found = figures_of_area(figures(row("30469", 100, 90)), indicators, units.communes_of("89"))
    assert found["households_to_connect"].numerator == 10


counts = st.integers(0, 10_000)
communes = st.lists(st.tuples(counts, counts, counts), min_size=4, max_size=4)
CODES = ["29236", "30337", "30469", "30472"]


@settings(max_examples=30, deadline=None)
@given(communes, st.permutations(range(4)))
def test_provinces_sum_to_the_company_in_any_order(
    units: Units, parts: list[tuple[int, int, int]], order: list[int]
) -> None:
    rows = [row(code, d + b + w, d + b, bulk=b) for code, (d, b, w) in zip(CODES, parts, strict=True)]
    one = figures(*rows)
    other = figures(*(rows[place] for place in order))
    company = pd.Series("all", index=units.communes.index, dtype="str")
    for name in ("households_with_power_share", "bulk_share"):
        provinces = indicator_by_area(one, ALL[name], units.communes["province_code"])
        whole = indicator_by_area(one, ALL[name], company)
        assert provinces[["numerator", "denominator"]].sum().tolist() == whole.iloc[0, :2].tolist()
        pd.testing.assert_frame_equal(provinces, indicator_by_area(other, ALL[name], units.communes["province_code"]))
