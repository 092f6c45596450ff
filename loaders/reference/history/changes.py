"""From the steps between lists to spells of units and dated events, by the decrees of decrees.csv."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

import pandas as pd

from geodata.name_keys import accented_key
from geodata.unit_history import EVENT_COLUMNS, SPELL_COLUMNS
from geodata.units import COMMUNE, DISTRICT, PROVINCE
from loaders.reference.history.lists import FOLDER, Step

_RANK: Final = {"xa": 0, "huyen": 0, "thi-tran": 1, "thi-xa": 1, "phuong": 2, "thanh-pho": 2, "quan": 2}
"""Kinds in the order in which a unit is raised (xã, thị trấn, phường; huyện, thị xã, thành phố)."""


@dataclass(frozen=True)
class Change:
    """Units of one list that became units of the next together, and the decree that did it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    edges: pd.DataFrame
    decree: pd.Series[Any]


def read_decrees() -> pd.DataFrame:
    """Return decrees.csv with its days as dates; empty cells are empty texts."""
    table = pd.read_csv(FOLDER / "decrees.csv", dtype="str", keep_default_na=False)
    table["day"] = [date.fromisoformat(text) for text in table["valid_from"]]
    return table


def find_changes(step: Step, decrees: pd.DataFrame) -> list[Change]:
    """Return what changed between two lists: communes, then districts and provinces; each with its decree."""
    province = _provinces(step.before) | _provinces(step.after)
    changes = []
    for edges in _connected(step.edges[~_went_on(step)]):
        before, after = _codes(edges["code_before"]), _codes(edges["code_after"])
        areas = {*before, *after, *_parents(step.before, before), *_parents(step.after, after)}
        where = (
            {province[code] for code in after} if step.last_day.year == 2025 else {province[code] for code in before}
        )
        changes.append(Change(before, after, edges, _decree(step, decrees, where, areas)))
    return changes + _changes_above(step, decrees, province)


def _went_on(step: Step) -> pd.Series[bool]:
    """Return which edges are of communes that are the same on both lists, and neither took nor gave."""
    edges = step.edges
    is_alone = ~edges["code_before"].duplicated(keep=False) & ~edges["code_after"].duplicated(keep=False)
    is_same = edges["code_before"] == edges["code_after"]
    for column in ("name", "kind", "parent_code"):
        is_same &= edges["code_before"].map(step.before[column]) == edges["code_after"].map(step.after[column])
    return is_alone & is_same


def _changes_above(step: Step, decrees: pd.DataFrame, province: dict[str, str]) -> list[Change]:
    """Return what became of districts and provinces; a gone one went where most of its communes are now."""
    changes = []
    for level in (DISTRICT, PROVINCE):
        before = step.before.index[step.before["level"] == level]
        pairs = [(code, _target_above(step, code, level)) for code in before]
        edges = pd.DataFrame(pairs, columns=["code_before", "code_after"]).assign(area_km2=None, people=None)
        reform = {DISTRICT: "district", PROVINCE: "province"}[level]
        for group in _connected(edges):
            codes, after = _codes(group["code_before"]), _codes(group["code_after"].dropna())
            if codes == after and len(codes) == 1 and _is_same(step, codes[0]):
                continue
            is_reform = step.first_day.year == 2025
            where, areas = ({""}, {reform}) if is_reform else ({province[code] for code in codes}, {*codes, *after})
            changes.append(Change(codes, after, group, _decree(step, decrees, where, areas)))
    return changes


def _target_above(step: Step, code: str, level: int) -> str | None:
    if level == DISTRICT and not (step.after["level"] == DISTRICT).any():
        return None
    upwards = (step.before["parent_code"], step.after["parent_code"])
    own = step.edges["code_before"].map(upwards[0])
    new = step.edges["code_after"].map(upwards[1])
    if level == PROVINCE:
        own = own.map(upwards[0])
        is_below_district = new.map(step.after["level"]) == DISTRICT
        new = new.where(~is_below_district, new.map(upwards[1]))
    went = new[own == code]
    return str(went.mode().iloc[0]) if len(went) else code  # Côn Đảo has no communes


def _connected(edges: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Split edges into groups that share no unit, in the order of their first unit before."""
    group_of: dict[tuple[str, str], int] = {}
    members: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row, (before, after) in enumerate(zip(edges["code_before"], edges["code_after"], strict=True)):
        keys = [("before", before)] + ([("after", after)] if isinstance(after, str) else [])
        joined = {group_of[key] for key in keys if key in group_of}
        group = min(joined, default=row)
        for other in joined - {group}:
            members[group] |= members.pop(other)
        members[group].update(keys)
        group_of |= dict.fromkeys(members[group], group)
    number = pd.Series([group_of["before", code] for code in edges["code_before"]], index=edges.index)
    for _, group_edges in edges.groupby(number):
        yield group_edges


def _codes(codes: pd.Series[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _parents(table: pd.DataFrame, codes: tuple[str, ...]) -> set[str]:
    return set(table["parent_code"].reindex(list(codes)).dropna())


def _provinces(table: pd.DataFrame) -> dict[str, str]:
    parent = table["parent_code"].dropna().to_dict()
    found = {}
    for code in table.index:
        above = code
        while above in parent:
            above = parent[above]
        found[str(code)] = str(above)
    return found


def _is_same(step: Step, code: str) -> bool:
    columns = ["name", "kind", "parent_code"]
    return bool((step.before.loc[code, columns].fillna("") == step.after.loc[code, columns].fillna("")).all())


def _decree(step: Step, decrees: pd.DataFrame, provinces: set[str], areas: set[str]) -> pd.Series[Any]:
    is_in_step = (decrees["day"] > step.first_day) & (decrees["day"] <= step.last_day)
    known = decrees[is_in_step & decrees["province_code"].isin(provinces)]
    # A decree that names the commune goes before one that names its district, and that before one for the province.
    finest = [max((len(code) for code in areas & set(text.split())), default=0) for text in known["areas"]]
    known = known.assign(finest=finest)[(known["areas"] == "") | (pd.Series(finest, index=known.index) > 0)]
    found = known[known["finest"] == known["finest"].max()]
    if len(found) != 1:
        raise ValueError(f"decrees.csv has {len(found)} decrees after {step.first_day} for {sorted(areas)}")
    return cast("pd.Series[Any]", found.iloc[0])


def build_spells(steps: list[Step], changes: list[list[Change]]) -> pd.DataFrame:
    """
    Return every unit as it was from a day to a day, columns `SPELL_COLUMNS`, in order of code and day.

    A spell ends when the unit gets another name, kind or parent, or takes in or gives to other units.
    """
    first = steps[0]
    open_spells = {
        str(code): _opened(first.before, str(code), first.first_day, "gso-2019") for code in first.before.index
    }
    closed: list[dict[str, Any]] = []
    for step, of_step in zip(steps, changes, strict=True):
        for change in sorted(of_step, key=lambda one: one.decree["day"]):
            day = change.decree["day"]
            for code in change.before:
                closed.append({**open_spells.pop(code), "code": code, "valid_to": day})
            for code in change.after:
                open_spells[code] = _opened(step.after, code, day, step.source)
        for code in sorted(set(step.after.index) - set(open_spells)):  # came in from outside the 21 provinces
            open_spells[code] = _opened(step.after, code, step.last_day, step.source)
        if set(open_spells) != set(step.after.index):
            raise ValueError(f"the changes do not lead to the list of {step.last_day}")
    closed += [{**spell, "code": code, "valid_to": None} for code, spell in open_spells.items()]
    table = pd.DataFrame(closed)
    return table[list(SPELL_COLUMNS)].sort_values(["code", "valid_from"], ignore_index=True)


def _opened(table: pd.DataFrame, code: str, day: date, source: str) -> dict[str, Any]:
    unit = {column: table.loc[code, column] for column in ("level", "name", "kind", "parent_code")}
    return {**unit, "valid_from": day, "source": source}


def build_events(steps: list[Step], changes: list[list[Change]]) -> pd.DataFrame:
    """Return what happened, columns `EVENT_COLUMNS`, in order of day, level and codes."""
    rows = [
        {**row, **_of_decree(change.decree), "source": step.source}
        for step, of_step in zip(steps, changes, strict=True)
        for change in of_step
        for row in _rows_of(step, change)
    ]
    decrees = read_decrees()
    for step in steps:
        province = _provinces(step.before)
        for part in _records(step.parts):
            codes = (part["code_before"], part["code_after"])
            areas = {*codes, *_parents(step.before, codes)}
            decree = _decree(step, decrees, {province[codes[0]]}, areas)
            rows.append({**part, "kind": "part-moved", "level": COMMUNE, **_of_decree(decree), "source": step.source})
    table = pd.DataFrame(rows)[list(EVENT_COLUMNS)]
    order = ["valid_date", "level", "code_before", "code_after", "kind"]
    return table.sort_values(order, ignore_index=True, na_position="last")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def _of_decree(decree: pd.Series[Any]) -> dict[str, Any]:
    columns = ("decree", "decree_quality", "date_quality", "earliest", "latest")
    return {"valid_date": decree["day"], **{column: decree[column] or None for column in columns}}


def _rows_of(step: Step, change: Change) -> Iterator[dict[str, Any]]:
    edges = change.edges
    level = step.before["level"].to_dict()[change.before[0]]
    n_after = edges.groupby("code_before")["code_after"].transform("size")
    n_before = edges.groupby("code_after")["code_before"].transform("size")
    # Each of the ten provinces of 2025 bears the name of one that went into it, for three of them one outside ours.
    is_province = level == PROVINCE
    stated = zip(edges["area_km2"], edges["people"], strict=True)
    for code_before, code_after, (area, people), parts, sources in zip(
        edges["code_before"], edges["code_after"], stated, n_after, n_before, strict=True
    ):
        base = {
            "level": level,
            "code_before": code_before,
            "code_after": code_after,
            "area_km2": area,
            "people": people,
        }
        if not isinstance(code_after, str):
            continue
        if parts > 1:
            yield {**base, "kind": "divided"}
        if sources > 1 or is_province:
            yield {**base, "kind": "merged"}
        elif parts == 1:
            yield from ({**base, "kind": kind} for kind in _alterations(step, code_before, code_after))
    for code in change.before:
        heirs = edges.loc[edges["code_before"] == code, "code_after"].dropna()
        if not any(_same_name(step, code, heir) for heir in heirs) and (
            len(heirs) != 1 or is_province or _takes(edges, heirs)
        ):
            yield {"level": level, "code_before": code, "kind": "abolished"}
    for code in change.after:
        origins = edges.loc[edges["code_after"] == code, "code_before"]
        if len(origins) > 1 and not is_province and not any(_same_name(step, origin, code) for origin in origins):
            yield {"level": level, "code_after": code, "kind": "created"}


def _takes(edges: pd.DataFrame, heirs: pd.Series[str]) -> bool:
    return len(edges[edges["code_after"].isin(heirs)]) > 1


def _same_name(step: Step, before: str, after: str) -> bool:
    return accented_key(str(step.before.loc[before, "name"])) == accented_key(str(step.after.loc[after, "name"]))


def _alterations(step: Step, before: str, after: str) -> Iterator[str]:
    columns = ("name", "kind", "parent_code")
    old = {column: str(step.before.loc[before, column]) for column in columns}
    new = {column: str(step.after.loc[after, column]) for column in columns}
    if old["name"] != new["name"]:
        yield "renamed"
    if old["kind"] != new["kind"]:
        yield "raised" if _RANK.get(new["kind"], 3) > _RANK.get(old["kind"], 3) else "reclassified"
    if old["parent_code"] != new["parent_code"]:
        yield "moved"
    if before != after:
        yield "recoded"
