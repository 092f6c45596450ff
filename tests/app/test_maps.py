"""The map document opens without any server; what is painted are the figures of the workspace."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from coverage.pages import _cache
from coverage.pages._map_document import MapGeometry, build_document
from coverage.pages._maps import geometry_of, paint_of
from coverage.workspace import Workspace
from geodata.crs import WGS84
from geodata.language import Language

VI = Language("vi")


def one_commune(name: str) -> MapGeometry:
    communes = gpd.GeoDataFrame(
        {
            "commune_code": ["30469"],
            "commune_name": [name],
            "district_name": ["Huyện Châu Phú"],
            "province_name": ["Tỉnh An Giang"],
            "is_approximate": [True],
            "is_placed": [False],
        },
        geometry=[box(105, 10, 105.123456, 10.1)],
        crs=WGS84,
    )
    lines = gpd.GeoDataFrame(geometry=[box(105, 10, 105.1, 10.1).boundary], crs=WGS84)
    return MapGeometry("1", communes, lines, lines)


def test_document_asks_no_other_server() -> None:
    document = build_document(one_commune("Xã Mỹ Đức"), VI)
    loaded = re.findall(r"""(?:src|href)\s*=\s*["']?(https?:[^"'\s>]+)""", document)
    assert [link for link in loaded if "leafletjs.com" not in link] == []
    assert not re.search(r"jsdelivr|cdnjs|unpkg|code\.jquery|netdna", document)
    assert "L.map(" in document


def test_tile_background_is_there_only_where_it_is_set() -> None:
    url = "https://tiles.example/{z}/{x}/{y}.png"
    assert url not in build_document(one_commune("Xã Mỹ Đức"), VI)
    assert url in build_document(one_commune("Xã Mỹ Đức"), VI, tiles_url=url)


def test_names_cannot_close_the_script() -> None:
    name = "</script><script>alert(1)</script>"
    document = build_document(one_commune(name), VI)
    assert name not in document
    assert "<\\/script>" in document


def test_coordinates_are_rounded_alike() -> None:
    assert "105.1235" in build_document(one_commune("Xã Mỹ Đức"), VI)


@pytest.fixture(scope="module")
def workspace(demo_home: Path) -> Workspace:
    return Workspace(demo_home)


def painted(workspace: Workspace, indicator: str, area: str) -> dict[str, object]:
    return paint_of(
        workspace.figures(period="2021-Q2"),
        workspace.indicators[indicator],
        workspace.units,
        VI,
        areas=(area,),
        period_text="Quý II/2021",
        points=workspace.bulk_points(),
        hamlets=workspace.hamlets(),
    )


def test_painted_figures_are_those_of_the_store(workspace: Workspace) -> None:
    paint = painted(workspace, "bulk_share", "89")
    figures = workspace.figures(period="2021-Q2").set_index("commune_code").loc["30469"]
    communes = paint["communes"]
    assert isinstance(communes, dict)
    assert len(communes) == 156
    _, text, counts = communes["30469"]
    assert counts[3] == figures["households_bulk"]
    share = figures["households_bulk"] / figures["households_grid"]
    assert float(text.replace(",", ".").removesuffix("%")) == pytest.approx(share * 100, abs=0.005)


def test_circles_hold_the_households_of_the_points(workspace: Workspace) -> None:
    circles = painted(workspace, "bulk_share", "84")["circles"]
    assert isinstance(circles, list)
    assert sum(c["households"] for c in circles if not c["is_taken"]) == 188_000


def test_commune_without_figures_is_painted_as_missing(workspace: Workspace) -> None:
    figures = workspace.figures(period="2021-Q2")
    silent = figures[figures["commune_code"] != "30469"]
    paint = paint_of(
        silent,
        workspace.indicators["bulk_share"],
        workspace.units,
        VI,
        areas=("89",),
        period_text="",
        points=pd.DataFrame(workspace.bulk_points().head(0)),
        hamlets=workspace.hamlets().head(0),
    )
    assert paint["communes"]["30469"] == [None, "chưa có số liệu", [None] * 7]
    json.dumps(paint)


def test_estimated_figures_are_marked_and_the_mark_explained(workspace: Workspace) -> None:
    def paint(estimated: frozenset[str]) -> dict[str, Any]:
        return paint_of(
            workspace.figures(period="2021-Q2"),
            workspace.indicators["bulk_share"],
            workspace.units,
            VI,
            areas=("89",),
            period_text="",
            points=workspace.bulk_points(),
            hamlets=workspace.hamlets(),
            estimated=estimated,
        )

    plain, marked = paint(frozenset()), paint(frozenset({"30469"}))
    assert marked["communes"]["30469"][1] == "≈ " + plain["communes"]["30469"][1]
    assert marked["communes"]["30472"] == plain["communes"]["30472"]
    assert any(note.startswith("≈") for note in marked["notes"])
    assert not any("≈" in note for note in [*plain["notes"], *paint(frozenset({"29236"}))["notes"]])


def test_map_of_another_day_marks_shared_communes_and_names_those_without_outline(home: Path) -> None:
    assert home.is_dir()
    opened = _cache.workspace()
    key = (str(opened.home), str(opened.data_version()))
    paint = _cache.paint(*key, "2025-07-01", "2021-Q2", "bulk_share", ("91",), "vi")
    assert paint["communes"]["30346"][1].startswith("≈ ")  # Xã Nhơn Hội
    assert any(note.startswith("≈") for note in paint["notes"])
    company = _cache.data_notes(*key, "2025-07-01", ("EVNSPC",), VI)
    assert "Ở đây không có ranh giới: Đặc khu Côn Đảo." in company
    assert not any("Côn Đảo" in note for note in paint["notes"])
    own = _cache.paint(*key, "2021-07-01", "2021-Q2", "bulk_share", ("89",), "vi")
    assert not any("≈" in text for _, text, _ in own["communes"].values())


def test_every_commune_has_a_shape_with_its_names(workspace: Workspace) -> None:
    geometry = geometry_of(workspace.map_layer(), workspace.units, "1")
    assert len(geometry.communes) == 2484
    assert geometry.communes[["commune_name", "district_name", "province_name"]].notna().all(axis=None)
    assert len(geometry.provinces) == 21
    assert geometry.communes["is_placed"].sum() == 125
