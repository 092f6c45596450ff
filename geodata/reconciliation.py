"""Reconciling an organisation's own commune list with the official list of a day: what is matched, and what is not."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd

from geodata.entry_evidence import Claim, EntryPlaces
from geodata.former_history import Past
from geodata.names import NameIndex
from geodata.own_lists import APART, ASSIGN, ENTRY_COLUMNS, Decision, entry_keys
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, EXTRA_REASONS, MATCHED, MISSING, STATUSES
from geodata.units import Units

RESULT_COLUMNS: Final = (
    *ENTRY_COLUMNS,  # blank where a unit is missing from the own list
    "entry_key",
    "status",  # one of STATUSES
    "reason",  # a key of reconciliation_reasons.SENTENCES
    "values",  # what fills its sentence, JSON
    "unit_code",  # the official unit: of matched and missing rows
    "suggested_code",  # the unit that a doubtful or extra entry most probably is, or belongs to
    "suggested_row",  # the entry that this unit is matched with already
    "candidates",  # all units that it may be, by a space
    "confidence",
    "province_code",
)
_ROWS_NAMED: Final = 6


@dataclass(frozen=True)
class Reconciliation:
    """
    What came of reconciling one list.

    Parameters
    ----------
    table
        Columns `RESULT_COLUMNS`: one row for each entry of the own list, in its order, then one for each official
        unit that no entry is. So matched + doubtful + extra is the number of entries, and matched + missing the
        number of official units.
    """

    table: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each status."""
        found = self.table["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in STATUSES}

    @property
    def reason_counts(self) -> dict[tuple[str, str], int]:
        """How many rows have each status and reason, those with most first within the order of the statuses."""
        found = Counter(zip(self.table["status"], self.table["reason"], strict=True))
        return dict(sorted(found.items(), key=lambda item: (STATUSES.index(item[0][0]), -item[1], item[0][1])))

    @property
    def entries(self) -> int:
        """Entries of the own list."""
        return len(self.table) - self.counts[MISSING]

    @property
    def official(self) -> int:
        """Units of the official list."""
        return self.counts[MATCHED] + self.counts[MISSING]

    def by_province(self) -> pd.DataFrame:
        """
        Return the number of rows of each status by province.

        Returns
        -------
        counts
            Indexed by ``province_code``, blank for entries of no known province; a column for each of `STATUSES`.
        """
        counts = pd.crosstab(self.table["province_code"], self.table["status"])
        return counts.reindex(columns=list(STATUSES), fill_value=0).astype("int64").sort_index()


@dataclass(frozen=True)
class _Settled:
    """An entry with its claim, and what became of it."""

    entry: dict[str, Any]
    claim: Claim
    status: str = ""
    unit_code: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


def reconcile(
    entries: pd.DataFrame,
    units: Units,
    *,
    past: Past | None = None,
    decisions: Iterable[Decision] = (),
    names: NameIndex | None = None,
) -> Reconciliation:
    """
    Hold an organisation's own commune list against the official one of a day.

    An official unit is matched with one entry at most. Of several entries that could be it, the one with the
    strongest evidence is; where several are equally strong, all are doubtful and each names the others. What a
    person decided goes before every rule. The order of the entries does not matter.

    Parameters
    ----------
    entries
        The own list, columns `ENTRY_COLUMNS`.
    units
        The official list of the day.
    past
        What became of the communes before that day, so that those merged, divided or renamed since are known.
    decisions
        What persons decided before; of several for one entry the last holds.
    names
        The names of `units` and of the units before, where they are indexed already.

    Raises
    ------
    FigureError
        If `entries` lacks a column.
    """
    keyed = entries.assign(entry_key=entry_keys(entries))
    places = EntryPlaces(units, names or NameIndex(units, past.former if past else None), past)
    decided = {decision.entry_key: decision for decision in decisions}
    records = [{str(k): v for k, v in entry.items()} for entry in keyed.to_dict("records")]
    claims = [_decided(places, places.claim(entry), decided.get(entry["entry_key"])) for entry in records]
    settled = _settle([_Settled(entry, claim) for entry, claim in zip(records, claims, strict=True)], places)
    return Reconciliation(_table(settled, units, places))


def _decided(places: EntryPlaces, claim: Claim, decision: Decision | None) -> Claim:
    """Return what a person decided of an entry; a unit that the list of this day lacks cannot be assigned."""
    if decision is None:
        return claim
    values = {"user": decision.user, "reason": decision.reason}
    if decision.verdict == ASSIGN and places.has_unit(decision.unit_code):
        return Claim("decided", unit_code=decision.unit_code, values=values)
    if decision.verdict == APART:
        candidates = (claim.unit_code,) if claim.unit_code else claim.candidates
        return Claim("kept-apart", candidates=candidates, province_code=claim.province_code, values=values)
    return claim


def _settle(found: list[_Settled], places: EntryPlaces) -> list[_Settled]:
    """Give each unit to the entry with the strongest claim; equally strong ones, and the weaker, are doubtful."""
    claimants: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(found):
        if one.claim.unit_code:
            claimants[one.claim.unit_code].append(number)
    settled = list(found)
    for code, numbers in claimants.items():
        # What a person assigned goes before what fits as well.
        strengths = {n: (found[n].claim.reason == "decided", found[n].claim.confidence) for n in numbers}
        strongest = [n for n in numbers if strengths[n] == max(strengths.values())]
        values = {"unit": places.shown(code), "rows": _rows(found[n].entry for n in strongest)}
        for number in numbers:
            if strongest == [number]:
                settled[number] = replace(found[number], status=MATCHED, unit_code=code)
            else:
                reason = "doubled" if number in strongest and len(strongest) > 1 else "taken"
                settled[number] = replace(found[number], claim=Claim(reason, candidates=(code,), values=values))
    return [
        one if one.status else replace(one, status=EXTRA if one.claim.reason in EXTRA_REASONS else DOUBTFUL)
        for one in settled
    ]


def _rows(entries: Iterable[dict[str, Any]]) -> str:
    """Name rows of the own list: by their number, and by their sheet too where there are several."""
    places = sorted((str(entry["sheet"]), int(entry["row"])) for entry in entries)
    has_sheets = len({sheet for sheet, _ in places}) > 1
    shown = [f"{sheet}!{row}" if has_sheets else str(row) for sheet, row in places]
    return ", ".join(shown[:_ROWS_NAMED]) + (" …" if len(shown) > _ROWS_NAMED else "")


def _table(settled: list[_Settled], units: Units, places: EntryPlaces) -> pd.DataFrame:
    holders = {one.unit_code: one.entry for one in settled if one.unit_code}
    doubted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = []
    for one in sorted(settled, key=lambda one: (one.entry["sheet"], one.entry["row"])):
        claim = one.claim
        # Of units that it may be, those that no other entry is come first.
        open_first = sorted(claim.candidates, key=lambda code: code in holders)
        suggested = next(iter(open_first), "") if not one.unit_code else ""
        for code in claim.candidates if one.status == DOUBTFUL else ():
            doubted[code].append(one.entry)
        province = places.province_of(one.unit_code or suggested) or claim.province_code
        rows.append(
            one.entry
            | _outcome(one.status, claim, unit_code=one.unit_code, province_code=province)
            | {
                "suggested_code": suggested,
                "suggested_row": _rows([holders[suggested]]) if suggested in holders else "",
            }
        )
    blank: dict[str, Any] = dict.fromkeys(RESULT_COLUMNS, "") | {"row": None}
    for code in units.communes.index.astype(str):
        if code not in holders:
            claim = Claim("in-doubt", values={"rows": _rows(doubted[code])}) if code in doubted else Claim("not-listed")
            rows.append(blank | _outcome(MISSING, claim, unit_code=code, province_code=places.province_of(code)))
    texts = dict.fromkeys(RESULT_COLUMNS, "str")
    table = pd.DataFrame(rows, columns=pd.Index(RESULT_COLUMNS))
    return table.astype(texts | {"row": "Int64", "confidence": "float64"})


def _outcome(status: str, claim: Claim, *, unit_code: str, province_code: str) -> dict[str, Any]:
    return {
        "status": status,
        "reason": claim.reason,
        "values": json.dumps(dict(claim.values), ensure_ascii=False, sort_keys=True),
        "unit_code": unit_code,
        "candidates": " ".join(claim.candidates),
        "confidence": claim.confidence,
        "province_code": province_code,
    }
