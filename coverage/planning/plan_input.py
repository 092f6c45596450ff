"""What a plan is made from: points, hamlets, lines, prices and figures of its areas, as tables of one list of units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import pandas as pd

from coverage.planning.last_mile_checks import check_hamlets
from coverage.planning.problems import ERROR, InputProblem
from coverage.planning.takeover_checks import check_points
from coverage.planning.tariffs import Prices
from geodata.errors import mark

COMMUNE_COLUMNS: Final = ("commune_name", "area_code", "area_name", "province_code", "province_name")
"""Of the communes of a plan's areas, indexed by commune code; the area is the district, else the commune itself."""

EXTENT_COLUMNS: Final = ("west", "south", "east", "north")
"""Further columns of communes: the extent of each, WGS 84 degrees, missing where not known."""


@dataclass(frozen=True)
class PlanInputs:
    """
    The input of a plan.

    Parameters
    ----------
    points, hamlets
        Points that still buy in bulk and hamlets without the grid, as `takeover_points.prepare_points` and
        `last_mile_points.prepare_hamlets` give them.
    communes
        Columns `COMMUNE_COLUMNS` and `EXTENT_COLUMNS`.
    lines, rivers
        Existing medium-voltage lines and rivers, WGS 84; None where no layer was added.
    prices
        The price decision that the plan is priced by.
    figures
        Measures of the quarter, one row a commune; see `geodata.tables.MEASURES`.
    milestones
        Targets of the share on direct sale: ``area_code``, ``due_period``, ``target_value`` (0 to 1); without a row
        where none is set.
    is_synthetic
        Whether demonstration data are among them.
    problems
        What is wrong with them, row by row.
    """

    points: pd.DataFrame
    hamlets: pd.DataFrame
    communes: pd.DataFrame
    lines: gpd.GeoDataFrame | None
    rivers: gpd.GeoDataFrame | None
    prices: Prices
    figures: pd.DataFrame
    milestones: pd.DataFrame
    is_synthetic: bool
    problems: tuple[InputProblem, ...] = ()

    def checked(self, communes: pd.DataFrame) -> PlanInputs:
        """Return the input with everything that is wrong with it; `communes` are those of the whole list."""
        problems = [
            *check_points(self.points, communes),
            *check_hamlets(self.hamlets, communes),
            *_shared_codes(self),
        ]
        return replace(self, problems=tuple(problems))

    @property
    def errors(self) -> tuple[InputProblem, ...]:
        """The problems with which nothing can be solved."""
        return tuple(problem for problem in self.problems if problem.severity == ERROR)

    def without_faulty(self) -> PlanInputs:
        """Return the input without the points and hamlets that have an error."""
        faulty = {problem.where for problem in self.errors}
        return replace(
            self,
            points=self.points[~self.points.index.isin(faulty)],
            hamlets=self.hamlets[~self.hamlets.index.isin(faulty)],
        )


def _shared_codes(inputs: PlanInputs) -> list[InputProblem]:
    """A programme names what it chooses by its code: a point and a hamlet may not share one."""
    shared = inputs.points.index.intersection(inputs.hamlets.index)
    return [
        InputProblem(
            "plan.code-shared",
            str(code),
            mark('The code "{code}" names a bulk-purchase point and a hamlet. Give one of them another code.'),
            {"code": str(code)},
        )
        for code in shared
    ]
