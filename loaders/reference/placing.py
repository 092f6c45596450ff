"""Where communes lie that no point is known of: in the emptiest part of where they can be."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from loaders.reference.points import BOX, FILLED_SHARE, box_area_km2
from loaders.reference.successors import KM_PER_DEGREE

_STEPS: Final = 41
_PULL: Final = 0.5  # how much one own radius away from where the commune is expected weighs against emptiness
_MOST_PULL: Final = 0.6  # own radii of the commune of 2025
_BESIDE: Final = 0.7  # radii of two communes that were merged, apart
_APART: Final = 0.7  # own radii that a point keeps from every other
_FULLY_EMPTY: Final = 1.5
_LEAST_KM2: Final = 0.25
_LEAST_KEPT: Final = 0.3  # of the estimated half extent, where a point lies at the end of its district

Pairs = npt.NDArray[np.float64]


def place_communes(judged: pd.DataFrame, *, successor: pd.DataFrame, districts: pd.DataFrame) -> pd.DataFrame:
    """
    Return a point and an extent for every commune.

    A commune without a point is placed where it is expected — what its commune of 2025 has beyond its other
    parts, or the middle of its district — moved to the emptiest ground nearby, outside the extents of the
    other communes as far as that goes, and not on another province's ground. Extents that are not known are
    squares of the area that is left over, cut where the known extents of the district end.

    Parameters
    ----------
    judged
        Result of `judge_points`.
    successor
        Indexed by commune: code, lat, lon, area_km2 (missing where unknown) of its commune of 2025, and
        ``later_code``, under which it stood in June 2025.
    districts
        Indexed by commune: district_code, province_code, kind.

    Returns
    -------
    placed
        `judged` with no value missing; the points of ``"located"`` and ``"point"`` communes are unchanged.
    """
    placed = judged.copy()
    is_located = placed["worth"] == "located"
    is_placed = placed["worth"].isin(["elsewhere", "absent"])
    placed.loc[~is_located, BOX] = np.nan
    placed.loc[is_placed, ["lat", "lon"]] = np.nan

    area = _areas(placed, successor, districts)
    for code in placed.index[placed["worth"] == "point"]:
        _spread(placed, code, area[code], districts)
    for code in placed.index[is_placed]:
        expected = _expected(code, placed, area, successor, districts)
        placed.loc[code, ["lon", "lat"]] = _emptiest(expected, area[code], placed, districts, code)
        _spread(placed, code, area[code], districts)
    return placed


def _areas(placed: pd.DataFrame, successor: pd.DataFrame, districts: pd.DataFrame) -> pd.Series[float]:
    """Return each commune's likely area: from its extent, or its part of what its commune of 2025 leaves."""
    area = box_area_km2(placed) * FILLED_SHARE
    usual = area.groupby([districts["district_code"], districts["kind"]]).transform("median")
    usual = usual.fillna(area.groupby(districts["district_code"]).transform("median")).fillna(area.median())
    known = area.fillna(0).groupby(successor["code"]).transform("sum")
    unknown = area.isna().groupby(successor["code"]).transform("sum")
    left = ((successor["area_km2"] - known) / unknown).where(successor["area_km2"] > 1)
    return area.fillna(left.fillna(usual).clip(lower=0.3 * usual, upper=3 * usual)).clip(lower=_LEAST_KM2)


def _expected(
    code: str, placed: pd.DataFrame, area: pd.Series[float], successor: pd.DataFrame, districts: pd.DataFrame
) -> Pairs:
    """Return the place (lon, lat) that balances the commune of 2025 with its located parts."""
    whole = successor.loc[code]
    is_with = successor["code"] == whole["code"]
    is_of_district = districts["district_code"] == districts.loc[code, "district_code"]
    if pd.isna(whole["code"]):
        return placed.loc[is_of_district, ["lon", "lat"]].mean().to_numpy()
    middle = whole[["lon", "lat"]].to_numpy(dtype=float)
    parts = placed.index[is_with & placed["lat"].notna()]
    missing = area[placed.index[is_with & placed["lat"].isna()]].sum()
    weights = area[parts].to_numpy()[:, None]
    pull = (weights * (_centres(placed.loc[parts]) - middle)).sum(axis=0) / missing
    reach = _MOST_PULL * np.sqrt((missing + weights.sum()) / np.pi)
    expected = middle - pull / max(1.0, np.hypot(*(pull * KM_PER_DEGREE)) / reach)
    return _beside(expected, code, placed, area, successor)


def _beside(expected: Pairs, code: str, placed: pd.DataFrame, area: pd.Series[float], successor: pd.DataFrame) -> Pairs:
    """Return the expected place, drawn to the located communes that the commune was merged with."""
    is_merged = (successor["later_code"] == successor.loc[code, "later_code"]) & placed["lat"].notna()
    if not is_merged.any():
        return expected
    parts = placed.index[is_merged]
    centre = np.average(_centres(placed.loc[parts]), axis=0, weights=area[parts])
    reach = _BESIDE * (np.sqrt(area[parts].sum() / np.pi) + np.sqrt(area[code] / np.pi))
    away = expected - centre
    return np.asarray(centre + away / max(1.0, np.hypot(*(away * KM_PER_DEGREE)) / reach))


def _centres(placed: pd.DataFrame) -> Pairs:
    return np.column_stack([placed[["west", "east"]].mean(axis=1), placed[["south", "north"]].mean(axis=1)])


def _emptiest(expected: Pairs, area: float, placed: pd.DataFrame, districts: pd.DataFrame, code: str) -> Pairs:
    """Return the emptiest place near the expected one, among the commune's own neighbours' surroundings."""
    radius = np.sqrt(area / np.pi)
    steps = np.linspace(-3 * radius, 3 * radius, _STEPS)
    offsets = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    candidates = expected + offsets / KM_PER_DEGREE
    others = placed[placed["west"].notna()]
    near = np.abs((_centres(others) - expected) * KM_PER_DEGREE).max(axis=1) < 40 + 3 * radius
    others = others[near]
    half = np.column_stack([others["east"] - others["west"], others["north"] - others["south"]]) / 2
    depth = np.abs(candidates[:, None, :] - _centres(others)[None]) / half[None]
    depth = depth.max(axis=2)
    emptiness = np.minimum(depth.min(axis=1), _FULLY_EMPTY)
    score = emptiness - _PULL * np.hypot(*offsets.T) / radius
    points = placed.loc[placed["lat"].notna(), ["lon", "lat"]].to_numpy()
    apart = np.hypot(*((candidates[:, None] - points[None]) * KM_PER_DEGREE).transpose(2, 0, 1)).min(axis=1)
    score -= 5 * np.maximum(_APART * radius - apart, 0) / radius
    score[~_inside(candidates, placed, districts, code)] -= 10
    province = districts["province_code"]
    is_others = (province[others.index] != province[code]).to_numpy()
    score[is_others[depth.argmin(axis=1)]] -= 10
    return np.asarray(candidates[int(np.argmax(score))])


def _inside(candidates: Pairs, placed: pd.DataFrame, districts: pd.DataFrame, code: str) -> npt.NDArray[np.bool_]:
    """Whether places lie in the extent of the district's located communes."""
    own = placed[(districts["district_code"] == districts.loc[code, "district_code"]) & placed["west"].notna()]
    if own.empty:
        return np.ones(len(candidates), dtype=bool)
    low = own[["west", "south"]].min().to_numpy()
    high = own[["east", "north"]].max().to_numpy()
    return np.asarray(((candidates >= low) & (candidates <= high)).all(axis=1))


def _spread(placed: pd.DataFrame, code: str, area: float, districts: pd.DataFrame) -> None:
    """Give a commune a square extent of its area round its point, cut where its district's known extents end."""
    point = placed.loc[code, ["lon", "lat"]].to_numpy(dtype=float)
    half = np.sqrt(area / FILLED_SHARE) / 2 / KM_PER_DEGREE
    low, high = point - half, point + half
    is_known = (placed["worth"] == "located") & (districts["district_code"] == districts.loc[code, "district_code"])
    if is_known.any():
        own = placed[is_known]
        ends = own[["west", "south"]].min().to_numpy(), own[["east", "north"]].max().to_numpy()
        low = np.maximum(low, np.minimum(ends[0], point - _LEAST_KEPT * half))
        high = np.minimum(high, np.maximum(ends[1], point + _LEAST_KEPT * half))
    placed.loc[code, BOX] = [low[1], low[0], high[1], high[0]]
