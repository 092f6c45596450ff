"""The GeoPackage of a programme, read back: layers, values, places, styles by year."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas as gpd
import pytest
from lxml import etree

from loaders.reports.programme_geopackage import write_programme_geopackage
from tests.plan_samples import EVIL_NAME, empty, infeasible, plan_report


def layer(tmp_path: Path, name: str, content: bytes | None = None) -> gpd.GeoDataFrame:
    file = tmp_path / "plan.gpkg"
    file.write_bytes(content or write_programme_geopackage(plan_report()))
    return gpd.read_file(file, layer=name)


def test_points_carry_year_cost_reason_and_place(tmp_path: Path) -> None:
    points = layer(tmp_path, "takeover_points").set_index("candidate_code")
    assert points.crs == "EPSG:4326"
    assert list(points.index) == ["P1", "00123", "P2", "P3"]
    first = points.loc["P1"]
    assert (first["year"], first["cost_vnd"], first["households"]) == (2022, 1e9, 200)
    assert (first.geometry.x, first.geometry.y) == (105.05, 10.05)
    assert points.geometry["P3"] is None  # no place on record: no place in the file
    assert points["name"]["P2"] == EVIL_NAME
    assert "technology" not in points


def test_hamlets_carry_technology_and_lines_reach_them(tmp_path: Path) -> None:
    hamlets = layer(tmp_path, "hamlets").set_index("candidate_code")
    assert hamlets["technology"]["H1"] == "lưới điện"
    assert hamlets["year"].isna()["H2"]
    [line] = layer(tmp_path, "lines").to_dict("records")
    assert (line["to_code"], line["year"], line["geometry"].geom_type) == ("H1", 2022, "MultiLineString")


def test_communes_tell_what_is_done_in_each_and_zero_where_nothing_is(tmp_path: Path) -> None:
    communes = layer(tmp_path, "communes").set_index("commune_code")
    found = communes.loc["30469"]
    assert (found["points_done"], found["hamlets_done"], found["first_year"]) == (3, 1, 2022)
    assert (found["households_gained"], found["households_left"]) == (570, 48)
    assert found["cost_vnd"] == pytest.approx(5_000_500_000)
    assert communes["points_done"]["30472"] == 0


@pytest.mark.parametrize("code", ["vi", "en"])
def test_every_layer_has_a_default_style_of_well_formed_qml(tmp_path: Path, code: str) -> None:
    file = tmp_path / "plan.gpkg"
    file.write_bytes(write_programme_geopackage(plan_report(code)))
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
        stamp = dict(connection.execute("SELECT key, value FROM phudien_stamp").fetchall())
    connection.close()
    assert {name for name, _, default in rows if default} == {"communes", "lines", "takeover_points", "hamlets"}
    for name, qml, _ in rows:
        root = etree.fromstring(qml.encode())
        categories = [one.get("value") for one in root.iter("category")]
        expected = {"communes": [], "lines": ["2022", "2023"]}.get(name, ["2022", "2023", ""])
        assert categories == expected
    assert (stamp["data_version"], stamp["request_sha256"]) == ("v7", "ab" * 32)


def test_without_a_programme_the_file_says_why(tmp_path: Path) -> None:
    points = layer(tmp_path, "takeover_points", write_programme_geopackage(infeasible()))
    assert len(points) == 4
    assert points["year"].isna().all()
    with sqlite3.connect(tmp_path / "plan.gpkg") as connection:
        why = connection.execute("SELECT value FROM phudien_stamp WHERE key = 'why_no_programme'").fetchone()[0]
    connection.close()
    assert why.startswith("Phải làm P1")


def test_nothing_to_choose_among_gives_empty_layers(tmp_path: Path) -> None:
    content = write_programme_geopackage(empty())
    for name in ("communes", "lines", "takeover_points", "hamlets"):
        assert layer(tmp_path, name, content).empty


def test_same_report_gives_the_same_bytes() -> None:
    assert write_programme_geopackage(plan_report()) == write_programme_geopackage(plan_report())
