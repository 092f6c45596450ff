"""What a report's figures say, in paragraphs: how the province stands, what changed, what remains."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from geodata.errors import mark
from geodata.language import Language
from geodata.report_data import SHARE, ProvinceReport, ReportFigure
from geodata.status import STATUS_NAMES, UNKNOWN


def with_assessment(report: ProvinceReport) -> ProvinceReport:
    """Return a report with its paragraphs of assessment, made from its own figures."""
    paragraphs = (_grid(report), _suppliers(report), _last_mile(report), _targets(report), _quality(report))
    return replace(report, assessment=tuple(text for text in paragraphs if text))


def change_text(figure: ReportFigure, language: Language) -> str:
    """
    Return what changed since the quarter before, with its sign: "+1.234 hộ", "−0,05 điểm phần trăm"; blank if unknown.

    A share changes by percentage points, shown with its decimals; a change that rounds to nothing is told as less
    than the last digit.
    """
    change = figure.change
    if change is None:
        return ""
    size, least = abs(change), Decimal(1).scaleb(-figure.decimals)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    shown = language.decimal(size, decimals=figure.decimals)
    if figure.kind != SHARE:
        return language.say("{sign}{n} households", sign=sign, n=shown)
    if 0 < size < least / 2:
        up, down = mark("up by less than {n} percentage points"), mark("down by less than {n} percentage points")
        return language.say(up if change > 0 else down, n=language.decimal(least, decimals=figure.decimals))
    return language.say("{sign}{n} percentage points", sign=sign, n=shown)


def _in_text(name: str) -> str:
    """Return a province's name as it stands within a sentence: tỉnh An Giang."""
    return name[0].lower() + name[1:]


def _figure(report: ProvinceReport, name: str) -> ReportFigure:
    return next(figure for figure in report.figures if figure.name == name)


def _since(figure: ReportFigure, language: Language) -> str:
    """Return the change in brackets, to stand behind a figure; blank where it is not known."""
    text = change_text(figure, language)
    if not text:
        return ""
    told = mark("({change} on the quarter before)")
    if not figure.change_is_comparable:
        told = mark("({change} on the quarter before, when another number of communes was counted)")
    return " " + language.say(told, change=text)


def _grid(report: ProvinceReport) -> str:
    """How many households have grid power."""
    say, language = report.language.say, report.language
    share = _figure(report, "households_with_power_share")
    rural = _figure(report, "rural_households_with_power_share")
    day = language.day(report.period.last_day)
    if share.value is None or share.numerator is None or share.denominator is None:
        return say(
            "On {day}, the households of {province} with grid power were not reported.",
            day=day,
            province=_in_text(report.province_name),
        )
    text = say(
        "On {day}, {province} had {all} households; {grid} of them had grid power, {share}{since}.",
        day=day,
        province=_in_text(report.province_name),
        all=share.denominator,
        grid=share.numerator,
        share=share.display(language),
        since=_since(share, language),
    )
    if rural.value is None or rural.numerator is None or rural.denominator is None:
        return text
    return f"{text} " + say(
        "Of {all} rural households, {grid} had it, {share}{since}.",
        all=rural.denominator,
        grid=rural.numerator,
        share=rural.display(language),
        since=_since(rural, language),
    )


def _suppliers(report: ProvinceReport) -> str:
    """Who sells to the households with power."""
    say, language = report.language.say, report.language
    direct, bulk = _figure(report, "direct_share"), _figure(report, "bulk_households")
    sentences = []
    if direct.value is not None and direct.numerator is not None:
        sentences.append(
            say(
                "{direct} households bought from the utility itself, {share} of those with power{since}.",
                direct=direct.numerator,
                share=direct.display(language),
                since=_since(direct, language),
            )
        )
    if bulk.numerator is None:
        sentences.append(say("How many households are behind a master meter was not reported."))
    elif bulk.numerator == 0:
        sentences.append(say("No household was behind a master meter any more."))
    else:
        communes = int((report.bulk_communes["households_bulk"].fillna(0) > 0).sum())
        sentences.append(
            say(
                "{bulk} households in {communes} communes were still behind a master meter{since}.",
                bulk=bulk.numerator,
                communes=communes,
                since=_since(bulk, language),
            )
        )
    if len(organisations := report.organisations):
        sentences.append(
            say(
                "By the survey of bulk-purchase points, {organisations} organisations had {points} points left; the "
                "largest was {name}, with {households} households.",
                organisations=len(organisations),
                points=int(organisations["points"].sum()),
                name=str(organisations["organisation_name"].iloc[0]),
                households=int(organisations["households_behind"].iloc[0]),
            )
        )
    return " ".join(sentences)


def _last_mile(report: ProvinceReport) -> str:
    """Who is still without the grid, and what is being built."""
    say = report.language.say
    left = _figure(report, "households_to_connect")
    sentences = []
    if left.numerator == 0:
        sentences.append(say("Every household that was reported had grid power."))
    elif left.numerator is not None:
        sentences.append(
            say(
                "{n} households were still to be connected to the grid{since}.",
                n=left.numerator,
                since=_since(left, report.language),
            )
        )
    if len(report.hamlets):
        sentences.append(
            say(
                "{hamlets} hamlets in {communes} communes are known that the grid does not reach, with {households} "
                "households.",
                hamlets=int(report.hamlets["hamlets"].sum()),
                communes=len(report.hamlets),
                households=int(report.hamlets["households_without_grid"].sum()),
            )
        )
    if len(works := report.works):
        sentences.append(
            say(
                "{works} works of Programme 2081 are recorded; {connected} of {planned} planned households are "
                "connected.",
                works=len(works),
                connected=int(works["households_connected"].sum()),
                planned=int(works["households_planned"].sum()),
            )
        )
    return " ".join(sentences)


def _targets(report: ProvinceReport) -> str:
    """How the figures stand against their targets."""
    say = report.language.say
    told = [
        say("{figure}: {status}", figure=figure.title, status=say(STATUS_NAMES[figure.target.status]))
        for figure in report.figures
        if figure.target is not None and figure.target.status != UNKNOWN
    ]
    return say("Against the targets: {list}.", list="; ".join(told)) if told else ""


def _quality(report: ProvinceReport) -> str:
    """What the figures leave out."""
    say, sentences = report.language.say, []
    if missing := len(report.communes_missing):
        sentences.append(
            say("{n} of {all} communes did not report and are in no sum.", n=missing, all=len(report.communes))
        )
    if estimated := len(report.communes_estimated):
        sentences.append(
            say("The figures of {n} communes are estimated: they hold parts of divided ones.", n=estimated)
        )
    open_findings = _open_findings(report)
    if open_findings:
        sentences.append(say("{n} contradictions that the checks found are not explained yet.", n=open_findings))
    return " ".join(sentences)


def _open_findings(report: ProvinceReport) -> int:
    if report.findings.empty:
        return 0
    return int((report.findings["reason"].fillna("").astype(str) == "").sum())
