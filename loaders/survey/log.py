"""Collects the issues of one survey table while its rows are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from loaders.survey.columns import ColumnFound
from loaders.survey.issues import ERROR, Issue
from loaders.survey.tables import TableFound
from loaders.workbook.cells import Row, address, cell_text


@dataclass
class SurveyLog:
    """The issues of one table, each with the address, label and value of its cell."""

    table: TableFound
    issues: list[Issue] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    """Rows with an error, as the sheet counts them."""

    def add(
        self,
        code: str,
        severity: str,
        index: int,
        row: Row,
        column: ColumnFound,
        template: str,
        /,
        suggestion: str | None = None,
        **values: Any,
    ) -> None:
        """Add an issue about the cell of a row (`index` counted from 0) and column."""
        if severity == ERROR:
            self.bad_rows.add(index + 1)
        self.issues.append(
            Issue(
                code=code,
                severity=severity,
                sheet=self.table.sheet.name,
                cell=address(index, column.index),
                column=column.label,
                value=cell_text(self.table.value(row, column)),
                template=template,
                values=values,
                suggestion=suggestion,
            )
        )
