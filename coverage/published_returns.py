"""The company's returns as published figures: what each rounds, and percentages with the counts that they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from coverage.indicators import CHANGE, COUNT, SHARE, Indicator
from coverage.published_ranges import PERCENT, PublishedFigure
from geodata.reporting_periods import ReportingPeriod

_HOUSEHOLDS: Final = "households"
"""How the counts begin whose sums are known."""


@dataclass(frozen=True)
class StatedPercentage:
    """
    A percentage that was stated together with the exact counts that it is of.

    Parameters
    ----------
    period
        Quarter that ends with the period of the return.
    part, whole
        Exact counts.
    percent
        As stated.
    """

    period: str
    part: int
    whole: int
    percent: PublishedFigure

    @property
    def agrees(self) -> bool:
        """Whether the counts round to the percentage, half-up."""
        low, high = self.percent.interval
        return bool(low * self.whole <= self.part < high * self.whole)


def household_figures(returns: pd.DataFrame, indicators: Mapping[str, Indicator]) -> dict[str, list[PublishedFigure]]:
    """
    Return the stated figures of households, by the quarter at whose end they hold.

    Parameters
    ----------
    returns
        ``indicator``, ``period`` (code of a `ReportingPeriod`), ``published_value``; rows without a value, of other
        indicators, or of periods that end no quarter are left out.
    """
    found: dict[str, list[PublishedFigure]] = {}
    for row in returns.to_dict("records"):
        indicator, period = indicators.get(str(row["indicator"])), _quarter(row)
        if period is None or indicator is None or pd.isna(row["published_value"]):
            continue
        if indicator.numerator.startswith(_HOUSEHOLDS) and indicator.kind != CHANGE:
            found.setdefault(period, []).append(_as_figure(indicator, row))
    return found


def stated_percentages(returns: pd.DataFrame, indicators: Mapping[str, Indicator]) -> list[StatedPercentage]:
    """Return the percentages of every kind that were stated with both of their counts, which `returns` has too."""
    found = []
    for row in returns.to_dict("records"):
        indicator, period = indicators.get(str(row["indicator"])), _quarter(row)
        given = [row[name] for name in ("numerator", "denominator", "published_value")]
        if period is None or indicator is None or indicator.kind != SHARE or any(pd.isna(value) for value in given):
            continue
        part, whole = (int(str(row[name])) for name in ("numerator", "denominator"))
        found.append(StatedPercentage(period, part, whole, _as_figure(indicator, row)))
    return found


def _quarter(row: Mapping[Any, Any]) -> str | None:
    quarter = ReportingPeriod.parse(str(row["period"])).last_quarter
    return None if quarter is None else str(quarter)


def _as_figure(indicator: Indicator, row: Mapping[Any, Any]) -> PublishedFigure:
    """Return a stated figure: with the decimals in which its indicator is stated, or more where it has more."""
    value = Decimal(str(row["published_value"]))
    own = max(0, -int(value.normalize().as_tuple().exponent))
    is_count = indicator.kind == COUNT
    return PublishedFigure(
        name=indicator.name,
        part=indicator.numerator,
        whole=None if is_count else indicator.denominator,
        value=value,
        unit=(indicator.stated_in or "count") if is_count else PERCENT,
        decimals=max(own, indicator.stated_decimals),
        title_vi=indicator.title_vi,
        title_en=indicator.title_en,
    )
