"""`phudien boundaries sources` and `fetch`, from a publisher on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coverage import boundary_download_commands
from coverage.cli import main
from coverage.workspace import Workspace
from geodata.language import Language
from loaders.boundary_sources import DISTRICTS, BoundarySource, find_source
from loaders.settings import read_settings
from tests.loaders.publisher import NAME, Publisher, forget_proxies, proxying, publishing, source_at


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_proxies(monkeypatch)


def layer(code: str) -> bytes:
    ring = [[105, 10.5], [105.1, 10.5], [105.1, 10.6], [105, 10.5]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": code, "ten_xa": "Mỹ Đức"}, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False).encode("utf-8")


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with publishing(Publisher(layer("30469"))) as served:
        source = source_at(served.url)
        offer(source, monkeypatch)
        yield served


def offer(source: BoundarySource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_download_commands, "find_source", lambda _: source)
    monkeypatch.setattr(boundary_download_commands, "load_boundary_sources", lambda: [source])


def call(home: Path, *arguments: str) -> int:
    return main(["boundaries", *arguments, "--workspace", str(home), "--lang", "en"])


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_it_downloads_records_and_says_how_to_add(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "office"
    assert call(home, "fetch", "here") == 0
    out = capsys.readouterr().out
    file = home.resolve() / "downloads" / NAME
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert "this one is recorded" in out
    assert digest in out
    assert f"phudien boundaries add {file} --as-of 2025-07-01 --workspace {home}" in out
    assert Workspace(home).boundary_layers() == []
    assert call(home, "fetch", "here", "--json") == 0
    again = answer(capsys)
    assert (again["checksum"], again["was_present"], again["added"]) == ("recorded", True, None)
    assert len(publisher.calls) == 1


def test_a_file_that_changed_since_the_first_download_is_refused(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "fetch", "here") == 0
    file = tmp_path / "downloads" / NAME
    file.unlink()
    publisher.content, publisher.etag = layer("30472"), '"v2"'
    digest = hashlib.sha256(publisher.content).hexdigest()
    capsys.readouterr()
    assert call(tmp_path, "fetch", "here", "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "boundary.checksum-differs"
    assert "downloaded first" in captured.err
    assert digest in captured.err
    assert not file.exists()
    # With its checksum given it is taken, and is what later calls are held against.
    assert call(tmp_path, "fetch", "here", "--sha256", digest) == 0
    file.unlink()
    capsys.readouterr()
    assert call(tmp_path, "fetch", "here", "--json") == 0
    assert answer(capsys)["checksum"] == "recorded"


def test_a_checksum_is_recorded_only_of_what_could_be_read(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(source_at(publisher.url, members=("x.geojson",)), monkeypatch)
    assert call(tmp_path, "fetch", "here") == 1
    assert not (tmp_path / "downloads" / "checksums.json").exists()


def test_with_add_it_is_added_at_once(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(tmp_path, "fetch", "here", "--add", "--user", "An", "--json") == 0
    found = answer(capsys)
    assert (found["added"]["units_matched"], found["added"]["unit_list"]) == (1, "2025-07-01")
    [record] = Workspace(tmp_path).boundary_layers()
    assert (record.created_by, record.valid_on) == ("An", "2025-07-01")
    publisher.content = layer("99999").replace("Mỹ Đức".encode(), "Không có".encode())
    assert (
        call(tmp_path, "fetch", "here", "--add", "--json", "--sha256", hashlib.sha256(publisher.content).hexdigest())
        == 1
    )
    assert "error" in answer(capsys)["added"]
    publisher.content = layer("30469")
    offer(source_at(publisher.url, level=DISTRICTS), monkeypatch)
    publisher.calls.clear()
    assert call(tmp_path, "fetch", "here", "--add") == 2
    assert publisher.calls == []


def test_a_copy_carried_over_is_checked_and_taken(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "usb.geojson"
    copy.write_bytes(publisher.content)
    digest = hashlib.sha256(publisher.content).hexdigest()
    offer(source_at(publisher.url, sha256=digest), monkeypatch)
    assert call(tmp_path / "office", "fetch", "here", "--file", str(copy), "--add", "--json") == 0
    assert answer(capsys)["checksum"] == "shipped"
    copy.write_bytes(publisher.content + b" ")
    assert call(tmp_path / "office", "fetch", "here", "--file", str(copy)) == 1
    assert call(tmp_path / "office", "fetch", "here", "--file", str(tmp_path / "absent")) == 2
    assert publisher.calls == []
    assert copy.exists()


def test_the_proxy_of_the_workspace_is_used(publisher: Publisher, tmp_path: Path) -> None:
    with proxying() as (address, passed):
        (tmp_path / "settings.toml").write_text(f'proxy_url = "{address}"', encoding="utf-8")
        assert call(tmp_path, "fetch", "here", "-o", str(tmp_path / "elsewhere")) == 0
    assert passed == [publisher.url]
    assert (tmp_path / "elsewhere" / NAME).read_bytes() == publisher.content


def test_a_proxy_setting_that_is_no_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('proxy_url = "an:secret@proxy:3128"', encoding="utf-8")
    assert call(tmp_path, "fetch", "communes-2025") == 2
    assert read_settings(tmp_path / "none", {"PHUDIEN_PROXY_URL": "http://proxy:3128"}).proxy_url == "http://proxy:3128"


def test_sources_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "sources", "--json") == 0
    listed = {source["id"]: source for source in answer(capsys)["sources"]}
    assert listed["communes-2025"]["sha256"] == find_source("communes-2025").sha256
    assert listed["gadm-communes"]["sha256"] is None
    assert call(tmp_path, "sources") == 0
    out = capsys.readouterr().out
    assert "Checksum not pinned: recorded at the first download and checked from then on" in out
    assert "https://gadm.org/license.html" in out
    assert main(["boundaries", "fetch", "nowhere", "--workspace", str(tmp_path)]) == 2


def test_progress_is_shown_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show = boundary_download_commands._progress_printer(Language("en"))
    for done in range(0, 2_000_001, 1000):
        show(done, 2_000_000)
    err = capsys.readouterr().err
    assert err.endswith("2.0 of 2.0 MB   \n")
    assert err.count("\n") == 1
    assert err.count("\r") < 20


@pytest.mark.parametrize("start", ["import app_probe", "from coverage import cli; cli._parser(cli.Language())"])
def test_nothing_is_fetched_by_the_start(start: str, tmp_path: Path) -> None:
    """Importing what the app imports, or reading the command line, opens no connection."""
    probe = "import coverage.surveys, coverage.workspace; coverage.workspace.Workspace(pathlib.Path(sys.argv[1]))"
    code = (
        "import pathlib, socket, sys\n"
        "def refuse(*_): raise SystemExit('a connection was opened')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
    ) + (probe if start == "import app_probe" else start)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_real_units_of_2025_are_read_from_such_a_zip(
    shared_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real layer of An Giang, laid out as the publisher does: one file a commune, in a zip."""
    whole = json.loads((shared_folder / "data/wards_2025/91_an_giang.geojson").read_text(encoding="utf-8"))
    packed = tmp_path / "p.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for feature in whole["features"]:
            name = f"geojson/91_an_giang/wards/{feature['properties']['code']}_x.geojson"
            archive.writestr(name, json.dumps({"type": "FeatureCollection", "features": [feature]}))
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    with publishing(Publisher(packed.read_bytes(), kind="application/zip")) as served:
        real = find_source("communes-2025")
        offer(replace(real, url=served.url, sha256=digest, size_bytes=packed.stat().st_size), monkeypatch)
        assert call(tmp_path / "office", "fetch", "communes-2025", "--add", "--json") == 0
    found = answer(capsys)
    assert (found["added"]["units_matched"], found["added"]["unmatched"]) == (102, [])
    shutil.rmtree(tmp_path / "office")
