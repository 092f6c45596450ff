"""The energy and the substations of the demo's bulk-purchase points: synthetic, in step with the loss of each point."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.demo_noise import noise

ENERGY_COLUMNS: Final = ("kwh_bought", "kwh_sold", "substation_kva")
"""Columns of the survey of bulk points that the points of the maps do not have; kWh of a year."""

_PARTS_OF_LOSS: Final = 1000
"""Losses have three decimals, so that whole kWh give just the loss: bought are whole thousands."""

_SIZES_KVA: Final = np.array([25, 37.5, 50, 75, 100, 160, 250, 320, 400, 560, 630])
"""Ratings of transformers, single-phase and three-phase."""


def with_energy(points: pd.DataFrame, settings: dict[str, Any]) -> pd.DataFrame:
    """
    Return points with `ENERGY_COLUMNS`.

    Parameters
    ----------
    points
        Columns `BULK_POINT_COLUMNS`; ``loss_share`` has three decimals at most.
    settings
        Assumptions on points; see `[points]` of demo_assumptions.toml.

    Returns
    -------
    points
        With ``1 − kwh_sold ÷ kwh_bought`` equal to ``loss_share``, whole kWh, and transformers of usual ratings.
    """
    codes, households = points["point_code"], points["households_behind"].to_numpy(dtype=np.float64)
    span = settings["greatest_kwh_month"] - settings["least_kwh_month"]
    use = settings["least_kwh_month"] + span * noise(codes, "use") ** 2
    loss = np.floor(points["loss_share"].to_numpy(dtype=np.float64) * _PARTS_OF_LOSS + 0.5)
    thousands = np.maximum(1.0, np.floor(use * 12 * households / (_PARTS_OF_LOSS - loss) + 0.5))
    kva = households * settings["kva_per_household"] * (0.6 + 0.8 * noise(codes, "kva"))
    return points.assign(
        kwh_bought=thousands * _PARTS_OF_LOSS,
        kwh_sold=thousands * (_PARTS_OF_LOSS - loss),
        substation_kva=_rated(kva),
    )


def _rated(kva: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the smallest rating that holds a demand; above the greatest, so many of the greatest."""
    greatest = _SIZES_KVA[-1]
    one = _SIZES_KVA[np.searchsorted(_SIZES_KVA, np.minimum(kva, greatest))]
    return np.asarray(np.where(kva > greatest, np.ceil(kva / greatest) * greatest, one), dtype=np.float64)
