"""Targets as data: what is to be reached where and until when, by which decision, and which version of it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from geodata.errors import mark
from geodata.language import Language
from geodata.periods import Period

NATIONAL: Final = "national"
"""Area code of the whole country: stated for the reader, not measurable with the company's figures."""

TARGET, RESULT = "target", "result"

KINDS: Final = (TARGET, RESULT)
"""Something to reach, or a result that was reported beside it."""

WHOLE, EACH_RURAL_COMMUNE = "whole", "each_rural_commune"

APPLIES_TO: Final = (WHOLE, EACH_RURAL_COMMUNE)
"""Whether the area as a whole is to reach it, or each of its rural communes (xã) by itself."""

APPLIES_TO_NAMES: Final = {WHOLE: mark("the area as a whole"), EACH_RURAL_COMMUNE: mark("each rural commune")}

SEEN, UNVERIFIED = "seen", "unverified"

STATUSES: Final = (SEEN, UNVERIFIED)
STATUS_NAMES: Final = {SEEN: mark("seen at its source"), UNVERIFIED: mark("not verified: an assumption")}

PERCENT: Final = "percent"

UNIT_NAMES: Final = {
    PERCENT: "%",
    "households": mark("households"),
    "communes": mark("communes"),
    "villages": mark("villages"),
    "billion_vnd": mark("billion VND"),
}

IN_FORCE, EARLIER, LATER, WITHDRAWN = "in_force", "earlier", "later", "withdrawn"

STATE_NAMES: Final = {
    IN_FORCE: mark("in force"),
    EARLIER: mark("superseded by a later decision"),
    LATER: mark("decided for a later day"),
    WITHDRAWN: mark("withdrawn"),
}


@dataclass(frozen=True)
class Wording:
    """A text for readers in both languages; what a user typed stands in both as it was typed."""

    vi: str
    en: str

    @classmethod
    def typed(cls, text: str) -> Wording:
        """Return what a user typed, which has one language only."""
        return cls(text, text)

    def text(self, language: Language) -> str:
        """Return it in a language."""
        return self.vi if language.code == "vi" else self.en


@dataclass(frozen=True)
class Milestone:
    """
    A value that is due.

    Parameters
    ----------
    due
        Quarter at whose end it is due; None where the source names no date.
    value
        In the unit of the target: 99.5 for 99.5 percent.
    """

    due: Period | None
    value: Decimal


TargetKey = tuple[str, str, str, date | None]


@dataclass(frozen=True)
class Target:
    """
    One version of a target: what one decision sets for one indicator and area.

    A later decision on the same programme, indicator and area is a later version; it supersedes this one from its own
    date, and this one stays.

    Parameters
    ----------
    code
        Name of the version: of shipped ones as in ``targets.csv``, of an office's own ``T1``, ``T2`` …
    programme, programme_name
        Programme by its key, and as readers call it.
    kind
        One of `KINDS`.
    decision, decision_date
        What sets it, and when; it holds from that day on.
    starts
        Year or quarter in which its span begins, as text; blank where not stated.
    indicator
        Name of an indicator of the registry, or of a quantity that is stated only.
    area
        `NATIONAL`, `units.COMPANY_CODE`, the code of a unit in the list of `units_of`, or of a region.
    units_of
        Day of the list in which `area` is read; None for the country and the company.
    applies_to
        One of `APPLIES_TO`.
    unit
        A key of `UNIT_NAMES`.
    milestones
        By due quarter, the one without a date last.
    status, source
        One of `STATUSES`, and where it was read.
    at, by, reason, batch_id
        When and by whom it was entered and why, and the change that it came with; blank, None for shipped ones.
    withdrawn_on, withdrawn_by, withdrawn_why
        Day from which it does not hold any more, who said so, and why; None and blank where it was not withdrawn.
    """

    code: str
    programme: str
    programme_name: Wording
    kind: str
    decision: Wording
    decision_date: date
    starts: str
    indicator: str
    area: str
    units_of: date | None
    applies_to: str
    unit: str
    milestones: tuple[Milestone, ...]
    status: str
    source: Wording
    at: str = ""
    by: str = ""
    reason: str = ""
    batch_id: int | None = None
    withdrawn_on: date | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""

    @property
    def key(self) -> TargetKey:
        """What the versions of one target have in common: programme, indicator, area and its list."""
        return (self.programme, self.indicator, self.area, self.units_of)

    @property
    def is_shipped(self) -> bool:
        """Whether it came with the product."""
        return self.batch_id is None

    @property
    def final(self) -> Milestone:
        """The last milestone."""
        return self.milestones[-1]

    def goal(self, milestone: Milestone) -> Decimal:
        """Return a milestone's value as indicators are: a share from 0 to 1, or a count."""
        return milestone.value / 100 if self.unit == PERCENT else milestone.value

    def says_same(self, other: Target) -> bool:
        """Return whether another version sets the same by the same decision."""
        return _content(self) == _content(other)


def _content(target: Target) -> tuple[object, ...]:
    texts = (target.decision.vi, target.decision_date, target.unit, target.applies_to, target.status, target.source.vi)
    return (*target.key, *texts, target.milestones)


@dataclass(frozen=True)
class TargetFacts:
    """
    What is known around targets, so that they can be checked and named.

    Parameters
    ----------
    quantities
        Names of what is stated only (no indicator measures it), by its name.
    regions
        Names of regions by their code.
    region_of
        Code of the region of each province of the list of 1 July 2021.
    assumed_due
        Quarter that is assumed where a programme names none.
    """

    quantities: Mapping[str, Wording] = field(default_factory=dict)
    regions: Mapping[str, Wording] = field(default_factory=dict)
    region_of: Mapping[str, str] = field(default_factory=dict)
    assumed_due: Mapping[str, Period] = field(default_factory=dict)
