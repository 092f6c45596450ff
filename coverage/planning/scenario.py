"""A scenario: a plan that was kept under a name, with all that it rests on, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from coverage.planning.assumptions import Assumptions
from coverage.planning.plan import Plan
from coverage.planning.request import PlanRequest
from geodata.errors import mark

DRAFT, APPROVED, WITHDRAWN = "draft", "approved", "withdrawn"

STATE_NAMES: Final = {DRAFT: mark("draft"), APPROVED: mark("approved"), WITHDRAWN: mark("withdrawn")}


@dataclass(frozen=True)
class ScenarioEvent:
    """That a version was approved or withdrawn: by whom, when, and why."""

    state: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class ScenarioEntry:
    """
    One version of a scenario, as lists show it.

    Parameters
    ----------
    number, version
        Of the scenario, and of its version; together `id`.
    areas, told_on
        Codes of its areas, in the list of units of a day.
    state
        `DRAFT`, `APPROVED` or `WITHDRAWN`. An approved version stays as it is: a change makes a new version.
    parent
        `id` of the version that it was made from; blank without one.
    data_version, data_moment
        The data that it rests on; the moment is None for an empty workspace.
    price_decision
        The decision whose prices were used.
    sums
        Names of `kept_plan.SUMS`: what came of it.
    status
        How the solve ended; see `candidates.Programme`.
    """

    number: int
    version: int
    name: str
    note: str
    areas: tuple[str, ...]
    told_on: date
    state: str
    events: tuple[ScenarioEvent, ...]
    made_by: str
    made_at: datetime
    parent: str
    request: PlanRequest
    data_version: str
    data_moment: datetime | None
    price_decision: str
    is_synthetic: bool
    status: str
    sums: Mapping[str, float]

    @property
    def id(self) -> str:
        """Number and version, such as ``"3.2"``."""
        return f"{self.number}.{self.version}"

    @property
    def is_locked(self) -> bool:
        """Whether it was approved or withdrawn."""
        return self.state != DRAFT


@dataclass(frozen=True)
class Scenario(ScenarioEntry):
    """
    One version of a scenario with its plan.

    Parameters
    ----------
    plan
        As it was made: the programme, the order by hand, the cases, the lines, what was wrong with the input.
    assumptions, shipped
        Every assumption as the plan used it, and as the program brought it when the plan was made.
    """

    plan: Plan
    assumptions: Assumptions
    shipped: Assumptions
