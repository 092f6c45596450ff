"""A plan as its files show it: a row a point or hamlet, years, lines, assumptions, what it is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from coverage.planning.assumptions import Assumptions
from coverage.planning.candidates import CONNECTION, TAKEOVER
from coverage.planning.consequences import FIRST_YEAR_SHARE, by_year, margins_of
from coverage.planning.plan import Plan
from coverage.planning.plan_sentences import PlaceNames, facts_of, rules_of
from geodata.errors import mark
from geodata.language import Language
from geodata.plan_data import (
    AREA_TARGET,
    CREWS,
    LEAST_HOUSEHOLDS,
    LIMIT_COLUMNS,
    PLAN_ROW_COLUMNS,
    PlanReport,
)

KIND_NAMES: Final = {TAKEOVER: mark("take-over"), CONNECTION: mark("connection")}
TECHNOLOGY_NAMES: Final = {
    "grid": mark("grid extension"),
    "mini_grid": mark("mini-grid"),
    "solar_home": mark("stand-alone solar"),
}
LINE_COLUMNS: Final = ("line_code", "from_code", "to_code", "length_m", "cost_vnd", "year", "order", "geometry")


@dataclass(frozen=True)
class PlanSurroundings:
    """
    What a plan's files tell beside the plan.

    Parameters
    ----------
    communes
        Indexed by ``commune_code``: ``commune_name``, ``area_code``, ``area_name``, ``province_code``,
        ``province_name``.
    places
        Indexed by the code of the point or hamlet: ``lon``, ``lat`` (missing where not on record),
        ``organisation_name`` (missing for hamlets).
    outlines
        Indexed by ``commune_code``: ``geometry`` (WGS 84), ``is_approximate``, of any commune.
    assumptions
        Those that the plan used, its changes included.
    data_version, data_moment
        Those that the plan was read with.
    made_at
        Moment at which the files are made.
    """

    communes: pd.DataFrame
    places: pd.DataFrame
    outlines: gpd.GeoDataFrame
    assumptions: Assumptions
    price_decision: str
    data_version: str
    data_moment: datetime | None
    is_synthetic: bool
    made_at: datetime


def _no_quarters() -> pd.DataFrame:
    types = {"period": "str", "direct_share": "float64", "target_share": "float64"}
    return pd.DataFrame(columns=pd.Index(list(types))).astype(types)


@dataclass(frozen=True)
class PlanFollows:
    """
    What was found about a plan beside itself; a part that was not reckoned is left at its default.

    Parameters
    ----------
    reasons
        Why each is done in its year or not, by code, in the report's language.
    stays
        How often each stays in the programme (0 to 1), by code.
    quarters
        The share on direct sale by quarter, as `PlanReport` has it.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    stays: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype="float64"))
    quarters: pd.DataFrame = field(default_factory=_no_quarters)


def plan_report(
    plan: Plan,
    surroundings: PlanSurroundings,
    language: Language,
    *,
    follows: PlanFollows | None = None,
    title: str = "",
    note: str = "",
) -> PlanReport:
    """
    Return a plan for its files, every text in a language.

    Points and hamlets that are done come first, by year and then by what they add to the score; the others follow in
    code order. A plan without a programme has rows that are all not done, and its conflicts.
    """
    request, names, follows = plan.request, PlaceNames(surroundings.communes), follows or PlanFollows()
    rows = _rows(plan, surroundings, follows, language)
    outlines = surroundings.outlines
    inside = outlines.index.isin(_communes_shown(plan, surroundings.communes))
    named = surroundings.communes[["commune_name", "area_name", "province_name"]].reindex(outlines.index)
    return PlanReport(
        language=language,
        title=title,
        note=note,
        areas=tuple(names.area(code) for code in request.areas),
        rows=rows,
        years=by_year(plan),
        quarters=follows.quarters,
        rules=tuple(rules_of(plan, names, language)),
        facts=facts_of(plan, language),
        assumptions=_assumptions(surroundings.assumptions, request.level, language),
        problems=_problems(plan, language),
        lines=_lines(plan, rows),
        outlines=outlines.assign(**named)[inside],
        stamp=_stamp(plan, surroundings),
        made_at=surroundings.made_at,
        is_synthetic=surroundings.is_synthetic,
        status=plan.programme.status,
        conflicts=tuple(conflict.sentence(language) for conflict in plan.programme.conflicts),
        limits=_limits(plan, names),
        carries_over=request.rules.carries_over,
        first_year_share=FIRST_YEAR_SHARE,
    )


# ---- points and hamlets


def _rows(plan: Plan, surroundings: PlanSurroundings, follows: PlanFollows, language: Language) -> pd.DataFrame:
    """Return the rows, columns `PLAN_ROW_COLUMNS`."""
    found = plan.candidates
    communes = surroundings.communes.reindex(found["commune_code"])
    places = surroundings.places.reindex(found.index)
    year = plan.programme.year.reindex(found.index).astype("Int64")
    points, hamlets = plan.points.reindex(found.index), plan.hamlets.reindex(found.index)
    households = found["households"].astype("Int64")
    per_household = found["cost_vnd"] / households.astype("Float64").where(households > 0)
    table = pd.DataFrame(
        {
            "candidate_code": found.index.astype("str"),
            "kind_code": found["kind"],
            "kind": found["kind"].map({kind: language.say(name) for kind, name in KIND_NAMES.items()}),
            "name": found["name"],
            "organisation_name": _column(places, "organisation_name"),
            "province_name": communes["province_name"].to_numpy(),
            "area_name": communes["area_name"].to_numpy(),
            "commune_code": found["commune_code"],
            "commune_name": communes["commune_name"].to_numpy(),
            "year": year,
            "rank": _rank(plan, year),
            "households": households,
            "cost_vnd": found["cost_vnd"],
            "cost_per_household_vnd": per_household.astype("float64"),
            "npv_vnd": found["npv_vnd"],
            "payback_years": _column(points, "payback_years"),
            "loss_share": _column(points, "loss_share"),
            "technology": _technologies(hamlets, language),
            "lcoe_vnd_per_kwh": _column(hamlets, "lcoe_vnd_per_kwh"),
            "reason": [follows.reasons.get(str(code), "") for code in found.index],
            "stays_share": follows.stays.reindex(found.index).astype("float64"),
            "lon": _column(places, "lon"),
            "lat": _column(places, "lat"),
            "margin_vnd_year": margins_of(plan),
            "crew_weeks": found["crew_weeks"],
        },
        index=found.index.rename(None),
    )
    ordered = table.assign(last=table["rank"].fillna(len(table) + 1)).sort_values(["last", "candidate_code"])
    return ordered[list(PLAN_ROW_COLUMNS)].reset_index(drop=True)


def _column(table: pd.DataFrame, name: str) -> Any:
    """Return a column's values; missing ones where the table has no such column."""
    return table[name].to_numpy() if name in table else [None] * len(table)


def _technologies(hamlets: pd.DataFrame, language: Language) -> Sequence[str]:
    if "technology" not in hamlets:
        return [""] * len(hamlets)
    words = {code: language.say(name) for code, name in TECHNOLOGY_NAMES.items()}
    return ["" if pd.isna(code) else words[str(code)] for code in hamlets["technology"]]


def _rank(plan: Plan, year: pd.Series[Any]) -> pd.Series[Any]:
    """Return the place of each within the programme: by year, then by what it adds to the score, then by code."""
    adds = plan.programme.terms.sum(axis="columns").reindex(year.index).fillna(0.0)
    done = pd.DataFrame({"year": year, "adds": -adds, "code": year.index}, index=year.index).dropna(subset="year")
    order = done.sort_values(["year", "adds", "code"]).index
    return pd.Series(range(1, len(order) + 1), index=order, dtype="Int64").reindex(year.index)


# ---- the rest


def _lines(plan: Plan, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the lines that reach what the programme connects, in the order in which they are built."""
    done = rows.dropna(subset="year").set_index("candidate_code")
    lines = plan.lines.rename_axis("line_code").reset_index()
    if "to_code" not in lines or lines.empty:
        blank: dict[str, list[object]] = {name: [] for name in LINE_COLUMNS if name != "geometry"}
        return gpd.GeoDataFrame(blank, geometry=[], crs=4326)
    built = lines[lines["to_code"].isin(done.index)].copy()
    built["year"] = done["year"].reindex(built["to_code"]).to_numpy()
    built["rank"] = done["rank"].reindex(built["to_code"]).to_numpy()
    built = built.sort_values(["year", "rank", "line_code"]).reset_index(drop=True)
    built["order"] = pd.array(range(1, len(built) + 1), dtype="Int64")
    return gpd.GeoDataFrame(built[list(LINE_COLUMNS)], geometry="geometry", crs=4326)


def _communes_shown(plan: Plan, communes: pd.DataFrame) -> list[str]:
    """Return the communes of the areas asked for, and of every point and hamlet."""
    wanted = set(plan.request.areas)
    of_areas = communes[
        communes["province_code"].isin(wanted) | communes["area_code"].isin(wanted) | communes.index.isin(wanted)
    ]
    return [*of_areas.index, *plan.candidates["commune_code"]]


def _assumptions(assumptions: Assumptions, level: str, language: Language) -> pd.DataFrame:
    def said(wording: Any) -> str:
        return str(wording.vi if language.code == "vi" else wording.en)

    rows = [
        (
            said(one.title), one.low, one.mid, one.high, said(one.unit), one.at(level), said(one.source), one.status,
            one.is_changed,
        )
        for one in assumptions.values()
    ]  # fmt: skip
    columns = ["title", "low", "mid", "high", "unit", "used", "source", "status", "is_changed"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _problems(plan: Plan, language: Language) -> pd.DataFrame:
    rows = [(one.severity, one.where, one.file_name, one.row, one.sentence(language)) for one in plan.problems]
    return pd.DataFrame(rows, columns=pd.Index(["severity", "where", "file_name", "row", "sentence"]))


def _limits(plan: Plan, names: PlaceNames) -> pd.DataFrame:
    """Return the rules beside the budget, columns `LIMIT_COLUMNS`."""
    rules = plan.request.rules
    rows: list[tuple[str, str, str | None, int | None, float]] = [
        (CREWS, names.province(code), None, year, crews * rules.crew_weeks_per_year)
        for code, crews in sorted(rules.crews.items())
        for year in rules.years
    ]
    rows += [
        (LEAST_HOUSEHOLDS, names.province(code), None, None, float(least))
        for code, least in sorted(rules.least_households.items())
    ]
    rows += [
        (AREA_TARGET, names.province_of(one.area_code), names.area(one.area_code), one.year, float(one.households_left))
        for one in sorted(rules.area_targets, key=lambda one: (one.area_code, one.year))
    ]
    return pd.DataFrame(rows, columns=pd.Index(LIMIT_COLUMNS)).astype({"year": "Int64"})


def _stamp(plan: Plan, surroundings: PlanSurroundings) -> dict[str, str]:
    request, moment = plan.request, surroundings.data_moment
    return {
        "data_version": surroundings.data_version,
        "data_moment": moment.isoformat() if moment else "",
        "request_sha256": hashlib.sha256(request.to_json().encode()).hexdigest(),
        "told_on": request.told_on.isoformat(),
        "priced_on": request.priced_on.isoformat() if request.priced_on else "",
        "price_decision": surroundings.price_decision,
    }
