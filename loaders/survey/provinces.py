"""Whether a text names a province of Vietnam, the company's or another's."""

from __future__ import annotations

from functools import lru_cache

from geodata.name_keys import accented_key, split_type_word
from loaders.reference import tables


@lru_cache(maxsize=1)
def _kinds_by_name() -> dict[str, bool]:
    """Key of each province's name → whether it is a city (thành phố trực thuộc trung ương)."""
    full_names = tables.load_provinces_of_vietnam().values()
    return {accented_key(split_type_word(name)[1]): name.startswith("Thành phố") for name in full_names}


@lru_cache(maxsize=4096)
def is_province(text: str) -> bool:
    """
    Return whether a text names one of the 63 provinces; "Thành phố Cà Mau" is a district of Tỉnh Cà Mau.

    Examples
    --------
    >>> is_province("Tỉnh Cà Mau"), is_province("Thành phố Cà Mau"), is_province("TP Hà Nội"), is_province("An Giang")
    (True, False, True, True)
    """
    kinds, name = split_type_word(text)
    is_city = _kinds_by_name().get(accented_key(name))
    if is_city is None:
        return False
    return not kinds or ("thanh-pho" in kinds if is_city else "tinh" in kinds)
