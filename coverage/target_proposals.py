"""A workbook of targets held against the targets that are known: what is new, changed, unchanged or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from coverage.target_drafts import DraftCheck, Problem, TargetDraft, compare
from geodata.errors import mark
from geodata.name_keys import plain_key
from geodata.names import NameIndex
from geodata.target_data import PERCENT, Milestone, Target
from loaders.survey.issues import ERROR, SEVERITIES, Issue
from loaders.survey.targets import TargetReading, TargetRow, read_target_book
from loaders.workbook.cells import row_of

_SAME: Final = ("applies_to", "status", "source", "unit")
"""Columns that the rows of one target must agree in."""


@dataclass(frozen=True)
class ProposedTarget:
    """
    A target of a workbook, and what taking it would change.

    Parameters
    ----------
    change
        `target_drafts.NEW`, `CHANGED` or `UNCHANGED`.
    before
        The version that stands where it would, if any.
    rows
        Rows of the workbook that it was read from.
    """

    change: str
    version: Target
    before: Target | None
    rows: tuple[TargetRow, ...]


@dataclass(frozen=True)
class TargetProposal:
    """What a workbook of targets is understood to say; nothing of it is stored."""

    content: bytes
    file_name: str
    reading: TargetReading
    targets: tuple[ProposedTarget, ...]
    issues: tuple[Issue, ...]

    @property
    def has_errors(self) -> bool:
        """Whether anything in it is wrong; then nothing can be taken."""
        return any(issue.severity == ERROR for issue in self.issues)

    def count(self, change: str) -> int:
        """Return how many targets are new, changed or unchanged."""
        return sum(target.change == change for target in self.targets)


def propose_targets(
    content: bytes, file_name: str, *, names: NameIndex, check: DraftCheck, known: Sequence[Target]
) -> TargetProposal:
    """
    Read a workbook of targets and say what taking it would change.

    Raises
    ------
    FileError
        If it cannot be read as one.
    """
    reading = read_target_book(content, file_name=file_name, names=names)
    targets: list[ProposedTarget] = []
    issues = list(reading.issues)
    for rows in _by_target(reading.rows):
        problems = _row_problems(rows, check)
        issues += problems
        if not problems and all(row.is_sound for row in rows):
            version = check.version(_draft(rows))
            change, before = compare(version, known)
            targets.append(ProposedTarget(change, version, before, tuple(rows)))
    ordered = sorted(issues, key=_place)
    return TargetProposal(content, file_name, reading, tuple(targets), tuple(ordered))


def _place(issue: Issue) -> tuple[int, str, int, int, str]:
    """Return what issues are put in order by: errors first, then sheet, row and column."""
    return SEVERITIES.index(issue.severity), issue.sheet, row_of(issue.cell), len(issue.cell), issue.cell


def _by_target(rows: Sequence[TargetRow]) -> list[list[TargetRow]]:
    """Put the rows of one programme, indicator, area and decision together, in the order of the workbook."""
    found: dict[tuple[Any, ...], list[TargetRow]] = {}
    for row in rows:
        texts = (
            " ".join(str(row.values[name]).split()).casefold()
            for name in ("programme", "indicator", "area", "decision")
        )
        found.setdefault((*texts, row.values["units_of"], row.values["decision_date"]), []).append(row)
    return list(found.values())


def _draft(rows: Sequence[TargetRow]) -> TargetDraft:
    first = rows[0].values
    return TargetDraft(
        programme=first["programme"],
        indicator=first["indicator"],
        area=first["area"],
        milestones=tuple(Milestone(row.values["due"], row.values["value"]) for row in rows),
        decision=first["decision"],
        decision_date=first["decision_date"],
        source=first["source"],
        status=first["status"],
        units_of=first["units_of"],
        applies_to=first["applies_to"],
        unit=first["unit"],
    )


def _row_problems(rows: Sequence[TargetRow], check: DraftCheck) -> list[Issue]:
    """Return what is wrong with the rows of a target: each by itself, then together."""
    sound = [row for row in rows if row.is_sound]
    found = [
        _issue(row, problem)
        for row in sound
        for problem in [*check.problems(_draft([row])), *_doubtful_shares(row, check), *_misnamed(row, check)]
    ]
    for row in sound[1:]:
        for column in _SAME:
            if row.values[column] != sound[0].values[column]:
                template = mark("row {row} of the same target says something else here: {other}.")
                values = {"row": str(sound[0].row), "other": str(sound[0].values[column]) or "-"}
                found.append(row.issue(column, "target.rows-disagree", template, values))
    if not found and len(sound) == len(rows) > 1:
        found = [_issue(rows[-1], problem) for problem in check.problems(_draft(rows))]
    return found


def _misnamed(row: TargetRow, check: DraftCheck) -> list[Problem]:
    """Refuse a code beside the name of another area: nobody knows which of them is meant."""
    draft = _draft([row])
    if row.values["area"] == row.values["area_name"] or not row.values["area_name"] or check.problems(draft):
        return []
    names = check.names_of(check.version(draft))
    if plain_key(row.values["area_name"]) in {plain_key(name) for name in names}:
        return []
    template = mark('the code {code} is {expected}, but the name says "{name}". Correct whichever is wrong.')
    values = {"code": row.values["area"], "expected": names[0], "name": row.values["area_name"]}
    return [Problem("commune_name", "target.code-name-disagree", template, values, names[0])]


def _issue(row: TargetRow, problem: Problem) -> Issue:
    return row.issue(problem.column, problem.code, problem.template, problem.values, problem.suggestion)


def _doubtful_shares(row: TargetRow, check: DraftCheck) -> list[Problem]:
    """Refuse a number up to 1 in a column of percentages: Excel keeps 99,5% as 0.995."""
    value = row.values["value"]
    if not row.values.get("is_number") or value is None or not 0 < value <= 1:
        return []
    draft = _draft([row])
    if check.problems(draft) or check.version(draft).unit != PERCENT:
        return []
    template = mark("{found} may be {found}% or a share of 1. Write it as text with its sign: 99,5% or 0,08%.")
    return [Problem("value", "target.value-doubtful", template, {"found": str(value)})]
