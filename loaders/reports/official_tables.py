"""The tables of the official document: which columns and rows, as texts in the report's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from geodata.language import Language
from geodata.lineage import ESTIMATED, EXACT
from geodata.periods import Period
from geodata.report_data import SHARE, ProvinceReport
from geodata.status import STATUS_NAMES, STATUS_SIGNS
from loaders.reports.listing import CENTRE, LEFT, RIGHT, Column, Listing, Row
from loaders.reports.official_sentences import target_value

FIRST_ROWS: Final = 10

_NUMBER_SHARE: Final = 9
"""Of the column that counts the rows, beside columns that add up to about 115."""

_COMMUNE_MEASURES: Final = (
    "households_all",
    "households_grid",
    "households_direct",
    "households_bulk",
    "households_shared",
    "households_offgrid",
    "households_without",
)


@dataclass(frozen=True)
class _Field:
    """A column of a table of the report: its label, its share of the width, how its values are written."""

    label: str
    name: str
    share: float
    write: Callable[[Any], str]
    align: str = RIGHT


def _count(language: Language) -> Callable[[Any], str]:
    return lambda value: "" if pd.isna(value) else language.count(int(value))


def _number(language: Language, decimals: int) -> Callable[[Any], str]:
    return lambda value: "" if pd.isna(value) else language.decimal(Decimal(str(value)), decimals=decimals)


def _percent(language: Language, decimals: int) -> Callable[[Any], str]:
    return lambda value: "" if pd.isna(value) else language.share(Decimal(str(value)), decimals=decimals)


def _quarter(language: Language) -> Callable[[Any], str]:
    """Write a quarter's code as readers know it, and anything else as it is."""

    def write(value: Any) -> str:
        found = Period.find_in(_text(value))
        return language.period(found) if found else _text(value)

    return write


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _listing(
    report: ProvinceReport, title: str, table: pd.DataFrame, fields: Sequence[_Field], *, is_wide: bool = False
) -> Listing:
    numbered = enumerate(table.to_dict("records"), start=1)
    rows = tuple(Row((str(number), *(f.write(row[f.name]) for f in fields))) for number, row in numbered)
    columns = (
        Column(report.language.say("No."), _NUMBER_SHARE, CENTRE),
        *(Column(f.label, f.share, f.align) for f in fields),
    )
    return Listing(title, columns, rows, is_wide)


def _district(report: ProvinceReport, share: float) -> tuple[_Field, ...]:
    has_districts = bool(report.communes["district_code"].notna().any())
    return (_Field(report.language.say("District"), "district_name", share, _text, LEFT),) if has_districts else ()


def figures_of(report: ProvinceReport) -> Listing:
    """Return the figures of the summary with their targets."""
    say, language = report.language.say, report.language
    rows = []
    for number, figure in enumerate(report.figures, start=1):
        counts = [figure.numerator, figure.denominator] if figure.kind == SHARE else [figure.numerator, None]
        target = figure.target
        rows.append(
            Row(
                (
                    str(number),
                    figure.title,
                    *("" if count is None else language.count(count) for count in counts),
                    figure.display(language) if figure.kind == SHARE else "",
                    _signed(figure.change, figure.kind, figure.decimals, language),
                    target_value(figure, target, language) if target else "",
                    f"{STATUS_SIGNS[target.status]} {say(STATUS_NAMES[target.status])}" if target else "",
                )
            )
        )
    columns = (
        Column(report.language.say("No."), _NUMBER_SHARE, CENTRE),
        Column(say("Indicator"), 28, LEFT),
        Column(say("Households"), 14),
        Column(say("Of households"), 14),
        Column(say("Share"), 13),
        Column(say("Change on the quarter before"), 19),
        Column(say("Target"), 13),
        Column(say("Status"), 17, CENTRE),
    )
    title = say("Main figures at {day}", day=language.day(report.period.last_day))
    return Listing(title, columns, tuple(rows))


def _signed(change: Decimal | None, kind: str, decimals: int, language: Language) -> str:
    if change is None:
        return ""
    text = language.decimal(abs(change), decimals=decimals)
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return sign + text + (" " + language.say("pp") if kind == SHARE else "")


def progress_of(report: ProvinceReport) -> Listing:
    """Return how the parts of the province stand against their targets."""
    say, language = report.language.say, report.language
    shown = report.progress.assign(
        state=[f"{STATUS_SIGNS[status]} {say(STATUS_NAMES[status])}" for status in report.progress["status"]]
    )
    has_districts = bool(report.communes["district_code"].notna().any())
    fields = (
        _Field(say("District") if has_districts else say("Commune"), "area_name", 22, _text, LEFT),
        _Field(say("Still lacking (households)"), "shortfall", 14, _count(language)),
        _Field(say("Gap to the target"), "gap", 13, _count(language)),
        _Field(say("Needed a quarter"), "required_per_quarter", 12, _number(language, 1)),
        _Field(say("Achieved a quarter"), "achieved_per_quarter", 12, _number(language, 1)),
        _Field(say("Status"), "state", 17, _text, CENTRE),
        _Field(say("Forecast"), "outlook", 36, _text, LEFT),
    )
    indicators = ", ".join(dict.fromkeys(str(name) for name in report.progress["indicator"]))
    return _listing(report, say("Progress against the targets: {indicators}", indicators=indicators), shown, fields)


def organisations_of(report: ProvinceReport) -> Listing:
    """Return the organisations that still buy in bulk."""
    say, language = report.language.say, report.language
    fields = (
        _Field(say("Organisation"), "organisation_name", 42, _text, LEFT),
        _Field(say("Communes"), "communes", 11, _count(language)),
        _Field(say("Master meters"), "points", 12, _count(language)),
        _Field(say("Households behind"), "households_behind", 15, _count(language)),
        _Field(say("Line (km)"), "line_km", 12, _number(language, 1)),
        _Field(say("Loss"), "loss_share", 11, _percent(language, 1)),
    )
    return _listing(report, say("Organisations that buy in bulk"), report.organisations, fields)


def bulk_communes_of(report: ProvinceReport) -> Listing:
    """Return the communes with households behind a master meter."""
    say, language = report.language.say, report.language
    names, is_estimated = report.bulk_communes["commune_name"], report.bulk_communes["is_estimated"].astype("bool")
    shown = report.bulk_communes.assign(commune_name=names.where(~is_estimated, names + f" {ESTIMATED}"))
    fields = (
        _Field(say("Commune"), "commune_name", 28, _text, LEFT),
        *_district(report, 32),
        _Field(say("Households behind a master meter"), "households_bulk", 16, _count(language)),
        _Field(say("Master meters"), "points", 13, _count(language)),
        _Field(say("Organisations"), "organisations", 12, _count(language)),
        _Field(say("Households by the meters"), "households_behind", 16, _count(language)),
        _Field(say("Difference"), "difference", 14, _count(language)),
    )
    return _listing(report, say("Communes with households behind a master meter"), shown, fields)


def hamlets_of(report: ProvinceReport) -> Listing:
    """Return the communes with hamlets that the grid does not reach."""
    say, language = report.language.say, report.language
    fields = (
        _Field(say("Commune"), "commune_name", 32, _text, LEFT),
        *_district(report, 30),
        _Field(say("Hamlets"), "hamlets", 12, _count(language)),
        _Field(say("Households without the grid"), "households_without_grid", 16, _count(language)),
        _Field(say("Farthest from the grid (km)"), "farthest_km", 16, _number(language, 1)),
    )
    return _listing(report, say("Communes with hamlets that the grid does not reach"), report.hamlets, fields)


def works_of(report: ProvinceReport) -> Listing:
    """Return the works of Programme 2081."""
    say, language = report.language.say, report.language
    dates = pd.to_datetime(report.works["completion_date"])
    shown = report.works.assign(done_on=["" if pd.isna(day) else language.day(day) for day in dates])
    fields = (
        _Field(say("Work"), "work_name", 34, _text, LEFT),
        _Field(say("Commune"), "commune_name", 20, _text, LEFT),
        _Field(say("Households planned"), "households_planned", 13, _count(language)),
        _Field(say("Households connected"), "households_connected", 13, _count(language)),
        _Field(say("Cost (million VND)"), "cost_million_vnd", 14, _number(language, 0)),
        _Field(say("Progress"), "progress_share", 12, _percent(language, 0)),
        _Field(say("Completion"), "done_on", 19, _text, CENTRE),
    )
    return _listing(report, say("Works of Programme 2081"), shown, fields)


def findings_of(report: ProvinceReport) -> Listing:
    """Return what the consistency checks found."""
    say = report.language.say
    names = {"error": say("error"), "warning": say("warning")}
    explained = report.findings.assign(
        kind=report.findings["severity"].map(names).fillna(report.findings["severity"]),
        why=[
            f"{reason} ({by})" if _text(reason) and _text(by) else _text(reason)
            for reason, by in zip(report.findings["reason"], report.findings["explained_by"], strict=True)
        ],
    )
    fields = (
        _Field(say("Severity"), "kind", 13, _text, LEFT),
        _Field(say("Place"), "place", 26, _text, LEFT),
        _Field(say("Quarter"), "period", 15, _quarter(report.language), CENTRE),
        _Field(say("What was found"), "sentence", 70, _text, LEFT),
        _Field(say("Explained"), "why", 36, _text, LEFT),
    )
    return _listing(report, say("What the consistency checks found"), explained, fields, is_wide=True)


def uploads_of(report: ProvinceReport) -> Listing:
    """Return the uploads that the figures come from."""
    say, language = report.language.say, report.language
    moments = pd.to_datetime(report.uploads["accepted_at"])
    shown = report.uploads.assign(
        day=["" if pd.isna(moment) else language.moment(report.local(moment)) for moment in moments]
    )
    fields = (
        _Field(say("Batch"), "batch_id", 9, _text, CENTRE),
        _Field(say("File"), "file_name", 44, _text, LEFT),
        _Field(say("Kind"), "kind", 24, _text, LEFT),
        _Field(say("Accepted by"), "accepted_by", 20, _text, LEFT),
        _Field(say("Accepted at"), "day", 30, _text, CENTRE),
    )
    return _listing(report, say("Uploads that the figures come from"), shown, fields)


def communes_of(report: ProvinceReport) -> Listing:
    """Return the counts of every commune by district, with sums of what was reported."""
    say, language = report.language.say, report.language
    measures = list(_COMMUNE_MEASURES)
    whole = _sum_row(report.province_name, report.communes, measures, language)
    rows = [replace(whole, figures=_figures_in_row(report.province_code, measures))]
    is_exact = report.basis.reindex(report.communes.index).fillna(EXACT) == EXACT
    number = 0
    for district, communes in _by_district(report):
        if district:
            rows.append(_sum_row(district, communes, measures, language))
        names = communes["commune_name"]
        names = names.where(is_exact.reindex(communes.index), names + f" {ESTIMATED}")
        named = communes.assign(commune_name=names)
        for code, commune in zip(named.index, named.to_dict("records"), strict=True):
            number += 1
            counts = tuple(_count(language)(commune[measure]) for measure in measures)
            shares = _shares(
                commune["households_all"], commune["households_grid"], commune["households_direct"], language
            )
            cells = (str(number), str(commune["commune_name"]), *counts, *shares)
            rows.append(Row(cells, figures=_figures_in_row(str(code), measures)))
    columns = (
        Column(say("No."), 11, CENTRE),
        Column(
            say("District, commune") if report.communes["district_code"].notna().any() else say("Commune"), 46, LEFT
        ),
        Column(say("Households in all"), 19),
        Column(say("With grid power"), 19),
        Column(say("Direct sale"), 19),
        Column(say("Behind a master meter"), 19),
        Column(say("Shared meter"), 17),
        Column(say("Off-grid only"), 17),
        Column(say("Without power"), 17),
        Column(say("With grid power, share"), 18),
        Column(say("Direct sale, share"), 18),
    )
    note = "" if is_exact.all() else say("≈: holds parts of divided communes, estimated.")
    return Listing(say("Figures by commune"), columns, tuple(rows), is_wide=True, note=note)


def _figures_in_row(area_code: str, measures: Sequence[str]) -> tuple[str, ...]:
    return ("", "", *(f"{area_code}_{measure}" for measure in measures), "", "")


def _by_district(report: ProvinceReport) -> Iterable[tuple[str, pd.DataFrame]]:
    if not report.communes["district_code"].notna().any():
        return [("", report.communes)]
    groups = report.communes.groupby("district_code", sort=False)
    return [(str(table["district_name"].iloc[0]), table) for _, table in groups]


def _sum_row(name: str, communes: pd.DataFrame, measures: Sequence[str], language: Language) -> Row:
    """Sums of what was reported; shares over the communes that reported both parts."""
    sums = [communes[measure].sum(min_count=1) for measure in measures]
    both = communes.dropna(subset=["households_all", "households_grid"])
    sold = communes.dropna(subset=["households_direct", "households_grid"])
    shares = (
        _share(both["households_grid"].sum(min_count=1), both["households_all"].sum(min_count=1), language),
        _share(sold["households_direct"].sum(min_count=1), sold["households_grid"].sum(min_count=1), language),
    )
    return Row(("", name, *(_count(language)(value) for value in sums), *shares), is_sum=True)


def _shares(everyone: Any, grid: Any, direct: Any, language: Language) -> tuple[str, str]:
    return _share(grid, everyone, language), _share(direct, grid, language)


def _share(part: Any, whole: Any, language: Language) -> str:
    if pd.isna(part) or pd.isna(whole) or not 0 <= part <= whole or whole == 0:
        return ""
    return language.share(Decimal(int(part)) / Decimal(int(whole)), decimals=2)
