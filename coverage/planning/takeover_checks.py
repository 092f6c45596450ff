"""What is wrong with the points of a plan, one problem a row and rule, before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from coverage.planning.problems import InputProblem
from coverage.planning.row_checks import Fill, each_row, wrong_positions
from geodata.errors import Phrase, mark

_AMOUNT_NAMES: Final = {
    "kwh_bought": mark("Energy bought (kWh)"),
    "kwh_sold": mark("Energy sold (kWh)"),
    "line_km": mark("Line (km)"),
    "substation_kva": mark("Substation (kVA)"),
    "upgrade_cost_vnd": mark("Upgrade cost (VND)"),
}


_ELSEWHERE: Final = mark(
    "The position lies {found} km outside its commune {commune}; the commune is used. Compare the position "
    "with the commune."
)


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
        *wrong_positions(points, communes, "point", _ELSEWHERE),
    ]


def _commune(points: pd.DataFrame, communes: pd.DataFrame) -> Iterator[InputProblem]:
    code = points["commune_code"]
    yield from each_row(
        points, code == "", "point.commune-missing",
        mark("The point has no commune. Write the commune's name or code in the survey."),
    )  # fmt: skip
    yield from each_row(
        points, (code != "") & ~code.isin(communes.index), "point.commune-unknown",
        mark('The point lies outside every commune: code "{found}" is not in the list of units. Correct the commune in '
             "the survey."),
        _found("commune_code"),
    )  # fmt: skip


def _households(points: pd.DataFrame) -> Iterator[InputProblem]:
    yield from each_row(
        points, points["households"].isna(), "point.households-missing",
        mark("Households behind the master meter are missing. Write how many buy through it."),
    )  # fmt: skip
    yield from each_row(
        points, points["households"].fillna(1) <= 0, "point.households-zero",
        mark("Households behind the master meter: {found}; 1 or more are needed. Correct the count, or leave the point "
             "out."),
        lambda row: {"found": int(row["households"])},
    )  # fmt: skip


def _loss(points: pd.DataFrame) -> Iterator[InputProblem]:
    yield from each_row(
        points, points["loss_share"] >= 1, "point.loss-too-high",
        mark("Loss is {found}%; it must be below 100%. Compare the energy sold with the energy bought."),
        _percent("loss_share"),
    )  # fmt: skip
    yield from each_row(
        points, points["loss_share"] < 0, "point.loss-negative",
        mark("Loss is {found}%: more energy is sold than passes the master meter. Compare the energy sold with the "
             "energy bought."),
        _percent("loss_share"),
    )  # fmt: skip
    if "loss_after_share" in points.columns:
        after = points["loss_after_share"]
        yield from each_row(
            points, (after < 0) | (after >= 1), "point.loss-after-outside",
            mark("Loss after the upgrade is {found}%; allowed are 0% to below 100%. Correct it."),
            _percent("loss_after_share"),
        )  # fmt: skip


def _amounts(points: pd.DataFrame) -> Iterator[InputProblem]:
    for column, title in _AMOUNT_NAMES.items():
        if column in points.columns:
            yield from each_row(
                points, points[column] < 0, "point.amount-negative",
                mark("{what} is {found}; it cannot be below 0. Correct it in the survey."),
                _amount(column, title),
            )  # fmt: skip
    yield from each_row(
        points, points["kwh_bought"] == 0, "point.no-energy",
        mark("No energy passes the master meter (0 kWh in the year). Write the year's kWh, or leave the cell blank "
             "where it is not known."),
    )  # fmt: skip


def _cost_basis(points: pd.DataFrame) -> Iterator[InputProblem]:
    is_missing = points["line_km"].isna()
    if "upgrade_cost_vnd" in points.columns:
        is_missing &= points["upgrade_cost_vnd"].isna()
    yield from each_row(
        points, is_missing, "point.cost-missing",
        mark("The cost cannot be reckoned: the length of the low-voltage line is missing. Write the line km in the "
             "survey."),
    )  # fmt: skip


def _doubled(points: pd.DataFrame) -> Iterator[InputProblem]:
    is_again = points.index.duplicated()
    yield from each_row(
        points, is_again, "point.twice",
        mark("The point stands twice. Leave one row of it."),
    )  # fmt: skip
    meter = points["master_meter"]
    yield from each_row(
        points, (meter != "") & meter.duplicated() & ~is_again, "point.meter-twice",
        mark('Master meter "{found}" stands at another point too; its households would count twice. Correct the meter, '
             "or leave one point out."),
        _found("master_meter"),
    )  # fmt: skip


def _found(column: str) -> Fill:
    return lambda row: {"found": str(row[column])}


def _amount(column: str, title: str) -> Fill:
    return lambda row: {"what": Phrase(title), "found": float(row[column])}


def _percent(column: str) -> Fill:
    return lambda row: {"found": round(float(row[column]) * 100, 1)}
