"""Plans as they are kept: every value of their sentences comes back as what it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coverage.planning.candidates import INFEASIBLE, Conflict
from coverage.planning.kept_plan import assumptions_of, keep, keep_assumptions, plan_of, sums_of, without_own_lines
from coverage.planning.sameness import differences
from geodata.errors import Phrase, mark
from geodata.language import InEach, Language
from geodata.periods import Period
from tests.plans_of_four import MILLION, plan, programme
from tests.scenarios_of_four import assumptions


def test_sentences_of_a_kept_plan_say_the_same_in_both_languages() -> None:
    values = {
        "where": Phrase(mark("in the order by hand")),
        "lacks": InEach("thiếu", "lacking"),
        "period": Period.parse("2021-Q2"),
        "n": np.int64(3),
        "share": np.float64(0.25),
        "code": "P1",
    }
    conflict = Conflict("budget", "{where}: {lacks}, {period}, {n}, {share}, {code}", values)
    made = plan(programme=programme({}, status=INFEASIBLE, score=None, conflicts=(conflict,)))
    kept = keep(made, price_decision="648/QĐ-BCT", is_synthetic=True)
    read = plan_of(made.request, kept.tables, kept.facts)
    for code in ("vi", "en"):
        assert read.programme.conflicts[0].sentence(Language(code)) == conflict.sentence(Language(code))
    assert read.problems == made.problems
    assert read.programme.score is None
    assert differences(made, read).empty


def test_the_same_plan_is_kept_as_the_same_text() -> None:
    first, second = (keep(plan(), price_decision="x", is_synthetic=False) for _ in range(2))
    assert first.facts == second.facts


def test_facts_of_another_format_are_refused() -> None:
    kept = keep(plan(), price_decision="x", is_synthetic=False)
    with pytest.raises(ValueError, match="another format"):
        plan_of(plan().request, kept.tables, kept.facts.replace('"format": 1', '"format": 2'))


def test_only_an_order_that_was_asked_for_stays_with_the_request() -> None:
    made = plan()
    lines = made.lines.assign(from_code=["", "H1"], to_code=["H1", "H9"])
    rules = replace(made.request.rules, follows={"H9": "H1", "H2": "H1"})  # the first as its line says
    asked = without_own_lines(replace(made, lines=lines, request=replace(made.request, rules=rules)))
    assert asked.rules.follows == {"H2": "H1"}
    assert without_own_lines(replace(made, lines=lines.iloc[:0])).rules.follows == {}


def test_sums_can_be_checked_by_hand() -> None:
    assert sums_of(plan()) == {
        "candidates": 4,
        "done": 3,
        "households": 550,
        "households_remaining": 40,
        "cost_vnd": 4900 * MILLION,
        "budget_vnd": 5100 * MILLION,
        "npv_vnd": pytest.approx((300 + 900 / 1.1) * MILLION),
    }


def test_assumptions_come_back_as_used_and_as_shipped() -> None:
    used, shipped = assumptions_of(keep_assumptions(assumptions(mid=3.5e8), assumptions()))
    assert dict(used) == dict(assumptions(mid=3.5e8))
    assert dict(shipped) == dict(assumptions())
