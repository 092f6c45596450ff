"""The report's main table: communes by district with subtotals, counts as values, shares as live formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from geodata.lineage import ESTIMATED, EXACT
from loaders.reports.sheet_style import COUNT, SHARE, Book

_COUNTS: Final = (
    "households_all",
    "households_grid",
    "households_direct",
    "households_bulk",
    "households_shared",
    "households_offgrid",
    "households_without",
    "households_all_rural",
    "households_grid_rural",
)
_SHARES: Final = (
    ("households_grid", "households_all"),
    ("households_direct", "households_grid"),
    ("households_bulk", "households_grid"),
    ("households_grid_rural", "households_all_rural"),
)
_NUMBER, _NAME, _CODE = 0, 1, 2

_COLUMN_OF: Final = {measure: place for place, measure in enumerate(_COUNTS, start=3)}
_FIRST_SHARE: Final = 3 + len(_COUNTS)
LAST_COLUMN: Final = _FIRST_SHARE + len(_SHARES) - 1
_WIDTHS: Final = (5, 27, 8, *[11] * len(_COUNTS), *[10.5] * len(_SHARES))


@dataclass(frozen=True)
class TablePlaces:
    """Where the table stands: its rows, counted from 0, for other sheets to refer to."""

    header_row: int
    district_rows: dict[str, int]
    total_row: int
    last_row: int


def column_of(measure: str) -> int:
    """Return the column of a measure, counted from 0."""
    return _COLUMN_OF[measure]


def write(book: Book, sheet: Any, *, first_row: int) -> TablePlaces:
    """Write the table from a row on, set its print titles, and return where it stands."""
    _write_columns(book, sheet, first_row)
    communes = book.report.communes
    total_row = first_row + 1
    # A list without districts has no subtotals: its communes follow the total.
    last_row = total_row + len(communes) + communes["district_code"].nunique()
    _write_sums(book, sheet, total_row, book.report.province_name, communes, (total_row + 1, last_row), is_total=True)
    district_rows: dict[str, int] = {}
    row = total_row + 1
    for code, district in communes.groupby("district_code", sort=False, dropna=False):
        if not pd.isna(code):
            district_rows[str(code)] = row
            name = str(district["district_name"].iloc[0])
            _write_sums(book, sheet, row, name, district, (row + 1, row + len(district)), is_total=False)
            row += 1
        for number in range(len(district)):
            _write_commune(book, sheet, row + number, number + 1, district.iloc[[number]])
        row += len(district)
    sheet.repeat_rows(first_row)
    sheet.freeze_panes(first_row + 1, _CODE)
    name = book.language.say("Report").replace("'", "''")
    for title, column in (("ho_tong_so", "households_all"), ("ho_co_dien", "households_grid")):
        cell = xl_rowcol_to_cell(total_row, column_of(column), row_abs=True, col_abs=True)
        book.workbook.define_name(title, f"='{name}'!{cell}")
    return TablePlaces(first_row, district_rows, total_row, last_row)


def _write_columns(book: Book, sheet: Any, row: int) -> None:
    say = book.language.say
    labels = (
        say("No."),
        say("District, commune") if book.report.communes["district_code"].notna().any() else say("Commune"),
        say("Code"),
        say("Households in all"),
        say("With grid power"),
        say("On direct sale"),
        say("Behind a master meter"),
        say("On a shared meter"),
        say("Off-grid source only"),
        say("Without power"),
        say("Rural households in all"),
        say("Rural with grid power"),
        say("With grid power (%)"),
        say("On direct sale (% of those with power)"),
        say("Behind a master meter (% of those with power)"),
        say("Rural with grid power (%)"),
    )
    book.write_header(sheet, row, labels, height=78)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)


def _write_commune(book: Book, sheet: Any, row: int, number: int, one: pd.DataFrame) -> None:
    """Write the row of a commune; `one` is its row of the report's communes."""
    commune = one.iloc[0]
    sheet.write_number(row, _NUMBER, number, book.format(border=1, align="center"))
    is_estimated = book.report.basis.get(one.index[0], EXACT) != EXACT
    name = str(commune["commune_name"]) + (f" {ESTIMATED}" if is_estimated else "")
    sheet.write_string(row, _NAME, name, book.format(border=1, indent=1))
    sheet.write_string(row, _CODE, str(one.index[0]), book.format(border=1, align="center"))
    count, share = book.format(border=1, num_format=COUNT), book.format(border=1, num_format=SHARE)
    for measure, column in _COLUMN_OF.items():
        if pd.isna(commune[measure]):
            sheet.write_blank(row, column, None, count)
        else:
            sheet.write_number(row, column, int(commune[measure]), count)
    for column, (numerator, denominator) in _share_columns():
        part, whole = (xl_rowcol_to_cell(row, column_of(m)) for m in (numerator, denominator))
        formula = f'=IF(AND(ISNUMBER({part}),N({whole})>0),{part}/{whole},"")'
        sheet.write_formula(row, column, formula, share, _ratio(one, numerator, denominator))


def _share_columns() -> Iterator[tuple[int, tuple[str, str]]]:
    return enumerate(_SHARES, start=_FIRST_SHARE)


def _write_sums(
    book: Book, sheet: Any, row: int, name: str, communes: pd.DataFrame, rows: tuple[int, int], *, is_total: bool
) -> None:
    """
    Write a district's subtotals, or the province's totals, over the rows of communes.

    SUBTOTAL leaves out other subtotals. A share adds up only communes that reported both of its parts, and knows
    communes by their code, which rows of sums do not have.
    """
    style = {"border": 1, "bold": True, "bg_color": "#f7d9a8" if is_total else "#eef3f8"}
    sheet.write_blank(row, _NUMBER, None, book.format(**style))
    sheet.write_string(row, _NAME, name, book.format(**style))
    sheet.write_blank(row, _CODE, None, book.format(**style))
    for measure, column in _COLUMN_OF.items():
        cells = xl_range(rows[0], column, rows[1], column)
        total = communes[measure].sum(min_count=1)
        formula = f'=IF(COUNT({cells})=0,"",SUBTOTAL(9,{cells}))'
        value = "" if pd.isna(total) else int(total)
        sheet.write_formula(row, column, formula, book.format(**style, num_format=COUNT), value)
    codes = xl_range(rows[0], _CODE, rows[1], _CODE)
    for column, (numerator, denominator) in _share_columns():
        part, whole = (xl_range(rows[0], column_of(m), rows[1], column_of(m)) for m in (numerator, denominator))
        both = f'{part},"<>",{whole},"<>",{codes},"<>"'
        formula = f'=IFERROR(SUMIFS({part},{both})/SUMIFS({whole},{both}),"")'
        ratio = _ratio(communes, numerator, denominator)
        sheet.write_formula(row, column, formula, book.format(**style, num_format=SHARE), ratio)


def _ratio(communes: pd.DataFrame, numerator: str, denominator: str) -> float | str:
    """Result that a share's formula has now."""
    both = communes[[numerator, denominator]].dropna()
    whole = int(both[denominator].sum())
    return int(both[numerator].sum()) / whole if whole else ""
