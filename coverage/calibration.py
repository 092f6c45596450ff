"""At which levels of the simulated paths a range must end so that it holds the truth as often as it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geodata.errors import FigureError, mark

LEVELS: Final = ("before", "middle", "after", "onwards")


@dataclass(frozen=True)
class Levels:
    """
    Shares of paths at which a range begins and ends.

    Parameters
    ----------
    before, after
        The range begins in the first quarter by which so many of the paths have met the target, and ends likewise.
    middle
        Where as many histories met theirs before as after.
    onwards
        Where a range begins that has no end.
    """

    before: float
    middle: float
    after: float
    onwards: float


@dataclass(frozen=True)
class Calibration:
    """
    Levels learned from generated histories, whose futures are known.

    Parameters
    ----------
    points_from
        Fewest known quarters of each class of lengths, rising; the first is the fewest that a forecast needs.
    chances
        Chances of ranges for which levels were learned, rising.
    levels
        By method and name of level: one row a class of lengths, one column a chance.
    provenance
        Seed, number of histories, date, for the reader.
    """

    points_from: tuple[int, ...]
    chances: tuple[float, ...]
    levels: Mapping[str, Mapping[str, npt.NDArray[np.float64]]]
    provenance: Mapping[str, Any]

    def at(self, method: str, points: int, chance: Decimal) -> Levels:
        """
        Return the levels for a series of so many known quarters; between learned chances they are interpolated.

        Raises
        ------
        FigureError
            If the chance is smaller or greater than those that were learned.
        """
        wanted = float(chance)
        if not self.chances[0] <= wanted <= self.chances[-1]:
            raise FigureError(
                "forecast.chance",
                mark("A range can be given a chance from {least} to {greatest}, not {found}."),
                least=float(self.chances[0]),
                greatest=float(self.chances[-1]),
                found=wanted,
            )
        row = int(np.searchsorted(self.points_from, points, side="right")) - 1
        own = self.levels[method]
        return Levels(**{name: float(np.interp(wanted, self.chances, own[name][row])) for name in LEVELS})


def read_calibration(table: Mapping[str, Any]) -> Calibration:
    """Return the calibration of the content of loaders/reference/forecast_calibration.toml."""
    levels = {
        method: {name: np.array(own[name], dtype=np.float64) for name in LEVELS}
        for method, own in table["levels"].items()
    }
    return Calibration(tuple(table["points_from"]), tuple(table["chances"]), levels, table["provenance"])
