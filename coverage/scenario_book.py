"""The desk for scenarios: plans kept under names, approved, copied, compared, and made again from what was kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.planning import kept_plan
from coverage.planning.candidates import CANCELLED, FEASIBLE
from coverage.planning.comparison import Comparison, compare
from coverage.planning.plan import Plan
from coverage.planning.programme import SolveProgress
from coverage.planning.request import PlanRequest
from coverage.planning.sameness import differences, shipped_changes
from coverage.planning.scenario import APPROVED, WITHDRAWN, Scenario, ScenarioEntry, ScenarioEvent
from coverage.planning_desk import PlanningDesk
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.units import COMPANY_CODE
from loaders.store import engine, facts, scenario_versions, scenarios
from loaders.store.scenario_versions import StoredVersion, name_key
from loaders.store.scenarios import NewVersion

MORE_TIME: Final = 10.0
"""A search that came to its end within its time comes to the same one within so many times of it, on any machine."""


@dataclass(frozen=True)
class MadeAgain:
    """
    A scenario's plan that was made again from what was kept: its request, its assumptions, its data.

    Parameters
    ----------
    plan
        As it is found now.
    same
        Whether its result tables are those that were kept.
    differences
        What differs; see `sameness.differences`.
    shipped_changes
        Assumptions that the program brings with other values since; the kept ones were used. See
        `sameness.shipped_changes`.
    gone
        Names of kept assumptions that the program does not know any more: nothing could be made of them.
    is_searched
        Whether the programme was searched for anew; else its years were kept and all else reckoned, because its search
        had been stopped or had run out of time.
    """

    plan: Plan
    same: bool
    differences: pd.DataFrame
    shipped_changes: pd.DataFrame
    gone: tuple[str, ...]
    is_searched: bool = True


class ScenarioBook:
    """
    The scenarios of a workspace.

    Parameters
    ----------
    workspace
        Whose store keeps them.
    desk
        Makes plans again; one of its own where None.
    """

    def __init__(self, workspace: Workspace, desk: PlanningDesk | None = None) -> None:
        self._workspace = workspace
        self._desk = desk or PlanningDesk(workspace)

    # ---- keeping

    def save(self, name: str, note: str, plan: Plan, user: str, *, parent: str = "") -> ScenarioEntry:
        """
        Keep a plan: as the first version of a new scenario, or as the next one of the scenario of that name.

        Parameters
        ----------
        parent
            `id` of the version that it was made from; that before it in its scenario where blank.

        Raises
        ------
        WorkspaceError
            If name or user are blank, the scenario of that name is of other areas, or the workspace never had the data
            version that the plan rests on. Nothing is stored then.
        """
        if not name.strip():
            raise WorkspaceError("scenario.no-name", mark("Write a name for the scenario; nothing was stored."))
        _require_user(user)
        before = self._find(parent) if parent else None
        request = kept_plan.without_own_lines(plan)
        version = self._data_version(request)
        shipped = self._desk.assumptions()
        decision = self._desk.tariffs().on(request.priced_on or request.told_on).decision
        is_synthetic = self._workspace.has_synthetic(as_of=version.moment)
        kept = kept_plan.keep(plan, price_decision=decision, is_synthetic=is_synthetic)
        new = NewVersion(
            name=name,
            note=note.strip(),
            areas=",".join(request.areas),
            unit_list_date=request.told_on.isoformat(),
            request=request.to_json(),
            assumptions=kept_plan.keep_assumptions(shipped.changed(request.assumptions), shipped),
            facts=kept.facts,
            data_version=version.number,
            data_at=version.at or "",
            tables=kept.tables,
            user=user.strip(),
            parent_id=before.row_id if before else None,
        )
        with engine.writing(self._workspace.engine) as connection:
            return _entry(scenarios.add_version(connection, new, at=self._workspace.clock()))

    def duplicate(self, scenario: str, *, user: str) -> ScenarioEntry:
        """Keep a copy of a version as a new scenario, a draft again; its name says that it is a copy."""
        _require_user(user)
        source = self._find(scenario)
        with engine.writing(self._workspace.engine) as connection:
            return _entry(scenarios.add_copy(connection, source, user=user.strip(), at=self._workspace.clock()))

    def approve(self, scenario: str, *, user: str, reason: str = "") -> ScenarioEntry:
        """
        Approve a version: it stays as it is from now on, and province reports tell it.

        Raises
        ------
        WorkspaceError
            If it has no programme, is no draft any more, or nobody approves it.
        """
        _require_user(user)
        source = self._find(scenario)
        if not _has_programme(source):
            raise WorkspaceError(
                "scenario.without-programme",
                mark('Version {id} of scenario "{name}" has no programme: there is nothing to approve.'),
                id=_id_of(source),
                name=source.name,
            )
        return self._decide(source, APPROVED, user, reason)

    def withdraw(self, scenario: str, *, user: str, reason: str) -> ScenarioEntry:
        """
        Withdraw a version; it stays stored, and reports of before still tell it.

        Raises
        ------
        WorkspaceError
            If it is withdrawn already, nobody withdraws it, or no reason is given.
        """
        _require_user(user)
        if not reason.strip():
            raise WorkspaceError(
                "scenario.no-reason", mark("The scenario was not withdrawn: write a reason, it stays with it.")
            )
        return self._decide(self._find(scenario), WITHDRAWN, user, reason)

    def _decide(self, version: StoredVersion, state: str, user: str, reason: str) -> ScenarioEntry:
        with engine.writing(self._workspace.engine) as connection:
            at = self._workspace.clock()
            scenarios.add_event(connection, version, state, user=user.strip(), reason=reason.strip(), at=at)
            return _entry(scenario_versions.find_version(connection, version.scenario_id, version.number))

    # ---- reading

    def list(self, *, as_of: datetime | None = None, every_version: bool = False) -> list[ScenarioEntry]:
        """Return the newest version of each scenario, or every one, as known at a moment; the newest first."""
        with engine.reading(self._workspace.engine) as connection:
            found = [_entry(one) for one in scenario_versions.list_versions(connection, as_of=as_of)]
        newest = {entry.number: entry.version for entry in reversed(found)}
        return [entry for entry in found if every_version or newest[entry.number] == entry.version]

    def open(self, scenario: str) -> Scenario:
        """
        Return a version of a scenario with its plan.

        Parameters
        ----------
        scenario
            ``"3.2"`` (number and version), ``"3"`` or a name (the newest version).

        Raises
        ------
        WorkspaceError
            If there is none.
        """
        return self._open(self._find(scenario))

    def compare(self, asked: Sequence[str]) -> Comparison:
        """Return scenarios side by side; see `comparison.compare`."""
        return compare([self.open(one) for one in asked])

    def newest_approved(
        self, area: str, *, told_on: date | None = None, as_of: datetime | None = None
    ) -> Scenario | None:
        """
        Return the scenario that was approved last among those that cover an area; None where there is none.

        Parameters
        ----------
        area
            Code of a province, which a scenario covers that is of it or of the whole company.
        told_on
            Day of the list in which the code is read; any where None. Codes of two lists may name two areas.
        as_of
            Moment whose answer is wanted; now where None.
        """
        with engine.reading(self._workspace.engine) as connection:
            found = scenario_versions.list_versions(connection, as_of=as_of)
        approved = [
            one
            for one in found
            if one.state == APPROVED
            and {area, COMPANY_CODE} & set(one.areas.split(","))
            and (told_on is None or one.unit_list_date == told_on.isoformat())
        ]
        if not approved:
            return None
        return self._open(max(approved, key=lambda one: (one.events[-1].at, one.row_id)))

    def _find(self, asked: str) -> StoredVersion:
        with engine.reading(self._workspace.engine) as connection:
            if numbers := re.fullmatch(r"(\d+)(?:\.(\d+))?", asked.strip()):
                version = int(numbers[2]) if numbers[2] else None
                return scenario_versions.find_version(connection, int(numbers[1]), version)
            key = name_key(asked)
            for one in scenario_versions.list_versions(connection):
                if name_key(one.name) == key:
                    return one
        raise scenario_versions.unknown_scenario(asked)

    def _open(self, version: StoredVersion) -> Scenario:
        with engine.reading(self._workspace.engine) as connection:
            tables = scenario_versions.read_tables(connection, version)
        used, shipped = kept_plan.assumptions_of(version.assumptions)
        entry = _entry(version)
        plan = kept_plan.plan_of(entry.request, tables, version.facts)
        return Scenario(**vars(entry), plan=plan, assumptions=used, shipped=shipped)

    # ---- making again

    def run_again(self, scenario: str, *, on_progress: Callable[[SolveProgress], bool] | None = None) -> MadeAgain:
        """
        Make a scenario's plan again: what was asked, the kept assumptions, the data as of its version.

        Nothing is stored. Assumptions that the program brings with other values now stay out of it. A programme whose
        search had come to its end is searched for anew, with time to spare on a slower machine; one whose search was
        stopped, or ran out of time, would depend on the machine: its years are kept, and all else is reckoned.
        """
        kept = self.open(scenario)
        now = self._desk.assumptions()
        gone = tuple(name for name in kept.assumptions if name not in now)
        values = {name: (one.low, one.mid, one.high) for name, one in kept.assumptions.items() if name not in gone}
        request = replace(kept.request, assumptions=values)
        was_ended = kept.status in (FEASIBLE, CANCELLED) and kept.plan.programme.score is not None
        if was_ended:
            plan = self._desk.reckon(request, kept.plan.programme, as_of=kept.data_moment)
        else:
            longer = replace(request, time_limit_s=request.time_limit_s * MORE_TIME)
            plan = self._desk.plan(longer, as_of=kept.data_moment, start=kept.plan.start, on_progress=on_progress)
            plan = replace(plan, request=replace(plan.request, time_limit_s=request.time_limit_s))
        found = differences(kept.plan, plan)
        return MadeAgain(plan, found.empty, found, shipped_changes(kept.shipped, now), gone, not was_ended)

    def _data_version(self, request: PlanRequest) -> facts.DataVersion:
        with engine.reading(self._workspace.engine) as connection:
            version = facts.find_version(connection, request.data_version)
            present = facts.data_version(connection)
        if version is None and request.data_version in ("", str(present)):
            version = present
        if version is None:
            raise WorkspaceError(
                "plan.version-unknown",
                mark(
                    "The plan rests on data version {version}, which this workspace never had. Open it in the "
                    "workspace that it comes from."
                ),
                version=request.data_version,
            )
        return version


def _require_user(user: str) -> None:
    if not user.strip():
        raise WorkspaceError(
            "scenario.no-user", mark("Write your name first: every decision is stored with who made it.")
        )


def _has_programme(version: StoredVersion) -> bool:
    return kept_plan.read_facts(version.facts)["programme"]["score"] is not None


def _id_of(version: StoredVersion) -> str:
    return f"{version.scenario_id}.{version.number}"


def _entry(version: StoredVersion) -> ScenarioEntry:
    told = kept_plan.read_facts(version.facts)
    request = PlanRequest.from_json(version.request)
    return ScenarioEntry(
        number=version.scenario_id,
        version=version.number,
        name=version.name,
        note=version.note,
        areas=tuple(version.areas.split(",")),
        told_on=date.fromisoformat(version.unit_list_date),
        state=version.state,
        events=tuple(ScenarioEvent(one.state, _moment(one.at), one.by, one.reason) for one in version.events),
        made_by=version.by,
        made_at=_moment(version.at),
        parent="" if version.parent is None else f"{version.parent[0]}.{version.parent[1]}",
        request=request,
        data_version=f"v{version.data_version}",
        data_moment=_moment(version.data_at) if version.data_at else None,
        price_decision=told["price_decision"],
        is_synthetic=told["is_synthetic"],
        status=told["programme"]["status"],
        sums=told["sums"],
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
