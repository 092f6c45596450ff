"""Reporting periods: the quarters that every figure belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.errors import FigureError, mark

_CODE = re.compile(r"(\d{4})-Q([1-4])")
# As offices type it: Quý II/2021, Quý 2 năm 2021, Q2/2021, QII-2021, 2021Q2.
_TYPED = re.compile(r"(?:qu[yý]|q)\s*\.?\s*(iv|i{1,3}|[1-4])\s*(?:[/\-.,]|năm|nam)?\s*(\d{4})", re.IGNORECASE)
_TYPED_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/ ]?\s*q\s*([1-4])", re.IGNORECASE)
_QUARTER_OF = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


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
    def find_in(cls, text: str) -> Period | None:
        """Return the quarter that a typed text names, such as "Quý II/2021"; None where it names none."""
        if match := _TYPED.search(text):
            return cls(int(match[2]), _QUARTER_OF[match[1].lower()])
        if match := _TYPED_YEAR_FIRST.search(text):
            return cls(int(match[1]), int(match[2]))
        return None

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
