"""Simplified levels: valid coverages, fewer vertices, no unit lost, borders shared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, box

from geodata.boundary_closing import close_slivers
from geodata.boundary_levels import TOLERANCES_M, build_levels
from loaders.boundary_files import open_boundary_file
from loaders.reference import load_approximate_boundaries


def wavy_pair() -> gpd.GeoDataFrame:
    """Return two communes with a border of 1,001 vertices, and an islet smaller than any tolerance."""
    lat = np.linspace(10, 10.2, 1001)
    border = list(zip(105.1 + 0.001 * np.sin(np.arange(1001)), lat, strict=True))
    left = Polygon([(105, 10), *border, (105, 10.2)])
    right = Polygon([*border, (105.2, 10.2), (105.2, 10)])
    islet = box(105.5, 10, 105.5005, 10.0005)
    return gpd.GeoDataFrame({"commune_code": ["1", "2", "3"]}, geometry=[left, right, islet], crs="EPSG:4326")


def assert_levels(layer: gpd.GeoDataFrame) -> list[int]:
    """Hold every level against what is promised of it; return their vertices."""
    before = int(shapely.get_num_coordinates(layer.geometry.to_numpy()).sum())
    levels = build_levels(layer)
    assert [level.name for level in levels] == list(TOLERANCES_M)
    for level in levels:
        shapes = level.communes.to_crs("EPSG:32648").geometry.to_numpy()
        assert list(level.communes["commune_code"]) == list(layer["commune_code"])
        assert not shapely.is_empty(shapes).any()
        assert shapely.coverage_is_valid(shapes)  # no overlap, and neighbours share every vertex of a border
        assert level.vertices <= before
    vertices = [level.vertices for level in levels]
    assert vertices == sorted(vertices)
    assert vertices[0] < 0.7 * before
    return vertices


def test_levels_are_coverages_with_ever_more_detail() -> None:
    assert_levels(wavy_pair())


def test_neighbours_share_their_whole_border() -> None:
    for level in build_levels(wavy_pair()):
        left, right = level.communes.geometry.iloc[0], level.communes.geometry.iloc[1]
        shared = left.intersection(right)
        assert shared.length >= 0.2  # from end to end
        assert left.union(right).area == pytest.approx(left.area + right.area)


def test_commune_smaller_than_the_tolerance_is_not_lost() -> None:
    coarsest = build_levels(wavy_pair())[0]
    assert coarsest.communes.geometry.iloc[2].area > 0


def test_approximate_cells_have_levels_too() -> None:
    assert_levels(load_approximate_boundaries())


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "share_of_finest"),
    [("communes_2021/south_communes_2021.parquet", 1.0), ("wards_2025/south_wards_2025.parquet", 0.3)],
)
def test_levels_of_real_layers(shared_folder: Path, name: str, share_of_finest: float) -> None:
    path = shared_folder / "data" / name
    features = open_boundary_file(path.read_bytes(), file_name=path.name).features
    code = "commune_code" if "commune_code" in features else "code"
    layer = features.rename(columns={code: "commune_code"}).sort_values("commune_code", ignore_index=True)
    closed = close_slivers(layer[["commune_code", "geometry"]]).coverage
    vertices = assert_levels(closed)
    assert vertices[-1] <= share_of_finest * shapely.get_num_coordinates(closed.geometry.to_numpy()).sum()
