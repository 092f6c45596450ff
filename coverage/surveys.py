"""Uploaded surveys: a workbook is read, held against what counts, kept as a draft, and given back marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Final

import pandas as pd
from sqlalchemy import Connection

from coverage import changes, record_changes, rollup
from coverage.indicators import Figure
from coverage.record_changes import RecordChanges
from coverage.workspace import Workspace
from geodata.errors import FileError, WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.units import Units
from loaders.reports import annotated_workbook
from loaders.store import batches, column_choices, engine, facts
from loaders.store import records as record_store
from loaders.store.batches import NewBatch
from loaders.survey import columns, form, form_kind, reading, records, templates
from loaders.survey.issues import Issue
from loaders.survey.templates import SurveyTemplate
from loaders.workbook import excerpt

REFUSED: Final = "refused"
"""State of an upload with errors: nothing of it was stored."""

COMMUNE_SURVEY: Final = "commune_survey"
OTHER_KIND: Final = form_kind.OTHER_KIND
"""Code of the error of a form that is read as another survey."""


@dataclass(frozen=True)
class Effect:
    """What accepting an upload does to the indicators of a province in a quarter; ``before`` is empty without one."""

    province_code: str
    period: str
    before: Mapping[str, Figure]
    after: Mapping[str, Figure]


@dataclass(frozen=True)
class FigureProposal:
    """
    An uploaded commune survey, before or after it is accepted.

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

    template: SurveyTemplate
    reading: reading.SurveyReading
    state: str
    batch_id: int | None
    changes: pd.DataFrame
    effects: tuple[Effect, ...] = ()

    @property
    def change_counts(self) -> dict[str, int]:
        """How many figures are new, changed and unchanged."""
        found = self.changes["change"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in (changes.NEW, changes.CHANGED, changes.UNCHANGED)}


@dataclass(frozen=True)
class RecordProposal:
    """
    An uploaded survey of things (households, bulk points, …), before or after it is accepted.

    Parameters
    ----------
    changes
        What accepting does to the single records.
    effect
        What it does to the totals of the provinces that it touches, as `record_changes.compare_totals` gives it.
    """

    template: SurveyTemplate
    reading: records.RecordReading
    state: str
    batch_id: int | None
    changes: RecordChanges
    effect: pd.DataFrame

    @property
    def change_counts(self) -> dict[str, int]:
        """How many records are new, changed and unchanged."""
        return self.changes.counts()


Proposal = FigureProposal | RecordProposal


class Surveys:
    """
    The surveys of a workspace.

    Parameters
    ----------
    workspace
        Whose store takes them.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    # ---- templates and the choice of columns

    @cached_property
    def templates(self) -> dict[str, SurveyTemplate]:
        """Every template by its id: those shipped, and those that the office put into ``templates/``."""
        shipped = [templates.load_template(name) for name in templates.SHIPPED]
        own = templates.load_office_templates(self._workspace.home / "templates")
        return {template.id: template for template in (*shipped, *own) if template.rows != templates.LEDGER}

    def template(self, template_id: str) -> SurveyTemplate:
        """Return the template with this id; raise `WorkspaceError` where there is none."""
        if template_id not in self.templates:
            raise WorkspaceError(
                "call.template-unknown",
                mark('There is no template "{found}". Templates: {known}.'),
                found=template_id,
                known=", ".join(self.templates),
            )
        return self.templates[template_id]

    def form(self, template_id: str, province_code: str, period: Period, language: Language) -> bytes:
        """Return the workbook of a survey to fill in for a province; see `form.write_survey_form`."""
        day, template = self._workspace.list_of_quarter(period), self.template(template_id)
        if template.has_places:
            self._workspace.lists.require(province_code, day)
        return form.write_survey_form(template, self._workspace.units_on(day), province_code, period, language)

    def chosen_columns(self, layout: str) -> dict[str, str]:
        """Return the columns chosen by hand for a layout; see `store.column_choices`."""
        with engine.reading(self._workspace.engine) as connection:
            return column_choices.choices_of(connection, layout)

    def choose_columns(self, layout: str, choices: Mapping[str, str], *, user: str) -> None:
        """Remember what the columns of a layout hold: label → key of the column, ``""`` for one not to be read."""
        keyed = {columns.label_key(label): key for label, key in choices.items()}
        with engine.writing(self._workspace.engine) as connection:
            column_choices.add_choices(connection, layout, keyed, at=self._workspace.clock(), user=user)

    def accepted_warnings(self, batch_id: int) -> list[tuple[Issue, str]]:
        """Return the warnings with which a batch was accepted, each with the reason that was given for it."""
        with engine.reading(self._workspace.engine) as connection:
            return batches.reasons_of(connection, batch_id)

    # ---- uploads

    def propose(
        self,
        content: bytes,
        file_name: str,
        *,
        user: str,
        template_id: str = COMMUNE_SURVEY,
        period: Period | None = None,
        told_on: date | None = None,
        default_on: date | None = None,
        good_rows_only: bool = False,
        progress: records.Progress | None = None,
    ) -> Proposal:
        """
        Read a survey workbook and keep it as a draft; one with errors is refused and leaves nothing behind.

        The same file again gives the batch that it has already, unless it is read otherwise now: then the draft
        before is withdrawn and a new one takes its place.

        Parameters
        ----------
        template_id
            Which survey it is: a key of `templates`.
        period
            Quarter of rows of figures for which the file names none.
        told_on
            Day in whose list the communes of records are sought; where None, the list of the quarter that the titles of
            their tables name. Those of figures are sought in the list of their quarter.
        default_on
            The same where no title names a quarter; None for the list of the newest quarter with figures.
        good_rows_only
            Keep the rows without errors of a file that has rows with errors.
        progress
            Told the records read so far and those expected; raises to cancel, and nothing is stored.

        Raises
        ------
        WorkspaceError
            If there is no such template.
        FileError
            If it is no workbook that can be read.
        """
        template = self.template(template_id)
        upload = _Upload(content, file_name, user, template, good_rows_only)
        if template.rows == templates.FIGURES:
            return self._propose_figures(upload, period)
        return self._propose_records(upload, told_on, default_on, progress)

    def _propose_figures(self, upload: _Upload, period: Period | None) -> FigureProposal:
        workspace = self._workspace
        first = workspace.list_of_quarter(period) if period else workspace.list_of_newest_quarter()
        read = self._read_figures(upload, period, first)
        own = {workspace.list_of_quarter(Period.parse(code)) for code in read.periods}
        if len(own) > 1:
            raise _several_lists(upload.file_name, own)
        if own and own != {first}:
            read = self._read_figures(upload, period, own.pop())
        now = [workspace.figures(period=code, told_on=read.list_date) for code in read.figures["period"].unique()]
        current = pd.concat(now) if now else read.figures
        difference = changes.compare_figures(current, read.figures)
        effects = tuple(effects_of(workspace, current, read.figures, workspace.units_on(read.list_date)))
        state, batch_id = self._keep(upload, read, _FigureRows(read))
        return FigureProposal(upload.template, read, state, batch_id, difference, effects)

    def _read_figures(self, upload: _Upload, period: Period | None, day: date) -> reading.SurveyReading:
        """Read a survey of figures with the communes of the list of a day."""
        workspace = self._workspace
        return reading.read_survey(
            upload.content,
            file_name=upload.file_name,
            template=upload.template,
            units=workspace.units_on(day),
            names=workspace.names_on(day),
            figures_of=cache(lambda code: workspace.figures(period=code, told_on=day)),
            period=period,
            chosen_columns=self.chosen_columns,
        )

    def _propose_records(
        self,
        upload: _Upload,
        told_on: date | None,
        default_on: date | None,
        progress: records.Progress | None,
    ) -> RecordProposal:
        workspace, template = self._workspace, upload.template
        day = told_on or default_on or workspace.list_of_newest_quarter()
        read, stored = self._read_records(upload, day, progress)
        stated = {workspace.list_of_quarter(Period.parse(code)) for code in read.stated_quarters}
        if told_on is None and len(stated) == 1 and stated != {workspace.lists.day_of(day)}:
            read, stored = self._read_records(upload, stated.pop(), progress)
        difference = record_changes.compare_records(stored, read.records, key=template.key)
        effect = self._effect_of_records(template, stored, read.records, workspace.units_on(read.list_date))
        state, batch_id = self._keep(upload, read, _RecordRows(read))
        return RecordProposal(template, read, state, batch_id, difference, effect)

    def _read_records(
        self, upload: _Upload, day: date, progress: records.Progress | None
    ) -> tuple[records.RecordReading, pd.DataFrame]:
        """Read a survey of records with the communes of the list of a day; return it with those that count now."""
        workspace = self._workspace
        stored = cache(lambda: self._counting_records(upload.template, day))
        read = records.read_records(
            upload.content,
            file_name=upload.file_name,
            template=upload.template,
            units=workspace.units_on(day),
            names=workspace.names_on(day),
            chosen_columns=self.chosen_columns,
            outlines=workspace.map_layer(told_on=day) if upload.template.has_places else None,
            stored=stored,
            today=workspace.clock().date(),
            progress=progress,
        )
        return read, stored()

    def _counting_records(self, template: SurveyTemplate, day: date) -> pd.DataFrame:
        with engine.reading(self._workspace.engine) as connection:
            found = record_store.counting_records(connection, template).drop(columns="row", errors="ignore")
        if not template.has_places:
            return found.drop(columns=facts.LIST_COLUMN, errors="ignore")
        return self._workspace.told.carry(found, day)

    def _keep(
        self, upload: _Upload, read: reading.SurveyReading | records.RecordReading, rows: _FigureRows | _RecordRows
    ) -> tuple[str, int | None]:
        """Return state and number of the batch that holds this file read in this way; make it where there is none."""
        if not read.rows_valid or (read.has_errors and not upload.good_rows_only):
            return REFUSED, None
        workspace, kind = self._workspace, _kind_of(upload.template)
        with engine.writing(workspace.engine) as connection:
            known = batches.find_same_file(connection, kind=kind, sha256=batches.hash_of(upload.content))
            if known is not None:
                if known.state == batches.ACCEPTED or rows.are_held(connection, known.id):
                    return known.state, known.id
                reason = self._reread_reason
                batches.withdraw(connection, known.id, at=workspace.clock(), user=upload.user, reason=reason)
            new = NewBatch(
                kind=kind,
                file_name=upload.file_name,
                content=upload.content,
                user=upload.user,
                unit_list_date=read.list_date,
                rows_read=read.rows_read,
                rows_valid=read.rows_valid,
                sheet=read.sheets,
            )
            batch_id = batches.add_draft(connection, new, at=workspace.clock())
            rows.add(connection, batch_id, kind)
            batches.add_issues(connection, batch_id, list(read.issues))
            return batches.DRAFT, batch_id

    _reread_reason: Final = "read anew"

    def _effect_of_records(
        self, template: SurveyTemplate, stored: pd.DataFrame, proposed: pd.DataFrame, units: Units
    ) -> pd.DataFrame:
        if not template.has_places:
            return pd.DataFrame(columns=pd.Index(record_changes.EFFECT_COLUMNS))
        communes = units.communes["province_code"]
        province_of = {str(code): str(province) for code, province in communes.items()}
        sums, choices = ([c.key for c in template.columns if c.kind == kind] for kind in ("count", "choice"))
        after = record_changes.with_proposed_records(stored, proposed, key=template.key)
        before, will = (
            record_changes.record_totals(table, province_of, sums=sums, choices=choices) for table in (stored, after)
        )
        touched = proposed["commune_code"].map(province_of).unique().tolist() if len(proposed) else []
        return record_changes.compare_totals(before, will, touched)

    # ---- the user's file

    def excerpt(self, content: bytes, file_name: str, sheet: str, cell: str) -> pd.DataFrame | None:
        """Return the cells around a cell of the user's workbook; see `excerpt.excerpt_around`."""
        return excerpt.excerpt_around(content, file_name=file_name, sheet=sheet, cell=cell)

    def marked_workbook(
        self, content: bytes, file_name: str, issues: Sequence[Issue], language: Language
    ) -> annotated_workbook.AnnotatedWorkbook:
        """Return the user's own workbook with its problems marked; see `annotated_workbook.annotate_workbook`."""
        return annotated_workbook.annotate_workbook(content, file_name=file_name, issues=issues, language=language)


def effects_of(
    workspace: Workspace,
    current: pd.DataFrame,
    proposed: pd.DataFrame,
    units: Units,
    *,
    only: Sequence[str] | None = None,
) -> Iterator[Effect]:
    """
    Yield what proposed figures do to each province and quarter that they touch.

    Parameters
    ----------
    current, proposed
        Columns `FIGURE_COLUMNS`, in communes of `units`.
    only
        Names of the indicators that are wanted; all where None.
    """
    if proposed.empty:
        return
    indicators = {name: found for name, found in workspace.indicators.items() if only is None or name in only}
    after = changes.with_proposed(current, proposed)
    provinces = units.communes["province_code"].reindex(proposed["commune_code"]).to_numpy()
    for period, province in sorted(set(zip(proposed["period"], provinces, strict=True))):
        communes = units.communes_of(province)
        was, will = (table[table["period"] == period] for table in (current, after))
        before = rollup.figures_of_area(was, indicators, communes) if len(was) else {}
        yield Effect(province, period, before, rollup.figures_of_area(will, indicators, communes))


def _several_lists(file_name: str, days: set[date]) -> FileError:
    return FileError(
        "survey.lists-mixed",
        mark(
            '"{file}" has figures of quarters whose communes stand in different official lists ({days}). Put the '
            "quarters of each list into a file of its own. Nothing was stored."
        ),
        file=file_name,
        days=", ".join(f"{day:%d/%m/%Y}" for day in sorted(days)),
    )


def _kind_of(template: SurveyTemplate) -> str:
    return batches.FIGURES if template.rows == templates.FIGURES else template.rows


@dataclass(frozen=True)
class _Upload:
    content: bytes
    file_name: str
    user: str
    template: SurveyTemplate
    good_rows_only: bool


@dataclass(frozen=True)
class _FigureRows:
    """The rows of a commune survey, as the store takes them."""

    read: reading.SurveyReading

    def are_held(self, connection: Connection, batch_id: int) -> bool:
        return batches.holds_figures(connection, batch_id, self.read.figures)

    def add(self, connection: Connection, batch_id: int, _kind: str) -> None:
        batches.add_figures(connection, batch_id, self.read.figures, self.read.cells)
        batches.add_figure_notes(connection, batch_id, self.read.notes)


@dataclass(frozen=True)
class _RecordRows:
    """The records of a survey of things, as the store takes them."""

    read: records.RecordReading

    def are_held(self, connection: Connection, batch_id: int) -> bool:
        return record_store.holds_records(connection, batch_id, self.read.records)

    def add(self, connection: Connection, batch_id: int, kind: str) -> None:
        record_store.add_records(connection, batch_id, kind, self.read.records)
