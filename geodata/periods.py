"""Reporting periods: the quarters that every figure belongs to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.errors import FigureError, mark

_CODE = re.compile(r"(\d{4})-Q([1-4])")
# As offices type it: Quý II/2021, Quý 2 năm 2021, Q2/2021, QII-2021, 2021Q2.
_TYPED = re.compile(r"(?:qu[yý]|q)\s*\.?\s*(iv|i{1,3}|[1-4])\s*(?:[/\-.,]|năm|nam)?\s*(\d{4})", re.IGNORECASE)
_TYPED_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/ ]?\s*q\s*([1-4])", re.IGNORECASE)
_MONTHS = re.compile(r"\b([369])\s*th[aá]ng\s*(đầu|dau|cuối|cuoi)?\s*(?:của\s*)?n[aă]m\s*(\d{4})", re.IGNORECASE)
_WHOLE_YEAR = re.compile(r"(?:cả\s*|ca\s*)?n[aă]m\s*(\d{4})\b", re.IGNORECASE)
_ROMAN_ALONE = re.compile(r"(?<![\w/])(iv|i{1,3})\s*[/\-]\s*(\d{4})\b", re.IGNORECASE)
_DAY = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:[/.\-]|th[aá]ng)\s*(\d{1,2})\s*(?:[/.\-]|n[aă]m)\s*(\d{4})(?!\d)", re.IGNORECASE
)
_MONTH = re.compile(r"th[aá]ng\s*(\d{1,2})\s*(?:[/\-]|n[aă]m)\s*(\d{4})", re.IGNORECASE)
_QUARTER_OF = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _ymd(period: Period) -> tuple[int, int, int]:
    day = period.last_day
    return day.year, day.month, day.day


@dataclass(frozen=True, order=True)
class Period:
    """
    One quarter of a year; figures of a quarter hold at its last day.

    Examples
    --------
    >>> Period.parse("2021-Q2").last_day
    datetime.date(2021, 6, 30)
    >>> str(Period(2021, 4).next())
    '2022-Q1'
    """

    year: int
    quarter: int

    @classmethod
    def parse(cls, code: str) -> Period:
        """Return the quarter of a code such as ``"2021-Q2"``; raise `FigureError` for anything else."""
        match = _CODE.fullmatch(code.strip())
        if match is None:
            raise FigureError(
                "period.unreadable",
                mark('The period "{found}" is not a quarter. Write it as year and quarter, such as 2021-Q2.'),
                found=code,
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Period:
        """
        Return the quarter that a day is in.

        Examples
        --------
        >>> str(Period.of(date(2021, 7, 1)))
        '2021-Q3'
        """
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def find_in(cls, text: str) -> Period | None:
        """
        Return the quarter that a typed text names; None where it names none, or more than one.

        Half years and years mean the quarter at whose end their figures hold, and so does a day that ends a quarter.

        Examples
        --------
        >>> [str(Period.find_in(text)) for text in ("Quý II/2021", "6 tháng đầu năm 2021", "đến 30/6/2021", "1/4/2019")]
        ['2021-Q2', '2021-Q2', '2021-Q2', 'None']
        """
        text = unicodedata.normalize("NFC", text)
        named = [cls(int(m[2]), _QUARTER_OF[m[1].lower()]) for m in _TYPED.finditer(text)]
        named += [cls(int(m[1]), int(m[2])) for m in _TYPED_YEAR_FIRST.finditer(text)]
        named += [cls(int(m[2]), _QUARTER_OF[m[1].lower()]) for m in _ROMAN_ALONE.finditer(text)]
        for months, part, year in _MONTHS.findall(text):
            is_last_half = part.lower().startswith("cu") and months == "6"
            named.append(cls(int(year), 4 if is_last_half else int(months) // 3))
        if not named:
            named = cls._find_days(text)
        return named[0] if len(set(named)) == 1 else None

    @classmethod
    def typed_as(cls, text: str) -> Period | None:
        """
        Return the quarter that a whole text is, such as "Quý II/2021" or "Q2/2021"; None where it is anything else.

        Examples
        --------
        >>> str(Period.typed_as("Quý II/2021")), Period.typed_as("đến Quý II/2021")
        ('2021-Q2', None)
        """
        if match := _TYPED.fullmatch(text) or _ROMAN_ALONE.fullmatch(text):
            return cls(int(match[2]), _QUARTER_OF[match[1].lower()])
        match = _TYPED_YEAR_FIRST.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None

    @classmethod
    def _find_days(cls, text: str) -> list[Period]:
        """Quarters that days, months or years name; a day or month that ends no quarter names none."""
        if days := _DAY.findall(text):
            found = [(int(year), int(month), int(day)) for day, month, year in days]
            ends = [cls(year, month // 3) for year, month, _ in found if month in (3, 6, 9, 12)]
            return [end for end, ymd in zip(ends, found, strict=False) if ymd == _ymd(end)] if len(found) == 1 else []
        if months := _MONTH.findall(text):
            return [cls(int(year), int(month) // 3) for month, year in months if int(month) in (3, 6, 9, 12)]
        return [cls(int(year), 4) for year in _WHOLE_YEAR.findall(text)]

    @property
    def last_day(self) -> date:
        """Day on which the figures of the quarter hold."""
        return self.next().first_day - timedelta(days=1)

    @property
    def first_day(self) -> date:
        """First day of the quarter."""
        return date(self.year, 3 * self.quarter - 2, 1)

    def next(self) -> Period:
        """Return the quarter after this one."""
        return Period(self.year + 1, 1) if self.quarter == 4 else Period(self.year, self.quarter + 1)

    def previous(self) -> Period:
        """Return the quarter before this one."""
        return Period(self.year - 1, 4) if self.quarter == 1 else Period(self.year, self.quarter - 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"


class Quarters(tuple[Period, ...]):
    """Quarters that fill a field of a sentence; as text, their codes parted by commas."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self))
