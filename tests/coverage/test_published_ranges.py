"""Rounded publications: what they leave open, and where they contradict their own counts."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.indicators import Indicator, read_registry
from coverage.published_answers import check_typed, read_figure
from coverage.published_percentage import check_percentage
from coverage.published_ranges import (
    RURAL_TO_CONNECT,
    CountRange,
    PublishedFigure,
    Sum,
    implied_ranges,
)
from coverage.published_returns import household_figures, stated_percentages
from geodata.errors import FigureError
from geodata.language import Language
from loaders.reference.tables import load_demo_assumptions, load_indicator_table, load_published_table


@pytest.fixture
def published(indicators: dict[str, Indicator]) -> list[PublishedFigure]:
    """Return what EVNSPC published of 30 June 2021."""
    return household_figures(load_published_table(), indicators)["2021-Q2"]


def count(name: str, value: str, unit: str = "count") -> PublishedFigure:
    return PublishedFigure(name, name, None, Decimal(value), unit, len(value.partition(".")[2]))


def share(part: str, whole: str, value: str) -> PublishedFigure:
    name = f"{part}/{whole}"
    return PublishedFigure(name, part, whole, Decimal(value), "percent", len(value.partition(".")[2]))


def test_published_figures_of_2021_leave_just_these_ranges_open(published: list[PublishedFigure]) -> None:
    ranges = implied_ranges(published).ranges
    assert ranges["households_direct"] == CountRange(7_645_000, 7_648_842)
    assert ranges["households_bulk"] == CountRange(526_157, 526_157)
    assert ranges["households_grid"] == CountRange(8_171_157, 8_174_999)
    assert ranges["households_to_connect"] == CountRange(22_533, 23_365)
    # The lower limit is 20,006.27 households, so 20,007 is the first whole number.
    assert ranges[RURAL_TO_CONNECT] == CountRange(20_007, 20_580)


def test_stated_percentages_agree_with_the_counts_beside_them() -> None:
    registry = read_registry(load_indicator_table())
    stated = {one.percent.name: one for one in stated_percentages(load_published_table(), registry)}
    assert {"late_requests_share", "wrong_outage_updates_share"} <= set(stated)
    assert all(one.agrees for one in stated.values())
    late = stated["late_requests_share"]
    assert not replace(late, part=late.part + 100).agrees


def rounded(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def test_ends_of_the_ranges_are_reached_by_counts_that_round_as_published() -> None:
    """Each end has a witness, and the number beyond it has none: checked by division, not by the ranges' own code."""
    for grid in (8_171_157, 8_174_999):
        direct = grid - 526_157
        assert (rounded(direct, grid), rounded(526_157, grid)) == (Decimal("93.56"), Decimal("6.44"))
    assert rounded(8_171_157, 8_171_157 + 22_533) == rounded(8_174_999, 8_174_999 + 23_365) == Decimal("99.72")
    assert rounded(8_171_157, 8_171_157 + 22_532) == Decimal("99.73")
    assert rounded(8_174_999, 8_174_999 + 23_366) == Decimal("99.71")
    assert rounded(5_315_000, 5_315_000 + 20_007) == rounded(5_324_999, 5_324_999 + 20_580) == Decimal("99.62")
    assert rounded(5_315_000, 5_315_000 + 20_006) == Decimal("99.63")
    assert rounded(5_324_999, 5_324_999 + 20_581) == Decimal("99.61")


def test_demo_lies_in_every_range(published: list[PublishedFigure]) -> None:
    ranges, totals = implied_ranges(published).ranges, load_demo_assumptions()["totals"]
    for name in ("households_all", "households_grid", "households_all_rural", "households_grid_rural"):
        assert ranges[name].holds(totals[name]), name


def test_share_of_rounded_figures_contradicts_and_the_figures_are_named(published: list[PublishedFigure]) -> None:
    wrong = [replace(one, value=Decimal("93.64")) if one.name == "direct_share" else one for one in published]
    assert implied_ranges(published).contradicting == ()
    assert implied_ranges(wrong).contradicting == ("direct_share", "bulk_households", "bulk_share")


def test_nothing_published_leaves_everything_open() -> None:
    ranges = implied_ranges([], [Sum("n", ("t", "u"))]).ranges
    assert all(found.low == 0 and found.is_open for found in ranges.values())


@given(
    direct=st.integers(0, 10**7),
    bulk=st.integers(0, 10**6),
    lacking=st.integers(0, 10**5),
    decimals=st.integers(0, 3),
    million=st.booleans(),
)
def test_ranges_never_exclude_the_truth(direct: int, bulk: int, lacking: int, decimals: int, *, million: bool) -> None:
    grid, everyone = direct + bulk, direct + bulk + lacking
    sums = [Sum("t", ("d", "b")), Sum("n", ("t", "u"))]
    truth = {"d": direct, "b": bulk, "t": grid, "n": everyone, "u": lacking}

    def published(part: int, whole: int) -> str:
        exact = Decimal(part) * 100 / Decimal(whole)
        return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))

    figures = [count("b", str(bulk))]
    if million:
        in_millions = (Decimal(grid) / 10**6).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        figures.append(count("t", str(in_millions), "million"))
    if grid:
        figures += [share("d", "t", published(direct, grid)), share("t", "n", published(grid, everyone))]
    found = implied_ranges(figures, sums)
    assert found.contradicting == ()
    for name, number in truth.items():
        assert found.ranges[name].holds(number), (name, number, found.ranges[name])


# ---- one percentage


def test_percentage_of_the_press_is_not_one_that_its_counts_allow() -> None:
    found = check_typed("14.9", "18.43", "84.15", "million")
    assert not found.result.fits
    assert found.result.part == CountRange(14_850_000, 14_949_999)
    assert found.result.whole == CountRange(18_425_000, 18_434_999)
    assert [str(found.result.ratio), str(found.result.low), str(found.result.high)] == ["80.85", "80.55", "81.14"]
    shown = " ".join(found.sentences(Language("vi")))
    for text in ("80,85%", "80,55%", "81,14%", "84,15%", "14.850.000"):
        assert text in shown


@pytest.mark.parametrize(("percent", "fits"), [("80.54", False), ("80.55", True), ("81.14", True), ("81.15", False)])
def test_percentages_at_the_ends_of_what_is_allowed(percent: str, fits: bool) -> None:
    assert check_typed("14.9", "18.43", percent, "million").result.fits is fits


def test_counts_that_are_published_in_full_allow_one_percentage() -> None:
    assert check_typed("630", "1.431.997", "0,04", "count").result.fits
    assert not check_typed("630", "1.431.997", "0,05", "count").result.fits
    # 1 or 2 of 3: between 33.33% and 66.67% no whole number of households has 50.00%.
    part, whole = replace(count("p", "2"), value=Decimal("1.5"), decimals=0), count("w", "3")
    assert part.counts == CountRange(1, 1)
    assert not check_percentage(count("p", "2"), whole, share("p", "w", "50.00")).fits


def test_sentences_say_what_would_fit() -> None:
    found = check_typed("14.9", "18.43", "84.15", "million")
    assert check_typed(str(found.result.part_needed.low), "18.430.000", "84.15", "count").part.counts.low == 15_503_717
    needed = found.result.whole_needed
    assert (14_850_000 * 10_000 / needed.low) < 8415.5
    assert (14_949_999 * 10_000 / needed.high) >= 8414.5


@pytest.mark.parametrize(
    ("text", "unit", "value", "decimals"),
    [
        ("14,9", "million", "14.9", 1),
        ("18.43", "million", "18.43", 2),
        ("84,15 %", "percent", "84.15", 2),
        ("526.157", "count", "526157", 0),
        ("8 173 200", "count", "8173200", 0),
        ("8.173,20", "thousand", "8173.20", 2),
        ("8,173.20", "thousand", "8173.20", 2),
        ("8.173.200", "thousand", "8173200", 0),
        ("100", "percent", "100", 0),
    ],
)
def test_figures_are_read_as_they_are_printed(text: str, unit: str, value: str, decimals: int) -> None:
    read = read_figure(text, unit)
    assert (read.value, read.decimals) == (Decimal(value), decimals)


@pytest.mark.parametrize(
    ("text", "unit"), [("", "million"), ("-1", "percent"), ("14.9", "count"), ("1.2.3", "million")]
)
def test_what_is_no_figure_is_refused_with_what_is_allowed(text: str, unit: str) -> None:
    with pytest.raises(FigureError) as refused:
        read_figure(text, unit)
    assert refused.value.code == "published.unreadable"


def test_whole_of_nothing_is_refused() -> None:
    with pytest.raises(FigureError) as refused:
        check_typed("1", "0", "10", "count")
    assert refused.value.code == "published.whole-zero"
