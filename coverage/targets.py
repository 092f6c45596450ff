"""Targets: versions by decision, which of them holds on a day, and how far an area is from the grid for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import pandas as pd

from coverage.indicators import Indicator
from geodata.errors import FigureError, mark
from geodata.periods import Period
from geodata.tables import require_columns
from geodata.target_data import (
    APPLIES_TO,
    EARLIER,
    IN_FORCE,
    KINDS,
    LATER,
    NATIONAL,
    STATUSES,
    TARGET,
    UNIT_NAMES,
    WITHDRAWN,
    Milestone,
    Target,
    TargetFacts,
    TargetKey,
    Wording,
)
from geodata.units import COMPANY_CODE, Units

GRID_FOR_ALL: Final = "households_with_power_share"
"""The indicator whose target is 100% of households on the national grid."""

TARGET_COLUMNS: Final = (
    "code",
    "programme",
    "programme_vi",
    "programme_en",
    "kind",
    "decision_vi",
    "decision_en",
    "decision_date",
    "starts",
    "due",
    "indicator",
    "area",
    "units_of",
    "applies_to",
    "value",
    "unit",
    "status",
    "source_vi",
    "source_en",
)
"""Columns of the shipped table, all text: one row a milestone, rows of one ``code`` are one version."""


def read_targets(table: pd.DataFrame) -> tuple[Target, ...]:
    """
    Return the versions of a table of targets, in its order.

    Parameters
    ----------
    table
        Columns `TARGET_COLUMNS`; ``due`` (a quarter), ``units_of`` (a day) and ``starts`` may be missing.

    Raises
    ------
    FigureError
        If a column is missing, or a row says something that a target cannot.
    """
    require_columns(table, TARGET_COLUMNS, what="targets")
    rows = table[list(TARGET_COLUMNS)].fillna("")
    return tuple(_version(str(code), of_code) for code, of_code in rows.groupby("code", sort=False))


def _version(code: str, rows: pd.DataFrame) -> Target:
    first = {str(name): str(value) for name, value in rows.iloc[0].items()}
    allowed = {"kind": KINDS, "applies_to": APPLIES_TO, "unit": tuple(UNIT_NAMES), "status": STATUSES}
    for column, values in allowed.items():
        if first[column] not in values:
            raise FigureError(
                "target.value-unknown",
                mark('Target "{target}": {column} is "{found}". Allowed: {allowed}.'),
                target=code,
                column=column,
                found=first[column],
                allowed=", ".join(values),
            )
    return Target(
        code=code,
        programme=first["programme"],
        programme_name=Wording(first["programme_vi"], first["programme_en"]),
        kind=first["kind"],
        decision=Wording(first["decision_vi"], first["decision_en"]),
        decision_date=date.fromisoformat(first["decision_date"]),
        starts=first["starts"],
        indicator=first["indicator"],
        area=first["area"],
        units_of=date.fromisoformat(first["units_of"]) if first["units_of"] else None,
        applies_to=first["applies_to"],
        unit=first["unit"],
        milestones=in_time(
            Milestone(Period.parse(str(due)) if due else None, Decimal(str(value)))
            for due, value in zip(rows["due"], rows["value"], strict=True)
        ),
        status=first["status"],
        source=Wording(first["source_vi"], first["source_en"]),
    )


def in_time(milestones: Iterable[Milestone]) -> tuple[Milestone, ...]:
    """Return milestones by their due quarter, the one without a date last."""
    return tuple(sorted(milestones, key=lambda m: (m.due is None, m.due or Period(1, 1))))


def states_on(targets: Sequence[Target], day: date) -> dict[str, str]:
    """
    Return whether each version holds on a day, by its code: one of `STATE_NAMES`.

    Of the versions of one target the one with the latest decision not after the day is in force; of one day's
    decisions the one that was entered last.

    Parameters
    ----------
    targets
        In the order in which they were entered.
    """
    holding: dict[TargetKey, Target] = {}
    states: dict[str, str] = {}
    for target in sorted(targets, key=lambda one: one.decision_date):  # stable: of one day the last entered is last
        if target.withdrawn_on is not None and target.withdrawn_on <= day:
            states[target.code] = WITHDRAWN
        elif target.decision_date > day:
            states[target.code] = LATER
        else:
            states[target.code] = EARLIER
            holding[target.key] = target
    return {one.code: states[one.code] for one in targets} | {one.code: IN_FORCE for one in holding.values()}


def in_force(targets: Sequence[Target], day: date) -> tuple[Target, ...]:
    """Return the versions that are in force on a day, in the order in which they were entered."""
    states = states_on(targets, day)
    return tuple(target for target in targets if states[target.code] == IN_FORCE)


def is_measured(target: Target, indicators: Mapping[str, Indicator]) -> bool:
    """Return whether the figures here can say if a target is met: an indicator measures it, and not for the nation."""
    return target.kind == TARGET and target.indicator in indicators and target.area != NATIONAL


def newest(targets: Iterable[Target]) -> Target | None:
    """Return the target that was decided last; of one day's the one that was entered last; None without any."""
    found: Target | None = None
    for target in targets:
        if found is None or target.decision_date >= found.decision_date:
            found = target
    return found


def with_assumed_due(target: Target, facts: TargetFacts) -> tuple[tuple[Milestone, ...], bool]:
    """Return the milestones of a target, and whether a due quarter among them is assumed: its decision names none."""
    assumed = facts.assumed_due.get(target.programme)
    if assumed is None or all(milestone.due is not None for milestone in target.milestones):
        return target.milestones, False
    return in_time(Milestone(m.due or assumed, m.value) for m in target.milestones), True


def area_name(target: Target, units: Units, facts: TargetFacts) -> Wording:
    """
    Return what readers call the area of a target.

    Parameters
    ----------
    units
        The list of `Target.units_of`.
    """
    if target.area == NATIONAL:
        return Wording("cả nước", "national")
    if target.area == COMPANY_CODE:
        return Wording.typed(COMPANY_CODE)
    if target.area in facts.regions:
        return facts.regions[target.area]
    return Wording.typed(units.name_with_parents(target.area))
