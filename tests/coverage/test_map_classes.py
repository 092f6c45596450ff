"""Map classes: a figure on a break belongs above it; exactly none and exactly all have their own class."""

from __future__ import annotations

import pytest

from coverage.indicators import Figure, Indicator
from coverage.map_classes import Classes
from geodata.language import Language


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "index"),
    [
        ("households_with_power_share", 94, 100, 0),
        ("households_with_power_share", 95, 100, 1),
        ("households_with_power_share", 9999, 10000, 4),
        ("households_with_power_share", 100, 100, 5),
        ("bulk_share", 0, 100, 0),
        ("bulk_share", 1, 10000, 1),
        ("bulk_share", 20, 100, 2),
        ("bulk_share", 100, 100, 5),
        ("bulk_households", 0, None, 0),
        ("bulk_households", 199, None, 1),
        ("bulk_households", 2000, None, 5),
        ("bulk_households", None, None, None),
    ],
)
def test_class_of_a_figure(
    indicators: dict[str, Indicator], name: str, numerator: int | None, denominator: int | None, index: int | None
) -> None:
    indicator = indicators[name]
    assert Classes(indicator).index_of(Figure(indicator, numerator, denominator, 1, 1)) == index


def test_every_mapped_indicator_has_a_label_and_colour_for_each_class(indicators: dict[str, Indicator]) -> None:
    for indicator in indicators.values():
        if indicator.map_breaks:
            legend = Classes(indicator).legend(Language("vi"))
            assert len(legend) == len(indicator.map_breaks) + 1
            assert len({c.colour for c in legend}) == len({c.label for c in legend}) == len(legend)


def test_the_problem_is_the_darkest(indicators: dict[str, Indicator]) -> None:
    assert Classes(indicators["direct_share"]).colours()[0] == Classes(indicators["bulk_share"]).colours()[-1]


def test_labels_are_written_as_the_language_does(indicators: dict[str, Indicator]) -> None:
    labels = [c.label for c in Classes(indicators["households_with_power_share"]).legend(Language("vi"))]
    assert labels == ["< 95%", "95% – < 98%", "98% – < 99%", "99% – < 99,5%", "99,5% – < 100%", "100%"]
    labels = [c.label for c in Classes(indicators["bulk_households"]).legend(Language("vi"))]
    assert labels[:2] == ["0", "> 0 – < 200"]
    assert labels[-1] == "≥ 2.000"
