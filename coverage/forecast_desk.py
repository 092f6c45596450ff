"""Forecasts of a workspace: when areas reach their targets, by the figures and the works that count."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from coverage import backtest
from coverage.calibration import Calibration, read_calibration
from coverage.forecast import BEST, CHANCE, Forecast, LateWorks, forecast_areas
from coverage.indicators import Indicator
from coverage.programme_works import ProgrammeWorks
from coverage.shortfall import has_shortfall, shortfall_by_area
from coverage.works import is_moved_by_works, steps_by_area, work_steps
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.periods import Period
from loaders.reference import tables


class ForecastDesk:
    """
    The forecasts of a workspace.

    Parameters
    ----------
    as_of
        Moment whose answers are wanted; now where None.
    """

    def __init__(self, workspace: Workspace, *, as_of: datetime | None = None) -> None:
        self._workspace = workspace
        self._as_of = as_of
        self._works = ProgrammeWorks(workspace)

    @cached_property
    def calibration(self) -> Calibration:
        """The levels that were learned from generated histories."""
        return read_calibration(tables.load_forecast_calibration())

    @cached_property
    def assumptions(self) -> dict[str, Any]:
        """What is assumed of works."""
        found: dict[str, Any] = tables.load_forecast_assumptions()["works"]
        return found

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

    def shortfall(self, indicator: str, area: str, period: Period, told_on: date) -> pd.DataFrame:
        """
        Return what the parts of an area lacked in each quarter up to one; see `shortfall_by_area`.

        The parts are those of `Units.parts_of`; the area itself is a further column under its code.
        """
        workspace, own = self._workspace, self.indicator(indicator)
        workspace.lists.require(area, told_on)
        units = workspace.units_on(told_on)
        parts = units.parts_of(area)
        figures = workspace.figures(as_of=self._as_of, told_on=told_on)
        upto = figures[figures["period"] <= str(period)]
        by_part = shortfall_by_area(upto, own, parts)
        whole = shortfall_by_area(upto, own, pd.Series(area, index=parts.index, dtype="str"))
        return by_part if area in by_part.columns else by_part.join(whole)

    def steps(self, indicator: str, area: str, period: Period, told_on: date) -> dict[str, dict[str, int]]:
        """Return the households that works will connect in the parts of an area and in it, by area and quarter."""
        if not is_moved_by_works(self.indicator(indicator)):
            return {}
        units = self._workspace.units_on(told_on)
        works = self._works.table(area, as_of=self._as_of, told_on=told_on)
        if "rural" in self.indicator(indicator).numerator:
            rural = units.communes.index[units.communes["is_rural"].astype(bool)]
            works = works[works["commune_code"].isin(rural)]
        coming = work_steps(works, period, self.assumptions)
        parts = units.parts_of(area)
        whole = pd.Series(area, index=parts.index, dtype="str")
        return steps_by_area(works, coming, parts) | steps_by_area(works, coming, whole)

    def forecast_areas(
        self,
        indicator: str,
        area: str,
        period: Period,
        told_on: date,
        targets: pd.DataFrame,
        *,
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
            Indexed by area code: ``shortfall_target``, the households that each target leaves.

        Raises
        ------
        PlaceError, FigureError
            If the area, the indicator, the chance or the method is not known.
        """
        return forecast_areas(
            self.shortfall(indicator, area, period, told_on),
            allowed=targets["shortfall_target"].astype("Int64"),
            calibration=self.calibration,
            steps=self.steps(indicator, area, period, told_on),
            late_works=LateWorks(tuple(self.assumptions["late_by_quarters"])),
            chance=chance,
            method=method,
        )

    def backtest(self, indicator: str, area: str, period: Period, told_on: date) -> pd.DataFrame:
        """Return how well each method would have foretold the parts of an area; see `coverage.backtest.compare`."""
        return backtest.compare(self.shortfall(indicator, area, period, told_on))
