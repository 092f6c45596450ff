"""What the official document says of the figures, in sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from geodata.language import Language
from geodata.report_data import SHARE, ProvinceReport, ReportFigure, ReportTarget
from geodata.status import STATUS_NAMES

_TYPES: Final = ("Tỉnh ", "Thành phố ")


def short_name(report: ProvinceReport) -> str:
    """Return the province's name without what kind of unit it is: An Giang."""
    name = report.province_name
    for kind in _TYPES:
        name = name.removeprefix(kind)
    return name


def province_in_text(report: ProvinceReport) -> str:
    """Return the province's name as it stands within a sentence: tỉnh An Giang."""
    name = report.province_name
    return name[0].lower() + name[1:] if name.startswith(_TYPES) else name


def issuer_name(report: ProvinceReport) -> str:
    """Return the name of the power company whose report it is: Công ty Điện lực An Giang."""
    return report.language.say("{province} Power Company", province=short_name(report))


def period_in_text(report: ProvinceReport) -> str:
    """Return the quarter as it stands within a sentence: quý II/2021."""
    text = report.language.period(report.period)
    return text[0].lower() + text[1:] if report.language.code == "vi" else text


def figure_sentence(figure: ReportFigure, language: Language) -> str:
    """Return what a figure is, of what, and how it changed since the quarter before."""
    say = language.say
    if figure.value is None:
        return say("{title}: not reported.", title=figure.title)
    if figure.kind == SHARE and figure.numerator is not None and figure.denominator is not None:
        head = say(
            "{title}: {value} ({part} of {whole} households)",
            title=figure.title,
            value=figure.display(language),
            part=figure.numerator,
            whole=figure.denominator,
        )
    else:
        head = say("{title}: {value} households", title=figure.title, value=figure.display(language))
    changed = _change(figure, language)
    end = f"{head}, {changed}." if changed else f"{head}."
    if figure.communes_counted < figure.communes_all:
        counted = say(
            "Counted in {counted} of {all} communes.", counted=figure.communes_counted, all=figure.communes_all
        )
        return f"{end} {counted}"
    return end


def _change(figure: ReportFigure, language: Language) -> str:
    """What changed since the quarter before; blank where that is not known."""
    say, change = language.say, figure.change
    if change is None:
        return ""
    if change == 0:
        return say("unchanged from the quarter before")
    size = abs(change)
    if figure.kind != SHARE:
        count = language.decimal(size, decimals=figure.decimals)
        up, down = say("{n} more than the quarter before", n=count), say("{n} fewer than the quarter before", n=count)
        return up if change > 0 else down
    least = Decimal(1).scaleb(-figure.decimals)
    shown = language.decimal(max(size, least), decimals=figure.decimals)
    if size < least / 2:  # would be shown as no change at all
        shown = f"< {shown}"
    up = say("up {n} percentage points on the quarter before", n=shown)
    down = say("down {n} percentage points on the quarter before", n=shown)
    return up if change > 0 else down


def target_value(figure: ReportFigure, target: ReportTarget, language: Language) -> str:
    """Return the target's value as readers see it."""
    if figure.kind == SHARE:
        return language.share(target.value, decimals=_decimals_of(target.value * 100))
    return language.decimal(target.value, decimals=0)


def _decimals_of(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def target_sentence(figure: ReportFigure, language: Language) -> str:
    """Return how a figure stands against its target; blank where it has none."""
    say, target = language.say, figure.target
    if target is None:
        return ""
    value, status = target_value(figure, target, language), say(STATUS_NAMES[target.status])
    if target.due is None:
        parts = [say("Target {value} (no date stated): {status}", value=value, status=status)]
    else:
        due = language.day(target.due.last_day)
        parts = [say("Target {value} by {due}: {status}", value=value, due=due, status=status)]
    if target.gap is not None and target.gap > 0:
        parts.append(say("{n} households are missing", n=target.gap))
    if target.gap is None or target.gap > 0:
        if target.required_per_quarter is not None:
            parts.append(say("{n} a quarter are needed", n=_pace(target.required_per_quarter, language)))
        if target.achieved_per_quarter is not None:
            parts.append(say("{n} a quarter were achieved", n=_pace(target.achieved_per_quarter, language)))
    sentence = "; ".join(parts) + "."
    if target.outlook:
        sentence += " " + say("Forecast: {outlook}.", outlook=target.outlook.rstrip("."))
    if target.basis:
        sentence += " " + say("Basis: {basis}.", basis=target.basis.rstrip("."))
    return sentence


def _pace(households: Decimal, language: Language) -> str:
    return language.decimal(households, decimals=0 if households == households.to_integral_value() else 1)


def remaining_sentence(report: ProvinceReport) -> str:
    """Return what is left behind master meters and without the grid, by the records."""
    say, organisations, hamlets = report.language.say, report.organisations, report.hamlets
    if organisations.empty:
        first = say("By the records, no organisation buys in bulk any more.")
    else:
        first = say(
            "By the records, {n} organisations still buy in bulk, with {points} master meters and {households} "
            "households behind them.",
            n=len(organisations),
            points=int(organisations["points"].sum()),
            households=int(organisations["households_behind"].sum()),
        )
    if hamlets.empty:
        return first + " " + say("No hamlet is recorded as without the grid.")
    return (
        first
        + " "
        + say(
            "{n} hamlets in {communes} communes are without the grid, with {households} households.",
            n=int(hamlets["hamlets"].sum()),
            communes=len(hamlets),
            households=int(hamlets["households_without_grid"].sum()),
        )
    )


def quality_sentences(report: ProvinceReport) -> list[str]:
    """Return what the reader should know of the figures before trusting them."""
    say, language = report.language.say, report.language
    found = [say("All communes reported.")]
    if missing := report.communes_missing:
        names = "; ".join(missing)
        found = [say("{n} communes did not report: {names}.", n=len(missing), names=names)]
    if report.is_restated:
        found.append(
            say(
                "Told in the units of {day}; reported in those of {reported}.",
                day=language.day(report.unit_list_date),
                reported=", ".join(language.day(day) for day in report.reported_in),
            )
        )
    if report.partly_reported:
        names = "; ".join(str(report.communes["commune_name"][code]) for code in report.partly_reported)
        found.append(say("Of these communes some parts did not report: {names}.", names=names))
    if report.unplaced:
        found.append(say("In no sum, having no place in these units: {names}.", names="; ".join(report.unplaced)))
    if report.findings.columns.empty:
        found.append(say("The consistency checks were not run for this report."))
    elif report.findings.empty:
        found.append(say("The consistency checks found no contradiction."))
    else:
        explained = int((report.findings["reason"].fillna("").astype("str") != "").sum())
        found.append(
            say(
                "The consistency checks found {n} contradictions, of which {explained} are explained; see the "
                "appendix.",
                n=len(report.findings),
                explained=explained,
            )
        )
    return found
