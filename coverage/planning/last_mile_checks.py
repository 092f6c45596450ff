"""What is wrong with the hamlets of a plan, one problem a row and rule, before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from coverage.planning.problems import WARNING, InputProblem
from coverage.planning.row_checks import Row, each_row, wrong_positions
from geodata.errors import mark

FAR_FROM_GRID_KM: Final = 100.0
"""A greater distance to the grid is likely one in metres."""


_ELSEWHERE: Final = mark(
    "The position lies {found} km outside its commune {commune}; it is used as it stands. Compare the "
    "position with the commune."
)


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
        *wrong_positions(hamlets, communes, "hamlet", _ELSEWHERE),
    ]


def _commune(hamlets: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    code = hamlets["commune_code"]
    yield from each_row(
        hamlets, code == "", "hamlet.commune-missing",
        mark("The hamlet has no commune. Write the commune's name or code in the survey."),
    )  # fmt: skip
    yield from each_row(
        hamlets, (code != "") & ~code.isin(communes.index), "hamlet.commune-unknown",
        mark('The hamlet lies outside every commune: code "{found}" is not in the list of units. Correct the commune '
             "in the survey."),
        lambda row: {"found": str(row["commune_code"])},
    )  # fmt: skip


def _households(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    households = hamlets["households"]
    yield from each_row(
        hamlets, households.isna(), "hamlet.households-missing",
        mark("Households without the grid are missing. Write how many the hamlet has."),
    )  # fmt: skip
    yield from each_row(
        hamlets, households.fillna(1) <= 0, "hamlet.households-zero",
        mark("Households without the grid: {found}; 1 or more are needed. Correct the count, or leave the hamlet out."),
        lambda row: {"found": int(row["households"])},
    )  # fmt: skip


def _distance(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    distance = hamlets["grid_distance_km"]
    knows_lon, knows_lat = hamlets["lon"].notna(), hamlets["lat"].notna()
    yield from each_row(
        hamlets, distance < 0, "hamlet.distance-negative",
        mark("Distance to the grid is {found} km; it cannot be below 0. Correct it in the survey."),
        _kilometres,
    )  # fmt: skip
    yield from each_row(
        hamlets, distance > FAR_FROM_GRID_KM, "hamlet.distance-far",
        mark("Distance to the grid is {found} km, more than {limit} km; it is used as it stands. Was it written in "
             "metres?"),
        lambda row: _kilometres(row) | {"limit": FAR_FROM_GRID_KM}, severity=WARNING,
    )  # fmt: skip
    yield from each_row(
        hamlets, distance.isna() & ~(knows_lon & knows_lat), "hamlet.place-missing",
        mark("Neither the distance to the grid nor the position is known. Write the distance (km), or latitude and "
             "longitude, in the survey."),
    )  # fmt: skip
    yield from each_row(
        hamlets, distance.notna() & (knows_lon != knows_lat), "hamlet.place-half",
        mark("Of latitude and longitude only one is written; the distance to the grid is used. Write both, or "
             "neither."),
        severity=WARNING,
    )  # fmt: skip


def _doubled(hamlets: pd.DataFrame) -> Iterator[InputProblem]:
    is_again = pd.Series(hamlets.index.duplicated(), index=hamlets.index)
    yield from each_row(
        hamlets, is_again, "hamlet.twice",
        mark("The hamlet stands twice. Leave one row of it."),
    )  # fmt: skip
    is_same = hamlets.duplicated(["commune_code", "hamlet_name"]).to_numpy() & (hamlets["hamlet_name"] != "").to_numpy()
    yield from each_row(
        hamlets, is_same & ~is_again, "hamlet.name-twice",
        mark('Another hamlet of the commune is called "{found}" too; both are counted. If they are one, leave one '
             "row."),
        lambda row: {"found": str(row["hamlet_name"])}, severity=WARNING,
    )  # fmt: skip


def _kilometres(row: Row) -> dict[str, Any]:
    return {"found": float(row["grid_distance_km"])}
