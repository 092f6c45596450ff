"""The province report as data: figures by district and commune, history, what remains, sources. No formatting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pandas as pd

from coverage import remaining, report_maps, rollup
from coverage.indicators import Indicator
from geodata.errors import FigureError, PlaceError, mark
from geodata.language import Language
from geodata.periods import Period
from geodata.report_data import IndicatorNote, ProvinceReport
from geodata.tables import MEASURES
from geodata.units import PROVINCE, Units


def build_province_report(
    province_code: str,
    period: Period,
    *,
    figures: pd.DataFrame,
    points: pd.DataFrame,
    hamlets: pd.DataFrame,
    units: Units,
    reported_in: Sequence[date],
    basis: pd.Series[str],
    partly_reported: Sequence[str],
    unplaced: Sequence[str],
    unit_changes: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    data_version: str,
    data_date: date,
    data_moment: datetime | None,
    as_of: datetime | None,
    is_synthetic: bool,
    language: Language,
) -> ProvinceReport:
    """
    Return the report of a province for a quarter.

    Parameters
    ----------
    figures
        Columns `FIGURE_COLUMNS`, all quarters; later ones are left out.
    points, hamlets
        Columns `BULK_POINT_COLUMNS` and `HAMLET_COLUMNS`, of any province.
    units
        The list in which the figures are told.
    reported_in
        Days of the lists in which the figures of the quarter were reported.
    basis
        What the figures of each commune rest on, as `restated.basis_by_commune` gives it.
    partly_reported
        Codes of communes made of several in `units`, some of which reported nothing.
    unplaced
        Names of communes that reported the quarter and have no part in `units`.
    unit_changes
        Events of the province's communes since the first quarter of `figures`, as `UnitLists.changes_in` gives them.
    language
        Language of every text of the report.

    Raises
    ------
    PlaceError
        If the code is not that of a province.
    FigureError
        If no commune of the province has figures for the quarter.
    """
    province = units.find(province_code)
    if province["level"] != PROVINCE:
        raise PlaceError(
            "report.not-a-province",
            mark('"{code}" is {name}, not a province. A report is made for a province: use its 2-digit GSO code.'),
            code=province_code,
            name=str(province["full_name"]),
        )
    communes = units.communes_of(province_code)
    own = figures[figures["commune_code"].isin(communes.index) & (figures["period"] <= str(period))]
    now = own[own["period"] == str(period)]
    if now.empty:
        raise FigureError(
            "report.without-figures",
            mark("{province} has no figures for {period}. Upload its survey first, or choose another quarter."),
            province=str(province["full_name"]),
            period=str(period),
        )
    inside = _inside(remaining.points_on(points, period.last_day), communes)
    return ProvinceReport(
        province_code=province_code,
        province_name=str(province["full_name"]),
        period=period,
        data_version=data_version,
        data_date=data_date,
        unit_list_date=units.list_date,
        reported_in=tuple(sorted(reported_in)),
        basis=basis.reindex(communes.index),
        unplaced=tuple(unplaced),
        partly_reported=tuple(code for code in communes.index if code in set(partly_reported)),
        data_moment=data_moment,
        as_of=as_of,
        is_synthetic=is_synthetic,
        language=language,
        communes=_communes(now, communes, units),
        history=_history(own, communes),
        unit_changes=unit_changes[["valid_date", "kind"]],
        bulk_communes=remaining.remaining_by_commune(now, inside, units, basis=basis),
        organisations=remaining.remaining_by_organisation(inside, units),
        hamlets=remaining.hamlets_by_commune(_inside(hamlets, communes), units),
        indicators=tuple(
            IndicatorNote(i.title(language), i.formula(language), i.source(language)) for i in indicators.values()
        ),
        maps=report_maps.maps_of_report(now, communes.index, indicators, language),
    )


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


def _history(figures: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    province = pd.Series("province", index=communes.index, dtype="str")
    by_period = {
        str(period): rollup.measures_by_area(table, province).iloc[0] for period, table in figures.groupby("period")
    }
    return pd.DataFrame(by_period).T.rename_axis("period").astype(dict.fromkeys(MEASURES, "Int64")).sort_index()
