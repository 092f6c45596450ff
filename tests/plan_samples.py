"""Plans as their files show them, made by hand: four points and two hamlets, two years, small enough for the head."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, box

from geodata.language import Language
from geodata.plan_data import AREA_TARGET, CREWS, LEAST_HOUSEHOLDS, LIMIT_COLUMNS, PLAN_ROW_COLUMNS, PlanReport

LONG_NAME = "Hợp tác xã dịch vụ điện nông thôn và nước sạch Phan Rang - Tháp Chàm, tỉnh Ninh Thuận"
EVIL_NAME = '=HYPERLINK("http://x","y")'
MILLION = 1_000_000.0


def _rows(language: Language) -> pd.DataFrame:
    vi = language.code == "vi"
    takeover, connection = ("tiếp nhận", "cấp điện") if vi else ("take-over", "connection")
    grid = "lưới điện" if vi else "grid"
    why = "Nhiều hộ nhất trên mỗi đồng vốn." if vi else "Most households for its money."
    not_done = "Hết ngân sách các năm." if vi else "The budget is spent."
    an_giang, tra_vinh = ("89", "Tỉnh An Giang"), ("84", "Tỉnh Trà Vinh")
    phu, thanh = ("889", "Huyện Châu Phú"), ("847", "Huyện Châu Thành")

    def row(code: str, kind: str, name: str, owner: str | None, year: int | None, rank: int | None, households: int,
            cost: float, npv: float, **more: Any) -> dict[str, Any]:  # fmt: skip
        province, area = more.pop("place", (an_giang, phu))
        return {
            "candidate_code": code, "kind_code": kind, "kind": takeover if kind == "takeover" else connection,
            "name": name, "organisation_name": owner, "province_name": province[1], "area_name": area[1],
            "commune_code": "30469", "commune_name": "Xã Mỹ Đức", "year": year, "rank": rank,
            "households": households, "cost_vnd": cost * MILLION, "npv_vnd": npv * MILLION,
            "cost_per_household_vnd": cost * MILLION / households, "payback_years": None, "loss_share": None,
            "technology": "", "lcoe_vnd_per_kwh": None, "reason": why if year else not_done, "stays_share": None,
            "lon": 105.05, "lat": 10.05, "margin_vnd_year": 0.0, "crew_weeks": 4.0, **more,
        }  # fmt: skip

    rows = [
        row("P1", "takeover", "HTX Mỹ Đức 1", "HTX Mỹ Đức", 2022, 1, 200, 1000, 500,
            margin_vnd_year=100 * MILLION, payback_years=10.0, loss_share=0.2, stays_share=0.97),
        row("H1", "connection", "Ấp Mỹ Thiện", None, 2022, 2, 50, 1500, -200, technology=grid,
            lcoe_vnd_per_kwh=4200.0, margin_vnd_year=10 * MILLION, lon=105.15),
        row("00123", "takeover", LONG_NAME, LONG_NAME, 2023, 3, 300, 2400, 900, place=(tra_vinh, thanh),
            margin_vnd_year=240 * MILLION, payback_years=10.0, loss_share=0.15, lon=105.25, lat=10.02, stays_share=0.5),
        row("P2", "takeover", EVIL_NAME, EVIL_NAME, 2023, 4, 20, 100.5, 1, loss_share=0.1, lat=10.09),
        row("P3", "takeover", "Tổ điện ấp 3", "Tổ điện ấp 3", None, None, 40, 2000, -800, loss_share=0.31, lon=None,
            lat=None),
        row("H2", "connection", "Ấp Vĩnh Lộc", None, None, None, 8, 90, -60, technology=grid, lon=105.28, lat=10.08,
            place=(tra_vinh, thanh)),
    ]  # fmt: skip
    table = pd.DataFrame(rows).reindex(columns=pd.Index(PLAN_ROW_COLUMNS))
    counts = dict.fromkeys(("year", "rank", "households"), "Int64")
    numbers = ("cost_vnd", "npv_vnd", "cost_per_household_vnd", "payback_years", "loss_share", "lcoe_vnd_per_kwh",
               "stays_share", "lon", "lat", "margin_vnd_year", "crew_weeks")  # fmt: skip
    return table.astype(counts | dict.fromkeys(numbers, "float64"))


def _years() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": [2022, 2023],
            "budget_vnd": [2600 * MILLION, 2500.5 * MILLION],
            "cost_vnd": [2500 * MILLION, 2500.5 * MILLION],
            "points": [1, 2],
            "households": [250, 320],
            "margin_vnd": [55 * MILLION, 230 * MILLION],
            "cash_flow_vnd": [-2445 * MILLION, -2270.5 * MILLION],
            "households_remaining": [368, 48],
        }
    )


def _limits() -> pd.DataFrame:
    rows = [
        (CREWS, "Tỉnh An Giang", None, 2022, 44.0),
        (CREWS, "Tỉnh An Giang", None, 2023, 44.0),
        (LEAST_HOUSEHOLDS, "Tỉnh Trà Vinh", None, None, 300.0),
        (AREA_TARGET, "Tỉnh An Giang", "Huyện Châu Phú", 2022, 60.0),
    ]
    return pd.DataFrame(rows, columns=pd.Index(LIMIT_COLUMNS)).astype({"year": "Int64"})


def _assumptions(language: Language) -> pd.DataFrame:
    vi = language.code == "vi"
    rows = [
        ("Suất đầu tư đường dây hạ áp" if vi else "Cost of low-voltage line", 2e8, 3e8, 4e8, 3e8,
         "đồng/km" if vi else "VND/km", "Suất vốn đầu tư" if vi else "Unit costs", "assumption", True),
        ("Tổn thất sau cải tạo" if vi else "Loss after the upgrade", 0.04, 0.06, 0.08, 0.06, "", "EVN", "seen", False),
    ]  # fmt: skip
    columns = ["title", "low", "mid", "high", "used", "unit", "source", "status", "is_changed"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _lines() -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "line_code": ["L1"], "from_code": [""], "to_code": ["H1"], "length_m": [2500.0],
            "cost_vnd": [900 * MILLION], "year": pd.array([2022], dtype="Int64"),
            "order": pd.array([1], dtype="Int64"),
        }
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[LineString([(105.13, 10.02), (105.15, 10.05)])], crs=4326)


def _problems(language: Language) -> pd.DataFrame:
    sentence = (
        "Tổn thất 100% là không thể: nhập số nhỏ hơn 100%."
        if language.code == "vi"
        else "A loss of 100% is not possible: enter less than 100%."
    )
    rows = [("error", "P9", "điểm mua buôn (1).xlsx", 7, sentence), ("warning", "budget", "", 0, EVIL_NAME)]
    return pd.DataFrame(rows, columns=pd.Index(["severity", "where", "file_name", "row", "sentence"]))


def plan_report(language: str = "vi", **changes: Any) -> PlanReport:
    """Return a programme of two years in which four of six are done."""
    spoken = Language(language)
    vi = language == "vi"
    cells = [box(105 + n / 10, 10, 105.1 + n / 10, 10.1) for n in range(3)]
    found = PlanReport(
        language=spoken,
        title="Phương án 1" if vi else "Scenario 1",
        note="Ưu tiên xã biên giới." if vi else "Border communes first.",
        areas=("Tỉnh An Giang", "Tỉnh Trà Vinh"),
        rows=_rows(spoken),
        years=_years(),
        quarters=pd.DataFrame(
            {
                "period": ["2022-Q1", "2022-Q2", "2022-Q3"],
                "direct_share": [0.9, 0.91, 0.92],
                "target_share": [0.95, 0.95, None],
            }
        ),
        rules=("Ngân sách 5.100,5 triệu đồng trong 2 năm.",)
        if vi
        else ("A budget of 5,100.5 million VND in 2 years.",),
        facts={"Kết quả": "tối ưu"} if vi else {"Result": "optimal"},
        assumptions=_assumptions(spoken),
        problems=_problems(spoken),
        lines=_lines(),
        outlines=gpd.GeoDataFrame(
            {
                "commune_name": ["Xã Mỹ Đức", "Xã Mỹ Phú", "Thị trấn An Phú"],
                "area_name": ["Huyện Châu Phú", "Huyện Châu Phú", "Huyện An Phú"],
                "province_name": ["Tỉnh An Giang"] * 3,
                "is_approximate": [True] * 3,
            },
            index=pd.Index(["30469", "30472", "30337"], name="commune_code"),
            geometry=cells,
            crs=4326,
        ),
        stamp={
            "data_version": "v7",
            "data_moment": "2021-07-15T01:00:00+00:00",
            "request_sha256": "ab" * 32,
            "told_on": "2021-07-01",
            "priced_on": "2021-07-01",
            "price_decision": "648/QĐ-BCT",
        },
        made_at=datetime(2021, 8, 1, 2, 3, tzinfo=UTC),
        is_synthetic=True,
        status="optimal",
        limits=_limits(),
        first_year_share=0.5,
    )
    return replace(found, **changes)


def infeasible(language: str = "vi") -> PlanReport:
    """Return the plan without a programme: nothing is done, and why."""
    full = plan_report(language)
    rows = full.rows.assign(year=pd.array([None] * 6, dtype="Int64"), rank=pd.array([None] * 6, dtype="Int64"))
    why = "Phải làm P1 (1.000 triệu đồng) nhưng ngân sách chỉ có 900." if language == "vi" else "P1 must be done."
    return replace(full, rows=rows, status="infeasible", conflicts=(why,), lines=full.lines.iloc[:0])


def empty(language: str = "vi") -> PlanReport:
    """Return a plan of areas with nothing to choose among."""
    full = plan_report(language)
    return replace(
        full, rows=full.rows.iloc[:0], lines=full.lines.iloc[:0], problems=full.problems.iloc[:0],
        quarters=full.quarters.iloc[:0], limits=full.limits.iloc[:0], outlines=full.outlines.iloc[:0],
    )  # fmt: skip
