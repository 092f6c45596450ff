"""What people write of a plan on the command line: areas, years, shares, crews, weights, targets, assumptions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from coverage.area_words import area_of
from coverage.planning.assumptions import LEVELS, Assumptions
from coverage.planning.candidates import AreaTarget, Weights
from geodata.errors import PhuDienError, mark
from geodata.periods import Period
from geodata.units import Units

MOST_YEARS: Final = 30
MOST_SECONDS: Final = 24 * 3600.0

_WEIGHTS: Final = ("soonest", "value", "equity")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


def read_areas(text: str, units: Units) -> tuple[str, ...]:
    """
    Return the codes of areas that are parted by commas, or by semicolons where a name has a comma.

    Raises
    ------
    PhuDienError
        If there is none, the list has no such area, or one lies within another.
    """
    parts = [part.strip() for part in re.split(";" if ";" in text else ",", text) if part.strip()]
    if not parts:
        raise PhuDienError(
            "call.areas-missing", mark("No area is named. Write codes or names, such as 89,84 or An Giang, Trà Vinh.")
        )
    codes = tuple(dict.fromkeys(area_of(part, units) for part in parts))
    communes = {code: set(units.communes_of(code).index) for code in codes}
    for place, code in enumerate(codes):
        for other in codes[:place]:
            if communes[code] & communes[other]:
                inner, outer = sorted((code, other), key=lambda one: len(communes[one]))
                raise PhuDienError(
                    "call.areas-overlap",
                    mark('Area "{inner}" lies within "{outer}". Name one of them.'),
                    inner=inner,
                    outer=outer,
                )
    return codes


def read_codes(text: str) -> frozenset[str]:
    """Return codes that are parted by commas or semicolons."""
    return frozenset(code.strip() for code in re.split("[,;]", text) if code.strip())


def read_first_year(text: str | None, period: Period, default: int) -> int:
    """
    Return the year of the first budget: one that has not ended by the quarter that a plan begins with.

    Raises
    ------
    PhuDienError
        If it is none, or too far ahead.
    """
    if text is None:
        return default
    least = period.next().year
    year = int(text) if re.fullmatch(r"[0-9]{4}", text.strip()) else -1
    if not least <= year <= least + MOST_YEARS:
        raise PhuDienError(
            "call.first-year",
            mark('"{found}" cannot be the first year of a plan that begins with {period}. Allowed: {least} to {most}.'),
            found=text,
            period=period,
            least=str(least),
            most=str(least + MOST_YEARS),
        )
    return year


def read_years(text: str | None) -> int | None:
    """Return a number of years, 1 to `MOST_YEARS`; None where none is given."""
    if text is None:
        return None
    if not (re.fullmatch(r"[0-9]{1,3}", text.strip()) and 1 <= int(text) <= MOST_YEARS):
        raise PhuDienError(
            "call.years",
            mark('"{found}" is no number of years. Allowed: 1 to {most}.'),
            found=text,
            most=MOST_YEARS,
        )
    return int(text)


def read_gap(text: str) -> float:
    """Return the share within which a solver may stop: 0.01, 0,01 or 1%; 0 up to less than 1."""
    plain = text.strip()
    share = _number(plain.removesuffix("%"))
    share = share / 100 if plain.endswith("%") else share
    if not 0 <= share < 1:
        raise PhuDienError(
            "call.gap",
            mark('"{found}" is no gap. Write a share from 0 to less than 1, such as 0.01 or 1%.'),
            found=text,
        )
    return share


def read_seconds(text: str) -> float:
    """Return a time limit in seconds, more than 0 and no more than a day."""
    seconds = _number(text)
    if not 0 < seconds <= MOST_SECONDS:
        raise PhuDienError(
            "call.time-limit",
            mark('"{found}" is no time limit. Write seconds, more than 0 and at most {most}.'),
            found=text,
            most=int(MOST_SECONDS),
        )
    return seconds


def read_crews(texts: Sequence[str], units: Units) -> dict[str, float]:
    """Return crews by province: 89=4, An Giang=2,5."""
    return {code: _at_least_0(number, text) for text, code, number in _pairs(texts, units)}


def read_households(texts: Sequence[str], units: Units) -> dict[str, int]:
    """Return households by province: 89=5000, An Giang=5.000."""
    return {code: read_count(number, text) for text, code, number in _pairs(texts, units)}


def read_targets(texts: Sequence[str], units: Units) -> tuple[AreaTarget, ...]:
    """
    Return targets of districts: 889=2024:500, at the end of 2024 at most 500 households remain in district 889.

    Raises
    ------
    PhuDienError
        If one is not of this form, or the list has no such area.
    """
    found = []
    for text in texts:
        name, _, rest = text.partition("=")
        year, _, number = rest.partition(":")
        if not (name.strip() and re.fullmatch(r"[0-9]{4}", year.strip()) and number.strip()):
            raise PhuDienError(
                "call.target-unreadable",
                mark(
                    '"{found}" is no target of a district. Write DISTRICT=YEAR:HOUSEHOLDS, such as 889=2024:500: at '
                    "most 500 households remain at the end of 2024."
                ),
                found=text,
            )
        found.append(AreaTarget(area_of(name, units), int(year), read_count(number, text)))
    return tuple(found)


def read_count(number: str, text: str) -> int:
    """Return a whole number, with or without separators of thousands; `text` is what is shown where it is none."""
    plain = number.strip()
    if _GROUPED.fullmatch(plain):
        plain = re.sub("[.,]", "", plain)
    if not re.fullmatch("[0-9]{1,12}", plain):
        raise PhuDienError(
            "call.count-unreadable",
            mark('"{found}" has no whole number of households, such as 5000 or 5.000.'),
            found=text,
        )
    return int(plain)


def read_weights(text: str) -> Weights:
    """
    Return weights: 1,0.5,0 (households soonest, net present value, equity), or soonest=1;value=0,5.

    Raises
    ------
    PhuDienError
        If they are not numbers of 0 or more, not all 0.
    """
    parts = [part.strip() for part in re.split(";" if ";" in text else ",", text)]
    named = dict.fromkeys(_WEIGHTS, 0.0)
    numbers: Mapping[str, float]
    if all("=" in part for part in parts):
        pairs = {name.strip(): _number(number) for name, _, number in (part.partition("=") for part in parts)}
        numbers = named | pairs if set(pairs) <= set(_WEIGHTS) else {}
    else:
        numbers = dict(zip(_WEIGHTS, map(_number, parts), strict=True)) if len(parts) == len(_WEIGHTS) else {}
    values = tuple(numbers.values())
    if not values or not all(value >= 0 and math.isfinite(value) for value in values) or sum(values) <= 0:
        raise PhuDienError(
            "call.weights-unreadable",
            mark(
                '"{found}" are no weights. Write three numbers of 0 or more, not all 0: 1,0.5,0, or by name: '
                "soonest=1;value=0.5."
            ),
            found=text,
        )
    return Weights(**numbers)


def read_assumption(text: str, shipped: Assumptions) -> tuple[str, tuple[float, float, float]]:
    """
    Return an assumption with its values: NAME=VALUE, NAME=LOW:MID:HIGH.

    Raises
    ------
    PhuDienError
        If it is not of this form, there is none such, or it may not have the value.
    """
    name, _, values = text.partition("=")
    numbers = [_number(part) for part in values.split(":")]
    if len(numbers) == 1:
        numbers *= len(LEVELS)
    if len(numbers) != len(LEVELS) or any(math.isnan(number) for number in numbers):
        raise PhuDienError(
            "call.assumption-unreadable",
            mark('"{found}" is not of the form NAME=VALUE or NAME=LOW:MID:HIGH. Names: phudien plan assumptions.'),
            found=text,
        )
    low, mid, high = numbers
    shipped.changed({name.strip(): (low, mid, high)})
    return name.strip(), (low, mid, high)


def _pairs(texts: Sequence[str], units: Units) -> list[tuple[str, str, str]]:
    found = []
    for text in texts:
        name, sign, number = text.partition("=")
        if not (sign and name.strip() and number.strip()):
            raise PhuDienError(
                "call.pair-unreadable",
                mark('"{found}" is not of the form NAME=NUMBER, such as 89=4.'),
                found=text,
            )
        found.append((text, area_of(name, units), number))
    codes = [code for _, code, _ in found]
    for text, code, _ in found:
        if codes.count(code) > 1:
            raise PhuDienError("call.pair-twice", mark('"{found}" names a province that is named twice.'), found=text)
    return found


def _at_least_0(number: str, text: str) -> float:
    value = _number(number)
    if not 0 <= value < math.inf:
        raise PhuDienError(
            "call.crews-unreadable", mark('"{found}" has no number of crews: 0 or more, such as 4 or 2,5.'), found=text
        )
    return value


def _number(text: str) -> float:
    """Return a number with a decimal point or comma; NaN where it is none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return math.nan
