"""Downloading a boundary source from a server on this machine: whole or not at all, resumed, checked, by a proxy."""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import FileError
from loaders import boundary_download
from loaders.boundary_checksums import FIRST_USE, GIVEN, SHIPPED, Checksum
from loaders.boundary_download import Downloaded, Patience, download
from loaders.download_folder import alone
from tests.loaders.publisher import NAME, Publisher, forget_proxies, proxying, publishing, source_at

CONTENT = bytes(range(256)) * 4096
"""One megabyte, in which every place can be told from its neighbours."""

QUICK = Patience(connect_s=2, read_s=2, attempts=3, first_wait_s=0)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_proxies(monkeypatch)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing(Publisher(CONTENT)) as served:
        yield served


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(publisher: Publisher, folder: Path, *, checksum: str = "", size_bytes: int = 0, **options: Any) -> Downloaded:
    expected = Checksum(checksum, SHIPPED) if checksum else Checksum("", FIRST_USE)
    source = source_at(publisher.url, size_bytes=size_bytes)
    return download(source, folder, **{"expected": expected, "patience": QUICK, "wait": lambda _: None} | options)


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def code_of(caught: pytest.ExceptionInfo[FileError]) -> str:
    return caught.value.code


def test_the_file_arrives_whole_and_alone(publisher: Publisher, tmp_path: Path) -> None:
    shown: list[tuple[int, int]] = []
    got = fetch(publisher, tmp_path / "new" / "folder", progress=lambda done, total: shown.append((done, total)))
    assert got.path.read_bytes() == CONTENT
    assert (got.size_bytes, got.sha256, got.resumed_from, got.was_present) == (len(CONTENT), sha256(CONTENT), 0, False)
    assert visible(got.path.parent) == [NAME]
    assert shown[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    assert publisher.calls[0]["Accept-Encoding"] == "identity"


def test_what_is_there_with_the_right_checksum_is_not_fetched_again(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(CONTENT)
    assert fetch(publisher, tmp_path, checksum=sha256(CONTENT)).was_present
    assert publisher.calls == []
    (tmp_path / NAME).write_bytes(b"damaged")
    assert not fetch(publisher, tmp_path, checksum=sha256(CONTENT)).was_present
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_cut_is_resumed_within_the_call(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [300_000, 200_000]
    got = fetch(publisher, tmp_path)
    assert got.path.read_bytes() == CONTENT
    assert publisher.ranges() == [None, "bytes=300000-", "bytes=500000-"]
    assert {call["If-Range"] for call in publisher.calls[1:]} == {'"v1"'}


def cut_call(publisher: Publisher, folder: Path, at: int, **options: Any) -> None:
    """Make a call that breaks off after `at` bytes for good."""
    publisher.cuts = [at]
    publisher.statuses = []
    once = Patience(connect_s=2, read_s=2, attempts=1, first_wait_s=0)
    with pytest.raises(FileError) as caught:
        fetch(publisher, folder, patience=once, **options)
    assert code_of(caught) == "boundary.download-cut"
    assert visible(folder) == [f"{NAME}.part", f"{NAME}.part.json"]
    assert (folder / f"{NAME}.part").read_bytes() == CONTENT[:at]
    publisher.calls.clear()


def test_a_later_call_goes_on_where_the_last_was_cut(publisher: Publisher, tmp_path: Path) -> None:
    cut_call(publisher, tmp_path, 400_000)
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT, 400_000)
    assert publisher.ranges() == ["bytes=400000-"]
    assert visible(tmp_path) == [NAME]


def test_it_resumes_by_the_day_of_the_last_change(publisher: Publisher, tmp_path: Path) -> None:
    publisher.etag, publisher.last_modified = 'W/"weak"', "Tue, 01 Jul 2025 00:00:00 GMT"
    cut_call(publisher, tmp_path, 400_000)
    assert fetch(publisher, tmp_path).resumed_from == 400_000
    assert publisher.calls[0]["If-Range"] == publisher.last_modified


def test_without_a_validator_only_a_known_checksum_allows_to_resume(publisher: Publisher, tmp_path: Path) -> None:
    publisher.etag = ""
    cut_call(publisher, tmp_path, 400_000)
    assert fetch(publisher, tmp_path).resumed_from == 0
    assert publisher.ranges() == [None]
    (tmp_path / NAME).unlink()
    cut_call(publisher, tmp_path, 400_000)
    got = fetch(publisher, tmp_path, checksum=sha256(CONTENT))
    assert (got.resumed_from, publisher.ranges()) == (400_000, ["bytes=400000-"])


def test_every_byte_was_there_already(publisher: Publisher, tmp_path: Path) -> None:
    cut_call(publisher, tmp_path, 400_000)
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT)
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT, len(CONTENT))


def test_a_part_longer_than_the_file_starts_over(publisher: Publisher, tmp_path: Path) -> None:
    cut_call(publisher, tmp_path, 400_000)
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT + b"more")
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT, 0)


def test_a_server_without_ranges_starts_over(publisher: Publisher, tmp_path: Path) -> None:
    publisher.has_ranges = False
    cut_call(publisher, tmp_path, 400_000)
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT, 0)
    assert publisher.ranges() == ["bytes=400000-"]


@pytest.mark.parametrize("obeys_if_range", [True, False])
def test_a_file_that_changed_upstream_starts_over(publisher: Publisher, tmp_path: Path, obeys_if_range: bool) -> None:
    cut_call(publisher, tmp_path, 400_000)
    publisher.content, publisher.etag = CONTENT[::-1], '"v2"'
    publisher.obeys_if_range = obeys_if_range
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT[::-1], 0)


def test_a_change_without_validator_is_found_by_the_checksum(publisher: Publisher, tmp_path: Path) -> None:
    publisher.etag = ""
    cut_call(publisher, tmp_path, 400_000)
    publisher.content = CONTENT[::-1]
    got = fetch(publisher, tmp_path, checksum=sha256(CONTENT[::-1]))
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT[::-1], 0)
    assert publisher.ranges() == ["bytes=400000-", None]


def test_a_part_of_another_address_or_without_its_note_is_not_used(publisher: Publisher, tmp_path: Path) -> None:
    cut_call(publisher, tmp_path, 400_000)
    note = tmp_path / f"{NAME}.part.json"
    note.write_text(note.read_text().replace(publisher.url, "http://elsewhere/"))
    assert fetch(publisher, tmp_path).resumed_from == 0
    (tmp_path / NAME).unlink()
    for damaged in ("[]", "{", ""):
        cut_call(publisher, tmp_path, 400_000)
        note.write_text(damaged)
        assert fetch(publisher, tmp_path).resumed_from == 0
        (tmp_path / NAME).unlink()


def test_a_wrong_checksum_is_refused_and_the_file_before_it_stays(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"from before")
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path, checksum="0" * 64)
    assert code_of(caught) == "boundary.checksum-differs"
    assert sha256(CONTENT) in str(caught.value)
    assert visible(tmp_path) == [NAME]
    assert (tmp_path / NAME).read_bytes() == b"from before"


def test_a_file_of_another_size_is_refused_before_it_comes(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path, size_bytes=5)
    assert code_of(caught) == "boundary.download-size"
    given = Checksum(sha256(CONTENT), GIVEN)
    assert fetch(publisher, tmp_path, size_bytes=5, expected=given).sha256 == given.sha256


def test_faults_that_pass_are_waited_for(publisher: Publisher, tmp_path: Path) -> None:
    publisher.statuses, waits = [503, 429], list[float]()
    patience = Patience(connect_s=2, read_s=2, attempts=3, first_wait_s=1)
    assert fetch(publisher, tmp_path, patience=patience, wait=waits.append).path.read_bytes() == CONTENT
    assert waits == [1, 2]
    publisher.statuses = [503] * 9
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path)
    assert code_of(caught) == "boundary.download-refused"
    assert len(publisher.statuses) == 9 - QUICK.attempts


def test_headway_renews_patience(publisher: Publisher, tmp_path: Path) -> None:
    publisher.cuts = [100_000] * 8
    assert fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    publisher.cuts, publisher.has_ranges = [100_000] * 99, False
    (tmp_path / NAME).unlink()
    with pytest.raises(FileError):
        fetch(publisher, tmp_path)
    assert len(publisher.cuts) == 99 - QUICK.attempts


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_refusal_is_final(publisher: Publisher, tmp_path: Path, status: int) -> None:
    publisher.statuses = [status]
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path)
    assert code_of(caught) == "boundary.download-refused"
    assert str(status) in str(caught.value)
    assert (len(publisher.calls), visible(tmp_path)) == (1, [])


def test_a_sign_in_page_is_not_taken_for_the_file(publisher: Publisher, tmp_path: Path) -> None:
    publisher.kind, publisher.content = "text/html; charset=utf-8", b"<html>sign in</html>"
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path)
    assert (code_of(caught), visible(tmp_path)) == ("boundary.download-not-the-file", [])


def test_a_silent_server_is_given_up(publisher: Publisher, tmp_path: Path) -> None:
    publisher.pause_s = 0.5
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path, patience=Patience(connect_s=1, read_s=0.1, attempts=2, first_wait_s=0))
    assert (code_of(caught), len(publisher.calls)) == ("boundary.download-timeout", 2)


def test_offline_it_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/{NAME}"
    with pytest.raises(FileError) as caught:
        fetch(Publisher(b"", url=url), tmp_path)
    assert code_of(caught) == "boundary.download-unreachable"
    assert "phudien boundaries fetch here --file FILE" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert visible(tmp_path) == []


def test_the_proxy_of_the_settings_is_used(publisher: Publisher, tmp_path: Path) -> None:
    with proxying() as (address, passed):
        publisher.cuts = []
        assert fetch(publisher, tmp_path, proxy_url=address).path.read_bytes() == CONTENT
    assert passed == [publisher.url]


def test_the_proxy_of_the_environment_is_used(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as (address, passed), proxying() as (other, passed_other):
        monkeypatch.setenv("HTTP_PROXY", address)
        fetch(publisher, tmp_path)
        assert passed == [publisher.url]
        fetch(publisher, tmp_path, proxy_url=other)
        assert (len(passed), passed_other) == (1, [publisher.url])


def test_a_proxy_that_is_down_is_told_without_its_password(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path, proxy_url="http://an:secret@127.0.0.1:1")
    assert code_of(caught) == "boundary.download-proxy"
    assert "secret" not in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert publisher.calls == []


def test_a_folder_that_cannot_be_written(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path / "file")
    assert code_of(caught) == "boundary.download-folder"
    assert publisher.calls == []


def test_a_disk_without_room_is_told_before(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(boundary_download.shutil, "disk_usage", lambda _: usage._replace(free=len(CONTENT) - 1))
    with pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path)
    assert (code_of(caught), visible(tmp_path)) == ("boundary.download-disk-full", [])
    monkeypatch.setattr(boundary_download.shutil, "disk_usage", lambda _: usage._replace(free=len(CONTENT)))
    assert fetch(publisher, tmp_path).sha256 == sha256(CONTENT)


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX systems do")
def test_a_disk_that_fills_up_keeps_what_arrived(publisher: Publisher, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, before[1]))
        with pytest.raises(FileError) as caught:
            fetch(publisher, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert code_of(caught) == "boundary.download-folder"
    kept = (tmp_path / f"{NAME}.part").stat().st_size
    assert 0 < kept <= 600_000
    got = fetch(publisher, tmp_path)
    assert (got.path.read_bytes(), got.resumed_from) == (CONTENT, kept)


def test_two_calls_do_not_write_one_part(publisher: Publisher, tmp_path: Path) -> None:
    with alone(tmp_path / f".{NAME}.lock"), pytest.raises(FileError) as caught:
        fetch(publisher, tmp_path)
    assert code_of(caught) == "boundary.download-twice"
    assert fetch(publisher, tmp_path).sha256 == sha256(CONTENT)


def test_a_length_that_is_not_said_still_gives_the_whole_file(publisher: Publisher, tmp_path: Path) -> None:
    publisher.says_length = False
    assert fetch(publisher, tmp_path).path.read_bytes() == CONTENT
    assert visible(tmp_path) == [NAME]
