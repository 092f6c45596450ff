"""What the command line answers as JSON, for other programs: names and shapes that stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from coverage.boundary_layers import BoundaryProposal
from coverage.commune_lists import KeptReconciliation
from coverage.indicators import COUNT, Figure
from coverage.ledgers import LedgerProposal
from coverage.surveys import REFUSED, Proposal, RecordProposal
from geodata.errors import FileError
from geodata.language import Language
from geodata.own_lists import ENTRY_COLUMNS
from geodata.periods import Period
from geodata.reconciliation_reasons import sentence_of
from geodata.units import Units
from loaders.store.layers import LayerRecord
from loaders.survey.issues import Issue


def of_import(file_name: str, proposal: Proposal, state: str, language: Language) -> dict[str, Any]:
    """
    Return what a survey workbook was understood to say, and what became of it.

    Of the issues of records the first 20,000 of a table are listed; ``issue_counts`` has all of their numbers.
    """
    reading = proposal.reading
    counts = Counter(issue.code for issue in reading.issues)
    if isinstance(proposal, RecordProposal):
        counts = proposal.reading.issue_counts
    return {
        "file": file_name,
        "batch": proposal.batch_id,
        "state": state,
        "rows_read": reading.rows_read,
        "rows_valid": reading.rows_valid,
        "changes": proposal.change_counts,
        "issue_counts": dict(counts),
        "issues": [issue.as_answer(language) for issue in reading.issues],
    }


def of_ledger(proposal: LedgerProposal, state: str, language: Language) -> dict[str, Any]:
    """Return what a household ledger was understood to say; of the rows that break a rule the first are named."""
    record = proposal.record
    counts: Counter[str] = Counter()
    for issue in proposal.issues:
        counts[issue.code] += issue.rows
    return {
        "file": proposal.file_name,
        "batch": proposal.batch_id,
        "state": state,
        "rows_read": proposal.rows_read,
        "rows_valid": proposal.rows_valid,
        "changes": proposal.change_counts,
        "unit_list_date": proposal.list_date.isoformat(),
        "ledger": {"sha256": record.ledger_sha256, "size_bytes": record.size_bytes, "path": record.path},
        "issue_counts": dict(counts),
        "issues": [
            {
                "code": issue.code,
                "severity": issue.severity,
                "count": issue.rows,
                "file": issue.sheet,
                "rows": issue.cell,
                "values": issue.value,
                "message": issue.message(language),
            }
            for issue in proposal.issues
        ],
    }


def of_unreadable(file_name: str, error: FileError, language: Language) -> dict[str, Any]:
    """Return the same for a file that is no workbook."""
    issue = {
        "code": error.code,
        "severity": "error",
        "sheet": None,
        "cell": None,
        "column": None,
        "value": None,
        "message": language.explain(error),
        "suggestion": None,
    }
    return {
        "file": file_name,
        "batch": None,
        "state": REFUSED,
        "rows_read": 0,
        "rows_valid": 0,
        "changes": {"new": 0, "changed": 0, "unchanged": 0},
        "issue_counts": {error.code: 1},
        "issues": [issue],
    }


def of_status(
    period: Period, area: str, figures: Mapping[str, Figure], units: Units, language: Language
) -> dict[str, Any]:
    """Return the indicators of an area in a quarter, told in a list; a share's value is a ratio from 0 to 1."""
    shown = {name: _figure_answer(figure, language) for name, figure in figures.items()}
    return {"period": str(period), "area": area, "units_of": units.list_date.isoformat(), "indicators": shown}


def _figure_answer(figure: Figure, language: Language) -> dict[str, Any]:
    value = figure.value
    is_count = figure.indicator.kind == COUNT
    return {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "communes_counted": figure.communes_counted,
        "communes_all": figure.communes_all,
        "value": None if value is None else int(value) if is_count else float(value),
        "display": figure.display(language),
    }


def of_reconciliation(kept: KeptReconciliation, issues: Sequence[Issue], language: Language) -> dict[str, Any]:
    """Return how an own commune list compares with the official one: counts, and every row with its reason."""
    stored, result = kept.stored, kept.result
    shown = ("status", "reason", *ENTRY_COLUMNS, "unit_code", "suggested_code", "suggested_row", "confidence")
    rows = [
        {name: None if pd.isna(row[name]) or row[name] == "" else row[name] for name in shown}
        | {"message": sentence_of(row["reason"], row["values"], language)}
        for row in result.table.to_dict("records")
    ]
    return {
        "file": stored.batch.file_name,
        "batch": stored.batch.id,
        "state": stored.batch.state,
        "organisation": stored.organisation,
        "unit_list": stored.valid_on,
        "data_version": kept.version,
        "entries": result.entries,
        "official": result.official,
        "counts": result.counts,
        "reasons": [
            {"status": status, "reason": reason, "count": count}
            for (status, reason), count in result.reason_counts.items()
        ],
        "issues": [issue.as_answer(language) for issue in issues],
        "rows": rows,
    }


def of_boundaries(proposal: BoundaryProposal, batch_id: int | None) -> dict[str, Any]:
    """Return what a boundary file was understood to be and how good it is; ``batch`` is null where it was not kept."""
    return {"batch": batch_id, "seconds": proposal.seconds, **proposal.answer()}


def of_layers(layers: Sequence[LayerRecord], units: Units) -> dict[str, Any]:
    """Return the layers that users added, the newest first, and the approximate one that is shipped."""
    added = [
        {
            "batch": record.batch_id,
            "file": record.file_name,
            "valid_on": record.valid_on,
            "unit_list": record.unit_list_date,
            "units": record.units_matched,
            "added_by": record.created_by,
            "added_at": record.created_at,
            "is_approximate": False,
        }
        for record in layers
    ]
    day = units.list_date.isoformat()
    shipped = dict.fromkeys(("batch", "file", "added_by", "added_at"))
    places = {"valid_on": day, "unit_list": day, "units": len(units.communes), "is_approximate": True}
    return {"layers": [*added, shipped | places]}
