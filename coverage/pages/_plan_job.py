"""A plan solved beside the page, with progress and a way to stop; what was solved before comes back at once."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import pandas as pd
import streamlit as st

from coverage.kept import Kept
from coverage.pages import _plan_cache
from coverage.planning.plan import Plan
from coverage.planning.programme import SolveProgress
from coverage.planning.request import PlanRequest
from coverage.planning_desk import PlanningDesk
from geodata.errors import PhuDienError
from geodata.language import Language

_JOB: Final = "plan_job"
"""Key of the session's solve. A thread is no choice, but it belongs to the session and goes with it."""


@dataclass
class SolveJob:
    """A plan while it is solved, in a thread of its own: a page that is drawn anew would cut it short."""

    desk: PlanningDesk
    request: PlanRequest
    start_years: pd.Series[int] | None = None
    progress: SolveProgress | None = None
    plan: Plan | None = None
    error: PhuDienError | None = None
    has_failed: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to solve."""
        self._thread = threading.Thread(target=self._run, name="plan", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the solver to stop; the best programme until then is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether it is still being solved."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def was_stopped(self) -> bool:
        """Whether the user stopped it."""
        return self._stop.is_set()

    def _run(self) -> None:
        try:
            self.plan = self.desk.plan(self.request, start=self.start_years, on_progress=self._tell)
        except PhuDienError as error:
            self.error = error
        except Exception:  # a thread's fault is told on the page and stands in the log
            logging.getLogger(__name__).exception("a plan was not solved")
            self.has_failed = True

    def _tell(self, progress: SolveProgress) -> bool:
        self.progress = progress
        return not self._stop.is_set()


@st.cache_resource(max_entries=4, show_spinner=False)
def _solved(home: str) -> Kept[SolveJob]:  # noqa: ARG001 -- the home is the key
    return Kept[SolveJob](12)


def solve(home: str, version: str, request: PlanRequest) -> SolveJob:
    """
    Return the solve of a request, begun where it was not solved before.

    Parameters
    ----------
    home, version
        Workspace and version of its data.
    """
    question = (version, request.to_json())
    held: tuple[object, SolveJob] | None = st.session_state.get(_JOB)
    if held is not None and held[0] == question and not held[1].was_stopped:
        return held[1]
    if held is not None and held[1].is_running:
        held[1].stop()
    before = held[1].plan if held is not None else None

    def begin() -> SolveJob:
        job = SolveJob(_plan_cache.desk(), request, None if before is None else before.programme.year)
        job.start()
        return job

    job = _solved(home).get(question, begin)
    if job.was_stopped or job.has_failed:
        job = begin()
    st.session_state[_JOB] = (question, job)
    job.wait(1.5)  # most are solved by then: no flicker of a progress bar
    return job


@st.fragment(run_every=1.0)
def draw_running(job: SolveJob, time_limit_s: float, language: Language) -> None:
    """Show how far the solver is, every second, and a way to stop it; then the page with its result."""
    say = language.say
    if not job.is_running:
        st.rerun()
    progress = job.progress
    if progress is None or progress.gap is None:
        st.progress(0.0, text=say("Reckoning the cases and looking for a first programme …"))
    else:
        text = say(
            "Looking for better programmes: {seconds} s, at most {gap} from the best possible.",
            seconds=int(progress.seconds),
            gap=language.share(Decimal(repr(progress.gap)), decimals=1),
        )
        st.progress(min(1.0, progress.seconds / time_limit_s), text=text)
    if st.button(say("Stop and keep the best found"), key="plan_stop"):
        job.stop()
