"""Progress: three communes that one can check in the head."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.progress import (
    TARGET_COLUMNS,
    Path,
    pace_of,
    path_of,
    paths_by_period,
    quarters_between,
    scorecard,
    status_counts,
    worst_first,
)
from coverage.progress_rule import (
    BEFORE_PATH,
    DUE_PASSED,
    NO_BASE,
    NO_DUE_DATE,
    NO_TARGET,
    NOT_REPORTED,
    PACE_UNKNOWN,
    PATH_BEGINS,
    Rule,
    read_rule,
)
from geodata.errors import FigureError
from geodata.language import Language
from geodata.periods import Period
from geodata.status import BEHIND, FAR_BEHIND, ON_PATH, REACHED, STATUS_SIGNS, UNKNOWN
from loaders.reference.tables import load_progress_rule

RULE = Rule(4, Decimal("0.5"))
NOW = Period(2021, 2)


def by_period(**columns: list[int | None]) -> pd.DataFrame:
    """Return households lacking in Q3 2020 to Q2 2021, one column a commune."""
    index = pd.Index(["2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2"], name="period")
    return pd.DataFrame(columns, index=index, dtype="Int64")


def target(base: Any = 100, allowed: Any = 0, due: Any = "2021-Q3", start: Any = "2020-Q3") -> dict[str, Any]:
    return dict(zip(TARGET_COLUMNS, ("1", start, base, allowed, due), strict=True))


def targets(**rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index")


def test_path_is_straight_and_allows_whole_households_only() -> None:
    path = path_of(target(base=100, due="2021-Q2"))
    assert path is not None
    assert [path.at(Period(2020, 3)), path.at(Period(2020, 4)), path.at(Period(2021, 1))] == [100, 66, 33]
    assert (path.at(NOW), path.at(Period(2030, 1)), path.at(Period(2020, 2))) == (0, 0, None)


def test_path_goes_through_its_milestones_in_any_order_and_only_those_inside() -> None:
    rows = [("2021-Q2", 10), ("2020-Q4", 90), ("2019-Q1", 500), ("2025-Q1", 7), ("2021-Q3", 50), ("2021-Q1", None)]
    path = path_of(target(), [{"due_period": due, "shortfall_target": allowed} for due, allowed in rows])
    assert path == Path(
        ((Period(2020, 3), 100), (Period(2020, 4), 90), (Period(2021, 2), 10), (Period(2021, 3), 0)),
    )
    assert path.at(Period(2021, 1)) == 50


@pytest.mark.parametrize("missing", ["base_period", "shortfall_base", "shortfall_target", "due_period"])
def test_no_path_without_start_or_due_date(missing: str) -> None:
    assert path_of(target() | {missing: pd.NA}) is None


def test_no_path_where_it_would_end_before_it_begins() -> None:
    assert path_of(target(start="2021-Q3")) is None


def test_missing_quarter_is_time_but_neither_progress_nor_standstill() -> None:
    series = by_period(a=[100, 95, None, 80])["a"]
    pace = pace_of(series, NOW, RULE)
    assert pace.last is None
    assert pace.mean == pytest.approx(20 / 3)


def test_pace_is_of_the_last_steps_up_to_the_quarter_and_may_be_backwards() -> None:
    series = by_period(a=[100, 70, 60, 65])["a"]
    assert pace_of(series, NOW, Rule(2, Decimal(1))).mean == pytest.approx(5 / 2)
    assert pace_of(series, NOW, RULE).last == -5
    assert pace_of(series, Period(2020, 4), RULE) == pace_of(series[::-1], Period(2020, 4), RULE)
    assert pace_of(series, Period(2020, 4), RULE).mean == 30
    assert pace_of(series, Period(2020, 3), RULE).mean is None


def later(quarters: int) -> Period:
    period = NOW
    for _ in range(quarters):
        period = period.next()
    return period


@pytest.mark.parametrize(
    ("lacking", "wanted", "expected"),
    [
        ([100, 60, 30, 5], target(allowed=5), (REACHED, "")),
        ([100, 60, 30, 0], target(due=pd.NA), (REACHED, "")),
        ([100, 75, 50, 25], target(), (ON_PATH, "")),  # the path asks 25
        ([100, 75, 50, 26], target(), (BEHIND, "")),
        # 40 to go in two quarters: 20 a quarter are required, and 10 a quarter are just half of it.
        ([70, 60, 50, 40], target(due="2021-Q4", base=50), (BEHIND, "")),
        ([67, 60, 50, 40], target(due="2021-Q4", base=50), (FAR_BEHIND, "")),
        ([40, 40, 40, 90], target(), (FAR_BEHIND, "")),
        ([100, 60, 30, 1], target(due="2021-Q2"), (FAR_BEHIND, DUE_PASSED)),
        ([None, None, None, 60], target(), (BEHIND, PACE_UNKNOWN)),
        ([100, 60, 30, 1], target(due=pd.NA), (UNKNOWN, NO_DUE_DATE)),
        ([100, 60, 30, None], target(), (UNKNOWN, NOT_REPORTED)),
        ([100, 60, 30, 1], None, (UNKNOWN, NO_TARGET)),
        ([100, 60, 30, 1], target(base=pd.NA), (UNKNOWN, NO_BASE)),
        ([100, 60, 30, 1], target(start="2021-Q4", due="2022-Q4"), (UNKNOWN, BEFORE_PATH)),
        # Where the path begins the pace of 10 decides: 10, 17½ and 23⅓ a quarter are required.
        ([100, 90, 80, 70], target(start=str(NOW), base=70, due=str(later(7))), (ON_PATH, PATH_BEGINS)),
        ([100, 90, 80, 70], target(start=str(NOW), base=70, due=str(later(4))), (BEHIND, PATH_BEGINS)),
        ([100, 90, 80, 70], target(start=str(NOW), base=70, due=str(later(3))), (FAR_BEHIND, PATH_BEGINS)),
        ([None, None, None, 70], target(start=str(NOW), base=70, due=str(later(3))), (ON_PATH, PATH_BEGINS)),
    ],
)
def test_status_by_the_stated_rule(
    lacking: list[int | None], wanted: dict[str, Any] | None, expected: tuple[str, str]
) -> None:
    table = targets(other=target()) if wanted is None else targets(a=wanted)
    row = scorecard(by_period(a=lacking), table, NOW, RULE).loc["a"]
    assert (row["status"], row["reason"]) == expected


def test_scorecard_of_three_communes() -> None:
    shortfall = by_period(c=[0, 0, 0, 0], a=[100, 90, 80, 70], b=[40, 40, None, None])
    found = scorecard(shortfall, targets(b=target(base=40), a=target(), c=target(base=0)), NOW, RULE)
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["status"].tolist() == [FAR_BEHIND, UNKNOWN, REACHED]  # a: 10 of the 70 required a quarter
    assert found["gap"].tolist() == [70, pd.NA, 0]
    assert found["path"].tolist() == [25, 10, 0]
    assert found["ahead"].tolist() == [-45, pd.NA, 0]
    assert found["required_per_quarter"].tolist() == [70, pd.NA, 0]
    assert found["achieved_last"].tolist() == [10, pd.NA, 0]
    assert found["achieved_per_quarter"].tolist() == [10, 0, 0]
    assert status_counts(found) == {REACHED: 1, ON_PATH: 0, BEHIND: 0, FAR_BEHIND: 1, UNKNOWN: 1}


def test_those_that_need_looking_at_come_first() -> None:
    shortfall = by_period(a=[0] * 4, b=[100, 75, 50, 25], c=[40, 40, 40, 90], d=[40, 40, 40, 95], e=[1, 1, 1, None])
    found = scorecard(shortfall, targets(**{code: target() for code in "abcde"}), NOW, RULE)
    assert worst_first(found).index.tolist() == ["d", "c", "e", "b", "a"]
    assert worst_first(found.iloc[::-1]).index.tolist() == ["d", "c", "e", "b", "a"]


def test_without_due_date_gap_and_pace_are_told_and_nothing_is_required() -> None:
    row = scorecard(by_period(a=[100, 90, 80, 70]), targets(a=target(due=pd.NA, allowed=10)), NOW, RULE).loc["a"]
    assert (row["gap"], row["achieved_per_quarter"]) == (60, 10)
    assert pd.isna(row["required_per_quarter"])
    assert pd.isna(row["path"])


def test_milestones_of_an_area_bend_only_its_own_path() -> None:
    milestones = pd.DataFrame([("b", "2021-Q2", 90)], columns=pd.Index(["area_code", "due_period", "shortfall_target"]))
    both = targets(a=target(), b=target())
    found = scorecard(by_period(a=[1, 1, 1, 1], b=[1, 1, 1, 1]), both, NOW, RULE, milestones=milestones)
    assert found["path"].tolist() == [25, 90]
    paths = paths_by_period(both, ["2020-Q2", "2021-Q2"], milestones=milestones)
    assert paths["b"].tolist() == [pd.NA, 90]


lacking_or_missing = st.one_of(st.none(), st.integers(0, 10_000))
areas = st.dictionaries(
    st.sampled_from(["84", "87", "89", "91"]),
    st.tuples(st.lists(lacking_or_missing, min_size=4, max_size=4), st.integers(0, 10_000), st.integers(0, 500)),
    min_size=1,
)


@settings(deadline=None)
@given(areas, st.randoms(use_true_random=False))
def test_row_order_never_matters(rows: dict[str, Any], order: Any) -> None:
    shortfall = by_period(**{code: lacking for code, (lacking, _, _) in rows.items()})
    table = targets(**{code: target(base=base, allowed=allowed) for code, (_, base, allowed) in rows.items()})
    codes = list(rows)
    order.shuffle(codes)
    mixed = scorecard(shortfall[codes].iloc[::-1], table.loc[sorted(codes, reverse=True)], NOW, RULE)
    pd.testing.assert_frame_equal(mixed, scorecard(shortfall, table, NOW, RULE))


@settings(deadline=None)
@given(areas)
def test_gaps_of_provinces_sum_to_that_of_the_company(rows: dict[str, Any]) -> None:
    known = {code: [0 if n is None else n for n in lacking] for code, (lacking, _, _) in rows.items()}
    shortfall = by_period(**known)
    allowed = {code: allowed for code, (_, _, allowed) in rows.items()}
    base = {code: base for code, (_, base, _) in rows.items()}
    parts = scorecard(
        shortfall, targets(**{code: target(base=base[code], allowed=allowed[code]) for code in rows}), NOW, RULE
    )
    whole = scorecard(
        shortfall.sum(axis="columns").to_frame("EVNSPC").astype("Int64"),
        targets(EVNSPC=target(base=sum(base.values()), allowed=sum(allowed.values()))),
        NOW,
        RULE,
    ).loc["EVNSPC"]
    assert parts["gap"].sum() == whole["gap"]
    assert parts["achieved_last"].sum() == whole["achieved_last"]
    # Each path allows whole households only, so those of the parts allow less than one household each too few.
    assert 0 <= whole["path"] - parts["path"].sum() < len(rows)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 40))
def test_path_that_falls_never_rises(base: int, allowed: int, quarters: int) -> None:
    base, allowed = max(base, allowed), min(base, allowed)
    due = Period(2020 + quarters // 4, quarters % 4 + 1)
    path = path_of(target(base=base, allowed=allowed, start="2020-Q1", due=str(due)))
    assert path is not None
    at, steps = Period(2020, 1), []
    while at <= due:
        steps.append(path.at(at))
        at = at.next()
    assert len(steps) == quarters + 1 == quarters_between(Period(2020, 1), due) + 1
    assert steps == sorted(steps, key=lambda n: -(n or 0))
    assert (steps[0], steps[-1]) == (base, allowed)


def test_shipped_rule_is_the_one_that_readers_are_told() -> None:
    rule = read_rule(load_progress_rule())
    assert rule == RULE
    told = rule.sentences(Language("en"))
    assert len(told) == len(STATUS_SIGNS)
    assert "at least 50% of what is required" in told[2]


@pytest.mark.parametrize("values", [{"pace_quarters": 0}, {"behind_pace_share": "0"}, {"behind_pace_share": "1.5"}])
def test_rule_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FigureError) as caught:
        read_rule({"pace_quarters": 4, "behind_pace_share": "0.5"} | values)
    assert caught.value.code == "progress.rule"
