"""The report's figures as data for other programs: .csv, GeoPackage with QGIS styles, GeoParquet."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from typing import Final

import pyarrow.parquet as pq

from geodata.errors import mark
from geodata.report_data import ProvinceReport
from loaders.reports.csv_file import csv_of
from loaders.reports.data_tables import COLUMN_NAMES, DataLayer, commune_table, layers_of
from loaders.reports.geopackage import Layer, LayerStyle, geopackage_of
from loaders.reports.qgis_style import PointKind, commune_style, point_style

STAMP_TABLE: Final = "phudien_stamp"
"""Table of a GeoPackage that holds `ProvinceReport.stamp`."""

_LAYER_TITLES: Final = {
    "communes": mark("Figures of the communes"),
    "bulk_points": mark("Bulk-purchase points"),
    "unserved_hamlets": mark("Hamlets without the grid"),
}
_STATES: Final = (
    ("bulk", mark("Still bought in bulk"), "#b3261e"),
    ("agreed", mark("Take-over agreed"), "#b45309"),
    ("taken_over", mark("Taken over"), "#1b7837"),
)
_POINT_SIZE: Final = 'max(1.5, min(7, sqrt(coalesce("households_behind", 0)) / 4))'
_HAMLET_SIZE: Final = 'max(1.8, min(7, sqrt(coalesce("households_without_grid", 0)) / 2))'


def write_csv(report: ProvinceReport) -> bytes:
    """
    Return the figures of the communes as .csv: UTF-8 with its mark, so that Excel reads the letters right.

    One row a commune, the columns of `data_tables.commune_table`, then ``units_of``, ``data_version`` and
    ``fingerprint`` on every row. Texts that spreadsheets would run as formulas are guarded; see `csv_file`.
    """
    table = commune_table(report).assign(
        units_of=report.unit_list_date.isoformat(),
        data_version=report.data_version,
        fingerprint=report.fingerprint,
    )
    return csv_of(table)


def write_parquet(report: ProvinceReport) -> bytes:
    """
    Return the communes with their outlines as GeoParquet (WGS 84); its metadata carry `ProvinceReport.stamp`.

    The same report gives the same bytes under the same releases of pyarrow and geopandas.
    """
    written, stamped = BytesIO(), BytesIO()
    communes = layers_of(report)[0].rows
    communes.to_parquet(written, index=False)
    table = pq.read_table(BytesIO(written.getvalue()))
    own = {key.encode(): text.encode() for key, text in report.stamp().items()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **own}), stamped)
    return stamped.getvalue()


def write_geopackage(report: ProvinceReport) -> bytes:
    """
    Return communes, bulk points and unserved hamlets as a GeoPackage that QGIS opens with the colours of the app.

    Columns bear standard names; in QGIS they are shown by their names in the report's language. The table
    `STAMP_TABLE` carries `ProvinceReport.stamp`. The same report gives the same bytes under the same SQLite.
    """
    say = report.language.say
    layers = [
        Layer(found.name, found.rows, found.kind, say(_LAYER_TITLES[found.name]), _styles_of(found, report))
        for found in layers_of(report)
    ]
    at = report.data_moment or datetime.combine(report.data_date, time())
    return geopackage_of(layers, facts=report.stamp(), facts_name=STAMP_TABLE, at=at)


def _styles_of(layer: DataLayer, report: ProvinceReport) -> list[LayerStyle]:
    say = report.language.say
    aliases = {name: say(COLUMN_NAMES[name]) for name in layer.rows.columns if name != "geometry"}
    if layer.name == "communes":
        missing = say("not reported")
        return [
            LayerStyle(shown.indicator, commune_style(shown, aliases, missing=missing), is_default=number == 0)
            for number, shown in enumerate(report.maps)
        ]
    if layer.name == "bulk_points":
        kinds = [PointKind(value, say(label), colour) for value, label, colour in _STATES]
        qml = point_style("takeover_state", kinds, aliases, size=_POINT_SIZE, label="organisation_name")
        return [LayerStyle("takeover_state", qml, is_default=True)]
    kinds = [PointKind("", say("Without the grid"), "#5f6368", "triangle")]  # one value for all
    qml = point_style("hamlet_code", kinds, aliases, size=_HAMLET_SIZE, label="hamlet_name")
    return [LayerStyle("unserved_hamlets", qml, is_default=True)]
