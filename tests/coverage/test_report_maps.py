"""The maps of a report: every commune of the province in the class that the app's map gives it."""

from __future__ import annotations

from coverage.indicators import Indicator
from coverage.report_maps import MAPPED, maps_of_report
from geodata.language import Language
from geodata.units import Units
from tests.coverage.conftest import figures, row


def test_communes_fall_in_the_classes_of_the_app_and_silent_ones_in_none(
    units: Units, indicators: dict[str, Indicator]
) -> None:
    table = figures(row("30337", 100, 100, households_direct=100), row("30469", 100, 90, households_direct=18))
    direct, left = maps_of_report(table, units.communes_of("89").index, indicators, Language("vi"))
    assert (direct.indicator, left.indicator) == MAPPED
    labels = [label for _, label in direct.classes]
    shown = direct.class_of.map(lambda place: labels[int(place)], na_action="ignore")
    assert shown.dropna().to_dict() == {"30337": "100%", "30469": "20% – < 40%"}
    assert list(direct.class_of[direct.class_of.isna()].index) == ["30472"]
    assert [left.classes[int(left.class_of[code])][1] for code in ("30337", "30469")] == ["0", "10 – < 25"]
