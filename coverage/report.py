"""The province report as data: figures by district and commune, history, what remains, sources. No formatting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import geopandas as gpd
import pandas as pd

from coverage import remaining, report_maps, report_sentences, rollup
from coverage.indicators import Figure, Indicator
from geodata.errors import FigureError, PlaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import IndicatorNote, ProvinceReport, ReportFigure, ReportTarget
from geodata.tables import MEASURES
from geodata.units import PROVINCE, Units

SUMMARY_INDICATORS: Final = (
    "households_with_power_share",
    "rural_households_with_power_share",
    "direct_share",
    "bulk_households",
    "households_to_connect",
)
"""The five figures of a report's summary: T / N, the same of rural households, D / T, B, N − T."""


@dataclass(frozen=True)
class CompanyTables:
    """
    What the reports of all provinces rest on, for one quarter, list of units and data version.

    Parameters
    ----------
    units
        The list in which the figures are told.
    figures
        Columns `FIGURE_COLUMNS`, all quarters; later ones are left out.
    points, hamlets, works
        Columns `BULK_POINT_COLUMNS`, `HAMLET_COLUMNS` and `WORKS_TABLE_COLUMNS`, of any province.
    reported_in
        Days of the lists in which the figures of the quarter were reported.
    basis
        What the figures of each commune rest on, as `restated.basis_by_commune` gives it.
    partly_reported
        Codes of communes made of several in `units`, some of which reported nothing.
    unplaced
        Names of communes that reported the quarter and have no part in `units`.
    """

    units: Units
    figures: pd.DataFrame
    points: pd.DataFrame
    hamlets: pd.DataFrame
    works: pd.DataFrame
    indicators: Mapping[str, Indicator]
    reported_in: Sequence[date]
    basis: pd.Series[str]
    partly_reported: Sequence[str]
    unplaced: Sequence[str]
    data_version: str
    data_date: date
    data_moment: datetime | None
    as_of: datetime | None
    is_synthetic: bool


@dataclass(frozen=True)
class ProvinceTables:
    """
    What the report of one province rests on beside the tables of the company.

    Parameters
    ----------
    unit_changes
        Events of the province's communes since the first quarter of the figures, as `UnitLists.changes_in` gives them.
    unit_events
        The same, a sentence each.
    uploads
        Uploads by commune: ``commune_code`` and the columns of `ProvinceReport.uploads` but the last.
    outlines
        Columns ``commune_code``, ``geometry`` (WGS 84), ``is_approximate``, of any province.
    targets
        By the name of the indicator.
    progress, findings, decisions
        As `ProvinceReport` has them.
    """

    unit_changes: pd.DataFrame
    unit_events: Sequence[str]
    uploads: pd.DataFrame
    outlines: gpd.GeoDataFrame
    targets: Mapping[str, ReportTarget] = field(default_factory=dict)
    progress: pd.DataFrame = field(default_factory=pd.DataFrame)
    findings: pd.DataFrame = field(default_factory=pd.DataFrame)
    decisions: Sequence[str] = ()


def require_province(code: str, period: Period, company: CompanyTables) -> None:
    """
    Check that a report can be made of an area and quarter.

    Raises
    ------
    PlaceError
        If the code is not that of a province.
    FigureError
        If no commune of the province has figures for the quarter.
    """
    province = company.units.find(code)
    if province["level"] != PROVINCE:
        raise PlaceError(
            "report.not-a-province",
            mark('"{code}" is {name}, not a province. A report is made for a province: use its 2-digit GSO code.'),
            code=code,
            name=str(province["full_name"]),
        )
    figures = company.figures[company.figures["period"] == str(period)]
    if not figures["commune_code"].isin(company.units.communes_of(code).index).any():
        raise FigureError(
            "report.without-figures",
            mark("{province} has no figures for {period}. Upload its survey first, or choose another quarter."),
            province=str(province["full_name"]),
            period=period,
        )


def build_province_report(
    province_code: str, period: Period, company: CompanyTables, province: ProvinceTables, language: Language
) -> ProvinceReport:
    """
    Return the report of a province for a quarter, every text in a language.

    Raises
    ------
    PlaceError, FigureError
        As `require_province` does.
    """
    require_province(province_code, period, company)
    units = company.units
    communes = units.communes_of(province_code)
    own = company.figures[
        company.figures["commune_code"].isin(communes.index) & (company.figures["period"] <= str(period))
    ]
    now = own[own["period"] == str(period)]
    points = _inside(remaining.points_on(company.points, period.last_day), communes)
    hamlets = _inside(company.hamlets, communes)
    outlines = _inside(province.outlines, communes).set_index("commune_code")
    found = ProvinceReport(
        province_code=province_code,
        province_name=str(units.find(province_code)["full_name"]),
        period=period,
        data_version=company.data_version,
        data_date=company.data_date,
        unit_list_date=units.list_date,
        reported_in=tuple(sorted(company.reported_in)),
        basis=company.basis.reindex(communes.index),
        unplaced=tuple(company.unplaced),
        partly_reported=tuple(code for code in communes.index if code in set(company.partly_reported)),
        is_synthetic=company.is_synthetic,
        communes=_communes(now, communes, units),
        history=_history(own),
        unit_changes=province.unit_changes[["valid_date", "kind"]],
        bulk_communes=remaining.remaining_by_commune(now, points, units, basis=company.basis),
        organisations=remaining.remaining_by_organisation(points, units),
        hamlets=remaining.hamlets_by_commune(hamlets, units),
        bulk_points=_listed_points(points, units),
        unserved_hamlets=_listed_hamlets(hamlets, units),
        takeovers=remaining.taken_over_within(points, period.first_day, period.last_day),
        indicators=tuple(
            IndicatorNote(i.title(language), i.formula(language), i.source(language))
            for i in company.indicators.values()
        ),
        maps=report_maps.maps_of_report(now, communes.index, company.indicators, language),
        language=language,
        data_moment=company.data_moment,
        as_of=company.as_of,
        figures=_summary(own, period, communes, company.indicators, province.targets, language),
        progress=province.progress,
        works=_inside(company.works, communes).reset_index(drop=True),
        findings=province.findings,
        uploads=_uploads(_inside(province.uploads, communes)),
        outlines=outlines[["geometry", "is_approximate"]],
        decisions=tuple(province.decisions),
        unit_events=tuple(province.unit_events),
    )
    return report_sentences.with_assessment(found)


def _inside(rows: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["commune_code"].isin(communes.index)]


def _communes(figures: pd.DataFrame, communes: pd.DataFrame, units: Units) -> pd.DataFrame:
    places = pd.DataFrame(
        {
            "commune_name": communes["full_name"],
            "district_code": communes["district_code"],
            "district_name": communes["district_code"].map(units.by_code["full_name"]),
        }
    ).rename_axis("commune_code")
    table = places.join(figures.set_index("commune_code")[list(MEASURES)])
    return table.sort_values(["district_code", "commune_code"], kind="stable")


def _history(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of the province by quarter, and what the communes lack that reported both N and T."""
    sums = figures.groupby("period")[list(MEASURES)].sum(min_count=1)
    both = figures["households_all"] - figures["households_grid"]
    left = both.groupby(figures["period"]).sum(min_count=1).rename("households_to_connect")
    return sums.join(left).astype("Int64").sort_index()


def _summary(
    figures: pd.DataFrame,
    period: Period,
    communes: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    targets: Mapping[str, ReportTarget],
    language: Language,
) -> tuple[ReportFigure, ...]:
    wanted = {name: indicators[name] for name in SUMMARY_INDICATORS}
    now, before = (
        rollup.figures_of_area(figures[figures["period"] == str(quarter)], wanted, communes)
        for quarter in (period, period.previous())
    )
    return tuple(_report_figure(now[name], before[name], targets.get(name), language) for name in wanted)


def _report_figure(now: Figure, before: Figure, target: ReportTarget | None, language: Language) -> ReportFigure:
    indicator = now.indicator
    return ReportFigure(
        name=indicator.name,
        title=indicator.title(language),
        short=indicator.short(language),
        kind=indicator.kind,
        decimals=indicator.decimals,
        better=indicator.better,
        numerator=now.numerator,
        denominator=now.denominator,
        previous_numerator=before.numerator,
        previous_denominator=before.denominator,
        communes_counted=now.communes_counted,
        communes_all=now.communes_all,
        previous_counted=before.communes_counted or None,
        target=target,
    )


def _listed_points(points: pd.DataFrame, units: Units) -> pd.DataFrame:
    """Return the points that remain, an organisation after the other, the one with the most households first."""
    left = _with_places(remaining.points_remaining(points), units)
    most = left.groupby("organisation_name")["households_behind"].transform("sum")
    ordered = left.assign(most=most).sort_values(
        ["most", "organisation_name", "households_behind", "point_code"], ascending=[False, True, False, True]
    )
    columns = ["organisation_name", "point_code", "master_meter", "commune_code", "commune_name", "district_name"]
    columns += ["households_behind", "loss_share", "line_km", "condition", "takeover_state", "takeover_date"]
    columns += ["lon", "lat"]
    return ordered[columns].reset_index(drop=True)


def _listed_hamlets(hamlets: pd.DataFrame, units: Units) -> pd.DataFrame:
    """Return the hamlets by district and commune, in code order, the one with the most households first."""
    placed = _with_places(hamlets, units)
    district = placed["commune_code"].map(units.communes["district_code"])
    ordered = placed.assign(district_code=district).sort_values(
        ["district_code", "commune_code", "households_without_grid", "hamlet_code"], ascending=[True, True, False, True]
    )
    columns = ["hamlet_code", "hamlet_name", "commune_code", "commune_name", "district_name"]
    return ordered[[*columns, "households_without_grid", "grid_distance_km", "lon", "lat"]].reset_index(drop=True)


def _with_places(rows: pd.DataFrame, units: Units) -> pd.DataFrame:
    communes = units.communes.reindex(rows["commune_code"])
    names = units.by_code["full_name"]
    return rows.assign(
        commune_name=communes["full_name"].to_numpy(),
        district_name=communes["district_code"].map(names).to_numpy(),
    )


def _uploads(by_commune: pd.DataFrame) -> pd.DataFrame:
    columns = [column for column in by_commune.columns if column != "commune_code"]
    grouped = by_commune.groupby(columns, sort=False, dropna=False)["commune_code"].nunique()
    counted = grouped.rename("communes").reset_index()
    return counted.sort_values(["accepted_at", "batch_id"], ignore_index=True)
