"""Boundary layers in the store: added as batches, read back newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import geopandas as gpd
from sqlalchemy import Connection, insert, select

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
    map_sha256: str


def add_layer(
    connection: Connection,
    new: batches.NewBatch,
    layer: gpd.GeoDataFrame,
    simplified: gpd.GeoDataFrame,
    *,
    valid_on: date,
    source_crs: str,
    at: datetime,
) -> int:
    """Store a checked layer, the file that it came from and its form for maps, and make it count at once."""
    batch_id = batches.add_draft(connection, new, at=at)
    connection.execute(
        insert(schema.boundary_layer).values(
            batch_id=batch_id,
            valid_on=valid_on.isoformat(),
            source_crs=source_crs,
            units_matched=len(layer),
            layer_sha256=batches.add_file(connection, layer_bytes(layer)),
            map_sha256=batches.add_file(connection, layer_bytes(simplified)),
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
            layer.c.map_sha256,
        )
        .join(layer, layer.c.batch_id == batch.c.id)
        .join(counting, counting.c.batch_id == batch.c.id)
        .order_by(counting.c.accepted_as.desc())
    )
    return [LayerRecord(**row._asdict()) for row in connection.execute(query)]


def read_map_layer(connection: Connection, record: LayerRecord) -> gpd.GeoDataFrame:
    """Return the form for maps of a stored layer: ``commune_code``, ``geometry`` (WGS 84)."""
    return layer_from_bytes(batches.read_file(connection, record.map_sha256))


def read_exact_layer(connection: Connection, record: LayerRecord) -> gpd.GeoDataFrame:
    """Return a stored layer with every vertex, as points are located in it: ``commune_code``, ``geometry`` (WGS 84)."""
    layer = schema.boundary_layer
    sha256 = connection.scalar(select(layer.c.layer_sha256).where(layer.c.batch_id == record.batch_id))
    return layer_from_bytes(batches.read_file(connection, str(sha256)))
