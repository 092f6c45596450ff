"""The figures of all quarters of a workspace, as progress asks for them: kept while the data stay the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.indicators import Indicator
from coverage.kept import Kept
from coverage.shortfall import has_shortfall
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.periods import Period

_HISTORIES_KEPT: Final = 3


@dataclass(frozen=True)
class Question:
    """
    Of what progress is asked.

    Parameters
    ----------
    area
        Code in the list of `told_on`.
    period
        Quarter at whose end the area stands; later ones are not looked at.
    as_of
        Moment whose answer is wanted; now where None.
    """

    indicator: Indicator
    area: str
    period: Period
    told_on: date
    as_of: datetime | None = None


class FigureHistory:
    """Figures of a workspace by quarter, told in any list."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._kept = Kept[pd.DataFrame](_HISTORIES_KEPT)

    def indicators(self) -> dict[str, Indicator]:
        """Return the indicators whose progress can be told, by name: those that have a shortfall."""
        return {name: found for name, found in self.workspace.indicators.items() if has_shortfall(found)}

    def ask(
        self, indicator_name: str, area: str, period: Period, told_on: date, as_of: datetime | None = None
    ) -> Question:
        """
        Return a question that can be answered.

        Raises
        ------
        PlaceError, FigureError
            If there is no such area or indicator, or the indicator has no shortfall.
        """
        known = self.indicators()
        if indicator_name not in known:
            raise FigureError(
                "progress.indicator",
                mark('Progress cannot be told of "{name}". Indicators that have a whole or should fall: {known}.'),
                name=indicator_name,
                known=", ".join(known),
            )
        self.workspace.lists.require(area, told_on)
        return Question(known[indicator_name], area, period, told_on, as_of)

    def figures(self, asked: Question) -> pd.DataFrame:
        """Return the figures up to the quarter that is asked for, columns `FIGURE_COLUMNS`."""
        key = (asked.told_on, asked.as_of, self.workspace.data_version(as_of=asked.as_of).number)
        found = self._kept.get(key, lambda: self.workspace.figures(as_of=asked.as_of, told_on=asked.told_on))
        return found[found["period"] <= str(asked.period)]

    def area_of(self, asked: Question) -> list[pd.Series[str]]:
        """Return the area itself and, where it has any, its parts: each the area code of every commune."""
        parts = self.workspace.units_on(asked.told_on).parts_of(asked.area)
        own = pd.Series(asked.area, index=parts.index, dtype="str")
        return [own] if list(parts.unique()) == [asked.area] else [own, parts]

    def name_of(self, code: str, told_on: date) -> str:
        """Return the full name of an area of a list; the company's code is its name."""
        return str(self.workspace.units_on(told_on).by_code["full_name"].get(code, code))
