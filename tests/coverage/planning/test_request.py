"""A request is kept as text and comes back the same."""

from __future__ import annotations

from datetime import date

from coverage.planning.candidates import AreaTarget, ProgrammeRules, Weights
from coverage.planning.request import HIGH, PlanRequest


def _request() -> PlanRequest:
    rules = ProgrammeRules(
        first_year=2022,
        budget_vnd=(1e11, 2e11),
        crews={"89": 3.0},
        least_households={"84": 5000},
        must_take=frozenset({"89-CTT-0002", "89-CTT-0001"}),
        together=frozenset({"Hợp tác xã điện Châu Phú"}),
        follows={"a": "b"},
        area_targets=(AreaTarget("889", 2023, 120),),
        carries_over=True,
    )
    return PlanRequest(
        areas=("89", "84"),
        period="2021-Q2",
        told_on=date(2021, 7, 1),
        rules=rules,
        weights=Weights(1.0, 0.5, 0.25),
        assumptions={"loss_after_share": (0.04, 0.05, 0.07)},
        level=HIGH,
        priced_on=date(2021, 6, 30),
    )


def test_a_request_comes_back_from_its_text() -> None:
    request = _request()
    assert PlanRequest.from_json(request.to_json()) == request


def test_the_same_request_gives_the_same_text() -> None:
    assert _request().to_json() == _request().to_json()


def test_a_request_with_other_rules_keeps_the_rest() -> None:
    changed = _request().with_rules(carries_over=False)
    assert (changed.rules.carries_over, changed.rules.years, changed.areas) == (False, (2022, 2023), ("89", "84"))
