"""Which of the packages' points and extents can be believed: a geocoder found them, and some it did not find."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from geodata.name_keys import accented_key, plain_key, split_type_word
from loaders.reference.packages import boxes
from loaders.reference.successors import KM_PER_DEGREE

BOX: Final = ["south", "west", "north", "east"]

FILLED_SHARE: Final = 0.6
"""Share of its extent that a commune fills, typically."""

_STREET_KM2: Final = 0.12  # the geocoder's window round a street address is 0.0027° wide
_LEAST_OF_USUAL: Final = 0.12  # against the median extent of the district's communes of the same kind
_SHARE_OF_DISTRICT: Final = 0.5
_TIMES_USUAL: Final = 2.5
_LEAST_APART_KM: Final = 12.0
_MOST_OF_DISTRICT: Final = 0.8
_KIND_ORDER: Final = {"xa": 0, "phuong": 1, "thi-tran": 2}
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vii": "7"}


def box_area_km2(box: pd.DataFrame) -> pd.Series[float]:
    """Return the area of extents, in square kilometres."""
    wide = (box["east"] - box["west"]) * float(KM_PER_DEGREE[0])
    area: pd.Series[float] = wide * (box["north"] - box["south"]) * float(KM_PER_DEGREE[1])
    return area


def judge_points(communes: pd.DataFrame, *, legacy: pd.DataFrame, successor: pd.DataFrame) -> pd.DataFrame:
    """
    Return each commune's point and extent as the package has them, and what they are worth.

    Parameters
    ----------
    communes
        Communes of 2021, indexed by code: name, kind, district_code, district_name, province_name.
    legacy
        The package's communes of June 2025, indexed by code.
    successor
        Commune of 1 July 2025 that each commune went to, indexed by the old code: lat, lon, area_km2, kind.

    Returns
    -------
    judged
        Indexed by code: lat, lon, south, west, north, east, ``worth``: ``"located"`` (point and extent),
        ``"point"`` (a street address: the extent is that of a house), ``"elsewhere"`` (the point is another
        place's), ``"absent"``.
    """
    own = legacy.reindex(communes.index)
    found = own[["wardLat", "wardLon"]].set_axis(["lat", "lon"], axis=1).join(boxes(own["wardBounds"]))
    about = communes[["name", "kind", "district_name", "district_code", "province_name"]].copy()
    about["address"] = own["wardGeoAddress"]
    found, about = _hand_over_names(found, about)

    size = box_area_km2(found)
    is_elsewhere = _is_misnamed(about) | _is_whole_district(size, about, own) | _is_beaten(found, about, size)
    is_elsewhere |= _is_outside(found, successor) | _is_off_district(found, about, own)
    usual = size.where(size > _STREET_KM2).groupby([about["district_code"], about["kind"]]).transform("median")

    found["worth"] = "located"
    found.loc[(size < _STREET_KM2) | (size < _LEAST_OF_USUAL * usual), "worth"] = "point"
    found.loc[is_elsewhere, "worth"] = "elsewhere"
    found.loc[found["lat"].isna(), "worth"] = "absent"
    return found


def _with_keys(about: pd.DataFrame) -> pd.DataFrame:
    return about.assign(name_key=[_key(name) for name in about["name"]])


def _key(name: str) -> str:
    bare = split_type_word(name.strip())[1].strip(" .")
    bare = re.sub(r"(?i)^(?:ward|x\.)\s+|\s+(?:town|village|province|city|district)$", "", bare)
    words = [_ROMAN.get(word.lower(), word) for word in bare.split()]
    return plain_key(" ".join(words))


def _parts(address: object) -> list[str]:
    return [part.strip() for part in address.split(",")][:-1] if isinstance(address, str) else []


def _is_misnamed(about: pd.DataFrame) -> pd.Series[bool]:
    """
    Whether the address found is the district's, or that of another commune of the district.

    A name that is neither may be the commune's older or later name, or a house in it.
    """
    keyed = _with_keys(about)
    taken = set(zip(keyed["district_code"], keyed["name_key"], strict=True))
    misnamed = pd.Series(False, index=about.index)
    for code, commune in keyed[keyed["address"].notna()].iterrows():
        local = [_key(part) for part in _local(commune["address"])]
        is_others = local[0] == _key(commune["district_name"]) or (commune["district_code"], local[0]) in taken
        misnamed[str(code)] = is_others and commune["name_key"] not in local
    return misnamed


def _local(address: str) -> list[str]:
    """Return the parts of an address below the district."""
    parts = _parts(address)
    return parts[:-2] or parts[:1]


def _is_whole_district(size: pd.Series[float], about: pd.DataFrame, own: pd.DataFrame) -> pd.Series[bool]:
    """Whether a commune that bears its district's name was given the district's extent."""
    bears = about["name"].map(_key) == about["district_name"].map(_key)
    usual = size.groupby(about["district_code"]).transform("median")
    district = box_area_km2(boxes(own["districtBounds"]))
    is_large: pd.Series[bool] = (size > _SHARE_OF_DISTRICT * district) & (size > _TIMES_USUAL * usual)
    is_whole: pd.Series[bool] = bears & is_large
    return is_whole


def _hand_over_names(found: pd.DataFrame, about: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the place of a name to the commune of that name, where a merged commune carries it since."""
    found, about = found.copy(), about.copy()
    keyed = _with_keys(about)
    absent = keyed[found["lat"].isna()]
    for code, commune in keyed[found["lat"].notna()].iterrows():
        first = _key(_parts(commune["address"])[0])
        is_heir = (absent["district_code"] == commune["district_code"]) & (absent["name_key"] == first)
        if first != commune["name_key"] and is_heir.sum() == 1:
            old, heir = str(code), str(absent.index[is_heir][0])
            found.loc[heir], about.loc[heir, "address"] = found.loc[old], commune["address"]
            found.loc[old, :] = np.nan
            about.loc[old, "address"] = None
    return found, about


def _is_outside(found: pd.DataFrame, successor: pd.DataFrame) -> pd.Series[bool]:
    """Whether an extent lies away from the commune of 2025 that its commune went to."""
    centre = np.column_stack([found[["west", "east"]].mean(axis=1), found[["south", "north"]].mean(axis=1)])
    apart = np.hypot(*((centre - successor[["lon", "lat"]].to_numpy()) * KM_PER_DEGREE).T)
    radius = np.sqrt(successor["area_km2"].clip(lower=5) / np.pi)
    # The middle of a special zone lies in the sea between its islands.
    is_far = pd.Series(apart, index=found.index) > np.maximum(1.9 * (radius + 2), _LEAST_APART_KM)
    is_outside: pd.Series[bool] = is_far & (successor["kind"] != "dac-khu")
    return is_outside


def _is_off_district(found: pd.DataFrame, about: pd.DataFrame, own: pd.DataFrame) -> pd.Series[bool]:
    """Whether an extent lies wholly outside its district's, where that holds the middles of most of its communes."""
    district = boxes(own["districtBounds"])
    lat, lon = found[["south", "north"]].mean(axis=1), found[["west", "east"]].mean(axis=1)
    is_in = lat.between(district["south"], district["north"]) & lon.between(district["west"], district["east"])
    holds = is_in[lat.notna()].groupby(about["district_code"]).mean().reindex(about["district_code"]).to_numpy()
    is_beside = (found["east"] < district["west"]) | (found["west"] > district["east"])
    is_beside |= (found["north"] < district["south"]) | (found["south"] > district["north"])
    is_off: pd.Series[bool] = is_beside & (holds >= _MOST_OF_DISTRICT)
    return is_off


def _is_beaten(found: pd.DataFrame, about: pd.DataFrame, size: pd.Series[float]) -> pd.Series[bool]:
    """Whether another commune has the same place with a better right to it."""
    here = found["lat"].notna()
    rank = about[here].assign(
        place=found.loc[here, ["lat", "lon"]].round(5).apply(tuple, axis=1),
        size=size.round(1),
        own=about.index[here],
        order=about["kind"].map(_KIND_ORDER),
    )
    first = rank["address"].map(lambda address: split_type_word(_parts(address)[0])[1])
    rank["misnamed"] = first.map(accented_key) != rank["name"].map(accented_key)
    for column in ("district_name", "province_name"):
        rank[f"not_{column}"] = [
            _key(name) not in [_key(part) for part in _parts(address)[1:]]
            for name, address in zip(rank[column], rank["address"], strict=True)
        ]
    right = ["misnamed", "not_province_name", "not_district_name", "size", "order", "own"]
    beaten = rank.sort_values(right)["place"].duplicated(keep="first")
    return beaten.reindex(found.index, fill_value=False)
