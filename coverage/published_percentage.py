"""A published percentage held against the rounded counts that stand beside it, in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from coverage.published_ranges import COUNT_UNITS, MOST, CountRange, PublishedFigure, ceil, floor
from geodata.errors import FigureError, mark

_WHOLES_TRIED: Final = 1_000_000


@dataclass(frozen=True)
class PercentageCheck:
    """
    A published percentage held against the rounded counts that stand beside it.

    Parameters
    ----------
    part, whole
        Counts that round to what was published.
    ratio
        Percentage of the rounded figures themselves, with the decimals of the published one.
    low, high
        Least and greatest percentage that the counts allow, likewise.
    fits
        Whether the published percentage is one that they allow.
    part_needed, whole_needed
        Counts that the percentage would need, the other figure kept; empty where none would do.
    """

    part: CountRange
    whole: CountRange
    ratio: Decimal
    low: Decimal
    high: Decimal
    fits: bool
    part_needed: CountRange
    whole_needed: CountRange


def check_percentage(part: PublishedFigure, whole: PublishedFigure, percent: PublishedFigure) -> PercentageCheck:
    """
    Return which percentages two rounded counts allow, and whether a published one is among them.

    Raises
    ------
    FigureError
        If the whole may be 0: nothing is a percentage of nothing.

    Examples
    --------
    >>> million = lambda text: PublishedFigure("", "", None, Decimal(text), "million", len(text.split(".")[1]))
    >>> found = check_percentage(
    ...     million("14.9"), million("18.43"), PublishedFigure("", "", None, Decimal("84.15"), "percent", 2)
    ... )
    >>> str(found.ratio), str(found.low), str(found.high), found.fits
    ('80.85', '80.55', '81.14', False)
    """
    parts, wholes = part.counts, whole.counts
    if wholes.low <= 0 or whole.value <= 0:
        raise FigureError(
            "published.whole-zero",
            mark('The whole "{found}" may be 0, and nothing is a percentage of nothing. Write the whole as published.'),
            found=str(whole.value),
        )
    low, high = percent.interval
    least, most = Fraction(parts.low, wholes.high), Fraction(parts.high, wholes.low)
    needed = CountRange(max(0, ceil(low * wholes.low)), ceil(high * wholes.high) - 1)
    return PercentageCheck(
        part=parts,
        whole=wholes,
        ratio=_percent(
            Fraction(part.value) * COUNT_UNITS[part.unit] / (Fraction(whole.value) * COUNT_UNITS[whole.unit]),
            percent.decimals,
        ),
        low=_percent(least, percent.decimals),
        high=_percent(most, percent.decimals),
        fits=low <= most and least < high and _is_possible(parts, wholes, low, high),
        part_needed=needed,
        whole_needed=_whole_needed(parts, low, high),
    )


def _whole_needed(parts: CountRange, low: Fraction, high: Fraction) -> CountRange:
    if high <= 0:
        return CountRange(1, 0)
    most = floor(parts.high / low) if low > 0 else MOST
    return CountRange(floor(parts.low / high) + 1, most)


def _is_possible(parts: CountRange, wholes: CountRange, low: Fraction, high: Fraction) -> bool:
    """Return whether whole numbers in both ranges have a ratio from `low` (included) to `high`."""
    tried = range(wholes.low, min(wholes.high, wholes.low + _WHOLES_TRIED) + 1)
    return any(max(parts.low, ceil(low * n)) <= min(parts.high, ceil(high * n) - 1) for n in tried)


def _percent(share: Fraction, decimals: int) -> Decimal:
    exact = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
