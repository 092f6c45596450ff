"""What a report says of targets: where the province stands, its parts, when they are reached, on which decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from coverage.progress_desk import AreaProgress, ProgressDesk
from coverage.target_book import TargetBook
from coverage.workspace import Workspace
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ReportTarget

PROGRESS_COLUMNS: Final = (
    "area_name",
    "indicator",
    "shortfall",
    "gap",
    "required_per_quarter",
    "achieved_per_quarter",
    "status",
    "outlook",
)
"""Columns of `ProvinceReport.progress`."""

_GRID: Final = "households_with_power_share"
_LEFT: Final = "households_to_connect"
"""What the share lacks: a target of the share is one of this count too."""


@dataclass(frozen=True)
class Standing:
    """How a province stands: see the fields of `ProvinceReport` of the same names."""

    targets: Mapping[str, ReportTarget]
    progress: pd.DataFrame
    decisions: tuple[str, ...]


class ReportProgress:
    """Tells how the provinces of a workspace stand against their targets."""

    def __init__(self, workspace: Workspace) -> None:
        self._book = TargetBook(workspace)
        self._progress = ProgressDesk(workspace, self._book)

    def of_province(
        self,
        code: str,
        period: Period,
        indicators: Sequence[str],
        language: Language,
        *,
        told_on: date,
        as_of: datetime | None = None,
    ) -> Standing:
        """Return how a province and its parts stand at the end of a quarter, by the indicators that have a target."""
        targets: dict[str, ReportTarget] = {}
        tables: list[pd.DataFrame] = []
        for name in indicators:
            wanted, _ = self._book.with_parts(name, code, told_on=told_on, as_of=as_of)
            if wanted.empty:
                continue
            area = self._progress.of_area(name, code, period, told_on, as_of=as_of, language=language)
            if (target := _report_target(area)) is not None:
                targets[name] = target
                if name == _GRID and not pd.isna(allowed := area.own["shortfall_target"].iloc[0]):
                    targets.setdefault(_LEFT, replace(target, value=Decimal(int(allowed))))
            tables.append(_parts(area, language))
        decisions = tuple(dict.fromkeys(target.basis for target in targets.values() if target.basis))
        known = [table for table in tables if len(table)]
        progress = pd.concat(known) if known else pd.DataFrame(columns=pd.Index(PROGRESS_COLUMNS))
        return Standing(targets, progress, decisions)


def _report_target(area: AreaProgress) -> ReportTarget | None:
    """Return the target of the area itself; None where it has none that can be stated."""
    row = area.own.iloc[0]
    if pd.isna(row["target_value"]):
        return None
    return ReportTarget(
        value=Decimal(str(row["target_value"])),
        due=None if pd.isna(row["due_period"]) else Period.parse(str(row["due_period"])),
        status=str(row["status"]),
        gap=None if pd.isna(row["gap"]) else int(row["gap"]),
        required_per_quarter=_rate(row["required_per_quarter"]),
        achieved_per_quarter=_rate(row["achieved_per_quarter"]),
        outlook=str(row["outlook"]),
        basis="" if pd.isna(row["decision"]) else str(row["decision"]),
    )


def _rate(value: Any) -> Decimal | None:
    return None if pd.isna(value) else Decimal(repr(float(value)))


def _parts(area: AreaProgress, language: Language) -> pd.DataFrame:
    has_target = area.parts["shortfall_target"].notna()
    return area.parts.assign(indicator=area.indicator.short(language)).loc[has_target, list(PROGRESS_COLUMNS)]
