"""What happened to a unit, in sentences: for pages, reports and the notes on charts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import pandas as pd

from geodata.errors import mark
from geodata.language import Language
from geodata.unit_history import UnitHistory
from geodata.units import KIND_NAMES

EVENT_NAMES: Final = {
    "created": mark("created"),
    "renamed": mark("renamed"),
    "raised": mark("raised"),
    "reclassified": mark("reclassified"),
    "moved": mark("moved"),
    "recoded": mark("recoded"),
    "merged": mark("merged"),
    "divided": mark("divided"),
    "part-moved": mark("boundary changed"),
    "abolished": mark("abolished"),
}
"""Names of the kinds of event, to be said in the user's language."""

_SENTENCES: Final = {
    "created": mark("{after} was formed."),
    "renamed": mark("{before} was renamed {after}."),
    "raised": mark("{before} became {after}."),
    "reclassified": mark("{before} became {after}."),
    "moved": mark("{after} went from {parent_before} to {parent_after}."),
    "recoded": mark("{after} got the code {code_after} in place of {code_before}."),
    "merged": mark("{before} was merged into {after}."),
    "took-in": mark("{after} took in {others}."),
    "took-in-parts": mark("{after} took in parts of {others}."),
    "divided": mark("{before} was divided; a part went to {after}."),
    "divided-people": mark("{before} was divided; {people} of its people went to {after}."),
    "part-moved": mark("A strip of {before} went to {after}."),
    "abolished": mark("{before} ceased to exist."),
}

_KNOWN_DAY: Final = mark("{day}: {what}")
_KNOWN_DAY_DECREE: Final = mark("{day}, decree {decree}: {what}")
_UNSURE_DAY: Final = mark("About {day} (surely from {earliest} to {latest}): {what}")
_UNSURE_DAY_DECREE: Final = mark("About {day} (surely from {earliest} to {latest}), decree {decree}: {what}")


def describe_event(event: pd.Series[Any], history: UnitHistory, language: Language) -> str:
    """
    Return what one event was, with its day and decree.

    Parameters
    ----------
    event
        A row of ``history.events``.

    Returns
    -------
    sentence
        Such as "01/01/2020, decree 836/NQ-UBTVQH14: Xã Tân Kim was merged into Thị trấn Cần Giuộc.". A day that is not
        surely known is said to be so.
    """
    template, values = _what(event, history)
    day = {"day": language.day(event["valid_date"].date()), "what": language.say(template, **values)}
    has_decree = isinstance(event["decree"], str)
    if has_decree:
        day["decree"] = event["decree"]
    if event["date_quality"] == "seen":
        return language.say(_KNOWN_DAY_DECREE if has_decree else _KNOWN_DAY, **day)
    for bound in ("earliest", "latest"):
        day[bound] = language.day(event[bound].date())
    return language.say(_UNSURE_DAY_DECREE if has_decree else _UNSURE_DAY, **day)


def describe_unit(history: UnitHistory, code: str, *, day: date, language: Language) -> list[str]:
    """
    Return what happened to the unit that had this code on a day, before and after, in order of day.

    Formations and ends that the mergers and divisions of the same day tell already are not told again.

    Raises
    ------
    PlaceError
        If no unit had the code on the day, or the day is not known.
    """
    events = _without_repetition(history.events_of(code, day), history)
    return list(dict.fromkeys(describe_event(event, history, language) for _, event in events.iterrows()))


def told_once(events: pd.DataFrame) -> pd.DataFrame:
    """
    Return events without what others of the same day and units tell already.

    Mergers and divisions tell of formations and ends, a division of a part that was merged into a unit.

    Parameters
    ----------
    events
        Rows of ``history.events``; ``valid_date``, ``kind``, ``code_before`` and ``code_after`` are enough.
    """
    kind, divided = events["kind"], events[events["kind"] == "divided"]
    tellers = events[kind.isin(("merged", "divided"))]
    is_repeated = (
        ((kind == "created") & _is_among(events, tellers, ["code_after"]))
        | ((kind == "abolished") & _is_among(events, tellers, ["code_before"]))
        | ((kind == "merged") & _is_among(events, divided, ["code_before", "code_after"]))
    )
    return events[~is_repeated]


def _is_among(events: pd.DataFrame, others: pd.DataFrame, codes: list[str]) -> pd.Series[bool]:
    """Return whether some of the others has the same day and codes as each event."""
    found, wanted = (
        list(zip(table["valid_date"], *(table[code] for code in codes), strict=True)) for table in (events, others)
    )
    among = set(wanted)
    return pd.Series([key in among for key in found], index=events.index, dtype="bool")


def _without_repetition(events: pd.DataFrame, history: UnitHistory) -> pd.DataFrame:
    """Leave out what the other events of the same day say already."""
    events = told_once(events)
    mergers = events[events["kind"] == "merged"]
    takers: dict[tuple[Any, Any], Any] = {}
    for row, event in mergers.iterrows():
        if _what(event, history)[0] in (_SENTENCES["took-in"], _SENTENCES["took-in-parts"]):
            takers[event["valid_date"], event["code_after"]] = row
    into = zip(mergers.index, mergers["valid_date"], mergers["code_after"], strict=True)
    dropped = [row for row, *taken in into if takers.get((taken[0], taken[1]), row) != row]
    return events.drop(index=dropped)


def _what(event: pd.Series[Any], history: UnitHistory) -> tuple[str, dict[str, Any]]:
    before, after = event["code_before"], event["code_after"]
    day, eve = event["valid_date"].date(), (event["valid_date"] - pd.Timedelta(days=1)).date()
    values: dict[str, Any] = {"code_before": before, "code_after": after}
    if isinstance(before, str):
        values["before"] = _full_name(history, before, eve)
        values["parent_before"] = _parent_name(history, before, eve)
    if isinstance(after, str):
        values["after"] = _full_name(history, after, day)
        values["parent_after"] = _parent_name(history, after, day)
    kind = str(event["kind"])
    if kind == "merged" and values["before"] == values["after"]:
        members = history.events[
            (history.events["valid_date"] == event["valid_date"])
            & (history.events["kind"] == "merged")
            & (history.events["code_after"] == after)
            & (history.events["code_before"] != before)
        ]
        on_day = history.events[history.events["valid_date"] == event["valid_date"]]
        divided = set(on_day.loc[on_day["kind"] == "divided", "code_before"])  # told as divided, not as taken in whole
        whole = [code for code in members["code_before"] if code not in divided]
        if len(members):
            others = _listed(_full_name(history, code, eve) for code in whole or members["code_before"])
            return _SENTENCES["took-in" if whole else "took-in-parts"], {"after": values["after"], "others": others}
    if kind == "divided" and pd.notna(event["people"]):
        return _SENTENCES["divided-people"], {**values, "people": int(event["people"])}
    return _SENTENCES[kind], values


def _full_name(history: UnitHistory, code: str, day: date) -> str:
    spell = history.spell(code, day)
    return f"{KIND_NAMES[spell['kind']]} {spell['name']}"


def _parent_name(history: UnitHistory, code: str, day: date) -> str:
    parent = history.spell(code, day)["parent_code"]
    return _full_name(history, parent, day) if isinstance(parent, str) else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
