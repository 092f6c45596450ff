"""Where the households of a ledger lie: the outlines of communes, and the communes that rows state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from geodata.commune_raster import Floats, Ints
from geodata.crs import METRES_SOUTH, WGS84
from geodata.locate import CommuneLocator
from geodata.names import NameIndex, PlaceMatch
from geodata.units import COMMUNE, Units
from loaders.ledger.plan import Stated

_CODE_DIGITS = 5


class LocatedOutlines:
    """
    The outlines of communes, ready to be asked; can be sent to other processes, which make their own index.

    Parameters
    ----------
    layer
        ``commune_code`` (each once), ``geometry`` (valid polygons, WGS 84) and ``is_approximate``.
    """

    def __init__(self, layer: gpd.GeoDataFrame) -> None:
        self._layer = layer[["commune_code", "is_approximate", "geometry"]].reset_index(drop=True)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the index behind: it takes longer to send than to make."""
        return {"_layer": self._layer}

    @cached_property
    def version(self) -> str:
        """Hash of the outlines."""
        layer = self._layer.sort_values("commune_code")
        digest = hashlib.sha256()
        for code, is_approximate, shape in zip(
            layer["commune_code"], layer["is_approximate"], shapely.to_wkb(layer.geometry.to_numpy()), strict=True
        ):
            digest.update(f"{code} {bool(is_approximate)} ".encode() + shape)
        return digest.hexdigest()

    @cached_property
    def _locator(self) -> CommuneLocator:
        return CommuneLocator(self._layer)

    @property
    def codes(self) -> list[str]:
        """Commune codes by the number that `locate` gives."""
        return [str(code) for code in self._locator.codes]

    @cached_property
    def approximate(self) -> frozenset[str]:
        """Codes of the communes whose outline is an approximate cell."""
        return frozenset(self._layer.loc[self._layer["is_approximate"].astype(bool), "commune_code"].astype(str))

    def locate(self, lon: Floats, lat: Floats) -> Ints:
        """Return the number of the commune of each point, -1 for one outside; see `CommuneLocator.locate`."""
        return self._locator.locate(lon, lat)

    @cached_property
    def _metric(self) -> dict[str, shapely.Geometry]:
        shapes = self._layer.geometry.to_crs(METRES_SOUTH)
        return dict(zip(self._layer["commune_code"].astype(str), shapes, strict=True))

    def distances_m(self, codes: list[str], lon: Floats, lat: Floats) -> Floats:
        """Return how far points lie from the outlines of these communes (UTM 48 N); missing without an outline."""
        x, y = Transformer.from_crs(WGS84, METRES_SOUTH, always_xy=True).transform(lon, lat)
        points = shapely.points(x, y)
        names, place = np.unique(np.array(codes, dtype=str), return_inverse=True)
        order = np.argsort(place, kind="stable")
        bounds = np.searchsorted(place[order], np.arange(len(names) + 1))
        metres = np.full(len(codes), np.nan)
        for number, code in enumerate(names):
            mine = order[bounds[number] : bounds[number + 1]]
            if str(code) in self._metric:
                metres[mine] = shapely.distance(self._metric[str(code)], points[mine])
        return metres

    def nearest(self, lon: Floats, lat: Floats) -> tuple[list[str], Floats]:
        """Return the nearest commune of points outside, and the distance to it in metres."""
        found = self._locator.distances_outside(lon, lat)
        return [str(code or "") for code in found.commune_code], found.distance_m


class StatedPlaces:
    """
    Finds the communes that rows state: by code, else by name within the district or province that they state.

    Parameters
    ----------
    units, names
        The list in which communes are sought.
    """

    def __init__(self, units: Units, names: NameIndex) -> None:
        self._names = names
        self._communes = frozenset(units.by_code.index[units.by_code["level"] == COMMUNE].astype(str))

    def find(self, stated: Mapping[str, str]) -> Stated:
        """Return the commune of the texts of a row by key of their column; a code counts before names."""
        shown = ", ".join(stated.values())
        if code := stated.get("commune_code", ""):
            return self._of_code(code, shown)
        if name := stated.get("commune_name", ""):
            is_known, parent = self._parent(stated)
            match = self._names.find_commune(name, parent_code=parent) if is_known else PlaceMatch(None)
            return Stated(match.code or "", shown, bool(match.former_name))
        return Stated("")

    def _of_code(self, typed: str, shown: str) -> Stated:
        # Spreadsheets and databases make numbers of codes: 30469.0, or 1234 for 01234.
        bare = typed.removesuffix(".0")
        code = bare.zfill(_CODE_DIGITS) if bare.isdigit() else bare
        match = self._names.find_code(code)
        found = match.code if match.code in self._communes else None
        return Stated(found or "", shown, found is not None and found != code)

    def _parent(self, stated: Mapping[str, str]) -> tuple[bool, str | None]:
        """Return whether what is stated above the commune is known, and the code of the lowest of it."""
        parent: str | None = None
        if typed := stated.get("province_name"):
            parent = self._names.find_province(typed).code
            if parent is None:
                return False, None
        if typed := stated.get("district_name"):
            parent = self._names.find_district(typed, province_code=parent).code
        return parent is not None or not stated.get("district_name"), parent
