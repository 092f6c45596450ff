"""A workspace: its store, the shipped reference data, and all that the pages and the command line ask of it.

The one place where the pure logic meets the loaders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine

from coverage import demo_batches, rollup
from coverage.boundary_layers import BoundaryChoices, BoundaryLayers
from coverage.indicator_rules import COMMUNES
from coverage.indicators import Figure, Indicator, read_registry
from coverage.told_figures import ToldFigures
from coverage.unit_lists import UnitLists
from geodata.boundaries import CheckedLayer
from geodata.errors import FigureError, WorkspaceError, mark, system_reason
from geodata.names import NameIndex
from geodata.periods import Period, Quarters
from geodata.units import COMPANY_CODE, Units
from loaders import reference, settings
from loaders.reference import tables
from loaders.store import batches, engine, facts, layers, ledgers
from loaders.store.batches import Batch
from loaders.store.ledgers import LedgerRecord
from loaders.survey.issues import Issue


def _now() -> datetime:
    return datetime.now(UTC)


class Workspace:
    """
    One office's workspace.

    Parameters
    ----------
    home
        Folder of the workspace; made where it does not exist.
    clock
        Gives the present moment.
    """

    def __init__(self, home: Path | None = None, *, clock: Callable[[], datetime] = _now) -> None:
        self.home = (home or settings.default_home()).resolve()
        self.clock = clock
        self._make_home()
        self.settings = settings.read_settings(self.home)
        self.engine: Engine = engine.open_engine(self.settings.database_url)
        engine.upgrade_schema(self.engine)

    def _make_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                "workspace.folder",
                mark('The workspace folder "{folder}" cannot be made: {reason}. Name another one with --workspace.'),
                folder=str(self.home),
                reason=system_reason(error),
            ) from error

    def close(self) -> None:
        """Close the store's connections."""
        self.engine.dispose()

    # ---- reference data

    @cached_property
    def lists(self) -> UnitLists:
        """The official lists of units, on any day that is known."""
        history = reference.load_unit_history(max(self.clock().date(), reference.LIST_DATE_2025))
        published = (reference.load_units(), reference.load_units_2025())
        return UnitLists(history, published, extra=reference.load_company_extra_communes())

    @property
    def units(self) -> Units:
        """The official list of 1 July 2021, the first in which figures are kept."""
        return self.units_on(reference.LIST_DATE_2021)

    def units_on(self, day: date) -> Units:
        """Return the official list of a day, as far as the company serves it; see `UnitLists.served_on`."""
        return self.lists.served_on(day)

    def names_on(self, day: date) -> NameIndex:
        """Return the names of the list of a day, and those that its units bore before."""
        return self.lists.names_on(day)

    def list_of_quarter(self, period: Period) -> date:
        """
        Return the day of the list in which a quarter is told: the one of its last day.

        Quarters before 1 July 2021 are told in the list of that day: their figures were added up into its communes
        when they were read. A quarter that is not over is told in the newest list.
        """
        day = min(period.last_day, self.lists.history.last_day)
        return self.lists.day_of(max(day, reference.LIST_DATE_2021))

    def list_of_newest_quarter(self, *, as_of: datetime | None = None) -> date:
        """Return the day of the list of the newest quarter with figures; without any, that of today's list."""
        known = self.periods(as_of=as_of)
        return self.list_of_quarter(Period.parse(known[-1])) if known else self.list_of_today()

    def not_yet(self, periods: Iterable[str], told_on: date) -> dict[str, frozenset[str]]:
        """Return the communes of a day's list that nobody could report in each quarter; see `shortfall.NotYet`."""
        return {p: self.lists.came_later(self.list_of_quarter(Period.parse(p)), told_on) for p in periods}

    def list_of_today(self) -> date:
        """Return the day of today's list; a workspace that stays open for days knows the one of when it was opened."""
        return self.lists.day_of(min(self.clock().date(), self.lists.history.last_day))

    @cached_property
    def boundaries(self) -> BoundaryLayers:
        """The boundary layers of this workspace."""
        return BoundaryLayers(self.engine, self.clock, self.lists, sliver_m=self.settings.boundary_sliver_m)

    @cached_property
    def told(self) -> ToldFigures:
        """What the store holds, told in the list of any day."""
        return ToldFigures(self.engine, self.lists, self.boundaries)

    def told_as_of(self, moment: datetime | None) -> ToldFigures:
        """Return `told`, as it was known at an earlier moment."""
        return self.told if moment is None else ToldFigures(self.engine, self.lists, self.boundaries, as_of=moment)

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator that is reckoned from communes, by its name; `registry` has the company's own too."""
        return {name: found for name, found in self.registry.items() if found.scope == COMMUNES}

    @cached_property
    def registry(self) -> dict[str, Indicator]:
        """Every indicator by its name."""
        return read_registry(tables.load_indicator_table())

    @cached_property
    def published(self) -> pd.DataFrame:
        """What EVNSPC published for the first half of 2021; see `tables.load_published_table`."""
        return tables.load_published_table()

    # ---- questions

    def data_version(self, *, as_of: datetime | None = None, without_batch: int | None = None) -> facts.DataVersion:
        """Return the version of the data, which changes whenever any answer may change; see `facts.data_version`."""
        with engine.reading(self.engine) as connection:
            return facts.data_version(connection, as_of=as_of, without_batch=without_batch)

    def periods(self, *, as_of: datetime | None = None) -> list[str]:
        """Return the quarters with figures, oldest first."""
        with engine.reading(self.engine) as connection:
            return facts.periods(connection, as_of=as_of)

    def figures(
        self, *, period: str | None = None, as_of: datetime | None = None, told_on: date | None = None
    ) -> pd.DataFrame:
        """
        Return the figures that count, told in one list of units.

        Parameters
        ----------
        period
            One quarter, such as ``"2021-Q2"``; all where None.
        as_of
            Moment whose answer is wanted; now where None.
        told_on
            Day of the list; where None, the list of the quarter, or of the newest quarter.

        Returns
        -------
        figures
            Columns `FIGURE_COLUMNS`, sorted by period and commune; see `facts.figures_by_list`. Figures that were
            reported in another list are restated; `told.basis_on` says how, `told.unplaced` which have no place there.
        """
        own = self.list_of_quarter(Period.parse(period)) if period else self.list_of_newest_quarter(as_of=as_of)
        return self.told_as_of(as_of).figures(told_on or own, period=period)

    def figures_of(self, period: str, *, as_of: datetime | None = None, told_on: date | None = None) -> pd.DataFrame:
        """Return the figures of one quarter; raise `FigureError` where there are none."""
        found = self.figures(period=period, as_of=as_of, told_on=told_on)
        if found.empty:
            raise _no_figures(period, self.periods(as_of=as_of), as_of)
        return found

    def bulk_points(self, *, as_of: datetime | None = None, told_on: date | None = None) -> pd.DataFrame:
        """Return the bulk-purchase points that count, columns `BULK_POINT_COLUMNS`, in the communes of a day's list."""
        with engine.reading(self.engine) as connection:
            found = facts.bulk_points(connection, as_of=as_of)
        return self.told_as_of(as_of).carry(found, told_on or self.list_of_newest_quarter(as_of=as_of))

    def hamlets(self, *, as_of: datetime | None = None, told_on: date | None = None) -> pd.DataFrame:
        """Return the unserved hamlets that count, columns `HAMLET_COLUMNS`, in the communes of a day's list."""
        with engine.reading(self.engine) as connection:
            found = facts.hamlets(connection, as_of=as_of)
        return self.told_as_of(as_of).carry(found, told_on or self.list_of_newest_quarter(as_of=as_of))

    def has_synthetic(self, *, as_of: datetime | None = None) -> bool:
        """Return whether demonstration data are among what counts."""
        with engine.reading(self.engine) as connection:
            return facts.has_synthetic(connection, as_of=as_of)

    def sources_of(self, commune_code: str, period: str, *, as_of: datetime | None = None) -> pd.DataFrame:
        """Return where a commune's figures come from; see `facts.sources_of`."""
        with engine.reading(self.engine) as connection:
            return facts.sources_of(connection, commune_code=commune_code, period=period, as_of=as_of)

    def status(
        self, period: str, area: str, *, as_of: datetime | None = None, told_on: date | None = None
    ) -> dict[str, Figure]:
        """
        Return every indicator of an area in a quarter, by its name.

        Parameters
        ----------
        area
            Code in the list of `told_on`, else of the quarter.

        Raises
        ------
        PlaceError, FigureError
            If the area or the quarter is not known.
        """
        day = told_on or self.list_of_quarter(Period.parse(period))
        self.lists.require(area, day)
        communes = self.units_on(day).communes_of(area)
        return rollup.figures_of_area(self.figures_of(period, as_of=as_of, told_on=day), self.indicators, communes)

    # ---- batches

    def accept(self, batch_id: int, *, user: str, reason: str = "", reasons: Mapping[int, str] | None = None) -> None:
        """
        Make a draft count, in one transaction.

        Parameters
        ----------
        reason, reasons
            Why its warnings are accepted: one reason for all, or for some by their place among its issues.
        """
        with engine.writing(self.engine) as connection:
            every = dict.fromkeys(range(len(batches.issues_of(connection, batch_id))), reason)
            batches.accept(connection, batch_id, at=self.clock(), user=user, reasons=every | dict(reasons or {}))

    def history_of(self, commune_code: str, period: str, measure: str | None = None) -> pd.DataFrame:
        """Return every value ever uploaded for a commune and quarter; see `facts.history_of`."""
        self.units_on(self.list_of_quarter(Period.parse(period))).find(commune_code)
        with engine.reading(self.engine) as connection:
            return facts.history_of(connection, commune_code=commune_code, period=period, measure=measure)

    def withdraw(self, batch_id: int, *, user: str, reason: str) -> None:
        """Make a batch no longer count; the figures before it count again."""
        with engine.writing(self.engine) as connection:
            batches.withdraw(connection, batch_id, at=self.clock(), user=user, reason=reason)

    def batches(self) -> list[Batch]:
        """Return every batch with its state, the newest first."""
        with engine.reading(self.engine) as connection:
            return batches.list_batches(connection)

    def batch_state(self, batch_id: int) -> str:
        """Return the state of a batch now."""
        with engine.reading(self.engine) as connection:
            return batches.find(connection, batch_id).state

    def issues_of(self, batch_id: int) -> list[Issue]:
        """Return the problems that were shown when a batch was uploaded."""
        with engine.reading(self.engine) as connection:
            return batches.issues_of(connection, batch_id)

    def batch_file(self, batch_id: int) -> tuple[str, bytes]:
        """Return the name and the bytes of the file of a batch, as they were uploaded; of a ledger, its roll-up."""
        with engine.reading(self.engine) as connection:
            found = batches.find(connection, batch_id)
            is_ledger = found.kind == batches.LEDGER
            name = f"{Path(found.file_name).stem}_rollup.parquet" if is_ledger else found.file_name
            return name, batches.read_file(connection, found.file_sha256)

    def ledger_of(self, batch_id: int) -> LedgerRecord | None:
        """Return what is known of the household ledger of a batch; None where it is none."""
        with engine.reading(self.engine) as connection:
            return ledgers.find_ledger(connection, batch_id)

    # ---- boundaries

    def add_boundaries(
        self, content: bytes, file_name: str, *, user: str, valid_on: date | None = None
    ) -> tuple[int, CheckedLayer]:
        """
        Check a boundary file and add it as a layer that counts from now on.

        Parameters
        ----------
        valid_on
            Day whose boundaries the file shows; where None, the day of the unit list that it fits.

        Returns
        -------
        batch_id, layer

        Raises
        ------
        FileError, BoundaryError
            If it cannot be read or used; nothing is stored then.
        """
        proposal = self.boundaries.check(content, file_name, BoundaryChoices(valid_on=valid_on))
        return self.boundaries.keep(proposal, user=user), proposal.layer

    def boundary_layers(self) -> list[layers.LayerRecord]:
        """Return the layers that users added and that count, the newest first."""
        return self.boundaries.list_layers()

    def map_layer(self, area: str = COMPANY_CODE, *, told_on: date | None = None) -> gpd.GeoDataFrame:
        """Return the outline of each commune of a list for a map of an area; see `BoundaryLayers.map_layer`."""
        return self.boundaries.map_layer(told_on or self.list_of_newest_quarter(), area)

    def exact_layer(self, told_on: date | None = None) -> gpd.GeoDataFrame:
        """Return the outlines as `map_layer` does, but with every vertex: points are located in them."""
        return self.boundaries.exact_layer(told_on or self.list_of_newest_quarter())

    # ---- the demo

    def make_demo(self, *, user: str = "demo") -> bool:
        """
        Fill an empty workspace with the demonstration data; return False where it has them already.

        Raises
        ------
        WorkspaceError
            If the workspace holds anything else: synthetic and real figures are never mixed by this.
        """
        if stored := self.batches():
            if any(batch.is_synthetic for batch in stored):
                return False
            raise WorkspaceError(
                "demo.workspace-in-use",
                mark(
                    'The workspace "{folder}" holds uploads already. The demo needs an empty one: name another folder '
                    "with --workspace."
                ),
                folder=str(self.home),
            )
        with engine.writing(self.engine) as connection:
            demo_batches.keep_demo(connection, self.units, at=self.clock(), user=user)
        return True


def _no_figures(period: str, known: Sequence[str], as_of: datetime | None) -> FigureError:
    """Return the error of a quarter without figures, with the quarters that have some."""
    values: dict[str, Any] = {"period": Period.parse(period), "known": Quarters(map(Period.parse, known))}
    if known:
        template = mark("There are no figures for {period}. Quarters with figures: {known}.")
    elif as_of is None:
        template = mark(
            "There are no figures for {period}, nor for any other quarter. Take a survey in with phudien "
            "import FILE --accept, or fill an empty workspace with phudien demo."
        )
    else:
        template = mark("There are no figures for {period}: no quarter had any yet at {moment}.")
        values["moment"] = f"{as_of:%H:%M %d/%m/%Y}"
    return FigureError("period.without-figures", template, **values)
