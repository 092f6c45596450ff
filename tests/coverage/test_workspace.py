"""The workspace: its answers, boundaries, the demo, and the settings that move it."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from coverage.workspace import Workspace
from geodata.errors import BoundaryError, PlaceError, WorkspaceError
from tests.coverage.office import FULL, accept, bulk, propose, survey


def test_unknown_area_is_refused(workspace: Workspace) -> None:
    with pytest.raises(PlaceError) as caught:
        workspace.status("2021-Q2", "99")
    assert caught.value.code == "place.code-unknown"


def boundary_file(tmp_path: Path, name: str, **options: Any) -> bytes:
    layer = gpd.GeoDataFrame(
        {"code": ["30472"], "ten_xa": ["Xã Mỹ Phú"]}, geometry=[box(105, 10.5, 105.1, 10.6)], **options
    )
    path = tmp_path / name
    if path.suffix == ".parquet":
        layer.to_parquet(path)
    elif path.suffix == ".zip":
        folder = tmp_path / "shape"
        folder.mkdir()
        layer.to_file(folder / "xa.shp", engine="pyogrio")
        with zipfile.ZipFile(path, "w") as archive:  # as offices zip: the folder, not only its files
            for part in folder.iterdir():
                archive.write(part, f"ranh_gioi/{part.name}")
    else:
        layer.to_file(path, engine="pyogrio")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["xa.geojson", "xa.gpkg", "xa.zip", "xa.parquet"])
def test_real_boundary_replaces_the_approximate_one(workspace: Workspace, tmp_path: Path, name: str) -> None:
    content = boundary_file(tmp_path, name, crs="EPSG:4326")
    _, layer = workspace.add_boundaries(content, name, user="An")
    assert layer.units.list_date == date(2021, 7, 1)
    shown = workspace.map_layer().set_index("commune_code")
    assert not shown.loc["30472", "is_approximate"]
    assert shown.geometry["30472"].bounds == pytest.approx((105, 10.5, 105.1, 10.6))
    assert shown["is_approximate"].sum() >= 2400
    assert [record.file_name for record in workspace.boundary_layers()] == [name]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_boundaries_without_crs_leave_nothing(workspace: Workspace, tmp_path: Path) -> None:
    content = boundary_file(tmp_path, "xa.zip", crs=None)
    with pytest.raises(BoundaryError) as caught:
        workspace.add_boundaries(content, "xa.zip", user="An")
    assert caught.value.code == "boundary.crs-missing"
    assert workspace.batches() == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "day", "matched"),
    [
        ("communes_2021/an_giang_tra_vinh_2021.geojson", date(2021, 7, 1), 261),
        ("communes_2021/south_communes_2021.parquet", date(2021, 7, 1), 2480),
        ("wards_2025/91_an_giang.geojson", date(2025, 7, 1), 102),
        ("wards_2025/86_vinh_long.geojson", date(2025, 7, 1), 124),
    ],
)
def test_real_layers_are_recognised_on_their_day(
    workspace: Workspace, shared_folder: Path, name: str, day: date, matched: int
) -> None:
    path = shared_folder / "data" / name
    _, layer = workspace.add_boundaries(path.read_bytes(), path.name, user="An")
    assert (layer.units.list_date, len(layer.communes), layer.unmatched) == (day, matched, ())


def test_demo_is_made_once_and_only_in_an_empty_workspace(workspace: Workspace) -> None:
    assert workspace.make_demo()
    version = workspace.data_version()
    assert not workspace.make_demo()
    assert workspace.data_version() == version
    assert workspace.has_synthetic()
    assert bulk(workspace) is not None


def test_demo_never_mixes_with_uploads(workspace: Workspace) -> None:
    accept(workspace, survey())
    with pytest.raises(WorkspaceError) as caught:
        workspace.make_demo()
    assert caught.value.code == "demo.workspace-in-use"


@pytest.mark.postgres
def test_one_setting_moves_everything_to_postgresql(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "settings.toml").write_text(f'database_url = "{postgres_url}"\n', encoding="utf-8")
    shared = Workspace(tmp_path)
    assert shared.make_demo()
    proposal = propose(shared, survey(**FULL))
    assert proposal.batch_id is not None
    shared.accept(proposal.batch_id, user="Bình", reason="số liệu mẫu")
    assert bulk(shared) == 40
    assert len(shared.bulk_points()) == 600
    shared.close()
    assert not (tmp_path / "phudien.db").exists()


def test_misspelt_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('tile_url = "x"\n', encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path)
    assert caught.value.code == "settings.key-unknown"
