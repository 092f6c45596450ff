"""The official lists of units by day: their names, and what the units of one are in another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import pandas as pd

from geodata.correspondence import correspondence
from geodata.errors import PlaceError, mark
from geodata.former_history import past_of
from geodata.names import NameIndex
from geodata.unit_history import UnitHistory
from geodata.units import COMMUNE, COMPANY_CODE, PROVINCE, Units

_ONE_DAY: Final = pd.Timedelta(days=1)


class UnitLists:
    """
    The lists of a history of units, each known by one day however it is asked for.

    Parameters
    ----------
    history
        The units and what became of them.
    published
        Lists that were published for a day, the earliest first; they are known by that day, all others by the first
        day on which they held. The communes of the earliest are the company's.
    extra
        Codes of communes of later lists that are the company's too, though no commune of the earliest leads to them.
    """

    def __init__(self, history: UnitHistory, published: Sequence[Units], *, extra: Iterable[str] = ()) -> None:
        self.history = history
        self._extra = frozenset(extra)
        self._served: dict[date, Units] = {}
        self._published = {history.units_on(units.list_date).list_date: units for units in published}
        self._earliest = published[0].list_date
        self._names: dict[date, NameIndex] = {}
        self._pairs: dict[tuple[date, date], pd.DataFrame] = {}

    def on(self, day: date) -> Units:
        """
        Return the official list of a day.

        Raises
        ------
        PlaceError
            If no list of that day is known.
        """
        units = self.history.units_on(day)
        return self._published.get(units.list_date, units)

    def served_on(self, day: date) -> Units:
        """Return the list of a day without the communes of provinces that the company does not serve."""
        units = self.on(day)
        if units.list_date not in self._served:
            became = self.pairs(self._earliest, units.list_date)["to_code"]
            is_served = units.table["code"].isin(became) | units.table["code"].isin(self._extra)
            kept = units.table[is_served | (units.table["level"] != COMMUNE)].reset_index(drop=True)
            self._served[units.list_date] = Units(kept, units.list_date)
        return self._served[units.list_date]

    def day_of(self, day: date) -> date:
        """Return the day by which the list of a day is known."""
        return self.on(day).list_date

    def names_on(self, day: date) -> NameIndex:
        """Return the names of the list of a day, and those that its units bore before."""
        units = self.on(day)
        if units.list_date not in self._names:
            self._names[units.list_date] = NameIndex(units, past_of(self.history, units.list_date).former)
        return self._names[units.list_date]

    def pairs(self, from_day: date, to_day: date) -> pd.DataFrame:
        """Return which commune of one day is, or has a part in, which of another; see `geodata.correspondence`."""
        key = (self.day_of(from_day), self.day_of(to_day))
        if key not in self._pairs:
            self._pairs[key] = correspondence(self.history, from_day=key[0], to_day=key[1])
        return self._pairs[key]

    def came_later(self, from_day: date, to_day: date) -> frozenset[str]:
        """
        Return the communes of a day's served list that no commune of another day leads to.

        Côn Đảo is one on 1 July 2025: its district had no communes before.
        """
        reached = self.pairs(from_day, to_day)["to_code"]
        return frozenset(set(self.served_on(to_day).communes.index) - set(reached))

    def changes_in(self, area_code: str, told_on: date, first: date, last: date) -> pd.DataFrame:
        """
        Return what happened to the communes of an area after one day and not after another.

        Parameters
        ----------
        area_code
            Area of the list of `told_on`.

        Returns
        -------
        events
            Rows of the history's events of communes, in order of day: those in which a commune took part, before or
            after the event, that the area's communes come from, are, or have gone into.
        """
        events = self.history.events_between(first, last)
        events = events[events["level"] == COMMUNE]
        inside = self.served_on(told_on).communes_of(area_code).index
        kept = []
        for _, of_day in events.groupby("valid_date"):
            day = of_day["valid_date"].iloc[0]
            after, before = (self._counterparts(inside, told_on, d) for d in (day.date(), (day - _ONE_DAY).date()))
            kept.append(of_day[of_day["code_after"].isin(after) | of_day["code_before"].isin(before)])
        return pd.concat(kept) if kept else events

    def _counterparts(self, codes: Iterable[str], from_day: date, to_day: date) -> set[str]:
        pairs = self.pairs(from_day, max(to_day, self.history.first_day))
        return set(pairs.loc[pairs["from_code"].isin(codes), "to_code"])

    def require(self, area_code: str, told_on: date) -> None:
        """
        Raise `PlaceError` where the list of a day does not have an area; say so where another day's list has it.

        Parameters
        ----------
        area_code
            Code of a province, district or commune, or `COMPANY_CODE`.
        """
        units = self.served_on(told_on)
        if area_code == COMPANY_CODE or area_code in units.by_code.index:
            return
        for published in self._published.values():
            served = self.served_on(published.list_date)
            if area_code in served.by_code.index and served.find(area_code)["level"] == PROVINCE:
                became = self.provinces_on([area_code], published.list_date, told_on)
                raise PlaceError(
                    "place.code-of-another-day",
                    mark(
                        '"{code}" is {name} in the list of {own}; in the list of {day} its communes are in {became}. '
                        "Use that code, or another day's units."
                    ),
                    code=area_code,
                    name=str(served.find(area_code)["full_name"]),
                    own=f"{published.list_date:%d/%m/%Y}",
                    day=f"{units.list_date:%d/%m/%Y}",
                    became=", ".join(f"{units.find(code)['full_name']} ({code})" for code in became),
                )
        units.find(area_code)

    def provinces_on(self, codes: Iterable[str], from_day: date, to_day: date) -> list[str]:
        """Return the provinces of a day in which the communes of provinces of another day lie, in code order."""
        inside = [code for area in codes for code in self.served_on(from_day).communes_of(area).index]
        pairs = self.pairs(from_day, to_day)
        became = pairs.loc[pairs["from_code"].isin(inside), "to_code"]
        return sorted(str(code) for code in self.on(to_day).communes["province_code"].reindex(became).unique())
