"""Quarters: their codes, their last days, and how offices type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import FigureError
from geodata.periods import Period

periods = st.builds(Period, st.integers(1990, 2100), st.integers(1, 4))


@given(periods)
def test_code_is_read_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods)
def test_next_and_previous_are_inverse_and_ordered(period: Period) -> None:
    assert period.next().previous() == period
    assert period < period.next()


@pytest.mark.parametrize(("code", "day"), [("2021-Q2", date(2021, 6, 30)), ("2019-Q4", date(2019, 12, 31))])
def test_last_day(code: str, day: date) -> None:
    assert Period.parse(code).last_day == day


@pytest.mark.parametrize("code", ["2021-Q5", "2021", "Q2-2021", ""])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(FigureError) as caught:
        Period.parse(code)
    assert caught.value.code == "period.unreadable"


@pytest.mark.parametrize(
    "typed", ["Quý II/2021", "Kỳ báo cáo: Quý 2 năm 2021", "quy II - 2021", "Q2/2021", "QII.2021", "2021-Q2", "2021 q2"]
)
def test_typed_quarters_are_found(typed: str) -> None:
    assert Period.find_in(typed) == Period(2021, 2)


@pytest.mark.parametrize("typed", ["Quyết định 2081", "Quý V/2021"])
def test_texts_without_a_quarter_name_none(typed: str) -> None:
    assert Period.find_in(typed) is None


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("6 tháng đầu năm 2021", "2021-Q2"),
        ("6 thang dau nam 2021", "2021-Q2"),
        ("6 tháng cuối năm 2021", "2021-Q4"),
        ("9 tháng năm 2021", "2021-Q3"),
        ("Số liệu năm 2020", "2020-Q4"),
        ("tính đến ngày 30 tháng 6 năm 2021", "2021-Q2"),
        ("Đến 30/6/2021", "2021-Q2"),
        ("tháng 6/2021", "2021-Q2"),
        ("II/2021", "2021-Q2"),
        ("0h ngày 1 tháng 4 năm 2019", None),
        ("30/5/2021", None),
        ("Quý I/2021 và Quý II/2021", None),
        ("Xã An Phú", None),
    ],
)
def test_periods_as_offices_write_them(text: str, period: str | None) -> None:
    found = Period.find_in(text)
    assert (None if found is None else str(found)) == period
