"""Collects the issues of one survey sheet while its rows are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from loaders.issues import Issue
from loaders.survey_table import ColumnFound, TableFound
from loaders.workbook import address


@dataclass
class SurveyLog:
    """The issues of one table, each with the address, label and value of its cell."""

    table: TableFound
    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        code: str,
        severity: str,
        index: int,
        column: ColumnFound,
        template: str,
        /,
        suggestion: str | None = None,
        **values: Any,
    ) -> None:
        """Add an issue about the cell of a row (counted from 0) and column."""
        self.issues.append(
            Issue(
                code=code,
                severity=severity,
                sheet=self.table.sheet.name,
                cell=address(index, column.index),
                column=column.label,
                value=str(self.table.value(index, column)),
                template=template,
                values=values,
                suggestion=suggestion,
            )
        )
