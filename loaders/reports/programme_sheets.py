"""The report's sheets of works, of progress against targets, and of what happened to communes."""

from __future__ import annotations

import pandas as pd

from geodata.status import STATUS_NAMES, STATUS_SIGNS
from loaders.reports.remaining_sheet import places
from loaders.reports.sheet_style import COUNT, DAY, Book
from loaders.reports.sheet_table import CODE, Column, write_table_sheet


def write_works(book: Book) -> None:
    """Write the sheet of works of Programme 2081."""
    say = book.language.say
    columns = [
        Column(say("Work code"), "work_code", 15, CODE),
        Column(say("Work"), "work_name", 48),
        *places(book, commune_width=26),
        Column(say("Households planned"), "households_planned", 13, COUNT, has_total=True),
        Column(say("Households connected"), "households_connected", 13, COUNT, has_total=True),
        Column(say("Cost (million VND)"), "cost_million_vnd", 14, "#,##0", has_total=True),
        Column(say("Progress"), "progress_share", 11, "0%"),
        Column(say("Completed on"), "completion_date", 14, DAY),
    ]
    write_table_sheet(
        book,
        say("Programme 2081"),
        say("Works of Programme 2081"),
        columns,
        book.report.works,
        empty=say("No work of Programme 2081 is recorded for the province."),
        note=say("As recorded in the newest upload of each work."),
    )


def write_progress(book: Book) -> None:
    """Write the sheet of districts, or communes, against their targets."""
    say, progress = book.language.say, book.report.progress
    columns = [
        Column(say("District") if book.report.has_districts else say("Commune"), "area_name", 30),
        Column(say("Indicator"), "indicator", 20),
        Column(say("Households still lacking"), "shortfall", 13, COUNT),
        Column(say("Households missing to the target"), "gap", 13, COUNT),
        Column(say("Needed a quarter"), "required_per_quarter", 12, "#,##0.0"),
        Column(say("Achieved a quarter"), "achieved_per_quarter", 12, "#,##0.0"),
        Column(say("Status"), "status", 24),
        Column(say("When it is reached"), "outlook", 58),
    ]
    shown = progress
    if len(progress):
        words = {code: f"{STATUS_SIGNS[code]} {say(name)}" for code, name in STATUS_NAMES.items()}
        shown = progress.assign(status=progress["status"].map(words))
    write_table_sheet(
        book,
        say("Progress"),
        say("Progress against the targets"),
        columns,
        shown,
        empty=say("No target is set for the parts of the province."),
    )


def write_changes(book: Book) -> None:
    """Write the sheet of what happened to communes."""
    say, report = book.language.say, book.report
    events = pd.DataFrame({"event": list(report.unit_events)}, dtype="str")
    write_table_sheet(
        book,
        say("Changes of units"),
        say("What happened to the communes since the first quarter shown"),
        [Column(say("Change"), "event", 130)],
        events,
        empty=say("No commune of the province changed in the quarters shown."),
    )
