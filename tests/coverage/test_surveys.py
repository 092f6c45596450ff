"""Surveys: refused, kept as drafts, accepted once; what they change; records held against those that count."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from coverage.surveys import REFUSED, RecordProposal, Surveys
from coverage.workspace import Workspace
from geodata.errors import FigureError, FileError, WorkspaceError
from geodata.language import Language
from geodata.periods import Period
from tests.coverage.office import FULL, POINT, accept, bulk, propose, survey, table


def test_survey_with_errors_is_refused_and_leaves_nothing(workspace: Workspace) -> None:
    proposal = propose(workspace, survey(**{"Tổng số hộ": 90}), "khao_sat.xlsx")
    assert (proposal.state, proposal.batch_id) == (REFUSED, None)
    assert workspace.batches() == []


def test_draft_counts_only_after_it_is_accepted(workspace: Workspace) -> None:
    proposal = propose(workspace, survey(), "khao_sat.xlsx")
    assert proposal.state == "draft"
    assert set(proposal.changes["change"]) == {"new"}
    with pytest.raises(FigureError) as caught:
        bulk(workspace)
    assert caught.value.code == "period.without-figures"
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="Bình")
    assert bulk(workspace) == 40


def test_same_file_twice_changes_nothing(workspace: Workspace) -> None:
    content = survey()
    batch_id = accept(workspace, content)
    version = workspace.data_version()
    again = propose(workspace, content, "other_name.xlsx", user="Chi")
    assert (again.state, again.batch_id) == ("accepted", batch_id)
    assert set(again.changes["change"]) == {"unchanged"}
    assert workspace.data_version() == version


def test_correction_says_what_changes_and_keeps_the_answer_before(workspace: Workspace) -> None:
    accept(workspace, survey())
    before = workspace.data_version()
    assert before.at is not None
    content = survey(**{"Hộ mua buôn": 30})
    changes = propose(workspace, content, "khao_sat_2.xlsx").changes
    [changed] = changes[changes["change"] == "changed"].to_dict("records")
    assert (changed["measure"], changed["old"], changed["new"]) == ("households_bulk", 40, 30)
    corrected = accept(workspace, content)
    assert bulk(workspace) == 30
    assert bulk(workspace, as_of=datetime.fromisoformat(before.at)) == 40
    workspace.withdraw(corrected, user="Bình", reason="nhầm")
    assert bulk(workspace) == 40


def test_blank_columns_must_agree_with_what_is_stored(workspace: Workspace) -> None:
    accept(workspace, survey(**FULL))
    proposal = propose(workspace, survey(**{"Hộ mua buôn": 30}), "khao_sat_2.xlsx")
    [issue] = proposal.reading.issues
    assert (proposal.state, issue.code, issue.cell) == (REFUSED, "survey.contradicts-stored", "A2")
    assert '"Số hộ mua điện trực tiếp"' in issue.message(Language("vi"))
    full = survey(**(FULL | {"Hộ mua buôn": 30, "Hộ bán trực tiếp": 68}))
    assert propose(workspace, full, "khao_sat_3.xlsx").state == "draft"


def test_file_comes_back_byte_for_byte(workspace: Workspace) -> None:
    content = survey()
    assert workspace.batch_file(accept(workspace, content)) == ("khao_sat.xlsx", content)


def test_unreadable_file_leaves_nothing(workspace: Workspace) -> None:
    with pytest.raises(FileError):
        propose(workspace, b"no workbook", "khao_sat.xlsx")
    assert workspace.batches() == []


def test_filled_in_form_is_understood_and_accepted(workspace: Workspace) -> None:
    form = Surveys(workspace).form("commune_survey", "89", Period(2021, 2), Language("vi"))
    book = openpyxl.load_workbook(BytesIO(form))
    sheet = book["Khảo sát"]
    rows = range(7, sheet.max_row + 1)
    assert len(rows) == 156
    for row in rows:
        sheet.cell(row, 6, 100)
        sheet.cell(row, 7, 90)
    buffer = BytesIO()
    book.save(buffer)
    proposal = propose(workspace, buffer.getvalue(), "form.xlsx")
    assert [issue.code for issue in proposal.reading.issues] == []
    assert proposal.reading.rows_valid == 156
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="An")
    assert workspace.status("2021-Q2", "89")["households_with_power"].numerator == 156 * 90


def propose_points(
    workspace: Workspace, *rows: dict[str, Any], name: str = "diem.xlsx", content: bytes | None = None
) -> RecordProposal:
    written = content or table(*(POINT | row for row in rows))
    proposal = Surveys(workspace).propose(written, name, user="An", template_id="bulk_point_survey")
    assert isinstance(proposal, RecordProposal)
    return proposal


def take_points(workspace: Workspace, *rows: dict[str, Any]) -> None:
    proposal = propose_points(workspace, *rows)
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="Bình")


def test_records_are_new_changed_or_as_they_were(workspace: Workspace) -> None:
    take_points(workspace, {}, {"Mã điểm": "C2", "Số công tơ tổng": "M2"})
    proposal = propose_points(
        workspace,
        {},
        {"Mã điểm": "C2", "Số công tơ tổng": "M2", "Số hộ sau công tơ tổng": 230},
        {"Mã điểm": "C3", "Số công tơ tổng": "M3"},
        name="diem_2.xlsx",
    )
    assert proposal.change_counts == {"new": 1, "changed": 1, "unchanged": 1}
    assert proposal.changes.cells.to_dict("records") == [
        {"record": "C2", "commune_code": "30469", "column": "households_behind", "old": "200", "new": "230"}
    ]
    totals = proposal.effect.set_index("what")[["before", "after"]]
    assert totals.loc["records"].tolist() == [2, 3]
    assert totals.loc["households_behind"].tolist() == [400, 630]


def test_accepted_record_is_not_doubled_by_another_file(workspace: Workspace) -> None:
    take_points(workspace, {})
    take_points(workspace, {"Tổ chức quản lý": "HTX B"})
    assert workspace.bulk_points()[["point_code", "organisation_name"]].to_numpy().tolist() == [["C1", "HTX B"]]


def test_record_stored_elsewhere_or_jumping_asks_for_a_reason(workspace: Workspace) -> None:
    take_points(workspace, {})
    moved = {"Mã xã": "30472", "Số hộ sau công tơ tổng": 500}
    proposal = propose_points(workspace, moved, {"Mã điểm": "C9"}, name="diem_2.xlsx")
    codes = {(issue.code, issue.cell, issue.severity) for issue in proposal.reading.issues}
    assert codes == {
        ("survey.stored-elsewhere", "A2", "warning"),
        ("survey.jump", "E2", "warning"),
        ("survey.value-doubled", "D3", "warning"),
        ("survey.value-stored-elsewhere", "D3", "warning"),
    }
    assert proposal.batch_id is not None
    with pytest.raises(WorkspaceError) as caught:
        workspace.accept(proposal.batch_id, user="An")
    assert caught.value.code == "batch.reasons-missing"


def test_records_are_held_against_those_of_the_demo(workspace: Workspace) -> None:
    workspace.make_demo()
    point = workspace.bulk_points().iloc[0]
    row = {
        "Mã điểm": point["point_code"],
        "Mã xã": point["commune_code"],
        "Tổ chức quản lý": point["organisation_name"],
        "Số công tơ tổng": point["master_meter"],
        "Số hộ sau công tơ tổng": int(point["households_behind"]) + 1,
    }
    proposal = propose_points(workspace, row)
    assert proposal.change_counts == {"new": 0, "changed": 1, "unchanged": 0}
    assert proposal.changes.cells["column"].tolist() == ["households_behind"]


def test_same_records_again_are_the_same_batch_until_they_are_read_otherwise(workspace: Workspace) -> None:
    content = table(POINT)  # written once: a workbook holds the second in which it was saved
    first = propose_points(workspace, content=content)
    assert propose_points(workspace, content=content).batch_id == first.batch_id
    layout = first.reading.tables[0].layout
    Surveys(workspace).choose_columns(layout, {"Số hộ sau công tơ tổng": ""}, user="An")
    again = propose_points(workspace, content=content)
    assert (again.state, again.reading.issues[0].code) == (REFUSED, "survey.column-missing")


def test_unknown_template_is_refused_with_the_known_ones(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError) as caught:
        Surveys(workspace).propose(b"", "a.xlsx", user="An", template_id="none")
    assert caught.value.code == "call.template-unknown"
    assert "household_survey" in str(caught.value)
