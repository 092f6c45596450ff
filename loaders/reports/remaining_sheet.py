"""The report's sheet of what remains: communes and organisations behind master meters, hamlets without the grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from geodata.lineage import ESTIMATED, ESTIMATED_NOTE
from loaders.reports.sheet_style import COUNT, Book

_TEXT_WIDTHS: Final = (34, 30)
_LINE_HEIGHT: Final = 15

_Column = tuple[str, str, str]  # label, column of the table, number format ("" for text)


def write(book: Book) -> None:
    """Write the sheet."""
    say, report = book.language.say, book.report
    sheet = book.add_sheet(say("What remains"))
    for column, width in enumerate(_TEXT_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(2, 7, 14)
    has_districts = bool(report.communes["district_code"].notna().any())
    district: tuple[_Column, ...] = ((say("District"), "district_name", ""),) if has_districts else ()
    is_estimated = report.bulk_communes["is_estimated"]
    names = report.bulk_communes["commune_name"]
    row = _write_table(
        book,
        sheet,
        0,
        say("Communes with households behind a master meter"),
        (
            (say("Commune"), "commune_name", ""),
            *district,
            (say("Households behind a master meter"), "households_bulk", COUNT),
            (say("Master meters"), "points", COUNT),
            (say("Organisations"), "organisations", COUNT),
            (say("Households by the meters"), "households_behind", COUNT),
            (say("Difference"), "difference", COUNT),
        ),
        report.bulk_communes.assign(commune_name=names.where(~is_estimated, names + f" {ESTIMATED}")),
    )
    if is_estimated.any():
        sheet.write_string(row - 1, 0, say(ESTIMATED_NOTE), book.format(italic=True))
        row += 1
    row = _write_table(
        book,
        sheet,
        row,
        say("Organisations that buy in bulk"),
        (
            (say("Organisation"), "organisation_name", ""),
            (say("Province"), "province_name", ""),
            (say("Communes"), "communes", COUNT),
            (say("Master meters"), "points", COUNT),
            (say("Households behind"), "households_behind", COUNT),
            (say("Line (km)"), "line_km", "#,##0.0"),
            (say("Loss"), "loss_share", "0.0%"),
        ),
        report.organisations,
    )
    _write_table(
        book,
        sheet,
        row,
        say("Communes with hamlets that the grid does not reach"),
        (
            (say("Commune"), "commune_name", ""),
            *district,
            (say("Hamlets"), "hamlets", COUNT),
            (say("Households without the grid"), "households_without_grid", COUNT),
            (say("Farthest from the grid (km)"), "farthest_km", "#,##0.0"),
        ),
        report.hamlets,
    )


def _write_table(book: Book, sheet: Any, row: int, title: str, columns: Sequence[_Column], table: pd.DataFrame) -> int:
    """Write a titled table and return the row from which the next one may stand."""
    sheet.write_string(row, 0, title, book.format(bold=True, font_size=13))
    if table.empty:
        sheet.write_string(row + 1, 0, book.language.say("None."), book.format(italic=True))
        return row + 3
    book.write_header(sheet, row + 1, [label for label, _, _ in columns])
    for number, values in enumerate(table.to_dict("records"), start=row + 2):
        lines = 1
        for column, (_, name, number_format) in enumerate(columns):
            value = values[name]
            if not number_format:
                sheet.write_string(number, column, str(value), book.format(border=1, text_wrap=True))
                # A little under the width: letters of names are wider than figures. No program sets the height itself.
                lines = max(lines, math.ceil(len(str(value)) / (_TEXT_WIDTHS[column] * 0.9)))
            elif pd.isna(value):
                sheet.write_blank(number, column, None, book.format(border=1))
            else:
                sheet.write_number(number, column, float(value), book.format(border=1, num_format=number_format))
        sheet.set_row(number, _LINE_HEIGHT * lines)
    return row + 2 + len(table) + 2
