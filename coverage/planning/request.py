"""What a planner asks for: the areas, the rules, the assumptions; complete, so that it can be asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

from coverage.planning.candidates import AreaTarget, ProgrammeRules, Weights

LOW, MID, HIGH = "low", "mid", "high"
"""Levels of assumptions; `MID` is what plans rest on unless another is asked for."""

_SETS: Final = ("must_take", "must_not_take", "together")

FORMAT: Final = 1
"""Of the text in which requests are kept; grows when fields change their meaning."""


@dataclass(frozen=True)
class PlanRequest:
    """
    A plan as it is asked for.

    Parameters
    ----------
    areas
        Codes of provinces (or other areas) in the list of `told_on`.
    period
        Code of the quarter whose points, hamlets and figures it begins with.
    told_on
        Day of the list of units.
    takeovers, connections
        Whether points are taken over, and hamlets connected.
    rules, weights
        What may be done, and what it is to be good at.
    assumptions
        Values of assumptions that differ from the shipped ones: name → (low, mid, high).
    level
        `LOW`, `MID` or `HIGH`: which value of each assumption the plan rests on.
    priced_on
        Day whose price decision is used for all years; see docs/methods.md.
    leaves_out_faulty
        Whether points and hamlets with an error are left out; else the errors are said and nothing is solved.
    gap, time_limit_s
        When the solver may stop: share of the score, and seconds.
    data_version
        Version of the data, as `DataVersion` writes it; blank where none was kept yet.
    """

    areas: tuple[str, ...]
    period: str
    told_on: date
    rules: ProgrammeRules
    weights: Weights = field(default_factory=Weights)
    takeovers: bool = True
    connections: bool = False
    assumptions: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    level: str = MID
    priced_on: date | None = None
    leaves_out_faulty: bool = False
    gap: float = 0.01
    time_limit_s: float = 60.0
    data_version: str = ""

    def with_rules(self, **changes: Any) -> PlanRequest:
        """Return the same request with other rules."""
        return replace(self, rules=replace(self.rules, **changes))

    def to_json(self) -> str:
        """Return the request as text: the same request gives the same text."""
        content = asdict(self) | {"format": FORMAT}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> PlanRequest:
        """Return the request that `to_json` wrote."""
        content = json.loads(text)
        if content.pop("format") != FORMAT:
            raise ValueError("a plan request of another format")
        rules = content.pop("rules")
        targets = tuple(AreaTarget(**target) for target in rules.pop("area_targets"))
        sets: dict[str, Any] = {name: frozenset(rules.pop(name)) for name in _SETS}
        priced_on = content.pop("priced_on")
        return cls(
            areas=tuple(content.pop("areas")),
            told_on=date.fromisoformat(content.pop("told_on")),
            priced_on=date.fromisoformat(priced_on) if priced_on else None,
            weights=Weights(**content.pop("weights")),
            rules=ProgrammeRules(budget_vnd=tuple(rules.pop("budget_vnd")), area_targets=targets, **sets, **rules),
            assumptions={name: tuple(values) for name, values in content.pop("assumptions").items()},
            **content,
        )


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} cannot be kept")
