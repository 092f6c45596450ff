"""Small programmes for tests: candidates made by hand, and random ones with every rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from coverage.planning.candidates import AreaTarget, ProgrammeRules, Weights

MILLION = 1_000_000.0


def candidate_table(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return candidates: code, district (its first two signs are the province), households, cost and npv in millions,
    crew weeks, organisation."""
    codes = [row[0] for row in rows]
    table = pd.DataFrame(
        {
            "kind": "takeover",
            "name": [f"Trạm {code}" for code in codes],
            "commune_code": [f"{row[1]}01" for row in rows],
            "area_code": [row[1] for row in rows],
            "province_code": [row[1][:2] for row in rows],
            "together_with": [row[6] if len(row) > 6 else "" for row in rows],
            "households": pd.array([row[2] for row in rows], dtype="Int64"),
            "cost_vnd": [row[3] * MILLION for row in rows],
            "npv_vnd": [row[4] * MILLION for row in rows],
            "crew_weeks": [float(row[5]) for row in rows],
        },
        index=pd.Index(codes, name="candidate_code"),
    )
    return table.astype({"cost_vnd": "float64", "npv_vnd": "float64"})


def random_case(seed: int) -> tuple[pd.DataFrame, ProgrammeRules, Weights]:
    """Return up to six candidates in up to three years, with any of the rules."""
    rng = np.random.default_rng(seed)
    count, years = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    areas = rng.choice(["891", "892", "841"], size=count)
    rows = [
        (
            f"P{number}", str(areas[number]), int(rng.integers(1, 60)), int(rng.integers(0, 30)),
            int(rng.integers(-20, 40)), int(rng.integers(0, 6)), str(rng.choice(["", "A", "B"])),
        )
        for number in range(count)
    ]  # fmt: skip
    table = candidate_table(*rows)
    codes = list(table.index)
    rules = ProgrammeRules(
        first_year=2022,
        budget_vnd=tuple(float(rng.integers(0, 60)) * MILLION for _ in range(years)),
        crew_weeks_per_year=4.0,
        carries_over=bool(rng.random() < 0.4),
        discount_rate=float(rng.choice([0.0, 0.08, 0.12])),
    )
    if rng.random() < 0.4:
        rules = replace(rules, crews={"89": float(rng.integers(0, 4)), "84": float(rng.integers(0, 4)) / 2})
    if rng.random() < 0.3:
        rules = replace(rules, least_households={"89": int(rng.integers(0, 60))})
    if rng.random() < 0.4:
        rules = replace(rules, must_take=frozenset(rng.choice(codes, size=1).tolist()))
    if rng.random() < 0.4:
        rules = replace(rules, must_not_take=frozenset(rng.choice(codes, size=1).tolist()))
    if rng.random() < 0.5:
        rules = replace(rules, together=frozenset({"A"} if rng.random() < 0.5 else {"A", "B"}))
    if rng.random() < 0.5:
        pairs = {str(rng.choice(codes)): str(rng.choice(codes)) for _ in range(2)}
        rules = replace(rules, follows={code: other for code, other in pairs.items() if code != other})
    if rng.random() < 0.3:
        area = str(rng.choice(areas))
        total = int(table["households"][table["area_code"] == area].sum())
        year = 2022 + int(rng.integers(0, years + 1))
        rules = replace(rules, area_targets=(AreaTarget(area, year, int(total * rng.random())),))
    weights = [Weights(1, 0, 0), Weights(0, 1, 0), Weights(0, 0, 1), Weights(0.5, 0.3, 0.2), Weights(1, 2, 3)]
    return table, rules, weights[seed % 5]
