"""Targets: every row kept, the company's measured, the nation's only stated."""

from __future__ import annotations

import pandas as pd
import pytest

from coverage.indicators import Indicator
from coverage.targets import progress_by_area, progress_over_time, read_targets, target_share
from geodata.errors import FigureError
from geodata.units import Units
from loaders.reference import load_units
from loaders.reference.tables import load_target_table
from tests.coverage.conftest import figures, row


def test_every_target_is_kept_with_its_source_and_area() -> None:
    found = read_targets(load_target_table(), load_units())
    assert len(found) == 21
    assert found["source"].notna().all()
    assert set(found["status"]) == {"seen", "unverified"}
    assert found.loc[found["scope"] == "96", "scope_name"].tolist() == ["Tỉnh Cà Mau"]
    assert target_share(found) == 1.0


def test_amendment_leaves_the_earlier_decision_standing() -> None:
    found = read_targets(load_target_table(), load_units())
    decisions = found.loc[found["indicator"] == "households_to_electrify", "decision"]
    assert {"2081/QĐ-TTg", "1740/QĐ-TTg"} <= set(decisions)


def test_unknown_scope_is_refused() -> None:
    table = load_target_table()
    table.loc[0, "scope"] = "Sài Gòn"
    with pytest.raises(FigureError) as caught:
        read_targets(table, load_units())
    assert caught.value.code == "target.scope-unknown"


def test_progress_over_time(units: Units, indicators: dict[str, Indicator]) -> None:
    table = pd.concat(
        [
            figures(row("30469", 100, 90), period="2021-Q1"),
            figures(row("30469", 102, 101), period="2021-Q2"),
        ]
    )
    found = progress_over_time(table, indicators["households_with_power_share"], units.communes_of("89"))
    assert found["households_to_connect"].tolist() == [10, 1]
    assert found["connected_since_first"].tolist() == [0, 11]
    assert found["households_share"].iloc[0] == pytest.approx(0.9)


def test_areas_with_most_to_connect_come_first(units: Units, indicators: dict[str, Indicator]) -> None:
    table = figures(row("30469", 100, 90), row("29236", 50, 10))
    found = progress_by_area(table, indicators["households_with_power_share"], units.communes["province_code"])
    assert found["households_to_connect"].tolist() == [40, 10]
    assert found.index.tolist() == ["84", "89"]
