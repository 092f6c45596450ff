"""The official areas: what is shipped, and that it is what the sources give."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from loaders.reference import LIST_DATE_2021, LIST_DATE_2025, areas, load_units, load_units_2025
from loaders.reference.packages import read_packages
from loaders.reference.tables import load_official_areas


def test_all_communes_of_2025_but_one_have_an_area_and_few_of_2021_do() -> None:
    later, earlier = load_official_areas(LIST_DATE_2025), load_official_areas(LIST_DATE_2021)
    assert set(load_units_2025().communes.index) - set(later.index) == {"28435"}  # 0 in the package
    assert (later["area_km2"] > 0).all()
    assert set(earlier.index) <= set(load_units().communes.index)
    assert 0 < len(earlier) < 50
    assert earlier.loc["30285", "area_km2"] == 0.89  # Phường Đông Xuyên: "có 89 ha"
    assert load_official_areas(date(2019, 1, 1)).empty


def test_areas_of_2025_are_those_of_the_package() -> None:
    built = areas.areas_2025(read_packages(), load_units_2025())
    shipped = load_official_areas(LIST_DATE_2025)
    assert built.set_index("code")["area_km2"].to_dict() == shipped["area_km2"].to_dict()


@pytest.mark.parametrize(
    ("note", "name", "area"),
    [
        ("Xã Đạ Nhim có 23.993 ha diện tích tự nhiên", "Đạ Nhim", 239.93),
        ("Thành lập ... Phường Phú Đức có 403,62 ha diện tích", "Phú Đức", 4.0362),
        ("phường Quang Vinh có 1,79 km² và", "Quang Vinh", 1.79),
        ("nhập toàn bộ 0,14 km2 của phường Bùi Thị Xuân vào phường Nguyễn Du", "Nguyễn Du", None),
        ("Xã Đạ Nhim có 23.993 ha", "Đạ Sar", None),
    ],
)
def test_area_of_a_note_is_that_of_its_own_commune(note: str, name: str, area: float | None) -> None:
    assert areas.stated_area_km2(note, name) == area


def test_communes_that_were_touched_since_have_no_area() -> None:
    notes = pd.DataFrame({"code": ["30285"], "note": ["Phường Đông Xuyên có 89 ha diện tích"]})
    assert len(areas.areas_2021(notes, load_units(), set())) == 1
    assert areas.areas_2021(notes, load_units(), {"30285"}).empty


@pytest.mark.shared
def test_rebuilding_gives_the_shipped_file(
    shared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shared_folder.is_dir()
    shipped = areas.FILE.read_bytes()
    monkeypatch.setattr(areas, "FILE", tmp_path / "official_areas.csv")
    areas.main()
    assert (tmp_path / "official_areas.csv").read_bytes() == shipped
