"""Bulk points from an upload, or the demo, to what plans take: energy, loss, file and row of each."""

from __future__ import annotations

import pandas as pd

from coverage.planning.takeover_checks import check_points
from coverage.planning.takeover_points import prepare_points
from coverage.surveys import Surveys
from coverage.workspace import Workspace
from geodata.language import Language
from loaders.store import engine
from loaders.store.records import counting_records
from loaders.survey.templates import load_template
from tests.coverage.office import POINT, table


def prepared(workspace: Workspace) -> tuple[pd.DataFrame, pd.DataFrame]:
    with engine.reading(workspace.engine) as connection:
        records = counting_records(connection, load_template("bulk_point_survey"))
    communes = workspace.units.communes
    communes = communes.assign(area_code=communes["district_code"], commune_name=communes["full_name"])
    return prepare_points(records, communes), communes


def test_points_of_the_demo_are_complete_and_sound(workspace: Workspace) -> None:
    workspace.make_demo()
    points, communes = prepared(workspace)
    assert len(points) == 540
    assert check_points(points, communes) == []
    told = workspace.bulk_points().set_index("point_code").loc[points.index]
    assert (points["loss_share"] - told["loss_share"]).abs().max() < 1e-12
    assert (points["households"] == told["households_behind"]).all()
    assert points[["kwh_bought", "kwh_sold", "substation_kva", "line_km"]].notna().all(axis=None)
    assert set(points["file_name"]) == {"demo_bulk_points.csv"}
    content = workspace.batch_file(_batch_of(workspace, "demo_bulk_points.csv"))[1].decode().splitlines()
    for code, point in points.iloc[[0, 100, -1]].iterrows():
        assert content[point["row"] - 1].startswith(f"{code},")


def test_what_is_wrong_with_an_upload_is_said_with_its_own_file_and_row(workspace: Workspace) -> None:
    good = POINT | {"Mã điểm": "P1", "Số công tơ tổng": "1", "Chiều dài đường dây (km)": 2.5}
    wrong = POINT | {"Mã điểm": "P2", "Số công tơ tổng": "2", "Chiều dài đường dây (km)": None}
    proposal = Surveys(workspace).propose(table(good, wrong), "diem.xlsx", user="An", template_id="bulk_point_survey")
    assert proposal.batch_id is not None
    workspace.accept(proposal.batch_id, user="An")
    points, communes = prepared(workspace)
    (problem,) = check_points(points, communes)
    assert (problem.where, problem.code) == ("P2", "point.cost-missing")
    assert (problem.file_name, problem.row) == ("diem.xlsx", 3)
    assert "thiếu chiều dài đường dây hạ áp" in problem.sentence(Language("vi"))


def test_points_that_were_kept_without_records_keep_the_loss_that_was_told(workspace: Workspace) -> None:
    workspace.make_demo()
    with engine.writing(workspace.engine) as connection:
        connection.exec_driver_sql("DELETE FROM survey_table")  # as demos were kept before points had kWh
    points, _ = prepared(workspace)
    assert points["kwh_bought"].isna().all()
    assert points["loss_share"].between(0.05, 0.25).all()
    assert points["row"].min() >= 2


def _batch_of(workspace: Workspace, file_name: str) -> int:
    return next(batch.id for batch in workspace.batches() if batch.file_name == file_name)
