"""Bulk-purchase points as plans use them: one row a point that still buys in bulk, with what its survey says."""

from __future__ import annotations

from typing import Final

import pandas as pd

TAKEN_OVER: Final = "taken_over"

_TEXTS: Final = (
    "organisation_name",
    "master_meter",
    "commune_code",
    "area_code",
    "province_code",
    "condition",
    "takeover_state",
    "file_name",
)
_NUMBERS: Final = ("kwh_bought", "kwh_sold", "loss_share", "line_km", "substation_kva", "lon", "lat")

OVERRIDES: Final = ("loss_after_share", "upgrade_cost_vnd")
"""Columns that a point may have besides: what is known of it wins over what assumptions give."""

POINT_COLUMNS: Final = (
    "organisation_name",
    "master_meter",
    "commune_code",
    "area_code",  # the district; blank where the commune is not among the communes
    "province_code",
    "households",
    "kwh_bought",  # through the master meter in a year
    "kwh_sold",  # to the households in a year
    "loss_share",  # 0 to 1
    "line_km",
    "substation_kva",
    "condition",  # good, fair, poor; blank where not known
    "lon",
    "lat",
    "takeover_state",
    "file_name",
    "row",
)
"""Columns of prepared points; indexed by ``point_code``."""


def prepare_points(records: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """
    Return the points that still buy in bulk.

    Parameters
    ----------
    records
        The survey of bulk points, one row a point; columns that nobody uploaded may be absent.
    communes
        Indexed by commune code: ``area_code``, ``province_code``; every commune of the list, so that a code which
        is not among them lies outside every commune.

    Returns
    -------
    points
        `POINT_COLUMNS` and `OVERRIDES` as far as records have them, in order of codes; counts Int64, amounts float64,
        texts blank where missing; what is missing stays missing. ``loss_share`` is 1 − sold ÷ bought where both are
        there, else as it is told.
    """
    if records.empty:
        return _typed(pd.DataFrame(columns=pd.Index([*POINT_COLUMNS]), index=pd.Index([], name="point_code")))
    points = records.set_index("point_code").sort_index(kind="stable")
    points = points.rename(columns={"households_behind": "households"})
    kept = [*POINT_COLUMNS, *(name for name in OVERRIDES if name in points.columns)]
    points = points.reindex(columns=pd.Index(kept))
    points = _typed(points.astype({"commune_code": "object"}))
    points["area_code"] = _blank(points["commune_code"].map(communes["area_code"]))
    points["province_code"] = _blank(points["commune_code"].map(communes["province_code"]))
    bought = points["kwh_bought"].where(points["kwh_bought"] > 0)
    points["loss_share"] = (1 - points["kwh_sold"] / bought).fillna(points["loss_share"])
    return points[points["takeover_state"] != TAKEN_OVER]


def _typed(points: pd.DataFrame) -> pd.DataFrame:
    amounts = [*_NUMBERS, *(name for name in OVERRIDES if name in points.columns)]
    return points.assign(
        **{name: _blank(points[name]) for name in _TEXTS},
        **{name: pd.to_numeric(points[name]).astype("float64") for name in amounts},
        households=pd.to_numeric(points["households"]).astype("Int64"),
        row=pd.to_numeric(points["row"]).fillna(0).astype("int64"),
    )


def _blank(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.astype("object").where(texts.notna(), "").astype("str")
