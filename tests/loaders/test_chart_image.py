"""The charts of a report: each quarter and district in its place, nothing that was not reported drawn as zero."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.report_data import ProvinceReport
from loaders.reports.chart_image import (
    DIRECT_SHARE,
    GRID_SHARE,
    Axis,
    draw_remaining_chart,
    draw_share_chart,
    draw_supply_chart,
)
from tests import report_samples

SVG = "{http://www.w3.org/2000/svg}"


def root(svg: bytes | None) -> ET.Element:
    assert svg is not None
    return ET.fromstring(svg)


def texts(svg: bytes | None) -> list[str]:
    return [str(text.text) for text in root(svg).iter(f"{SVG}text")]


def heights(svg: bytes | None) -> list[float]:
    """Heights of the points of the line, from the top."""
    return [float(circle.get("cy", "")) for circle in root(svg).iter(f"{SVG}circle")]


def lines(svg: bytes | None) -> int:
    return sum(path.get("stroke-width") == "1.8" for path in root(svg).iter(f"{SVG}path"))


def test_share_rises_with_its_labels_and_target() -> None:
    """From (18,428 − 1,050) / (20,788 − 210) = 84.45% to 18,428 / 20,788 = 88.65%; the target is 95%."""
    svg = draw_share_chart(report_samples.much_left())
    assert {"84,45%", "88,65%", "Mục tiêu 95%", "84%", "96%", "II/21"} <= set(texts(svg))
    found = heights(svg)
    assert len(found) == 8
    assert found == sorted(found, reverse=True)
    assert lines(svg) == 7


def test_target_has_the_decimals_it_needs() -> None:
    svg = draw_share_chart(report_samples.nothing_left(), measure=GRID_SHARE)
    assert "Mục tiêu 100%" in texts(svg)
    report = report_samples.much_left()
    share = replace(report.figures[2], target=replace(report.figures[2].target, value=Decimal("0.925")))
    assert "Mục tiêu 92,5%" in texts(draw_share_chart(replace(report, figures=(share,))))


def test_points_stand_where_the_axis_says() -> None:
    """Lines of the axis are 84%, 86% … 96%; the last point is 88.65%."""
    svg = draw_share_chart(report_samples.much_left())
    by_label = {str(t.text): float(t.get("y", "")) - 2.6 for t in root(svg).iter(f"{SVG}text") if t.get("x") == "25"}
    per_point = (by_label["84%"] - by_label["96%"]) / 12
    share = 84 + (by_label["84%"] - heights(svg)[-1]) / per_point
    assert share == pytest.approx(18_428 / 20_788 * 100, abs=0.05)


def test_a_quarter_that_was_not_reported_leaves_a_gap() -> None:
    report = report_samples.much_left()
    history = report.history.copy()
    history.iloc[3] = pd.NA
    svg = draw_share_chart(replace(report, history=history))
    assert len(heights(svg)) == 7
    assert lines(svg) == 5


def test_shares_that_contradict_are_left_out_and_none_at_all_is_no_chart() -> None:
    report = report_samples.much_left()
    history = report.history.assign(households_direct=report.history["households_grid"] + 1)
    assert draw_share_chart(replace(report, history=history)) is None
    assert draw_share_chart(replace(report, history=history), measure=GRID_SHARE) is not None


def test_one_quarter_alone_is_a_point() -> None:
    svg = draw_share_chart(report_samples.nothing_left(), measure=DIRECT_SHARE)
    assert len(heights(svg)) == 1
    assert lines(svg) == 0


def test_supply_of_each_district_fills_its_bar_by_share() -> None:
    """Châu Đức: 6,980 direct, 2,100 behind meters, 10 shared of 9,090."""
    svg = draw_supply_chart(report_samples.much_left())
    found = [one for one in root(svg).iter(f"{SVG}rect") if one.get("y")]
    boxes = [(one.get("fill"), float(one.get("y", "")), float(one.get("width", ""))) for one in found]
    second = [(fill, width) for fill, y, width in boxes if 16 < y < 30]
    assert [fill for fill, _ in second] == ["#bcd7ee", "#5b2a86", "#e69f00"]
    assert second[0][1] / sum(width for _, width in second) == pytest.approx(6980 / 9090, abs=0.005)
    assert {"Huyện Châu Đức", "9.090", "76,8%"} <= set(texts(svg))


def test_a_district_that_did_not_report_is_hatched() -> None:
    report = report_samples.much_left()
    communes = report.communes.copy()
    counts = [column for column in communes.columns if column.startswith("households_")]
    communes.loc[communes["district_code"] == "753", counts] = pd.NA
    svg = draw_supply_chart(replace(report, communes=communes))
    assert "chưa có số liệu" in texts(svg)
    assert sum(r.get("fill") == "url(#missing)" for r in root(svg).iter(f"{SVG}rect")) == 1


def test_communes_where_most_remain_come_first() -> None:
    found = texts(draw_remaining_chart(report_samples.without_districts()))
    assert found[:4] == ["Xã Suối Nghệ", "1.700", "Thị trấn Ngãi Giao", "510"]
    assert draw_remaining_chart(report_samples.nothing_left()) is None
    assert draw_supply_chart(report_samples.without_districts()) is None


@given(st.lists(st.decimals(0, 1, places=6), min_size=1, max_size=12))
def test_axis_holds_all_shares_between_a_handful_of_lines(shares: list[Decimal]) -> None:
    axis = Axis.over(shares)
    found = list(axis.lines())
    assert 2 <= len(found) <= 8
    assert found[0] <= min(shares)
    assert found[-1] >= max(shares)
    assert found[-1] <= 1


def many_districts() -> ProvinceReport:
    report = report_samples.much_left()
    copies = [report.communes.iloc[[0]].assign(district_code=f"{n:03d}", district_name=f"Huyện {n}") for n in range(40)]
    return replace(report, communes=pd.concat(copies).set_axis([f"{n:05d}" for n in range(40)]))


def test_bars_never_have_a_height_below_zero() -> None:
    boxes = root(draw_supply_chart(many_districts())).iter(f"{SVG}rect")
    assert all(float(one.get("height", "")) > 0 for one in boxes)
