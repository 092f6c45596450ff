"""
Holds the approximate boundaries against real outlines: ``python -m loaders.reference.compare_outlines``.

Writes the tables of docs/approximate.md and the list docs/approximate_iou.csv anew. The outlines are test data beside
the checkout, no part of the repository; the boundaries are built without them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import METRES_SOUTH, WGS84
from geodata.units import Units
from loaders.reference import (
    load_approximate_boundaries,
    load_approximate_boundaries_2025,
    load_units,
    load_units_2025,
)

OUTLINES: Final = Path(__file__).parents[3] / "shared/data"
DOCS: Final = Path(__file__).parents[2] / "docs"

PAGE: Final = "approximate.md"
LIST: Final = "approximate_iou.csv"

_FEW_SHARE: Final = 0.1
_MANY_SHARE: Final = 0.25


@dataclass(frozen=True)
class Comparison:
    """
    How near the approximate boundaries come to real outlines.

    Parameters
    ----------
    communes_2021
        One row a commune that has an outline, indexed by code: name, province_code, province_name, point_source,
        iou (area in common / area of both together), other_province_share (of the cell's area, in the outlines
        of other provinces), point_off_km (0 inside the outline).
    communes_2025
        One row a commune of 2025 that has a cell, indexed by code: name, province_code, province_name, iou.
    """

    communes_2021: pd.DataFrame
    communes_2025: pd.DataFrame


def compare(folder: Path = OUTLINES) -> Comparison:
    """
    Return the comparison with the outlines of 2021 and 2025 below a folder.

    Raises
    ------
    FileNotFoundError
        If the outlines are not there.
    """
    real_2021 = gpd.read_parquet(folder / "communes_2021/south_communes_2021.parquet")
    real_2025 = gpd.read_parquet(folder / "wards_2025/south_wards_2025.parquet")
    young = real_2025.set_index("code").geometry.make_valid()
    return Comparison(
        communes_2021=_compare_2021(real_2021.set_index("commune_code").geometry),
        communes_2025=_with_overlap(load_approximate_boundaries_2025(), young, load_units_2025()),
    )


def _compare_2021(real: gpd.GeoSeries) -> pd.DataFrame:
    units = load_units()
    compared = _with_overlap(load_approximate_boundaries(), real, units)
    communes = units.communes.loc[compared.index]
    real = real.to_crs(METRES_SOUTH).loc[compared.index]
    points = gpd.GeoSeries.from_xy(communes["lon"], communes["lat"], index=communes.index, crs=WGS84)
    compared["point_source"] = communes["point_source"]
    compared["other_province_share"] = _share_elsewhere(load_approximate_boundaries(), real, communes["province_code"])
    compared["point_off_km"] = points.to_crs(METRES_SOUTH).distance(real) / 1000
    return compared


def _with_overlap(cells: gpd.GeoDataFrame, real: gpd.GeoSeries, units: Units) -> pd.DataFrame:
    """Return name, province and intersection over union of the communes that have both, in code order."""
    ours = cells.set_index("commune_code").geometry.to_crs(METRES_SOUTH)
    codes = ours.index[ours.index.isin(real.index)]
    ours, real = ours.loc[codes], real.loc[codes].to_crs(METRES_SOUTH)
    common = ours.intersection(real).area
    named: pd.DataFrame = units.communes.loc[codes, ["name", "province_code"]]
    named["province_name"] = named["province_code"].map(units.provinces["name"])
    named["iou"] = common / (ours.area + real.area - common)
    return named


def _share_elsewhere(cells: gpd.GeoDataFrame, real: gpd.GeoSeries, province: pd.Series[str]) -> pd.Series[float]:
    """Return the share of each cell's area that lies in outlines of other provinces than its own."""
    ours = cells.set_index("commune_code").geometry.to_crs(METRES_SOUTH).loc[real.index]
    places, hits = shapely.STRtree(real.to_numpy()).query(ours.to_numpy(), predicate="intersects")
    of = province.loc[real.index].to_numpy()
    is_other = of[places] != of[hits]
    places, hits = places[is_other], hits[is_other]
    area = shapely.area(shapely.intersection(ours.to_numpy()[places], real.to_numpy()[hits]))
    elsewhere = np.bincount(places, weights=area, minlength=len(ours))
    return pd.Series(elsewhere / ours.area.to_numpy(), index=ours.index)


def list_communes(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the list that is kept in docs: shares with three decimals."""
    columns = ["name", "province_name", "iou", "other_province_share", "point_source"]
    table = compared[columns].rename(columns={"province_name": "province"}).rename_axis("code")
    return table.assign(iou=table["iou"].round(3), other_province_share=table["other_province_share"].round(3))


def tables(comparison: Comparison) -> dict[str, str]:
    """Return the tables of the page by name, as Markdown."""
    old, young = comparison.communes_2021, comparison.communes_2025
    return {
        "provinces-2021": _table(
            ["province", "communes", "median", "mean", "below 0.5", "of its ground elsewhere over 10%", "over 25%"],
            [[f"{code} {name}", *_figures_2021(own)] for (code, name), own in _by_province(old)]
            + [["**all**", *_figures_2021(old)]],
        ),
        "points": _table(
            ["point_source", "communes", "median", "mean", "point inside its outline", "within 1 km", "over 3 km off"],
            [[f"`{source}`", *_overlap(own), *_off(own)] for source, own in old.groupby("point_source")]
            + [["**all**", *_overlap(old), *_off(old)]],
        ),
        "elsewhere": _table(
            ["commune", "province", "point_source", "share in another province"],
            [
                [f"{code} {row['name']}", row["province_name"], f"`{row['point_source']}`", f"{share:.0%}"]
                for code, row, share in _most_elsewhere(old)
            ],
        ),
        "provinces-2025": _table(
            ["province", "communes", "median", "mean", "below 0.5"],
            [[f"{code} {name}", *_overlap(own), _below(own)] for (code, name), own in _by_province(young)]
            + [["**all**", *_overlap(young), _below(young)]],
        ),
    }


def _by_province(compared: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    return [((str(code), str(name)), own) for (code, name), own in compared.groupby(["province_code", "province_name"])]


def _overlap(own: pd.DataFrame) -> list[str]:
    return [f"{len(own):,}", f"{own['iou'].median():.3f}", f"{own['iou'].mean():.3f}"]


def _below(own: pd.DataFrame) -> str:
    return str(int((own["iou"] < 0.5).sum()))


def _figures_2021(own: pd.DataFrame) -> list[str]:
    share = own["other_province_share"]
    return [*_overlap(own), _below(own), str(int((share > _FEW_SHARE).sum())), str(int((share > _MANY_SHARE).sum()))]


def _off(own: pd.DataFrame) -> list[str]:
    off = own["point_off_km"]
    return [f"{int(count):,}" for count in ((off == 0).sum(), (off <= 1).sum(), (off > 3).sum())]


def _most_elsewhere(compared: pd.DataFrame) -> list[tuple[str, pd.Series[str], float]]:
    most = compared[compared["other_province_share"] > _MANY_SHARE]
    most = most.sort_values("other_province_share", ascending=False, kind="stable")
    return [(str(code), row, float(row["other_province_share"])) for code, row in most.iterrows()]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fill_page(page: str, comparison: Comparison) -> str:
    """
    Return a page with its tables renewed: what stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    ValueError
        If the page has no place for a table.
    """
    for name, table in tables(comparison).items():
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        page, count = place.subn(lambda found, table=table: found[1] + table + found[2], page)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{PAGE} has {count} places for the table {name}; it needs one")
    return page


def main() -> None:
    """Write the page's tables and the list."""
    comparison = compare()
    page = DOCS / PAGE
    page.write_text(fill_page(page.read_text(encoding="utf-8"), comparison), encoding="utf-8")
    list_communes(comparison.communes_2021).to_csv(DOCS / LIST, float_format="%.3f", lineterminator="\n")


if __name__ == "__main__":
    main()
