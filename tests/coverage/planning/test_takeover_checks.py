"""What is wrong with points: each rule with a row that it accepts and one that it refuses, by (where, code, row)."""

from __future__ import annotations

from typing import Any

import pytest

from coverage.planning.problems import ERROR, WARNING
from coverage.planning.takeover_checks import check_points
from geodata.language import Language
from tests.coverage.planning.takeover import COMMUNES, points_of, record

VI, EN = Language("vi"), Language("en")


def test_a_good_point_has_no_problem() -> None:
    assert check_points(points_of(record()), COMMUNES) == []


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"commune_code": None}, "point.commune-missing", "The point has no commune."),
    ({"commune_code": "99999"}, "point.commune-unknown", 'code "99999" is not in the list of units.'),
    ({"households_behind": None}, "point.households-missing", "Households behind the master meter are missing."),
    ({"households_behind": 0}, "point.households-zero", "Households behind the master meter: 0; 1 or more"),
    ({"kwh_sold": 0.0}, "point.loss-too-high", "Loss is 100%; it must be below 100%."),
    ({"kwh_sold": 126_000.0}, "point.loss-negative", "Loss is -5%: more energy is sold than passes"),
    ({"loss_after_share": 1.0}, "point.loss-after-outside", "Loss after the upgrade is 100%; allowed are 0%"),
    ({"loss_after_share": -0.01}, "point.loss-after-outside", "Loss after the upgrade is -1%"),
    ({"line_km": -0.5}, "point.amount-negative", "Line (km) is -0.5; it cannot be below 0."),
    ({"substation_kva": -1.0}, "point.amount-negative", "Substation (kVA) is -1;"),
    ({"upgrade_cost_vnd": -1e6}, "point.amount-negative", "Upgrade cost (VND) is -1,000,000;"),
    ({"kwh_bought": 0.0, "kwh_sold": 0.0}, "point.no-energy", "No energy passes the master meter"),
    ({"line_km": None}, "point.cost-missing", "the length of the low-voltage line is missing."),
    ({"lat": 21.03, "lon": 105.85}, "point.place-nowhere", "The position 21.03000, 105.85000 (latitude, longitude)"),
]


@pytest.mark.parametrize(("changes", "code", "sentence"), REFUSED)
def test_a_wrong_point_is_said_with_its_file_and_row(changes: dict[str, Any], code: str, sentence: str) -> None:
    good = record(point_code="A", master_meter="1", row=4)
    wrong = record(point_code="B", master_meter="2", row=5) | changes
    (problem,) = check_points(points_of(good, wrong), COMMUNES)
    assert (problem.where, problem.code, problem.severity) == ("B", code, ERROR)
    assert (problem.file_name, problem.row) == ("points.xlsx", 5)
    assert sentence in problem.sentence(EN)
    assert problem.sentence(VI) != problem.sentence(EN)


ACCEPTED: list[dict[str, Any]] = [
    {"households_behind": 1},
    {"kwh_sold": 1.0},  # loss of 99.999%
    {"kwh_bought": None, "kwh_sold": None},
    {"loss_after_share": 0.0},
    {"line_km": 0.0},
    {"line_km": None, "upgrade_cost_vnd": 1e9},
    {"lat": None, "lon": None},
    {"lat": 10.6 + 4.9 / 111.2},  # just under 5 km outside
]


@pytest.mark.parametrize("changes", ACCEPTED)
def test_what_lies_just_inside_a_limit_is_accepted(changes: dict[str, Any]) -> None:
    assert check_points(points_of(record(**changes)), COMMUNES) == []


def test_a_position_in_another_commune_is_a_warning() -> None:
    (problem,) = check_points(points_of(record(lat=9.75, lon=106.55)), COMMUNES)
    assert (problem.where, problem.code, problem.severity) == ("89-CTT-0001", "point.place-elsewhere", WARNING)
    assert "km outside its commune Xã Mỹ Đức (30337); the commune is used." in problem.sentence(EN)


def test_positions_are_not_judged_without_extents() -> None:
    far = points_of(record(lat=21.03, lon=105.85))
    assert check_points(far, COMMUNES.drop(columns="south")) == []
    assert check_points(far, COMMUNES.assign(south=None)) == []


def test_a_point_that_stands_twice_is_said_once_for_the_second_row() -> None:
    (problem,) = check_points(points_of(record(row=1), record(row=2)), COMMUNES)
    assert (problem.where, problem.code, problem.row) == ("89-CTT-0001", "point.twice", 2)


def test_a_master_meter_of_two_points_is_said() -> None:
    points = points_of(record(point_code="A"), record(point_code="B", row=2))
    (problem,) = check_points(points, COMMUNES)
    assert (problem.where, problem.code, problem.row) == ("B", "point.meter-twice", 2)
    blank = points_of(record(point_code="A", master_meter=None), record(point_code="B", master_meter=None))
    assert check_points(blank, COMMUNES) == []


def test_every_problem_of_a_row_is_said_at_once() -> None:
    found = check_points(points_of(record(households_behind=0, line_km=None, commune_code="x")), COMMUNES)
    assert {p.code for p in found} == {"point.households-zero", "point.cost-missing", "point.commune-unknown"}


def test_no_points_have_no_problem() -> None:
    assert check_points(points_of(record()).iloc[:0], COMMUNES) == []
