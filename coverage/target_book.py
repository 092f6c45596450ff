"""The target book: what every area is to reach and until when, decided or split from what is decided above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd

from coverage.indicators import Indicator
from coverage.kept import Kept
from coverage.shortfall import has_shortfall
from coverage.target_areas import TargetAreas
from coverage.target_cascades import SplitQuestion, TargetCascades
from coverage.target_numbers import BASIS_NAMES, BY_HAND, CASCADED, DECIDED, TargetNumbers
from coverage.target_register import TargetRegister
from coverage.targets import area_name, in_force, is_measured, states_on
from coverage.workspace import Workspace
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.target_data import APPLIES_TO_NAMES, WHOLE, Target
from loaders.reference import LIST_DATE_2021

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


_ANSWERS_KEPT: Final = 16


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
        self.register = TargetRegister(workspace)
        self.facts = self.register.facts
        self._areas = TargetAreas(workspace, self.facts)
        self.cascades = TargetCascades(workspace)
        self._answers = Kept[TargetNumbers](_ANSWERS_KEPT)

    def versions(self, *, as_of: datetime | None = None) -> tuple[Target, ...]:
        """Return every version that was known at a moment, in the order in which they were entered."""
        return self.register.versions(as_of=as_of)

    def in_force(self, *, as_of: datetime | None = None, on: date | None = None) -> tuple[Target, ...]:
        """
        Return the targets that hold on a day, as they were known at a moment.

        Parameters
        ----------
        on
            Day; that of `as_of` where None, else today.
        """
        return in_force(self.versions(as_of=as_of), on or (as_of or self.workspace.clock()).date())

    def states(self, *, on: date | None = None, as_of: datetime | None = None) -> dict[str, str]:
        """Return whether each version known at a moment is in force on a day, by its code; see `targets.states_on`."""
        return states_on(self.versions(as_of=as_of), on or (as_of or self.workspace.clock()).date())

    def holding_in_place_of(self, target: Target) -> Target | None:
        """Return the other version of the same target that is in force today; None where there is none."""
        return next((t for t in self.in_force() if t.key == target.key and t.code != target.code), None)

    # ---- names

    def indicator_name(self, target: Target, language: Language) -> str:
        """Return what readers call the indicator, or the quantity, of a target."""
        return self.register.indicator_name(target, language)

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

    def split_question(self, code: str, *, due: str | None = None, told_on: date | None = None) -> SplitQuestion:
        """
        Return a milestone of a target as it can be split to its parts.

        Parameters
        ----------
        code
            A version that is in force and measured here.
        due
            Due quarter of the milestone, blank for the one without a date; the last one where None.
        told_on
            Day of the list of the parts; that of the newest quarter with figures where None.

        Raises
        ------
        WorkspaceError, FigureError
            If there is no such version or milestone, it is not in force, or it has nothing to be split by.
        """
        target = self.register.find(code)
        indicators = self.workspace.indicators
        is_whole = target.applies_to == WHOLE and is_measured(target, indicators)
        if is_whole and (holding := self.holding_in_place_of(target)) is not None:
            raise _replaced(target, holding)
        if (
            not is_whole
            or target.code not in {t.code for t in self.in_force()}
            or not has_shortfall(indicators[target.indicator])
        ):
            raise FigureError(
                "cascade.not-splittable",
                mark(
                    'The target "{code}" cannot be split: only targets in force of an area as a whole, which figures '
                    "here measure in households that lack, are split."
                ),
                code=target.code,
            )
        day = told_on or self.workspace.list_of_newest_quarter()
        area = self._areas.place_on(target.area, target.units_of, day)
        dues = [str(m.due or "") for m in target.milestones]
        if due is not None and due not in dues:
            raise FigureError(
                "cascade.milestone-unknown",
                mark('The target "{code}" has no milestone of {due}. Milestones: {dues}.'),
                code=target.code,
                due=due or "-",
                dues=", ".join(one or "-" for one in dues),
            )
        numbers = self._numbers_for_split(target, day)
        root = None if area is None else numbers.root_of(area)
        question = None if root is None else numbers.question(root, len(dues) - 1 if due is None else dues.index(due))
        if question is None:
            raise FigureError(
                "cascade.no-figures",
                mark('The target "{code}" cannot be split: no quarter has figures of its area in the list of {day}.'),
                code=target.code,
                day=f"{day:%d/%m/%Y}",
            )
        return question

    def _numbers_for_split(self, target: Target, told_on: date) -> TargetNumbers:
        key = (target, told_on, self.workspace.data_version().number)
        indicator = self.workspace.indicators[target.indicator]
        return self._answers.get(key, lambda: self._numbers_of([target], indicator, told_on, None, None))

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
        day, spoken = on or (as_of or self.workspace.clock()).date(), language or Language()
        key = (name, told_on, as_of, day, spoken, self.workspace.data_version(as_of=as_of).number)
        return self._answers.get(key, lambda: self._numbers_in_force(indicators[name], told_on, as_of, day, spoken))

    def _numbers_in_force(
        self, indicator: Indicator, told_on: date, as_of: datetime | None, day: date, language: Language
    ) -> TargetNumbers:
        known = self.in_force(as_of=as_of, on=day)
        holding = [t for t in known if t.indicator == indicator.name and is_measured(t, self.workspace.indicators)]
        return self._numbers_of(holding, indicator, told_on, as_of, language)

    def _numbers_of(
        self,
        holding: Sequence[Target],
        indicator: Indicator,
        told_on: date,
        as_of: datetime | None,
        language: Language | None,
    ) -> TargetNumbers:
        return TargetNumbers(
            self.workspace,
            self._areas,
            self.cascades,
            self.facts,
            holding,
            indicator=indicator,
            told_on=told_on,
            as_of=as_of,
            language=language or Language(),
        )


def _replaced(target: Target, holding: Target) -> FigureError:
    """Return the refusal to split a version in whose place another one is in force."""
    return FigureError(
        "cascade.replaced",
        mark('Not "{code}" but "{holding}" is in force for this target: use "{holding}".')
        if target.withdrawn_on is not None or target.decision_date > holding.decision_date
        else mark('The target "{code}" was replaced by "{holding}": use "{holding}".'),
        code=target.code,
        holding=holding.code,
    )


def _as_table(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(AREA_TARGET_COLUMNS))
    return table.astype(_TYPES).rename_axis("area_code")
