"""The desk for progress: targets, figures and the store's history brought together for an area and its parts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

import pandas as pd

from coverage import progress, progress_changes
from coverage.indicators import Indicator
from coverage.rollup import indicator_by_area, measures_behind
from coverage.shortfall import denominator_by_area, has_shortfall, shortfall_by_area
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.periods import Period
from loaders.reference.tables import load_progress_rule
from loaders.store import engine, figure_events

FIGURE_COUNTS: Final = ("numerator", "denominator", "communes_counted", "communes_all")
"""Columns of a scorecard with the figure itself, as `rollup.indicator_by_area` gives them."""

TARGET_NOTES: Final = ("basis", "decision", "is_assumption")
"""Columns of a scorecard that say where the target comes from, as the book of targets gives them."""

_NOTES: Final = pd.Index(TARGET_NOTES)
_HISTORIES_KEPT: Final = 3

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
        `progress.SCORECARD_COLUMNS`, `FIGURE_COUNTS`, `TARGET_NOTES` and ``area_name``, indexed by area code: the area
        itself (one row), and its parts in code order (none of a commune).
    shortfall, whole
        Households lacking, and of how many: indexed by period code up to the quarter, one column an area, the area
        itself first.
    targets, milestones
        `progress.TARGET_COLUMNS` by area code, and `progress.MILESTONE_COLUMNS`, of all of them.
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


@dataclass(frozen=True)
class FigureEvent:
    """An upload that changed figures: accepted, or withdrawn with its reason."""

    state: str
    at: str
    by: str
    reason: str
    file_name: str
    batch_id: int


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
        self._histories: OrderedDict[tuple[date, datetime | None, int], pd.DataFrame] = OrderedDict()
        self.rule = progress.read_rule(load_progress_rule())

    def indicators(self) -> dict[str, Indicator]:
        """Return the indicators whose progress can be told, by name: those that have a shortfall."""
        return {name: found for name, found in self._workspace.indicators.items() if has_shortfall(found)}

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
            Of ``decision``.

        Raises
        ------
        PlaceError, FigureError
            If there is no such area or indicator, or the indicator has no shortfall.
        """
        indicator = self._indicator(indicator_name)
        figures = self._history(told_on, as_of)
        figures = figures[figures["period"] <= str(period)]
        area_of = self._areas(area, told_on)
        shortfall, whole = (
            pd.concat([reckon(figures, indicator, parts) for parts in area_of], axis="columns")
            for reckon in (shortfall_by_area, denominator_by_area)
        )
        targets, milestones = self._targets.with_parts(
            indicator_name, area, told_on=told_on, as_of=as_of, language=language
        )
        table = progress.scorecard(shortfall, targets, period, self.rule, milestones=milestones)
        table = table.join(self._counts(figures, indicator, area_of, period)).join(targets.reindex(columns=_NOTES))
        table.insert(0, "area_name", [self._name(code, told_on) for code in table.index])
        codes = [code for code in table.index if code != area]
        return AreaProgress(
            indicator=indicator,
            area=area,
            period=period,
            told_on=told_on,
            own=table.loc[[area]],
            parts=table.loc[codes],
            shortfall=shortfall,
            whole=whole,
            targets=targets,
            milestones=milestones,
        )

    def moments(self) -> pd.DataFrame:
        """Return every event that changed which figures count, the newest first; see `figure_events`."""
        with engine.reading(self._workspace.engine) as connection:
            return figure_events.figure_moments(connection)

    def corrections(
        self, indicator_name: str, area: str, period: Period, told_on: date, *, since: datetime
    ) -> pd.DataFrame:
        """
        Return which figures of an area and its parts are not what they were at an earlier moment, and why.

        Returns
        -------
        corrections
            `progress_changes.CORRECTION_COLUMNS`, ``area_name``, ``communes_all`` and ``events``: the uploads of the
            time between that changed figures of the area in the quarter (tuple of `FigureEvent`); none where it only
            is told anew, by other outlines or reports of another list.
        """
        indicator = self._indicator(indicator_name)
        [*_, parts] = self._areas(area, told_on)
        then, now = (self._by_period(indicator, parts, period, told_on, as_of) for as_of in (since, None))
        found = progress_changes.corrections(then, now)
        events = self._events(indicator, parts, told_on, since)
        keys = zip(found["period"], found["area_code"], strict=True)
        return found.assign(
            area_name=[self._name(str(code), told_on) for code in found["area_code"]],
            communes_all=found["area_code"].map(parts.value_counts()),
            events=pd.Series([events.get((str(at), str(code)), ()) for at, code in keys], dtype="object"),
        )

    # ---- what the answers are made of

    def _indicator(self, name: str) -> Indicator:
        known = self.indicators()
        if name not in known:
            raise FigureError(
                "progress.indicator",
                mark('Progress cannot be told of "{name}". Indicators that have a whole or should fall: {known}.'),
                name=name,
                known=", ".join(known),
            )
        return known[name]

    def _areas(self, area: str, told_on: date) -> list[pd.Series[str]]:
        """Return the area itself and, where it has any, its parts: each the area code of every commune."""
        self._workspace.lists.require(area, told_on)
        units = self._workspace.units_on(told_on)
        parts = units.parts_of(area)
        own = pd.Series(area, index=parts.index, dtype="str")
        return [own] if list(parts.unique()) == [area] else [own, parts]

    def _name(self, code: str, told_on: date) -> str:
        names = self._workspace.units_on(told_on).by_code["full_name"]
        return str(names.get(code, code))

    def _history(self, told_on: date, as_of: datetime | None) -> pd.DataFrame:
        """Return the figures of all quarters, read anew when the data have changed."""
        key = (told_on, as_of, self._workspace.data_version(as_of=as_of).number)
        found = self._histories.get(key)
        if found is None:
            found = self._workspace.figures(as_of=as_of, told_on=told_on)
            self._histories[key] = found
            while len(self._histories) > _HISTORIES_KEPT:
                self._histories.popitem(last=False)
        return found

    def _counts(
        self, figures: pd.DataFrame, indicator: Indicator, area_of: list[pd.Series[str]], period: Period
    ) -> pd.DataFrame:
        of_quarter = figures[figures["period"] == str(period)]
        return pd.concat([indicator_by_area(of_quarter, indicator, parts) for parts in area_of])

    def _by_period(
        self, indicator: Indicator, parts: pd.Series[str], period: Period, told_on: date, as_of: datetime | None
    ) -> dict[str, pd.DataFrame]:
        figures = self._history(told_on, as_of)
        figures = figures[figures["period"] <= str(period)]
        return {str(at): indicator_by_area(table, indicator, parts) for at, table in figures.groupby("period")}

    def _events(
        self, indicator: Indicator, parts: pd.Series[str], told_on: date, since: datetime
    ) -> dict[tuple[str, str], tuple[FigureEvent, ...]]:
        """Return the uploads after a moment by quarter and area; a divided commune's are those of all its parts."""
        with engine.reading(self._workspace.engine) as connection:
            found = figure_events.figure_events(connection, since=since, measures=measures_behind(indicator))
        gathered: dict[tuple[str, str], dict[tuple[int, str, str], FigureEvent]] = {}
        for own, of_list in found.groupby("unit_list_date"):
            pairs = self._workspace.lists.pairs(date.fromisoformat(str(own)), told_on)
            told = of_list.merge(pairs[["from_code", "to_code"]], left_on="commune_code", right_on="from_code")
            told = told.assign(area_code=told["to_code"].map(parts)).dropna(subset="area_code")
            told = told.drop_duplicates(["period", "area_code", "batch_id", "state", "at"])
            for row in told.to_dict("records"):
                event = FigureEvent(
                    state=str(row["state"]),
                    at=str(row["at"]),
                    by=str(row["by"]),
                    reason=str(row["reason"] or ""),
                    file_name=str(row["file_name"]),
                    batch_id=int(row["batch_id"]),
                )
                key = (str(row["period"]), str(row["area_code"]))
                gathered.setdefault(key, {})[event.batch_id, event.state, event.at] = event
        return {
            key: tuple(sorted(events.values(), key=lambda e: (e.at, e.batch_id))) for key, events in gathered.items()
        }
