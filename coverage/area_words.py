"""Areas as people write them on the command line: a code, a name, or a name with those of the units above it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

import pandas as pd

from geodata.errors import PlaceError, mark
from geodata.name_keys import accented_key, plain_key
from geodata.units import COMPANY_CODE, KIND_NAMES, Units

_SHOWN: Final = 5
_SUGGESTED_FROM: Final = 0.6
_NAMES_OF_ALL: Final = frozenset(map(plain_key, (COMPANY_CODE, "Tổng công ty Điện lực miền Nam")))


def area_of(text: str, units: Units) -> str:
    """
    Return the code of the area of a list that a text names.

    Parameters
    ----------
    text
        A code, or a name with or without its type word and diacritics: "89", "An Giang", "huyện Châu Phú", "EVNSPC". Of
        areas of one name the larger is meant; names of the units above part those of one level: "Mỹ Đức, Châu Phú".

    Raises
    ------
    PlaceError
        If the list has no such area, or several; the sentence names the nearest, or all that fit.
    """
    typed = text.strip()
    if typed in units.by_code.index:
        return typed
    if plain_key(typed) in _NAMES_OF_ALL:
        return COMPANY_CODE
    for level in (units.provinces, units.districts, units.communes):
        if found := _fitting(typed, level, units):
            return _only(found, typed, units)
    if typed.isdigit():
        units.find(typed)  # raises, and says what codes look like
    raise _unknown(typed, units.by_code, units)


def province_of(text: str, units: Units) -> str:
    """
    Return the code of the province that a text names; a code of any area is left for the reader to refuse.

    Raises
    ------
    PlaceError
        If the list has no province of that name, or several.
    """
    typed = text.strip()
    if typed in units.by_code.index:
        return typed
    if found := _fitting(typed, units.provinces, units):
        return _only(found, typed, units)
    if typed.isdigit():
        units.find(typed)
    for level in (units.districts, units.communes):
        if smaller := _fitting(typed, level, units):
            raise PlaceError(
                "place.not-a-province",
                mark('"{name}" is no province but {found}. Write the name of a province, or its 2-digit GSO code.'),
                name=typed,
                found=_listed(smaller[:1], units),
            )
    raise _unknown(typed, units.provinces, units)


def _fitting(typed: str, level: pd.DataFrame, units: Units) -> list[str]:
    """Return the units of a level that a text names; where some fit with all their diacritics, only these."""
    name, *above = (part.strip() for part in typed.split(","))
    if not plain_key(name):
        return []
    own = level[
        level["name"].map(plain_key).eq(plain_key(name)) | level["full_name"].map(plain_key).eq(plain_key(name))
    ]
    codes = [str(code) for code in own.index if _is_under(str(code), above, units)]
    exact = [code for code in codes if accented_key(name) in set(map(accented_key, _names(code, units)))]
    return exact or codes


def _is_under(code: str, above: list[str], units: Units) -> bool:
    unit = units.by_code.loc[code]
    parents = [str(unit[c]) for c in ("district_code", "province_code") if isinstance(unit[c], str) and unit[c] != code]
    known = {plain_key(name) for parent in parents for name in _names(parent, units)}
    return {plain_key(part) for part in above} <= known


def _names(code: str, units: Units) -> Iterator[str]:
    unit = units.by_code.loc[code]
    yield str(unit["name"])
    yield str(unit["full_name"])


def _only(found: list[str], typed: str, units: Units) -> str:
    if len(found) == 1:
        return found[0]
    raise PlaceError(
        "place.name-ambiguous",
        mark('{n} areas are called "{name}": {found}. Write the code, or the name with that of the unit above.'),
        n=len(found),
        name=typed,
        found=_listed(found[:_SHOWN], units) + (" …" if len(found) > _SHOWN else ""),
    )


def _unknown(typed: str, among: pd.DataFrame, units: Units) -> PlaceError:
    by_key: dict[str, list[str]] = {}
    for code, name in among["name"].items():
        by_key.setdefault(plain_key(str(name)), []).append(str(code))
    sought = plain_key(_without_kind(typed.split(",")[0]))
    near = difflib.get_close_matches(sought, list(by_key), 3, _SUGGESTED_FROM)
    values = {"name": typed, "day": f"{units.list_date:%d/%m/%Y}"}
    codes = [code for key in near for code in by_key[key]][:3]
    if codes:
        template = mark('There is no area "{name}" in the list of {day}. Nearest: {nearest}.')
        return PlaceError("place.name-unknown", template, **values, nearest=_listed(codes, units))
    template = mark(
        'There is no area "{name}" in the list of {day}. Write its GSO code or its name, such as 89 or An Giang.'
    )
    return PlaceError("place.name-unknown", template, **values)


def _without_kind(name: str) -> str:
    """Return a name without the type word before it, so that the type word makes no two names alike."""
    folded = name.strip().casefold()
    kinds = sorted(set(KIND_NAMES.values()), key=len, reverse=True)
    kind = next((kind for kind in kinds if folded.startswith(kind.casefold() + " ")), "")
    return name.strip()[len(kind) :]


def _listed(codes: list[str], units: Units) -> str:
    return "; ".join(f"{units.name_with_parents(code)} ({code})" for code in codes)
