"""Works of Programme 2081 as known steps: which households they will connect, in which quarter."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from coverage.indicators import Indicator
from geodata.errors import mark
from geodata.periods import Period
from geodata.tables import require_columns

STATED, LATE, UNDATED, FINISHED, OVERFULL = "stated", "late", "undated", "finished", "overfull"
FINISHED_SINCE: Final = "finished_since"

BASIS_TEXTS: Final = {
    STATED: mark("by its day of completion"),
    LATE: mark("late: its day has passed (assumption)"),
    UNDATED: mark("without a day of completion (assumption)"),
    FINISHED: mark("finished"),
    FINISHED_SINCE: mark("finished after the last figures"),
    OVERFULL: mark("more connected than planned"),
}
"""What the quarter of a work rests on, for readers."""

_WORK_COLUMNS: Final = (
    "work_code",
    "commune_code",
    "households_planned",
    "households_connected",
    "progress_share",
    "completion_date",
)

_GRID_SHARES: Final = {
    "households_all": "households_grid",
    "households_all_rural": "households_grid_rural",
    "households_all_urban": "households_grid_urban",
}


def is_moved_by_works(indicator: Indicator) -> bool:
    """
    Return whether works connect what an indicator lacks: households without the grid, N − T.

    Households behind master meters are not what a new line connects, and of U alone works may take some or none.
    """
    if indicator.denominator is None:
        return indicator.numerator == "households_to_connect"
    return _GRID_SHARES.get(indicator.denominator) == indicator.numerator


def work_steps(works: pd.DataFrame, period: Period, assumptions: dict[str, Any]) -> pd.DataFrame:
    """
    Return what each work has still to connect and when.

    Parameters
    ----------
    works
        ``work_code``, ``commune_code``, ``households_planned``, ``households_connected``, ``progress_share`` (0 to 1),
        ``completion_date``; all but the first three may be missing.
    period
        Quarter of the last figures.
    assumptions
        ``late_after_quarters``, ``undated_after_quarters``: `[works]` of forecast_assumptions.toml.

    Returns
    -------
    steps
        With the index of `works`: ``households`` that the last figures do not hold yet (planned − connected, never
        below 0), ``period`` (code of the quarter, missing where nothing is to come) and ``basis``.

    Notes
    -----
    A work that reports no households connected has connected none, unless it is finished. A finished work (progress of
    100%) brings nothing more, even if it connected fewer than planned: the others are still without the grid. Finished
    on a day after the last figures it brings what it connected (what was planned, where it does not say), in the
    quarter of that day: the figures do not hold it yet. One whose day is in the quarter of the last figures or before
    and that is not finished is late.
    """
    require_columns(works, _WORK_COLUMNS, what="works")
    planned, connected = works["households_planned"].astype("Int64"), works["households_connected"].astype("Int64")
    is_finished = (works["progress_share"] >= 1).fillna(value=False).astype(bool)
    is_ahead = (works["completion_date"] > pd.Timestamp(period.last_day)).astype(bool)
    is_overfull = (connected > planned).fillna(value=False).astype(bool)
    left = (planned - connected.fillna(0)).clip(lower=0).where(~is_finished, 0)
    left = left.where(~(is_finished & is_ahead), connected.fillna(planned)).astype("int64")
    basis = pd.Series(STATED, index=works.index, dtype="str")
    basis[works["completion_date"].isna()] = UNDATED
    basis[(works["completion_date"] <= pd.Timestamp(period.last_day)).astype(bool)] = LATE
    basis[left == 0] = FINISHED
    basis[is_overfull] = OVERFULL
    basis[is_finished & is_ahead & (left > 0)] = FINISHED_SINCE
    ahead = {LATE: assumptions["late_after_quarters"], UNDATED: assumptions["undated_after_quarters"]}
    quarters = [
        str(_after(period, ahead[reason]) if reason in ahead else Period.of(day.date())) if households else None
        for reason, day, households in zip(basis, works["completion_date"], left, strict=True)
    ]
    return pd.DataFrame(
        {"households": left, "period": pd.Series(quarters, index=works.index, dtype="str"), "basis": basis}
    )


def _after(period: Period, quarters: int) -> Period:
    for _ in range(quarters):
        period = period.next()
    return period


def steps_by_area(works: pd.DataFrame, steps: pd.DataFrame, area_of: pd.Series[str]) -> dict[str, dict[str, int]]:
    """
    Return the households that works will connect, by area and period code.

    Parameters
    ----------
    works, steps
        As of `work_steps`.
    area_of
        Area code of every commune, indexed by commune code; works of other communes are left out.
    """
    coming = steps[steps["households"] > 0].assign(area=works["commune_code"].map(area_of)).dropna(subset="area")
    found: dict[str, dict[str, int]] = {}
    for area, period, households in zip(coming["area"], coming["period"], coming["households"], strict=True):
        own = found.setdefault(str(area), {})
        own[str(period)] = own.get(str(period), 0) + int(households)
    return found


def limit_to_lacking(works: pd.DataFrame, lacking: pd.Series[int]) -> pd.DataFrame:
    """
    Return works that together bring a commune no more households than it lacks.

    Parameters
    ----------
    works
        ``work_code``, ``commune_code`` and the columns of `work_steps`.
    lacking
        Households that each commune lacked in the last figures (Int64), indexed by commune code; where it is missing
        nothing is limited.

    Returns
    -------
    works
        The same rows; ``households`` cut to what the commune still lacks when works come in the order of their
        quarters (then codes), and ``is_limited``.
    """
    ordered = works.sort_values(["period", "work_code"], kind="stable")
    room = ordered["commune_code"].map(lacking.to_dict()).astype("Int64")
    before = ordered.groupby("commune_code")["households"].cumsum() - ordered["households"]
    most = (room - before).clip(lower=0)
    cut = ordered["households"].where((ordered["households"] <= most).fillna(value=True), most).astype("int64")
    limited = ordered.assign(households=cut, is_limited=cut < ordered["households"])
    return limited.reindex(works.index)
