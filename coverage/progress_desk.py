"""The desk for progress: targets, figures and the store's history brought together for an area and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

import pandas as pd

from coverage import progress, progress_changes
from coverage.figure_corrections import FigureCorrections
from coverage.figure_history import FigureHistory, Question
from coverage.forecast import Forecast, forecast_areas
from coverage.forecast_desk import ForecastDesk
from coverage.indicators import Indicator
from coverage.kept import Kept
from coverage.possible_paths import LateWorks
from coverage.progress_rule import read_rule
from coverage.rollup import indicator_by_area
from coverage.shortfall import denominator_by_area, shortfall_by_area
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from loaders.reference.tables import load_progress_rule

FIGURE_COUNTS: Final = ("numerator", "denominator", "communes_counted", "communes_all")
"""Columns of a scorecard with the figure itself, as `rollup.indicator_by_area` gives them."""

TARGET_NOTES: Final = ("basis", "decision", "is_assumption")
"""Columns of a scorecard that say where the target comes from, as the book of targets gives them."""

_ANSWERS_KEPT: Final = 12

_QUARTERS_SHOWN: Final = 60
"""Most quarters of a chart: a target may be due in a far year."""


class Targets(Protocol):
    """Where targets come from: a `TargetBook`."""

    def with_parts(
        self,
        indicator_name: str,
        area: str,
        *,
        told_on: date,
        as_of: datetime | None = None,
        language: Language | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the targets of an area and its parts, indexed by area code, and their milestones."""


@dataclass(frozen=True)
class AreaProgress:
    """
    How an area and its parts stand at the end of a quarter.

    Parameters
    ----------
    own, parts
        `progress.SCORECARD_COLUMNS`, `FIGURE_COUNTS`, `TARGET_NOTES`, ``area_name`` and ``outlook`` (when it is
        reached, as a sentence; blank without a target), indexed by area code: the area itself (one row), and its parts
        in code order (none of a commune).
    shortfall, whole
        Households lacking, and of how many: indexed by period code up to the quarter, one column an area, the area
        itself first.
    targets, milestones
        `progress.TARGET_COLUMNS` by area code, and `progress.MILESTONE_COLUMNS`, of all of them.
    forecasts
        When each area that has a target reaches it, by area code.
    """

    indicator: Indicator
    area: str
    period: Period
    told_on: date
    own: pd.DataFrame
    parts: pd.DataFrame
    shortfall: pd.DataFrame
    whole: pd.DataFrame
    targets: pd.DataFrame
    milestones: pd.DataFrame
    forecasts: Mapping[str, Forecast]

    def paths_at(self, periods: list[str]) -> pd.DataFrame:
        """Return what the path of each area asks in some quarters, in the shape of `shortfall`."""
        found = progress.paths_by_period(self.targets, periods, milestones=self.milestones)
        return found.reindex(columns=self.shortfall.columns)

    def periods_to_due(self) -> list[str]:
        """Return the quarters with figures, and those after them until the target of the area is due."""
        periods = [str(code) for code in self.shortfall.index]
        due = self.own["due_period"].iloc[0]
        at = self.period
        while isinstance(due, str) and at < Period.parse(due) and len(periods) < _QUARTERS_SHOWN:
            at = at.next()
            periods.append(str(at))
        return periods

    def moves(self, since: Period) -> pd.DataFrame:
        """Return how far each part moved since a quarter; see `progress_changes.moves`."""
        codes = list(self.parts.index)
        moved = progress_changes.moves(self.shortfall[codes], self.whole[codes], since, self.period)
        return moved.join(self.parts["area_name"])


class ProgressDesk:
    """
    Progress in a workspace.

    Parameters
    ----------
    targets
        The book of targets, where it is open already.
    """

    def __init__(self, workspace: Workspace, targets: Targets | None = None) -> None:
        self._workspace = workspace
        self._targets = targets or TargetBook(workspace)
        self._history = FigureHistory(workspace)
        self._forecast_desk = ForecastDesk(workspace)
        self._answers = Kept[AreaProgress](_ANSWERS_KEPT)
        self.corrections = FigureCorrections(self._history)
        self.rule = read_rule(load_progress_rule())

    def indicators(self) -> dict[str, Indicator]:
        """Return the indicators whose progress can be told, by name."""
        return self._history.indicators()

    def question(
        self, indicator_name: str, area: str, period: Period, told_on: date, as_of: datetime | None = None
    ) -> Question:
        """Return a question that can be answered; see `FigureHistory.ask`."""
        return self._history.ask(indicator_name, area, period, told_on, as_of)

    def scorecard(
        self, indicator_name: str, area: str, period: Period, told_on: date, *, as_of: datetime | None = None
    ) -> pd.DataFrame:
        """Return how the parts of an area stand; see `AreaProgress.parts`."""
        return self.of_area(indicator_name, area, period, told_on, as_of=as_of).parts

    def of_area(
        self,
        indicator_name: str,
        area: str,
        period: Period,
        told_on: date,
        *,
        as_of: datetime | None = None,
        language: Language | None = None,
    ) -> AreaProgress:
        """
        Return how an area and its parts stand at the end of a quarter.

        Parameters
        ----------
        area
            Code in the list of `told_on`.
        as_of
            Moment whose answer is wanted; now where None.
        language
            Of ``decision`` and ``outlook``.

        Raises
        ------
        PlaceError, FigureError
            If there is no such area or indicator, or the indicator has no shortfall.
        """
        asked, told = self.question(indicator_name, area, period, told_on, as_of), language or Language()
        day = (as_of or self._workspace.clock()).date()  # targets hold from a day on
        key = (asked, self._workspace.data_version(as_of=as_of).number, told.code, day)
        return self._answers.get(key, lambda: self._answer(asked, told))

    def _answer(self, asked: Question, language: Language) -> AreaProgress:
        indicator, area = asked.indicator, asked.area
        figures, area_of = self._history.figures(asked), self._history.area_of(asked)
        not_yet = self._workspace.not_yet(figures["period"].unique(), asked.told_on)
        shortfall, whole = (
            pd.concat([reckon(figures, indicator, parts, not_yet=not_yet) for parts in area_of], axis="columns")
            for reckon in (shortfall_by_area, denominator_by_area)
        )
        targets, milestones = self._targets.with_parts(
            indicator.name, area, told_on=asked.told_on, as_of=asked.as_of, language=language
        )
        forecasts = self._forecasts(asked, shortfall, targets)
        table = progress.scorecard(shortfall, targets, asked.period, self.rule, milestones=milestones)
        table = table.join(_counts(figures, asked, area_of)).join(targets.reindex(columns=pd.Index(TARGET_NOTES)))
        table.insert(0, "area_name", [self._history.name_of(code, asked.told_on) for code in table.index])
        table["outlook"] = [forecasts[code].sentence(language) if code in forecasts else "" for code in table.index]
        return AreaProgress(
            indicator=indicator,
            area=area,
            period=asked.period,
            told_on=asked.told_on,
            own=table.loc[[area]],
            parts=table.drop(index=area),
            shortfall=shortfall,
            whole=whole,
            targets=targets,
            milestones=milestones,
            forecasts=forecasts,
        )

    def _forecasts(self, asked: Question, shortfall: pd.DataFrame, targets: pd.DataFrame) -> dict[str, Forecast]:
        desk = self._forecast_desk
        question = (asked.indicator.name, asked.area, asked.period, asked.told_on)
        return forecast_areas(
            shortfall,
            allowed=targets["shortfall_target"].astype("Int64"),
            calibration=desk.calibration,
            steps=desk.steps(*question, as_of=asked.as_of),
            late_works=LateWorks(tuple(desk.assumptions["late_by_quarters"])),
        )


def _counts(figures: pd.DataFrame, asked: Question, area_of: list[pd.Series[str]]) -> pd.DataFrame:
    of_quarter = figures[figures["period"] == str(asked.period)]
    return pd.concat([indicator_by_area(of_quarter, asked.indicator, parts) for parts in area_of])
