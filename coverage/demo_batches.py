"""The demo's tables put into a store, each as a batch that counts and is marked synthetic."""

from __future__ import annotations

from datetime import datetime

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from coverage import demo
from coverage.planning.flat_metres import length_m
from geodata.crs import WGS84
from geodata.units import Units
from loaders.reference import tables
from loaders.store import batches, network_layers, records
from loaders.store.batches import NewBatch


def keep_demo(connection: Connection, units: Units, *, at: datetime, user: str) -> None:
    """Make the demo for a list of units and store it: a batch a quarter, then points, hamlets and works."""
    data = demo.make_demo(units, tables.load_province_facts(), tables.load_demo_assumptions())
    for period, table in data.figures.groupby("period"):
        new = _batch(batches.FIGURES, f"demo_{period}.csv", table, units, user)
        batches.add_accepted_table(connection, new, table, at=at)
    points = data.bulk_points.assign(takeover_date=pd.to_datetime(data.bulk_points["takeover_date"]))
    for kind, name, table in (
        (batches.BULK_POINTS, "demo_bulk_points.csv", points),
        (batches.HAMLETS, "demo_hamlets.csv", data.hamlets),
        (batches.WORKS, "demo_works.csv", data.works),
    ):
        batch_id = batches.add_draft(connection, _batch(kind, name, table, units, user), at=at)
        records.add_records(connection, batch_id, kind, table)
        batches.accept(connection, batch_id, at=at, user=user)
    _keep_lines(connection, data.lines, units, at=at, user=user)


def _keep_lines(connection: Connection, lines: gpd.GeoDataFrame, units: Units, *, at: datetime, user: str) -> None:
    content = lines.to_json(drop_id=True, ensure_ascii=False).encode("utf-8")
    new = _batch(batches.MV_LINES, "demo_mv_lines.geojson", lines, units, user, content=content)
    network_layers.add_layer(connection, new, lines[["geometry"]], length_m=length_m(lines), source_crs=WGS84, at=at)


def _batch(
    kind: str, file_name: str, table: pd.DataFrame, units: Units, user: str, *, content: bytes | None = None
) -> NewBatch:
    return NewBatch(
        kind=kind,
        file_name=file_name,
        content=table.to_csv(index=False).encode("utf-8") if content is None else content,
        user=user,
        unit_list_date=units.list_date,
        rows_read=len(table),
        rows_valid=len(table),
        is_synthetic=True,
    )
