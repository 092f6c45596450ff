"""Points as plans use them: who is left out, what stays missing, where loss comes from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from coverage.planning.takeover_points import POINT_COLUMNS, prepare_points
from tests.coverage.planning.takeover import COMMUNES, points_of, record


def test_a_point_has_its_district_and_province_and_the_row_of_its_file() -> None:
    point = points_of(record(row=7)).loc["89-CTT-0001"]
    assert (point["area_code"], point["province_code"]) == ("889", "89")
    assert (point["households"], point["file_name"], point["row"]) == (100, "points.xlsx", 7)


def test_points_taken_over_are_left_out_and_agreed_ones_stay() -> None:
    found = points_of(
        record(point_code="C", takeover_state="bulk"),
        record(point_code="B", takeover_state="taken_over"),
        record(point_code="A", takeover_state="agreed"),
        record(point_code="D", takeover_state=None),
    )
    assert list(found.index) == ["A", "C", "D"]


def test_loss_comes_from_energy_else_as_told_else_stays_missing() -> None:
    found = points_of(
        record(point_code="A", kwh_bought=200.0, kwh_sold=150.0, loss_share=0.4),
        record(point_code="B", kwh_bought=200.0, kwh_sold=None, loss_share=0.4),
        record(point_code="C", kwh_bought=None, kwh_sold=None, loss_share=None),
        record(point_code="D", kwh_bought=0.0, kwh_sold=0.0, loss_share=None),
    )
    assert found["loss_share"].to_list()[:2] == pytest.approx([0.25, 0.4])
    assert found["loss_share"].isna().to_list() == [False, False, True, True]


def test_columns_that_nobody_uploaded_are_missing_not_zero() -> None:
    rows = pd.DataFrame([{"point_code": "A", "commune_code": "30337", "households_behind": 5}])
    point = prepare_points(rows, COMMUNES)
    assert list(point.columns) == list(POINT_COLUMNS)
    assert point[["kwh_bought", "kwh_sold", "loss_share", "line_km", "substation_kva"]].isna().all(axis=None)
    assert (point["condition"] == "").all()
    assert (point["row"] == 0).all()


def test_commune_that_is_in_no_list_leaves_the_areas_blank() -> None:
    point = points_of(record(commune_code="99999")).iloc[0]
    assert (point["commune_code"], point["area_code"], point["province_code"]) == ("99999", "", "")


def test_nothing_uploaded_gives_no_point_with_all_columns() -> None:
    found = prepare_points(pd.DataFrame(), COMMUNES)
    assert list(found.columns) == list(POINT_COLUMNS)
    assert found.empty
    assert found["households"].dtype == "Int64"
    assert found["line_km"].dtype == np.float64
