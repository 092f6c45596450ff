"""The cover of a plan's workbook: what was asked for, what came of it, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from geodata.report_data import VIETNAM
from loaders.reports.plan_book import COST, HOUSEHOLDS, MILLION, MONEY, NPV, YEARS, PlanBook
from loaders.reports.plan_year_sheet import YearPlaces, used, year_values
from loaders.reports.sheet_style import COUNT, HEADER_COLOUR, WARNING_COLOUR, height_of

_WIDTHS: Final = (46, 62)
_WHOLE: Final = sum(_WIDTHS)


def write(book: PlanBook, sheet: Any, years: YearPlaces, *, has_list: bool) -> None:
    """Write the cover on its sheet."""
    say, report = book.language.say, book.report
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, say("SOUTHERN POWER CORPORATION"), book.format(bold=True))
    sheet.write_string(2, 0, say("RURAL ELECTRIFICATION PROGRAMME"), book.format(bold=True, font_size=18))
    sheet.set_row(2, 28)
    row = _paragraphs(book, sheet, 3, [book.place], bold=True, font_size=13)
    if report.note:
        row = _paragraphs(book, sheet, row, [report.note], italic=True)
    if report.is_synthetic:
        warning = say("Synthetic demonstration data, not real figures.")
        row = _paragraphs(book, sheet, row, [warning], bold=True, font_color=WARNING_COLOUR)
    if report.conflicts:
        head = say("No programme keeps all rules. Nothing is done in any year; this is why:")
        row = _paragraphs(book, sheet, row + 1, [head, *report.conflicts], bold=True, font_color=WARNING_COLOUR)
    if has_list:
        row = _write_live(book, sheet, row + 1, years)
    row = _write_pairs(book, sheet, row + 1, say("What came of it, as solved"), list(report.facts.items()))
    row = book.heading(sheet, row + 1, say("What was asked for"))
    row = _paragraphs(book, sheet, row, report.rules)
    _write_pairs(book, sheet, row + 1, say("What it rests on"), stamp_lines(book))


def _paragraphs(book: PlanBook, sheet: Any, row: int, texts: Sequence[str], **style: Any) -> int:
    """Write sentences across the page: text outside tables may stand in merged cells."""
    found = book.format(text_wrap=True, valign="top", **style)
    for number, text in enumerate(texts, start=row):
        sheet.merge_range(number, 0, number, len(_WIDTHS) - 1, "", found)
        sheet.write_string(number, 0, text, found)
        sheet.set_row(number, height_of([(text, _WHOLE)], font_size=style.get("font_size", 11)) + 2)
    return row + len(texts)


def _write_pairs(book: PlanBook, sheet: Any, row: int, title: str, pairs: Sequence[tuple[str, str]]) -> int:
    row = book.heading(sheet, row, title)
    for number, (label, text) in enumerate(pairs, start=row):
        sheet.write_string(number, 0, label, book.format(border=1, text_wrap=True, bg_color=HEADER_COLOUR))
        sheet.write_string(number, 1, text, book.format(border=1, text_wrap=True))
        sheet.set_row(number, height_of([(label, _WIDTHS[0]), (text, _WIDTHS[1])]))
    return row + len(pairs)


def _write_live(book: PlanBook, sheet: Any, row: int, years: YearPlaces) -> int:
    """Write the sums of the list, which follow when it is changed, and how many warnings there are."""
    say, done = book.language.say, book.report.done
    taken = f'{YEARS},">0"'
    warned = int((year_values(book.report)["left"] < -1e-6).sum()) + _broken(book)
    lines = (
        (say("Households that gain"), f"=SUMIFS({HOUSEHOLDS},{taken})", float(done["households"].sum()), COUNT),
        (say("Cost (million VND)"), f"=SUMIFS({COST},{taken})", float(done["cost_vnd"].sum()) / MILLION, MONEY),
        (
            say("Net present value at the time of each work (million VND)"),
            f"=SUMIFS({NPV},{taken})",
            float(done["npv_vnd"].sum()) / MILLION,
            MONEY,
        ),
        (say("Warnings on the sheet by year"), years.warnings(book.quoted(years.sheet)), warned, COUNT),
    )
    row = book.heading(sheet, row, say("Totals of the list (they follow its changes)"))
    for number, (label, formula, value, form) in enumerate(lines, start=row):
        sheet.write_string(number, 0, label, book.format(border=1, text_wrap=True, bg_color=HEADER_COLOUR))
        sheet.set_row(number, height_of([(label, _WIDTHS[0])]))
        style = book.format(border=1, num_format=form, align="left", bold=True)
        sheet.write_formula(number, 1, formula, style, value)
    return row + len(lines)


def _broken(book: PlanBook) -> int:
    report, found = book.report, 0
    for limit in report.limits.to_dict("records"):
        value = used(report, limit)
        is_least = limit["rule"] == "least_households"
        found += value < limit["limit"] - 1e-6 if is_least else value > limit["limit"] + 1e-6
    return found


def stamp_lines(book: PlanBook) -> list[tuple[str, str]]:
    """Return which request and which state of the data the plan shows."""
    say, report = book.language.say, book.report
    labels = {
        "data_version": say("Data version"),
        "data_moment": say("Newest change of the data"),
        "told_on": say("Unit list of"),
        "price_decision": say("Price decision"),
        "priced_on": say("In force on"),
        "request_sha256": say("Fingerprint of the request (SHA-256)"),
    }
    lines = [(label, _shown(book, key, report.stamp[key])) for key, label in labels.items() if report.stamp.get(key)]
    made = book.language.moment(report.made_at.astimezone(VIETNAM))
    return [*lines, (say("File made at"), made)]


def _shown(book: PlanBook, key: str, text: str) -> str:
    """Return a day or moment of the stamp as readers write it, anything else as it is."""
    if key == "data_moment":
        return book.language.moment(datetime.fromisoformat(text).astimezone(VIETNAM))
    return book.language.day(date.fromisoformat(text)) if key in ("told_on", "priced_on") else text
