"""The list of a plan's workbook: a row a point or hamlet, whose year, cost and households may be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_range, xl_range_abs

from loaders.reports.plan_book import (
    AREA,
    COST,
    CREW_WEEKS,
    HOUSEHOLDS,
    INPUT_COLOUR,
    KIND,
    MARGIN,
    MILLION,
    MONEY,
    NPV,
    PROVINCE,
    YEAR,
    YEARS,
    PlanBook,
)
from loaders.reports.sheet_style import COUNT, SHARE, TOTAL_COLOUR, height_of
from loaders.reports.sheet_table import CODE, TEXT, Column, write_cell, write_heads

_MONEY_COLUMNS: Final = {"cost_million": "cost_vnd", "npv_million": "npv_vnd", "margin_million": "margin_vnd_year"}
_CHANGEABLE: Final = ("year", "households", "cost_million")
_SUMMED: Final = {"households": HOUSEHOLDS, "cost_million": COST, "npv_million": NPV, "margin_million": MARGIN}
_SUMMED_WEEKS: Final = {"crew_weeks": CREW_WEEKS}
_NAMES: Final = {
    "kind": KIND, "province_name": PROVINCE, "area_name": AREA, "year": YEARS, **_SUMMED, **_SUMMED_WEEKS,
}  # fmt: skip
_OPTIONAL: Final = ("organisation_name", "loss_share", "technology", "lcoe_vnd_per_kwh", "stays_share")
"""Columns that are left out where no row has anything in them."""


@dataclass(frozen=True)
class ListPlaces:
    """Where the rows of the list stand, counted from 0."""

    sheet: Any
    first_row: int
    last_row: int
    columns: dict[str, int]

    def cells(self, key: str) -> str:
        """Return the cells of a column, as formulas refer to them."""
        return str(xl_range_abs(self.first_row, self.columns[key], self.last_row, self.columns[key]))


def write(book: PlanBook) -> ListPlaces | None:
    """Write the sheet, and name its columns; None where the plan has nothing to choose among."""
    say, report = book.language.say, book.report
    sheet = book.add_sheet(say("Programme list"))
    row = book.write_title(sheet, say("What is done in which year, and why"))
    if report.rows.empty:
        book.note(sheet, row + 1, say("The areas have no point and no hamlet to choose among."))
        return None
    changeable = say(
        "Yellow cells may be changed: a year (blank: not done), a cost, a number of households. Totals, budgets and "
        "warnings follow on all sheets; ranks and reasons stay those of the solved programme."
    )
    row = book.note(sheet, row, changeable)
    rows = _in_millions(report.rows)
    columns = [column for column in _columns(book) if column.key not in _OPTIONAL or _has_any(rows[column.key])]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    write_heads(book, sheet, row, columns)
    places = ListPlaces(sheet, row + 1, row + len(rows), {column.key: n for n, column in enumerate(columns)})
    _write_rows(book, places, columns, rows)
    _define_names(book, places)
    _write_totals(book, places, columns, rows)
    sheet.autofilter(row, 0, places.last_row, len(columns) - 1)
    sheet.print_area(0, 0, places.last_row + 2, places.columns["reason"])  # what formulas need stands beside it
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, places.columns["name"] + 1)
    return places


def _in_millions(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(**{own: rows[key] / MILLION for own, key in _MONEY_COLUMNS.items()})


def _has_any(values: pd.Series[Any]) -> bool:
    return bool((values.notna() & (values.astype("object") != "")).any())


def _columns(book: PlanBook) -> list[Column]:
    say = book.language.say
    return [
        Column(say("Rank"), "rank", 7, COUNT),
        Column(say("Year"), "year", 7, YEAR),
        Column(say("Kind"), "kind", 10),
        Column(say("Code"), "candidate_code", 13, CODE),
        Column(say("Name"), "name", 24),
        Column(say("Organisation"), "organisation_name", 24),
        Column(say("Province"), "province_name", 13),
        Column(say("District or commune"), "area_name", 16),
        Column(say("Commune"), "commune_name", 16),
        Column(say("Households"), "households", 9, COUNT),
        Column(say("Cost (million VND)"), "cost_million", 12, MONEY),
        Column(say("Cost per household (VND)"), "cost_per_household_vnd", 12, COUNT),
        Column(say("Net present value (million VND)"), "npv_million", 12, MONEY),
        Column(say("Pay-back (years)"), "payback_years", 9, "#,##0.0"),
        Column(say("Loss today"), "loss_share", 8, SHARE),
        Column(say("Technology"), "technology", 13),
        Column(say("Why"), "reason", 48),
        Column(say("Levelised cost (VND/kWh)"), "lcoe_vnd_per_kwh", 11, COUNT),
        Column(say("Stays in (share of draws)"), "stays_share", 10, "0%"),
        Column(say("Yearly margin once done (million VND)"), "margin_million", 12, MONEY),
        Column(say("Crew weeks"), "crew_weeks", 8, "#,##0.0"),
    ]


def _write_rows(book: PlanBook, places: ListPlaces, columns: list[Column], rows: pd.DataFrame) -> None:
    styles = [_style(book, column) for column in columns]
    records = rows[[column.key for column in columns]].astype("object")
    for number, values in enumerate(records.itertuples(index=False, name=None), start=places.first_row):
        for place, (value, column, style) in enumerate(zip(values, columns, styles, strict=True)):
            write_cell(places.sheet, number, place, value, column.form, style)
        wrapped = [
            (str(value), column.width - 1.5)
            for value, column in zip(values, columns, strict=True)
            if column.form == TEXT and not pd.isna(value)
        ]
        places.sheet.set_row(number, height_of(wrapped))
    _ask_for_years(book, places)
    code = places.columns["candidate_code"]
    places.sheet.ignore_errors({"number_stored_as_text": xl_range(places.first_row, code, places.last_row, code)})


def _style(book: PlanBook, column: Column) -> Any:
    colour = {"bg_color": INPUT_COLOUR} if column.key in _CHANGEABLE else {}
    if column.form == TEXT:
        return book.format(border=1, text_wrap=True, indent=1)
    if column.form in (CODE, YEAR) or column.key == "rank":
        return book.format(border=1, align="center", num_format=column.form, **colour)
    return book.format(border=1, num_format=column.form, **colour)


def _ask_for_years(book: PlanBook, places: ListPlaces) -> None:
    """Let nothing be typed for a year but one of the programme's, for a cost and households no negative number."""
    say, report, columns = book.language.say, book.report, places.columns
    years = [int(year) for year in report.years["year"]]
    rules: dict[str, dict[str, Any]] = {
        "year": {"validate": "list", "source": [str(year) for year in years]},
        "households": {"validate": "integer", "criteria": ">=", "value": 0},
        "cost_million": {"validate": "decimal", "criteria": ">=", "value": 0},
    }
    messages = {
        "year": say("Allowed are the years {years}, or nothing: not done.", years=report.span),
        "households": say("A whole number of households, 0 or more."),
        "cost_million": say("A cost in million VND, 0 or more."),
    }
    for key, rule in rules.items():
        title = {"error_title": say("Not possible"), "error_message": messages[key]}
        places.sheet.data_validation(
            places.first_row, columns[key], places.last_row, columns[key], rule | title | {"ignore_blank": True}
        )


def _define_names(book: PlanBook, places: ListPlaces) -> None:
    quoted = book.quoted(places.sheet)
    for key, name in _NAMES.items():
        book.workbook.define_name(name, f"={quoted}!{places.cells(key)}")


def _write_totals(book: PlanBook, places: ListPlaces, columns: list[Column], rows: pd.DataFrame) -> None:
    """Write below the list the sums of what is done, and of what is not."""
    say, sheet = book.language.say, places.sheet
    labels = (say("In the programme"), say("Not in the programme"))
    for offset, (label, is_done) in enumerate(zip(labels, (True, False), strict=True), start=1):
        row = places.last_row + offset
        chosen = rows[rows["year"].notna() == is_done]
        plain = {"border": 1, "bold": True, "bg_color": TOTAL_COLOUR}
        for place, column in enumerate(columns):
            name = _SUMMED.get(column.key) or _SUMMED_WEEKS.get(column.key)
            if name:
                taken = f'SUMIFS({name},{YEARS},">0")'
                formula = f"={taken}" if is_done else f"=SUM({name})-{taken}"
                value = float(chosen[column.key].fillna(0).sum())
                sheet.write_formula(row, place, formula, book.format(**plain, num_format=column.form), value)
            elif column.key == "name":
                sheet.write_string(row, 0, label, book.format(**plain))
            else:
                sheet.write_blank(row, place, None, book.format(**plain))
