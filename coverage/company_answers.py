"""The company's table for other programs and for people: as JSON, and as Markdown."""

from __future__ import annotations

import json

from geodata.company_data import CompanyRow, CompanyTable


def json_of(table: CompanyTable) -> bytes:
    """Return the table as JSON: numbers as exact text beside what readers see; names that stay as they are."""
    answer = {
        "organisation": table.organisation,
        "period": str(table.period),
        "language": table.language.code,
        "data_date": table.data_date.isoformat(),
        "stamp": table.stamp(),
        "is_synthetic": table.is_synthetic,
        "notices": list(table.notices),
        "remarks": list(table.remarks),
        "rows": [row.as_record() for row in table.rows],
    }
    return (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode()


def markdown_of(table: CompanyTable) -> bytes:
    """Return the table as Markdown, each section under its heading."""
    say = table.language.say
    lines = [f"# {table.title}", "", table.period_text, ""]
    lines += [f"> {notice}" for notice in table.notices] + [""] * bool(table.notices)
    header = (
        say("Indicator"),
        say("Actual"),
        say("Plan"),
        say("Verdict"),
        say("Against the plan"),
        say("As published"),
        say("Of what"),
        say("Source and notes"),
    )
    for section, rows in table.by_section().items():
        lines += [f"## {table.sections[section]}", "", _line(header), "|" + "---|" * len(header)]
        lines += [_line(_cells(row, table)) for row in rows] + [""]
    lines += [*table.remarks, "", table.stamp_line() + ".", ""]
    return "\n".join(lines).encode()


def _cells(row: CompanyRow, table: CompanyTable) -> tuple[str, ...]:
    said = (row.source + ".", *row.notes) if row.source else row.notes
    return (
        row.title,
        row.text,
        row.plan_text,
        row.verdict_text,
        row.gap_text,
        row.published_text,
        table.of_what(row),
        " ".join(said),
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
