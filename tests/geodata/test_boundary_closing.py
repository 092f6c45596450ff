"""Overlaps and gaps whose area is known in the head: found, measured, closed where narrow."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geodata.boundary_closing import areas_m2, close_slivers
from geodata.crs import METRES_SOUTH, WGS84

# On the central meridian of UTM 48 (105° E) lengths are 0.9996 of those on the ground: 0.08% less area.
WEST, SOUTH = 500_000.0, 1_150_000.0
LOOSE = 0.002


def layer(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return units A, B, … from shapes in metres of the south-west corner."""
    moved = [shapely.transform(shape, lambda xy: xy + np.array([WEST, SOUTH])) for shape in shapes]
    metres = gpd.GeoSeries(moved, crs=METRES_SOUTH)
    return gpd.GeoDataFrame({"commune_code": list("ABCD"[: len(shapes)])}, geometry=metres.to_crs(WGS84), crs=WGS84)


def metres(communes: gpd.GeoDataFrame) -> np.ndarray:  # type: ignore[type-arg]
    return communes.geometry.to_crs(METRES_SOUTH).to_numpy()


LEFT, RIGHT = box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)


def test_neighbours_that_fit_stay_as_drawn() -> None:
    drawn = layer(LEFT, RIGHT)
    found = close_slivers(drawn)
    assert (found.overlaps, found.gaps, found.was_coverage) == ((), (), True)
    assert found.communes.geometry.equals(drawn.geometry)


def test_narrow_overlap_is_measured_and_closed() -> None:
    found = close_slivers(layer(LEFT, box(996, 0, 2000, 1000)))
    [overlap] = found.overlaps
    assert overlap.codes == ("A", "B")
    assert overlap.area_m2 == pytest.approx(4000, rel=LOOSE)
    assert overlap.width_m == pytest.approx(4, rel=0.02)
    assert overlap.is_closed
    assert shapely.coverage_is_valid(metres(found.communes))
    assert shapely.area(metres(found.communes)).sum() == pytest.approx(2_000_000, abs=1)


def test_wide_overlap_is_kept_as_drawn_and_told() -> None:
    drawn = layer(LEFT, box(900, 0, 2000, 1000))
    found = close_slivers(drawn)
    [overlap] = found.overlaps
    assert overlap.area_m2 == pytest.approx(100_000, rel=LOOSE)
    assert not overlap.is_closed
    assert shapely.area(metres(found.communes)).sum() == pytest.approx(2_100_000, abs=1)
    # What maps are simplified from has no overlap all the same.
    assert shapely.coverage_is_valid(metres(found.coverage))
    assert shapely.area(metres(found.coverage)).sum() == pytest.approx(2_000_000, abs=1)


def test_the_limit_itself_is_narrow() -> None:
    drawn = layer(LEFT, box(990, 0, 2000, 1000))
    assert close_slivers(drawn, sliver_m=10.1).overlaps[0].is_closed
    assert not close_slivers(drawn, sliver_m=9.9).overlaps[0].is_closed


def ring_with(hole: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return two units around a hole on their border."""
    return layer(LEFT.difference(hole), RIGHT.difference(hole))


def test_narrow_gap_goes_to_the_unit_with_the_longest_border() -> None:
    found = close_slivers(ring_with(box(1000, 400, 1004, 500)))  # wholly in the right unit
    [gap] = found.gaps
    assert gap.codes == ("A", "B")
    assert gap.area_m2 == pytest.approx(400, rel=LOOSE)
    assert gap.is_closed
    area = dict(zip(found.communes["commune_code"], shapely.area(metres(found.communes)), strict=True))
    assert area["A"] + area["B"] == pytest.approx(2_000_000, abs=1)
    assert max(abs(area["A"] - 1_000_000), abs(area["B"] - 999_600)) == pytest.approx(400, abs=1)
    assert shapely.coverage_is_valid(metres(found.communes))


def test_lake_between_communes_stays() -> None:
    found = close_slivers(ring_with(box(900, 400, 1100, 600)))
    [gap] = found.gaps
    assert gap.area_m2 == pytest.approx(40_000, rel=LOOSE)
    assert gap.width_m == pytest.approx(200, rel=0.02)
    assert (gap.lon, gap.lat) == pytest.approx((105.00914, 10.40779), abs=0.0002)
    assert not gap.is_closed
    assert shapely.area(metres(found.communes)).sum() == pytest.approx(1_960_000, abs=1)


def test_nothing_is_closed_at_a_limit_of_nought() -> None:
    drawn = layer(LEFT, box(996, 0, 2000, 1000))
    found = close_slivers(drawn, sliver_m=0)
    assert [overlap.is_closed for overlap in found.overlaps] == [False]
    assert found.communes.geometry.equals(drawn.geometry)


def test_missing_vertex_on_a_shared_border_is_mended_without_a_flaw() -> None:
    bent = Polygon([(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 500)])
    found = close_slivers(layer(LEFT, bent))
    assert (found.overlaps, found.gaps) == ((), ())
    assert shapely.coverage_is_valid(metres(found.communes))
    assert shapely.coverage_union_all(metres(found.communes)).geom_type == "Polygon"  # nothing between them


def test_gap_between_two_units_that_meet_at_points_only_is_found() -> None:
    bent = Polygon([(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1004, 500)])
    found = close_slivers(layer(LEFT, bent))
    [gap] = found.gaps
    assert gap.area_m2 == pytest.approx(2000, rel=LOOSE)
    assert gap.is_closed
    assert shapely.area(metres(found.communes)).sum() == pytest.approx(2_000_000, abs=1)


def test_each_unit_keeps_its_row_and_its_islands() -> None:
    island = box(5000, 0, 5100, 100)
    found = close_slivers(layer(shapely.union(LEFT, island), box(996, 0, 2000, 1000)))
    assert list(found.communes["commune_code"]) == ["A", "B"]
    assert shapely.get_num_geometries(metres(found.communes)[0]) == 2


def test_areas_are_those_on_the_ellipsoid_far_from_the_central_meridian() -> None:
    square = gpd.GeoSeries([box(109.0, 11.0, 109.01, 11.01)], crs=WGS84).to_crs(METRES_SOUTH)
    # 0.01° of longitude at 11.005° is 1,092.9 m (1,113.19 m at the equator), of latitude 1,106.2 m.
    assert float(areas_m2(square.to_numpy())[0]) == pytest.approx(1092.9 * 1106.2, rel=0.001)


def test_empty_layer_has_no_flaws() -> None:
    assert close_slivers(layer()).overlaps == ()


@given(st.lists(st.integers(-4, 4), min_size=12, max_size=12))
@example([0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, -1])  # by GEOS's own snapping distance ground was lost
@example([0, 0, 1, 0, 0, 0, 0, 0, -1, 0, 0, 1])  # a border did not fit
@example([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1])  # a unit swallowed another
@settings(max_examples=60, deadline=None)
def test_whatever_borders_are_off_by_a_few_metres_closing_gives_a_coverage(offsets: list[int]) -> None:
    """Four squares whose neighbouring edges were each drawn by itself: at most 8 m apart, so all of it is slivers."""
    corners = [(0, 0), (1000, 0), (0, 1000), (1000, 1000)]
    shapes = [
        box(x + offsets[3 * n], y + offsets[3 * n + 1], x + 1000 + offsets[3 * n + 2], y + 1000)
        for n, (x, y) in enumerate(corners)
    ]
    found = close_slivers(layer(*shapes))
    closed = metres(found.communes)
    assert shapely.coverage_is_valid(closed)
    assert all(flaw.is_closed for flaw in (*found.overlaps, *found.gaps))
    # Nobody loses or gains more than the strips along its borders.
    before = shapely.area(metres(layer(*shapes)))
    assert np.abs(shapely.area(closed) - before).max() <= 4 * 1010 * 8
    # All ground that any of them had is still somebody's.
    assert shapely.area(shapely.difference(shapely.union_all(metres(layer(*shapes))), shapely.union_all(closed))) < 1


def test_unit_inside_another_is_a_wide_overlap() -> None:
    found = close_slivers(layer(LEFT, box(400, 400, 600, 600)))
    [overlap] = found.overlaps
    assert overlap.area_m2 == pytest.approx(40_000, rel=LOOSE)
    assert not overlap.is_closed
    assert shapely.area(metres(found.communes)) == pytest.approx([1_000_000, 40_000], abs=1)
