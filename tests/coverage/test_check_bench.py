"""The workbench: findings of a workspace, reasons that stay, and what a change of the figures does to them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import openpyxl
import pandas as pd
import pytest

from coverage.check_bench import CheckBench
from coverage.cli import main
from coverage.company_returns import TEMPLATE
from coverage.findings import EXPLAINED, OPEN, REOPENED, Finding
from coverage.surveys import Surveys
from coverage.workspace import Workspace
from geodata.errors import FigureError, PlaceError, WorkspaceError
from geodata.language import Language
from loaders.store import batches, engine
from loaders.store.batches import FIGURES, LEDGER, NewBatch
from tests.coverage.conftest import figures, points, row
from tests.coverage.office import propose, survey, table

MY_DUC, MY_PHU, TAN_CHAU = "30469", "30472", "30376"
Q1, Q2 = "2021-Q1", "2021-Q2"


def store(
    workspace: Workspace,
    rows: pd.DataFrame,
    *,
    kind: str = FIGURES,
    day: date = date(2021, 7, 1),
    is_synthetic: bool = False,
) -> int:
    """Store a table as a batch that counts at once."""
    new = NewBatch(
        kind=kind,
        file_name="so_lieu.csv",
        content=rows.to_csv(index=False).encode(),
        user="An",
        unit_list_date=day,
        rows_read=len(rows),
        rows_valid=len(rows),
        is_synthetic=is_synthetic,
    )
    with engine.writing(workspace.engine) as connection:
        batch_id = batches.add_draft(connection, new, at=workspace.clock())
        if kind in (FIGURES, LEDGER):
            batches.add_figures(connection, batch_id, rows)
        else:
            batches.add_points(connection, batch_id, kind, rows)
        batches.accept(connection, batch_id, at=workspace.clock(), user="Bình")
    return batch_id


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    """Return a workspace in which power of one commune fell from 1,000 to 900 households."""
    store(workspace, figures(row(MY_DUC, 1000, 1000), row(MY_PHU, 500, 500), period=Q1))
    store(workspace, figures(row(MY_DUC, 1000, 900), row(MY_PHU, 500, 500), period=Q2))
    return workspace


def fallen(bench: CheckBench, **options: datetime) -> Finding:
    [found] = [one for one in bench.findings("89", Q2, **options) if one.rule.code == "grid-fell"]
    return found


def test_findings_are_of_the_area_and_quarter_that_are_asked_for(office: Workspace) -> None:
    bench = CheckBench(office)
    assert {one.area for one in bench.findings("889", Q2)} == {MY_DUC}
    assert {one.period for one in bench.findings(period=Q2)} == {Q2}
    assert bench.findings("889", Q1) == bench.findings("84", Q2) == []
    assert [one.period for one in bench.findings()] == sorted((one.period for one in bench.findings()), reverse=True)


def test_unknown_area_and_quarter_are_refused(office: Workspace) -> None:
    with pytest.raises(PlaceError):
        CheckBench(office).findings("99", Q2)
    with pytest.raises(FigureError) as refused:
        CheckBench(office).findings("89", "2019-Q1")
    assert refused.value.code == "period.without-figures"


def test_reason_stays_until_the_figures_change_and_is_shown_then(office: Workspace) -> None:
    bench = CheckBench(office)
    before = fallen(bench)
    assert before.state == OPEN
    bench.explain([before], reason=" Sửa danh sách hộ ", user="Lan")
    explained = fallen(bench)
    assert (explained.state, explained.key) == (EXPLAINED, before.key)
    assert bench.table([explained], Language("vi"))[["reason", "explained_by"]].to_numpy().tolist() == [
        ["Sửa danh sách hộ", "Lan"]
    ]

    store(office, figures(row(MY_DUC, None, 890), period=Q2))
    changed = fallen(bench)
    assert (changed.state, changed.key == before.key) == (REOPENED, False)
    assert changed.explanation is not None
    assert changed.explanation.reason == "Sửa danh sách hộ"
    assert bench.table([changed], Language("vi"))["reason"].tolist() == [""]

    bench.explain([changed], reason="Đã đối chiếu", user="Lan")
    assert fallen(bench).state == EXPLAINED
    assert [one.reason for one in bench.said_of(changed)] == ["Sửa danh sách hộ", "Đã đối chiếu"]


def test_reason_holds_again_when_the_figures_come_back(office: Workspace) -> None:
    bench = CheckBench(office)
    bench.explain([fallen(bench)], reason="Đúng", user="Lan")
    batch = store(office, figures(row(MY_DUC, None, 890), period=Q2))
    assert fallen(bench).state == REOPENED
    office.withdraw(batch, user="Lan", reason="nhầm")
    assert fallen(bench).state == EXPLAINED


def test_reason_is_taken_back_by_a_further_event(office: Workspace) -> None:
    bench = CheckBench(office)
    with pytest.raises(WorkspaceError) as refused:
        bench.take_back([fallen(bench)], reason="Sai", user="Minh")
    assert refused.value.code == "check.not-explained"
    bench.explain([fallen(bench)], reason="Đúng", user="Lan")
    between = office.clock()
    version = bench.version()
    bench.take_back([fallen(bench)], reason="Không đúng", user="Minh")
    assert fallen(bench).state == OPEN
    assert bench.version() > version
    assert [(one.verdict, one.user) for one in bench.said_of(fallen(bench))] == [
        ("explained", "Lan"),
        ("taken_back", "Minh"),
    ]
    assert fallen(bench, as_of=between).state == EXPLAINED


@pytest.mark.parametrize(("reason", "user"), [("", "Lan"), ("  ", "Lan"), ("Đúng", " ")])
def test_explanation_without_reason_or_name_stores_nothing(office: Workspace, reason: str, user: str) -> None:
    bench = CheckBench(office)
    with pytest.raises(WorkspaceError) as refused:
        bench.explain([fallen(bench)], reason=reason, user=user)
    assert refused.value.code == "check.reason-missing"
    assert bench.said_of(fallen(bench)) == []


def test_reason_given_at_upload_explains_its_jump_until_it_is_taken_back(workspace: Workspace) -> None:
    for period, bulk in (("2021-Q1", 400), ("2021-Q2", 200)):
        content = survey(**{"Kỳ": period, "Tổng số hộ": 1000, "Số hộ có điện lưới": 1000, "Hộ mua buôn": bulk})
        proposal = propose(workspace, content, f"{period}.xlsx")
        assert proposal.batch_id is not None
        workspace.accept(proposal.batch_id, user="Bình", reason="Tiếp nhận HTX A")
    bench = CheckBench(workspace)
    [jump] = [one for one in bench.findings("89", Q2) if one.rule.code == "jump"]
    assert jump.explanation is not None
    assert (jump.state, jump.explanation.reason, jump.explanation.user) == (EXPLAINED, "Tiếp nhận HTX A", "Bình")

    bench.take_back([jump], reason="Không có biên bản", user="Lan")
    assert next(one for one in bench.findings("89", Q2) if one.rule.code == "jump").state == OPEN

    store(workspace, figures(row(MY_DUC, None, None, 190), period=Q2))
    [jump] = [one for one in bench.findings("89", Q2) if one.rule.code == "jump"]
    assert jump.explanation is None


def test_findings_as_they_were_known_at_a_moment(office: Workspace) -> None:
    bench, moment = CheckBench(office), office.clock()
    store(office, figures(row(MY_DUC, None, 1000), period=Q2))
    assert [one.rule.code for one in bench.findings("889", Q2)] == []
    assert fallen(bench, as_of=moment).area == MY_DUC


def test_series_behind_a_finding(office: Workspace) -> None:
    bench = CheckBench(office)
    series = bench.series(fallen(bench))
    assert series["households_grid"].to_dict() == {Q1: 1000, Q2: 900}


def test_commune_survey_and_ledger_of_one_quarter_are_compared_whichever_counts(workspace: Workspace) -> None:
    store(workspace, figures(row(MY_DUC, 1000, 1000)))
    store(workspace, figures(row(MY_DUC, 900, 990)), kind=LEDGER)
    found = [one for one in CheckBench(workspace).findings(period=Q2) if one.rule.code == "ledger-differs"]
    assert [(one.area, dict(one.values)["survey"], dict(one.values)["ledger"]) for one in found] == [
        (MY_DUC, 1000, 900)
    ]


def test_reports_in_two_lists_are_compared_in_the_list_that_is_told(workspace: Workspace) -> None:
    day = date(2025, 7, 1)
    pairs = workspace.lists.pairs(date(2021, 7, 1), day)
    is_whole = ~pairs["from_code"].duplicated(keep=False)
    new_code, parts = next((code, rows) for code, rows in pairs[is_whole].groupby("to_code") if len(rows) > 1)
    assert len(parts) == (pairs["to_code"] == new_code).sum()
    store(workspace, figures(*[row(code, 1000, 1000) for code in parts["from_code"]], period="2025-Q2"))
    store(workspace, figures(row(new_code, 1000, 990), period="2025-Q2"), day=day)
    found = [one for one in CheckBench(workspace).findings(period="2025-Q2") if one.rule.code == "two-lists"]
    assert found == []  # told in the list of 2021, in which the figures of 2025 are shares
    found = CheckBench(workspace).findings(period="2025-Q2", told_on=day)
    assert {one.area for one in found if one.rule.code == "two-lists"} == {new_code}
    assert "01/07/2021" in next(one for one in found if one.rule.code == "two-lists").sentence(Language("en"))


def test_bulk_points_of_the_store_are_compared(workspace: Workspace) -> None:
    store(workspace, figures(row(MY_DUC, 1000, 1000, 400)))
    held = points({"commune_code": MY_DUC, "households_behind": 100, "organisation_name": "A", "master_meter": "1"})
    store(workspace, held, kind=batches.BULK_POINTS)
    found = [one for one in CheckBench(workspace).findings(period=Q2) if one.rule.code == "bulk-points"]
    assert [dict(one.values)["recorded"] for one in found] == [100]


def test_uploaded_returns_of_the_company_are_checked_too(workspace: Workspace) -> None:
    late = {"Chỉ tiêu": "late_requests_share", "Kỳ báo cáo": "30/6/2021", "Tử số": 500, "Mẫu số": 1_000_000}
    power = {"Chỉ tiêu": "households_with_power", "Kỳ báo cáo": "30/6/2021", "Số công bố": "9,17"}
    content = table({**late, "Số công bố": "0,06%"}, power)
    found = Surveys(workspace).propose(content, "bao_cao.xlsx", user="An", template_id=TEMPLATE)
    assert found.batch_id is not None
    store(workspace, figures(row(MY_DUC, 1000, 1000)))
    workspace.accept(found.batch_id, user="An", reason="Theo văn bản")
    told = {one.rule.code: one for one in CheckBench(workspace).findings("EVNSPC", Q2)}
    assert dict(told["percent-contradicts"].values)["own_percent"] == "0.05"
    # 9.17 million with power cannot be, beside what else was published of that day.
    assert "9,17 triệu hộ" in told["published-contradiction"].sentence(Language("vi"))


def test_files_hold_every_finding_and_run_nothing(office: Workspace) -> None:
    bench = CheckBench(office)
    bench.explain([fallen(bench)], reason="=1+1", user="@Lan")
    found, language = bench.findings("89", Q2), Language("en")
    rows = list(csv.reader(StringIO(bench.csv(found, language).decode("utf-8-sig"))))
    assert len(rows) == 1 + len(found)
    told = dict(zip(rows[0], next(line for line in rows if "'=1+1" in line), strict=True))
    assert (told["Explained by"], told["State"]) == ("'@Lan", "explained")

    content = bench.workbook(found, language)
    assert content == bench.workbook(found, language)
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book["Findings"]
    assert sheet.max_row == 1 + len(found)
    reasons = [cell for cell in sheet["H"] if cell.value == "=1+1"]
    assert [cell.data_type for cell in reasons] == ["s"]
    counts = {line[0]: line[2] for line in book["Summary"].iter_rows(min_row=4, values_only=True)}
    assert counts["Households with grid power fell"] == 1


# ---- the command line


def test_check_lists_and_explains_at_the_command_line(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["check", "--workspace", str(office.home), "--lang", "en"]
    assert main([*call, "--area", "889", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    [key] = [one["key"] for one in answer["findings"] if one["rule"] == "grid-fell"]
    assert main([*call, "explain", key, "--reason", "Recounted", "--user", "Lan"]) == 0
    assert main([*call, "--rule", "grid-fell"]) == 0
    shown = capsys.readouterr().out
    assert "Explained by Lan" in shown
    assert "0 errors and 0 warnings without an explanation, 1 explained." in shown
    assert main([*call, "--rule", "grid-fell", "--open", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
    assert main([*call, "reopen", key, "--reason", "No", "--user", "Lan"]) == 0


def test_error_ends_with_exit_code_1_until_it_is_explained(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    store(office, figures(row(MY_PHU, 500, 501, 600), period=Q2))
    call = ["check", "--workspace", str(office.home), "--lang", "en"]
    assert main([*call, "--json"]) == 1
    keys = [one["key"] for one in json.loads(capsys.readouterr().out)["findings"] if one["severity"] == "error"]
    assert main([*call, "explain", *keys, "--reason", "Being recounted", "--user", "Lan"]) == 0
    assert main(call) == 0


def test_wrong_calls_are_refused_in_words(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["check", "--workspace", str(office.home), "--lang", "en"]
    assert main([*call, "--rule", "nonsense"]) == 2
    assert main([*call, "--output", "found.pdf"]) == 2
    assert main([*call, "explain", f"grid-fell:{Q2}:{MY_DUC}:00000000", "--reason", "x", "--user", "Lan"]) == 2
    told = capsys.readouterr().err
    assert 'There is no rule "nonsense"' in told
    assert f"grid-fell:{Q2}:{MY_DUC}:" in told.splitlines()[-1]


def test_check_of_an_empty_workspace_finds_nothing(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--workspace", str(workspace.home), "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("There is nothing to check: no quarter has figures.")


def test_rules_are_listed_with_their_limits(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--workspace", str(office.home), "--lang", "en", "rules"]) == 0
    shown = capsys.readouterr().out
    assert "fall by more than 1% and 20 households" in shown
    assert shown.count("our assumption") >= 10


def test_moment_of_a_command_is_read(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2021, 7, 1, 2, tzinfo=UTC).isoformat()
    assert main(["check", "--workspace", str(office.home), "--as-of", moment, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
