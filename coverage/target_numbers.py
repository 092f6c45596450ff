"""The numbers of one question to the target book: what each area lacked, and what may lack when its target is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

import pandas as pd

from coverage.cascade import BY_LACKING, LEAST, share_left, split
from coverage.indicators import SHARE, Indicator
from coverage.shortfall import has_shortfall, shortfall_allowed
from coverage.target_areas import TargetAreas
from coverage.target_cascades import SplitQuestion, TargetCascades
from coverage.targets import newest, with_assumed_due
from coverage.workspace import Workspace
from geodata.errors import mark
from geodata.language import Language
from geodata.target_data import UNVERIFIED, Milestone, Target, TargetFacts

DECIDED, CASCADED, BY_HAND = "decided", "cascaded", "by_hand"

BASIS_NAMES: Final = {
    DECIDED: mark("decided for this area"),
    CASCADED: mark("split from the target above it"),
    BY_HAND: mark("split by hand from the target above it"),
}


@dataclass(frozen=True)
class Root:
    """
    A decided target as it is asked about.

    Parameters
    ----------
    target
        The version that is in force.
    area
        Area of the asked list for which it is set.
    milestones, is_assumed_due
        Its milestones, and whether a due quarter among them is assumed.
    base_period
        Quarter from which it is reckoned; None where no quarter has figures of all communes of the area.
    """

    target: Target
    area: str
    milestones: tuple[Milestone, ...]
    is_assumed_due: bool
    base_period: str | None


class TargetNumbers:
    """
    Answers one question for any number of areas; each table is reckoned once.

    Parameters
    ----------
    holding
        Targets in force for the indicator.
    told_on
        Day of the list in which areas are told.
    as_of
        Moment whose figures are asked; now where None.
    """

    def __init__(
        self,
        workspace: Workspace,
        areas: TargetAreas,
        cascades: TargetCascades,
        facts: TargetFacts,
        holding: Sequence[Target],
        *,
        indicator: Indicator,
        told_on: date,
        as_of: datetime | None,
        language: Language,
    ) -> None:
        self._areas = areas
        self._cascades = cascades
        self._facts = facts
        self._holding = holding
        self._indicator = indicator
        self._told_on = told_on
        self._as_of = as_of
        self._language = language
        self._units = workspace.units_on(told_on)
        self._roots: dict[tuple[str, str], Root] = {}
        self._parts: dict[tuple[str, str], pd.DataFrame] = {}
        self._wholes: dict[tuple[str, str], pd.Series[int]] = {}
        self._figures: dict[str, pd.DataFrame] = {}
        self._trees: dict[str, dict[str, pd.DataFrame]] = {}
        self._splits: dict[tuple[str, str, int], pd.Series[int] | None] = {}

    def root_of(self, area: str) -> Root | None:
        """Return the decided target that holds for an area: its own, else that of the nearest area above it."""
        for above in self._areas.above(area, self._told_on) if self._holding else []:
            target = newest(t for t in self._holding if self._areas.reaches(t, above, self._told_on))
            if target is not None:
                return self._root(target, above)
        return None

    def _root(self, target: Target, area: str) -> Root:
        key = (target.code, area)
        if key not in self._roots:
            milestones, is_assumed = with_assumed_due(target, self._facts)
            base = self._base_period(target, area)
            self._roots[key] = Root(target, area, milestones, is_assumed, base)
        return self._roots[key]

    def _base_period(self, target: Target, area: str) -> str | None:
        """Return the quarter that a target is reckoned from; where it was split, the one of the split."""
        if not has_shortfall(self._indicator):
            return None
        stored = self._cascades.of_version(target.code, as_of=self._as_of)
        self._trees[target.code] = {
            due: self._cascades.tree_on(one, self._told_on, as_of=self._as_of) for due, one in stored.items()
        }
        if stored:
            return next(iter(stored.values())).base_period
        return self._areas.base_period(target, area, self._indicator, told_on=self._told_on, as_of=self._as_of)

    def _tree(self, root: Root, place: int) -> pd.DataFrame | None:
        """Return how a milestone was split by a manager; None where it is split by the rule."""
        due = root.target.milestones[place].due
        return self._trees.get(root.target.code, {}).get(str(due or ""))

    def _base_tree(self, root: Root) -> pd.DataFrame | None:
        """Return the tree from which the splits of a target are reckoned; None where it was not split."""
        return next(iter(self._trees.get(root.target.code, {}).values()), None)

    def row(self, area: str) -> dict[str, Any] | None:
        """Return the target of an area as a row of `TargetBook.area_targets`; None where it has none."""
        root = self.root_of(area)
        if root is None:
            return None
        lacking, _ = self._counts(area, root)
        return self.milestone(area, root, len(root.milestones) - 1) | {
            "base_period": root.base_period,
            "shortfall_base": pd.NA if lacking is None else lacking,
            "basis": self._basis(area, root),
            "decision": self._decision(root),
            "is_assumption": root.is_assumed_due or root.target.status == UNVERIFIED,
        }

    def _basis(self, area: str, root: Root) -> str:
        if area == root.area:
            return DECIDED
        tree = self._tree(root, len(root.milestones) - 1)
        is_fixed = tree is not None and area in tree.index and bool(tree.loc[area, "is_fixed"])
        return BY_HAND if is_fixed else CASCADED

    def milestone(self, area: str, root: Root, place: int) -> dict[str, Any]:
        """Return one milestone of an area: ``due_period``, ``target_value``, ``shortfall_target``."""
        milestone = root.milestones[place]
        _, whole = self._counts(area, root)
        goal = root.target.goal(milestone)
        if area == root.area:
            value: Decimal | None = goal
            number = self._allowed(goal, whole)
        else:
            number = self._number(area, root, place)
            value = self._value(number, whole, goal)
        return {
            "due_period": None if milestone.due is None else str(milestone.due),
            "target_value": None if value is None else str(value),
            "shortfall_target": pd.NA if number is None else number,
        }

    def _value(self, number: int | None, whole: int | None, goal: Decimal) -> Decimal | None:
        if number is None:
            return None
        if self._indicator.kind == SHARE and whole is None:
            return goal  # nothing may lack: whatever the whole is, the share is that of the target
        return share_left(number, whole, better=self._indicator.better)

    def _allowed(self, goal: Decimal, whole: int | None) -> int | None:
        """Return the most that may lack with a target met; None where that needs a whole that is not known."""
        if not has_shortfall(self._indicator):
            return None
        if self._indicator.kind == SHARE and whole is None:
            return 0 if goal == (0 if self._indicator.better == "lower" else 1) else None
        return shortfall_allowed(self._indicator, goal, whole)

    def _number(self, area: str, root: Root, place: int) -> int | None:
        """
        Return what may lack in an area at a milestone, split down from the root; None where it is not known.

        A target that is met already is split as what lacks now.
        """
        lacking, whole = self._counts(root.area, root)
        allowed = self._allowed(root.target.goal(root.milestones[place]), whole)
        if not allowed:
            return allowed
        if area == root.area:
            return None if lacking is None else min(allowed, lacking)
        found = self._split(self._areas.parent(area, self._units), root, place)
        return None if found is None or area not in found.index else int(found[area])

    def _split(self, above: str, root: Root, place: int) -> pd.Series[int] | None:
        """Return the numbers of the parts of an area at a milestone; None where a part is not known."""
        key = (above, root.target.code, place)
        if key not in self._splits:
            tree = self._tree(root, place)
            by_hand = None if tree is None else tree.loc[tree["parent_code"] == above, "households"]
            self._splits[key] = self._split_by_rule(above, root, place) if by_hand is None else by_hand
        return self._splits[key]

    def _split_by_rule(self, above: str, root: Root, place: int) -> pd.Series[int] | None:
        number, parts = self._number(above, root, place), self._parts_of(above, root)
        if number is None or parts is None or parts.empty or parts["lacking"].isna().any():
            return None
        earlier = self._earlier(root, place)
        bounded = parts if earlier is None else parts.assign(lacking=earlier.reindex(parts.index))
        if place < len(root.milestones) - 1:
            later = self._split(above, root, place + 1)
            bounded = bounded.assign(**{LEAST: 0 if later is None else later.reindex(parts.index)})
        return split(number, bounded, rule=BY_LACKING)

    def _earlier(self, root: Root, place: int) -> pd.Series[int] | None:
        """Return what the nearest milestone before, if a manager split one, leaves each area: it may not lack more."""
        for earlier in range(place - 1, -1, -1):
            tree = self._tree(root, earlier)
            if tree is not None:
                return tree["households"]
        return None

    def question(self, root: Root, place: int) -> SplitQuestion | None:
        """Return a milestone as it can be split by a manager; None where no quarter has figures."""
        if root.base_period is None:
            return None
        tree = self._base_tree(root)
        if tree is None and root.area not in self._figures:
            self._figures[root.area] = self._areas.tree(
                root.area, self._indicator, root.base_period, told_on=self._told_on, as_of=self._as_of
            )
        tree = (self._figures[root.area] if tree is None else tree)[["parent_code", "lacking", "whole"]]
        earlier = self._earlier(root, place)
        if earlier is not None:
            tree = tree.assign(lacking=earlier.reindex(tree.index))
        if place < len(root.milestones) - 1:
            parents = [str(parent) for parent in tree["parent_code"].unique()]
            later = [found for parent in parents if (found := self._split(parent, root, place + 1)) is not None]
            tree = tree.assign(**{LEAST: pd.concat(later).reindex(tree.index) if later else 0})
        number = self._number(root.area, root, place)
        due = root.target.milestones[place].due
        return SplitQuestion(
            code=root.target.code,
            due=str(due or ""),
            area=root.area,
            told_on=self._told_on,
            whole=number or 0,
            tree=tree,
            base_period=root.base_period,
        )

    def _parts_of(self, area: str, root: Root) -> pd.DataFrame | None:
        """Return what the parts of an area lacked at the base: as it was when the target was split, else as it is."""
        if root.base_period is None:
            return None
        key = (area, root.base_period)
        if key not in self._parts:
            tree = self._base_tree(root)
            if tree is not None:
                self._parts[key] = tree.loc[tree["parent_code"] == area, ["lacking", "whole"]]
            else:
                self._parts[key] = self._areas.parts(
                    area, self._indicator, root.base_period, told_on=self._told_on, as_of=self._as_of
                )
        return self._parts[key]

    def _whole_of(self, root: Root, base_period: str) -> pd.Series[int]:
        """Return what the area of a target lacked at the base, and its whole."""
        key = (root.area, base_period)
        if key not in self._wholes:
            parts = self._parts_of(root.area, root) if self._base_tree(root) is not None else None
            self._wholes[key] = (
                self._areas.itself(root.area, self._indicator, base_period, told_on=self._told_on, as_of=self._as_of)
                if parts is None
                else cast("pd.Series[int]", parts.sum(min_count=1))
            )
        return self._wholes[key]

    def _counts(self, area: str, root: Root) -> tuple[int | None, int | None]:
        """Return what an area lacked at the base and its whole, None where not known."""
        if root.base_period is None:
            return None, None
        if area == root.area:
            counts = self._whole_of(root, root.base_period)
        else:
            parts = self._parts_of(self._areas.parent(area, self._units), root)
            if parts is None or area not in parts.index:
                return None, None
            counts = cast("pd.Series[int]", parts.loc[area])
        lacking, whole = counts["lacking"], counts["whole"]
        return (None if pd.isna(lacking) else int(lacking), None if pd.isna(whole) else int(whole))

    def _decision(self, root: Root) -> str:
        target, language = root.target, self._language
        text = f"{target.programme_name.text(language)}: {target.decision.text(language)}"
        sentences = [f"{text}, {language.day(target.decision_date)}"]
        if root.is_assumed_due:
            due = next(m.due for m in root.milestones if m.due is not None and m not in target.milestones)
            sentences.append(
                language.say("(the decision names no due date; {period} is an assumption)", period=language.period(due))
            )
        if target.status == UNVERIFIED:
            sentences.append(language.say("(not seen at its source: an assumption)"))
        return " ".join(sentences)
