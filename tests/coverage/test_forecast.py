"""When targets are reached: ranges, their limits, known works, and what is said of them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.calibration import Calibration, read_calibration
from coverage.forecast import (
    NOT_AT_THIS_PACE,
    OUTLOOKS,
    RANGE,
    REACHED,
    TOO_SHORT,
    Forecast,
    forecast,
    forecast_areas,
)
from coverage.pace import METHODS
from coverage.possible_paths import AHEAD, LateWorks, first_met
from geodata.errors import FigureError
from geodata.language import Language
from geodata.periods import Period
from loaders.reference.tables import load_forecast_calibration

CALIBRATION: Calibration = read_calibration(load_forecast_calibration())
SOME_LATE = LateWorks((0.5, 0.25, 0.15, 0.1))


def series(*values: int | None, first: str = "2019-Q3") -> pd.Series[int]:
    quarters = [Period.parse(first)]
    while len(quarters) < len(values):
        quarters.append(quarters[-1].next())
    return pd.Series(list(values), index=[str(quarter) for quarter in quarters], dtype="Int64")


def tell(*values: int | None, allowed: int = 0, **options: object) -> Forecast:
    return forecast(series(*values), allowed=allowed, calibration=CALIBRATION, **options)  # type: ignore[arg-type]


STEADY = (100, 90, 80, 70, 60, 50, 40, 30)  # the last is 2021-Q2


def test_a_steady_fall_meets_its_target_when_it_would_by_hand() -> None:
    found = tell(*STEADY, allowed=10)
    assert found.outlook == RANGE
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest <= Period(2021, 4) <= found.latest <= Period(2022, 1)
    assert (found.last, found.points, found.chance) == (Period(2021, 2), 8, Decimal("0.8"))


def test_reached_is_what_lacks_no_more_than_is_allowed() -> None:
    assert tell(*STEADY, allowed=30).outlook == REACHED
    assert tell(*STEADY, allowed=29).outlook == RANGE
    assert tell(0).outlook == REACHED


def test_four_known_quarters_are_needed() -> None:
    assert tell(40, None, 30, 20).outlook == TOO_SHORT
    assert tell(50, 40, None, 30, 20).outlook == RANGE
    assert tell(None, None).outlook == TOO_SHORT
    assert tell(40, 30, 20).sentence(Language("en")) == "too few quarters to tell (3 known, 4 needed)"


def test_what_stands_still_is_not_reached_at_this_pace() -> None:
    found = tell(*[500] * 8)
    assert (found.outlook, found.earliest, found.likely, found.latest) == (NOT_AT_THIS_PACE, None, None, None)
    assert found.sentence(Language("vi")) == "không đạt với nhịp độ này (quá 10 năm, xác suất 80%)"
    assert tell(500, 510, 525, 540, 560, 575).outlook == NOT_AT_THIS_PACE


def test_a_range_without_an_end_says_so() -> None:
    found = tell(400, 395, 370, 380, 350, 352, 330, 331)
    assert found.outlook == RANGE
    assert found.latest is None
    assert found.sentence(Language("en")).endswith("perhaps not within 10 years (chance 80%)")


def test_sentences() -> None:
    both = Forecast(RANGE, Period(2022, 4), Period(2023, 4), Period(2025, 2))
    assert both.sentence(Language("vi")) == "giữa quý IV/2022 và quý II/2025 (xác suất 80%)"
    assert both.sentence(Language("en")) == "between Q4 2022 and Q2 2025 (chance 80%)"
    one = Forecast(RANGE, Period(2022, 4), Period(2022, 4), Period(2022, 4), chance=Decimal("0.9"))
    assert one.sentence(Language("vi")) == "vào quý IV/2022 (xác suất 90%)"
    assert Forecast(REACHED).sentence(Language("vi")) == "đã đạt"


def test_quarters_that_are_left_out_are_quarters_that_are_missing() -> None:
    with_gap = series(100, 90, None, 70, 60, 50, 40, 30)
    left_out = with_gap.dropna()
    first, second = (forecast(s, allowed=0, calibration=CALIBRATION) for s in (with_gap, left_out))
    assert first == second
    assert first.path.equals(second.path)


def test_path_meets_the_target_in_the_quarters_of_the_range() -> None:
    found = tell(130, 100, 96, 70, 66, 52, 40, 33, allowed=5)
    path = found.path
    assert len(path) == AHEAD
    assert path.index[0] == "2021-Q3"
    for name, quarter in (("low", found.earliest), ("middle", found.likely), ("high", found.latest)):
        assert quarter is not None
        assert path.index[path[name] <= 5][0] == str(quarter)
    assert (path["low"] <= path["middle"]).all()
    assert (path["middle"] <= path["high"]).all()
    assert (path.diff().iloc[1:] <= 0).all(axis=None)
    assert path.iloc[0].max() <= 33


histories = st.lists(st.one_of(st.none(), st.integers(0, 300)), min_size=1, max_size=14)


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(0, 100), st.integers(0, 100))
def test_the_more_is_allowed_the_earlier(values: list[int | None], allowed: int, more: int) -> None:
    last = Period(9999, 4)
    strict, lenient = tell(*values, allowed=allowed), tell(*values, allowed=allowed + more)
    assert strict.outlook in OUTLOOKS
    if strict.outlook == RANGE and lenient.outlook == RANGE:
        assert (lenient.latest or last) <= (strict.latest or last)
        assert (lenient.likely or last) <= (strict.likely or last)
    if lenient.outlook == NOT_AT_THIS_PACE:
        assert strict.outlook == NOT_AT_THIS_PACE
    for found in (strict, lenient):
        ends = [quarter for quarter in (found.earliest, found.likely, found.latest) if quarter]
        assert ends == sorted(ends)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 300), min_size=6, max_size=6), min_size=2, max_size=5))
def test_what_is_told_of_one_area_does_not_depend_on_the_others(table: list[list[int]]) -> None:
    shortfall = pd.DataFrame({f"{n:02d}": series(*values) for n, values in enumerate(table)})
    allowed = pd.Series(3, index=shortfall.columns, dtype="Int64")
    together = forecast_areas(shortfall, allowed=allowed, calibration=CALIBRATION)
    for code in shortfall.columns:
        alone = forecast(shortfall[code], allowed=3, calibration=CALIBRATION)
        assert together[str(code)] == alone
        assert together[str(code)].path.equals(alone.path)


def test_areas_without_a_target_are_left_out() -> None:
    shortfall = pd.DataFrame({"84": series(*STEADY), "89": series(*STEADY)})
    allowed = pd.Series([pd.NA, 10], index=["84", "89"], dtype="Int64")
    assert list(forecast_areas(shortfall, allowed=allowed, calibration=CALIBRATION)) == ["89"]


def test_a_greater_chance_gives_a_range_that_holds_the_smaller_one() -> None:
    ragged = (400, 300, 280, 230, 160, 150, 120, 80)
    ranges = [tell(*ragged, allowed=20, chance=Decimal(chance)) for chance in ("0.5", "0.65", "0.8")]
    for inner, outer in pairwise(ranges):
        assert inner.earliest is not None
        assert outer.earliest is not None
        assert outer.earliest <= inner.earliest
        assert (inner.latest or Period(9999, 4)) <= (outer.latest or Period(9999, 4))


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("chance", ["0.5", "0.95"])
def test_quarters_of_a_range_are_in_order_whatever_is_asked_for(method: str, chance: str) -> None:
    for values in ((400, 300, 280, 230, 160, 150, 120, 80), (90, 80, 85, 70), (60, 40, 30, 22, 18, 15, 13, 12)):
        found = tell(*values, allowed=9, method=method, chance=Decimal(chance))
        ends = [quarter for quarter in (found.earliest, found.likely, found.latest) if quarter]
        assert ends == sorted(ends)
        assert (found.path["low"] <= found.path["middle"]).all()
        assert (found.path["middle"] <= found.path["high"]).all()


@pytest.mark.parametrize("chance", ["0.3", "0.99"])
def test_chances_that_were_not_learned_are_refused(chance: str) -> None:
    with pytest.raises(FigureError) as caught:
        tell(*STEADY, chance=Decimal(chance))
    assert caught.value.code == "forecast.chance"


def test_methods_by_their_names() -> None:
    for method in METHODS:
        found = tell(*STEADY, method=method)
        assert (found.method, found.weights[method]) == (method, pytest.approx(0.7))
        assert found.method_title(Language("vi"))
    assert tell(*STEADY).method in METHODS
    with pytest.raises(FigureError) as caught:
        tell(*STEADY, method="magic")
    assert caught.value.code == "forecast.method"


# ---- known works


def test_a_work_that_connects_all_that_is_left_meets_the_target_in_its_quarter() -> None:
    found = tell(*STEADY, steps={"2021-Q3": 30})
    assert (found.earliest, found.latest) == (Period(2021, 3), Period(2021, 3))
    assert found.path["high"].iloc[0] == 0


def test_a_work_may_be_late() -> None:
    still = [30] * 8
    found = tell(*still, steps={"2021-Q3": 30}, late_works=SOME_LATE)
    assert found.earliest == Period(2021, 3)
    assert found.latest is not None
    assert Period(2021, 4) <= found.latest <= Period(2022, 2)


def test_works_never_count_twice() -> None:
    """The pace of 10 a quarter is how works have come so far: a known one of 10 is part of it, not beside it."""
    assert tell(*STEADY, steps={"2021-Q3": 9}) == tell(*STEADY)
    path = tell(*STEADY, steps={"2021-Q3": 20}).path
    assert path["middle"].iloc[:3].tolist() == pytest.approx([10, 10, 0], abs=1)


def test_works_only_bring_forward() -> None:
    without, with_works = tell(*STEADY), tell(*STEADY, steps={"2021-Q3": 15, "2022-Q2": 5})
    assert (with_works.path["high"] <= without.path["high"]).all()
    assert (with_works.path["low"] <= without.path["low"]).all()


def test_a_work_that_was_due_comes_in_the_next_quarter() -> None:
    assert tell(*[30] * 8, steps={"2020-Q4": 30}).earliest == Period(2021, 3)


def test_first_met() -> None:
    assert first_met(pd.Series([5, 4, 3]).to_numpy(dtype=float), 4) == 2
    assert first_met(pd.Series([5, 4, 3]).to_numpy(dtype=float), 2) is None


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Forecast("range", Period(2024, 3), Period(2025, 4)), "III/2024 – quá 10 năm"),
        (Forecast("range", Period(2024, 3), Period(2025, 4), Period(2026, 1)), "III/2024 – I/2026"),
        (Forecast("range", Period(2024, 3), Period(2024, 3), Period(2024, 3)), "III/2024"),
        (Forecast("not_at_this_pace"), "quá 10 năm"),
        (Forecast("reached"), "đã đạt"),
        (Forecast("too_short", points=2), "chưa đủ số quý"),
    ],
)
def test_in_a_table_it_is_short_and_leaves_out_nothing_that_turns_its_sense(found: Forecast, told: str) -> None:
    assert found.short(Language("vi")) == told
