"""Organisations' own commune lists: read, held against the official list of a day, decided on, kept, given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

import pandas as pd
from sqlalchemy import Connection

from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.former_history import Past, past_of
from geodata.language import Language
from geodata.name_keys import accented_key
from geodata.names import NameIndex
from geodata.own_lists import ASSIGN, OPEN, VERDICTS, Decision
from geodata.reconciliation import Reconciliation, reconcile
from geodata.reconciliation_reasons import DOUBTFUL, EXTRA, MATCHED, PART_REASONS
from geodata.reconciliation_table import ListFacts, listing
from geodata.units import Units
from loaders import reference
from loaders.reports import commune_list_workbook
from loaders.reports.csv_file import csv_of
from loaders.store import batches, engine
from loaders.store import commune_lists as store
from loaders.store.batches import NewBatch
from loaders.store.commune_lists import StoredList
from loaders.survey.commune_lists import CommuneListReading, read_commune_list

DEFAULT_ORGANISATION: Final = "EVNSPC"


@dataclass(frozen=True)
class OfficialList:
    """
    The official list of a day, with what is known of the units before it.

    Parameters
    ----------
    units, names
        The list, and the names of its units with those that they bore before.
    past
        What became of the communes before.
    """

    units: Units
    names: NameIndex
    past: Past


@dataclass(frozen=True)
class ListProposal:
    """
    An uploaded own list, before or after it is accepted.

    Parameters
    ----------
    reading
        What was understood.
    result
        How it compares with the official list.
    stored
        Its batch, organisation and day.
    """

    reading: CommuneListReading
    result: Reconciliation
    stored: StoredList


@dataclass(frozen=True)
class KeptReconciliation:
    """
    A stored list with its reconciliation.

    Parameters
    ----------
    version
        Version of the data that the reconciliation is of.
    """

    stored: StoredList
    result: Reconciliation
    version: int


@lru_cache(maxsize=8)
def official_list(day: date) -> OfficialList:
    """
    Return the official list that held on a day, from 1 January 2019 on.

    Raises
    ------
    PlaceError
        If no list of that day is known.
    """
    history = reference.load_unit_history()
    units = Units(history.units_on(day).table, day)
    past = past_of(history, day)
    return OfficialList(units, NameIndex(units, past.former), past)


class CommuneLists:
    """
    The own commune lists of a workspace.

    Parameters
    ----------
    workspace
        Whose store keeps them.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def propose(
        self,
        content: bytes,
        file_name: str,
        *,
        user: str,
        organisation: str = DEFAULT_ORGANISATION,
        day: date = reference.LIST_DATE_2021,
    ) -> ListProposal:
        """
        Read an own list, reconcile it, and keep it as a draft.

        What was decided before of the organisation's entries is applied. The same file again, for the same
        organisation and day, gives the batch that it has already.

        Raises
        ------
        PlaceError, WorkspaceError
            If there is no official list of that day, or no organisation is named.
        FileError
            If the file cannot be read as a commune list; nothing is stored then.
        """
        organisation = " ".join(organisation.split())
        if not organisation:
            raise WorkspaceError("call.organisation-missing", mark("Name the organisation whose commune list it is."))
        official = official_list(day)
        units = self._workspace.units
        names = self._workspace.names_on(units.list_date)
        reading = read_commune_list(content, file_name=file_name, units=units, names=names)
        with engine.writing(self._workspace.engine) as connection:
            organisation = _as_known(connection, organisation)
            result = self._reconcile(connection, reading.entries, official, organisation)
            stored = self._known(connection, content, reading, organisation, day, user)
            if stored is None:
                new = NewBatch(
                    kind=batches.COMMUNE_LISTS,
                    file_name=file_name,
                    content=content,
                    user=user,
                    unit_list_date=day,
                    rows_read=len(reading.entries),
                    rows_valid=result.counts[MATCHED],
                    sheet=reading.sheets,
                )
                batch_id = batches.add_draft(connection, new, at=self._workspace.clock())
                store.add_list(
                    connection, batch_id, reading.entries, organisation=organisation, valid_on=day.isoformat()
                )
                batches.add_issues(connection, batch_id, list(reading.issues))
                store.add_result(connection, batch_id, result.table, at=self._workspace.clock(), user=user)
                stored = StoredList(batches.find(connection, batch_id), organisation, day.isoformat())
        return ListProposal(reading, result, stored)

    def _known(
        self,
        connection: Connection,
        content: bytes,
        reading: CommuneListReading,
        organisation: str,
        day: date,
        user: str,
    ) -> StoredList | None:
        """Return the list that this file is already, unless it is read otherwise now and does not count yet."""
        sha256 = batches.hash_of(content)
        for one in store.lists_of(connection):
            is_same = (one.batch.file_sha256, one.organisation, one.valid_on) == (sha256, organisation, day.isoformat())
            if not is_same or one.batch.state == batches.WITHDRAWN:
                continue
            if one.batch.state == batches.ACCEPTED or store.holds_entries(connection, one.batch.id, reading.entries):
                return one
            batches.withdraw(connection, one.batch.id, at=self._workspace.clock(), user=user, reason="read anew")
        return None

    def _reconcile(
        self, connection: Connection, entries: pd.DataFrame, official: OfficialList, organisation: str
    ) -> Reconciliation:
        return reconcile(
            entries,
            official.units,
            past=official.past,
            decisions=store.decisions_of(connection, organisation),
            names=official.names,
        )

    def accept(self, batch_id: int, *, user: str) -> KeptReconciliation:
        """
        Make a list count in place of the organisation's list before; reconciled with all that is decided by now.

        Raises
        ------
        WorkspaceError
            If it is no list, or no draft.
        """
        with engine.writing(self._workspace.engine) as connection:
            self._find(connection, batch_id)
            batches.accept(connection, batch_id, at=self._workspace.clock(), user=user)
            return self._renewed(connection, self._find(connection, batch_id), user)

    def _renewed(self, connection: Connection, stored: StoredList, user: str) -> KeptReconciliation:
        official = official_list(date.fromisoformat(stored.valid_on))
        entries = store.entries_of(connection, stored.batch.id)
        result = self._reconcile(connection, entries, official, stored.organisation)
        store.add_result(connection, stored.batch.id, result.table, at=self._workspace.clock(), user=user)
        return self._kept(connection, stored)

    def _find(self, connection: Connection, batch_id: int) -> StoredList:
        found = next((one for one in store.lists_of(connection) if one.batch.id == batch_id), None)
        if found is None:
            raise WorkspaceError(
                "call.no-commune-list",
                mark("Batch {batch_id} is no commune list."),
                batch_id=str(batch_id),
            )
        return found

    def _kept(self, connection: Connection, stored: StoredList, *, as_of: datetime | None = None) -> KeptReconciliation:
        kept = store.result_of(connection, stored.batch.id, as_of=as_of)
        assert kept is not None  # a list is stored together with its result
        table, version = kept
        return KeptReconciliation(stored, Reconciliation(table), version)

    def counting(self, *, as_of: datetime | None = None) -> list[KeptReconciliation]:
        """Return of each organisation the list that counts, now or at an earlier moment, as it was reconciled last."""
        with engine.reading(self._workspace.engine) as connection:
            counting = store.counting_lists(connection, as_of=as_of)
            return [self._kept(connection, stored, as_of=as_of) for stored in counting]

    def find(self, batch_id: int) -> KeptReconciliation:
        """Return a list by its batch; raise `WorkspaceError` where there is none."""
        with engine.reading(self._workspace.engine) as connection:
            return self._kept(connection, self._find(connection, batch_id))

    # ---- decisions by hand

    def decide(
        self, batch_id: int, entry_keys: Sequence[str], verdict: str, *, user: str, reason: str, unit_code: str = ""
    ) -> KeptReconciliation:
        """
        Decide what entries of the list that counts are; it holds for later lists of the organisation too.

        Parameters
        ----------
        entry_keys
            Which entries. Assigned without a `unit_code`, each is the unit that is suggested for it.
        verdict
            `ASSIGN`, `APART`, or `OPEN` to take a decision back.

        Raises
        ------
        WorkspaceError
            If something needed is missing, an entry is none that can be decided, or a unit is another entry's
            already; nothing is stored then.
        """
        if not reason.strip() or not user.strip():
            raise WorkspaceError(
                "decision.reason-missing",
                mark("Nothing was decided: write your name and a reason; both stay with the entry."),
            )
        with engine.writing(self._workspace.engine) as connection:
            stored = self._find(connection, batch_id)
            now = self._kept(connection, stored).result.table
            at = batches.moment_text(self._workspace.clock())
            decisions = [
                Decision(key, verdict, _unit_decided(now, key, verdict, unit_code, stored), reason.strip(), user, at)
                for key in entry_keys
            ]
            _refuse_doubled(decisions)
            store.add_decisions(connection, stored.organisation, decisions)
            batches.renew(connection, batch_id, at=self._workspace.clock(), user=user, reason=reason.strip())
            return self._renewed(connection, stored, user)

    # ---- files for users

    def workbook(self, kept: KeptReconciliation, language: Language) -> bytes:
        """Return the reconciliation as an .xlsx file; see `commune_list_workbook.write_reconciliation`."""
        units = official_list(date.fromisoformat(kept.stored.valid_on)).units
        return commune_list_workbook.write_reconciliation(kept.result, self.facts(kept), units, language)

    def csv(self, kept: KeptReconciliation, language: Language) -> bytes:
        """Return every row of the reconciliation as a .csv file."""
        units = official_list(date.fromisoformat(kept.stored.valid_on)).units
        return csv_of(listing(kept.result.table, units, language))

    def facts(self, kept: KeptReconciliation) -> ListFacts:
        """Return what a reader must know of a list: whose, of which day and file, from whom and when."""
        batch = kept.stored.batch
        return ListFacts(
            organisation=kept.stored.organisation,
            day=date.fromisoformat(kept.stored.valid_on),
            file_name=batch.file_name,
            user=batch.created_by,
            uploaded_on=date.fromisoformat(batch.created_at[:10]),
            version=f"v{kept.version}",
        )


def _as_known(connection: Connection, organisation: str) -> str:
    """Return an organisation as it was written before, where only spelling tells the two apart."""
    known = {accented_key(one.organisation): one.organisation for one in store.lists_of(connection)}
    return known.get(accented_key(organisation), organisation)


def _unit_decided(now: pd.DataFrame, key: str, verdict: str, unit_code: str, stored: StoredList) -> str:
    """Return the unit that a decision assigns; refuse what cannot be decided."""
    found = now[now["entry_key"] == key]
    if found.empty or verdict not in VERDICTS:
        raise WorkspaceError(
            "decision.entry-unknown",
            mark('The list has no entry "{key}", or "{verdict}" is no decision. Decisions: {allowed}.'),
            key=key,
            verdict=verdict,
            allowed=", ".join(VERDICTS),
        )
    entry = found.iloc[0]
    is_decided = entry["reason"] in ("decided", "kept-apart")
    if entry["status"] not in (DOUBTFUL, EXTRA) and not is_decided:
        raise WorkspaceError(
            "decision.entry-matched",
            mark("Row {row} is matched by its own code or name; only doubtful and extra entries are decided by hand."),
            row=str(entry["row"]),
        )
    if verdict == OPEN and not is_decided:
        raise WorkspaceError(
            "decision.not-decided", mark("Row {row} was not decided by hand yet."), row=str(entry["row"])
        )
    if verdict != ASSIGN:
        return ""
    # What was merged or divided belongs to its unit and is not it: which entry is, must be said for each.
    is_part = entry["reason"] in PART_REASONS
    code = unit_code or ("" if is_part or entry["status"] == EXTRA else str(entry["suggested_code"]))
    if not code:
        raise WorkspaceError(
            "decision.unit-missing",
            mark(
                "Row {row} is not clearly one commune: choose the commune that it is, or keep it apart with a reason."
            ),
            row=str(entry["row"]),
        )
    if code not in official_list(date.fromisoformat(stored.valid_on)).units.communes.index:
        raise WorkspaceError(
            "decision.unit-unknown",
            mark("The official list of {day} has no commune with the code {code}."),
            day=f"{date.fromisoformat(stored.valid_on):%d/%m/%Y}",
            code=code,
        )
    holder = now[(now["unit_code"] == code) & (now["status"] == MATCHED) & (now["entry_key"] != key)]
    if len(holder):
        raise WorkspaceError(
            "decision.unit-taken",
            mark(
                "Row {row} cannot be {code}: row {holder} is matched with it, and a commune is matched once. Keep the "
                "row apart with a reason, or decide the other one first."
            ),
            row=str(entry["row"]),
            code=code,
            holder=str(holder.iloc[0]["row"]),
        )
    return code


def _refuse_doubled(decisions: Sequence[Decision]) -> None:
    """Refuse one unit for several of the entries that are decided together."""
    codes = [decision.unit_code for decision in decisions if decision.unit_code]
    doubled = next((code for code in codes if codes.count(code) > 1), None)
    if doubled is not None:
        raise WorkspaceError(
            "decision.unit-doubled",
            mark("Nothing was decided: {count} of the chosen entries would be the same commune, {code}."),
            count=codes.count(doubled),
            code=doubled,
        )
