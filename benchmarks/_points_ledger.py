"""A ledger of household points for benchmarks: Parquet by quarters, as an office would share it with a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.locate import CommuneLocator

ROWS_A_FILE: Final = 1_000_000
WORDS: Final = {
    "trực tiếp": "direct",
    "sau công tơ tổng": "bulk",
    "câu phụ": "shared",
    "NLMT": "offgrid",
    "chưa có": "none",
}
_SHARES: Final = (0.90, 0.06, 0.01, 0.01, 0.02)


def write_points_ledger(folder: Path, outlines: gpd.GeoDataFrame, rows: int, *, as_points: bool = False) -> None:
    """
    Write a ledger: each household once, its point drawn at random in the box of a commune.

    99 in 100 households state the commune that their point lies in, the others the one in whose box it was drawn; one
    in 100 of the points outside every commune stays there, the others stand for their commune.

    Parameters
    ----------
    outlines
        ``commune_code`` and ``geometry``.
    as_points
        Write points of GeoParquet (WKB) instead of two numbers.
    """
    locator = CommuneLocator(outlines)
    for number, first in enumerate(range(0, rows, ROWS_A_FILE)):
        count = min(ROWS_A_FILE, rows - first)
        table = _table(np.random.default_rng(number), outlines, locator, first, count)
        file = folder / f"quarter=2021-Q{1 + number % 4}" / f"part-{number:03}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(_with_points(table) if as_points else table, file, row_group_size=125_000)


def _table(
    draw: np.random.Generator, outlines: gpd.GeoDataFrame, locator: CommuneLocator, first: int, count: int
) -> pa.Table:
    boxes, inner = outlines.geometry.bounds.to_numpy(), outlines.geometry.representative_point()
    which = draw.integers(0, len(boxes), count)
    place = draw.uniform(0.0, 1.0, (count, 2))
    lon = boxes[which, 0] + place[:, 0] * (boxes[which, 2] - boxes[which, 0])
    lat = boxes[which, 1] + place[:, 1] * (boxes[which, 3] - boxes[which, 1])
    stated = outlines["commune_code"].to_numpy(dtype=object)[which]
    found = locator.codes_of(lon, lat)
    moved = (found == None) & (draw.random(count) < 0.99)  # noqa: E711 -- each value is compared
    lon[moved], lat[moved] = inner.x.to_numpy()[which[moved]], inner.y.to_numpy()[which[moved]]
    right = (found != None) & (draw.random(count) < 0.99)  # noqa: E711
    stated[right] = found[right]
    kinds = pa.DictionaryArray.from_arrays(draw.choice(len(WORDS), count, p=_SHARES).astype(np.int32), list(WORDS))
    return pa.table(
        {
            "household_code": np.char.add("PB", np.char.zfill(np.arange(first, first + count).astype(str), 10)),
            "supply_kind": kinds.cast(pa.string()),
            "commune_code": pa.array(stated, pa.string()),
            "lon": lon,
            "lat": lat,
        }
    )


def _with_points(table: pa.Table) -> pa.Table:
    import shapely

    shapes = shapely.to_wkb(shapely.points(table["lon"].to_numpy(), table["lat"].to_numpy()))
    return table.drop_columns(["lon", "lat"]).append_column("geometry", pa.array(shapes, pa.binary()))
