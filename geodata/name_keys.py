"""Normal forms of Vietnamese place names: the type word taken off, and keys that ignore how a name was typed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from geodata.spelling import BARE_OF, TONES

_TYPE_WORD: Final = re.compile(
    r"""(?:(?P<thi_tran>thị\s*trấn|thi\s*tran|t\.\s*tr?(?:\.|\b)|ttr?(?:\.|\s))
    |(?P<thi_xa>thị\s*xã|thi\s*xa|t\.\s*x(?:\.|\b)|tx(?:\.|\s))
    |(?P<thanh_pho>thành\s*phố|thanh\s*pho|t\.\s*p(?:\.|\b)|tp(?:\.|\s))
    |(?P<dac_khu>đặc\s*khu|dac\s*khu)
    |(?P<phuong>phường|phuong|ph?\.|f\.|[pf](?=\s*\d|\s+[ivx]+$))
    |(?P<huyen>huyện|huyen|h\.)
    |(?P<quan>quận|quan|q\.|q(?=\s*\d))
    |(?P<tinh>tỉnh|tinh|t\.)
    |(?P<xa>xã|xa|x\.))\s*""",
    re.VERBOSE,
)
_KINDS: Final = {word: frozenset({word.replace("_", "-")}) for word in _TYPE_WORD.groupindex} | {
    "thanh_pho": frozenset({"thanh-pho", "thanh-pho-truc-thuoc"})
}
_FIRST_OF_TYPE_WORD: Final = frozenset("tTđĐdDpPfFhHqQxX")
BARE_TYPE_WORD: Final = re.compile(r"(?:thi|thanh|dac|phuong|huyen|quan|tinh|xa)\b", re.IGNORECASE)
ANY_KIND: Final[frozenset[str]] = frozenset()
_SYLLABLE: Final = re.compile(r"[^\W_]+")


def nfc(typed: str) -> str:
    """Return a text in NFC without spaces around it."""
    return typed.strip() if typed.isascii() else unicodedata.normalize("NFC", typed).strip()


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
    return split_type_word_of(nfc(typed))


def split_type_word_of(text: str) -> tuple[frozenset[str], str]:
    """Do as `split_type_word` with a text that is NFC already."""
    match = _TYPE_WORD.match(text.lower()) if text[:1] in _FIRST_OF_TYPE_WORD else None
    # The type word must be a word: "Xà Phiên" does not begin with "xã", and "Phương Thạnh" not with "phường".
    if match is None or match.end() >= len(text) or _continues_word(text, match.end()):
        return ANY_KIND, text
    return _KINDS[match.lastgroup or ""], text[match.end() :]


def split_mistyped_type_word(text: str) -> tuple[frozenset[str], str]:
    """Return kinds and rest where the type word has wrong diacritics or none: Xả Mỹ Đức."""
    kinds, rest = split_type_word_of(text.translate(BARE_OF))
    return kinds, text[-len(rest) :]


def _continues_word(text: str, end: int) -> bool:
    if not (text[end - 1].isalpha() and text[end].isalpha()):
        return False
    # XãMỹ is two words, and so is XÃMỸ; but QUANG is one.
    return text[end].islower() or (text[end - 1].isupper() and text[:end].isascii())


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
    text = nfc(name)
    before = ("", *text)
    return "".join(f" {c}" if c.isupper() and b.islower() else c for b, c in zip(before, text, strict=False))


def _syllable_key(syllable: str) -> str:
    if syllable.isdigit():
        return syllable.lstrip("0") or "0"
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = "".join(TONES[mark] for mark in decomposed if mark in TONES)
    letters = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES))
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
