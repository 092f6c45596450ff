"""``phudien report fill``: an office's own form, or a shipped return, with the figures of a province and quarter."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from coverage.approved_programmes import ApprovedProgrammes
from coverage.area_words import province_of
from coverage.commands import DATA_PROBLEMS, DONE, print_json, write_file
from coverage.own_forms import OwnForms, quarter_of, shipped_form
from coverage.report_files import ReportFiles
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark, system_reason
from geodata.language import Language
from loaders.reports.form_fields import SCOPE_NAMES, load_form_fields
from loaders.reports.form_filling import FilledForm
from loaders.reports.return_forms import load_return_forms


def add_fill_options(
    fill: argparse.ArgumentParser,
    language: Language,
    *,
    read_day: Callable[[str], date],
    read_moment: Callable[[str], datetime],
) -> None:
    """Add the options of ``phudien report fill``."""
    say = language.say
    fill.add_argument(
        "form", nargs="?", metavar="FORM", help=say("an .xlsx form of your own, or the name of a shipped return")
    )
    fill.add_argument("--fields", action="store_true", help=say("list the fields that a form may name"))
    fill.add_argument("--forms", action="store_true", help=say("list the returns that are shipped"))
    fill.add_argument("--empty", action="store_true", help=say("write a shipped return with its fields, to change it"))
    fill.add_argument("--province", metavar="PROVINCE", help=say("GSO code or name of the province"))
    fill.add_argument("--period", help=say("quarter or its last month, such as 2021-Q2 or 2021-06"))
    fill.add_argument("--as-of", type=read_moment, metavar="TIME", help=say("as it was known then: 2021-08-01T17:00"))
    fill.add_argument(
        "--units-of",
        type=read_day,
        metavar="DATE",
        help=say("tell figures in the units of this day, such as 2025-07-01 (default: those of the quarter)"),
    )
    fill.add_argument("-o", "--output", type=Path, metavar="FILE", help=say("where the filled form is written"))
    fill.add_argument("--json", action="store_true", help=say("answer as JSON"))


def fill_form(options: argparse.Namespace, language: Language) -> int:
    """Fill a form, or list what can be filled in."""
    if options.fields:
        return _list_fields(language)
    if options.forms:
        return _list_forms(language)
    _require(options, language)
    name, content = _form_of(options.form, language)
    if options.empty:
        return write_file(options.output, content, language)
    workspace, period = Workspace(options.workspace), quarter_of(options.period)
    units = workspace.units_on(options.units_of or workspace.list_of_quarter(period))
    forms = OwnForms(ReportFiles(workspace, ApprovedProgrammes(workspace)))
    result = forms.fill(
        content,
        name,
        province_of(options.province, units),
        period,
        language,
        as_of=options.as_of,
        told_on=options.units_of,
    )
    if result.content is not None:
        write_file(options.output, result.content, language, is_quiet=options.json)
    _tell(result, options, language)
    return DONE if result.content is not None else DATA_PROBLEMS


def _require(options: argparse.Namespace, language: Language) -> None:
    """Raise `PhuDienError` where an option is missing that this call needs."""
    needed = {"FORM": options.form, "-o": options.output}
    if not options.empty:
        needed |= {"--province": options.province, "--period": options.period}
    if missing := [option for option, value in needed.items() if not value]:
        raise PhuDienError(
            "call.option-missing",
            mark("The call lacks {missing}. Write: {example}"),
            missing=", ".join(missing),
            example="phudien report fill FORM.xlsx --province 89 --period 2021-Q2 -o OUT.xlsx",
        )
    is_own = options.form not in load_return_forms()
    if options.empty and is_own:
        shipped_form(options.form, language)  # raises, naming those that there are
    if is_own and options.output.resolve() == Path(options.form).resolve():
        raise PhuDienError(
            "call.form-overwritten",
            mark('"{file}" is the form itself: it would be lost. Name another file with -o.'),
            file=str(options.output),
        )


def _form_of(form: str, language: Language) -> tuple[str, bytes]:
    """Return the name and the content of a shipped return, or of a file."""
    if form in load_return_forms():
        return shipped_form(form, language)
    path = Path(form)
    if not path.suffix:
        return shipped_form(form, language)  # raises, naming those that there are
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise PhuDienError(
            "call.file-unreadable",
            mark('The file "{file}" cannot be read: {reason}.'),
            file=form,
            reason=system_reason(error),
        ) from error


def _list_fields(language: Language) -> int:
    scope = ""
    for field in load_form_fields().all:
        if field.scope != scope:
            scope = field.scope
            print(f"\n{language.say(SCOPE_NAMES[scope])}")
        print(f"  {{{{{field.name(language)}}}}}  {field.meaning(language)}")
    return DONE


def _list_forms(language: Language) -> int:
    for form in load_return_forms().values():
        print(f"{form.id}  {form.title(language)}")
    return DONE


def _tell(result: FilledForm, options: argparse.Namespace, language: Language) -> None:
    if options.json:
        print_json(_answer(result, options, language))
        return
    for note in result.notes:
        print(note, file=sys.stderr)
    for issue in result.issues:
        print(issue.message(language), file=sys.stderr)
    if result.content is None:
        print(language.say("Nothing was filled in."), file=sys.stderr)
    elif result.blanks:
        print(language.say("{n} fields were left blank:", n=len(result.blanks)), file=sys.stderr)
    for blank in result.blanks:
        print(f"  {blank.message(language)}", file=sys.stderr)


def _answer(result: FilledForm, options: argparse.Namespace, language: Language) -> dict[str, Any]:
    return {
        "file": str(options.output) if result.content is not None else None,
        "issues": [issue.as_answer(language) for issue in result.issues],
        "notes": list(result.notes),
        "blanks": [
            {"sheet": b.sheet, "cells": b.cells, "field": b.field.names[0], "reason": language.say(b.reason)}
            for b in result.blanks
        ],
    }
