"""What is wrong with the hamlets of a plan, one problem a row and rule, before anything is solved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.problems import ERROR, WARNING, InputProblem
from geodata.errors import mark

KM_PER_DEGREE: Final = 111.2
"""Of latitude, and of longitude at the equator: enough to say that a hamlet is far away."""

FAR_KM: Final = 5.0
"""How far outside the extent of its commune a hamlet may lie before it is told."""

FAR_FROM_GRID_KM: Final = 100.0
"""A greater distance to the grid is likely one in metres."""

_EDGES: Final = ("south", "north", "west", "east")

_Row = Mapping[Hashable, Any]
_Mask = npt.NDArray[np.bool_]
_Fill = Callable[[_Row], dict[str, Any]]


def check_hamlets(hamlets: pd.DataFrame, communes: pd.DataFrame) -> list[InputProblem]:
    """
    Return what is wrong with hamlets: rule by rule, the rows of each in the order of the hamlets.

    Parameters
    ----------
    hamlets
        Columns `last_mile_points.HAMLET_PLAN_COLUMNS`, as `last_mile_points.prepare_hamlets` gives them.
    communes
        Indexed by commune code, every commune of the list; where it has ``south``, ``north``, ``west``, ``east``
        (WGS 84), positions are held against them. A missing extent is not judged.
    """
    return [
        *_commune(hamlets, communes),
        *_households(hamlets),
        *_distance(hamlets),
        *_doubled(hamlets),
        *_position(hamlets, communes),
    ]


def _commune(hamlets: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    code = hamlets["commune_code"]
    yield from _each(
        hamlets, code == "", "hamlet.commune-missing",
        mark("The hamlet has no commune. Write the commune's name or code in the survey."),
    )  # fmt: skip
    yield from _each(
        hamlets, (code != "") & ~code.isin(communes.index), "hamlet.commune-unknown",
        mark('The hamlet lies outside every commune: code "{found}" is not in the list of units. Correct the commune '
             "in the survey."),
        lambda row: {"found": str(row["commune_code"])},
    )  # fmt: skip


def _households(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    households = hamlets["households"]
    yield from _each(
        hamlets, households.isna(), "hamlet.households-missing",
        mark("Households without the grid are missing. Write how many the hamlet has."),
    )  # fmt: skip
    yield from _each(
        hamlets, households.fillna(1) <= 0, "hamlet.households-zero",
        mark("Households without the grid: {found}; 1 or more are needed. Correct the count, or leave the hamlet out."),
        lambda row: {"found": int(row["households"])},
    )  # fmt: skip


def _distance(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    distance = hamlets["grid_distance_km"]
    knows_lon, knows_lat = hamlets["lon"].notna(), hamlets["lat"].notna()
    yield from _each(
        hamlets, distance < 0, "hamlet.distance-negative",
        mark("Distance to the grid is {found} km; it cannot be below 0. Correct it in the survey."),
        _kilometres,
    )  # fmt: skip
    yield from _each(
        hamlets, distance > FAR_FROM_GRID_KM, "hamlet.distance-far",
        mark("Distance to the grid is {found} km, more than {limit} km; it is used as it stands. Was it written in "
             "metres?"),
        lambda row: _kilometres(row) | {"limit": FAR_FROM_GRID_KM}, severity=WARNING,
    )  # fmt: skip
    yield from _each(
        hamlets, distance.isna() & ~(knows_lon & knows_lat), "hamlet.place-missing",
        mark("Neither the distance to the grid nor the position is known. Write the distance (km), or latitude and "
             "longitude, in the survey."),
    )  # fmt: skip
    yield from _each(
        hamlets, distance.notna() & (knows_lon != knows_lat), "hamlet.place-half",
        mark("Of latitude and longitude only one is written; the distance to the grid is used. Write both, or "
             "neither."),
        severity=WARNING,
    )  # fmt: skip


def _doubled(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    is_again = pd.Series(hamlets.index.duplicated(), index=hamlets.index)
    yield from _each(
        hamlets, is_again, "hamlet.twice",
        mark("The hamlet stands twice. Leave one row of it."),
    )  # fmt: skip
    is_same = hamlets.duplicated(["commune_code", "hamlet_name"]).to_numpy() & (hamlets["hamlet_name"] != "").to_numpy()
    yield from _each(
        hamlets, is_same & ~is_again, "hamlet.name-twice",
        mark('Another hamlet of the commune is called "{found}" too; both are counted. If they are one, leave one '
             "row."),
        lambda row: {"found": str(row["hamlet_name"])}, severity=WARNING,
    )  # fmt: skip


def _position(hamlets: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    """Hold positions against extents: what lies in none is an error, what lies far from its own a warning."""
    if not set(_EDGES) <= set(communes.columns):
        return
    edges = communes.dropna(subset=list(_EDGES))
    if edges.empty:
        return
    own_km = _km_outside(hamlets, edges.reindex(hamlets["commune_code"]))
    is_placed = hamlets["lat"].notna().to_numpy() & hamlets["lon"].notna().to_numpy()
    is_nowhere = np.zeros(len(hamlets), dtype=bool)
    for place in np.flatnonzero(is_placed & ~(own_km <= FAR_KM)):
        is_nowhere[place] = _km_outside(hamlets.iloc[place : place + 1], edges).min() > FAR_KM
    yield from _each(
        hamlets, is_nowhere, "hamlet.place-nowhere",
        mark("The position {found} (latitude, longitude) lies outside every commune. Correct it in the survey, or "
             "leave both blank."),
        lambda row: {"found": f"{row['lat']:.5f}, {row['lon']:.5f}"},
    )  # fmt: skip
    named = hamlets.assign(own_km=own_km.round(1), commune_name=hamlets["commune_code"].map(communes["commune_name"]))
    yield from _each(
        named, (own_km > FAR_KM) & ~is_nowhere, "hamlet.place-elsewhere",
        mark("The position lies {found} km outside its commune {commune}; it is used as it stands. Compare the "
             "position with the commune."),
        lambda row: {"found": float(row["own_km"]), "commune": str(row["commune_name"])},
        severity=WARNING,
    )  # fmt: skip


def _km_outside(hamlets: pd.DataFrame, edges: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return how far hamlets lie outside extents, row by row, or one against all; missing where either is missing."""
    lat, lon = hamlets["lat"].to_numpy(dtype=float), hamlets["lon"].to_numpy(dtype=float)
    south, north, west, east = (edges[name].to_numpy(dtype=float) for name in _EDGES)
    up_km = np.maximum(np.maximum(south - lat, lat - north), 0) * KM_PER_DEGREE
    aside_km = np.maximum(np.maximum(west - lon, lon - east), 0) * KM_PER_DEGREE * np.cos(np.radians(lat))
    return np.asarray(np.hypot(up_km, aside_km), dtype=np.float64)


def _nothing(row: _Row) -> dict[str, Any]:  # noqa: ARG001
    return {}


def _kilometres(row: _Row) -> dict[str, Any]:
    return {"found": float(row["grid_distance_km"])}


def _each(
    hamlets: pd.DataFrame,
    is_wrong: pd.Series[bool] | _Mask,
    code: str,
    template: str,
    fill: _Fill = _nothing,
    *,
    severity: str = ERROR,
) -> Iterator[InputProblem]:
    """Return a problem for each wrong row, its sentence filled from the row."""
    wrong = hamlets[np.asarray(is_wrong, dtype=bool)]
    for where, row in zip(wrong.index, wrong.to_dict("records"), strict=True):
        yield InputProblem(code, str(where), template, fill(row), str(row["file_name"]), int(row["row"]), severity)
