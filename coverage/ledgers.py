"""Household ledgers: read and rolled up by the loaders, held against what counts, kept as a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd
from sqlalchemy import Connection

from coverage import changes
from coverage.surveys import REFUSED, Effect, effects_of
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.periods import Period
from geodata.tables import FIGURE_COLUMNS
from geodata.units import Units
from loaders.ledger import checkpoint, figures, importing, problems, sources
from loaders.ledger.judging import Cell
from loaders.ledger.locating import LocatedOutlines
from loaders.ledger.plan import PARTITION_ROWS, RollupPlan
from loaders.ledger.rollup import PartialRollup
from loaders.ledger.stated import StatedPlaces
from loaders.store import batches, engine, ledgers
from loaders.store.batches import NewBatch
from loaders.store.ledgers import LedgerRecord
from loaders.survey import templates
from loaders.survey.issues import ERROR, INFO, WARNING, Issue
from loaders.survey.templates import SurveyTemplate

HOUSEHOLD_LEDGER: Final = "household_ledger"
LEDGER_FOLDER: Final = "ledgers"
"""Folder of the workspace in which imports that are under way keep what they have done."""

_SHOWN: Final = 20


@dataclass(frozen=True)
class LedgerProposal:
    """
    An imported ledger, before or after it is accepted.

    Parameters
    ----------
    record
        What is known of the ledger; its batch is 0 where refused.
    state
        `surveys.REFUSED`, or the state of its batch.
    batch_id
        Number of its batch; None where refused.
    rows_read, rows_valid
        Rows of the ledger, and those that count as a household.
    issues
        What is wrong with its rows, one issue for each rule that was broken.
    changes, effects
        What accepting changes, as for a survey.
    """

    file_name: str
    record: LedgerRecord
    state: str
    batch_id: int | None
    rows_read: int
    rows_valid: int
    issues: tuple[Issue, ...]
    changes: pd.DataFrame
    effects: tuple[Effect, ...]

    @property
    def change_counts(self) -> dict[str, int]:
        """How many figures are new, changed and unchanged."""
        found = self.changes["change"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in (changes.NEW, changes.CHANGED, changes.UNCHANGED)}


@dataclass(frozen=True)
class LedgerCall:
    """
    How a ledger is to be imported.

    Parameters
    ----------
    paths
        Its files, and folders of them.
    template_id
        Which ledger it is; an office may have one of its own.
    columns
        Key of a template's column → name of the file's column, where the user states it.
    good_rows_only
        Keep the rows without errors of a ledger that has rows with errors.
    is_complete
        The ledger holds every household: kinds of supply that it lacks are zero, not missing.
    units_of
        Day in whose list communes are sought; None for the list of the ledger's quarters.
    """

    paths: Sequence[Path]
    user: str
    template_id: str = HOUSEHOLD_LEDGER
    columns: Mapping[str, str] | None = None
    good_rows_only: bool = False
    is_complete: bool = False
    units_of: date | None = None


class Ledgers:
    """
    The household ledgers of a workspace.

    Parameters
    ----------
    workspace
        Whose store takes them.
    partition_rows
        Rows that are rolled up in one go, and that a killed import loses.
    """

    def __init__(self, workspace: Workspace, *, partition_rows: int = PARTITION_ROWS) -> None:
        self._workspace = workspace
        self._partition_rows = partition_rows

    def template(self, template_id: str) -> SurveyTemplate:
        """Return a template of ledgers, shipped or of the office; raise `WorkspaceError` where there is none."""
        own = templates.load_office_templates(self._workspace.home / "templates")
        every = {t.id: t for t in (templates.load_template(HOUSEHOLD_LEDGER), *own) if t.rows == templates.LEDGER}
        if template_id not in every:
            raise WorkspaceError(
                "call.template-unknown",
                mark('There is no template "{found}". Templates: {known}.'),
                found=template_id,
                known=", ".join(every),
            )
        return every[template_id]

    def propose(
        self,
        call: LedgerCall,
        *,
        run: importing.Runner = importing.run_here,
        progress: importing.Progress | None = None,
    ) -> LedgerProposal:
        """
        Roll a ledger up and keep that as a draft; one with errors is refused, and nothing of it is stored.

        What is done is kept in `LEDGER_FOLDER` until the draft is stored, so that an import that was killed goes on
        from there. The same ledger again gives the batch that it has already.

        Raises
        ------
        WorkspaceError
            If there is no such template.
        FileError
            If a file cannot be read or a column is missing.
        """
        template = self.template(call.template_id)
        files = sources.find_files(list(call.paths))
        sha256, size = sources.hash_files(
            files, (lambda done, size: progress(importing.READING, done, size)) if progress else None
        )
        folder = self._workspace.home / LEDGER_FOLDER / sha256[:32]
        folder.mkdir(parents=True, exist_ok=True)
        ledger = importing.open_ledger(files, template, folder, call.columns)
        units = self._workspace.units_on(call.units_of or self._list_of(ledger))
        layer = self._workspace.exact_layer(units.list_date) if ledger.columns.has_points else None
        outlines = None if layer is None else LocatedOutlines(layer)
        places = StatedPlaces(units, self._workspace.names_on(units.list_date))
        plan = importing.plan_of(ledger, template, places, outlines, folder / "scratch")
        path = ", ".join(str(path.resolve()) for path in call.paths)
        record = LedgerRecord(
            0, sha256, size, path, checkpoint.fingerprint(plan, list_date=units.list_date.isoformat()), call.is_complete
        )
        name = ", ".join(path.name for path in call.paths)
        kept = checkpoint.Checkpoint(folder / f"{record.fingerprint[:32]}_{self._partition_rows}")
        found = self._known(name, record, units) or self._rolled_up(
            name, record, call, units, ledger, plan, kept, run, progress
        )
        if found.state != REFUSED:
            checkpoint.Checkpoint(folder).remove()
        return found

    def _list_of(self, ledger: importing.OpenLedger) -> date:
        """Return the day of the list of the ledger's quarters; where it has none, that of the newest with figures."""
        quarters = sorted(importing.quarters_in(ledger))
        days = {self._workspace.list_of_quarter(Period.parse(quarter)) for quarter in quarters}
        return min(days, default=self._workspace.list_of_newest_quarter())

    def _known(self, name: str, record: LedgerRecord, units: Units) -> LedgerProposal | None:
        """Return the proposal of a ledger that is stored already, read in the same way."""
        with engine.reading(self._workspace.engine) as connection:
            same = ledgers.find_same_ledger(connection, sha256=record.ledger_sha256, fingerprint=record.fingerprint)
            if same is None or same[1].is_complete != record.is_complete:
                return None
            batch, known = same
            issues = tuple(batches.issues_of(connection, batch.id))
            counts = ledgers.read_rollup(connection, batch)
        table, current = self._tables(counts, units, is_complete=known.is_complete)
        rows = (batch.rows_read, batch.rows_valid)
        return self._proposal(name, known, batch.state, batch.id, rows, issues, current, table, units)

    def _rolled_up(
        self,
        name: str,
        record: LedgerRecord,
        call: LedgerCall,
        units: Units,
        ledger: importing.OpenLedger,
        plan: RollupPlan,
        kept: checkpoint.Checkpoint,
        run: importing.Runner,
        progress: importing.Progress | None,
    ) -> LedgerProposal:
        rollup = importing.roll_up_ledger(
            ledger, plan, kept, run=run, partition_rows=self._partition_rows, progress=progress
        )
        table, current = self._tables(rollup.counts, units, is_complete=call.is_complete)
        elsewhere = self._quarters_elsewhere(table, units)
        own = self._issues(rollup, units, is_complete=call.is_complete)
        issues = (*elsewhere, *own, *self._contradictions(current, table))
        has_errors = any(issue.severity == ERROR for issue in issues)
        rows = (rollup.rows, rollup.rows_counted)
        if not rollup.rows_counted or elsewhere or (has_errors and not call.good_rows_only):
            return self._proposal(name, record, REFUSED, None, rows, issues, current, table, units)
        with engine.writing(self._workspace.engine) as connection:
            batch_id = self._keep(connection, name, record, call.user, rollup, issues, table, units)
        return self._proposal(name, record, batches.DRAFT, batch_id, rows, issues, current, table, units)

    def _keep(
        self,
        connection: Connection,
        name: str,
        record: LedgerRecord,
        user: str,
        rollup: PartialRollup,
        issues: Sequence[Issue],
        table: pd.DataFrame,
        units: Units,
    ) -> int:
        """Store a roll-up as a draft; a draft of the same ledger, read otherwise, is withdrawn."""
        workspace = self._workspace
        same = ledgers.find_same_ledger(connection, sha256=record.ledger_sha256, fingerprint=record.fingerprint)
        if same is not None and same[0].state == batches.DRAFT:
            batches.withdraw(connection, same[0].id, at=workspace.clock(), user=user, reason="read anew")
        new = NewBatch(
            kind=batches.LEDGER,
            file_name=name,
            content=ledgers.rollup_bytes(rollup.counts),
            user=user,
            unit_list_date=units.list_date,
            rows_read=rollup.rows,
            rows_valid=rollup.rows_counted,
        )
        batch_id = batches.add_draft(connection, new, at=workspace.clock())
        ledgers.add_ledger(connection, batch_id, record)
        batches.add_figures(connection, batch_id, table)
        batches.add_issues(connection, batch_id, list(issues))
        return batch_id

    def _tables(self, counts: Counter[Cell], units: Units, *, is_complete: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the figures of a roll-up, and those that count now for its quarters."""
        communes = units.communes
        is_rural = dict(zip(communes.index.astype(str), communes["is_rural"].astype(bool), strict=True))
        table = figures.figures_of(counts, is_rural=is_rural, is_complete=is_complete)
        day = units.list_date
        now = [self._workspace.figures(period=period, told_on=day) for period in table["period"].unique()]
        return table, pd.concat(now, ignore_index=True) if now else table

    def _quarters_elsewhere(self, table: pd.DataFrame, units: Units) -> list[Issue]:
        """Refuse quarters whose communes are kept in another list than the one in which the ledger was read."""
        lists = {code: self._workspace.list_of_quarter(Period.parse(code)) for code in sorted(set(table["period"]))}
        other = {code: day for code, day in lists.items() if day != units.list_date}
        if not other:
            return []
        sentence = mark(
            "The ledger was read in the communes of {day}, and its quarters {periods} are kept in those of {days}. "
            "Put the quarters of each list into a ledger of its own, or read this one by --units-of {units_of}."
        )
        days = sorted(set(other.values()))
        values = {
            "day": f"{units.list_date:%d/%m/%Y}",
            "periods": ", ".join(other),
            "days": ", ".join(f"{day:%d/%m/%Y}" for day in days),
            "units_of": days[0].isoformat(),
        }
        return [Issue("ledger.list-differs", ERROR, "", "", "", "", sentence, values)]

    def _issues(self, rollup: PartialRollup, units: Units, *, is_complete: bool) -> list[Issue]:
        day = f"{units.list_date:%d/%m/%Y}"
        found = dict(rollup.problems)
        absent = () if is_complete else figures.absent_kinds(rollup.counts)
        if absent and rollup.rows_counted:
            found["ledger.kind-absent", INFO] = problems.Problem(len(absent))
        return problems.as_issues(found, day=day, kinds=", ".join(absent))

    def _contradictions(self, current: pd.DataFrame, table: pd.DataFrame) -> list[Issue]:
        """Tell communes whose stored figures contradict those of a ledger that leaves some unreported."""
        if table.empty:
            return []
        after = changes.with_proposed(current, table).set_index(["commune_code", "period"])
        after = after.loc[after.index.isin(table.set_index(["commune_code", "period"]).index)]
        shared = after["households_shared"].fillna(0)
        grid = after["households_direct"] + after["households_bulk"] + shared - after["households_grid"]
        whole = after["households_grid"] + after["households_offgrid"] + after["households_without"]
        is_wrong = (grid != 0).fillna(value=False) | (whole != after["households_all"]).fillna(value=False)
        codes = [str(code) for code in after.index[is_wrong.to_numpy(dtype=bool)].get_level_values(0).unique()]
        if not codes:
            return []
        sentence = mark(
            "In {count} communes the figures that the ledger does not report, and that go on counting, contradict its "
            "own: {communes}. Their indicators will say so."
        )
        shown = ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
        values = {"count": len(codes), "communes": shown}
        return [Issue("ledger.contradicts-stored", WARNING, "", "", "", "", sentence, values)]

    def _proposal(
        self,
        name: str,
        record: LedgerRecord,
        state: str,
        batch_id: int | None,
        rows: tuple[int, int],
        issues: Sequence[Issue],
        current: pd.DataFrame,
        table: pd.DataFrame,
        units: Units,
    ) -> LedgerProposal:
        difference = changes.compare_figures(current[list(FIGURE_COLUMNS)], table)
        effects = tuple(effects_of(self._workspace, current, table, units))
        return LedgerProposal(name, record, state, batch_id, *rows, tuple(issues), difference, effects)
