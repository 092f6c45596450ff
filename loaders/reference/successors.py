"""What became of the communes of 2021 on 1 July 2025, resolved to codes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geodata.name_keys import plain_key
from geodata.units import KIND_NAMES
from loaders.reference.packages import LATER_DISTRICT, Packages, aliases

SUCCESSOR_COLUMNS: Final = ("commune_code", "successor_code", "is_divided", "is_default")

KM_PER_DEGREE: Final = np.array([111.32 * np.cos(np.radians(10.3)), 110.6])
"""Kilometres in a degree of longitude and of latitude, at the middle of the south."""

_FAR_KM: Final = 8.0
_MISPLACED_KM: Final = 20.0


def carry_to_june_2025(communes: pd.DataFrame, packages: Packages) -> dict[str, str]:
    """
    Return the code under which each commune of 2021 stands in the list of June 2025.

    A commune whose code is gone is found by its name among the names and other names of its district's
    communes; where none or several answer, it is left out.

    Parameters
    ----------
    communes
        Communes of 2021, indexed by code: name, kind, district_code.
    """
    legacy = packages.legacy
    other_names = aliases(legacy)
    later = {str(code): str(code) for code in communes.index.intersection(legacy.index)}
    for code, commune in communes[~communes.index.isin(legacy.index)].iterrows():
        key = plain_key(KIND_NAMES[commune["kind"]] + commune["name"])
        district = LATER_DISTRICT.get(commune["district_code"], commune["district_code"])
        neighbours = legacy[legacy["districtCode"] == district]
        answering = [
            str(other)
            for other, other_key in neighbours["wardKey"].items()
            if other_key == key or key in other_names.get(str(other), frozenset())
        ]
        if len(answering) == 1:
            later[str(code)] = answering[0]
    return dict(sorted(later.items()))


def build_successors(communes: pd.DataFrame, packages: Packages) -> pd.DataFrame:
    """
    Return which commune of 2021 went to which commune of 1 July 2025.

    Returns
    -------
    successors
        One row a pair, columns `SUCCESSOR_COLUMNS`, in code order. Pairs that the package's converter makes
        out of two communes of one name (see `drop_namesakes`) are still in it.
    """
    of_legacy = _successors_of_legacy(packages)
    pairs = [
        (code, successor, default)
        for code, later in carry_to_june_2025(communes, packages).items()
        for successor, default in of_legacy.get(later, [])
    ]
    successors = pd.DataFrame(pairs, columns=["commune_code", "successor_code", "is_default"])
    return _with_divided(successors)


def drop_namesakes(
    successors: pd.DataFrame, *, communes: pd.DataFrame, district_boxes: pd.DataFrame, young: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the pairs that can be, and those that only share a name.

    The converter goes by names: where two communes of one name lay in the provinces that became one, it gives
    both communes the successors of both. Such a pair has a twin, and lies far from the commune's district.

    Parameters
    ----------
    communes
        Communes of 2021, indexed by code: name.
    district_boxes
        Extent of each commune's district, indexed by commune: south, west, north, east.
    young
        Communes of 2025, indexed by code: lat, lon.
    """
    apart = _km_from_box(young.loc[successors["successor_code"]], district_boxes.loc[successors["commune_code"]])
    name = successors["commune_code"].map(communes["name"]).map(plain_key)
    has_twin = pd.Series(list(zip(name, successors["successor_code"], strict=True))).duplicated(keep=False)
    is_shared = successors["commune_code"].duplicated(keep=False)
    is_namesake = (apart > _FAR_KM) & has_twin & is_shared
    kept = successors[~is_namesake].copy()
    # Where the converter preferred the namesake, what is left is the successor.
    is_only = ~kept["commune_code"].duplicated(keep=False)
    kept["is_default"] |= is_only
    return _with_divided(kept), successors[is_namesake].reset_index(drop=True)


def move_misplaced(
    young: pd.DataFrame, *, successors: pd.DataFrame, communes: pd.DataFrame, district_boxes: pd.DataFrame
) -> pd.DataFrame:
    """
    Return the communes of 2025 with the misplaced ones where their predecessors are.

    A point far from the districts of all communes that went there is another commune's point. It becomes the
    mean of the predecessors' points, with ``point_source`` ``"predecessors"``; special zones, whose middle
    lies at sea, stay.

    Parameters
    ----------
    communes
        Communes of 2021, indexed by code: lat, lon (missing where unknown).
    """
    pairs = successors[successors["is_default"]]
    apart = _km_from_box(young.loc[pairs["successor_code"]], district_boxes.loc[pairs["commune_code"]])
    nearest = apart.groupby(pairs["successor_code"].to_numpy()).min()
    misplaced = nearest.index[nearest > _MISPLACED_KM]
    misplaced = misplaced[(young.loc[misplaced, "kind"] != "dac-khu").to_numpy()]
    moved = young.copy()
    for code in misplaced:
        before = pairs.loc[pairs["successor_code"] == code, "commune_code"]
        moved.loc[code, ["lat", "lon"]] = communes.loc[before, ["lat", "lon"]].mean().round(6)
        moved.loc[code, "point_source"] = "predecessors"
    return moved


def _km_from_box(points: pd.DataFrame, boxes: pd.DataFrame) -> pd.Series[float]:
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    east = np.maximum(np.maximum(boxes["west"].to_numpy() - lon, lon - boxes["east"].to_numpy()), 0)
    north = np.maximum(np.maximum(boxes["south"].to_numpy() - lat, lat - boxes["north"].to_numpy()), 0)
    return pd.Series(np.hypot(east * KM_PER_DEGREE[0], north * KM_PER_DEGREE[1]))


def _with_divided(pairs: pd.DataFrame) -> pd.DataFrame:
    pairs = pairs.sort_values(["commune_code", "successor_code"]).reset_index(drop=True)
    pairs["is_divided"] = pairs["commune_code"].duplicated(keep=False)
    return pairs[list(SUCCESSOR_COLUMNS)]


def _successors_of_legacy(packages: Packages) -> dict[str, list[tuple[str, bool]]]:
    old_code = _codes_by_key(packages.legacy)
    new_code = _codes_by_key(packages.young)
    found: dict[str, list[tuple[str, bool]]] = {}
    for province, wards in packages.converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, old_keys in wards.items():
            for key in old_keys:
                if key in old_code:  # a district without communes has a key that ends in "_"
                    found.setdefault(old_code[key], []).append((new_code[f"{province}_{ward}"], True))
    for province, wards in packages.converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in wards.items():
            for part in parts:
                successor = new_code[f"{province}_{part['newWardKey']}"]
                found.setdefault(old_code[key], []).append((successor, bool(part["isDefaultNewWard"])))
    return found


def _codes_by_key(units: pd.DataFrame) -> dict[str, str]:
    if units["key"].duplicated().any():
        raise ValueError("two units share one key: " + ", ".join(units.loc[units["key"].duplicated(), "key"]))
    return {str(key): str(code) for code, key in units["key"].items()}
