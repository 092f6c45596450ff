"""Where the households of a ledger lie: the outlines of communes."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from geodata.commune_raster import Floats, Ints
from geodata.crs import METRES_SOUTH, WGS84
from geodata.locate import CommuneLocator


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
