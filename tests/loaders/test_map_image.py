"""Maps of the reports: every commune in its class, texts of users as they are, the same bytes each time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import MultiPolygon, box

from geodata.errors import FigureError
from geodata.report_data import ProvinceReport
from loaders.reports.map_image import can_draw, draw_map, fitting_height
from tests import report_samples

SVG = "{http://www.w3.org/2000/svg}"


def paths(report: ProvinceReport, measure: str = "direct_share") -> Counter[str]:
    root = ET.fromstring(draw_map(report, measure=measure, form="svg"))
    return Counter(path.get("fill", "") for path in root.iter(f"{SVG}path"))


def texts(report: ProvinceReport, measure: str = "direct_share") -> list[str]:
    root = ET.fromstring(draw_map(report, measure=measure, form="svg"))
    return [str(text.text) for text in root.iter(f"{SVG}text")]


def test_each_commune_has_the_colour_of_its_class_and_a_silent_one_is_hatched() -> None:
    found = paths(report_samples.much_left())
    assert {fill: found[fill] for fill in ("#e9f2e4", "#fe9929", "#8c2d04", "url(#missing)")} == {
        "#e9f2e4": 2,
        "#fe9929": 3,
        "#8c2d04": 1,
        "url(#missing)": 1,
    }


def test_legend_counts_the_communes_of_each_class() -> None:
    found = texts(report_samples.much_left())
    assert [found[found.index(label) + 1] for label in ("< 50%", "50% – < 100%", "100%", "chưa có số liệu")] == [
        "1",
        "3",
        "2",
        "1",
    ]
    assert "chưa có số liệu" not in texts(report_samples.nothing_left())


def test_districts_are_named_without_their_kind_and_a_list_without_them_has_none() -> None:
    assert {"Bà Rịa", "Châu Đức", "Đất Đỏ"} <= set(texts(report_samples.much_left()))
    assert not {"Bà Rịa", "Châu Đức", "Đất Đỏ"} & set(texts(report_samples.without_districts()))


def test_scale_bar_is_as_long_as_the_ground_it_stands_for() -> None:
    """Six squares of a tenth of a degree side by side, 0.6 degrees at about 10.35 north: 65.7 km."""
    root = ET.fromstring(draw_map(report_samples.much_left(), form="svg", width_pt=480, height_pt=330))
    bar = next(path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("d", "").endswith("v-3"))
    km = int(next(text for text in texts(report_samples.much_left()) if text.endswith(" km")).split()[0])
    length = float(bar.split("h")[1].split("v")[0])
    assert length / km == pytest.approx((480 - 126) / 65.7, rel=0.005)


def test_only_approximate_outlines_are_said_to_be_so() -> None:
    report = report_samples.much_left()
    real = replace(report, outlines=report.outlines.assign(is_approximate=False))
    assert "Ranh giới gần đúng" in " ".join(texts(report))
    assert "Ranh giới gần đúng" not in " ".join(texts(real))


def test_the_same_report_gives_the_same_picture_whatever_the_order_of_its_rows() -> None:
    report = report_samples.much_left()
    turned = replace(report, outlines=report.outlines.iloc[::-1])
    for form in ("svg", "png"):
        assert draw_map(report, form=form) == draw_map(turned, form=form)


def test_a_wide_province_gets_a_low_map_but_room_for_its_legend() -> None:
    """The sample is 0.7 degrees wide at most and 0.3 high: about 0.51 of the ground's width."""
    report = report_samples.much_left()
    assert fitting_height(report, 482.0, most_pt=400) == pytest.approx((482 - 124) * 0.5083, rel=0.01)
    assert fitting_height(report, 482.0, most_pt=150, least_pt=100) == 150
    assert fitting_height(report, 200.0, most_pt=400) == 170


def test_png_has_the_size_asked_for() -> None:
    content = draw_map(report_samples.much_left(), width_pt=144, height_pt=72, dots_per_inch=100)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == (200, 100)


def test_ground_of_several_parts_with_a_hole_and_an_islet_smaller_than_a_dot() -> None:
    report = report_samples.much_left()
    ring = box(107.0, 10.4, 107.1, 10.5).difference(box(107.04, 10.44, 107.06, 10.46))
    islet = box(107.2, 10.3, 107.20001, 10.30001)
    first = report.outlines.index[0]
    shapes = report.outlines.geometry.copy()
    shapes[first] = MultiPolygon([ring, islet])
    outlines = gpd.GeoDataFrame({"is_approximate": False}, geometry=shapes, index=shapes.index, crs=4326)
    root = ET.fromstring(draw_map(replace(report, outlines=outlines), form="svg"))
    drawn = next(path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("fill") == "#e9f2e4")
    assert drawn.count("M") == 3
    assert drawn.endswith("h0.5v0.5z")


def test_a_report_without_outlines_or_such_a_map_says_so() -> None:
    report = report_samples.much_left()
    bare = replace(report, outlines=report.outlines.iloc[:0])
    assert can_draw(report, "direct_share")
    assert not can_draw(bare, "direct_share")
    assert not can_draw(report, "shared_share")
    with pytest.raises(FigureError) as found:
        draw_map(report, measure="shared_share")
    assert found.value.values["allowed"] == "direct_share, households_to_connect"
    with pytest.raises(FigureError):
        draw_map(bare)


def test_names_of_districts_never_lie_on_each_other() -> None:
    """Two districts around the same point: the smaller one's name is left out."""
    report = report_samples.much_left()
    shapes = report.outlines.geometry.copy()
    shapes[:] = [box(107.0 - n / 1e3, 10.4, 107.001 + n / 1e3, 10.4001) for n in range(len(shapes))]
    outlines = gpd.GeoDataFrame({"is_approximate": False}, geometry=shapes, index=shapes.index, crs=4326)
    found = texts(replace(report, outlines=outlines))
    assert len({"Bà Rịa", "Châu Đức", "Đất Đỏ"} & set(found)) < 3
