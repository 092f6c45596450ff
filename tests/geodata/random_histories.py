"""Histories made up at random: units that merge, are divided, renamed, come and go, under codes given anew."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import strategies as st

from geodata.unit_history import EVENT_COLUMNS, SPELL_COLUMNS, UnitHistory

FIRST = date(2020, 1, 1)
LAST = date(2020, 12, 31)
CODES = [f"{number:05d}" for number in range(1, 9)]


@st.composite
def histories(draw: st.DrawFn, *, dividing: bool = True) -> UnitHistory:
    """
    Return a history of up to eight communes and four days of change; no unit is lost.

    Parameters
    ----------
    dividing
        Whether units are merged and divided; else each only changes its code or name.
    """
    now = dict.fromkeys(sorted(draw(st.sets(st.sampled_from(CODES), min_size=2, max_size=6))), FIRST)
    spells: list[tuple[str, date, date | None]] = []
    events: list[tuple[date, str, str, str, float | None]] = []
    for number in range(draw(st.integers(1, 4))):
        day = FIRST + timedelta(days=30 * (number + 1))
        touched = sorted(draw(st.sets(st.sampled_from(sorted(now)), min_size=1)))
        free = sorted(set(CODES) - (now.keys() - set(touched)))
        pairs = draw(_merging(touched, free) if dividing else _recoding(touched, free))
        spells += [(code, now.pop(code), day) for code in touched]
        for before, after, people in pairs:
            now[after] = day
            kind = "merged" if dividing else "recoded"
            events.append((day, kind, before, after, people))
    spells += [(code, since, None) for code, since in now.items()]
    return _as_history(spells, events)


@st.composite
def _merging(draw: st.DrawFn, before: list[str], free: list[str]) -> list[tuple[str, str, float | None]]:
    heirs = {code: draw(st.sets(st.sampled_from(free), min_size=1, max_size=3)) for code in before}
    people = st.none() | st.integers(0, 50).map(float)
    return [(code, heir, draw(people)) for code in before for heir in sorted(heirs[code])]


@st.composite
def _recoding(draw: st.DrawFn, before: list[str], free: list[str]) -> list[tuple[str, str, float | None]]:
    chosen = draw(st.permutations(free))[: len(before)]
    return [(code, heir, None) for code, heir in zip(before, chosen, strict=True)]


def _as_history(
    spells: list[tuple[str, date, date | None]], events: list[tuple[date, str, str, str, float | None]]
) -> UnitHistory:
    table = pd.DataFrame(spells, columns=["code", "valid_from", "valid_to"])
    table = table.assign(level=3, kind="xa", parent_code="001", name=table["code"], source="test")
    above = pd.DataFrame(
        [("01", 1, "tinh", None), ("001", 2, "huyen", "01")], columns=["code", "level", "kind", "parent_code"]
    ).assign(valid_from=FIRST, valid_to=None, name="Thử", source="test")
    table = pd.concat([above.astype(object), table.astype(object)], ignore_index=True).astype({"level": "int64"})
    told = pd.DataFrame(events, columns=["valid_date", "kind", "code_before", "code_after", "people"])
    told = told.assign(level=3, date_quality="seen", source="test").reindex(columns=list(EVENT_COLUMNS))
    for frame, days in ((table, ["valid_from", "valid_to"]), (told, ["valid_date", "earliest", "latest"])):
        for day in days:
            frame[day] = pd.to_datetime(frame[day])
    told["people"] = told["people"].astype("float64")
    return UnitHistory(table[list(SPELL_COLUMNS)], told, FIRST, LAST)
