"""Units in time: the list of a day, the spell of a code, and days that are not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geodata.errors import FigureError, PlaceError
from geodata.unit_history import UnitHistory
from geodata.units import Units

from .history_of_four import history_of_four


@pytest.fixture
def history() -> UnitHistory:
    return history_of_four()


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2019, 1, 1), {"00001": "Bắc", "00002": "Nam", "00003": "Tây", "00004": "Đông"}),
        (date(2019, 12, 31), {"00001": "Bắc", "00002": "Nam", "00003": "Tây", "00004": "Đông"}),
        (date(2020, 1, 1), {"00002": "Trung", "00003": "Tây", "00004": "Đông"}),
        (date(2022, 6, 1), {"00002": "Trung", "00004": "Đông"}),
        (date(2024, 12, 31), {"00001": "Mới", "00002": "Trung", "00004": "Đông"}),
    ],
)
def test_a_day_has_the_list_that_held_on_it(history: UnitHistory, day: date, names: dict[str, str]) -> None:
    assert history.units_on(day).communes["name"].to_dict() == names


def test_a_list_says_since_when_it_holds_and_is_made_once(history: UnitHistory) -> None:
    assert history.units_on(date(2021, 5, 5)).list_date == date(2020, 1, 1)
    assert history.units_on(date(2021, 5, 5)) is history.units_on(date(2020, 1, 1))
    assert history.change_days == (date(2020, 1, 1), date(2022, 1, 1), date(2023, 1, 1))


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2025, 1, 1)])
def test_a_day_outside_what_is_known_is_refused(history: UnitHistory, day: date) -> None:
    with pytest.raises(PlaceError, match=r"known from 01/01/2019 to 31/12/2024") as caught:
        history.units_on(day)
    assert caught.value.code == "units.day-unknown"


def test_a_reused_code_is_another_unit(history: UnitHistory) -> None:
    assert history.spell("00001", date(2019, 5, 1))["name"] == "Bắc"
    assert history.spell("00001", date(2023, 5, 1))["name"] == "Mới"
    with pytest.raises(PlaceError, match=r'On 01/05/2021 no unit had the code "00001"'):
        history.spell("00001", date(2021, 5, 1))


def test_points_follow_a_unit_that_is_the_same_and_no_other(history: UnitHistory) -> None:
    located = history.units_on(date(2020, 6, 1)).table.assign(
        lat=10.0, lon=105.0, south=9.0, west=104.0, north=11.0, east=106.0, point_source="package"
    )
    carried = replace(history, located=(Units(located, date(2020, 6, 1)),))
    source = {
        day: carried.units_on(day).communes["point_source"].to_dict() for day in (date(2019, 1, 1), date(2024, 1, 1))
    }
    # Tây and Đông are the same in 2019 (Đông was only raised); Bắc and Nam are not; in 2024 nobody is.
    assert source[date(2019, 1, 1)] == {"00001": "unknown", "00002": "unknown", "00003": "package", "00004": "package"}
    assert set(source[date(2024, 1, 1)].values()) == {"unknown"}
    assert carried.units_on(date(2020, 6, 1)).communes["lat"].eq(10.0).all()


def test_events_between_two_days_are_those_after_the_first(history: UnitHistory) -> None:
    found = history.events_between(date(2020, 1, 1), date(2022, 1, 1))
    assert set(found["valid_date"]) == {pd.Timestamp(2022, 1, 1)}
    assert history.events_between(date(2022, 1, 1), date(2020, 1, 1)).equals(found)
    assert history.events_between(date(2022, 1, 1), date(2022, 12, 31)).empty


def test_links_have_one_row_a_pair(history: UnitHistory) -> None:
    links = history.commune_links
    pairs = list(zip(links["valid_date"].dt.year, links["code_before"], links["code_after"], strict=True))
    assert pairs == [
        (2020, "00001", "00002"),
        (2020, "00002", "00002"),
        (2020, "00004", "00004"),
        (2022, "00002", "00002"),
        (2022, "00003", "00002"),
        (2022, "00003", "00004"),
        (2022, "00004", "00004"),
    ]


def test_a_table_without_a_column_is_refused(history: UnitHistory) -> None:
    with pytest.raises(FigureError, match="valid_to"):
        replace(history, spells=history.spells.drop(columns="valid_to"))
