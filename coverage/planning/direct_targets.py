"""The target of several areas together: what their own targets of the share on direct sale add up to."""

from __future__ import annotations

from typing import Final

import pandas as pd

TARGET_COLUMNS: Final = ("period", "target_share")


def joint_targets(milestones: pd.DataFrame, households_grid: pd.Series[int]) -> pd.DataFrame:
    """
    Return the targets of areas together.

    Parameters
    ----------
    milestones
        ``area_code``, ``due_period`` (missing where no date is known), ``target_value`` (0 to 1, a number or its text,
        missing where it cannot be reckoned).
    households_grid
        Households with grid power by area code, of every area of a plan.

    Returns
    -------
    targets
        Columns `TARGET_COLUMNS`, in order: the mean of the areas' targets by their households with grid power of
        today, of the quarters in which every area has one. Without a row where there is none.
    """
    known = milestones.dropna(subset=["due_period", "target_value"])
    known = known[known["area_code"].isin(households_grid.index)]
    whole = float(households_grid.sum())
    rows = []
    for period, of_period in known.groupby("due_period"):
        values = of_period.drop_duplicates("area_code").set_index("area_code")["target_value"].astype("float64")
        if whole > 0 and len(values) == len(households_grid):
            weighed = float((values * households_grid.reindex(values.index).astype("float64")).sum())
            rows.append((str(period), weighed / whole))
    return pd.DataFrame(rows, columns=pd.Index(TARGET_COLUMNS)).astype({"period": "str", "target_share": "float64"})
