"""Hamlets, values and records that tests of the last mile share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coverage.planning.assumptions import read_assumptions
from coverage.planning.last_mile_points import prepare_hamlets
from loaders.reference.planning import load_assumption_table
from tests.coverage.planning.takeover import COMMUNES

MID = read_assumptions(load_assumption_table()).values_at("mid")


def hamlet_record(**changes: Any) -> dict[str, Any]:
    """A row of the survey of hamlets: 60 households, 1 km from the grid, within its commune."""
    return {
        "hamlet_code": "89-A-0001",
        "commune_code": "30337",
        "hamlet_name": "Ấp Mỹ Thiện",
        "households_without_grid": 60,
        "grid_distance_km": 1.0,
        "lat": 10.55,
        "lon": 105.15,
        "file_name": "hamlets.xlsx",
        "row": 2,
    } | changes


def hamlets_of(*records: dict[str, Any]) -> pd.DataFrame:
    """Prepare rows of the survey."""
    return prepare_hamlets(pd.DataFrame(list(records)), COMMUNES)


def scattered(count: int, seed: int, *, degrees: float = 0.3) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Return hamlets at random places, and how far each is from the grid, in metres."""
    chance = np.random.default_rng(seed)
    index = pd.Index([f"H{number:05d}" for number in range(count)], name="hamlet_code")
    hamlets = pd.DataFrame(
        {
            "households": pd.array(chance.integers(3, 250, count), dtype="Int64"),
            "lon": 105.0 + chance.uniform(0, degrees, count),
            "lat": 10.0 + chance.uniform(0, degrees, count),
        },
        index=index,
    )
    return hamlets, pd.Series(chance.uniform(300, 15_000, count), index=index)
