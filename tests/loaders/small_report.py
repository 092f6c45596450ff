"""A report of three communes in two districts, small enough to check in the head, with something in every part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from coverage.indicators import read_indicators
from coverage.programme_works import WORKS_TABLE_COLUMNS
from coverage.report import CompanyTables, ProvinceTables, build_province_report
from geodata.language import Language
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.report_data import ProvinceReport, ReportTarget
from geodata.status import BEHIND, REACHED
from geodata.tables import BULK_POINT_COLUMNS, FIGURE_COLUMNS, FIGURE_KEY, HAMLET_COLUMNS, MEASURES
from geodata.units import UNIT_COLUMNS, Units
from loaders.reference.tables import load_indicator_table

QUARTER = Period(2021, 2)
INDICATORS = read_indicators(load_indicator_table())

_UNITS = [
    ("89", 1, "An Giang", "tinh", None),
    ("886", 2, "An Phú", "huyen", "89"),
    ("889", 2, "Châu Phú", "huyen", "89"),
    ("30337", 3, "An Phú", "thi-tran", "886"),
    ("30469", 3, "Mỹ Đức", "xa", "889"),
    ("30472", 3, "Mỹ Phú", "xa", "889"),
]
_FIGURES = [
    # commune, quarter, N, T, D, B, S, O, U, rural N, rural T
    ("30337", "2021-Q1", 1000, 990, 890, 100, 0, 4, 6, 0, 0),
    ("30469", "2021-Q1", 500, 480, 280, 200, 0, 10, 10, 500, 480),
    ("30472", "2021-Q1", 400, 400, 100, 300, 0, 0, 0, 400, 400),
    ("30337", "2021-Q2", 1000, 1000, 900, 100, 0, 0, 0, 0, 0),
    ("30469", "2021-Q2", 500, 490, 290, 200, 0, 5, 5, 500, 490),
]
_NAMES = ("households_all", "households_grid", "households_direct", "households_bulk", "households_shared")
_MORE_NAMES = ("households_offgrid", "households_without", "households_all_rural", "households_grid_rural")


def units() -> Units:
    table = pd.DataFrame(_UNITS, columns=pd.Index(["code", "level", "name", "kind", "parent_code"]))
    table["is_rural"] = table["kind"] == "xa"
    return Units(table.reindex(columns=pd.Index(UNIT_COLUMNS)), date(2021, 7, 1))


def figures() -> pd.DataFrame:
    table = pd.DataFrame(_FIGURES, columns=pd.Index([*FIGURE_KEY, *_NAMES, *_MORE_NAMES]))
    types = {**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")}
    return table.reindex(columns=pd.Index(FIGURE_COLUMNS)).astype(types)


def point(code: str, organisation: str, households: int, **more: Any) -> dict[str, Any]:
    return {
        "point_code": code,
        "commune_code": "30469",
        "organisation_name": organisation,
        "master_meter": "00123",
        "households_behind": households,
        "takeover_state": "bulk",
        "condition": "fair",
        "loss_share": 0.1,
        "line_km": 2.0,
        **more,
    }


def company(**changes: Any) -> CompanyTables:
    own = units()
    hamlet = ("30469-A01", "30469", "Ấp Mỹ Thiện", 7, 3.5, None, None)
    work = ("89-2081-001", "Cấp điện ấp Mỹ Thiện", "30469", "Xã Mỹ Đức", "Huyện Châu Phú", 20, 8, 336.0, 0.4, pd.NaT)
    tables: dict[str, Any] = {
        "units": own,
        "figures": figures(),
        "points": pd.DataFrame([point("P1", "HTX Mỹ Đức", 150), point("P2", "HTX Mỹ Đức", 50)]).reindex(
            columns=pd.Index(BULK_POINT_COLUMNS)
        ),
        "hamlets": pd.DataFrame([hamlet], columns=pd.Index(HAMLET_COLUMNS)),
        "works": pd.DataFrame([work], columns=pd.Index(WORKS_TABLE_COLUMNS)).astype(
            {"completion_date": "datetime64[s]"}
        ),
        "indicators": INDICATORS,
        "reported_in": [own.list_date],
        "basis": pd.Series(EXACT, index=own.communes.index),
        "partly_reported": (),
        "unplaced": (),
        "data_version": "v7",
        "data_date": date(2021, 7, 15),
        "data_moment": datetime(2021, 7, 15, 1, tzinfo=UTC),
        "as_of": None,
        "is_synthetic": False,
    }
    return CompanyTables(**(tables | changes))


def province(**changes: Any) -> ProvinceTables:
    target = ReportTarget(
        value=Decimal("0.995"),
        due=Period(2025, 4),
        status=BEHIND,
        gap=3,
        required_per_quarter=Decimal("0.2"),
        achieved_per_quarter=Decimal("0"),
        outlook="between Q3 2024 and Q2 2026, chance 80%",
        basis="Decision 1/QĐ",
    )
    uploads = pd.DataFrame(
        {
            "commune_code": ["30337", "30469"],
            "batch_id": [3, 3],
            "kind": ["commune survey"] * 2,
            "file_name": ["khao_sat.xlsx"] * 2,
            "accepted_by": ["Bình"] * 2,
            "accepted_at": [pd.Timestamp("2021-07-15T01:00Z")] * 2,
            "is_synthetic": [False] * 2,
        }
    )
    finding = ("warning", "Xã Mỹ Đức", "2021-Q2", "The figure fell.", "đã phúc tra", "An")
    codes = ["30337", "30469", "30472"]
    cells = [box(105 + n / 10, 10, 105.1 + n / 10, 10.1) for n in range(3)]
    tables: dict[str, Any] = {
        "unit_changes": pd.DataFrame({"valid_date": pd.to_datetime(["2021-04-10"]), "kind": ["renamed"]}),
        "unit_events": ("10/04/2021: Xã Mỹ Đức Cũ was renamed Xã Mỹ Đức.",),
        "uploads": uploads,
        "outlines": gpd.GeoDataFrame(
            {"commune_code": codes, "is_approximate": [True] * 3}, geometry=cells, crs="EPSG:4326"
        ),
        "targets": {
            "households_with_power_share": target,
            "direct_share": replace(target, value=Decimal("0.5"), status=REACHED, gap=-10, outlook="", due=None),
        },
        "progress": pd.DataFrame(
            {
                "area_name": ["Huyện An Phú", "Huyện Châu Phú"],
                "indicator": ["On the grid"] * 2,
                "shortfall": pd.array([0, None], dtype="Int64"),
                "gap": pd.array([-5, None], dtype="Int64"),
                "required_per_quarter": pd.array([None, None], dtype="Float64"),
                "achieved_per_quarter": pd.array([10, None], dtype="Float64"),
                "status": [REACHED, "unknown"],
                "outlook": ["reached", ""],
            },
            index=pd.Index(["886", "889"], name="area_code"),
        ),
        "findings": pd.DataFrame(
            [finding], columns=pd.Index(["severity", "place", "period", "sentence", "reason", "explained_by"])
        ),
        "decisions": ("Decision 1/QĐ of 08/11/2013: 99.5% of households by 2025.",),
    }
    return ProvinceTables(**(tables | changes))


def small_report(
    language: str = "vi",
    *,
    of_company: dict[str, Any] | None = None,
    of_province: dict[str, Any] | None = None,
) -> ProvinceReport:
    """Return the report, with changes to what it rests on."""
    return build_province_report(
        "89", QUARTER, company(**(of_company or {})), province(**(of_province or {})), Language(language)
    )
