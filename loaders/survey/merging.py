"""Rows of communes that are one commune now, added up: a survey of former units gives figures of present ones."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from geodata.errors import mark
from loaders.survey.issues import INFO, Issue
from loaders.survey.rules import SurveyRow


def merge_followed(rows: list[SurveyRow]) -> tuple[list[SurveyRow], list[Issue]]:
    """
    Return the rows with those of merged communes added up, and a remark for each sum.

    Rows are added up where they speak of one commune and quarter, each under another name, at least one of them a
    former one. A measure that one of them does not report is left out: the part of a whole is not the whole. Two
    rows of one name stay as they are, for the rule on doubled rows.
    """
    groups: dict[tuple[str, str], list[SurveyRow]] = defaultdict(list)
    for row in rows:
        groups[row.commune_code, row.period].append(row)
    merged: dict[int, SurveyRow] = {}
    left_out: set[int] = set()
    issues = []
    for group in groups.values():
        names = [row.former_name for row in group]
        if len(group) > 1 and any(names) and len(set(names)) == len(names):
            merged[id(group[0])] = _added_up(group)
            left_out.update(id(row) for row in group[1:])
            issues.append(_remark(group))
    return [merged.get(id(row), row) for row in rows if id(row) not in left_out], issues


def _added_up(group: list[SurveyRow]) -> SurveyRow:
    first = group[0]
    counts = {
        measure: sum(row.counts[measure] for row in group)
        for measure in first.counts
        if all(measure in row.counts for row in group)
    }
    notes = "; ".join(dict.fromkeys(row.note for row in group if row.note))
    return dataclasses.replace(first, counts=counts, note=notes or None, merged_rows=len(group))


def _remark(group: list[SurveyRow]) -> Issue:
    first = group[0]
    names = [row.former_name or row.commune_name for row in group]
    return Issue(
        code="survey.communes-merged",
        severity=INFO,
        sheet=first.sheet,
        cell=first.key_cell,
        column=first.key_label,
        value=first.former_name or first.commune_name,
        template=mark("{names} are {commune} now: their rows {rows} were added up."),
        values={
            "names": ", ".join(names),
            "commune": first.commune_name,
            "rows": ", ".join(str(row.number) for row in group),
        },
    )
