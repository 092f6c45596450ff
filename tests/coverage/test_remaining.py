"""What remains behind master meters, and whether communes and points agree."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from coverage.remaining import hamlets_by_commune, points_on, remaining_by_commune, remaining_by_organisation
from geodata.lineage import EXACT
from geodata.tables import HAMLET_COLUMNS
from geodata.units import Units
from tests.coverage.conftest import figures, points, row

POINTS = points(
    {"commune_code": "30469", "organisation_name": "A", "households_behind": 60, "loss_share": 0.1, "line_km": 1.5},
    {"commune_code": "30469", "organisation_name": "B", "households_behind": 30, "loss_share": 0.2, "line_km": 1.0},
    {"commune_code": "30472", "organisation_name": "A", "households_behind": 20, "loss_share": 0.2, "line_km": 0.5},
    {"commune_code": "30472", "organisation_name": "C", "households_behind": 99, "takeover_state": "taken_over"},
)


WHOLE = pd.Series(EXACT, index=["30469", "30472", "29236"])


def test_communes_with_the_most_households_come_first(units: Units) -> None:
    found = remaining_by_commune(
        figures(row("30472", 50, 50, bulk=20), row("30469", 100, 95, bulk=95)), POINTS, units, basis=WHOLE
    )
    assert found.index.tolist() == ["30469", "30472"]
    first = found.loc["30469"]
    assert (first["commune_name"], first["district_name"]) == ("Xã Mỹ Đức", "Huyện Châu Phú")
    assert first[["points", "organisations", "households_behind", "difference"]].tolist() == [2, 2, 90, 5]
    assert found.loc["30472", "difference"] == 0


def test_shared_figure_is_marked_and_has_no_difference(units: Units) -> None:
    reported = figures(row("30472", 50, 50, bulk=21), row("30469", 100, 95, bulk=95))
    found = remaining_by_commune(reported, POINTS, units, basis=WHOLE.mask(WHOLE.index == "30469", "equal"))
    assert found["is_estimated"].to_dict() == {"30469": True, "30472": False}
    assert found.loc["30469", "difference"] is pd.NA
    assert found.loc["30469", ["households_bulk", "households_behind"]].tolist() == [95, 90]
    assert found.loc["30472", "difference"] == 1


def test_later_take_overs_had_not_happened_yet() -> None:
    taken = points(
        {"takeover_state": "taken_over", "takeover_date": "2021-03-31", "households_behind": 1},
        {"takeover_state": "taken_over", "takeover_date": "2021-04-01", "households_behind": 1},
        {"takeover_state": "agreed", "takeover_date": "2021-05-01", "households_behind": 1},
        {"takeover_state": "taken_over", "households_behind": 1},
    )
    assert points_on(taken, date(2021, 3, 31))["takeover_state"].tolist() == [
        "taken_over",
        "bulk",
        "bulk",
        "taken_over",
    ]
    assert points_on(taken, date(2021, 6, 30))["takeover_state"].tolist() == taken["takeover_state"].tolist()


def test_points_of_a_commune_that_did_not_report_are_shown(units: Units) -> None:
    found = remaining_by_commune(figures(row("30469", 100, 95, bulk=95)), POINTS, units, basis=WHOLE)
    assert found.loc["30472", "households_bulk"] is pd.NA
    assert found.loc["30472", "difference"] is pd.NA
    assert found.loc["30472", "households_behind"] == 20


def test_commune_without_points_is_shown(units: Units) -> None:
    found = remaining_by_commune(figures(row("29236", 10, 10, bulk=4)), POINTS.head(0), units, basis=WHOLE)
    assert found.loc["29236", ["points", "difference"]].tolist() == [0, 4]


def test_organisations_weigh_loss_by_households(units: Units) -> None:
    found = remaining_by_organisation(POINTS, units).set_index("organisation_name")
    assert found.index.tolist() == ["A", "B"]
    assert found.loc["A", ["communes", "points", "households_behind"]].tolist() == [2, 2, 80]
    assert found.loc["A", "loss_share"] == pytest.approx((60 * 0.1 + 20 * 0.2) / 80)
    assert found.loc["A", "line_km"] == 2.0


def test_hamlets_are_summed_by_commune(units: Units) -> None:
    hamlets = pd.DataFrame(
        [("H1", "30469", "Ấp 1", 12, 3.0, 105.0, 10.0), ("H2", "30469", "Ấp 2", 8, 5.5, 105.0, 10.0)],
        columns=pd.Index(HAMLET_COLUMNS),
    )
    found = hamlets_by_commune(hamlets, units).loc["30469"]
    assert found[["hamlets", "households_without_grid", "farthest_km"]].tolist() == [2, 20, 5.5]
