"""What became, by a day, of the communes that there were before: former units made from the history of units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd

from geodata.former_units import FORMER_COLUMNS, FormerUnits
from geodata.name_keys import accented_key
from geodata.unit_history import UnitHistory
from geodata.units import COMMUNE, DISTRICT, KIND_NAMES, PROVINCE, Units

_SEEN: Final = "seen"
_OF_OTHERS: Final = ("merged", "divided")

Start = tuple[str, pd.Timestamp]
"""A spell: its code, and its first day."""


@dataclass(frozen=True)
class Past:
    """
    What is known of the communes before a day.

    Parameters
    ----------
    former
        Communes since the first day of the history whose code, name, kind or district is another one on the day.
    changes
        When and by which decree a former commune was merged or divided, as readers see it; by its code and name.
        Others among `former` were only renamed, raised or moved.
    provinces
        Provinces that are no more: key of the name → code of the province that most of their communes went to.
    later
        Names that came into being after the day, while there were districts: province and key of the name → the day.
    """

    former: FormerUnits
    changes: dict[tuple[str, str], str]
    provinces: dict[str, str]
    later: dict[tuple[str, str], str] = field(default_factory=dict)


def past_of(history: UnitHistory, day: date) -> Past:
    """
    Return what is known on a day of the communes that there were before.

    Raises
    ------
    PlaceError
        If the history does not know the day.
    """
    units = history.units_on(day)
    present, trace = _present(units), _Trace(history, day)
    rows: list[dict[str, Any]] = []
    changes: dict[tuple[str, str], str] = {}
    for spell in trace.spells:
        start = (spell["code"], spell["valid_from"])
        district, now = trace.district_of(spell), sorted(trace.units_of(start))
        if not now or (len(now) == 1 and _is_same(spell, district, present[now[0]])):
            continue
        rows += [
            {
                "former_code": spell["code"],
                "name": spell["name"],
                "kind": spell["kind"],
                "district_name": district,
                "province_code": present[code].province_code,
                "unit_code": code,
                "is_divided": len(now) > 1,
            }
            for code in now
        ]
        if when := trace.change_of(start):
            changes[spell["code"], spell["name"]] = when
    table = pd.DataFrame(rows, columns=pd.Index(FORMER_COLUMNS))
    known = table.drop_duplicates(["former_code", "name", "kind", "unit_code"], keep="last", ignore_index=True)
    provinces = _provinces(history, units, present, trace)
    return Past(FormerUnits(known, history.first_day), changes, provinces, _later(history, day))


@dataclass(frozen=True)
class _Present:
    """What a commune is on the day."""

    code: str
    key: str
    kind: str
    district_name: str
    province_code: str


def _present(units: Units) -> dict[str, _Present]:
    communes = units.communes
    districts = communes["district_code"].map(units.by_code["full_name"]).fillna("")
    columns = (communes["name"], communes["kind"], districts, communes["province_code"])
    return {
        str(code): _Present(str(code), accented_key(name), kind, district, province)
        for code, name, kind, district, province in zip(communes.index, *columns, strict=True)
    }


def _is_same(spell: dict[str, Any], district: str, now: _Present) -> bool:
    """Whether a former commune bears the code, name, kind and district of the present one: only its area changed."""
    is_there = not now.district_name or now.district_name == district
    has_name = accented_key(spell["name"]) == now.key and spell["kind"] == now.kind
    return bool(spell["code"] == now.code and has_name and is_there)


class _Trace:
    """Follows communes through the history up to a day."""

    def __init__(self, history: UnitHistory, day: date) -> None:
        self._day = pd.Timestamp(day)
        spells = history.spells
        communes = spells[(spells["level"] == COMMUNE) & (spells["valid_from"] <= self._day)]
        self._ends: dict[Start, pd.Timestamp] = {
            (str(code), start): end
            for code, start, end in zip(communes["code"], communes["valid_from"], communes["valid_to"], strict=True)
        }
        ordered = communes.sort_values(["valid_from", "code"])
        self.spells: list[dict[str, Any]] = [
            {str(key): value for key, value in spell.items()} for spell in ordered.to_dict("records")
        ]
        """The communes until the day, columns `unit_history.SPELL_COLUMNS`."""
        self._after: dict[tuple[pd.Timestamp, str], list[str]] = {}
        for link in history.commune_links.to_dict("records"):
            self._after.setdefault((link["valid_date"], link["code_before"]), []).append(link["code_after"])
        events = history.events
        told = events[(events["level"] == COMMUNE) & events["kind"].isin(_OF_OTHERS)]
        self._changes: dict[tuple[pd.Timestamp, str], str] = {
            (event["valid_date"], event["code_before"]): _when(event) for event in told.to_dict("records")
        }
        self._districts: dict[str, list[tuple[pd.Timestamp, str]]] = {}
        districts = spells[spells["level"] == DISTRICT].sort_values("valid_from")
        for district in districts.to_dict("records"):
            named = (district["valid_from"], f"{KIND_NAMES[district['kind']]} {district['name']}")
            self._districts.setdefault(str(district["code"]), []).append(named)
        self._found: dict[Start, frozenset[str]] = {}

    def units_of(self, start: Start) -> frozenset[str]:
        """Return the codes, on the day, of the units that the commune of a spell belongs to."""
        if start not in self._found:
            code, _ = start
            end = self._ends.get(start)
            if end is None:
                self._found[start] = frozenset()  # the code after an event that ends beyond what is known
            elif pd.isna(end) or end > self._day:
                self._found[start] = frozenset({code})
            else:
                after = self._after.get((end, code), [code])
                self._found[start] = frozenset(unit for next_ in after for unit in self.units_of((next_, end)))
        return self._found[start]

    def change_of(self, start: Start) -> str:
        """Return when a commune was merged or divided first; empty where it was only renamed, raised or moved."""
        code, _ = start
        end = self._ends.get(start)
        if end is None or pd.isna(end) or end > self._day:
            return ""
        if (end, code) in self._changes:
            return self._changes[end, code]
        after = self._after.get((end, code), [code])
        return self.change_of((after[0], end)) if len(after) == 1 else ""

    def district_of(self, spell: dict[str, Any]) -> str:
        """Return the full name that the district of a spell had when the spell began."""
        known = self._districts.get(str(spell["parent_code"]), [])
        return next((name for start, name in reversed(known) if start <= spell["valid_from"]), "")


def _when(event: dict[Any, Any]) -> str:
    """Return day and decree of an event, in figures that both languages write alike; only what was seen is told."""
    if event["date_quality"] == _SEEN or pd.isna(event["earliest"]):
        days = f"{event['valid_date']:%d/%m/%Y}"
    else:
        days = f"{event['earliest']:%d/%m/%Y} – {event['latest']:%d/%m/%Y}"
    has_decree = isinstance(event["decree"], str) and event["decree_quality"] == _SEEN
    return f"{days}, {event['decree']}" if has_decree else days


def _provinces(history: UnitHistory, units: Units, present: dict[str, _Present], trace: _Trace) -> dict[str, str]:
    """Return where the communes of each province whose name is no more went, for the most part."""
    spells = history.spells
    ended = spells["valid_to"] <= pd.Timestamp(units.list_date)
    provinces = spells[(spells["level"] == PROVINCE) & ended]
    districts = spells[spells["level"] == DISTRICT]
    province_of = dict(zip(districts["code"], districts["parent_code"], strict=True))
    went: dict[str, list[str]] = {}
    for spell in trace.spells:
        now = trace.units_of((spell["code"], spell["valid_from"]))
        # Only communes in districts: a code of a province of 2025 may have been another one's before.
        if spell["parent_code"] in province_of:
            province = str(province_of[spell["parent_code"]])
            went.setdefault(province, []).extend(present[code].province_code for code in now)
    kept = {accented_key(name) for name in units.provinces["name"]}
    found: dict[str, str] = {}
    for code, name in zip(provinces["code"], provinces["name"], strict=True):
        codes = went.get(str(code), [])
        if codes and accented_key(name) not in kept:
            found[accented_key(name)] = max(sorted(set(codes)), key=codes.count)
    return found


def _later(history: UnitHistory, day: date) -> dict[tuple[str, str], str]:
    """Return since when there are communes of a name that a province did not have on the day."""
    spells = history.spells
    districts = spells[spells["level"] == DISTRICT]
    province_of = dict(zip(districts["code"], districts["parent_code"], strict=True))
    after = spells[(spells["level"] == COMMUNE) & (spells["valid_from"] > pd.Timestamp(day))]
    found: dict[tuple[str, str], str] = {}
    for spell in after.sort_values("valid_from").to_dict("records"):
        if spell["parent_code"] in province_of:
            key = (str(province_of[spell["parent_code"]]), accented_key(str(spell["name"])))
            found.setdefault(key, f"{spell['valid_from']:%d/%m/%Y}")
    return found
