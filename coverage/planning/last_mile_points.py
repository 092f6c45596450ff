"""Hamlets without the grid (ấp chưa có điện lưới) as plans use them: one row a hamlet, with what its survey says."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

HAMLET_PLAN_COLUMNS: Final = (
    "hamlet_name",
    "commune_code",
    "area_code",  # the district; blank where the commune is not among the communes
    "province_code",
    "households",  # without grid power
    "grid_distance_km",  # as the survey states it
    "lon",
    "lat",
    "file_name",
    "row",
)
"""Columns of prepared hamlets; indexed by ``hamlet_code``."""

_TEXTS: Final = ("hamlet_name", "commune_code", "area_code", "province_code", "file_name")
_AMOUNTS: Final = ("grid_distance_km", "lon", "lat")


def prepare_hamlets(records: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """
    Return the hamlets of the survey.

    Parameters
    ----------
    records
        The survey of hamlets, one row a hamlet; columns that nobody uploaded may be absent.
    communes
        Indexed by commune code: ``area_code``, ``province_code``; every commune of the list, so that a code which
        is not among them lies outside every commune.

    Returns
    -------
    hamlets
        `HAMLET_PLAN_COLUMNS` in order of codes; counts Int64, amounts float64, texts blank where missing; amounts that
        are missing stay missing.
    """
    if records.empty:
        return _typed(pd.DataFrame(columns=pd.Index([*HAMLET_PLAN_COLUMNS]), index=pd.Index([], name="hamlet_code")))
    hamlets = records.set_index("hamlet_code").sort_index(kind="stable")
    hamlets = hamlets.rename(columns={"households_without_grid": "households"})
    hamlets = _typed(hamlets.reindex(columns=pd.Index(HAMLET_PLAN_COLUMNS)))
    for name in ("area_code", "province_code"):
        hamlets[name] = _blank(hamlets["commune_code"].astype("object").map(communes[name]))
    return hamlets


def _typed(hamlets: pd.DataFrame) -> pd.DataFrame:
    return hamlets.assign(
        **{name: _blank(hamlets[name]) for name in _TEXTS},
        **{name: pd.to_numeric(hamlets[name]).astype("float64").replace({np.inf: np.nan}) for name in _AMOUNTS},
        households=pd.to_numeric(hamlets["households"]).astype("Int64"),
        row=pd.to_numeric(hamlets["row"]).fillna(0).astype("int64"),
    )


def _blank(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.astype("object").where(texts.notna(), "").astype("str")
