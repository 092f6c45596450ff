"""The report as data: read back by other programs, nothing missing becomes 0, the same bytes for the same report."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.language import Language
from geodata.report_data import STAMP_KEYS, ProvinceReport
from geodata.tables import MEASURES
from loaders.reports.data_files import STAMP_TABLE, write_csv, write_geopackage, write_parquet
from loaders.reports.data_tables import COLUMN_NAMES, SHARES, commune_table
from tests import report_samples

POINTS = pd.DataFrame(
    {
        "point_code": ["P1", "P2"],
        "commune_code": ["26560", "26572"],
        "commune_name": ["Phường Phước Hưng", "Xã Tân Hưng"],
        "district_name": ["Thành phố Bà Rịa", "Thành phố Bà Rịa"],
        "organisation_name": ["=HTX()", "Tổ điện"],
        "households_behind": pd.array([40, None], dtype="Int64"),
        "loss_share": [0.1, None],
        "takeover_state": ["bulk", "agreed"],
        "lon": [107.05, None],
        "lat": [10.45, 10.5],
    }
)


def sample() -> ProvinceReport:
    return replace(report_samples.much_left(), bulk_points=POINTS)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "report.gpkg"
    path.write_bytes(write_geopackage(sample()))
    return path


def test_csv_has_a_row_for_each_commune_and_blanks_for_what_is_missing() -> None:
    report = sample()
    text = write_csv(report).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert [row["commune_code"] for row in rows] == list(report.communes.index)
    silent = next(row for row in rows if row["commune_name"] == "Xã Lộc An")
    assert {silent[measure] for measure in MEASURES} == {""}
    assert {row["fingerprint"] for row in rows} == {report.fingerprint}
    assert {row["is_synthetic"] for row in rows} == {str(report.is_synthetic)}
    assert write_csv(report).startswith(b"\xef\xbb\xbf")


def test_csv_guards_names_that_would_run() -> None:
    report = sample()
    communes = report.communes.assign(commune_name=["=1+1", *report.communes["commune_name"][1:]])
    assert b",'=1+1," in write_csv(replace(report, communes=communes))


def test_shares_are_ratios_and_missing_where_a_part_is() -> None:
    table = commune_table(sample()).set_index("commune_name")
    assert table.loc["Thị trấn Ngãi Giao", "direct_share"] == pytest.approx(4490 / 4990, abs=1e-6)
    assert table.loc["Xã Lộc An", list(SHARES)].isna().all()
    assert pd.isna(table.loc["Phường Phước Hưng", "rural_households_with_power_share"])  # no rural household


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)), min_size=7, max_size=7))
def test_a_share_lies_between_0_and_1_or_is_missing(pairs: list[tuple[int | None, int | None]]) -> None:
    report = report_samples.much_left()
    grid, everyone = (pd.array(list(column), dtype="Int64") for column in zip(*pairs, strict=True))
    communes = report.communes.assign(households_grid=grid, households_all=everyone)
    shares = commune_table(replace(report, communes=communes))["households_with_power_share"]
    for share, (part, whole) in zip(shares, pairs, strict=True):
        known = part is not None and whole is not None and whole > 0 and part <= whole
        assert pd.notna(share) == known
        assert not known or 0 <= share <= 1


def test_gdal_reads_the_layers_in_wgs84(package: Path) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(package)}
    assert layers["communes"] == "MultiPolygon"
    assert layers["bulk_points"] == layers["unserved_hamlets"] == "Point"
    communes = gpd.read_file(package, layer="communes")
    report = sample()
    assert str(communes.crs) == "EPSG:4326"
    assert list(communes["commune_code"]) == list(report.communes.index)
    expected = gpd.GeoSeries(report.outlines["geometry"].to_numpy(), crs=4326)
    assert communes.geometry.geom_equals(expected).all()
    assert communes["households_grid"].isna().sum() == 1


def test_a_point_without_coordinates_is_kept_without_a_place(package: Path) -> None:
    points = gpd.read_file(package, layer="bulk_points").set_index("point_code")
    assert (points.geometry["P1"].x, points.geometry["P1"].y) == (107.05, 10.45)
    assert points.geometry["P2"] is None
    assert points["organisation_name"]["P1"] == "=HTX()"  # data, not a spreadsheet
    assert pd.isna(points["households_behind"]["P2"])


def test_every_layer_has_one_default_style_that_names_its_columns(package: Path) -> None:
    with sqlite3.connect(package) as connection:
        styles = pd.read_sql("SELECT * FROM layer_styles", connection)
        columns = {
            layer: [row[1] for row in connection.execute(f'PRAGMA table_info("{layer}")')]
            for layer in ("communes", "bulk_points", "unserved_hamlets")
        }
    connection.close()
    assert styles[styles["useAsDefault"] == 1]["f_table_name"].tolist() == list(columns)
    for style in styles.to_dict("records"):
        root = ElementTree.fromstring(style["styleQML"])
        aliases = {alias.get("field"): alias.get("name") for alias in root.iter("alias")}
        assert list(aliases) == [name for name in columns[style["f_table_name"]] if name not in ("fid", "geom")]
        assert all(aliases[name] == Language("vi").say(COLUMN_NAMES[name]) for name in aliases)


def test_the_style_has_the_classes_of_the_map(package: Path) -> None:
    with sqlite3.connect(package) as connection:
        [[qml]] = connection.execute("SELECT styleQML FROM layer_styles WHERE styleName = 'direct_share'")
    connection.close()
    root, shown = ElementTree.fromstring(qml), sample().maps[0]
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == "direct_share_class"
    labels = [category.get("label") for category in root.iter("category")]
    assert labels == [*(label for _, label in shown.classes), "chưa có số liệu"]
    colours = [o.get("value") for o in root.iter("Option") if o.get("name") == "color"]
    red, green, blue = (int(shown.classes[0][0][place : place + 2], 16) for place in (1, 3, 5))
    assert colours[0] == f"{red},{green},{blue},255"


def test_the_stamp_is_in_every_file(package: Path) -> None:
    report = sample()
    with sqlite3.connect(package) as connection:
        found = dict(connection.execute(f"SELECT key, value FROM {STAMP_TABLE}"))
    connection.close()
    assert found == report.stamp()
    metadata = pq.read_schema(BytesIO(write_parquet(report))).metadata
    assert {key: metadata[key.encode()].decode() for key in STAMP_KEYS} == report.stamp()


def test_parquet_is_read_back_as_it_was() -> None:
    report = sample()
    found = gpd.read_parquet(BytesIO(write_parquet(report)))
    assert found.crs == 4326
    pd.testing.assert_frame_equal(
        pd.DataFrame(found[list(MEASURES)]),
        report.communes[list(MEASURES)].reset_index(drop=True),
    )


@pytest.mark.parametrize("write", [write_csv, write_geopackage, write_parquet])
def test_the_same_report_gives_the_same_bytes(write: object) -> None:
    assert callable(write)
    assert write(sample()) == write(sample())


def test_a_report_without_outlines_and_points_is_written() -> None:
    bare = replace(report_samples.nothing_left(), outlines=gpd.GeoDataFrame(geometry=[], crs=4326), maps=())
    content = write_geopackage(bare)
    assert content.startswith(b"SQLite format 3")
    assert len(gpd.read_parquet(BytesIO(write_parquet(bare)))) == len(bare.communes)
