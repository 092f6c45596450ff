"""Works that count, by area and in the list of another day."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from coverage.programme_works import WORKS_TABLE_COLUMNS, ProgrammeWorks
from coverage.workspace import Workspace
from geodata.errors import PlaceError
from loaders.store import batches, engine, records


def work(code: str, commune: str, planned: int, connected: int | None = None) -> dict[str, object]:
    return {
        "work_code": code,
        "work_name": f"Cấp điện {code}",
        "commune_code": commune,
        "households_planned": planned,
        "households_connected": connected,
    }


def keep(workspace: Workspace, *works: dict[str, object]) -> int:
    table = pd.DataFrame(list(works))
    new = batches.NewBatch(
        kind=batches.WORKS,
        file_name="works.csv",
        content=table.to_csv().encode(),
        user="An",
        unit_list_date=date(2021, 7, 1),
        rows_read=len(table),
        rows_valid=len(table),
    )
    with engine.writing(workspace.engine) as connection:
        batch_id = batches.add_draft(connection, new, at=workspace.clock())
        records.add_records(connection, batch_id, batches.WORKS, table)
        batches.accept(connection, batch_id, at=workspace.clock(), user="An")
    return batch_id


def test_the_newest_upload_of_a_work_counts_until_it_is_withdrawn(workspace: Workspace) -> None:
    keep(workspace, work("A", "30469", 40, 3), work("B", "30337", 9))
    newer = keep(workspace, work("A", "30469", 40, 25))
    works = ProgrammeWorks(workspace)
    told_on = date(2021, 7, 1)
    found = works.table("89", told_on=told_on)
    assert tuple(found.columns) == WORKS_TABLE_COLUMNS
    assert found[["work_code", "households_connected"]].astype(object).fillna(-1).to_numpy().tolist() == [
        ["B", -1],
        ["A", 25],
    ]
    assert found.loc[1, ["commune_name", "district_name"]].tolist() == ["Xã Mỹ Đức", "Huyện Châu Phú"]
    assert found["completion_date"].isna().all()
    workspace.withdraw(newer, user="An", reason="nhầm")
    assert works.table("889", told_on=told_on)["households_connected"].tolist() == [3]


def test_works_are_told_in_the_list_of_another_day(workspace: Workspace) -> None:
    keep(workspace, work("A", "30469", 40))
    [found] = ProgrammeWorks(workspace).table("91", told_on=date(2025, 7, 1)).to_dict("records")
    successor = workspace.lists.pairs(date(2021, 7, 1), date(2025, 7, 1)).set_index("from_code").loc["30469"]
    assert found["commune_code"] == successor["to_code"]
    assert pd.isna(found["district_name"])


def test_without_works_the_table_is_empty_and_an_unknown_area_is_refused(workspace: Workspace) -> None:
    works = ProgrammeWorks(workspace)
    assert works.table(told_on=date(2021, 7, 1)).empty
    with pytest.raises(PlaceError):
        works.table("00", told_on=date(2021, 7, 1))


def test_the_demo_has_works(workspace: Workspace) -> None:
    assert workspace.make_demo()
    found = ProgrammeWorks(workspace).table("89")
    assert len(found) >= 5
    assert found["commune_name"].notna().all()
    [batch] = [batch for batch in workspace.batches() if batch.kind == batches.WORKS]
    assert (batch.is_synthetic, batch.state) == (True, batches.ACCEPTED)
