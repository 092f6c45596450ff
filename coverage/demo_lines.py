"""The demo's existing medium-voltage lines (đường dây trung áp): synthetic, so that hamlets lie some way from them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from coverage.demo_noise import noise
from coverage.planning.network import GRID, distance_to_grid, plan_network
from geodata.crs import WGS84

_STRAIGHT = {"route_factor_ratio": 1.0, "river_crossing_m": 0.0, "mv_line_cost_vnd_per_km": 0.0}


def make_lines(communes: pd.DataFrame, settings: dict[str, Any]) -> gpd.GeoDataFrame:
    """
    Return a line from commune to commune in each province, the shortest that joins those that have one.

    Parameters
    ----------
    communes
        Indexed by code: ``lon``, ``lat``, ``province_code``, ``is_rural``.
    settings
        Assumptions on lines; see `[lines]` of demo_assumptions.toml.

    Returns
    -------
    lines
        ``province_code``, ``name``, ``geometry`` in WGS 84, one row a stretch. Longer stretches than
        ``longest_km``, such as those across the sea, are left out.
    """
    has_line = ~communes["is_rural"].astype(bool) | (noise(communes.index, "line") < settings["communes_share"])
    joined = communes[has_line & communes[["lon", "lat"]].notna().all(axis=1)]
    stretches = []
    for province, places in joined.groupby("province_code"):
        start = pd.Series({places.index[0]: 0.0})
        lines = plan_network(places, lines=None, rivers=None, stated_distance_m=start, values=_STRAIGHT)
        kept = lines[(lines["from_code"] != GRID) & (lines["length_m"] <= settings["longest_km"] * 1000)]
        stretches.append(kept[["geometry"]].assign(province_code=province))
    table = pd.concat(stretches, ignore_index=True)
    names = [f"Đường dây trung áp {number} (giả định)" for number in range(1, len(table) + 1)]
    return gpd.GeoDataFrame(table.assign(name=names)[["province_code", "name", "geometry"]], crs=WGS84)


def distance_km(hamlets: pd.DataFrame, lines: gpd.GeoDataFrame) -> list[float]:
    """Return how far each hamlet is from the lines as a survey would say it: kilometres, to a tenth, at least 0.1."""
    distance_m = distance_to_grid(hamlets, lines=lines, stated_distance_m=None)
    return [float(km) for km in (distance_m / 1000).round(1).clip(lower=0.1)]
