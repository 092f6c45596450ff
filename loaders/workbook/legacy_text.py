"""Texts that were never Unicode (TCVN3, VNI, VIQR, windows-1258) → Unicode, by their font and by their letters."""

from __future__ import annotations

import csv
import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Final

from loaders.workbook.cells import Row, Sheet, TextChange
from loaders.workbook.syllables import is_syllable

TCVN3, VNI, VIQR, WINDOWS_1258 = "TCVN3", "VNI", "VIQR", "windows-1258"

LEGACY_FONT: Final = re.compile(r"\.Vn|VNI[- ]|VN[Tt]imes", re.ASCII)
"""Fonts that draw Vietnamese letters over the codes of others; `.Vn…H` fonts draw small letters as capitals."""

_SAMPLE_ROWS: Final = 400
_LEAST_SHARE: Final = 0.75  # words that must be Vietnamese before a text counts as read: names of firms may stand in it
_MOST_CHANGES: Final = 20_000
_MEMO_SIZE: Final = 100_000
# What stands in Vietnamese texts besides letters; no legacy encoding spells a word with these alone.
_SIGNS: Final = "²³°–—…“”‘’«»•×€½¼±\u00a0\u202f\u2009\u200b\ufeff"  # fmt: skip
_APART: Final = re.compile(rf"[\s\d{_SIGNS}!-&(-*,/:->@\[-\]_{{-}}]+")
_VIQR_SURE: Final = re.compile(r"[aeo]\^|a\([`'?~.a-z]|[ou]\+[`'?~.a-z]|[aeiouy][`~][a-z ]", re.IGNORECASE)
_VIQR_LETTER: Final = re.compile(r"([aeiouyAEIOUY])([\^(+]?)([`'?~.]?)|([dD])[dD]")
_VIQR_SHAPE: Final = {"^": "\u0302", "(": "\u0306", "+": "\u031b"}
_VIQR_TONE: Final = {"'": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_VIQR_SHAPED: Final = {"^": "aeoAEO", "(": "aA", "+": "ouOU"}


@dataclass(frozen=True)
class _Reading:
    text: str
    encoding: str  # "" where the text was Unicode
    others: tuple[str, ...] = ()


def in_unicode(sheet: Sheet) -> Sheet:
    """
    Return the sheet with every text as NFC Unicode; what was converted is kept in `Sheet.text_changes`.

    A text is converted where its letters spell Vietnamese words in one legacy encoding and none as they stand.
    The font of the cell, and the encoding that most other texts of the sheet are in, decide where both do. Where
    nothing decides, the text stays as typed and the change lists what it may be as well.
    """
    usual = _usual_encoding(list(islice(sheet.source(), _SAMPLE_ROWS)))
    is_viqr = usual == VIQR
    unicode_texts: set[str] = set()  # texts that were found to be Unicode: most names come many times

    def rows() -> Iterator[Row]:
        for index, row in enumerate(sheet.source()):
            for column, value in enumerate(row):
                if type(value) is not str or not value:
                    continue
                if (is_viqr or not _is_plain(value)) and value not in unicode_texts:
                    found = read_text(value, font=sheet.fonts.get((index, column), ""), usual=usual)
                    row[column] = found.text
                    if (found.encoding or found.others) and len(sheet.text_changes) < _MOST_CHANGES:
                        change = TextChange(index, column, value, found.text, found.encoding, found.others)
                        sheet.text_changes[index, column] = change
                    elif found.text == value and not sheet.fonts and len(unicode_texts) < _MEMO_SIZE:
                        unicode_texts.add(value)
            yield row

    return dataclasses.replace(sheet, source=rows)


def _is_plain(text: str) -> bool:
    return text.isascii() and not _VIQR_SURE.search(text)


def _usual_encoding(rows: list[Row]) -> str:
    """Encoding that the sheet's texts are in where that is sure; "" for Unicode or where they differ."""
    return _usual_of(value for row in rows for value in row if isinstance(value, str))


def _usual_of(texts: Iterable[str]) -> str:
    found: Counter[str] = Counter()
    for value in texts:
        if not _is_plain(value):
            reading = read_text(value)
            if not reading.others:
                found[reading.encoding] += 1
    if not found:
        return ""
    [(encoding, count), *_] = found.most_common(1)
    return encoding if count > 0.5 * found.total() else ""


def texts_in_unicode(texts: Iterable[str]) -> tuple[dict[str, str], str]:
    """
    Return what texts of one origin read that are not Unicode, and the encoding that most of them are in.

    Parameters
    ----------
    texts
        Texts that stand beside each other, such as the names of a map layer.

    Returns
    -------
    known, encoding
        Text as typed → text in Unicode, NFC, for those that were converted; ``""`` where most are Unicode.

    Examples
    --------
    >>> texts_in_unicode(["X· Mü §øc", "X· Kh¸nh Hßa", "An Giang"])
    ({'X· Kh¸nh Hßa': 'Xã Khánh Hòa', 'X· Mü §øc': 'Xã Mỹ Đức'}, 'TCVN3')
    """
    every = sorted(set(texts))
    usual = _usual_of(every)
    readings = {text: read_text(text, usual=usual) for text in every if usual == VIQR or not _is_plain(text)}
    return {text: reading.text for text, reading in readings.items() if reading.encoding}, usual


@lru_cache(maxsize=1 << 16)
def read_text(text: str, *, font: str = "", usual: str = "") -> _Reading:
    """
    Return a text in NFC with the encoding it was in, and what else it may be.

    Parameters
    ----------
    font
        Font of the cell where it is one of `LEGACY_FONT`, else ``""``.
    usual
        Encoding of the sheet's other texts, ``""`` for Unicode.

    Examples
    --------
    >>> read_text("X· Mü §øc").text, read_text("Xaõ Myõ Ñöùc").text, read_text("Xa~ My~ DDu+'c").text
    ('Xã Mỹ Đức', 'Xã Mỹ Đức', 'Xã Mỹ Đức')
    >>> read_text("Xã Mỹ Đức").encoding
    ''
    """
    raw = unicodedata.normalize("NFC", text)
    if raw.isascii():
        return _read_ascii(raw, usual)
    readings = _legacy_readings(text, raw)
    by_font = _encoding_of_font(font)
    if by_font in readings:
        read = readings[by_font]
        return _Reading(read.upper() if font.rstrip().endswith("H") else read, by_font)
    best = max((_share_valid(read) for read in readings.values()), default=0.0)
    is_read = _share_valid(raw) >= max(_LEAST_SHARE, best)
    if usual in readings:
        return _Reading(readings[usual], usual, (raw,) if is_read else ())
    if is_read or not readings:
        return _Reading(raw, "")
    likely = {encoding: read for encoding, read in readings.items() if _share_valid(read) == best}
    if len(set(likely.values())) == 1:
        encoding = next(iter(likely))
        return _Reading(likely[encoding], encoding)
    return _Reading(raw, "", tuple(sorted(set(likely.values()))))


def _read_ascii(text: str, usual: str) -> _Reading:
    """Read a text that may be VIQR: its marks are punctuation too, so one marked word alone is in doubt."""
    if not _VIQR_SURE.search(text) and usual != VIQR:
        return _Reading(text, "")
    marks = sum(1 for found in _VIQR_LETTER.finditer(text) if found[2] or found[4] or found[3] in ("`", "~"))
    read = _from_viqr(text)
    if read == text or _share_valid(read) < 1.0:
        return _Reading(text, "")
    return _Reading(read, VIQR) if marks >= 2 or usual == VIQR else _Reading(text, "", (read,))


def _legacy_readings(text: str, raw: str) -> dict[str, str]:
    readings = ((encoding, convert(text)) for encoding, convert in _CONVERSIONS.items())
    return {code: read for code, read in readings if read != raw and _share_valid(read) >= _LEAST_SHARE}


def _encoding_of_font(font: str) -> str:
    if not font:
        return ""
    return TCVN3 if font.startswith(".Vn") else VNI


def _share_valid(text: str) -> float:
    """Share of the words with letters beyond ASCII that can be Vietnamese; 1 where there is no such word."""
    words = [word for word in _APART.split(text) if word and not word.isascii()]
    return sum(map(_is_word, words)) / len(words) if words else 1.0


def _is_word(word: str) -> bool:
    # A capital after a small letter is how other encodings look: "ChÊu" is "Châu" in TCVN3.
    return (word.islower() or word.isupper() or word.istitle()) and is_syllable(word)


@lru_cache(maxsize=4)
def _charset(name: str) -> tuple[dict[str, str], re.Pattern[str]]:
    lines = files("loaders.reference").joinpath("charsets", f"{name}.csv").read_text(encoding="utf-8").splitlines()
    letters = {row["typed"]: row["read"] for row in csv.DictReader(lines)}
    longest_first = sorted(letters, key=len, reverse=True)
    return letters, re.compile("|".join(map(re.escape, longest_first)))


def _by_charset(name: str, text: str) -> str:
    letters, pattern = _charset(name)
    return unicodedata.normalize("NFC", pattern.sub(lambda found: letters[found[0]], text))


def _from_windows_1258(text: str) -> str:
    try:
        return unicodedata.normalize("NFC", text.encode("cp1252").decode("cp1258"))
    except UnicodeError:
        return text


def _from_viqr(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        if found[4]:
            return "đ" if found[4] == "d" else "Đ"
        base, shape, tone = found[1], found[2], found[3]
        if shape and base not in _VIQR_SHAPED[shape]:
            return found[0]
        return unicodedata.normalize("NFC", base + _VIQR_SHAPE.get(shape, "") + _VIQR_TONE.get(tone, ""))

    return _VIQR_LETTER.sub(letter, text)


_CONVERSIONS: Final[dict[str, Callable[[str], str]]] = {
    TCVN3: lambda text: _by_charset("tcvn3", text),
    VNI: lambda text: _by_charset("vni", text),
    WINDOWS_1258: _from_windows_1258,
}
