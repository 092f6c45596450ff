"""What an upload changes."""

from __future__ import annotations

import pandas as pd

from coverage.changes import compare_figures
from tests.coverage.conftest import figures, row


def test_new_changed_and_unchanged_are_told_apart() -> None:
    found = compare_figures(
        figures(row("30469", 100, 90)), figures(row("30469", 100, 95, bulk=5), row("30472", 10, 10))
    )
    shown = list(zip(found["commune_code"], found["measure"], found["change"], strict=True))
    assert shown == [
        ("30469", "households_all", "unchanged"),
        ("30469", "households_grid", "changed"),
        ("30469", "households_bulk", "new"),
        ("30472", "households_all", "new"),
        ("30472", "households_grid", "new"),
    ]
    assert found.loc[1, ["old", "new"]].tolist() == [90, 95]
    assert found.loc[2, "old"] is pd.NA


def test_missing_figures_delete_nothing() -> None:
    found = compare_figures(figures(row("30469", 100, 90, bulk=7)), figures(row("30469", 100, 90)))
    assert "households_bulk" not in set(found["measure"])


def test_other_quarters_do_not_matter() -> None:
    found = compare_figures(figures(row("30469", 100, 90), period="2021-Q1"), figures(row("30469", 100, 90)))
    assert set(found["change"]) == {"new"}


def test_nothing_proposed_changes_nothing() -> None:
    assert compare_figures(figures(row("30469", 100, 90)), figures()).empty
