"""
Rebuilds the units in time: ``python -m loaders.reference.history.build``.

Reads the statistics office's two files in the folder of real files (`CODES_2019`, `CHANGES_2024`), the two packages
of requirements-dev.lock, the unit lists beside this folder, and the tables of this folder that were entered by hand
(decrees.csv, parts.csv, list_corrections.csv, respelled.csv). Only facts are carried over. README.md of the folder
above says what came of it.
"""

from __future__ import annotations

import pandas as pd

from geodata.units import COMMUNE
from loaders.reference.former import CODES_2019
from loaders.reference.history.changes import build_events, build_spells, find_changes, read_decrees
from loaders.reference.history.lists import FOLDER, build_steps, read_changes
from loaders.reference.packages import Packages, read_packages


def build_history(packages: Packages) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return spells and events; raise `ValueError` where the sources contradict each other."""
    steps = build_steps(read_changes(), pd.read_csv(CODES_2019, dtype="str"), packages)
    decrees = read_decrees()
    changes = [find_changes(step, decrees) for step in steps]
    return build_spells(steps, changes), build_events(steps, changes)


def build_communes_2025(packages: Packages) -> pd.DataFrame:
    """Return all communes of the country on 1 July 2025: code, name, kind, province_code, in code order."""
    kinds = {"Xã": "xa", "Phường": "phuong", "Đặc khu": "dac-khu"}
    table = packages.young.reset_index().rename(
        columns={"wardCode": "code", "wardShort": "name", "provinceCode": "province_code"}
    )
    table["kind"] = table["wardType"].map(kinds)
    return table[["code", "name", "kind", "province_code"]].sort_values("code", ignore_index=True)


def main() -> None:
    """Rebuild spells.csv, events.csv and communes_2025.csv, and print what came of it."""
    packages = read_packages()
    spells, events = build_history(packages)
    country = build_communes_2025(packages)
    for name, table in (("spells", spells), ("events", events), ("communes_2025", country)):
        table.to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n")
    communes = spells[spells["level"] == COMMUNE]
    print(f"spells.csv: {len(spells)} spells, {len(communes)} of {communes['code'].nunique()} commune codes")
    print(f"events.csv: {len(events)} events,", events["kind"].value_counts().to_dict())
    print(
        "  days:",
        events["date_quality"].value_counts().to_dict(),
        "without decree:",
        int(events["decree"].isna().sum()),
    )
    print(f"communes_2025.csv: {len(country)} communes of {country['province_code'].nunique()} provinces")


if __name__ == "__main__":
    main()
