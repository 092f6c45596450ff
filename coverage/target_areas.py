"""What an area lacks at the quarter from which a target is reckoned, and where targets of other lists lie in a list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, cast

import pandas as pd

from coverage.indicators import Indicator
from coverage.kept import Kept
from coverage.shortfall import denominator_by_area, shortfall_by_area
from coverage.workspace import Workspace
from geodata.periods import Period
from geodata.target_data import EACH_RURAL_COMMUNE, NATIONAL, Target, TargetFacts
from geodata.units import COMPANY_CODE, PROVINCE, Units
from loaders.reference import LIST_DATE_2021

_TABLES_KEPT: Final = 24


class TargetAreas:
    """
    Answers of one workspace about areas, for targets.

    Parameters
    ----------
    workspace
        Whose figures and lists are asked.
    facts
        Regions.
    """

    def __init__(self, workspace: Workspace, facts: TargetFacts) -> None:
        self._workspace = workspace
        self._facts = facts
        self._figures = Kept[pd.DataFrame](_TABLES_KEPT)
        self._places: dict[tuple[str, date | None, date], str | None] = {}

    # ---- figures

    def parts(
        self, area: str, indicator: Indicator, period: str, *, told_on: date, as_of: datetime | None
    ) -> pd.DataFrame:
        """
        Return what the parts of an area lack in a quarter, indexed by area code: ``lacking``, ``whole`` (Int64).

        Missing where not every commune of a part was counted; ``whole`` is missing for counts.
        """
        units = self._workspace.units_on(told_on)
        return self._table(units.parts_of(area), indicator, period, told_on, as_of)

    def itself(
        self, area: str, indicator: Indicator, period: str, *, told_on: date, as_of: datetime | None
    ) -> pd.Series[int]:
        """Return the same of the area as a whole: ``lacking`` and ``whole``."""
        communes = self._workspace.units_on(told_on).communes_of(area)
        own = pd.Series(area, index=communes.index, dtype="str")
        return cast("pd.Series[int]", self._table(own, indicator, period, told_on, as_of).loc[area])

    def tree(
        self, area: str, indicator: Indicator, period: str, *, told_on: date, as_of: datetime | None
    ) -> pd.DataFrame:
        """
        Return what every area below an area lacks in a quarter, down to the communes.

        Returns
        -------
        tree
            Indexed by area code in code order: ``parent_code``, ``lacking``, ``whole``; see `parts`.
        """
        units = self._workspace.units_on(told_on)
        communes, above = units.communes_of(area), set(self.above(area, told_on))
        levels = [communes["province_code"], communes["district_code"].dropna(), communes.index.to_series()]
        tables = [self._table(level, indicator, period, told_on, as_of) for level in levels if len(level)]
        tree = pd.concat([table[~table.index.isin(above)] for table in tables])
        parents = units.by_code["parent_code"].fillna(COMPANY_CODE).reindex(tree.index)
        return tree.assign(parent_code=parents)[["parent_code", "lacking", "whole"]].sort_index()

    def _table(
        self, area_of: pd.Series[str], indicator: Indicator, period: str, told_on: date, as_of: datetime | None
    ) -> pd.DataFrame:
        figures = self._figures_of(period, told_on, as_of)
        not_yet = self._workspace.not_yet([period], told_on)
        lacking = shortfall_by_area(figures, indicator, area_of, not_yet=not_yet)
        whole = denominator_by_area(figures, indicator, area_of, not_yet=not_yet)
        empty = pd.Series(pd.NA, index=lacking.columns, dtype="Int64")
        return pd.DataFrame(
            {
                "lacking": lacking.loc[period] if period in lacking.index else empty,
                "whole": whole.loc[period] if period in whole.index else empty,
            }
        ).rename_axis("area_code")

    def _figures_of(self, period: str, told_on: date, as_of: datetime | None) -> pd.DataFrame:
        key = (told_on, period, as_of, self._workspace.data_version(as_of=as_of).number)
        return self._figures.get(key, lambda: self._workspace.figures(period=period, as_of=as_of, told_on=told_on))

    def base_period(
        self, target: Target, area: str, indicator: Indicator, *, told_on: date, as_of: datetime | None
    ) -> str | None:
        """
        Return the quarter from which a target is reckoned in an area: where it stood when it was decided.

        It is the newest quarter that ended by the day of the decision and in which every commune of the area is
        counted; where there is none, the oldest such quarter after that day. Where no quarter is complete (a commune
        never reports), it is the newest that ended by that day, else the oldest. None without figures.
        """
        known = self._workspace.periods(as_of=as_of)
        before = [p for p in known if Period.parse(p).last_day <= target.decision_date]
        in_order = [*before[::-1], *known[len(before) :]]
        for period in in_order:
            if pd.notna(self.itself(area, indicator, period, told_on=told_on, as_of=as_of)["lacking"]):
                return period
        return in_order[0] if in_order else None

    # ---- places

    def above(self, area: str, told_on: date) -> list[str]:
        """Return an area and the areas that it is a part of, the smallest first."""
        units = self._workspace.units_on(told_on)
        chain = [area]
        while chain[-1] != COMPANY_CODE:
            chain.append(self.parent(chain[-1], units))
        return chain

    @staticmethod
    def parent(area: str, units: Units) -> str:
        """Return the area that an area is a part of: a province's is the company."""
        found = units.find(area)
        return COMPANY_CODE if found["level"] == PROVINCE else str(found["parent_code"])

    def place_on(self, area: str, units_of: date | None, told_on: date) -> str | None:
        """
        Return the area of a list that is the same ground as an area of another list; None where none is.

        Parameters
        ----------
        units_of
            Day of the list in which `area` is read.
        told_on
            Day of the list in which it is sought.
        """
        key = (area, units_of, told_on)
        if key not in self._places:
            self._places[key] = self._find_place(area, units_of, told_on)
        return self._places[key]

    def _find_place(self, area: str, units_of: date | None, told_on: date) -> str | None:
        if area == COMPANY_CODE:
            return area
        if area == NATIONAL or units_of is None:
            return None
        lists = self._workspace.lists
        own, units = lists.served_on(units_of), lists.served_on(told_on)
        if area not in own.by_code.index:
            return None
        if lists.day_of(units_of) == lists.day_of(told_on):
            return area
        inside = set(own.communes_of(area).index)
        pairs = lists.pairs(units_of, told_on)
        reached = set(pairs.loc[pairs["from_code"].isin(inside), "to_code"])
        if not reached or not set(pairs.loc[pairs["to_code"].isin(reached), "from_code"]) <= inside:
            return None
        return _area_of(reached, units)

    def reaches(self, target: Target, area: str, told_on: date) -> bool:
        """Return whether a target is set for just this area of a list: for its ground, or for it as a rural commune."""
        if target.applies_to != EACH_RURAL_COMMUNE:
            return self.place_on(target.area, target.units_of, told_on) == area
        units = self._workspace.units_on(told_on)
        if area == COMPANY_CODE or area not in units.communes.index or not units.find(area)["is_rural"]:
            return False
        return self._is_inside(target, area, told_on)

    def _is_inside(self, target: Target, commune: str, told_on: date) -> bool:
        if target.area in (NATIONAL, COMPANY_CODE):
            return True
        lists = self._workspace.lists
        day = target.units_of or LIST_DATE_2021
        own, pairs = lists.served_on(day), lists.pairs(told_on, day)
        became = pairs.loc[pairs["from_code"] == commune, "to_code"]
        places = own.communes.reindex(became)
        if target.area in self._facts.regions:
            return set(places["province_code"].map(self._facts.region_of)) == {target.area}
        if target.area not in own.by_code.index:
            return False
        return bool(len(became)) and set(became) <= set(own.communes_of(target.area).index)


def _area_of(communes: set[str], units: Units) -> str | None:
    """Return the smallest area that has just these communes."""
    if len(communes) == 1:
        return next(iter(communes))
    for column in ("district_code", "province_code"):
        codes = set(units.communes.loc[sorted(communes), column].dropna())
        if len(codes) == 1 and set(units.communes_of(next(iter(codes))).index) == communes:
            return str(next(iter(codes)))
    return None
