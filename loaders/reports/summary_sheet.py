"""The report's summary: one page with the five figures, their targets and status, a map and two charts."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from geodata.report_data import SHARE as SHARE_KIND
from geodata.report_data import ProvinceReport, ReportFigure, ReportTarget
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS
from loaders.reports import map_image
from loaders.reports.district_sheet import SUPPLIER_COLOURS, SUPPLIERS, column_of_district
from loaders.reports.figure_formulas import change_formula, value_formula
from loaders.reports.quarter_sheet import QuarterPlaces
from loaders.reports.sheet_style import COUNT, DAY, WARNING_COLOUR, Book, height_of
from loaders.reports.sheet_table import Column, write_heads

_TITLE, _NOW, _BEFORE, _CHANGE, _TARGET, _DUE, _GAP, _NEEDED, _ACHIEVED, _STATUS, _OUTLOOK = range(11)
_WIDTHS: Final = (33, 12, 12, 15, 11, 12, 12, 12, 12, 21, 33)
_FIGURE_HEIGHT: Final = 33.0
_MAP_SIZE: Final = (620, 560)
"""In pixels, as sheets reckon: 96 an inch."""

_MAP_SIZE_PT: Final = (340.0, 340.0 * 560 / 620)
"""As it is drawn; smaller than shown, so that its letters can be read once the page is fitted to paper."""

_DOTS_PER_INCH: Final = 200
_CHART_LEFT: Final = 632
_CHART_SIZE: Final = (716, 278)
_GRID: Final = {"visible": True, "line": {"color": "#d9d9d9"}}

_DIRECT, _LEFT = "direct_share", "households_to_connect"


def write(book: Book, sheet: Any, quarters: QuarterPlaces, districts: tuple[Any, int, int] | None) -> None:
    """Write the summary on its sheet, which stands before those that it refers to."""
    sheet.fit_to_pages(1, 1)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    row = _write_head(book, sheet)
    row = _write_figures(book, sheet, row, quarters)
    row = _write_notes(book, sheet, row)
    _add_pictures(book, sheet, row + 1, quarters, districts)


def _write_head(book: Book, sheet: Any) -> int:
    say, language, report = book.language.say, book.language, book.report
    title = say("Summary") + f": {report.province_name}, {language.period(report.period)}"
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=16))
    sheet.set_row(0, 24)
    day = say("figures as at {day}", day=language.day(report.period.last_day))
    sheet.write_string(1, 0, f"{day[0].upper()}{day[1:]}", book.format(italic=True))
    if report.is_synthetic:
        style = book.format(bold=True, font_color=WARNING_COLOUR)
        sheet.write_string(1, _TARGET, say("Synthetic demonstration data, not real figures."), style)
    return 3


def _write_figures(book: Book, sheet: Any, row: int, quarters: QuarterPlaces) -> int:
    say, language, report = book.language.say, book.language, book.report
    labels = [
        say("Indicator"),
        language.period(report.period),
        language.period(report.period.previous()),
        say("Change on the quarter before"),
        say("Target"),
        say("Due on"),
        say("Households missing to the target"),
        say("Needed a quarter"),
        say("Achieved a quarter"),
        say("Status"),
        say("When it is reached"),
    ]
    write_heads(book, sheet, row, [Column(label, "", width) for label, width in zip(labels, _WIDTHS, strict=True)])
    for number, figure in enumerate(report.figures, start=row + 1):
        _write_figure(book, sheet, number, figure, quarters)
    return row + 1 + len(report.figures)


def _write_figure(book: Book, sheet: Any, row: int, figure: ReportFigure, quarters: QuarterPlaces) -> None:
    form = _number_format(figure)
    now_part, now_whole, before_part, before_whole = quarters.cells_of(figure.name, book.quoted(quarters.sheet))
    sheet.write_string(row, _TITLE, figure.title, book.format(border=1, text_wrap=True, bold=True, indent=1))
    value = book.format(border=1, num_format=form, bold=True, font_size=13, align="center")
    sheet.write_formula(row, _NOW, value_formula(figure, now_part, now_whole), value, _number(figure.value))
    plain = book.format(border=1, num_format=form, align="center")
    before = _number(figure.previous)
    sheet.write_formula(row, _BEFORE, value_formula(figure, before_part, before_whole), plain, before)
    cells = (f"{chr(65 + _NOW)}{row + 1}", f"{chr(65 + _BEFORE)}{row + 1}")
    change = book.format(border=1, num_format=_change_format(book, figure), align="center")
    sheet.write_formula(row, _CHANGE, change_formula(figure, *cells), change, _number(figure.change))
    _write_target(book, sheet, row, figure, form)
    outlook = figure.target.outlook if figure.target else ""
    sheet.set_row(row, max(_FIGURE_HEIGHT, height_of([(figure.title, _WIDTHS[0]), (outlook, _WIDTHS[_OUTLOOK])])))


def _write_target(book: Book, sheet: Any, row: int, figure: ReportFigure, form: str) -> None:
    target, say = figure.target, book.language.say
    text = book.format(border=1, text_wrap=True, align="center")
    if target is None:
        for column in range(_TARGET, _OUTLOOK + 1):
            sheet.write_blank(row, column, None, text)
        sheet.write_string(row, _STATUS, say("no target set"), text)
        return
    shown = book.format(border=1, num_format=_target_format(figure, target, form), align="center")
    sheet.write_number(row, _TARGET, float(target.value), shown)
    day = book.format(border=1, num_format=DAY, align="center")
    if target.due is None:
        sheet.write_string(row, _DUE, say("no date stated"), text)
    else:
        sheet.write_datetime(row, _DUE, target.due.last_day, day)
    count = book.format(border=1, num_format=COUNT, align="center")
    _write_known(sheet, row, _GAP, None if target.gap is None else max(target.gap, 0), count)
    pace = book.format(border=1, num_format="#,##0", align="center")
    _write_known(sheet, row, _NEEDED, target.required_per_quarter, pace)
    _write_known(sheet, row, _ACHIEVED, target.achieved_per_quarter, pace)
    colour = {"font_color": STATUS_COLOURS[target.status], "bold": True}
    status = f"{STATUS_SIGNS[target.status]} {say(STATUS_NAMES[target.status])}"
    sheet.write_string(row, _STATUS, status, book.format(border=1, text_wrap=True, align="center", **colour))
    sheet.write_string(row, _OUTLOOK, target.outlook, book.format(border=1, text_wrap=True, font_size=10))


def _write_known(sheet: Any, row: int, column: int, value: Decimal | int | None, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, float(value), style)


def _number(value: Decimal | None) -> float | str:
    return "" if value is None else float(value)


def _number_format(figure: ReportFigure) -> str:
    decimals = "." + "0" * figure.decimals if figure.decimals else ""
    return f"0{decimals}%" if figure.kind == SHARE_KIND else f"#,##0{decimals}"


def _change_format(book: Book, figure: ReportFigure) -> str:
    """Return the number format of a change, with its unit: percentage points are never shown as percent."""
    say = book.language.say
    if figure.kind == SHARE_KIND:
        unit, number = say("pp"), "0." + "0" * figure.decimals if figure.decimals else "0"
    else:
        unit, number = say("households"), "#,##0"
    return f'+{number}" {unit}";−{number}" {unit}";{number}" {unit}"'


def _target_format(figure: ReportFigure, target: ReportTarget, form: str) -> str:
    """Return a whole percentage without decimals: 100%, not 100.00%."""
    is_whole = figure.kind == SHARE_KIND and (target.value * 100) % 1 == 0
    return "0%" if is_whole else form


def _write_notes(book: Book, sheet: Any, row: int) -> int:
    say, report = book.language.say, book.report
    notes = [say("{unit}: percentage points. Blank: not reported, never the same as 0.", unit=say("pp"))]
    unequal = [figure for figure in report.figures if figure.change is not None and not figure.change_is_comparable]
    if unequal:
        names = "; ".join(figure.short for figure in unequal)
        notes.append(say("Not the same number of communes was counted in both quarters: {names}.", names=names))
    missing = len(report.communes_missing)
    if missing:
        notes.append(
            say("{n} of {all} communes did not report and are in no sum.", n=missing, all=len(report.communes))
        )
    if report.communes_estimated:
        notes.append(
            say(
                "The figures of {n} communes are estimated: they hold parts of divided ones.",
                n=len(report.communes_estimated),
            )
        )
    for number, note in enumerate(notes, start=row):
        sheet.write_string(number, 0, note, book.format(italic=True, font_size=10))
    return row + len(notes)


def _add_pictures(
    book: Book, sheet: Any, row: int, quarters: QuarterPlaces, districts: tuple[Any, int, int] | None
) -> None:
    report = book.report
    direct = next((figure for figure in report.figures if figure.name == _DIRECT), None)
    # Where everybody is on direct sale a map of it says nothing; who is still to be connected does.
    is_done = direct is not None and direct.value is not None and direct.numerator == direct.denominator
    measure = _LEFT if is_done else _DIRECT
    left = 0
    if map_image.can_draw(report, measure):
        width_pt, height_pt = _MAP_SIZE_PT
        picture = map_image.draw_map(
            report, measure=measure, width_pt=width_pt, height_pt=height_pt, dots_per_inch=_DOTS_PER_INCH
        )
        # The picture says no resolution of its own: it is taken to have 96 dots an inch.
        scale = _MAP_SIZE[0] / (width_pt * _DOTS_PER_INCH / 72)
        sheet.insert_image(
            row,
            0,
            "map.png",
            {
                "image_data": BytesIO(picture),
                "x_scale": scale,
                "y_scale": scale,
                "object_position": 3,
                "description": book.language.say("Map: {title}", title=_map_title(report, measure)),
            },
        )
        left = _CHART_LEFT
    first = _suppliers_chart(book, quarters, districts)
    second = _left_chart(book, quarters)
    for number, chart in enumerate((first, second)):
        chart.set_size({"width": _CHART_SIZE[0], "height": _CHART_SIZE[1]})
        sheet.insert_chart(
            row, 0, chart, {"x_offset": left, "y_offset": number * (_CHART_SIZE[1] + 4), "object_position": 3}
        )


def _map_title(report: ProvinceReport, measure: str) -> str:
    return next(found.title for found in report.maps if found.indicator == measure)


def _suppliers_chart(book: Book, quarters: QuarterPlaces, districts: tuple[Any, int, int] | None) -> Any:
    """Return the chart of who supplies the households: by district, or by quarter where there are no districts."""
    say = book.language.say
    sheet, first, last = districts or (quarters.sheet, quarters.first_row, quarters.last_row)
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    for measure, colour in zip(SUPPLIERS, SUPPLIER_COLOURS, strict=True):
        column = column_of_district(measure) if districts else quarters.column(measure)
        chart.add_series(
            {
                "name": [sheet.name, first - 1, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": colour},
                "gap": 50,
            }
        )
    chart.set_title({"name": say("Who supplies the households"), "name_font": {"size": 11}})
    chart.set_x_axis({"num_font": {"size": 8}})
    chart.set_y_axis({"num_format": COUNT, "major_gridlines": _GRID, "num_font": {"size": 8}})
    chart.set_legend({"position": "bottom", "font": {"size": 8}})
    return chart


def _left_chart(book: Book, quarters: QuarterPlaces) -> Any:
    """Return the chart of the households that are still to be connected, quarter by quarter."""
    say, column = book.language.say, quarters.column("households_to_connect")
    name = quarters.sheet.name
    chart = book.workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": say("Households still to connect to the grid"),
            "categories": [name, quarters.first_row, 0, quarters.last_row, 0],
            "values": [name, quarters.first_row, column, quarters.last_row, column],
            "fill": {"color": "#b45309"},
            "gap": 60,
            "data_labels": {"value": True, "num_format": COUNT, "font": {"size": 8}},
        }
    )
    chart.set_title({"name": say("Households still to connect to the grid"), "name_font": {"size": 11}})
    chart.set_x_axis({"num_font": {"size": 8}})
    chart.set_y_axis({"num_format": COUNT, "major_gridlines": _GRID, "num_font": {"size": 8}, "min": 0})
    chart.set_legend({"none": True})
    return chart
