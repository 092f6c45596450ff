"""Which commune of one day is, or has a part in, which commune of another day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geodata.unit_history import UnitHistory
from geodata.units import COMMUNE, PROVINCE

_Weights = dict[str, float]
_Step = dict[str, dict[str, float | None]]
_NO_HEIRS: Final[dict[str, float | None]] = {}


@dataclass(frozen=True)
class Trace:
    """
    Where one commune went.

    Parameters
    ----------
    shares
        Its share in each commune of the other day, by the decrees, in equal parts where they state none.
    is_stated
        Whether the decrees state all these shares.
    """

    shares: _Weights
    is_stated: bool = True


def correspondence(history: UnitHistory, *, from_day: date, to_day: date) -> pd.DataFrame:
    """
    Return which commune of one day is, or has a part in, which commune of another; forwards or backwards.

    Returns
    -------
    pairs
        One row a pair, in order of codes: from_code, to_code, is_divided (from_code has several), people_share (the
        share of from_code's people in to_code by the decrees; missing where they do not state it, 1 where whole).
        A commune with no counterpart (from outside the provinces of the history) has no row.

    Raises
    ------
    PlaceError
        If one of the days is not known.
    """
    codes = history.units_on(from_day).communes.index
    targets = history.units_on(to_day).communes.index
    traces = trace_units(history, codes, from_day, to_day)
    allowed = frozenset(targets)
    rows = [
        (code, target, len(trace.shares) > 1, share if trace.is_stated else np.nan)
        for code, trace in traces.items()
        for target, share in sorted(trace.shares.items())
        if target in allowed
    ]
    pairs = pd.DataFrame(rows, columns=["from_code", "to_code", "is_divided", "people_share"])
    return pairs.astype({"from_code": "str", "to_code": "str", "is_divided": "bool", "people_share": "float64"})


def counterparts(history: UnitHistory, code: str, *, day: date, on_day: date) -> tuple[str, ...]:
    """
    Return the codes that a unit has, or has parts in, on another day, among the units of its level.

    Of a province or district those are the ones that its communes lie in on the other day; for a list without
    districts there are none of a district.

    Raises
    ------
    PlaceError
        If no unit had the code on `day`, or a day is not known.
    """
    own, other = history.units_on(day), history.units_on(on_day)
    level = own.find(code)["level"]
    traces = trace_units(history, own.communes_of(code).index, day, on_day)
    reached = other.communes.loc[other.communes.index.isin({to for trace in traces.values() for to in trace.shares})]
    if level == COMMUNE:
        return tuple(reached.index)
    return tuple(sorted(reached["province_code" if level == PROVINCE else "district_code"].dropna().unique()))


def trace_units(history: UnitHistory, codes: Iterable[str], from_day: date, to_day: date) -> dict[str, Trace]:
    """Return where the communes with these codes on one day went by another day, which may be the earlier one."""
    traces = {str(code): Trace({str(code): 1.0}) for code in codes}
    for step in _steps(history, from_day, to_day):
        for code, trace in traces.items():
            if not step.keys().isdisjoint(trace.shares):
                traces[code] = _advanced(trace, step)
    return traces


def _advanced(trace: Trace, step: _Step) -> Trace:
    shares: _Weights = defaultdict(float)
    is_stated = trace.is_stated
    for code, share in trace.shares.items():
        heirs = step.get(code)
        if heirs is None:  # not touched on the day
            heirs = {code: 1.0}
        for heir, part in heirs.items():
            shares[heir] += share * (1 / len(heirs) if part is None else part)
            is_stated &= part is not None
    return Trace(dict(shares), is_stated)


def _steps(history: UnitHistory, from_day: date, to_day: date) -> Iterator[_Step]:
    """Yield, for each day of change on the way, the heirs of each unit that it touched, with the stated shares."""
    earlier, later = sorted((from_day, to_day))
    is_forward = from_day <= to_day
    own, heir = ("code_before", "code_after") if is_forward else ("code_after", "code_before")
    days = [day for day in history.change_days if earlier < day <= later]
    links = dict(iter(history.commune_links.groupby("valid_date")))
    communes = history.spells[history.spells["level"] == COMMUNE]
    touched = dict(iter(communes.groupby("valid_to" if is_forward else "valid_from")["code"]))
    for day in days if is_forward else reversed(days):
        of_day = links.get(pd.Timestamp(day), history.commune_links.iloc[:0])
        people: dict[str, dict[str, float | None]] = defaultdict(dict)
        for code, other, count in zip(of_day[own], of_day[heir], of_day["people"], strict=True):
            people[code][other] = None if math.isnan(count) else float(count)
        step = {code: _as_parts(heirs) for code, heirs in people.items()}
        # A unit that comes or goes on the day, and no event says whence or whither, has no heirs: without this,
        # its code would lead to another unit that had it before or has it after.
        yield dict.fromkeys(touched.get(pd.Timestamp(day), ()), _NO_HEIRS) | step


def _as_parts(people: dict[str, float | None]) -> dict[str, float | None]:
    """Return the shares of the heirs in the people of all of them; missing where one of them is not stated."""
    if len(people) == 1:
        return dict.fromkeys(people, 1.0)
    stated = [count for count in people.values() if count is not None]
    if len(stated) < len(people) or not sum(stated):
        return dict.fromkeys(people)
    return {code: None if count is None else count / sum(stated) for code, count in people.items()}
