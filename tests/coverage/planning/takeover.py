"""Points and values that tests of take-overs share: one point, whose sums a reader can check in the head."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from coverage.planning.assumptions import read_assumptions
from coverage.planning.takeover_points import prepare_points
from coverage.planning.tariffs import Prices, read_tariffs
from loaders.reference.planning import load_assumption_table, load_tariff_table

COMMUNES = pd.DataFrame(
    {
        "commune_code": ["30337", "29476"],
        "commune_name": ["Xã Mỹ Đức", "Xã Long Hòa"],
        "area_code": ["889", "847"],
        "province_code": ["89", "84"],
        "south": [10.5, 9.7],
        "north": [10.6, 9.8],
        "west": [105.1, 106.5],
        "east": [105.2, 106.6],
    }
).set_index("commune_code")

MID = read_assumptions(load_assumption_table()).values_at("mid")


def prices_2021() -> Prices:
    """Prices in force on 30 June 2021."""
    return read_tariffs(load_tariff_table()).on(date(2021, 6, 30))


def record(**changes: Any) -> dict[str, Any]:
    """A row of the survey of bulk points: 100 households that use 100 kWh a month each, no loss."""
    return {
        "point_code": "89-CTT-0001",
        "commune_code": "30337",
        "organisation_name": "HTX A",
        "master_meter": "00000001",
        "households_behind": 100,
        "kwh_bought": 120_000.0,
        "kwh_sold": 120_000.0,
        "line_km": 1.0,
        "substation_kva": 100.0,
        "condition": "poor",
        "takeover_state": "bulk",
        "lat": 10.55,
        "lon": 105.15,
        "file_name": "points.xlsx",
        "row": 1,
    } | changes


def points_of(*records: dict[str, Any]) -> pd.DataFrame:
    """Prepare rows of the survey."""
    return prepare_points(pd.DataFrame(list(records)), COMMUNES)
