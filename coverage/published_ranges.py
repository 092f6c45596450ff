"""What rounded publications leave open: each published figure is an interval, and together they allow ranges of counts.

All arithmetic is exact (fractions and whole numbers). The ranges never exclude counts with which every published figure
comes out as it was published; a range that is empty means that the publications contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from geodata.errors import mark

COUNT_UNITS: Final = {"count": 1, "thousand": 1_000, "million": 1_000_000}
"""How many one of a unit is, for counts."""

UNIT_NAMES: Final = {
    "count": mark("households"),
    "thousand": mark("thousand households"),
    "million": mark("million households"),
}

PERCENT: Final = "percent"

RURAL_TO_CONNECT, URBAN_TO_CONNECT = "households_to_connect_rural", "households_to_connect_urban"

MOST: Final = 10**11
"""Beyond any count of households: the end of a range that nothing published limits."""

_ROUNDS: Final = 1_000


@dataclass(frozen=True)
class Sum:
    """A count that is the sum of others, all of them 0 or more."""

    whole: str
    parts: tuple[str, ...]


HOUSEHOLD_SUMS: Final = (
    Sum("households_grid", ("households_direct", "households_bulk")),
    Sum("households_all", ("households_grid", "households_to_connect")),
    Sum("households_all", ("households_all_urban", "households_all_rural")),
    Sum("households_grid", ("households_grid_urban", "households_grid_rural")),
    Sum("households_all_rural", ("households_grid_rural", RURAL_TO_CONNECT)),
    Sum("households_all_urban", ("households_grid_urban", URBAN_TO_CONNECT)),
    Sum("households_to_connect", (URBAN_TO_CONNECT, RURAL_TO_CONNECT)),
)
"""The sums that hold among published household figures; shared meters are inside direct sale there."""


@dataclass(frozen=True)
class CountRange:
    """
    Whole numbers from `low` to `high`, both included.

    Parameters
    ----------
    low, high
        Empty where `low` is above `high`.
    """

    low: int = 0
    high: int = MOST

    @property
    def is_empty(self) -> bool:
        """Whether no number is in it."""
        return self.low > self.high

    @property
    def is_open(self) -> bool:
        """Whether nothing limits it above."""
        return self.high >= MOST

    def holds(self, number: int) -> bool:
        """Return whether a number is in it."""
        return self.low <= number <= self.high

    def meets(self, other: CountRange) -> CountRange:
        """Return what both have in common."""
        return CountRange(max(self.low, other.low), min(self.high, other.high))


@dataclass(frozen=True)
class PublishedFigure:
    """
    A figure as it was published.

    Parameters
    ----------
    name
        Of the indicator, or whatever tells figures apart.
    part, whole
        What is counted, and of what a share is taken; a count has no whole.
    value, decimals
        As printed, and its decimals.
    unit
        A key of `COUNT_UNITS`, or `PERCENT`.
    title_vi, title_en
        What readers call it.
    """

    name: str
    part: str
    whole: str | None
    value: Decimal
    unit: str
    decimals: int
    title_vi: str = ""
    title_en: str = ""

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """
        What rounds to the figure, half-up: from the first (included) to the second (excluded).

        Counts themselves, and shares from 0 to 1.

        Examples
        --------
        >>> direct = PublishedFigure("direct", "d", None, Decimal("7.65"), "million", 2)
        >>> [int(end) for end in direct.interval]
        [7645000, 7655000]
        """
        one = Fraction(1, 100) if self.unit == PERCENT else Fraction(COUNT_UNITS[self.unit])
        half = Fraction(1, 2 * 10**self.decimals)
        return (Fraction(self.value) - half) * one, (Fraction(self.value) + half) * one

    @property
    def counts(self) -> CountRange:
        """Whole numbers that round to a count."""
        low, high = self.interval
        return CountRange(max(0, ceil(low)), ceil(high) - 1)


@dataclass(frozen=True)
class ImpliedRanges:
    """
    What published figures allow together.

    Parameters
    ----------
    ranges
        By what is counted. Where the figures contradict each other, they are meaningless, and one of them is empty.
    contradicting
        Names of the fewest published figures found that cannot all be right; empty where all can.
    """

    ranges: Mapping[str, CountRange]
    contradicting: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Ratio:
    """``low`` to ``high`` is what part / whole may be; an end is included or not."""

    part: str
    whole: str
    low: Fraction
    high: Fraction
    has_low: bool
    has_high: bool


def implied_ranges(published: Sequence[PublishedFigure], sums: Sequence[Sum] = HOUSEHOLD_SUMS) -> ImpliedRanges:
    """
    Return the counts that all published figures together leave open.

    Parameters
    ----------
    published
        Counts and shares, in any order.
    sums
        What adds up to what.

    Notes
    -----
    The intervals of all figures are narrowed by each other until nothing changes. A share of two parts of a whole
    narrows the other part too: from T / N follow (N − T) / N and (N − T) / T. The ranges hold every count that is
    possible; where many shares interlock, they may hold some that are not.

    Examples
    --------
    >>> figures = [
    ...     PublishedFigure("whole", "n", None, Decimal("2"), "thousand", 0),
    ...     PublishedFigure("share", "t", "n", Decimal("99"), "percent", 0),
    ... ]
    >>> implied_ranges(figures, [Sum("n", ("t", "u"))]).ranges["u"]
    CountRange(low=8, high=37)
    """
    ranges = _narrowed(published, sums)
    if ranges is not None:
        return ImpliedRanges(ranges)
    needed = list(published)
    for figure in published:
        without = [one for one in needed if one is not figure]
        if _narrowed(without, sums) is None:
            needed = without
    return ImpliedRanges({}, tuple(figure.name for figure in needed))


def _narrowed(published: Iterable[PublishedFigure], sums: Sequence[Sum]) -> dict[str, CountRange] | None:
    """Return the ranges; None where one of them is empty."""
    published = list(published)
    names = {name for one in sums for name in (one.whole, *one.parts)}
    names |= {name for figure in published for name in (figure.part, figure.whole) if name}
    ranges = dict.fromkeys(sorted(names), CountRange())
    ratios = [ratio for figure in published if figure.whole for ratio in _ratios(figure, sums)]
    for figure in published:
        if figure.whole is None:
            ranges[figure.part] = ranges[figure.part].meets(figure.counts)
    for _ in range(_ROUNDS):
        before = dict(ranges)
        for one in sums:
            _narrow_sum(one, ranges)
        for ratio in ratios:
            _narrow_ratio(ratio, ranges)
        if any(found.is_empty for found in ranges.values()):
            return None
        if ranges == before:
            break
    return ranges


def _ratios(figure: PublishedFigure, sums: Sequence[Sum]) -> list[_Ratio]:
    """Return what a published share says of its part, and of the rest of its whole where that has a name."""
    assert figure.whole is not None
    low, high = figure.interval
    low = max(low, Fraction(0))
    found = [_Ratio(figure.part, figure.whole, low, high, has_low=True, has_high=False)]
    for one in sums:
        if one.whole == figure.whole and len(one.parts) == 2 and figure.part in one.parts:
            [rest] = set(one.parts) - {figure.part}
            found.append(_Ratio(rest, figure.whole, max(1 - high, Fraction(0)), 1 - low, high > 1, has_high=True))
            if low > 0:
                least = max(1 / high - 1, Fraction(0))
                found.append(_Ratio(rest, figure.part, least, 1 / low - 1, high > 1, has_high=True))
    return found


def _narrow_sum(one: Sum, ranges: dict[str, CountRange]) -> None:
    parts = [ranges[part] for part in one.parts]
    least, most = sum(part.low for part in parts), sum(part.high for part in parts)
    whole = ranges[one.whole] = ranges[one.whole].meets(CountRange(least, most))
    for name, part in zip(one.parts, parts, strict=True):
        allowed = CountRange(max(0, whole.low - (most - part.high)), whole.high - (least - part.low))
        ranges[name] = ranges[name].meets(allowed)


def _narrow_ratio(ratio: _Ratio, ranges: dict[str, CountRange]) -> None:
    part, whole = ranges[ratio.part], ranges[ratio.whole]
    least, most = ratio.low * whole.low, ratio.high * whole.high
    low = ceil(least) if ratio.has_low else floor(least) + 1
    high = floor(most) if ratio.has_high else ceil(most) - 1
    part = ranges[ratio.part] = part.meets(CountRange(max(low, 0) if whole.low else 0, high))
    if ratio.high > 0:
        least = part.low / ratio.high
        whole = whole.meets(CountRange(ceil(least) if ratio.has_high or part.low == 0 else floor(least) + 1))
    if ratio.low > 0:
        most = part.high / ratio.low
        whole = whole.meets(CountRange(0, floor(most) if ratio.has_low else ceil(most) - 1))
    ranges[ratio.whole] = whole


def ceil(number: Fraction) -> int:
    """Return the least whole number that is not below a fraction."""
    return -(-number.numerator // number.denominator)


def floor(number: Fraction) -> int:
    """Return the greatest whole number that is not above a fraction."""
    return number.numerator // number.denominator
