"""The ways in which names of communes are typed, made from the names of a list: a corpus to measure matching by."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from geodata.name_keys import accented_key, plain_key
from geodata.names import PlaceMatch
from geodata.units import Units

Way = Callable[[str, random.Random], str]

_TYPE_WORDS: Final = {
    "xa": ("Xã ", "xã ", "X. ", "X.", "Xa "),
    "thi-tran": ("Thị trấn ", "Thị Trấn ", "TT ", "TT. ", "TT.", "T.T. ", "Thi tran "),
    "phuong": ("Phường ", "phường ", "P. ", "P.", "Phuong "),
}
_KEYS: Final = "abcdeghiklmnopqrstuvxy"
_TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX: Final = {"ă": "aw", "â": "aa", "đ": "dd", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "Đ": "DD", "Ô": "OO"}
_ROMANS: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_NUMBERING: Final = re.compile(r"(?:^|(?<= ))(?:\d+|[A-D]|[IVX]+)$")
"""What numbers a name: digits, Roman numerals, a single letter A to D as the last word."""


@dataclass(frozen=True)
class Variant:
    """
    One way to type the name of one commune.

    Parameters
    ----------
    typed
        What stands in the cell.
    code, district_code
        What is meant, and where it is sought.
    way
        How it was made: a key of `WAYS`.
    is_undecidable
        Whether another commune of the district is as near to what was typed, so that only a refusal is right.
    """

    typed: str
    code: str
    district_code: str
    way: str
    is_undecidable: bool


@dataclass(frozen=True)
class Corpus:
    """The variants, and the number left out because they coincide with another commune of the district."""

    variants: tuple[Variant, ...]
    left_out: int


@dataclass(frozen=True)
class Outcome:
    """What a matcher made of the variants: found rightly, found wrongly, and not found."""

    right: tuple[Variant, ...]
    wrong: tuple[Variant, ...]
    refused: tuple[Variant, ...]

    @property
    def precision(self) -> float:
        """Share of all that was found that was found rightly; an undecidable variant found wrongly counts."""
        return len(self.right) / (len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        """Share of the decidable variants that was found rightly."""
        right, wrong, refused = (
            sum(not variant.is_undecidable for variant in variants)
            for variants in (self.right, self.wrong, self.refused)
        )
        return right / (right + wrong + refused)

    @property
    def refused_rightly(self) -> int:
        """Number of undecidable variants that were not found."""
        return sum(variant.is_undecidable for variant in self.refused)


def judge_matches(variants: Iterable[Variant], matches: Iterable[PlaceMatch]) -> Outcome:
    """Return what a matcher made of the variants."""
    right: list[Variant] = []
    wrong: list[Variant] = []
    refused: list[Variant] = []
    for variant, match in zip(variants, matches, strict=True):
        (refused if match.code is None else right if match.code == variant.code else wrong).append(variant)
    return Outcome(tuple(right), tuple(wrong), tuple(refused))


# ---- ways to type a name -----------------------------------------------------------------------------------------


def _decompose(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _bare(name: str, _: random.Random) -> str:
    bare = "".join(c for c in _decompose(name) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def _partly_bare(name: str, draw: random.Random) -> str:
    """Leave out the diacritics of some letters, never of all."""
    marked = [place for place, c in enumerate(name) if c != _bare(c, draw)]
    if len(marked) < 2:
        return name
    lost = draw.sample(marked, draw.randint(1, len(marked) - 1))
    return "".join(_bare(c, draw) if place in lost else c for place, c in enumerate(name))


def _wrong_tone(name: str, draw: random.Random) -> str:
    """Put another tone in the place of one."""
    letters = list(_decompose(name))
    toned = [place for place, c in enumerate(letters) if c in _TONES]
    if not toned:
        return name
    place = draw.choice(toned)
    letters[place] = draw.choice([tone for tone in _TONES if tone != letters[place]])
    return _compose("".join(letters))


def _wrong_tone_place(name: str, draw: random.Random) -> str:
    """Write hòa for hoà, and the other way round."""
    text = re.sub(r"([ou])([\u0300\u0301\u0303\u0309\u0323])([aey])(?![a-z])", r"\1\3\2", _decompose(name))
    if text == _decompose(name) or draw.random() < 0.2:
        text = re.sub(r"([ou])([aey])([\u0300\u0301\u0303\u0309\u0323])(?![a-z])", r"\1\3\2", _decompose(name))
    return _compose(text)


def _other_i(name: str, _: random.Random) -> str:
    """Write Mĩ for Mỹ and Quí for Quý, and the other way round, where i stands alone."""

    def swap(found: re.Match[str]) -> str:
        return found[1] + {"y": "i", "i": "y"}[found[2]] + found[3]

    return _compose(re.sub(r"\b([HKLMST]|Qu)([iy])([\u0300\u0301\u0303\u0309\u0323]?)\b", swap, _decompose(name)))


def _other_spacing(name: str, draw: random.Random) -> str:
    return draw.choice((name.replace(" ", "  "), name.replace(" ", ""), name.replace(" ", "-"), f" {name} "))


def _other_number(name: str, draw: random.Random) -> str:
    """Write 01 for 1, and a Roman numeral for an Arabic one or the other way round."""
    word = name.rsplit(" ", 1)[-1]
    if word.isdigit() and int(word) <= len(_ROMANS):
        return name.removesuffix(word) + draw.choice((word.zfill(2), _ROMANS[int(word) - 1]))
    if word in _ROMANS:
        return name.removesuffix(word) + str(_ROMANS.index(word) + 1)
    return name


def _telex(name: str, draw: random.Random) -> str:
    """Leave the telex keys of one syllable as they were struck: Myx Đức."""
    words = name.split(" ")
    marked = [place for place, word in enumerate(words) if _bare(word, draw) != word]
    if marked:
        place = draw.choice(marked)
        tones = "".join(_TONES[c] for c in _decompose(words[place]) if c in _TONES)
        letters = _compose("".join(c for c in _decompose(words[place]) if c not in _TONES))
        words[place] = "".join(_TELEX.get(c, c) for c in letters) + tones
    return " ".join(words)


def _one_edit(name: str, draw: random.Random) -> str:
    """Substitute, leave out, insert or transpose one letter, nowhere in what numbers the name."""
    numbering = _NUMBERING.search(name)
    stem = name[: numbering.start()] if numbering else name
    places = [place for place, c in enumerate(stem) if c.isalpha()]
    if not places:
        return name
    place = draw.choice(places)
    before, letter, after = stem[:place], stem[place], stem[place + 1 :]
    key = draw.choice(_KEYS)
    edited = (before + key + after, before + after, before + letter + key + after)
    swapped = before + after[:1] + letter + after[1:] if after[:1].isalpha() else before + after
    return draw.choice((*edited, swapped)) + name[len(stem) :]


def _as_is(name: str, _: random.Random) -> str:
    return name


WAYS: Final[dict[str, tuple[int, tuple[Way, ...]]]] = {
    "as is": (1, (_as_is,)),
    "bare": (2, (_bare,)),
    "partly bare": (1, (_partly_bare,)),
    "tone place": (1, (_wrong_tone_place,)),
    "i and y": (1, (_other_i,)),
    "spacing": (1, (_other_spacing,)),
    "number": (2, (_other_number,)),
    "wrong tone": (1, (_wrong_tone,)),
    "telex": (1, (_telex,)),
    "one edit": (2, (_one_edit,)),
    "one edit, bare": (1, (_bare, _one_edit)),
    "one edit, partly bare": (1, (_one_edit, _partly_bare)),
}
"""Each way to type a name: how often it is tried on each name, and the steps that make it."""


# ---- the corpus --------------------------------------------------------------------------------------------------


class _Name(NamedTuple):
    """One commune's name, ready to be compared."""

    code: str
    kind: str
    name: str
    accented: str
    plain: str


def make_corpus(units: Units, *, seed: int) -> Corpus:
    """
    Return variants of the names of all communes, the same for the same seed.

    Each is typed with or without its type word or an abbreviation of it, in any letter case, some in NFD.
    Digits, Roman numerals and letters that number a name are never edited.

    Left out are variants that coincide with another commune of the district: by `accented_key` under the same
    type word, or none; or by the bare letters, where the variant is typed without diacritics and is no longer
    the name meant. Kept, but marked undecidable, are those to which another commune is at least as near as the
    one meant: that lost the diacritics which decide (Loc Thanh), or the letter that does (An Lc beside An Lạc
    and An Lộc), or the type word where two communes have one name.
    """
    draw = random.Random(seed)
    variants: list[Variant] = []
    left_out = 0
    for district_code, communes in units.communes.groupby("district_code"):
        columns = (communes.index, communes["kind"], communes["name"])
        names = [_Name(*row, accented_key(row[2]), plain_key(row[2])) for row in zip(*columns, strict=True)]
        for meant in names:
            others = [other for other in names if other is not meant]
            for way, type_word, name in _typed_names(meant, draw):
                # Where two have one name, the type word decides.
                beside = [other for other in others if not type_word or other.accented != meant.accented]
                if _coincides(name, meant, [other for other in beside if not type_word or other.kind == meant.kind]):
                    left_out += 1
                    continue
                # A number in another writing is the same number.
                is_undecidable = way != "number" and any(_is_as_near(name, other, meant) for other in beside)
                typed = _styled(type_word + name, draw)
                variants.append(Variant(typed, meant.code, str(district_code), way, is_undecidable))
    return Corpus(tuple(variants), left_out)


def _typed_names(meant: _Name, draw: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield way, type word (or none) and name as typed, each once."""
    seen: set[tuple[str, str]] = set()
    for way, (times, steps) in WAYS.items():
        for _ in range(times):
            name = meant.name
            for step in steps:
                name = step(name, draw)
            if way != "as is" and name == meant.name:
                continue
            # A number alone is no name.
            has_type_word = draw.random() < 0.6 or name.isdigit() or name in _ROMANS
            type_word = draw.choice(_TYPE_WORDS[meant.kind]) if has_type_word else ""
            if (type_word, name) not in seen:
                seen.add((type_word, name))
                yield way, type_word, name


def _styled(typed: str, draw: random.Random) -> str:
    styles: list[Callable[[str], str]] = [str, str, str, str, str, str.upper, str.lower, _decompose]
    return draw.choice(styles)(typed)


def _coincides(name: str, meant: _Name, others: list[_Name]) -> bool:
    accented, plain = accented_key(name), plain_key(name)
    is_bare = _bare(name, random.Random(0)) == name
    return any(
        (accented == other.accented and accented != meant.accented)
        or (is_bare and plain == other.plain and plain != meant.plain)
        for other in others
    )


def _is_as_near(name: str, other: _Name, meant: _Name) -> bool:
    plain, accented = plain_key(name), accented_key(name)
    is_bare = plain == accented
    return OSA.distance(plain, other.plain) <= OSA.distance(plain, meant.plain) and (
        is_bare or OSA.distance(accented, other.accented) <= OSA.distance(accented, meant.accented)
    )
