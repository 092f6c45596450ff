"""Layers of lines and rivers of a workspace: added, the newest used, withdrawn, as they were at any moment."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from coverage.network_layers import NetworkLayers
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, WorkspaceError
from loaders.store.batches import MV_LINES, RIVERS


def file_of(*lines: list[tuple[float, float]], folder: Path) -> bytes:
    path = folder / "lines.geojson"
    gpd.GeoDataFrame(geometry=[shapely.LineString(line) for line in lines], crs=4326).to_file(path)
    return path.read_bytes()


def test_the_newest_layer_is_used_and_earlier_ones_as_of_their_time(workspace: Workspace, tmp_path: Path) -> None:
    layers = NetworkLayers(workspace)
    assert layers.lines() is None
    assert layers.rivers() is None
    assert layers.list() == []
    before = workspace.data_version()
    content = file_of([(105.1, 10.4), (105.2, 10.4)], folder=tmp_path)
    first = layers.add(MV_LINES, "luoi.geojson", content, user=" An ").layer
    version = workspace.data_version()
    assert version.number > before.number  # a scenario keeps the version of its data: a layer is part of them
    moment = version.moment
    second = layers.add(
        MV_LINES, "luoi2.geojson", file_of([(105.1, 10.4), (105.2, 10.4)], [(105, 10), (105, 11)], folder=tmp_path),
        user="Bình",
    ).layer  # fmt: skip
    layers.add(RIVERS, "song.geojson", content, user="An")
    assert [(one.kind, one.file_name, one.created_by) for one in layers.list()] == [
        (RIVERS, "song.geojson", "An"),
        (MV_LINES, "luoi2.geojson", "Bình"),
        (MV_LINES, "luoi.geojson", "An"),
    ]
    assert (first.shapes, first.source_crs) == (1, "EPSG:4326")
    assert first.length_m == pytest.approx(Geod(ellps="WGS84").inv(105.1, 10.4, 105.2, 10.4)[2], rel=5e-4)
    assert len(layers.lines()) == 2
    assert len(layers.lines(as_of=moment)) == 1
    assert layers.rivers(as_of=moment) is None
    assert workspace.batch_file(first.batch_id) == ("luoi.geojson", content)

    layers.withdraw(second.batch_id, user="An", reason="Nhầm tệp")
    assert len(layers.lines()) == 1
    with pytest.raises(WorkspaceError, match="no layer of lines or rivers that counts"):
        layers.withdraw(second.batch_id, user="An", reason="Nhầm tệp")
    with pytest.raises(WorkspaceError, match="write a reason"):
        layers.withdraw(first.batch_id, user="An", reason=" ")
    with pytest.raises(WorkspaceError, match="Write your name first"):
        layers.withdraw(first.batch_id, user="", reason="Nhầm")


def test_what_cannot_be_used_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    layers = NetworkLayers(workspace)
    content = file_of([(105.1, 10.4), (105.2, 10.4)], folder=tmp_path)
    before = workspace.data_version()
    for kind, name, user in ((MV_LINES, "luoi.csv", "An"), ("road", "a.geojson", "An"), (MV_LINES, "a.geojson", "  ")):
        with pytest.raises(PhuDienError):
            layers.add(kind, name, content, user=user)
    assert workspace.data_version() == before
    assert workspace.batches() == []
