"""Units in time: which provinces, districts and communes there were on a day, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.errors import PlaceError, mark
from geodata.tables import require_columns
from geodata.units import COMMUNE, UNIT_COLUMNS, Units

SPELL_COLUMNS: Final = (
    "code",
    "valid_from",  # first day of the spell
    "valid_to",  # first day on which it is over; missing while it lasts
    "level",
    "name",  # without the type word
    "kind",  # a key of geodata.units.KIND_NAMES
    "parent_code",  # missing for provinces
    "source",  # which list the unit was read from
)

EVENT_COLUMNS: Final = (
    "valid_date",
    "kind",  # a key of EVENT_KINDS
    "level",
    "code_before",  # missing for created
    "code_after",  # missing for abolished
    "area_km2",  # what the source states of the part or the merged unit; often missing
    "people",
    "decree",  # missing where not known
    "decree_quality",  # seen: read in a report of the decree; unverified: remembered
    "date_quality",  # seen, or unverified: then the day lies between earliest and latest
    "earliest",
    "latest",
    "source",
)

EVENT_KINDS: Final = (
    "created",
    "renamed",
    "raised",
    "reclassified",
    "moved",
    "recoded",
    "merged",
    "divided",
    "part-moved",
    "abolished",
)
"""
What can happen to a unit; one change may be several of them.

created: a merger under a name that none of its units had; abolished: the name of the unit is no unit's any more;
merged, divided: with one row for each unit that went in or came out, the one that kept its name too; moved: to another
district or province; recoded: another code only; part-moved: a strip of land changed hands, both units went on.
"""

_LINKS: Final = ("renamed", "raised", "reclassified", "moved", "recoded", "merged", "divided")
"""Events that say which unit became which; in a part-moved event both units go on as they were."""

_MADE_OF_OTHERS: Final = ("merged", "divided")
_PLACE: Final = ("lat", "lon", "south", "west", "north", "east", "point_source")


@dataclass(frozen=True)
class UnitHistory:
    """
    All units of some provinces over time.

    A unit's key is (code, valid_from): the statistics office has given one code to different communes, so that two
    spells of one code are the same unit only where an event says so.

    Parameters
    ----------
    spells
        One row a unit as it was from a day to a day, columns `SPELL_COLUMNS`, days as datetime64. A spell ends when
        the unit gets another name, kind or parent, or takes in or gives to other units.
    events
        What happened, columns `EVENT_COLUMNS`, days as datetime64.
    first_day, last_day
        The days that are known, both included.
    located
        Lists whose units have points and extents; every other list takes them from there where the unit is the same.
    """

    spells: pd.DataFrame
    events: pd.DataFrame
    first_day: date
    last_day: date
    located: tuple[Units, ...] = ()
    _lists: dict[date, Units] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_columns(self.spells, SPELL_COLUMNS, what="unit spells")
        require_columns(self.events, EVENT_COLUMNS, what="unit events")

    @cached_property
    def change_days(self) -> tuple[date, ...]:
        """The days on which the list changed, in order; the first day is not one of them."""
        days = self.spells["valid_from"].drop_duplicates().sort_values()
        return tuple(day.date() for day in days if day.date() > self.first_day)

    def units_on(self, day: date) -> Units:
        """
        Return the official list of a day; its `list_date` is the day since which that list held.

        Points and extents are missing (`point_source` ``"unknown"``) for units that stand on none of the lists of
        `located`.

        Raises
        ------
        PlaceError
            If the day is not among those that are known.
        """
        since = self._since(day)
        if since not in self._lists:
            self._lists[since] = Units(self._table_on(since), since)
        return self._lists[since]

    def spell(self, code: str, day: date) -> pd.Series[Any]:
        """Return the spell of the unit that had this code on a day; raise `PlaceError` where there is none."""
        self._since(day)
        of_code = self.spells.iloc[self._rows_of_code.get(code, [])]
        found = _holding(of_code, day)
        if not len(found):
            raise PlaceError(
                "place.code-unknown-on-day",
                mark('On {day} no unit had the code "{code}". Check the code and the day.'),
                code=code,
                day=f"{day:%d/%m/%Y}",
            )
        return found.iloc[0]

    def events_between(self, from_day: date, to_day: date) -> pd.DataFrame:
        """Return the events after the earlier day and not after the later one, in order of day."""
        earlier, later = sorted((pd.Timestamp(from_day), pd.Timestamp(to_day)))
        day = self.events["valid_date"]
        return self.events[(day > earlier) & (day <= later)]

    def events_of(self, code: str, day: date) -> pd.DataFrame:
        """
        Return the events of the unit that had this code on a day, and of all that it came from and went into.

        Events are followed from unit to unit, never from code to code, so that a reused code joins nothing.

        Raises
        ------
        PlaceError
            If no unit had the code on the day, or the day is not known.
        """
        level = self.spell(code, day)["level"]
        events = self.events[self.events["level"] == level]
        at = pd.Timestamp(day)
        later = _followed(events[events["valid_date"] > at], code, own="code_before", heir="code_after")
        past = events[events["valid_date"] <= at].iloc[::-1]
        earlier = _followed(past, code, own="code_after", heir="code_before")
        return self.events.loc[sorted(earlier + later)]

    @cached_property
    def commune_links(self) -> pd.DataFrame:
        """
        Which commune became which, one row a pair and day.

        Returns
        -------
        links
            valid_date, code_before, code_after, people (stated for this pair, else missing), in order of day. Units
            without a row on a day went on as they were.
        """
        is_link = (self.events["level"] == COMMUNE) & self.events["kind"].isin(_LINKS)
        columns = ["valid_date", "code_before", "code_after"]
        links = self.events.loc[is_link, [*columns, "people"]]
        return links.drop_duplicates(columns).sort_values(columns, ignore_index=True)

    def _since(self, day: date) -> date:
        if not self.first_day <= day <= self.last_day:
            raise PlaceError(
                "units.day-unknown",
                mark(
                    "The unit lists are known from {first} to {last}, so there is none for {day}. Choose another day."
                ),
                first=f"{self.first_day:%d/%m/%Y}",
                last=f"{self.last_day:%d/%m/%Y}",
                day=f"{day:%d/%m/%Y}",
            )
        return max((changed for changed in self.change_days if changed <= day), default=self.first_day)

    def _spells_on(self, day: date) -> pd.DataFrame:
        return _holding(self.spells, day)

    @cached_property
    def _rows_of_code(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, code in enumerate(self.spells["code"]):
            rows.setdefault(code, []).append(row)
        return rows

    def _table_on(self, day: date) -> pd.DataFrame:
        spells = self._spells_on(day)
        table = spells[["code", "level", "name", "kind", "parent_code"]].copy()
        table["is_rural"] = table["kind"] == "xa"
        places = self._places.loc[spells.index]
        table[list(_PLACE)] = places
        table["point_source"] = places["point_source"].fillna("unknown")
        return table.sort_values("code", ignore_index=True)[list(UNIT_COLUMNS)]

    @cached_property
    def _places(self) -> pd.DataFrame:
        """Points and extents by spell, carried along the spells of units that stayed the same."""
        places = pd.DataFrame(index=self.spells.index, columns=list(_PLACE))
        for units in self.located:
            known = units.table.set_index("code")[list(_PLACE)]
            spells = self._spells_on(units.list_date)
            places.loc[spells.index] = known.reindex(spells["code"]).to_numpy()
        carried = places.groupby(self._same_unit).transform("first")
        places = places.where(places["point_source"].notna(), carried)
        return places.astype({column: "str" if column == "point_source" else "float64" for column in _PLACE})

    @cached_property
    def _same_unit(self) -> pd.Series[int]:
        """A number for each spell, equal for spells of one unit on one territory (renamed, raised or moved only)."""
        spells = self.spells.sort_values(["code", "valid_from"])
        made = self.events[self.events["kind"].isin(_MADE_OF_OTHERS)]
        touched = set(zip(made["valid_date"], made["code_before"], strict=True))
        touched |= set(zip(made["valid_date"], made["code_after"], strict=True))
        follows = (spells["code"] == spells["code"].shift()) & (spells["valid_from"] == spells["valid_to"].shift())
        key = zip(spells["valid_from"], spells["code"], strict=True)
        is_new = ~follows | np.fromiter((pair in touched for pair in key), dtype=bool, count=len(spells))
        return is_new.cumsum().reindex(self.spells.index)


def _holding(spells: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the spells that hold on a day."""
    at = pd.Timestamp(day)
    ends = spells["valid_to"]
    return spells[(spells["valid_from"] <= at) & (ends.isna() | (ends > at))]


def _followed(events: pd.DataFrame, code: str, *, own: str, heir: str) -> list[int]:
    """Return the rows that touch the unit or its heirs, day by day in the order of `events`."""
    followed = {code}
    found: list[int] = []
    for _, of_day in events.groupby("valid_date", sort=False):
        touches = of_day[own].isin(followed)
        rows = of_day[touches | ((of_day["kind"] == "part-moved") & of_day[heir].isin(followed))]
        if not len(rows):
            continue
        found += rows.index.tolist()
        links = rows[rows["kind"].isin(_LINKS)]
        # What was formed out of them and what of them ended that day belongs to the story too.
        related = of_day[own].isna() & of_day[heir].isin(links[heir])
        found += of_day.index[related].tolist()
        followed = (followed - set(links[own])) | set(links[heir])
    return found
