"""Hamlets as plans use them: where they lie, what stays missing."""

from __future__ import annotations

import pandas as pd

from coverage.planning.last_mile_points import HAMLET_PLAN_COLUMNS, prepare_hamlets
from tests.coverage.planning.last_mile_samples import hamlet_record, hamlets_of
from tests.coverage.planning.takeover import COMMUNES


def test_a_hamlet_has_its_district_and_province_and_the_row_of_its_file() -> None:
    hamlet = hamlets_of(hamlet_record(row=7)).loc["89-A-0001"]
    assert (hamlet["area_code"], hamlet["province_code"]) == ("889", "89")
    assert (hamlet["households"], hamlet["file_name"], hamlet["row"]) == (60, "hamlets.xlsx", 7)


def test_columns_that_nobody_uploaded_are_missing_not_zero() -> None:
    found = prepare_hamlets(pd.DataFrame([{"hamlet_code": "A", "commune_code": "99999"}]), COMMUNES)
    assert list(found.columns) == list(HAMLET_PLAN_COLUMNS)
    assert found[["households", "grid_distance_km", "lon", "lat"]].isna().all(axis=None)
    assert found[["hamlet_name", "area_code", "province_code"]].eq("").all(axis=None)


def test_nothing_uploaded_gives_no_hamlet_with_all_columns() -> None:
    found = prepare_hamlets(pd.DataFrame(), COMMUNES)
    assert found.empty
    assert list(found.columns) == list(HAMLET_PLAN_COLUMNS)
    assert found["households"].dtype == "Int64"
