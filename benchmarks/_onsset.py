"""OnSSET, the open planner (MIT), as a peer: loaded without what its notebook needs, with our settings in its words."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.supply_cost import DAYS_PER_YEAR, GRID, HOURS_PER_YEAR, MINI_GRID, SOLAR_HOME, Demand

Numbers = npt.NDArray[np.float64]

YEAR = 2022
VND_PER_UNIT = 25_000.0
"""Its extension of the grid takes 99 for a cost that is never met, so its money has to be of the size of dollars."""

NEVER = 1e9


def load_onsset() -> ModuleType | None:
    """Return its module, without its ``__init__`` (which needs pkg_resources); None where it is not installed."""
    try:
        path = next(file for file in files("onsset") or [] if file.name == "onsset.py")
    except (PackageNotFoundError, StopIteration):
        return None
    spec = importlib.util.spec_from_file_location("onsset_peer", path.locate())
    if spec is None or spec.loader is None:
        return None
    module, level, handlers = importlib.util.module_from_spec(spec), logging.root.level, list(logging.root.handlers)
    spec.loader.exec_module(module)
    logging.root.setLevel(level)  # it sets up logging for everyone
    logging.root.handlers[:] = handlers
    return module


def technologies(onsset: ModuleType, values: Mapping[str, float]) -> dict[str, Any]:
    """Return its technologies with our settings; what is named otherwise there: docs/methods.md, "OnSSET"."""
    money = {name: value / VND_PER_UNIT for name, value in values.items() if "_vnd_" in name}
    onsset.Technology.set_default_values(
        base_year=YEAR,
        start_year=YEAR,
        end_year=last_year(values),
        discount_rate=values["discount_rate_share_per_year"],
        hv_line_cost=money["mv_line_cost_vnd_per_km"] * 1e6,  # so that load never asks for high voltage
        mv_line_cost=money["mv_line_cost_vnd_per_km"],
        lv_line_cost=money["lv_line_cost_vnd_per_km"],
        lv_line_max_length=values["lv_reach_m"] / 1000,
        service_transf_type=values["transformer_kva_per_unit"],
        service_transf_cost=money["transformer_cost_vnd_per_unit"],
        max_nodes_per_serv_trans=values["transformer_households_per_unit"],
        mv_lv_sub_station_type=values["mv_line_capacity_kw"],
        mv_lv_sub_station_cost=money["mv_branch_cost_vnd_per_unit"],
        mv_mv_sub_station_cost=money["mv_branch_cost_vnd_per_unit"],
        power_factor=values["power_factor_share"],
        load_moment=values["lv_load_moment_kw_m"],
    )
    wires = {
        "connection_cost_per_hh": money["connection_cost_vnd_per_household"],
        "om_of_td_lines": values["grid_operation_share_per_year"],
        "base_to_peak_load_ratio": values["load_factor_share"],
        "existing_grid_cost_ratio": values["upstream_reinforcement_share"],
    }
    loss = values["hamlet_loss_share"]
    return {
        GRID: onsset.Technology(
            tech_life=int(values["grid_life_years"]),
            distribution_losses=loss,
            grid_price=money["grid_supply_cost_vnd_per_kwh"] / (1 - loss),
            **wires,
        ),
        MINI_GRID: onsset.Technology(
            tech_life=int(values["pv_life_years"]),
            distribution_losses=values["mini_grid_loss_share"],
            capital_cost={float("inf"): _plant_cost("mini_grid", values, money)},
            om_costs=values["mini_grid_operation_share_per_year"],
            mini_grid=True,
            **wires,
        ),
        SOLAR_HOME: onsset.Technology(
            tech_life=int(values["pv_life_years"]),
            distribution_losses=values["solar_home_loss_share"],
            capital_cost={float("inf"): _plant_cost("solar_home", values, money)},
            om_costs=values["solar_home_operation_share_per_year"],
            base_to_peak_load_ratio=1,
            standalone=True,
        ),
    }


def last_year(values: Mapping[str, float]) -> int:
    """Return the last year of the horizon."""
    return YEAR + int(values["horizon_years"]) - 1


def _plant_cost(kind: str, values: Mapping[str, float], money: Mapping[str, float]) -> float:
    """Return what a kWp costs with the battery that goes with it."""
    kwh_a_day = HOURS_PER_YEAR * values["pv_capacity_factor_share"] * (1 - values[f"{kind}_loss_share"]) / DAYS_PER_YEAR
    battery_kwh = kwh_a_day * values[f"{kind}_storage_days"] / values["battery_depth_share"]
    return money[f"{kind}_pv_cost_vnd_per_kw"] + battery_kwh * money[f"{kind}_battery_cost_vnd_per_kwh"]


def lcoe_vnd_per_kwh(
    technology: Any,
    demand: Demand,
    values: Mapping[str, float],
    *,
    line_km: Numbers | float = 0.0,
    **others: Any,
) -> Numbers:
    """Return its levelised cost; capacity is sized by energy there too: see docs/methods.md."""
    load_factor = 1.0 if technology.standalone else values["load_factor_share"]
    lcoe, _ = technology.get_lcoe(
        energy_per_cell=pd.Series(demand.kwh_year),
        people=pd.Series(demand.households),
        num_people_per_hh=pd.Series(np.ones(len(demand.households))),
        start_year=YEAR,
        end_year=last_year(values),
        new_connections=pd.Series(demand.households),
        total_energy_per_cell=pd.Series(demand.kwh_year),
        prev_code=pd.Series(np.full(len(demand.households), 99)),
        grid_cell_area=pd.Series(demand.area_km2),
        additional_mv_line_length=line_km,
        **{"capacity_factor": values["pv_capacity_factor_share"] / load_factor, **others},
    )
    return np.asarray(lcoe[0], dtype=np.float64) * VND_PER_UNIT


def extend_grid(
    onsset: ModuleType,
    hamlets: pd.DataFrame,
    demand: Demand,
    values: Mapping[str, float],
    *,
    grid_distance_m: pd.Series[float],
    without_grid: Numbers,
) -> pd.DataFrame:
    """
    Return what its extension of the grid gives: ``is_grid``, ``lcoe_vnd_per_kwh`` and ``line_m``, by hamlet.

    Parameters
    ----------
    without_grid
        The cheapest levelised cost without the grid, VND a kWh.
    """
    processor = onsset.SettlementProcessor.__new__(onsset.SettlementProcessor)
    distance_km = grid_distance_m.to_numpy() / 1000
    zeros = np.zeros(len(hamlets))
    processor.df = pd.DataFrame(
        {
            onsset.SET_X_DEG: hamlets["lon"].to_numpy(),
            onsset.SET_Y_DEG: hamlets["lat"].to_numpy(),
            f"{onsset.SET_ELEC_FINAL_CODE}{YEAR}": np.full(len(hamlets), 99),
            onsset.SET_ELEC_ORDER: zeros,
            onsset.SET_GRID_PENALTY: zeros + 1,
            f"{onsset.SET_MIN_OFFGRID_LCOE}{YEAR}": without_grid / VND_PER_UNIT,
            f"{onsset.SET_LCOE_GRID}{YEAR}": zeros + 99,
            onsset.SET_MV_CONNECT_DIST: zeros,
            onsset.SET_MV_DIST_PLANNED: distance_km,
            onsset.SET_HV_DIST_PLANNED: zeros + NEVER,
            f"{onsset.SET_ENERGY_PER_CELL}{YEAR}": demand.kwh_year,
            f"{onsset.SET_POP}{YEAR}": demand.households,
            f"{onsset.SET_NEW_CONNECTIONS}{YEAR}": demand.households,
            onsset.SET_TOTAL_ENERGY_PER_CELL: demand.kwh_year,
            onsset.SET_NUM_PEOPLE_PER_HH: zeros + 1,
            onsset.SET_GRID_CELL_AREA: demand.area_km2,
        }
    )
    lcoe, line_km, order, _, _ = processor.elec_extension(
        technologies(onsset, values)[GRID],
        max_dist=values["grid_reach_km"],
        year=YEAR,
        start_year=YEAR,
        end_year=last_year(values),
        time_step=0,
        grid_capacity_limit=NEVER,
        grid_connect_limit=NEVER,
        new_investment=zeros,
    )
    lcoe = np.asarray(lcoe, dtype=np.float64) * VND_PER_UNIT
    return pd.DataFrame(
        {
            "is_grid": lcoe < without_grid,
            "lcoe_vnd_per_kwh": lcoe,
            "line_m": np.asarray(line_km) * 1000,
            "order": np.asarray(order),
        },
        index=hamlets.index,
    )
