"""A publisher of files and an office's proxy, both on this machine: servers whose faults the tests choose."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from loaders.boundary_sources import COMMUNES, BoundarySource

NAME = "xa.geojson"


@dataclass
class Publisher:
    """
    One file on a server.

    Parameters
    ----------
    cuts
        After how many bytes each of the next answers breaks off; answers beyond the list are whole.
    statuses
        What the next calls are answered instead of the file.
    pause_s
        How long the server is silent before each answer.
    calls
        Headers of each call so far.
    """

    content: bytes
    etag: str = '"v1"'
    last_modified: str = ""
    has_ranges: bool = True
    obeys_if_range: bool = True
    says_length: bool = True
    kind: str = "application/geo+json"
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    pause_s: float = 0.0
    calls: list[Message] = field(default_factory=list)
    url: str = ""

    def ranges(self) -> list[str | None]:
        return [call["Range"] for call in self.calls]


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _publisher_handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            publisher.calls.append(self.headers)
            time.sleep(publisher.pause_s)
            if publisher.statuses:
                self.send_response(publisher.statuses.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body, start = publisher.content, self._start()
            if start >= len(body) > 0:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            if publisher.says_length:
                self.send_header("Content-Length", str(len(body) - start))
            for name, value in (("ETag", publisher.etag), ("Last-Modified", publisher.last_modified)):
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Type", publisher.kind)
            self.end_headers()
            end = start + publisher.cuts.pop(0) if publisher.cuts else len(body)
            self.wfile.write(body[start:end])
            self.close_connection = True

        def _start(self) -> int:
            asked = self.headers["Range"]
            if not asked or not publisher.has_ranges:
                return 0
            seen = self.headers["If-Range"]
            if seen and publisher.obeys_if_range and seen not in (publisher.etag, publisher.last_modified):
                return 0
            return int(asked.removeprefix("bytes=").removesuffix("-"))

    return Handler


def _proxy_handler(passed: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            passed.append(self.path)
            goal = urlsplit(self.path)
            connection = http.client.HTTPConnection(str(goal.hostname), goal.port)
            connection.request("GET", goal.path, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())
            connection.close()
            self.close_connection = True

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that leaves in the middle is what some tests are about."""


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def publishing(publisher: Publisher) -> Iterator[Publisher]:
    """Serve a file at ``publisher.url``."""
    with _serving(_publisher_handler(publisher)) as address:
        publisher.url = f"{address}/{NAME}"
        yield publisher


@contextmanager
def proxying() -> Iterator[tuple[str, list[str]]]:
    """Run a proxy; give its address and the list of addresses that went through it."""
    passed: list[str] = []
    with _serving(_proxy_handler(passed)) as address:
        yield address, passed


def forget_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the proxy of the machine that runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def source_at(url: str, **changes: Any) -> BoundarySource:
    """Return a source of communes whose file lies at an address, without a checksum."""
    known: dict[str, Any] = {
        "id": "here",
        "title_vi": "Ở đây",
        "title_en": "Here",
        "publisher": "We",
        "page": "http://localhost/page",
        "url": url,
        "file_name": NAME,
        "size_bytes": 0,
        "sha256": "",
        "licence": "MIT",
        "licence_url": "http://localhost/licence",
        "level": COMMUNES,
        "day": date(2025, 7, 1),
        "members": (),
    }
    return BoundarySource(**known | changes)
