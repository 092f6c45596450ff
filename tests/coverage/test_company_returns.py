"""Returns of the company: uploaded like any survey, checked, accepted, and then in the company's table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coverage.cli import main
from coverage.company_report import CompanyReport
from coverage.company_returns import TEMPLATE, CompanyReturns
from coverage.surveys import REFUSED, RecordProposal, Surveys
from coverage.workspace import Workspace
from geodata.errors import FileError, PhuDienError
from geodata.language import Language
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod
from loaders.survey.form import HEADER_ROW
from tests.coverage.office import survey, table

VI = Language("vi")
LATE = "Tỷ lệ yêu cầu xử lý trễ hạn"
GOOD = {"Chỉ tiêu": LATE, "Kỳ báo cáo": "6 tháng cuối năm 2021", "Tử số": 500, "Mẫu số": 1_000_000, "Kế hoạch": "0,08"}


class Today:
    """A clock in January 2022 that moves an hour at every look."""

    def __init__(self) -> None:
        self.now = datetime(2022, 1, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "office", clock=Today())
    yield opened
    opened.close()


def proposed(office: Workspace, *rows: dict[str, Any], name: str = "bao_cao.xlsx") -> RecordProposal:
    found = Surveys(office).propose(table(*rows), name, user="An", template_id=TEMPLATE)
    assert isinstance(found, RecordProposal)
    return found


def accept(office: Workspace, *rows: dict[str, Any], name: str = "bao_cao.xlsx", reason: str = "") -> int:
    found = proposed(office, *rows, name=name)
    assert found.batch_id is not None, found.reading.issues
    office.accept(found.batch_id, user="An", reason=reason)
    return found.batch_id


def codes(found: RecordProposal) -> list[tuple[str, str]]:
    return [(issue.cell, issue.code) for issue in found.reading.issues]


def test_return_is_taken_without_any_commune_and_stands_in_the_table(office: Workspace) -> None:
    found = proposed(office, GOOD, {**GOOD, "Chỉ tiêu": "outage_messages", "Mẫu số": None, "Kế hoạch": None})
    assert codes(found) == []
    assert (found.change_counts, len(found.effect)) == ({"new": 2, "changed": 0, "unchanged": 0}, 0)
    assert "commune_code" not in found.reading.records
    assert found.batch_id is not None
    office.accept(found.batch_id, user="An")
    second = CompanyReport(office).table(ReportingPeriod.parse("2021-H2"), VI)
    row = second.find("late_requests_share")
    assert (row.text, row.numerator, row.verdict, row.gap_text) == ("0,05%", 500, "met", "tốt hơn 0,03 điểm %")
    assert row.source == 'Báo cáo của đơn vị, tệp "bao_cao.xlsx"'
    assert second.find("outage_messages").text == "500 tin"
    assert second.find("repeat_calls").text == "chưa có số liệu"


def test_the_same_file_changes_nothing_and_a_later_one_takes_its_place(office: Workspace) -> None:
    content = table(GOOD)
    first, again = (Surveys(office).propose(content, "bao_cao.xlsx", user="An", template_id=TEMPLATE) for _ in range(2))
    assert first.batch_id is not None
    assert again.batch_id == first.batch_id
    office.accept(first.batch_id, user="An")
    then = office.clock()
    changed = proposed(office, {**GOOD, "Tử số": 900}, name="sua.xlsx")
    assert changed.change_counts["changed"] == 1
    assert changed.changes.cells.to_dict("records") == [
        {"record": "late_requests_share 2021-H2", "commune_code": "", "column": "numerator", "old": "500", "new": "900"}
    ]
    second = accept(office, {**GOOD, "Tử số": 900}, name="sua.xlsx", reason="đếm lại")
    period, desk = ReportingPeriod.parse("2021-H2"), CompanyReport(office)
    assert desk.table(period, VI).find("late_requests_share").text == "0,09%"
    assert desk.table(period, VI, as_of=then).find("late_requests_share").text == "0,05%"
    office.withdraw(second, user="An", reason="nhầm")
    assert desk.table(period, VI).find("late_requests_share").text == "0,05%"


def test_uploaded_return_counts_over_the_published_one(office: Workspace) -> None:
    row = {"Chỉ tiêu": LATE, "Kỳ báo cáo": "30/6/2021", "Tử số": 700, "Mẫu số": 1_000_000, "Số công bố": "0,07%"}
    assert CompanyReport(office).table(ReportingPeriod.parse("2021-H1"), VI).find("late_requests_share").text == "0,04%"
    accept(office, row)
    assert CompanyReport(office).table(ReportingPeriod.parse("2021-H1"), VI).find("late_requests_share").text == "0,07%"
    returns = CompanyReturns(office).counting()
    assert not returns.duplicated(["indicator", "period"]).any()
    assert len(returns) == 26


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Chỉ tiêu": "Tỷ lệ yêu cầu trễ"}, [("A2", "survey.value-choice")]),
        ({"Kỳ báo cáo": "năm 2021"}, [("B2", "survey.value-period")]),
        ({"Kỳ báo cáo": None}, [("B2", "survey.value-missing")]),
        ({"Kỳ báo cáo": "6 tháng đầu năm 2022"}, [("B2", "survey.return-to-come")]),
        ({"Kỳ báo cáo": "2020-H1"}, [("B2", "survey.return-before")]),
        ({"Mẫu số": None}, [("D2", "survey.return-denominator")]),
        ({"Tử số": None}, [("C2", "survey.return-denominator")]),
        ({"Mẫu số": 0, "Tử số": 0}, [("D2", "survey.return-denominator")]),
        ({"Mẫu số": 400}, [("C2", "survey.return-above-whole")]),
        ({"Chỉ tiêu": "outage_messages", "Kế hoạch": None}, [("D2", "survey.return-denominator")]),
        ({"Tử số": "12,5"}, [("C2", "survey.value-fraction")]),
        ({"Kế hoạch": 120}, [("E2", "survey.stated-range")]),
        ({"Kế hoạch": "tám"}, [("E2", "survey.value-unreadable")]),
        ({"Số công bố": "0,0500"}, []),
        ({"Số công bố": 0.0005}, [("F2", "survey.stated-decimals")]),
        ({"Số công bố": "0,06%"}, [("F2", "survey.stated-differs")]),
    ],
)
def test_each_problem_is_told_at_its_cell(
    office: Workspace, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = proposed(office, GOOD | changes)
    assert codes(found) == expected
    is_error = any(issue.severity == "error" for issue in found.reading.issues)
    assert (found.state == REFUSED) == is_error


@pytest.mark.parametrize(
    ("stated", "code"), [(0.95, "survey.stated-small"), (95, None), ("0,95%", "survey.stated-small")]
)
def test_fraction_where_a_percentage_belongs_asks_for_confirmation(
    office: Workspace, stated: Any, code: str | None
) -> None:
    row = {"Chỉ tiêu": "online_level4_services", "Kỳ báo cáo": "2021-H2", "Kế hoạch": stated}
    assert [issue for _, issue in codes(proposed(office, row))] == ([code] if code else [])


def test_numbers_in_messages_are_written_as_the_language_does(office: Workspace) -> None:
    [issue] = proposed(office, GOOD | {"Số công bố": "0,06%"}).reading.issues
    assert "Công bố 0,06, nhưng tử số và mẫu số cho ra 0,05." in issue.message(VI)
    assert "0.06 is published, but its counts give 0.05." in issue.message(Language("en"))


def test_each_indicator_and_period_stands_once(office: Workspace) -> None:
    assert codes(proposed(office, GOOD, GOOD)) == [("A3", "survey.row-doubled")]


def test_unknown_indicator_is_told_with_the_nearest(office: Workspace) -> None:
    found = proposed(office, GOOD | {"Chỉ tiêu": "Tỷ lệ yêu cầu trễ hạn"})
    assert f'"{LATE}"' in found.reading.issues[0].message(VI)


def test_rows_that_say_nothing_were_not_reported(office: Workspace) -> None:
    silent = {"Chỉ tiêu": "repeat_calls", "Kỳ báo cáo": "2021-H2"}
    found = proposed(office, GOOD, silent)
    assert (found.reading.rows_read, codes(found)) == (1, [])


def test_file_without_the_columns_of_a_return_is_refused(office: Workspace) -> None:
    with pytest.raises(FileError) as caught:
        proposed(office, {"Mã xã": "30469", "Tổng số hộ": 100})
    assert caught.value.code == "survey.header-missing"
    assert "Kỳ báo cáo" in VI.explain(caught.value)


def test_household_figures_that_were_published_later_stand_beside_our_own(office: Workspace) -> None:
    name = {"Chỉ tiêu": "households_with_power", "Kỳ báo cáo": "2021-H2", "Số công bố": "8,2"}
    accept(office, name)
    row = CompanyReport(office).table(ReportingPeriod.parse("2021-H2"), VI).find("households_with_power")
    assert (row.text, row.published_text, row.differs) == ("chưa có số liệu", "8,20 triệu hộ", False)


@pytest.mark.parametrize("code", ["vi", "en"])
def test_form_has_a_row_for_each_indicator_and_is_read_back(office: Workspace, code: str) -> None:
    content = Surveys(office).form(TEMPLATE, "EVNSPC", Period(2021, 4), Language(code))
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[1]
    rows = [[cell.value for cell in row[:3]] for row in sheet.iter_rows(min_row=HEADER_ROW + 2)]
    assert len(rows) == 25
    assert rows[1][1:] == ["triệu hộ" if code == "vi" else "million households", "2021-H2"]
    sheet.cell(HEADER_ROW + 3, 4).value = 8_200_000
    sheet.cell(HEADER_ROW + 3, 6).value = "8,20"
    buffer = BytesIO()
    book.save(buffer)
    found = Surveys(office).propose(buffer.getvalue(), "form.xlsx", user="An", template_id=TEMPLATE)
    assert [issue.code for issue in found.reading.issues] == []
    assert found.reading.rows_valid == 1


def test_command_writes_the_form_and_takes_the_return(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, file = str(tmp_path / "home"), tmp_path / "bao_cao.xlsx"
    assert main(["template", "--workspace", home, "--template", TEMPLATE, "--period", "2021-H2", "-o", str(file)]) == 0
    assert main(["template", "--workspace", home, "--period", "2021-Q2", "-o", str(file)]) == 2
    assert "--province" in capsys.readouterr().err
    file.write_bytes(table(GOOD))
    assert main(["import", str(file), "--workspace", home, "--template", TEMPLATE, "--accept", "--user", "An"]) == 0
    capsys.readouterr()
    output = str(tmp_path / "bang.md")
    call = ["report", "company", "--workspace", home, "--period", "2021-H2", "--format", "md", "-o", output]
    assert main(call) == 0
    assert f"| {LATE} | 0,05% |" in Path(output).read_text("utf-8")


def test_office_that_knows_nothing_of_a_period_is_told_so(office: Workspace) -> None:
    with pytest.raises(PhuDienError) as caught:
        CompanyReport(office).table(ReportingPeriod.parse("2021-H2"), VI)
    assert caught.value.code == "period.without-returns"


ELECTRIFIED = {
    "Chỉ tiêu": "households_with_power_share",
    "Kỳ báo cáo": "6 tháng cuối năm 2021",
    "Tử số": 8_190_000,
    "Mẫu số": 8_210_000,
    "Số công bố": "99,76",
    "Kế hoạch": "100",
}
AS_RETURNED = "Theo báo cáo của đơn vị"


def test_households_are_as_returned_where_no_commune_has_figures_of_the_period(office: Workspace) -> None:
    bulk = {"Chỉ tiêu": "bulk_households", "Kỳ báo cáo": "6 tháng cuối năm 2021", "Tử số": 520_000}
    accept(office, ELECTRIFIED, bulk)
    second = CompanyReport(office).table(ReportingPeriod.parse("2021-H2"), VI)
    share = second.find("households_with_power_share")
    assert (share.text, share.numerator, share.published_text, share.differs) == ("99,76%", 8_190_000, "99,76%", False)
    assert (share.verdict, share.basis, share.source) == ("not_met", "exact", 'Báo cáo của đơn vị, tệp "bao_cao.xlsx"')
    assert share.notes[0].startswith(AS_RETURNED)
    assert second.find("bulk_households").text == "520.000 hộ"


def test_notice_says_whose_the_service_figures_are(office: Workspace) -> None:
    office.make_demo()
    accept(office, GOOD, ELECTRIFIED)
    desk = CompanyReport(office)
    second = desk.table(ReportingPeriod.parse("2021-H2"), VI)
    (notice,) = second.notices
    assert 'Báo cáo của đơn vị, tệp "bao_cao.xlsx"' in notice
    assert "EVNSPC" not in notice
    households, services = desk.table(ReportingPeriod.parse("2021-H1"), VI).notices
    assert "tổng hợp để trình diễn" in households
    assert "EVNSPC, số liệu 6 tháng đầu năm 2021" in services
    assert "bao_cao.xlsx" not in services


def test_half_year_without_its_closing_quarter_is_not_listed_but_its_quarter_is(office: Workspace) -> None:
    assert [str(period) for period in CompanyReport(office).periods()] == ["2021-H1"]
    found = Surveys(office).propose(survey(Kỳ="2021-Q3"), "khao_sat.xlsx", user="An")
    assert found.batch_id is not None, found.reading.issues
    office.accept(found.batch_id, user="An", reason="thử")
    with pytest.raises(PhuDienError) as caught:
        CompanyReport(office).table(ReportingPeriod.parse("2021-H2"), VI)
    assert caught.value.values["known"] == "2021-Q3, 2021-H1"
    assert CompanyReport(office).table(ReportingPeriod.parse("2021-Q3"), VI).find("bulk_households").value == 40


def test_unknown_indicator_like_none_points_to_the_list_of_the_form(office: Workspace) -> None:
    [issue] = proposed(office, GOOD | {"Chỉ tiêu": "Doanh thu bán điện"}).reading.issues
    assert issue.code == "survey.value-choice"
    assert "danh sách của cột này trong biểu" in issue.message(VI)
    assert LATE not in issue.message(VI)


def filled_form(office: Workspace) -> bytes:
    """Return the form of the returns with one count filled in."""
    book = openpyxl.load_workbook(BytesIO(Surveys(office).form(TEMPLATE, "EVNSPC", Period(2021, 4), VI)))
    book.worksheets[1].cell(HEADER_ROW + 3, 4).value = 8_200_000
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("read_as", ["commune_survey", "household_survey"])
def test_form_that_is_read_as_another_survey_says_which_it_is(office: Workspace, read_as: str) -> None:
    with pytest.raises(FileError) as caught:
        Surveys(office).propose(filled_form(office), "form.xlsx", user="An", template_id=read_as)
    assert caught.value.code == "survey.form-of-another"
    assert "--template company_return" in VI.explain(caught.value)
    assert "Báo cáo chỉ tiêu của công ty" in VI.explain(caught.value)


def test_command_reads_a_form_as_what_it_is_unless_told_otherwise(
    office: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "form.xlsx"
    file.write_bytes(filled_form(office))
    call = ["import", str(file), "--workspace", str(office.home), "--user", "An"]
    assert main([*call, "--template", "commune_survey"]) == 1
    assert "--template company_return" in capsys.readouterr().err
    assert main(call) == 0
    told = capsys.readouterr()
    assert "Đã đọc 1 dòng" in told.out
    assert told.err == ""  # no progress where nobody watches


def test_progress_ends_its_line(
    office: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "form.xlsx"
    file.write_bytes(filled_form(office))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert main(["import", str(file), "--workspace", str(office.home), "--user", "An"]) == 0
    assert capsys.readouterr().err.endswith("\n")


def test_command_says_which_half_year_a_form_is_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "form.xlsx")
    call = ["template", "--workspace", str(tmp_path / "home"), "--template", TEMPLATE, "-o", output]
    assert main([*call, "--period", "2021-Q3"]) == 0
    assert "6 tháng cuối năm 2021" in capsys.readouterr().out
