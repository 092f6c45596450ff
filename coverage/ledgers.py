"""Household ledgers: read and rolled up by the loaders, held against what counts, kept as a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from loaders.ledger.import_folder import import_folder
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

MAIN_INDICATORS: Final = ("households_with_power_share", "direct_share", "bulk_share")
"""What is told of the effect on a province."""

_QUARTERS_COMPARED: Final = 4
"""Newest quarters of a ledger whose effect on the provinces is told; of ten years it would take minutes."""

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
        Number of its batch; None where refused, unless an earlier call for the good rows only left a draft.
    rows_read, rows_valid
        Rows of the ledger, and those that count as a household.
    issues
        What is wrong with its rows, one issue for each rule that was broken.
    changes
        What accepting changes, as for a survey.
    effects
        What it does to `MAIN_INDICATORS` of each province, in the newest four quarters of the ledger.
    list_date
        Day of the official list whose units all of this is told in.
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
    list_date: date

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
        Day in whose list communes are sought; None for the list of most of the ledger's rows.
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

        What is done is kept in `LEDGER_FOLDER` until the draft is stored, so that an import that was killed or refused
        goes on from there; see `import_folder` for how long. The same ledger again gives the batch that it has already.
        Communes are those of the official list of its quarters.

        Raises
        ------
        WorkspaceError
            If there is no such template.
        FileError
            If a file cannot be read, a column is missing, or another call imports this ledger.
        """
        template = self.template(call.template_id)
        files = sources.find_files(list(call.paths))
        sha256, size = sources.hash_files(
            files, (lambda done, size: progress(importing.READING, done, size)) if progress else None
        )
        with import_folder(self._workspace.home / LEDGER_FOLDER, sha256) as folder:
            opened = self._open(call, template, files, (sha256, size), folder)
            found = self._known(opened, call) or self._rolled_up(opened, call, run, progress)
            if found.state != REFUSED:
                checkpoint.Checkpoint(folder).remove()
        return found

    def _open(
        self,
        call: LedgerCall,
        template: SurveyTemplate,
        files: list[sources.LedgerFile],
        hashed: tuple[str, int],
        folder: Path,
    ) -> _Opened:
        ledger = importing.open_ledger(files, template, folder, call.columns)
        day, quarters = self._list_of(importing.rows_by_quarter(ledger), call.units_of)
        units = self._workspace.units_on(day)
        places = StatedPlaces(units, self._workspace.names_on(day))
        outlines = LocatedOutlines(self._workspace.exact_layer(day)) if ledger.columns.has_points else None
        plan = importing.plan_of(ledger, template, places, outlines, folder / "scratch", quarters=quarters)
        fingerprint = checkpoint.fingerprint(plan, list_date=day.isoformat())
        path = ", ".join(str(path.resolve()) for path in call.paths)
        record = LedgerRecord(0, *hashed, path, fingerprint, call.is_complete)
        others = tuple(sources.find_other_files(list(call.paths)))
        return _Opened(", ".join(path.name for path in call.paths), record, ledger, plan, units, folder, others)

    def _list_of(self, rows: Mapping[str, int], units_of: date | None) -> tuple[date, tuple[str, ...]]:
        """
        Return the day of the list in which communes are sought, and the quarters that are kept in it.

        Parameters
        ----------
        rows
            Rows of the ledger by quarter; the list of most of them is taken.
        units_of
            A day whose list is taken instead.
        """
        days = {quarter: self._workspace.list_of_quarter(Period.parse(quarter)) for quarter in rows}
        by_day: Counter[date] = Counter()
        for quarter, day in days.items():
            by_day[day] += rows[quarter]
        if units_of is not None:
            taken = self._workspace.units_on(units_of).list_date
        elif by_day:
            taken = max(by_day, key=lambda day: (by_day[day], day))
        else:
            taken = self._workspace.list_of_newest_quarter()
        return taken, tuple(sorted(quarter for quarter, day in days.items() if day == taken))

    def _known(self, opened: _Opened, call: LedgerCall) -> LedgerProposal | None:
        """
        Return the proposal of a ledger that is stored already, read in the same way.

        A draft of the good rows of a ledger with errors is refused to a call that does not ask for these.
        """
        record = opened.record
        with engine.reading(self._workspace.engine) as connection:
            same = ledgers.find_same_ledger(connection, sha256=record.ledger_sha256, fingerprint=record.fingerprint)
            if same is None or same[1].is_complete != record.is_complete:
                return None
            batch, known = same
            issues = batches.issues_of(connection, batch.id)
            counts = ledgers.read_rollup(connection, batch)
        tables = self._tables(counts, opened)
        found = self._proposal(replace(opened, record=known), tables, issues, (batch.rows_read, batch.rows_valid))
        is_refused = batch.state == batches.DRAFT and _has_error(issues) and not call.good_rows_only
        return replace(found, state=REFUSED if is_refused else batch.state, batch_id=batch.id)

    def _rolled_up(
        self, opened: _Opened, call: LedgerCall, run: importing.Runner, progress: importing.Progress | None
    ) -> LedgerProposal:
        kept = checkpoint.Checkpoint(opened.folder / f"{opened.record.fingerprint[:32]}_{self._partition_rows}")
        rollup = importing.roll_up_ledger(
            opened.ledger, opened.plan, kept, run=run, partition_rows=self._partition_rows, progress=progress
        )
        tables = self._tables(rollup.counts, opened)
        issues = [*self._issues(rollup, opened), *_contradictions(*tables)]
        found = self._proposal(opened, tables, issues, (rollup.rows, rollup.rows_counted))
        if not rollup.rows_counted or (_has_error(issues) and not call.good_rows_only):
            return found
        with engine.writing(self._workspace.engine) as connection:
            batch_id = self._keep(connection, opened, call.user, rollup, issues, tables[1])
        return replace(found, state=batches.DRAFT, batch_id=batch_id)

    def _keep(
        self,
        connection: Connection,
        opened: _Opened,
        user: str,
        rollup: PartialRollup,
        issues: Sequence[Issue],
        table: pd.DataFrame,
    ) -> int:
        """Store a roll-up as a draft; a draft of the same ledger, read otherwise, is withdrawn."""
        now, record = self._workspace.clock, opened.record
        same = ledgers.find_same_ledger(connection, sha256=record.ledger_sha256, fingerprint=record.fingerprint)
        if same is not None and same[0].state == batches.DRAFT:
            batches.withdraw(connection, same[0].id, at=now(), user=user, reason="read anew")
        new = NewBatch(
            kind=batches.LEDGER,
            file_name=opened.name,
            content=ledgers.rollup_bytes(rollup.counts),
            user=user,
            unit_list_date=opened.units.list_date,
            rows_read=rollup.rows,
            rows_valid=rollup.rows_counted,
        )
        batch_id = batches.add_draft(connection, new, at=now())
        ledgers.add_ledger(connection, batch_id, record)
        batches.add_figures(connection, batch_id, table)
        batches.add_issues(connection, batch_id, list(issues))
        return batch_id

    def _tables(self, counts: Counter[Cell], opened: _Opened) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the figures that count now for the quarters of a roll-up, and those of the roll-up."""
        communes, day = opened.units.communes, opened.units.list_date
        is_rural = dict(zip(communes.index.astype(str), communes["is_rural"].astype(bool), strict=True))
        table = figures.figures_of(counts, is_rural=is_rural, is_complete=opened.record.is_complete)
        now = [self._workspace.figures(period=period, told_on=day) for period in table["period"].unique()]
        return pd.concat(now, ignore_index=True) if now else table, table

    def _issues(self, rollup: PartialRollup, opened: _Opened) -> list[Issue]:
        found = dict(rollup.problems)
        absent = () if opened.record.is_complete else figures.absent_kinds(rollup.counts)
        if absent and rollup.rows_counted:
            found["ledger.kind-absent", INFO] = problems.Problem(len(absent))
        left_out = {
            ("ledger.files-left-out", INFO): opened.other_files,
            ("ledger.text-left-out", WARNING): opened.ledger.left_out,
        }
        found.update({problem: problems.Problem(len(names)) for problem, names in left_out.items() if names})
        files, texts = (_listed(names) for names in left_out.values())
        day = f"{opened.units.list_date:%d/%m/%Y}"
        return problems.as_issues(found, day=day, kinds=", ".join(absent), files=files, texts=texts)

    def _proposal(
        self,
        opened: _Opened,
        tables: tuple[pd.DataFrame, pd.DataFrame],
        issues: Sequence[Issue],
        rows: tuple[int, int],
    ) -> LedgerProposal:
        """Return the proposal of a ledger that is not stored."""
        current, table = tables
        difference = changes.compare_figures(current[list(FIGURE_COLUMNS)], table)
        newest = table[table["period"].isin(sorted(table["period"].unique())[-_QUARTERS_COMPARED:])]
        effects = tuple(effects_of(self._workspace, current, newest, opened.units, only=MAIN_INDICATORS))
        day = opened.units.list_date
        return LedgerProposal(opened.name, opened.record, REFUSED, None, *rows, tuple(issues), difference, effects, day)


@dataclass(frozen=True)
class _Opened:
    """
    A ledger whose columns, quarters and communes are known; nothing of it is rolled up yet.

    Parameters
    ----------
    units
        The official list of its quarters.
    folder
        Folder of the workspace for what its import makes.
    other_files
        Files of the folders given that are of no kind of a ledger.
    """

    name: str
    record: LedgerRecord
    ledger: importing.OpenLedger
    plan: RollupPlan
    units: Units
    folder: Path
    other_files: tuple[str, ...]


def _listed(names: Sequence[str]) -> str:
    """Return the first of some names as a sentence lists them."""
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _has_error(issues: Sequence[Issue]) -> bool:
    return any(issue.severity == ERROR for issue in issues)


def _contradictions(current: pd.DataFrame, table: pd.DataFrame) -> list[Issue]:
    """Tell communes whose stored figures contradict those of a ledger that leaves some unreported."""
    if table.empty:
        return []
    key = ["commune_code", "period"]
    after = changes.with_proposed(current, table).set_index(key)
    after = after.loc[after.index.isin(table.set_index(key).index)]
    shared = after["households_shared"].fillna(0)
    grid = after["households_direct"] + after["households_bulk"] + shared - after["households_grid"]
    whole = after["households_grid"] + after["households_offgrid"] + after["households_without"]
    is_wrong = (grid != 0).fillna(value=False) | (whole != after["households_all"]).fillna(value=False)
    codes = [str(code) for code in after.index[is_wrong.to_numpy(dtype=bool)].get_level_values(0).unique()]
    if not codes:
        return []
    sentence = mark(
        "In {count} communes the figures that the ledger does not report, and that go on counting, contradict its "
        "own: {communes}. Both count until one is corrected; accept it only with a reason that says which."
    )
    values = {"count": len(codes), "communes": _listed(codes)}
    return [Issue("ledger.contradicts-stored", WARNING, "", "", "", "", sentence, values)]
