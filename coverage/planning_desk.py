"""The desk for planning: what a workspace holds, brought together as the input of a plan, and the plan made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.kept import Kept
from coverage.network_layers import NetworkLayers
from coverage.planning.assumptions import Assumptions, read_assumptions
from coverage.planning.candidates import Programme, ProgrammeRules
from coverage.planning.consequences import direct_share_by_quarter
from coverage.planning.direct_targets import joint_targets
from coverage.planning.last_mile_points import prepare_hamlets
from coverage.planning.making import Cases, candidates_of, make_plan, reckon_plan
from coverage.planning.plan import Plan
from coverage.planning.plan_input import EXTENT_COLUMNS, PlanInputs
from coverage.planning.plan_report import PlanFollows
from coverage.planning.programme import SolveProgress
from coverage.planning.request import PlanRequest
from coverage.planning.takeover_points import prepare_points
from coverage.planning.tariffs import Tariffs, read_tariffs
from coverage.remaining import points_on
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.periods import Period
from geodata.tables import MEASURES
from geodata.units import Units
from loaders.reference import planning as planning_tables
from loaders.store import engine
from loaders.store.records import counting_records
from loaders.survey.templates import load_template

YEARS_PLANNED: Final = 5
"""Years of a plan that nobody asked otherwise for."""

_BUDGET_STEP_VND: Final = 1e9

_KEPT: Final = 6


class PlanningDesk:
    """
    Plans of a workspace.

    Input and cases are kept for the last few requests: moving budgets, rules and weights reckons only the programme.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.layers = NetworkLayers(workspace)
        self._targets = TargetBook(workspace)
        self._inputs = Kept[PlanInputs](_KEPT)
        self._cases = Kept[Cases](_KEPT)

    def assumptions(self) -> Assumptions:
        """Return the shipped assumptions."""
        return read_assumptions(planning_tables.load_assumption_table())

    def tariffs(self) -> Tariffs:
        """Return the price decisions."""
        return read_tariffs(planning_tables.load_tariff_table())

    def default_request(
        self,
        areas: Sequence[str],
        period: str,
        told_on: date,
        *,
        takeovers: bool = True,
        connections: bool = False,
        as_of: datetime | None = None,
    ) -> PlanRequest:
        """
        Return what a planner begins with: everything of the areas, over the years after the quarter.

        The yearly budgets together pay for all of them; they are a beginning, not a recommendation.
        """
        first_year = Period.parse(period).year + 1
        rules = ProgrammeRules(first_year=first_year, budget_vnd=(_BUDGET_STEP_VND,) * YEARS_PLANNED)
        request = PlanRequest(
            areas=tuple(areas),
            period=period,
            told_on=told_on,
            rules=rules,
            takeovers=takeovers,
            connections=connections,
            leaves_out_faulty=True,
        )
        cost = float(self.cases(request, as_of=as_of).candidates["cost_vnd"].sum())
        yearly = max(1.0, -(-cost / YEARS_PLANNED // _BUDGET_STEP_VND)) * _BUDGET_STEP_VND
        return replace(request.with_rules(budget_vnd=(yearly,) * YEARS_PLANNED), leaves_out_faulty=False)

    def inputs(self, request: PlanRequest, *, as_of: datetime | None = None) -> PlanInputs:
        """
        Return the input of a plan, checked.

        Raises
        ------
        PlaceError, FigureError
            If the list has no such area, the quarter no figures, or no price decision is in force on the day.
        """
        version = self.workspace.data_version(as_of=as_of).number
        key = (version, request.areas, request.period, request.told_on, request.priced_on)
        return self._inputs.get(key, lambda: self._read_inputs(request, as_of))

    def cases(self, request: PlanRequest, *, as_of: datetime | None = None) -> Cases:
        """Return what the programme of a request chooses among, without the rows that have an error."""
        version = self.workspace.data_version(as_of=as_of).number
        of_input = (version, request.areas, request.period, request.told_on, request.priced_on)
        assumed = tuple(sorted(request.assumptions.items()))
        key = (*of_input, request.takeovers, request.connections, assumed, request.level)
        return self._cases.get(key, lambda: self._reckon_cases(request, as_of))

    def plan(
        self,
        request: PlanRequest,
        *,
        as_of: datetime | None = None,
        start: pd.Series[int] | None = None,
        on_progress: Callable[[SolveProgress], bool] | None = None,
    ) -> Plan:
        """
        Make a plan; see `making.make_plan` for what stops it.

        Parameters
        ----------
        as_of
            Moment whose data it rests on; now where None. The plan's request tells their version.
        """
        inputs = self.inputs(request, as_of=as_of)
        version = str(self.workspace.data_version(as_of=as_of))
        return make_plan(
            inputs,
            replace(request, data_version=version, priced_on=request.priced_on or _last_day(request)),
            self.assumptions(),
            found=None if inputs.errors and not request.leaves_out_faulty else self.cases(request, as_of=as_of),
            start=start,
            on_progress=on_progress,
        )

    def reckon(self, request: PlanRequest, programme: Programme, *, as_of: datetime | None = None) -> Plan:
        """Return the plan of a programme that is given, without a search; see `making.reckon_plan`."""
        return reckon_plan(
            self.inputs(request, as_of=as_of),
            replace(request, data_version=str(self.workspace.data_version(as_of=as_of))),
            self.assumptions(),
            programme,
            found=self.cases(request, as_of=as_of),
        )

    def follows(self, plan: Plan, *, as_of: datetime | None = None) -> PlanFollows:
        """
        Return what follows from a plan for its files: the share on direct sale by quarter, against the target.

        The target is that of all areas together; see `direct_targets.joint_targets`.
        """
        inputs = self.inputs(plan.request, as_of=as_of)
        targets = joint_targets(inputs.milestones, _grid_by_area(inputs, plan.request.areas))
        return PlanFollows(quarters=direct_share_by_quarter(plan, inputs.figures, targets))

    def _reckon_cases(self, request: PlanRequest, as_of: datetime | None) -> Cases:
        values = self.assumptions().changed(request.assumptions).values_at(request.level)
        return candidates_of(self.inputs(request, as_of=as_of).without_faulty(), request, values)

    def _read_inputs(self, request: PlanRequest, as_of: datetime | None) -> PlanInputs:
        workspace, period = self.workspace, Period.parse(request.period)
        every = commune_names(workspace.units_on(request.told_on))
        communes = every.loc[self._communes(request.areas, request.told_on)]
        points = self._records("bulk_point_survey", request.told_on, communes, as_of)
        if "takeover_date" in points.columns:
            points = points_on(points, period.last_day)
        hamlets = self._records("hamlet_survey", request.told_on, communes, as_of)
        figures = workspace.figures_of(request.period, as_of=as_of, told_on=request.told_on)
        inside = figures[figures["commune_code"].isin(communes.index)]
        return PlanInputs(
            points=prepare_points(points, every),
            hamlets=prepare_hamlets(hamlets, every),
            communes=communes,
            lines=self.layers.lines(as_of=as_of),
            rivers=self.layers.rivers(as_of=as_of),
            prices=self.tariffs().on(request.priced_on or _last_day(request)),
            figures=inside[["commune_code", *MEASURES]].set_index("commune_code"),
            milestones=self._milestones(request, as_of),
            is_synthetic=workspace.has_synthetic(as_of=as_of),
        ).checked(every)

    def _communes(self, areas: Sequence[str], told_on: date) -> pd.Index[str]:
        """Return the codes of the communes of some areas."""
        for area in areas:
            self.workspace.lists.require(area, told_on)
        units = self.workspace.units_on(told_on)
        return pd.Index(sorted({str(code) for area in areas for code in units.communes_of(area).index}))

    def _records(self, template: str, told_on: date, communes: pd.DataFrame, as_of: datetime | None) -> pd.DataFrame:
        with engine.reading(self.workspace.engine) as connection:
            found = counting_records(connection, load_template(template), as_of=as_of)
        told = self.workspace.told_as_of(as_of).carry(found, told_on)
        return told if told.empty else told[told["commune_code"].isin(communes.index)]

    def _milestones(self, request: PlanRequest, as_of: datetime | None) -> pd.DataFrame:
        tables = [
            self._targets.milestones("direct_share", area, told_on=request.told_on, as_of=as_of).assign(area_code=area)
            for area in request.areas
        ]
        return pd.concat(tables, ignore_index=True)[["area_code", "due_period", "target_value"]]


def commune_names(units: Units) -> pd.DataFrame:
    """
    Return the communes of a list with the areas that they lie in.

    Returns
    -------
    communes
        Indexed by ``commune_code``: `plan_input.COMMUNE_COLUMNS` (the area is the district; the commune itself in a
        list without districts) and `plan_input.EXTENT_COLUMNS`.
    """
    communes, names = units.communes, units.by_code["full_name"]
    area = communes["district_code"].where(communes["district_code"].notna(), pd.Series(communes.index, communes.index))
    table = pd.DataFrame(
        {
            "commune_name": communes["full_name"],
            "area_code": area,
            "area_name": area.map(names),
            "province_code": communes["province_code"],
            "province_name": communes["province_code"].map(names),
        }
    )
    return table.join(communes[list(EXTENT_COLUMNS)]).rename_axis("commune_code")


def _grid_by_area(inputs: PlanInputs, areas: Sequence[str]) -> pd.Series[int]:
    """Return the households with grid power of each area, of the communes that reported them."""
    communes, grid = inputs.communes, inputs.figures["households_grid"]
    sums = {}
    for area in areas:
        inside = (communes["province_code"] == area) | (communes["area_code"] == area) | (communes.index == area)
        sums[area] = int(grid.reindex(communes.index[inside]).fillna(0).sum())
    return pd.Series(sums, dtype="Int64")


def _last_day(request: PlanRequest) -> date:
    """Return the day whose prices are used where none is asked for: the last of the quarter."""
    return Period.parse(request.period).last_day
