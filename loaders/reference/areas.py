"""
Rebuilds the official areas of communes: ``python -m loaders.reference.areas``.

For 1 July 2025 the areas that vietnamadminunits states for every commune. For 1 July 2021 the few that the statistics
office's list of changes states of a whole commune, where nothing that is known to have happened since 2019 touched it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.name_keys import accented_key, split_type_word
from geodata.units import Units
from loaders.reference import LIST_DATE_2021, LIST_DATE_2025, load_unit_history, load_units, load_units_2025
from loaders.reference.history.lists import CHANGES_2024, read_changes
from loaders.reference.packages import Packages, read_packages

FILE: Final = Path(__file__).parent / "official_areas.csv"
COLUMNS: Final = ("list_date", "code", "area_km2", "source")
PACKAGE, NOTE = "vietnamadminunits 1.0.4", "GSO, list of changes 2019-2024, note"

_STATED: Final = re.compile(
    r"(?P<name>(?:xã|phường|thị trấn|TTr)\s+[^,.;:]{2,40}?)\s+có\s+(?P<number>\d[\d.,]*)\s*(?P<unit>ha|km2|km²)",
    re.IGNORECASE,
)


def areas_2025(packages: Packages, units: Units) -> pd.DataFrame:
    """Return the areas of the communes of 1 July 2025, columns `COLUMNS`."""
    area = packages.young["wardAreaKm2"].reindex(units.communes.index).dropna()
    return _table(LIST_DATE_2025, area[area > 0], PACKAGE)  # 0 stands for an area that it does not know


def areas_2021(notes: pd.DataFrame, units: Units, touched: set[str]) -> pd.DataFrame:
    """
    Return the areas that notes state of whole communes of 1 July 2021, columns `COLUMNS`.

    Parameters
    ----------
    notes
        Columns ``code`` and ``note``.
    units
        The list of 2021.
    touched
        Codes of communes that took in or gave ground from 2019 to the day of the list.
    """
    found: dict[str, float] = {}
    for code, note in zip(notes["code"], notes["note"], strict=True):
        if code in units.communes.index and code not in touched:
            stated = stated_area_km2(str(note), str(units.communes.loc[code, "name"]))
            if stated is not None:
                found[str(code)] = stated
    return _table(LIST_DATE_2021, pd.Series(found, dtype="float64"), NOTE)


def stated_area_km2(note: str, name: str) -> float | None:
    """
    Return the area that a note states of a commune, km².

    Examples
    --------
    >>> stated_area_km2("Phường Đông Xuyên có 89 ha dt tn và 10.149 nk. Đông giáp …", "Đông Xuyên")
    0.89
    >>> stated_area_km2("TTr Đất Đỏ có 2.214,44 ha diện tích", "Đất Đỏ"), stated_area_km2("Xã A có 5 ha", "B")
    (22.1444, None)
    """
    for match in _STATED.finditer(note):
        if accented_key(split_type_word(match["name"])[1]) == accented_key(name):
            number = float(match["number"].rstrip(".,").replace(".", "").replace(",", "."))
            return round(number / 100 if match["unit"].lower() == "ha" else number, 6)
    return None


def _table(list_date: object, area_km2: pd.Series[float], source: str) -> pd.DataFrame:
    table = pd.DataFrame({"list_date": str(list_date), "code": area_km2.index, "area_km2": area_km2.to_numpy()})
    return table.assign(source=source).sort_values("code", ignore_index=True)[list(COLUMNS)]


def main() -> None:
    """Rebuild official_areas.csv and print what came of it."""
    events = load_unit_history().events
    earlier = events[events["valid_date"] <= pd.Timestamp(LIST_DATE_2021)]
    earlier = earlier[earlier["kind"].isin(["merged", "divided", "part-moved"])]
    touched = set(earlier["code_before"].dropna()) | set(earlier["code_after"].dropna())
    changes = read_changes(CHANGES_2024)
    notes = changes[changes["note"].fillna("") != ""][["code", "note"]]
    parts = [areas_2021(notes, load_units(), touched), areas_2025(read_packages(), load_units_2025())]
    table = pd.concat(parts, ignore_index=True)
    table.to_csv(FILE, index=False, lineterminator="\n")
    print(f"official_areas.csv: {table['list_date'].value_counts().to_dict()}")


if __name__ == "__main__":
    main()
