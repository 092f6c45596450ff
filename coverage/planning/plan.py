"""A plan that was made: what was asked for, what it rests on, what is done when, and the order by hand."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from coverage.planning.candidates import Programme
from coverage.planning.problems import InputProblem
from coverage.planning.request import PlanRequest


@dataclass(frozen=True)
class Plan:
    """
    A plan.

    Parameters
    ----------
    request
        What was asked for, with the data version that it rests on.
    candidates
        Columns `candidates.CANDIDATE_COLUMNS`, indexed by ``candidate_code``, in code order.
    points
        The case of each point; see `takeover_case.cases`.
    hamlets
        The choice for each hamlet; see `last_mile.choose`.
    lines
        Edges of the network that connects the hamlets; see `network.plan_network`.
    programme, greedy
        The best programme found, and the order that a planner would take by hand.
    problems
        What is wrong with the input; those rows are left out.
    start
        Years that the solver began with, by code; None where it began with none. Of programmes that are equally good
        within the gap, it decides which one is found.
    """

    request: PlanRequest
    candidates: pd.DataFrame
    points: pd.DataFrame
    hamlets: pd.DataFrame
    lines: gpd.GeoDataFrame
    programme: Programme
    greedy: Programme
    problems: tuple[InputProblem, ...]
    start: pd.Series[int] | None = None
