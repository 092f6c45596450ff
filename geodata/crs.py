"""The coordinate reference systems in use."""

from typing import Final

WGS84: Final = "EPSG:4326"
"""Longitude and latitude in degrees: every layer and point is stored in it."""

METRES_SOUTH: Final = "EPSG:32648"
"""WGS 84 / UTM zone 48 north, metres: areas and distances in the south (used to 109.5°E)."""

EQUAL_AREA: Final = "EPSG:6933"
"""WGS 84 / EASE-Grid 2.0 global, metres: areas in it are those on the ellipsoid, wherever they lie."""
