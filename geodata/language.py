"""The user's language: sentences from the catalogue; numbers, shares, days and quarters as it writes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from geodata.errors import Phrase, PhuDienError, mark
from geodata.periods import Period, Quarters
from geodata.reporting_periods import HALF_YEAR, MONTH, QUARTER, ReportingPeriod

LANGUAGE_CODES: Final = ("vi", "en")
_ROMAN: Final = ("", "I", "II", "III", "IV")


@lru_cache(maxsize=4)
def _read_catalogue(code: str) -> dict[str, str]:
    if code == "en":  # the templates are written in English
        return {}
    text = files("geodata").joinpath("locales", code, "LC_MESSAGES", "phudien.po")
    with text.open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


@dataclass(frozen=True)
class InEach:
    """A text in each language, that a sentence is filled with: `Language.say` takes the one of its own."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.vi


@dataclass(frozen=True)
class Language:
    """
    One language of the product.

    Parameters
    ----------
    code
        ``"vi"`` (the first language of the users) or ``"en"``.
    """

    code: str = "vi"

    def __post_init__(self) -> None:
        if self.code not in LANGUAGE_CODES:
            raise PhuDienError(
                "language.unknown",
                mark('There is no language "{found}". Languages: {allowed}.'),
                found=self.code,
                allowed=", ".join(LANGUAGE_CODES),
            )

    def say(self, template: str, **values: Any) -> str:
        """
        Return the sentence in this language, with its ``{name}`` fields filled.

        Integers and floats are written with the language's marks, floats with the decimals that they have; quarters by
        name and code; phrases are translated; every other value is written as ``str`` writes it.
        """
        text = _read_catalogue(self.code).get(template, template)
        return text.format(**{name: self._shown(value) for name, value in values.items()})

    def _shown(self, value: Any) -> Any:
        if isinstance(value, InEach):
            return value.vi if self.code == "vi" else value.en
        if isinstance(value, Phrase):
            return self.say(value)
        if isinstance(value, Period):
            return self.coded_period(value)
        if isinstance(value, Quarters):
            return ", ".join(map(self.coded_period, value))
        if isinstance(value, float) and math.isfinite(value):
            exact = Decimal(repr(float(value))).normalize()
            return self.decimal(exact, decimals=max(0, -int(exact.as_tuple().exponent)))
        return self.count(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def explain(self, error: PhuDienError) -> str:
        """Return the error's sentence in this language."""
        return self.say(error.template, **error.values)

    def count(self, number: int) -> str:
        """Return a whole number with separators: 8.170.000 in Vietnamese, 8,170,000 in English."""
        return str(format_decimal(int(number), format="#,##0", locale=self.code))

    def decimal(self, number: Decimal, *, decimals: int) -> str:
        """Return a number rounded half-up to exactly `decimals` places."""
        rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(rounded, format=pattern, locale=self.code))

    def share(self, share: Decimal, *, decimals: int) -> str:
        """Return a share (0 to 1) as a percentage, rounded half-up: 99,72% or, in English, 99.72%."""
        return self.decimal(share * 100, decimals=decimals) + "%"

    def day(self, day: date) -> str:
        """Return a day: 30/06/2021 in both languages, as Vietnamese offices write it."""
        return f"{day:%d/%m/%Y}"

    def moment(self, moment: datetime) -> str:
        """Return a moment with its hour and minute, in the clock of `moment`."""
        return f"{moment:%H:%M} {moment:%d/%m/%Y}"

    def period(self, period: Period) -> str:
        """Return a quarter: Quý II/2021 in Vietnamese, Q2 2021 in English."""
        if self.code == "vi":
            return f"Quý {_ROMAN[period.quarter]}/{period.year}"
        return f"Q{period.quarter} {period.year}"

    def coded_period(self, period: Period) -> str:
        """Return a quarter with the code that has to be typed: Quý II/2021 (2021-Q2)."""
        return f"{self.period(period)} ({period})"

    def reporting_period(self, period: ReportingPeriod) -> str:
        """Return a period of returns: 6 tháng đầu năm 2021, Quý II/2021, Tháng 6/2021, 30/06/2021."""
        year = str(period.last_day.year)
        if period.kind == HALF_YEAR:
            half = mark("first half of {year}") if period.first_day.month == 1 else mark("second half of {year}")
            return self.say(half, year=year)
        if period.kind == QUARTER:
            return self.period(Period.of(period.last_day))
        if period.kind == MONTH:
            return self.say("month {month}/{year}", month=str(period.last_day.month), year=year)
        return self.day(period.last_day)
