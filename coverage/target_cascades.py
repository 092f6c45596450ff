"""How targets are split to their parts: proposed, kept with rule and reason, taken back, told on another day's map."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

import pandas as pd

from coverage.cascade import CascadePlan, cascade
from coverage.workspace import Workspace
from geodata import lineage
from geodata.errors import FigureError, WorkspaceError, mark
from geodata.units import COMPANY_CODE, Units
from loaders.store import batches, engine
from loaders.store import targets as store
from loaders.store.batches import NewBatch
from loaders.store.targets import TREE_COLUMNS, StoredCascade

_NAMED: Final = 5
"""Areas without complete figures that a refusal names."""


@dataclass(frozen=True)
class SplitQuestion:
    """
    A milestone of a target that is to be split.

    Parameters
    ----------
    code, due
        Version of the target and due quarter of the milestone, blank where none is stated.
    area
        Area that the target is set for.
    told_on
        Day of the list of its parts.
    whole
        Households that may lack in all of them when it is due; at most what they lack.
    tree
        Every area below: ``parent_code``, ``lacking``, ``whole``, ``least``; see `cascade.cascade`.
    base_period
        Quarter whose figures say what lacks.
    """

    code: str
    due: str
    area: str
    told_on: date
    whole: int
    tree: pd.DataFrame
    base_period: str


class TargetCascades:
    """
    The splits of a workspace.

    Parameters
    ----------
    workspace
        Whose store keeps them.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of_version(self, code: str, *, as_of: datetime | None = None) -> dict[str, StoredCascade]:
        """Return the newest split of each milestone of a version, by its due quarter, as it was known at a moment."""
        with engine.reading(self._workspace.engine) as connection:
            found = store.cascades_of(connection, code, as_of=as_of)
        return {one.due: one for one in reversed(found)}

    def history_of(self, code: str) -> list[StoredCascade]:
        """Return every split of a version, the newest first."""
        with engine.reading(self._workspace.engine) as connection:
            return store.cascades_of(connection, code)

    def split(self, question: SplitQuestion, plan: CascadePlan) -> pd.DataFrame:
        """
        Return a milestone split by a plan, columns `store.TREE_COLUMNS` indexed by area code; nothing is stored.

        Raises
        ------
        FigureError
            If an area has no complete figures, or the plan is impossible; see `cascade.split`.
        """
        missing = question.tree.index[question.tree["lacking"].isna()]
        if len(missing):
            names = self._workspace.units_on(question.told_on).by_code["full_name"]
            shown = ", ".join(str(names[code]) for code in missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
            raise FigureError(
                "cascade.not-reported",
                mark(
                    "The target cannot be split: {count} areas have no complete figures for {period} ({areas}). Upload "
                    "what they lack first."
                ),
                count=len(missing),
                period=question.base_period,
                areas=shown,
            )
        try:
            found = cascade(question.area, question.whole, question.tree, plan)
        except FigureError as error:
            raise self._named(error, question.told_on) from error
        return question.tree.assign(households=found, is_fixed=question.tree.index.isin(list(plan.fixed)))

    def _named(self, error: FigureError, told_on: date) -> FigureError:
        """Return an error of a split with the names of its areas beside their codes."""
        names = self._workspace.units_on(told_on).by_code["full_name"].to_dict()

        def named(text: str) -> str:
            return ", ".join(f"{names[code]} ({code})" if code in names else code for code in text.split(", "))

        said = {key: named(value) if isinstance(value, str) else value for key, value in error.values.items()}  # noqa: PD011
        return FigureError(error.code, error.template, **said)

    def keep(self, question: SplitQuestion, plan: CascadePlan, *, user: str, reason: str) -> StoredCascade:
        """
        Split a milestone and keep it; it counts from now on, the splits before it stay visible.

        Raises
        ------
        WorkspaceError, FigureError
            If name or reason are missing, or it cannot be split so; nothing is stored then.
        """
        if not user.strip() or not reason.strip():
            raise WorkspaceError(
                "target.reason-missing",
                mark("Nothing was stored: write your name and a reason; both stay with the target."),
            )
        tree = self.split(question, plan).rename_axis("area_code").reset_index()[list(TREE_COLUMNS)]
        stored = StoredCascade(
            code=question.code,
            due=question.due,
            units_of=question.told_on,
            base_period=question.base_period,
            whole=question.whole,
            plan=plan_text(plan),
            tree=tree,
            reason=" ".join(reason.split()),
        )
        new = NewBatch(
            kind=batches.TARGETS,
            file_name=f"cascade_{question.code}.json",
            content=stored.plan.encode("utf-8"),
            user=user.strip(),
            unit_list_date=question.told_on,
            rows_read=len(tree),
            rows_valid=len(tree),
        )
        with engine.writing(self._workspace.engine) as connection:
            store.add_change(connection, new, at=self._workspace.clock(), cascade=stored)
        return self.history_of(question.code)[0]

    def drop(self, code: str, *, user: str, reason: str) -> int:
        """Take every split of a version back; it is split by the rule again. Return how many there were."""
        with engine.writing(self._workspace.engine) as connection:
            found = store.cascades_of(connection, code)
            for one in found:
                batches.withdraw(connection, one.batch_id, at=self._workspace.clock(), user=user, reason=reason)
        return len(found)

    def tree_on(self, stored: StoredCascade, told_on: date, *, as_of: datetime | None) -> pd.DataFrame:
        """
        Return the tree of a split in the list of a day, columns `TREE_COLUMNS` indexed by area code.

        In another list than its own the communes are restated as figures are, and added up; nothing is fixed there.
        """
        if self._workspace.lists.day_of(stored.units_of) == self._workspace.lists.day_of(told_on):
            return stored.tree.set_index("area_code", drop=False)
        return self._restated(stored, told_on, as_of)

    def _restated(self, stored: StoredCascade, told_on: date, as_of: datetime | None) -> pd.DataFrame:
        lists, units = self._workspace.lists, self._workspace.units_on(told_on)
        own = stored.tree.set_index("area_code")
        communes = own[own.index.isin(lists.served_on(stored.units_of).communes.index)]
        # As figures of households, whose sums stay what they are: what may lack, what is to be closed, and the rest.
        counts = pd.DataFrame(
            {
                "commune_code": communes.index.astype("str"),
                "period": stored.base_period,
                "households_offgrid": communes["households"].to_numpy(),
                "households_without": (communes["lacking"] - communes["households"]).to_numpy(),
                "households_grid": (communes["whole"].fillna(communes["lacking"]) - communes["lacking"]).to_numpy(),
                "households_all": communes["whole"].fillna(communes["lacking"]).to_numpy(),
            }
        )
        before, after = lists.day_of(stored.units_of), lists.day_of(told_on)
        shares = self._workspace.told_as_of(as_of).shares(before, after)
        told = lineage.restate(counts, lists.history, from_day=before, to_day=after, shares=shares)
        has_whole = bool(communes["whole"].notna().any())
        return _summed(told.set_index("commune_code"), units, has_whole=has_whole)


def _summed(told: pd.DataFrame, units: Units, *, has_whole: bool) -> pd.DataFrame:
    """Return restated communes with the areas above them, as a tree."""
    communes = units.communes.reindex(told.index.intersection(units.communes.index))
    rows = pd.DataFrame(
        {
            "lacking": told["households_offgrid"] + told["households_without"],
            "whole": told["households_all"] if has_whole else pd.NA,
            "households": told["households_offgrid"],
        }
    ).loc[communes.index]
    levels = [communes["province_code"], communes["district_code"].dropna()]
    sums = [rows.loc[level.index].groupby(level).sum(min_count=1) for level in levels if len(level)]
    tree = pd.concat([*sums, rows]).astype("Int64").rename_axis("area_code").sort_index()
    parents = units.by_code["parent_code"].fillna(COMPANY_CODE).reindex(tree.index)
    found = tree.assign(parent_code=parents, is_fixed=False, area_code=tree.index)
    return found[list(TREE_COLUMNS)]


def plan_text(plan: CascadePlan) -> str:
    """Return a plan as JSON, from which `plan_of` makes it again."""
    content = {"rule": plan.rule, "rules": dict(plan.rules), "fixed": {k: int(v) for k, v in plan.fixed.items()}}
    return json.dumps(content, sort_keys=True)


def plan_of(text: str) -> CascadePlan:
    """Return the plan that `plan_text` wrote."""
    return CascadePlan(**cast("dict[str, Any]", json.loads(text)))
