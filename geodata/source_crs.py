"""In which coordinate system a boundary file is: said by the file, stated by the user, and held against the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from geodata.boundary_features import Recognition
from geodata.coordinates import LAT_RANGE, LON_RANGE
from geodata.crs import WGS84
from geodata.errors import BoundaryError, mark
from geodata.units import RELIABLE_POINTS

STATED, IN_FILE, READ_AS_VN2000 = "stated", "file", "vn2000"

UTM_CODES: Final = ("EPSG:32648", "EPSG:32649", "EPSG:3405", "EPSG:3406")
"""UTM zones 48 and 49 north, of WGS 84 and of VN-2000."""

MISPLACED_KM: Final = 8.0
"""Median distance of recognised communes from where they are known to lie beyond which another zone is looked for."""

NOWHERE_KM: Final = 30.0
"""The same beyond which the file is refused even if no other system fits better."""

_TM3_SCALE: Final = 0.9999
_FALSE_EASTING: Final = 500_000.0
_KM_PER_DEGREE: Final = 111.2

Points = NDArray[np.float64]


@dataclass(frozen=True)
class SourceCrs:
    """
    The coordinate system in which a file is read.

    Parameters
    ----------
    crs
        The system itself.
    how
        `IN_FILE`, `STATED` by the user, or `READ_AS_VN2000`: the file describes the projection of a VN-2000 zone
        without naming it, or under the datum WGS 84, as many programs write it.
    """

    crs: Any
    how: str

    @property
    def name(self) -> str:
        """What readers call it: ``EPSG:9210``, else its own name."""
        epsg = self.crs.to_epsg()
        return f"EPSG:{epsg}" if epsg else str(self.crs.name)


@lru_cache(maxsize=1)
def vn2000_zones() -> dict[str, str]:
    """
    Return the zones of VN-2000 / TM-3 with their names, by central meridian; source: the EPSG registry in PROJ.

    Examples
    --------
    >>> vn2000_zones()["EPSG:9210"]
    'VN-2000 / TM-3 105-45'
    """
    found = query_crs_info(auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS])
    zones = {f"EPSG:{info.code}": info.name for info in found if info.name.startswith("VN-2000 / TM-3")}
    return dict(sorted(zones.items(), key=lambda zone: _central_meridian(CRS(zone[0]))))


def source_crs(in_file: Any, stated: str | None, *, file_name: str) -> SourceCrs:
    """
    Return the coordinate system in which a file is to be read.

    Parameters
    ----------
    in_file
        CRS of the file, None where it has none.
    stated
        What the user says it is, such as ``"EPSG:9210"``; counts before what the file says.

    Raises
    ------
    BoundaryError
        If neither says one, or what the user says is none.
    """
    if stated:
        try:
            return SourceCrs(CRS.from_user_input(stated), STATED)
        except CRSError as error:
            raise BoundaryError(
                "boundary.crs-unreadable",
                mark(
                    '"{stated}" is no coordinate system. Write an EPSG code, such as EPSG:4326 (WGS 84), EPSG:32648 '
                    "(UTM 48) or EPSG:9210 (VN-2000 / TM-3 105-45)."
                ),
                stated=stated,
            ) from error
    if in_file is None:
        raise BoundaryError(
            "boundary.crs-missing",
            mark(
                '"{file}" does not say its coordinate system (CRS). State it: in the app beside the file, on the '
                "command line by --crs EPSG:9210; or set it in QGIS (Layer, Set Layer CRS) and export again. For a "
                "shapefile, keep the .prj beside the .shp. Nothing was stored."
            ),
            file=file_name,
        )
    crs = CRS.from_user_input(in_file)
    zone = _unnamed_zone(crs)
    return SourceCrs(CRS(zone), READ_AS_VN2000) if zone else SourceCrs(crs, IN_FILE)


def _unnamed_zone(crs: CRS) -> str | None:
    """Return the VN-2000 zone whose projection a system describes, where it does not say so itself."""
    if crs.is_bound or not crs.is_projected or str(crs.to_epsg()) in {zone[5:] for zone in vn2000_zones()}:
        return None  # a bound system has its own shift to WGS 84
    parameters = _parameters(crs)
    is_zone = (
        "transverse mercator" in str(crs.coordinate_operation.method_name).lower()
        and abs(parameters.get("scale", 0) - _TM3_SCALE) < 1e-9
        and abs(parameters.get("easting", 0) - _FALSE_EASTING) < 1
        and crs.axis_info[0].unit_conversion_factor == 1.0
    )
    if not is_zone:
        return None
    meridian = _central_meridian(crs)
    return next((zone for zone in vn2000_zones() if abs(_central_meridian(CRS(zone)) - meridian) < 1e-6), None)


def _parameters(crs: CRS) -> dict[str, float]:
    found: dict[str, float] = {}
    for parameter in crs.coordinate_operation.params:
        name = parameter.name.lower()
        for key, word in (("scale", "scale"), ("easting", "easting"), ("meridian", "longitude")):
            if word in name:
                found[key] = float(parameter.value)
    return found


@lru_cache(maxsize=64)
def _central_meridian(crs: CRS) -> float:
    return _parameters(crs).get("meridian", float("nan"))


def in_wgs84(features: gpd.GeoDataFrame, source: SourceCrs, *, file_name: str) -> gpd.GeoDataFrame:
    """
    Return a file's features in WGS 84.

    Raises
    ------
    BoundaryError
        If none of them comes to lie in southern Vietnam; the message names the systems in which they would.
    """
    located = features.set_crs(source.crs, allow_override=True).to_crs(WGS84)
    if len(features) and not _inside(_middles(located)).any():
        fitting = [name for name, points in _in_every_system(_middles(features)) if _inside(points).mean() > 0.5]
        raise BoundaryError(
            "boundary.crs-implausible",
            mark(
                '"{file}" read as {crs} does not lie in southern Vietnam. Systems in which it would: {fitting}. State '
                "the right one beside the file in the app, or by --crs on the command line. Nothing was stored."
            ),
            file=file_name,
            crs=source.name,
            fitting="; ".join(fitting) or "-",
        )
    return located


def check_place(
    features: gpd.GeoDataFrame,
    located: gpd.GeoDataFrame,
    recognition: Recognition,
    source: SourceCrs,
    *,
    file_name: str,
) -> None:
    """
    Refuse a file whose communes lie where they cannot, as under the wrong VN-2000 zone (27 km for 15′).

    Parameters
    ----------
    features, located
        The file's features as they are in it, and in WGS 84.
    recognition
        What they were recognised to be.

    Raises
    ------
    BoundaryError
        If the median distance from the communes' known points is beyond `MISPLACED_KM` and another system brings
        them to less than a third of that, or beyond `NOWHERE_KM`.
    """
    known = recognition.units.communes.reindex(recognition.said_codes)
    points = known[["lon", "lat"]].to_numpy(float)
    usable = known["point_source"].isin(RELIABLE_POINTS).to_numpy()
    if not usable.any():
        return
    found_km = _median_km(_middles(located)[usable], points[usable])
    if found_km <= MISPLACED_KM:
        return
    others = [(_median_km(other[usable], points[usable]), name) for name, other in _in_every_system(_middles(features))]
    best_km, best = min(others)
    if best_km < found_km / 3:
        raise BoundaryError(
            "boundary.crs-misplaced",
            mark(
                '"{file}" read as {crs}: its {n} recognised communes lie {found_km} km (median) from where they are. '
                "As {best} they would lie {best_km} km from there. State the right system beside the file in the "
                "app, or by --crs on the command line. Nothing was stored."
            ),
            file=file_name,
            crs=source.name,
            n=int(usable.sum()),
            found_km=round(found_km),
            best=best,
            best_km=round(best_km, 1),
        )
    if found_km > NOWHERE_KM:
        raise BoundaryError(
            "boundary.communes-elsewhere",
            mark(
                '"{file}": its {n} recognised communes lie {found_km} km (median) from where they are, in whatever '
                "system it is read. Its codes or names seem to belong to other features. Nothing was stored."
            ),
            file=file_name,
            n=int(usable.sum()),
            found_km=round(found_km),
        )


def _in_every_system(points: Points) -> list[tuple[str, Points]]:
    """Read points in every system that files of the south come in; with the axes in the wrong order too."""
    named = {"EPSG:4326": "WGS 84", **vn2000_zones()} | {code: CRS(code).name for code in UTM_CODES}
    readings = []
    for code, name in named.items():
        transformer = Transformer.from_crs(code, WGS84, always_xy=True)
        try:
            lon, lat = transformer.transform(points[:, 0], points[:, 1])
        except ProjError:
            continue
        readings.append((f"{code} ({name})", np.column_stack([lon, lat])))
    readings.append(("WGS 84 with latitude first", points[:, ::-1]))
    return readings


def _middles(features: gpd.GeoDataFrame) -> Points:
    """Return the middle of each feature's extent: it needs no valid ring."""
    bounds = features.geometry.bounds.to_numpy(float)
    return np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])


def _inside(points: Points) -> NDArray[np.bool_]:
    lon, lat = points[:, 0], points[:, 1]
    return np.asarray((lon >= LON_RANGE[0]) & (lon <= LON_RANGE[1]) & (lat >= LAT_RANGE[0]) & (lat <= LAT_RANGE[1]))


def _median_km(points: Points, known: Points) -> float:
    difference = (points - known) * _KM_PER_DEGREE
    difference[:, 0] *= np.cos(np.radians(known[:, 1]))
    distances = np.hypot(difference[:, 0], difference[:, 1])
    return float(np.median(np.where(np.isfinite(distances), distances, np.inf)))
