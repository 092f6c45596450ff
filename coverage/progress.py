"""Progress: actual against the path to the target, in households still lacking; pace, gap and a status by rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from coverage.indicators import Indicator
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
)
from geodata import status
from geodata.differences import Counted
from geodata.periods import Period
from geodata.tables import require_columns

Row = Mapping[Hashable, Any]

TARGET_COLUMNS: Final = ("target_value", "base_period", "shortfall_base", "shortfall_target", "due_period")
"""What progress needs of a table of targets, indexed by area code."""

MILESTONE_COLUMNS: Final = ("area_code", "due_period", "shortfall_target")

SCORECARD_COLUMNS: Final = (
    "shortfall",
    "target_value",
    "shortfall_target",
    "gap",
    "due_period",
    "path",
    "ahead",
    "quarters_left",
    "required_per_quarter",
    "achieved_last",
    "achieved_per_quarter",
    "status",
    "reason",
)


def counted_by(indicator: Indicator) -> Counted:
    """Return what the shortfall of an indicator counts: households, or communes."""
    is_of_communes = indicator.numerator.startswith("communes_")
    return Counted("xã", "communes") if is_of_communes else Counted("hộ", "households")


def quarters_between(first: Period, last: Period) -> int:
    """
    Return how many quarters lie between the ends of two, less than 0 where the second is the earlier one.

    Examples
    --------
    >>> quarters_between(Period(2020, 4), Period(2021, 2))
    2
    """
    return (last.year - first.year) * 4 + last.quarter - first.quarter


@dataclass(frozen=True)
class Path:
    """
    The way from where an area stood to its target: straight from point to point, in households still lacking.

    Parameters
    ----------
    points
        Quarters, each later than the one before, and the households that may still be lacking at their ends: the
        base, the milestones, the target.

    Examples
    --------
    >>> path = Path(((Period(2020, 4), 100), (Period(2021, 3), 0)))
    >>> [path.at(Period(2021, quarter)) for quarter in (1, 2, 3, 4)]
    [66, 33, 0, 0]
    """

    points: tuple[tuple[Period, int], ...]

    def at(self, period: Period) -> int | None:
        """
        Return the whole households that may still be lacking at the end of a quarter, None before the first point.

        A point that falls between two whole households allows the smaller one: 66 of 66⅔. After the last point it
        stays where it is.
        """
        if period < self.points[0][0]:
            return None
        for (start, lacking), (end, allowed) in zip(self.points, self.points[1:], strict=False):
            if period <= end:
                done = quarters_between(start, period)
                return lacking + (allowed - lacking) * done // quarters_between(start, end)
        return self.points[-1][1]


def path_of(target: Row, milestones: Iterable[Row] = ()) -> Path | None:
    """
    Return the path to a target; None where its start or its due date is not known.

    Parameters
    ----------
    target
        Row of a table with `TARGET_COLUMNS`.
    milestones
        ``due_period`` and ``shortfall_target`` of the same area, in any order; those that are not between the start
        and the due date are left out, and the target itself decides at its own date.
    """
    if any(pd.isna(target[name]) for name in ("base_period", "shortfall_base", "shortfall_target", "due_period")):
        return None
    start, due = Period.parse(str(target["base_period"])), Period.parse(str(target["due_period"]))
    if start >= due:
        return None
    points = {start: int(target["shortfall_base"])}
    for row in milestones:
        at = Period.parse(str(row["due_period"]))
        if start < at < due and not pd.isna(row["shortfall_target"]):
            points[at] = int(row["shortfall_target"])
    points[due] = int(target["shortfall_target"])
    return Path(tuple(sorted(points.items())))


@dataclass(frozen=True)
class Pace:
    """
    What the last quarters brought: households fewer lacking; less than 0 where more are lacking.

    Parameters
    ----------
    last
        Since the quarter before; None where it or this one has no figure.
    mean
        A quarter, over the last steps between quarters with figures; None with fewer than two of them.
    """

    last: int | None
    mean: Fraction | None


def pace_of(shortfall: pd.Series[int], period: Period, rule: Rule) -> Pace:
    """
    Return the pace of an area at the end of a quarter.

    Parameters
    ----------
    shortfall
        Households lacking (Int64) by period code, in any order; what is missing was not reported.

    Notes
    -----
    A quarter without a figure is time, but neither progress nor standstill: from 100 over a missing quarter to 80 is
    a pace of 10 a quarter. Later quarters than `period` are not looked at.
    """
    known = {Period.parse(str(code)): int(value) for code, value in shortfall.dropna().items()}
    ends = sorted(quarter for quarter in known if quarter <= period)[-(rule.pace_quarters + 1) :]
    now, before = known.get(period), known.get(period.previous())
    last = before - now if now is not None and before is not None else None
    if len(ends) < 2:
        return Pace(last, None)
    return Pace(last, Fraction(known[ends[0]] - known[ends[-1]], quarters_between(ends[0], ends[-1])))


def required_per_quarter(gap: int, period: Period, due: Period) -> Fraction | None:
    """Return the households a quarter that close a gap until the due date; 0 without a gap, None once it has come."""
    if gap <= 0:
        return Fraction(0)
    left = quarters_between(period, due)
    return Fraction(gap, left) if left > 0 else None


def status_of(
    lacking: int | None,
    allowed: int | None,
    *,
    path: Path | None,
    due: Period | None,
    period: Period,
    pace: Pace,
    rule: Rule,
) -> tuple[str, str]:
    """
    Return the status of an area at the end of a quarter, one of `geodata.status.STATUSES`, and its reason if any.

    Parameters
    ----------
    lacking, allowed
        Households still lacking, and how many the target allows; None where not known.

    Notes
    -----
    The first that holds:

    1. **not known**: no target is set, or not every commune of the area reported.
    2. **reached**: lacking ≤ allowed, whatever the date.
    3. **not known**: no due date is stated, so that there is no path.
    4. **far behind**: the due date has come (period ≥ due).
    5. **not known**: where the path starts from is not known, or it begins later.
    6. **on the path**: lacking ≤ path. In the quarter in which the path begins every area stands on it, so there the
       pace decides: **on the path** where it is at least what is required per quarter, or cannot be told.
    7. **behind**: pace ≥ `Rule.behind_pace_share` of what is required per quarter, or no pace can be told.
    8. **far behind**: else.
    """
    if allowed is None:
        return status.UNKNOWN, NO_TARGET
    if lacking is None:
        return status.UNKNOWN, NOT_REPORTED
    if lacking <= allowed:
        return status.REACHED, ""
    if due is None:
        return status.UNKNOWN, NO_DUE_DATE
    required = required_per_quarter(lacking - allowed, period, due)
    if required is None:
        return status.FAR_BEHIND, DUE_PASSED
    asked = None if path is None else path.at(period)
    if asked is None:
        return status.UNKNOWN, NO_BASE if path is None else BEFORE_PATH
    begins = path is not None and path.points[0][0] == period
    reason = PATH_BEGINS if begins else ""
    if lacking <= asked and (not begins or pace.mean is None or pace.mean >= required):
        return status.ON_PATH, reason
    if pace.mean is None:
        return status.BEHIND, PACE_UNKNOWN
    return (status.BEHIND if pace.mean >= Fraction(rule.behind_pace_share) * required else status.FAR_BEHIND), reason


def scorecard(
    shortfall: pd.DataFrame,
    targets: pd.DataFrame,
    period: Period,
    rule: Rule,
    *,
    milestones: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Return where every area stands against its target at the end of a quarter.

    Parameters
    ----------
    shortfall
        As `coverage.shortfall.shortfall_by_area` gives it: one column an area, indexed by period code.
    targets
        Indexed by area code, `TARGET_COLUMNS`, rows in any order; an area without a row has no target.
    milestones
        `MILESTONE_COLUMNS`; rows in any order.

    Returns
    -------
    scorecard
        `SCORECARD_COLUMNS`, indexed by the area codes of `shortfall` in code order. ``shortfall``, ``gap`` (households
        beyond what the target allows; 0 or less where it is reached), ``path`` (what it asks now), ``ahead`` (path −
        shortfall, less than 0 where behind), ``quarters_left`` and ``achieved_last`` are Int64, the two rates per
        quarter Float64: missing where not known. ``reason`` is blank or one of `REASON_NAMES`.
    """
    require_columns(targets, TARGET_COLUMNS, what="targets")
    by_area = _by_area(milestones)
    targets_of = targets.to_dict("index")
    rows = {
        area: _standing(shortfall[area], targets_of.get(area), by_area.get(area, ()), period, rule)
        for area in sorted(str(column) for column in shortfall.columns)
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=pd.Index(SCORECARD_COLUMNS)).rename_axis("area_code")
    counts = ["shortfall", "shortfall_target", "gap", "path", "ahead", "quarters_left", "achieved_last"]
    rates = ["required_per_quarter", "achieved_per_quarter"]
    return table.astype({**dict.fromkeys(counts, "Int64"), **dict.fromkeys(rates, "Float64")})


def _standing(
    shortfall: pd.Series[int],
    target: Row | None,
    milestones: Iterable[Row],
    period: Period,
    rule: Rule,
) -> dict[str, object]:
    lacking = _whole(shortfall.get(str(period)))
    allowed = None if target is None else _whole(target["shortfall_target"])
    due = None if target is None or pd.isna(target["due_period"]) else Period.parse(str(target["due_period"]))
    path, pace = None if target is None else path_of(target, milestones), pace_of(shortfall, period, rule)
    gap = lacking - allowed if lacking is not None and allowed is not None else None
    asked = None if path is None else path.at(period)
    required = None if gap is None or due is None else required_per_quarter(gap, period, due)
    code, reason = status_of(lacking, allowed, path=path, due=due, period=period, pace=pace, rule=rule)
    return {
        "shortfall": lacking,
        "target_value": None if target is None else target["target_value"],
        "shortfall_target": allowed,
        "gap": gap,
        "due_period": None if due is None else str(due),
        "path": asked,
        "ahead": asked - lacking if asked is not None and lacking is not None else None,
        "quarters_left": None if due is None else max(quarters_between(period, due), 0),
        "required_per_quarter": None if required is None else float(required),
        "achieved_last": pace.last,
        "achieved_per_quarter": None if pace.mean is None else float(pace.mean),
        "status": code,
        "reason": reason,
    }


def _by_area(milestones: pd.DataFrame | None) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in [] if milestones is None else milestones.to_dict("records"):
        found.setdefault(str(row["area_code"]), []).append(row)
    return found


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def paths_by_period(
    targets: pd.DataFrame, periods: list[str], *, milestones: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Return what the path of each area asks in each quarter.

    Returns
    -------
    paths
        Indexed by period code, in the order given; one Int64 column an area of `targets`, missing before the path
        begins and where there is none.
    """
    by_area = _by_area(milestones)
    found = {str(area): path_of(row, by_area.get(str(area), ())) for area, row in targets.to_dict("index").items()}
    columns = {
        area: [None if path is None else path.at(Period.parse(code)) for code in periods]
        for area, path in sorted(found.items())
    }
    return pd.DataFrame(columns, index=pd.Index(periods, name="period"), dtype="Int64")


def worst_first(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Return a scorecard with those that need looking at first: by status, then by gap, then in code order."""
    rank = scorecard["status"].map({code: place for place, code in enumerate(_URGENCY)})
    order = scorecard.assign(_rank=rank, _gap=-scorecard["gap"].fillna(0)).sort_index()
    return scorecard.loc[order.sort_values(["_rank", "_gap"], kind="stable").index]


_URGENCY: Final = (status.FAR_BEHIND, status.BEHIND, status.UNKNOWN, status.ON_PATH, status.REACHED)


def status_counts(scorecard: pd.DataFrame) -> dict[str, int]:
    """Return how many areas have each status, from best to worst; those that none has are 0."""
    counted = scorecard["status"].value_counts()
    return {code: int(counted.get(code, 0)) for code in status.STATUSES}
