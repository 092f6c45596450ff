"""Why there is no programme: the numbers are the least by which a rule has to give, and giving them is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coverage.planning.candidates import INFEASIBLE, AreaTarget, ProgrammeRules, Weights
from coverage.planning.conflicts import explain
from coverage.planning.programme import solve
from geodata.language import Language
from tests.coverage.planning.programme_cases import MILLION, candidate_table

TABLE = candidate_table(
    ("A", "891", 40, 8, 0, 6, "HTX"), ("B", "891", 30, 7, 0, 6, "HTX"), ("C", "841", 20, 5, 0, 2),
    ("D", "841", 9, 4, 0, 1),
)  # fmt: skip
RULES = ProgrammeRules(first_year=2022, budget_vnd=(10 * MILLION, 10 * MILLION), crew_weeks_per_year=10.0)
EN, VI = Language("en"), Language("vi")


def told(rules: ProgrammeRules) -> dict[str, str]:
    return {one.rule: one.sentence(EN) for one in explain(TABLE, rules, places={"84": "Trà Vinh", "891": "Châu Phú"})}


def test_nothing_is_told_where_a_programme_exists() -> None:
    assert explain(TABLE, RULES) == ()


def test_must_takes_beyond_the_money_tell_the_money_and_what_to_leave_out() -> None:
    # A + B + C cost 20: they fit the sum, but in no two years of 10.
    rules = replace(RULES, must_take=frozenset("ABC"))
    sentences = told(rules)
    assert set(sentences) == {"budget", "must_take"}
    assert "2 million VND are lacking (2022: 2 beyond 10)" in sentences["budget"] or "2023: 2" in sentences["budget"]
    assert "Left out: " in sentences["must_take"]
    assert solve(TABLE, rules, Weights()).status == INFEASIBLE
    assert explain(TABLE, replace(rules, budget_vnd=(12 * MILLION, 10 * MILLION))) == ()
    assert explain(TABLE, replace(rules, budget_vnd=(11.9 * MILLION, 10 * MILLION))) != ()


def test_money_that_carries_over_is_told_as_a_sum() -> None:
    rules = replace(RULES, must_take=frozenset("ABCD"), carries_over=True)
    assert "24 million VND are needed until 2023" in told(rules)["budget"]
    assert "4 million VND are lacking" in told(rules)["budget"]


def test_a_minimum_beyond_the_crews_tells_how_many_crews_and_how_many_households() -> None:
    rules = replace(RULES, crews={"84": 0.1}, least_households={"84": 29})
    sentences = told(rules)
    assert "Trà Vinh 202" in sentences["crews"]
    assert "0.2 crews, there are 0.1" in sentences["crews"]
    assert "Trà Vinh: 9 of 29" in sentences["least_households"]


def test_a_target_tells_how_many_would_remain() -> None:
    rules = replace(RULES, area_targets=(AreaTarget("891", 2022, 0),))
    sentences = told(rules)
    assert "Châu Phú at the end of 2022: 30 households remain, asked are at most 0" in sentences["area_target"]
    assert "5 million VND are lacking" in sentences["budget"]


def test_an_organisation_that_fits_no_year_is_let_apart() -> None:
    rules = replace(RULES, together=frozenset({"HTX"}), must_take=frozenset("A"))
    assert "HTX cannot be done in the same year" in told(rules)["together"]
    assert "5 million VND are lacking" in told(rules)["budget"]


def test_rules_that_must_give_together_are_told_together() -> None:
    rules = replace(
        RULES, budget_vnd=(1 * MILLION,), crews={"84": 0.0}, must_take=frozenset("C"), least_households={"89": 40}
    )
    found = explain(TABLE, rules)
    assert len(found) >= 2
    assert all("must give way together" in one.sentence(EN) for one in found)


@pytest.mark.parametrize("language", [EN, VI])
def test_every_sentence_is_told_in_both_languages(language: Language) -> None:
    rules = replace(
        RULES, must_take=frozenset("AB"), together=frozenset({"HTX"}), crews={"89": 1.0}, budget_vnd=(8 * MILLION,),
        area_targets=(AreaTarget("891", 2022, 0),), least_households={"89": 70},
    )  # fmt: skip
    for one in explain(TABLE, rules):
        said = one.sentence(language)
        assert "{" not in said
        if language is VI:
            assert said != one.sentence(EN)


def test_what_must_and_must_not_be_taken_is_told_as_such() -> None:
    rules = replace(RULES, must_take=frozenset("C"), must_not_take=frozenset("C"))
    assert told(rules) == {"must_take": "Must be taken, if only this rule gives way: not all can be done. Left out: C."}
