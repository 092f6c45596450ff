"""
How fast points are put into communes: ``python benchmarks/locate.py [--scale N] [--layer FILE] [--plain] [--json]``.

The peer is `geopandas.sjoin(predicate="within")`. Both have coordinates and outlines in memory, make their index, and
end with one commune a point and the counts; the answers of all points are compared by their hash. Compiling (once a
machine) is not measured, nor is reading the layer. Points are drawn at random near communes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._sides import RUNS, answer_as_side, compare
from geodata.locate import COMPILED, PLAIN, CommuneLocator
from loaders.reference import load_approximate_boundaries

SCALE = 8_170_000


def _layer() -> gpd.GeoDataFrame:
    """Return the outlines: those of ``--layer FILE``, else the shipped approximate ones."""
    if "--layer" not in sys.argv:
        return load_approximate_boundaries()
    layer = gpd.read_parquet(sys.argv[sys.argv.index("--layer") + 1])
    code = next(column for column in ("commune_code", "code") if column in layer.columns)
    valid = layer.rename(columns={code: "commune_code"}).assign(geometry=layer.geometry.make_valid())
    return valid[valid.geom_type.isin(["Polygon", "MultiPolygon"])].drop_duplicates("commune_code")


def _points(layer: gpd.GeoDataFrame, count: int) -> tuple[Any, Any]:
    """Return points in the boxes of communes drawn by chance: most lie in a commune, some outside."""
    draw = np.random.default_rng(2021)
    boxes = layer.geometry.bounds.to_numpy()[draw.integers(0, len(layer), count)]
    place = draw.uniform(0.0, 1.0, (count, 2))
    lon = boxes[:, 0] + place[:, 0] * (boxes[:, 2] - boxes[:, 0])
    return lon, boxes[:, 1] + place[:, 1] * (boxes[:, 3] - boxes[:, 1])


def _answer(codes: list[str], places: Any) -> str:
    """Return the hash of one answer a point, as the place of its commune in code order."""
    assert codes == sorted(codes)
    return hashlib.sha256(np.asarray(places, dtype=np.int32).tobytes()).hexdigest()


def locate_ours(scale: int) -> dict[str, Any]:
    """Put points into communes our way."""
    layer = _layer()
    lon, lat = _points(layer, scale)
    method = PLAIN if "--plain" in sys.argv else COMPILED
    CommuneLocator(layer.head(2), method=method).locate(lon[:10], lat[:10])  # loads what was compiled before
    start, busy = time.perf_counter(), time.process_time()
    locator = CommuneLocator(layer, method=method)
    places = locator.locate(lon, lat)
    counts = np.bincount(places + 1, minlength=len(locator.codes) + 1)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    codes = [str(code) for code in locator.codes]
    note = f"{locator.method}, {counts[0]:,} outside, {busy:.2f} s of processors"
    return {"seconds": seconds, "answer": _answer(codes, places), "note": note}


def locate_by_sjoin(scale: int) -> dict[str, Any]:
    """Put points into communes by a spatial join."""
    layer = _layer().sort_values("commune_code")
    lon, lat = _points(layer.sort_index(), scale)
    codes = layer["commune_code"].astype(str).tolist()
    start, busy = time.perf_counter(), time.process_time()
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=layer.crs)
    joined = points.sjoin(layer[["commune_code", "geometry"]], predicate="within", how="inner")
    counts = joined["commune_code"].value_counts()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    # A point in two outlines that overlap joins both; the lowest code counts.
    first = joined.sort_values("commune_code").groupby(level=0)["commune_code"].first()
    places = np.full(scale, -1, dtype=np.int32)
    places[first.index.to_numpy()] = np.searchsorted(codes, first.to_numpy(dtype=str))
    note = f"{int(counts.sum()):,} pairs, {busy:.2f} s of processors"
    return {"seconds": seconds, "answer": _answer(codes, places), "note": note}


def main() -> None:
    """Measure and print."""
    if answer_as_side({"ours": locate_ours, "sjoin": locate_by_sjoin}):
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=SCALE, help="number of points")
    parser.add_argument("--layer", help="GeoParquet file with the outlines")
    parser.add_argument("--plain", action="store_true", help="without compiled code")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    given = [*(["--layer", options.layer] if options.layer else []), *(["--plain"] if options.plain else [])]
    compare(
        "locate",
        __file__,
        scale=options.scale,
        peer="sjoin",
        packages=["geopandas", "shapely", "numpy", "numba"],
        options=given,
        as_json=options.json,
        runs=options.runs,
    )


if __name__ == "__main__":
    main()
