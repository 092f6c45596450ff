"""Levels of ranges by length and chance, and the shipped ones."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from coverage.calibration import LEVELS, Calibration, read_calibration
from coverage.forecast import BEST
from coverage.pace import METHODS
from coverage.pace_choice import FEWEST_POINTS
from coverage.possible_paths import AHEAD
from loaders.reference.tables import load_forecast_calibration


def small() -> Calibration:
    own = {name: np.array([[0.4, 0.2], [0.3, 0.1]]) for name in LEVELS}
    return Calibration((4, 8), (0.5, 0.9), {"best": own}, {})


@pytest.mark.parametrize(
    ("points", "chance", "level"), [(4, "0.5", 0.4), (7, "0.9", 0.2), (8, "0.9", 0.1), (40, "0.7", 0.2)]
)
def test_levels_are_those_of_the_length_and_between_chances(points: int, chance: str, level: float) -> None:
    assert small().at("best", points, Decimal(chance)).before == pytest.approx(level)


def test_shipped_levels_were_learned_for_these_methods() -> None:
    shipped = read_calibration(load_forecast_calibration())
    assert set(shipped.levels) == {BEST, *METHODS}
    assert shipped.points_from[0] == FEWEST_POINTS
    assert shipped.provenance["quarters_ahead"] == AHEAD
    assert shipped.provenance["histories"] >= 10_000
    for levels in shipped.levels.values():
        for name in LEVELS:
            assert levels[name].shape == (len(shipped.points_from), len(shipped.chances))
            assert ((levels[name] >= 0) & (levels[name] <= 1)).all()
        assert (np.diff(levels["before"], axis=1) <= 0).all()
        assert (np.diff(levels["after"], axis=1) >= 0).all()
        assert (np.diff(levels["onwards"], axis=1) <= 0).all()
