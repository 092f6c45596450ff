"""Coordinates as typed: each way of writing, either order, and nothing guessed outside the south."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geodata.coordinates import DEGREES, DMS, VN2000, read_place
from loaders.reference.tables import load_central_meridians

AN_GIANG = 9208


@pytest.mark.parametrize(
    ("lat", "lon", "how", "is_swapped"),
    [
        (10.5372, 105.1234, DEGREES, False),
        ("10,5372", "105,1234", DEGREES, False),
        (105.1234, 10.5372, DEGREES, True),
        ("10.5372, 105.1234", "", DEGREES, False),
        ("10,5372; 105,1234", "", DEGREES, False),
        ("10°32'13.92\"N", "105°7'24.24\"E", DMS, False),
        ("10°32′13,92″B", "105°07′24,24″Đ", DMS, False),
        ("N10°32.232'", "E105°7.404'", DMS, False),
        ("10 32 13.92", "105 7 24.24", DMS, False),
    ],
)
def test_each_way_of_writing(lat: object, lon: object, how: str, is_swapped: bool) -> None:
    found = read_place(lat, lon)
    assert found is not None
    assert (found.how, found.is_swapped) == (how, is_swapped)
    assert (found.lat, found.lon) == pytest.approx((10.5372, 105.1234), abs=1e-6)


@pytest.mark.parametrize("typed", [(0, 0), ("", ""), (10.5, ""), ("Mỹ Đức", 105.1), (21.0, 105.8), (True, 105.1)])
def test_what_is_no_place_of_the_south_is_none(typed: tuple[object, object]) -> None:
    assert read_place(*typed, epsg=AN_GIANG) is None


@pytest.mark.parametrize("order", [False, True])
def test_vn2000_metres_come_back_within_a_metre(order: bool) -> None:
    easting, northing = Transformer.from_crs(4326, AN_GIANG, always_xy=True).transform(105.1234, 10.5372)
    pair = (easting, northing) if order else (northing, easting)
    found = read_place(*pair, epsg=AN_GIANG)
    assert found is not None
    assert (found.how, found.is_swapped) == (VN2000, order)
    assert (found.lat, found.lon) == pytest.approx((10.5372, 105.1234), abs=1e-5)
    assert read_place(*pair) is None


def test_datum_is_shifted_and_not_taken_for_wgs84() -> None:
    found = read_place(1_165_000.0, 540_000.0, epsg=AN_GIANG)
    plain = Transformer.from_crs(AN_GIANG, 4756, always_xy=True).transform(540_000.0, 1_165_000.0)
    assert found is not None
    assert 100 < 111_000 * abs(complex(found.lon - plain[0], found.lat - plain[1])) < 300


def test_every_province_has_its_meridian() -> None:
    meridians = load_central_meridians()
    assert len(meridians) == 21
    assert meridians["89"] == AN_GIANG


@given(st.one_of(st.text(max_size=50), st.floats(), st.integers()), st.one_of(st.text(max_size=50), st.floats()))
def test_nothing_typed_raises(lat: object, lon: object) -> None:
    read_place(lat, lon, epsg=AN_GIANG)
