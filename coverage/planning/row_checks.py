"""What checks of points and of hamlets share: a problem for each wrong row, and positions held against communes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.problems import ERROR, WARNING, InputProblem
from geodata.errors import mark

KM_PER_DEGREE: Final = 111.2
"""Of latitude, and of longitude at the equator: enough to say that a place is far away."""

FAR_KM: Final = 5.0
"""How far outside the extent of its commune a place may lie before it is told."""

_EDGES: Final = ("south", "north", "west", "east")

Mask = npt.NDArray[np.bool_]
Row = Mapping[Hashable, Any]
Fill = Callable[[Row], dict[str, Any]]


def _nothing(row: Row) -> dict[str, Any]:  # noqa: ARG001
    return {}


def each_row(
    rows: pd.DataFrame,
    is_wrong: pd.Series[bool] | Mask,
    code: str,
    template: str,
    fill: Fill = _nothing,
    *,
    severity: str = ERROR,
) -> Iterator[InputProblem]:
    """
    Return a problem for each wrong row, its sentence filled from the row.

    Parameters
    ----------
    rows
        Indexed by the code of the point or hamlet, with ``file_name`` and ``row``.
    """
    wrong = rows[np.asarray(is_wrong, dtype=bool)]
    for where, row in zip(wrong.index, wrong.to_dict("records"), strict=True):
        yield InputProblem(code, str(where), template, fill(row), str(row["file_name"]), int(row["row"]), severity)


def wrong_positions(rows: pd.DataFrame, communes: pd.DataFrame, kind: str, elsewhere: str) -> Iterator[InputProblem]:
    """
    Hold positions against extents: what lies in none is an error, what lies far from its own commune a warning.

    Parameters
    ----------
    rows
        ``commune_code``, ``lon``, ``lat`` (WGS 84, missing where not known), ``file_name``, ``row``.
    communes
        Indexed by code, every commune of the list, ``commune_name``; where it has ``south``, ``north``, ``west``,
        ``east``, positions are held against them. A missing extent, or position, is not judged.
    kind
        Of the rows, ``"point"`` or ``"hamlet"``: what the codes of the problems begin with.
    elsewhere
        Marked sentence of the warning, with ``{found}`` (km) and ``{commune}``: what is used all the same.
    """
    if not set(_EDGES) <= set(communes.columns):
        return
    edges = communes.dropna(subset=list(_EDGES))
    if edges.empty:
        return
    own_km = _km_outside(rows, edges.reindex(rows["commune_code"]))
    is_placed = rows["lat"].notna().to_numpy() & rows["lon"].notna().to_numpy()
    is_nowhere = np.zeros(len(rows), dtype=bool)
    for place in np.flatnonzero(is_placed & ~(own_km <= FAR_KM)):
        is_nowhere[place] = _km_outside(rows.iloc[place : place + 1], edges).min() > FAR_KM
    yield from each_row(
        rows, is_nowhere, f"{kind}.place-nowhere",
        mark("The position {found} (latitude, longitude) lies outside every commune. Correct it in the survey, or "
             "leave both blank."),
        lambda row: {"found": f"{row['lat']:.5f}, {row['lon']:.5f}"},
    )  # fmt: skip
    yield from each_row(
        rows.assign(own_km=own_km.round(1)), (own_km > FAR_KM) & ~is_nowhere, f"{kind}.place-elsewhere", elsewhere,
        lambda row: {
            "found": float(row["own_km"]),
            "commune": f"{communes['commune_name'][row['commune_code']]} ({row['commune_code']})",
        },
        severity=WARNING,
    )  # fmt: skip


def _km_outside(rows: pd.DataFrame, edges: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return how far places lie outside extents, row by row, or one against all; missing where either is missing."""
    lat, lon = rows["lat"].to_numpy(dtype=float), rows["lon"].to_numpy(dtype=float)
    south, north, west, east = (edges[name].to_numpy(dtype=float) for name in _EDGES)
    up_km = np.maximum(np.maximum(south - lat, lat - north), 0) * KM_PER_DEGREE
    aside_km = np.maximum(np.maximum(west - lon, lon - east), 0) * KM_PER_DEGREE * np.cos(np.radians(lat))
    return np.asarray(np.hypot(up_km, aside_km), dtype=np.float64)
