"""Layers of the network in the store: existing medium-voltage lines and rivers, each a batch; append-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
from sqlalchemy import Connection, insert, select

from loaders.boundary_files import layer_bytes, layer_from_bytes
from loaders.store import batches, schema
from loaders.store.facts import counting_batches


@dataclass(frozen=True)
class NetworkLayer:
    """What is known of a stored layer, without its shapes; `kind` is `batches.MV_LINES` or `batches.RIVERS`."""

    batch_id: int
    kind: str
    file_name: str
    created_by: str
    created_at: str
    is_synthetic: bool
    shapes: int
    length_m: float
    source_crs: str
    layer_sha256: str


def add_layer(
    connection: Connection,
    new: batches.NewBatch,
    shapes: gpd.GeoDataFrame,
    *,
    length_m: float,
    source_crs: str,
    at: datetime,
) -> int:
    """Store a layer and the file that it came from as a batch that counts at once; return the batch's number."""
    batch_id = batches.add_draft(connection, new, at=at)
    connection.execute(
        insert(schema.network_layer).values(
            batch_id=batch_id,
            shapes=len(shapes),
            length_m=length_m,
            source_crs=source_crs,
            layer_sha256=batches.add_file(connection, layer_bytes(shapes)),
        )
    )
    batches.accept(connection, batch_id, at=at, user=new.user)
    return batch_id


def list_layers(connection: Connection, *, as_of: datetime | None = None) -> list[NetworkLayer]:
    """Return the layers that count at a moment, now where None, the newest first; the newest of a kind is in use."""
    counting, batch, layer = counting_batches(as_of), schema.batch, schema.network_layer
    query = (
        select(
            batch.c.id.label("batch_id"),
            batch.c.kind,
            batch.c.file_name,
            batch.c.created_by,
            batch.c.created_at,
            batch.c.is_synthetic,
            layer.c.shapes,
            layer.c.length_m,
            layer.c.source_crs,
            layer.c.layer_sha256,
        )
        .join(layer, layer.c.batch_id == batch.c.id)
        .join(counting, counting.c.batch_id == batch.c.id)
        .order_by(counting.c.accepted_as.desc())
    )
    return [NetworkLayer(**row._asdict()) for row in connection.execute(query)]


def read_layer(connection: Connection, layer: NetworkLayer) -> gpd.GeoDataFrame:
    """Return the shapes of a stored layer: one column ``geometry``, WGS 84."""
    return layer_from_bytes(batches.read_file(connection, layer.layer_sha256))
