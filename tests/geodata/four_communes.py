"""Four neighbouring communes of Châu Phú, An Giang, as every source of boundaries draws them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geodata.boundary_recognition import UnitList
from loaders.reference import load_approximate_boundaries, load_former_units, load_units

CODES = ("30463", "30469", "30472", "30475")
NAMES = ("Cái Dầu", "Mỹ Đức", "Mỹ Phú", "Ô Long Vỹ")
KINDS = ("Thị trấn", "Xã", "Xã", "Xã")
UNSPACED = ("CáiDầu", "MỹĐức", "MỹPhú", "ÔLongVỹ")


def unit_list(**changes: object) -> UnitList:
    """Return the list of 2021 with all that is known of where its communes lie."""
    return UnitList(load_units(), load_former_units(), load_approximate_boundaries(), **changes)  # type: ignore[arg-type]


def drawn(**columns: object) -> gpd.GeoDataFrame:
    """Return the outlines of the four (their approximate cells, a coverage) with the attributes of a source."""
    cells = load_approximate_boundaries().set_index("commune_code").loc[list(CODES)]
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=cells.geometry.to_numpy(), crs="EPSG:4326")


def gadm() -> gpd.GeoDataFrame:
    """As GADM does: names without spaces, its own numbering."""
    return drawn(
        GID_3=[f"VNM.1.4.{n}_1" for n in range(1, 5)],
        NAME_1=["AnGiang"] * 4,
        NAME_2=["ChâuPhú"] * 4,
        NAME_3=list(UNSPACED),
        TYPE_3=["Thịtrấn", "Xã", "Xã", "Xã"],
        ENGTYPE_3=["Townlet", "Commune", "Commune", "Commune"],
    )


def geoboundaries() -> gpd.GeoDataFrame:
    """As geoBoundaries does: names without parents."""
    return drawn(shapeName=list(NAMES), shapeID=[f"{n}B" for n in range(4)], shapeType=["ADM3"] * 4)


def ocha() -> gpd.GeoDataFrame:
    """As OCHA's COD-AB does: p-codes that end with the commune's code."""
    return drawn(
        ADM1_VI=["An Giang"] * 4,
        ADM3_EN=["Cai Dau", "My Duc", "My Phu", "O Long Vy"],
        ADM3_VI=[f"{kind} {name}" for kind, name in zip(KINDS, NAMES, strict=True)],
        ADM3_PCODE=[f"VN89889{code}" for code in CODES],
        ADM2_PCODE=["VN89889"] * 4,
    )


def provincial() -> gpd.GeoDataFrame:
    """As a province's own file does: names in columns of its own, and areas."""
    return drawn(
        TENTINH=["An Giang"] * 4,
        TENHUYEN=["Huyện Châu Phú"] * 4,
        TENXA=[f"{kind} {name}" for kind, name in zip(KINDS, NAMES, strict=True)],
    )
