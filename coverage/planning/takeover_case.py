"""The case for one master meter: yearly margin, upgrade cost, operation, net present value, pay-back; all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.tariffs import Prices

Numbers = npt.NDArray[np.float64]

MONTHS: Final = 12

CASE_COLUMNS: Final = (
    "households",
    "kwh_household_month",
    "loss_share",
    "retail_vnd_year",
    "bulk_vnd_year",
    "margin_vnd_year",  # at today's loss, before operation
    "loss_after_share",
    "margin_after_vnd_year",
    "operation_vnd_year",
    "line_cost_vnd",
    "substation_cost_vnd",
    "meter_cost_vnd",
    "upgrade_cost_vnd",
    "npv_vnd",
    "payback_years",  # missing where the cost does not come back within the horizon
    "cost_per_household_vnd",
    "shared_meters_removed",
    "household_saving_vnd_year",
    "crew_weeks",
    "assumed",  # inputs that an assumption stands for, comma-separated
)
"""Columns of cases; indexed by ``point_code``."""


def cases(points: pd.DataFrame, prices: Prices, values: Mapping[str, float]) -> pd.DataFrame:
    """
    Return the case of each point.

    Parameters
    ----------
    points
        Columns `takeover_points.POINT_COLUMNS`; its `OVERRIDES`, where there, win over what assumptions give. Without
        errors of `takeover_checks.check_points`.
    prices
        Those in force, for all years.
    values
        Value of each assumption by name.

    Returns
    -------
    cases
        `CASE_COLUMNS` in the order of the points. Money is VND of today without VAT. The parts of an upgrade cost that
        was given for a point are missing.

    Notes
    -----
    Source: docs/methods.md, "The case for one master meter".
    """
    households = points["households"].to_numpy(dtype=np.float64)
    use, loss = _use_and_loss(points, households, values)
    known_after = _given(points, "loss_after_share")
    loss_after = np.where(np.isnan(known_after), np.minimum(loss, values["loss_after_upgrade_share"]), known_after)
    retail = prices.retail_vnd(use) * MONTHS * households
    bulk = prices.bulk_vnd(use / (1 - loss)) * MONTHS * households
    operation = values["operation_vnd_per_household_month"] * MONTHS * households
    costs, line_rebuilt_km = _costs(points, households, values)
    margins = _margins_by_year(use, loss_after, households, prices, values)
    net = margins - operation
    cost = costs["upgrade_cost_vnd"]
    by_household = np.where(households > 0, households, np.nan)
    shared = np.floor(households * values["shared_meter_share"] + 0.5)
    overcharged = values["overcharge_vnd_per_kwh"] * use * MONTHS * households
    weeks = (
        values["crew_weeks_per_point"]
        + values["crew_weeks_per_line_km"] * line_rebuilt_km
        + values["crew_weeks_per_household"] * households
    )
    table = pd.DataFrame(
        {
            "households": points["households"],
            "kwh_household_month": use,
            "loss_share": loss,
            "retail_vnd_year": retail,
            "bulk_vnd_year": bulk,
            "margin_vnd_year": retail - bulk,
            "loss_after_share": loss_after,
            "margin_after_vnd_year": margins[0],
            "operation_vnd_year": operation,
            **costs,
            "npv_vnd": _present_value(net, values) - cost,
            "payback_years": _payback_years(net, cost, values["horizon_years"]),
            "cost_per_household_vnd": cost / by_household,
            "shared_meters_removed": pd.array(shared, dtype="Int64"),
            "household_saving_vnd_year": overcharged,
            "crew_weeks": weeks,
            "assumed": _assumed(points),
        },
        index=points.index,
    )
    return table[list(CASE_COLUMNS)]


# ---- energy


def _use_and_loss(points: pd.DataFrame, households: Numbers, values: Mapping[str, float]) -> tuple[Numbers, Numbers]:
    """Return kWh a household and month, and the share lost today."""
    loss = points["loss_share"].to_numpy(dtype=np.float64)
    loss = np.where(np.isnan(loss), values["loss_today_share"], loss)
    sold, bought = (points[name].to_numpy(dtype=np.float64) for name in ("kwh_sold", "kwh_bought"))
    sold = np.where(np.isnan(sold), bought * (1 - loss), sold)
    use = np.divide(sold, households * MONTHS, out=np.full_like(sold, np.nan), where=households > 0)
    return np.where(np.isnan(use), values["household_use_kwh_per_month"], use), loss


def _margins_by_year(
    use: Numbers, loss_after: Numbers, households: Numbers, prices: Prices, values: Mapping[str, float]
) -> Numbers:
    """Return the margin after the upgrade, a row a year of the horizon; the first year is at today's use."""
    years = np.arange(int(np.ceil(values["horizon_years"])))
    used = use * (1 + values["demand_growth_share_per_year"]) ** years[:, np.newaxis]
    by_household = prices.retail_vnd(used) - prices.bulk_vnd(used / (1 - loss_after))
    return np.asarray(by_household * MONTHS * households)


# ---- cost


def _costs(
    points: pd.DataFrame, households: Numbers, values: Mapping[str, float]
) -> tuple[dict[str, Numbers], Numbers]:
    """Return the columns of cost, and the line that is rebuilt."""
    rebuilt = rebuilt_share(points["condition"], values)
    needed_kva = households * values["substation_kva_per_household"]
    kva = points["substation_kva"].to_numpy(dtype=np.float64)
    kva = np.where(np.isnan(kva), needed_kva, kva)
    # What stays is the part that is not rebuilt; what is built fills up to the greater of what was there and is needed.
    built_kva = np.maximum(kva, needed_kva) - kva * (1 - rebuilt)
    line_km = points["line_km"].to_numpy(dtype=np.float64)
    costs = {
        "line_cost_vnd": line_km * rebuilt * values["line_cost_vnd_per_km"],
        "substation_cost_vnd": built_kva * values["substation_cost_vnd_per_kva"],
        "meter_cost_vnd": households * values["meter_cost_vnd_per_household"],
    }
    given = _given(points, "upgrade_cost_vnd")
    is_given = ~np.isnan(given)
    total = costs["line_cost_vnd"] + costs["substation_cost_vnd"] + costs["meter_cost_vnd"]
    parts = {name: np.where(is_given, np.nan, amount) for name, amount in costs.items()}
    km = np.where(np.isnan(line_km), households * values["line_m_per_household"] / 1000, line_km)
    return parts | {"upgrade_cost_vnd": np.where(is_given, given, total)}, km * rebuilt


def rebuilt_share(condition: pd.Series[str], values: Mapping[str, float]) -> Numbers:
    """Return the share of line and substation to rebuild; a condition that is not known counts as fair."""
    by_condition = {name: values[f"rebuilt_{name}_share"] for name in ("good", "fair", "poor")}
    return np.asarray(condition.map(by_condition).fillna(by_condition["fair"]), dtype=np.float64)


def _given(points: pd.DataFrame, name: str) -> Numbers:
    if name not in points.columns:
        return np.full(len(points), np.nan)
    return points[name].to_numpy(dtype=np.float64)


# ---- value


def _year_weights(horizon_years: float) -> Numbers:
    """Return how much of each year counts: 1, and of the last one the part that the horizon reaches into."""
    years = int(np.ceil(horizon_years))
    return np.asarray(np.minimum(1.0, horizon_years - np.arange(years)), dtype=np.float64)


def _present_value(net: Numbers, values: Mapping[str, float]) -> Numbers:
    """Return the value, at the start of the first year, of what comes in at the end of each year."""
    weights = _year_weights(values["horizon_years"])
    factors = weights / (1 + values["discount_rate_share_per_year"]) ** np.arange(1, len(weights) + 1)
    return np.asarray(factors @ net)


def _payback_years(net: Numbers, cost: Numbers, horizon_years: float) -> Numbers:
    """Return the years until what came in, not discounted and evenly over each year, equals the cost."""
    counted = net * _year_weights(horizon_years)[:, np.newaxis]
    before = np.vstack([np.zeros_like(cost), np.cumsum(counted, axis=0)])
    is_back = before[1:] >= cost
    year = is_back.argmax(axis=0)
    place = np.arange(len(cost))
    missing = cost - before[year, place]
    coming = net[year, place] if len(cost) else np.empty(0)
    part = np.divide(missing, coming, out=np.zeros_like(cost), where=coming > 0)
    return np.where(is_back.any(axis=0), year + np.clip(part, 0, 1), np.nan)


# ---- what stands on assumptions


def _assumed(points: pd.DataFrame) -> list[str]:
    no_kwh = points["kwh_sold"].isna() & points["kwh_bought"].isna()
    needs_kva = points["substation_kva"].isna() & np.isnan(_given(points, "upgrade_cost_vnd"))
    is_missing = {
        "kwh_household_month": no_kwh,
        "loss_share": points["loss_share"].isna(),
        "condition": ~points["condition"].isin(["good", "fair", "poor"]),
        "substation_kva": needs_kva,
        "line_km": points["line_km"].isna(),
    }
    flags = np.column_stack([flag.to_numpy(dtype=bool) for flag in is_missing.values()])
    names = list(is_missing)
    return [",".join(name for name, flag in zip(names, row, strict=True) if flag) for row in flags]
