"""Boundary layers in the store: added as batches, read back newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import geopandas as gpd
from sqlalchemy import Connection, insert, select

from geodata.boundary_levels import PROVINCE, TOLERANCES_M, Level
from loaders.boundary_files import layer_bytes, layer_from_bytes
from loaders.store import batches, schema
from loaders.store.facts import counting_batches


@dataclass(frozen=True)
class LayerRecord:
    """What is known of a stored boundary layer, without its shapes."""

    batch_id: int
    file_name: str
    created_by: str
    created_at: str
    valid_on: str
    unit_list_date: str
    source_crs: str
    units_matched: int
    layer_sha256: str
    map_sha256: str
    drawn_sha256: str | None
    check_sha256: str | None
    levels: dict[str, str] = field(default_factory=dict)  # name of the level → hash of its file


@dataclass(frozen=True)
class NewLayer:
    """
    A checked layer before it is stored.

    Parameters
    ----------
    communes, drawn
        ``commune_code``, ``geometry`` (WGS 84): slivers closed, and as the file draws them.
    levels
        Its simplified forms, the coarsest first.
    check
        How each feature was recognised, and the quality report, for JSON.
    valid_on
        The day whose boundaries it shows.
    source_crs
        CRS of the file.
    """

    communes: gpd.GeoDataFrame
    drawn: gpd.GeoDataFrame
    levels: Sequence[Level]
    check: Mapping[str, Any]
    valid_on: date
    source_crs: str


def add_layer(connection: Connection, new: batches.NewBatch, layer: NewLayer, *, at: datetime) -> int:
    """Store a checked layer, the file that it came from and its forms for maps, and make it count at once."""
    batch_id = batches.add_draft(connection, new, at=at)
    levels = {level.name: batches.add_file(connection, layer_bytes(level.communes)) for level in layer.levels}
    check = json.dumps(layer.check, ensure_ascii=False, sort_keys=True).encode("utf-8")
    connection.execute(
        insert(schema.boundary_layer).values(
            batch_id=batch_id,
            valid_on=layer.valid_on.isoformat(),
            source_crs=layer.source_crs,
            units_matched=len(layer.communes),
            layer_sha256=batches.add_file(connection, layer_bytes(layer.communes)),
            map_sha256=levels[PROVINCE],
            drawn_sha256=batches.add_file(connection, layer_bytes(layer.drawn)),
            check_sha256=batches.add_file(connection, check),
        )
    )
    for level in layer.levels:
        connection.execute(
            insert(schema.boundary_level).values(
                batch_id=batch_id,
                level=level.name,
                tolerance_m=TOLERANCES_M[level.name],
                vertices=level.vertices,
                level_sha256=levels[level.name],
            )
        )
    batches.accept(connection, batch_id, at=at, user=new.user)
    return batch_id


def list_layers(connection: Connection, *, as_of: datetime | None = None) -> list[LayerRecord]:
    """Return the layers that count, the newest first."""
    counting, batch, layer = counting_batches(as_of), schema.batch, schema.boundary_layer
    query = (
        select(
            batch.c.id.label("batch_id"),
            batch.c.file_name,
            batch.c.created_by,
            batch.c.created_at,
            layer.c.valid_on,
            batch.c.unit_list_date,
            layer.c.source_crs,
            layer.c.units_matched,
            layer.c.layer_sha256,
            layer.c.map_sha256,
            layer.c.drawn_sha256,
            layer.c.check_sha256,
        )
        .join(layer, layer.c.batch_id == batch.c.id)
        .join(counting, counting.c.batch_id == batch.c.id)
        .order_by(counting.c.accepted_as.desc())
    )
    table = schema.boundary_level
    levels: dict[int, dict[str, str]] = {}
    for row in connection.execute(select(table.c.batch_id, table.c.level, table.c.level_sha256)):
        levels.setdefault(row.batch_id, {})[row.level] = row.level_sha256
    return [
        LayerRecord(**row._asdict(), levels=levels.get(row.batch_id, {})) for row in connection.execute(query).all()
    ]


def read_level(connection: Connection, record: LayerRecord, level: str) -> gpd.GeoDataFrame:
    """
    Return a level of a stored layer, ``commune_code``, ``geometry`` (WGS 84).

    A layer that was added before levels were kept has one form for maps, which stands for all.
    """
    return layer_from_bytes(batches.read_file(connection, record.levels.get(level, record.map_sha256)))


def read_exact_layer(connection: Connection, record: LayerRecord) -> gpd.GeoDataFrame:
    """Return a stored layer with every vertex, as points are located in it: ``commune_code``, ``geometry`` (WGS 84)."""
    return layer_from_bytes(batches.read_file(connection, record.layer_sha256))


def read_check(connection: Connection, record: LayerRecord) -> dict[str, Any]:
    """Return how the features of a stored layer were recognised, and its quality; empty for layers from before."""
    if record.check_sha256 is None:
        return {}
    return dict(json.loads(batches.read_file(connection, record.check_sha256)))
