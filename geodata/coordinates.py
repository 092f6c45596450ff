"""Coordinates as people type them → WGS 84: decimal degrees, degrees-minutes-seconds, VN-2000 metres, either order."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyproj import Transformer

LON_RANGE: Final = (103.0, 110.0)
LAT_RANGE: Final = (8.0, 13.5)
"""The 21 provinces with their islands, degrees of WGS 84; the two never overlap, so order is known by range."""

_EASTING: Final = (250_000.0, 750_000.0)
_NORTHING: Final = (880_000.0, 1_500_000.0)

DEGREES, DMS, VN2000 = "degrees", "dms", "vn2000"

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_LETTERS: Final = re.compile(r"[NEBĐSWTnebđswt]")
_MARKS: Final = re.compile("[°º˚'’′\"”″]")


@dataclass(frozen=True)
class Place:
    """
    A point with how it was read.

    Parameters
    ----------
    lon, lat
        Degrees of WGS 84.
    how
        `DEGREES`, `DMS` or `VN2000`.
    is_swapped
        Whether latitude and longitude, or northing and easting, stood in each other's place.
    """

    lon: float
    lat: float
    how: str
    is_swapped: bool = False


def read_place(lat: object, lon: object, *, epsg: int | None = None) -> Place | None:
    """
    Return the point of two cells, or None where they are no place in the 21 provinces.

    Parameters
    ----------
    lat, lon
        Latitude and longitude, or the first cell with both in it and a blank one; numbers or text.
    epsg
        VN-2000 / TM-3 of the province's central meridian, in which metres are read; metres are no place without it.

    Examples
    --------
    >>> read_place(10.5372, "105,1234").how, read_place("105°07'24\\"Đ", "10°32'14\\"B").is_swapped
    ('degrees', True)
    >>> read_place("10.5372, 105.1234", "").lat, read_place(0, 0) is None
    (10.5372, True)
    """
    if type(lat) is float and type(lon) is float and _in(lat, LAT_RANGE) and _in(lon, LON_RANGE):
        return Place(lon, lat, DEGREES)
    if (lon is None or lon == "") and isinstance(lat, str):
        lat, lon = _parted(lat)
    first, second = _degrees(lat), _degrees(lon)
    if first is None or second is None:
        return None
    how = DMS if DMS in (first[1], second[1]) else DEGREES
    for (one, other), is_swapped in (((first[0], second[0]), False), ((second[0], first[0]), True)):
        if _in(one, LAT_RANGE) and _in(other, LON_RANGE):
            return Place(other, one, how, is_swapped)
        if epsg is not None and how == DEGREES and _in(one, _NORTHING) and _in(other, _EASTING):
            return _from_vn2000(one, other, epsg, is_swapped=is_swapped)
    return None


def _in(number: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= number <= bounds[1]


def _parted(text: str) -> tuple[str, str]:
    """Part one cell that holds both: at a semicolon, a comma with a space, or the space between two numbers."""
    for pattern in (r"\s*[;|/]\s*", r",\s+", r"(?<=[NSBEWTĐnsbewtđ])\s+", r"(?<=\d)\s+(?=\d+[.,]\d)", r","):
        parts = [part for part in re.split(pattern, text.strip()) if part]
        if len(parts) == 2:
            return parts[0], parts[1]
    return text, ""


def _degrees(value: object) -> tuple[float, str] | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return (float(value), DEGREES) if math.isfinite(value) else None
    text = str(value).strip()
    is_marked = bool(_MARKS.search(text) or _LETTERS.search(text))
    bare = _LETTERS.sub(" ", _MARKS.sub(" ", text)).strip()
    if len(bare) > 40 or not re.fullmatch(r"[+\-\d.,\s]+", bare):
        return None
    numbers = [float(found.replace(",", ".")) for found in _NUMBER.findall(bare)]
    if len(numbers) == 1:
        whole = re.sub(r"\s", "", bare)
        return (numbers[0], DEGREES) if _NUMBER.fullmatch(whole) else None
    grouped = re.fullmatch(r"\d{1,3}([., ])\d{3}(?:\1\d{3})*(?:[.,]\d+)?", bare)
    if grouped and not is_marked:  # metres with thousands marks: 1.165.432,5
        return float(re.sub(r"[., ]", "", re.sub(r"[.,]\d{1,2}$", "", bare))), DEGREES
    if len(numbers) in (2, 3) and all(0 <= part < 60 for part in numbers[1:]):
        return sum(part / 60**place for place, part in enumerate(numbers)), DMS
    return None


@lru_cache(maxsize=32)
def _to_wgs84(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 4326, always_xy=True)


def _from_vn2000(northing: float, easting: float, epsg: int, *, is_swapped: bool) -> Place | None:
    lon, lat = _to_wgs84(epsg).transform(easting, northing)
    if not (_in(lat, LAT_RANGE) and _in(lon, LON_RANGE)):
        return None
    return Place(float(lon), float(lat), VN2000, is_swapped)
