"""A target as somebody wrote it: what is wrong with it, and the version that it becomes."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from coverage.indicators import COUNT, Indicator
from coverage.targets import in_time
from coverage.unit_lists import UnitLists
from geodata.errors import PhuDienError, WorkspaceError, mark
from geodata.language import InEach
from geodata.name_keys import plain_key
from geodata.target_data import (
    APPLIES_TO,
    NATIONAL,
    PERCENT,
    STATUSES,
    TARGET,
    UNIT_NAMES,
    WHOLE,
    Milestone,
    Target,
    TargetFacts,
    Wording,
)
from geodata.units import COMPANY_CODE

_NATIONAL_NAMES: Final = ("cả nước", "toàn quốc", NATIONAL)
_COMPANY_NAMES: Final = (COMPANY_CODE, "Tổng công ty Điện lực miền Nam", "Tổng công ty")
_SUGGESTED_FROM: Final = 0.75
_SHOWN: Final = 40


@dataclass(frozen=True)
class TargetDraft:
    """
    A target as it was written; every text as typed.

    Parameters
    ----------
    indicator
        Name of an indicator or quantity, or its title in either language.
    area
        Code or name; of a unit in the list of `units_of`, where None in that of the day of the decision.
    unit
        Blank where the indicator decides.
    """

    programme: str
    indicator: str
    area: str
    milestones: tuple[Milestone, ...]
    decision: str
    decision_date: date
    source: str
    status: str
    units_of: date | None = None
    applies_to: str = WHOLE
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one column of a draft: a code, a sentence and what fills it, and what was probably meant."""

    column: str
    code: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)
    suggestion: str | None = None

    def as_error(self) -> PhuDienError:
        """Return it as an error, for a draft that was not written in a sheet."""
        return WorkspaceError(self.code, self.template, **self.values)


@dataclass(frozen=True)
class DraftContext:
    """What drafts are held against."""

    registry: Mapping[str, Indicator]
    facts: TargetFacts
    lists: UnitLists
    first_list: date
    known: Sequence[Target]


class DraftCheck:
    """
    Checks drafts and makes versions of them.

    Parameters
    ----------
    context
        What is known.
    """

    def __init__(self, context: DraftContext) -> None:
        self._context = context
        registry, facts = context.registry, context.facts
        titles = {name: (name, i.title_vi, i.title_en) for name, i in registry.items()}
        titles |= {name: (name, w.vi, w.en) for name, w in facts.quantities.items()}
        # Titles of several indicators may be alike; then only the name says which one is meant.
        self._indicators = _by_key(titles)
        self._titles = titles
        areas = {NATIONAL: _NATIONAL_NAMES, COMPANY_CODE: _COMPANY_NAMES}
        areas |= {code: (w.vi, w.en, code) for code, w in facts.regions.items()}
        self._special = areas
        self._areas = _by_key(areas)

    def problems(self, draft: TargetDraft) -> list[Problem]:
        """Return everything that is wrong with a draft."""
        found = list(self._blank(draft))
        name = self._indicator(draft.indicator)
        if name is None and draft.indicator.strip():
            found.append(self._unknown_indicator(draft.indicator))
        if draft.area.strip():
            area = self._area(draft)
            found += [area] if isinstance(area, Problem) else []
        found += self._wrong_words(draft)
        if name is not None:
            unit = self._unit(draft, name)
            found += [unit] if isinstance(unit, Problem) else list(self._wrong_values(draft, name, unit))
        return found + list(_wrong_times(draft))

    def version(self, draft: TargetDraft, *, code: str = "") -> Target:
        """
        Return the version that a draft becomes.

        Raises
        ------
        WorkspaceError
            If anything is wrong with it.
        """
        if problems := self.problems(draft):
            raise problems[0].as_error()
        name, area = self._indicator(draft.indicator), self._area(draft)
        assert name is not None
        assert not isinstance(area, Problem)
        unit = self._unit(draft, name)
        assert isinstance(unit, str)
        programme = self._programme(draft.programme)
        version = Target(
            code=code,
            programme=programme[0],
            programme_name=programme[1],
            kind=TARGET,
            decision=Wording.typed(_words(draft.decision)),
            decision_date=draft.decision_date,
            starts="",
            indicator=name,
            area=area[0],
            units_of=area[1],
            applies_to=draft.applies_to,
            unit=unit,
            milestones=in_time(draft.milestones),
            status=draft.status,
            source=Wording.typed(_words(draft.source)),
            reason=_words(draft.reason),
        )
        return self._in_known_words(version)

    def names_of(self, version: Target) -> list[str]:
        """Return every name of the area of a version, the one that we say first."""
        if version.area in self._special:
            return list(self._special[version.area])
        units = self._context.lists.on(version.units_of or self._context.first_list)
        unit = units.find(version.area)
        return [units.name_with_parents(version.area), str(unit["full_name"]), str(unit["name"])]

    # ---- what is meant

    def _indicator(self, text: str) -> str | None:
        return self._indicators.get(text.strip().casefold()) or self._indicators.get(_key(text))

    def _area(self, draft: TargetDraft) -> tuple[str, date | None] | Problem:
        """Return the code of an area and the day of its list, or what is wrong."""
        text = draft.area.strip()
        special = self._areas.get(_key(text))
        if special is not None:
            is_region = special in self._context.facts.regions
            return special, self._context.first_list if is_region else None
        day = draft.units_of or max(draft.decision_date, self._context.first_list)
        history = self._context.lists.history
        if not history.first_day <= day <= history.last_day:
            return Problem(
                "units_of",
                "target.list-unknown",
                mark("There is no list of units of {day}. Lists are known from {first} to {last}."),
                {"day": _day(day), "first": _day(history.first_day), "last": _day(history.last_day)},
            )
        units = self._context.lists.served_on(day)
        if text in units.by_code.index:
            return text, units.list_date
        provinces = [(str(code), str(full)) for code, full in units.provinces["full_name"].items()]
        bare = units.provinces["name"].astype("str").to_dict()
        named = _by_key({code: (full, bare[code]) for code, full in provinces})
        if _key(text) in named:
            return named[_key(text)], units.list_date
        return Problem(
            "area",
            "target.area-unknown",
            mark(
                'There is no area "{area}" in the list of {day}. Write EVNSPC, "cả nước", a region, the name of a '
                "province, or the GSO code of a province (2 digits), district (3) or commune (5)."
            ),
            {"area": text, "day": _day(units.list_date)},
            _nearest(text, [full for _, full in provinces]),
        )

    def _unit(self, draft: TargetDraft, name: str) -> str | Problem:
        indicator = self._context.registry.get(name)
        if indicator is None:
            if draft.unit in UNIT_NAMES:
                return draft.unit
            return _not_allowed("unit", draft.unit, UNIT_NAMES)
        own = indicator.unit.en if indicator.kind == COUNT else PERCENT
        if draft.unit in ("", own):
            return own
        return Problem(
            "unit",
            "target.unit-wrong",
            mark('"{indicator}" is counted in {unit}, not in {found}. Leave the unit blank, or write {unit}.'),
            {"indicator": indicator.title_vi, "unit": own, "found": draft.unit},
        )

    def _programme(self, text: str) -> tuple[str, Wording]:
        for target in self._context.known:
            if _key(text) in {_key(target.programme), _key(target.programme_name.vi), _key(target.programme_name.en)}:
                return target.programme, target.programme_name
        return _words(text), Wording.typed(_words(text))

    def _in_known_words(self, version: Target) -> Target:
        """Take decision and source as they are known of this target in both languages, if these words are theirs."""
        changes: dict[str, Any] = {}
        for other in self._context.known:
            if other.key == version.key:
                for name in ("decision", "source"):
                    typed, wording = getattr(version, name), getattr(other, name)
                    if _key(typed.vi) in (_key(wording.vi), _key(wording.en)):
                        changes[name] = wording
                if other.decision_date == version.decision_date and not version.starts:
                    changes["starts"] = other.starts
        return Target(**{**version.__dict__, **changes})

    # ---- what is wrong

    def _blank(self, draft: TargetDraft) -> Iterable[Problem]:
        for column in ("programme", "indicator", "area", "decision", "source"):
            if not str(getattr(draft, column)).strip():
                yield Problem(
                    column,
                    "target.text-missing",
                    mark("A target needs programme, indicator, area, decision and source: one of them is blank."),
                )
        if not draft.milestones:
            yield Problem("value", "target.value-missing", mark("A target needs at least one value."))

    def _unknown_indicator(self, text: str) -> Problem:
        names = [title for titles in self._titles.values() for title in titles]
        return Problem(
            "indicator",
            "target.indicator-unknown",
            mark('There is no indicator "{name}". Indicators: {allowed}.'),
            {"name": text, "allowed": self._allowed_indicators()},
            _nearest(text, names),
        )

    def _allowed_indicators(self) -> InEach:
        """Return the titles of indicators, each with its name, in each language."""
        shown = list(self._titles.values())[:_SHOWN]
        return InEach(*("; ".join(f"{titles[place]} ({titles[0]})" for titles in shown) for place in (1, 2)))

    def _wrong_words(self, draft: TargetDraft) -> Iterable[Problem]:
        if draft.applies_to not in APPLIES_TO:
            yield _not_allowed("applies_to", draft.applies_to, APPLIES_TO)
        if draft.status not in STATUSES:
            yield _not_allowed("status", draft.status, STATUSES)

    def _wrong_values(self, draft: TargetDraft, name: str, unit: str) -> Iterable[Problem]:
        for milestone in draft.milestones:
            value = milestone.value
            if unit == PERCENT and not 0 <= value <= 100:
                template = mark("{value} is no percentage: write a number from 0 to 100.")
                yield Problem("value", "target.value-range", template, {"value": str(value)})
            elif value < 0:
                template = mark("{value} is below 0: a target is 0 or more.")
                yield Problem("value", "target.value-range", template, {"value": str(value)})
            elif unit not in (PERCENT, "billion_vnd") and value != value.to_integral_value():
                template = mark("{value} is no whole number: {unit} are counted.")
                yield Problem("value", "target.value-fraction", template, {"value": str(value), "unit": unit})
        indicator = self._context.registry.get(name)
        if indicator is not None:
            yield from _easier_later(draft.milestones, indicator)


def _wrong_times(draft: TargetDraft) -> Iterable[Problem]:
    dues = [milestone.due for milestone in draft.milestones]
    for due in dict.fromkeys(due for due in dues if dues.count(due) > 1):
        yield Problem(
            "due",
            "target.due-doubled",
            mark("The quarter {due} has two values: one target has one value in a quarter."),
            {"due": str(due or "-")},
        )
    early = next((due for due in dues if due is not None and due.last_day < draft.decision_date), None)
    if early is not None:
        yield Problem(
            "due",
            "target.due-too-early",
            mark("{due} ended before the decision of {day}. Write a later quarter, or correct the date."),
            {"due": str(early), "day": _day(draft.decision_date)},
        )


def _easier_later(milestones: Sequence[Milestone], indicator: Indicator) -> Iterable[Problem]:
    """Refuse a later milestone that asks for less than an earlier one: it could be met before it is due."""
    ordered = in_time(milestones)
    for before, after in itertools.pairwise(ordered):
        is_easier = after.value > before.value if indicator.better == "lower" else after.value < before.value
        if is_easier and indicator.better in ("lower", "higher"):
            yield Problem(
                "value",
                "target.easier-later",
                mark("{after} for {later} asks for less than {before} for {earlier}."),
                {
                    "after": str(after.value),
                    "later": str(after.due or "-"),
                    "before": str(before.value),
                    "earlier": str(before.due or "-"),
                },
            )


def _not_allowed(column: str, found: str, allowed: Iterable[str]) -> Problem:
    return Problem(
        column,
        "target.word-unknown",
        mark('"{found}" is not one of: {allowed}.'),
        {"found": found, "allowed": ", ".join(allowed)},
    )


def _by_key(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return codes by every spelling of their names; what two codes share names neither of them."""
    found: dict[str, str] = {}
    doubled = set()
    for code, texts in names.items():
        for key in {_key(text) for text in texts}:
            if found.setdefault(key, code) != code:
                doubled.add(key)
    return {key: code for key, code in found.items() if key not in doubled} | {code.casefold(): code for code in names}


def _nearest(text: str, names: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(text, list(names), 1, _SUGGESTED_FROM)), None)


def _key(text: str) -> str:
    return plain_key(text)


def _words(text: str) -> str:
    return " ".join(text.split())


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"

CHANGE_NAMES: Final = {NEW: mark("new"), CHANGED: mark("changes"), UNCHANGED: mark("unchanged")}


def compare(version: Target, known: Sequence[Target]) -> tuple[str, Target | None]:
    """
    Return what a version would change, and the version that stands where it would: of its decision, else the newest.

    Withdrawn versions are as if they were not there.
    """
    same = [t for t in known if t.key == version.key and t.withdrawn_on is None]
    if not same:
        return NEW, None
    of_decision = [t for t in same if t.decision_date == version.decision_date]
    if any(t.says_same(version) for t in of_decision[-1:]):
        return UNCHANGED, of_decision[-1]
    return CHANGED, (of_decision or sorted(same, key=lambda t: t.decision_date))[-1]
