"""Cells of communes carried to a later list: joined where communes were merged, shared where one was divided."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

_GRID: Final = 1e-8  # degrees, about a millimetre: corners are put on it, so that every border is cut alike

Shapes = npt.NDArray[np.object_]


def carry_cells(cells: gpd.GeoDataFrame, successors: pd.DataFrame, points: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Return the cells of a later list, made of the cells of an earlier one.

    The cell of a commune that was divided is shared among its successors: each place goes to the one whose point
    is nearest, measured in degrees. A commune without a successor goes where the neighbour went that it has the
    longest border with.

    Parameters
    ----------
    cells
        A coverage, one row a commune: commune_code, geometry.
    successors
        One row a pair: commune_code, successor_code.
    points
        Points of the later list, indexed by code: lon, lat.

    Returns
    -------
    carried
        CRS of `cells`, one row a successor in code order: commune_code, geometry, is_approximate (True). A
        coverage of the same ground; a unit has several parts where its predecessors do not touch. A successor
        that has no place nearest to it in any cell has no row.

    Raises
    ------
    ValueError
        If the cells are not in degrees, as points are; a successor has no point; or a commune without successor
        has no neighbour with one.
    """
    if cells.crs is None or not cells.crs.is_geographic:
        raise ValueError(f"cells must be in degrees, not in {cells.crs}")
    shapes = cells.set_index("commune_code").geometry
    heirs = _heirs(shapes, successors)
    sites = points.reindex(sorted({heir for found in heirs.values() for heir in found}))
    if sites[["lon", "lat"]].isna().any(axis=None):
        raise ValueError("no point for " + ", ".join(sites.index[sites["lon"].isna()]))
    faces = _faces(shapes, heirs, sites)
    owner = _owners(faces, shapes, heirs, sites)
    codes = sorted(set(owner.tolist()) - {""})
    joined = [shapely.coverage_union_all(faces[owner == code]) for code in codes]
    return gpd.GeoDataFrame({"commune_code": codes, "geometry": joined, "is_approximate": True}, crs=cells.crs)


def _heirs(shapes: gpd.GeoSeries, successors: pd.DataFrame) -> dict[str, list[str]]:
    """Return the successors of every commune, in code order."""
    pairs = successors.sort_values("successor_code")
    known = {str(code): list(found) for code, found in pairs.groupby("commune_code")["successor_code"]}
    others = shapes[shapes.index.isin(list(known))]
    heirs = {str(code): known[str(code)] for code in others.index}
    for code in shapes.index.difference(others.index):
        shared = shapely.length(shapely.intersection(others.to_numpy(), shapes[code]))
        if not shared.max(initial=0.0) > 0:
            raise ValueError(f"{code} has no successor, and no neighbour that has one")
        heirs[str(code)] = known[str(others.index[int(np.argmax(shared))])]
    return heirs


def _faces(shapes: gpd.GeoSeries, heirs: dict[str, list[str]], sites: pd.DataFrame) -> Shapes:
    """Return the pieces that all borders, old and new, cut the ground into."""
    borders = [shapely.boundary(shapes.to_numpy())]
    for code, found in heirs.items():
        if len(found) > 1:
            corners = shapely.multipoints(sites.loc[found, ["lon", "lat"]].to_numpy())
            edges = shapely.voronoi_polygons(corners, extend_to=shapes[code], only_edges=True)
            borders.append(np.array([shapely.intersection(edges, shapes[code])]))
    lines = shapely.union_all(np.concatenate(borders), grid_size=_GRID)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def _owners(faces: Shapes, shapes: gpd.GeoSeries, heirs: dict[str, list[str]], sites: pd.DataFrame) -> Shapes:
    """Return the successor that each piece belongs to; nobody's ground between the cells has an empty text."""
    inner = shapely.point_on_surface(faces)
    places, hits = shapely.STRtree(shapes.to_numpy()).query(inner, predicate="within")
    owner = np.full(len(faces), "", dtype=object)
    at = shapely.get_coordinates(inner)
    for place, hit in zip(places, hits, strict=True):
        found = heirs[str(shapes.index[hit])]
        away = np.hypot(*(sites.loc[found, ["lon", "lat"]].to_numpy() - at[place]).T)
        owner[place] = found[int(np.argmin(away))]
    return owner
