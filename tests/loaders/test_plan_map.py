"""The map of a programme: signs by kind and year, what is not drawn is said, in both languages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from geodata.errors import FigureError
from loaders.reports.plan_colours import colours_of
from loaders.reports.plan_map import draw_plan_map
from tests.plan_samples import empty, infeasible, plan_report


def svg_of(*args: str, **changes: object) -> str:
    return draw_plan_map(plan_report(*args, **changes), form="svg").decode()


def test_points_are_circles_and_hamlets_triangles_in_the_colour_of_their_year() -> None:
    svg, colours = svg_of(), colours_of(plan_report())
    circles = re.findall(r'<circle [^>]*fill="(#\w+)"', svg)
    legend = 1  # the sign of its kind
    assert len(circles) - legend == 3  # P3 has no place
    assert circles.count(colours[2022]) == 1
    assert circles.count(colours[2023]) == 2
    assert svg.count("h-") == 2 + legend


def test_colours_of_years_differ_and_grow_lighter() -> None:
    report = plan_report()
    years = report.years.reindex(range(10)).assign(year=range(2022, 2032))
    colours = list(colours_of(plan_report(years=years)).values())
    light = [sum(int(one[n : n + 2], 16) * w for n, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for one in colours]
    assert len(set(colours)) == 10
    assert light == sorted(light)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("vi", ["Năm thực hiện", "ngoài chương trình", "1 điểm hoặc ấp chưa có tọa độ", "tổng 2,5 km"]),
        ("en", ["Year in which it is done", "not in the programme", "have no place on record", "2.5 km in all"]),
    ],
)
def test_legend_says_what_is_drawn_and_what_is_not(code: str, words: list[str]) -> None:
    svg = " ".join(re.findall(r">([^<>]+)</text>", svg_of(code)))
    assert all(word in svg for word in words), svg
    assert "abababababab" in svg
    assert "v7" in svg


def test_a_map_is_well_formed_whatever_its_title() -> None:
    svg = svg_of(title='<b>&"A" ' + "rất dài " * 40)
    assert etree.fromstring(svg.encode()).tag.endswith("svg")


def test_districts_are_named_and_provinces_where_there_are_none() -> None:
    report = plan_report()
    assert {"Châu Phú", "An Phú"} <= set(re.findall(r">([^<>]+)</text>", svg_of()))
    without = report.outlines.assign(area_name=report.outlines["commune_name"])
    words = set(re.findall(r">([^<>]+)</text>", svg_of(outlines=without)))
    assert "Tỉnh An Giang" in words
    assert "Xã Mỹ Đức" not in words


def test_png_has_the_size_asked_for() -> None:
    with Image.open(BytesIO(draw_plan_map(plan_report(), dots_per_inch=72))) as picture:
        assert picture.size == (780, 540)


def test_without_a_programme_the_map_says_so() -> None:
    svg = draw_plan_map(infeasible(), form="svg").decode()
    assert "Không có chương trình nào thỏa mãn mọi quy tắc" in svg


def test_without_outlines_the_error_says_what_to_do() -> None:
    with pytest.raises(FigureError, match="boundaries"):
        draw_plan_map(empty())
