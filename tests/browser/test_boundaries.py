"""A boundary file of the wrong zone with a commune nobody knows: zone stated, commune assigned by hand, layer added."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from coverage.boundary_layers import BoundaryChoices
from coverage.workspace import Workspace
from tests.browser.conftest import Visit
from tests.geodata.four_communes import CODES, drawn

pytestmark = pytest.mark.browser

VN2000 = "VN-2000 / TM-3 104-45: An Giang"


def boundary_file(folder: Path) -> Path:
    """Return three communes by name and one that is called otherwise, in metres of An Giang's zone, not said."""
    features = drawn(
        TENTINH=["An Giang"] * 4,
        TENHUYEN=["Châu Phú"] * 4,
        TENXA=["Cái Dầu", "Mỹ Đức", "Mỹ Phú", "Khu kinh tế mới"],
    )
    features.loc[1, "geometry"] = features.geometry.iloc[1].buffer(0.00002)
    metres = features.to_crs("EPSG:9208")
    path = folder / "chau_phu.gpkg"
    metres.set_crs("EPSG:5897", allow_override=True).to_file(path, engine="pyogrio")
    return path


def _choose_commune(page: Page, name: str) -> None:
    """Pick a commune in the last column of the first row of the table of open features, by the keyboard."""
    grid = page.get_by_test_id("stDataFrame").filter(has=page.locator("canvas")).nth(1)
    chooser = page.locator("#portal input")
    for _ in range(20):  # the canvas may still be growing when it is clicked
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 52)
        page.wait_for_timeout(500)
        page.keyboard.press("Enter")
        # As long as a busy machine needs: a click that comes too early would close what is opening.
        with contextlib.suppress(PlaywrightTimeout):
            chooser.wait_for(timeout=6_000)
        if chooser.is_visible():
            break
    chooser.fill(name)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)


def test_boundaries_are_checked_mended_by_hand_and_added(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1400, "height": 2300})
    page.goto(f"{visit.address}/data")
    page.get_by_role("tab", name="Ranh giới").click()
    tab = page.get_by_role("tabpanel", name="Ranh giới")  # other tabs have a name and an uploader too
    tab.get_by_label("Tên của bạn").fill("An")
    tab.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(str(boundary_file(tmp_path)))
    page.get_by_role("button", name="Kiểm tra tệp").click()
    refused = page.get_by_test_id("stAlertContentError")
    expect(refused).to_contain_text("EPSG:9208 (VN-2000 / TM-3 104-45)")
    visit.choose("Hệ tọa độ của tệp", VN2000)
    expect(page.get_by_text("theo bạn nêu")).to_be_visible()
    expect(page.get_by_text("theo tên: 3; chưa nhận ra: 1")).to_be_visible()
    expect(page.get_by_text("153 xã không có trong tệp")).to_be_visible()
    _choose_commune(page, "Ô Long Vỹ")
    page.get_by_role("button", name="Áp dụng lựa chọn").click()
    expect(page.get_by_text("theo tên: 3; gán bằng tay: 1")).to_be_visible()
    page.screenshot(path=str(tmp_path / "checked.png"))
    page.get_by_role("button", name="Thêm lớp này").click()
    expect(page.get_by_text("Đã thêm: 4 xã")).to_be_visible()
    workspace = Workspace(visit.home)
    [record] = workspace.boundary_layers()
    assert (record.units_matched, record.source_crs, record.created_by) == (4, "EPSG:9208", "An")
    shown = workspace.map_layer("89")
    assert list(shown.loc[~shown["is_approximate"], "commune_code"]) == list(CODES)
    # What was assigned is known in the next file of this layout.
    again = workspace.boundaries.check(boundary_file(tmp_path).read_bytes(), "b.gpkg", BoundaryChoices(crs="EPSG:9208"))
    assert again.layer.recognition.counts["hand"] == 1
    workspace.close()
    assert visit.outside == []
