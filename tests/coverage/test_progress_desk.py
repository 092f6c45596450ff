"""The desk for progress, on a workspace of three surveyed communes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coverage.progress import TARGET_COLUMNS
from coverage.progress_desk import ProgressDesk
from coverage.workspace import Workspace
from geodata.errors import FigureError, PlaceError
from geodata.language import Language
from geodata.periods import Period
from geodata.status import ON_PATH, REACHED, UNKNOWN
from tests.coverage.office import Clock, accept, survey

DAY = date(2021, 7, 1)
NOW = Period(2021, 2)
POWER = "households_with_power_share"


class Book:
    """Targets of the districts Châu Phú (889) and An Phú (886) and of two communes, all due in Q4 2021."""

    def __init__(self, **rows: tuple[int, int]) -> None:
        table = {
            code: dict(zip(TARGET_COLUMNS, ("1", "2020-Q4", base, allowed, "2021-Q4"), strict=True))
            for code, (base, allowed) in rows.items()
        }
        notes = {"basis": "decided", "decision": "QĐ 1", "is_assumption": False}
        self.table = pd.DataFrame([row | notes for row in table.values()], index=pd.Index(list(table)))

    def with_parts(self, indicator_name: str, area: str, **_: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        found = self.table if indicator_name == POWER else self.table.iloc[:0]
        rows = [("30472", "2021-Q2", 3)] if area == "889" else []
        return found, pd.DataFrame(rows, columns=pd.Index(["area_code", "due_period", "shortfall_target"]))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a workspace with two quarters of the two communes of Châu Phú that report; tests only read it."""
    workspace = Workspace(tmp_path_factory.mktemp("progress"), clock=Clock())
    accept(workspace, survey(Kỳ="2021-Q1", **{"Số hộ có điện lưới": 90, "Hộ mua buôn": 90}))
    accept(workspace, survey(**{"Mã xã": "30472", "Kỳ": "2021-Q1", "Số hộ có điện lưới": 99}))
    accept(workspace, survey(**{"Mã xã": "30472", "Số hộ có điện lưới": 99}))
    accept(workspace, survey(**{"Số hộ có điện lưới": 94}))
    yield workspace
    workspace.close()


def desk_of(workspace: Workspace) -> ProgressDesk:
    return ProgressDesk(workspace, Book(**{"30469": (12, 0), "30472": (9, 1), "889": (21, 0)}))


@pytest.fixture(scope="module")
def desk(office: Workspace) -> ProgressDesk:
    return desk_of(office)


@pytest.fixture
def copy(office: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """Return a copy of the workspace that is this test's own."""
    shutil.copytree(office.home, tmp_path / "copy")
    workspace = Workspace(tmp_path / "copy", clock=office.clock)
    yield workspace
    workspace.close()


def test_parts_of_a_district_are_its_communes_with_figure_target_and_status(desk: ProgressDesk) -> None:
    found = desk.of_area(POWER, "889", NOW, DAY)
    two = found.parts.loc[["30469", "30472"]]
    assert two["shortfall"].tolist() == [6, 1]
    assert two["status"].tolist() == [ON_PATH, REACHED]
    assert two["numerator"].tolist() == [94, 99]
    assert two["path"].tolist() == [6, 3]  # half of the way from 12 to 0; a milestone of its own
    assert two["area_name"].tolist() == ["Xã Mỹ Đức", "Xã Mỹ Phú"]
    assert two["decision"].tolist() == ["QĐ 1", "QĐ 1"]


def test_district_with_silent_communes_is_not_known_but_says_how_many_reported(desk: ProgressDesk) -> None:
    own = desk.of_area(POWER, "889", NOW, DAY).own.loc["889"]
    assert own["status"] == UNKNOWN
    assert own["reason"] == "not_reported"
    assert (own["numerator"], own["communes_counted"]) == (193, 2)
    assert own["communes_all"] > 2


def test_commune_stands_alone(desk: ProgressDesk) -> None:
    found = desk.of_area(POWER, "30469", NOW, DAY)
    assert found.parts.empty
    assert found.own.loc["30469", "achieved_last"] == 4
    assert found.paths_at(["2021-Q1", "2021-Q2"])["30469"].tolist() == [9, 6]
    assert found.periods_to_due() == ["2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4"]


def test_company_without_targets_has_its_provinces_all_unknown(desk: ProgressDesk) -> None:
    found = desk.of_area("bulk_households", "EVNSPC", NOW, DAY)
    assert len(found.parts) == 21
    assert set(found.parts["reason"]) == {"no_target"}
    assert desk.scorecard("bulk_households", "EVNSPC", NOW, DAY).index.is_monotonic_increasing


def test_list_without_districts_has_communes_for_parts(desk: ProgressDesk) -> None:
    day = date(2025, 7, 1)
    found = desk.of_area(POWER, "91", NOW, day)
    assert found.parts["area_name"].str.startswith(("Xã", "Phường", "Đặc khu")).all()
    assert found.own.loc["91", "communes_all"] == len(found.parts)


def test_moves_name_who_moved(desk: ProgressDesk) -> None:
    moved = desk.of_area(POWER, "889", NOW, DAY).moves(Period(2021, 1))
    assert moved["area_name"].tolist()[:2] == ["Xã Mỹ Đức", "Xã Mỹ Phú"]
    assert moved["moved"].tolist()[:2] == [4, 0]


def test_earlier_quarter_knows_nothing_of_later_ones(desk: ProgressDesk) -> None:
    found = desk.of_area(POWER, "889", Period(2021, 1), DAY)
    assert found.shortfall.index.tolist() == ["2021-Q1"]
    assert found.parts.loc["30469", "shortfall"] == 10


def test_corrections_since_a_moment_say_which_upload_and_why(copy: Workspace) -> None:
    desk = desk_of(copy)
    since = datetime.fromisoformat(str(desk.corrections.moments()["at"].iloc[0]).replace("Z", "+00:00"))
    batch = accept(copy, survey(**{"Số hộ có điện lưới": 97}))
    found = desk.corrections.since(desk.question(POWER, "889", NOW, DAY), since)
    assert found["area_code"].tolist() == ["30469"]
    [row] = found.to_dict("records")
    assert (row["numerator_before"], row["numerator_now"]) == (94, 97)
    [event] = row["events"]
    assert (event.batch_id, event.by, event.state) == (batch, "Bình", "accepted")
    copy.withdraw(batch, user="Chi", reason="nhầm tệp")
    back = desk.corrections.since(desk.question(POWER, "889", NOW, DAY), since)
    assert back.empty  # the figure before it counts again
    assert (
        desk.corrections.since(desk.question(POWER, "889", NOW, DAY), since - timedelta(days=9))["events"]
        .map(len)
        .gt(0)
        .all()
    )


def test_correction_of_another_list_is_told_in_the_communes_asked_for(copy: Workspace) -> None:
    desk = desk_of(copy)
    since = datetime.fromisoformat(str(desk.corrections.moments()["at"].iloc[0]).replace("Z", "+00:00"))
    accept(copy, survey(**{"Số hộ có điện lưới": 97}))
    found = desk.corrections.since(desk.question(POWER, "91", NOW, date(2025, 7, 1)), since)
    assert len(found) == 1
    assert found["events"].iloc[0][0].file_name == "khao_sat.xlsx"


def test_outlook_is_told_where_there_is_a_target_and_says_why_it_cannot(desk: ProgressDesk) -> None:
    found = desk.of_area(POWER, "889", NOW, DAY, language=Language("en"))
    assert found.forecasts["30472"].outlook == "reached"
    assert found.parts.loc["30469", "outlook"].startswith("too few quarters to tell")
    assert found.parts["outlook"].tolist().count("") == len(found.parts) - 2


def test_indicator_without_shortfall_and_unknown_area_are_refused(desk: ProgressDesk) -> None:
    with pytest.raises(FigureError) as caught:
        desk.of_area("households_with_power", "889", NOW, DAY)
    assert caught.value.code == "progress.indicator"
    with pytest.raises(PlaceError):
        desk.of_area(POWER, "999", NOW, DAY)


def test_target_that_holds_from_tomorrow_is_in_the_answer_of_tomorrow(copy: Workspace) -> None:
    book, clock = Book(**{"30469": (12, 0)}), Clock()
    copy.clock = clock
    desk = ProgressDesk(copy, book)
    assert desk.scorecard(POWER, "889", NOW, DAY)["shortfall_target"].dropna().to_dict() == {"30469": 0}
    book.table = Book(**{"30469": (12, 2)}).table
    clock.now += timedelta(days=1)
    assert desk.scorecard(POWER, "889", NOW, DAY)["shortfall_target"].dropna().to_dict() == {"30469": 2}
