"""The tables of a report as data: one row a commune, point or hamlet, standard column names, their meaning in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import mark
from geodata.report_data import ProvinceReport
from geodata.tables import MEASURES

SHARES: Final = {
    "households_with_power_share": ("households_grid", "households_all"),
    "rural_households_with_power_share": ("households_grid_rural", "households_all_rural"),
    "direct_share": ("households_direct", "households_grid"),
    "bulk_share": ("households_bulk", "households_grid"),
}
"""Shares of a commune (0 to 1): numerator and denominator."""

COLUMN_NAMES: Final = {
    "commune_code": mark("Commune code"),
    "commune_name": mark("Commune"),
    "district_code": mark("District code"),
    "district_name": mark("District"),
    "province_code": mark("Province code"),
    "period": mark("Quarter"),
    "households_all": mark("Households in all"),
    "households_grid": mark("With grid power"),
    "households_direct": mark("Direct sale"),
    "households_bulk": mark("Behind a master meter"),
    "households_shared": mark("Shared meter"),
    "households_offgrid": mark("Off-grid only"),
    "households_without": mark("Without power"),
    "households_all_urban": mark("Urban households in all"),
    "households_all_rural": mark("Rural households in all"),
    "households_grid_urban": mark("Urban households with grid power"),
    "households_grid_rural": mark("Rural households with grid power"),
    "households_to_connect": mark("Households to connect"),
    "households_with_power_share": mark("With grid power, share"),
    "rural_households_with_power_share": mark("Rural households with grid power, share"),
    "direct_share": mark("Direct sale, share"),
    "bulk_share": mark("Behind a master meter, share"),
    "basis": mark("What the figures rest on"),
    "is_synthetic": mark("Synthetic demonstration data"),
    "is_approximate": mark("The outline is approximate"),
    "direct_share_class": mark("Class on the map of direct sale"),
    "households_to_connect_class": mark("Class on the map of households to connect"),
    "point_code": mark("Point code"),
    "organisation_name": mark("Organisation"),
    "master_meter": mark("Master meter"),
    "households_behind": mark("Households behind"),
    "loss_share": mark("Loss"),
    "line_km": mark("Line (km)"),
    "condition": mark("Condition"),
    "takeover_state": mark("State of the take-over"),
    "takeover_date": mark("Date of the take-over"),
    "hamlet_code": mark("Hamlet code"),
    "hamlet_name": mark("Hamlet"),
    "households_without_grid": mark("Households without the grid"),
    "grid_distance_km": mark("Distance to the grid (km)"),
    "data_version": mark("Data version"),
    "fingerprint": mark("Fingerprint"),
    "units_of": mark("Unit list of"),
}
"""What the columns are called where people read them; see `geodata.language`."""

POINT_COLUMNS: Final = (
    "point_code",
    "commune_code",
    "commune_name",
    "district_name",
    "organisation_name",
    "master_meter",
    "households_behind",
    "loss_share",
    "line_km",
    "condition",
    "takeover_state",
    "takeover_date",
)
HAMLET_COLUMNS: Final = (
    "hamlet_code",
    "hamlet_name",
    "commune_code",
    "commune_name",
    "district_name",
    "households_without_grid",
    "grid_distance_km",
)

_NUMBERS: Final = {
    "households_behind": "Int64",
    "loss_share": "Float64",
    "line_km": "Float64",
    "households_without_grid": "Int64",
    "grid_distance_km": "Float64",
}
"""Columns of points and hamlets that are no text."""

_SHARE_DECIMALS: Final = 6


@dataclass(frozen=True)
class DataLayer:
    """
    A table with a place for each row.

    Parameters
    ----------
    name
        Of the layer, such as ``"communes"``.
    rows
        With ``geometry`` (WGS 84), missing where the place is not known.
    kind
        ``"MULTIPOLYGON"`` or ``"POINT"``.
    """

    name: str
    rows: gpd.GeoDataFrame
    kind: str


def commune_table(report: ProvinceReport) -> pd.DataFrame:
    """
    Return the figures of every commune of the report.

    Returns
    -------
    communes
        One row a commune in the report's order: codes and names, ``period``, the `MEASURES`, ``households_to_connect``
        (Int64, missing where not reported), the `SHARES` (0 to 1, rounded to six decimals), ``basis``,
        ``is_synthetic``: whether demonstration data are among the report's figures.
    """
    communes = report.communes
    shares = {name: _share(communes[part], communes[whole]) for name, (part, whole) in SHARES.items()}
    return (
        communes.reset_index()
        .assign(
            province_code=report.province_code,
            period=str(report.period),
            households_to_connect=(communes["households_all"] - communes["households_grid"]).to_numpy(),
            **{name: share.to_numpy() for name, share in shares.items()},
            basis=report.basis.reindex(communes.index).to_numpy(),
            is_synthetic=report.is_synthetic,
        )
        .reindex(
            columns=[
                "commune_code",
                "commune_name",
                "district_code",
                "district_name",
                "province_code",
                "period",
                *MEASURES,
                "households_to_connect",
                *SHARES,
                "basis",
                "is_synthetic",
            ]
        )
        .astype({"households_to_connect": "Int64"})
    )


def _share(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    """Missing where one of both is, where there is no household, and where the part exceeds the whole."""
    known = part.notna() & whole.notna() & (whole > 0).fillna(False) & (part <= whole).fillna(False)
    ratio = part.astype("Float64") / whole.astype("Float64")
    return ratio.where(known).round(_SHARE_DECIMALS)


def layers_of(report: ProvinceReport) -> tuple[DataLayer, ...]:
    """Return communes, bulk points and hamlets with their places."""
    return (
        DataLayer("communes", _communes(report), "MULTIPOLYGON"),
        DataLayer("bulk_points", _points(report.bulk_points, POINT_COLUMNS), "POINT"),
        DataLayer("unserved_hamlets", _points(report.unserved_hamlets, HAMLET_COLUMNS), "POINT"),
    )


def _communes(report: ProvinceReport) -> gpd.GeoDataFrame:
    """The table of communes with outlines, and the class of each on the report's maps."""
    table = commune_table(report)
    outlines = report.outlines.reindex(table["commune_code"]) if len(report.outlines) else None
    places = [None] * len(table) if outlines is None else [_multi(shape) for shape in outlines.geometry]
    approximate = [pd.NA] * len(table) if outlines is None else list(outlines["is_approximate"])
    classes = {f"{found.indicator}_class": _class_of(found.class_of, table["commune_code"]) for found in report.maps}
    filled = table.assign(is_approximate=pd.array(approximate, dtype="boolean"), **classes)
    return gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(places, crs=4326), crs=4326)


def _class_of(classes: pd.Series[int], codes: pd.Series[str]) -> Any:
    return classes.reindex(codes).astype("Int64").array


def _multi(shape: Any) -> Any:
    if shape is None or shape.is_empty or shape.geom_type == "MultiPolygon":
        return shape
    return shapely.MultiPolygon([shape])


def _points(rows: pd.DataFrame, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    table = rows.reindex(columns=[*columns, "lon", "lat"]).reset_index(drop=True)
    table = table.astype({name: _NUMBERS.get(name, "str") for name in columns})
    lon, lat = (pd.to_numeric(table[name]).to_numpy(dtype="float64", na_value=np.nan) for name in ("lon", "lat"))
    places = [None if np.isnan(x) or np.isnan(y) else shapely.Point(x, y) for x, y in zip(lon, lat, strict=True)]
    return gpd.GeoDataFrame(table[list(columns)], geometry=gpd.GeoSeries(places, crs=4326, index=table.index), crs=4326)
