"""Lines and rivers on the data page: what is kept, adding, withdrawing, in both languages."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from coverage.network_layers import NetworkLayers
from coverage.workspace import Workspace
from tests.app.conftest import Run


def add_lines(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "luoi.geojson"
    gpd.GeoDataFrame(geometry=[shapely.LineString([(105.1, 10.4), (105.2, 10.4)])], crs=4326).to_file(path)
    workspace = Workspace(home)
    NetworkLayers(workspace).add("mv_line", "luoi.geojson", path.read_bytes(), user="An")
    workspace.close()


@pytest.mark.parametrize(("language", "kept", "in_use"), [("vi", "Tệp", "Đang dùng"), ("en", "File", "In use")])
def test_the_newest_layer_is_in_use_and_the_one_before_it_after_a_withdrawal(
    run: Run, home: Path, tmp_path: Path, language: str, kept: str, in_use: str
) -> None:
    add_lines(home, tmp_path)
    page = run("data", lang=language)
    assert not page.exception
    [table] = [frame.value for frame in page.dataframe if in_use in frame.value.columns]
    assert table[kept].tolist() == ["luoi.geojson", "demo_mv_lines.geojson"]
    assert [bool(value) for value in table[in_use]] == [True, False]

    page.text_input(key="ask_user_network_withdrawal").set_value("An")
    page.text_input(key="network_withdrawal_reason").set_value("Nhầm tệp")
    button = next(one for one in page.button if one.form_id == "withdraw_network_layer")
    page = button.click().run()
    assert not page.exception
    assert any("luoi.geojson" in found.value for found in page.success)
    [table] = [frame.value for frame in page.dataframe if in_use in frame.value.columns]
    assert table[kept].tolist() == ["demo_mv_lines.geojson"]


def test_a_withdrawal_without_a_reason_is_refused(run: Run, home: Path) -> None:
    page = run("data", lang="en")
    page.text_input(key="ask_user_network_withdrawal").set_value("An")
    button = next(one for one in page.button if one.form_id == "withdraw_network_layer")
    page = button.click().run()
    assert any("write a reason" in found.value for found in page.error)
    workspace = Workspace(home)
    assert len(NetworkLayers(workspace).list()) == 1
    workspace.close()
