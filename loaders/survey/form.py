"""The workbook of a survey to fill in: instructions, what is known filled in, drop-downs, live checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from geodata.language import Language
from geodata.periods import Period
from geodata.reporting_periods import ReportingPeriod
from geodata.stated import stated_unit
from geodata.units import COMPANY_CODE, Units
from loaders.reference import tables as reference_tables
from loaders.survey.templates import FIGURES, SurveyTemplate, TemplateColumn

HEADER_ROW: Final = 5
"""Row of the header in the survey sheet, counted from 0; title, place and legend stand above it."""

_WIDTHS: Final = {"code": 9, "name": 24, "period": 11, "count": 13, "text": 24, "check": 34, "choice": 20}
_WIDTH: Final = 14
_FORMATS: Final = {
    "count": "#,##0",
    "amount": "#,##0.##",
    "share": "0.##%",
    "date": "dd/mm/yyyy",
    "text": "@",
    "stated": "@",
}
# Where figures are stated, cells hold texts: 95% that is typed stays 95%, and does not become 0.95.
_BLANK_ROWS: Final = 500
"""Rows to fill in of a survey whose rows are not known before."""
_PERIODS_OFFERED: Final = 8
_FIRST_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True)
class _Book:
    """The workbook being written, with its formats."""

    book: Any
    language: Language
    template: SurveyTemplate

    def format(self, **properties: Any) -> Any:
        return self.book.add_format({"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"} | properties)


def write_survey_form(
    template: SurveyTemplate, units: Units, province_code: str, period: Period, language: Language
) -> bytes:
    """
    Return the workbook of a survey to fill in for a province and quarter (.xlsx).

    Of a survey of figures each commune has its row, with code, names and quarter filled in; counts are blank,
    because blank means not reported and 0 means none. Of the company's returns each indicator has its row, for the
    half-year of the quarter. Of other surveys the rows are blank.

    Parameters
    ----------
    province_code
        A province of the list; the form of a survey without places is the same for all.

    Raises
    ------
    PlaceError
        If the list has no such province.
    """
    buffer = BytesIO()
    # What begins with = in a name must stay text, in this file and in whatever is made of it.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = _Book(xlsxwriter.Workbook(buffer, options), language, template)
    if template.has_places:
        place, when = str(units.find(province_code)["full_name"]), language.period(period)
        rows = _known_rows(units, province_code, period) if template.rows == FIGURES else [{}] * _BLANK_ROWS
        lists = _lists_of_province(units, province_code, period)
        about = {"unit_list": units.list_date.isoformat(), "province": province_code}
    else:
        half = ReportingPeriod.half_with(period)
        place, when = COMPANY_CODE, language.reporting_period(half)
        rows = _indicator_rows(book, half)
        lists = {"ds_chi_tieu": [row["indicator"] for row in rows], "ds_ky": _periods_of_returns(half)}
        about = {"unit_list": "-", "province": COMPANY_CODE}
    _write_instructions(book, place, when, period)
    _write_survey(book, place, when, rows, about["unit_list"])
    _write_lists(book, lists, about | {"rows": str(len(rows))})
    book.book.close()
    return buffer.getvalue()


def _indicator_rows(book: _Book, half: ReportingPeriod) -> list[dict[str, str]]:
    """Return what is filled in already in the row of each indicator of the company's table."""
    code = book.language.code
    table = reference_tables.load_indicator_table().dropna(subset="table_section").fillna("")
    return [
        {
            "indicator": row[f"title_{code}"],
            "unit_name": stated_unit(row["stated_in"], row[f"unit_{code}"], book.language),
            "period": str(half),
        }
        for row in table.to_dict("records")
    ]


def _periods_of_returns(half: ReportingPeriod) -> list[str]:
    """Return periods that a row may be for: the half-year, its quarters, its last day."""
    first, last = Period.of(half.first_day), Period.of(half.last_day)
    return [str(half), str(first), str(last), half.last_day.isoformat()]


def _write_instructions(book: _Book, place: str, when: str, period: Period) -> None:
    say, language = book.language.say, book.language
    sheet = book.book.add_worksheet(say("Instructions"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 86)
    sheet.write_string(0, 0, book.template.title(language), book.format(bold=True, font_size=15))
    sheet.write_string(1, 0, f"{place}, {when}", book.format(bold=True))
    wrap, head = book.format(text_wrap=True), book.format(bold=True, bg_color="#dce6f1", border=1)
    lines = _figure_lines(book, period) if book.template.rows == FIGURES else _record_lines(book)
    lines = lines if book.template.has_places else _return_lines(book)
    for number, line in enumerate(lines):
        sheet.merge_range(3 + number, 0, 3 + number, 1, line, wrap)
    start = 4 + len(lines)
    sheet.write_string(start, 0, say("Column"), head)
    sheet.write_string(start, 1, say("What to write"), head)
    for number, column in enumerate(book.template.columns, start=start + 1):
        sheet.write_string(number, 0, column.header(language), book.format(border=1, bold=column.is_required))
        sheet.write_string(number, 1, column.help(language), book.format(border=1, text_wrap=True))
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _figure_lines(book: _Book, period: Period) -> tuple[str, ...]:
    say, language = book.language.say, book.language
    return (
        say(
            "1. Fill in the sheet {sheet}: one row a commune, figures as at {day}.",
            sheet=f'"{_survey_name(language)}"',
            day=language.day(period.last_day),
        ),
        say("2. Households with grid power = on direct sale + behind a master meter + on a shared meter."),
        say("3. Households in all = with grid power + off-grid source only + without power."),
        say("4. A blank cell means not reported; write 0 only where there are none."),
        say("5. The last column says where parts do not add up; it is not read."),
        say("6. Upload the file on the page Upload a survey; nothing counts before you accept it there."),
    )


def _record_lines(book: _Book) -> tuple[str, ...]:
    say, language, template = book.language.say, book.language, book.template
    keys = ", ".join(f'"{template.column(name).header(language)}"' for name in template.key)
    return (
        say("1. Fill in the sheet {sheet}, from its first blank row.", sheet=f'"{_survey_name(language)}"'),
        say("2. Columns with an orange header are needed in every row; a blank cell elsewhere means not known."),
        say("3. {keys} stands once for each row and stays the same from survey to survey.", keys=keys),
        say("4. Other units may be written beside the number, such as 1,5 MWh or 250 m; they are converted."),
        say("5. Choose the kind of survey {title} when you upload.", title=f'"{template.title(language)}"'),
        say("6. Upload the file on the page Upload a survey; nothing counts before you accept it there."),
    )


def _return_lines(book: _Book) -> tuple[str, ...]:
    say, language = book.language.say, book.language
    return (
        say("1. Fill in the sheet {sheet}: one row an indicator.", sheet=f'"{_survey_name(language)}"'),
        say("2. Write the counts where they are known; a row that stays blank was not reported."),
        say(
            "3. A share has numerator and denominator; a change has this period and the same period of the year before."
        ),
        say("4. Write published figures and plans in the unit of their row: 99.15 is 99.15%, 8.17 is 8.17 million."),
        say("5. Choose the kind of survey {title} when you upload.", title=f'"{book.template.title(language)}"'),
        say("6. Upload the file on the page Upload a survey; nothing counts before you accept it there."),
    )


def _survey_name(language: Language) -> str:
    return language.say("Survey")


def _known_rows(units: Units, province_code: str, period: Period) -> list[dict[str, str]]:
    """Return what is filled in already in the row of each commune."""
    province = str(units.find(province_code)["full_name"])
    names = units.by_code["full_name"]
    return [
        {
            "commune_code": str(code),
            "province_name": province,
            "district_name": str(names[commune["district_code"]]) if units.has_districts else "",
            "commune_name": str(commune["full_name"]),
            "period": str(period),
        }
        for code, commune in units.communes_of(province_code).iterrows()
    ]


def _write_survey(book: _Book, place: str, when: str, rows: list[dict[str, str]], list_date: str) -> None:
    language, template = book.language, book.template
    sheet = book.book.add_worksheet(_survey_name(language))
    sheet.write_string(0, 0, template.title(language).upper(), book.format(bold=True, font_size=14))
    sheet.write_string(1, 0, place, book.format(bold=True))
    sheet.write_string(2, 0, when, book.format(bold=True))
    sheet.write_string(
        3, 0, language.say("White cells: fill in. Grey cells: filled in already."), book.format(italic=True)
    )
    _write_header(book, sheet)
    styles = _Styles.of(book)
    for number, given in enumerate(rows, start=HEADER_ROW + 1):
        _write_row(book, sheet, number, given, styles)
    last = HEADER_ROW + len(rows)
    _add_rules(book, sheet, last)
    sheet.freeze_panes(HEADER_ROW + 1, 4 if template.has_places else 1)
    sheet.autofilter(HEADER_ROW, 0, last, len(template.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer(f"&L{template.id} v{template.version}, {list_date}&R&P / &N")
    sheet.activate()


def _write_header(book: _Book, sheet: Any) -> None:
    style = {"bold": True, "text_wrap": True, "align": "center", "border": 1, "bg_color": "#dce6f1"}
    plain, required = book.format(**style), book.format(**style | {"bg_color": "#fde9c9"})
    for index, column in enumerate(book.template.columns):
        sheet.write_string(HEADER_ROW, index, column.header(book.language), required if column.is_required else plain)
        sheet.set_column(index, index, 62 if column.key == "indicator" else _WIDTHS.get(column.kind, _WIDTH))
    sheet.set_row(HEADER_ROW, 62)


@dataclass(frozen=True)
class _Styles:
    """Formats of the cells to fill in, made once: of what is filled in already, of the check, and by kind."""

    filled: Any
    check: Any
    by_kind: dict[str, Any]

    @classmethod
    def of(cls, book: _Book) -> _Styles:
        kinds = {column.kind for column in book.template.columns}
        return cls(
            filled=book.format(border=1, bg_color="#eeeeee"),
            check=book.format(border=1, font_color="#b3261e", text_wrap=True),
            by_kind={
                kind: book.format(border=1, **({"num_format": _FORMATS[kind]} if kind in _FORMATS else {}))
                for kind in kinds
            },
        )


def _write_row(book: _Book, sheet: Any, number: int, given: dict[str, str], styles: _Styles) -> None:
    for index, column in enumerate(book.template.columns):
        if column.kind == "check":
            sheet.write_formula(number, index, _check_formula(book, number), styles.check, "")
        elif column.key in given:
            sheet.write_string(number, index, given[column.key], styles.filled)
        else:
            sheet.write_blank(number, index, None, styles.by_kind[column.kind])


def _check_formula(book: _Book, number: int) -> str:
    """Formula that names the sums that do not agree; blank where a whole or all of its parts are missing."""
    cell = {
        column.key: xl_rowcol_to_cell(number, index, col_abs=True) for index, column in enumerate(book.template.columns)
    }
    grid, households = cell["households_grid"], cell["households_all"]
    direct, bulk, shared = (cell[f"households_{part}"] for part in ("direct", "bulk", "shared"))
    say = book.language.say

    def differs(whole: str, parts: tuple[str, ...], needed: tuple[str, ...], text: str) -> str:
        known = ",".join(f'{part}<>""' for part in (whole, *needed))
        return f'IF(AND({known}),IF({"+".join(f"N({part})" for part in parts)}<>{whole},"{text}",""),"")'

    first = differs(grid, (direct, bulk, shared), (direct, bulk), say("Parts of the grid differ. "))
    sources = (grid, cell["households_offgrid"], cell["households_without"])
    second = differs(households, sources, sources, say("Parts of all households differ."))
    return f"={first}&{second}"


def _add_rules(book: _Book, sheet: Any, last: int) -> None:
    for index, column in enumerate(book.template.columns):
        rule = _rule_of(book, column)
        if rule is not None:
            sheet.data_validation(HEADER_ROW + 1, index, last, index, {"ignore_blank": True} | rule)


def _rule_of(book: _Book, column: TemplateColumn) -> dict[str, Any] | None:
    """Return the rule by which the spreadsheet program checks a column while it is filled in."""
    say = book.language.say
    if (source := _list_of(column)) is not None:
        return {"validate": "list", "source": f"={source}", "error_type": "warning"}
    if column.kind == "count":
        return {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_title": say("Not a whole number"),
            "error_message": say("Write a whole number of households, 0 or more; leave blank if not reported."),
        }
    if column.kind == "share":
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0,
            "maximum": 1,
            "error_title": say("Not a percentage"),
            "error_message": say("Write a percentage from 0% to 100%."),
        }
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": ">",
            "value": _FIRST_DAY,
            "error_title": say("Not a day"),
            "error_message": say("Write day, month and year, such as 30/6/2021."),
        }
    if column.kind == "choice":
        names = [name if book.language.code == "vi" else key for key, (name, *_) in column.choices]
        return {"validate": "list", "source": names}
    return None


def _list_of(column: TemplateColumn) -> str | None:
    """Name of the list that a column is chosen from."""
    names = {
        "commune_name": "ds_xa",
        "district_name": "ds_huyen",
        "commune_code": "ds_ma_xa",
        "period": "ds_ky",
        "indicator": "ds_chi_tieu",
    }
    return names.get(column.key)


def _lists_of_province(units: Units, province_code: str, period: Period) -> dict[str, list[str]]:
    """Return what cells of a province's form are chosen from."""
    communes = units.communes_of(province_code)
    names = units.by_code["full_name"]
    periods = [period.previous().previous()]
    while len(periods) < _PERIODS_OFFERED:
        periods.append(periods[-1].next())
    return {
        "ds_ma_xa": [str(code) for code in communes.index],
        "ds_xa": sorted(set(communes["full_name"])),
        "ds_huyen": [str(names[code]) for code in communes["district_code"].dropna().drop_duplicates()],
        "ds_ky": [str(found) for found in periods],
    }


def _write_lists(book: _Book, lists: dict[str, list[str]], about: dict[str, str]) -> None:
    """Write the lists behind the drop-downs, on a sheet that the reader can open but need not see."""
    sheet_name = book.language.say("Lists")
    sheet = book.book.add_worksheet(sheet_name)
    for index, (name, found) in enumerate(lists.items()):
        sheet.write_string(0, index, name, book.format(bold=True))
        values = found or [""]  # where the list has no districts: a name must stand for one cell at least
        for number, value in enumerate(values, start=1):
            sheet.write_string(number, index, value)
        letter = xl_col_to_name(index)
        quoted = sheet_name.replace("'", "''")
        book.book.define_name(name, f"='{quoted}'!${letter}$2:${letter}${len(values) + 1}")
    told = {"template": f"{book.template.id} v{book.template.version}"} | about
    for number, (key, value) in enumerate(told.items()):
        sheet.write_string(number, len(lists) + 1, key)
        sheet.write_string(number, len(lists) + 2, value)
    sheet.set_column(0, len(lists) + 2, 22)
    sheet.hide()
