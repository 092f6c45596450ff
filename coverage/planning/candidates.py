"""What a programme chooses among, by which rules, and what came of it: the shapes that solvers and readers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from geodata.language import Language

TAKEOVER, CONNECTION = "takeover", "connection"
"""Kinds of candidates: a bulk-purchase point to take over (tiếp nhận), an unserved hamlet to connect."""

CANDIDATE_COLUMNS: Final = (
    "kind",  # TAKEOVER or CONNECTION
    "name",  # what readers call it
    "commune_code",
    "area_code",  # the district; the commune in a list of units without districts
    "province_code",
    "together_with",  # organisation of a point, or hamlet that a line comes through; "" for none
    "households",  # households that gain: on direct sale, or connected (Int64)
    "cost_vnd",  # investment in the year in which it is done, prices of today (float64)
    "npv_vnd",  # net present value at the moment at which it is done, investment included (float64)
    "crew_weeks",  # weeks of one crew (float64)
)
"""Columns of candidates; indexed by ``candidate_code``, the code of the point or hamlet. Nothing is missing."""

OPTIMAL, FEASIBLE, INFEASIBLE, CANCELLED = "optimal", "feasible", "infeasible", "cancelled"
"""How a solve ended: within the gap asked for; not within it when time was over; no solution; stopped by the user."""


@dataclass(frozen=True)
class Weights:
    """
    What a programme is to be good at; each term is scaled to its own greatest possible value, so weights compare.

    Parameters
    ----------
    soonest
        Households on direct sale (or connected) × years from then to the end of the programme.
    value
        Net present value, discounted to the first year.
    equity
        The worst-off district: the greatest share of its households still remaining, averaged over the years.
    """

    soonest: float = 1.0
    value: float = 0.0
    equity: float = 0.0


@dataclass(frozen=True)
class AreaTarget:
    """A district's target: at the end of `year` no more than `households_left` of its households remain."""

    area_code: str
    year: int
    households_left: int


@dataclass(frozen=True)
class ProgrammeRules:
    """
    The rules of a programme.

    Parameters
    ----------
    first_year
        Calendar year of the first budget.
    budget_vnd
        Budget of each year, the first first; as many years as there are budgets.
    crews
        Crews by province code; a province that is not named has no limit.
    crew_weeks_per_year
        Weeks that a crew works in a year.
    least_households
        Households that gain, at least, over the whole programme, by province code.
    must_take, must_not_take
        Codes of candidates that are done in some year, and of those that never are.
    together
        Values of ``together_with`` of which all candidates are done in the same year, or none.
    follows
        A candidate that is done no earlier than another one: code → code (a hamlet behind another on its line).
    area_targets
        Targets of districts.
    carries_over
        Whether money that is left at the end of a year may be spent later.
    discount_rate
        A year, such as 0.1.
    """

    first_year: int
    budget_vnd: tuple[float, ...]
    crews: Mapping[str, float] = field(default_factory=dict)
    crew_weeks_per_year: float = 44.0
    least_households: Mapping[str, int] = field(default_factory=dict)
    must_take: frozenset[str] = frozenset()
    must_not_take: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()
    follows: Mapping[str, str] = field(default_factory=dict)
    area_targets: tuple[AreaTarget, ...] = ()
    carries_over: bool = False
    discount_rate: float = 0.1

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years, in order."""
        return tuple(self.first_year + place for place in range(len(self.budget_vnd)))


@dataclass(frozen=True)
class Conflict:
    """
    A rule that cannot be kept, and by how much.

    Parameters
    ----------
    rule
        Stable name: ``budget``, ``crews``, ``least_households``, ``must_take``, ``together``, ``area_target``.
    template, values
        Marked English sentence with its fields: what is asked, what is possible, what to change.
    """

    rule: str
    template: str
    values: Mapping[str, Any]

    def sentence(self, language: Language) -> str:
        """Return what is wrong, in a language."""
        return language.say(self.template, **self.values)


@dataclass(frozen=True)
class Programme:
    """
    What is done in which year.

    Parameters
    ----------
    year
        Calendar year by ``candidate_code`` (Int64), every candidate; missing where it is not done.
    status
        `OPTIMAL`, `FEASIBLE`, `INFEASIBLE`, `CANCELLED`.
    score
        Weighted sum of the terms of `Weights`, each 0 to 1 where it can be; missing (None) without a solution.
    gap
        Greatest share by which a better programme could exceed the score; None where not known (greedy order).
    seconds
        Time of the solver, as it says; None for the greedy order.
    terms
        Indexed by ``candidate_code``, columns ``soonest``, ``value``: what each candidate that is done adds to the
        score; ``equity``: what the score would lose by the worst-off districts without it. 0 for the others.
    conflicts
        Why there is no solution; empty where there is one.
    """

    year: pd.Series[int]
    status: str
    score: float | None
    gap: float | None
    seconds: float | None
    terms: pd.DataFrame
    conflicts: tuple[Conflict, ...] = ()
