"""The command about the company's own table: ``phudien report company``."""

from __future__ import annotations

import argparse
from pathlib import Path

from coverage.commands import DONE, write_file
from coverage.company_report import FORMS, CompanyReport, form_of
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from geodata.reporting_periods import ReportingPeriod


def write_company_table(options: argparse.Namespace, language: Language) -> int:
    """Write the company's table of a period in the forms that are asked for, and say where what differs."""
    period = _period_of(options.period)
    forms = list(dict.fromkeys(part.strip().lower() for part in options.format.split(",")))
    for form in forms:
        form_of(form)
    desk = CompanyReport(Workspace(options.workspace))
    table = desk.table(period, language, as_of=options.as_of)
    written = [desk.file(table, form) for form in forms]  # all of them, before the first is stored
    for name, content in written:
        write_file(_place_of(options.output, name, forms), content, language)
    for row in table.rows:
        if row.differs:
            print(f"{row.title}: {row.notes[0]}")
    return DONE


def _period_of(text: str) -> ReportingPeriod:
    found = ReportingPeriod.find_in(text)
    return ReportingPeriod.parse(text) if found is None else found


def _place_of(output: Path, name: str, forms: list[str]) -> Path:
    """Return where a file goes: into a folder under its own name, or to the very file that is named."""
    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in FORMS:
        return output / name
    if forms != [suffix]:
        raise PhuDienError(
            "call.output-form",
            mark('"{file}" ends in .{suffix}, but {forms} is to be written. Name a folder, or the form of the file.'),
            file=str(output),
            suffix=suffix,
            forms=", ".join(forms),
        )
    return output
