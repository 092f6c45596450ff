"""Half-years, quarters, months and days: read as offices type them, written in one way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import FigureError
from geodata.language import Language
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2021-H1", "2021-H1"),
        ("2021-h2", "2021-H2"),
        ("6 tháng đầu năm 2021", "2021-H1"),
        ("Sáu tháng cuối năm 2021", "2021-H2"),
        ("6T đầu năm 2021", "2021-H1"),
        ("H1/2021", "2021-H1"),
        ("2021-Q2", "2021-Q2"),
        ("Quý II/2021", "2021-Q2"),
        ("Q2 2021", "2021-Q2"),
        ("2021-06", "2021-06"),
        ("Tháng 6/2021", "2021-06"),
        ("tháng 6 năm 2021", "2021-06"),
        ("T6/2021", "2021-06"),
        ("2021-06-30", "2021-06-30"),
        ("30/6/2021", "2021-06-30"),
        ("đến 30/06/2021", "2021-06-30"),
        ("ngày 30 tháng 6 năm 2021", "2021-06-30"),
    ],
)
def test_typed_periods_are_read(typed: str, code: str) -> None:
    assert str(ReportingPeriod.find_in(typed)) == code


@pytest.mark.parametrize(
    "typed", ["", "2021", "năm 2021", "9 tháng đầu năm 2021", "3 tháng đầu năm 2021", "31/6/2021", "13/2021", "2021-H3"]
)
def test_what_is_no_period_of_returns_is_none(typed: str) -> None:
    assert ReportingPeriod.find_in(typed) is None


def test_code_that_cannot_be_read_says_how_to_write_it() -> None:
    with pytest.raises(FigureError) as caught:
        ReportingPeriod.parse("2021-H3")
    assert caught.value.code == "period.unreadable"


def test_figures_of_a_half_year_hold_at_its_last_quarter() -> None:
    assert ReportingPeriod.parse("2021-H1").last_quarter == Period(2021, 2)
    assert ReportingPeriod.parse("2021-H2").last_day == date(2021, 12, 31)
    assert ReportingPeriod.parse("2021-06").last_quarter == Period(2021, 2)
    assert ReportingPeriod.parse("2021-07-01").last_quarter is None
    assert ReportingPeriod.half_with(Period(2021, 3)) == ReportingPeriod.parse("2021-H2")


def test_periods_are_named_in_both_languages() -> None:
    named = [ReportingPeriod.parse(code) for code in ("2021-H1", "2021-H2", "2021-Q2", "2021-06", "2021-06-30")]
    assert [Language("vi").reporting_period(period) for period in named] == [
        "6 tháng đầu năm 2021",
        "6 tháng cuối năm 2021",
        "Quý II/2021",
        "Tháng 6/2021",
        "30/06/2021",
    ]
    assert [Language("en").reporting_period(period) for period in named] == [
        "first half of 2021",
        "second half of 2021",
        "Q2 2021",
        "month 6/2021",
        "30/06/2021",
    ]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_period_is_read_back_from_its_code(day: date) -> None:
    quarter = Period.of(day)
    month = ReportingPeriod.parse(f"{day:%Y-%m}")
    for period in (
        ReportingPeriod.of_day(day),
        month,
        ReportingPeriod.of_quarter(quarter),
        ReportingPeriod.half_with(quarter),
    ):
        assert ReportingPeriod.parse(str(period)) == period
        assert period.first_day <= day <= period.last_day
