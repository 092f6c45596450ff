"""Forecasts of a workspace: figures and works of four communes of one district."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from coverage.forecast import RANGE, REACHED, TOO_SHORT
from coverage.forecast_desk import ForecastDesk
from coverage.workspace import Workspace
from geodata.errors import FigureError, PlaceError
from geodata.periods import Period
from loaders.store import batches, engine
from tests.coverage.conftest import figures, row
from tests.coverage.test_programme_works import keep, work

LIST_DAY = date(2021, 7, 1)
NOW = Period(2021, 2)
PERIODS = ("2020-Q1", "2020-Q2", "2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2")
GRID_FOR_ALL = "households_with_power_share"


def report(workspace: Workspace, lacking: dict[str, list[int | None]]) -> None:
    """Keep figures of communes of 1,000 households; None where a quarter was not reported."""
    tables = [
        figures(
            *(row(code, 1000, 1000 - left[n]) for code, left in lacking.items() if left[n] is not None), period=period
        )
        for n, period in enumerate(PERIODS)
    ]
    table = pd.concat(tables, ignore_index=True)
    new = batches.NewBatch(batches.FIGURES, "f.csv", b"f", "An", LIST_DAY, len(table), len(table))
    with engine.writing(workspace.engine) as connection:
        batches.add_accepted_table(connection, new, table, at=workspace.clock())


def targets(**allowed: int) -> pd.DataFrame:
    codes = [code.removeprefix("c") for code in allowed]
    return pd.DataFrame({"shortfall_target": pd.array(list(allowed.values()), dtype="Int64")}, index=codes)


def district(workspace: Workspace) -> list[str]:
    return list(workspace.units.communes_of("889").index)


@pytest.fixture
def desk(workspace: Workspace) -> ForecastDesk:
    first, second, *others = district(workspace)
    lacking: dict[str, list[int | None]] = dict.fromkeys(others, [0] * 6)
    lacking[first] = [100, 90, 80, 70, 60, 50]
    lacking[second] = [40, 35, None, None, None, 20]
    report(workspace, lacking)
    return ForecastDesk(workspace)


def test_parts_of_an_area_and_the_area_itself(desk: ForecastDesk, workspace: Workspace) -> None:
    first, second, third, *_ = district(workspace)
    own = targets(**{f"c{first}": 10, f"c{second}": 0, f"c{third}": 0, "c889": 0})
    found = desk.forecast_areas(GRID_FOR_ALL, "889", NOW, LIST_DAY, own)
    assert {code: forecast.outlook for code, forecast in found.items()} == {
        first: RANGE,
        second: TOO_SHORT,
        third: REACHED,
        "889": TOO_SHORT,  # a quarter without all of its communes is no figure of the district
    }
    assert found["889"].points == 3
    likely = found[first].likely
    assert likely is not None
    assert Period(2022, 1) <= likely <= Period(2022, 3)


def test_later_quarters_are_not_looked_at(desk: ForecastDesk, workspace: Workspace) -> None:
    first = district(workspace)[0]
    found = desk.forecast_areas(GRID_FOR_ALL, first, Period(2020, 4), LIST_DAY, targets(**{f"c{first}": 10}))
    assert (found[first].last, found[first].points) == (Period(2020, 4), 4)


def test_works_count_for_the_grid_and_not_for_master_meters(desk: ForecastDesk, workspace: Workspace) -> None:
    first = district(workspace)[0]
    coming = work("A", first, 45, 5) | {"progress_share": 0.4, "completion_date": pd.Timestamp(2021, 8, 1)}
    keep(workspace, coming)
    assert desk.steps(GRID_FOR_ALL, "889", NOW, LIST_DAY) == {first: {"2021-Q3": 40}, "889": {"2021-Q3": 40}}
    assert desk.steps("bulk_share", "889", NOW, LIST_DAY) == {}
    [found] = desk.forecast_areas(GRID_FOR_ALL, first, NOW, LIST_DAY, targets(**{f"c{first}": 10})).values()
    assert found.earliest == Period(2021, 3)


def test_rural_shares_count_works_in_rural_communes_only(desk: ForecastDesk, workspace: Workspace) -> None:
    communes = workspace.units.communes_of("889")
    town = communes.index[~communes["is_rural"].astype(bool)][0]
    keep(workspace, work("A", town, 45))
    assert desk.steps("rural_households_with_power_share", "889", NOW, LIST_DAY) == {}
    assert desk.steps(GRID_FOR_ALL, "889", NOW, LIST_DAY)[town] == {"2022-Q2": 45}


def test_backtest_of_an_area(desk: ForecastDesk) -> None:
    table = desk.backtest(GRID_FOR_ALL, "889", NOW, LIST_DAY)
    trend = table.set_index(["method", "ahead"]).loc[("trend", 1)]
    assert (trend["foretold"], trend["error"]) == (2, pytest.approx(0, abs=1e-9))


def test_what_cannot_be_forecast_is_refused(desk: ForecastDesk) -> None:
    with pytest.raises(FigureError) as caught:
        desk.forecast_areas("households_with_power", "889", NOW, LIST_DAY, targets())
    assert caught.value.code == "forecast.indicator"
    with pytest.raises(PlaceError):
        desk.forecast_areas(GRID_FOR_ALL, "00", NOW, LIST_DAY, targets())
