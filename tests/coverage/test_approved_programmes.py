"""Approved programmes in province reports: the newest one of the province and its list, and the same one again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coverage.approved_programmes import ApprovedProgrammes
from coverage.planning_desk import PlanningDesk
from coverage.report_files import ReportFiles
from coverage.report_verification import Verifier
from coverage.scenario_book import ScenarioBook
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.plan_data import PlanChapter

DAY, QUARTER = date(2021, 7, 1), Period(2021, 2)
EN = Language("en")


class Clock:
    """Goes on by a minute each time that it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2021, 8, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    found = Workspace(tmp_path, clock=Clock())
    found.make_demo()
    yield found
    found.close()


@pytest.fixture
def book(workspace: Workspace) -> ScenarioBook:
    """A scenario of Trà Vinh, approved, and a later draft."""
    desk = PlanningDesk(workspace)
    plan = desk.plan(desk.default_request(("84",), "2021-Q2", DAY).with_rules(budget_vnd=(6e10,) * 2))
    found = ScenarioBook(workspace, desk)
    found.save("Trà Vinh 2022", "", plan, "An")
    found.approve("1.1", user="Trần Văn Được")
    found.save("Trà Vinh 2022", "second thoughts", plan, "An")
    return found


def newest(workspace: Workspace, province: str = "84", day: date = DAY, **options: datetime) -> PlanChapter | None:
    return ApprovedProgrammes(workspace).newest(province, EN, told_on=day, **options)


def test_the_report_of_the_province_tells_the_approved_version_with_its_numbers(
    workspace: Workspace, book: ScenarioBook
) -> None:
    found = ReportFiles(workspace, ApprovedProgrammes(workspace)).build("84", QUARTER, EN)
    assert found.plan is not None
    assert found.plan.scenario == "1.1"
    assert "Approved programme: Trà Vinh 2022" in found.plan.sentences[0]
    assert "Trần Văn Được on 01/08/2021" in found.plan.sentences[0]
    kept = book.open("1.1")
    assert found.plan.years["households"].sum() == kept.sums["households"] > 0
    assert found.plan.years["cost_vnd"].sum() == pytest.approx(kept.sums["cost_vnd"])


def test_other_provinces_other_lists_and_moments_before_have_none(workspace: Workspace, book: ScenarioBook) -> None:
    approved_at = book.open("1.1").events[-1].at
    assert newest(workspace) is not None
    assert newest(workspace, "89") is None
    assert newest(workspace, "86", date(2025, 7, 1)) is None
    assert newest(workspace, as_of=approved_at - timedelta(seconds=1)) is None
    assert newest(workspace, as_of=approved_at) is not None


def test_a_withdrawn_programme_is_told_by_reports_of_before_alone(workspace: Workspace, book: ScenarioBook) -> None:
    files = ReportFiles(workspace, ApprovedProgrammes(workspace))
    name, content = files.file(files.build("84", QUARTER, EN), "csv")
    book.withdraw("1.1", user="An", reason="prices rose")
    assert files.build("84", QUARTER, EN).plan is None
    assert Verifier(workspace, ApprovedProgrammes(workspace)).verify(content, name).is_identical


def test_a_draft_is_no_chapter(workspace: Workspace, book: ScenarioBook) -> None:
    assert book.open("1.2").state == "draft"
    with pytest.raises(WorkspaceError, match="never approved"):
        ApprovedProgrammes(workspace).of("1.2", "84", EN)
