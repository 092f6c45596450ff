"""The embedded demo: synthetic figures of every commune that agree with all that was published.

Deterministic on every machine: what looks random comes from hashes of codes, not from a generator whose stream may
change between versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.demo_energy import with_energy
from coverage.demo_lines import distance_km, make_lines
from coverage.demo_noise import Counts as _Counts
from coverage.demo_noise import Numbers as _Numbers
from coverage.demo_noise import apportion, noise
from coverage.demo_works import make_works
from coverage.remaining import TAKEN_OVER
from geodata.periods import Period
from geodata.tables import BULK_POINT_COLUMNS, FIGURE_COLUMNS, HAMLET_COLUMNS, MEASURES
from geodata.units import Units

Assumptions = dict[str, Any]
"""The content of loaders/reference/demo_assumptions.toml."""

# No commune has more of its households behind master meters, so that every earlier quarter stays possible too.
_LARGEST_BULK_SHARE: Final = 0.93
_LARGEST_WITHOUT_SHARE: Final = 0.12
_SHARE_OF_REMOTE_COMMUNES: Final = 0.35


@dataclass(frozen=True)
class DemoData:
    """
    The demo's tables.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, one row a commune and quarter.
    bulk_points
        Columns `BULK_POINT_COLUMNS` and `demo_energy.ENERGY_COLUMNS`, as they stand at the end of the last quarter.
    hamlets
        Columns `HAMLET_COLUMNS`, likewise.
    works
        Works of Programme 2081, columns `demo_works.WORK_COLUMNS`, likewise.
    lines
        Existing medium-voltage lines, WGS 84; see `demo_lines.make_lines`.
    """

    figures: pd.DataFrame
    bulk_points: pd.DataFrame
    hamlets: pd.DataFrame
    works: pd.DataFrame
    lines: gpd.GeoDataFrame


def make_demo(units: Units, province_facts: pd.DataFrame, assumptions: Assumptions) -> DemoData:
    """
    Return the demo for a list of units.

    Parameters
    ----------
    units
        The list of 1 July 2021.
    province_facts
        Indexed by province code: ``households_census_2019``, ``rural_households_census_2019``.
    assumptions
        Totals and assumptions; see `Assumptions`.
    """
    last = _last_quarter(units.communes, province_facts, assumptions)
    points = _make_points(last, units, assumptions)
    periods = _periods(assumptions)
    tables = [
        _earlier_quarter(last, points, period, quarters_ago, assumptions)
        for quarters_ago, period in enumerate(reversed(periods))
    ]
    figures = pd.concat(reversed(tables), ignore_index=True)
    works = make_works(units.communes, figures, assumptions["works"])
    lines = make_lines(units.communes, assumptions["lines"])
    return DemoData(figures, points, _make_hamlets(last, lines, assumptions), works, lines)


def _periods(assumptions: Assumptions) -> list[Period]:
    periods = [Period.parse(assumptions["first_period"])]
    while str(periods[-1]) != assumptions["last_period"]:
        periods.append(periods[-1].next())
    return periods


# ---- the last quarter


def _last_quarter(communes: pd.DataFrame, facts: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a commune: places, and N, T, B, S, O of the last quarter under the names of the measures."""
    totals = assumptions["totals"]
    last = communes.copy()
    rural = last["is_rural"].to_numpy(dtype=bool)
    last["households_all"] = _households(last, facts, totals)
    without = np.zeros(len(last), dtype=np.int64)
    rural_without = totals["households_all_rural"] - totals["households_grid_rural"]
    all_without = totals["households_all"] - totals["households_grid"]
    for is_part, count in ((rural, rural_without), (~rural, all_without - rural_without)):
        without[is_part] = _without_grid(last[is_part], count, assumptions["connection_need"])
    last["without_grid"] = without
    last["households_offgrid"] = apportion(totals["households_offgrid"], without.astype(float), without)
    grid = last["households_all"] - last["without_grid"]
    last["households_bulk"] = _bulk(last, grid, assumptions)
    last["households_shared"] = _by_province(
        last,
        assumptions["shared_by_province"],
        np.where(rural, noise(last.index, "shared") ** 6, 0.0),
        (grid - last["households_bulk"]).to_numpy(dtype=np.int64) // 4,
    )
    return last


def _households(communes: pd.DataFrame, facts: pd.DataFrame, totals: dict[str, int]) -> _Counts:
    """N of each commune: provinces in proportion to the census, rural and urban apart; communes by noise."""
    households = np.zeros(len(communes), dtype=np.int64)
    rural_census = facts["rural_households_census_2019"].to_numpy(dtype=float)
    all_census = facts["households_census_2019"].to_numpy(dtype=float)
    rural_total = totals["households_all_rural"]
    is_rural = communes["is_rural"].to_numpy(dtype=bool)
    for is_part, total, census in (
        (is_rural, rural_total, rural_census),
        (~is_rural, totals["households_all"] - rural_total, all_census - rural_census),
    ):
        by_province = dict(zip(facts.index, apportion(total, census), strict=True))
        sizes = sum(noise(communes.index, f"size{n}") for n in range(3))
        weights = np.asarray(0.35 + 1.3 * sizes / 3, dtype=np.float64)
        households[is_part] = _by_province(communes[is_part], by_province, weights[is_part], None)
    return households


def _by_province(communes: pd.DataFrame, totals: dict[str, int], weights: _Numbers, caps: _Counts | None) -> _Counts:
    parts = np.zeros(len(communes), dtype=np.int64)
    province = communes["province_code"].to_numpy()
    for code, total in totals.items():
        inside = province == code
        parts[inside] = apportion(int(total), weights[inside], None if caps is None else caps[inside])
    return parts


def _without_grid(communes: pd.DataFrame, total: int, need: dict[str, float]) -> _Counts:
    """O + U of each commune: most have none, remote ones many."""
    by_province = communes["province_code"].map(need).fillna(1.0).to_numpy(dtype=float)
    is_remote = noise(communes.index, "remote") < _SHARE_OF_REMOTE_COMMUNES
    chance = np.where(is_remote, 0.05 + noise(communes.index, "need") ** 3, 0.0)
    weights = np.asarray(by_province * chance, dtype=np.float64)
    households = communes["households_all"].to_numpy(dtype=float)
    return apportion(total, weights, (households * _LARGEST_WITHOUT_SHARE).astype(np.int64))


def _bulk(communes: pd.DataFrame, grid: pd.Series[int], assumptions: Assumptions) -> _Counts:
    by_kind = communes["kind"].map(assumptions["bulk_weight_by_kind"]).to_numpy(dtype=float)
    weights = grid.to_numpy(dtype=float) * by_kind * (0.6 + 0.8 * noise(communes.index, "bulk"))
    # Outside the two provinces only a few communes are left.
    is_outside = ~communes["province_code"].isin(list(assumptions["organisations"])).to_numpy()
    weights[is_outside & (noise(communes.index, "few") > 0.08)] = 0.0
    caps = (grid.to_numpy(dtype=float) * _LARGEST_BULK_SHARE).astype(np.int64)
    return _by_province(communes, assumptions["bulk_by_province"], weights, caps)


# ---- the quarters before


def _earlier_quarter(
    last: pd.DataFrame, points: pd.DataFrame, period: Period, quarters_ago: int, assumptions: Assumptions
) -> pd.DataFrame:
    """Return the figures of a quarter by going back from the last one; 0 quarters ago gives the last one itself."""
    history = assumptions["history"]
    households = last["households_all"] * (1 - history["household_growth"] * quarters_ago)
    households = np.floor(households + 0.5).astype("int64")
    without = np.ceil(last["without_grid"] * (1 + history["connection_rate"]) ** quarters_ago).astype("int64")
    newly_connected = without - last["without_grid"]
    offgrid = last["households_offgrid"] + newly_connected // 5
    grid = households - without
    is_later = (points["takeover_state"] == TAKEN_OVER) & (points["takeover_date"] > period.last_day.isoformat())
    taken_later = points[is_later].groupby("commune_code")["households_behind"].sum()
    outside = last["households_bulk"] * (1 + history["other_bulk_decline"]) ** quarters_ago
    inside = last["households_bulk"] + taken_later.reindex(last.index, fill_value=0)
    is_inside = last["province_code"].isin(list(assumptions["organisations"]))
    bulk = np.ceil(outside).astype("int64").where(~is_inside, inside).clip(upper=grid)
    shared = np.ceil(last["households_shared"] * (1 + history["shared_decline"]) ** quarters_ago).astype("int64")
    shared = shared.clip(upper=grid - bulk)
    rural = last["is_rural"].astype(bool)
    table = pd.DataFrame(
        {
            "commune_code": last.index,
            "period": str(period),
            "households_all": households,
            "households_grid": grid,
            "households_direct": grid - bulk - shared,
            "households_bulk": bulk,
            "households_shared": shared,
            "households_offgrid": offgrid,
            "households_without": without - offgrid,
            "households_all_urban": households.where(~rural, 0),
            "households_all_rural": households.where(rural, 0),
            "households_grid_urban": grid.where(~rural, 0),
            "households_grid_rural": grid.where(rural, 0),
        }
    )
    return table.astype(dict.fromkeys(MEASURES, "Int64")).reset_index(drop=True)[list(FIGURE_COLUMNS)]


# ---- bulk-purchase points


def _make_points(last: pd.DataFrame, units: Units, assumptions: Assumptions) -> pd.DataFrame:
    in_programme = last[last["province_code"].isin(list(assumptions["organisations"]))]
    remaining = _remaining_points(in_programme, assumptions)
    taken = _taken_points(in_programme, assumptions)
    points = pd.concat([remaining, taken], ignore_index=True)
    communes = last.loc[points["commune_code"]].reset_index(drop=True)
    points["point_code"] = communes["province_code"] + "-CTT-" + (points.index + 1).astype(str).str.zfill(4)
    codes = points["point_code"]
    points["organisation_name"] = _organisations(codes, communes, units, assumptions["organisations"])
    points["master_meter"] = [f"{int(u * 10**8):08d}" for u in noise(codes, "meter")]
    settings = assumptions["points"]
    span = settings["greatest_loss"] - settings["least_loss"]
    points["loss_share"] = (settings["least_loss"] + span * noise(codes, "loss") ** 1.5).round(3)
    metres = settings["line_m_per_household"] * (0.5 + noise(codes, "line"))
    points["line_km"] = (points["households_behind"] * metres / 1000).round(2)
    wear = points["loss_share"] / settings["greatest_loss"] + 0.4 * (noise(codes, "wear") - 0.5)
    points["condition"] = np.select([wear < 0.4, wear < 0.65], ["good", "fair"], "poor")
    return with_energy(_place(points, communes, codes)[list(BULK_POINT_COLUMNS)], settings)


def _remaining_points(communes: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    bulk = communes["households_bulk"].to_numpy(dtype=np.int64)
    extra = assumptions["points"]["remaining"] - len(communes)
    numbers = 1 + apportion(extra, bulk.astype(float))
    rows = []
    for code, households, number in zip(communes.index, bulk, numbers, strict=True):
        weights = 0.4 + noise([f"{code}-{n}" for n in range(number)], "behind")
        rows += [{"commune_code": code, "households_behind": int(h)} for h in apportion(int(households), weights)]
    points = pd.DataFrame(rows)
    labels = points["commune_code"] + points.index.astype(str)
    order = np.argsort(noise(labels, "agreed"), kind="stable")
    points["takeover_state"] = "bulk"
    points.loc[order[: assumptions["points"]["agreed"]], "takeover_state"] = "agreed"
    days = [f"2021-{4 + int(u * 3):02d}-{1 + int(u * 27.9):02d}" for u in noise(labels, "agreed on")]
    points["takeover_date"] = pd.Series(days, dtype="str").where(points["takeover_state"] == "agreed")
    return points


def _taken_points(communes: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Points taken over during the history: what they hold is on direct sale in the last quarter."""
    direct = communes["households_all"] - communes["without_grid"] - communes["households_bulk"]
    direct = direct - communes["households_shared"]
    able = direct[direct >= 400]
    chosen = able.iloc[np.argsort(noise(able.index, "taken"), kind="stable")[: assumptions["points"]["taken_over"]]]
    sizes = 150 + 500 * noise(chosen.index, "taken size")
    households = np.minimum(chosen.to_numpy(dtype=float) * 0.4, sizes).astype(np.int64)
    quarters = _periods(assumptions)[1:]
    days = []
    for number, share in enumerate(noise(chosen.index, "taken on")):
        quarter = quarters[number % len(quarters)]
        month = quarter.first_day.month + int(share * 3)
        days.append(f"{quarter.year}-{month:02d}-{1 + int(share * 27.9):02d}")
    return pd.DataFrame(
        {
            "commune_code": chosen.index,
            "households_behind": households,
            "takeover_state": TAKEN_OVER,
            "takeover_date": days,
        }
    )


def _organisations(
    codes: pd.Series[str], communes: pd.DataFrame, units: Units, organisations: dict[str, dict[str, Any]]
) -> list[str]:
    names = []
    chance, number = noise(codes, "organisation"), noise(codes, "which")
    for province, district, share, which in zip(
        communes["province_code"], communes["district_code"], chance, number, strict=True
    ):
        known = organisations[province]
        other = known["other"].format(district=units.districts["name"][district], number=1 + int(which * 3))
        names.append(known["main"] if share < known["main_share"] else other)
    return names


def _place(points: pd.DataFrame, communes: pd.DataFrame, codes: pd.Series[str]) -> pd.DataFrame:
    """Put points around their commune's point, up to a quarter of its extent away, never outside its extent."""
    height = (communes["north"] - communes["south"]).fillna(0.02)
    width = (communes["east"] - communes["west"]).fillna(0.02)
    lat = (communes["lat"] + height * 0.5 * (noise(codes, "lat") - 0.5)).round(5)
    lon = (communes["lon"] + width * 0.5 * (noise(codes, "lon") - 0.5)).round(5)
    # A commune's point may lie near the edge of its extent. A missing extent limits nothing.
    return points.assign(
        lat=lat.clip(communes["south"], communes["north"]), lon=lon.clip(communes["west"], communes["east"])
    )


# ---- unserved hamlets


def _make_hamlets(last: pd.DataFrame, lines: gpd.GeoDataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Hamlets without the grid in rural communes; their households are the communes' O + U, to the household."""
    settings = assumptions["hamlets"]
    remote = last[last["is_rural"].astype(bool) & (last["without_grid"] > 0)]
    rows = []
    for code, households in remote["without_grid"].items():
        number = max(1, round(int(households) / settings["households_each"]))
        weights = 0.5 + noise([f"{code}-{n}" for n in range(number)], "hamlet")
        parts = [int(part) for part in apportion(int(households), weights) if part]
        rows += [
            {
                "hamlet_code": f"{code}-A{n:02d}",
                "commune_code": code,
                "hamlet_name": f"Ấp {n} (giả định)",
                "households_without_grid": part,
            }
            for n, part in enumerate(parts, start=1)
        ]
    hamlets = pd.DataFrame(rows)
    codes = hamlets["hamlet_code"]
    communes = last.loc[hamlets["commune_code"]].reset_index(drop=True)
    placed = _place(hamlets, communes, codes)
    return placed.assign(grid_distance_km=distance_km(placed, lines))[list(HAMLET_COLUMNS)]
