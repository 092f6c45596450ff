"""Each rule for records: one row accepted, one refused, with the code and the row."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from loaders.survey import record_rules
from loaders.survey.record_rules import RecordCheck, Rule
from loaders.survey.rulebook import RECORD_RULES
from loaders.survey.templates import load_template
from loaders.survey.values import as_typed

HOUSEHOLDS, POINTS = load_template("household_survey"), load_template("bulk_point_survey")
A, B = "30469", "30472"
SQUARE = gpd.GeoDataFrame(
    {"commune_code": [A], "is_approximate": [False], "geometry": [shapely.box(105.0, 10.5, 105.2, 10.7)]}, crs=4326
)


def found(rule: Rule, records: list[dict[str, Any]], stored: Any = (), **options: Any) -> list[tuple[int, str, str]]:
    """Return row, code and severity of what a rule finds; rows are counted from 2."""
    template = POINTS if "point_code" in records[0] else HOUSEHOLDS
    places = {"commune_code": A, "table": 0, "sheet": "S"}
    rows = [places | record | {"row": number} for number, record in enumerate(records, start=2)]
    counting = pd.DataFrame([{"commune_code": A, "file_name": "cu.xlsx"} | record for record in stored])
    check = RecordCheck(as_typed(pd.DataFrame(rows), template), template, as_typed(counting, template), **options)
    return [(finding.row, finding.code, finding.severity) for finding in rule(check)]


def test_key_stands_once() -> None:
    records = [{"household_code": "P1"}, {"household_code": "P2"}, {"household_code": "P1"}]
    assert found(record_rules.check_key, records) == [(4, "survey.row-doubled", "error")]


def test_meter_belongs_to_one_household_and_a_blank_one_to_none() -> None:
    meters = ["7", "8", "7", None, None]
    records = [{"household_code": f"P{number}", "meter": meter} for number, meter in enumerate(meters)]
    assert found(record_rules.check_unique, records) == [(4, "survey.value-doubled", "warning")]


def test_stored_household_in_another_commune_asks_for_a_reason() -> None:
    records = [{"household_code": "P1"}, {"household_code": "P2", "commune_code": B}, {"household_code": "P3"}]
    stored = [{"household_code": "P1"}, {"household_code": "P2"}]
    assert found(record_rules.check_moved, records, stored) == [(3, "survey.stored-elsewhere", "warning")]


def test_meter_stored_at_another_household_asks_for_a_reason() -> None:
    records = [{"household_code": "P1", "meter": "7"}, {"household_code": "P2", "meter": "8"}]
    stored = [{"household_code": "P1", "meter": "7"}, {"household_code": "P9", "meter": "8"}]
    assert found(record_rules.check_unique_in_store, records, stored) == [
        (3, "survey.value-stored-elsewhere", "warning")
    ]


def test_more_sold_than_bought_is_refused() -> None:
    sold = [(100.0, 100.0), (100.0, 101.0), (None, 5.0)]
    records = [
        {"point_code": str(number), "kwh_bought": bought, "kwh_sold": kwh} for number, (bought, kwh) in enumerate(sold)
    ]
    assert found(record_rules.check_not_above, records) == [(3, "survey.part-above-whole", "error")]


@pytest.mark.parametrize(("now", "is_jump"), [(220, False), (300, False), (301, True), (99, True), (None, False)])
def test_count_that_jumps_from_the_stored_one(now: int | None, is_jump: bool) -> None:
    records = [{"point_code": "C1", "households_behind": now}]
    stored = [{"point_code": "C1", "households_behind": 200}]
    expected = [(2, "survey.jump", "warning")] if is_jump else []
    assert found(record_rules.check_jump_from_stored, records, stored) == expected


def test_survey_of_tomorrow_is_refused() -> None:
    records = [{"household_code": day, "survey_date": day} for day in ("2021-06-30", "2021-07-01")]
    today = date(2021, 6, 30)
    assert found(record_rules.check_past, records, today=today) == [(3, "survey.day-to-come", "error")]


def test_point_far_outside_its_commune() -> None:
    records = [{"household_code": str(lon), "lat": 10.6, "lon": lon} for lon in (105.1, 105.205, 105.25)]
    assert found(record_rules.check_points, records, outlines=SQUARE) == [(4, "survey.point-outside", "warning")]


@pytest.mark.parametrize("rule", RECORD_RULES)
def test_no_rule_minds_a_table_without_its_columns_or_rows(rule: Rule) -> None:
    assert found(rule, [{"household_code": "P1"}], outlines=SQUARE, today=date(2021, 6, 30)) == []
    empty = pd.DataFrame({"household_code": pd.Series(dtype="str"), "commune_code": [], "table": [], "row": []})
    assert list(rule(RecordCheck(empty, HOUSEHOLDS, pd.DataFrame(), outlines=SQUARE))) == []
