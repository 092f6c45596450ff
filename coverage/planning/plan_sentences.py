"""What was asked of a plan and what came of it, in sentences that its files and pages share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pandas as pd

from coverage.planning.candidates import (
    CANCELLED,
    CONNECTION,
    FEASIBLE,
    INFEASIBLE,
    OPTIMAL,
    TAKEOVER,
    Programme,
    ProgrammeRules,
)
from coverage.planning.plan import Plan
from coverage.planning.request import HIGH, LOW, MID, PlanRequest
from geodata.errors import mark
from geodata.language import Language
from geodata.periods import Period

STATUS_SENTENCES: Final = {
    OPTIMAL: mark("the best possible, within the gap asked for"),
    FEASIBLE: mark("the best found before the time was over"),
    CANCELLED: mark("stopped by the user: the best found until then"),
    INFEASIBLE: mark("no programme keeps all rules"),
}
LEVEL_NAMES: Final = {LOW: mark("the low values"), MID: mark("the mid values"), HIGH: mark("the high values")}
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class PlaceNames:
    """Names of areas by code, from communes with the columns of `plan_report.PlanSurroundings`."""

    communes: pd.DataFrame

    def province(self, code: str) -> str:
        """Return the name of a province; its code where it has no commune here."""
        return self._first("province_code", code, "province_name")

    def area(self, code: str) -> str:
        """Return the name of a province, district or commune."""
        if code in self.communes.index:
            return str(self.communes.loc[code, "commune_name"])
        named = self._first("area_code", code, "area_name")
        return named if named != code else self.province(code)

    def province_of(self, code: str) -> str:
        """Return the name of the province of a district or commune."""
        if code in self.communes.index:
            return str(self.communes.loc[code, "province_name"])
        return self._first("area_code", code, "province_name")

    def _first(self, key: str, code: str, name: str) -> str:
        found = self.communes.loc[self.communes[key] == code, name]
        return str(found.iloc[0]) if len(found) else code


# ---- what was asked for


def rules_of(plan: Plan, names: PlaceNames, language: Language) -> Iterator[str]:
    """Yield what was asked for, a sentence each."""
    request = plan.request
    yield _begins(request, names, language)
    yield from _money(request.rules, language)
    yield from _provinces(request.rules, names, language)
    yield from _chosen(plan, language)
    yield _weighed(request, language)
    yield _rests_on(request, language)


def _begins(request: PlanRequest, names: PlaceNames, language: Language) -> str:
    kinds = {
        (True, True): mark("take-overs of bulk-purchase points and connections of hamlets"),
        (True, False): mark("take-overs of bulk-purchase points"),
        (False, True): mark("connections of hamlets without the grid"),
        (False, False): mark("nothing"),
    }
    return language.say(
        "Chosen among: {kinds}, of {areas}, as recorded at the end of {period}.",
        kinds=language.say(kinds[request.takeovers, request.connections]),
        areas=", ".join(names.area(code) for code in request.areas),
        period=language.period(Period.parse(request.period)),
    )


def _money(rules: ProgrammeRules, language: Language) -> Iterator[str]:
    budgets = (
        f"{year}: {millions(budget, language)}" for year, budget in zip(rules.years, rules.budget_vnd, strict=True)
    )
    yield language.say("Budget by year (million VND): {budgets}.", budgets="; ".join(budgets))
    yield language.say(
        mark("Money left at the end of a year may be spent later.")
        if rules.carries_over
        else mark("Money left at the end of a year is not carried over.")
    )


def _provinces(rules: ProgrammeRules, names: PlaceNames, language: Language) -> Iterator[str]:
    for code, crews in sorted(rules.crews.items()):
        yield language.say(
            "{province}: {crews} crews of {weeks} weeks a year.",
            province=names.province(code),
            crews=float(crews),
            weeks=float(rules.crew_weeks_per_year),
        )
    for code, least in sorted(rules.least_households.items()):
        yield language.say("{province}: at least {n} households gain.", province=names.province(code), n=int(least))
    for one in rules.area_targets:
        yield language.say(
            "{area}: at most {n} households remain at the end of {year}.",
            area=names.area(one.area_code),
            n=int(one.households_left),
            year=str(one.year),
        )


def _chosen(plan: Plan, language: Language) -> Iterator[str]:
    rules, called = plan.request.rules, plan.candidates["name"]

    def named(codes: frozenset[str]) -> str:
        return "; ".join(f"{called.get(code, code)} ({code})" for code in sorted(codes))

    if rules.must_take:
        yield language.say("Done in any case: {names}.", names=named(rules.must_take))
    if rules.must_not_take:
        yield language.say("Never done: {names}.", names=named(rules.must_not_take))
    if rules.together:
        yield language.say("All points at once: {names}.", names="; ".join(sorted(rules.together)))


def _weighed(request: PlanRequest, language: Language) -> str:
    weights = request.weights
    return language.say(
        "Weights: households soonest {soonest}, net present value {value}, equity between districts {equity}; discount "
        "rate {rate} a year.",
        soonest=float(weights.soonest),
        value=float(weights.value),
        equity=float(weights.equity),
        rate=language.share(Decimal(str(request.rules.discount_rate)), decimals=1),
    )


def _rests_on(request: PlanRequest, language: Language) -> str:
    said = language.say("Assumptions: {level}.", level=language.say(LEVEL_NAMES[request.level]))
    if request.assumptions:
        said += " " + language.say("{n} of them were changed by the office.", n=len(request.assumptions))
    if request.leaves_out_faulty:
        said += " " + language.say("Points and hamlets with an error are left out.")
    return said


# ---- what came of it


def facts_of(plan: Plan, language: Language) -> dict[str, str]:
    """Return what came of a plan: label → text."""
    say, best, greedy = language.say, plan.programme, plan.greedy
    facts = {say("Result"): say(STATUS_SENTENCES[best.status])}
    if best.gap is not None:
        facts[say("Optimality gap")] = language.share(Decimal(str(round(best.gap, 6))), decimals=2)
    if best.seconds is not None:
        facts[say("Time of the solver")] = say("{n} s", n=round(float(best.seconds), 1))
    facts |= _sums(plan, language)
    if best.score is not None and greedy.score is not None:
        facts[say("Against the order by hand")] = _against(plan, language)
    facts[say("What remains at the end")] = _remains(plan, language)
    return facts


def _sums(plan: Plan, language: Language) -> dict[str, str]:
    say, candidates = language.say, plan.candidates
    done = candidates[plan.programme.year.reindex(candidates.index).notna()]
    facts = {}
    for kind, label in ((TAKEOVER, say("Points taken over")), (CONNECTION, say("Hamlets connected"))):
        every = int((candidates["kind"] == kind).sum())
        if every:
            facts[label] = say("{n} of {all}", n=int((done["kind"] == kind).sum()), all=every)
    facts[say("Households that gain")] = say(
        "{n} of {all}", n=int(done["households"].sum()), all=int(candidates["households"].sum())
    )
    facts[say("Cost (million VND)")] = say(
        "{cost} of a budget of {budget}",
        cost=millions(float(done["cost_vnd"].sum()), language),
        budget=millions(float(sum(plan.request.rules.budget_vnd)), language),
    )
    facts[say("Net present value, in the first year (million VND)")] = millions(_value(plan, plan.programme), language)
    return facts


def _value(plan: Plan, programme: Programme) -> float:
    """Return the net present value of a programme, discounted to its first year."""
    rules = plan.request.rules
    year = programme.year.reindex(plan.candidates.index).dropna().astype("int64")
    worth = plan.candidates["npv_vnd"].reindex(year.index)
    return float((worth / (1 + rules.discount_rate) ** (year - rules.first_year)).sum())


def _against(plan: Plan, language: Language) -> str:
    best, greedy = plan.programme, plan.greedy
    assert best.score is not None and greedy.score is not None  # noqa: PT018  # asked before
    gained = [int(plan.candidates["households"].reindex(one.year.dropna().index).sum()) for one in (best, greedy)]
    return language.say(
        "score {best} against {greedy}; households that gain {gained} against {by_hand}; net present value {value} "
        "against {value_by_hand} million VND",
        best=language.decimal(Decimal(str(best.score)), decimals=4),
        greedy=language.decimal(Decimal(str(greedy.score)), decimals=4),
        gained=gained[0],
        by_hand=gained[1],
        value=millions(_value(plan, best), language),
        value_by_hand=millions(_value(plan, greedy), language),
    )


def _remains(plan: Plan, language: Language) -> str:
    left = plan.candidates[plan.programme.year.reindex(plan.candidates.index).isna()]
    return language.say(
        "{n} points or hamlets with {households} households; doing them would cost {cost} million VND",
        n=len(left),
        households=int(left["households"].sum()),
        cost=millions(float(left["cost_vnd"].sum()), language),
    )


def millions(vnd: float, language: Language) -> str:
    """Return an amount in millions of VND, with one decimal, as the language writes it."""
    written = language.decimal(Decimal(str(round(vnd / _MILLION, 1))), decimals=1)
    return written.replace("-", "−")
