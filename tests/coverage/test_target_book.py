"""The target book: what every area is to reach, on the embedded targets and the figures of a small office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from coverage.target_areas import TargetAreas
from coverage.target_book import AREA_TARGET_COLUMNS, TargetBook
from coverage.workspace import Workspace
from geodata.errors import FigureError, PlaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.target_data import Milestone, Target

GRID = "households_with_power_share"
LIST_2021, LIST_2025 = date(2021, 7, 1), date(2025, 7, 1)


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Iterator[Workspace]:
    opened = Workspace(demo_home)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def book(demo: Workspace) -> TargetBook:
    return TargetBook(demo)


def with_goal(book: TargetBook, *milestones: tuple[str | None, str], area: str = "EVNSPC") -> TargetBook:
    """Return a book in which the company's goal has other milestones."""
    goal = next(t for t in book.versions() if t.code == "grid-for-all")
    found = tuple(Milestone(Period.parse(due) if due else None, Decimal(value)) for due, value in milestones)
    changed: Target = replace(goal, milestones=found, area=area, units_of=LIST_2021 if area.isdigit() else None)
    other = TargetBook(book.workspace)
    other.register.shipped = (changed,)
    return other


def test_every_province_has_the_companys_goal_and_its_due_date_is_an_assumption(book: TargetBook) -> None:
    found = book.area_targets(GRID, "EVNSPC", told_on=LIST_2021, language=Language("en"))
    assert tuple(found.columns) == AREA_TARGET_COLUMNS
    assert found.index.tolist() == sorted(found.index)
    assert len(found) == 21
    assert set(found["target_value"]) == {"1"}
    assert set(found["base_period"]) == {"2021-Q2"}
    assert (found["shortfall_target"] == 0).all()
    assert found["shortfall_base"].sum() == 22_950
    assert set(found["due_period"]) == {"2025-Q4"}
    assert set(found["basis"]) == {"cascaded"}
    assert found["is_assumption"].all()
    assert found["decision"].str.contains("names no due date; Q4 2025 is an assumption").all()


def test_the_company_itself_has_its_target_decided(book: TargetBook) -> None:
    own = book.target_of(GRID, "EVNSPC", told_on=LIST_2021)
    assert own is not None
    assert (own["basis"], own["shortfall_target"], own["due_period"]) == ("decided", 0, "2025-Q4")
    assert "giả định" in own["decision"]


def test_nothing_was_set_before_the_day_of_the_decision(book: TargetBook) -> None:
    assert book.target_of(GRID, "EVNSPC", told_on=LIST_2021, on=date(2021, 6, 29)) is None
    assert book.target_of(GRID, "EVNSPC", told_on=LIST_2021, as_of=datetime(2021, 6, 29, tzinfo=UTC)) is None
    assert book.area_targets(GRID, "89", told_on=LIST_2021, on=date(2021, 6, 29)).empty
    assert book.target_of(GRID, "EVNSPC", told_on=LIST_2021, on=date(2021, 6, 30)) is not None


def test_an_indicator_without_a_target_has_none_and_an_unknown_one_is_refused(book: TargetBook) -> None:
    assert book.area_targets("bulk_households", "EVNSPC", told_on=LIST_2021).empty
    assert book.milestones("bulk_households", "89", told_on=LIST_2021).empty
    with pytest.raises(FigureError) as caught:
        book.area_targets("hộ", "EVNSPC", told_on=LIST_2021)
    assert caught.value.code == "target.indicator-unknown"
    with pytest.raises(PlaceError):
        book.area_targets(GRID, "99", told_on=LIST_2021)


def test_a_target_below_the_whole_is_split_and_the_sums_agree_at_every_level(book: TargetBook) -> None:
    other = with_goal(book, ("2025-Q4", "99.9"))
    company = other.target_of(GRID, "EVNSPC", told_on=LIST_2021)
    provinces = other.area_targets(GRID, "EVNSPC", told_on=LIST_2021)
    assert company is not None
    assert company["target_value"] == "0.999"
    assert provinces["shortfall_target"].sum() == company["shortfall_target"]
    assert (provinces["shortfall_target"] <= provinces["shortfall_base"]).all()
    for province in ("89", "84"):
        districts = other.area_targets(GRID, province, told_on=LIST_2021)
        assert districts["shortfall_target"].sum() == provinces.loc[province, "shortfall_target"]
    communes = other.area_targets(GRID, "889", told_on=LIST_2021)
    own = other.target_of(GRID, "889", told_on=LIST_2021)
    assert own is not None
    assert communes["shortfall_target"].sum() == own["shortfall_target"]
    share = Decimal(str(provinces.loc["89", "target_value"]))
    assert Decimal("0.99") < share < 1
    assert not provinces["is_assumption"].any()


def test_milestones_of_parts_add_up_in_every_quarter_that_is_due(book: TargetBook) -> None:
    other = with_goal(book, ("2023-Q4", "99.8"), ("2025-Q4", "99.95"))
    whole = other.milestones(GRID, "EVNSPC", told_on=LIST_2021)
    parts = [other.milestones(GRID, code, told_on=LIST_2021) for code in book.workspace.units.provinces.index]
    assert whole["due_period"].tolist() == ["2023-Q4", "2025-Q4"]
    summed = sum(part["shortfall_target"] for part in parts)
    assert list(summed) == whole["shortfall_target"].tolist()
    assert all(part["shortfall_target"].is_monotonic_decreasing for part in parts)


def test_a_target_that_is_met_already_is_split_as_what_lacks_now(book: TargetBook) -> None:
    other = with_goal(book, ("2025-Q4", "90"))
    found = other.area_targets(GRID, "EVNSPC", told_on=LIST_2021)
    assert found["shortfall_target"].tolist() == found["shortfall_base"].tolist()


def test_a_province_with_its_own_target_keeps_it_and_its_districts_follow_it(book: TargetBook) -> None:
    other = with_goal(book, ("2024-Q4", "99.5"), area="89")
    assert other.area_targets(GRID, "EVNSPC", told_on=LIST_2021).index.tolist() == ["89"]
    own = other.target_of(GRID, "89", told_on=LIST_2021)
    assert own is not None
    assert own["basis"] == "decided"
    districts = other.area_targets(GRID, "89", told_on=LIST_2021)
    assert set(districts["basis"]) == {"cascaded"}


def test_on_the_map_of_2025_the_goal_holds_and_areas_that_are_other_ground_have_no_target_of_2021(
    book: TargetBook,
) -> None:
    found = book.area_targets(GRID, "EVNSPC", told_on=LIST_2025)
    assert set(found["target_value"]) == {"1"}
    areas = TargetAreas(book.workspace, book.facts)
    assert areas.place_on("96", LIST_2021, LIST_2021) == "96"
    assert areas.place_on("96", LIST_2021, LIST_2025) is None  # Cà Mau of 2025 is Bạc Liêu too
    assert areas.place_on("EVNSPC", None, LIST_2025) == "EVNSPC"


def test_rural_communes_stand_under_the_threshold_of_their_region(book: TargetBook) -> None:
    areas = TargetAreas(book.workspace, book.facts)
    by_code = {target.code: target for target in book.versions()}
    delta, highlands = by_code["new-rural-2016-mekong-delta"], by_code["new-rural-2016-central-highlands"]
    units = book.workspace.units
    rural = units.communes.index[units.communes["is_rural"] & (units.communes["province_code"] == "89")][0]
    town = units.communes.index[~units.communes["is_rural"] & (units.communes["province_code"] == "89")][0]
    assert areas.reaches(delta, rural, LIST_2021)
    assert not areas.reaches(highlands, rural, LIST_2021)
    assert not areas.reaches(delta, town, LIST_2021)
    assert not areas.reaches(delta, "89", LIST_2021)
    of_2025 = book.workspace.units_on(LIST_2025)
    assert areas.reaches(delta, str(of_2025.communes.index[of_2025.communes["is_rural"]][-1]), LIST_2025)


def test_without_complete_figures_only_what_needs_none_is_known(workspace: Workspace, tmp_path: Path) -> None:
    assert tmp_path.is_dir()
    empty = TargetBook(workspace)
    found = empty.area_targets(GRID, "EVNSPC", told_on=LIST_2021)
    assert found["shortfall_base"].isna().all()
    assert found["base_period"].isna().all()
    assert (found["shortfall_target"] == 0).all()
    part = with_goal(empty, ("2025-Q4", "99")).area_targets(GRID, "EVNSPC", told_on=LIST_2021)
    assert part["shortfall_target"].isna().all()
    assert part["target_value"].isna().all()


def test_names_are_told_in_both_languages(book: TargetBook) -> None:
    by_code = {target.code: target for target in book.versions()}
    vi, en = Language("vi"), Language("en")
    assert book.area_name(by_code["component-96"], vi) == "Tỉnh Cà Mau"
    assert book.area_name(by_code["new-rural-2016-mekong-delta"], en) == "Mekong delta: each rural commune"
    assert book.indicator_name(by_code["2081-capital"], vi) == "Vốn"
    assert book.indicator_name(by_code["grid-for-all"], en) == "Share of households with grid power"
    assert pd.Series(book.states()).isin(["in_force", "earlier", "later"]).all()
