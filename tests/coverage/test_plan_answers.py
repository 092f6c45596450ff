"""Plans as commands answer them: progress that Ctrl+C ends, gaps that JSON can hold, rows of what is wrong."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from coverage.plan_answers import answer_of, problem_place, solver_progress
from coverage.planning.programme import SolveProgress
from geodata.language import Language
from tests.plan_samples import plan_report
from tests.plans_of_four import plan

NOW = SolveProgress(seconds=2.0, score=0.5, bound=0.6, gap=0.2)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_progress_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with solver_progress(60, Language("en")) as tell:
        assert tell(NOW)
        assert tell(replace(NOW, gap=float("inf")))
    lines = shown.getvalue().split("\r")
    assert "2/60 s, at most 20.0% from the best possible" in lines[1]
    assert lines[-2].strip() == lines[-1] == ""


def test_a_file_gets_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with solver_progress(60, Language()) as tell:
        assert tell(NOW)
    assert capsys.readouterr().err == ""


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Let Ctrl+C be heard as in a terminal: tests that a shell runs beside others are started with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def solve_until_stopped(told: list[bool], *, presses: int) -> None:
    with solver_progress(60, Language()) as tell:
        told.append(tell(NOW))
        for _ in range(presses):
            signal.raise_signal(signal.SIGINT)  # to this thread: two to the process may arrive as one
        told.append(tell(NOW))


def test_ctrl_c_stays_ignored_where_it_is() -> None:
    before, told = signal.signal(signal.SIGINT, signal.SIG_IGN), []
    try:
        solve_until_stopped(told, presses=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [True, True]


@pytest.mark.usefixtures("hears_ctrl_c")
@pytest.mark.parametrize(("presses", "heard"), [(1, [True, False]), (2, [True])])
def test_ctrl_c_stops_the_solver_and_a_second_one_does_not_wait_for_it(presses: int, heard: list[bool]) -> None:
    before, told = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt):
        solve_until_stopped(told, presses=presses)
    assert told == heard
    assert signal.getsignal(signal.SIGINT) is before


def test_a_gap_without_end_is_no_number_for_other_programs() -> None:
    endless = replace(plan(), programme=replace(plan().programme, gap=float("inf")))
    found = json.loads(json.dumps(answer_of(endless, plan_report("en")), allow_nan=False))
    assert found["gap"] is None
    assert sum(row["households"] for row in found["remains"]) == 40


def test_a_problem_is_placed_by_file_and_row_where_it_has_them() -> None:
    [row, rule] = plan_report("en").problems.to_dict("records")
    assert problem_place(row, Language("en")) == "P9 (điểm mua buôn (1).xlsx, row 7)"
    assert problem_place(rule, Language("en")) == "budget"
