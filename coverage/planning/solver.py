"""Runs of HiGHS: a model in, columns out; with progress, cancel and a first solution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np

from coverage.planning.programme_model import SCORE_SCALE, Row
from coverage.planning.programme_units import Floats
from geodata.errors import PhuDienError, mark

_REPORT_EVERY_S: Final = 0.2
_SAME_SCORE: Final = 1e-7

SOLVED, OUT_OF_TIME, NO_SOLUTION, STOPPED = "solved", "out of time", "no solution", "stopped"


@dataclass(frozen=True)
class SolveProgress:
    """
    How far a solve is.

    Parameters
    ----------
    seconds
        Since it began.
    score
        Of the best programme found so far; None before the first.
    bound
        Score that no programme exceeds.
    gap
        Share by which the bound exceeds the score; None before the first programme.
    """

    seconds: float
    score: float | None
    bound: float
    gap: float | None


class SolverError(PhuDienError):
    """The solver could not do its work."""


@dataclass(frozen=True)
class Solution:
    """How a run ended; `columns` is None where it found nothing, `bound` is of the score."""

    ended: str
    columns: Floats | None
    score: float | None
    bound: float
    seconds: float


class _Silent(highspy.Highs):  # type: ignore[misc]  # highspy has no types
    """HiGHS that writes no line: its constructor calls it before any option can be set, and that writes one."""

    def enableCallbacks(self) -> None:  # noqa: N802  # its name in highspy
        self.silent()
        super().enableCallbacks()


@dataclass(frozen=True, eq=False)  # told apart by identity: the solver keeps its listeners in a dict
class _Listener:
    """Passes progress on; keeps an exception of the listener, which must not pass through the solver."""

    on_progress: Callable[[SolveProgress], bool]
    state: dict[str, Any]

    def __call__(self, event: Any) -> None:
        found = event.data_out
        if self.state["stopped"]:
            event.interrupt()
        elif found.running_time - self.state["told_at"] >= _REPORT_EVERY_S:
            self.state["told_at"] = found.running_time
            self._tell(event, found)

    def _tell(self, event: Any, found: Any) -> None:
        has_solution = abs(found.mip_primal_bound) < highspy.kHighsInf
        score = found.mip_primal_bound / SCORE_SCALE if has_solution else None
        bound = found.mip_dual_bound / SCORE_SCALE
        gap = gap_between(score, bound) if score is not None else None
        try:
            goes_on = self.on_progress(SolveProgress(found.running_time, score, bound, gap))
        except BaseException as raised:  # noqa: BLE001  # raised again after the run
            self.state["raised"], goes_on = raised, False
        if not goes_on:
            self.state["stopped"] = True
            event.interrupt()


def run(
    gain: Floats,
    offset: float,
    upper: Floats,
    is_whole: np.ndarray[tuple[int], np.dtype[np.bool_]],
    rows: Sequence[Row],
    *,
    gap: float,
    time_limit_s: float,
    start: Floats | None = None,
    on_progress: Callable[[SolveProgress], bool] | None = None,
) -> Solution:
    """
    Maximise ``offset + gain * columns`` with columns from 0 to `upper`, by the rows; same input, same result.

    Raises
    ------
    SolverError
        If HiGHS ends otherwise than it is meant to.
    """
    if not len(gain):  # HiGHS gives no solution for no columns
        return _nothing_to_choose(offset, rows)
    solver = _solver(gap, time_limit_s)
    solver.passModel(_model(gain, offset, upper, is_whole, rows))
    if start is not None:
        first = highspy.HighsSolution()
        first.col_value = start.tolist()
        first.value_valid = True
        solver.setSolution(first)
    state: dict[str, Any] = {"stopped": False, "raised": None, "told_at": -_REPORT_EVERY_S}
    if on_progress is not None:
        solver.cbMipInterrupt.subscribe(_Listener(on_progress, state))
    solver.run()
    if state["raised"] is not None:
        raise state["raised"]
    return _read(solver, is_stopped=state["stopped"])


def _nothing_to_choose(offset: float, rows: Sequence[Row]) -> Solution:
    if all(row.lower <= 0.0 <= row.upper for row in rows):
        return Solution(SOLVED, np.empty(0), offset, offset, 0.0)
    return Solution(NO_SOLUTION, None, None, offset, 0.0)


def gap_between(score: float, bound: float) -> float:
    """Return the share by which a better programme could exceed the score; 0 where none can."""
    if bound - score <= _SAME_SCORE:
        return 0.0
    return (bound - score) / abs(score) if score else float("inf")


def _solver(gap: float, time_limit_s: float) -> highspy.Highs:
    solver = _Silent()
    options = {
        "output_flag": False,
        "random_seed": 0,
        "threads": 1,  # the search in parallel is not repeatable, and another number stays set for the process
        "parallel": "off",
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-6,
        "time_limit": time_limit_s,
    }
    for name, value in options.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SolverError(
                "solver.option", mark('The solver does not take "{value}" for "{name}".'), name=name, value=value
            )
    return solver


def _model(
    gain: Floats,
    offset: float,
    upper: Floats,
    is_whole: np.ndarray[tuple[int], np.dtype[np.bool_]],
    rows: Sequence[Row],
) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(gain), len(rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.offset_ = offset * SCORE_SCALE
    lp.col_cost_ = gain * SCORE_SCALE
    lp.col_lower_, lp.col_upper_ = np.zeros(len(gain)), upper
    lp.row_lower_ = np.array([row.lower for row in rows], dtype="float64")
    lp.row_upper_ = np.array([row.upper for row in rows], dtype="float64")
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = len(gain), len(rows)
    sizes = [len(row.columns) for row in rows]
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype("int32")
    lp.a_matrix_.index_ = np.concatenate([np.empty(0, dtype="int64"), *(row.columns for row in rows)]).astype("int32")
    lp.a_matrix_.value_ = np.concatenate([np.empty(0), *(row.amounts for row in rows)])
    whole, fraction = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole if one else fraction for one in is_whole]
    return lp


def _read(solver: highspy.Highs, *, is_stopped: bool) -> Solution:
    status, info = solver.getModelStatus(), solver.getInfo()
    ends = {
        highspy.HighsModelStatus.kOptimal: SOLVED,
        highspy.HighsModelStatus.kInfeasible: NO_SOLUTION,
        highspy.HighsModelStatus.kTimeLimit: OUT_OF_TIME,
        highspy.HighsModelStatus.kInterrupt: STOPPED,
    }
    if status not in ends:
        raise SolverError(
            "solver.ended", mark('The solver ended with "{status}". Ask for the programme again with other rules.'),
            status=solver.modelStatusToString(status),
        )  # fmt: skip
    has_values = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    ended = STOPPED if is_stopped and ends[status] != SOLVED else ends[status]
    found = has_values and ended != NO_SOLUTION
    return Solution(
        ended=ended,
        columns=np.asarray(solver.getSolution().col_value, dtype="float64") if found else None,
        score=info.objective_function_value / SCORE_SCALE if found else None,
        bound=info.mip_dual_bound / SCORE_SCALE,
        seconds=solver.getRunTime(),
    )
