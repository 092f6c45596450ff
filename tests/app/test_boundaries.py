"""The boundaries of the data page: layers with their quality, what a feature can be, and the detail of maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from coverage.boundary_layers import AUTOMATIC, LEAVE_OUT, BoundaryChoices
from coverage.pages import _boundaries, _boundary_tables, _cache
from coverage.workspace import Workspace
from geodata.language import Language
from loaders.boundary_files import layer_bytes
from tests.app.conftest import Run
from tests.geodata.four_communes import CODES, drawn

VI, EN = Language("vi"), Language("en")


def add_layer(home: Path) -> None:
    features = drawn(TENTINH=["An Giang"] * 4, TENHUYEN=["Châu Phú"] * 4, TENXA=["Cái Dầu", "Mỹ Đức", "Mỹ Phú", "?"])
    features.loc[1, "geometry"] = features.geometry.iloc[1].buffer(0.00002)
    workspace = Workspace(home)
    workspace.add_boundaries(layer_bytes(features), "chau_phu.parquet", user="An")
    workspace.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_layer_is_shown_with_its_recognition_and_quality(run: Run, home: Path, language: str) -> None:
    add_layer(home)
    page = run("data", lang=language)
    assert not page.exception
    texts = " ".join(text.value for text in page.text)
    assert ("chồng lấn" if language == "vi" else "overlaps") in texts
    tables = [frame.value for frame in page.dataframe]
    recognised = "Nhận ra" if language == "vi" else "Recognised"
    [features] = [table for table in tables if recognised in table.columns]
    assert sorted(features[recognised]) == sorted(
        ["chưa nhận ra", *["theo tên"] * 3] if language == "vi" else ["not recognised", *["by names"] * 3]
    )


def test_layer_from_before_quality_reports_says_so(run: Run, home: Path) -> None:
    add_layer(home)
    workspace = Workspace(home)
    with workspace.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE boundary_layer SET check_sha256 = NULL")
    workspace.close()
    page = run("data", lang="en")
    assert not page.exception
    assert any("before quality reports" in text.value for text in page.markdown)


def test_what_a_feature_can_be_is_offered_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUDIEN_HOME", str(tmp_path))
    workspace = Workspace(tmp_path)
    content = layer_bytes(drawn(ten=["Cái Dầu", "A", "B", "C"]))
    choices = BoundaryChoices(valid_on=workspace.units.list_date, by_hand={"B": LEAVE_OUT, "C": CODES[3]})
    proposal = workspace.boundaries.check(content, "a.parquet", choices)
    options = _boundaries._commune_options(proposal, VI)
    assert list(options)[:2] == [AUTOMATIC, LEAVE_OUT]
    assert options[CODES[1]] == "Xã Mỹ Đức, Huyện Châu Phú (30469)"
    assert set(options) - {AUTOMATIC, LEAVE_OUT} == set(workspace.units.communes_of("89").index)
    open_features = proposal.layer.recognition.features[1:]
    table = _boundary_tables.mapping(open_features, workspace.units, options, VI)
    assert list(table["Xã"].fillna("-")) == ["-", options[LEAVE_OUT], options[CODES[3]]]
    assert "30469" in table["Có thể là"].iloc[0]
    codes = {text: code for code, text in options.items()}
    after = [options[CODES[1]], options[AUTOMATIC], options[CODES[3]]]
    said = _boundaries._said(open_features, table["Xã"], after, codes)
    assert said == {"A": CODES[1], "B": AUTOMATIC}


def test_every_province_has_its_zone_to_choose(home: Path) -> None:
    workspace_units = Workspace(home).units
    systems = _boundaries._systems(workspace_units, EN)
    assert systems[""] == "as the file says"
    assert systems["EPSG:9208"] == "VN-2000 / TM-3 104-45: An Giang"
    named = ", ".join(systems.values())
    assert all(name in named for name in workspace_units.provinces["name"])


def test_map_of_a_province_is_another_one_only_where_there_are_real_outlines(home: Path) -> None:
    key = str(home)
    assert _cache.layer_version(key, "a", "2021-07-01", "89") == _cache.layer_version(key, "a", "2021-07-01")
    add_layer(home)
    assert _cache.layer_version(key, "b", "2021-07-01", "89") != _cache.layer_version(key, "b", "2021-07-01")
    assert _cache.layer_version(key, "b", "2021-07-01", "89") != _cache.layer_version(key, "b", "2021-07-01", "84")
