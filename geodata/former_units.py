"""Units of an older list, and the unit each is today: merged, raised or renamed since (đơn vị cũ)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import pandas as pd

from geodata.tables import require_columns
from geodata.units import KIND_NAMES, Units

FORMER_COLUMNS: Final = (
    "former_code",
    "name",  # without the type word, as in the older list
    "kind",  # a key of KIND_NAMES
    "district_name",  # with its type word, as in the older list: "Huyện Trảng Bàng"
    "province_code",
    "unit_code",  # the unit of the present list that the former one belongs to
    "is_divided",  # the former unit went to several; it has a row for each
)


@dataclass(frozen=True)
class FormerUnit:
    """
    One former unit, or the part of a divided one that went to one unit.

    Parameters
    ----------
    name, kind
        As in the older list; `kind` is a key of `KIND_NAMES`.
    unit_code
        The unit of the present list that it belongs to.
    code
        Its own code; empty where it has none.
    is_divided
        Whether other parts of it went elsewhere, so that the name alone does not say where.
    """

    name: str
    kind: str
    unit_code: str
    code: str = ""
    is_divided: bool = False

    @property
    def full_name(self) -> str:
        """
        The name with its type word.

        Examples
        --------
        >>> FormerUnit("Tân Kim", "xa", "28159").full_name
        'Xã Tân Kim'
        """
        return f"{KIND_NAMES[self.kind]} {self.name}"


@dataclass(frozen=True)
class FormerUnits:
    """
    The units of an older list whose code, name, kind or district is another one today.

    Parameters
    ----------
    table
        One row a former commune, or a part of a divided one; columns `FORMER_COLUMNS`, codes as text.
    list_date
        Day on which the older list held.
    """

    table: pd.DataFrame
    list_date: date

    def __post_init__(self) -> None:
        require_columns(self.table, FORMER_COLUMNS, what="former units")

    @cached_property
    def by_code(self) -> dict[str, tuple[FormerUnit, ...]]:
        """What each former code stands for: one unit, or the parts of a divided one."""
        found: dict[str, tuple[FormerUnit, ...]] = {}
        columns = ("former_code", "name", "kind", "unit_code", "is_divided")
        for code, name, kind, unit_code, is_divided in zip(*(self.table[c] for c in columns), strict=True):
            unit = FormerUnit(str(name), str(kind), str(unit_code), str(code), bool(is_divided))
            found[str(code)] = (*found.get(str(code), ()), unit)
        return found

    def communes_now_in(self, unit_codes: Iterable[str]) -> list[FormerUnit]:
        """Return the former communes that belong to one of these units today."""
        wanted = frozenset(unit_codes)
        return [unit for parts in self.by_code.values() for unit in parts if unit.unit_code in wanted]

    def districts_now_in(self, units: Units, district_codes: Iterable[str]) -> list[FormerUnit]:
        """
        Return the former districts that are one of these today under another name or kind.

        A district is carried where all its former communes lie in one district today.

        Parameters
        ----------
        units
            The present list.
        district_codes
            Districts of `units`.
        """
        wanted = frozenset(district_codes)
        today = self.table["unit_code"].map(units.communes["district_code"])
        districts: list[FormerUnit] = []
        for (_, full_name), codes in today.groupby([self.table["province_code"], self.table["district_name"]]):
            found = codes.dropna().unique()  # none where the present list has no districts
            if len(found) != 1:
                continue
            code = found[0]
            if code in wanted and full_name != units.districts["full_name"][code]:
                districts.append(FormerUnit(*_split_full_name(str(full_name)), str(code)))
        return districts


def _split_full_name(full_name: str) -> tuple[str, str]:
    """Return name and kind of a full name as the lists write it."""
    for kind, word in KIND_NAMES.items():
        # A province-level city is no district: "Thành phố" is the kind below it here.
        if full_name.startswith(f"{word} ") and kind != "thanh-pho-truc-thuoc":
            return full_name.removeprefix(f"{word} "), kind
    raise ValueError(f"{full_name!r} does not begin with a type word")
