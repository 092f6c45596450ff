"""The report's cover: whose it is, of what and when, on which decisions; how it stands, what it holds, who signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from loaders.reports.sheet_style import WARNING_COLOUR, Book, height_of
from loaders.reports.source_sheet import stamp_lines

_WIDTHS: Final = (34, 24, 42)
_WHOLE: Final = sum(_WIDTHS)
_SIGNATURE_HEIGHT: Final = 80.0
_TEXT_SIZE: Final = 12.5


def write(book: Book, sheet: Any, sheets: Sequence[Any]) -> None:
    """Write the cover on its sheet; `sheets` are those that follow it."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.fit_to_pages(1, 1)
    row = _write_head(book, sheet)
    row = _write_title(book, sheet, row)
    row = _write_texts(book, sheet, row, book.language.say("Decision basis"), _basis(book))
    row = _write_texts(book, sheet, row, book.language.say("Assessment"), book.report.assessment)
    row = _write_contents(book, sheet, row, sheets)
    row = _write_signatures(book, sheet, row)
    _write_stamp(book, sheet, row)


def _write_head(book: Book, sheet: Any) -> int:
    say, report = book.language.say, book.report
    bold, centred = book.format(bold=True), book.format(bold=True, align="center")
    short = report.province_name.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    sheet.write_string(0, 0, say("SOUTHERN POWER CORPORATION"), book.format())
    sheet.write_string(1, 0, say("{province} POWER COMPANY", province=short.upper()), bold)
    sheet.write_string(0, 2, say("SOCIALIST REPUBLIC OF VIETNAM"), centred)
    sheet.write_string(1, 2, say("Independence - Freedom - Happiness"), centred)
    sheet.write_string(3, 0, say("No.: ……… /BC"), book.format())
    sheet.write_string(3, 2, say("………………, date …… month …… year ………"), book.format(italic=True, align="center"))
    return 5


def _write_title(book: Book, sheet: Any, row: int) -> int:
    say, language, report = book.language.say, book.language, book.report
    _write_across(book, sheet, row, say("RURAL ELECTRIFICATION REPORT"), bold=True, font_size=20)
    sheet.set_row(row, 30)
    _write_across(book, sheet, row + 1, report.province_name, bold=True, font_size=18)
    sheet.set_row(row + 1, 26)
    _write_across(book, sheet, row + 2, language.period(report.period), bold=True, font_size=16)
    sheet.set_row(row + 2, 24)
    day = say("figures as at {day}", day=language.day(report.period.last_day))
    _write_across(book, sheet, row + 3, f"({day})", italic=True)
    row += 4
    if report.is_synthetic:
        warning = say("Synthetic demonstration data, not real figures.")
        _write_across(book, sheet, row, warning, bold=True, font_color=WARNING_COLOUR)
        row += 1
    if report.is_restated:
        text = say(
            "Told in the units of {day}; reported in those of {reported}.",
            day=language.day(report.unit_list_date),
            reported=", ".join(language.day(day) for day in report.reported_in),
        )
        _write_across(book, sheet, row, text, italic=True)
        row += 1
    return row + 1


def _write_across(book: Book, sheet: Any, row: int, text: str, **style: Any) -> None:
    """Write a text in the middle of the page, without merging cells."""
    centred = book.format(align="center_across", **style)
    sheet.write_string(row, 0, text, centred)
    for column in range(1, len(_WIDTHS)):
        sheet.write_blank(row, column, None, centred)


def _basis(book: Book) -> Sequence[str]:
    return book.report.decisions or [book.language.say("No target is set for the province.")]


def _write_texts(book: Book, sheet: Any, row: int, title: str, texts: Sequence[str]) -> int:
    """Write paragraphs across the page: text outside tables may stand in merged cells."""
    sheet.write_string(row, 0, title, book.format(bold=True, font_size=13))
    style = book.format(text_wrap=True, valign="top", font_size=_TEXT_SIZE)
    for number, text in enumerate(texts, start=row + 1):
        sheet.merge_range(number, 0, number, len(_WIDTHS) - 1, text, style)
        sheet.set_row(number, height_of([(text, _WHOLE)], font_size=_TEXT_SIZE) + 4)
    return row + len(texts) + 2


def _write_contents(book: Book, sheet: Any, row: int, sheets: Sequence[Any]) -> int:
    sheet.write_string(row, 0, book.language.say("Contents"), book.format(bold=True, font_size=13))
    link = book.format(font_color="#0563c1", underline=1)
    half = (len(sheets) + 1) // 2
    for number, other in enumerate(sheets):
        column, line = (0, number) if number < half else (2, number - half)
        sheet.write_url(row + 1 + line, column, f"internal:{book.quoted(other)}!A1", link, str(other.name))
    return row + half + 2


def _write_signatures(book: Book, sheet: Any, row: int) -> int:
    say = book.language.say
    bold, italic = book.format(bold=True, align="center"), book.format(italic=True, align="center")
    for column, role in enumerate((say("Prepared by"), say("Checked by"), say("DIRECTOR"))):
        sheet.write_string(row, column, role, bold)
        sheet.write_string(row + 1, column, say("(signature, full name)"), italic)
    sheet.set_row(row + 2, _SIGNATURE_HEIGHT)
    return row + 3


def _write_stamp(book: Book, sheet: Any, row: int) -> None:
    small = book.format(font_size=9, font_color="#5f6368")
    for number, (label, text) in enumerate(stamp_lines(book), start=row + 1):
        sheet.write_string(number, 0, label, small)
        sheet.write_string(number, 1, text, small)
