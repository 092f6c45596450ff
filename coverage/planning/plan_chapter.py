"""The chapter of a province report about an approved programme: what it does in that province alone."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from coverage.planning.plan_sentences import millions
from geodata.plan_data import CHAPTER_YEAR_COLUMNS, CONNECTION_KIND, TAKEOVER_KIND, PlanChapter, PlanReport


def plan_chapter(
    report: PlanReport, province_name: str, *, scenario: str, approved_by: str, approved_at: datetime
) -> PlanChapter:
    """
    Return what a programme does in a province.

    Parameters
    ----------
    province_name
        As `PlanReport.rows` has it.
    scenario
        What identifies the scenario in its store.
    approved_at
        In the clock in which it is to be told.
    """
    rows = report.rows[report.rows["province_name"] == province_name]
    done = rows[rows["year"].notna()]
    language, say = report.language, report.language.say
    approved = say(
        "Approved programme: {name}, years {span}; approved by {user} on {day}. It rests on data version {version} and "
        "the prices of {prices}; the request has the fingerprint {request}.",
        name=report.title,
        span=report.span,
        user=approved_by,
        day=language.day(approved_at.date()),
        version=report.stamp["data_version"] or "–",
        prices=report.stamp["price_decision"],
        request=report.request_start,
    )
    brings = say(
        "In the province {done} of {all} points and hamlets are done, for {households} households and {cost} million "
        "VND; {left} households remain.",
        done=len(done),
        all=len(rows),
        households=int(done["households"].sum()),
        cost=millions(float(done["cost_vnd"].sum()), language),
        left=int(rows["households"].sum() - done["households"].sum()),
    )
    assumed = say(
        "Costs, prices and use are assumptions unless said to be read at their source; see the files of the programme."
    )
    ordered = done.sort_values("rank").reset_index(drop=True)
    return PlanChapter(scenario, (approved, brings, assumed), _years(report, rows), ordered)


def _years(report: PlanReport, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the years of the programme with what is done in the province in each."""
    left, found = int(rows["households"].sum()), []
    for year in report.years["year"]:
        now = rows[(rows["year"] == year).fillna(value=False)]
        gained = int(now["households"].sum())
        left -= gained
        counts = (int((now["kind_code"] == kind).sum()) for kind in (TAKEOVER_KIND, CONNECTION_KIND))
        found.append((int(year), *counts, gained, float(now["cost_vnd"].sum()), left))
    return pd.DataFrame(found, columns=pd.Index(CHAPTER_YEAR_COLUMNS))
