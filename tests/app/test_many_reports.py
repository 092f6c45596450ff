"""The section of the report page that writes the reports of all provinces: it starts, tells, offers, is cancelled."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coverage.pages import _many_reports
from coverage.report_runs import RunRequest, RunResult, run_reports
from coverage.workspace import Workspace

Run = Callable[..., AppTest]


def wait_for_run(app: AppTest) -> AppTest:
    thread = app.session_state["report_run"]._thread
    thread.join(timeout=60)
    assert not thread.is_alive()
    return app.run()


def test_reports_are_written_beside_the_page_and_offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RunRequest] = []

    def run_two(workspace: Workspace, request: RunRequest, folder: Path, **more: Any) -> RunResult:
        asked.append(request)
        return run_reports(workspace, dataclasses.replace(request, provinces=["00", "74"]), folder, **more)

    monkeypatch.setattr(_many_reports, "run_reports", run_two)
    app = run("report", lang="en", section="all")
    app.multiselect(key="many_forms").set_value(["xlsx"])
    app = wait_for_run(app.button(key="many_start").click().run())
    assert not app.exception
    assert len(asked[0].provinces) == 21
    assert [found.value for found in app.success] == ["1 of 2 provinces have a report (Q2 2021, data version v22)."]
    assert any("Provinces without a report: 1" in found.value for found in app.warning)
    assert app.session_state["report_run"].result.file.is_file()


def test_cancelled_run_keeps_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slow_run(workspace: Workspace, request: RunRequest, folder: Path, **more: Any) -> RunResult:
        go_on.wait(timeout=60)
        return run_reports(workspace, request, folder, **more)

    monkeypatch.setattr(_many_reports, "run_reports", slow_run)
    app = run("report", lang="en", section="all")
    app = app.button(key="many_start").click().run()
    app = app.button(key="many_cancel").click().run()
    go_on.set()
    app = wait_for_run(app)
    assert [found.value for found in app.info] == ["The run was cancelled; nothing was kept."]
    assert app.session_state["report_run"].result.file is None
