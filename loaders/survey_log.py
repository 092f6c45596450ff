"""Collects the issues of one survey sheet while its rows are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from loaders.issues import ERROR, Issue
from loaders.survey_table import ColumnFound, TableFound
from loaders.workbook import address, cell_text, row_of


@dataclass
class SurveyLog:
    """The issues of one table, each with the address, label and value of its cell."""

    table: TableFound
    issues: list[Issue] = field(default_factory=list)

    @property
    def bad_rows(self) -> set[int]:
        """Rows with an error, as the sheet counts them."""
        return {row_of(issue.cell) for issue in self.issues if issue.severity == ERROR}

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
                value=cell_text(self.table.value(index, column)),
                template=template,
                values=values,
                suggestion=suggestion,
            )
        )
