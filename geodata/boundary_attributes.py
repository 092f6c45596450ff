"""What the attributes of a boundary file say: which column holds codes, names, kinds; how a feature is called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.name_keys import accented_key, plain_key, split_type_word

COMMUNE_NAME, DISTRICT_NAME, PROVINCE_NAME, CODE = "commune", "district", "province", "code"
KIND, DISTRICT_KIND = "kind", "district_kind"

_COLUMNS: Final = {
    # Of several columns the first counts; those with diacritics stand before those without.
    COMMUNE_NAME: (
        *("commune", "ward", "tenxa", "tenphuongxa", "tenxaphuong", "xa", "xaphuong", "phuongxa", "tendvhc"),
        *("adm3vi", "adm3name1", "adm3name", "name3", "adm3en", "shapename", "fullname", "ten", "name"),
    ),
    DISTRICT_NAME: (
        *("district", "tenhuyen", "huyen", "quanhuyen", "tenquanhuyen"),
        *("adm2vi", "adm2name1", "adm2name", "name2", "adm2en"),
    ),
    PROVINCE_NAME: (
        *("province", "tentinh", "tinh", "tinhtp", "tinhthanh", "tentinhthanh"),
        *("adm1vi", "adm1name1", "adm1name", "name1", "adm1en"),
    ),
    KIND: ("type", "type3", "loai", "loaixa", "capdvhc", "loaidvhc", "engtype3"),
    DISTRICT_KIND: ("type2", "loaihuyen", "engtype2"),
    CODE: (
        *("communecode", "wardcode", "code", "maxa", "maphuongxa", "mapx", "madvhc", "adm3pcode", "xacode"),
        *("gsocode", "macode", "ma"),
    ),
}
_AREA_COLUMNS: Final = {
    "areakm2": 1.0,
    "dientichkm2": 1.0,
    "dientich": 1.0,
    "dientichtunhien": 1.0,
    "dientichtn": 1.0,
    "dientichha": 0.01,
    "areaha": 0.01,
}
"""Columns with the area that an authority states, and km² in one unit; a drawing's own (shape_area) is none."""

_CODE: Final = re.compile(r"(?:VN)?(?:\d{5})?(\d{5})(?:\.0)?", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"^\d+[_.\s-]+")
_KIND_WORDS: Final = {
    "commune": "Xã",
    "ward": "Phường",
    "township": "Thị trấn",
    "townlet": "Thị trấn",
    "district": "Huyện",
}
_NO_TEXT: Final = frozenset({"", "nan", "none", "null", "na", "<na>"})


@dataclass(frozen=True)
class Attributes:
    """
    The attributes of a boundary file's features as texts.

    Parameters
    ----------
    texts
        Column → text of each feature, ``""`` where it has none, in the file's order.
    places
        Where each feature lies (text): names it where it has no attribute.
    rows
        Row of each feature in the file, from 1.
    """

    texts: dict[str, list[str]]
    places: list[str]
    rows: list[int]
    _cache: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def part(self, is_wanted: NDArray[np.bool_]) -> Attributes:
        """Return the attributes of some of the features."""
        rows = np.flatnonzero(is_wanted)
        return Attributes(
            {column: [texts[row] for row in rows] for column, texts in self.texts.items()},
            [self.places[row] for row in rows],
            [self.rows[row] for row in rows],
        )

    @cached_property
    def roles(self) -> dict[str, str]:
        """Role (`CODE`, `COMMUNE_NAME`, …) → column that plays it by its name."""
        by_key = {plain_key(column): column for column in reversed(self.texts)}
        found = {
            role: next((by_key[alias] for alias in aliases if alias in by_key), None)
            for role, aliases in _COLUMNS.items()
        }
        return {role: column for role, column in found.items() if column is not None}

    def of(self, role: str) -> list[str] | None:
        """Return the texts of a role, None where no column plays it."""
        column = self.roles.get(role)
        return None if column is None else self.texts[column]

    def codes(self, column: str) -> list[str]:
        """Return the commune codes of a column, ``""`` where a text is none: ``30463``, ``VN8988630463``."""
        if column not in self._cache:
            found = (_CODE.fullmatch(text) for text in self.texts[column])
            self._cache[column] = [match[1] if match else "" for match in found]
        return self._cache[column]

    @cached_property
    def commune_names(self) -> list[str]:
        """Name of each feature's commune with its type word where that is known; ``""`` where it has none."""
        return self._with_kinds(COMMUNE_NAME, KIND) or [""] * len(self.places)

    @cached_property
    def district_names(self) -> list[str] | None:
        """Name of each feature's district with its type word where that is known; None where no column has them."""
        return self._with_kinds(DISTRICT_NAME, DISTRICT_KIND)

    def _with_kinds(self, name_role: str, kind_role: str) -> list[str] | None:
        names, kinds = self.of(name_role), self.of(kind_role)
        if names is None or kinds is None:
            return names
        return [_with_kind(name, kind) for name, kind in zip(names, kinds, strict=True)]

    @cached_property
    def provinces(self) -> list[str] | None:
        """Name of each feature's province without the number that some sources put before it: ``56_khanh_hoa``."""
        texts = self.of(PROVINCE_NAME)
        return None if texts is None else [_NUMBERED.sub("", text).replace("_", " ") for text in texts]

    @cached_property
    def features(self) -> list[str]:
        """
        Key of each feature, the same for the same feature of another file with this layout.

        Its names and code; its place where it has neither.
        """
        columns = [
            self.roles[role] for role in (PROVINCE_NAME, DISTRICT_NAME, COMMUNE_NAME, CODE) if role in self.roles
        ]
        columns = columns or list(self.texts)[:2]
        keys = ["|".join(self.texts[column][row] for column in columns) for row in range(len(self.places))]
        return [key if key.strip("|") else place for key, place in zip(keys, self.places, strict=True)]

    @cached_property
    def labels(self) -> list[str]:
        """How a feature is shown to readers: its row in the file, its code and names, else its first attributes."""
        roles = (CODE, COMMUNE_NAME, DISTRICT_NAME, PROVINCE_NAME)
        named = [self.roles[role] for role in roles if role in self.roles]
        columns = named or list(self.texts)[:2]
        texts = (" ".join(self.texts[column][row] for column in columns) for row in range(len(self.places)))
        return [f"#{row} {' '.join(text.split())}".strip() for row, text in zip(self.rows, texts, strict=True)]

    @cached_property
    def layout(self) -> str:
        """What files with the same columns have in common."""
        return layout_of(list(self.texts))

    @cached_property
    def stated_areas_km2(self) -> list[float] | None:
        """Area that the file states for each feature, km²; None where no column does."""
        for column, texts in self.texts.items():
            factor = _AREA_COLUMNS.get(plain_key(column))
            if factor is not None:
                numbers = pd.to_numeric(pd.Series([text.replace(",", ".") for text in texts]), errors="coerce")
                return [float(number) * factor for number in numbers]
        return None


def layout_of(columns: Sequence[str]) -> str:
    """Return what files with the same columns, in whatever order and case, have in common."""
    return hashlib.sha256("|".join(sorted(plain_key(column) for column in columns)).encode()).hexdigest()[:32]


def read_attributes(features: gpd.GeoDataFrame) -> Attributes:
    """Return the attributes of features in WGS 84, whose index numbers the rows of the file from 0."""
    shapes = features.geometry.name
    texts = {
        str(column): [_text(value) for value in features[column].tolist()]
        for column in features.columns
        if column != shapes
    }
    bounds = features.geometry.bounds.to_numpy(float)
    lon, lat = bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)
    places = [f"{x:.3f}, {y:.3f}" for x, y in zip(lon, lat, strict=True)]
    return Attributes(texts, places, [int(row) + 1 for row in features.index])


def _text(value: object) -> str:
    text = str(value).strip()
    return "" if text.lower() in _NO_TEXT else text


def _with_kind(name: str, kind: str) -> str:
    kind = _KIND_WORDS.get(kind.lower(), kind)
    if not name or not kind or split_type_word(name)[0]:
        return name
    # A kind that is no type word ("Level 3") says nothing.
    return f"{kind} {name}" if split_type_word(f"{kind} x")[0] else name


def is_same_name(typed: str, name: str) -> bool:
    """
    Return whether a typed name is a unit's, with its diacritics or without any.

    Examples
    --------
    >>> is_same_name("Xã MỹĐức", "Mỹ Đức"), is_same_name("My Duc", "Mỹ Đức"), is_same_name("Mỹ Dức", "Mỹ Đức")
    (True, True, False)
    """
    keys = {accented_key(typed), accented_key(split_type_word(typed)[1])}
    return accented_key(name) in keys or plain_key(name) in keys
