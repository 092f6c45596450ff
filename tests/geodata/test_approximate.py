"""Approximate boundaries: built from few communes, and as shipped."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.approximate import build_cells
from geodata.units import UNIT_COLUMNS, Units
from loaders.reference import load_approximate_boundaries, load_units

Box = tuple[float, float, float, float]  # west, south, east, north


def units_of(boxes: dict[str, Box], *, provinces: dict[str, str] | None = None, guessed: tuple[str, ...] = ()) -> Units:
    """Return communes with these extents and points in their middles, in province "89" unless said."""
    province_of = {code: (provinces or {}).get(code, "89") for code in boxes}
    rows: list[dict[str, object]] = [
        {"code": code, "level": 1, "kind": "tinh", "name": code} for code in sorted(set(province_of.values()))
    ]
    for code, (west, south, east, north) in boxes.items():
        point = {"lon": (west + east) / 2, "lat": (south + north) / 2}
        extent = {"west": west, "south": south, "east": east, "north": north}
        rows.append({"code": code, "level": 3, "kind": "xa", "name": code, "parent_code": province_of[code]})
        rows[-1] |= point | extent | {"point_source": "doubtful" if code in guessed else "package"}
    return Units(pd.DataFrame(rows).reindex(columns=list(UNIT_COLUMNS)), date(2021, 7, 1))


def cell_of(cells: gpd.GeoDataFrame, code: str) -> shapely.Polygon:
    return cells.set_index("commune_code").geometry[code]


SIDE_BY_SIDE = {"30001": (105.0, 10.0, 105.1, 10.1), "30002": (105.1, 10.0, 105.2, 10.1)}


def test_neighbours_share_the_side_between_their_extents() -> None:
    cells = build_cells(units_of(SIDE_BY_SIDE))
    left, right = cell_of(cells, "30001"), cell_of(cells, "30002")
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert left.intersection(right).length > 0.03
    assert left.bounds[2] == pytest.approx(105.1, abs=0.01)


def test_a_lone_commune_stays_inside_its_extent() -> None:
    box = (105.0, 10.0, 105.1, 10.1)
    cells = build_cells(units_of({"30001": box}))
    assert cells.columns.tolist() == ["commune_code", "geometry", "is_approximate"]
    assert cells.crs.to_epsg() == 4326
    assert cells["is_approximate"].tolist() == [True]
    assert shapely.box(*box).buffer(0.002).covers(cell_of(cells, "30001"))


def test_a_small_town_survives_inside_a_large_commune() -> None:
    cells = build_cells(units_of({"30001": (105.0, 10.0, 105.2, 10.2), "30002": (105.06, 10.06, 105.07, 10.07)}))
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cell_of(cells, "30002").contains(shapely.Point(105.065, 10.065))
    assert len(cell_of(cells, "30001").interiors) == 1


def test_ground_that_no_extent_covers_is_filled_inside_a_province() -> None:
    ring = {
        "30001": (105.0, 10.0, 105.16, 10.06),
        "30002": (105.0, 10.1, 105.16, 10.16),
        "30003": (105.0, 10.0, 105.06, 10.16),
        "30004": (105.1, 10.0, 105.16, 10.16),
    }
    land = shapely.coverage_union_all(build_cells(units_of(ring)).geometry.to_numpy())
    assert land.geom_type == "Polygon"
    assert len(land.interiors) == 0


def test_ground_far_from_every_commune_is_left_out() -> None:
    cells = build_cells(units_of({"30001": (105.0, 10.0, 105.1, 10.1), "30002": (105.5, 10.0, 105.6, 10.1)}))
    assert not cells.geometry.contains(shapely.Point(105.3, 10.05)).any()


def test_a_cell_grows_to_the_sides_of_its_extent() -> None:
    # The tall one crosses the wide one; without growing, the wide one would be cut in two and end at the crossing.
    crossing = {"30001": (105.0, 10.04, 105.12, 10.08), "30002": (105.04, 10.06, 105.08, 10.2)}
    cells = build_cells(units_of(crossing))
    for code, box in crossing.items():
        assert cell_of(cells, code).bounds == pytest.approx(box, abs=0.012), code


OVER_THE_BORDER = {"30001": (105.0, 10.0, 105.1, 10.1), "30002": (105.04, 10.0, 105.2, 10.1)}


def test_an_estimated_extent_yields_to_another_province() -> None:
    cells = build_cells(units_of(OVER_THE_BORDER, provinces={"30002": "91"}, guessed=("30002",)))
    assert cell_of(cells, "30002").intersection(shapely.box(*OVER_THE_BORDER["30001"]).buffer(-0.005)).is_empty


def test_an_estimated_extent_shares_with_its_own_province() -> None:
    cells = build_cells(units_of(OVER_THE_BORDER, guessed=("30002",)))
    assert 105.05 < cell_of(cells, "30002").bounds[0] < 105.09


def test_a_commune_among_another_province_is_joined_to_its_own() -> None:
    boxes = {
        "30001": (105.0, 10.0, 105.1, 10.1),
        "30002": (105.1, 10.0, 105.2, 10.1),
        "30003": (105.11, 10.04, 105.13, 10.06),
    }
    provinces = {"30001": "89", "30002": "91", "30003": "89"}
    cells = build_cells(units_of(boxes, provinces=provinces))
    own = shapely.coverage_union_all([cell_of(cells, "30001"), cell_of(cells, "30003")])
    assert own.geom_type == "Polygon"
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def test_the_order_of_rows_does_not_matter() -> None:
    forwards = build_cells(units_of(SIDE_BY_SIDE))
    backwards = build_cells(units_of(dict(reversed(SIDE_BY_SIDE.items()))))
    assert forwards.geometry.geom_equals_exact(backwards.geometry, 0).all()


def test_a_point_outside_its_extent_is_refused() -> None:
    units = units_of(SIDE_BY_SIDE)
    units.table.loc[units.table["code"] == "30001", "lon"] = 104.9
    with pytest.raises(ValueError, match="point inside"):
        build_cells(units)


def test_a_commune_without_extent_is_refused() -> None:
    units = units_of(SIDE_BY_SIDE)
    units.table.loc[units.table["code"] == "30001", "west"] = float("nan")
    with pytest.raises(ValueError, match="needs an extent"):
        build_cells(units)


@pytest.fixture(scope="module")
def shipped() -> gpd.GeoDataFrame:
    return load_approximate_boundaries()


def test_shipped_every_commune_has_exactly_one_cell(shipped: gpd.GeoDataFrame) -> None:
    assert shipped["commune_code"].tolist() == load_units().communes.index.tolist()
    assert shipped["is_approximate"].all()
    assert shipped.crs.to_epsg() == 4326


def test_shipped_cells_are_a_coverage_of_single_parts(shipped: gpd.GeoDataFrame) -> None:
    assert shipped.geometry.is_valid.all()
    assert shapely.coverage_is_valid(shipped.geometry.to_numpy())
    assert set(shipped.geometry.geom_type) == {"Polygon"}


def test_shipped_every_point_lies_in_its_own_cell(shipped: gpd.GeoDataFrame) -> None:
    communes = load_units().communes
    points = gpd.points_from_xy(communes["lon"], communes["lat"])
    assert shapely.contains(shipped.geometry.to_numpy(), points).all()


def test_shipped_holes_of_a_province_are_other_provinces(shipped: gpd.GeoDataFrame) -> None:
    province = load_units().communes["province_code"].to_numpy()
    for _, own in shipped.groupby(province):
        land = shapely.coverage_union_all(own.geometry.to_numpy())
        holes = [shapely.Polygon(ring) for part in shapely.get_parts(land) for ring in part.interiors]
        others = shipped.drop(own.index)
        for hole in holes:
            assert others.geometry.within(hole.buffer(1e-9)).any()


def test_shipped_no_cell_lies_off_in_another_province(shipped: gpd.GeoDataFrame) -> None:
    communes = load_units().communes
    extents = shapely.box(communes["west"], communes["south"], communes["east"], communes["north"])
    cells = shipped.geometry.to_numpy()
    # Cells grow out of their extents only where gaps are filled: within some kilometres.
    assert (shapely.hausdorff_distance(cells, shapely.intersection(cells, extents)) < 0.2).all()


def test_shipped_provinces_are_joined_but_for_islands(shipped: gpd.GeoDataFrame) -> None:
    province = load_units().communes["province_code"].to_numpy()
    for code in sorted(set(province)):
        is_own = province == code
        land = shapely.get_parts(shapely.coverage_union_all(shipped.geometry[is_own].to_numpy()))
        others = shapely.coverage_union_all(shipped.geometry[~is_own].to_numpy())
        apart = sorted(land, key=shapely.area)[:-1]
        assert not shapely.intersects(np.array(apart, dtype=object), others).any(), code
