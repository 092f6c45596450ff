"""A planner chooses a province, solves, pins a point on the map, sees the effect, saves the plan as a scenario."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def click_a_point(visit: Visit, fill: str) -> None:
    """Click a circle of a colour on the map; the page looks at it, and rings it."""
    before = visit.painted()
    circles = visit.page.frame_locator("iframe").locator(f"path.leaflet-interactive[fill='{fill}']")
    circles.last.click(force=True)  # the smallest lie on top
    visit.wait_for_new_paint(before)


def metric(page: Page, label: str) -> str:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue").inner_text()


def test_a_programme_is_made_changed_by_a_pin_and_saved(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/plan?area=84")
    first = visit.painted()
    expect(page.get_by_role("heading", level=3).first).to_have_text(re.compile("^Tỉnh Trà Vinh"))
    budget = page.get_by_label("Ngân sách mỗi năm (tỷ đồng)")
    budget.fill("60")
    budget.press("Enter")
    assert visit.wait_for_new_paint(first) < 15
    expect(page.get_by_text("Thay đổi vừa rồi").first).to_be_attached()

    click_a_point(visit, "#ffffff")  # one that is not done
    heading = page.locator("p").filter(has_text=re.compile(r"84-CTT-\d{4}[\s\S]*không thực hiện")).first
    heading.wait_for()
    found = re.search(r"84-CTT-\d{4}", heading.inner_text())
    assert found is not None
    before = visit.painted()
    page.get_by_role("button", name="Ghim vào").click()
    visit.wait_for_new_paint(before)
    expect(page.get_by_text(f"đã ghim vào: {found[0]}")).to_be_visible()
    expect(page.get_by_text(re.compile(r"thực hiện năm 202\d")).first).to_be_visible()
    households = metric(page, "Số hộ được hưởng")

    page.get_by_text("Kịch bản", exact=True).first.click()
    page.get_by_label("Tên của bạn").fill("Lan")
    page.get_by_label("Tên kịch bản").fill("60 tỷ mỗi năm")
    page.get_by_role("button", name="Lưu kế hoạch này thành kịch bản").click()
    expect(page.get_by_text(re.compile("^Đã lưu"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"area=84.*plan=scenarios|plan=scenarios.*area=84"))

    page.get_by_text("Chương trình", exact=True).first.click()  # the settings are those of before
    visit.painted()
    assert metric(page, "Số hộ được hưởng") == households
    assert not visit.outside
