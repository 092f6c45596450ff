"""Dividing whole counts by shares so that they stay whole and their totals stay what they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

SUMS: Final = (
    ("households_grid", ("households_direct", "households_bulk", "households_shared")),
    ("households_all", ("households_grid", "households_offgrid", "households_without")),
)
"""Counts that are sums of others: T = D + B + S, N = T + O + U; a part that is not reported is left out."""

SPLITS: Final = (
    ("households_all", "households_all_urban", "households_all_rural"),
    ("households_grid", "households_grid_urban", "households_grid_rural"),
)
"""Counts that are parted in two: urban and rural."""


def apportion(counts: Floats, shares: Floats, row: Rows) -> Floats:
    """
    Divide counts by largest remainders: whole parts that add up to the count.

    Parameters
    ----------
    counts
        Whole counts, one a row; missing ones (nan) have missing parts.
    shares
        One a part: its share of its row's count; the shares of a row add up to 1.
    row
        One a part: the row whose count it is a part of, in ascending order. Among equal remainders the first
        part of a row gets more.

    Returns
    -------
    parts
        One a part, whole, or nan.

    Examples
    --------
    >>> apportion(np.array([10.0]), np.array([0.5, 0.25, 0.25]), np.array([0, 0, 0])).tolist()
    [5.0, 3.0, 2.0]
    """
    quota = counts[row] * shares
    whole = np.floor(quota)
    # Rounded, so that shares which are equal but for the last bit have equal remainders.
    remainder = np.round(quota - whole, 9)
    left = counts - np.bincount(row, weights=whole, minlength=len(counts))
    order = np.lexsort((np.arange(len(row)), -remainder, row))
    rank = np.empty(len(row))
    rank[order] = np.arange(len(row)) - _first_of(row)[row[order]]
    parts: Floats = whole + (rank < np.round(left[row]))
    return parts


def apportion_all(counts: Mapping[str, Floats], shares: Floats, row: Rows) -> dict[str, Floats]:
    """
    Divide several counts of the same rows; sums and splits that hold before hold after.

    Parameters
    ----------
    counts
        Count columns by name, as `counts` of `apportion`. Those of `SUMS` and `SPLITS` are kept consistent in the
        rows where they are consistent; every other one is divided by itself.
    shares, row
        As for `apportion`.

    Returns
    -------
    parts
        Part columns by name.
    """
    parts = {name: apportion(values, shares, row) for name, values in counts.items()}
    for total, terms in SUMS:
        known = [name for name in terms if name in counts]
        if total in counts and known:
            _add_up(parts, counts, total, known, row)
    bounds: tuple[Floats, Floats] | None = None
    for total, urban, rural in SPLITS:
        if {total, urban, rural} <= counts.keys():
            bounds = _split(parts, counts, (total, urban, rural), bounds, row)
    return parts


def _add_up(
    parts: dict[str, Floats], counts: Mapping[str, Floats], total: str, terms: Sequence[str], row: Rows
) -> None:
    """Make the total's parts the sums of the terms' parts in the rows whose total is the sum of its terms."""
    holds = (np.nansum([counts[name] for name in terms], axis=0) == counts[total])[row]
    sums = np.nansum([parts[name] for name in terms], axis=0)
    is_known = ~np.isnan([parts[name] for name in terms]).all(axis=0)
    parts[total] = np.where(holds & is_known, sums, parts[total])


def _split(
    parts: dict[str, Floats],
    counts: Mapping[str, Floats],
    names: tuple[str, str, str],
    bounds: tuple[Floats, Floats] | None,
    row: Rows,
) -> tuple[Floats, Floats]:
    """Part the total's parts in two; each of them stays below its bound where there is one. Return the two."""
    total, urban, rural = names
    holds = counts[urban] + counts[rural] == counts[total]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.nan_to_num(parts[total] / counts[total][row])
    found = apportion(counts[urban], weights, row)
    low, high = np.zeros(len(row)), parts[total].copy()
    if bounds is not None:
        low, high = np.fmax(low, parts[total] - bounds[1]), np.fmin(high, bounds[0])
    for number in np.unique(row[((found < low) | (found > high)) & holds[row]]):
        members = np.flatnonzero(row == number)
        found[members] = _within(found[members], low[members], high[members], counts[urban][number])
    parts[urban] = np.where(holds[row], found, parts[urban])
    parts[rural] = np.where(holds[row], parts[total] - found, parts[rural])
    return parts[urban], parts[rural]


def _within(found: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Return whole parts between their bounds that add up to the total, moved as little as may be."""
    moved = np.clip(found, low, high)
    for place in range(len(moved)):
        lacking = total - moved.sum()
        room = high[place] - moved[place] if lacking > 0 else low[place] - moved[place]
        moved[place] += min(lacking, room) if lacking > 0 else max(lacking, room)
    return moved


def _first_of(row: Rows) -> Rows:
    """Return the position of the first part of each row."""
    return np.searchsorted(row, np.arange(row[-1] + 1 if len(row) else 0))
