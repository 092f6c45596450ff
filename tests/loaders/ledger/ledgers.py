"""Small ledgers: three communes side by side, each a tenth of a degree wide; the last one is only approximate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from loaders.ledger.columns import find_columns
from loaders.ledger.locating import LocatedOutlines
from loaders.ledger.plan import PARTITION_ROWS, LedgerWords, Partition, Places, RollupPlan
from loaders.ledger.sources import ParquetRows, find_files, part
from loaders.survey.templates import load_template

MY_DUC, MY_PHU, AN_PHU = "30469", "30472", "30337"
IN_MY_DUC, IN_MY_PHU, IN_AN_PHU = (105.05, 10.55), (105.15, 10.55), (105.25, 10.55)
OUTSIDE = (105.05, 10.70)
TEMPLATE = load_template("household_ledger")

ROW = {"household_code": "H1", "period": "2021-Q2", "supply_kind": "trực tiếp", "commune_code": MY_DUC}


def outlines() -> LocatedOutlines:
    boxes = [shapely.box(west, 10.5, west + 0.1, 10.6) for west in (105.0, 105.1, 105.2)]
    layer = gpd.GeoDataFrame(
        {"commune_code": [MY_DUC, MY_PHU, AN_PHU], "is_approximate": [False, False, True]},
        geometry=boxes,
        crs="EPSG:4326",
    )
    return LocatedOutlines(layer)


def row(code: str = "H1", *, at: tuple[float | None, float | None] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a good row of Mỹ Đức, with changes; with a point where one is given."""
    point = {} if at is None else {"lon": at[0], "lat": at[1]}
    return {**ROW, "household_code": code, **point, **changes}


def write(path: Path, rows: Sequence[Mapping[str, Any]], *, row_group: int | None = None) -> Path:
    """Write rows as a Parquet file; columns that a row lacks are missing."""
    names = list(dict.fromkeys(name for found in rows for name in found))
    table = pa.table({name: [found.get(name) for found in rows] for name in names})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=row_group)
    return path


def plan_of(path: Path, places: Places, scratch: Path, **options: Any) -> RollupPlan:
    labels = pq.ParquetFile(path).schema_arrow.names
    columns = find_columns(labels, TEMPLATE, file_name=path.name)
    plan = RollupPlan(columns, LedgerWords.of(TEMPLATE), places, scratch=str(scratch))
    return replace(plan, outlines=outlines() if columns.has_points else None, **options)


def parted(path: Path, rows: int = PARTITION_ROWS) -> list[Partition]:
    """Return the partitions of a Parquet file or of a folder of them."""
    return part([ParquetRows(file, str(file.path)) for file in find_files([path])], rows=rows)
