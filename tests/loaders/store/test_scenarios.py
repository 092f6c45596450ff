"""Scenarios in the store: versions one after the other, whoever writes; copies, approvals, withdrawals; no data."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString
from sqlalchemy import Engine, func, select

from geodata.errors import WorkspaceError
from loaders.store import facts, scenario_versions, schema
from loaders.store.engine import open_engine, reading, upgrade_schema, writing
from loaders.store.scenario_versions import APPROVED, DRAFT, WITHDRAWN, StoredVersion
from loaders.store.scenarios import NewVersion, add_copy, add_event, add_version

START = datetime(2021, 7, 1, tzinfo=UTC)

CANDIDATES = pd.DataFrame(
    {"households": pd.array([200, None], dtype="Int64"), "cost_vnd": [1e9, 2.5e9], "name": ["HTX Mỹ Đức", "=1+1"]},
    index=pd.Index(["P1", "P2"], name="candidate_code"),
)
LINES = gpd.GeoDataFrame(
    {"length_m": [2500.0]}, index=pd.Index(["L1"], name="line_code"), geometry=[LineString([(105, 10), (106, 10)])],
    crs=4326,
)  # fmt: skip

NEW = NewVersion(
    name="Phương án 1",
    note="Xã biên giới trước",
    areas="89,84",
    unit_list_date="2021-07-01",
    request='{"areas": ["89", "84"]}',
    assumptions="[]",
    facts="{}",
    data_version=7,
    data_at="2021-07-01T00:00:00.000000Z",
    tables={"candidates": CANDIDATES, "lines": LINES},
    user="An",
)


def add(store: Engine, *, hours: int = 1, **changes: object) -> StoredVersion:
    with writing(store) as connection:
        return add_version(connection, replace(NEW, **changes), at=START + timedelta(hours=hours))  # type: ignore[arg-type]


def decide(store: Engine, version: StoredVersion, state: str, *, hours: int, reason: str = "") -> None:
    with writing(store) as connection:
        add_event(connection, version, state, user="Bình", reason=reason, at=START + timedelta(hours=hours))


def known(store: Engine, *, hours: int | None = None) -> list[StoredVersion]:
    with reading(store) as connection:
        as_of = None if hours is None else START + timedelta(hours=hours)
        return scenario_versions.list_versions(connection, as_of=as_of)


def test_a_version_comes_back_with_its_tables_and_raises_no_data_version(store: Engine) -> None:
    with reading(store) as connection:
        before = facts.data_version(connection)
    stored = add(store)
    [found] = known(store)
    assert found == stored
    assert (found.scenario_id, found.number, found.parent, found.state) == (1, 1, None, DRAFT)
    assert (found.name, found.note, found.request, found.by) == (NEW.name, NEW.note, NEW.request, "An")
    assert found.at == "2021-07-01T01:00:00.000000Z"
    with reading(store) as connection:
        tables = scenario_versions.read_tables(connection, found)
        assert facts.data_version(connection) == before
    pd.testing.assert_frame_equal(tables["candidates"], CANDIDATES)
    assert isinstance(tables["lines"], gpd.GeoDataFrame)
    assert tables["lines"].crs == LINES.crs
    assert tables["lines"].geometry.iloc[0].equals(LINES.geometry.iloc[0])


def test_a_name_that_reads_alike_is_the_next_version_and_one_of_other_areas_is_refused(store: Engine) -> None:
    add(store)
    again = add(store, hours=2, name="  PHƯƠNG  án 1 ", note="khác")
    assert (again.scenario_id, again.number, again.parent, again.name) == (1, 2, (1, 1), "Phương án 1")
    with pytest.raises(WorkspaceError, match="is of other areas"):
        add(store, hours=3, areas="91")
    assert [(one.scenario_id, one.number) for one in known(store)] == [(1, 2), (1, 1)]
    other = add(store, hours=3, name="Phương án 2", areas="91")
    assert (other.scenario_id, other.number) == (2, 1)


def test_copies_share_the_tables_and_have_names_of_their_own(store: Engine) -> None:
    source = add(store)
    with writing(store) as connection:
        first = add_copy(connection, source, user="Bình", at=START + timedelta(hours=2))
        second = add_copy(connection, source, user="Bình", at=START + timedelta(hours=2))
    assert [first.name, second.name] == ["Phương án 1 (bản sao)", "Phương án 1 (bản sao 2)"]
    assert (first.parent, first.number, first.by, first.state) == ((1, 1), 1, "Bình", DRAFT)
    assert first.tables == source.tables
    assert (first.request, first.facts, first.data_version) == (source.request, source.facts, source.data_version)
    with reading(store) as connection:
        assert connection.scalar(select(func.count()).select_from(schema.stored_file)) == 2


def test_approval_and_withdrawal_are_known_from_their_moment(store: Engine) -> None:
    version = add(store)
    decide(store, version, APPROVED, hours=2)
    with pytest.raises(WorkspaceError, match="approved already, by Bình"):
        decide(store, version, APPROVED, hours=3)
    decide(store, version, WITHDRAWN, hours=4, reason="nhầm giá")
    for state, words in ((APPROVED, "Duplicate it"), (WITHDRAWN, "withdrawn already")):
        with pytest.raises(WorkspaceError, match=words):
            decide(store, version, state, hours=5, reason="x")
    assert [known(store, hours=hours)[0].state for hours in (1, 2, 3, 4)] == [DRAFT, APPROVED, APPROVED, WITHDRAWN]
    assert known(store, hours=0) == []
    assert [(one.by, one.reason) for one in known(store)[0].events] == [("Bình", ""), ("Bình", "nhầm giá")]


def test_an_unknown_scenario_and_version_are_refused_with_what_there_is(store: Engine) -> None:
    add(store)
    with reading(store) as connection:
        with pytest.raises(WorkspaceError, match="no scenario"):
            scenario_versions.find_version(connection, 9)
        with pytest.raises(WorkspaceError, match=r"no version 4\. It has 1"):
            scenario_versions.find_version(connection, 1, 4)


def test_writers_at_once_lose_nothing_and_number_without_gaps(store: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda place: add(store, hours=place, note=str(place)), range(12)))
    found = known(store)
    assert sorted(one.number for one in found) == list(range(1, 13))
    assert {one.scenario_id for one in found} == {1}
    assert {one.note for one in found} == {str(place) for place in range(12)}
    with reading(store) as connection:  # the same tables, kept once
        assert connection.scalar(select(func.count()).select_from(schema.stored_file)) == 2


def test_only_one_of_those_who_approve_at_once_does(store: Engine) -> None:
    version = add(store)

    def approve(place: int) -> bool:
        try:
            decide(store, version, APPROVED, hours=2 + place)
        except WorkspaceError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(approve, range(4))) == 1
    assert len(known(store)[0].events) == 1


def _write_versions(url: str, name: str) -> None:
    own = open_engine(url)
    for place in range(5):
        add(own, hours=place, note=f"{name} {place}")
    own.dispose()


def test_two_processes_write_into_one_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('two') / 'store.db'}"
    own = open_engine(url)
    upgrade_schema(own)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_write_versions, [url, url], ["một", "hai"]))
    found = known(own)
    own.dispose()
    assert sorted(one.number for one in found) == list(range(1, 11))
    assert {one.note for one in found} == {f"{name} {place}" for name in ("một", "hai") for place in range(5)}
