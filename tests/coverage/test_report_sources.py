"""What a report rests on: its five figures and the quarter before, its uploads, works, outlines, changes of units."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coverage.check_bench import CheckBench
from coverage.company_report import CompanyReport
from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from geodata.reporting_periods import ReportingPeriod
from tests.coverage.office import FULL, GOOD, Clock, accept, table

QUARTER = Period(2021, 2)


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> ReportFiles:
    return ReportFiles(Workspace(demo_home))


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("office"), clock=Clock())


def of_office(office: Workspace, *, language: str = "vi") -> ProvinceReport:
    return ReportFiles(office).build("89", QUARTER, Language(language))


def test_figures_stand_beside_those_of_the_quarter_before(office: Workspace) -> None:
    accept(
        office,
        table(GOOD | FULL | {"Kỳ": "2021-Q1", "Số hộ có điện lưới": 96, "Hộ bán trực tiếp": 56, "Hộ chưa có điện": 3}),
    )
    accept(office, table(GOOD | FULL))
    found = {figure.name: figure for figure in of_office(office).figures}
    share = found["households_with_power_share"]
    assert (share.numerator, share.denominator, share.previous_numerator) == (98, 100, 96)
    assert (share.value, share.change) == (Decimal("0.98"), Decimal(2))
    assert (share.communes_counted, share.previous_counted, share.change_is_comparable) == (1, 1, True)
    assert (found["households_to_connect"].numerator, found["households_to_connect"].change) == (2, Decimal(-2))


def test_without_a_quarter_before_nothing_is_said_to_have_changed(office: Workspace) -> None:
    accept(office, table(GOOD | FULL))
    report = of_office(office)
    assert all(figure.change is None for figure in report.figures)
    assert "quý trước" not in " ".join(report.assessment)


def test_uploads_are_those_whose_figures_count(office: Workspace) -> None:
    first = accept(office, table(GOOD | FULL, GOOD | FULL | {"Mã xã": "30472"}))
    second = accept(office, table(GOOD | FULL | {"Hộ mua buôn": 39, "Hộ bán trực tiếp": 59}))
    other = accept(office, table(GOOD | FULL | {"Mã xã": "29236"}))
    uploads = of_office(office).uploads
    assert uploads[["batch_id", "communes"]].to_numpy().tolist() == [[first, 1], [second, 1]]
    assert uploads["kind"].tolist() == ["khảo sát theo xã"] * 2
    assert uploads["accepted_by"].tolist() == ["Bình"] * 2
    assert other not in uploads["batch_id"].tolist()
    office.withdraw(second, user="Bình", reason="sai")
    assert of_office(office).uploads["batch_id"].tolist() == [first]


def test_day_of_the_data_is_that_of_vietnam(office: Workspace) -> None:
    office.clock = lambda: datetime(2021, 7, 1, 20, tzinfo=UTC)
    accept(office, table(GOOD | FULL))
    assert of_office(office).data_date == date(2021, 7, 2)
    assert CompanyReport(office).table(ReportingPeriod.parse("2021-H1"), Language()).data_date == date(2021, 7, 2)


def test_upload_accepted_while_a_report_is_gathered_is_in_all_of_it(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(office, table(GOOD | FULL))
    points, later = office.bulk_points, [table(GOOD | FULL | {"Hộ mua buôn": 39, "Hộ bán trực tiếp": 59})]

    def bulk_points(**asked: Any) -> pd.DataFrame:
        if later:
            accept(office, later.pop())
        return points(**asked)

    monkeypatch.setattr(office, "bulk_points", bulk_points)
    report = of_office(office)
    assert report.data_version == str(office.data_version())
    assert report.communes["households_bulk"].sum() == 39
    assert report.uploads["batch_id"].tolist() == [office.batches()[0].id]


@pytest.mark.parametrize(("code", "told_on"), [("89", None), ("91", date(2025, 7, 1))])
def test_report_of_the_demo_has_every_part(demo: ReportFiles, code: str, told_on: date | None) -> None:
    report = demo.build(code, QUARTER, Language("vi"), told_on=told_on)
    assert len(report.works)
    assert report.works["commune_code"].isin(report.communes.index).all()
    assert set(report.uploads["kind"]) == {"khảo sát theo xã", "điểm mua buôn", "ấp chưa có điện", "tiến độ công trình"}
    assert set(report.outlines.index) == set(report.communes.index)
    assert report.unit_events
    assert len(set(report.unit_events)) == len(report.unit_events)
    assert report.bulk_points["households_behind"].sum() == report.organisations["households_behind"].sum()
    assert len(report.unserved_hamlets) == report.hamlets["hamlets"].sum()
    assert report.has_districts == (told_on is None)


def test_districts_add_up_to_the_province(demo: ReportFiles) -> None:
    report = demo.build("89", QUARTER, Language("vi"))
    districts = report.sums_by_district()
    assert len(districts) == 11
    assert districts["households_grid"].sum() == report.history.loc["2021-Q2", "households_grid"]
    assert demo.build("91", QUARTER, Language("vi"), told_on=date(2025, 7, 1)).sums_by_district().empty


def test_what_is_missing_and_estimated_is_named(demo: ReportFiles) -> None:
    report = demo.build("91", QUARTER, Language("vi"), told_on=date(2025, 7, 1))
    assert len(report.communes_estimated) == 5
    assert report.communes_missing == ()
    assert "Số liệu của 5 xã là ước tính" in " ".join(report.assessment)


def test_assessment_says_the_figures_and_their_change_in_both_languages(office: Workspace) -> None:
    accept(
        office,
        table(GOOD | FULL | {"Kỳ": "2021-Q1", "Số hộ có điện lưới": 96, "Hộ bán trực tiếp": 56, "Hộ chưa có điện": 3}),
    )
    accept(office, table(GOOD | FULL))
    vietnamese, english = (" ".join(of_office(office, language=code).assessment) for code in ("vi", "en"))
    assert "Đến 30/06/2021, tỉnh An Giang có 100 hộ, trong đó 98 hộ có điện lưới, đạt 98,00%" in vietnamese
    assert "(+2,00 điểm phần trăm so với quý trước)" in vietnamese
    assert "98 of them had grid power, 98.00% (+2.00 percentage points on the quarter before)" in english
    assert "40 households in 1 communes were still behind a master meter (±0 households" in english
    assert "155/156 xã chưa báo cáo" in vietnamese


def test_province_without_anything_left_is_said_to_have_nothing_left(demo: ReportFiles) -> None:
    text = " ".join(demo.build("74", QUARTER, Language("en")).assessment)
    assert "No household was behind a master meter any more." in text
    assert "up by less than 0.01 percentage points" in text
    assert "bulk-purchase points" not in text


def test_targets_stand_beside_the_figures_with_status_pace_and_outlook(demo: ReportFiles) -> None:
    report = demo.build("89", QUARTER, Language("vi"))
    found = {figure.name: figure.target for figure in report.figures}
    grid, left = found["households_with_power_share"], found["households_to_connect"]
    assert grid is not None
    assert left is not None
    assert (grid.value, left.value, grid.gap) == (Decimal(1), Decimal(0), 1027)
    assert grid.gap == left.gap
    assert grid.outlook
    assert report.decisions == (grid.basis,)
    assert found["bulk_households"] is None  # no decision sets one
    assert "So với mục tiêu" in " ".join(report.assessment)
    assert list(report.progress["area_name"]) == list(report.sums_by_district()["district_name"])
    assert report.progress["shortfall"].sum() == 1027


def test_progress_is_told_by_commune_where_there_are_no_districts(demo: ReportFiles) -> None:
    report = demo.build("91", QUARTER, Language("vi"), told_on=date(2025, 7, 1))
    assert set(report.progress.index) <= set(report.communes.index)
    assert len(report.progress) > 90


def test_checks_are_run_and_what_is_explained_stays(office: Workspace) -> None:
    accept(office, table(GOOD | FULL | {"Kỳ": "2021-Q1", "Hộ mua buôn": 10, "Hộ bán trực tiếp": 88}))
    accept(office, table(GOOD | FULL))
    bench = CheckBench(office)
    found = bench.findings("89", QUARTER)
    assert found
    assert len(of_office(office).findings) == len(found)
    assert "chưa được giải trình" in " ".join(of_office(office).assessment)
    bench.explain(found, reason="đã phúc tra", user="An")
    report = of_office(office)
    assert set(report.findings["reason"]) == {"đã phúc tra"}
    assert "chưa được giải trình" not in " ".join(report.assessment)
