"""The target of several areas together."""

from __future__ import annotations

import pandas as pd

from coverage.planning.direct_targets import joint_targets

GRID = pd.Series({"89": 300, "84": 100}, dtype="Int64")


def _milestones(*rows: tuple[str, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["area_code", "due_period", "target_value"])


def test_targets_are_weighed_by_households_with_grid_power() -> None:
    found = joint_targets(_milestones(("89", "2025-Q4", "0.9"), ("84", "2025-Q4", "0.5")), GRID)
    assert found.to_dict("records") == [{"period": "2025-Q4", "target_share": 0.8}]


def test_a_quarter_in_which_an_area_has_none_is_left_out() -> None:
    rows = _milestones(("89", "2023-Q4", "0.7"), ("89", "2025-Q4", "0.9"), ("84", "2025-Q4", None), ("84", None, "0.9"))
    assert joint_targets(rows, GRID).empty
    assert joint_targets(_milestones(), GRID).empty


def test_one_area_keeps_its_own() -> None:
    found = joint_targets(_milestones(("89", "2023-Q4", "0.7"), ("89", "2022-Q4", "0.6")), GRID[["89"]])
    assert found["target_share"].tolist() == [0.6, 0.7]
