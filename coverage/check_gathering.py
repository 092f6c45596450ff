"""Gathers what consistency checks compare: figures, points, hamlets, works, publications, own commune lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import pandas as pd

from coverage.check_data import LIST_COLUMNS, SOURCE_COLUMNS, WORKS_COLUMNS, CheckData, CommuneBook
from coverage.company_returns import CompanyReturns
from coverage.programme_works import ProgrammeWorks
from coverage.published_ranges import PublishedFigure
from coverage.published_returns import StatedPercentage, household_figures, stated_percentages
from coverage.workspace import Workspace
from geodata.lineage import EXACT
from geodata.periods import Period
from geodata.reconciliation import Reconciliation
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MISSING
from geodata.tables import MEASURES
from geodata.units import COMPANY_CODE
from loaders.store import commune_lists, engine, facts

_DECIDED: Final = "kept-apart"


def gather(workspace: Workspace, day: date, *, as_of: datetime | None = None) -> CheckData:
    """Return everything that is checked, told in the list of a day."""
    known = workspace.periods(as_of=as_of)
    return CheckData(
        figures=workspace.figures(as_of=as_of, told_on=day),
        units=workspace.units_on(day),
        estimated=_estimated(workspace, day, known, as_of),
        points=workspace.bulk_points(as_of=as_of, told_on=day),
        hamlets=workspace.hamlets(as_of=as_of, told_on=day),
        works=ProgrammeWorks(workspace).table(as_of=as_of, told_on=day)[list(WORKS_COLUMNS)],
        by_source=_by_source(workspace, day, as_of),
        by_list=_by_list(workspace, day, known, as_of),
        published=published_of(workspace, known, as_of=as_of),
        stated=_stated(workspace, known, as_of),
        books=_books(workspace, day, known, as_of),
    )


def _estimated(workspace: Workspace, day: date, known: Sequence[str], as_of: datetime | None) -> pd.DataFrame:
    told = workspace.told_as_of(as_of)
    columns = pd.Index(["commune_code", "period"])
    if told.lists_of() == [workspace.lists.day_of(day)]:
        return pd.DataFrame(columns=columns)
    rows = []
    for period in known:
        basis = told.basis_on(day, period=period)
        codes = {*basis.index[basis != EXACT], *told.partly_reported(day, period).index}
        rows += [(code, period) for code in sorted(codes)]
    return pd.DataFrame(rows, columns=columns)


def _by_source(workspace: Workspace, day: date, as_of: datetime | None) -> pd.DataFrame:
    with engine.reading(workspace.engine) as connection:
        found = facts.figures_of_two_sources(connection, as_of=as_of)
    own = [workspace.lists.day_of(date.fromisoformat(text)) == day for text in found[facts.LIST_COLUMN]]
    return found.loc[own, list(SOURCE_COLUMNS)].reset_index(drop=True)


def _by_list(workspace: Workspace, day: date, known: Sequence[str], as_of: datetime | None) -> pd.DataFrame:
    """Return figures that were reported in two lists for one quarter; of more lists the first and the last."""
    told = workspace.told_as_of(as_of)
    frames = [pd.DataFrame(columns=pd.Index(LIST_COLUMNS))]
    if len(told.lists_of()) > 1:
        for period in known:
            found = told.exact_by_list(day, period)
            if len(found) > 1:
                frames.append(_two_lists(found))
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def published_of(
    workspace: Workspace, known: Sequence[str], *, as_of: datetime | None = None
) -> dict[str, list[PublishedFigure]]:
    """Return what the company stated of households at the end of quarters; without those of which it stated nothing."""
    found = household_figures(CompanyReturns(workspace).counting(as_of=as_of), workspace.indicators)
    return {period: figures for period, figures in found.items() if period in known}


def _stated(workspace: Workspace, known: Sequence[str], as_of: datetime | None) -> list[StatedPercentage]:
    found = stated_percentages(CompanyReturns(workspace).counting(as_of=as_of), workspace.registry)
    return [one for one in found if one.period in known]


def _books(workspace: Workspace, day: date, known: Sequence[str], as_of: datetime | None) -> list[CommuneBook]:
    """Return own counts of communes beside the official list of a day: the list that counts, else as published."""
    told_here = [period for period in known if workspace.list_of_quarter(Period.parse(period)) == day]
    if not told_here:
        return []
    with engine.reading(workspace.engine) as connection:
        for stored in commune_lists.counting_lists(connection, as_of=as_of):
            kept = commune_lists.result_of(connection, stored.batch.id, as_of=as_of)
            is_own = stored.organisation == COMPANY_CODE
            if kept and is_own and workspace.lists.day_of(date.fromisoformat(stored.valid_on)) == day:
                result = Reconciliation(kept[0])
                return [CommuneBook(told_here[-1], result.entries, result.official, _open_entries(result))]
    published = workspace.published.set_index("indicator").loc["communes_with_power"]
    period = str(Period.of(date.fromisoformat(str(published["period"]))))
    own, official = int(str(published["denominator"])), len(workspace.units_on(day).communes)
    return [CommuneBook(period, own, official, abs(own - official))] if period in told_here else []


def _open_entries(result: Reconciliation) -> int:
    """Entries and communes of which nobody has decided yet what they are."""
    table = result.table
    return int((table["status"].isin([DOUBTFUL, EXTRA, MISSING]) & (table["reason"] != _DECIDED)).sum())


def _two_lists(found: dict[date, pd.DataFrame]) -> pd.DataFrame:
    days = sorted(found)
    key = ["commune_code", "period", "measure"]
    long = [
        found[day]
        .melt(key[:2], list(MEASURES), "measure", name)
        .dropna(subset=name)
        .astype({"measure": "str", name: "int64"})
        for day, name in ((days[0], "first"), (days[-1], "second"))
    ]
    both = long[0].merge(long[1], on=key)
    both = both.assign(first_day=days[0].isoformat(), second_day=days[-1].isoformat())
    return both[list(LIST_COLUMNS)]
