"""Why each point and hamlet is done in its year, or not at all: which rule or which term decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from coverage.planning.candidates import Programme, ProgrammeRules, Weights
from coverage.planning.programme_score import gains_of
from coverage.planning.programme_units import units_of
from geodata.errors import mark
from geodata.language import Language

_MILLION = 1_000_000


@dataclass(frozen=True)
class Reason:
    """Why one is done or not: a marked English sentence with its fields."""

    template: str
    values: Mapping[str, Any]
    waits: Reason | None = None
    """Why it is not done earlier."""

    def sentence(self, language: Language) -> str:
        """Return why, in a language."""
        shown = {name: language.count(value) if isinstance(value, int) and name != "year" else value
                 for name, value in self.values.items()}  # fmt: skip
        said = language.say(self.template, **shown)
        return f"{said} {self.waits.sentence(language)}" if self.waits else said


@dataclass(frozen=True)
class _Room:
    """What a programme leaves: money and crew weeks (by province) of each year."""

    money_vnd: dict[int, float]
    weeks: dict[tuple[str, int], float]

    def most_money(self, before: float = float("inf")) -> float:
        return max((left for year, left in self.money_vnd.items() if year < before), default=0.0)

    def most_weeks(self, province: str, before: float = float("inf")) -> float:
        lefts = (left for (code, year), left in self.weeks.items() if code == province and year < before)
        return max(lefts, default=float("inf"))


def reasons(
    candidates: pd.DataFrame, rules: ProgrammeRules, weights: Weights, programme: Programme
) -> dict[str, Reason]:
    """
    Return the reason of each candidate, by code.

    One that is done: a rule that says so; else what it brings for its money, with its place among all by households
    for money. One that is not: the rule that forbids it; money or crews that are left in no year; else what counts
    against it by the weights. What is not done in the first year says what it waits for.
    """
    room = _room(candidates, rules, programme)
    per_household = candidates["cost_vnd"] / candidates["households"].astype("float64")
    place = per_household.rank(method="first").astype("int64")
    found = {}
    year = programme.year.reindex(candidates.index)
    is_done = year.notna()
    rivals = _rivals(candidates, rules, weights, programme)
    for row in candidates.assign(each=per_household, place=place, is_done=is_done).itertuples():
        code = str(row.Index)
        if row.is_done:
            waits = _waits(code, row, rules, room, {str(one): int(when) for one, when in year.dropna().items()})
            found[code] = replace(_why(code, row, rules, len(candidates)), waits=waits)
        else:
            found[code] = _why_not(code, row, rules, weights, room, rivals)
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


def _waits(code: str, row: Any, rules: ProgrammeRules, room: _Room, years: Mapping[str, int]) -> Reason | None:
    """Return what keeps it from an earlier year; None where nothing does that one could name."""
    year = years[code]
    before = rules.follows.get(code)
    if year == rules.first_year:
        return None
    if before is not None and years.get(before) == year:
        return Reason(mark("It waits for {before}, through which its line comes."), {"before": before})
    if row.cost_vnd > room.most_money(year):
        return Reason(
            mark("Not before {year}: earlier budgets are full, at most {left} million VND are left in one."),
            {"year": str(year), "left": max(0, int(room.most_money(year) / _MILLION))},
        )
    if row.crew_weeks > room.most_weeks(row.province_code, year):
        return Reason(
            mark("Not before {year}: it waits for crews of its province, at most {left} weeks are left earlier."),
            {"year": str(year), "left": round(max(0.0, room.most_weeks(row.province_code, year)), 1)},
        )
    return None


@dataclass(frozen=True)
class _Rivals:
    """What is done and might make room: year, cost and what it adds, the least first; what each would add by year."""

    done: pd.DataFrame
    adds: pd.DataFrame

    def displaced_by(self, row: Any, room: _Room) -> tuple[int, str] | None:
        """Return the year and what it would displace; None where nothing makes room, or what does adds less."""
        left = self.done["year"].map(room.money_vnd).astype("float64")
        enough = self.done[self.done["cost_vnd"] + left >= row.cost_vnd]
        if enough.empty:
            return None
        least = enough.iloc[0]
        year = int(least["year"])
        return (year, str(least["name"])) if least["adds"] >= self.adds.loc[row.Index, year] else None


def _rivals(candidates: pd.DataFrame, rules: ProgrammeRules, weights: Weights, programme: Programme) -> _Rivals | None:
    """Return what might make room for others; None where equity counts: what one adds then depends on all others."""
    if weights.equity:
        return None
    units = units_of(candidates, rules)
    gains = gains_of(units, rules, weights)
    adds = pd.DataFrame(gains.soonest + gains.value, index=units.table.index, columns=list(rules.years))
    bound = {*rules.must_take, *rules.follows, *rules.follows.values()}
    is_free = ~candidates.index.isin(list(bound)) & ~candidates["together_with"].isin(rules.together)
    done = candidates.assign(
        year=programme.year.reindex(candidates.index), adds=programme.terms.sum(axis="columns")
    )[is_free].dropna(subset=["year"])  # fmt: skip
    return _Rivals(done.sort_values("adds", kind="stable"), adds)


def _why_not(
    code: str, row: Any, rules: ProgrammeRules, weights: Weights, room: _Room, rivals: _Rivals | None
) -> Reason:
    cost = round(row.cost_vnd / _MILLION)
    if code in rules.must_not_take:
        return Reason(mark("It must not be done: you pinned it out."), {})
    if row.npv_vnd < 0 and weights.value > 0 and weights.soonest == 0 and weights.equity == 0:
        return Reason(
            mark("It is worth less than it costs: its net present value is −{loss} million VND."),
            {"loss": round(-row.npv_vnd / _MILLION)},
        )
    if row.cost_vnd > room.most_money():
        displaced = rivals.displaced_by(row, room) if rivals else None
        if displaced:
            return Reason(
                mark(
                    "It costs {cost} million VND and the budgets are full: in {year} it would displace {name}, "
                    "which adds more."
                ),
                {"cost": cost, "year": str(displaced[0]), "name": displaced[1]},
            )
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
    if weights.equity > 0 and weights.soonest == 0 and weights.value == 0:
        return Reason(mark("Its district is not the worst off when there is money for it: it would add nothing."), {})
    return Reason(mark("Within the gap of the solution it makes no difference."), {})
