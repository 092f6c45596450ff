"""Unserved hamlets as candidates of a programme: cost with the hamlet's own line, net present value, crew weeks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.candidates import CANDIDATE_COLUMNS, CONNECTION
from coverage.planning.last_mile import demand_of
from coverage.planning.network import GRID as EXISTING_GRID
from coverage.planning.supply_cost import (
    GRID,
    MINI_GRID,
    SOLAR_HOME,
    Demand,
    Supply,
    circuits,
    grid_supply,
    mini_grid_supply,
    replaced_at,
    solar_home_supply,
)
from coverage.planning.tariffs import Prices
from geodata.errors import PhuDienError, mark

MONTHS: Final = 12

_SHOWN: Final = 5  # codes that a sentence names

Numbers = npt.NDArray[np.float64]


class NoLineError(PhuDienError):
    """A hamlet that is to get the grid, but no line."""


class Connections(NamedTuple):
    """
    Hamlets to connect.

    Parameters
    ----------
    candidates
        `CANDIDATE_COLUMNS` and ``technology``, in the order of the hamlets.
    follows
        A hamlet, and the one that its line comes through, before which it is not connected: code → code.
    """

    candidates: pd.DataFrame
    follows: dict[str, str]


def connections(
    hamlets: pd.DataFrame,
    choice: pd.DataFrame,
    lines: pd.DataFrame,
    prices: Prices,
    values: Mapping[str, float],
) -> Connections:
    """
    Return the candidates of hamlets, each with the technology that was chosen for it.

    Parameters
    ----------
    hamlets
        Columns `last_mile_points.HAMLET_PLAN_COLUMNS`, without errors of `last_mile_checks.check_hamlets`.
    choice
        As `last_mile.choose` gives it for these hamlets.
    lines
        As `network.plan_network` gives them for the hamlets that get the grid.
    prices
        Those in force, for all years.
    values
        Value of each assumption by name.

    Raises
    ------
    NoLineError
        If a hamlet that gets the grid has no line.

    Notes
    -----
    Source: docs/methods.md, "Connecting a hamlet".
    """
    technology = choice["technology"].reindex(hamlets.index)
    own = lines.set_index("to_code").reindex(hamlets.index)
    is_grid = (technology == GRID).to_numpy()
    _check_lines(hamlets.index[is_grid & own["length_m"].isna().to_numpy()])
    demand = demand_of(hamlets, values)
    line_vnd, line_km = _own_lines(own, lines, demand, values)
    supplies = {
        GRID: grid_supply(demand, values, line_vnd=line_vnd),
        MINI_GRID: mini_grid_supply(demand, values),
        SOLAR_HOME: solar_home_supply(demand, values),
    }
    npv = {name: _npv(name, supply, demand, prices, values) for name, supply in supplies.items()}
    weeks = {name: _crew_weeks(name, supply, demand, line_km, values) for name, supply in supplies.items()}
    cost = {name: supply.investment_vnd for name, supply in supplies.items()}
    before = own["from_code"].where(is_grid).fillna(EXISTING_GRID)
    candidates = pd.DataFrame(
        {
            "kind": CONNECTION,
            "name": hamlets["hamlet_name"],
            "commune_code": hamlets["commune_code"],
            "area_code": hamlets["area_code"],
            "province_code": hamlets["province_code"],
            "together_with": before.astype("str"),
            "households": hamlets["households"],
            "cost_vnd": _of_chosen(cost, technology),
            "npv_vnd": _of_chosen(npv, technology),
            "crew_weeks": _of_chosen(weeks, technology),
            "technology": technology,
        },
        index=hamlets.index.rename("candidate_code"),
    )
    follows = {str(code): str(first) for code, first in before.items() if first != EXISTING_GRID}
    return Connections(candidates[[*CANDIDATE_COLUMNS, "technology"]], follows)


def _check_lines(without: pd.Index) -> None:
    if len(without):
        raise NoLineError(
            "connection.no-line",
            mark("{count} hamlets are to get the grid, but the network has no line to them: {codes}. Plan the network "
                 "for all hamlets that get the grid."),
            count=len(without),
            codes=", ".join(str(code) for code in without[:_SHOWN]) + (" …" if len(without) > _SHOWN else ""),
        )  # fmt: skip


def _own_lines(
    own: pd.DataFrame, lines: pd.DataFrame, demand: Demand, values: Mapping[str, float]
) -> tuple[Numbers, Numbers]:
    """Return what the line up to each hamlet costs, and its km, as many circuits as its load needs; 0 without one."""
    number = circuits(demand, values)
    strengthened = 1 + values["upstream_reinforcement_share"] * _hamlets_before(own, lines)
    cost = own["cost_vnd"].fillna(0).to_numpy(dtype=np.float64) * number * strengthened
    return cost, own["length_m"].fillna(0).to_numpy(dtype=np.float64) / 1000 * number


def _hamlets_before(own: pd.DataFrame, lines: pd.DataFrame) -> Numbers:
    """Return how many hamlets lie between each hamlet and the existing grid."""
    before = dict(zip(lines["to_code"], lines["from_code"], strict=True))
    count = {EXISTING_GRID: -1}
    for code in before:
        way = [code]
        while way[-1] not in count:
            way.append(before[way[-1]])
        known = count[way.pop()]
        for passed in reversed(way):
            known += 1
            count[passed] = known
    return np.array([count.get(code, 0) for code in own.index], dtype=np.float64)


def _npv(name: str, supply: Supply, demand: Demand, prices: Prices, values: Mapping[str, float]) -> Numbers:
    """
    Return what a hamlet is worth at the moment at which it is connected.

    Investment at once; what comes in and goes out during a year at its end; what wears out is bought again when its
    life is over. Nothing is left at the horizon, as with take-overs.
    """
    rate, horizon = values["discount_rate_share_per_year"], values["horizon_years"]
    use = demand.kwh_year / demand.households / MONTHS
    paid = values["solar_home_paid_share"] if name == SOLAR_HOME else 1.0
    revenue = prices.retail_vnd(use) * MONTHS * demand.households * paid
    billed = 0.0 if name == SOLAR_HOME else values["operation_vnd_per_household_month"] * MONTHS
    net = revenue - supply.operation_vnd_year - billed * demand.households
    years = np.arange(1, int(np.ceil(horizon)) + 1)
    worth = (np.minimum(1.0, horizon - years + 1) / (1 + rate) ** years).sum()
    bought = sum(vnd * ((1 + rate) ** -replaced_at(life, horizon)).sum() for vnd, life in supply.investments)
    return np.asarray(net * worth - bought, dtype=np.float64)


def _crew_weeks(name: str, supply: Supply, demand: Demand, line_km: Numbers, values: Mapping[str, float]) -> Numbers:
    if name == SOLAR_HOME:
        work = demand.households * values["crew_weeks_per_solar_home"]
    else:
        mv_km = supply.wires.mv_km + (line_km if name == GRID else 0)
        work = (
            mv_km * values["crew_weeks_per_mv_km"]
            + supply.wires.lv_km * values["crew_weeks_per_lv_km"]
            + demand.households * values["crew_weeks_per_connection"]
            + supply.plant_kw * values["crew_weeks_per_mini_grid_kw"]
        )
    return np.asarray(values["crew_weeks_per_hamlet"] + work, dtype=np.float64)


def _of_chosen(amounts: Mapping[str, Numbers], technology: pd.Series[str]) -> Numbers:
    is_chosen = [(technology == name).to_numpy() for name in amounts]
    return np.select(is_chosen, list(amounts.values()), default=np.nan)
