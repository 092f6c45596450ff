"""The map of another day in a real browser: chosen, painted, told, linked, and back."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def test_figures_of_2021_on_the_map_of_2025(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?area=89")
    before = visit.painted()
    visit.choose("Địa giới ngày", "01/07/2025")
    visit.wait_for_new_paint(before)
    page.get_by_text("Trình bày trên bản đồ ngày 01/07/2025").wait_for()
    page.get_by_role("heading", name="Tỉnh An Giang, Quý II/2021").wait_for()
    assert "boundaries=2025-07-01" in page.url
    assert "area=91" in page.url  # the province that An Giang became
    again = visit.painted()
    visit.choose("Địa giới ngày", "của quý đang xem (01/07/2021)")
    visit.wait_for_new_paint(again)
    assert visit.outside == []


def test_a_commune_tells_what_happened_to_it(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?area=91&boundaries=2025-07-01")
    visit.painted()
    place = page.locator("iframe").bounding_box()
    assert place is not None
    # South of An Giang, where no circle of a master meter lies over the communes.
    page.mouse.click(place["x"] + 0.49 * place["width"], place["y"] + 0.56 * place["height"])
    page.get_by_text("Xã này đã thay đổi thế nào từ năm 2019").click()
    page.get_by_text("01/07/2025, nghị quyết").first.wait_for()
    page.get_by_text("Số liệu này lấy từ đâu").first.click()
    page.get_by_text("(01/07/2021)").first.wait_for()  # the communes that reported
