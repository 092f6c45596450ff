"""Differences of figures with their unit: percentage points, percent and counts are three things, never mixed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from geodata.errors import FigureError, mark
from geodata.language import Language

POINTS, PERCENT, COUNTED = "percentage points", "percent", "counted"

UNITS: Final = (POINTS, PERCENT, COUNTED)

_EXACT: Final = Context(prec=28)


@dataclass(frozen=True)
class Counted:
    """What is counted, in both languages, such as *hộ* and *households*."""

    vi: str
    en: str

    def name(self, language: Language) -> str:
        """Return what is counted, in a language."""
        return self.vi if language.code == "vi" else self.en


@dataclass(frozen=True)
class Difference:
    """
    A difference of two figures.

    Differences of one unit can be added and compared; of different ones they are refused.

    Parameters
    ----------
    value
        Percentage points (0.28, of 99.72% against 100%), percent (−55, of 861 against 1,933), or a count.
    unit
        `POINTS`, `PERCENT` or `COUNTED`.
    counted
        What is counted, of a count.

    Examples
    --------
    >>> print(between_shares(Decimal("0.9972"), Decimal("1")).display(Language("en"), decimals=2))
    −0.28 percentage points
    >>> print(change_in_percent(861, 1933).display(Language("en"), decimals=0))
    −55%
    """

    value: Decimal
    unit: str
    counted: Counted | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS or (self.unit == COUNTED) != (self.counted is not None):
            raise FigureError(
                "difference.unit",
                mark('"{found}" is no unit of a difference. Units: {allowed}; a count says what it counts.'),
                found=self.unit,
                allowed=", ".join(UNITS),
            )

    def __add__(self, other: Difference) -> Difference:
        self._require_same(other)
        return Difference(_EXACT.add(self.value, other.value), self.unit, self.counted)

    def __sub__(self, other: Difference) -> Difference:
        return self + -other

    def __neg__(self) -> Difference:
        return Difference(-self.value, self.unit, self.counted)

    def __abs__(self) -> Difference:
        return Difference(abs(self.value), self.unit, self.counted)

    def __lt__(self, other: Difference) -> bool:
        self._require_same(other)
        return self.value < other.value

    def __le__(self, other: Difference) -> bool:
        self._require_same(other)
        return self.value <= other.value

    def _require_same(self, other: Difference) -> None:
        if (self.unit, self.counted) != (other.unit, other.counted):
            raise FigureError(
                "difference.units-mixed",
                mark(
                    "{one} and {other} cannot be added or compared: percentage points, percent and counts are "
                    "different units."
                ),
                one=self._name(),
                other=other._name(),
            )

    def _name(self) -> str:
        return f"{self.value.normalize():f} {self.counted.en if self.counted else self.unit}"

    def display(self, language: Language, *, decimals: int) -> str:
        """Return it with its sign and unit: −0,28 điểm %, −55%, +1.072 hộ; rounded half-up, only here."""
        sign = "−" if self.value < 0 else "+" if self.value > 0 else ""
        return sign + self.size(language, decimals=decimals)

    def size(self, language: Language, *, decimals: int) -> str:
        """
        Return how large it is with its unit, without a sign; one that is not 0 is never shown as 0.

        Examples
        --------
        >>> Difference(Decimal("-0.004"), POINTS).size(Language("en"), decimals=2)
        'under 0.01 percentage points'
        """
        least = Decimal(1).scaleb(-decimals)
        is_less = self.value != 0 and abs(self.value) < least / 2
        number = language.decimal(least if is_less else abs(self.value), decimals=decimals)
        text = self._with_unit(number, language)
        return language.say("under {size}", size=text) if is_less else text

    def _with_unit(self, number: str, language: Language) -> str:
        if self.counted is not None:
            return f"{number} {self.counted.name(language)}"
        return f"{number}%" if self.unit == PERCENT else language.say("{points} percentage points", points=number)


def between_shares(now: Decimal, before: Decimal) -> Difference:
    """Return the difference of two shares (0 to 1), or of two changes, in percentage points."""
    return Difference(_EXACT.multiply(_EXACT.subtract(now, before), Decimal(100)), POINTS)


def between_counts(now: int, before: int, counted: Counted) -> Difference:
    """Return the difference of two counts of the same things."""
    return Difference(Decimal(now - before), COUNTED, counted)


def change_in_percent(now: int, before: int) -> Difference:
    """Return the change of a count in percent of what it was; raise `FigureError` where it was 0."""
    if before == 0:
        raise FigureError(
            "difference.from-zero", mark("There is no change in percent from 0. Give the difference as a count.")
        )
    return Difference(_EXACT.divide(Decimal(100 * (now - before)), Decimal(before)), PERCENT)
