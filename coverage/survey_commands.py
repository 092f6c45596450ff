"""The commands about surveys: ``phudien import`` and ``phudien template``."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from typing import Final

from coverage import answers
from coverage.area_words import province_of
from coverage.commands import DATA_PROBLEMS, DONE, content_of, print_json, user_of, write_file
from coverage.surveys import COMMUNE_SURVEY, OTHER_KIND, REFUSED, Proposal, Surveys
from coverage.workspace import Workspace
from geodata.errors import FileError, WorkspaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod
from geodata.units import COMPANY_CODE

_MOST_ISSUES: Final = 200
"""Problems that are printed; the marked file and --json hold all."""

_STATE_SENTENCES: Final = {
    REFUSED: mark("Not taken: mend the errors and import the file again. Nothing was stored."),
    "draft": mark("Kept as draft {batch}; it does not count yet. Add --accept to take it."),
    "accepted": mark("Batch {batch} is accepted and counts."),
}


def import_survey(options: argparse.Namespace, language: Language) -> int:
    """Check a survey workbook, and take it into the workspace where that is asked for."""
    content = content_of(options.file)
    workspace = Workspace(options.workspace)
    surveys = Surveys(workspace)
    try:
        proposal = _propose(surveys, content, options, language)
    except FileError as error:
        if options.json:
            print_json(answers.of_unreadable(options.file.name, error, language))
        print(f"phudien: {language.explain(error)}", file=sys.stderr)
        return DATA_PROBLEMS
    if options.marked:
        made = surveys.marked_workbook(content, options.file.name, proposal.reading.issues, language)
        write_file(options.marked, made.content, language, is_quiet=options.json)
    state = proposal.state
    if options.accept and proposal.batch_id is not None and state == "draft":
        workspace.accept(proposal.batch_id, user=user_of(options), reason=options.reason)
        state = "accepted"
    if options.json:
        print_json(answers.of_import(options.file.name, proposal, state, language))
    else:
        _print_import(proposal, state, language)
    return DATA_PROBLEMS if state == REFUSED else DONE


def _propose(surveys: Surveys, content: bytes, options: argparse.Namespace, language: Language) -> Proposal:
    """Read the workbook as the survey that is named; where none is, as the one whose form it is."""
    line = _ProgressLine(language)
    propose = partial(
        surveys.propose,
        content,
        options.file.name,
        user=user_of(options),
        period=Period.parse(options.period) if options.period else None,
        told_on=options.units_of,
        good_rows_only=options.good_rows,
        progress=line.show if not options.json and sys.stderr.isatty() else None,
    )
    try:
        return propose(template_id=options.template or COMMUNE_SURVEY)
    except FileError as error:
        if options.template is not None or error.code != OTHER_KIND:
            raise
        return propose(template_id=str(error.values["kind"]))
    finally:
        line.end()


class _ProgressLine:
    """Tells on a terminal how far a file is read, in one line that ends before anything else is said."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._start = time.monotonic()
        self._is_open = False

    def show(self, done: int, expected: int) -> None:
        """Write how many rows are read, and how long the others take."""
        left = (time.monotonic() - self._start) / done * max(expected - done, 0)
        sentence = self._language.say(
            "{done} of {expected} rows, about {left} s left", done=done, expected=max(expected, done), left=round(left)
        )
        print(f"\r{sentence}   ", end="", file=sys.stderr, flush=True)
        self._is_open = True

    def end(self) -> None:
        """End the line, if one was begun."""
        if self._is_open:
            print(file=sys.stderr, flush=True)


def _print_import(proposal: Proposal, state: str, language: Language) -> None:
    reading, say = proposal.reading, language.say
    for table in reading.tables:
        print(
            say(
                'Sheet "{sheet}", header in row {row}: {rows} rows read.',
                sheet=table.sheet,
                row=str(table.header_row),
                rows=table.rows,
            )
        )
    print(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))
    for issue in reading.issues[:_MOST_ISSUES]:
        print(f"  [{say(issue.severity)}] {issue.message(language)}")
        if issue.suggestion:
            print("    " + say("Suggestion: {suggestion}", suggestion=issue.suggestion))
    if len(reading.issues) > _MOST_ISSUES:
        print("  " + say("… and {more} more; --marked FILE lists all.", more=len(reading.issues) - _MOST_ISSUES))
    print(
        say("Compared with what counts: {new} new, {changed} changed, {unchanged} unchanged.", **proposal.change_counts)
    )
    print(say(_STATE_SENTENCES[state], batch=str(proposal.batch_id)))


def write_form(options: argparse.Namespace, language: Language) -> int:
    """Write the workbook of a survey to fill in."""
    workspace = Workspace(options.workspace)
    surveys = Surveys(workspace)
    has_places = surveys.template(options.template).has_places
    if has_places and options.province is None:
        raise WorkspaceError(
            "call.province-missing", mark("Name the province of the form: --province 89. GSO codes have two digits.")
        )
    period = Period.parse(options.period) if has_places else _last_quarter(options.period)
    province = COMPANY_CODE
    if has_places:
        province = province_of(options.province, workspace.units_on(workspace.list_of_quarter(period)))
    content = surveys.form(options.template, province, period, language)
    write_file(options.output, content, language)
    if not has_places:
        half = language.reporting_period(ReportingPeriod.half_with(period))
        print(language.say("Its rows are for {period}; other periods may be chosen in each row.", period=half))
    return DONE


def _last_quarter(text: str) -> Period:
    """Return the quarter at the end of a half-year or quarter that the company's form is for."""
    found = ReportingPeriod.find_in(text) or ReportingPeriod.parse(text)
    return Period.of(found.last_day)
