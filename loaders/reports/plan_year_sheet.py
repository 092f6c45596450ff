"""The years of a plan's workbook: what each costs and brings, as formulas over the list; rules held against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from geodata.plan_data import CONNECTION_KIND, CREWS, LEAST_HOUSEHOLDS, TAKEOVER_KIND, PlanReport
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
    PROVINCE,
    YEAR,
    YEARS,
    PlanBook,
)
from loaders.reports.sheet_style import COUNT, TOTAL_COLOUR, WARNING_COLOUR, height_of
from loaders.reports.sheet_table import Column, write_heads

_CHART_ROWS: Final = 16
_SLACK: Final = 0.000001
"""Million VND (one VND), or weeks, that a sum of parts may exceed a limit by and still be kept."""
_COST_COLOUR, _MARGIN_COLOUR, _SUM_COLOUR = "#e69f00", "#2f7fc1", "#202124"
_COLUMNS: Final = (
    "year", "budget", "cost", "left", "takeovers", "connections", "households", "remaining", "margin", "cash",
    "cumulative", "warning",
)  # fmt: skip


@dataclass(frozen=True)
class YearPlaces:
    """Where the years stand, for the cover."""

    sheet: Any
    first_row: int
    last_row: int
    checks: tuple[str, ...]

    def warnings(self, quoted: str) -> str:
        """Return a formula that counts the warnings of the sheet."""
        cells = [f'COUNTIF({quoted}!{one},"?*")' for one in self.checks]
        return "=" + "+".join(cells)


def write(book: PlanBook, *, has_list: bool) -> YearPlaces:
    """Write the sheet."""
    say = book.language.say
    sheet = book.add_sheet(say("By year"))
    columns = _columns(book)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    row = book.write_title(sheet, say("Year by year: money, households, cash flow"))
    note = say(
        "All but the years and budgets are formulas over the programme list. Money in million VND of today, without "
        "VAT. Margin: what everything done so far brings beyond buying and operating; {share} of it in its first year.",
        share=book.language.count(round(book.report.first_year_share * 100)) + "%",
    )
    row = book.note(sheet, row, note)
    write_heads(book, sheet, row, columns)
    sheet.freeze_panes(row + 1, 1)
    sheet.repeat_rows(row)
    first, last = _write_years(book, sheet, row + 1, has_list=has_list)
    warnings = len(_COLUMNS) - 1
    checks = [f"{_cell(first, warnings)}:{_cell(last, warnings)}"]
    below = last + 3
    if has_list:
        _add_chart(book, sheet, first, last, below)
        below += _CHART_ROWS + 1
        if len(book.report.limits):
            checks.append(_write_limits(book, sheet, below))
    return YearPlaces(sheet, first, last, tuple(checks))


def _columns(book: PlanBook) -> list[Column]:
    say = book.language.say
    return [
        Column(say("Year"), "", 26),
        Column(say("Budget"), "", 14),
        Column(say("Cost"), "", 14),
        Column(say("Budget left"), "", 14),
        Column(say("Points taken over"), "", 10),
        Column(say("Hamlets connected"), "", 10),
        Column(say("Households that gain"), "", 12),
        Column(say("Households remaining"), "", 12),
        Column(say("Margin of the year"), "", 14),
        Column(say("Cash flow"), "", 14),
        Column(say("Cash flow, summed up"), "", 14),
        Column(say("Warning"), "", 30),
    ]


def _cell(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))


def year_values(report: PlanReport) -> pd.DataFrame:
    """
    Return what the formulas of the sheet give for the list as it is: a row a year, columns as in the sheet.

    Money in million VND; ``left`` holds what may be carried over where the rules let it.
    """
    done, found = report.done, []
    left = cumulative = 0.0
    remaining = float(report.rows["households"].fillna(0).sum())
    for year, budget in zip(report.years["year"], report.years["budget_vnd"], strict=True):
        now = done[done["year"] == year]
        before = done[done["year"] < year]
        cost = float(now["cost_vnd"].sum()) / MILLION
        own = report.first_year_share * float(now["margin_vnd_year"].fillna(0).sum())
        margin = (float(before["margin_vnd_year"].fillna(0).sum()) + own) / MILLION
        left = (left if report.carries_over else 0.0) + float(budget) / MILLION - cost
        cumulative += margin - cost
        remaining -= float(now["households"].sum())
        counts = (int((now["kind_code"] == kind).sum()) for kind in (TAKEOVER_KIND, CONNECTION_KIND))
        numbers = (float(now["households"].sum()), remaining, margin, margin - cost, cumulative)
        found.append((int(year), float(budget) / MILLION, cost, left, *counts, *numbers, ""))
    return pd.DataFrame(found, columns=pd.Index(_COLUMNS))


def _write_years(book: PlanBook, sheet: Any, first: int, *, has_list: bool) -> tuple[int, int]:
    values = year_values(book.report)
    for number, (row, known) in enumerate(
        zip(range(first, first + len(values)), values.to_dict("records"), strict=True)
    ):
        formulas = _formulas(book, row, is_first=number == 0) if has_list else {}
        for place, key in enumerate(_COLUMNS):
            form = {"year": YEAR, "takeovers": COUNT, "connections": COUNT, "households": COUNT, "remaining": COUNT}
            plain = {"border": 1, "num_format": form.get(key, MONEY)}
            if key in formulas:
                warned = {"font_color": WARNING_COLOUR, "bold": True, "text_wrap": True} if key == "warning" else {}
                over = known["left"] < -_SLACK and key == "warning"
                value = book.language.say("over the budget") if over else known[key]
                sheet.write_formula(row, place, formulas[key], book.format(**plain | warned), value)
            elif key == "warning":
                sheet.write_blank(row, place, None, book.format(border=1))
            else:
                extra = {"bg_color": INPUT_COLOUR} if key == "budget" else {}
                style = {"align": "center", "bold": True} if key == "year" else {}
                sheet.write_number(row, place, known[key], book.format(**plain | extra | style))
    last = first + len(values) - 1
    _write_total(book, sheet, first, last, values)
    return first, last


def _formulas(book: PlanBook, row: int, *, is_first: bool) -> dict[str, str]:
    at = {key: str(xl_rowcol_to_cell(row, place)) for place, key in enumerate(_COLUMNS)}
    above = {key: str(xl_rowcol_to_cell(row - 1, place)) for place, key in enumerate(_COLUMNS)}
    report, say = book.report, book.language.say
    carried = f"+{above['left']}" if report.carries_over and not is_first else ""
    kinds = dict(zip(report.rows["kind_code"], report.rows["kind"], strict=True))

    def counted(kind: str) -> str:
        return f'=COUNTIFS({YEARS},{at["year"]},{KIND},"{_quoted(kinds[kind])}")' if kind in kinds else "=0"

    before = f"SUM({HOUSEHOLDS})" if is_first else above["remaining"]
    share = f"{report.first_year_share:g}"
    return {
        "cost": f"=SUMIFS({COST},{YEARS},{at['year']})",
        "left": f"={at['budget']}-{at['cost']}{carried}",
        "takeovers": counted(TAKEOVER_KIND),
        "connections": counted(CONNECTION_KIND),
        "households": f"=SUMIFS({HOUSEHOLDS},{YEARS},{at['year']})",
        "remaining": f"={before}-{at['households']}",
        "margin": f'=SUMIFS({MARGIN},{YEARS},"<"&{at["year"]})+{share}*SUMIFS({MARGIN},{YEARS},{at["year"]})',
        "cash": f"={at['margin']}-{at['cost']}",
        "cumulative": f"={at['cash']}" if is_first else f"={above['cumulative']}+{at['cash']}",
        "warning": f'=IF({at["left"]}<-{_SLACK:.6f},"{_quoted(say("over the budget"))}","")',
    }


def _quoted(text: str) -> str:
    """Return a text as it stands within quotes of a formula."""
    return text.replace('"', '""')


def _write_total(book: PlanBook, sheet: Any, first: int, last: int, values: pd.DataFrame) -> None:
    plain = {"border": 1, "bold": True, "bg_color": TOTAL_COLOUR}
    summed = ("budget", "cost", "takeovers", "connections", "households", "margin", "cash")
    for place, key in enumerate(_COLUMNS):
        if key == "year":
            sheet.write_string(last + 1, place, book.language.say("Total"), book.format(**plain))
        elif key in summed:
            form = COUNT if key in ("takeovers", "connections", "households") else MONEY
            cells = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(last, place)}"
            style = book.format(**plain, num_format=form)
            sheet.write_formula(last + 1, place, f"=SUM({cells})", style, float(values[key].sum()))
        else:
            sheet.write_blank(last + 1, place, None, book.format(**plain))


def _add_chart(book: PlanBook, sheet: Any, first: int, last: int, row: int) -> None:
    """Draw what each year costs and brings, and the sum of both so far."""
    say, column = book.language.say, _COLUMNS.index
    years = [sheet.name, first, 0, last, 0]
    chart = book.workbook.add_chart({"type": "column"})
    for label, key, colour in (
        (say("Cost"), "cost", _COST_COLOUR),
        (say("Margin of the year"), "margin", _MARGIN_COLOUR),
    ):
        values = [sheet.name, first, column(key), last, column(key)]
        chart.add_series({"name": label, "categories": years, "values": values, "fill": {"color": colour}})
    line = book.workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": say("Cash flow, summed up"),
            "categories": years,
            "values": [sheet.name, first, column("cumulative"), last, column("cumulative")],
            "line": {"color": _SUM_COLOUR, "width": 2.25, "dash_type": "dash"},
            "marker": {"type": "circle", "size": 5},
        }
    )
    chart.combine(line)
    chart.set_title({"name": say("Cash flow (million VND)"), "name_font": {"size": 12}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 20 * _CHART_ROWS})
    sheet.insert_chart(row, 0, chart)


# ---- the other rules


def _write_limits(book: PlanBook, sheet: Any, row: int) -> str:
    """Write the rules beside the budget with what the list makes of each; return the cells of their warnings."""
    say, limits = book.language.say, book.report.limits
    row = book.heading(sheet, row, say("The other rules, held against the list"))
    labels = (say("Rule"), say("Year"), say("Limit"), say("As listed"), say("Warning"))
    write_heads(
        book, sheet, row, [Column(label, "", width) for label, width in zip(labels, (26, 14, 14, 14, 14), strict=True)]
    )
    for number, limit in enumerate(limits.to_dict("records"), start=row + 1):
        name = _rule_name(book, limit)
        sheet.write_string(number, 0, name, book.format(border=1, text_wrap=True))
        sheet.set_row(number, height_of([(name, 24.5)]))
        year = limit["year"]
        if pd.isna(year):
            sheet.write_string(number, 1, say("all years"), book.format(border=1, align="center"))
        else:
            sheet.write_number(number, 1, int(year), book.format(border=1, align="center", num_format=YEAR))
        form = "#,##0.0" if limit["rule"] == CREWS else COUNT
        sheet.write_number(
            number, 2, float(limit["limit"]), book.format(border=1, num_format=form, bg_color=INPUT_COLOUR)
        )
        value = used(book.report, limit)
        sheet.write_formula(number, 3, _used_formula(limit, number), book.format(border=1, num_format=form), value)
        formula, verdict = _verdict(book, limit, number, value)
        warned = book.format(border=1, font_color=WARNING_COLOUR, bold=True, text_wrap=True)
        sheet.write_formula(number, 4, formula, warned, verdict)
    return f"{_cell(row + 1, 4)}:{_cell(row + len(limits), 4)}"


def _rule_name(book: PlanBook, limit: Mapping[Any, Any]) -> str:
    say = book.language.say
    place = limit["province_name"] if pd.isna(limit["area_name"]) else f"{limit['area_name']}, {limit['province_name']}"
    if limit["rule"] == CREWS:
        return say("Crew weeks at most: {place}", place=place)
    if limit["rule"] == LEAST_HOUSEHOLDS:
        return say("Households that gain at least: {place}", place=place)
    return say("Households remaining at most: {place}", place=place)


def used(report: PlanReport, limit: Mapping[Any, Any]) -> float:
    """Return what the list as it is makes of a rule."""
    rows = report.rows[report.rows["province_name"] == limit["province_name"]]
    if limit["rule"] == CREWS:
        return float(rows.loc[(rows["year"] == limit["year"]).fillna(value=False), "crew_weeks"].sum())
    if limit["rule"] == LEAST_HOUSEHOLDS:
        return float(rows.loc[rows["year"].notna(), "households"].sum())
    own = rows[rows["area_name"] == limit["area_name"]]
    gained = own.loc[(own["year"] <= limit["year"]).fillna(value=False), "households"].sum()
    return float(own["households"].sum() - gained)


def _used_formula(limit: Mapping[Any, Any], row: int) -> str:
    province, year = f'{PROVINCE},"{_quoted(str(limit["province_name"]))}"', xl_rowcol_to_cell(row, 1)
    if limit["rule"] == CREWS:
        return f"=SUMIFS({CREW_WEEKS},{province},{YEARS},{year})"
    if limit["rule"] == LEAST_HOUSEHOLDS:
        return f'=SUMIFS({HOUSEHOLDS},{province},{YEARS},">0")'
    place = f'{province},{AREA},"{_quoted(str(limit["area_name"]))}"'
    return f'=SUMIFS({HOUSEHOLDS},{place})-SUMIFS({HOUSEHOLDS},{place},{YEARS},"<="&{year})'


def _verdict(book: PlanBook, limit: Mapping[Any, Any], row: int, value: float) -> tuple[str, str]:
    say, allowed, listed = book.language.say, xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 3)
    if limit["rule"] == LEAST_HOUSEHOLDS:
        words, is_broken = say("too few"), value < limit["limit"] - _SLACK
        test = f"{listed}<{allowed}-{_SLACK:.6f}"
    else:
        words, is_broken = say("too many"), value > limit["limit"] + _SLACK
        test = f"{listed}>{allowed}+{_SLACK:.6f}"
    return f'=IF({test},"{_quoted(words)}","")', words if is_broken else ""
