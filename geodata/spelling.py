"""Vietnamese names taken apart: letters, the diacritics of each, and how far two spellings are from each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import Postfix, Prefix

TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_QUALITIES: Final = ("\u0302", "\u0306", "\u031b", "đ")

# An abbreviation needs its point, unless it is one that no name begins with.
_DIGITS: Final = re.compile(r"\d+")
_VOWELS: Final = frozenset("aeiouy")
_Y_FOR_I: Final = re.compile(r"(?<![au])y|(?<=qu)y")
_ROMANS: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_TAILS: Final = {roman: str(number) for number, roman in enumerate(_ROMANS, 1)} | dict(zip("abcd", "abcd", strict=True))
"""Last words that number a name as digits do: "Long Hưng A", "Hòa Tú II"."""
_LAST_OF_TAIL: Final = frozenset("abcdivxABCDIVX.)-")
_TELEX_LETTERS: Final = (
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("quow", "quơ"),
    ("uow", "ươ"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_TELEX_TONE: Final = re.compile(r"\b([^\W\d_]*?[aeiouyăâêôơư])([^\W\d_]*?)([fsrxj])\b")
_TELEX_MARKS: Final = {key: mark for mark, key in TONES.items()}


class _Table(dict[int, str]):
    """What each character becomes under `str.translate`, worked out when it is first met."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, point: int) -> str:
        self[point] = self._read(chr(point))
        return self[point]


def _read_letter(character: str) -> str:
    base = unicodedata.normalize("NFD", character.lower().replace("đ", "d"))[0]
    return base if base.isalpha() or base.isdecimal() else ""


def _read_mark(character: str) -> str:
    """Return one character for the diacritics of a letter, ``@`` for none; `_parts` takes it apart."""
    if not _read_letter(character).isalpha():
        return ""
    marks = unicodedata.normalize("NFD", character.lower())
    tone = sum(list(TONES).index(mark) + 1 for mark in marks if mark in TONES)
    quality = sum(_QUALITIES.index(mark) + 1 for mark in marks if mark in _QUALITIES)
    return chr(64 + 6 * quality + tone)


def _parts(mark: str) -> tuple[int, int]:
    """Return the quality (â, ă, ơ, đ) and the tone of a mark, 0 for none."""
    return divmod(ord(mark) - 64, 6)


_LETTER_OF: Final = _Table(_read_letter)
BARE_OF: Final = _Table(lambda character: _read_letter(character) or character)
_MARK_OF: Final = _Table(_read_mark)


class Spelling(NamedTuple):
    """A name taken apart: bare letters without spaces, the diacritics of each, and what numbers the name."""

    letters: str
    folded: str  # the letters with i for y, as in Mĩ and Mỹ
    marks: str
    is_marked: bool  # whether it has any diacritic
    number: str
    tail: str = ""  # last letters that may number the name, where `number` does not have them

    def differs_by(self, name: Spelling) -> tuple[float, bool]:
        """
        Return the distance from a name that has at most one other letter, and whether a diacritic is wrong.

        A wrong diacritic is 1; diacritics left out are together ½, or 0 where none at all were typed.
        """
        has_same_letters = self.folded == name.folded
        if not self.is_marked or (has_same_letters and self.marks == name.marks):
            return float(not has_same_letters), False
        wrong, is_missing = self._mark_errors(name, self.marks, name.marks)
        if wrong and is_missing:  # as where a tone has another place
            errors = self._mark_errors(name, _gather_tones(self), _gather_tones(name))
            wrong, is_missing = min((wrong, is_missing), errors)
        return (not has_same_letters) + wrong + is_missing / 2, wrong > 0

    def _mark_errors(self, name: Spelling, one: str, other: str) -> tuple[int, bool]:
        """Return how many letters in common bear a wrong diacritic, and whether one was left out."""
        if self.folded == name.folded:
            return _mark_errors(one, other)
        return min([_mark_errors(*pair) for pair in self._beside(name, one, other)])

    def _beside(self, name: Spelling, one: str, other: str) -> Iterator[tuple[str, str]]:
        """Yield the marks of the letters in common, aligned from the left and from the right of the other letter."""
        left = Prefix.similarity(self.letters, name.letters)
        right = Postfix.similarity(self.letters, name.letters)
        shorter = min(len(one), len(other))
        if len(one) == len(other) == left + right + 1 and one[left] != "@":
            left += 1  # a letter that was struck by mistake bears no diacritic: this one was meant
        elif left + right > shorter:  # of two like letters either may be the one too many
            before = shorter - right
            yield one[:before] + one[len(one) - right :], other[:before] + other[len(other) - right :]
            right = shorter - left
        yield one[:left] + one[len(one) - right :], other[:left] + other[len(other) - right :]


def _mark_errors(typed: str, name: str) -> tuple[int, bool]:
    if typed == name:
        return 0, False
    errors = [_mark_error(one, other) for one, other in zip(typed, name, strict=True) if one != other]
    return sum(errors), not all(errors)


@lru_cache(maxsize=1024)
def _mark_error(typed: str, name: str) -> bool:
    """Return whether a mark is wrong, rather than left out in whole or in part."""
    (quality, tone), (true_quality, true_tone) = _parts(typed), _parts(name)
    return quality not in (0, true_quality) or tone not in (0, true_tone)


@lru_cache(maxsize=8192)
def _gather_tones(spelling: Spelling) -> str:
    """Return the marks with each tone on the first free vowel of its run, so that hoà and hòa are the same."""
    gathered: list[str] = []
    start = 0
    for place, (letter, mark) in enumerate(zip(spelling.letters, spelling.marks, strict=True)):
        is_within = place > 0 and letter in _VOWELS and spelling.letters[place - 1] in _VOWELS
        start = start if is_within else place
        quality, tone = _parts(mark)
        gathered.append(chr(64 + 6 * quality))
        while tone and start < place and _parts(gathered[start])[1]:
            start += 1
        gathered[start] = chr(ord(gathered[start]) + tone)
    return "".join(gathered)


def spell(text: str) -> tuple[Spelling, ...]:
    """Return the spelling of a text in NFC; two where its last letters may or may not number it."""
    letters = text.translate(_LETTER_OF)
    number = ""
    if not letters.isalpha():
        number = ".".join(digits.lstrip("0") or "0" for digits in _DIGITS.findall(text))
        letters = _DIGITS.sub("", letters)
    marks = "@" * len(letters) if text.isascii() else text.translate(_MARK_OF)
    folded = _Y_FOR_I.sub("i", letters) if "y" in letters else letters
    whole = Spelling(letters, folded, marks, bool(marks.strip("@")), number)
    tail = _tail_of(text) if text[-1:] in _LAST_OF_TAIL else ""
    if tail not in _TAILS:
        return (whole,)
    end = len(letters) - len(tail)
    parted = whole._replace(
        letters=letters[:end], folded=folded[:end], marks=marks[:end], number=f"{number}{_TAILS[tail]}"
    )
    return parted, whole._replace(tail=letters[end:])


def _tail_of(text: str) -> str:
    """Return the last word, or the A of "HưngA", in small letters."""
    last = text[text.rfind(" ") + 1 :]
    is_joined = len(last) > 4 and last[-1] in "ABCD" and last[-2].islower()
    return (last[-1] if is_joined else last.strip(".()-")).lower()


def read_telex(text: str) -> str:
    """Return the text with the keys of the telex method read as diacritics: Myx Ddức → mỹ đức."""
    read = text.lower()
    for keys, letter in _TELEX_LETTERS:
        read = read.replace(keys, letter)
    toned = _TELEX_TONE.sub(lambda found: found[1] + _TELEX_MARKS[found[3]] + found[2], read)
    return unicodedata.normalize("NFC", toned)
