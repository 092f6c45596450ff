"""The shipped assumptions of plans: readable, in both languages, named by their unit, none twice."""

from __future__ import annotations

import re

from coverage.planning.assumptions import ASSUMPTION_COLUMNS, read_assumptions
from loaders.reference.planning import load_assumption_table

_UNITS = (
    "_share",
    "_years",
    "_year",
    "_month",
    "_household",
    "_point",
    "_km",
    "_kva",
    "_kwh",
    "_kw",
    "_w",
    "_m",
    "_ratio",
)


def test_assumptions_are_complete_and_read() -> None:
    table = load_assumption_table()
    assert list(table.columns) == list(ASSUMPTION_COLUMNS)
    assert table.ne("").all(axis=None)
    assert table["name"].is_unique
    assert table["part"].isin(["takeover", "last_mile", "network", "programme"]).all()
    assert table["status"].isin(["seen", "unverified", "assumption"]).all()
    assert len(read_assumptions(table)) == len(table)
    assert "discount_rate_share_per_year" in set(table["name"])


def test_names_of_take_over_assumptions_end_in_their_unit() -> None:
    table = load_assumption_table()
    own = table[table["part"].isin(["takeover", "programme"])]["name"]
    assert [name for name in own if not name.endswith(_UNITS) or not re.fullmatch("[a-z_]+", name)] == []
