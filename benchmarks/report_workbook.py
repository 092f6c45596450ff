"""
Measures how fast the table of communes of a report is written as .xlsx, for all 2,484 communes in one sheet.

Ours is the writer of the province report, given provinces in place of districts: styles, live formulas with their
results, print set-up. The peer is openpyxl the plain way: the same cells (values, formulas, number formats, fonts,
borders, fills), one after the other. Both files are read back and hold the same. ``--plain`` leaves out the peer's
styles, all but its values and formulas.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._sides import RUNS, answer_as_side, compare
from coverage.demo import make_demo
from geodata.language import Language
from loaders.reference import load_units, tables
from loaders.reports import commune_table
from loaders.reports.commune_table import CommuneRows
from loaders.reports.province_workbook import OPTIONS
from loaders.reports.sheet_style import StyledBook

COMMUNES: Final = 2_484
_QUARTER: Final = "2021-Q2"
_SHEET: Final = "Communes"
_FIRST_ROW: Final = 2
_LAST_COLUMN: Final = commune_table.LAST_COLUMN + 1


@cache
def communes(scale: int) -> CommuneRows:
    """Return the first communes of the region with the demo's figures, province by province."""
    units = load_units()
    figures = make_demo(units, tables.load_province_facts(), tables.load_demo_assumptions()).figures
    now = figures[figures["period"] == _QUARTER].set_index("commune_code")
    places = pd.DataFrame(
        {
            "commune_name": units.communes["full_name"],
            "group_code": units.communes["province_code"],
            "group_name": units.communes["province_code"].map(units.by_code["full_name"]),
        }
    )
    found = places.join(now).sort_values(["group_code"], kind="stable").head(scale)
    return CommuneRows(whole="EVNSPC", communes=found, group_label="Province, commune")


def write_ours(scale: int) -> bytes:
    """Write the table by the writer of the report."""
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, OPTIONS)
    book = StyledBook(workbook, Language("en"))
    sheet = book.add_page(_SHEET, left="", centre="")
    commune_table.write(book, sheet, communes(scale), first_row=_FIRST_ROW)
    workbook.close()
    return buffer.getvalue()


Cell = tuple[int, int, Any, str, bool, str | None]
"""Row, column, value or formula, number format, whether bold, fill."""


def cells_of(content: bytes) -> list[Cell]:
    """Return what the cells of a workbook hold and look like, row by row."""
    sheet = openpyxl.load_workbook(BytesIO(content))[_SHEET]
    return [
        (cell.row, cell.column, cell.value, cell.number_format, bool(cell.font.b), _fill(cell))
        for row in sheet.iter_rows(min_row=_FIRST_ROW + 1, max_col=_LAST_COLUMN)
        for cell in row
    ]


def _fill(cell: Any) -> str | None:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else None


def write_plainly(cells: list[Cell], *, is_styled: bool) -> bytes:
    """Write the cells by openpyxl, one after the other."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _SHEET
    edge = Side(style="thin")
    for row, column, value, number_format, is_bold, fill in cells:
        cell = sheet.cell(row, column, value)
        if is_styled:
            cell.number_format = number_format
            cell.font = Font(name="Times New Roman", size=11, bold=is_bold)
            cell.border = Border(left=edge, right=edge, top=edge, bottom=edge)
            cell.alignment = Alignment(vertical="center")
            if fill:
                cell.fill = PatternFill("solid", fgColor=fill)
    sheet.freeze_panes = "C4"
    sheet.print_title_rows = f"{_FIRST_ROW + 1}:{_FIRST_ROW + 1}"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _answer(content: bytes) -> str:
    """Return a hash of values and formulas: both sides must hold the same."""
    found = [(row, column, value) for row, column, value, *_ in cells_of(content)]
    return hashlib.sha256(json.dumps(found, default=str).encode()).hexdigest()


def _measure_ours(scale: int) -> dict[str, Any]:
    communes(scale)
    started = time.perf_counter()
    content = write_ours(scale)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "answer": _answer(content), "note": f"{len(content) / 1e6:.2f} MB"}


def _measure_peer(scale: int, *, is_styled: bool) -> dict[str, Any]:
    cells = cells_of(write_ours(scale))
    started = time.perf_counter()
    content = write_plainly(cells, is_styled=is_styled)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "answer": _answer(content), "note": f"{len(content) / 1e6:.2f} MB"}


STYLED, PLAIN = "openpyxl", "openpyxl, without styles"


def main() -> None:
    """Measure and print."""
    sides = {
        "ours": _measure_ours,
        STYLED: lambda scale: _measure_peer(scale, is_styled=True),
        PLAIN: lambda scale: _measure_peer(scale, is_styled=False),
    }
    if answer_as_side(sides):
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=COMMUNES, help="number of communes")
    parser.add_argument("--plain", action="store_true", help="the peer writes no styles")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each side")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    compare(
        "report_workbook",
        __file__,
        scale=options.scale,
        peer=PLAIN if options.plain else STYLED,
        packages=["xlsxwriter", "openpyxl"],
        options=[],
        as_json=options.json,
        runs=options.runs,
    )


if __name__ == "__main__":
    main()
