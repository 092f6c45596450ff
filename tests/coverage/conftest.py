"""Three communes in two districts of one province, and one in another: small enough to check in the head."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coverage.indicators import Indicator, read_indicators
from coverage.workspace import Workspace
from geodata.tables import BULK_POINT_COLUMNS, FIGURE_COLUMNS, FIGURE_KEY, MEASURES
from geodata.units import UNIT_COLUMNS, Units
from loaders.reference.tables import load_indicator_table
from tests.coverage.office import Clock

ROWS = [
    ("84", 1, "Trà Vinh", "tinh", None),
    ("89", 1, "An Giang", "tinh", None),
    ("842", 2, "Trà Vinh", "thanh-pho", "84"),
    ("886", 2, "An Phú", "huyen", "89"),
    ("889", 2, "Châu Phú", "huyen", "89"),
    ("29236", 3, "4", "phuong", "842"),
    ("30337", 3, "An Phú", "thi-tran", "886"),
    ("30469", 3, "Mỹ Đức", "xa", "889"),
    ("30472", 3, "Mỹ Phú", "xa", "889"),
]


@pytest.fixture(scope="session")
def units() -> Units:
    table = pd.DataFrame(ROWS, columns=pd.Index(["code", "level", "name", "kind", "parent_code"]))
    table["is_rural"] = table["kind"] == "xa"
    return Units(table.reindex(columns=pd.Index(UNIT_COLUMNS)), date(2021, 7, 1))


@pytest.fixture(scope="session")
def indicators() -> dict[str, Indicator]:
    return read_indicators(load_indicator_table())


def figures(*rows: dict[str, Any], period: str = "2021-Q2") -> pd.DataFrame:
    table = pd.DataFrame([{"period": period, **row} for row in rows], columns=pd.Index(FIGURE_COLUMNS))
    return table.astype({**dict.fromkeys(MEASURES, "Int64"), **dict.fromkeys(FIGURE_KEY, "str")})


def row(code: str, households: int | None, grid: int | None, bulk: int | None = None, **more: int) -> dict[str, Any]:
    values: dict[str, Any] = {"households_all": households, "households_grid": grid, "households_bulk": bulk, **more}
    return {"commune_code": code, **{name: value for name, value in values.items() if value is not None}}


def points(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"point_code": f"P{n}", "takeover_state": "bulk", **row} for n, row in enumerate(rows)],
        columns=pd.Index(BULK_POINT_COLUMNS),
    ).astype({"households_behind": "int64", "loss_share": "float64", "line_km": "float64"})


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo workspace that nobody writes to."""
    home = tmp_path_factory.mktemp("demo")
    opened = Workspace(home)
    opened.make_demo()
    opened.close()
    return home


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "office", clock=Clock())
    yield opened
    opened.close()
