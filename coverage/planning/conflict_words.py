"""The sentences of rules that are not kept: by how much, and of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from coverage.planning.candidates import Conflict, ProgrammeRules
from coverage.planning.programme_model import AREA_TARGET, BUDGET, CREWS, FOLLOWS, LEAST, MUST
from coverage.planning.programme_units import Units
from coverage.planning.rule_breaks import Breach
from geodata.errors import Phrase, mark
from geodata.language import InEach, Language

ALONE: Final = Phrase(mark("if only this rule gives way"))
JOINTLY: Final = Phrase(mark("as one of the rules that must give way together"))
BY_HAND: Final = Phrase(mark("in the order by hand"))
"""Where a lack stands: what the first field of every sentence says."""

_NAMED_AT_MOST: Final = 8
Places = Mapping[str, str]
Piece = tuple[str, Mapping[str, Any]]


def told_breaches(
    units: Units, rules: ProgrammeRules, breaches: Iterable[Breach], *, where: Phrase, places: Places
) -> tuple[Conflict, ...]:
    """Return a sentence for each kind of rule that is broken, with all its places and years."""
    by_rule: dict[str, list[Breach]] = {}
    for breach in breaches:
        by_rule.setdefault(breach.row.rule, []).append(breach)
    tell = {
        BUDGET: _budget, CREWS: _crews, LEAST: _least, AREA_TARGET: _targets, MUST: _must, FOLLOWS: _must,
    }  # fmt: skip
    return tuple(tell[rule](units, rules, broken, where, places) for rule, broken in sorted(by_rule.items()))


def told_together(names: Sequence[str], where: Phrase) -> Conflict:
    """Return the sentence of organisations whose points cannot all be done in one year."""
    return Conflict(
        "together",
        mark("Together, {where}: the candidates of {names} cannot be done in the same year. Let them come one by one."),
        {"where": where, "names": _some(names)},
    )


def _budget(_units: Units, rules: ProgrammeRules, broken: Sequence[Breach], where: Phrase, _places: Places) -> Conflict:
    if rules.carries_over:  # each row is of all money until then: the greatest lack is what is lacking
        worst = max(broken, key=lambda breach: breach.by)
        return Conflict(
            BUDGET,
            mark(
                "Budget, {where}: {cost} million VND are needed until {year}, the budgets until then are {limit} "
                "million VND. {more} million VND are lacking."
            ),
            {
                "where": where, "cost": _tenth(worst.found), "limit": _tenth(worst.row.upper),
                "year": str(worst.row.key[0]), "more": _tenth_up(worst.by),
            },
        )  # fmt: skip
    lacks: list[Piece] = [
        (
            mark("{year}: {more} beyond {limit}"),
            {"year": str(one.row.key[0]), "more": _tenth_up(one.by), "limit": _tenth(one.row.upper)},
        )
        for one in broken
    ]
    return Conflict(
        BUDGET,
        mark("Budget, {where}: {more} million VND are lacking ({years})."),
        {"where": where, "more": _tenth_up(sum(one.by for one in broken)), "years": _listed(lacks)},
    )


def _crews(_units: Units, rules: ProgrammeRules, broken: Sequence[Breach], where: Phrase, places: Places) -> Conflict:
    by_province: dict[str, Breach] = {}
    for one in broken:
        province = str(one.row.key[0])
        if province not in by_province or one.by > by_province[province].by:
            by_province[province] = one
    lacks: list[Piece] = [
        (
            mark("{place} {year}: {needed} crews, there are {crews}"),
            {
                "place": places.get(province, province), "year": str(one.row.key[1]),
                "needed": _tenth_up(one.found / rules.crew_weeks_per_year), "crews": float(rules.crews[province]),
            },
        )
        for province, one in sorted(by_province.items())
    ]  # fmt: skip
    return Conflict(CREWS, mark("Crews, {where}: not enough ({lacks})."), {"where": where, "lacks": _listed(lacks)})


def _least(_units: Units, _rules: ProgrammeRules, broken: Sequence[Breach], where: Phrase, places: Places) -> Conflict:
    lacks: list[Piece] = [
        (
            mark("{place}: {found} of {asked}"),
            {
                "place": places.get(str(one.row.key[0]), str(one.row.key[0])),
                "found": round(one.found), "asked": round(one.row.lower),
            },
        )
        for one in broken
    ]  # fmt: skip
    return Conflict(
        LEAST,
        mark("Least households, {where}: not reached ({lacks}). Ask for fewer there."),
        {"where": where, "lacks": _listed(lacks)},
    )


def _targets(units: Units, _rules: ProgrammeRules, broken: Sequence[Breach], where: Phrase, places: Places) -> Conflict:
    lacks: list[Piece] = []
    for one in broken:
        area, year = str(one.row.key[0]), str(one.row.key[1])
        all_households = float(units.total("households", units.within("area_code", area)).sum())
        values = {
            "place": places.get(area, area), "year": year,
            "left": round(all_households - one.found), "asked": round(all_households - one.row.lower),
        }  # fmt: skip
        lacks.append(
            (mark("{place} at the end of {year}: {left} households remain, asked are at most {asked}"), values)
        )
    return Conflict(
        AREA_TARGET,
        mark("District target, {where}: not reached ({lacks}). Let more remain, or give more years."),
        {"where": where, "lacks": _listed(lacks)},
    )


def _must(units: Units, rules: ProgrammeRules, broken: Sequence[Breach], where: Phrase, _places: Places) -> Conflict:
    missing = {int(one.row.key[0]) for one in broken}
    named = units.table.index.isin(rules.must_take)
    codes = [
        str(code) for code, unit in zip(units.table.index[named], units.unit[named], strict=True) if unit in missing
    ]
    return Conflict(
        MUST,
        mark("Must be taken, {where}: not all can be done. Left out: {names}."),
        {"where": where, "names": _some(codes)},
    )


def _some(names: Sequence[str]) -> InEach | str:
    shown = ", ".join(names[:_NAMED_AT_MOST])
    more = len(names) - _NAMED_AT_MOST
    return _listed([(mark("{names} and {more} more"), {"names": shown, "more": more})]) if more > 0 else shown


def _listed(pieces: Sequence[Piece]) -> InEach:
    """Return pieces of a sentence in both languages, one after the other."""
    written = [
        "; ".join(Language(code).say(template, **values) for template, values in pieces) for code in ("vi", "en")
    ]
    return InEach(vi=written[0], en=written[1])


def _tenth(number: float) -> float:
    return round(number, 1)


def _tenth_up(number: float) -> float:
    """Round up to one decimal: giving what the sentence says is enough."""
    return -(-round(number * 10, 4) // 1) / 10
