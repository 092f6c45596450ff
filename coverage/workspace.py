"""A workspace: its store, the shipped reference data, and all that the pages and the command line ask of it.

The one place where the pure logic meets the loaders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Engine

from coverage import changes, demo, report, rollup, targets
from coverage.indicators import Figure, Indicator, read_indicators
from geodata import boundaries
from geodata.errors import FigureError, WorkspaceError, mark
from geodata.language import Language
from geodata.names import NameIndex
from geodata.periods import Period
from geodata.units import Units
from loaders import boundary_files, reference, settings
from loaders.reference import tables
from loaders.reports import annotated_workbook, province_workbook
from loaders.store import batches, column_choices, engine, facts, layers
from loaders.store import records as record_store
from loaders.store.batches import Batch, NewBatch
from loaders.survey import columns, form, reading, records, templates
from loaders.survey.issues import Issue

REFUSED: Final = "refused"
"""State of an upload with errors: nothing of it was stored."""


@dataclass(frozen=True)
class Effect:
    """What accepting an upload does to the indicators of a province in a quarter; ``before`` is empty without one."""

    province_code: str
    period: str
    before: Mapping[str, Figure]
    after: Mapping[str, Figure]


@dataclass(frozen=True)
class Proposal:
    """
    An uploaded survey, before or after it is accepted.

    Parameters
    ----------
    reading
        What was understood, and every issue.
    state
        `REFUSED`, or the state of its batch.
    batch_id
        Number of its batch; None where refused.
    changes
        What accepting changes or has changed, as `changes.compare_figures` gives it.
    effects
        What it does to the provinces that it touches.
    """

    reading: reading.SurveyReading
    state: str
    batch_id: int | None
    changes: pd.DataFrame
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class RecordProposal:
    """An uploaded survey of things (households, bulk points, …), before or after it is accepted; see `Proposal`."""

    reading: records.RecordReading
    state: str
    batch_id: int | None


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
        self._clock = clock
        self._make_home()
        self.settings = settings.read_settings(self.home)
        self._engine: Engine = engine.open_engine(self.settings.database_url)
        engine.upgrade_schema(self._engine)

    def _make_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                "workspace.folder",
                mark('The workspace folder "{folder}" cannot be made: {reason}. Name another one with --workspace.'),
                folder=str(self.home),
                reason=str(error.strerror),
            ) from error

    def close(self) -> None:
        """Close the store's connections."""
        self._engine.dispose()

    # ---- reference data

    @cached_property
    def units(self) -> Units:
        """The official list of 1 July 2021, in which figures are kept."""
        return reference.load_units()

    @cached_property
    def names(self) -> NameIndex:
        """The names of `units`, and those that they bore before."""
        return NameIndex(self.units, reference.load_former_units())

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by its name."""
        return read_indicators(tables.load_indicator_table())

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Programme targets, as `targets.read_targets` gives them."""
        return targets.read_targets(tables.load_target_table(), self.units)

    @cached_property
    def survey_template(self) -> templates.SurveyTemplate:
        """The template of the commune survey."""
        return templates.load_template("commune_survey")

    # ---- questions

    def data_version(self, *, as_of: datetime | None = None) -> facts.DataVersion:
        """Return the version of the data, which changes whenever any answer may change."""
        with engine.reading(self._engine) as connection:
            return facts.data_version(connection, as_of=as_of)

    def periods(self, *, as_of: datetime | None = None) -> list[str]:
        """Return the quarters with figures, oldest first."""
        with engine.reading(self._engine) as connection:
            return facts.periods(connection, as_of=as_of)

    def figures(self, *, period: str | None = None, as_of: datetime | None = None) -> pd.DataFrame:
        """Return the figures that count; see `facts.figures`."""
        with engine.reading(self._engine) as connection:
            return facts.figures(connection, period=period, as_of=as_of)

    def figures_of(self, period: str, *, as_of: datetime | None = None) -> pd.DataFrame:
        """Return the figures of one quarter; raise `FigureError` where there are none."""
        found = self.figures(period=period, as_of=as_of)
        if found.empty:
            known = self.periods(as_of=as_of)
            raise FigureError(
                "period.without-figures",
                mark("There are no figures for {period}. Quarters with figures: {known}."),
                period=period,
                known=", ".join(known) or "-",
            )
        return found

    def bulk_points(self, *, as_of: datetime | None = None) -> pd.DataFrame:
        """Return the bulk-purchase points that count, columns `BULK_POINT_COLUMNS`."""
        with engine.reading(self._engine) as connection:
            return facts.bulk_points(connection, as_of=as_of)

    def hamlets(self, *, as_of: datetime | None = None) -> pd.DataFrame:
        """Return the unserved hamlets that count, columns `HAMLET_COLUMNS`."""
        with engine.reading(self._engine) as connection:
            return facts.hamlets(connection, as_of=as_of)

    def has_synthetic(self, *, as_of: datetime | None = None) -> bool:
        """Return whether demonstration data are among what counts."""
        with engine.reading(self._engine) as connection:
            return facts.has_synthetic(connection, as_of=as_of)

    def sources_of(self, commune_code: str, period: str, *, as_of: datetime | None = None) -> pd.DataFrame:
        """Return where a commune's figures come from; see `facts.sources_of`."""
        with engine.reading(self._engine) as connection:
            return facts.sources_of(connection, commune_code=commune_code, period=period, as_of=as_of)

    def status(self, period: str, area: str, *, as_of: datetime | None = None) -> dict[str, Figure]:
        """
        Return every indicator of an area in a quarter, by its name.

        Raises
        ------
        PlaceError, FigureError
            If the area or the quarter is not known.
        """
        communes = self.units.communes_of(area)
        return rollup.figures_of_area(self.figures_of(period, as_of=as_of), self.indicators, communes)

    # ---- surveys

    def propose_survey(
        self,
        content: bytes,
        file_name: str,
        *,
        user: str,
        period: Period | None = None,
        good_rows_only: bool = False,
    ) -> Proposal:
        """
        Read a survey workbook and keep it as a draft; one with errors is refused and leaves nothing behind.

        The same file again gives the batch that it has already, unless it is read otherwise now: then the draft
        before is withdrawn and a new one takes its place.

        Parameters
        ----------
        period
            Quarter of rows for which the file names none.
        good_rows_only
            Keep the rows without errors of a file that has rows with errors.

        Raises
        ------
        FileError
            If it is no workbook that can be read.
        """
        figures_of = cache(lambda period: self.figures(period=period))
        read = reading.read_survey(
            content,
            file_name=file_name,
            template=self.survey_template,
            units=self.units,
            names=self.names,
            figures_of=figures_of,
            period=period,
            chosen_columns=self.chosen_columns,
        )
        now = [figures_of(code) for code in read.figures["period"].unique()]
        current = pd.concat(now) if now else read.figures
        difference = changes.compare_figures(current, read.figures)
        effects = tuple(self._effects(current, read.figures))
        if read.has_errors and not (good_rows_only and read.rows_valid):
            return Proposal(read, REFUSED, None, difference, effects)
        state, batch_id = self._keep_survey(content, file_name, read, user)
        return Proposal(read, state, batch_id, difference, effects)

    def _keep_survey(self, content: bytes, file_name: str, read: reading.SurveyReading, user: str) -> tuple[str, int]:
        """Return state and number of the batch that holds this file read in this way; make it where there is none."""
        with engine.writing(self._engine) as connection:
            known = batches.find_same_file(connection, kind=batches.FIGURES, sha256=batches.hash_of(content))
            if known is not None:
                if known.state == batches.ACCEPTED or batches.holds_figures(connection, known.id, read.figures):
                    return known.state, known.id
                reason = self._reread_reason
                batches.withdraw(connection, known.id, at=self._clock(), user=user, reason=reason)
            return batches.DRAFT, self._add_survey(connection, content, file_name, read, user)

    _reread_reason: Final = "read anew"

    def _add_survey(
        self, connection: Connection, content: bytes, file_name: str, read: reading.SurveyReading, user: str
    ) -> int:
        new = NewBatch(
            kind=batches.FIGURES,
            file_name=file_name,
            content=content,
            user=user,
            unit_list_date=self.units.list_date,
            rows_read=read.rows_read,
            rows_valid=read.rows_valid,
            sheet=read.sheets,
        )
        batch_id = batches.add_draft(connection, new, at=self._clock())
        batches.add_figures(connection, batch_id, read.figures, read.cells)
        batches.add_figure_notes(connection, batch_id, read.notes)
        batches.add_issues(connection, batch_id, list(read.issues))
        return batch_id

    def _effects(self, current: pd.DataFrame, proposed: pd.DataFrame) -> Iterator[Effect]:
        """Yield what the proposed figures do to each province and quarter that they touch."""
        if proposed.empty:
            return
        after = changes.with_proposed(current, proposed)
        provinces = self.units.communes["province_code"].reindex(proposed["commune_code"]).to_numpy()
        for period, province in sorted(set(zip(proposed["period"], provinces, strict=True))):
            communes = self.units.communes_of(province)
            was, will = (table[table["period"] == period] for table in (current, after))
            before = rollup.figures_of_area(was, self.indicators, communes) if len(was) else {}
            yield Effect(province, period, before, rollup.figures_of_area(will, self.indicators, communes))

    def chosen_columns(self, layout: str) -> dict[str, str]:
        """Return the columns chosen by hand for a layout; see `store.column_choices`."""
        with engine.reading(self._engine) as connection:
            return column_choices.choices_of(connection, layout)

    def choose_columns(self, layout: str, choices: Mapping[str, str], *, user: str) -> None:
        """Remember what the columns of a layout hold: label → key of the column, ``""`` for one not to be read."""
        keyed = {columns.label_key(label): key for label, key in choices.items()}
        with engine.writing(self._engine) as connection:
            column_choices.add_choices(connection, layout, keyed, at=self._clock(), user=user)

    def accept(self, batch_id: int, *, user: str, reason: str = "", reasons: Mapping[int, str] | None = None) -> None:
        """
        Make a draft count, in one transaction.

        Parameters
        ----------
        reason, reasons
            Why its warnings are accepted: one reason for all, or for some by their place among its issues.
        """
        with engine.writing(self._engine) as connection:
            every = dict.fromkeys(range(len(batches.issues_of(connection, batch_id))), reason)
            batches.accept(connection, batch_id, at=self._clock(), user=user, reasons=every | dict(reasons or {}))

    def history_of(self, commune_code: str, period: str, measure: str | None = None) -> pd.DataFrame:
        """Return every value ever uploaded for a commune and quarter; see `facts.history_of`."""
        self.units.find(commune_code)
        with engine.reading(self._engine) as connection:
            return facts.history_of(connection, commune_code=commune_code, period=period, measure=measure)

    def propose_records(
        self,
        content: bytes,
        file_name: str,
        *,
        template: templates.SurveyTemplate,
        user: str,
        good_rows_only: bool = False,
        progress: records.Progress | None = None,
    ) -> RecordProposal:
        """
        Read a survey whose rows are things and keep it as a draft; one with errors is refused and nothing stored.

        Parameters
        ----------
        template
            What the rows are: one of `survey_templates`, not the commune survey.
        good_rows_only
            Keep the rows without errors of a file that has rows with errors.
        progress
            Told the rows read so far and those expected; raises to cancel, and nothing is stored.

        Raises
        ------
        FileError
            If it is no workbook that can be read.
        """
        read = records.read_records(
            content,
            file_name=file_name,
            template=template,
            units=self.units,
            names=self.names,
            chosen_columns=self.chosen_columns,
            outlines=self.map_layer(),
            progress=progress,
        )
        with engine.reading(self._engine) as connection:
            known = batches.find_same_file(connection, kind=template.rows, sha256=batches.hash_of(content))
        if known is not None:
            return RecordProposal(read, known.state, known.id)
        if not read.rows_valid or (read.has_errors and not good_rows_only):
            return RecordProposal(read, REFUSED, None)
        new = NewBatch(
            kind=template.rows,
            file_name=file_name,
            content=content,
            user=user,
            unit_list_date=self.units.list_date,
            rows_read=read.rows_read,
            rows_valid=read.rows_valid,
            sheet=read.sheets,
        )
        with engine.writing(self._engine) as connection:
            batch_id = record_store.add_record_draft(connection, new, read.records, list(read.issues), at=self._clock())
        return RecordProposal(read, batches.DRAFT, batch_id)

    @cached_property
    def survey_templates(self) -> dict[str, templates.SurveyTemplate]:
        """Every template by its id: those shipped, and those that the office put into ``templates/``."""
        shipped = [templates.load_template(name) for name in templates.SHIPPED]
        own = templates.load_office_templates(self.home / "templates")
        return {template.id: template for template in (*shipped, *own)}

    def withdraw(self, batch_id: int, *, user: str, reason: str) -> None:
        """Make a batch no longer count; the figures before it count again."""
        with engine.writing(self._engine) as connection:
            batches.withdraw(connection, batch_id, at=self._clock(), user=user, reason=reason)

    def batches(self) -> list[Batch]:
        """Return every batch with its state, the newest first."""
        with engine.reading(self._engine) as connection:
            return batches.list_batches(connection)

    def batch_file(self, batch_id: int) -> tuple[str, bytes]:
        """Return the name and the bytes of the file of a batch, as they were uploaded."""
        with engine.reading(self._engine) as connection:
            found = batches.find(connection, batch_id)
            return found.file_name, batches.read_file(connection, found.file_sha256)

    # ---- files for users

    def marked_workbook(
        self, content: bytes, file_name: str, issues: Sequence[Issue], language: Language
    ) -> annotated_workbook.AnnotatedWorkbook:
        """Return the user's own workbook with its problems marked; see `annotated_workbook.annotate_workbook`."""
        return annotated_workbook.annotate_workbook(content, file_name=file_name, issues=issues, language=language)

    def survey_form(self, province_code: str, period: Period, language: Language) -> bytes:
        """Return the survey workbook of a province to fill in; see `form.write_survey_form`."""
        return form.write_survey_form(self.survey_template, self.units, province_code, period, language)

    def report_file(
        self, province_code: str, period: Period, language: Language, *, as_of: datetime | None = None
    ) -> tuple[str, bytes]:
        """
        Return the name and the content of a province's report (.xlsx).

        Raises
        ------
        PlaceError, FigureError
            If there is no such province, or it has no figures for the quarter.
        """
        version = self.data_version(as_of=as_of)
        data = report.build_province_report(
            province_code,
            period,
            figures=self.figures(as_of=as_of),
            points=self.bulk_points(as_of=as_of),
            hamlets=self.hamlets(as_of=as_of),
            units=self.units,
            indicators=self.indicators,
            data_version=str(version),
            data_date=date.fromisoformat((version.at or self._clock().isoformat())[:10]),
            is_synthetic=self.has_synthetic(as_of=as_of),
            language=language,
        )
        content = province_workbook.write_province_workbook(data, language)
        return f"phudien_{province_code}_{period}_{version}.xlsx", content

    # ---- boundaries

    def add_boundaries(
        self, content: bytes, file_name: str, *, user: str, valid_on: date | None = None
    ) -> tuple[int, boundaries.CheckedLayer]:
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
        features = boundary_files.read_boundary_file(content, file_name=file_name)
        layer = boundaries.check_layer(features, self._unit_lists_on(valid_on), file_name=file_name)
        new = NewBatch(
            kind=batches.BOUNDARIES,
            file_name=file_name,
            content=content,
            user=user,
            unit_list_date=layer.units.list_date,
            rows_read=len(features),
            rows_valid=len(features) - len(layer.unmatched),
        )
        simplified = boundaries.simplify_coverage(layer.communes)
        with engine.writing(self._engine) as connection:
            batch_id = layers.add_layer(
                connection,
                new,
                layer.communes,
                simplified,
                valid_on=valid_on or layer.units.list_date,
                source_crs=layer.source_crs,
                at=self._clock(),
            )
        return batch_id, layer

    def _unit_lists_on(self, day: date | None) -> list[Units]:
        later = reference.load_units_2025()
        if day is None:
            return [self.units, later]
        return [later] if day >= later.list_date else [self.units]

    def boundary_layers(self) -> list[layers.LayerRecord]:
        """Return the layers that users added and that count, the newest first."""
        with engine.reading(self._engine) as connection:
            return layers.list_layers(connection)

    def map_layer(self) -> gpd.GeoDataFrame:
        """
        Return the outline of each commune of `units` for maps.

        Returns
        -------
        communes
            ``commune_code``, ``geometry`` (WGS 84, simplified), ``is_approximate``: the newest outline that users
            added, else the shipped approximate cell.
        """
        with engine.reading(self._engine) as connection:
            real = [
                layers.read_map_layer(connection, record)
                for record in layers.list_layers(connection)
                if record.unit_list_date == self.units.list_date.isoformat()
            ]
        return boundaries.compose_layer(reference.load_approximate_boundaries(), real)

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
        data = demo.make_demo(self.units, tables.load_province_facts(), tables.load_demo_assumptions())
        demo_tables = [
            (batches.FIGURES, f"demo_{period}.csv", table) for period, table in data.figures.groupby("period")
        ]
        demo_tables += [(batches.BULK_POINTS, "demo_bulk_points.csv", data.bulk_points)]
        demo_tables += [(batches.HAMLETS, "demo_hamlets.csv", data.hamlets)]
        at = self._clock()
        with engine.writing(self._engine) as connection:
            for kind, file_name, table in demo_tables:
                new = NewBatch(
                    kind=kind,
                    file_name=file_name,
                    content=table.to_csv(index=False).encode("utf-8"),
                    user=user,
                    unit_list_date=self.units.list_date,
                    rows_read=len(table),
                    rows_valid=len(table),
                    is_synthetic=True,
                )
                batches.add_accepted_table(connection, new, table, at=at)
        return True
