"""Rows of what a rule found: from arrays by commune and quarter to one row a finding."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from coverage.check_data import CheckData, Flags, Places

FOUND_COLUMNS: Final = ("area_code", "period", "detail", "measures")
"""What every row of a rule has; ``measures`` parted by "|". Its other columns are the values, in the order told."""


def nothing() -> pd.DataFrame:
    """Return no findings."""
    return pd.DataFrame(columns=pd.Index(FOUND_COLUMNS))


def every(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the findings of several tables as one."""
    known = [frame for frame in frames if len(frame)]
    return pd.concat(known, ignore_index=True) if known else nothing()


def rows_where(data: CheckData, is_found: Flags, measures: str, **values: Any) -> pd.DataFrame:
    """
    Return one row a commune and quarter where something was found.

    Parameters
    ----------
    is_found
        By commune and quarter.
    measures
        What it is about, parted by "|"; the detail of the finding too.
    values
        Arrays by commune and quarter (whole numbers), arrays of text likewise, or one text for all.
    """
    rows, columns = np.nonzero(is_found)
    found: dict[str, Any] = {
        "area_code": data.codes.to_numpy()[rows],
        "period": np.asarray(data.periods, dtype=object)[columns],
        "detail": measures,
        "measures": measures,
    }
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            taken = value[rows, columns]
            found[name] = taken if taken.dtype == object else taken.astype("int64")
        else:
            found[name] = value
    return pd.DataFrame(found)


def period_names(data: CheckData, places: Places) -> Any:
    """Return the quarters at positions (by commune and quarter) as text; the first where there is none."""
    names = np.asarray(data.periods, dtype=object)
    return names[np.maximum(places, 0)]


def by_largest_area(
    data: CheckData, is_found: Flags, is_member: Flags, last: Places, measure: str = "", **values: Any
) -> pd.DataFrame:
    """
    Return what befell communes, told of the largest area of which it befell every member.

    Parameters
    ----------
    is_found, is_member
        By commune and quarter; members are those of which it could be said at all.
    last
        Position of the quarter until which all was well.

    Returns
    -------
    found
        One row an area and quarter, with ``communes`` and ``last_period``: a province that is silent as a whole is one
        finding, not a hundred.
    """
    rows, columns = np.nonzero(is_member)
    places = data.units.communes[["district_code", "province_code"]]
    long = pd.DataFrame({"commune": data.codes.to_numpy()[rows], "column": columns})
    long["found"] = is_found[rows, columns]
    long["last"] = last[rows, columns]
    if not long["found"].any():
        return nothing()
    long["district"] = places["district_code"].reindex(long["commune"]).to_numpy()
    long["province"] = places["province_code"].reindex(long["commune"]).to_numpy()
    long["area"] = long["commune"]
    for level in ("district", "province"):
        of_area = long.groupby(["column", level])["found"]
        is_whole = of_area.transform("all") & (of_area.transform("size") > 1)
        long["area"] = long["area"].mask(is_whole.fillna(value=False).astype("bool"), long[level])
    told = (
        long[long["found"]]
        .groupby(["area", "column"], as_index=False)
        .agg(communes=("commune", "size"), last=("last", "max"))
    )
    names = np.asarray(data.periods, dtype=object)
    return pd.DataFrame(
        {
            "area_code": told["area"],
            "period": names[told["column"].to_numpy("int64")],
            "detail": measure,
            "measures": measure,
            "communes": told["communes"].astype("int64"),
            "last_period": names[told["last"].to_numpy("int64")],
            **values,
        }
    )
