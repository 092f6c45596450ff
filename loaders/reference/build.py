"""
Rebuilds the shipped unit lists and approximate boundaries: ``python -m loaders.reference.build``.

Needs the packages of requirements-dev.lock and nothing else; the same packages give the same bytes. Only the
former units rest on a file of the statistics office: without the folder of real files they are left as they are.
What was done to the data, and how good it is, is told in README.md beside this file.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.approximate import build_cells
from geodata.carried_cells import carry_cells
from geodata.units import COMMUNE, DISTRICT, PROVINCE, UNIT_COLUMNS, Units
from loaders.reference import LIST_DATE_2021
from loaders.reference.former import CODES_2019, write_former_units
from loaders.reference.packages import LATER_DISTRICT, Packages, boxes, read_packages
from loaders.reference.placing import place_communes
from loaders.reference.points import BOX, judge_points
from loaders.reference.successors import (
    build_successors,
    carry_to_june_2025,
    drop_namesakes,
    move_misplaced,
)

FOLDER: Final = Path(__file__).parent

PROVINCES_2021: Final = (
    *("58", "60", "68", "70", "72", "74", "75", "77", "80", "82", "83"),
    *("84", "86", "87", "89", "91", "92", "93", "94", "95", "96"),
)
PROVINCES_2025: Final = ("56", "68", "75", "79", "80", "82", "86", "91", "92", "96")
"""The ten provinces that the 21 went to, with all their communes (Khánh Hòa and Hồ Chí Minh City whole)."""

_POINT_SOURCE: Final = {
    "located": "package",
    "point": "package-point",
    "absent": "placed-in-district",
    "elsewhere": "doubtful",
}
_TEXT: Final = {"code": "str", "parent_code": "str", "commune_code": "str", "successor_code": "str"}
_KINDS_2025: Final = {"Xã": "xa", "Phường": "phuong", "Đặc khu": "dac-khu"}


@dataclass(frozen=True)
class Built:
    """The tables that the packages give, and what could not be carried into them."""

    units_2021: pd.DataFrame
    units_2025: pd.DataFrame
    successors: pd.DataFrame
    namesakes: pd.DataFrame
    not_carried: tuple[str, ...]


def build_tables(packages: Packages) -> Built:
    """Return the two unit lists and the successors, from the packages and unit_corrections.csv alone."""
    listed = _listed_2021(packages)
    communes = _communes(listed)
    own = packages.legacy.reindex(communes.index)
    district_boxes = _district_boxes(communes, packages)
    young = _young_communes(packages)
    pairs = build_successors(communes, packages)
    points = own[["wardLat", "wardLon"]].set_axis(["lat", "lon"], axis=1)
    where = {"communes": points, "district_boxes": district_boxes}
    young = move_misplaced(young, successors=pairs, **where)
    pairs, namesakes = drop_namesakes(pairs, communes=communes, district_boxes=district_boxes, young=young)

    successor = _successor_of(communes, pairs, young, packages)
    judged = judge_points(communes, legacy=packages.legacy, successor=successor)
    placed = place_communes(judged, successor=successor, districts=communes)
    return Built(
        units_2021=_with_points(listed, placed, packages),
        units_2025=_units_2025(young, packages),
        successors=pairs,
        namesakes=namesakes,
        not_carried=tuple(sorted(set(communes.index) - set(pairs["commune_code"]))),
    )


def _listed_2021(packages: Packages) -> pd.DataFrame:
    """Return code, level, name, kind, parent_code of the 21 provinces' units, corrected to the official list."""
    listed = packages.listed.set_index("code")
    parent = listed["parent_code"]
    province = listed.index.to_series().where(listed["level"] == PROVINCE, parent)
    province = province.where(listed["level"] < COMMUNE, parent.map(parent))
    listed = listed[province.isin(PROVINCES_2021)].copy()
    corrections = pd.read_csv(FOLDER / "unit_corrections.csv", dtype="str").set_index("code")
    found = listed.loc[corrections.index, ["name", "kind"]].to_numpy()
    if (found != corrections[["package_name", "package_kind"]].to_numpy()).any():
        raise ValueError("unit_corrections.csv no longer describes what the package says; check each row")
    listed.loc[corrections.index, ["name", "kind"]] = corrections[["name", "kind"]]
    return listed.sort_index()


def _communes(listed: pd.DataFrame) -> pd.DataFrame:
    communes = listed[listed["level"] == COMMUNE].rename(columns={"parent_code": "district_code"})
    communes["province_code"] = communes["district_code"].map(listed["parent_code"])
    communes["district_name"] = communes["district_code"].map(listed["name"])
    communes["province_name"] = communes["province_code"].map(listed["name"])
    return communes


def _district_boxes(communes: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    """Return the package's extent of each commune's district, indexed by commune."""
    later = communes["district_code"].replace(LATER_DISTRICT)
    return boxes(packages.districts["districtBounds"]).reindex(later).set_axis(communes.index)


def _young_communes(packages: Packages) -> pd.DataFrame:
    renamed = {"wardShort": "name", "wardLat": "lat", "wardLon": "lon", "wardAreaKm2": "area_km2"}
    young = packages.young.rename(columns={**renamed, "provinceCode": "parent_code"})
    young["kind"] = young["wardType"].map(_KINDS_2025)
    young["point_source"] = "package"
    return young[["name", "kind", "parent_code", "lat", "lon", "area_km2", "point_source"]].sort_index()


def _successor_of(communes: pd.DataFrame, pairs: pd.DataFrame, young: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    code = pairs[pairs["is_default"]].set_index("commune_code")["successor_code"].reindex(communes.index)
    successor = young[["lat", "lon", "area_km2", "kind"]].reindex(code).set_axis(communes.index)
    later = pd.Series(carry_to_june_2025(communes, packages), dtype="str")
    return successor.assign(code=code, later_code=later.reindex(communes.index))


def _with_points(listed: pd.DataFrame, placed: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    communes = placed[["lat", "lon", *BOX]].assign(point_source=placed["worth"].map(_POINT_SOURCE))
    districts = _around(communes, listed["parent_code"])
    without = listed.index[(listed["level"] == DISTRICT) & ~listed.index.isin(districts.index)]
    provinces = _around(communes, listed["parent_code"].map(listed["parent_code"]))
    points = pd.concat([communes, districts, _package_districts(without, packages), provinces])
    table = listed.join(points).reset_index().sort_values("code")
    table["is_rural"] = table["kind"] == "xa"
    return table[list(UNIT_COLUMNS)].reset_index(drop=True)


def _around(communes: pd.DataFrame, area_of: pd.Series[str]) -> pd.DataFrame:
    """Return the middle of the communes of each area, and the extent of all of them."""
    by_area = communes.groupby(area_of.reindex(communes.index))
    around = by_area.agg({"lat": "mean", "lon": "mean", "south": "min", "west": "min", "north": "max", "east": "max"})
    return around.assign(point_source="communes")


def _package_districts(codes: pd.Index[str], packages: Packages) -> pd.DataFrame:
    """Return the package's point and extent of districts that have no commune (Côn Đảo)."""
    districts = packages.districts.loc[codes]
    points = districts[["districtLat", "districtLon"]].set_axis(["lat", "lon"], axis=1)
    return points.join(boxes(districts["districtBounds"])).assign(point_source="package")


def _units_2025(young: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    """Return the units of the ten provinces of 1 July 2025; extents are not known."""
    communes = young[young["parent_code"].isin(PROVINCES_2025)].assign(level=COMMUNE)
    above = packages.young.drop_duplicates("provinceCode").set_index("provinceCode").loc[list(PROVINCES_2025)]
    renamed = {"provinceShort": "name", "provinceLat": "lat", "provinceLon": "lon"}
    provinces = above.rename(columns=renamed)[["name", "lat", "lon"]].assign(level=PROVINCE, point_source="package")
    is_city = above["province"].str.startswith("Thành phố")
    provinces["kind"] = is_city.map({True: "thanh-pho-truc-thuoc", False: "tinh"})
    table = pd.concat([provinces, communes]).rename_axis("code").reset_index().sort_values("code")
    table["is_rural"] = table["kind"] == "xa"
    return table.reindex(columns=list(UNIT_COLUMNS)).reset_index(drop=True)


def write_tables(built: Built, folder: Path) -> None:
    """Write units_2021.csv, units_2025.csv and successors_2025.csv."""
    for name, table in (
        ("units_2021", built.units_2021),
        ("units_2025", built.units_2025),
        ("successors_2025", built.successors),
    ):
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6f", lineterminator="\n")


def write_boundaries(folder: Path) -> dict[str, int]:
    """Write the approximate boundaries of 2021 and 2025, out of the tables in the folder; return bytes by file."""
    table = pd.read_csv(folder / "units_2021.csv", dtype=_TEXT)
    young = pd.read_csv(folder / "units_2025.csv", dtype=_TEXT).set_index("code")
    pairs = pd.read_csv(folder / "successors_2025.csv", dtype=_TEXT)
    cells = build_cells(Units(table, LIST_DATE_2021))
    layers = {"2021": cells, "2025": carry_cells(cells, pairs, young[["lon", "lat"]])}
    sizes = {}
    for year, layer in layers.items():
        path = folder / f"approximate_boundaries_{year}.parquet"
        layer.to_parquet(path, index=False, compression="zstd", compression_level=19)
        sizes[path.name] = path.stat().st_size
    return sizes


def main(folder: Path = FOLDER) -> None:
    """Rebuild everything and print what came of it."""
    built = build_tables(read_packages())
    write_tables(built, folder)
    communes = built.units_2021[built.units_2021["level"] == COMMUNE]
    print(f"units_2021.csv: {len(built.units_2021)} units, {len(communes)} communes")
    print("  points:", communes["point_source"].value_counts().sort_index().to_dict())
    print(f"units_2025.csv: {len(built.units_2025)} units of {len(PROVINCES_2025)} provinces")
    print("  points:", built.units_2025["point_source"].value_counts().sort_index().to_dict())
    carried = built.successors["commune_code"].nunique()
    divided = built.successors.loc[built.successors["is_divided"], "commune_code"].nunique()
    print(f"successors_2025.csv: {carried} communes carried, {divided} of them divided")
    print("  not carried:", ", ".join(built.not_carried) or "none")
    dropped = built.namesakes[["commune_code", "successor_code"]].agg(" → ".join, axis=1)
    print(f"  {len(dropped)} pairs of namesakes dropped:", ", ".join(dropped))
    if CODES_2019.is_file():
        count = write_former_units(Units(built.units_2021, LIST_DATE_2021), folder)
        print(f"former_units_2019.csv: {count} former communes, or parts of them")
    else:
        print(f"former_units_2019.csv: left as it is, because {CODES_2019} is not there")
    for name, size in write_boundaries(folder).items():
        print(f"{name}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
