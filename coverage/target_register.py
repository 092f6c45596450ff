"""The register of targets: entered, amended and withdrawn by a manager, read from a workbook, given back as one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from coverage.target_drafts import CHANGED, NEW, UNCHANGED, DraftCheck, DraftContext, TargetDraft, compare
from coverage.target_proposals import TargetProposal, propose_targets
from coverage.targets import area_name, in_force, read_targets
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.target_data import (
    APPLIES_TO_NAMES,
    PERCENT,
    STATUS_NAMES,
    TARGET,
    UNIT_NAMES,
    Milestone,
    Target,
)
from geodata.target_words import percent_text
from loaders.reference import LIST_DATE_2021, tables
from loaders.reports.target_workbook import write_target_workbook
from loaders.store import batches, engine
from loaders.store import targets as store
from loaders.store.batches import NewBatch
from loaders.store.targets import Withdrawal
from loaders.survey.issues import ERROR


class TargetRegister:
    """
    The versions of targets of a workspace: the shipped ones, and what the office entered.

    Parameters
    ----------
    workspace
        Whose store keeps them.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.facts = tables.load_target_facts()
        self.shipped = read_targets(tables.load_target_table())

    def versions(self, *, as_of: datetime | None = None) -> tuple[Target, ...]:
        """Return every version that was known at a moment, in the order in which they were entered."""
        with engine.reading(self.workspace.engine) as connection:
            return store.known_targets(connection, self.shipped, as_of=as_of)

    def find(self, code: str) -> Target:
        """Return a version by its code; raise `WorkspaceError` where there is none."""
        found = next((t for t in self.versions() if t.code.casefold() == code.strip().casefold()), None)
        if found is None:
            raise WorkspaceError(
                "call.target-unknown",
                mark('There is no target "{code}". The list of targets shows the code of each.'),
                code=code,
            )
        return found

    # ---- by hand

    def add(self, draft: TargetDraft, *, user: str) -> Target:
        """
        Enter a target; it supersedes the earlier versions of its programme, indicator and area from its decision on.

        Raises
        ------
        WorkspaceError
            If name or reason are missing, something in it is wrong, or the same stands already; nothing is stored.
        """
        _require_reason(user, draft.reason)
        with engine.writing(self.workspace.engine) as connection:
            known = store.known_targets(connection, self.shipped)
            version = self.check(known).version(draft)
            if compare(version, known)[0] == UNCHANGED:
                raise WorkspaceError(
                    "target.unchanged", mark("Nothing was stored: this target stands already, by the same decision.")
                )
            self._store(connection, [version], user=user)
            return store.known_targets(connection, self.shipped)[-1]

    def amend(
        self,
        code: str,
        milestones: Sequence[Milestone],
        *,
        decision: str,
        decision_date: date,
        source: str,
        status: str,
        user: str,
        reason: str,
    ) -> Target:
        """Enter a later version of a target, with other milestones by another decision; the earlier one stays."""
        old = self.find(code)
        draft = TargetDraft(
            programme=old.programme,
            indicator=old.indicator,
            area=old.area,
            milestones=tuple(milestones),
            decision=decision,
            decision_date=decision_date,
            source=source,
            status=status,
            units_of=old.units_of,
            applies_to=old.applies_to,
            unit=old.unit,
            reason=reason,
        )
        return self.add(draft, user=user)

    def withdraw(self, code: str, *, user: str, reason: str, day: date | None = None) -> Target:
        """
        Make a version no longer hold from a day on (today where None); the one before it holds again.

        Raises
        ------
        WorkspaceError
            If name or reason are missing, there is no such version, or it is withdrawn already.
        """
        _require_reason(user, reason)
        old = self.find(code)
        if old.withdrawn_on is not None:
            raise WorkspaceError(
                "target.withdrawn-already",
                mark('The target "{code}" is withdrawn already. There is nothing to do.'),
                code=old.code,
            )
        made = Withdrawal(old.code, day or self.workspace.clock().date(), reason.strip())
        content = json.dumps(
            {"withdraw": old.code, "day": made.day.isoformat(), "reason": made.reason}, ensure_ascii=False
        )
        with engine.writing(self.workspace.engine) as connection:
            new = self._new_batch(f"{old.code}.json", content.encode(), user, 1)
            store.add_change(connection, new, at=self.workspace.clock(), withdrawals=[made])
        return self.find(old.code)

    # ---- from a workbook

    def propose(self, content: bytes, file_name: str) -> TargetProposal:
        """
        Read a workbook of targets and say what taking it would change; nothing is stored.

        Raises
        ------
        FileError
            If it cannot be read as one.
        """
        known = self.versions()
        names = self.workspace.names_on(LIST_DATE_2021)
        return propose_targets(content, file_name, names=names, check=self.check(known), known=known)

    def take(self, proposal: TargetProposal, *, user: str, reason: str) -> int | None:
        """
        Store what a workbook says anew, in one transaction; None where it changes nothing.

        Raises
        ------
        WorkspaceError
            If name or reason are missing, or anything in the workbook is wrong; nothing is stored then.
        """
        _require_reason(user, reason)
        if proposal.has_errors:
            raise WorkspaceError(
                "target.file-errors",
                mark('Nothing was stored: "{file}" has {count} problems. Mend them and take the file again.'),
                file=proposal.file_name,
                count=sum(issue.severity == ERROR for issue in proposal.issues),
            )
        with engine.writing(self.workspace.engine) as connection:
            known = store.known_targets(connection, self.shipped)
            fresh = [
                replace(target.version, reason=" ".join(reason.split()))
                for target in proposal.targets
                if compare(target.version, known)[0] in (NEW, CHANGED)
            ]
            if not fresh:
                return None
            new = self._new_batch(proposal.file_name, proposal.content, user, len(proposal.reading.rows))
            return store.add_change(connection, new, at=self.workspace.clock(), versions=fresh)

    # ---- as a workbook

    def workbook(self, language: Language, *, on: date | None = None) -> bytes:
        """Return the targets in force on a day (today where None) as an .xlsx file that `propose` reads."""
        day = on or self.workspace.clock().date()
        rows = [
            row
            for target in in_force(self.versions(), day)
            if target.kind == TARGET
            for row in self._sheet_rows(target, language)
        ]
        return write_target_workbook(rows, language, on=day)

    def _sheet_rows(self, target: Target, language: Language) -> Iterator[dict[str, Any]]:
        units = self.workspace.lists.on(target.units_of or LIST_DATE_2021)
        for milestone in target.milestones:
            is_share = target.unit == PERCENT
            yield {
                "programme": target.programme_name.text(language),
                "indicator": self.indicator_name(target, language),
                "commune_code": target.area,
                "commune_name": area_name(target, units, self.facts).text(language),
                "units_of": target.units_of,
                "applies_to": language.say(APPLIES_TO_NAMES[target.applies_to]),
                "due": str(milestone.due or ""),
                "value": percent_text(milestone.value, language) if is_share else milestone.value,
                "unit": "%" if is_share else language.say(UNIT_NAMES.get(target.unit, target.unit)),
                "decision": target.decision.text(language),
                "decision_date": target.decision_date,
                "status": language.say(STATUS_NAMES[target.status]),
                "source": target.source.text(language),
            }

    def indicator_name(self, target: Target, language: Language) -> str:
        """Return what readers call the indicator, or the quantity, of a target."""
        indicator = self.workspace.registry.get(target.indicator)
        return (
            self.facts.quantities[target.indicator].text(language) if indicator is None else indicator.title(language)
        )

    # ---- parts

    def check(self, known: Sequence[Target] | None = None) -> DraftCheck:
        """Return what checks drafts against the versions that are known; all of now where None."""
        workspace = self.workspace
        versions = self.versions() if known is None else known
        return DraftCheck(DraftContext(workspace.registry, self.facts, workspace.lists, LIST_DATE_2021, versions))

    def _store(self, connection: Connection, versions: Sequence[Target], *, user: str) -> int:
        content = json.dumps([_as_record(version) for version in versions], ensure_ascii=False, indent=1)
        new = self._new_batch("targets.json", content.encode("utf-8"), user, len(versions))
        return store.add_change(connection, new, at=self.workspace.clock(), versions=versions)

    def _new_batch(self, file_name: str, content: bytes, user: str, rows: int) -> NewBatch:
        return NewBatch(
            kind=batches.TARGETS,
            file_name=file_name,
            content=content,
            user=user.strip(),
            unit_list_date=LIST_DATE_2021,
            rows_read=rows,
            rows_valid=rows,
        )


def _require_reason(user: str, reason: str) -> None:
    if not user.strip() or not reason.strip():
        raise WorkspaceError(
            "target.reason-missing",
            mark("Nothing was stored: write your name and a reason; both stay with the target."),
        )


def _as_record(version: Target) -> Mapping[str, Any]:
    return {
        "programme": version.programme,
        "indicator": version.indicator,
        "area": version.area,
        "units_of": version.units_of.isoformat() if version.units_of else "",
        "milestones": [[str(m.due or ""), str(m.value)] for m in version.milestones],
        "unit": version.unit,
        "decision": version.decision.vi,
        "decision_date": version.decision_date.isoformat(),
        "status": version.status,
        "source": version.source.vi,
        "reason": version.reason,
    }
