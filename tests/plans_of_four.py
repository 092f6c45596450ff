"""A plan of three points and a hamlet in two provinces, made by hand: what solvers give, without solving."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString

from coverage.planning.candidates import (
    CANDIDATE_COLUMNS,
    OPTIMAL,
    AreaTarget,
    Programme,
    ProgrammeRules,
    Weights,
)
from coverage.planning.plan import Plan
from coverage.planning.problems import InputProblem
from coverage.planning.request import PlanRequest

MILLION = 1_000_000.0
CODES = ("H1", "P1", "P2", "P3")


def candidates() -> pd.DataFrame:
    rows = [
        ("connection", "Ấp Mỹ Thiện", "30469", "889", "89", "", 50, 1500 * MILLION, -200 * MILLION, 6.0),
        ("takeover", "HTX Mỹ Đức", "30469", "889", "89", "HTX Mỹ Đức", 200, 1000 * MILLION, 500 * MILLION, 4.0),
        ("takeover", "=1+1", "30472", "889", "89", "=1+1", 300, 2400 * MILLION, 900 * MILLION, 5.0),
        ("takeover", "Tổ điện 3", "29236", "842", "84", "Tổ điện 3", 40, 2000 * MILLION, -800 * MILLION, 3.0),
    ]
    index = pd.Index(CODES, name="candidate_code")
    return pd.DataFrame(rows, columns=pd.Index(CANDIDATE_COLUMNS), index=index).astype({"households": "Int64"})


def programme(years: dict[str, int], *, score: float | None = 0.8, **changes: Any) -> Programme:
    found = Programme(
        year=pd.Series({code: years.get(code) for code in CODES}, dtype="Int64"),
        status=OPTIMAL,
        score=score,
        gap=0.004,
        seconds=1.25,
        terms=pd.DataFrame(
            {"soonest": [0.1, 0.3, 0.4, 0.0], "value": [0.0] * 4, "equity": [0.0] * 4}, index=pd.Index(CODES)
        ),
    )
    return replace(found, **changes)


def plan(**changes: Any) -> Plan:
    rules = ProgrammeRules(
        first_year=2022,
        budget_vnd=(2600 * MILLION, 2500 * MILLION),
        crews={"89": 1.5},
        least_households={"84": 10},
        must_take=frozenset({"P1"}),
        area_targets=(AreaTarget("889", 2023, 60),),
    )
    request = PlanRequest(
        areas=("89", "84"),
        period="2021-Q2",
        told_on=date(2021, 7, 1),
        rules=rules,
        weights=Weights(),
        connections=True,
        priced_on=date(2021, 7, 1),
    )
    points = pd.DataFrame(
        {
            "payback_years": [10.0, 8.0, None],
            "loss_share": [0.2, 0.15, 0.31],
            "margin_after_vnd_year": [120 * MILLION, 260 * MILLION, 30 * MILLION],
            "operation_vnd_year": [20 * MILLION, 20 * MILLION, 40 * MILLION],
        },
        index=pd.Index(["P1", "P2", "P3"]),
    )
    hamlets = pd.DataFrame({"technology": ["grid"], "lcoe_vnd_per_kwh": [4200.0]}, index=pd.Index(["H1"]))
    lines = gpd.GeoDataFrame(
        {"from_code": ["", "H1"], "to_code": ["H1", "H9"], "length_m": [2500.0, 10.0], "cost_vnd": [9e8, 1e6]},
        index=pd.Index(["L1", "L2"], name="line_code"),
        geometry=[LineString([(105.1, 10.5), (105.2, 10.5)])] * 2,
        crs=4326,
    )
    found = Plan(
        request=request,
        candidates=candidates(),
        points=points,
        hamlets=hamlets,
        lines=lines,
        programme=programme({"P1": 2022, "H1": 2022, "P2": 2023}),
        greedy=programme({"P1": 2022, "P2": 2023}, score=0.7, gap=None, seconds=None),
        problems=(
            InputProblem("point.loss", "P9", "Loss {value}: enter less than 100%.", {"value": "120%"}, "a.xlsx", 3),
        ),
    )
    return replace(found, **changes)
