"""The reports of all provinces at once: chosen, written beside the page with progress and a way to stop, downloaded."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _state
from coverage.report_files import FORMS
from coverage.report_runs import RunRequest, RunResult, run_reports
from coverage.workspace import Workspace
from geodata.errors import PhuDienError
from geodata.language import Language
from geodata.periods import Period

_FIRST_FORMS = ("xlsx", "pdf")
_JOB = "report_run"
"""Key of the session's run. A thread is no choice, but it belongs to the session and goes with it."""


@dataclass
class _Job:
    """A run of reports while it is written, in a thread of its own: a page that is drawn anew would cut it short."""

    workspace: Workspace
    request: RunRequest
    done: int = 0
    name: str = ""
    result: RunResult | None = None
    error: PhuDienError | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="phudien_reports_")))
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)  # goes with the session

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="report run", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.result = run_reports(
                self.workspace,
                self.request,
                self._folder,
                progress=self._tell,
                is_stopped=self._stop.is_set,
            )
        except PhuDienError as error:
            self.error = error

    def _tell(self, done: int, _all: int, name: str) -> None:
        self.done, self.name = done, name


def draw(choices: _state.Choices) -> None:
    """Draw the section."""
    assert choices.period is not None
    say = choices.language.say
    job: _Job | None = st.session_state.get(_JOB)
    if job is not None and job.is_running:
        _draw_running(choices.language)
        return
    st.write(
        say(
            "The reports of all provinces of a quarter as one .zip file with an index. They all rest on the data of "
            "the moment at which you begin."
        )
    )
    forms = st.multiselect(
        say("Forms"),
        list(FORMS),
        default=[form for form in _FIRST_FORMS if form in FORMS],
        format_func=lambda form: f".{form}",
        key="many_forms",
        placeholder=say("Choose at least one"),
    )
    if st.button(say("Write all reports"), type="primary", disabled=not forms, key="many_start"):
        request = RunRequest(
            provinces=list(choices.units.provinces.index),
            period=Period.parse(choices.period),
            language=choices.language,
            forms=forms,
            told_on=date.fromisoformat(choices.told_on),
        )
        job = _Job(_cache.workspace(), request)
        st.session_state[_JOB] = job
        job.start()
        st.rerun()
    if job is not None:
        _draw_result(job, choices.language)


@st.fragment(run_every=1.0)
def _draw_running(language: Language) -> None:
    """Show how far the run is, every second, and a way to stop it; then the page with its result."""
    say, job = language.say, st.session_state[_JOB]
    if not job.is_running:
        st.rerun()
    every = len(job.request.provinces)
    text = say("{done} of {all} provinces written; now: {name}", done=job.done, all=every, name=job.name)
    st.progress(job.done / every, text=text)
    if st.button(say("Cancel"), key="many_cancel"):
        job.stop()
        st.caption(say("Stopping after the file that is being written …"))


def _draw_result(job: _Job, language: Language) -> None:
    say = language.say
    if job.error is not None:
        st.error(language.explain(job.error))
        return
    result = job.result
    if result is None:
        st.error(say("The run ended because of a fault of the program; the log of the server has more."))
        return
    if result.file is None:
        st.info(say("The run was cancelled; nothing was kept."))
        return
    written = len(result.rows) - len(result.failed)
    st.success(
        say(
            "{done} of {all} provinces have a report ({period}, data version {version}).",
            done=written,
            all=len(result.rows),
            period=language.period(job.request.period),
            version=result.data_version,
        )
    )
    st.download_button(
        say("Download all reports (.zip)"),
        result.file.read_bytes,  # when it is asked for: some 20 MB
        file_name=result.file.name,
        mime="application/zip",
        type="primary",
        icon=":material/folder_zip:",
        key="many_download",
        on_click="ignore",
    )
    if result.failed:
        st.warning(say("Provinces without a report: {n}", n=len(result.failed)))
    table = pd.DataFrame(
        {
            say("Province"): [row.province_name for row in result.rows],
            say("Files"): [", ".join(row.files.values()) for row in result.rows],
            say("Problem"): [row.problem for row in result.rows],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
