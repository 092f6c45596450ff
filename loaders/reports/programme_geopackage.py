"""A programme as a GeoPackage that QGIS opens coloured by year: points, hamlets, lines to build, communes."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import mark
from geodata.plan_data import CONNECTION_KIND, TAKEOVER_KIND, PlanReport
from loaders.reports.data_tables import COLUMN_NAMES
from loaders.reports.geopackage import Layer, LayerStyle, geopackage_of
from loaders.reports.plan_colours import NOT_DONE, colours_of
from loaders.reports.qgis_style import PointKind, line_style, plain_area_style, point_style

STAMP_TABLE: Final = "phudien_stamp"
"""Table of the file that holds the plan's stamp, title and rules."""

_ROW_COLUMNS: Final = (
    "candidate_code", "name", "organisation_name", "province_name", "area_name", "commune_code", "commune_name", "year",
    "rank", "households", "cost_vnd", "cost_per_household_vnd", "npv_vnd", "payback_years", "loss_share",
    "technology", "lcoe_vnd_per_kwh", "stays_share", "reason",
)  # fmt: skip
_LINE_COLUMNS: Final = ("line_code", "from_code", "to_code", "length_m", "cost_vnd", "year", "order")
_OF_POINTS: Final = ("organisation_name", "payback_years", "loss_share")
_OF_HAMLETS: Final = ("technology", "lcoe_vnd_per_kwh")
_NAMES: Final = {
    "candidate_code": mark("Code"),
    "name": mark("Name"),
    "province_name": mark("Province"),
    "area_name": mark("District or commune"),
    "year": mark("Year"),
    "first_year": mark("First year"),
    "rank": mark("Rank"),
    "households": mark("Households"),
    "cost_vnd": mark("Cost (VND)"),
    "cost_per_household_vnd": mark("Cost per household (VND)"),
    "npv_vnd": mark("Net present value (VND)"),
    "payback_years": mark("Pay-back (years)"),
    "technology": mark("Technology"),
    "lcoe_vnd_per_kwh": mark("Levelised cost (VND/kWh)"),
    "stays_share": mark("Stays in (share of draws)"),
    "reason": mark("Why"),
    "line_code": mark("Line"),
    "from_code": mark("From"),
    "to_code": mark("To"),
    "length_m": mark("Length (m)"),
    "order": mark("Order"),
    "points_done": mark("Points taken over"),
    "hamlets_done": mark("Hamlets connected"),
    "households_gained": mark("Households that gain"),
    "households_left": mark("Households remaining"),
}
_YEAR_TEXT: Final = "coalesce(to_string(\"year\"),'')"
_SIZE: Final = 'max(1.8, min(7, sqrt(coalesce("households", 0)) / 4))'


def write_programme_geopackage(report: PlanReport) -> bytes:
    """
    Return a programme as a GeoPackage (WGS 84); the same report gives the same bytes under the same SQLite.

    Layers ``takeover_points``, ``hamlets``, ``lines`` and ``communes`` (what is done in each), with standard column
    names that QGIS shows in the report's language; a point whose place is not on record has no geometry.
    """
    say = report.language.say
    layers = [
        _area_layer(report),
        _line_layer(report),
        _point_layer(report, TAKEOVER_KIND, "takeover_points", say("Points to take over"), _OF_HAMLETS),
        _point_layer(report, CONNECTION_KIND, "hamlets", say("Hamlets to connect"), _OF_POINTS),
    ]
    facts = {
        **report.stamp,
        "made_at": report.made_at.astimezone(UTC).isoformat(),
        "title": report.title,
        "note": report.note,
        "areas": ", ".join(report.areas),
        "status": report.status,
        "rules": "\n".join(report.rules),
        "why_no_programme": "\n".join(report.conflicts),
        "is_synthetic": str(report.is_synthetic).lower(),
        **dict(report.facts),
    }
    return geopackage_of(layers, facts=facts, facts_name=STAMP_TABLE, at=report.made_at.astimezone(UTC))


def _aliases(report: PlanReport, columns: Any) -> dict[str, str]:
    own = COLUMN_NAMES | _NAMES
    return {name: report.language.say(own[name]) for name in columns if name != "geometry"}


def _kinds(report: PlanReport, shape: str) -> list[PointKind]:
    kinds = [PointKind(str(year), str(year), colour, shape) for year, colour in colours_of(report).items()]
    return [*kinds, PointKind("", report.language.say("not in the programme"), NOT_DONE, shape)]


def _point_layer(report: PlanReport, kind: str, name: str, title: str, left_out: tuple[str, ...]) -> Layer:
    rows = report.rows[report.rows["kind_code"] == kind].reset_index(drop=True)
    lon, lat = (rows[column].to_numpy(dtype="float64", na_value=np.nan) for column in ("lon", "lat"))
    places = [None if np.isnan(x) or np.isnan(y) else shapely.Point(x, y) for x, y in zip(lon, lat, strict=True)]
    table = rows[[column for column in _ROW_COLUMNS if column not in left_out]]
    placed = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(places, crs=4326, index=table.index), crs=4326)
    shape = "circle" if kind == TAKEOVER_KIND else "triangle"
    qml = point_style(
        _YEAR_TEXT, _kinds(report, shape), _aliases(report, table.columns), size=_SIZE, label="name", edge="#202124"
    )
    return Layer(name, placed, "POINT", title, [LayerStyle("year", qml, is_default=True)])


def _line_layer(report: PlanReport) -> Layer:
    lines = report.lines.reset_index(drop=True)
    rows = lines[[*_LINE_COLUMNS, "geometry"]].assign(geometry=[_multi_line(shape) for shape in lines.geometry])
    rows = gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)
    qml = line_style(_YEAR_TEXT, _kinds(report, "")[:-1], _aliases(report, _LINE_COLUMNS), label="line_code")
    title = report.language.say("Lines to build")
    return Layer("lines", rows, "MULTILINESTRING", title, [LayerStyle("year", qml, is_default=True)])


def _multi_line(shape: Any) -> Any:
    return shapely.MultiLineString([shape]) if shape is not None and shape.geom_type == "LineString" else shape


def _area_layer(report: PlanReport) -> Layer:
    """Return the communes with what is done in each; one with nothing to choose among has zeros."""
    rows, outlines = report.rows, report.outlines
    by = rows.assign(
        points_done=(rows["year"].notna() & (rows["kind_code"] == TAKEOVER_KIND)).astype("int64"),
        hamlets_done=(rows["year"].notna() & (rows["kind_code"] == CONNECTION_KIND)).astype("int64"),
        households_gained=rows["households"].where(rows["year"].notna(), 0).astype("int64"),
        households_left=rows["households"].where(rows["year"].isna(), 0).astype("int64"),
        spent=rows["cost_vnd"].where(rows["year"].notna(), 0.0).astype("float64"),
    ).groupby("commune_code")
    sums = by[["points_done", "hamlets_done", "households_gained", "households_left", "spent"]].sum()
    filled = sums.reindex(outlines.index).fillna(0)
    counts = {name: filled[name].astype("Int64").to_numpy() for name in sums.columns if name != "spent"}
    first = by["year"].min().reindex(outlines.index).astype("Int64")
    table = pd.DataFrame(
        {
            "commune_code": outlines.index.astype("str"),
            "commune_name": outlines["commune_name"].to_numpy(),
            "first_year": first.to_numpy(),
            **{name: pd.array(values, dtype="Int64") for name, values in counts.items()},
            "cost_vnd": filled["spent"].to_numpy(dtype="float64"),
            "is_approximate": outlines["is_approximate"].astype("bool").to_numpy(),
        }
    )
    placed = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([_multi(s) for s in outlines.geometry], crs=4326), crs=4326)
    qml = plain_area_style("#f3f1ec", _aliases(report, table.columns), label="commune_name")
    title = report.language.say("Communes of the programme")
    return Layer("communes", placed, "MULTIPOLYGON", title, [LayerStyle("communes", qml, is_default=True)])


def _multi(shape: Any) -> Any:
    return shapely.MultiPolygon([shape]) if shape is not None and shape.geom_type == "Polygon" else shape
