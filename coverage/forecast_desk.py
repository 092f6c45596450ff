"""Forecasts of a workspace: when areas reach their targets, by the figures and the works that count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import pandas as pd

from coverage import backtest
from coverage.calibration import Calibration, read_calibration
from coverage.forecast import BEST, CHANCE, Forecast, forecast_areas
from coverage.indicators import Indicator
from coverage.kept import Kept
from coverage.possible_paths import LateWorks
from coverage.programme_works import ProgrammeWorks
from coverage.shortfall import has_shortfall, shortfall_by_area
from coverage.target_book import TargetBook
from coverage.works import is_moved_by_works, limit_to_lacking, steps_by_area, work_steps
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.units import COMPANY_CODE
from loaders.reference import tables

_HISTORIES_KEPT: Final = 2


@dataclass(frozen=True)
class AreaForecasts:
    """
    When an area and its parts reach their targets.

    Parameters
    ----------
    area, period, told_on
        Code of the area, quarter of the last figures, day of the list.
    shortfall
        Households lacking, indexed by period code up to the quarter, one column an area.
    targets
        As `TargetBook.area_targets` gives them.
    steps
        Households that known works will connect, by area and period code.
    forecasts
        By area code, the area itself first; areas without a target are left out.
    names
        Full names of the areas.
    """

    indicator: Indicator
    area: str
    period: Period
    told_on: date
    shortfall: pd.DataFrame
    targets: pd.DataFrame
    steps: dict[str, dict[str, int]]
    forecasts: dict[str, Forecast]
    names: dict[str, str]

    def lacking(self, code: str) -> int | None:
        """Return the households that an area lacked in the quarter; None where that is not known."""
        last = str(self.period)
        value = self.shortfall[code].get(last)
        return None if value is None or pd.isna(value) else int(value)

    def due(self, code: str) -> Period | None:
        """Return the quarter in which an area's target is due; None where none is stated."""
        due = self.targets["due_period"].get(code)
        return None if due is None or pd.isna(due) else Period.parse(str(due))

    def works(self, code: str) -> int:
        """Return the households that known works will connect in an area."""
        return sum(self.steps.get(code, {}).values())


class ForecastDesk:
    """The forecasts of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._works = ProgrammeWorks(workspace)
        self._book = TargetBook(workspace)
        self._histories = Kept[pd.DataFrame](_HISTORIES_KEPT)

    @cached_property
    def calibration(self) -> Calibration:
        """The levels that were learned from generated histories."""
        return read_calibration(tables.load_forecast_calibration())

    @cached_property
    def assumptions(self) -> dict[str, Any]:
        """What is assumed of works."""
        found: dict[str, Any] = tables.load_forecast_assumptions()["works"]
        return found

    @property
    def late_works(self) -> LateWorks:
        """How late works end, by our assumption."""
        return LateWorks(tuple(self.assumptions["late_by_quarters"]))

    def indicator(self, name: str) -> Indicator:
        """
        Return an indicator that can be forecast.

        Raises
        ------
        FigureError
            If there is none of that name, or nothing is lacking in it.
        """
        known = {key: found for key, found in self._workspace.indicators.items() if has_shortfall(found)}
        if name not in known:
            raise FigureError(
                "forecast.indicator",
                mark('"{found}" is no indicator that can be forecast. Those that can be: {known}.'),
                found=name,
                known=", ".join(known),
            )
        return known[name]

    def targets(
        self,
        indicator: str,
        area: str,
        told_on: date,
        *,
        as_of: datetime | None = None,
        language: Language | None = None,
    ) -> pd.DataFrame:
        """Return the targets of the parts of an area and of it itself, as `TargetBook.area_targets` gives them."""
        parts = self._book.area_targets(indicator, area, told_on=told_on, as_of=as_of, language=language)
        own = self._book.target_of(indicator, area, told_on=told_on, as_of=as_of, language=language)
        if own is None or area in parts.index:
            return parts
        whole = own.to_frame().T.astype(parts.dtypes.to_dict()).rename_axis("area_code")
        return pd.concat([parts, whole])

    def shortfall(
        self, indicator: str, area: str, period: Period, told_on: date, *, as_of: datetime | None = None
    ) -> pd.DataFrame:
        """
        Return what the parts of an area lacked in each quarter up to one; see `shortfall_by_area`.

        The parts are those of `Units.parts_of`; the area itself is a further column under its code.
        """
        workspace, own = self._workspace, self.indicator(indicator)
        workspace.lists.require(area, told_on)
        units = workspace.units_on(told_on)
        parts = units.parts_of(area)
        figures = self._history(told_on, as_of)
        upto = figures[figures["period"] <= str(period)]
        not_yet = workspace.not_yet(upto["period"].unique(), told_on)
        by_part = shortfall_by_area(upto, own, parts, not_yet=not_yet)
        whole = shortfall_by_area(upto, own, pd.Series(area, index=parts.index, dtype="str"), not_yet=not_yet)
        return by_part if area in by_part.columns else by_part.join(whole)

    def _history(self, told_on: date, as_of: datetime | None) -> pd.DataFrame:
        """Return the figures of all quarters, read anew when the data have changed."""
        key = (told_on, as_of, self._workspace.data_version(as_of=as_of).number)
        return self._histories.get(key, lambda: self._workspace.figures(as_of=as_of, told_on=told_on))

    def steps(
        self, indicator: str, area: str, period: Period, told_on: date, *, as_of: datetime | None = None
    ) -> dict[str, dict[str, int]]:
        """Return the households that works will connect in the parts of an area and in it, by area and quarter."""
        works = self.coming_works(indicator, area, period, told_on, as_of=as_of)
        parts = self._workspace.units_on(told_on).parts_of(area)
        whole = pd.Series(area, index=parts.index, dtype="str")
        return steps_by_area(works, works, parts) | steps_by_area(works, works, whole)

    def coming_works(
        self, indicator: str, area: str, period: Period, told_on: date, *, as_of: datetime | None = None
    ) -> pd.DataFrame:
        """
        Return the works of an area that bring an indicator nearer to its target, as `ProgrammeWorks.table` gives them.

        With the columns of `coverage.works.work_steps`, limited to what their communes lack, and ``is_limited``;
        works that connect nothing more are left out.
        """
        own = self.indicator(indicator)
        works = self._works.table(area, as_of=as_of, told_on=told_on)
        if "rural" in own.numerator:
            units = self._workspace.units_on(told_on)
            works = works[works["commune_code"].isin(units.communes.index[units.communes["is_rural"].astype(bool)])]
        coming = works.join(work_steps(works, period, self.assumptions))
        is_coming = (coming["households"] > 0) & is_moved_by_works(own)
        figures = self._history(told_on, as_of)
        communes = pd.Series(coming["commune_code"].unique(), dtype="str")
        now = figures[figures["period"] == str(period)]
        lacking = shortfall_by_area(now, own, communes.set_axis(communes)) if len(now) and len(communes) else None
        by_commune = pd.Series(dtype="Int64") if lacking is None else lacking.T[str(period)]
        return limit_to_lacking(coming[is_coming].reset_index(drop=True), by_commune)

    def forecast_areas(
        self,
        indicator: str,
        area: str,
        period: Period,
        told_on: date,
        targets: pd.DataFrame | None = None,
        *,
        as_of: datetime | None = None,
        chance: Decimal = CHANCE,
        method: str = BEST,
    ) -> dict[str, Forecast]:
        """
        Return when the parts of an area reach their targets.

        Parameters
        ----------
        indicator
            Name of one that has a shortfall.
        area
            Code in the list of `told_on`; its own target is forecast too, where `targets` has it.
        period
            Quarter of the last figures that are used.
        targets
            Indexed by area code: ``shortfall_target``, the households that each target leaves; those of the book of
            targets where None.
        as_of
            Moment whose answer is wanted; now where None.

        Raises
        ------
        PlaceError, FigureError
            If the area, the indicator, the chance or the method is not known.
        """
        own = self.targets(indicator, area, told_on, as_of=as_of) if targets is None else targets
        return forecast_areas(
            self.shortfall(indicator, area, period, told_on, as_of=as_of),
            allowed=own["shortfall_target"].astype("Int64"),
            calibration=self.calibration,
            steps=self.steps(indicator, area, period, told_on, as_of=as_of),
            late_works=self.late_works,
            chance=chance,
            method=method,
        )

    def of_area(
        self,
        indicator: str,
        area: str,
        period: Period,
        told_on: date,
        *,
        as_of: datetime | None = None,
        chance: Decimal = CHANCE,
        method: str = BEST,
        language: Language | None = None,
    ) -> AreaForecasts:
        """
        Return when an area and its parts reach the targets of the book, with what that rests on.

        Raises
        ------
        PlaceError, FigureError
            If the area, the indicator, the chance or the method is not known, or no target is set there.
        """
        own = self.indicator(indicator)
        targets = self.targets(indicator, area, told_on, as_of=as_of, language=language)
        units = self._workspace.units_on(told_on)
        if targets["shortfall_target"].isna().all():
            raise FigureError(
                "forecast.no-target",
                mark('No target that can be measured is set for "{indicator}" in "{area}". Set one among the targets.'),
                indicator=own.title(language or Language()),
                area=area if area == COMPANY_CODE else str(units.find(area)["full_name"]),
            )
        found = self.forecast_areas(
            indicator, area, period, told_on, targets, as_of=as_of, chance=chance, method=method
        )
        codes = [area, *(code for code in found if code != area)]
        return AreaForecasts(
            indicator=own,
            area=area,
            period=period,
            told_on=told_on,
            shortfall=self.shortfall(indicator, area, period, told_on, as_of=as_of),
            targets=targets,
            steps=self.steps(indicator, area, period, told_on, as_of=as_of),
            forecasts={code: found[code] for code in codes if code in found},
            names={code: code if code == COMPANY_CODE else str(units.find(code)["full_name"]) for code in codes},
        )

    def backtest(
        self, indicator: str, area: str, period: Period, told_on: date, *, as_of: datetime | None = None
    ) -> pd.DataFrame:
        """Return how well each method would have foretold the parts of an area; see `coverage.backtest.compare`."""
        return backtest.compare(self.shortfall(indicator, area, period, told_on, as_of=as_of))
