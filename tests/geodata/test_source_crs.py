"""In which coordinate system a file is: said, stated, described without a name, and impossible."""

from __future__ import annotations

import geopandas as gpd
import pytest
from pyproj import CRS
from shapely import affinity, transform

from geodata.boundaries import check_layer
from geodata.errors import BoundaryError
from geodata.source_crs import IN_FILE, READ_AS_VN2000, STATED, source_crs, vn2000_zones
from tests.geodata.four_communes import CODES, drawn, gadm, unit_list

AN_GIANG = "EPSG:9208"  # VN-2000 / TM-3 104-45


def prj(meridian: float, datum: str, spheroid: str = "WGS_1984") -> str:
    return (
        f'PROJCS["KTT_{meridian}",GEOGCS["GCS_{datum}",DATUM["D_{datum}",SPHEROID["{spheroid}",6378137.0,298.257223563]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",0.9999],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


def moved_km(features: gpd.GeoDataFrame, **options: str) -> float:
    """Return how far the first commune lies from where it was drawn after being checked."""
    found = check_layer(features, [unit_list()], file_name="xa.shp", **options)  # type: ignore[arg-type]
    before = drawn().geometry.iloc[0].centroid
    return float(found.communes.set_index("commune_code").geometry[CODES[0]].centroid.distance(before)) * 111


@pytest.mark.parametrize("datum", ["VN_2000", "WGS_1984", "Not_specified_based_on_WGS_84_spheroid"])
def test_zone_without_a_name_is_known_by_its_projection(datum: str) -> None:
    features = gadm().to_crs(AN_GIANG).set_crs(CRS.from_wkt(prj(104.75, datum)), allow_override=True)
    found = source_crs(features.crs, None, file_name="xa.shp")
    assert found.name == AN_GIANG
    assert moved_km(features) < 0.001


def test_a_zone_by_name_is_not_read_otherwise() -> None:
    found = source_crs(CRS(AN_GIANG), None, file_name="xa.shp")
    assert (found.name, found.how) == (AN_GIANG, IN_FILE)
    assert source_crs(CRS.from_wkt(prj(104.75, "WGS_1984")), None, file_name="xa.shp").how == READ_AS_VN2000
    utm = source_crs(CRS("EPSG:32648"), None, file_name="xa.shp")
    assert (utm.name, utm.how) == ("EPSG:32648", IN_FILE)


def test_a_shift_of_the_files_own_stays() -> None:
    own = CRS(
        "+proj=tmerc +lat_0=0 +lon_0=104.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278 +units=m"
    )
    assert source_crs(own, None, file_name="xa.shp").how == IN_FILE
    assert moved_km(gadm().to_crs(own)) < 0.001


def test_missing_system_is_refused_and_can_be_stated() -> None:
    features = gadm().to_crs(AN_GIANG).set_crs(None, allow_override=True)
    with pytest.raises(BoundaryError) as caught:
        check_layer(features, [unit_list()], file_name="xa.shp")
    assert caught.value.code == "boundary.crs-missing"
    assert moved_km(features, crs=AN_GIANG) < 0.001
    assert check_layer(features, [unit_list()], file_name="xa.shp", crs=AN_GIANG).source.how == STATED


def test_what_is_stated_counts_before_what_the_file_says() -> None:
    wrong = gadm().to_crs(AN_GIANG).set_crs("EPSG:9210", allow_override=True)
    assert moved_km(wrong, crs=AN_GIANG) < 0.001


def test_what_is_no_system_is_refused() -> None:
    with pytest.raises(BoundaryError) as caught:
        source_crs(None, "VN2000 An Giang", file_name="xa.shp")
    assert caught.value.code == "boundary.crs-unreadable"


@pytest.mark.parametrize("stated", ["EPSG:4326", "EPSG:32648"])
def test_metres_of_another_system_are_refused_with_those_that_fit(stated: str) -> None:
    """As degrees they are nowhere; as UTM 48 they lie 30 km off, and the zone that fits is named."""
    features = gadm().to_crs(AN_GIANG).set_crs(None, allow_override=True)
    with pytest.raises(BoundaryError) as caught:
        check_layer(features, [unit_list()], file_name="xa.shp", crs=stated)
    assert caught.value.code in ("boundary.crs-implausible", "boundary.crs-misplaced")
    assert AN_GIANG in str(caught.value)


def test_the_zone_of_the_next_province_is_refused() -> None:
    """105-00 for 104-45 moves everything 27 km east: still in the south, and into other communes."""
    features = gadm().to_crs(AN_GIANG).set_crs("EPSG:5897", allow_override=True)
    with pytest.raises(BoundaryError) as caught:
        check_layer(features, [unit_list()], file_name="xa.shp")
    assert caught.value.code == "boundary.crs-misplaced"
    assert caught.value.values["best"].startswith(AN_GIANG)
    assert caught.value.values["found_km"] == pytest.approx(27, abs=2)


def test_swapped_degrees_are_told() -> None:
    swapped = gadm()
    swapped = swapped.set_geometry(transform(swapped.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs="EPSG:4326")
    with pytest.raises(BoundaryError, match="latitude first"):
        check_layer(swapped, [unit_list()], file_name="xa.geojson")


def test_file_of_the_north_is_told_to_lie_elsewhere() -> None:
    north = gadm()
    north["geometry"] = [affinity.translate(shape, 3.0, 2.3) for shape in north.geometry]
    with pytest.raises(BoundaryError) as caught:
        check_layer(north, [unit_list()], file_name="xa.geojson")
    assert caught.value.code in ("boundary.elsewhere", "boundary.communes-elsewhere")


def test_every_zone_of_the_registry_is_offered() -> None:
    zones = vn2000_zones()
    assert next(iter(zones)) == "EPSG:5896"  # 102°, the westernmost
    assert zones["EPSG:9208"] == "VN-2000 / TM-3 104-45"
    assert len(zones) == 18
