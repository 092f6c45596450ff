"""Works as known steps: a rule each, on one work."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.indicators import Indicator
from coverage.works import (
    FINISHED,
    FINISHED_SINCE,
    LATE,
    OVERFULL,
    STATED,
    UNDATED,
    is_moved_by_works,
    limit_to_lacking,
    steps_by_area,
    work_steps,
)
from geodata.periods import Period
from loaders.reference.tables import load_forecast_assumptions

ASSUMPTIONS = {"late_after_quarters": 2, "undated_after_quarters": 4}
NOW = Period(2021, 2)


def works(*rows: tuple[int, int | None, float | None, str | None], commune: str = "30469") -> pd.DataFrame:
    table = pd.DataFrame(
        rows, columns=["households_planned", "households_connected", "progress_share", "completion_date"]
    )
    table["work_code"] = [f"W{n}" for n in range(len(rows))]
    table["commune_code"] = commune
    table["completion_date"] = pd.to_datetime(table["completion_date"])
    counts = ["households_planned", "households_connected"]
    return table.astype({**dict.fromkeys(counts, "Int64"), "progress_share": "float64"})


@pytest.mark.parametrize(
    ("work", "households", "period", "basis"),
    [
        ((40, 25, 0.8, "2021-11-01"), 15, "2021-Q4", STATED),
        ((40, None, 0.1, "2021-07-01"), 40, "2021-Q3", STATED),
        ((40, 25, 0.8, "2021-06-30"), 15, "2021-Q4", LATE),  # the last day of the last figures
        ((40, 25, 0.8, None), 15, "2022-Q2", UNDATED),
        ((40, 25, None, None), 15, "2022-Q2", UNDATED),
        ((40, 40, 1.0, "2021-05-01"), 0, None, FINISHED),
        ((40, 31, 1.0, "2021-05-01"), 0, None, FINISHED),  # what it did not connect is still lacking
        ((40, None, 1.0, "2021-05-01"), 0, None, FINISHED),
        ((40, 40, 0.9, "2021-09-01"), 0, None, FINISHED),
        ((40, 38, 1.0, "2021-09-15"), 38, "2021-Q3", FINISHED_SINCE),  # the last figures do not hold it yet
        ((40, None, 1.0, "2021-09-15"), 40, "2021-Q3", FINISHED_SINCE),
        ((40, 0, 1.0, "2021-09-15"), 0, None, FINISHED),
        ((40, 44, 0.9, "2021-09-01"), 0, None, OVERFULL),
    ],
)
def test_what_is_still_to_come_and_when(
    work: tuple[int, int | None, float | None, str | None], households: int, period: str | None, basis: str
) -> None:
    [found] = work_steps(works(work), NOW, ASSUMPTIONS).to_dict("records")
    assert (found["households"], found["basis"]) == (households, basis)
    assert found["period"] == period if period else pd.isna(found["period"])


def test_steps_of_an_area_are_summed_by_quarter() -> None:
    table = pd.concat(
        [
            works((40, 25, 0.8, "2021-11-01"), (10, 0, 0.0, "2021-10-05"), (9, 9, 1.0, "2021-05-01")),
            works((7, 0, 0.0, "2022-01-05"), commune="30472"),
            works((70, 0, 0.0, "2022-01-05"), commune="99999"),
        ],
        ignore_index=True,
    )
    area_of = pd.Series({"30469": "889", "30472": "889"})
    steps = work_steps(table, NOW, ASSUMPTIONS)
    assert steps_by_area(table, steps, area_of) == {"889": {"2021-Q4": 25, "2022-Q1": 7}}


def test_works_bring_a_commune_no_more_than_it_lacks_in_the_order_of_their_quarters() -> None:
    table = works((50, 0, 0.0, "2022-01-05"), (40, 0, 0.0, "2021-10-05"), (9, 0, 0.0, "2022-07-05"))
    steps = table.join(work_steps(table, NOW, ASSUMPTIONS))
    found = limit_to_lacking(steps, pd.Series({"30469": 60}, dtype="Int64"))
    assert found["households"].tolist() == [20, 40, 0]
    assert found["is_limited"].tolist() == [True, False, True]
    unknown = limit_to_lacking(steps, pd.Series({"30469": pd.NA}, dtype="Int64"))
    assert unknown["households"].tolist() == [50, 40, 9]
    assert limit_to_lacking(steps.iloc[:0], pd.Series(dtype="Int64")).empty


def test_works_move_only_what_a_line_connects(indicators: dict[str, Indicator]) -> None:
    moved = {name for name, indicator in indicators.items() if is_moved_by_works(indicator)}
    assert {"households_with_power_share", "rural_households_with_power_share", "households_to_connect"} <= moved
    assert not moved & {"bulk_share", "bulk_households", "direct_share", "households_without_power"}


def test_shipped_assumptions_are_chances() -> None:
    shipped = load_forecast_assumptions()["works"]
    assert sum(shipped["late_by_quarters"]) == pytest.approx(1)
    assert min(shipped["late_after_quarters"], shipped["undated_after_quarters"]) >= 1
