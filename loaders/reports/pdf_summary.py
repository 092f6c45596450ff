"""The cover and the one-page summary of the .pdf report."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Final

from geodata.report_data import SHARE, ProvinceReport, ReportFigure
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS, STATUSES
from loaders.reports import official_sentences as sentences
from loaders.reports.chart_image import draw_share_chart, draw_supply_chart, supply_chart_title
from loaders.reports.map_image import can_draw, draw_map
from loaders.reports.pdf_blocks import status_words

_MAPPED: Final = "direct_share"
_MAP_WIDTH, _MAP_HEIGHT = 480.0, 272.0
_NO_STATUS: Final = "#5f6368"


def cover_of(report: ProvinceReport) -> dict[str, Any]:
    """Return what the cover says: whose report, of which quarter, on what it rests."""
    say, language = report.language.say, report.language
    version = say("Data version {version}, {day}", version=report.data_version, day=language.day(report.data_date))
    decisions = "\n".join(report.decisions) or say("No decision is recorded.")
    facts = [
        (say("Decision basis"), decisions, False),
        (say("Figures as at"), language.day(report.period.last_day), False),
        (say("Data"), version, False),
        (say("As known at"), _as_known_at(report), False),
        (say("Unit list of"), language.day(report.unit_list_date), False),
        (say("Kind of data"), _kind(report), False),
        (say("Fingerprint of the figures"), report.fingerprint, True),
    ]
    return {
        "organisation": say("SOUTHERN POWER CORPORATION"),
        "issuer": say("{province} POWER COMPANY", province=sentences.short_name(report).upper()),
        "title": say("RURAL ELECTRIFICATION REPORT"),
        "province": report.province_name,
        "period": language.period(report.period),
        "facts": facts,
        "contents": say("Contents"),
    }


def moment_of(report: ProvinceReport) -> datetime:
    """Return the moment (UTC, whole seconds) of the report's answer: the one asked for, else that of its data."""
    moment = report.as_of or report.data_moment or datetime.combine(report.data_date, time(), UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def _as_known_at(report: ProvinceReport) -> str:
    return report.language.say("{moment} (UTC)", moment=report.language.moment(moment_of(report)))


def _kind(report: ProvinceReport) -> str:
    say = report.language.say
    if report.is_synthetic:
        return say("synthetic demonstration data")
    return say("accepted surveys")


def summary_of(report: ProvinceReport) -> dict[str, Any]:
    """Return the summary: the figures with change, target and status, a map, two charts."""
    say = report.language.say
    signs = " · ".join(status_words(one, report.language) for one in STATUSES)
    if can_draw(report, _MAPPED):
        svg = draw_map(report, measure=_MAPPED, form="svg", width_pt=_MAP_WIDTH, height_pt=_MAP_HEIGHT)
        alt = say("Map of the communes by share of households on direct sale")
        shown: dict[str, str] | None = {"svg": svg.decode(), "alt": alt}
    else:
        shown = None
    return {
        "title": say("Summary"),
        "lead": _lead(report),
        "columns": [
            say("Figure"),
            say("Now"),
            say("Change on the quarter before"),
            say("Target"),
            say("Missing (households)"),
            say("Status"),
        ],
        "figures": [_figure_row(report, figure) for figure in report.figures],
        "note": say("Status: {signs}. pp: percentage points.", signs=signs),
        "map": shown,
        "no-map": say("No outlines of the communes are known: there is no map."),
        "charts": _charts(report),
    }


def _lead(report: ProvinceReport) -> str:
    """One sentence or two: how many communes reported, and how many targets are how far."""
    say, missing = report.language.say, len(report.communes_missing)
    counted = say("{n} of {all} communes reported.", n=len(report.communes) - missing, all=len(report.communes))
    states = [figure.target.status for figure in report.figures if figure.target]
    if not states:
        return counted + " " + say("No target is set.")
    kinds = ", ".join(f"{states.count(one)} {say(STATUS_NAMES[one])}" for one in STATUSES if one in states)
    return counted + " " + say("Of {n} targets: {kinds}.", n=len(states), kinds=kinds)


def _figure_row(report: ProvinceReport, figure: ReportFigure) -> dict[str, Any]:
    language, target = report.language, figure.target
    row = {
        "title": figure.title,
        "value": figure.display(language),
        "counts": _counts(report, figure),
        "change": _change(report, figure),
        "target": "–",
        "due": "",
        "gap": "–",
        "status": status_words("unknown", language) if target else language.say("no target"),
        "outlook": "",
        "colour": _NO_STATUS,
    }
    if target is None:
        return row
    return row | {
        "target": sentences.target_value(figure, target, language),
        "due": language.period(target.due) if target.due else language.say("no date stated"),
        "gap": "–" if target.gap is None else language.count(max(0, target.gap)),
        "status": f"{STATUS_SIGNS[target.status]} {language.say(STATUS_NAMES[target.status])}",
        "outlook": target.outlook,
        "colour": STATUS_COLOURS[target.status],
    }


def _counts(report: ProvinceReport, figure: ReportFigure) -> list[str]:
    """What a share is of; and the communes counted, where some are missing."""
    language = report.language
    parts: list[str] = []
    if figure.kind == SHARE and figure.numerator is not None and figure.denominator is not None:
        parts.append(f"{language.count(figure.numerator)} / {language.count(figure.denominator)}")
    if figure.communes_counted < figure.communes_all:
        counted, everyone = figure.communes_counted, figure.communes_all
        parts.append(language.say("{counted} of {all} communes", counted=counted, all=everyone))
    return parts


def _change(report: ProvinceReport, figure: ReportFigure) -> str:
    """Signed, in percentage points or households; one too small to be shown is below the least: "< +0,01"."""
    language, change = report.language, figure.change
    if change is None:
        return "–"
    if change == 0:
        return "0"
    sign, size = "+" if change > 0 else "−", abs(change)
    least = Decimal(1).scaleb(-figure.decimals)
    shown = language.decimal(max(size, least), decimals=figure.decimals)
    unit = language.say("pp") if figure.kind == SHARE else language.say("households")
    nearer = "" if size >= least / 2 else "< " if change > 0 else "> "
    return f"{nearer}{sign}{shown} {unit}"


def _charts(report: ProvinceReport) -> list[dict[str, str | None]]:
    say = report.language.say
    shares, supply = draw_share_chart(report), draw_supply_chart(report)
    return [
        {
            "title": say("Share of households on direct sale"),
            "svg": shares.decode() if shares else None,
            "alt": say("Line chart of the share of households on direct sale by quarter"),
            "without": say("No quarter has figures of direct sale."),
        },
        {
            "title": supply_chart_title(report),
            "svg": supply.decode() if supply else None,
            "alt": supply_chart_title(report),
            "without": say("No household remains behind a master meter or without the grid."),
        },
    ]
