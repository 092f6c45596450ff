"""The sources of boundaries, the record of their checksums, and what is made of their files."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from geodata.errors import FileError, PhuDienError, WorkspaceError
from loaders import boundary_unpacking
from loaders.boundary_checksums import (
    FIRST_USE,
    GIVEN,
    RECORDED,
    SHIPPED,
    Checksum,
    expected_checksum,
    record_checksum,
    refuse_other_file,
)
from loaders.boundary_files import SUFFIXES, open_boundary_file
from loaders.boundary_sources import COMMUNES, DISTRICTS, find_source, load_boundary_sources
from loaders.boundary_unpacking import boundary_file_of
from loaders.reference import load_units_2025
from tests.loaders.publisher import source_at

A, B = "a" * 64, "b" * 64


def test_the_sources_are_complete_and_their_addresses_fixed() -> None:
    sources = load_boundary_sources()
    assert len({source.id for source in sources}) == len(sources) >= 2
    for source in sources:
        assert urlsplit(source.url).scheme == urlsplit(source.page).scheme == "https"
        assert re.fullmatch(r"[0-9a-f]{64}", source.sha256) or source.sha256 == ""
        assert source.level in (COMMUNES, DISTRICTS)
        assert all((source.title_vi, source.title_en, source.licence, source.publisher))
        assert Path(source.file_name).suffix in SUFFIXES
        assert (source.file_name.endswith(".zip")) == bool(source.members)
        # A branch such as main serves another file from one day to the next.
        assert re.search(r"/[0-9a-f]{40}/|/gadm4\.1/", source.url)
    with pytest.raises(PhuDienError, match="communes-2025"):
        find_source("nowhere")


def test_the_source_of_2025_takes_the_provinces_of_the_unit_list() -> None:
    provinces = load_units_2025().provinces.index
    assert [pattern[:2] for pattern in find_source("communes-2025").members] == sorted(provinces)


def test_a_checksum_is_given_else_shipped_else_recorded_else_not_known(tmp_path: Path) -> None:
    shipped, bare = source_at("http://x/1", sha256=A), source_at("http://x/1")
    assert expected_checksum(shipped, tmp_path, B.upper()) == Checksum(B, GIVEN)
    assert expected_checksum(shipped, tmp_path) == Checksum(A, SHIPPED)
    assert expected_checksum(bare, tmp_path) == Checksum("", FIRST_USE)
    record_checksum(bare, tmp_path, B, day=date(2026, 11, 24))
    assert expected_checksum(bare, tmp_path) == Checksum(B, RECORDED, "2026-11-24")
    assert expected_checksum(source_at("http://x/2"), tmp_path).origin == FIRST_USE
    record_checksum(source_at("http://x/2"), tmp_path, A, day=date(2026, 11, 25))
    assert expected_checksum(bare, tmp_path).sha256 == B
    assert "2026-11-24" in str(refuse_other_file(bare, expected_checksum(bare, tmp_path), A))


@pytest.mark.parametrize("given", ["abc", "g" * 64, A + "0"])
def test_what_is_no_checksum_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(PhuDienError) as caught:
        expected_checksum(source_at("http://x"), tmp_path, given)
    assert caught.value.code == "call.checksum-unreadable"


@pytest.mark.parametrize("damaged", ["{", "[]", '{"http://x": {}}', '{"http://x": 5}', "\x00"])
def test_a_damaged_record_is_never_taken_for_an_empty_one(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "checksums.json").write_text(damaged)
    with pytest.raises(WorkspaceError):
        expected_checksum(source_at("http://x"), tmp_path)


def commune(code: str, longitude: float) -> str:
    ring = [[longitude, 10], [longitude + 1, 10], [longitude + 1, 11], [longitude, 10]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": code, "name": "Mỹ Đức"}, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)


def packed(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


WARDS = {
    "geojson/91_an_giang/wards/30469_my_duc.geojson": commune("30469", 105),
    "geojson/91_an_giang/91_an_giang.geojson": commune("91", 105),
    "geojson/01_ha_noi/wards/00004_ba_dinh.geojson": commune("00004", 106),
    "geojson/86_vinh_long/wards/29000_x.geojson": commune("29000", 106),
}


def test_the_communes_of_a_zip_become_one_file(tmp_path: Path) -> None:
    source = source_at("http://x", members=("91_*/wards/*.geojson", "86_*/wards/*.geojson"))
    made = boundary_file_of(source, packed(tmp_path / "a.zip", WARDS), tmp_path / "out")
    layer = open_boundary_file(made.read_bytes(), file_name=made.name).features
    assert layer["code"].tolist() == ["29000", "30469"]
    assert layer["name"].tolist() == ["Mỹ Đức"] * 2
    assert layer.crs.to_epsg() == 4326
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["here.geojson"]


def test_one_member_is_taken_as_it_is(tmp_path: Path) -> None:
    source = source_at("http://x", members=("30469_*.geojson",))
    made = boundary_file_of(source, packed(tmp_path / "a.zip", WARDS), tmp_path)
    assert made.read_text(encoding="utf-8") == commune("30469", 105)
    assert boundary_file_of(source_at("http://x"), made, tmp_path) == made


def test_a_zip_that_is_not_what_it_should_be_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    short = packed(tmp_path / "short.zip", WARDS)
    short.write_bytes(short.read_bytes()[:-30])
    files = {
        "no.zip": ("91_*/wards/*.geojson",),
        "short.zip": ("91_*/wards/*.geojson",),
        "none.zip": ("77_*/wards/*.geojson",),
        "odd.zip": ("a.geojson", "b.geojson"),
    }
    packed(tmp_path / "none.zip", WARDS)
    packed(tmp_path / "odd.zip", {"a.geojson": "[1, 2]", "b.geojson": "{}"})
    for name, members in files.items():
        with pytest.raises(FileError) as caught:
            boundary_file_of(source_at("http://x", members=members), tmp_path / name, tmp_path / "out")
        assert caught.value.code == "boundary.download-unreadable"
    monkeypatch.setattr(boundary_unpacking, "MOST_UNPACKED_BYTES", 100)
    with pytest.raises(FileError, match="100 bytes"):
        boundary_file_of(source_at("http://x", members=("*.geojson",)), tmp_path / "none.zip", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
