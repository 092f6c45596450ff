"""What is wrong with hamlets: each rule with a row that it accepts and one that it refuses, by (where, code, row)."""

from __future__ import annotations

from typing import Any

import pytest

from coverage.planning.last_mile_checks import check_hamlets
from coverage.planning.problems import ERROR, WARNING
from geodata.language import Language
from tests.coverage.planning.last_mile_samples import hamlet_record, hamlets_of
from tests.coverage.planning.takeover import COMMUNES

VI, EN = Language("vi"), Language("en")


def test_a_good_hamlet_has_no_problem() -> None:
    assert check_hamlets(hamlets_of(hamlet_record()), COMMUNES) == []


FOUND: list[tuple[dict[str, Any], str, str, str]] = [
    ({"commune_code": None}, "hamlet.commune-missing", ERROR, "The hamlet has no commune."),
    ({"commune_code": "99999"}, "hamlet.commune-unknown", ERROR, 'code "99999" is not in the list of units.'),
    ({"households_without_grid": None}, "hamlet.households-missing", ERROR, "Households without the grid are missing."),
    ({"households_without_grid": 0}, "hamlet.households-zero", ERROR, "Households without the grid: 0; 1 or more"),
    ({"grid_distance_km": -0.1}, "hamlet.distance-negative", ERROR, "Distance to the grid is -0.1 km; it cannot be"),
    ({"grid_distance_km": 1500.0}, "hamlet.distance-far", WARNING, "is 1,500 km, more than 100 km"),
    ({"grid_distance_km": None, "lat": None, "lon": None}, "hamlet.place-missing", ERROR, "Neither the distance to"),
    ({"grid_distance_km": None, "lat": None}, "hamlet.place-missing", ERROR, "Neither the distance to the grid nor"),
    ({"lat": None}, "hamlet.place-half", WARNING, "Of latitude and longitude only one is written;"),
    ({"lat": 21.03, "lon": 105.85}, "hamlet.place-nowhere", ERROR, "The position 21.03000, 105.85000 (latitude,"),
    ({"lat": 9.75, "lon": 106.55}, "hamlet.place-elsewhere", WARNING, "its commune Xã Mỹ Đức (30337); it is used"),
    ({"hamlet_name": "Ấp Một"}, "hamlet.name-twice", WARNING, 'Another hamlet of the commune is called "Ấp Một" too'),
]


@pytest.mark.parametrize(("changes", "code", "severity", "sentence"), FOUND)
def test_what_is_wrong_is_said_with_file_and_row(
    changes: dict[str, Any], code: str, severity: str, sentence: str
) -> None:
    good = hamlet_record(hamlet_code="A", hamlet_name="Ấp Một", row=4)
    wrong = hamlet_record(hamlet_code="B", row=5) | changes
    (problem,) = check_hamlets(hamlets_of(good, wrong), COMMUNES)
    assert (problem.where, problem.code, problem.severity) == ("B", code, severity)
    assert (problem.file_name, problem.row) == ("hamlets.xlsx", 5)
    assert sentence in problem.sentence(EN)
    assert problem.sentence(VI) != problem.sentence(EN)


ACCEPTED: list[dict[str, Any]] = [
    {"households_without_grid": 1},
    {"grid_distance_km": 0.0},
    {"grid_distance_km": 100.0},
    {"grid_distance_km": None},
    {"lat": None, "lon": None},
    {"lat": 10.6 + 4.9 / 111.2},  # just under 5 km outside
]


@pytest.mark.parametrize("changes", ACCEPTED)
def test_what_lies_just_inside_a_limit_is_accepted(changes: dict[str, Any]) -> None:
    assert check_hamlets(hamlets_of(hamlet_record(**changes)), COMMUNES) == []


def test_a_hamlet_that_stands_twice_is_said_once_for_the_second_row() -> None:
    (problem,) = check_hamlets(hamlets_of(hamlet_record(row=4), hamlet_record(row=5)), COMMUNES)
    assert (problem.where, problem.code, problem.row) == ("89-A-0001", "hamlet.twice", 5)


def test_positions_are_not_judged_without_extents() -> None:
    far = hamlets_of(hamlet_record(lat=21.03, lon=105.85))
    assert check_hamlets(far, COMMUNES.drop(columns="south")) == []
    assert check_hamlets(far, COMMUNES.assign(south=None)) == []


def test_no_hamlets_have_no_problem() -> None:
    assert check_hamlets(hamlets_of(hamlet_record()).iloc[:0], COMMUNES) == []
