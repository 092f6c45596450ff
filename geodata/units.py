"""Administrative units: provinces, districts and communes of one official list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, cast

import pandas as pd

from geodata.errors import PlaceError, mark
from geodata.tables import require_columns

PROVINCE, DISTRICT, COMMUNE = 1, 2, 3

RELIABLE_POINTS: Final = ("package", "package-point")
"""Values of ``point_source`` that may be measured from; the other points only stand inside their district."""

COMPANY_CODE: Final = "EVNSPC"
"""Area code of all provinces together."""

KIND_NAMES: Final = {
    "tinh": "Tỉnh",
    "thanh-pho-truc-thuoc": "Thành phố",
    "dac-khu": "Đặc khu",
    "thanh-pho": "Thành phố",
    "quan": "Quận",
    "thi-xa": "Thị xã",
    "huyen": "Huyện",
    "phuong": "Phường",
    "thi-tran": "Thị trấn",
    "xa": "Xã",
}

UNIT_COLUMNS: Final = (
    "code",
    "level",
    "name",  # without the type word: "Mỹ Khánh", "1"
    "kind",  # a key of KIND_NAMES
    "parent_code",  # missing for provinces
    "is_rural",  # True for xã; False else
    "lat",
    "lon",
    "south",
    "west",
    "north",
    "east",
    "point_source",  # how good the point is; values and counts in loaders/reference/README.md
)


@dataclass(frozen=True)
class Units:
    """
    The units of one official list, on the day for which the list holds.

    A unit's key is (code, day of the list): the statistics office has given one code to different communes at
    different times, so a code alone names a unit only within a list.

    Parameters
    ----------
    table
        One row a unit, columns `UNIT_COLUMNS`, codes as text. Parents stand in the table too.
    list_date
        Day on which the list holds.
    """

    table: pd.DataFrame
    list_date: date

    def __post_init__(self) -> None:
        require_columns(self.table, UNIT_COLUMNS, what="units")
        doubled = self.table.loc[self.table["code"].duplicated(), "code"]
        if len(doubled):
            raise PlaceError(
                "units.code-doubled",
                mark("The unit list has the code {code} more than once."),
                code=str(doubled.iloc[0]),
            )

    @cached_property
    def by_code(self) -> pd.DataFrame:
        """
        All units, indexed by code in code order.

        Adds ``full_name`` ("Xã Mỹ Khánh"), ``province_code`` and ``district_code`` (missing
        above their level).
        """
        units = self.table.set_index("code").sort_index()
        units["full_name"] = units["kind"].map(KIND_NAMES) + " " + units["name"]
        parent = units["parent_code"]
        grandparent = parent.map(parent)
        level = units["level"]
        own = units.index.to_series()
        # Where districts do not exist (lists from 1 July 2025 on) a commune's parent is its province.
        is_under_district = (level == COMMUNE) & (parent.map(level) == DISTRICT)
        units["district_code"] = own.where(level == DISTRICT, parent.where(is_under_district))
        units["province_code"] = own.where(level == PROVINCE, parent.where(~is_under_district, grandparent))
        return units

    @cached_property
    def provinces(self) -> pd.DataFrame:
        """Provinces, indexed by code."""
        return self.by_code[self.by_code["level"] == PROVINCE]

    @cached_property
    def districts(self) -> pd.DataFrame:
        """Districts, indexed by code."""
        return self.by_code[self.by_code["level"] == DISTRICT]

    @cached_property
    def communes(self) -> pd.DataFrame:
        """Communes (xã, phường, thị trấn), indexed by code."""
        return self.by_code[self.by_code["level"] == COMMUNE]

    def find(self, code: str) -> pd.Series[Any]:
        """Return the unit with this code; raise `PlaceError` where the list has none."""
        if code not in self.by_code.index:
            raise PlaceError(
                "place.code-unknown",
                mark(
                    'There is no area with the code "{code}" in the list of {day}. Use a GSO code of a '
                    "province (2 digits), district (3) or commune (5)."
                ),
                code=code,
                day=f"{self.list_date:%d/%m/%Y}",
            )
        return cast("pd.Series[Any]", self.by_code.loc[code])

    def communes_of(self, area_code: str) -> pd.DataFrame:
        """Return the communes of a province, district, commune, or of all (`COMPANY_CODE`), in code order."""
        if area_code == COMPANY_CODE:
            return self.communes
        level = self.find(area_code)["level"]
        if level == COMMUNE:
            return self.communes.loc[[area_code]]
        column = "province_code" if level == PROVINCE else "district_code"
        return self.communes[self.communes[column] == area_code]

    @property
    def has_districts(self) -> bool:
        """Whether the list has districts; those from 1 July 2025 on have none."""
        return bool(len(self.districts))

    def parts_of(self, area_code: str) -> pd.Series[str]:
        """
        Return the part of an area that each of its communes is in, indexed by commune code.

        The parts of all together are the provinces, of a province its districts; where a list has no districts, and
        below them, each commune is a part of its own.
        """
        communes = self.communes_of(area_code)
        if area_code == COMPANY_CODE:
            return communes["province_code"]
        if self.has_districts and self.find(area_code)["level"] == PROVINCE:
            return communes["district_code"]
        return communes.index.to_series()

    def name_with_parents(self, code: str) -> str:
        """
        Return a unit's full name with those of the units above it: "Xã Mỹ Đức, Huyện Châu Phú, Tỉnh An Giang".

        Raises
        ------
        PlaceError
            If the list has no such unit.
        """
        unit, names = self.find(code), self.by_code["full_name"]
        above = [unit[column] for column in ("district_code", "province_code") if unit[column] != code]
        return ", ".join([str(unit["full_name"]), *(str(names[parent]) for parent in above if isinstance(parent, str))])
