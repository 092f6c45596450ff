"""A plan made: from its input to the cases of points and hamlets, the candidates, the programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from coverage.planning import last_mile, network
from coverage.planning.assumptions import Assumptions
from coverage.planning.candidates import CANDIDATE_COLUMNS, TAKEOVER, Programme, ProgrammeRules
from coverage.planning.connection_case import connections
from coverage.planning.greedy import by_hand
from coverage.planning.plan import Plan
from coverage.planning.plan_input import PlanInputs
from coverage.planning.problems import InputProblem
from coverage.planning.programme import SolveProgress, solve
from coverage.planning.programme_score import score_of
from coverage.planning.request import PlanRequest
from coverage.planning.rule_checks import check_rules
from coverage.planning.supply_cost import GRID
from coverage.planning.takeover_case import cases
from geodata.errors import PhuDienError, mark

_TYPES = {"households": "Int64", "cost_vnd": "float64", "npv_vnd": "float64", "crew_weeks": "float64"}


class PlanRefusedError(PhuDienError):
    """A plan whose input or rules have errors: nothing was solved."""

    def __init__(self, problems: tuple[InputProblem, ...]) -> None:
        super().__init__(
            "plan.refused",
            mark(
                "The plan was not made: {number} errors in its input or its rules. Mend them, or leave those rows out."
            ),
            number=len(problems),
        )
        self.problems = problems


@dataclass(frozen=True)
class Cases:
    """
    What a programme chooses among, and what stands behind it.

    Parameters
    ----------
    candidates
        Columns `CANDIDATE_COLUMNS`, by code.
    points, hamlets
        See `takeover_case.cases` and `last_mile.choose`.
    lines
        See `network.plan_network`.
    follows
        Which hamlet is connected no earlier than which other one: code → code.
    """

    candidates: pd.DataFrame
    points: pd.DataFrame
    hamlets: pd.DataFrame
    lines: gpd.GeoDataFrame
    follows: Mapping[str, str]


def candidates_of(inputs: PlanInputs, request: PlanRequest, values: Mapping[str, float]) -> Cases:
    """
    Return the candidates of a plan, at the values of its assumptions.

    Parameters
    ----------
    inputs
        Without rows that have an error.
    values
        Value by assumption; see `Assumptions.values_at`.
    """
    points = inputs.points if request.takeovers else inputs.points.iloc[:0]
    hamlets = inputs.hamlets if request.connections else inputs.hamlets.iloc[:0]
    point_cases = cases(points, inputs.prices, values)
    distance_m = network.distance_to_grid(
        hamlets, lines=inputs.lines, stated_distance_m=hamlets["grid_distance_km"] * 1000
    )
    choice = last_mile.choose(hamlets, values, grid_distance_m=distance_m)
    on_grid = hamlets[choice["technology"] == GRID]
    lines = network.plan_network(
        on_grid,
        lines=inputs.lines,
        rivers=inputs.rivers,
        stated_distance_m=on_grid["grid_distance_km"] * 1000,
        values=values,
    )
    connected, follows = connections(hamlets, choice, lines, inputs.prices, values)
    every = pd.concat([_takeovers(points, point_cases), connected])[list(CANDIDATE_COLUMNS)].astype(_TYPES)
    return Cases(every.rename_axis("candidate_code").sort_index(), point_cases, choice, lines, follows)


def _takeovers(points: pd.DataFrame, point_cases: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": TAKEOVER,
            "name": points["organisation_name"],
            "commune_code": points["commune_code"],
            "area_code": points["area_code"],
            "province_code": points["province_code"],
            "together_with": points["organisation_name"],
            "households": points["households"],
            "cost_vnd": point_cases["upgrade_cost_vnd"],
            "npv_vnd": point_cases["npv_vnd"],
            "crew_weeks": point_cases["crew_weeks"],
        }
    )


def rules_of(request: PlanRequest, values: Mapping[str, float], follows: Mapping[str, str]) -> ProgrammeRules:
    """Return the rules of a request with what its assumptions and its network say: rate, weeks of a crew, order."""
    return replace(
        request.rules,
        discount_rate=values["discount_rate_share_per_year"],
        crew_weeks_per_year=values["crew_weeks_per_year"],
        follows={**follows, **request.rules.follows},
    )


def make_plan(
    inputs: PlanInputs,
    request: PlanRequest,
    assumptions: Assumptions,
    *,
    found: Cases | None = None,
    start: pd.Series[int] | None = None,
    on_progress: Callable[[SolveProgress], bool] | None = None,
) -> Plan:
    """
    Make a plan.

    Parameters
    ----------
    assumptions
        The shipped ones; those of the request take their place.
    found
        What `candidates_of` gave for the same input, areas and assumptions: rules and weights change nothing of it.
    start
        Years of an earlier programme to begin with.
    on_progress
        Told how the solver stands; stops it by returning False.

    Raises
    ------
    PlanRefusedError
        If rows have errors and the request does not leave them out, or its rules have any.
    PhuDienError
        If nothing of what is asked for remains in the areas.
    AssumptionError
        If the request's assumptions are not allowed.
    """
    if inputs.errors and not request.leaves_out_faulty:
        raise PlanRefusedError(inputs.errors)
    values = assumptions.changed(request.assumptions).values_at(request.level)
    found = found or candidates_of(inputs.without_faulty(), request, values)
    if found.candidates.empty:
        raise PhuDienError(
            "plan.nothing-remains",
            mark("Nothing of what was asked for remains in these areas: no point, no hamlet. Choose other areas."),
        )
    rules = rules_of(request, values, found.follows)
    wrong = tuple(check_rules(found.candidates, rules))
    if wrong:
        raise PlanRefusedError(wrong)
    places = _place_names(inputs.communes)
    programme = solve(
        found.candidates,
        rules,
        request.weights,
        gap=request.gap,
        time_limit_s=request.time_limit_s,
        start=start,
        on_progress=on_progress,
        places=places,
    )
    greedy = by_hand(found.candidates, rules, request.weights, places=places)
    return Plan(
        request=replace(request, rules=rules),
        candidates=found.candidates,
        points=found.points,
        hamlets=found.hamlets,
        lines=found.lines,
        programme=programme,
        greedy=greedy,
        problems=inputs.problems,
        start=start,
    )


def reckon_plan(
    inputs: PlanInputs, request: PlanRequest, assumptions: Assumptions, programme: Programme, *, found: Cases
) -> Plan:
    """
    Return the plan of a programme that is given: its score and terms are reckoned, nothing is searched for.

    Parameters
    ----------
    programme
        Whose years are kept, as far as what it does is among the candidates, and how its search ended.
    """
    values = assumptions.changed(request.assumptions).values_at(request.level)
    rules = rules_of(request, values, found.follows)
    year = programme.year.reindex(found.candidates.index).astype("Int64")
    score, terms = score_of(found.candidates, rules, request.weights, year)
    return Plan(
        request=replace(request, rules=rules),
        candidates=found.candidates,
        points=found.points,
        hamlets=found.hamlets,
        lines=found.lines,
        programme=replace(programme, year=year, score=score, terms=terms),
        greedy=by_hand(found.candidates, rules, request.weights),
        problems=inputs.problems,
    )


def _place_names(communes: pd.DataFrame) -> dict[str, str]:
    """Return the names of provinces and districts by code, for sentences about rules."""
    return {
        str(code): str(name)
        for kind in ("area", "province")
        for code, name in zip(communes[f"{kind}_code"], communes[f"{kind}_name"], strict=True)
    }
