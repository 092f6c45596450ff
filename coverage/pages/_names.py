"""What readers call measures, states and conditions; each is said in the reader's language."""

from __future__ import annotations

from typing import Final

from coverage.remaining import BULK, TAKEN_OVER
from geodata.errors import mark
from geodata.measure_names import MEASURE_NAMES as MEASURES

__all__ = ["CONDITIONS", "MEASURES", "STATES"]

STATES: Final = {
    BULK: mark("still buys in bulk"),
    "agreed": mark("take-over agreed"),
    TAKEN_OVER: mark("taken over"),
}
CONDITIONS: Final = {"good": mark("good"), "fair": mark("fair"), "poor": mark("poor")}
