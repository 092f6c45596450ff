"""A published percentage and its counts as people type them, and what their arithmetic says, as sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from coverage.published_percentage import PercentageCheck, check_percentage
from coverage.published_ranges import COUNT_UNITS, PERCENT, UNIT_NAMES, CountRange, PublishedFigure
from geodata.errors import FigureError, mark
from geodata.language import Language

_DIGITS: Final = re.compile(r"\d+")
_GROUPED: Final = re.compile(r"\d{1,3}([.,\s])\d{3}(\1\d{3})*")
_GROUPED_TWICE: Final = re.compile(r"\d{1,3}([.,\s])\d{3}(\1\d{3})+")
_DECIMAL: Final = re.compile(r"(?P<whole>\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*)(?!(?P=mark))[.,](?P<part>\d+)")
_PLAIN: Final = re.compile(r"(?P<whole>\d+)[.,](?P<part>\d+)")


@dataclass(frozen=True)
class PublishedPercentage:
    """
    Three published figures that belong together, and what their arithmetic says.

    Parameters
    ----------
    part, whole, percent
        As published.
    result
        What the rounded counts allow.
    """

    part: PublishedFigure
    whole: PublishedFigure
    percent: PublishedFigure
    result: PercentageCheck

    def sentences(self, language: Language) -> list[str]:
        """Return what was found, what is allowed, and what would fit."""
        say, result = language.say, self.result
        unit = say(UNIT_NAMES[self.part.unit])
        part, whole, percent = (_shown(one, language) for one in (self.part, self.whole, self.percent))
        found = [
            say(
                "{part} of {whole} {unit} is {ratio}.",
                part=part,
                whole=whole,
                unit=unit,
                ratio=_percent(result.ratio, language),
            ),
            say(
                "As rounded, the counts are {parts} of {wholes} households: they allow {low} to {high}.",
                parts=range_text(result.part, language),
                wholes=range_text(result.whole, language),
                low=_percent(result.low, language),
                high=_percent(result.high, language),
            ),
        ]
        if result.fits:
            return [*found, say("{percent} is among them: the figures fit together.", percent=percent)]
        return [
            *found,
            say("{percent} is not among them: at least one of the three figures is wrong.", percent=percent),
            say(
                "{percent} of {whole} {unit} would be {needed} households.",
                percent=percent,
                whole=whole,
                unit=unit,
                needed=range_text(result.part_needed, language),
            ),
            say(
                "{part} {unit} would be {percent} of {needed} households.",
                percent=percent,
                part=part,
                unit=unit,
                needed=range_text(result.whole_needed, language),
            ),
        ]

    def answer(self) -> dict[str, Any]:
        """Return the same for other programs."""
        result = self.result
        return {
            "part": _ends(result.part),
            "whole": _ends(result.whole),
            "percent": str(self.percent.value),
            "percent_of_rounded": str(result.ratio),
            "percent_allowed": [str(result.low), str(result.high)],
            "fits": result.fits,
            "part_needed": _ends(result.part_needed),
            "whole_needed": _ends(result.whole_needed),
        }


def check_typed(part: str, whole: str, percent: str, unit: str) -> PublishedPercentage:
    """
    Return what the arithmetic says of figures as they are typed: with a comma or a point before the decimals.

    Parameters
    ----------
    unit
        A key of `published_ranges.COUNT_UNITS`, of both counts.

    Raises
    ------
    FigureError
        If a figure cannot be read.

    Examples
    --------
    >>> check_typed("14,9", "18.43", "84,15%", "million").result.fits
    False
    """
    figures = (read_figure(part, unit), read_figure(whole, unit), read_figure(percent, PERCENT))
    return PublishedPercentage(*figures, check_percentage(*figures))


def read_figure(text: str, unit: str) -> PublishedFigure:
    """
    Return a published figure as it is typed: its decimals say how it was rounded.

    Households are whole: "526.157" is 526157 there. In thousands, millions and percent "526.157" has three decimals.

    Raises
    ------
    FigureError
        If it is no such number.
    """
    typed = text.strip().removesuffix("%").strip()
    value = _value(typed, is_whole=unit in COUNT_UNITS and COUNT_UNITS[unit] == 1)
    if value is None:
        raise FigureError(
            "published.unreadable",
            mark(
                '"{found}" is no published figure. Write digits with a point or comma before the decimals, as printed, '
                "such as 14.9 or 84,15; households as whole numbers."
            ),
            found=text,
        )
    exponent = int(value.as_tuple().exponent)
    return PublishedFigure("", "", None, value, unit, max(0, -exponent))


def _value(typed: str, *, is_whole: bool) -> Decimal | None:
    if _DIGITS.fullmatch(typed):
        return Decimal(typed)
    grouped = _GROUPED if is_whole else _GROUPED_TWICE
    if grouped.fullmatch(typed):
        return Decimal(re.sub(r"[.,\s]", "", typed))
    if is_whole:
        return None
    if match := _PLAIN.fullmatch(typed):
        return Decimal(f"{match['whole']}.{match['part']}")
    if match := _DECIMAL.fullmatch(typed):
        return Decimal(f"{re.sub(r'[.,]', '', match['whole'])}.{match['part']}")
    return None


def range_text(found: CountRange, language: Language) -> str:
    """Return a range as readers see it: one number, or from … to …."""
    if found.is_empty:
        return language.say("no number of")
    if found.low == found.high:
        return language.count(found.low)
    if found.is_open:
        return language.say("{low} or more", low=found.low)
    return language.say("{low} to {high}", low=found.low, high=found.high)


def _shown(figure: PublishedFigure, language: Language) -> str:
    sign = "%" if figure.unit == PERCENT else ""
    return language.decimal(figure.value, decimals=figure.decimals) + sign


def _percent(value: Decimal, language: Language) -> str:
    return language.decimal(value, decimals=max(0, -int(value.as_tuple().exponent))) + "%"


def _ends(found: CountRange) -> list[int | None] | None:
    return None if found.is_empty else [found.low, None if found.is_open else found.high]
