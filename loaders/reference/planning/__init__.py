"""What planning rests on: price decisions, and assumptions with low, mid and high value, each with its source."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import pandas as pd

_ASSUMPTION_FILES: Final = (
    "takeover_assumptions.csv",
    "last_mile_assumptions.csv",
    "network_assumptions.csv",
    "programme_assumptions.csv",
)
"""In the order in which readers see them."""


def load_assumption_table() -> pd.DataFrame:
    """Return the assumptions of all parts, all text; see `coverage.planning.assumptions.read_assumptions`."""
    shipped = files("loaders.reference.planning")
    return pd.concat(
        [_read_csv(name) for name in _ASSUMPTION_FILES if shipped.joinpath(name).is_file()], ignore_index=True
    )


def load_tariff_table() -> pd.DataFrame:
    """Return retail and rural bulk prices by decision, all text; see `coverage.planning.tariffs.read_tariffs`."""
    return _read_csv("tariffs.csv")


def _read_csv(name: str) -> pd.DataFrame:
    with files("loaders.reference.planning").joinpath(name).open("rb") as stream:
        return pd.read_csv(stream, dtype="str", keep_default_na=False)
