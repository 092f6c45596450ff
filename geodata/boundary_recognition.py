"""Which commune each feature of a boundary file is: by hand, by code, by names with parents, by location."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.boundary_attributes import CODE, COMMUNE_NAME, Attributes, is_same_name
from geodata.boundary_features import (
    BY_CODE,
    BY_HAND,
    BY_LOCATION,
    BY_NAMES,
    CODE_CONTRADICTS_NAME,
    DIVIDED,
    FAR_AWAY,
    LEFT_OUT,
    NO_MATCH,
    OUTSIDE,
    SEVERAL_NAMES,
    UNKNOWN,
    Feature,
    Recognition,
)
from geodata.boundary_location import KnownGround
from geodata.crs import METRES_SOUTH
from geodata.errors import BoundaryError, mark
from geodata.former_units import FormerUnits
from geodata.name_keys import accented_key, split_type_word
from geodata.names import NameIndex, PlaceMatch
from geodata.units import Units

FAR_KM: Final = 30.0
"""How far a feature may lie from the reliable point of the commune that its code or names say it is."""

_LEAST_SHARE: Final = 0.5
"""Share of features with a known code from which a column is one of codes, whatever its name."""


@dataclass(frozen=True)
class UnitList:
    """
    One unit list that a file may show, with what is known of where its units lie.

    Parameters
    ----------
    units
        The list.
    former
        Units of an older list, whose names and codes are followed.
    cells
        ``commune_code``, ``geometry`` (WGS 84): approximate cells.
    by_hand
        Key of a feature → commune of the list that the user says it is, ``""`` to leave it out; counts before all else.
    """

    units: Units
    former: FormerUnits | None = None
    cells: gpd.GeoDataFrame | None = None
    by_hand: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> NameIndex:
        """Its names."""
        return NameIndex(self.units, self.former)

    @cached_property
    def ground(self) -> KnownGround:
        """Where its units lie."""
        return KnownGround(self.units, self.cells)


def recognise(
    features: gpd.GeoDataFrame, attributes: Attributes, lists: Sequence[UnitList], *, file_name: str
) -> Recognition:
    """
    Return what the features of a file are, in the one list that fits it best.

    Parameters
    ----------
    features
        Valid polygons in WGS 84.
    attributes
        Their attributes.
    lists
        The lists that the file may show. What codes and names say decides between them; where they say nothing or
        the same of several, location does.

    Raises
    ------
    BoundaryError
        If several lists fit equally: codes were used again, so the same code can be two communes on two days.
    """
    shapes = features.geometry.to_crs(METRES_SOUTH).to_numpy()
    recognisers = [_Recogniser(attributes, unit_list, shapes) for unit_list in lists]
    fitting = _best([(recogniser, recogniser.by_attributes()) for recogniser in recognisers])
    is_said = any(feature.code for _, found in fitting for feature in found)
    fitting = _best([(recogniser, recogniser.by_location(found)) for recogniser, found in fitting])
    if len(fitting) > 1 or (len(lists) > 1 and not is_said and not _is_mostly_known(fitting[0][1])):
        raise BoundaryError(
            "boundary.day-unknown",
            mark(
                '"{file}" fits the unit lists of {days} equally. Say which day\'s boundaries it shows: the date '
                "beside the file in the app, or --as-of on the command line."
            ),
            file=file_name,
            days=", ".join(f"{unit_list.units.list_date:%d/%m/%Y}" for unit_list in lists),
        )
    [(recogniser, found)] = fitting
    return Recognition(recogniser.units, tuple(found), attributes.layout)


def _is_mostly_known(features: list[Feature]) -> bool:
    here = [feature for feature in features if feature.how != OUTSIDE]
    return 2 * sum(feature.code is not None for feature in here) > len(here)


def _best(found: list[tuple[_Recogniser, list[Feature]]]) -> list[tuple[_Recogniser, list[Feature]]]:
    """Return the lists in which the most features are known, and of these the most by present names and codes."""
    scores = [
        (sum(f.code is not None for f in features), sum(f.code is not None and not f.former_name for f in features))
        for _, features in found
    ]
    return [pair for pair, score in zip(found, scores, strict=True) if score == max(scores)]


class _Recogniser:
    """Recognises the features of one file in one list."""

    def __init__(self, attributes: Attributes, unit_list: UnitList, shapes: Any) -> None:
        self._attributes = attributes
        self._list = unit_list
        self._communes = unit_list.units.communes
        self._shapes = shapes

    @property
    def units(self) -> Units:
        """The list."""
        return self._list.units

    def by_attributes(self) -> list[Feature]:
        """Return what the user, codes and names say."""
        attributes, by_hand = self._attributes, self._list.by_hand
        features = [Feature(key, label) for key, label in zip(attributes.features, attributes.labels, strict=True)]
        codes = self._codes()
        found = [
            _assigned(feature, by_hand[feature.feature])
            if feature.feature in by_hand
            else self._held_to_place(row, self._by_attributes(row, feature, codes[row]))
            for row, feature in enumerate(features)
        ]
        return _without_doubles(found, attributes.commune_names)

    # ---- by code and names

    def _codes(self) -> list[str]:
        """Return the code that each feature says it has, ``""`` for none."""
        attributes = self._attributes
        known = {column: self._known(attributes.codes(column)) for column in attributes.texts}
        named = attributes.roles.get(CODE)
        best = max(known, key=lambda column: (known[column], column == named), default=None)
        if best is not None and best != named and known[best] < _LEAST_SHARE * len(attributes.places):
            best = named  # a few numbers that look like codes make no column of codes
        return [""] * len(attributes.places) if best is None else attributes.codes(best)

    def _known(self, codes: Sequence[str]) -> int:
        former = self._list.former.by_code if self._list.former else {}
        return sum(code in self._communes.index or code in former for code in codes if code)

    def _by_attributes(self, row: int, feature: Feature, code: str) -> Feature:
        name = self._attributes.commune_names[row]
        match = self._list.names.find_code(code) if code else PlaceMatch(None)
        is_commune = match.code in self._communes.index
        if is_commune and match.code and self._agrees(row, match):
            return replace(feature, code=match.code, how=BY_CODE, confidence=1.0, former_name=match.former_name)
        by_name = self._find_by_names(row, name)
        if by_name.code:
            confidence = 1.0 if not by_name.is_close else 0.9
            return replace(
                feature, code=by_name.code, how=BY_NAMES, confidence=confidence, former_name=by_name.former_name
            )
        if match.is_ambiguous or (by_name.is_ambiguous and by_name.former_name):
            return replace(feature, reason=DIVIDED, suggestions=(match.candidates or by_name.candidates)[:3])
        reason = CODE_CONTRADICTS_NAME if is_commune else NO_MATCH
        return replace(feature, reason=reason, suggestions=by_name.candidates[:3])

    def _agrees(self, row: int, match: PlaceMatch) -> bool:
        """Return whether the feature's name, if it has one, is the commune's, or one that it bore."""
        names = self._attributes.of(COMMUNE_NAME)
        if names is None or not names[row] or names[row] == str(match.code):
            return True
        unit = self._communes.loc[match.code]
        former = split_type_word(match.former_name)[1] if match.former_name else str(unit["name"])
        if is_same_name(names[row], former) or is_same_name(names[row], str(unit["name"])):
            return True
        parent = unit["district_code"] if pd.notna(unit["district_code"]) else unit["province_code"]
        return self._list.names.find_commune(names[row], parent_code=str(parent)).code == match.code

    def _find_by_names(self, row: int, name: str) -> PlaceMatch:
        attributes, names = self._attributes, self._list.names
        provinces, districts = attributes.provinces, attributes.district_names
        if not name or (provinces is None and districts is None):
            return PlaceMatch(None)
        province = names.find_province(provinces[row]).code if provinces else None
        if provinces and provinces[row] and province is None:
            return PlaceMatch(None)  # another province's
        has_districts = districts is not None and len(self._list.units.districts) > 0
        district = names.find_district(districts[row], province_code=province) if has_districts else PlaceMatch(None)  # type: ignore[index]
        if district.is_ambiguous and not district.former_name:
            return self._in_one_of(district.candidates, name)
        parent = district.code or province
        return names.find_commune(name, parent_code=parent) if parent else PlaceMatch(None)

    def _in_one_of(self, districts: Sequence[str], name: str) -> PlaceMatch:
        """Return the commune of the one district that has it: the town Cai Lậy has a ward 3, the district has none."""
        matches = [self._list.names.find_commune(name, parent_code=code) for code in districts]
        exact = [match for match in matches if match.code and not match.is_close]
        return exact[0] if len(exact) == 1 else PlaceMatch(None)

    def _held_to_place(self, row: int, feature: Feature) -> Feature:
        if feature.code is None or self._list.ground.distance_km(self._shapes[row], feature.code) <= FAR_KM:
            return feature
        return replace(feature, code=None, how=UNKNOWN, confidence=0.0, reason=FAR_AWAY, suggestions=(feature.code,))

    # ---- by location

    def by_location(self, found: list[Feature]) -> list[Feature]:
        """Return the same with the features that are known by their place, and those of other provinces told."""
        located = _without_doubles(self._located(found), self._attributes.commune_names)
        return self._outside(located)

    def _located(self, found: list[Feature]) -> list[Feature]:
        taken = {feature.code for feature in found if feature.code}
        names = self._attributes.commune_names
        located: list[Feature] = []
        for row, feature in enumerate(found):
            if feature.how != UNKNOWN or feature.reason == SEVERAL_NAMES:
                located.append(feature)
                continue
            code, confidence, near = self._list.ground.recognise(self._shapes[row], names[row])
            suggestions = tuple(dict.fromkeys((*feature.suggestions, *near)))[:3]
            if code is None or feature.reason != NO_MATCH:
                located.append(replace(feature, suggestions=suggestions))
            elif code in taken:
                located.append(replace(feature, reason=SEVERAL_NAMES, suggestions=suggestions))
            else:
                located.append(replace(feature, code=code, how=BY_LOCATION, confidence=round(confidence, 3), reason=""))
        return located

    def _outside(self, found: list[Feature]) -> list[Feature]:
        """Tell features of other provinces from those that nobody knows."""
        rows = [row for row, feature in enumerate(found) if feature.how == UNKNOWN and feature.reason != FAR_AWAY]
        if not rows:
            return found
        provinces = self._attributes.provinces
        is_foreign = np.array(
            [bool(provinces and provinces[row]) and not self._is_own_province(provinces[row]) for row in rows]  # type: ignore[index]
        )
        covered = self._list.ground.covers(np.array(self._shapes)[rows], has_foreign_province=is_foreign)
        taken = {feature.code for feature in found if feature.code}
        result = list(found)
        for row, is_covered, is_other in zip(rows, covered, is_foreign, strict=True):
            if is_covered:
                continue
            # An islet far from its commune's known point is not another province's because of that.
            namesakes = () if is_other else self._namesakes(self._attributes.commune_names[row], taken)
            if namesakes:
                result[row] = replace(found[row], suggestions=namesakes)
            else:
                result[row] = replace(found[row], how=OUTSIDE, reason="", suggestions=())
        return result

    def _namesakes(self, name: str, taken: set[str]) -> tuple[str, ...]:
        """Return the communes that bear a name and that no feature is."""
        codes = self._codes_by_name.get(accented_key(split_type_word(name)[1]), ()) if name else ()
        return tuple(code for code in codes if code not in taken)[:3]

    @cached_property
    def _codes_by_name(self) -> dict[str, list[str]]:
        codes: dict[str, list[str]] = defaultdict(list)
        for code, name in zip(self._communes.index, self._communes["name"], strict=True):
            codes[accented_key(str(name))].append(str(code))
        return codes

    def _is_own_province(self, typed: str) -> bool:
        return self._list.names.find_province(typed).code is not None


def _assigned(feature: Feature, code: str) -> Feature:
    if not code:
        return replace(feature, how=LEFT_OUT)
    return replace(feature, code=code, how=BY_HAND, confidence=1.0)


def _without_doubles(found: list[Feature], names: Sequence[str]) -> list[Feature]:
    """
    Take back what made features of different names one commune, unless merged communes did.

    The feature that is the commune most surely keeps it; parts of one name, such as islands, stay together.
    """
    by_code: dict[str, list[int]] = defaultdict(list)
    for row, feature in enumerate(found):
        if feature.code and feature.how in (BY_NAMES, BY_LOCATION):
            by_code[feature.code].append(row)
    result = list(found)
    for code, rows in by_code.items():
        own = [row for row in rows if not found[row].former_name]
        keys = {accented_key(split_type_word(names[row])[1]) or str(row) for row in own}
        if len(own) < 2 or len(keys) < 2:
            continue
        best = max(found[row].confidence for row in own)
        surest = {accented_key(split_type_word(names[row])[1]) for row in own if found[row].confidence == best}
        for row in own:
            is_surest = len(surest) == 1 and found[row].confidence == best
            if not is_surest:
                result[row] = replace(
                    found[row], code=None, how=UNKNOWN, confidence=0.0, reason=SEVERAL_NAMES, suggestions=(code,)
                )
    return result
