"""What the demo draws by: numbers that look random and come from hashes of codes, and whole parts of a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def noise(codes: Iterable[str], key: str) -> Numbers:
    """
    Return a number from 0 to 1 for each code, the same on every machine, spread evenly, different for each key.

    Examples
    --------
    >>> noise(["30337"], "size").round(6).tolist()
    [0.913919]
    """
    hashes = (hashlib.blake2b(f"{key}|{code}".encode(), digest_size=8).digest() for code in codes)
    return np.array([int.from_bytes(found, "big") / 2**64 for found in hashes])


def apportion(total: int, weights: Numbers, caps: Counts | None = None) -> Counts:
    """
    Divide a whole number by weights into whole parts that sum to it, by largest remainders.

    Parameters
    ----------
    caps
        Greatest part of each; what does not fit goes to the others.

    Raises
    ------
    ValueError
        If the parts cannot hold the total.

    Examples
    --------
    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    >>> apportion(10, np.array([1.0, 1.0, 1.0]), np.array([2, 9, 9])).tolist()
    [2, 4, 4]
    """
    limits = np.full(len(weights), total) if caps is None else caps
    parts = np.zeros(len(weights), dtype=np.int64)
    while (rest := total - int(parts.sum())) > 0:
        open_weights = np.where(parts < limits, weights, 0.0)
        if open_weights.sum() <= 0:
            raise ValueError(f"{rest} of {total} do not fit under the caps")
        quota = rest * open_weights / open_weights.sum()
        step = np.floor(quota).astype(np.int64)
        order = np.argsort(-(quota - step), kind="stable")
        step[order[: rest - int(step.sum())]] += 1
        parts = np.minimum(parts + step, limits)
    return parts
