"""What the label of a row says it is: a total, a heading with a number before it, or a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from geodata.name_keys import plain_key

_SUFFIX: Final = re.compile(r"\s*[(\-–:]\s*(?:tổng số|tổng cộng|tổng|cộng)\s*\)?\s*$", re.IGNORECASE)
_NUMBERING: Final = re.compile(r"^\s*(?:[IVX]{1,5}|\d{1,3}|[A-Z])\s*[.)/-]\s*(?=\S)")
_TOTAL: Final = re.compile(
    r"(?:tong(?:so|cong|so ho)?|cong|total|subtotal|grandtotal|sum|toan(?:tinh|huyen|congty|vung|quoc|xa))"
    r"(?:toan|huyen|tinh|thixa|thanhpho|quan|xa|cac|chung|(?=$))\w*"
)


@lru_cache(maxsize=4096)
def total_of(text: str) -> str | None:
    """
    Return what a text is the total of: a name, ``""`` where it names nothing, or None where it is no total.

    Examples
    --------
    >>> total_of("Quận Ba Đình (Tổng số)"), total_of("TỔNG CỘNG"), total_of("Cộng huyện Châu Phú"), total_of("Cộng Hòa")
    ('Quận Ba Đình', '', 'huyện Châu Phú', None)
    """
    bare = _NUMBERING.sub("", text).strip()
    if (found := _SUFFIX.search(bare)) and found.start() > 0:
        return bare[: found.start()].strip()
    if not _TOTAL.fullmatch(plain_key(bare)):
        return None
    named = re.search(r"(?:huyện|tỉnh|thị xã|thành phố|quận|huyen|tinh)\s+\S.*$", bare, re.IGNORECASE)
    return named[0] if named else ""


def without_numbering(text: str) -> str:
    """Return a text without the number before it: "II. Huyện Châu Phú" → "Huyện Châu Phú"."""
    return _NUMBERING.sub("", text).strip()
