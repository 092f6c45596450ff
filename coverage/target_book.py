"""The target book: what every area is to reach and until when, decided or split from what is decided above it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd

from coverage.target_areas import TargetAreas
from coverage.target_numbers import BASIS_NAMES, BY_HAND, CASCADED, DECIDED, TargetNumbers
from coverage.targets import area_name, in_force, is_measured, read_targets, states_on
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.target_data import APPLIES_TO_NAMES, WHOLE, Target
from loaders.reference import LIST_DATE_2021, tables

__all__ = ["AREA_TARGET_COLUMNS", "BASIS_NAMES", "BY_HAND", "CASCADED", "DECIDED", "MILESTONE_COLUMNS", "TargetBook"]

MILESTONE_COLUMNS: Final = ("due_period", "target_value", "shortfall_target")

AREA_TARGET_COLUMNS: Final = (
    "target_value",
    "base_period",
    "shortfall_base",
    "shortfall_target",
    "due_period",
    "basis",
    "decision",
    "is_assumption",
)

_TYPES: Final = {
    **dict.fromkeys(AREA_TARGET_COLUMNS, "str"),
    "shortfall_base": "Int64",
    "shortfall_target": "Int64",
    "is_assumption": "bool",
}


class TargetBook:
    """
    The targets of a workspace.

    Parameters
    ----------
    workspace
        Whose figures say what is lacking.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.facts = tables.load_target_facts()
        self._shipped = read_targets(tables.load_target_table())
        self._areas = TargetAreas(workspace, self.facts)

    def versions(self) -> tuple[Target, ...]:
        """Return every version of every target, in the order in which they were entered."""
        return self._shipped

    def in_force(self, *, as_of: datetime | None = None, on: date | None = None) -> tuple[Target, ...]:
        """
        Return the targets that hold on a day, as they were known at a moment.

        Parameters
        ----------
        on
            Day; that of `as_of` where None, else today.
        """
        return in_force(self.versions(), on or (as_of or self.workspace.clock()).date())

    def states(self, *, on: date | None = None) -> dict[str, str]:
        """Return whether each version is in force on a day (today where None), by its code; see `targets.states_on`."""
        return states_on(self.versions(), on or self.workspace.clock().date())

    # ---- names

    def indicator_name(self, target: Target, language: Language) -> str:
        """Return what readers call the indicator, or the quantity, of a target."""
        indicator = self.workspace.registry.get(target.indicator)
        return (
            self.facts.quantities[target.indicator].text(language) if indicator is None else indicator.title(language)
        )

    def area_name(self, target: Target, language: Language) -> str:
        """Return what readers call the area of a target; that of another list than of 2021 with the day of its list."""
        units = self.workspace.lists.on(target.units_of or LIST_DATE_2021)
        name = area_name(target, units, self.facts).text(language)
        if target.applies_to != WHOLE:
            name = f"{name}: {language.say(APPLIES_TO_NAMES[target.applies_to])}"
        if target.units_of in (None, LIST_DATE_2021):
            return name
        return language.say("{name} (list of {day})", name=name, day=language.day(units.list_date))

    # ---- answers

    def area_targets(
        self,
        indicator_name: str,
        area: str,
        *,
        told_on: date,
        as_of: datetime | None = None,
        on: date | None = None,
        language: Language | None = None,
    ) -> pd.DataFrame:
        """
        Return the target of every part of an area for one indicator, at its last milestone.

        Parameters
        ----------
        indicator_name
            An indicator of the registry.
        area
            `units.COMPANY_CODE`, or a unit of the list of `told_on`.
        on
            Day on which the targets are in force; that of `as_of` where None, else today.
        language
            Of ``decision``.

        Returns
        -------
        targets
            Indexed by ``area_code`` in code order, `AREA_TARGET_COLUMNS`; areas without a target are no rows:

            - ``target_value``: share from 0 to 1 or count, exact, as text; missing where it cannot be reckoned.
            - ``base_period``, ``shortfall_base``: the quarter it is reckoned from, and what lacked then.
            - ``shortfall_target``: the most that may lack when it is due. Parts of one area that are split from one
              target add up to what it allows, at most to what they lack now.
            - ``due_period``: quarter; missing where no date is stated and none assumed.
            - ``basis``: `DECIDED`, `CASCADED` or `BY_HAND`; ``decision``: what it rests on, for the reader.
            - ``is_assumption``: its due date is assumed, or it was not seen at its source.

        Raises
        ------
        PlaceError, FigureError
            If area or indicator are not known.
        """
        numbers = self._numbers(indicator_name, area, told_on, as_of, on, language)
        codes = sorted(self.workspace.units_on(told_on).parts_of(area).unique())
        return _as_table({str(code): row for code in codes if (row := numbers.row(str(code))) is not None})

    def target_of(
        self,
        indicator_name: str,
        area: str,
        *,
        told_on: date,
        as_of: datetime | None = None,
        on: date | None = None,
        language: Language | None = None,
    ) -> pd.Series[Any] | None:
        """Return the target of one area as a row of `area_targets`; None where it has none."""
        row = self._numbers(indicator_name, area, told_on, as_of, on, language).row(area)
        return None if row is None else cast("pd.Series[Any]", _as_table({area: row}).loc[area])

    def milestones(
        self,
        indicator_name: str,
        area: str,
        *,
        told_on: date,
        as_of: datetime | None = None,
        on: date | None = None,
    ) -> pd.DataFrame:
        """
        Return the milestones of an area's target, `MILESTONE_COLUMNS`, by due quarter; no rows where it has none.

        What the columns hold is told at `area_targets`.
        """
        numbers = self._numbers(indicator_name, area, told_on, as_of, on, None)
        root = numbers.root_of(area)
        rows = [] if root is None else [numbers.milestone(area, root, n) for n in range(len(root.milestones))]
        found = pd.DataFrame(rows, columns=pd.Index(MILESTONE_COLUMNS))
        return found.astype({name: _TYPES[name] for name in MILESTONE_COLUMNS})

    def with_parts(
        self,
        indicator_name: str,
        area: str,
        *,
        told_on: date,
        as_of: datetime | None = None,
        on: date | None = None,
        language: Language | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        Return the targets of an area and all of its parts, and their milestones; reckoned together, which is faster.

        Returns
        -------
        targets
            As `area_targets` gives them, the area itself among them.
        milestones
            ``area_code`` and `MILESTONE_COLUMNS`, by area and due quarter.
        """
        numbers = self._numbers(indicator_name, area, told_on, as_of, on, language)
        codes = sorted({area, *(str(code) for code in self.workspace.units_on(told_on).parts_of(area).unique())})
        rows = [
            {"area_code": code, **numbers.milestone(code, root, n)}
            for code in codes
            if (root := numbers.root_of(code)) is not None
            for n in range(len(root.milestones))
        ]
        milestones = pd.DataFrame(rows, columns=pd.Index(("area_code", *MILESTONE_COLUMNS)))
        types = {"area_code": "str", **{name: _TYPES[name] for name in MILESTONE_COLUMNS}}
        return _as_table({code: row for code in codes if (row := numbers.row(code)) is not None}), milestones.astype(
            types
        )

    def _numbers(
        self,
        name: str,
        area: str,
        told_on: date,
        as_of: datetime | None,
        on: date | None,
        language: Language | None,
    ) -> TargetNumbers:
        indicators = self.workspace.indicators
        if name not in indicators:
            raise FigureError(
                "target.indicator-unknown",
                mark('There is no indicator "{name}". Indicators: {allowed}.'),
                name=name,
                allowed=", ".join(indicators),
            )
        self.workspace.lists.require(area, told_on)
        holding = [t for t in self.in_force(as_of=as_of, on=on) if t.indicator == name and is_measured(t, indicators)]
        return TargetNumbers(
            self.workspace,
            self._areas,
            self.facts,
            holding,
            indicator=indicators[name],
            told_on=told_on,
            as_of=as_of,
            language=language or Language(),
        )


def _as_table(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(AREA_TARGET_COLUMNS))
    return table.astype(_TYPES).rename_axis("area_code")
