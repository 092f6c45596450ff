"""What moved, in households and in percentage points, and what was corrected since."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from coverage.indicators import Indicator
from coverage.progress_changes import corrections, moves
from coverage.rollup import indicator_by_area
from geodata.periods import Period
from geodata.units import Units
from tests.coverage.conftest import figures, row

BEFORE, NOW = Period(2021, 1), Period(2021, 2)


def by_period(**columns: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(["2021-Q1", "2021-Q2"], name="period"), dtype="Int64")


def test_who_moved_most_comes_first_who_fell_back_after_and_who_did_not_report_last() -> None:
    shortfall = by_period(d=[None, 5], a=[10, 12], b=[50, 20], c=[50, 20])
    found = moves(shortfall, by_period(a=[100, 100], b=[100, 100], c=[100, 200], d=[100, 100]), BEFORE, NOW)
    assert found.index.tolist() == ["b", "c", "a", "d"]
    assert found["moved"].tolist() == [30, 30, -2, pd.NA]
    assert found["moved_points"].tolist() == [Decimal(30), Decimal(40), Decimal(-2), None]


def test_more_may_lack_and_yet_a_smaller_share() -> None:
    found = moves(by_period(a=[10, 11]), by_period(a=[100, 200]), BEFORE, NOW).loc["a"]
    assert found["moved"] == -1
    assert found["moved_points"] == Decimal("4.5")


def test_counts_and_quarters_without_figures_have_no_points() -> None:
    shortfall = by_period(a=[10, 9])
    assert moves(shortfall, by_period(a=[None, None]), BEFORE, NOW).loc["a", "moved_points"] is None
    assert moves(shortfall, shortfall, Period(2019, 4), NOW)["moved"].isna().all()


def test_corrections_tell_the_sums_then_and_now(units: Units, indicators: dict[str, Indicator]) -> None:
    area_of, indicator = units.communes["district_code"], indicators["households_with_power_share"]

    def told(*rows: dict[str, object]) -> pd.DataFrame:
        return indicator_by_area(figures(*rows), indicator, area_of)

    before = {"2021-Q2": told(row("30469", 100, 90), row("30337", 50, 50))}
    now = {"2021-Q1": told(row("30337", 9, 9)), "2021-Q2": told(row("30469", 100, 95), row("30337", 50, 50))}
    found = corrections(before, now)
    assert found[["period", "area_code"]].to_numpy().tolist() == [["2021-Q2", "889"], ["2021-Q1", "886"]]
    assert found["numerator_before"].tolist() == [90, pd.NA]
    assert found["numerator_now"].tolist() == [95, 9]
    assert found["communes_before"].tolist() == [1, 0]


def test_figure_that_is_gone_and_other_communes_of_the_same_sum_are_told(
    units: Units, indicators: dict[str, Indicator]
) -> None:
    area_of, indicator = units.communes["district_code"], indicators["bulk_households"]
    one = indicator_by_area(figures(row("30469", 1, 1, bulk=4)), indicator, area_of)
    both = indicator_by_area(figures(row("30469", 1, 1, bulk=4), row("30472", 1, 1, bulk=0)), indicator, area_of)
    assert corrections({"2021-Q2": one}, {"2021-Q2": both})["communes_now"].tolist() == [2]
    gone = corrections({"2021-Q2": one}, {})
    assert gone["numerator_before"].tolist() == [4]
    assert gone["numerator_now"].tolist() == [pd.NA]
    assert corrections({"2021-Q2": one}, {"2021-Q2": one}).empty
    assert corrections({}, {}).empty
