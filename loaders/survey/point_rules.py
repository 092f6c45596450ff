"""Points that lie outside the commune that their row names."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

KM_A_DEGREE: Final = 110.6
FAR_KM: Final = 1.0
FAR_FROM_APPROXIMATE_KM: Final = 5.0
"""Distances from which a point asks for a reason: our assumptions; approximate cells are off by kilometres."""


def distances_outside_km(records: pd.DataFrame, outlines: gpd.GeoDataFrame) -> pd.Series[float]:
    """
    Return how far each point lies outside its commune.

    Parameters
    ----------
    records
        Columns ``commune_code``, ``lon``, ``lat`` (WGS 84).
    outlines
        ``commune_code``, ``geometry`` (WGS 84), ``is_approximate``.

    Returns
    -------
    distance_km
        Index of `records`: kilometres where that is far (`FAR_KM`, or `FAR_FROM_APPROXIMATE_KM` from an approximate
        outline), else 0; 0 without a point or an outline. A degree counts as `KM_A_DEGREE` either way, which is right
        to 3% in the south.
    """
    found = pd.Series(np.zeros(len(records)), index=records.index)
    shapes = outlines.set_index("commune_code")
    known = records[records["lon"].notna() & records["commune_code"].isin(shapes.index)]
    for code, rows in known.groupby("commune_code"):
        shape = shapes.loc[code]
        points = shapely.points(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
        distance = shapely.distance(shape["geometry"], points) * KM_A_DEGREE
        far = FAR_FROM_APPROXIMATE_KM if shape["is_approximate"] else FAR_KM
        found[rows.index] = np.where(distance > far, distance, 0.0)
    return found
