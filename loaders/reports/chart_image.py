"""The two charts of a report's summary: the share on direct sale over time, and who supplies or what remains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import pandas as pd

from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.reports.svg_drawing import FAINT, FONT_SIZE, INK, LINE, MISSING, box, picture, text, width_of

DIRECT_SHARE: Final = "direct_share"
GRID_SHARE: Final = "households_with_power_share"
_PARTS: Final = {
    DIRECT_SHARE: ("households_direct", "households_grid"),
    GRID_SHARE: ("households_grid", "households_all"),
}

_DIRECT, _BULK, _SHARED, _UNSERVED = "#bcd7ee", "#5b2a86", "#e69f00", "#fe9929"
"""Light, dark, middle, middle: those of one chart are told apart in black and white too."""

_SUPPLIES: Final = {"households_direct": _DIRECT, "households_bulk": _BULK, "households_shared": _SHARED}
_GRID: Final = "#dadce0"
_MOST_BARS: Final = 12
_STEPS: Final = (Decimal("0.001"), Decimal("0.002"), Decimal("0.005"))
_MOST_LINES: Final = 6


# ---- the share over time


def draw_share_chart(
    report: ProvinceReport, *, measure: str = DIRECT_SHARE, width_pt: float = 244.0, height_pt: float = 160.0
) -> bytes | None:
    """
    Return a share (`DIRECT_SHARE` or `GRID_SHARE`) by quarter, with its target, as SVG.

    None where no quarter has one. A quarter that was not reported leaves a gap, never a zero. The axis begins near the
    smallest share and says so by its labels.
    """
    shares = _shares(report, *_PARTS[measure])
    if not shares:
        return None
    target = next((f.target.value for f in report.figures if f.name == measure and f.target), None)
    axis = Axis.over([*shares.values(), *([target] if target is not None else [])])
    chart = _ShareChart(report, shares, target, axis, width_pt, height_pt)
    return picture(width_pt, height_pt, chart.parts()).encode()


def _shares(report: ProvinceReport, part_name: str, whole_name: str) -> dict[int, Decimal]:
    """Return shares by the place of their quarter in the history; what contradicts or was not reported is left out."""
    found = {}
    for place, row in enumerate(report.history.to_dict("records")):
        part, whole = row[part_name], row[whole_name]
        if not pd.isna(part) and not pd.isna(whole) and whole > 0 and part <= whole:
            found[place] = Decimal(int(part)) / Decimal(int(whole))
    return found


@dataclass(frozen=True)
class Axis:
    """The upright axis of shares: from `low` to `high` by `step`."""

    low: Decimal
    high: Decimal
    step: Decimal

    @classmethod
    def over(cls, shares: Sequence[Decimal]) -> Axis:
        """Return round limits around shares, with a handful of lines between them."""
        least, most = min(shares), max(shares)
        steps = (size * 10**power for power in range(3) for size in _STEPS)
        for step in steps:
            low = Decimal(math.floor(least / step)) * step
            high = min(Decimal(1), Decimal(math.ceil(most / step)) * step)
            if high <= low:
                low = high - step
            if (high - low) / step <= _MOST_LINES:
                break
        return cls(low, high, step)

    def lines(self) -> Iterator[Decimal]:
        value = self.low
        while value <= self.high:
            yield value
            value += self.step

    def decimals(self) -> int:
        """Decimals that its percentages need."""
        return _decimals_of(self.step * 100)


def _decimals_of(number: Decimal) -> int:
    """Decimals that a number needs to be written in full."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True)
class _ShareChart:
    report: ProvinceReport
    shares: dict[int, Decimal]
    target: Decimal | None
    axis: Axis
    width: float
    height: float

    _LEFT = 34.0
    _TOP = 14.0
    _BELOW = 26.0
    _RIGHT = 20.0

    def parts(self) -> Iterator[str]:
        yield from self._ground()
        yield from self._target_line()
        yield from self._line()

    def _x(self, place: int) -> float:
        room = self.width - self._LEFT - self._RIGHT
        last = len(self.report.history) - 1
        return round(self._LEFT + (room * place / last if last else room / 2), 1)

    def _y(self, share: Decimal) -> float:
        room = self.height - self._TOP - self._BELOW
        return round(self._TOP + room * float((self.axis.high - share) / (self.axis.high - self.axis.low)), 1)

    def _ground(self) -> Iterator[str]:
        language, decimals = self.report.language, self.axis.decimals()
        for value in self.axis.lines():
            y = self._y(value)
            yield f'<path d="M{self._LEFT - 6:g} {y:g}H{self.width:g}" stroke="{_GRID}" stroke-width="0.6"/>'
            label = language.share(value, decimals=decimals)
            yield text(self._LEFT - 9, y + 2.6, label, anchor="end", colour=FAINT)
        labels = [_short_period(Period.parse(str(code)), language) for code in self.report.history.index]
        every = math.ceil(len(labels) * (max(width_of(label) for label in labels) + 6) / (self.width - self._LEFT))
        for place, label in enumerate(labels):
            if (len(labels) - 1 - place) % every == 0:  # the newest always has its label
                yield text(self._x(place), self.height - 14, label, anchor="middle", colour=FAINT)

    def _target_line(self) -> Iterator[str]:
        if self.target is None:
            return
        y, language = self._y(self.target), self.report.language
        value = language.share(self.target, decimals=_decimals_of(self.target * 100))
        yield (
            f'<path d="M{self._LEFT - 6:g} {y:g}H{self.width:g}" stroke="{INK}" stroke-width="1" '
            'stroke-dasharray="4 2.5"/>'
        )
        below = y < self._TOP + 8
        words = language.say("Target {value}", value=value)
        yield text(self._LEFT - 4, y + (9 if below else -3.5), words, weight="bold", halo=True)

    def _line(self) -> Iterator[str]:
        places = list(self.shares)
        for before, place in pairwise(places):
            if place == before + 1:
                ends = (self._x(before), self._y(self.shares[before]), self._x(place), self._y(self.shares[place]))
                yield '<path d="M{:g} {:g}L{:g} {:g}" stroke="#0b5cad" stroke-width="1.8"/>'.format(*ends)
        for place in places:
            yield f'<circle cx="{self._x(place):g}" cy="{self._y(self.shares[place]):g}" r="2.2" fill="#0b5cad"/>'
        for place in dict.fromkeys((places[0], places[-1])):
            y = self._y(self.shares[place])
            words = self.report.language.share(self.shares[place], decimals=2)
            half = width_of(words, bold=True) / 2
            x = min(max(self._x(place), self._LEFT - 5 + half), self.width - half - 1)
            # Below its point where it would lie on the target's line.
            near = self.target is not None and abs(y - 8 - self._y(self.target)) < FONT_SIZE
            yield text(x, y + (11 if near or y < self._TOP else -5), words, anchor="middle", weight="bold", halo=True)


def _short_period(period: Period, language: Language) -> str:
    """Return a quarter for where space is short: QII/21, Q2 21."""
    roman = ("I", "II", "III", "IV")[period.quarter - 1]
    year = f"{period.year % 100:02d}"
    return f"{roman}/{year}" if language.code == "vi" else f"Q{period.quarter} {year}"


# ---- who supplies, or what remains


@dataclass(frozen=True)
class _Bar:
    """One bar: its name, its parts (None: not reported) with their fills, what stands at its end and in its first."""

    name: str
    parts: tuple[tuple[int, str], ...] | None
    end: str
    inside: str = ""


def draw_supply_chart(report: ProvinceReport, *, width_pt: float = 244.0, height_pt: float = 160.0) -> bytes | None:
    """
    Return who supplies the households with grid power, by district, as SVG: direct, behind master meters, shared.

    None where the list of units has no districts.
    """
    if not report.has_districts:
        return None
    bars, legend = _district_bars(report), _supply_legend(report.language)
    return picture(width_pt, height_pt, _bars(bars, legend, width_pt, height_pt, is_share=True)).encode()


def draw_remaining_chart(report: ProvinceReport, *, width_pt: float = 244.0, height_pt: float = 160.0) -> bytes | None:
    """Return the communes where most households remain, behind master meters or without the grid; None where none."""
    bars, legend = _remaining_bars(report), _remaining_legend(report.language)
    if not bars:
        return None
    return picture(width_pt, height_pt, _bars(bars, legend, width_pt, height_pt, is_share=False)).encode()


def _district_bars(report: ProvinceReport) -> list[_Bar]:
    bars = []
    for _, communes in report.communes.groupby("district_code", sort=True):
        sums = communes[["households_grid", *_SUPPLIES]].sum(min_count=1)
        name = str(communes["district_name"].iloc[0])
        if pd.isna(sums["households_grid"]) or pd.isna(sums["households_direct"]):
            bars.append(_Bar(name, None, report.language.say("not reported")))
            continue
        known = sums.fillna(0).astype("int64")
        parts = tuple((int(known[measure]), fill) for measure, fill in _SUPPLIES.items())
        direct, grid = int(known["households_direct"]), int(known["households_grid"])
        inside = report.language.share(Decimal(direct) / grid, decimals=1) if 0 < direct <= grid else ""
        bars.append(_Bar(name, parts, report.language.count(grid), inside))
    return bars


def _supply_legend(language: Language) -> tuple[tuple[str, str], ...]:
    say = language.say
    return ((_DIRECT, say("direct sale")), (_BULK, say("master meter")), (_SHARED, say("shared meter")))


def _remaining_bars(report: ProvinceReport) -> list[_Bar]:
    communes = report.communes
    left = pd.DataFrame(
        {
            "bulk": communes["households_bulk"].fillna(0),
            "unserved": (communes["households_all"] - communes["households_grid"]).fillna(0),
        }
    ).astype("int64")
    total = left.sum(axis="columns")
    order = total[total > 0].sort_values(ascending=False, kind="stable").index[:_MOST_BARS]
    return [
        _Bar(
            str(communes["commune_name"][code]),
            ((int(left["bulk"][code]), _BULK), (int(left["unserved"][code]), _UNSERVED)),
            report.language.count(int(total[code])),
        )
        for code in order
    ]


def _remaining_legend(language: Language) -> tuple[tuple[str, str], ...]:
    return ((_BULK, language.say("master meter")), (_UNSERVED, language.say("without the grid")))


def _bars(
    bars: Sequence[_Bar], legend: Sequence[tuple[str, str]], width: float, height: float, *, is_share: bool
) -> Iterator[str]:
    """Draw bars below each other, each as long as its sum, or all of one length where `is_share`."""
    pitch = min(16.0, (height - LINE) / len(bars))
    gap = min(2.0, pitch / 5)
    left = max(width_of(bar.name) for bar in bars) + 6
    right = max(width_of(bar.end) for bar in bars) + 6
    room = width - left - right
    largest = max((sum(n for n, _ in bar.parts) for bar in bars if bar.parts), default=1)
    for place, bar in enumerate(bars):
        y = place * pitch
        yield text(left - 4, y + pitch / 2 + 2.4, bar.name, anchor="end")
        yield text(width, y + pitch / 2 + 2.4, bar.end, anchor="end")
        if bar.parts is None:
            yield box(left, y + gap / 2, room, pitch - gap, MISSING)
            continue
        x, whole = left, sum(n for n, _ in bar.parts) if is_share else largest
        for number, fill in bar.parts:
            if number and whole:
                yield box(round(x, 1), y + gap / 2, round(room * number / whole, 1), pitch - gap, fill)
                x += room * number / whole
        if bar.inside and room * bar.parts[0][0] / max(whole, 1) > width_of(bar.inside) + 4:
            yield text(left + 3, y + pitch / 2 + 2.4, bar.inside)
    yield from _legend(legend, len(bars) * pitch + 4)


def _legend(legend: Sequence[tuple[str, str]], y: float) -> Iterator[str]:
    x = 1.0
    for fill, label in legend:
        yield box(x, y, 9, 7, fill)
        yield text(x + 12, y + 6.2, label)
        x += width_of(label) + 22
