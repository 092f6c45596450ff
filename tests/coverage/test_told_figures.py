"""How divided communes are shared: by land and households where outlines of both days are known, else by what is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Polygon, box

from coverage.boundary_layers import BoundaryChoices
from coverage.surveys import Surveys
from coverage.workspace import Workspace
from loaders.store import batches
from loaders.store.batches import NewBatch
from loaders.store.engine import writing
from tests.coverage.office import POINT, accept, table

OLD, NEW = date(2021, 7, 1), date(2025, 7, 1)
OF_2023 = date(2023, 3, 31)
COUNTS = {"Tổng số hộ": 100, "Số hộ có điện lưới": 98, "Hộ bán trực tiếp": 58, "Hộ mua buôn": 40}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "office", clock=lambda: datetime(2026, 1, 10, tzinfo=UTC))


@pytest.fixture
def divided(workspace: Workspace) -> tuple[str, str, str]:
    """Return a commune that went to two whose decree states no people, and these two."""
    pairs = workspace.lists.pairs(OLD, NEW)
    parts = pairs[pairs["is_divided"] & pairs["people_share"].isna()].groupby("from_code")["to_code"].agg(list)
    code = str(parts[parts.map(len) == 2].index[0])
    return (code, *parts[code])


def strip(workspace: Workspace, code: str, first: float, last: float) -> Polygon:
    """Return a part of a strip of 0.2° around a commune, from one share of its length to another."""
    place = workspace.units.communes.loc[code]
    west, south = float(place["lon"]) - 0.1, float(place["lat"]) - 0.05
    return box(west + 0.2 * first, south, west + 0.2 * last, south + 0.1)


def add_both_outlines(workspace: Workspace, code: str, parts: Sequence[str]) -> None:
    add_outlines(workspace, OLD, {code: strip(workspace, code, 0, 1)})
    outlines = (strip(workspace, code, 0, 0.75), strip(workspace, code, 0.75, 1))
    add_outlines(workspace, NEW, dict(zip(parts, outlines, strict=True)))


def add_outlines(workspace: Workspace, day: date, outlines: dict[str, Polygon]) -> None:
    names = workspace.lists.on(day).communes["full_name"]
    layer = gpd.GeoDataFrame(
        {"code": list(outlines), "ten_xa": [names[code] for code in outlines]},
        geometry=list(outlines.values()),
        crs="EPSG:4326",
    )
    buffer = BytesIO()
    layer.to_parquet(buffer)
    proposal = workspace.boundaries.check(buffer.getvalue(), f"{day}.parquet", BoundaryChoices(valid_on=day))
    assert list(proposal.layer.communes["commune_code"]) == sorted(outlines)
    workspace.boundaries.keep(proposal, user="An")


def told(workspace: Workspace, codes: tuple[str, ...], day: date = NEW, period: str = "2021-Q2") -> list[Any]:
    figures = workspace.figures(period=period, told_on=day).set_index("commune_code")
    return [figures["households_all"].get(code) for code in codes]


def basis(workspace: Workspace, code: str, day: date = NEW, period: str = "2021-Q2") -> str:
    return str(workspace.told.basis_on(day, period=period)[code])


def test_without_outlines_parts_are_equal_and_said_so(workspace: Workspace, divided: tuple[str, str, str]) -> None:
    code, *parts = divided
    accept(workspace, table({"Mã xã": code, "Kỳ": "2021-Q2", **COUNTS}))
    assert told(workspace, tuple(parts)) == [50, 50]
    assert basis(workspace, parts[0]) == "equal"


def test_outlines_of_both_days_share_by_land(workspace: Workspace, divided: tuple[str, str, str]) -> None:
    code, *parts = divided
    accept(workspace, table({"Mã xã": code, "Kỳ": "2021-Q2", **COUNTS}))
    add_outlines(workspace, OLD, {code: strip(workspace, code, 0, 1)})
    assert told(workspace, tuple(parts)) == [50, 50]  # one day's outlines alone say nothing
    add_both_outlines(workspace, code, parts)
    assert told(workspace, tuple(parts)) == [75, 25]
    assert basis(workspace, parts[1]) == "area"


def test_households_that_were_surveyed_share_before_land(workspace: Workspace, divided: tuple[str, str, str]) -> None:
    code, *parts = divided
    accept(workspace, table({"Mã xã": code, "Kỳ": "2021-Q2", **COUNTS}))
    add_both_outlines(workspace, code, parts)
    middles = [strip(workspace, code, share, share).centroid for share in (*(0.05 * n for n in range(1, 10)), 0.9)]
    places = [(round(point.x, 6), round(point.y, 6)) for point in middles]
    rows = [
        {"Mã hộ": f"H{n}", "Mã xã": code, "Nguồn điện": "Trực tiếp", "Vĩ độ": lat, "Kinh độ": lon}
        for n, (lon, lat) in enumerate(places)
    ]
    proposal = Surveys(workspace).propose(
        table(*rows), "ho.xlsx", user="An", template_id="household_survey", told_on=OLD, good_rows_only=True
    )
    assert proposal.batch_id is not None, proposal.reading.issues[0]
    workspace.accept(proposal.batch_id, user="An", reason="đã đối chiếu")
    assert told(workspace, tuple(parts)) == [90, 10]
    assert basis(workspace, parts[0]) == "points"


def test_a_meter_goes_where_it_lies(workspace: Workspace, divided: tuple[str, str, str]) -> None:
    code, *parts = divided
    add_both_outlines(workspace, code, parts)
    lying = strip(workspace, code, 0.9, 0.9).centroid
    meters = [
        POINT | {"Mã điểm": name, "Số công tơ tổng": name, "Mã xã": code, "Vĩ độ": lat, "Kinh độ": lon}
        for name, lon, lat in (("A", round(lying.x, 6), round(lying.y, 6)), ("B", None, None))
    ]
    proposal = Surveys(workspace).propose(
        table(*meters), "diem.xlsx", user="An", template_id="bulk_point_survey", told_on=OLD
    )
    assert proposal.batch_id is not None, proposal.reading.issues[0]
    workspace.accept(proposal.batch_id, user="An", reason="đã đối chiếu")
    points = workspace.bulk_points(told_on=NEW).set_index("point_code")["commune_code"]
    assert points.to_dict() == {"A": parts[1], "B": parts[0]}


def test_a_sum_without_all_of_its_parts_is_said(workspace: Workspace) -> None:
    pairs = workspace.lists.pairs(OLD, NEW)
    whole = pairs[~pairs["is_divided"]].groupby("to_code")["from_code"].agg(list)
    merged, parts = next((code, found) for code, found in whole.items() if len(found) == 3)
    for code in parts[:2]:
        accept(workspace, table({"Mã xã": code, "Kỳ": "2021-Q2", **COUNTS}))
    assert told(workspace, (str(merged),)) == [200]
    assert workspace.told.partly_reported(NEW, "2021-Q2").to_dict() == {merged: 1}
    accept(workspace, table({"Mã xã": parts[2], "Kỳ": "2021-Q2", **COUNTS}))
    assert workspace.told.partly_reported(NEW, "2021-Q2").empty
    assert workspace.told.partly_reported(OLD, "2021-Q2").empty


def test_another_commune_that_is_accepted_later_brings_nothing_back(workspace: Workspace) -> None:
    quarter, code, other = "2023-Q1", "30469", "30472"
    for day, households in ((OLD, 100), (date(2023, 3, 31), 105)):
        new = NewBatch("commune_survey", f"{day}.csv", str(day).encode(), "An", workspace.lists.day_of(day), 1, 1)
        rows = pd.DataFrame([{"commune_code": code, "period": quarter, "households_all": households}])
        with writing(workspace.engine) as connection:
            batches.add_accepted_table(connection, new, rows, at=workspace.clock())
    assert told(workspace, (code,), OF_2023, quarter) == [105]
    new = NewBatch("commune_survey", "khac.csv", b"khac", "An", OLD, 1, 1)
    rows = pd.DataFrame([{"commune_code": other, "period": quarter, "households_all": 7}])
    with writing(workspace.engine) as connection:
        batches.add_accepted_table(connection, new, rows, at=workspace.clock())
    assert told(workspace, (code, other), OF_2023, quarter) == [105, 7]


def test_an_earlier_answer_knows_no_later_outlines(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 10, tzinfo=UTC)]
    workspace = Workspace(tmp_path / "office", clock=lambda: now[0])
    pairs = workspace.lists.pairs(OLD, NEW)
    found = pairs[pairs["is_divided"] & pairs["people_share"].isna()].groupby("from_code")["to_code"].agg(list)
    code, parts = next((code, parts) for code, parts in found.items() if len(parts) == 2)
    accept(workspace, table({"Mã xã": code, "Kỳ": "2021-Q2", **COUNTS}))
    before = now[0]
    now[0] += timedelta(days=1)
    add_both_outlines(workspace, str(code), parts)
    assert told(workspace, tuple(parts)) == [75, 25]
    earlier = workspace.figures(period="2021-Q2", told_on=NEW, as_of=before).set_index("commune_code")
    assert earlier.loc[parts, "households_all"].tolist() == [50, 50]
    assert workspace.told_as_of(before).basis_on(NEW, period="2021-Q2")[parts[0]] == "equal"


def test_a_commune_without_a_place_on_an_older_map_is_left_out_and_named(workspace: Workspace) -> None:
    con_dao = "26732"
    accept(workspace, table(*({"Mã xã": code, "Kỳ": "2025-Q4", **COUNTS} for code in (con_dao, "30463"))))
    meter = POINT | {"Mã xã": con_dao}
    proposal = Surveys(workspace).propose(
        table(meter), "d.xlsx", user="An", template_id="bulk_point_survey", told_on=NEW
    )
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="An", reason="đúng")
    assert told(workspace, (con_dao,), NEW, "2025-Q4") == [100]
    assert workspace.figures(told_on=OLD)["households_all"].sum() == 100
    assert workspace.told.unplaced(OLD, "2025-Q4") == [(con_dao, NEW)]
    assert workspace.told.unplaced(NEW, "2025-Q4") == []
    assert workspace.bulk_points(told_on=OLD).empty
    assert len(workspace.bulk_points(told_on=NEW)) == 1


def test_a_workspace_that_stays_open_overnight_still_answers(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 10, tzinfo=UTC)]
    workspace = Workspace(tmp_path / "office", clock=lambda: now[0])
    assert workspace.list_of_newest_quarter() == NEW
    now[0] += timedelta(days=2)
    assert workspace.list_of_newest_quarter() == NEW


def test_on_the_way_back_merged_communes_get_what_they_had(workspace: Workspace) -> None:
    pairs = workspace.lists.pairs(NEW, OLD)
    is_apart = ~pairs["to_code"].isin(pairs.loc[pairs["to_code"].duplicated(), "to_code"])
    of_two = pairs[is_apart & pairs["is_divided"]].groupby("from_code")["to_code"].agg(list)
    sizes = pairs.groupby("from_code").size()
    merged, (first, second) = next((c, p) for c, p in of_two.items() if len(p) == 2 and sizes[c] == 2)
    for code, households in ((first, 300), (second, 100)):
        accept(
            workspace,
            table({"Mã xã": code, "Kỳ": "2021-Q2", "Tổng số hộ": households, "Số hộ có điện lưới": households}),
        )
    accept(workspace, table({"Mã xã": merged, "Kỳ": "2025-Q4", "Tổng số hộ": 800, "Số hộ có điện lưới": 800}))
    assert told(workspace, (first, second), OLD, "2025-Q4") == [600, 200]
    assert basis(workspace, first, OLD, "2025-Q4") == "reported"
    assert told(workspace, (str(merged),), NEW) == [400]
    assert basis(workspace, str(merged), NEW) == "exact"
