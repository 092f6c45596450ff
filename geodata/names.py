"""Vietnamese place names: a normal form that ignores how they were typed, and matching within a district."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process

from geodata.units import COMMUNE, DISTRICT, PROVINCE, Units

_TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}

_TYPE_WORDS: Final = (
    # Longest first. An abbreviation needs its point, unless it is one that no name begins with.
    (re.compile(r"(?:thị trấn|thi tran|t\.\s*t(?:\.|\b)|tt(?:\.|\s))\s*"), frozenset({"thi-tran"})),
    (re.compile(r"(?:thị xã|thi xa|t\.\s*x(?:\.|\b)|tx(?:\.|\s))\s*"), frozenset({"thi-xa"})),
    (
        re.compile(r"(?:thành phố|thanh pho|t\.\s*p(?:\.|\b)|tp(?:\.|\s))\s*"),
        frozenset({"thanh-pho", "thanh-pho-truc-thuoc"}),
    ),
    (re.compile(r"(?:đặc khu|dac khu)\s*"), frozenset({"dac-khu"})),
    (re.compile(r"(?:phường|phuong|p\.|p(?=\s*\d))\s*"), frozenset({"phuong"})),
    (re.compile(r"(?:huyện|huyen|h\.)\s*"), frozenset({"huyen"})),
    (re.compile(r"(?:quận|quan|q\.|q(?=\s*\d))\s*"), frozenset({"quan"})),
    (re.compile(r"(?:tỉnh|tinh|t\.)\s*"), frozenset({"tinh"})),
    (re.compile(r"(?:xã|xa|x\.)\s*"), frozenset({"xa"})),
)
_SYLLABLE: Final = re.compile(r"[^\W_]+")

SUGGESTIONS: Final = 3
_LEAST_LIKENESS: Final = 60.0


def split_type_word(typed: str) -> tuple[frozenset[str], str]:
    """
    Return the kinds that a typed name begins with, and the rest of it.

    Examples
    --------
    >>> split_type_word("TT. An Châu")
    (frozenset({'thi-tran'}), 'An Châu')
    >>> split_type_word("Mỹ Khánh")
    (frozenset(), 'Mỹ Khánh')
    """
    text = unicodedata.normalize("NFC", typed).strip()
    # The type word must be a word: "Xà Phiên" does not begin with "xã", and "Phương Thạnh" not with "phường".
    for pattern, kinds in _TYPE_WORDS:
        match = pattern.match(text.lower())
        if match and match.end() < len(text) and not _continues_word(text, match.end()):
            return kinds, text[match.end() :].strip()
    return frozenset(), text


def _continues_word(text: str, end: int) -> bool:
    return text[end - 1].isalpha() and text[end].islower()


def accented_key(name: str) -> str:
    """
    Return the normal form of a name: spelling variants fall together, different names stay apart.

    Letter case, Unicode form, spacing, hyphens, leading zeros and the place of the tone mark do not matter;
    vowels and tones do.

    Examples
    --------
    >>> accented_key("Hòa Bình") == accented_key("HOÀ  BÌNH")
    True
    >>> accented_key("Lộc Thạnh") == accented_key("Lộc Thành")
    False
    """
    text = _spaced(name)
    return "".join(_syllable_key(syllable) for syllable in _SYLLABLE.findall(text.lower()))


def _spaced(name: str) -> str:
    """Part names that were written without spaces: AnGiang → An Giang."""
    text = unicodedata.normalize("NFC", name).strip()
    before = ("", *text)
    return "".join(f" {c}" if c.isupper() and b.islower() else c for b, c in zip(before, text, strict=False))


def _syllable_key(syllable: str) -> str:
    if syllable.isdigit():
        return syllable.lstrip("0") or "0"
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = "".join(_TONES[mark] for mark in decomposed if mark in _TONES)
    letters = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return letters + tone.upper()


def plain_key(name: str) -> str:
    """
    Return the name in bare letters and digits, without diacritics.

    Examples
    --------
    >>> plain_key("Đạ Tẻh"), plain_key("AnGiang"), plain_key("Phường 01")
    ('dateh', 'angiang', 'phuong1')
    """
    text = _spaced(name).lower().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return "".join(s.lstrip("0") or "0" if s.isdigit() else s for s in _SYLLABLE.findall(bare))


def _is_without_diacritics(name: str) -> bool:
    text = unicodedata.normalize("NFD", name)
    return not any(unicodedata.combining(c) or c in "đĐ" for c in text)


@dataclass(frozen=True)
class PlaceMatch:
    """
    What a typed name was found to be.

    Parameters
    ----------
    code
        The unit's code, or None where no unit or several fit.
    candidates
        Codes that fit equally (ambiguous), or that come near (unknown), the nearest first.
    is_ambiguous
        Whether several units fit equally.
    """

    code: str | None
    candidates: tuple[str, ...] = ()
    is_ambiguous: bool = False


class _Pool:
    """The names among which one name is sought: the children of one parent."""

    def __init__(self, names: pd.Series[str], kinds: pd.Series[str]) -> None:
        self.kind_of = {str(code): str(kind) for code, kind in kinds.items()}
        self.lower_name_of = {str(code): str(name).lower() for code, name in names.items()}
        self.by_accent: dict[str, list[str]] = defaultdict(list)
        self.by_letters: dict[str, list[str]] = defaultdict(list)
        for code, name in names.items():
            self.by_accent[accented_key(str(name))].append(str(code))
            self.by_letters[plain_key(str(name))].append(str(code))

    def find(self, typed: str) -> PlaceMatch:
        if typed.strip() in self.kind_of:
            return PlaceMatch(typed.strip())
        kinds, rest = split_type_word(typed)
        fitting = self.by_accent.get(accented_key(rest)) or self.by_accent.get(accented_key(typed), [])
        if not fitting and _is_without_diacritics(rest):
            fitting = self.by_letters.get(plain_key(rest), [])
        of_kind = [code for code in fitting if not kinds or self.kind_of[code] in kinds]
        # A unit raised from xã to thị trấn is still often called xã: the kind decides only between two.
        fitting = of_kind if of_kind or len(fitting) > 1 else fitting
        if len(fitting) == 1:
            return PlaceMatch(fitting[0])
        if fitting:
            return PlaceMatch(None, tuple(fitting), is_ambiguous=True)
        return PlaceMatch(None, self._near(rest))

    def _near(self, typed: str) -> tuple[str, ...]:
        near = process.extract(
            typed.lower(),
            self.lower_name_of,
            scorer=fuzz.ratio,
            limit=SUGGESTIONS,
            score_cutoff=_LEAST_LIKENESS,
        )
        return tuple(str(code) for _, _, code in near)


class NameIndex:
    """
    The names of one list of units, ready to be asked.

    A name is sought only among the children of its parent, because names repeat between districts. It fits by
    its accented form; a name typed wholly without diacritics may fit by its bare letters where just one unit
    does. Anything less is a suggestion, never a match. A GSO code in place of a name fits itself.

    Parameters
    ----------
    units
        The list.
    """

    def __init__(self, units: Units) -> None:
        self._units = units
        self._pools: dict[tuple[int, str | None], _Pool] = {}

    def find_province(self, typed: str) -> PlaceMatch:
        """Return the province of a typed name."""
        return self._pool(PROVINCE, None).find(typed)

    def find_district(self, typed: str, *, province_code: str | None) -> PlaceMatch:
        """Return the district of a typed name, in its province where that is known."""
        return self._pool(DISTRICT, province_code).find(typed)

    def find_commune(self, typed: str, *, parent_code: str | None) -> PlaceMatch:
        """Return the commune of a typed name, in its district or, where only that is known, its province."""
        return self._pool(COMMUNE, parent_code).find(typed)

    def _pool(self, level: int, parent_code: str | None) -> _Pool:
        if (level, parent_code) not in self._pools:
            units = self._units.by_code
            wanted = units["level"] == level
            if parent_code is not None:
                is_child = (units["district_code"] == parent_code) | (units["province_code"] == parent_code)
                wanted &= is_child
            self._pools[level, parent_code] = _Pool(units.loc[wanted, "name"], units.loc[wanted, "kind"])
        return self._pools[level, parent_code]
