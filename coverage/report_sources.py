"""What a report rests on, gathered from a workspace: tables of the company once, then those of each province."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.check_bench import CheckBench
from coverage.kept import Kept
from coverage.programme_works import ProgrammeWorks
from coverage.report import SUMMARY_INDICATORS, CompanyTables, ProvinceTables
from coverage.report_progress import ReportProgress
from coverage.workspace import Workspace
from geodata.event_sentences import describe_event, told_once
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import ProvinceReport
from loaders.store import batches, engine, facts, records

_MOST_KEPT: Final = 2
"""Quarters, lists and moments whose tables of the company are kept: a run of all provinces, and a page beside it."""


class ReportSources:
    """
    Gathers what the reports of a workspace rest on.

    The tables of the company are read once for all provinces of a quarter, list and data version; those of a province
    are given away and not kept.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._progress = ReportProgress(workspace)
        self._checks = CheckBench(workspace)
        self._kept = Kept[tuple[CompanyTables, pd.DataFrame]](_MOST_KEPT)

    def company(self, period: Period, *, told_on: date, as_of: datetime | None = None) -> CompanyTables:
        """Return what all reports of a quarter and list share."""
        return self._read(period, told_on, as_of)[0]

    def province(
        self, code: str, period: Period, language: Language, *, told_on: date, as_of: datetime | None = None
    ) -> ProvinceTables:
        """Return what the report of a province rests on beside them, its texts in a language."""
        lists = self._workspace.lists
        company, uploads = self._read(period, told_on, as_of)
        first = Period.parse(str(company.figures["period"].min())) if len(company.figures) else period
        changes = lists.changes_in(code, told_on, min(first, period).first_day, period.last_day)
        standing = self._progress.of_province(code, period, SUMMARY_INDICATORS, language, told_on=told_on, as_of=as_of)
        found = self._checks.findings(code, period, told_on=told_on, as_of=as_of)
        kinds = {kind: language.say(name) for kind, name in batches.KIND_NAMES.items()}
        return ProvinceTables(
            unit_changes=changes,
            unit_events=list(
                dict.fromkeys(
                    describe_event(event, lists.history, language) for _, event in told_once(changes).iterrows()
                )
            ),
            uploads=uploads.assign(kind=uploads["kind"].map(kinds)),
            outlines=self._workspace.map_layer(code, told_on=told_on),
            targets=standing.targets,
            progress=standing.progress,
            findings=self._checks.table(found, language),
            decisions=standing.decisions,
        )

    def _read(self, period: Period, day: date, as_of: datetime | None) -> tuple[CompanyTables, pd.DataFrame]:
        version = self._workspace.data_version(as_of=as_of)
        key = (period, day, as_of, version.number)
        return self._kept.get(
            key, lambda: (self._company(period, day, as_of, version), self._uploads(period, day, as_of))
        )

    def _company(self, period: Period, day: date, as_of: datetime | None, version: facts.DataVersion) -> CompanyTables:
        workspace, told = self._workspace, self._workspace.told_as_of(as_of)
        unplaced = told.unplaced(day, str(period))
        return CompanyTables(
            units=workspace.units_on(day),
            figures=workspace.figures(as_of=as_of, told_on=day),
            points=workspace.bulk_points(as_of=as_of, told_on=day),
            hamlets=workspace.hamlets(as_of=as_of, told_on=day),
            works=ProgrammeWorks(workspace).table(as_of=as_of, told_on=day),
            indicators=workspace.indicators,
            reported_in=told.lists_of(str(period)),
            basis=told.basis_on(day, period=str(period)),
            partly_reported=list(told.partly_reported(day, str(period)).index),
            unplaced=[str(workspace.lists.on(own).find(code)["full_name"]) for code, own in unplaced],
            data_version=str(version),
            data_date=ProvinceReport.local(version.moment or workspace.clock()).date(),
            data_moment=version.moment,
            as_of=as_of,
            is_synthetic=workspace.has_synthetic(as_of=as_of),
        )

    def _uploads(self, period: Period, day: date, as_of: datetime | None) -> pd.DataFrame:
        """Return the uploads behind the figures, points, hamlets and works, by commune of the list of a day."""
        with engine.reading(self._workspace.engine) as connection:
            counted = facts.uploads_by_commune(connection, str(period), as_of=as_of)
            works = records.uploads_of_works(connection, as_of=as_of)
        found = pd.concat([counted, works], ignore_index=True) if len(works) else counted
        if found.empty:
            return found.drop(columns=facts.LIST_COLUMN)
        told = []
        for own, of_list in found.groupby(facts.LIST_COLUMN, sort=False):
            pairs = self._workspace.lists.pairs(date.fromisoformat(str(own)), day)[["from_code", "to_code"]]
            placed = of_list.merge(pairs, left_on="commune_code", right_on="from_code")
            told.append(placed.drop(columns=["commune_code", "from_code", facts.LIST_COLUMN]))
        return pd.concat(told, ignore_index=True).rename(columns={"to_code": "commune_code"}).drop_duplicates()
