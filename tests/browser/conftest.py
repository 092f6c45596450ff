"""A started server on a demo workspace, and a page of a real browser that may talk to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, WebSocket, sync_playwright

from coverage.workspace import Workspace

# Debian's chromium looks for its maker's servers at every start; none of that is the app's doing.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """A browser page on the app, with what it asked for outside and what went over its socket."""

    page: Page
    address: str
    home: Path
    outside: list[str] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.outside.append(request.url)

    def note_socket(self, socket_: WebSocket) -> None:
        socket_.on("framesent", lambda frame: self.frames.append(len(frame)))
        socket_.on("framereceived", lambda frame: self.frames.append(len(frame)))

    def painted(self) -> str:
        """Wait for the map and return the key of what is painted on it."""
        body = self.page.frame_locator("iframe").locator("body[data-painted]")
        body.wait_for(timeout=60_000)
        return str(body.get_attribute("data-painted"))

    def wait_for_new_paint(self, before: str) -> float:
        """Wait until something else is painted; return the seconds that it took."""
        begin = time.monotonic()
        while self.painted() == before:
            if time.monotonic() - begin > 30:
                raise AssertionError("the map was not painted anew within 30 s")
            time.sleep(0.01)
        return time.monotonic() - begin

    def choose(self, label: str, option: str) -> None:
        """Pick an option of a list by its text."""
        self.page.get_by_role("combobox", name=label).first.click()
        self.page.get_by_role("option", name=option, exact=True).click()


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium on this machine")
    return found


@pytest.fixture
def visit(chromium: str, tmp_path: Path) -> Iterator[Visit]:
    """Start the app on a demo workspace of its own, and open a browser page."""
    home = tmp_path / "workspace"
    workspace = Workspace(home)
    workspace.make_demo()
    workspace.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "coverage.cli", "serve", "--workspace", str(home), "--port", str(port)]
    environment = os.environ | {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
            page = browser.new_page(viewport={"width": 1400, "height": 1100}, locale="vi-VN")
            page.set_default_timeout(60_000)
            opened = Visit(page, address, home)
            page.on("request", opened.note_request)
            page.on("websocket", opened.note_socket)
            yield opened
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("the app did not start within 60 s")
