"""The rules that a row of figures must keep, each a small function; `rulebook` says which of them are run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from geodata.errors import mark
from geodata.household_sums import HOUSEHOLD_PARTS, HOUSEHOLD_SUMS, HouseholdSum
from loaders.survey.issues import ERROR, WARNING, Issue


@dataclass(frozen=True)
class SurveyRow:
    """
    One commune and quarter as a sheet gives it.

    Parameters
    ----------
    commune_code, period
        The key.
    counts
        Measure → count, for the measures that were reported.
    cells, labels
        Measure → address and → column label, for messages.
    key_cell
        Address of the cell that names the commune.
    former_name
        Full name under which the row speaks of the commune, where that is one it bore before.
    merged_rows
        Rows of the sheet that were added up to this one.
    """

    sheet: str
    number: int  # row number as the sheet shows it
    commune_code: str
    commune_name: str
    period: str
    key_cell: str
    key_label: str
    is_rural: bool
    counts: dict[str, int]
    cells: dict[str, str]
    labels: dict[str, str]
    note: str | None = None
    former_name: str = ""
    merged_rows: int = 1


def check_sums(row: SurveyRow) -> Iterable[Issue]:
    """Parts never exceed their whole, and add up to it where all of them were reported."""
    for one in HOUSEHOLD_SUMS:
        whole, given = one.whole, [part for part in one.parts if part in row.counts]
        if whole not in row.counts or not given:
            continue
        total = sum(row.counts[part] for part in given)
        is_complete = all(part in row.counts for part in one.required)
        if total > row.counts[whole]:
            yield _sum_issue(row, "survey.parts-exceed-whole", _EXCEED, whole, given)
        elif total < row.counts[whole] and is_complete:
            yield _sum_issue(row, "survey.figures-disagree", _DISAGREE, whole, given)


def check_parts(row: SurveyRow) -> Iterable[Issue]:
    """A part is never larger than its whole, urban and rural taken apart."""
    for whole, part in HOUSEHOLD_PARTS:
        if whole in row.counts and part in row.counts and row.counts[part] > row.counts[whole]:
            yield _sum_issue(row, "survey.parts-exceed-whole", _EXCEED, whole, [part])


_LARGER: Final = mark(
    'row {row}, {commune}: {parts} is more than "{whole}" {found}. A part may not exceed the whole: correct '
    "whichever is wrong."
)
_EXCEED: Final = mark(
    'row {row}, {commune}: {parts} = {total}, but "{whole}" is only {found}. The parts may not exceed the '
    "whole: correct whichever is wrong."
)
_DISAGREE: Final = mark(
    'row {row}, {commune}: {parts} = {total}, but "{whole}" is {found}. They should be equal: correct '
    "whichever is wrong, or leave the unknown part blank."
)


def _sum_issue(row: SurveyRow, code: str, template: str, whole: str, parts: list[str]) -> Issue:
    return Issue(
        code=code,
        severity=ERROR,
        sheet=row.sheet,
        cell=row.cells[whole],
        column=row.labels[whole],
        value=str(row.counts[whole]),
        template=template if len(parts) > 1 else _LARGER,
        values={
            "row": str(row.number),
            "commune": row.commune_name,
            "parts": " + ".join(f'"{row.labels[part]}" {row.counts[part]}' for part in parts),
            "total": sum(row.counts[part] for part in parts),
            "whole": row.labels[whole],
            "found": row.counts[whole],
        },
    )


def check_with_stored(row: SurveyRow, stored: Mapping[str, int], names: Mapping[str, str]) -> list[Issue]:
    """
    Return an issue for each sum that the row breaks together with stored figures that it leaves blank.

    A blank cell says nothing, so the stored figure goes on counting, and must agree with the new ones.

    Parameters
    ----------
    stored
        Figures of the commune and quarter that count now, by measure.
    names
        What readers call the measures.
    """
    kept = {measure: count for measure, count in stored.items() if measure not in row.counts}
    merged = kept | row.counts
    issues = []
    for one in (*HOUSEHOLD_SUMS, *(HouseholdSum(whole, (part,)) for whole, part in HOUSEHOLD_PARTS)):
        whole, parts = one.whole, one.parts
        given = [part for part in parts if part in merged]
        if whole not in merged or not given or not kept.keys() & {whole, *given}:
            continue
        total = sum(merged[part] for part in given)
        is_complete = len(parts) > 1 and all(part in merged for part in one.required)
        if total > merged[whole] or (total < merged[whole] and is_complete):
            issues.append(_stored_issue(row, kept, merged, whole, given, names))
    return issues


JUMP_SHARE: Final = 0.2
JUMP_HOUSEHOLDS: Final = 100
"""A measure that changes by more than both within a quarter asks for a reason: our assumption, no rule of the trade."""


def check_jump(row: SurveyRow, before: Mapping[str, int], period_before: str) -> Iterable[Issue]:
    """Return a warning for each measure that differs much from the quarter before; a take-over is a good reason."""
    for measure, count in row.counts.items():
        old = before.get(measure)
        if old is None or abs(count - old) <= max(JUMP_HOUSEHOLDS, JUMP_SHARE * old):
            continue
        yield Issue(
            code="survey.jump",
            severity=WARNING,
            sheet=row.sheet,
            cell=row.cells[measure],
            column=row.labels[measure],
            value=str(count),
            template=mark(
                'row {row}, {commune}: "{label}" was {old} in {before} and is {new} now. Write the reason, such as a '
                "take-over or a new way of counting, or correct the number."
            ),
            values={
                "row": str(row.number),
                "commune": row.commune_name,
                "label": row.labels[measure],
                "old": old,
                "before": period_before,
                "new": count,
            },
        )


def _stored_issue(
    row: SurveyRow,
    kept: Mapping[str, int],
    merged: Mapping[str, int],
    whole: str,
    parts: list[str],
    names: Mapping[str, str],
) -> Issue:
    blank = [measure for measure in (whole, *parts) if measure in kept]
    return _row_issue(
        row,
        "survey.contradicts-stored",
        mark(
            "row {row}, {commune}: the row leaves {blank} blank, so the stored figures stay ({kept}); then {parts} = "
            '{total} and "{whole}" {found} do not agree. Fill in these columns too.'
        ),
        {
            "blank": ", ".join(f'"{names[measure]}"' for measure in blank),
            "kept": ", ".join(str(kept[measure]) for measure in blank),
            "parts": " + ".join(f'"{names[part]}" {merged[part]}' for part in parts),
            "total": sum(merged[part] for part in parts),
            "whole": names[whole],
            "found": merged[whole],
        },
    )


def _row_issue(row: SurveyRow, code: str, template: str, values: dict[str, Any]) -> Issue:
    """Issue about a whole row, at the cell that names its commune."""
    named = {"row": str(row.number), "commune": row.commune_name}
    cell, label = row.key_cell, row.key_label
    return Issue(code, ERROR, row.sheet, cell, label, row.commune_name, template, named | values)


def check_required(row: SurveyRow) -> Iterable[Issue]:
    """Households in all and households with grid power are always reported."""
    for measure in ("households_all", "households_grid"):
        if measure in row.labels and measure not in row.counts:
            yield Issue(
                code="survey.value-missing",
                severity=ERROR,
                sheet=row.sheet,
                cell=row.cells[measure],
                column=row.labels[measure],
                value="",
                template=mark(
                    'row {row}, {commune}: "{column}" is blank. Write the number of households, 0 if there '
                    "are none, or delete the row if the commune did not report."
                ),
                values={"row": str(row.number), "commune": row.commune_name, "column": row.labels[measure]},
            )


def check_doubled(rows: list[SurveyRow]) -> list[Issue]:
    """Return an issue for every row whose commune and quarter stand in an earlier row already."""
    first_of: dict[tuple[str, str], SurveyRow] = {}
    issues = []
    for row in rows:
        first = first_of.setdefault((row.commune_code, row.period), row)
        if first is not row:
            issues.append(
                _row_issue(
                    row,
                    "survey.commune-doubled",
                    mark(
                        "{commune} ({code}) stands in row {row} and already in row {first} for {period}. "
                        "Keep one row for each commune and quarter."
                    ),
                    {
                        "code": row.commune_code,
                        "first": str(first.number),
                        "period": row.period,
                    },
                )
            )
    return issues
