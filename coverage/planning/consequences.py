"""What follows from a plan: years, the share on direct sale by quarter, what is done and what remains where."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from coverage.planning.candidates import CONNECTION, TAKEOVER
from coverage.planning.plan import Plan
from geodata.errors import PhuDienError, mark
from geodata.periods import Period
from geodata.plan_data import YEAR_COLUMNS

FIRST_YEAR_SHARE: Final = 0.5
"""Share of its yearly margin that a point brings in the year in which it is done. Assumption: what is done in a year is
spread evenly over it, so that half a year is left on average."""

GRID: Final = "grid"
"""Technology of hamlets that get grid power; others get power, but stay outside the share on direct sale."""

QUARTER_COLUMNS: Final = (
    "period",
    "direct_share",  # 0 to 1; missing where no commune reported both counts
    "target_share",  # missing where there is none
    "households_direct",  # of the communes that reported both counts (Int64)
    "households_grid",
    "households_cut",  # of the programme, not counted: more than their communes still have behind master meters
    "communes_missing",  # that did not report both counts; nothing of them is counted
)

REMAINS_COLUMNS: Final = ("area_code", "kind", "organisation_name", "places", "households", "cost_vnd", "npv_vnd")


class ConsequenceError(PhuDienError):
    """A plan of which something cannot be said."""


# ---- money by year


def margins_of(plan: Plan) -> pd.Series[float]:
    """
    Return what each point brings in a full year once it is taken over, at today's use (VND, by ``candidate_code``).

    The margin after its upgrade less its operation; a connection brings what its case says (``margin_vnd_year`` of
    the plan's hamlets), 0 where that is not reckoned.
    """
    own = pd.Series(0.0, index=plan.candidates.index)
    if "margin_after_vnd_year" in plan.points:
        net = plan.points["margin_after_vnd_year"] - plan.points["operation_vnd_year"]
        own = net.reindex(own.index).fillna(own)
    if "margin_vnd_year" in plan.hamlets:
        own = plan.hamlets["margin_vnd_year"].reindex(own.index).fillna(own)
    return own.astype("float64")


def by_year(plan: Plan) -> pd.DataFrame:
    """
    Return what each year of the programme costs and brings.

    Returns
    -------
    years
        Columns `YEAR_COLUMNS`, a row a year in order. ``points`` counts points and hamlets that are done in the year,
        ``households`` theirs. ``margin_vnd`` is that of all that was done in earlier years and `FIRST_YEAR_SHARE` of
        what is done in the year; ``cash_flow_vnd`` = margin − cost, not discounted. Without a programme nothing is
        done.

    Notes
    -----
    Source: docs/methods.md, "What follows from a programme".
    """
    rules, found = plan.request.rules, plan.candidates
    year = _year_of(plan)
    done = found.assign(margin_vnd=margins_of(plan)).groupby(year.to_numpy(dtype="float64", na_value=float("nan")))
    sums = done[["cost_vnd", "households", "margin_vnd"]].sum().reindex(rules.years, fill_value=0)
    own_margin = sums["margin_vnd"].astype("float64")
    margin = own_margin.cumsum() - (1 - FIRST_YEAR_SHARE) * own_margin
    cost = sums["cost_vnd"].astype("float64")
    table = pd.DataFrame(
        {
            "year": pd.array(rules.years, dtype="Int64"),
            "budget_vnd": pd.array(rules.budget_vnd, dtype="float64").to_numpy(),
            "cost_vnd": cost,
            "points": done.size().reindex(rules.years, fill_value=0).astype("Int64"),
            "households": sums["households"].astype("Int64"),
            "margin_vnd": margin,
            "cash_flow_vnd": margin - cost,
            "households_remaining": int(found["households"].sum()) - sums["households"].cumsum().astype("Int64"),
        }
    )
    return table[list(YEAR_COLUMNS)].reset_index(drop=True)


# ---- the share on direct sale


def direct_share_by_quarter(plan: Plan, figures: pd.DataFrame, targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Return the share of households with grid power that are on direct sale, as the programme goes on.

    Parameters
    ----------
    figures
        Indexed by commune code, the communes of the plan's areas: ``households_grid`` and ``households_direct`` at the
        end of the plan's quarter (Int64, missing where not reported).
    targets
        ``period`` and ``target_share`` (0 to 1), a row a quarter at most; None where there is no target.

    Returns
    -------
    quarters
        Columns `QUARTER_COLUMNS`, from the plan's quarter, which is as reported, to the end of its last year. The
        share is the ratio of sums D ÷ T over the communes. At the end of the *k*-th of *n* quarters of a year,
        *k* ÷ *n* of what the year does in a commune is done, half up. Points move households from bulk to direct (D),
        hamlets that get the grid are added to both (D and T); a commune never has more on direct sale than with grid
        power.

    Raises
    ------
    ConsequenceError
        If a year of the programme ended before the plan's quarter did.

    Notes
    -----
    Source: docs/methods.md, "What follows from a programme". That a year's works are spread evenly is an assumption.
    """
    start = Period.parse(plan.request.period)
    grid, direct = figures["households_grid"].astype("Int64"), figures["households_direct"].astype("Int64")
    is_known = grid.notna() & direct.notna()
    grid, direct = grid[is_known].astype("int64"), direct[is_known].astype("int64")
    gains = _gains(plan, grid.index)
    rows = []
    for period in _quarters(start, plan.request.rules.years):
        taken, connected = (_done_by(gain, period, start, grid.index) for gain in gains)
        with_grid = grid + connected
        wanted = direct + connected + taken
        # What was reported above T stands: only the programme's own households are cut.
        counted = wanted.clip(upper=with_grid.clip(lower=direct + connected))
        rows.append((str(period), int(counted.sum()), int(with_grid.sum()), int((wanted - counted).sum())))
    table = pd.DataFrame(rows, columns=pd.Index(["period", "households_direct", "households_grid", "households_cut"]))
    table = table.astype({"households_direct": "Int64", "households_grid": "Int64", "households_cut": "Int64"})
    share = table["households_direct"] / table["households_grid"].where(table["households_grid"] > 0)
    table["direct_share"] = share.astype("Float64").to_numpy(dtype="float64", na_value=float("nan"))
    table["communes_missing"] = int((~is_known).sum())
    table["target_share"] = _targets_at(table["period"], targets)
    return table[list(QUARTER_COLUMNS)]


def _quarters(start: Period, years: tuple[int, ...]) -> list[Period]:
    for year in years:
        if Period(year, 4) <= start:
            raise ConsequenceError(
                "plan.year-past",
                mark("Year {year} of the programme had ended by {period}, whose figures it begins with. Choose a later "
                     "first year, or an earlier quarter."),
                year=str(year), period=start,
            )  # fmt: skip
    quarters = [start]
    while quarters[-1] < Period(years[-1], 4):
        quarters.append(quarters[-1].next())
    return quarters


def _gains(plan: Plan, communes: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return households that are taken over and that get the grid: a row a commune, a column a year."""
    found = plan.candidates.assign(year=_year_of(plan)).dropna(subset="year")
    found = found[found["commune_code"].isin(communes)]
    is_connection = found["kind"] == CONNECTION
    if "technology" in plan.hamlets:
        is_connection &= (plan.hamlets["technology"].reindex(found.index) == GRID).to_numpy()
    return _by_commune(found[found["kind"] == TAKEOVER]), _by_commune(found[is_connection])


def _by_commune(found: pd.DataFrame) -> pd.DataFrame:
    sums = found.pivot_table(index="commune_code", columns="year", values="households", aggfunc="sum", fill_value=0)
    return sums.astype("int64")


def _done_by(gains: pd.DataFrame, period: Period, start: Period, communes: pd.Index) -> pd.Series[int]:
    """Return the households of each commune that are done by the end of a quarter."""
    done = pd.Series(0, index=communes, dtype="int64")
    for year in gains.columns:
        within = [quarter for quarter in range(1, 5) if Period(int(year), quarter) > start]
        passed = sum(Period(int(year), quarter) <= period for quarter in within)
        own = gains[year].reindex(communes, fill_value=0)
        done += (2 * own * passed + len(within)) // (2 * len(within))  # half up, in whole numbers
    return done


def _targets_at(periods: pd.Series[str], targets: pd.DataFrame | None) -> pd.Series[float]:
    if targets is None:
        return pd.Series(float("nan"), index=periods.index)
    by_period = targets.set_index("period")["target_share"].astype("float64")
    return by_period.reindex(periods).set_axis(periods.index)  # raises where a quarter stands twice


# ---- places


def done_by_commune(plan: Plan) -> pd.DataFrame:
    """
    Return the households of each commune that are done by the end of each year, for a map by year.

    Returns
    -------
    done
        Indexed by ``commune_code`` in code order, every commune with a point or hamlet; a column a year (Int64), and
        ``households``: all that could be done.
    """
    found, year = plan.candidates, _year_of(plan)
    columns: dict[Any, pd.Series[Any]] = {"households": found["households"]}
    for own in plan.request.rules.years:
        columns[own] = found["households"].where((year <= own).fillna(value=False), 0)
    return pd.DataFrame(columns).groupby(found["commune_code"]).sum().astype("Int64").sort_index()


def what_remains(plan: Plan) -> pd.DataFrame:
    """
    Return what is not done at the end of the programme, by district and organisation.

    Returns
    -------
    remains
        Columns `REMAINS_COLUMNS`; the most households first, then by code and name. ``organisation_name`` is blank for
        hamlets; ``places`` counts points or hamlets; ``cost_vnd`` and ``npv_vnd`` are their sums, each at its own
        moment.
    """
    left = plan.candidates[_year_of(plan).isna()]
    named = left.assign(organisation_name=left["together_with"].where(left["kind"] == TAKEOVER, ""))
    keys = ["area_code", "kind", "organisation_name"]
    sums = named.groupby(keys).agg(
        places=("households", "size"),
        households=("households", "sum"),
        cost_vnd=("cost_vnd", "sum"),
        npv_vnd=("npv_vnd", "sum"),
    )
    table = sums.reset_index().astype({"places": "Int64", "households": "Int64"})
    ordered = table.sort_values(["households", *keys], ascending=[False, True, True, True], kind="stable")
    return ordered[list(REMAINS_COLUMNS)].reset_index(drop=True)


def _year_of(plan: Plan) -> pd.Series[int]:
    return plan.programme.year.reindex(plan.candidates.index).astype("Int64")
