"""When an area reaches its target, from what it still lacks by quarter: a range of quarters with a stated chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import pandas as pd

from coverage.calibration import Calibration
from coverage.pace import DRIFT, METHODS, SATURATING, TREND, Numbers
from coverage.pace_choice import FEWEST_POINTS, weights_of, weights_of_one
from coverage.possible_paths import AHEAD, ON_TIME, YEARS, first_met, rank_of, simulate
from coverage.possible_paths import LateWorks as LateWorks
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.periods import Period

REACHED, RANGE, NOT_AT_THIS_PACE, TOO_SHORT = "reached", "range", "not_at_this_pace", "too_short"
OUTLOOKS: Final = (REACHED, RANGE, NOT_AT_THIS_PACE, TOO_SHORT)

BEST: Final = "best"
"""All methods, each by how well it foretold the series before."""

CHANCE: Final = Decimal("0.8")

MEMORY_POINTS: Final = 24
"""Newest known quarters that are used; what was before says nothing of the pace of today."""

_AT_ONCE: Final = 128

NO_CHANGE: Final = "no_change"
"""That nothing changes any more: against this methods are held in a backtest."""

TITLES: Final = {
    TREND: mark("Theil–Sen trend"),
    SATURATING: mark("saturating curve"),
    DRIFT: mark("mean step"),
    BEST: mark("all methods, weighted"),
    NO_CHANGE: mark("no change"),
}
"""What readers call the methods."""


@dataclass(frozen=True)
class Forecast:
    """
    When a target is reached.

    Parameters
    ----------
    outlook
        `REACHED`: it is met in the last known quarter. `RANGE`: between `earliest` and `latest`, or from `earliest`
        on. `NOT_AT_THIS_PACE`: not within `YEARS` years. `TOO_SHORT`: fewer than `FEWEST_POINTS` known quarters.
    earliest, likely, latest
        First, middle and last quarter of the range; `likely` and `latest` are None where that is beyond `YEARS` years.
    chance
        How often the range holds the truth, measured on generated histories.
    method
        The method that weighs most.
    weights
        Of each method.
    last
        Last known quarter, from which it is reckoned; None where none is known.
    points
        Known quarters that were used.
    bands
        What `path` is made of.
    """

    outlook: str
    earliest: Period | None = None
    likely: Period | None = None
    latest: Period | None = None
    chance: Decimal = CHANCE
    method: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    last: Period | None = None
    points: int = 0
    bands: Mapping[str, Numbers] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def path(self) -> pd.DataFrame:
        """
        Fewest households lacking up to each quarter ahead, indexed by period code: ``low``, ``middle``, ``high``.

        Int64. They meet the target in `earliest`, `likely` and `latest`. Empty where nothing is forecast.
        """
        if self.last is None or not self.bands:
            return pd.DataFrame(columns=pd.Index(["low", "middle", "high"]), dtype="Int64")
        index = pd.Index([str(quarter) for quarter in _quarters_from(self.last)[1:]], name="period")
        return pd.DataFrame(dict(self.bands), index=index).astype("int64").astype("Int64")

    def sentence(self, language: Language) -> str:
        """Return it as a part of a sentence: "giữa quý IV/2022 và quý II/2025 (xác suất 80%)"."""
        if self.outlook == REACHED:
            return language.say("reached")
        if self.outlook == TOO_SHORT:
            return language.say(
                "too few quarters to tell ({known} known, {needed} needed)", known=self.points, needed=FEWEST_POINTS
            )
        chance = language.share(self.chance, decimals=0)
        if self.earliest is None:
            return language.say(
                "not at this pace (not within {years} years, chance {chance})", years=YEARS, chance=chance
            )
        earliest = _within(self.earliest, language)
        if self.latest is None:
            return language.say(
                "not before {earliest}, perhaps not within {years} years (chance {chance})",
                earliest=earliest,
                years=YEARS,
                chance=chance,
            )
        if self.latest == self.earliest:
            return language.say("in {period} (chance {chance})", period=earliest, chance=chance)
        latest = _within(self.latest, language)
        return language.say(
            "between {earliest} and {latest} (chance {chance})", earliest=earliest, latest=latest, chance=chance
        )

    def short(self, language: Language) -> str:
        """Return it as a cell of a table: "IV/2022 – II/2025"; the whole sentence stands where there is room."""
        if self.outlook == REACHED:
            return language.say("reached")
        if self.outlook == TOO_SHORT:
            return language.say("too few quarters")
        beyond = language.say("over {years} years", years=YEARS)
        if self.earliest is None:
            return beyond
        if self.earliest == self.latest:
            return _brief(self.earliest, language)
        return f"{_brief(self.earliest, language)} – {_brief(self.latest, language) if self.latest else beyond}"

    def method_title(self, language: Language) -> str:
        """Return what readers call the method; empty where none was used."""
        return language.say(TITLES[self.method]) if self.method else ""


def _within(period: Period, language: Language) -> str:
    """Return a quarter as it stands within a sentence: quý IV/2022, Q4 2022."""
    return language.period(period).replace("Quý", "quý")


def _brief(period: Period, language: Language) -> str:
    """Return a quarter as it stands in a cell: IV/2022, Q4 2022."""
    return language.period(period).removeprefix("Quý ")


def forecast(
    shortfall: pd.Series[int],
    *,
    allowed: int,
    calibration: Calibration,
    steps: Mapping[str, int] | None = None,
    late_works: LateWorks = ON_TIME,
    chance: Decimal = CHANCE,
    method: str = BEST,
) -> Forecast:
    """
    Return when a series meets its target; see `forecast_areas`.

    Parameters
    ----------
    shortfall
        Households still lacking, Int64, indexed by period code; missing quarters may be left out or missing.
    allowed
        Households that the target leaves.
    steps
        Households that known works will connect, by the quarter that is stated for them.

    Notes
    -----
    A series that lacks 40 households, 10 fewer each quarter, and may lack 10, meets its target three quarters on.
    """
    one = {"": steps} if steps else {}
    table = shortfall.rename("").to_frame()
    return forecast_areas(
        table,
        allowed=pd.Series([allowed], index=[""], dtype="Int64"),
        calibration=calibration,
        steps=one,
        late_works=late_works,
        chance=chance,
        method=method,
    )[""]


def forecast_areas(
    shortfall: pd.DataFrame,
    *,
    allowed: pd.Series[int],
    calibration: Calibration,
    steps: Mapping[str, Mapping[str, int]] | None = None,
    late_works: LateWorks = ON_TIME,
    chance: Decimal = CHANCE,
    method: str = BEST,
) -> dict[str, Forecast]:
    """
    Return when each area meets its target. What is told of one area does not depend on the others.

    Parameters
    ----------
    shortfall
        As `coverage.shortfall.shortfall_by_area` gives it: indexed by period code, one column an area.
    allowed
        Households that each area's target leaves, indexed by area code; areas without one are left out.
    calibration
        Levels of the paths at which ranges begin and end.
    steps
        Households that known works will connect, by area and period code.
    late_works
        How late works end.
    chance
        How often ranges hold the truth.
    method
        `BEST`, or one of `METHODS`.

    Raises
    ------
    FigureError
        If there is no such method, or no levels for such a chance.
    """
    if method not in (BEST, *METHODS):
        raise FigureError(
            "forecast.method",
            mark('There is no method "{found}" of forecasts. Methods: {known}.'),
            found=method,
            known=", ".join((BEST, *METHODS)),
        )
    calibration.at(method, FEWEST_POINTS, chance)
    wanted = allowed.dropna().astype("int64")
    table = shortfall[[code for code in shortfall.columns if code in wanted.index]].sort_index()
    quarters = [Period.parse(str(code)) for code in table.index]
    numbers = numbers_of(table.index)
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    found: dict[str, Forecast] = {}
    runs = _Runs(calibration, late_works, chance, method)
    for places in alike(values):
        known = np.flatnonzero(~np.isnan(values[:, places[0]]))[-MEMORY_POINTS:]
        codes = [str(table.columns[place]) for place in places]
        series = values[known][:, places].T
        left = np.asarray(wanted.loc[codes], dtype=np.float64)
        last = quarters[known[-1]] if len(known) else None
        own_steps = [_steps_ahead((steps or {}).get(code, {}), last) for code in codes]
        found |= dict(
            zip(codes, runs.tell(numbers[known].astype(np.float64), series, left, own_steps, last), strict=True)
        )
    return {str(code): found[str(code)] for code in table.columns}


def numbers_of(codes: Iterable[str]) -> Numbers:
    """Return the number of each quarter, one more than that of the quarter before."""
    quarters = [Period.parse(str(code)) for code in codes]
    return np.array([4 * quarter.year + quarter.quarter for quarter in quarters], dtype=np.float64)


def alike(values: Numbers) -> Iterator[list[int]]:
    """Yield the places of the series that were counted in the same quarters, a number of them at once."""
    groups: dict[bytes, list[int]] = {}
    for place in range(values.shape[1]):
        groups.setdefault(np.isnan(values[:, place]).tobytes(), []).append(place)
    for places in groups.values():
        yield from (places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE))


def _steps_ahead(steps: Mapping[str, int], last: Period | None) -> dict[int, int]:
    """Return steps by quarters ahead; those that are due already come in the next quarter."""
    ahead: dict[int, int] = {}
    if last is None:
        return ahead
    for code, households in steps.items():
        quarter = max(1, _quarters_between(last, Period.parse(code)))
        ahead[quarter] = ahead.get(quarter, 0) + households
    return ahead


def _quarters_between(first: Period, second: Period) -> int:
    return 4 * (second.year - first.year) + second.quarter - first.quarter


@dataclass(frozen=True)
class _Runs:
    """Forecasts of series that were counted in the same quarters."""

    calibration: Calibration
    late_works: LateWorks
    chance: Decimal
    method: str

    def tell(
        self, x: Numbers, y: Numbers, allowed: Numbers, steps: Sequence[Mapping[int, int]], last: Period | None
    ) -> list[Forecast]:
        points = len(x)
        is_met = y[:, -1] <= allowed if points else np.zeros(len(y), dtype=bool)
        short = Forecast(TOO_SHORT, chance=self.chance, last=last, points=points)
        met = Forecast(REACHED, chance=self.chance, last=last, points=points)
        told = [met if now else short for now in is_met]
        if last is None or points < FEWEST_POINTS or is_met.all():
            return told
        rows = np.flatnonzero(~is_met)
        weights = self._weights(x, y[rows])
        lowest = simulate(x, y[rows], weights, [steps[int(row)] for row in rows], self.late_works)
        levels = self.calibration.at(self.method, points, self.chance)
        ranks = {name: rank_of(level) for name, level in vars(levels).items()}
        lowest = np.partition(lowest.transpose(0, 2, 1).copy(), sorted(set(ranks.values())), axis=2)
        bands = {name: lowest[:, :, rank] for name, rank in ranks.items()}
        for place, row in enumerate(rows):
            own = {name: band[place] for name, band in bands.items()}
            told[row] = self._read(own, allowed[row], weights[place], last, points)
        return told

    def _weights(self, x: Numbers, y: Numbers) -> Numbers:
        if self.method == BEST:
            return weights_of(x, y)
        return weights_of_one(self.method, len(y))

    def _read(
        self, bands: Mapping[str, Numbers], allowed: float, weights: Numbers, last: Period, points: int
    ) -> Forecast:
        """Return what the paths of one series say; of each level the households lacking by quarter."""
        low = bands["before"] if first_met(bands["after"], allowed) else bands["onwards"]
        own = {"low": low, "middle": np.clip(bands["middle"], low, bands["after"]), "high": bands["after"]}
        places = (first_met(band, allowed) for band in own.values())
        earliest, likely, latest = (None if place is None else _quarters_from(last)[place] for place in places)
        return Forecast(
            outlook=NOT_AT_THIS_PACE if earliest is None else RANGE,
            earliest=earliest,
            likely=likely,
            latest=latest,
            chance=self.chance,
            method=list(METHODS)[int(weights.argmax())],
            weights=dict(zip(METHODS, weights.tolist(), strict=True)),
            last=last,
            points=points,
            bands=own,
        )


@lru_cache(maxsize=32)
def _quarters_from(first: Period) -> tuple[Period, ...]:
    """Return a quarter and the `AHEAD` after it."""
    quarters = [first]
    for _ in range(AHEAD):
        quarters.append(quarters[-1].next())
    return tuple(quarters)
