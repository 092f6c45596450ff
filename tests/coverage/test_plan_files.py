"""Plans as reports and files: rows in reading order, years, lines, sentences, names; in each form from a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from coverage.plan_files import FORMS, PlanFiles
from coverage.planning.candidates import INFEASIBLE, Conflict
from coverage.planning.plan_report import PlanFollows
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, WorkspaceError
from geodata.language import Language
from geodata.plan_data import LIMIT_COLUMNS, PLAN_ROW_COLUMNS, YEAR_COLUMNS, PlanReport
from loaders.reports.plan_year_sheet import year_values
from tests.plans_of_four import CODES, MILLION, plan, programme

VI, EN = Language("vi"), Language("en")
NOW = datetime(2021, 8, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanFiles]:
    workspace = Workspace(tmp_path_factory.mktemp("plan"), clock=lambda: NOW)
    yield PlanFiles(workspace)
    workspace.close()


@pytest.fixture(scope="module")
def report(files: PlanFiles) -> PlanReport:
    return files.report(plan(), EN, title="First", follows=PlanFollows(reasons={"P1": "Most for its money."}))


def test_what_is_done_comes_first_by_year_and_score_and_the_rest_follows(report: PlanReport) -> None:
    assert tuple(report.rows.columns) == PLAN_ROW_COLUMNS
    assert list(report.rows["candidate_code"]) == ["P1", "H1", "P2", "P3"]
    assert list(report.rows["rank"].fillna(0)) == [1, 2, 3, 0]
    assert list(report.rows["year"].fillna(0)) == [2022, 2022, 2023, 0]


def test_rows_carry_the_case_of_points_the_choice_of_hamlets_and_names(report: PlanReport) -> None:
    rows = report.rows.set_index("candidate_code")
    assert rows.loc["P1", ["payback_years", "loss_share", "margin_vnd_year"]].tolist() == [10.0, 0.2, 100 * MILLION]
    assert rows.loc["H1", ["technology", "lcoe_vnd_per_kwh", "margin_vnd_year"]].tolist() == ["grid extension", 4200, 0]
    assert rows.loc["P1", ["area_name", "province_name"]].tolist() == ["Huyện Châu Phú", "Tỉnh An Giang"]
    assert rows.loc["P1", "cost_per_household_vnd"] == 5 * MILLION
    assert rows["reason"].tolist() == ["Most for its money.", "", "", ""]
    assert pd.isna(rows.loc["P3", "payback_years"])


def test_years_agree_with_what_the_workbook_reckons(report: PlanReport) -> None:
    years, reckoned = report.years, year_values(report)
    assert tuple(years.columns) == YEAR_COLUMNS
    assert years["cost_vnd"].tolist() == [2500 * MILLION, 2400 * MILLION]
    assert years["margin_vnd"].tolist() == [50 * MILLION, 220 * MILLION]  # half of P1; P1 and half of P2
    assert years["households_remaining"].tolist() == [340, 40]
    assert reckoned["margin"].tolist() == pytest.approx((years["margin_vnd"] / MILLION).tolist())
    assert reckoned["cash"].tolist() == pytest.approx((years["cash_flow_vnd"] / MILLION).tolist())
    assert reckoned["remaining"].tolist() == years["households_remaining"].tolist()


def test_only_lines_that_reach_what_is_connected_are_built(report: PlanReport) -> None:
    [line] = report.lines.to_dict("records")
    assert (line["line_code"], line["year"], line["order"], line["from_code"]) == ("L1", 2022, 1, "")


def test_rules_beside_the_budget_are_told_as_limits(report: PlanReport) -> None:
    assert tuple(report.limits.columns) == LIMIT_COLUMNS
    assert report.limits["rule"].tolist() == ["crews", "crews", "least_households", "area_target"]
    assert report.limits["limit"].tolist() == [66.0, 66.0, 10.0, 60.0]
    assert report.limits["area_name"].tolist()[-1] == "Huyện Châu Phú"


@pytest.mark.parametrize(
    ("language", "asked", "found"),
    [
        (
            EN,
            ["Budget by year (million VND): 2022: 2,600.0; 2023: 2,500.0.", "Done in any case: HTX Mỹ Đức (P1).",
             "Tỉnh An Giang: 1.5 crews of 44 weeks a year.",
             "Huyện Châu Phú: at most 60 households remain at the end of 2023."],
            {"Households that gain": "550 of 590", "Points taken over": "2 of 3", "Optimality gap": "0.40%",
             "Cost (million VND)": "4,900.0 of a budget of 5,100.0"},
        ),
        (
            VI,
            ["Ngân sách từng năm (triệu đồng): 2022: 2.600,0; 2023: 2.500,0."],
            {"Số hộ được hưởng": "550/590", "Khoảng cách tới tối ưu": "0,40%"},
        ),
    ],
)  # fmt: skip
def test_what_was_asked_and_what_came_of_it_is_said(
    files: PlanFiles, language: Language, asked: list[str], found: dict[str, str]
) -> None:
    report = files.report(plan(), language)
    assert set(asked) <= set(report.rules)
    assert {label: report.facts[label] for label in found} == found


def test_net_present_value_is_discounted_to_the_first_year(report: PlanReport) -> None:
    # P1 500 − H1 200 in the first year, P2 900 / 1.1 in the second
    assert report.facts["Net present value, in the first year (million VND)"] == "1,118.2"
    assert "score 0.8000 against 0.7000" in report.facts["Against the order by hand"]
    assert report.facts["What remains at the end"].startswith("1 points or hamlets with 40 households")


def test_without_a_programme_the_report_says_why(files: PlanFiles) -> None:
    conflict = Conflict("budget", "{asked} are asked for, {have} there are.", {"asked": 2, "have": 1})
    none = programme({}, score=None, status=INFEASIBLE, gap=None, conflicts=(conflict,))
    report = files.report(plan(programme=none), EN)
    assert report.conflicts == ("2 are asked for, 1 there are.",)
    assert report.done.empty
    assert report.lines.empty
    assert report.facts["Result"] == "no programme keeps all rules"


def test_stamp_names_request_data_and_prices(report: PlanReport) -> None:
    assert len(report.stamp["request_sha256"]) == 64
    assert report.stamp["told_on"] == "2021-07-01"
    assert report.stamp["data_version"] == "v0"  # that of the workspace, where the request names none
    assert "BCT" in report.stamp["price_decision"]


def test_changed_assumptions_are_told_as_changed_and_used(files: PlanFiles) -> None:
    assumptions = files.report(plan(), EN).assumptions
    assert not assumptions["is_changed"].any()
    assert (assumptions["used"] == assumptions["mid"]).all()
    assert set(assumptions["status"]) <= {"seen", "unverified", "assumption"}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("language", [VI, EN])
def test_every_form_is_written_in_both_languages(files: PlanFiles, form: str, language: Language) -> None:
    name, content = files.file(files.report(plan(), language), form)
    assert name.startswith("phudien_plan_2022-2023_" + ("" if language == VI else "en_"))
    assert name.endswith(f".{form}")
    starts = {"xlsx": b"PK", "gpkg": b"SQLite format 3", "png": b"\x89PNG"}
    assert content.startswith(starts[form])


def test_workbook_lists_every_candidate(files: PlanFiles, report: PlanReport) -> None:
    book = openpyxl.load_workbook(BytesIO(files.file(report, "xlsx")[1]))
    codes = {cell.value for cell in book["Programme list"]["D"]}
    assert set(CODES) <= codes


def test_an_unknown_form_is_refused_with_those_there_are(files: PlanFiles, report: PlanReport) -> None:
    with pytest.raises(PhuDienError, match="xlsx, gpkg, png"):
        files.file(report, "doc")


def test_a_plan_of_data_that_the_workspace_never_had_is_refused(files: PlanFiles) -> None:
    strange = plan(request=replace(plan().request, data_version="v99"))
    with pytest.raises(WorkspaceError, match="v99"):
        files.report(strange, VI)
