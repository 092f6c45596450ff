"""A plan as it is kept: tables, and facts as JSON; and the same plan read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from coverage.planning.assumptions import Assumption, Assumptions
from coverage.planning.candidates import Conflict, Programme
from coverage.planning.plan import Plan
from coverage.planning.problems import InputProblem
from coverage.planning.request import PlanRequest
from geodata.errors import Phrase
from geodata.language import InEach
from geodata.periods import Period
from geodata.target_data import Wording

FORMAT: Final = 1
"""Of facts and assumptions as text; grows when their fields change their meaning."""

CANDIDATES, PROGRAMME, POINTS, HAMLETS, LINES = "candidates", "programme", "points", "hamlets", "lines"
"""Tables of a plan; `PROGRAMME` has what both programmes do, and the years that the solver began with."""

TERMS: Final = ("soonest", "value", "equity")

SUMS: Final = (
    "candidates",  # points and hamlets that could be done
    "done",
    "households",  # that gain
    "households_remaining",
    "cost_vnd",
    "budget_vnd",
    "npv_vnd",  # discounted to the first year
)


@dataclass(frozen=True)
class KeptPlan:
    """
    A plan as it is kept.

    Parameters
    ----------
    tables
        By name, each with its index; `LINES` is a GeoDataFrame.
    facts
        JSON: how the solves ended, conflicts, problems, sums, prices.
    """

    tables: Mapping[str, pd.DataFrame]
    facts: str


# ---- what is kept


def keep(plan: Plan, *, price_decision: str, is_synthetic: bool) -> KeptPlan:
    """Return a plan as it is kept; `plan_of` gives it back."""
    facts = {
        "format": FORMAT,
        "programme": _ended(plan.programme),
        "greedy": _ended(plan.greedy),
        "problems": [asdict(problem) | {"values": _plain(problem.values)} for problem in plan.problems],
        "sums": sums_of(plan),
        "price_decision": price_decision,
        "is_synthetic": is_synthetic,
        "has_start": plan.start is not None,
    }
    tables = {
        CANDIDATES: plan.candidates,
        PROGRAMME: _programmes(plan),
        POINTS: plan.points,
        HAMLETS: plan.hamlets,
        LINES: plan.lines,
    }
    return KeptPlan(tables, json.dumps(facts, ensure_ascii=False, sort_keys=True))


def without_own_lines(plan: Plan) -> PlanRequest:
    """
    Return what was asked for, without the order of hamlets that the plan's own network says.

    It is found anew with the network: kept, it would stand against that of another one.
    """
    if plan.lines.empty:
        own: Mapping[str, str] = {}
    else:
        own = dict(zip(plan.lines["to_code"], plan.lines["from_code"], strict=True))
    rules = plan.request.rules
    asked = {code: before for code, before in rules.follows.items() if own.get(code) != before}
    return replace(plan.request, rules=replace(rules, follows=asked))


def sums_of(plan: Plan) -> dict[str, float]:
    """Return what came of a plan in numbers: names `SUMS`."""
    found, rules = plan.candidates, plan.request.rules
    year = plan.programme.year.reindex(found.index).astype("Int64")
    done = found[year.notna()]
    later = year.dropna().astype("int64") - rules.first_year
    households = int(done["households"].sum())
    return {
        "candidates": len(found),
        "done": len(done),
        "households": households,
        "households_remaining": int(found["households"].sum()) - households,
        "cost_vnd": float(done["cost_vnd"].sum()),
        "budget_vnd": float(sum(rules.budget_vnd)),
        "npv_vnd": float((done["npv_vnd"] / (1 + rules.discount_rate) ** later).sum()),
    }


def _ended(programme: Programme) -> dict[str, Any]:
    return {
        "status": programme.status,
        "score": programme.score,
        "gap": programme.gap,
        "seconds": programme.seconds,
        "conflicts": [
            {"rule": c.rule, "template": c.template, "values": _plain(c.values)} for c in programme.conflicts
        ],
    }


def _programmes(plan: Plan) -> pd.DataFrame:
    """Return both programmes side by side: a row a candidate, ``year``, ``start`` and the terms of the score."""
    codes = plan.candidates.index
    columns: dict[str, pd.Series[Any]] = {}
    for prefix, programme in (("", plan.programme), ("greedy_", plan.greedy)):
        columns[f"{prefix}year"] = programme.year.reindex(codes).astype("Int64")
        for name in TERMS:
            columns[f"{prefix}{name}"] = programme.terms[name].reindex(codes)
    start = pd.Series(pd.NA, index=codes) if plan.start is None else plan.start.reindex(codes)
    columns["start"] = start.astype("Int64")
    return pd.DataFrame(columns, index=codes)


# ---- read back


def plan_of(request: PlanRequest, tables: Mapping[str, pd.DataFrame], facts: str) -> Plan:
    """Return the plan that `keep` has kept."""
    read, years = read_facts(facts), tables[PROGRAMME]
    lines = tables[LINES]
    return Plan(
        request=request,
        candidates=tables[CANDIDATES],
        points=tables[POINTS],
        hamlets=tables[HAMLETS],
        lines=lines if isinstance(lines, gpd.GeoDataFrame) else gpd.GeoDataFrame(lines, geometry=[], crs=4326),
        programme=_programme(years, "", read["programme"]),
        greedy=_programme(years, "greedy_", read["greedy"]),
        problems=tuple(
            InputProblem(**problem | {"values": _values(problem["values"])}) for problem in read["problems"]
        ),
        start=years["start"] if read["has_start"] else None,
    )


def read_facts(facts: str) -> dict[str, Any]:
    """Return the facts of a kept plan."""
    read: dict[str, Any] = json.loads(facts)
    if read["format"] != FORMAT:
        raise ValueError("a kept plan of another format")
    return read


def _programme(years: pd.DataFrame, prefix: str, ended: Mapping[str, Any]) -> Programme:
    terms = years[[f"{prefix}{name}" for name in TERMS]]
    return Programme(
        year=years[f"{prefix}year"].rename("year"),
        status=ended["status"],
        score=ended["score"],
        gap=ended["gap"],
        seconds=ended["seconds"],
        terms=terms.set_axis(list(TERMS), axis="columns"),
        conflicts=tuple(Conflict(c["rule"], c["template"], _values(c["values"])) for c in ended["conflicts"]),
    )


# ---- what fills sentences


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Phrase):
        return {"phrase": str(value)}
    if isinstance(value, InEach):
        return {"vi": value.vi, "en": value.en}
    if isinstance(value, Period):
        return {"period": str(value)}
    if hasattr(value, "item"):  # a number of numpy
        return value.item()
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)  # what a sentence would write of it


def _values(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in plain.items()}


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    if "phrase" in plain:
        return Phrase(plain["phrase"])
    return Period.parse(plain["period"]) if "period" in plain else InEach(plain["vi"], plain["en"])


# ---- assumptions


def keep_assumptions(used: Assumptions, shipped: Assumptions) -> str:
    """Return every assumption as it was used and as it was shipped then, as JSON."""
    rows = [
        asdict(one) | {"shipped": [shipped[name].low, shipped[name].mid, shipped[name].high]}
        for name, one in used.items()
    ]
    return json.dumps({"format": FORMAT, "assumptions": rows}, ensure_ascii=False)


def assumptions_of(text: str) -> tuple[Assumptions, Assumptions]:
    """Return what `keep_assumptions` has kept: as used, and as shipped then."""
    content = json.loads(text)
    if content["format"] != FORMAT:
        raise ValueError("assumptions of another format")
    used, shipped = {}, {}
    for row in content["assumptions"]:
        low, mid, high = row.pop("shipped")
        row |= {name: Wording(**row[name]) for name in ("unit", "title", "source")}
        one = Assumption(**row)
        used[one.name] = one
        shipped[one.name] = replace(one, low=low, mid=mid, high=high, is_changed=False)
    return Assumptions(used), Assumptions(shipped)
