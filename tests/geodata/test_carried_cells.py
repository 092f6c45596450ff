"""Cells carried to a later list: made of few communes, and as shipped."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geodata.carried_cells import carry_cells
from loaders.reference import (
    load_approximate_boundaries,
    load_approximate_boundaries_2025,
    load_successors,
    load_units_2025,
)


def squares(*codes: str) -> gpd.GeoDataFrame:
    """Return squares of 0.1° in a row from 105°E."""
    shapes = [shapely.box(105 + place / 10, 10, 105.1 + place / 10, 10.1) for place in range(len(codes))]
    return gpd.GeoDataFrame({"commune_code": list(codes)}, geometry=shapes, crs=4326)


def pairs(*both: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(both, columns=["commune_code", "successor_code"])


def points(**at: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(at, orient="index", columns=["lon", "lat"])


def area_of(carried: gpd.GeoDataFrame) -> dict[str, float]:
    """Return areas in squares of 0.1°."""
    shapes = carried.set_index("commune_code").geometry.to_dict()
    return {code: round(shapely.area(shape) * 100, 6) for code, shape in shapes.items()}


def test_merged_communes_become_one_part() -> None:
    carried = carry_cells(squares("1", "2"), pairs(("1", "9"), ("2", "9")), points(**{"9": (105.1, 10.05)}))
    assert carried.columns.tolist() == ["commune_code", "geometry", "is_approximate"]
    assert carried["is_approximate"].tolist() == [True]
    assert carried.geometry.iloc[0].geom_type == "Polygon"
    assert area_of(carried) == {"9": 2.0}


def test_a_divided_commune_goes_to_the_nearest_points() -> None:
    went = pairs(("1", "8"), ("1", "9"))
    carried = carry_cells(squares("1"), went, points(**{"8": (105.0, 10.05), "9": (105.05, 10.05)}))
    assert area_of(carried) == {"8": 0.25, "9": 0.75}


def test_three_successors_share_a_cell() -> None:
    went = pairs(("1", "7"), ("1", "8"), ("1", "9"))
    at = points(**{"7": (105.01, 10.05), "8": (105.05, 10.05), "9": (105.09, 10.05)})
    assert area_of(carry_cells(squares("1"), went, at)) == {"7": 0.3, "8": 0.4, "9": 0.3}


def test_neighbours_of_a_divided_commune_share_its_new_corners() -> None:
    went = pairs(("1", "7"), ("2", "8"), ("2", "9"), ("3", "9"))
    at = points(**{"7": (105.05, 10.05), "8": (105.15, 10.08), "9": (105.16, 10.01)})
    carried = carry_cells(squares("1", "2", "3"), went, at)
    assert shapely.coverage_is_valid(carried.geometry.to_numpy())
    assert sum(area_of(carried).values()) == pytest.approx(3.0)


def test_a_commune_without_successor_goes_with_its_longest_border() -> None:
    cells = squares("1", "2")
    above = gpd.GeoDataFrame({"commune_code": ["3"]}, geometry=[shapely.box(105, 10.1, 105.13, 10.2)], crs=4326)
    # The long side of "3" lies on "1" and "2", so the corner that they share stands in it too.
    cells = pd.concat([cells, above.assign(geometry=shapely.segmentize(above.geometry, 0.1))], ignore_index=True)
    went = pairs(("1", "8"), ("2", "9"))
    carried = carry_cells(cells, went, points(**{"8": (105.05, 10.05), "9": (105.15, 10.05)}))
    assert area_of(carried) == {"8": 2.3, "9": 1.0}


def test_a_commune_without_successor_or_neighbour_is_refused() -> None:
    cells = squares("1", "2", "3").iloc[[0, 2]]
    with pytest.raises(ValueError, match="3 has no successor"):
        carry_cells(cells, pairs(("1", "9")), points(**{"9": (105.05, 10.05)}))


def test_a_successor_without_point_is_refused() -> None:
    with pytest.raises(ValueError, match="no point for 9"):
        carry_cells(squares("1"), pairs(("1", "9")), points(**{"8": (105.05, 10.05)}))


def test_cells_in_metres_are_refused() -> None:
    with pytest.raises(ValueError, match="degrees"):
        carry_cells(squares("1").to_crs(32648), pairs(("1", "9")), points(**{"9": (105.05, 10.05)}))


@pytest.fixture(scope="module")
def shipped() -> gpd.GeoDataFrame:
    return load_approximate_boundaries_2025()


def test_shipped_every_unit_with_predecessors_has_a_cell_and_no_other(shipped: gpd.GeoDataFrame) -> None:
    assert shipped["commune_code"].tolist() == sorted(set(load_successors()["successor_code"]))
    assert shipped["is_approximate"].all()
    assert (len(shipped), shipped.crs.to_epsg()) == (871, 4326)


def test_shipped_cells_are_a_coverage_of_the_ground_of_2021(shipped: gpd.GeoDataFrame) -> None:
    assert shipped.geometry.is_valid.all()
    assert shapely.coverage_is_valid(shipped.geometry.to_numpy())
    before = shapely.coverage_union_all(load_approximate_boundaries().geometry.to_numpy())
    after = shapely.coverage_union_all(shipped.geometry.to_numpy())
    assert before.symmetric_difference(after).area < 1e-9
    assert before.boundary.hausdorff_distance(after.boundary) < 1e-6


def test_shipped_undivided_cells_lie_in_their_successors(shipped: gpd.GeoDataFrame) -> None:
    went = load_successors()
    whole = went[~went["is_divided"]]
    old = load_approximate_boundaries().set_index("commune_code").geometry[whole["commune_code"]]
    new = shipped.set_index("commune_code").geometry[whole["successor_code"]]
    assert shapely.area(shapely.difference(old.to_numpy(), new.to_numpy())).max() < 1e-9


def test_shipped_points_lie_in_their_own_cells_but_for_those_told(shipped: gpd.GeoDataFrame) -> None:
    communes = load_units_2025().communes.loc[shipped["commune_code"]]
    own = shapely.contains_xy(shipped.geometry.to_numpy(), communes["lon"], communes["lat"])
    land = shapely.coverage_union_all(shipped.geometry.to_numpy())
    on_land = shapely.contains_xy(land, communes["lon"], communes["lat"])
    # docs/approximate.md tells these numbers.
    assert (int(own.sum()), int((on_land & ~own).sum()), int((~on_land).sum())) == (855, 14, 2)


def test_shipped_provinces_are_one_piece_but_for_islands_and_the_gap_of_old_ho_chi_minh_city(
    shipped: gpd.GeoDataFrame,
) -> None:
    province = load_units_2025().communes["province_code"].loc[shipped["commune_code"]].to_numpy()
    pieces = {}
    for code in sorted(set(province)):
        land = shapely.get_parts(shapely.coverage_union_all(shipped.geometry[province == code].to_numpy()))
        others = shapely.coverage_union_all(shipped.geometry[province != code].to_numpy())
        pieces[code] = 1 + int(shapely.intersects(sorted(land, key=shapely.area)[:-1], others).sum())
    assert {code: count for code, count in pieces.items() if count > 1} == {"79": 2}
    assert (shipped.geometry.geom_type == "MultiPolygon").sum() == 29  # told in docs/approximate.md
