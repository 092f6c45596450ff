"""A manager clicks from the company down to a district, and on to another province; the address follows."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def click_first_row(page: Page, *, until: str) -> None:
    """Choose the first row of the scorecard; again, where the table was still growing when it was clicked."""
    heading, table = page.get_by_role("heading", level=3).first, page.get_by_test_id("stDataFrame").first
    for _ in range(20):
        with contextlib.suppress(PlaywrightError):  # a table that is drawn anew meanwhile is sought again
            table.scroll_into_view_if_needed()
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(500)
        box = table.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 16, box["y"] + 52)
        for _ in range(20):
            page.wait_for_timeout(250)
            if re.match(until, heading.inner_text()):
                return
    raise AssertionError(f"no click led to {until}")


def test_rows_lead_down_and_the_side_bar_leads_on(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/progress")
    page.get_by_test_id("stDataFrame").first.wait_for()
    click_first_row(page, until="Tỉnh Cà Mau")  # most households still to connect
    expect(page).to_have_url(re.compile(r"area=96&"))
    click_first_row(page, until=r"Huyện .*, Tỉnh Cà Mau")
    expect(page).to_have_url(re.compile(r"district=9\d\d"))
    district = page.get_by_role("heading", level=3).first.inner_text().split(",")[0]
    box = page.get_by_role("combobox", name="Huyện").first
    expect(box).to_have_value(district)  # the box follows the click, and leads up again
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # a list that opens while the page still scrolls is closed again
    visit.choose("Huyện", "toàn tỉnh")
    expect(page.get_by_role("heading", level=3).first).to_have_text(re.compile("^Tỉnh Cà Mau"))
    expect(page).to_have_url(re.compile(r"district=all"))
    click_first_row(page, until=r"Huyện .*, Tỉnh Cà Mau")
    expect(box).to_have_value(district)
    visit.choose("Địa bàn", "Tỉnh Trà Vinh")
    expect(page.get_by_role("heading", level=3).first).to_have_text(re.compile("^Tỉnh Trà Vinh"))
    expect(page).to_have_url(re.compile(r"area=84&.*district=all"))
    assert not visit.outside
