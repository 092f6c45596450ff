"""Whether a word can be Vietnamese: its onset, rhyme and tone fit together. Tells one reading of bytes from another."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TONES: Final = frozenset("\u0300\u0301\u0309\u0303\u0323")
_STOPPED_TONES: Final = frozenset("\u0301\u0323")

# Onsets and rhymes of the written language, as school grammars list them; names of the highlands and of Khmer and
# Cham places add a few ("Đắk", "Krông"), which are words with an onset of two consonants or a final k, l or r.
_ONSETS: Final = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|đr|kr|br|bl|pl|kl|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"  # "p" as in Pắc
_RHYMES: Final = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|ak|ar|al|"
    "ăc|ăm|ăn|ăng|ăp|ăt|ăk|ăl|"
    "âc|âm|ân|âng|âp|ât|âu|ây|âk|"
    "e|ec|em|en|eng|eo|ep|et|ek|el|"
    "ê|êch|êm|ên|ênh|êp|êt|êu|êk|"
    "i|ia|ich|iêc|iêm|iên|iêng|iêp|iêt|iêu|im|in|inh|ip|it|iu|"
    "o|oa|oac|oach|oai|oam|oan|oang|oanh|oao|oap|oat|oay|oăc|oăm|oăn|oăng|oăt|oc|oe|oen|oeo|oet|oi|om|on|ong|"
    "oong|ooc|op|ot|ok|"
    "ô|ôc|ôi|ôm|ôn|ông|ôp|ôt|ôk|"
    "ơ|ơi|ơm|ơn|ơp|ơt|ơng|"
    "u|ua|uân|uâng|uât|uây|uc|uê|uêch|uênh|ui|um|un|ung|uôc|uôi|uôm|uôn|uông|uôt|uơ|uơn|up|ut|uy|uya|uych|uyên|"
    "uyêt|uynh|uyt|uyn|uyu|uă|uăc|uăn|uăng|uăt|uk|"
    "ư|ưa|ưc|ưi|ưng|ươc|ươi|ươm|ươn|ương|ươp|ươt|ươu|ưt|ưu|ưm|ưn|ươ|"
    "y|yê|yêm|yên|yêng|yêt|yêu|ynh|yt|ych"
)
_SYLLABLE: Final = re.compile(f"(?:{_ONSETS})(?:{_RHYMES})")
_STOPPED: Final = re.compile(r".*(?:c|ch|p|t|k)")


@lru_cache(maxsize=1 << 16)
def is_syllable(word: str) -> bool:
    """
    Return whether a word, in NFC, can be one Vietnamese syllable; letter case does not matter.

    Examples
    --------
    >>> is_syllable("Đức"), is_syllable("Ñöùc"), is_syllable("§øc"), is_syllable("tộc"), is_syllable("tồc")
    (True, False, False, True, False)
    """
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in decomposed if c in _TONES]
    if len(tones) > 1:
        return False
    letters = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    if not _SYLLABLE.fullmatch(letters):
        return False
    return not (_STOPPED.fullmatch(letters) and tones and tones[0] not in _STOPPED_TONES)
