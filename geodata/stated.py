"""How a company states a figure: as a percentage, a count, or in millions, rounded half-up to its decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from geodata.language import Language

SCALES: Final = {"": Decimal(1), "million": Decimal(1_000_000)}
"""Units in which counts are stated."""

_HUNDRED: Final = Decimal(100)
_EXACT: Final = Context(prec=28)


@dataclass(frozen=True)
class Stating:
    """
    How the figures of an indicator are stated.

    Parameters
    ----------
    is_count
        Whether it is a count; shares (0 to 1) and changes are stated in percent.
    scale
        Of a count: a key of `SCALES`.
    decimals
        Decimals of the stated figure.

    Examples
    --------
    >>> Stating(is_count=True, scale="million", decimals=2).of(Decimal(8_173_200))
    Decimal('8.17')
    >>> Stating(is_count=False, scale="", decimals=2).of(Decimal(630) / Decimal(1_431_997))
    Decimal('0.04')
    """

    is_count: bool
    scale: str
    decimals: int

    def of(self, value: Decimal) -> Decimal:
        """Return a count, share or change as it is stated."""
        return self.unrounded(value).quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)

    def unrounded(self, value: Decimal) -> Decimal:
        """Return a count, share or change in the unit in which it is stated."""
        if self.is_count:
            return _EXACT.divide(value, SCALES[self.scale])
        return _EXACT.multiply(value, _HUNDRED)

    def back(self, stated: Decimal) -> Decimal:
        """Return the count, share or change that a stated figure says, as near as it says it."""
        if self.is_count:
            return _EXACT.multiply(stated, SCALES[self.scale])
        return _EXACT.divide(stated, _HUNDRED)


def stated_unit(scale: str, unit: str, language: Language) -> str:
    """Return the unit of a stated figure: ``%``, ``hộ``, ``triệu hộ``; `unit` is named in the language already."""
    return language.say("million {unit}", unit=unit) if scale else unit
