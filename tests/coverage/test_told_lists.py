"""The same figures in the units of different days: kept as reported, restated when asked, never joined by code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverage.progress_desk import ProgressDesk
from coverage.remaining import remaining_by_commune
from coverage.report_files import ReportFiles
from coverage.surveys import FigureProposal, Surveys
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.errors import FileError, PlaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE
from loaders.survey.form import HEADER_ROW
from tests.coverage.office import POINT, accept, table

OLD, NEW = date(2021, 7, 1), date(2025, 7, 1)

SUMS = {"Hộ bán trực tiếp": 58, "Hộ mua buôn": 40, "Hộ câu phụ": 0, "Hộ dùng nguồn tại chỗ": 1, "Hộ chưa có điện": 1}
COUNTS = {"Tổng số hộ": 100, "Số hộ có điện lưới": 98, **SUMS}


@pytest.fixture
def demo(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "demo")
    workspace.make_demo()
    return workspace


@pytest.fixture
def today(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "today", clock=lambda: datetime(2026, 1, 10, tzinfo=UTC))


def test_a_quarter_is_told_in_its_own_list(demo: Workspace) -> None:
    assert demo.list_of_quarter(Period(2021, 2)) == OLD
    assert demo.list_of_quarter(Period(2019, 4)) == OLD  # told in the first list in which figures are kept
    assert demo.list_of_quarter(Period(2025, 4)) == NEW
    assert OLD < demo.list_of_quarter(Period(2024, 4)) < NEW
    assert len(demo.units_on(OLD).communes) == 2484


def test_company_does_not_gain_the_communes_of_provinces_that_joined_its_own(demo: Workspace) -> None:
    served, listed = demo.units_on(NEW), demo.lists.on(NEW)
    assert len(listed.communes) == 1043
    assert len(served.communes) == 1043 - 171
    assert len(served.communes_of("91")) == 102
    assert len(served.communes_of("86")) == 124
    assert "26732" in served.communes.index  # Côn Đảo


def test_totals_stay_the_same_on_another_map(demo: Workspace) -> None:
    reported, told = demo.figures(told_on=OLD), demo.figures(told_on=NEW)
    sums = [table.groupby("period")[list(MEASURES)].sum() for table in (reported, told)]
    assert sums[0].equals(sums[1])
    assert set(told["commune_code"]) <= set(demo.units_on(NEW).communes.index)


def test_a_province_of_another_day_is_its_parts_together(demo: Workspace) -> None:
    parts = [demo.status("2021-Q2", code)["bulk_households"].numerator for code in ("89", "91")]
    merged = demo.status("2021-Q2", "91", told_on=NEW)["bulk_households"].numerator
    assert merged == sum(part for part in parts if part is not None)
    assert demo.lists.provinces_on(("89",), OLD, NEW) == ["91"]
    assert demo.lists.provinces_on(("91",), NEW, OLD) == ["89", "91"]


def test_what_was_divided_is_said(demo: Workspace) -> None:
    basis = demo.told.basis_on(NEW, period="2021-Q2")
    assert set(basis) == {"exact", "decree", "equal"}
    assert demo.told.basis_on(OLD, period="2021-Q2").eq("exact").all()


def test_points_stand_in_communes_of_the_day(demo: Workspace) -> None:
    told = demo.bulk_points(told_on=NEW)
    assert told["commune_code"].isin(demo.units_on(NEW).communes.index).all()
    assert told["households_behind"].sum() == demo.bulk_points(told_on=OLD)["households_behind"].sum()


def test_differences_from_meters_are_told_of_whole_communes_only(demo: Workspace) -> None:
    def differences(day: date) -> pd.DataFrame:
        figures, points = demo.figures(period="2021-Q2", told_on=day), demo.bulk_points(told_on=day)
        basis = demo.told.basis_on(day, period="2021-Q2")
        return remaining_by_commune(figures, points, demo.units_on(day), basis=basis)

    own, told = differences(OLD)["difference"], differences(NEW)
    pairs = demo.lists.pairs(OLD, NEW)
    added = pairs.assign(difference=pairs["from_code"].map(own).fillna(0)).groupby("to_code")["difference"].sum()
    whole = told[~told["is_estimated"]]
    assert len(whole) > 100
    assert (whole["difference"] == added.reindex(whole.index)).all()
    assert told.loc[told["is_estimated"], "difference"].isna().all()
    assert told["is_estimated"].any()


def test_report_is_told_in_the_list_that_is_asked_for(demo: Workspace) -> None:
    files = ReportFiles(demo)
    name, _ = files.file(files.build("89", Period(2021, 2), Language("vi")), "xlsx")
    assert "units" not in name
    name, content = files.file(files.build("91", Period(2021, 2), Language("vi"), told_on=NEW), "xlsx")
    assert "units-2025-07-01" in name
    book = openpyxl.load_workbook(BytesIO(content))
    assert "Theo huyện" not in book.sheetnames  # the list has no districts
    assert "Xã" in {cell.value for row in book["Theo xã"].iter_rows(max_row=5) for cell in row}
    texts = {str(cell.value) for row in book["Xã còn mua buôn"].iter_rows() for cell in row}
    assert any(text.startswith("≈: có phần của xã bị chia tách") for text in texts)
    assert "Xã Nhơn Hội ≈" in texts


def test_a_survey_of_today_is_read_in_the_list_of_its_quarter(today: Workspace) -> None:
    # 30463 is Xã Châu Phú since 1 July 2025; it was Thị trấn Cái Dầu.
    new_name = str(today.units_on(NEW).communes["full_name"]["30463"])
    assert new_name != today.units_on(OLD).communes["full_name"]["30463"]
    row = {"Tỉnh": "An Giang", "Huyện": "Huyện Châu Phú", "Tên xã": new_name, "Kỳ": "2025-Q4", **COUNTS}
    proposal = Surveys(today).propose(table(row), "2025.xlsx", user="An")
    assert isinstance(proposal, FigureProposal)
    assert proposal.reading.list_date == NEW
    assert {issue.code for issue in proposal.reading.issues} == {"survey.district-gone"}
    assert proposal.reading.figures["commune_code"].tolist() == ["30463"]
    assert proposal.state == "draft"


def test_a_commune_that_is_no_more_is_followed_or_refused_in_todays_list(today: Workspace) -> None:
    history, pairs = today.lists, today.lists.pairs(OLD, NEW)
    whole = pairs[~pairs["is_divided"] & ~pairs["from_code"].isin(history.on(NEW).by_code.index)].iloc[0]
    parted = pairs[pairs["is_divided"] & ~pairs["from_code"].isin(history.on(NEW).by_code.index)].iloc[0]
    rows = [{"Mã xã": code, "Kỳ": "2025-Q4", **COUNTS} for code in (whole["from_code"], parted["from_code"])]
    proposal = Surveys(today).propose(table(*rows), "cu.xlsx", user="An")
    codes = [issue.code for issue in proposal.reading.issues]
    assert "survey.commune-followed" in codes
    assert "survey.code-unknown" in codes


def test_figures_of_two_lists_make_one_series(today: Workspace) -> None:
    accept(today, table({"Mã xã": "30469", "Kỳ": "2021-Q2", **COUNTS}))
    heir = today.lists.pairs(OLD, NEW).set_index("from_code")["to_code"]["30469"]
    accept(today, table({"Mã xã": heir, "Kỳ": "2025-Q4", **COUNTS}))
    told = today.figures(told_on=NEW)
    assert told[["commune_code", "period"]].to_numpy().tolist() == [[heir, "2021-Q2"], [heir, "2025-Q4"]]
    assert today.told.lists_of("2021-Q2") == [OLD]
    assert today.told.lists_of() == [OLD, NEW]
    assert today.told.reported_as(heir, "2021-Q2", NEW)[0][1] == OLD


def test_one_file_with_quarters_of_two_lists_is_refused_and_says_which(today: Workspace) -> None:
    rows = [{"Mã xã": "30469", "Kỳ": period, **COUNTS} for period in ("2021-Q2", "2025-Q4")]
    with pytest.raises(FileError) as caught:
        Surveys(today).propose(table(*rows), "hai.xlsx", user="An")
    assert caught.value.code == "survey.lists-mixed"
    assert "01/07/2025" in str(caught.value)
    assert today.batches() == []


def test_a_code_of_another_day_is_refused_with_what_it_became(demo: Workspace) -> None:
    with pytest.raises(PlaceError) as caught:
        demo.status("2021-Q2", "89", told_on=NEW)
    assert caught.value.code == "place.code-of-another-day"
    assert "Tỉnh An Giang (91)" in str(caught.value)
    with pytest.raises(PlaceError) as caught:
        ReportFiles(demo).build("99", Period(2021, 2), Language("vi"), told_on=NEW)
    assert caught.value.code == "place.code-unknown"


def test_records_are_read_in_the_list_of_the_quarter_that_their_form_names(today: Workspace) -> None:
    accept(today, table({"Mã xã": "30463", "Kỳ": "2025-Q4", **COUNTS}))
    content = Surveys(today).form("bulk_point_survey", "89", Period(2021, 3), Language("vi"))
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book["Khảo sát"]
    header = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=8) for cell in row if cell.value}
    for name, value in (POINT | {"Mã xã": "30334"}).items():
        sheet.cell(HEADER_ROW + 2, header[name], value)
    buffer = BytesIO()
    book.save(buffer)
    proposal = Surveys(today).propose(buffer.getvalue(), "diem.xlsx", user="An", template_id="bulk_point_survey")
    assert proposal.reading.list_date == OLD
    assert proposal.state == "draft"


def test_changes_in_an_area_are_those_of_its_communes(demo: Workspace) -> None:
    lists = demo.lists
    everywhere = lists.changes_in("EVNSPC", OLD, date(2019, 10, 1), date(2021, 6, 30))
    an_giang = lists.changes_in("89", OLD, date(2019, 10, 1), date(2021, 6, 30))
    assert 0 < len(an_giang) < len(everywhere)
    assert set(an_giang["kind"]) <= {"raised", "renamed"}  # nothing was merged there
    assert lists.changes_in("91", NEW, date(2025, 6, 30), date(2025, 7, 1))["kind"].eq("merged").any()


def test_a_form_of_today_has_the_communes_of_today(today: Workspace) -> None:
    content = Surveys(today).form("commune_survey", "91", Period(2025, 4), Language("vi"))
    proposal = Surveys(today).propose(content, "mau.xlsx", user="An")
    assert isinstance(proposal, FigureProposal)
    assert {issue.code for issue in proposal.reading.issues} == {"survey.no-rows"}


def test_commune_that_came_later_leaves_the_company_known(demo: Workspace) -> None:
    desk = ProgressDesk(demo, TargetBook(demo))
    found = desk.of_area("households_with_power_share", COMPANY_CODE, Period(2021, 2), NEW)
    own = desk.of_area("households_with_power_share", COMPANY_CODE, Period(2021, 2), OLD)
    assert found.own["shortfall"].tolist() == own.own["shortfall"].tolist()
    assert found.parts["shortfall"].notna().all()
    assert demo.not_yet(["2021-Q2"], NEW) == {"2021-Q2": frozenset({"26732"})}
    assert demo.not_yet(["2021-Q2"], OLD) == {"2021-Q2": frozenset()}
