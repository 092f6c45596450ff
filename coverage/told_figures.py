"""Figures and points of a workspace, told in the list of any day: what they were reported in, and what they rest on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine

from coverage import restated
from coverage.boundary_layers import BoundaryLayers
from coverage.kept import Kept
from coverage.unit_lists import UnitLists
from geodata import lineage
from geodata.locate import CommuneLocator
from geodata.tables import FIGURE_COLUMNS
from loaders.store import engine, facts
from loaders.store import records as record_store
from loaders.survey import templates

_SHARES_KEPT: Final = 8

_HOUSEHOLDS: Final = "household_survey"
"""The survey whose points say where the households of a divided commune are."""


class ToldFigures:
    """
    Tells what a store holds in the list of a day.

    Parameters
    ----------
    store
        Where figures, points and records are kept, each with the day of its own list.
    lists
        The official lists of units.
    boundaries
        Outlines that users added, by which divided communes are shared where there are any of both days.
    as_of
        Moment whose answers are wanted; now where None.
    """

    def __init__(
        self, store: Engine, lists: UnitLists, boundaries: BoundaryLayers, *, as_of: datetime | None = None
    ) -> None:
        self._store = store
        self._lists = lists
        self._boundaries = boundaries
        self._as_of = as_of
        self._shares = Kept[pd.DataFrame | None](_SHARES_KEPT)

    def figures(self, told_on: date, *, period: str | None = None) -> pd.DataFrame:
        """
        Return the figures that count, of a quarter or all, in the list of a day; columns `FIGURE_COLUMNS`.

        Those of communes that have no part in that list (`unplaced`) are left out.
        """
        with engine.reading(self._store) as connection:
            found = facts.figures_by_list(connection, period=period, as_of=self._as_of)
        tables = [self._restate(table, date.fromisoformat(own), told_on) for own, table in found.items()]
        return restated.merge_lists(tables)

    def _restate(self, figures: pd.DataFrame, from_day: date, to_day: date) -> pd.DataFrame:
        """Return figures of the list of a day in that of another, with their order; see `lineage.restate`."""
        before, after = self._lists.day_of(from_day), self._lists.day_of(to_day)
        if before == after or figures.empty:
            return figures
        pairs = self._lists.pairs(before, after)
        placed = figures[figures["commune_code"].isin(pairs["from_code"])]
        told = lineage.restate(
            placed.drop(columns=restated.ORDER_COLUMN),
            self._lists.history,
            from_day=before,
            to_day=after,
            shares=self.shares(before, after),
        )
        order = restated.order_of(placed, pairs).rename(restated.ORDER_COLUMN)
        return told.join(order, on=["commune_code", "period"])

    def unplaced(self, told_on: date, period: str) -> list[tuple[str, date]]:
        """
        Return the communes that reported a quarter and have no part in the list of a day, each with its list's day.

        So it is with Côn Đảo before 1 July 2025: its district had no communes.
        """
        after = self._lists.day_of(told_on)
        with engine.reading(self._store) as connection:
            tables = facts.figures_by_list(connection, period=period, as_of=self._as_of)
        found: list[tuple[str, date]] = []
        for own, table in tables.items():
            before = self._lists.day_of(date.fromisoformat(own))
            placed = self._lists.pairs(before, after)["from_code"]
            found += [(str(code), before) for code in table.loc[~table["commune_code"].isin(placed), "commune_code"]]
        return found

    def carry(self, rows: pd.DataFrame, to_day: date) -> pd.DataFrame:
        """
        Return points or records in the communes of the list of a day, without the column that names their list.

        A row of a commune that was divided goes where it lies, if it has coordinates and users added outlines of that
        day; else to the commune with the largest part. A row of a commune that has no part in that list is left out.
        """
        if rows.empty:
            return rows.drop(columns=facts.LIST_COLUMN, errors="ignore")
        told = []
        for own, of_list in rows.groupby(facts.LIST_COLUMN, sort=False, observed=True):
            before, after = (self._lists.day_of(day) for day in (date.fromisoformat(str(own)), to_day))
            if before != after:
                pairs = self._lists.pairs(before, after)
                located = self._located(of_list, pairs, after)
                of_list = restated.carry_rows(of_list, pairs, self.shares(before, after), located)
                of_list = of_list.dropna(subset="commune_code")
            told.append(of_list)
        return pd.concat(told).sort_index().drop(columns=facts.LIST_COLUMN)

    def _located(self, rows: pd.DataFrame, pairs: pd.DataFrame, to_day: date) -> pd.Series[str] | None:
        """Return the commune in whose added outline each row of a divided commune lies, missing where in none."""
        divided = rows[rows["commune_code"].isin(pairs.loc[pairs["is_divided"], "from_code"])]
        if divided.empty or not {"lon", "lat"} <= set(rows.columns):
            return None
        outlines = self._boundaries.real_outlines(to_day, as_of=self._as_of)
        if outlines.empty:
            return None
        lon, lat = (divided[name].to_numpy(dtype="float64", na_value=float("nan")) for name in ("lon", "lat"))
        return pd.Series(CommuneLocator(outlines).codes_of(lon, lat), index=divided.index, dtype="str")

    def lists_of(self, period: str | None = None) -> list[date]:
        """Return the days of the lists in which the figures of a quarter, or all, were reported, oldest first."""
        with engine.reading(self._store) as connection:
            days = facts.lists_of_figures(connection, period=period, as_of=self._as_of)
        return sorted({self._lists.day_of(date.fromisoformat(day)) for day in days})

    def reported_as(self, commune_code: str, period: str, told_on: date) -> list[tuple[str, date]]:
        """Return the codes, each with the day of its list, under which a commune was reported in a quarter."""
        after = self._lists.day_of(told_on)
        found: list[tuple[str, date]] = []
        for day in self.lists_of(period):
            pairs = self._lists.pairs(day, after)
            found += [(str(code), day) for code in pairs.loc[pairs["to_code"] == commune_code, "from_code"]]
        return found

    def basis_on(self, told_on: date, *, period: str | None = None) -> pd.Series[str]:
        """
        Return what the figures of each commune rest on in the list of a day.

        Returns
        -------
        basis
            Indexed by commune code, in code order: one of `lineage.BASES`, the weakest over all lists in which the
            figures (of the quarter) were reported.
        """
        after = self._lists.day_of(told_on)
        found = [
            restated.basis_by_commune(self._lists.pairs(before, after), self.shares(before, after))
            for before in self.lists_of(period)
            if before != after
        ]
        return restated.weakest_basis(found, self._lists.served_on(after).communes.index)

    def partly_reported(self, told_on: date, period: str) -> pd.Series[int]:
        """
        Return the communes of the list of a day that are made of several of which some reported nothing in a quarter.

        Returns
        -------
        parts_missing
            How many of its parts reported nothing, indexed by commune code; a commune that reported in the list of the
            day itself has none.
        """
        after = self._lists.day_of(told_on)
        with engine.reading(self._store) as connection:
            tables = facts.figures_by_list(connection, period=period, as_of=self._as_of)
        found: list[pd.Series[int]] = []
        for own, table in tables.items():
            told = self._restate(table, date.fromisoformat(own), after).set_index("commune_code")
            missing = told["parts_missing"] if "parts_missing" in told else pd.Series(0, index=told.index)
            found.append(missing.astype("int64"))
        if not found:
            return pd.Series(dtype="int64", name="parts_missing")
        least = pd.concat(found, axis="columns").min(axis="columns").astype("int64")
        return least[least > 0].rename("parts_missing")

    def exact_by_list(self, told_on: date, period: str) -> dict[date, pd.DataFrame]:
        """
        Return a quarter's figures as they were reported in each list, told in that of a day.

        Returns
        -------
        figures
            By the day of the list: columns `FIGURE_COLUMNS`, of the communes whose figures were carried whole.
        """
        after = self._lists.day_of(told_on)
        with engine.reading(self._store) as connection:
            tables = facts.figures_by_list(connection, period=period, as_of=self._as_of)
        found = {}
        for own, table in tables.items():
            before = self._lists.day_of(date.fromisoformat(own))
            told = self._restate(table, before, after)
            if before != after:
                basis = restated.basis_by_commune(self._lists.pairs(before, after), self.shares(before, after))
                told = told[told["commune_code"].map(basis).eq(lineage.EXACT)]
            if "parts_missing" in told:
                told = told[told["parts_missing"] == 0]
            found[before] = told[list(FIGURE_COLUMNS)]
        return found

    # ---- how divided communes are shared

    def shares(self, from_day: date, to_day: date) -> pd.DataFrame | None:
        """
        Return the shares of communes that were divided between two days, by what the store knows of them.

        By household points and by land where users added outlines of both days; on the way back by what the
        communes reported before they were merged. `lineage.choose_shares` takes the best of them.
        """
        with engine.reading(self._store) as connection:
            version = facts.data_version(connection, as_of=self._as_of).number
        key = (from_day, to_day, version)
        return self._shares.get(key, lambda: self._find_shares(from_day, to_day))

    def _find_shares(self, from_day: date, to_day: date) -> pd.DataFrame | None:
        pairs = self._lists.pairs(from_day, to_day)
        found = [self._reported_shares(to_day, pairs)] if to_day < from_day else []
        before, after = (self._boundaries.real_outlines(day, as_of=self._as_of) for day in (from_day, to_day))
        if len(before) and len(after):
            found += [lineage.area_shares(before, after, pairs), self._point_shares(before, after, pairs)]
        known = [shares for shares in found if shares is not None and len(shares)]
        return pd.concat(known, ignore_index=True) if known else None

    def _reported_shares(self, to_day: date, pairs: pd.DataFrame) -> pd.DataFrame | None:
        """Return shares by the households that the communes of an earlier day reported last."""
        with engine.reading(self._store) as connection:
            tables = facts.figures_by_list(connection, as_of=self._as_of)
        own = [table for day, table in tables.items() if self._lists.day_of(date.fromisoformat(day)) == to_day]
        if not own:
            return None
        known = own[0].dropna(subset="households_all").drop_duplicates("commune_code", keep="last")
        return lineage.reported_shares(known.set_index("commune_code")["households_all"], pairs)

    def _point_shares(
        self, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, pairs: pd.DataFrame
    ) -> pd.DataFrame | None:
        """Return shares by where the surveyed households are, in the outlines of both days."""
        with engine.reading(self._store) as connection:
            households = record_store.counting_records(
                connection, templates.load_template(_HOUSEHOLDS), as_of=self._as_of
            )
        if not {"lon", "lat"} <= set(households.columns):
            return None
        lon, lat = (households[name].to_numpy(dtype="float64", na_value=float("nan")) for name in ("lon", "lat"))
        places = pd.DataFrame(
            {
                "from_code": CommuneLocator(before).codes_of(lon, lat),
                "to_code": CommuneLocator(after).codes_of(lon, lat),
            }
        )
        counted = places.dropna().groupby(["from_code", "to_code"]).size().rename("households").reset_index()
        return lineage.point_shares(counted, pairs)
