"""The cover and the one-page summary of the .pdf report."""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, Final

from geodata.report_data import SHARE, ProvinceReport, ReportFigure
from geodata.status import STATUS_COLOURS, STATUS_NAMES, STATUS_SIGNS, STATUSES
from loaders.reports import official_sentences as sentences
from loaders.reports.chart_image import (
    DIRECT_SHARE,
    GRID_SHARE,
    draw_remaining_chart,
    draw_share_chart,
    draw_supply_chart,
)
from loaders.reports.map_image import can_draw, draw_map, fitting_height
from loaders.reports.pdf_blocks import status_words

_MAP_WIDTH, _LOWEST_MAP, _HIGHEST_MAP = 480.0, 200.0, 330.0
_NO_BREAK: Final = "\xa0"
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
    moment = report.language.moment(report.local(moment_of(report)))
    return report.language.say("{moment} (Vietnam's clock)", moment=moment)


def _kind(report: ProvinceReport) -> str:
    say = report.language.say
    if report.is_synthetic:
        return say("synthetic demonstration data")
    return say("accepted surveys")


def summary_of(report: ProvinceReport) -> dict[str, Any]:
    """Return the summary: the figures with change, target and status, a map, two charts."""
    say = report.language.say
    signs = " · ".join(status_words(one, report.language) for one in STATUSES)
    return {
        "title": say("Summary"),
        "lead": _lead(report),
        "columns": [
            say("Figure"),
            say("Now"),
            say("Change on the quarter before"),
            say("Target"),
            say("Households missing"),
            say("Status"),
        ],
        "figures": [_figure_row(report, figure) for figure in report.figures],
        "notes": [say("Status: {signs}. pp: percentage points.", signs=signs), *_incomparable(report)],
        "map": _map(report),
        "no-map": say("No outlines of the communes are known: there is no map."),
        "charts": _charts(report),
    }


def _incomparable(report: ProvinceReport) -> list[str]:
    """Name the figures whose change says less, because other communes stand behind the quarter before."""
    unequal = [f.title for f in report.figures if f.change is not None and not f.change_is_comparable]
    if not unequal:
        return []
    names = "; ".join(unequal)
    return [report.language.say("Not the same number of communes was counted in both quarters: {names}.", names=names)]


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
        "outlook": target.outlook[:1].upper() + target.outlook[1:],
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
    return f"{nearer}{sign}{shown}".replace(" ", _NO_BREAK) + " " + unit.replace(" ", _NO_BREAK)


def sells_directly(report: ProvinceReport) -> bool:
    """Whether every household with power is on direct sale: a map or chart of that would say nothing."""
    return any(f.name == DIRECT_SHARE and f.value == 1 for f in report.figures)


def _map(report: ProvinceReport) -> dict[str, str] | None:
    """Return the map of direct sale, or, where all have it, of who is still to be connected; None without outlines."""
    say = report.language.say
    if sells_directly(report):
        measure, alt = "households_to_connect", say("Map of the communes by households still to connect to the grid")
    else:
        measure, alt = DIRECT_SHARE, say("Map of the communes by share of households on direct sale")
    if not can_draw(report, measure):
        return None
    height = fitting_height(report, _MAP_WIDTH, most_pt=_HIGHEST_MAP, least_pt=_LOWEST_MAP)
    svg = draw_map(report, measure=measure, form="svg", width_pt=_MAP_WIDTH, height_pt=height)
    return {"svg": svg.decode(), "alt": alt}


def _charts(report: ProvinceReport) -> list[dict[str, str | None]]:
    """Return a share over time; and who supplies by district, or, where that says nothing, where households remain."""
    say, is_done = report.language.say, sells_directly(report)
    measure, over_time = DIRECT_SHARE, say("Share of households on direct sale")
    if is_done:
        measure, over_time = GRID_SHARE, say("Share of households with grid power")
    shares = draw_share_chart(report, measure=measure)
    below: bytes | None
    if report.has_districts and not is_done:
        below = draw_supply_chart(report)
        title = say("Who supplies the households with grid power (their number at the right)")
    else:
        below = draw_remaining_chart(report)
        title = say("Communes where most households remain (their number at the right)")
    return [
        _chart(over_time, shares, say("No quarter has these figures.")),
        _chart(title, below, say("No household remains behind a master meter or without the grid.")),
    ]


def _chart(title: str, svg: bytes | None, without: str) -> dict[str, str | None]:
    return {"title": title, "svg": svg.decode() if svg else None, "alt": title, "without": without}
