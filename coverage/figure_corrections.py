"""Which figures are not what they were at an earlier moment, and which uploads made them so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from coverage import progress_changes
from coverage.figure_history import FigureHistory, Question
from coverage.rollup import indicator_by_area, measures_behind
from loaders.store import engine, figure_events


@dataclass(frozen=True)
class FigureEvent:
    """An upload that changed figures: accepted, or withdrawn with its reason."""

    state: str
    at: str
    by: str
    reason: str
    file_name: str
    batch_id: int


Events = tuple[FigureEvent, ...]


class FigureCorrections:
    """What was corrected in a workspace."""

    def __init__(self, history: FigureHistory) -> None:
        self._history = history

    def moments(self) -> pd.DataFrame:
        """Return every event that changed which figures count, the newest first; see `figure_events`."""
        with engine.reading(self._history.workspace.engine) as connection:
            return figure_events.figure_moments(connection)

    def since(self, asked: Question, moment: datetime) -> pd.DataFrame:
        """
        Return which figures of the parts of an area are not what they were at an earlier moment, and why.

        Returns
        -------
        corrections
            `progress_changes.CORRECTION_COLUMNS`, ``area_name``, ``communes_all`` and ``events``: the uploads of the
            time between that changed figures of the area in the quarter (tuple of `FigureEvent`); none where it only
            is told anew, by other outlines or reports of another list.
        """
        [*_, parts] = self._history.area_of(asked)
        then, now = (self._by_period(question, parts) for question in (replace(asked, as_of=moment), asked))
        found = progress_changes.corrections(then, now)
        events = self._events(asked, parts, moment)
        keys = zip(found["period"], found["area_code"], strict=True)
        return found.assign(
            area_name=[self._history.name_of(str(code), asked.told_on) for code in found["area_code"]],
            communes_all=found["area_code"].map(parts.value_counts()),
            events=pd.Series([events.get((str(at), str(code)), ()) for at, code in keys], dtype="object"),
        )

    def _by_period(self, asked: Question, parts: pd.Series[str]) -> dict[str, pd.DataFrame]:
        figures = self._history.figures(asked)
        return {str(at): indicator_by_area(table, asked.indicator, parts) for at, table in figures.groupby("period")}

    def _events(self, asked: Question, parts: pd.Series[str], since: datetime) -> dict[tuple[str, str], Events]:
        """Return the uploads after a moment by quarter and area; a divided commune's are those of all its parts."""
        workspace = self._history.workspace
        with engine.reading(workspace.engine) as connection:
            measures = measures_behind(asked.indicator)
            found = figure_events.figure_events(connection, since=since, measures=measures)
        gathered: dict[tuple[str, str], set[FigureEvent]] = {}
        for own, of_list in found.groupby("unit_list_date"):
            pairs = workspace.lists.pairs(date.fromisoformat(str(own)), asked.told_on)
            told = of_list.merge(pairs[["from_code", "to_code"]], left_on="commune_code", right_on="from_code")
            told = told.assign(area_code=told["to_code"].map(parts)).dropna(subset="area_code")
            for row in told.drop_duplicates(["period", "area_code", "batch_id", "state", "at"]).to_dict("records"):
                event = FigureEvent(
                    state=str(row["state"]),
                    at=str(row["at"]),
                    by=str(row["by"]),
                    reason=str(row["reason"] or ""),
                    file_name=str(row["file_name"]),
                    batch_id=int(row["batch_id"]),
                )
                gathered.setdefault((str(row["period"]), str(row["area_code"])), set()).add(event)
        return {key: tuple(sorted(events, key=lambda e: (e.at, e.batch_id))) for key, events in gathered.items()}
