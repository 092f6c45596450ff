"""What a plan's workbook rests on and leads to: quarters, assumptions, lines to build, problems of the input."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from geodata.errors import mark
from geodata.periods import Period
from loaders.reports.plan_book import MILLION, MONEY, YEAR, PlanBook
from loaders.reports.sheet_style import COUNT, SHARE, WARNING_COLOUR
from loaders.reports.sheet_table import CODE, Column, write_table_sheet

_CHART_ROWS: Final = 16
_STATUS_NAMES: Final = {
    "seen": mark("read at its source"),
    "unverified": mark("unverified"),
    "assumption": mark("assumption"),
}
_SEVERITY_NAMES: Final = {"error": mark("error"), "warning": mark("warning")}
_PLAIN: Final = "#,##0.######"


def write_quarters(book: PlanBook) -> None:
    """Write the sheet of the share on direct sale by quarter, with its chart."""
    say, language = book.language.say, book.language
    quarters = book.report.quarters
    columns = [
        Column(say("Quarter"), "period", 22),
        Column(say("On direct sale (% of those with power)"), "direct_share", 24, SHARE),
        Column(say("Target"), "target_share", 16, SHARE),
    ]
    named = quarters.assign(period=[language.period(Period.parse(str(code))) for code in quarters["period"]])
    sheet = write_table_sheet(
        book,
        say("Direct sale by quarter"),
        say("Share of households on direct sale, as the programme was solved"),
        columns,
        named,
        empty=say("The areas have no figures from which the share on direct sale could be followed."),
        note=say("Work of a year is spread evenly over its quarters."),
    )
    if len(quarters):
        _add_chart(book, sheet, quarters)


def _add_chart(book: PlanBook, sheet: Any, quarters: pd.DataFrame) -> None:
    say, first, last = book.language.say, 4, 3 + len(quarters)
    chart = book.workbook.add_chart({"type": "line"})
    series = [(1, say("On direct sale (% of those with power)"), {"color": "#2f7fc1", "width": 2.25})]
    if quarters["target_share"].notna().any():
        series.append((2, say("Target"), {"color": "#202124", "width": 1.5, "dash_type": "dash"}))
    for column, label, line in series:
        values = [sheet.name, first, column, last, column]
        chart.add_series({"name": label, "categories": [sheet.name, first, 0, last, 0], "values": values, "line": line})
    chart.set_title({"name": say("Share of households on direct sale"), "name_font": {"size": 12}})
    chart.set_y_axis({"num_format": "0.0%", "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": 20 * _CHART_ROWS})
    sheet.insert_chart(last + 2, 0, chart)


def write_assumptions(book: PlanBook) -> None:
    """Write the sheet of assumptions: low, mid, high, used, with source and status."""
    say, found = book.language.say, book.report.assumptions
    columns = [
        Column(say("Assumption"), "title", 44),
        Column(say("Low"), "low", 12, _PLAIN),
        Column(say("Mid"), "mid", 12, _PLAIN),
        Column(say("High"), "high", 12, _PLAIN),
        Column(say("Used"), "used", 12, _PLAIN),
        Column(say("Unit"), "unit", 18),
        Column(say("Status"), "status", 16),
        Column(say("Changed"), "is_changed", 12),
        Column(say("Source"), "source", 58),
    ]
    words = {True: say("changed by the office"), False: ""}
    shown = found.assign(
        status=found["status"].map(lambda code: say(_STATUS_NAMES[code]) if code in _STATUS_NAMES else code),
        is_changed=found["is_changed"].astype("bool").map(words),
    )
    write_table_sheet(
        book,
        say("Assumptions"),
        say("What the plan assumes"),
        columns,
        shown,
        empty=say("The plan rests on no assumption."),
        note=say("Money in VND of today without VAT, shares from 0 to 1. Anything but read at its source is assumed."),
    )


def write_lines(book: PlanBook) -> None:
    """Write the sheet of lines to build."""
    say, lines = book.language.say, book.report.lines
    columns = [
        Column(say("Order"), "order", 8, COUNT),
        Column(say("Year"), "year", 9, YEAR),
        Column(say("Line"), "line_code", 24, CODE),
        Column(say("From"), "from_name", 30),
        Column(say("To"), "to_code", 24, CODE),
        Column(say("Length (km)"), "length_km", 13, "#,##0.00", has_total=True),
        Column(say("Cost (million VND)"), "cost_million", 16, MONEY, has_total=True),
    ]
    plain = pd.DataFrame(lines.drop(columns="geometry"))
    shown = plain.assign(
        from_name=plain["from_code"].replace({"": say("existing grid")}),
        length_km=plain["length_m"] / 1000,
        cost_million=plain["cost_vnd"] / MILLION,
    )
    write_table_sheet(
        book,
        say("Lines to build"),
        say("Medium-voltage lines to build, in their order"),
        columns,
        shown,
        empty=say("The programme builds no line."),
        note=say("Their cost is part of the cost of the hamlets that they reach."),
    )


def write_problems(book: PlanBook) -> None:
    """Write the sheet of what is wrong with the input."""
    say, found = book.language.say, book.report.problems
    columns = [
        Column(say("Severity"), "severity", 14),
        Column(say("Where"), "where", 22, CODE),
        Column(say("File"), "file_name", 34),
        Column(say("Row"), "row", 8, COUNT),
        Column(say("Problem"), "sentence", 90),
    ]
    shown = found.assign(
        severity=found["severity"].map(lambda code: say(_SEVERITY_NAMES[code])),
        row=found["row"].astype("Int64").mask(found["row"] == 0),
    )
    sheet = write_table_sheet(
        book,
        say("Problems of the input"),
        say("What is wrong with the input"),
        columns,
        shown,
        empty=say("Nothing is wrong with the input; every point and hamlet was considered."),
        note=say("Points and hamlets with an error are left out of the plan."),
    )
    if (found["severity"] == "error").any():
        sheet.set_tab_color(WARNING_COLOUR)
