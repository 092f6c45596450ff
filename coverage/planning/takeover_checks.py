"""What is wrong with the points of a plan, one problem a row and rule, before anything is solved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.planning.problems import ERROR, WARNING, InputProblem
from geodata.errors import Phrase, mark

KM_PER_DEGREE: Final = 111.2
"""Of latitude, and of longitude at the equator: enough to say that a point is far away."""

FAR_KM: Final = 5.0
"""How far outside the extent of its commune a point may lie before it is told."""

_AMOUNT_NAMES: Final = {
    "kwh_bought": mark("Energy bought (kWh)"),
    "kwh_sold": mark("Energy sold (kWh)"),
    "line_km": mark("Line (km)"),
    "substation_kva": mark("Substation (kVA)"),
    "upgrade_cost_vnd": mark("Upgrade cost (VND)"),
}
_EDGES: Final = ("south", "north", "west", "east")

_Mask = npt.NDArray[np.bool_]
_Row = Mapping[Hashable, Any]
_Fill = Callable[[_Row], dict[str, Any]]


def check_points(points: pd.DataFrame, communes: pd.DataFrame) -> list[InputProblem]:
    """
    Return what is wrong with points: rule by rule, the rows of each in the order of the points.

    Parameters
    ----------
    points
        Columns `takeover_points.POINT_COLUMNS`, as `takeover_points.prepare_points` gives them.
    communes
        Indexed by commune code, every commune of the list, with ``commune_name``; where it has ``south``, ``north``,
        ``west``, ``east`` (WGS 84), positions are held against them. A missing extent, or position, is not judged.
    """
    return [
        *_commune(points, communes),
        *_households(points),
        *_loss(points),
        *_amounts(points),
        *_cost_basis(points),
        *_doubled(points),
        *_position(points, communes),
    ]


def _commune(points: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    code = points["commune_code"]
    yield from _each(
        points, code == "", "point.commune-missing",
        mark("The point has no commune. Write the commune's name or code in the survey."),
    )  # fmt: skip
    yield from _each(
        points, (code != "") & ~code.isin(communes.index), "point.commune-unknown",
        mark('The point lies outside every commune: code "{found}" is not in the list of units. Correct the commune in '
             "the survey."),
        _found("commune_code"),
    )  # fmt: skip


def _households(points: pd.DataFrame) -> Iterator[InputProblem]:
    yield from _each(
        points, points["households"].isna(), "point.households-missing",
        mark("Households behind the master meter are missing. Write how many buy through it."),
    )  # fmt: skip
    yield from _each(
        points, points["households"].fillna(1) <= 0, "point.households-zero",
        mark("Households behind the master meter: {found}; 1 or more are needed. Correct the count, or leave the point "
             "out."),
        lambda row: {"found": int(row["households"])},
    )  # fmt: skip


def _loss(points: pd.DataFrame) -> Iterator[InputProblem]:
    yield from _each(
        points, points["loss_share"] >= 1, "point.loss-too-high",
        mark("Loss is {found}%; it must be below 100%. Compare the energy sold with the energy bought."),
        _percent("loss_share"),
    )  # fmt: skip
    yield from _each(
        points, points["loss_share"] < 0, "point.loss-negative",
        mark("Loss is {found}%: more energy is sold than passes the master meter. Compare the energy sold with the "
             "energy bought."),
        _percent("loss_share"),
    )  # fmt: skip
    if "loss_after_share" in points.columns:
        after = points["loss_after_share"]
        yield from _each(
            points, (after < 0) | (after >= 1), "point.loss-after-outside",
            mark("Loss after the upgrade is {found}%; allowed are 0% to below 100%. Correct it."),
            _percent("loss_after_share"),
        )  # fmt: skip


def _amounts(points: pd.DataFrame) -> Iterator[InputProblem]:
    for column, title in _AMOUNT_NAMES.items():
        if column in points.columns:
            yield from _each(
                points, points[column] < 0, "point.amount-negative",
                mark("{what} is {found}; it cannot be below 0. Correct it in the survey."),
                _amount(column, title),
            )  # fmt: skip
    yield from _each(
        points, points["kwh_bought"] == 0, "point.no-energy",
        mark("No energy passes the master meter (0 kWh in the year). Write the year's kWh, or leave the cell blank "
             "where it is not known."),
    )  # fmt: skip


def _cost_basis(points: pd.DataFrame) -> Iterator[InputProblem]:
    is_missing = points["line_km"].isna()
    if "upgrade_cost_vnd" in points.columns:
        is_missing &= points["upgrade_cost_vnd"].isna()
    yield from _each(
        points, is_missing, "point.cost-missing",
        mark("The cost cannot be reckoned: the length of the low-voltage line is missing. Write the line km in the "
             "survey."),
    )  # fmt: skip


def _doubled(points: pd.DataFrame) -> Iterator[InputProblem]:
    is_again = points.index.duplicated()
    yield from _each(
        points, is_again, "point.twice",
        mark("The point stands twice. Leave one row of it."),
    )  # fmt: skip
    meter = points["master_meter"]
    yield from _each(
        points, (meter != "") & meter.duplicated() & ~is_again, "point.meter-twice",
        mark('Master meter "{found}" stands at another point too; its households would count twice. Correct the meter, '
             "or leave one point out."),
        _found("master_meter"),
    )  # fmt: skip


def _position(points: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    """Hold positions against extents: what lies in none is an error, what lies far from its own a warning."""
    if not set(_EDGES) <= set(communes.columns):
        return
    edges = communes.dropna(subset=list(_EDGES))
    if edges.empty:
        return
    own_km = _km_outside(points, edges.reindex(points["commune_code"]))
    is_placed = points["lat"].notna().to_numpy() & points["lon"].notna().to_numpy()
    is_nowhere = np.zeros(len(points), dtype=bool)
    for place in np.flatnonzero(is_placed & ~(own_km <= FAR_KM)):
        is_nowhere[place] = _km_outside(points.iloc[place : place + 1], edges).min() > FAR_KM
    yield from _each(
        points, is_nowhere, "point.place-nowhere",
        mark("The position {found} (latitude, longitude) lies outside every commune. Correct it in the survey, or "
             "leave both blank."),
        lambda row: {"found": f"{row['lat']:.5f}, {row['lon']:.5f}"},
    )  # fmt: skip
    yield from _each(
        points.assign(own_km=own_km.round(1)), (own_km > FAR_KM) & ~is_nowhere, "point.place-elsewhere",
        mark("The position lies {found} km outside its commune {commune}; the commune is used. Compare the position "
             "with the commune."),
        lambda row: {"found": float(row["own_km"]), "commune": _named(row["commune_code"], communes)},
        severity=WARNING,
    )  # fmt: skip


def _km_outside(points: pd.DataFrame, edges: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return how far points lie outside extents, row by row, or one against all; missing where either is missing."""
    lat, lon = points["lat"].to_numpy(dtype=float), points["lon"].to_numpy(dtype=float)
    south, north, west, east = (edges[name].to_numpy(dtype=float) for name in _EDGES)
    up_km = np.maximum(np.maximum(south - lat, lat - north), 0) * KM_PER_DEGREE
    aside_km = np.maximum(np.maximum(west - lon, lon - east), 0) * KM_PER_DEGREE * np.cos(np.radians(lat))
    return np.asarray(np.hypot(up_km, aside_km), dtype=np.float64)


def _named(code: str, communes: pd.DataFrame) -> str:
    return f"{communes['commune_name'][code]} ({code})"


def _nothing(row: _Row) -> dict[str, Any]:  # noqa: ARG001
    return {}


def _found(column: str) -> _Fill:
    return lambda row: {"found": str(row[column])}


def _amount(column: str, title: str) -> _Fill:
    return lambda row: {"what": Phrase(title), "found": float(row[column])}


def _percent(column: str) -> _Fill:
    return lambda row: {"found": round(float(row[column]) * 100, 1)}


def _each(
    points: pd.DataFrame,
    is_wrong: pd.Series[bool] | _Mask,
    code: str,
    template: str,
    fill: _Fill = _nothing,
    *,
    severity: str = ERROR,
) -> Iterator[InputProblem]:
    """Return a problem for each wrong row, its sentence filled from the row."""
    wrong = points[np.asarray(is_wrong, dtype=bool)]
    for where, row in zip(wrong.index, wrong.to_dict("records"), strict=True):
        yield InputProblem(code, str(where), template, fill(row), str(row["file_name"]), int(row["row"]), severity)
