"""A plan as the files and reports show it: tables and sentences in one language, without any formatting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import geopandas as gpd
import pandas as pd

from geodata.language import Language

PLAN_ROW_COLUMNS: Final = (
    "candidate_code",
    "kind",  # in the report's language: take-over, connection
    "name",
    "organisation_name",
    "province_name",
    "area_name",  # district; commune in a list without districts
    "commune_code",
    "commune_name",
    "year",  # Int64, missing where it is not done
    "rank",  # Int64, order within the programme: by year, then by what it adds to the score
    "households",
    "cost_vnd",
    "cost_per_household_vnd",
    "npv_vnd",
    "payback_years",  # missing where it never pays back
    "loss_share",
    "technology",  # of a hamlet: in the report's language; blank for points
    "lcoe_vnd_per_kwh",
    "reason",  # sentence: why in this year, or why not
    "stays_share",  # how often it stays in the programme (Monte Carlo); missing where that was not run
    "lon",
    "lat",
)
"""One row a point or hamlet; those that are done first, by `rank`."""

YEAR_COLUMNS: Final = (
    "year",
    "budget_vnd",
    "cost_vnd",
    "points",
    "households",
    "margin_vnd",  # what the year's direct sale brings beyond buying, operating: of everything done so far
    "cash_flow_vnd",
    "households_remaining",
)


@dataclass(frozen=True)
class PlanReport:
    """
    A plan for its files.

    Parameters
    ----------
    title, note
        Name of the scenario and its note; blank where it has none.
    areas
        Names of the areas.
    rows
        Columns `PLAN_ROW_COLUMNS`.
    years
        Columns `YEAR_COLUMNS`, in order.
    quarters
        Columns ``period``, ``direct_share`` (0 to 1), ``target_share`` (missing where there is none).
    rules
        What was asked for, a sentence each.
    facts
        What came of it: label → text (status, gap, time, difference to the greedy order, what remains).
    assumptions
        Columns ``title``, ``low``, ``mid``, ``high``, ``unit``, ``used``, ``source``, ``status``, ``is_changed``.
    problems
        Columns ``severity``, ``where``, ``file_name``, ``row``, ``sentence``.
    lines
        Lines to build, in WGS 84: ``line_code``, ``from_code``, ``to_code``, ``length_m``, ``cost_vnd``, ``year``,
        ``order``.
    outlines
        One row a commune, indexed by ``commune_code``: ``geometry`` (WGS 84), ``is_approximate``.
    stamp
        What identifies the plan: ``data_version``, ``data_moment``, ``request_sha256``, ``told_on``, ``priced_on``,
        ``price_decision``.
    """

    language: Language
    title: str
    note: str
    areas: tuple[str, ...]
    rows: pd.DataFrame
    years: pd.DataFrame
    quarters: pd.DataFrame
    rules: tuple[str, ...]
    facts: Mapping[str, str]
    assumptions: pd.DataFrame
    problems: pd.DataFrame
    lines: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    stamp: Mapping[str, str]
    made_at: datetime
    is_synthetic: bool
