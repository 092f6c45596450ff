"""A plan as the files and reports show it: tables and sentences in one language, without any formatting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import geopandas as gpd
import pandas as pd

from geodata.language import Language

PLAN_ROW_COLUMNS: Final = (
    "candidate_code",
    "kind_code",  # one of the two below: what files group by
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
    "margin_vnd_year",  # what it brings in a full year beyond buying and operating, once it is done
    "crew_weeks",
)
"""One row a point or hamlet; those that are done first, by `rank`."""

TAKEOVER_KIND, CONNECTION_KIND = "takeover", "connection"

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

LIMIT_COLUMNS: Final = (
    "rule",  # one of the three below
    "province_name",
    "area_name",  # missing where the rule is of the province
    "year",  # Int64, missing where the rule is of the whole programme
    "limit",
)
CREWS, LEAST_HOUSEHOLDS, AREA_TARGET = "crews", "least_households", "area_target"
"""Rules beside the budget: crew weeks a year at most; households that gain at least; households left at most."""


CHAPTER_YEAR_COLUMNS: Final = ("year", "takeovers", "connections", "households", "cost_vnd", "households_remaining")


@dataclass(frozen=True)
class PlanChapter:
    """
    What an approved programme does in one province, for the province's report; every text in the report's language.

    Parameters
    ----------
    scenario
        What identifies the scenario in its store.
    sentences
        Which programme it is, who approved it when, what it rests on, what it does in the province.
    years
        Columns `CHAPTER_YEAR_COLUMNS`, of the province alone, in order.
    rows
        Columns `PLAN_ROW_COLUMNS`: what is done in the province, by rank.
    """

    scenario: str
    sentences: tuple[str, ...]
    years: pd.DataFrame
    rows: pd.DataFrame


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
        One row a commune, indexed by ``commune_code``: ``geometry`` (WGS 84), ``is_approximate``, ``commune_name``,
        ``area_name``, ``province_name``.
    stamp
        What identifies the plan: ``data_version``, ``data_moment``, ``request_sha256``, ``told_on``, ``priced_on``,
        ``price_decision``.
    status
        How the solve ended, one of `coverage.planning.candidates`; ``"infeasible"`` where nothing is done.
    conflicts
        Why there is no programme, a sentence each; empty where there is one.
    limits
        Columns `LIMIT_COLUMNS`: the rules that files hold the list against when somebody changes it.
    carries_over
        Whether money that is left at the end of a year may be spent later.
    first_year_share
        Share of its yearly margin that a point brings in the year in which it is done.
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
    status: str = ""
    conflicts: tuple[str, ...] = ()
    limits: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=pd.Index(LIMIT_COLUMNS)))
    carries_over: bool = False
    first_year_share: float = 0.5

    @property
    def done(self) -> pd.DataFrame:
        """The rows that the programme does, by rank."""
        return self.rows[self.rows["year"].notna()]

    @property
    def span(self) -> str:
        """First and last year: 2022–2026; one year where there is no other."""
        first, last = int(self.years["year"].min()), int(self.years["year"].max())
        return str(first) if first == last else f"{first}–{last}"

    @property
    def request_start(self) -> str:
        """The first letters of the request's fingerprint, enough to tell plans apart."""
        return self.stamp["request_sha256"][:12]
