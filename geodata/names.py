"""Vietnamese place names: matching what was typed with the units of a district; normal forms: `name_keys`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from geodata.former_units import FormerUnit, FormerUnits
from geodata.name_keys import (
    ANY_KIND,
    BARE_TYPE_WORD,
    accented_key,
    nfc,
    plain_key,
    split_mistyped_type_word,
    split_type_word_of,
)
from geodata.spelling import Spelling, read_telex, spell
from geodata.units import COMMUNE, DISTRICT, PROVINCE, Units

_TELEX_KEYS: Final = re.compile(r"(?<=\w)[sfrxjSFRXJ]\b|dd|aa|ee|oo|[aou]w|DD|Dd|AA|EE|OO|[AOU][Ww]")
SUGGESTIONS: Final = 3
_LEAST_LIKENESS: Final = 60.0
_LEAST_LETTERS: Final = 4
"""A name of fewer letters is not sought with a typo: too much of it would be guessed."""
_MOST_WRONG: Final = 2.5
"""Distance up to which a name with all the right letters is taken: two wrong diacritics, others left out."""
_MEMO_SIZE: Final = 4096


@dataclass(frozen=True)
class PlaceMatch:
    """
    What a typed name was found to be.

    Distances are numbers of letters: a wrong, missing, additional or swapped letter is 1, a wrong diacritic 1;
    diacritics left out are together ½, or 0 where the name was typed without any.

    Parameters
    ----------
    code
        The unit's code, or None where no unit or several fit.
    candidates
        Codes that fit nearly equally (ambiguous), or that come near (unknown), the nearest first.
    is_ambiguous
        Whether several units fit nearly equally, or one that was divided.
    distance
        Distance of the typed name from the name of the unit found; 0 where it fits.
    distances
        Distance of each candidate.
    is_close
        Whether the unit was found although the name has a wrong letter or diacritic.
    former_name
        The former name ("Xã Tân Kim") through which the unit, or the candidates, were found; else empty.
    """

    code: str | None
    candidates: tuple[str, ...] = ()
    is_ambiguous: bool = False
    distance: float = 0.0
    distances: tuple[float, ...] = ()
    is_close: bool = False
    former_name: str = ""


class _Name(NamedTuple):
    """A name that a unit has or had, as it is spelled."""

    code: str
    parent_code: str
    kind: str
    spelling: Spelling
    former_name: str = ""
    is_divided: bool = False


class _Fit(NamedTuple):
    """A name that may be the one typed."""

    name: _Name
    distance: float
    has_kind: bool  # no other type word was typed
    is_exact: bool  # it fits with all its diacritics
    is_sure: bool  # near enough to be taken where nothing else is near

    @property
    def code(self) -> str:
        return self.name.code

    @property
    def former_name(self) -> str:
        return self.name.former_name


def _fit(name: _Name, typed: Spelling, kinds: frozenset[str]) -> _Fit:
    has_kind, spelling = not kinds or name.kind in kinds, name.spelling
    has_same_letters = typed.folded == spelling.folded
    if has_same_letters and typed.marks == spelling.marks:  # most names, and quickly said
        return _Fit(name, 0.0, has_kind, True, True)
    distance, is_wrong = typed.differs_by(spelling)
    is_exact = distance == 0 and typed.is_marked == spelling.is_marked
    is_sure = distance <= _MOST_WRONG if has_same_letters else not is_wrong
    return _Fit(name, distance, has_kind, is_exact, is_sure)


class _Pool:
    """
    The names among which one name is sought: the children of one parent, and former units within them.

    A name of `wider`, the pool of the whole province, is not taken for a typo: the district may be what is wrong.
    """

    def __init__(self, present: pd.DataFrame, former: list[FormerUnit], wider: _Pool | None = None) -> None:
        self._wider = wider
        parent_of = dict(zip(present.index.astype("str"), present["parent_code"].astype("str"), strict=True))
        named = [
            (str(code), str(name), str(kind), "", False) for code, name, kind in present[["name", "kind"]].itertuples()
        ]
        taken = {(parent_of[code], kind, accented_key(name)) for code, name, kind, _, _ in named}
        named += [
            (unit.unit_code, unit.name, unit.kind, unit.full_name, unit.is_divided)
            for unit in former
            if (parent_of[unit.unit_code], unit.kind, accented_key(unit.name)) not in taken
        ]
        self._names = [
            _Name(code, parent_of[code], kind, spelling, former_name, is_divided)
            for code, name, kind, former_name, is_divided in named
            for spelling in spell(nfc(name))
        ]
        self._by_letters: dict[tuple[str, str], list[_Name]] = defaultdict(list)
        for name in self._names:
            self._by_letters[name.spelling.folded, name.spelling.number].append(name)
        self._long = [name for name in self._names if len(name.spelling.letters) >= _LEAST_LETTERS]
        self._long_letters = [name.spelling.letters for name in self._long]
        self._shown = {(code, former_name): nfc(name).lower() for code, name, _, former_name, _ in named}
        parts_of = {unit.code: [part for part in former if part.code == unit.code] for unit in former if unit.code}
        self._by_code = {code: _follow(parts) for code, parts in parts_of.items()}
        self._by_code |= {code: _found(code, 0.0, "") for code in parent_of}
        self._memo: dict[str, PlaceMatch] = {}

    def find(self, typed: str) -> PlaceMatch:
        match = self._memo.get(typed)
        if match is None:
            if len(self._memo) >= _MEMO_SIZE:
                self._memo.clear()
            match = self._memo[typed] = self._find(nfc(typed))
        return match

    def _find(self, text: str) -> PlaceMatch:
        if text in self._by_code:
            return self._by_code[text]
        kinds, rest = split_type_word_of(text)
        typed = spell(rest)
        fits = self._same_letters(typed[0], kinds)
        if len(fits) == 1 and fits[0].distance < 1 and fits[0].has_kind:
            return _decide(fits)
        if kinds and BARE_TYPE_WORD.match(text):  # "Tinh Bien" is a name, and no province
            whole = self._same_letters(spell(text)[0], ANY_KIND)
            fits += whole or self._near_letters(spell(text), ANY_KIND)
        best = _best_fitting(fits) if fits else []
        if best and best[0].has_kind:
            return _decide(best)
        fits += self._near_letters(typed, kinds)
        if _TELEX_KEYS.search(text):
            fits += self._misread(*split_type_word_of(read_telex(text)))
        best = best or _nearest(fits) or _nearest(self._misread(*split_mistyped_type_word(text)))
        if best and not best[0].has_kind:
            # A unit raised from xã to thị trấn is still often called xã; but not where another xã is near.
            best += [fit for fit in fits if fit.has_kind and fit.is_sure and fit.distance <= 1]
        if best and self._wider and best[0].distance >= 1:
            best += [fit for fit in self._wider._same_letters(typed[0], kinds) if fit.distance == 0]
        return _decide(best) if best else self._suggest(rest)

    def _same_letters(self, typed: Spelling, kinds: frozenset[str]) -> list[_Fit]:
        return [_fit(name, typed, kinds) for name in self._by_letters.get((typed.folded, typed.number), ())]

    def _near_letters(self, spellings: Iterable[Spelling], kinds: frozenset[str]) -> list[_Fit]:
        """Return the units with one other letter; what numbers a name is never taken for a typo."""
        fits = []
        for typed in spellings:
            near = process.extract(typed.letters, self._long_letters, scorer=OSA.distance, score_cutoff=1, limit=None)
            for letters, distance, place in near:
                name = self._long[place]
                has_number = name.spelling.number == typed.number and typed.letters.endswith(name.spelling.tail)
                # A last letter A may be what is left of An; it is not too much, or another.
                if distance and has_number and (not typed.tail or len(typed.letters) < len(letters)):
                    fits.append(_fit(name, typed, kinds))
        return fits

    def _misread(self, kinds: frozenset[str], text: str) -> list[_Fit]:
        """Return what fits another reading of the typed name, which counts as one wrong letter."""
        fits = self._same_letters(spell(text)[0], kinds)
        return [_Fit(fit.name, fit.distance + 1, *fit[2:]) for fit in fits if fit.distance < 1]

    def _suggest(self, typed: str) -> PlaceMatch:
        typed, shown = typed.lower(), self._shown
        if typed.isascii():
            typed, shown = plain_key(typed), {key: plain_key(name) for key, name in shown.items()}
        near = process.extract(typed, shown, scorer=fuzz.ratio, limit=SUGGESTIONS, score_cutoff=_LEAST_LIKENESS)
        distances: dict[str, float] = {}
        for distance, (code, _) in sorted((OSA.distance(typed, name), key) for name, _, key in near):
            distances.setdefault(code, float(distance))
        return PlaceMatch(None, tuple(distances), distances=tuple(distances.values()))


def _best_fitting(fits: list[_Fit]) -> list[_Fit]:
    """Return the best of the units that fit: with all diacritics, of the kind typed, present before former."""
    fits = [fit for fit in fits if fit.distance == 0]
    if not fits:
        return []
    exact = [fit for fit in fits if fit.is_exact] or fits
    present = [fit for fit in exact if not fit.former_name]
    former = [fit for fit in exact if fit.former_name and fit.has_kind]
    of_kind = [fit for fit in present if fit.has_kind]
    if of_kind:
        # The present name counts in its own district; in another, both districts had the name.
        parents = {fit.name.parent_code for fit in of_kind}
        return of_kind + [fit for fit in former if fit.name.parent_code not in parents]
    if former and (not present or {fit.code for fit in former} <= {fit.code for fit in present}):
        return former
    return present + former or exact


def _nearest(fits: list[_Fit]) -> list[_Fit]:
    """Return the nearest of the units that nearly fit, or several as near; none where none is near enough."""
    if not fits:
        return []
    # A present name comes before the same unit's former one, and one of the typed kind before another.
    near = sorted(fits, key=_order) if len(fits) > 1 else fits
    first = near[0]
    # A former name is followed where it fits, and not with a typo.
    if not first.is_sure or (first.former_name and first.distance >= 1):
        return []
    near = [fit for fit in near if fit.distance == first.distance]
    if len(near) > 1 and first.has_kind and len({fit.name.spelling for fit in near}) == 1:
        return [fit for fit in near if fit.has_kind]
    return near


def _order(fit: _Fit) -> tuple[float, bool, str]:
    return fit.distance, not fit.has_kind, fit.former_name


def _decide(fits: list[_Fit]) -> PlaceMatch:
    """Return the match where all fits are one unit, which was not divided; else they are ambiguous."""
    first = fits[0]
    if not first.name.is_divided and (len(fits) == 1 or len({fit.code for fit in fits}) == 1):
        return _found(first.code, first.distance, first.former_name)
    distances: dict[str, float] = {}
    for fit in sorted(fits, key=lambda fit: fit.distance):
        distances.setdefault(fit.code, fit.distance)
    former_name = first.former_name if all(fit.former_name for fit in fits) else ""
    return PlaceMatch(None, tuple(distances), True, 0.0, tuple(distances.values()), former_name=former_name)


def _follow(parts: Sequence[FormerUnit]) -> PlaceMatch:
    """Return what became of a former unit: one unit, or the candidates where it was divided."""
    first = parts[0]
    if len(parts) == 1 and not first.is_divided:
        return _found(first.unit_code, 0.0, first.full_name)
    codes = tuple(part.unit_code for part in parts)
    return PlaceMatch(None, codes, True, 0.0, (0.0,) * len(codes), former_name=first.full_name)


@lru_cache(maxsize=8192)
def _found(code: str, distance: float, former_name: str) -> PlaceMatch:
    return PlaceMatch(code, distance=distance, is_close=distance >= 1, former_name=former_name)


class NameIndex:
    """
    The names of one list of units, ready to be asked.

    A name is sought only among the children of its parent, because names repeat between districts. It fits
    whatever its letter case, spacing or type word, with its diacritics or without some of them, where one unit
    alone fits so. Else it is taken with one wrong letter or two wrong diacritics, unless another unit is as near,
    or another commune of the province has just this name. Numbers, and letters that number a name (Long Hưng A),
    are never taken for typos. A GSO code in place of a name fits itself.

    Parameters
    ----------
    units
        The list.
    former
        Units of an older list. Their names and codes are followed where no present one of the same parent fits;
        a name of several meanings, and a unit that was divided, is ambiguous.

    Examples
    --------
    >>> columns = ["code", "level", "name", "kind", "parent_code"]
    >>> rows = [("89", 1, "An Giang", "tinh", None), ("889", 2, "Châu Phú", "huyen", "89")]
    >>> rows += [("30463", 3, "Cái Dầu", "thi-tran", "889"), ("30469", 3, "Mỹ Đức", "xa", "889")]
    >>> from geodata.units import UNIT_COLUMNS
    >>> table = pd.DataFrame(rows, columns=columns).reindex(columns=list(UNIT_COLUMNS))
    >>> names = NameIndex(Units(table, list_date=pd.Timestamp("2021-07-01").date()))
    >>> names.find_commune("TT CAI DAU", parent_code="889").code
    '30463'
    >>> match = names.find_commune("Mỹ Đứt", parent_code="889")
    >>> match.code, match.is_close, match.distance
    ('30469', True, 1.0)
    """

    def __init__(self, units: Units, former: FormerUnits | None = None) -> None:
        self._units = units
        self._former = former
        self._pools: dict[tuple[int, str | None], _Pool] = {}

    def find_province(self, typed: str) -> PlaceMatch:
        """Return the province of a typed name."""
        return self._pool(PROVINCE, None).find(typed)

    def find_district(self, typed: str, *, province_code: str | None) -> PlaceMatch:
        """Return the district of a typed name, in its province where that is known."""
        return self._pool(DISTRICT, province_code).find(typed)

    def find_commune(self, typed: str, *, parent_code: str | None) -> PlaceMatch:
        """Return the commune of a typed name, in its district or, where only that is known, its province."""
        pool = self._pools.get((COMMUNE, parent_code)) or self._pool(COMMUNE, parent_code)
        return pool.find(typed)

    def find_code(self, code: str) -> PlaceMatch:
        """Return the unit of a present code, or the unit that a former commune with this code belongs to."""
        code = code.strip()
        if code in self._units.by_code.index:
            return PlaceMatch(code)
        parts = self._former.by_code.get(code) if self._former else None
        return _follow(parts) if parts else PlaceMatch(None)

    def _pool(self, level: int, parent_code: str | None) -> _Pool:
        pool = self._pools.get((level, parent_code))
        if pool is None:
            units = self._units.by_code
            wanted = units["level"] == level
            if parent_code is not None:
                wanted &= (units["district_code"] == parent_code) | (units["province_code"] == parent_code)
            present = units[wanted]
            province_code = units["province_code"].get(parent_code) if level == COMMUNE and parent_code else None
            wider = self._pool(COMMUNE, province_code) if province_code not in (None, parent_code) else None
            pool = _Pool(present, self._former_within(level, present), wider)
            self._pools[level, parent_code] = pool
        return pool

    def _former_within(self, level: int, present: pd.DataFrame) -> list[FormerUnit]:
        if self._former is None or level == PROVINCE:
            return []
        if level == DISTRICT:
            return self._former.districts_now_in(self._units, present.index)
        return self._former.communes_now_in(present.index)
