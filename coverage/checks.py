"""Consistency checks: runs every rule over the figures of a list of units and returns what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import pandas as pd

from coverage import check_rules, check_sources
from coverage.check_data import CheckData
from coverage.check_frames import FOUND_COLUMNS
from coverage.findings import SEVERITIES, STATES, CheckRule, Finding, Value
from geodata.errors import FigureError, mark
from geodata.language import Language
from geodata.units import COMPANY_CODE, PROVINCE, Units

Check = Callable[[CheckData, CheckRule], pd.DataFrame]

RULES: Final[dict[str, Check]] = {
    "parts-exceed-whole": check_rules.parts_exceed_whole,
    "sum-differs": check_rules.sum_differs,
    "grid-fell": check_rules.grid_fell,
    "direct-fell": check_rules.direct_fell,
    "lacking-rose": check_rules.lacking_rose,
    "bulk-rose": check_rules.bulk_rose,
    "households-jump": check_rules.households_jump,
    "jump": check_rules.jump,
    "spike": check_rules.spike,
    "commune-stopped": check_rules.commune_stopped,
    "measure-stopped": check_rules.measure_stopped,
    "copied": check_rules.copied,
    "share-moved": check_sources.share_moved,
    "published-contradiction": check_sources.published_contradiction,
    "percent-contradicts": check_sources.percent_contradicts,
    "outside-published": check_sources.outside_published,
    "bulk-points": check_sources.bulk_points,
    "bulk-unrecorded": check_sources.bulk_unrecorded,
    "ledger-differs": check_sources.ledger_differs,
    "two-lists": check_sources.two_lists,
    "hamlets-exceed": check_sources.hamlets_exceed,
    "works-exceed": check_sources.works_exceed,
    "commune-count": check_sources.commune_count,
}
"""The function of every rule of `loaders/reference/check_rules.csv`."""

_SPIKE: Final = "spike"
_SAID_BY_SPIKE: Final = frozenset({"grid-fell", "direct-fell", "bulk-rose", "households-jump", "jump"})
"""Rules that a spike sets off twice, when it comes and when it goes: it is told once."""


def find_all(data: CheckData, rules: Mapping[str, CheckRule]) -> list[Finding]:
    """
    Return everything that the rules find, in all quarters.

    Parameters
    ----------
    rules
        By code; each needs a function of `RULES`.

    Returns
    -------
    findings
        In the order of quarters, the newest first, then of severity, rules, and areas.
    """
    frames = {code: RULES[code](data, rule) for code, rule in rules.items()}
    if _SPIKE in frames:
        frames |= _without_spikes(frames, data.periods)
    found = [finding for code, frame in frames.items() for finding in _findings(frame, rules[code], data)]
    order = {code: place for place, code in enumerate(rules)}
    found.sort(key=lambda one: (SEVERITIES.index(one.severity), order[one.rule.code], one.area, one.detail))
    return sorted(found, key=lambda one: one.period, reverse=True)


def _without_spikes(frames: Mapping[str, pd.DataFrame], periods: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the findings of other rules without those that a spike explains: at its quarter and the one after."""
    spikes = frames[_SPIKE]
    after = dict(pairwise([*periods, ""]))
    told = {
        (area, quarter, measure)
        for area, period, measure in zip(spikes["area_code"], spikes["period"], spikes["detail"], strict=True)
        for quarter in (period, after[period])
    }
    kept = {}
    for code in _SAID_BY_SPIKE & frames.keys():
        frame = frames[code]
        keys = zip(frame["area_code"], frame["period"], frame["detail"], strict=True)
        kept[code] = frame[[key not in told for key in keys]]
    return kept


def _findings(frame: pd.DataFrame, rule: CheckRule, data: CheckData) -> Iterable[Finding]:
    names = [str(name) for name in frame.columns if name not in FOUND_COLUMNS]
    units, day = data.units, data.units.list_date
    for row in frame.to_dict("records"):
        area = str(row["area_code"])
        yield Finding(
            rule=rule,
            area=area,
            place=COMPANY_CODE if area == COMPANY_CODE else units.name_with_parents(area),
            period=str(row["period"]),
            list_date=day,
            detail=str(row["detail"]),
            measures=tuple(str(row["measures"]).split("|")) if row["measures"] else (),
            values=tuple((name, _value(row[name])) for name in names),
        )


def _value(value: object) -> Value:
    return value if isinstance(value, str) else int(value)  # type: ignore[call-overload]


def in_area(findings: Iterable[Finding], area: str, units: Units) -> list[Finding]:
    """Return the findings of an area and of what lies in it; all of them for `COMPANY_CODE`."""
    if area == COMPANY_CODE:
        return list(findings)
    communes = units.communes_of(area)
    inside = {area, *communes.index}
    if units.find(area)["level"] == PROVINCE:
        inside |= set(communes["district_code"].dropna())
    return [finding for finding in findings if finding.area in inside]


def of_rules(findings: Iterable[Finding], codes: Sequence[str], known: Mapping[str, CheckRule]) -> list[Finding]:
    """
    Return the findings of some rules; of all where no code is given.

    Raises
    ------
    FigureError
        If there is no such rule.
    """
    for code in codes:
        if code not in known:
            raise FigureError(
                "call.rule-unknown",
                mark('There is no rule "{found}". Rules: {allowed}.'),
                found=code,
                allowed=", ".join(known),
            )
    return [finding for finding in findings if not codes or finding.rule.code in codes]


def counts_by_rule(findings: Iterable[Finding], rules: Mapping[str, CheckRule], language: Language) -> pd.DataFrame:
    """
    Return how much each rule found.

    Returns
    -------
    counts
        Indexed by the code of the rule, in the order of the registry, rules without findings too: ``severity``,
        ``title`` in the language, ``found``, and of them those of each of `findings.STATES`.
    """
    listed = list(findings)
    table = pd.DataFrame({"code": [one.rule.code for one in listed], "state": [one.state for one in listed]})
    by = table.groupby(["code", "state"]).size().unstack(fill_value=0) if listed else pd.DataFrame()  # noqa: PD010
    counts = by.reindex(index=pd.Index(list(rules), name="code"), columns=pd.Index(STATES), fill_value=0)
    counts = counts.fillna(0).astype("int64")
    counts.insert(0, "found", counts.sum(axis="columns"))
    counts.insert(0, "title", [rule.title(language) for rule in rules.values()])
    counts.insert(0, "severity", [rule.severity for rule in rules.values()])
    return counts
