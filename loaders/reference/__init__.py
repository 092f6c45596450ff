"""The shipped data: unit lists, what became of the units, approximate boundaries, published figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from importlib.resources import as_file, files
from typing import Final

import geopandas as gpd
import pandas as pd

from geodata.former_units import FormerUnits
from geodata.unit_history import UnitHistory
from geodata.units import Units

LIST_DATE_2019: Final = date(2019, 1, 1)
LIST_DATE_2021: Final = date(2021, 7, 1)
LIST_DATE_2025: Final = date(2025, 7, 1)

_UNIT_TYPES: Final = {
    "code": "str",
    "parent_code": "str",
    "name": "str",
    "kind": "str",
    "point_source": "str",
}


_VIETNAM: Final = timezone(timedelta(hours=7))
_SPELL_TYPES: Final = dict.fromkeys(("code", "name", "kind", "parent_code", "source"), "str")
_EVENT_TYPES: Final = dict.fromkeys(
    ("kind", "code_before", "code_after", "decree", "decree_quality", "date_quality", "source"), "str"
)


def load_units() -> Units:
    """Return the official list of 1 July 2021: 21 provinces, 211 districts, 2,484 communes."""
    return Units(_read_table("units_2021.csv", _UNIT_TYPES), LIST_DATE_2021)


def load_units_2025() -> Units:
    """
    Return the units of 1 July 2025 in the ten provinces that the 21 went to: 10 provinces, 1,043 communes.

    There are no districts; extents are missing.
    """
    return Units(_read_table("units_2025.csv", _UNIT_TYPES), LIST_DATE_2025)


def load_company_extra_communes() -> tuple[str, ...]:
    """Return codes of communes that the company serves though no commune of the list of 2021 leads to them."""
    return tuple(_read_table("company_extra_communes.csv", {"code": "str"})["code"])


def load_successors() -> pd.DataFrame:
    """
    Return what became of the communes of 2021 on 1 July 2025.

    Returns
    -------
    successors
        One row a pair of old and new commune, in code order: commune_code, successor_code, is_divided (the
        commune went to several), is_default (the one successor of a commune that most of it went to, as the
        source has it). Communes that could not be carried have no row; README.md names them.
    """
    return _read_table("successors_2025.csv", {"commune_code": "str", "successor_code": "str"})


def load_former_units() -> FormerUnits:
    """
    Return the communes of January 2019 whose code, name, kind or district was another one on 1 July 2021.

    Their names and codes lead to the units of `load_units`; give both to `geodata.names.NameIndex`.
    """
    types = {"former_code": "str", "province_code": "str", "unit_code": "str", "is_divided": "bool"}
    return FormerUnits(_read_table("former_units_2019.csv", types), LIST_DATE_2019)


def load_unit_history(last_day: date | None = None) -> UnitHistory:
    """
    Return the units of the 21 provinces from 1 January 2019 on, and of their ten successors from 1 July 2025.

    Parameters
    ----------
    last_day
        The last day to answer for; today where not given. No change after 1 July 2025 is known.
    """
    spells = _read_table("history/spells.csv", _SPELL_TYPES, days=["valid_from", "valid_to"])
    events = _read_table("history/events.csv", _EVENT_TYPES, days=["valid_date", "earliest", "latest"])
    located = (load_units(), load_units_2025())
    return UnitHistory(spells, events, LIST_DATE_2019, last_day or datetime.now(_VIETNAM).date(), located)


def load_approximate_boundaries() -> gpd.GeoDataFrame:
    """
    Return the approximate boundaries of the communes of 2021 (ranh giới gần đúng), for maps only.

    Returns
    -------
    boundaries
        EPSG:4326, one row a commune in code order: commune_code, geometry, is_approximate (True). A coverage:
        no overlaps, no holes inside a province. docs/approximate.md says how near they come to real outlines.
    """
    return _read_layer("approximate_boundaries_2021.parquet")


def load_approximate_boundaries_2025() -> gpd.GeoDataFrame:
    """
    Return the approximate boundaries of the communes of 1 July 2025, for maps only: the cells of 2021, carried.

    Returns
    -------
    boundaries
        As of `load_approximate_boundaries`, on the same ground. Communes of the ten provinces that no commune of
        the 21 went to (those of old Hồ Chí Minh City and Khánh Hòa, and Côn Đảo) have no row.
    """
    return _read_layer("approximate_boundaries_2025.parquet")


def _read_layer(name: str) -> gpd.GeoDataFrame:
    with as_file(files("loaders.reference").joinpath(name)) as local:
        return gpd.read_parquet(local)


def _read_table(name: str, types: dict[str, str], *, days: list[str] | None = None) -> pd.DataFrame:
    with files("loaders.reference").joinpath(name).open("rb") as stream:
        # "Na" and "Null" may be places: only an empty cell is a missing value.
        table = pd.read_csv(stream, dtype=types, keep_default_na=False, na_values=[""])
    return table.assign(**{day: pd.to_datetime(table[day], format="%Y-%m-%d") for day in days or ()})
