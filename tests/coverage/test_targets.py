"""Targets: every row kept, the company's measured, the nation's only stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from coverage.indicators import read_registry
from coverage.targets import (
    area_name,
    in_force,
    read_targets,
    states_on,
    with_assumed_due,
)
from geodata.errors import FigureError
from geodata.periods import Period
from geodata.target_data import Target, TargetFacts
from loaders.reference import load_units
from loaders.reference.tables import load_indicator_table, load_target_facts, load_target_table


def shipped() -> tuple[Target, ...]:
    return read_targets(load_target_table())


def version(code: str, decided: str, *, area: str = "EVNSPC", **more: Any) -> Target:
    goal = next(t for t in shipped() if t.code == "grid-for-all")
    return replace(goal, code=code, decision_date=date.fromisoformat(decided), area=area, **more)


def test_every_target_is_kept_with_its_source_and_decision() -> None:
    found = shipped()
    assert len(found) == 29
    assert all(t.source.vi and t.source.en and t.decision.vi and t.programme_name.vi for t in found)
    assert {t.status for t in found} == {"seen", "unverified"}
    goal = next(t for t in found if t.code == "grid-for-all")
    assert goal.final.due is None  # its source names no date


def test_every_shipped_target_names_an_indicator_an_area_and_a_region_that_exist() -> None:
    facts, units, indicators = load_target_facts(), load_units(), read_registry(load_indicator_table())
    for target in shipped():
        assert target.indicator in indicators or target.indicator in facts.quantities
        assert area_name(target, units, facts).vi
    assert set(facts.region_of) == set(units.provinces.index)
    assert set(facts.region_of.values()) == set(facts.regions)


def test_an_amendment_supersedes_the_earlier_decision_from_its_own_date() -> None:
    found = shipped()
    before, after = states_on(found, date(2018, 12, 12)), states_on(found, date(2018, 12, 13))
    assert (before["2081-communes"], before["1740-communes"]) == ("in_force", "later")
    assert (after["2081-communes"], after["1740-communes"]) == ("earlier", "in_force")
    # What the amendment does not speak of stays.
    assert after["2081-central-budget-share"] == "in_force"
    assert [t.code for t in in_force(found, date(2013, 11, 7))] == ["component-94", "component-84"]


def test_of_one_days_decisions_the_last_entered_holds_and_a_withdrawn_one_gives_way() -> None:
    first, second = version("T1", "2022-01-01"), version("T2", "2022-01-01")
    assert states_on([first, second], date(2022, 1, 1)) == {"T1": "earlier", "T2": "in_force"}
    withdrawn = replace(second, withdrawn_on=date(2022, 6, 1))
    assert states_on([first, withdrawn], date(2022, 5, 31))["T2"] == "in_force"
    assert states_on([first, withdrawn], date(2022, 6, 1)) == {"T1": "in_force", "T2": "withdrawn"}


def test_targets_of_different_areas_do_not_supersede_each_other() -> None:
    states = states_on([version("T1", "2022-01-01"), version("T2", "2022-02-01", area="89")], date(2022, 3, 1))
    assert states == {"T1": "in_force", "T2": "in_force"}


def test_a_due_date_that_no_decision_names_is_assumed_only_where_the_data_say_so() -> None:
    goal = version("T1", "2021-06-30")
    assert with_assumed_due(goal, TargetFacts()) == (goal.milestones, False)
    milestones, is_assumed = with_assumed_due(goal, TargetFacts(assumed_due={"grid for all": Period(2025, 4)}))
    assert (milestones[0].due, is_assumed) == (Period(2025, 4), True)
    assert load_target_facts().assumed_due["grid for all"] == Period(2025, 4)


@pytest.mark.parametrize("column", ["kind", "applies_to", "unit", "status"])
def test_a_table_that_says_what_no_target_can_is_refused(column: str) -> None:
    table = load_target_table()
    table.loc[0, column] = "khác"
    with pytest.raises(FigureError) as caught:
        read_targets(table)
    assert caught.value.code == "target.value-unknown"
