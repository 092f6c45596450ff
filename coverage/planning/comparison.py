"""Scenarios side by side: what was asked and assumed differently, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from coverage.planning.assumptions import Assumption
from coverage.planning.consequences import by_year
from coverage.planning.kept_plan import SUMS, sums_of
from coverage.planning.scenario import Scenario
from geodata.errors import PhuDienError, mark

LEAST, MOST = 2, 4
"""How many scenarios are compared at once."""

ASKED, RULE, WEIGHT, ASSUMPTION, DATA = "asked", "rule", "weight", "assumption", "data"
"""What a row of `Comparison.differs` is about."""

PART_NAMES: Final = {
    ASKED: mark("what is asked"),
    RULE: mark("rules"),
    WEIGHT: mark("weights"),
    ASSUMPTION: mark("assumptions"),
    DATA: mark("data"),
}

NAMES: Final = {
    "areas": mark("Areas"),
    "period": mark("Quarter it begins with"),
    "told_on": mark("List of units of"),
    "kinds": mark("Chosen among"),
    "level": mark("Level of assumptions"),
    "ranges": mark("Low and high of assumptions whose value used is the same"),
    "priced_on": mark("Prices of the day"),
    "leaves_out_faulty": mark("Rows with errors are left out"),
    "gap": mark("Gap asked for"),
    "time_limit_s": mark("Time limit, seconds"),
    "first_year": mark("First year"),
    "years": mark("Number of years"),
    "budget_vnd": mark("Budget by year, VND"),
    "crews": mark("Crews by province"),
    "crew_weeks_per_year": mark("Weeks of a crew a year"),
    "least_households": mark("Households that gain, at least, by province"),
    "must_take": mark("Done in any case"),
    "must_not_take": mark("Never done"),
    "together": mark("All points of an organisation at once"),
    "follows": mark("Not before another"),
    "area_targets": mark("Targets of districts"),
    "carries_over": mark("Money left is carried over"),
    "discount_rate": mark("Discount rate a year"),
    "soonest": mark("Weight: households soonest"),
    "value": mark("Weight: net present value"),
    "equity": mark("Weight: equity between districts"),
    "data_version": mark("Data version"),
    "price_decision": mark("Price decision"),
    "status": mark("How the solve ended"),
    "candidates": mark("Points and hamlets that could be done"),
    "done": mark("Points and hamlets done"),
    "households": mark("Households that gain"),
    "households_remaining": mark("Households that remain"),
    "cost_vnd": mark("Cost, VND"),
    "budget_sum_vnd": mark("Budget of all years, VND"),
    "npv_vnd": mark("Net present value in the first year, VND"),
    "score": mark("Score"),
    "greedy_score": mark("Score of the order by hand"),
    "gap_found": mark("Gap found"),
}
"""Title of each row of `Comparison.differs` and `Comparison.follows`; those of assumptions are their own."""

MEASURES: Final = ("households", "cost_vnd", "households_remaining")
"""Of each year; see `consequences.by_year`."""

MOVED_COLUMNS: Final = ("candidate_code", "kind", "name", "area_code", "households", "cost_vnd")


class ComparisonError(PhuDienError):
    """Scenarios that cannot be compared."""


@dataclass(frozen=True)
class Comparison:
    """
    Scenarios side by side; each has a column named by its `id`.

    Parameters
    ----------
    scenarios
        Those that are compared, in the order asked for.
    differs
        ``part``, ``name``, and the value in each scenario, a number, text, yes or no, or numbers by name: only what is
        not the same in all. Of assumptions it is the value used; one row (``ranges``) tells those of which only low,
        mid or high differ.
    follows
        ``name``, and the value in each: how the solve ended, households, cost, net present value, what remains, score.
    by_year
        ``year``, ``measure`` (one of `MEASURES`), and the value in each; missing where a scenario has no such year.
    moved
        `MOVED_COLUMNS`, and the year in each (Int64; missing where not done, or not there): only candidates that are
        not done in the same year in all. ``in_all`` tells whether all could choose it.
    """

    scenarios: tuple[Scenario, ...]
    differs: pd.DataFrame
    follows: pd.DataFrame
    by_year: pd.DataFrame
    moved: pd.DataFrame

    @property
    def ids(self) -> tuple[str, ...]:
        """Columns of the scenarios."""
        return tuple(one.id for one in self.scenarios)


def compare(scenarios: Sequence[Scenario]) -> Comparison:
    """
    Return two to four scenarios side by side.

    Raises
    ------
    ComparisonError
        If there are fewer or more, or one is named twice.
    """
    ids = [one.id for one in scenarios]
    if not LEAST <= len(ids) <= MOST or len(set(ids)) < len(ids):
        raise ComparisonError(
            "call.scenarios-compared",
            mark("{found} scenarios cannot be compared: name {least} to {most}, each once."),
            found=len(ids), least=LEAST, most=MOST,
        )  # fmt: skip
    return Comparison(
        tuple(scenarios), _differs(scenarios), _follows(scenarios), _by_year(scenarios), _moved(scenarios)
    )


# ---- what differs


def _differs(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    ranges = _ranges(scenarios)
    every = [_asked(one, ranges) for one in scenarios]
    keys = list(dict.fromkeys(key for asked in every for key in asked))
    rows = [(*key, *(asked.get(key) for asked in every)) for key in keys if _are_different(key, every)]
    return pd.DataFrame(rows, columns=pd.Index(["part", "name", *(one.id for one in scenarios)]), dtype="object")


def _are_different(key: tuple[str, str], every: Sequence[Mapping[tuple[str, str], Any]]) -> bool:
    return any(asked.get(key) != every[0].get(key) for asked in every[1:])


def _ranges(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the assumptions whose value used is the same in all, but not their low, mid and high."""
    names = [name for name in scenarios[0].assumptions if all(name in one.assumptions for one in scenarios)]
    used = {name: {one.assumptions[name].at(one.request.level) for one in scenarios} for name in names}
    return [
        name for name in names if len(used[name]) == 1 and len({_range(one.assumptions[name]) for one in scenarios}) > 1
    ]


def _range(assumption: Assumption) -> str:
    return f"{assumption.low:g} – {assumption.mid:g} – {assumption.high:g}"


def _asked(one: Scenario, ranges: Sequence[str]) -> dict[tuple[str, str], Any]:
    request, rules, weights = one.request, one.request.rules, one.request.weights
    asked = {
        "areas": ", ".join(request.areas),
        "period": request.period,
        "told_on": request.told_on.isoformat(),
        "kinds": ", ".join(
            name for name, on in (("takeover", request.takeovers), ("connection", request.connections)) if on
        ),
        "level": request.level,
        "ranges": "; ".join(f"{name}: {_range(one.assumptions[name])}" for name in ranges),
        "priced_on": request.priced_on.isoformat() if request.priced_on else "",
        "leaves_out_faulty": request.leaves_out_faulty,
        "gap": request.gap,
        "time_limit_s": request.time_limit_s,
    }
    told = {
        "first_year": rules.first_year,
        "years": len(rules.budget_vnd),
        "budget_vnd": {str(year): vnd for year, vnd in zip(rules.years, rules.budget_vnd, strict=True)},
        "crews": dict(sorted(rules.crews.items())),
        "crew_weeks_per_year": rules.crew_weeks_per_year,
        "least_households": dict(sorted(rules.least_households.items())),
        "must_take": ", ".join(sorted(rules.must_take)),
        "must_not_take": ", ".join(sorted(rules.must_not_take)),
        "together": ", ".join(sorted(rules.together)),
        "follows": dict(sorted(rules.follows.items())),
        "area_targets": {f"{t.area_code} {t.year}": t.households_left for t in rules.area_targets},
        "carries_over": rules.carries_over,
        "discount_rate": rules.discount_rate,
    }
    weighed = {"soonest": weights.soonest, "value": weights.value, "equity": weights.equity}
    assumed = {name: assumption.at(request.level) for name, assumption in one.assumptions.items()}
    data = {"data_version": one.data_version, "price_decision": one.price_decision}
    parts = ((ASKED, asked), (RULE, told), (WEIGHT, weighed), (ASSUMPTION, assumed), (DATA, data))
    return {(part, name): value for part, values in parts for name, value in values.items()}


# ---- what follows


def _follows(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    def value(name: str) -> Callable[[Scenario], Any]:
        return lambda one: sums_of(one.plan)[name]

    names = {name if name != "budget_vnd" else "budget_sum_vnd": value(name) for name in SUMS}
    told: dict[str, Callable[[Scenario], Any]] = {
        "status": lambda one: one.plan.programme.status,
        **names,
        "score": lambda one: one.plan.programme.score,
        "greedy_score": lambda one: one.plan.greedy.score,
        "gap_found": lambda one: one.plan.programme.gap,
    }
    rows = [(name, *(of(one) for one in scenarios)) for name, of in told.items()]
    return pd.DataFrame(rows, columns=pd.Index(["name", *(one.id for one in scenarios)]), dtype="object")


def _by_year(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    keys = ["year", "measure"]
    columns = {}
    for one in scenarios:
        long = by_year(one.plan)[["year", *MEASURES]].melt("year", var_name="measure")
        columns[one.id] = long.set_index(keys)["value"]
    years = sorted({year for one in scenarios for year in one.request.rules.years})
    every = pd.MultiIndex.from_product([years, MEASURES], names=keys)
    return pd.DataFrame(columns, index=every).astype("Float64").reset_index().astype({"year": "Int64"})


def _moved(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    every = pd.concat([one.plan.candidates for one in scenarios])
    first = every[~every.index.duplicated()].sort_index()
    years = pd.DataFrame(
        {one.id: one.plan.programme.year.reindex(one.plan.candidates.index).reindex(first.index) for one in scenarios},
        index=first.index,
    ).astype("Int64")
    plain = years.fillna(0)
    is_moved = plain.ne(plain.iloc[:, 0], axis="index").any(axis="columns")
    table = first.rename_axis("candidate_code").reset_index()[list(MOVED_COLUMNS)].join(years.reset_index(drop=True))
    table["in_all"] = [all(code in one.plan.candidates.index for one in scenarios) for code in first.index]
    return table[is_moved.to_numpy()].reset_index(drop=True)


def answer_of(found: Comparison) -> dict[str, Any]:
    """Return a comparison for other programs."""
    return {
        "scenarios": [{"id": one.id, "name": one.name, "state": one.state} for one in found.scenarios],
        **{
            name: json.loads(getattr(found, name).to_json(orient="records"))
            for name in ("differs", "follows", "by_year", "moved")
        },
    }
