"""Commune lists at work: proposed, accepted, decided by hand, given back as files."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coverage.commune_lists import CommuneLists, KeptReconciliation, ListProposal, official_list
from coverage.workspace import Workspace
from geodata.errors import FileError, PlaceError, WorkspaceError
from geodata.language import Language
from geodata.own_lists import APART, ASSIGN, OPEN
from loaders.workbook.reader import read_workbook
from tests.coverage.office import table
from tests.own_commune_list import make_own_list

EN, VI = Language("en"), Language("vi")
CLOSE = {"Mã CMIS": "A1", "Tỉnh": "An Giang", "Huyện": "Châu Phú", "Tên xã": "Mỹ Đứt"}
FIRST = CLOSE | {"Mã CMIS": "A2", "Tên xã": "Xã Mỹ Phú"}
FARM = CLOSE | {"Mã CMIS": "A3", "Tên xã": "Nông trường 402"}
MERGED = {"Mã CMIS": "A4", "Tỉnh": "Long An", "Huyện": "Cần Giuộc", "Tên xã": "Xã Tân Kim"}


def propose(workspace: Workspace, *rows: dict[str, Any], **options: Any) -> ListProposal:
    return CommuneLists(workspace).propose(table(*rows), "danh_muc.xlsx", user="An", **options)


def accept(workspace: Workspace, *rows: dict[str, Any], **options: Any) -> KeptReconciliation:
    return CommuneLists(workspace).accept(propose(workspace, *rows, **options).stored.batch.id, user="Bình")


def accept_text(workspace: Workspace, *rows: dict[str, Any]) -> KeptReconciliation:
    """Accept a .csv, in which a text stays one even where a workbook would take it for a formula."""
    text = "\n".join([";".join(rows[0]), *(";".join(row.values()) for row in rows)])
    lists = CommuneLists(workspace)
    return lists.accept(lists.propose(text.encode(), "danh_muc.csv", user="An").stored.batch.id, user="Bình")


def row_of(kept: KeptReconciliation, own_code: str) -> dict[str, Any]:
    [row] = kept.result.table[kept.result.table["own_code"] == own_code].to_dict("records")
    return {str(key): value for key, value in row.items()}


def decide(
    workspace: Workspace, kept: KeptReconciliation, own_code: str, verdict: str, **more: Any
) -> KeptReconciliation:
    key = row_of(kept, own_code)["entry_key"]
    given = {"user": "Bình", "reason": "theo sổ"} | more
    return CommuneLists(workspace).decide(kept.stored.batch.id, [key], verdict, **given)


def test_draft_does_not_count_and_the_same_file_is_the_same_batch(workspace: Workspace) -> None:
    lists, content = CommuneLists(workspace), table(CLOSE)
    first, again = (lists.propose(content, "danh_muc.xlsx", user="An") for _ in range(2))
    assert first.stored.batch.id == again.stored.batch.id
    assert lists.counting() == []
    again = lists.propose(content, "danh_muc.xlsx", user="An", organisation=" evnspc")
    assert (again.stored.batch.id, again.stored.organisation) == (first.stored.batch.id, "EVNSPC")
    other = lists.propose(content, "danh_muc.xlsx", user="An", organisation="PC An Giang")
    assert other.stored.batch.id != first.stored.batch.id


def test_accepted_list_counts_with_its_version(workspace: Workspace) -> None:
    kept = accept(workspace, CLOSE, FIRST)
    [counting] = CommuneLists(workspace).counting()
    assert counting.stored.organisation == "EVNSPC"
    assert counting.version == kept.version == workspace.data_version().number
    assert kept.result.counts == {"matched": 1, "missing": 2483, "extra": 0, "doubtful": 1}


def test_decision_stays_with_name_and_reason_and_is_applied_to_the_next_list(workspace: Workspace) -> None:
    kept = accept(workspace, CLOSE, FIRST, FARM)
    before = workspace.data_version().number
    assert workspace.data_version().number == before
    kept = decide(workspace, kept, "A1", ASSIGN)
    kept = decide(workspace, kept, "A3", APART, reason="do nông trường quản lý")
    assert workspace.data_version().number == kept.version > before
    later = accept(workspace, FARM, CLOSE, FIRST | {"Ghi chú": "mới"})
    assert later.stored.batch.id != kept.stored.batch.id
    for found in (kept, later):
        assert (row_of(found, "A1")["status"], row_of(found, "A1")["unit_code"]) == ("matched", "30469")
        apart = row_of(found, "A3")
        assert (apart["status"], apart["reason"]) == ("extra", "kept-apart")
        assert "do nông trường quản lý" in apart["values"]
        assert "Bình" in apart["values"]
    taken_back = decide(workspace, later, "A1", OPEN)
    assert row_of(taken_back, "A1")["reason"] == "close-name"


@pytest.mark.parametrize(
    ("own_code", "verdict", "more", "code"),
    [
        ("A1", ASSIGN, {"reason": " "}, "decision.reason-missing"),
        ("A1", ASSIGN, {"user": ""}, "decision.reason-missing"),
        ("A1", ASSIGN, {"unit_code": "30472"}, "decision.unit-taken"),
        ("A1", ASSIGN, {"unit_code": "99999"}, "decision.unit-unknown"),
        ("A1", "perhaps", {}, "decision.entry-unknown"),
        ("A1", OPEN, {}, "decision.not-decided"),
        ("A2", APART, {}, "decision.entry-matched"),
        ("A3", ASSIGN, {}, "decision.unit-missing"),
        ("A4", ASSIGN, {}, "decision.unit-missing"),
    ],
)
def test_wrong_decisions_are_refused_and_change_nothing(
    workspace: Workspace, own_code: str, verdict: str, more: dict[str, Any], code: str
) -> None:
    kept = accept(workspace, CLOSE, FIRST, FARM, MERGED)
    version = workspace.data_version().number
    with pytest.raises(WorkspaceError) as caught:
        decide(workspace, kept, own_code, verdict, **more)
    assert caught.value.code == code
    assert workspace.data_version().number == version
    [counting] = CommuneLists(workspace).counting()
    assert counting.result.table.equals(kept.result.table)


def test_one_commune_for_two_entries_is_refused(workspace: Workspace) -> None:
    kept = accept(workspace, CLOSE, CLOSE | {"Mã CMIS": "A9"})
    keys = kept.result.table["entry_key"][kept.result.table["own_code"] != ""].tolist()
    with pytest.raises(WorkspaceError) as caught:
        CommuneLists(workspace).decide(kept.stored.batch.id, keys, ASSIGN, user="Bình", reason="theo sổ")
    assert caught.value.code == "decision.unit-doubled"


def test_withdrawn_list_lets_the_one_before_count_again(workspace: Workspace) -> None:
    first = accept(workspace, CLOSE)
    second = accept(workspace, FIRST)
    workspace.withdraw(second.stored.batch.id, user="An", reason="nhầm")
    [counting] = CommuneLists(workspace).counting()
    assert counting.stored.batch.id == first.stored.batch.id


def test_day_without_a_list_no_organisation_and_no_list_leave_nothing(workspace: Workspace) -> None:
    for options, code in (
        ({"day": date(2018, 1, 1)}, "units.day-unknown"),
        ({"organisation": " "}, "call.organisation-missing"),
    ):
        with pytest.raises((WorkspaceError, PlaceError)) as caught:
            propose(workspace, CLOSE, **options)
        assert caught.value.code == code
    with pytest.raises(FileError):
        CommuneLists(workspace).propose(b"no workbook", "a.xlsx", user="An")
    assert workspace.batches() == []


def test_list_of_2025_follows_the_communes_of_2021(workspace: Workspace) -> None:
    day = date(2025, 7, 1)
    names = official_list(day).units.by_code["full_name"]
    row = {"Tỉnh": "An Giang", "Tên xã": str(names["30337"])}
    kept = accept(
        workspace, row | {"Mã CMIS": "B1"}, {"Mã CMIS": "B2", "Tỉnh": "An Giang", "Tên xã": "Xã Ô Long Vỹ"}, day=day
    )
    assert (row_of(kept, "B1")["status"], row_of(kept, "B1")["unit_code"]) == ("matched", "30337")
    assert (row_of(kept, "B2")["status"], row_of(kept, "B2")["reason"]) == ("doubtful", "merged")
    assert kept.result.official == 1043


@pytest.mark.parametrize(("language", "first"), [(EN, "Summary"), (VI, "Tóm tắt")])
def test_workbook_has_a_sheet_for_each_status_with_every_row(
    workspace: Workspace, language: Language, first: str
) -> None:
    kept = accept_text(workspace, CLOSE, FIRST, FARM | {"Tên xã": '=HYPERLINK("http://x","y")'})
    content = CommuneLists(workspace).workbook(kept, language)
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[0] == first
    assert [sheet.max_row - 1 for sheet in book.worksheets[1:]] == [1, 2483, 1, 1]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert str(sheet.auto_filter.ref).startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
    cells = [cell for row in book.worksheets[3].iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"]
    assert content == CommuneLists(workspace).workbook(kept, language)


def test_csv_has_every_row_and_no_formula(workspace: Workspace) -> None:
    kept = accept_text(workspace, FARM | {"Tên xã": "=cmd()"}, FIRST)
    text = CommuneLists(workspace).csv(kept, EN).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == 1 + 2484
    assert rows[0]["Own name"] == "'=cmd()"
    assert (rows[1]["Official code"], rows[1]["Status"]) == ("30472", "matched")


def test_summary_adds_up_for_the_book_of_2503(workspace: Workspace) -> None:
    lists = CommuneLists(workspace)
    made = make_own_list()
    kept = lists.accept(lists.propose(made.content, "evnspc.xlsx", user="An").stored.batch.id, user="An")
    summary = openpyxl.load_workbook(BytesIO(lists.workbook(kept, EN))).worksheets[0]
    texts = [str(cell.value) for cell in summary["A"] if cell.value]
    assert "Own list: 2,503 entries = 2,462 matched + 39 doubtful + 2 not in the official list." in texts
    assert "Official list: 2,484 communes = 2,462 matched + 22 missing from the own list." in texts
    assert "Difference: 19 = 39 doubtful + 2 not in the official list − 22 missing." in texts


@pytest.mark.office
def test_libreoffice_opens_the_workbook_with_all_of_its_rows(workspace: Workspace, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not on this machine")
    kept = accept_text(workspace, CLOSE, FIRST, FARM | {"Tên xã": '=HYPERLINK("http://x")'})
    (tmp_path / "doi_chieu.xlsx").write_bytes(CommuneLists(workspace).workbook(kept, VI))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "doi_chieu.xlsx")], check=True, capture_output=True, timeout=180)
    sheets = read_workbook((tmp_path / "doi_chieu.ods").read_bytes(), file_name="doi_chieu.ods")
    assert [sheet.name for sheet in sheets] == ["Tóm tắt", "Khớp", "Thiếu", "Thừa", "Nghi vấn"]
    assert [len(list(sheet.rows())) - 1 for sheet in sheets[1:]] == [1, 2483, 1, 1]
    extra = list(sheets[3].rows())[1]
    assert '=HYPERLINK("http://x")' in extra
