"""Work that takes longer than a page may: done beside it, with progress and a way to stop, kept for who asks again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

import streamlit as st

from coverage.kept import Kept
from geodata.errors import PhuDienError
from geodata.language import Language

_JOBS: Final = "plan_jobs"
"""Key of the session's jobs by kind. A thread is no choice, but it belongs to the session and goes with it."""

_WAIT_S: Final = 1.5
"""Most programmes are solved by then: no flicker of a progress bar."""

Result = TypeVar("Result")
Tell = Callable[[Any], bool]
"""Told how far the work is; returns False where it is to stop."""


class Job(Generic[Result]):
    """
    Work while it is done, in a thread of its own: a page that is drawn anew would cut it short.

    Parameters
    ----------
    work
        Does it; is given what to tell progress to.
    """

    def __init__(self, work: Callable[[Tell], Result]) -> None:
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plan", daemon=True)
        self.progress: Any = None
        self.result: Result | None = None
        self.error: PhuDienError | None = None
        self.has_failed = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the work to stop."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most so long."""
        self._thread.join(seconds)

    @property
    def is_running(self) -> bool:
        """Whether it is still being done."""
        return self._thread.is_alive()

    @property
    def was_stopped(self) -> bool:
        """Whether somebody stopped it before it was done."""
        return self._stop.is_set()

    def _run(self) -> None:
        try:
            self.result = self._work(self._tell)
        except PhuDienError as error:
            self.error = error
        except Exception:  # a thread's fault is told on the page and stands in the log
            logging.getLogger(__name__).exception("work beside a page failed")
            self.has_failed = True

    def _tell(self, progress: Any) -> bool:
        self.progress = progress
        return not self._stop.is_set()


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept_jobs(home: str) -> Kept[Job[Any]]:  # noqa: ARG001 -- the home is the key
    return Kept[Job[Any]](24)


def ask(home: str, kind: str, question: Hashable, work: Callable[[Tell], Result]) -> Job[Result]:
    """
    Return the job of a question, begun where nobody asked it before; what this session asked instead is stopped.

    What this session stopped stays as it is until it is asked for by `ask_again`; what another one stopped is begun
    anew.
    """
    held = held_job(kind)
    if held is not None and held[0] == question and not held[1].has_failed:
        return held[1]
    if held is not None and held[1].is_running:
        held[1].stop()

    def begin() -> Job[Any]:
        job = Job(work)
        job.start()
        return job

    job = _kept_jobs(home).get((kind, question), begin)
    if job.was_stopped or job.has_failed:
        job = begin()
    st.session_state.setdefault(_JOBS, {})[kind] = (question, job)
    job.wait(_WAIT_S)
    return job


def held_job(kind: str) -> tuple[Hashable, Job[Any]] | None:
    """Return the question and the job of a kind that this session asked last; None where it asked none."""
    held: tuple[Hashable, Job[Any]] | None = st.session_state.get(_JOBS, {}).get(kind)
    return held


def kept_result(home: str, kind: str, question: Hashable) -> Any:
    """Return what a question that was asked before gave; None where it was not, or is not kept any more."""
    job = _kept_jobs(home).peek((kind, question))
    return None if job is None else job.result


def ask_again(kind: str) -> None:
    """Let the next `ask` of a kind begin anew."""
    st.session_state.get(_JOBS, {}).pop(kind, None)


@st.fragment(run_every=1.0)
def draw_running(
    job: Job[Any],
    kind: str,
    describe: Callable[[Any], tuple[float, str]],
    language: Language,
    *,
    stop: str | None,
) -> None:
    """
    Show how far a job is, every second, and a way to stop it; then the page with its result.

    Parameters
    ----------
    describe
        Share that is done (0 to 1) and its text, for the job's progress (None before the first).
    stop
        What the button says; None where the work cannot be stopped.
    """
    if not job.is_running:
        st.rerun()
    share, text = describe(job.progress)
    st.progress(min(1.0, max(0.0, share)), text=text)
    if stop is not None and st.button(stop, key=f"plan_stop_{kind}", disabled=job.was_stopped):
        job.stop()
        st.caption(language.say("Stopping …"))
