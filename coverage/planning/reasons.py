"""Why each point and hamlet is done in its year, or not at all: which rule or which term decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coverage.planning.candidates import Programme, ProgrammeRules, Weights
from geodata.errors import mark
from geodata.language import Language

_MILLION = 1_000_000


@dataclass(frozen=True)
class Reason:
    """Why one is done or not: a marked English sentence with its fields."""

    template: str
    values: Mapping[str, Any]

    def sentence(self, language: Language) -> str:
        """Return why, in a language."""
        shown = {name: language.count(value) if isinstance(value, int) and name != "year" else value
                 for name, value in self.values.items()}  # fmt: skip
        return language.say(self.template, **shown)


@dataclass(frozen=True)
class _Room:
    """What a programme leaves: money and crew weeks (by province) of each year."""

    money_vnd: dict[int, float]
    weeks: dict[tuple[str, int], float]

    def most_money(self) -> float:
        return max(self.money_vnd.values(), default=0.0)

    def most_weeks(self, province: str) -> float:
        return max((left for (code, _), left in self.weeks.items() if code == province), default=float("inf"))


def reasons(
    candidates: pd.DataFrame, rules: ProgrammeRules, weights: Weights, programme: Programme
) -> dict[str, Reason]:
    """
    Return the reason of each candidate, by code.

    One that is done: a rule that says so; else what it brings for its money, with its place among all by households
    for money. One that is not: the rule that forbids it; money or crews that are left in no year; else what counts
    against it by the weights.
    """
    room = _room(candidates, rules, programme)
    per_household = candidates["cost_vnd"] / candidates["households"].astype("float64")
    place = per_household.rank(method="first").astype("int64")
    found = {}
    is_done = programme.year.reindex(candidates.index).notna()
    for row in candidates.assign(each=per_household, place=place, is_done=is_done).itertuples():
        code = str(row.Index)
        if row.is_done:
            found[code] = _why(code, row, rules, len(candidates))
        else:
            found[code] = _why_not(code, row, rules, weights, room)
    return found


def _room(candidates: pd.DataFrame, rules: ProgrammeRules, programme: Programme) -> _Room:
    year = programme.year.reindex(candidates.index)
    spent = candidates["cost_vnd"].groupby(year).sum()
    money, carried = {}, 0.0
    for one, budget in zip(rules.years, rules.budget_vnd, strict=True):
        left = budget + carried - float(spent.get(one, 0.0))
        money[one] = left
        carried = left if rules.carries_over else 0.0
    used = candidates["crew_weeks"].groupby([candidates["province_code"], year]).sum()
    weeks = {
        (code, one): crews * rules.crew_weeks_per_year - float(used.get((code, one), 0.0))
        for code, crews in rules.crews.items()
        for one in rules.years
    }
    return _Room(money, weeks)


def _why(code: str, row: Any, rules: ProgrammeRules, number: int) -> Reason:
    if code in rules.must_take:
        return Reason(mark("It must be done: you pinned it."), {})
    if row.together_with in rules.together:
        return Reason(mark("All of {name} are done in the same year."), {"name": row.together_with})
    values = {"households": int(row.households), "million": round(row.each / _MILLION, 2), "place": int(row.place)}
    return Reason(
        mark("{households} households at {million} million VND each: number {place} of {number} by cost a household."),
        values | {"number": number},
    )


def _why_not(code: str, row: Any, rules: ProgrammeRules, weights: Weights, room: _Room) -> Reason:
    cost = round(row.cost_vnd / _MILLION)
    if code in rules.must_not_take:
        return Reason(mark("It must not be done: you pinned it out."), {})
    if row.cost_vnd > room.most_money():
        return Reason(
            mark("It costs {cost} million VND; no year has more than {left} left. What is done serves more."),
            {"cost": cost, "left": max(0, int(room.most_money() / _MILLION))},
        )
    if row.crew_weeks > room.most_weeks(row.province_code):
        return Reason(
            mark("It takes {weeks} weeks of a crew; no year has more than {left} left in its province."),
            {"weeks": round(row.crew_weeks, 1), "left": round(max(0.0, room.most_weeks(row.province_code)), 1)},
        )
    if row.together_with in rules.together:
        return Reason(mark("Not all of {name} fit into one year."), {"name": row.together_with})
    if code in rules.follows:
        return Reason(mark("It waits for {before}, through which its line comes."), {"before": rules.follows[code]})
    if row.npv_vnd < 0 and weights.value > 0:
        return Reason(
            mark("It is worth less than it costs: its net present value is −{loss} million VND."),
            {"loss": round(-row.npv_vnd / _MILLION)},
        )
    return Reason(mark("Within the gap of the solution it makes no difference."), {})
