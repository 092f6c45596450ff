"""
What power for a hamlet costs by technology: network within it, plant, operation, and the levelised cost of a kWh.

The method is that of OnSSET, the open planner: D. Mentis et al., "Lighting the World: the first application of an
open source, spatial electrification tool (OnSSET) on Sub-Saharan Africa", Environmental Research Letters 12 (2017)
085003, doi 10.1088/1748-9326/aa7b29; the network within a settlement by A. Korkovelos et al., "The Role of Open Access
Data in Geospatial Electrification Planning and the Achievement of SDG7", Energies 12 (2019) 1395. Where this differs
from the package of that name: docs/methods.md, "The last mile".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

GRID, SOLAR_HOME, MINI_GRID = "grid", "solar_home", "mini_grid"
"""Technologies: grid extension (kéo lưới), solar home systems (điện mặt trời từng hộ), solar mini-grid."""

HOURS_PER_YEAR: Final = 8760
DAYS_PER_YEAR: Final = 365

Numbers = npt.NDArray[np.float64]
Values = Mapping[str, float]


@dataclass(frozen=True)
class Demand:
    """What hamlets need, one place each: households, built-up area (km²), energy at the households (kWh a year)."""

    households: Numbers
    area_km2: Numbers
    kwh_year: Numbers

    def average_kw(self, loss_share: float) -> Numbers:
        """Return the mean load that is sent out, so that the energy arrives."""
        return np.asarray(self.kwh_year / (1 - loss_share) / HOURS_PER_YEAR, dtype=np.float64)


@dataclass(frozen=True)
class Wires:
    """The network within hamlets: medium- and low-voltage line (km), service transformers."""

    mv_km: Numbers
    lv_km: Numbers
    transformers: Numbers


@dataclass(frozen=True)
class Supply:
    """
    One technology for hamlets, one place each.

    Parameters
    ----------
    investments
        (VND, years of life) of what is bought at the start, and again when its life is over.
    operation_vnd_year
        Operation, upkeep and energy bought, a year.
    upkeep_vnd_year
        Of that, what is not energy.
    plant_kw
        Solar capacity (kWp); 0 for the grid.
    """

    investments: tuple[tuple[Numbers, float], ...]
    operation_vnd_year: Numbers
    upkeep_vnd_year: Numbers
    wires: Wires
    plant_kw: Numbers

    @property
    def investment_vnd(self) -> Numbers:
        """What is bought at the start."""
        return np.asarray(sum(vnd for vnd, _ in self.investments), dtype=np.float64)


# ---- the network within a hamlet


def wires_within(demand: Demand, loss_share: float, values: Values) -> Wires:
    """
    Return the lines and transformers within hamlets (Korkovelos et al. 2019).

    Transformers: as many as load, households or area need, whichever is most. Low voltage: households evenly over the
    area, each a cell's diameter of line; the transformers hang on low voltage from the middle of the hamlet, or on
    medium voltage where the load moment is greater than low voltage carries.
    """
    peak_kw = demand.average_kw(loss_share) / values["load_factor_share"]
    reach_km = values["lv_reach_m"] / 1000
    transformers = np.ceil(
        np.maximum.reduce(
            [
                peak_kw / values["power_factor_share"] / values["transformer_kva_per_unit"],
                demand.households / values["transformer_households_per_unit"],
                demand.area_km2 / (np.pi * reach_km**2),
            ]
        )
    )
    radius_km = np.sqrt(demand.area_km2 / np.pi)
    own_radius_km = np.sqrt(demand.area_km2 / transformers / np.pi)
    moment_kw_m = 2 / 3 * radius_km * 1000 * peak_kw / transformers
    needs_mv = moment_kw_m >= values["lv_load_moment_kw_m"]
    cell_km = 2 * np.sqrt(demand.area_km2 / demand.households / np.pi)
    return Wires(
        mv_km=np.where(needs_mv, 2 * own_radius_km * transformers, 0.0),
        lv_km=cell_km * demand.households + np.where(needs_mv, 0.0, 2 / 3 * radius_km * transformers),
        transformers=transformers,
    )


def wires_vnd(wires: Wires, demand: Demand, values: Values) -> Numbers:
    """Return what the network within hamlets costs, with its connections of households."""
    return np.asarray(
        wires.mv_km * values["mv_line_cost_vnd_per_km"]
        + wires.lv_km * values["lv_line_cost_vnd_per_km"]
        + wires.transformers * values["transformer_cost_vnd_per_unit"]
        + demand.households * values["connection_cost_vnd_per_household"],
        dtype=np.float64,
    )


# ---- technologies


def grid_supply(demand: Demand, values: Values, *, line_vnd: Numbers | float = 0.0) -> Supply:
    """Return grid extension whose line up to each hamlet costs `line_vnd`."""
    loss = values["hamlet_loss_share"]
    wires = wires_within(demand, loss, values)
    branches = circuits(demand, values) * values["mv_branch_cost_vnd_per_unit"]
    investment = wires_vnd(wires, demand, values) + branches + line_vnd
    upkeep = investment * values["grid_operation_share_per_year"]
    bought = demand.kwh_year / (1 - loss) * values["grid_supply_cost_vnd_per_kwh"]
    nothing = np.zeros_like(demand.kwh_year)
    return Supply(((investment, values["grid_life_years"]),), upkeep + bought, upkeep, wires, nothing)


def solar_home_supply(demand: Demand, values: Values) -> Supply:
    """Return a solar home system for each household; its wiring is part of its cost."""
    plant, plant_kw = _plant(demand, "solar_home", values)
    upkeep = _total(plant) * values["solar_home_operation_share_per_year"]
    nothing = np.zeros_like(demand.kwh_year)
    return Supply(plant, upkeep, upkeep, Wires(nothing, nothing, nothing), plant_kw)


def mini_grid_supply(demand: Demand, values: Values) -> Supply:
    """Return a solar plant with batteries, and the network within the hamlet."""
    plant, plant_kw = _plant(demand, "mini_grid", values)
    wires = wires_within(demand, values["mini_grid_loss_share"], values)
    network = wires_vnd(wires, demand, values)
    upkeep = (
        _total(plant) * values["mini_grid_operation_share_per_year"] + network * values["grid_operation_share_per_year"]
    )
    return Supply(((network, values["grid_life_years"]), *plant), upkeep, upkeep, wires, plant_kw)


def circuits(demand: Demand, values: Values) -> Numbers:
    """Return how many medium-voltage circuits carry the peak load."""
    peak_kw = demand.average_kw(values["hamlet_loss_share"]) / values["load_factor_share"]
    return np.asarray(np.ceil(peak_kw / values["mv_line_capacity_kw"]), dtype=np.float64)


def _plant(demand: Demand, kind: str, values: Values) -> tuple[tuple[tuple[Numbers, float], ...], Numbers]:
    """Return panels and battery with their lives, and the panels' kWp: sized by energy, as the battery holds it."""
    average_kw = demand.average_kw(values[f"{kind}_loss_share"])
    plant_kw = average_kw / values["pv_capacity_factor_share"]
    used_kwh_a_day = demand.kwh_year / DAYS_PER_YEAR
    battery_kwh = used_kwh_a_day * values[f"{kind}_storage_days"] / values["battery_depth_share"]
    panels = (plant_kw * values[f"{kind}_pv_cost_vnd_per_kw"], values["pv_life_years"])
    battery = (battery_kwh * values[f"{kind}_battery_cost_vnd_per_kwh"], values["battery_life_years"])
    return (panels, battery), plant_kw


def _total(plant: tuple[tuple[Numbers, float], ...]) -> Numbers:
    return np.asarray(sum(vnd for vnd, _ in plant), dtype=np.float64)


# ---- levelised cost


def levelised_vnd_per_kwh(supply: Supply, demand: Demand, values: Values) -> Numbers:
    """
    Return the levelised cost of a kWh: Σ (I + O&M + F − salvage) ÷ (1 + r)^t ÷ Σ E ÷ (1 + r)^t.

    What happens in a year counts together: the first year, with the investment, at t = 0. What wears out is bought
    again when its life is over; what is not worn out at the horizon is worth its unused share in the last year.
    """
    worth = years_worth(values)
    capital = sum(vnd * capital_factor(life, values) for vnd, life in supply.investments)
    return np.asarray((capital + supply.operation_vnd_year * worth) / (demand.kwh_year * worth), dtype=np.float64)


def years_worth(values: Values) -> float:
    """Return what 1 a year over the horizon is worth; of a last year that it reaches into in part, that part counts."""
    horizon, rate = values["horizon_years"], values["discount_rate_share_per_year"]
    years = np.arange(int(np.ceil(horizon)))
    return float((np.minimum(1.0, horizon - years) / (1 + rate) ** years).sum())


def capital_factor(life_years: float, values: Values) -> float:
    """Return what an investment of 1 costs over the horizon: bought at 0 and after each life, less what is left."""
    horizon, rate = values["horizon_years"], values["discount_rate_share_per_year"]
    bought = replaced_at(life_years, horizon)
    used = horizon - bought[-1]
    last_year = np.ceil(horizon) - 1
    return float(((1 + rate) ** -bought).sum() - (1 - used / life_years) * (1 + rate) ** -last_year)


def replaced_at(life_years: float, horizon_years: float) -> Numbers:
    """Return the years at which something is bought: 0, and after each life that ends before the horizon does."""
    times = int(np.ceil(round(horizon_years / life_years, 9)))
    return np.arange(times, dtype=np.float64) * life_years
