"""Periods that companies report for: half-years, quarters, months and days; figures hold at their last day."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from geodata.errors import FigureError, mark
from geodata.periods import Period

HALF_YEAR, QUARTER, MONTH, DAY = "half-year", "quarter", "month", "day"

_HALF_CODE: Final = re.compile(r"(\d{4})-H([12])", re.IGNORECASE)
_QUARTER_CODE: Final = re.compile(r"\d{4}-Q[1-4]", re.IGNORECASE)
_MONTH_CODE: Final = re.compile(r"(\d{4})-(\d{2})")
_DAY_CODE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
# As offices type it: 6 tháng đầu năm 2021, sáu tháng cuối năm 2021, 6T đầu năm 2021, H1/2021.
_HALF_TYPED: Final = re.compile(
    r"(?:6|sáu|sau)\s*(?:tháng|thang|t)\s*(đầu|dau|cuối|cuoi)\s*(?:của\s*|cua\s*)?(?:năm|nam)?\s*(\d{4})", re.IGNORECASE
)
_HALF_LETTER: Final = re.compile(r"h\s*([12])\s*[/\-., ]?\s*(\d{4})", re.IGNORECASE)
_MONTH_TYPED: Final = re.compile(r"(?:tháng|thang|t\.?)?\s*(\d{1,2})\s*(?:[/\-]|năm|nam)\s*(\d{4})", re.IGNORECASE)
_DAY_TYPED: Final = re.compile(
    r"(?:ngày|ngay|đến|den|đến ngày)?\s*(\d{1,2})\s*(?:[/.\-]|tháng|thang)\s*(\d{1,2})\s*(?:[/.\-]|năm|nam)\s*(\d{4})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReportingPeriod:
    """
    One period of a company's returns.

    Parameters
    ----------
    kind
        `HALF_YEAR`, `QUARTER`, `MONTH` or `DAY`.
    first_day, last_day
        The days that it goes from and to; figures of its end hold at the last one.

    Examples
    --------
    >>> half = ReportingPeriod.parse("2021-H1")
    >>> half.last_day, str(half.last_quarter)
    (datetime.date(2021, 6, 30), '2021-Q2')
    >>> str(ReportingPeriod.parse("2021-06-30").last_quarter), ReportingPeriod.parse("2021-05").last_quarter
    ('2021-Q2', None)
    """

    kind: str
    first_day: date
    last_day: date

    @classmethod
    def parse(cls, code: str) -> ReportingPeriod:
        """Return the period of a code: 2021-H1, 2021-Q2, 2021-06 or 2021-06-30; raise `FigureError` for others."""
        found = cls._of_code(code.strip())
        if found is None:
            raise FigureError(
                "period.unreadable",
                mark(
                    'The period "{found}" is no half-year, quarter, month or day. Write it such as 2021-H1, 2021-Q2, '
                    "2021-06 or 2021-06-30."
                ),
                found=code,
            )
        return found

    @classmethod
    def _of_code(cls, code: str) -> ReportingPeriod | None:
        if match := _HALF_CODE.fullmatch(code):
            return cls.of_half(int(match[1]), int(match[2]))
        if _QUARTER_CODE.fullmatch(code):
            return cls.of_quarter(Period.parse(code.upper()))
        if match := _MONTH_CODE.fullmatch(code):
            return cls._of_month(int(match[1]), int(match[2]))
        return cls.of_day(day) if _DAY_CODE.fullmatch(code) and (day := _day_of(code)) else None

    @classmethod
    def of_half(cls, year: int, half: int) -> ReportingPeriod:
        """Return the first (1) or second (2) half of a year."""
        return cls(HALF_YEAR, Period(year, 2 * half - 1).first_day, Period(year, 2 * half).last_day)

    @classmethod
    def of_quarter(cls, quarter: Period) -> ReportingPeriod:
        """Return a quarter as a period of returns."""
        return cls(QUARTER, quarter.first_day, quarter.last_day)

    @classmethod
    def of_day(cls, day: date) -> ReportingPeriod:
        """Return a day as a period of returns."""
        return cls(DAY, day, day)

    @classmethod
    def half_with(cls, quarter: Period) -> ReportingPeriod:
        """Return the half-year that a quarter is in."""
        return cls.of_half(quarter.year, (quarter.quarter + 1) // 2)

    @classmethod
    def _of_month(cls, year: int, month: int) -> ReportingPeriod | None:
        if not 1 <= month <= 12:
            return None
        first = date(year, month, 1)
        after = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
        return cls(MONTH, first, after - timedelta(days=1))

    @classmethod
    def find_in(cls, text: str) -> ReportingPeriod | None:
        """
        Return the period that a typed text is; None where it is none.

        The whole text must be the period: nine months or a year are no period of the company's returns.

        Examples
        --------
        >>> typed = ("6 tháng đầu năm 2021", "Quý II/2021", "tháng 6/2021", "30/6/2021", "9 tháng đầu năm 2021")
        >>> [str(ReportingPeriod.find_in(text)) for text in typed]
        ['2021-H1', '2021-Q2', '2021-06', '2021-06-30', 'None']
        """
        text = unicodedata.normalize("NFC", text).strip().rstrip(".")
        if found := cls._of_code(text):
            return found
        if match := _HALF_TYPED.fullmatch(text):
            return cls.of_half(int(match[2]), 2 if match[1].lower().startswith("cu") else 1)
        if match := _HALF_LETTER.fullmatch(text):
            return cls.of_half(int(match[2]), int(match[1]))
        if match := _DAY_TYPED.fullmatch(text):
            day = _day_of(f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}")
            return cls.of_day(day) if day else None
        if (quarter := Period.typed_as(text)) is not None:
            return cls.of_quarter(quarter)
        if match := _MONTH_TYPED.fullmatch(text):
            return cls._of_month(int(match[2]), int(match[1]))
        return None

    @property
    def last_quarter(self) -> Period | None:
        """The quarter that ends with the period, at whose end figures of communes hold; None where none does."""
        quarter = Period.of(self.last_day)
        return quarter if quarter.last_day == self.last_day else None

    def __str__(self) -> str:
        if self.kind == HALF_YEAR:
            return f"{self.first_day.year}-H{1 if self.first_day.month == 1 else 2}"
        if self.kind == QUARTER:
            return str(Period.of(self.last_day))
        return self.last_day.strftime("%Y-%m" if self.kind == MONTH else "%Y-%m-%d")


def _day_of(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
