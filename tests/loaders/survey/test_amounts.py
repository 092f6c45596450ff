"""Amounts as typed: decimals, doubtful marks, units in the cell and in the header."""

from __future__ import annotations

from typing import Any

import pytest

from loaders.survey.amounts import AmountReader, Doubtful, Unreadable, unit_of_header
from loaders.survey.values import read_share


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("12,5", 12.5),
        ("12.5 km", 12.5),
        ("1.234.567", 1234567.0),
        ("1.234,5", 1234.5),
        ("0,125", 0.125),
        ("-", None),
        ("1.234", Doubtful(1234.0, 1.234, ".")),
        ("1.234 m", Doubtful(1.234, 0.001234, ".")),
        ("250 m", 0.25),
        ("250m.", 0.25),
        (3, 3.0),
        ("nhiều", Unreadable("unreadable")),
        ("12 kg", Unreadable("unit")),
        ("12%", Unreadable("unit")),
        (True, Unreadable("unreadable")),
        (float("nan"), Unreadable("unreadable")),
    ],
)
def test_amounts_of_a_column_in_km(typed: Any, read_as: Any) -> None:
    assert AmountReader("km")(typed) == read_as


@pytest.mark.parametrize(
    ("unit", "typed", "read_as"),
    [
        ("kWh", "1,5 MWh", 1500.0),
        ("kWh", "2 triệu kWh", 2_000_000.0),
        ("kVA", "0,25 MVA", 250.0),
        ("triệu đồng", "1,5 tỷ", 1500.0),
        ("triệu đồng", "350.000.000 đ", 350.0),
        ("triệu đồng", "350 tr.đ", 350.0),
        ("ha", "12 ha", 12.0),
        ("", "12 bao", 12.0),
    ],
)
def test_units_are_converted_into_that_of_the_column(unit: str, typed: str, read_as: float) -> None:
    assert AmountReader(unit)(typed) == read_as


def test_unit_of_the_header_holds_for_cells_that_name_none() -> None:
    read = AmountReader("kWh", unit_of_header("Điện năng mua (MWh)", "kWh"))
    assert [read(cell) for cell in (1.5, "2", "300 kWh")] == [1500.0, 2000.0, 300.0]
    assert read.converted == {"MWh": 2}


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("45%", 0.45),
        ("45,5 %", 0.455),
        (45, 0.45),
        (0, 0.0),
        ("", None),
        (101, Unreadable("share")),
        (1.0, Doubtful(1.0, 0.01, "percent")),
        (0.45, Doubtful(0.45, Unreadable("share-doubtful"), "percent")),
    ],
)
def test_shares_as_typed(typed: Any, read_as: Any) -> None:
    assert read_share(typed) == read_as
