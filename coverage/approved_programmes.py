"""The approved programmes of a workspace, as the chapters of province reports."""

from __future__ import annotations

from datetime import date, datetime

from coverage.plan_files import PlanFiles
from coverage.planning.plan_chapter import plan_chapter
from coverage.planning.scenario import APPROVED, Scenario
from coverage.scenario_book import ScenarioBook
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.plan_data import PlanChapter
from geodata.report_data import VIETNAM


class ApprovedProgrammes:
    """
    Gives province reports their chapter about an approved programme; see `report_files.Chapters`.

    Parameters
    ----------
    workspace
        Whose store keeps the scenarios.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._book = ScenarioBook(workspace)
        self._files = PlanFiles(workspace)

    def newest(
        self, province_code: str, language: Language, *, told_on: date, as_of: datetime | None = None
    ) -> PlanChapter | None:
        """
        Return the chapter of the programme that was approved last for a province; None where there is none.

        Parameters
        ----------
        told_on
            Day of the report's list of units: a programme of another list is of other provinces.
        as_of
            Moment whose answer is wanted; now where None.
        """
        day = self._workspace.lists.day_of(told_on)
        found = self._book.newest_approved(province_code, told_on=day, as_of=as_of)
        return None if found is None else self._chapter(found, province_code, language)

    def of(self, scenario: str, province_code: str, language: Language) -> PlanChapter:
        """
        Return the chapter of one programme, whatever became of it since, for a report that is made again.

        Raises
        ------
        WorkspaceError
            If the workspace has no such scenario, or it was never approved.
        """
        return self._chapter(self._book.open(scenario), province_code, language)

    def _chapter(self, found: Scenario, province_code: str, language: Language) -> PlanChapter:
        approval = next((event for event in reversed(found.events) if event.state == APPROVED), None)
        if approval is None:
            raise WorkspaceError(
                "scenario.never-approved",
                mark('Version {id} of scenario "{name}" was never approved: no report can tell it.'),
                id=found.id,
                name=found.name,
            )
        names = self._workspace.units_on(found.told_on).by_code["full_name"]
        return plan_chapter(
            self._files.report(found.plan, language, title=found.name, note=found.note, assumptions=found.assumptions),
            str(names[province_code]),
            scenario=found.id,
            approved_by=approval.by,
            approved_at=approval.at.astimezone(VIETNAM),
        )
