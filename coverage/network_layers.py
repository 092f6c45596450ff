"""The layers of the network of a workspace: existing medium-voltage lines, and rivers; the newest of each is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import geopandas as gpd

from coverage.planning.flat_metres import length_m
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from loaders.network_files import read_network_file
from loaders.store import batches, engine, network_layers
from loaders.store.batches import MV_LINES, RIVERS, NewBatch
from loaders.store.network_layers import NetworkLayer

LAYER_KINDS: Final = (MV_LINES, RIVERS)
"""``"mv_line"``: existing medium-voltage lines; ``"river"``: rivers that a new line would have to cross."""


@dataclass(frozen=True)
class AddedLayer:
    """A layer as it was stored, and how many features of its file have no shape and were left out."""

    layer: NetworkLayer
    left_out: int


class NetworkLayers:
    """
    The layers of lines and rivers.

    Parameters
    ----------
    workspace
        Whose store keeps them.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def add(self, kind: str, file_name: str, content: bytes, *, user: str, crs: str | None = None) -> AddedLayer:
        """
        Add a layer from a file; from now on it is the one that is used, and the version of the data grows.

        Parameters
        ----------
        kind
            One of `LAYER_KINDS`.
        crs
            Coordinate system where the file does not say it.

        Raises
        ------
        WorkspaceError
            If there is no such kind, or nobody adds it.
        FileError, BoundaryError
            If the file cannot be used; nothing is stored then. See `read_network_file`.
        """
        _require(kind, user)
        found = read_network_file(content, file_name=file_name, kind=kind, crs=crs)
        new = NewBatch(
            kind=kind,
            file_name=file_name,
            content=content,
            user=user.strip(),
            unit_list_date=self.workspace.units.list_date,
            rows_read=len(found.shapes) + found.left_out,
            rows_valid=len(found.shapes),
        )
        with engine.writing(self.workspace.engine) as connection:
            batch_id = network_layers.add_layer(
                connection,
                new,
                found.shapes,
                length_m=length_m(found.shapes),
                source_crs=found.source_crs,
                at=self.workspace.clock(),
            )
            layer = next(one for one in network_layers.list_layers(connection) if one.batch_id == batch_id)
        return AddedLayer(layer, found.left_out)

    def list(self, *, as_of: datetime | None = None) -> list[NetworkLayer]:
        """Return the layers that count at a moment, the newest first; the first of a kind is the one in use."""
        with engine.reading(self.workspace.engine) as connection:
            return network_layers.list_layers(connection, as_of=as_of)

    def withdraw(self, batch_id: int, *, user: str, reason: str) -> None:
        """
        Make a layer no longer count; the one before it is used again.

        Raises
        ------
        WorkspaceError
            If no such layer counts, or nobody withdraws it, or without a reason.
        """
        if not user.strip():
            raise _nobody()
        with engine.writing(self.workspace.engine) as connection:
            if batch_id not in {layer.batch_id for layer in network_layers.list_layers(connection)}:
                raise WorkspaceError(
                    "network.no-layer",
                    mark("Batch {batch_id} is no layer of lines or rivers that counts. The list of layers shows them."),
                    batch_id=str(batch_id),
                )
            batches.withdraw(connection, batch_id, at=self.workspace.clock(), user=user.strip(), reason=reason)

    def lines(self, *, as_of: datetime | None = None) -> gpd.GeoDataFrame | None:
        """Return the existing medium-voltage lines, WGS 84, one column ``geometry``; None where none are known."""
        return self._newest(MV_LINES, as_of)

    def rivers(self, *, as_of: datetime | None = None) -> gpd.GeoDataFrame | None:
        """Return the rivers, likewise."""
        return self._newest(RIVERS, as_of)

    def _newest(self, kind: str, as_of: datetime | None) -> gpd.GeoDataFrame | None:
        with engine.reading(self.workspace.engine) as connection:
            layers = network_layers.list_layers(connection, as_of=as_of)
            newest = next((layer for layer in layers if layer.kind == kind), None)
            return None if newest is None else network_layers.read_layer(connection, newest)


def _require(kind: str, user: str) -> None:
    if kind not in LAYER_KINDS:
        raise WorkspaceError(
            "network.kind-unknown",
            mark('There is no kind of layer "{kind}". Known are: {known}.'),
            kind=kind,
            known=", ".join(LAYER_KINDS),
        )
    if not user.strip():
        raise _nobody()


def _nobody() -> WorkspaceError:
    return WorkspaceError("network.no-user", mark("Write your name first: every decision is stored with who made it."))
